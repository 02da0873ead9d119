// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 %s -o %t/net.c && snn-translate --snn-to-c11-header %s -o %t/net.h
// RUN: FileCheck %s < %t/net.c
// RUN: gcc %strict -c %t/net.c -o %t/net.o

// Two numbers at a time that are stored, and nothing else: the helpers are there as well.

// CHECK: NET_HELPER void net_store2(
module {
  // CHECK-LABEL: static SNN_LAYER void net_rest(
  func.func private @rest(%v: memref<8xi16> {snn.name = "v"}) {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %c8 = arith.constant 8 : index
    %leak = arith.constant dense<-7> : vector<2xi16>
    // CHECK: net_store2(&v[n], net_both(-7));
    scf.for %n = %c0 to %c8 step %c2 {
      vector.store %leak, %v[%n] : memref<8xi16>, vector<2xi16>
    } {snn.name = "n"}
    return
  }
  func.func @net_step(%v: memref<8xi16> {snn.kind = "state", snn.name = "v"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @rest(%v) : (memref<8xi16>) -> ()
    return
  }
  func.func @net_init(%v: memref<8xi16> {snn.kind = "state", snn.name = "v"})
      attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @rest(%v) : (memref<8xi16>) -> ()
    return
  }
}
