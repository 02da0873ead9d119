// Without the names of variables:
// RUN: snn-opt %s --snn-to-loops --split-input-file | sed -E '/func.func/! s/ \{snn.name = "[^"]*"\}//; /func.func/! s/, snn.name = "[^"]*"//' | FileCheck %s

// Sums over windows: row by row of the window, all channels at once; small windows that lie inside
// in one go.

// Spikes, without padding: every window lies inside, and has four elements.
// CHECK-LABEL: func.func private @sum_pool2d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4x4x2xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<2x2x2xf32> {snn.name = "y"}) attributes {snn.comment = "Sums over 2 x 2 windows, channels last."} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK:         scf.for %[[ARG2:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG3:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG4:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    memref.store %[[CST]], %[[ARG1]][%[[ARG2]], %[[ARG3]], %[[ARG4]]] : memref<2x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[ROW:.*]] = arith.muli %[[ARG2]], %[[C2]] : index
// CHECK-NEXT:    %[[COL:.*]] = arith.muli %[[ARG3]], %[[C2]] : index
// CHECK-NEXT:    %[[COL1:.*]] = arith.addi %[[COL]], %[[C1]] : index
// CHECK-NEXT:    %[[ROW1:.*]] = arith.addi %[[ROW]], %[[C1]] : index
// CHECK-NEXT:    scf.for %[[ARG4:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    %[[X0:.*]] = memref.load %[[ARG0]][%[[ROW]], %[[COL]], %[[ARG4]]] : memref<4x4x2xi1>
// CHECK-NEXT:    %[[X1:.*]] = memref.load %[[ARG0]][%[[ROW]], %[[COL1]], %[[ARG4]]] : memref<4x4x2xi1>
// CHECK-NEXT:    %[[X2:.*]] = memref.load %[[ARG0]][%[[ROW1]], %[[COL]], %[[ARG4]]] : memref<4x4x2xi1>
// CHECK-NEXT:    %[[X3:.*]] = memref.load %[[ARG0]][%[[ROW1]], %[[COL1]], %[[ARG4]]] : memref<4x4x2xi1>
// CHECK-NEXT:    %[[Y:.*]] = memref.load %[[ARG1]][%[[ARG2]], %[[ARG3]], %[[ARG4]]] : memref<2x2x2xf32>
// CHECK-NEXT:    %[[F0:.*]] = arith.uitofp %[[X0]] : i1 to f32
// CHECK-NEXT:    %[[Y0:.*]] = arith.addf %[[Y]], %[[F0]] : f32
// CHECK-NEXT:    %[[F1:.*]] = arith.uitofp %[[X1]] : i1 to f32
// CHECK-NEXT:    %[[Y1:.*]] = arith.addf %[[Y0]], %[[F1]] : f32
// CHECK-NEXT:    %[[F2:.*]] = arith.uitofp %[[X2]] : i1 to f32
// CHECK-NEXT:    %[[Y2:.*]] = arith.addf %[[Y1]], %[[F2]] : f32
// CHECK-NEXT:    %[[F3:.*]] = arith.uitofp %[[X3]] : i1 to f32
// CHECK-NEXT:    %[[Y3:.*]] = arith.addf %[[Y2]], %[[F3]] : f32
// CHECK-NEXT:    memref.store %[[Y3]], %[[ARG1]][%[[ARG2]], %[[ARG3]], %[[ARG4]]] : memref<2x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4x4x2xi1>) -> tensor<2x2x2xf32> attributes {dt = 1.0e-3 : f64} {
  %y = snn.sum_pool2d %x kernel [2, 2] stride [2, 2] channels_last
    : (tensor<4x4x2xi1>) -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// -----

// With padding the window's positions outside of the map are left out.
// CHECK-LABEL: func.func private @sum_pool2d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<3x2x4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<2x1x4xf32> {snn.name = "y"}) attributes {snn.comment = "Sums over 2 x 2 windows, channels last."} {
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK:         scf.for %[[ARG2:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG3:.*]] = %[[C0]] to %[[C4]] step %[[C1]] {
// CHECK-NEXT:    memref.store %[[CST]], %[[ARG1]][%[[ARG2]], %[[C0]], %[[ARG3]]] : memref<2x1x4xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V0:.*]] = arith.muli %[[ARG2]], %[[C2]] : index
// CHECK-NEXT:    %[[V1:.*]] = arith.maxui %[[V0]], %[[C1]] : index
// CHECK-NEXT:    %[[V2:.*]] = arith.subi %[[V1]], %[[C1]] : index
// CHECK-NEXT:    %[[V3:.*]] = arith.addi %[[V0]], %[[C1]] : index
// CHECK-NEXT:    scf.for %[[ARG3]] = %[[V2]] to %[[V3]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG4:.*]] = %[[C0]] to %[[C4]] step %[[C1]] {
// CHECK-NEXT:    %[[V4:.*]] = memref.load %[[ARG0]][%[[ARG3]], %[[C0]], %[[ARG4]]] : memref<3x2x4xf32>
// CHECK-NEXT:    %[[V5:.*]] = memref.load %[[ARG1]][%[[ARG2]], %[[C0]], %[[ARG4]]] : memref<2x1x4xf32>
// CHECK-NEXT:    %[[V6:.*]] = arith.addf %[[V5]], %[[V4]] : f32
// CHECK-NEXT:    memref.store %[[V6]], %[[ARG1]][%[[ARG2]], %[[C0]], %[[ARG4]]] : memref<2x1x4xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    return
snn.network @net(%x: tensor<3x2x4xf32>) -> tensor<2x1x4xf32> attributes {dt = 1.0e-3 : f64} {
  %y = snn.sum_pool2d %x kernel [2, 2] stride [2, 2] padding [1, 1, 1, 0] channels_last
    : (tensor<3x2x4xf32>) -> tensor<2x1x4xf32>
  snn.output %y : tensor<2x1x4xf32>
}

// -----

// A window of which nothing lies inside gives zeros.
// CHECK-LABEL: func.func private @sum_pool2d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<3x2x2xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<2x1x2xf32> {snn.name = "y"}) attributes {snn.comment = "Sums over 2 x 1 windows, channels last."} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK:         scf.for %[[ARG2:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    scf.for %[[ARG3:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    memref.store %[[CST]], %[[ARG1]][%[[ARG2]], %[[C0]], %[[ARG3]]] : memref<2x1x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    return
snn.network @net(%x: tensor<3x2x2xf32>) -> tensor<2x1x2xf32> attributes {dt = 1.0e-3 : f64} {
  %y = snn.sum_pool2d %x kernel [2, 1] stride [2, 5] padding [1, 0, 2, 0] channels_last
    : (tensor<3x2x2xf32>) -> tensor<2x1x2xf32>
  snn.output %y : tensor<2x1x2xf32>
}
