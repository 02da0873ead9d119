// RUN: snn-opt %s --snn-to-loops | FileCheck %s --implicit-check-not=memref.alloc --implicit-check-not=memref.copy
// RUN: snn-opt %S/SNNToLinalg/add.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/cuba_li.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/cuba_lif.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/delay.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/li.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/lif.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/lif-pre.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/lif-spikes.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/linear.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/network.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/scale.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc
// RUN: snn-opt %S/SNNToLinalg/threshold.mlir --snn-to-loops --split-input-file | FileCheck %s --check-prefix=ALL --implicit-check-not=memref.alloc

// State is updated where it is: after bufferization nothing is allocated and
// nothing copied, in the whole step. For no kind of node anything is allocated.

// ALL: func.func @{{.*}}_step(

// CHECK-LABEL: func.func private @lif1(
// CHECK-SAME:    %{{.*}} {snn.name = "x"}, %{{.*}} {snn.name = "spikes", snn.signals = ["lif1"]}, %[[I:.*]]: memref<3xf32> {snn.name = "i", snn.signals = ["lif1.i"]}, %[[V:.*]]: memref<3xf32> {snn.name = "v", snn.signals = ["lif1.v"]}
// CHECK:         scf.for %[[N:.*]] =
// CHECK-DAG:       memref.load %[[I]][%[[N]]]
// CHECK-DAG:       memref.load %[[V]][%[[N]]]
// CHECK-DAG:       memref.store %{{.*}}, %[[I]][%[[N]]]
// CHECK-DAG:       memref.store %{{.*}}, %[[V]][%[[N]]]
snn.network @net(%x: tensor<3xi1>) -> tensor<3xi1> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<3x3xf32>
  %c = arith.constant 0.5 : f32
  %y = snn.linear %x, %w {snn.node = "fc1"} : (tensor<3xi1>, tensor<3x3xf32>) -> tensor<3xf32>
  %p = snn.delay %s by dense<2> : tensor<i64> {snn.node = "d"} : tensor<3xi1>
  %r = snn.linear %p, %w {snn.node = "w_rec"} : (tensor<3xi1>, tensor<3x3xf32>) -> tensor<3xf32>
  %sum = snn.add %y, %r {snn.node = "sum"} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %s, %v, %i = snn.cuba_lif %sum current_decay(%c) decay(%c) threshold(%c)
    {snn.node = "lif1"} : (tensor<3xf32>, f32, f32, f32) -> (tensor<3xi1>, tensor<3xf32>, tensor<3xf32>)
  snn.output %s : tensor<3xi1>
}
