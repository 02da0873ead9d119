// Without the names of variables:
// RUN: snn-opt %s --snn-to-loops --split-input-file | sed -E '/func.func/! s/ \{snn.name = "[^"]*"\}//; /func.func/! s/, snn.name = "[^"]*"//' | FileCheck %s

// The sums of sum_pool2d, divided by the size of the window, also where it reaches out.

// A window of 2 x 3.
// CHECK-LABEL: func.func private @avg_pool2d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4x4x2xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<3x2x2xf32> {snn.name = "y"}) attributes {snn.comment = "Averages over 2 x 3 windows, channels last."} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 6.000000e+00 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK:         scf.for %[[ARG2:.*]] = %[[C0]] to %[[C3]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG3:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG4:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    memref.store %[[CST_0]], %[[ARG1]][%[[ARG2]], %[[ARG3]], %[[ARG4]]] : memref<3x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V0:.*]] = arith.addi %[[ARG2]], %[[C2]] : index
// CHECK-NEXT:    %[[V1:.*]] = arith.addi %[[ARG3]], %[[C3]] : index
// CHECK-NEXT:    scf.for %[[ARG4]] = %[[ARG2]] to %[[V0]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG5:.*]] = %[[ARG3]] to %[[V1]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG6:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    %[[V2:.*]] = memref.load %[[ARG0]][%[[ARG4]], %[[ARG5]], %[[ARG6]]] : memref<4x4x2xi1>
// CHECK-NEXT:    %[[V3:.*]] = memref.load %[[ARG1]][%[[ARG2]], %[[ARG3]], %[[ARG6]]] : memref<3x2x2xf32>
// CHECK-NEXT:    %[[V4:.*]] = arith.uitofp %[[V2]] : i1 to f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V3]], %[[V4]] : f32
// CHECK-NEXT:    memref.store %[[V5]], %[[ARG1]][%[[ARG2]], %[[ARG3]], %[[ARG6]]] : memref<3x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.for %[[ARG4]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    %[[V2]] = memref.load %[[ARG1]][%[[ARG2]], %[[ARG3]], %[[ARG4]]] : memref<3x2x2xf32>
// CHECK-NEXT:    %[[V3]] = arith.divf %[[V2]], %[[CST]] : f32
// CHECK-NEXT:    memref.store %[[V3]], %[[ARG1]][%[[ARG2]], %[[ARG3]], %[[ARG4]]] : memref<3x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4x4x2xi1>) -> tensor<3x2x2xf32> attributes {dt = 1.0e-3 : f64} {
  %y = snn.avg_pool2d %x kernel [2, 3] channels_last
    : (tensor<4x4x2xi1>) -> tensor<3x2x2xf32>
  snn.output %y : tensor<3x2x2xf32>
}
