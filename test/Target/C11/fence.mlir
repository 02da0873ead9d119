// RUN: snn-translate --snn-to-c11 %s | FileCheck %s

// Where bytes of the scratch memory change their type, no access may be moved across: %b takes the
// place of %a. The next step may follow at once, so that the first user is behind a fence, too. Bytes
// may alias everything, and different places are different memory.
// CHECK:      static inline void net_fence(void)
// CHECK:      __asm__ volatile("" : : : "memory");
// CHECK:      void net_step(
// CHECK:      {{^}}    net_fence();
// CHECK-NEXT: {{^}}    net_make(
// CHECK-NEXT: {{^}}    net_bytes(
// CHECK-NEXT: {{^}}    net_fence();
// CHECK-NEXT: {{^}}    net_list_2(
// CHECK-NEXT: {{^}}    net_make(
// CHECK-NEXT: {{^}}}
module {
  func.func private @make(%y: memref<2xf32> {snn.name = "y"}) {
    %c = arith.constant 0 : index
    %f = arith.constant 1.0 : f32
    memref.store %f, %y[%c] : memref<2xf32>
    return
  }
  func.func private @bytes(%y: memref<8xi8> {snn.name = "y"}) {
    %c = arith.constant 0 : index
    %f = arith.constant 1 : i8
    memref.store %f, %y[%c] : memref<8xi8>
    return
  }
  func.func private @list(%y: memref<4xi16> {snn.name = "y"}) {
    %c = arith.constant 0 : index
    %f = arith.constant 1 : i16
    memref.store %f, %y[%c] : memref<4xi16>
    return
  }
  func.func @net_step(%arena: memref<16xi8> {snn.kind = "arena", snn.name = "scratch", snn.alignment = 4 : i64})
      attributes {snn.dt = 1.0 : f64, snn.name = "net", snn.role = "step"} {
    %c0 = arith.constant 0 : index
    %c8 = arith.constant 8 : index
    %a = memref.view %arena[%c0][] : memref<16xi8> to memref<2xf32>
    %u = memref.view %arena[%c0][] : memref<16xi8> to memref<8xi8>
    %b = memref.view %arena[%c0][] : memref<16xi8> to memref<4xi16>
    %d = memref.view %arena[%c8][] : memref<16xi8> to memref<2xf32>
    call @make(%a) : (memref<2xf32>) -> ()
    call @bytes(%u) : (memref<8xi8>) -> ()
    call @list(%b) : (memref<4xi16>) -> ()
    call @make(%d) : (memref<2xf32>) -> ()
    return
  }
  func.func @net_init() attributes {snn.dt = 1.0 : f64, snn.name = "net", snn.role = "init"} {
    return
  }
}
