// RUN: snn-translate --snn-to-c11 %s | FileCheck %s

// A number of 16 bits is in a variable that may be wider: what is stored of it is cut to them, also where
// it was cut before.
// CHECK:      const net_short value = (net_short)x_old;
// CHECK-NEXT: if (x_old > 5) {
// CHECK-NEXT:     y[n] = (int16_t)value;
// CHECK-NEXT: } else {
// CHECK-NEXT:     y[n] = (int16_t)(value + value);
module {
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func private @layer(%x: memref<4xi32> {snn.name = "x"}, %y: memref<4xi16> {snn.name = "y"}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : i32
    scf.for %n = %c0 to %c4 step %c1 {
      %a = memref.load %x[%n] : memref<4xi32>
      %b = arith.trunci %a : i32 to i16
      %c = arith.cmpi sgt, %a, %c5 : i32
      scf.if %c {
        memref.store %b, %y[%n] : memref<4xi16>
      } else {
        %d = arith.addi %b, %b : i16
        memref.store %d, %y[%n] : memref<4xi16>
      }
    }
    return
  }
  func.func @net_step(%x: memref<4xi32> {snn.kind = "input", snn.name = "x"}, %y: memref<4xi16> {snn.kind = "output", snn.name = "y"}) attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @layer(%x, %y) : (memref<4xi32>, memref<4xi16>) -> ()
    return
  }
}
