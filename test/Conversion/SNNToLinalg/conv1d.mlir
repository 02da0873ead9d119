// Without the names of variables:
// RUN: snn-opt %s --snn-to-loops --split-input-file | sed -E '/func.func/! s/ \{snn.name = "[^"]*"\}//; /func.func/! s/, snn.name = "[^"]*"//' | FileCheck %s

// Convolutions in one dimension.

// Counts, a kernel that is longer than the stride.
// CHECK-LABEL: func.func private @conv1d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<6x1xi8> {snn.name = "x"}, %[[ARG1:.*]]: memref<3x2xf64> {snn.name = "y"}) attributes {snn.comment = "Convolution with 3 kernels, 1 channels of 6 to 2 of 3, channels last.\0A  y = W * x"} {
// CHECK-DAG:     %[[C0_I8:.*]] = arith.constant 0 : i8
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C6:.*]] = arith.constant 6 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f64
// CHECK:         %[[V0:.*]] = memref.get_global @conv1d_weight : memref<1x3x2xf64>
// CHECK-NEXT:    %[[FLAT:.*]] = memref.collapse_shape %[[ARG1]] {{\[\[}}0, 1]] : memref<3x2xf64> into memref<6xf64>
// CHECK-NEXT:    scf.for %[[ARG2:.*]] = %[[C0]] to %[[C6]] step %[[C1]] {
// CHECK-NEXT:    memref.store %[[CST]], %[[FLAT]][%[[ARG2]]] : memref<6xf64>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.for %[[ARG2]] = %[[C0]] to %[[C6]] step %[[C1]] {
// CHECK-NEXT:    %[[V1:.*]] = arith.addi %[[ARG2]], %[[C1]] : index
// CHECK-NEXT:    %[[V2:.*]] = arith.divui %[[ARG2]], %[[C2]] : index
// CHECK-NEXT:    %[[V3:.*]] = arith.divui %[[V1]], %[[C2]] : index
// CHECK-NEXT:    %[[V4:.*]] = arith.addi %[[V3]], %[[C1]] : index
// CHECK-NEXT:    %[[V5:.*]] = arith.minui %[[V4]], %[[C3]] : index
// CHECK-NEXT:    %[[V6:.*]] = memref.load %[[ARG0]][%[[ARG2]], %[[C0]]] : memref<6x1xi8>
// CHECK-NEXT:    %[[V7:.*]] = arith.cmpi ne, %[[V6]], %[[C0_I8]] : i8
// CHECK-NEXT:    scf.if %[[V7]] {
// CHECK-NEXT:    %[[V8:.*]] = arith.uitofp %[[V6]] : i8 to f64
// CHECK-NEXT:    scf.for %[[ARG3:.*]] = %[[V2]] to %[[V5]] step %[[C1]] {
// CHECK-NEXT:    %[[V9:.*]] = arith.muli %[[ARG3]], %[[C2]] : index
// CHECK-NEXT:    %[[V10:.*]] = arith.subi %[[V1]], %[[V9]] : index
// CHECK-NEXT:    scf.for %[[ARG4:.*]] = %[[C0]] to %[[C2]] step %[[C1]] {
// CHECK-NEXT:    %[[V11:.*]] = memref.load %[[V0]][%[[C0]], %[[V10]], %[[ARG4]]] : memref<1x3x2xf64>
// CHECK-NEXT:    %[[V12:.*]] = memref.load %[[ARG1]][%[[ARG3]], %[[ARG4]]] : memref<3x2xf64>
// CHECK-NEXT:    %[[V13:.*]] = arith.mulf %[[V11]], %[[V8]] : f64
// CHECK-NEXT:    %[[V14:.*]] = arith.addf %[[V12]], %[[V13]] : f64
// CHECK-NEXT:    memref.store %[[V14]], %[[ARG1]][%[[ARG3]], %[[ARG4]]] : memref<3x2xf64>
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @conv1d_weight : memref<1x3x2xf64> = dense<{{\[\[}}[1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]]>
snn.network @net(%x: tensor<6x1xui8>) -> tensor<3x2xf64> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]]> : tensor<2x1x3xf64>
  %y = snn.conv1d %x, %w stride [2] padding [1, 0] channels_last
    : (tensor<6x1xui8>, tensor<2x1x3xf64>) -> tensor<3x2xf64>
  snn.output %y : tensor<3x2xf64>
}
