// RUN: snn-translate --snn-to-c11 %s | FileCheck %s

// Loops IR written by hand: parentheses, order of sums, and loads that must not
// move past a store.

module {
  func.func private @work(%x: memref<4xf32> {snn.name = "x"}, %y: memref<4xf32> {snn.name = "y"}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %half = arith.constant -0.5 : f32

    // CHECK:      y[0] = (x[0] - x[1]) * (x[0] - (x[1] - x[2]));
    %a = memref.load %x[%c0] : memref<4xf32>
    %b = memref.load %x[%c1] : memref<4xf32>
    %a2 = memref.load %x[%c0] : memref<4xf32>
    %b2 = memref.load %x[%c1] : memref<4xf32>
    %c = memref.load %x[%c2] : memref<4xf32>
    %d = arith.subf %a, %b : f32
    %e = arith.subf %b2, %c : f32
    %f = arith.subf %a2, %e : f32
    %g = arith.mulf %d, %f : f32
    memref.store %g, %y[%c0] : memref<4xf32>

    // The loaded value is the one from before the store.
    // CHECK-NEXT: const float y_old = y[0];
    // CHECK-NEXT: y[0] = -0.5f;
    // CHECK-NEXT: y[1] = y_old;
    %old = memref.load %y[%c0] : memref<4xf32>
    memref.store %half, %y[%c0] : memref<4xf32>
    memref.store %old, %y[%c1] : memref<4xf32>

    // Used twice, so it has a name; NaN compares as the predicate says.
    // CHECK-NEXT: const float value = x[0] / x[1];
    // CHECK-NEXT: y[2] = !(value <= 1e+10f) ? value : -0.5f;
    %big = arith.constant 1.0e10 : f32
    %p = memref.load %x[%c0] : memref<4xf32>
    %q = memref.load %x[%c1] : memref<4xf32>
    %r = arith.divf %p, %q : f32
    %s = arith.cmpf ugt, %r, %big : f32
    %t = arith.select %s, %r, %half : f32
    memref.store %t, %y[%c2] : memref<4xf32>

    // CHECK-NEXT: for (size_t n = 0; n < 4; n += 2) {
    // CHECK-NEXT:     y[n] += x[n] * -0.5f;
    // CHECK-NEXT: }
    scf.for %i = %c0 to %c4 step %c2 {
      %l = memref.load %y[%i] : memref<4xf32>
      %m = memref.load %x[%i] : memref<4xf32>
      %n = arith.mulf %m, %half : f32
      %o = arith.addf %l, %n : f32
      memref.store %o, %y[%i] : memref<4xf32>
    }
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  // A network without state still has a struct.
  // CHECK:      void net_init(net_t *net)
  // CHECK-NEXT: {
  // CHECK-NEXT:     net->unused = 0;
  // CHECK:      void net_step(net_t *net, const float *x, float *y)
  // CHECK-NEXT: {
  // CHECK-NEXT:     (void)net;
  // CHECK-NEXT:     net_work(x, y);
  func.func @net_step(%x: memref<4xf32> {snn.kind = "input", snn.name = "x"},
                      %y: memref<4xf32> {snn.kind = "output", snn.name = "y"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @work(%x, %y) : (memref<4xf32>, memref<4xf32>) -> ()
    return
  }
}
