// RUN: snn-translate --snn-to-c11 %s | FileCheck %s

// How often a neuron spikes is a float that becomes an integer: helpers have no branches where there are
// vectors. Other selections and casts stay what they are.

module {
  // CHECK: net_to_count(float x, float most)
  // CHECK-LABEL: void net_counts(
  func.func private @counts(%v: memref<16xf32> {snn.name = "v"}, %s: memref<16xi8> {snn.name = "s"}, %u: memref<16xi8> {snn.name = "u"}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.5 : f32
    %most = arith.constant 255.0 : f32
    scf.for %n = %c0 to %c16 step %c1 {
      %x = memref.load %v[%n] : memref<16xf32>
      %fires = arith.cmpf oge, %x, %one : f32
      %times = arith.divf %x, %one : f32
      // CHECK:      const float ratio = net_where(v_old >= 1.5f, v_old / 1.5f);
      %ratio = arith.select %fires, %times, %zero {snn.name = "ratio"} : f32
      %more = arith.cmpf ogt, %ratio, %most : f32
      %bounded = arith.select %more, %most, %ratio : f32
      // CHECK-NEXT: s[n] = net_to_count(ratio, 255.0f);
      %count = arith.fptoui %bounded : f32 to i8
      memref.store %count, %s[%n] : memref<16xi8>
      %differs = arith.cmpf oge, %x, %one : f32
      // CHECK-NEXT: const float other = v_old >= 1.5f ? v_old : 1.5f;
      %other = arith.select %differs, %x, %one {snn.name = "other"} : f32
      // CHECK-NEXT: u[n] = (uint8_t)(other > 255.0f ? 255.0f : other);
      %less = arith.cmpf ogt, %other, %most : f32
      %least = arith.select %less, %most, %other : f32
      %number = arith.fptoui %least : f32 to i8
      memref.store %number, %u[%n] : memref<16xi8>
    }
    return
  }
  func.func @net_step(%s: memref<16xi8> {snn.kind = "output", snn.name = "s"}, %u: memref<16xi8> {snn.kind = "output", snn.name = "u"}, %v: memref<16xf32> {snn.kind = "state", snn.name = "v"}) attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    func.call @counts(%v, %s, %u) : (memref<16xf32>, memref<16xi8>, memref<16xi8>) -> ()
    return
  }
  func.func @net_init(%v: memref<16xf32> {snn.kind = "state", snn.name = "v"}) attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}
