// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Convolutions: weights [out, in, height, width] become a global [in, height, width,
// out]; what an active input adds to all channels of one output position is contiguous.

// Spikes, an even stride, padding on all sides, a bias per channel.
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4x4x2xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<2x2x2xf32> {snn.name = "y"}) attributes {snn.comment = "Convolution with 1 x 2 kernels, 2 channels of 4 x 4 to 2 of 2 x 2, channels last.\0A  y = W * x + b"} {
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4x4x2xi1> to tensor<4x4x2xi1>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @conv2d_weight : memref<2x1x2x2xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<2x1x2x2xf32> to tensor<2x1x2x2xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<2x2x2xf32> to tensor<2x2x2xf32>
// CHECK-NEXT:    %[[V4:.*]] = memref.get_global @conv2d_bias : memref<2xf32>
// CHECK-NEXT:    %[[V5:.*]] = bufferization.to_tensor %[[V4]] restrict : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[BROADCASTED:.*]] = linalg.broadcast ins(%[[V5]] : tensor<2xf32>) outs(%[[V3]] : tensor<2x2x2xf32>) dimensions = [0, 1]
// CHECK-NEXT:    %[[V6:.*]] = scf.for %[[ARG2:.*]] = %[[C0]] to %[[C4]] step %[[C1]] iter_args(%[[ARG3:.*]] = %[[BROADCASTED]]) -> (tensor<2x2x2xf32>) {
// CHECK-NEXT:    %[[V7:.*]] = arith.addi %[[ARG2]], %[[C1]] : index
// CHECK-NEXT:    %[[V8:.*]] = arith.addi %[[ARG2]], %[[C3]] : index
// CHECK-NEXT:    %[[V9:.*]] = arith.divui %[[V8]], %[[C3]] : index
// CHECK-NEXT:    %[[V10:.*]] = arith.divui %[[V7]], %[[C3]] : index
// CHECK-NEXT:    %[[V11:.*]] = arith.addi %[[V10]], %[[C1]] : index
// CHECK-NEXT:    %[[V12:.*]] = scf.for %[[ARG4:.*]] = %[[C0]] to %[[C4]] step %[[C1]] iter_args(%[[ARG5:.*]] = %[[ARG3]]) -> (tensor<2x2x2xf32>) {
// CHECK-NEXT:    %[[V13:.*]] = arith.addi %[[ARG4]], %[[C1]] : index
// CHECK-NEXT:    %[[V14:.*]] = arith.addi %[[ARG4]], %[[C2]] : index
// CHECK-NEXT:    %[[V15:.*]] = arith.divui %[[V14]], %[[C3]] : index
// CHECK-NEXT:    %[[V16:.*]] = arith.divui %[[V13]], %[[C3]] : index
// CHECK-NEXT:    %[[V17:.*]] = arith.addi %[[V16]], %[[C1]] : index
// CHECK-NEXT:    %[[V18:.*]] = scf.for %[[ARG6:.*]] = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%[[ARG7:.*]] = %[[ARG5]]) -> (tensor<2x2x2xf32>) {
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[ARG2]], %[[ARG4]], %[[ARG6]]] : tensor<4x4x2xi1>
// CHECK-NEXT:    %[[V19:.*]] = scf.if %[[EXTRACTED]] -> (tensor<2x2x2xf32>) {
// CHECK-NEXT:    %[[V20:.*]] = scf.for %[[ARG8:.*]] = %[[V9]] to %[[V11]] step %[[C1]] iter_args(%[[ARG9:.*]] = %[[ARG7]]) -> (tensor<2x2x2xf32>) {
// CHECK-NEXT:    %[[V21:.*]] = arith.muli %[[ARG8]], %[[C3]] : index
// CHECK-NEXT:    %[[V22:.*]] = arith.subi %[[V7]], %[[V21]] : index
// CHECK-NEXT:    %[[V23:.*]] = scf.for %[[ARG10:.*]] = %[[V15]] to %[[V17]] step %[[C1]] iter_args(%[[ARG11:.*]] = %[[ARG9]]) -> (tensor<2x2x2xf32>) {
// CHECK-NEXT:    %[[V24:.*]] = arith.muli %[[ARG10]], %[[C3]] : index
// CHECK-NEXT:    %[[V25:.*]] = arith.subi %[[V13]], %[[V24]] : index
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[ARG11]][%[[ARG8]], %[[ARG10]], 0] [1, 1, 2] [1, 1, 1] : tensor<2x2x2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_0:.*]] = tensor.extract_slice %[[V2]][%[[ARG6]], %[[V22]], %[[V25]], 0] [1, 1, 1, 2] [1, 1, 1, 1] : tensor<2x1x2x2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V26:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE_0]] : tensor<2xf32>) outs(%[[EXTRACTED_SLICE]] : tensor<2xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V27:.*]] = arith.addf %[[OUT]], %[[IN]] : f32
// CHECK-NEXT:    linalg.yield %[[V27]] : f32
// CHECK-NEXT:    } -> tensor<2xf32>
// CHECK-NEXT:    %[[INSERTED_SLICE:.*]] = tensor.insert_slice %[[V26]] into %[[ARG11]][%[[ARG8]], %[[ARG10]], 0] [1, 1, 2] [1, 1, 1] : tensor<2xf32> into tensor<2x2x2xf32>
// CHECK-NEXT:    scf.yield %[[INSERTED_SLICE]] : tensor<2x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V23]] : tensor<2x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V20]] : tensor<2x2x2xf32>
// CHECK-NEXT:    } else {
// CHECK-NEXT:    scf.yield %[[ARG7]] : tensor<2x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V19]] : tensor<2x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V18]] : tensor<2x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V12]] : tensor<2x2x2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V6]] in restrict writable %[[ARG1]] : (tensor<2x2x2xf32>, memref<2x2x2xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @conv2d_weight : memref<2x1x2x2xf32> = dense<{{\[\[}}{{\[\[}}1.000000e+00, 5.000000e+00], [2.000000e+00, 6.000000e+00]]], {{\[\[}}[3.000000e+00, 7.000000e+00], [4.000000e+00, 8.000000e+00]]]]>
// CHECK:         memref.global "private" constant @conv2d_bias : memref<2xf32> = dense<[5.000000e-01, 2.500000e-01]>
snn.network @net(%x: tensor<4x4x2xi1>) -> tensor<2x2x2xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[[[1.0, 2.0]], [[3.0, 4.0]]], [[[5.0, 6.0]], [[7.0, 8.0]]]]> : tensor<2x2x1x2xf32>
  %b = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %y = snn.conv2d %x, %w bias %b stride [3, 3] padding [1, 1, 1, 1] channels_last
    : (tensor<4x4x2xi1>, tensor<2x2x1x2xf32>, tensor<2xf32>) -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// -----

// Values, dilation, groups: one group of channels after the other, and only positions that the
// kernel has.
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<5x4x2x2xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<3x2x2x1xf32> {snn.name = "y"}) attributes {snn.comment = "Convolution with 2 x 2 kernels, 4 channels of 5 x 4 to 2 of 3 x 2, channels last.\0A  y = W * x"} {
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C5:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<5x4x2x2xf32> to tensor<5x4x2x2xf32>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @conv2d_weight : memref<2x2x2x2x1xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<2x2x2x2x1xf32> to tensor<2x2x2x2x1xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3x2x2x1xf32> to tensor<3x2x2x1xf32>
// CHECK-NEXT:    %[[V4:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V3]] : tensor<3x2x2x1xf32>) -> tensor<3x2x2x1xf32>
// CHECK-NEXT:    %[[V5:.*]] = scf.for %[[ARG2:.*]] = %[[C0]] to %[[C5]] step %[[C1]] iter_args(%[[ARG3:.*]] = %[[V4]]) -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[V6:.*]] = arith.addi %[[ARG2]], %[[C1]] : index
// CHECK-NEXT:    %[[V7:.*]] = arith.maxui %[[V6]], %[[C3]] : index
// CHECK-NEXT:    %[[V8:.*]] = arith.subi %[[V7]], %[[C3]] : index
// CHECK-NEXT:    %[[V9:.*]] = arith.minui %[[V6]], %[[C3]] : index
// CHECK-NEXT:    %[[V10:.*]] = scf.for %[[ARG4:.*]] = %[[C0]] to %[[C4]] step %[[C1]] iter_args(%[[ARG5:.*]] = %[[ARG3]]) -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[V11:.*]] = arith.addi %[[ARG4]], %[[C1]] : index
// CHECK-NEXT:    %[[V12:.*]] = arith.maxui %[[V11]], %[[C3]] : index
// CHECK-NEXT:    %[[V13:.*]] = arith.subi %[[V12]], %[[C3]] : index
// CHECK-NEXT:    %[[V14:.*]] = arith.minui %[[V11]], %[[C2]] : index
// CHECK-NEXT:    %[[V15:.*]] = scf.for %[[ARG6:.*]] = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%[[ARG7:.*]] = %[[ARG5]]) -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[V16:.*]] = scf.for %[[ARG8:.*]] = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%[[ARG9:.*]] = %[[ARG7]]) -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[ARG2]], %[[ARG4]], %[[ARG6]], %[[ARG8]]] : tensor<5x4x2x2xf32>
// CHECK-NEXT:    %[[V17:.*]] = arith.cmpf une, %[[EXTRACTED]], %[[CST]] : f32
// CHECK-NEXT:    %[[V18:.*]] = scf.if %[[V17]] -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[V19:.*]] = scf.for %[[ARG10:.*]] = %[[V8]] to %[[V9]] step %[[C1]] iter_args(%[[ARG11:.*]] = %[[ARG9]]) -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[V20:.*]] = arith.subi %[[ARG2]], %[[ARG10]] : index
// CHECK-NEXT:    %[[V21:.*]] = arith.remui %[[V20]], %[[C2]] : index
// CHECK-NEXT:    %[[V22:.*]] = arith.cmpi eq, %[[V21]], %[[C0]] : index
// CHECK-NEXT:    %[[V23:.*]] = scf.if %[[V22]] -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[V24:.*]] = arith.divui %[[V20]], %[[C2]] : index
// CHECK-NEXT:    %[[V25:.*]] = scf.for %[[ARG12:.*]] = %[[V13]] to %[[V14]] step %[[C1]] iter_args(%[[ARG13:.*]] = %[[ARG11]]) -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[V26:.*]] = arith.subi %[[ARG4]], %[[ARG12]] : index
// CHECK-NEXT:    %[[V27:.*]] = arith.remui %[[V26]], %[[C2]] : index
// CHECK-NEXT:    %[[V28:.*]] = arith.cmpi eq, %[[V27]], %[[C0]] : index
// CHECK-NEXT:    %[[V29:.*]] = scf.if %[[V28]] -> (tensor<3x2x2x1xf32>) {
// CHECK-NEXT:    %[[V30:.*]] = arith.divui %[[V26]], %[[C2]] : index
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[ARG13]][%[[ARG10]], %[[ARG12]], %[[ARG6]], 0] [1, 1, 1, 1] [1, 1, 1, 1] : tensor<3x2x2x1xf32> to tensor<1xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_0:.*]] = tensor.extract_slice %[[V2]][%[[ARG6]], %[[ARG8]], %[[V24]], %[[V30]], 0] [1, 1, 1, 1, 1] [1, 1, 1, 1, 1] : tensor<2x2x2x2x1xf32> to tensor<1xf32>
// CHECK-NEXT:    %[[V31:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE_0]] : tensor<1xf32>) outs(%[[EXTRACTED_SLICE]] : tensor<1xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V32:.*]] = arith.mulf %[[IN]], %[[EXTRACTED]] : f32
// CHECK-NEXT:    %[[V33:.*]] = arith.addf %[[OUT]], %[[V32]] : f32
// CHECK-NEXT:    linalg.yield %[[V33]] : f32
// CHECK-NEXT:    } -> tensor<1xf32>
// CHECK-NEXT:    %[[INSERTED_SLICE:.*]] = tensor.insert_slice %[[V31]] into %[[ARG13]][%[[ARG10]], %[[ARG12]], %[[ARG6]], 0] [1, 1, 1, 1] [1, 1, 1, 1] : tensor<1xf32> into tensor<3x2x2x1xf32>
// CHECK-NEXT:    scf.yield %[[INSERTED_SLICE]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    } else {
// CHECK-NEXT:    scf.yield %[[ARG13]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V29]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V25]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    } else {
// CHECK-NEXT:    scf.yield %[[ARG11]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V23]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V19]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    } else {
// CHECK-NEXT:    scf.yield %[[ARG9]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V18]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V16]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V15]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V10]] : tensor<3x2x2x1xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG1]] : (tensor<3x2x2x1xf32>, memref<3x2x2x1xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @conv2d_weight : memref<2x2x2x2x1xf32> = dense<{{\[\[}}{{\[\[}}[1.000000e+00], [2.000000e+00]], {{\[\[}}3.000000e+00], [4.000000e+00]]], {{\[\[}}[5.000000e+00], [6.000000e+00]], {{\[\[}}7.000000e+00], [8.000000e+00]]]], {{\[\[}}{{\[\[}}-1.000000e+00], [-2.000000e+00]], {{\[\[}}-3.000000e+00], [-4.000000e+00]]], {{\[\[}}[-5.000000e+00], [-6.000000e+00]], {{\[\[}}-7.000000e+00], [-8.000000e+00]]]]]>
snn.network @net(%x: tensor<5x4x4xf32>) -> tensor<3x2x2xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]], [[[-1.0, -2.0], [-3.0, -4.0]], [[-5.0, -6.0], [-7.0, -8.0]]]]> : tensor<2x2x2x2xf32>
  %y = snn.conv2d %x, %w dilation [2, 2] groups 2 channels_last
    : (tensor<5x4x4xf32>, tensor<2x2x2x2xf32>) -> tensor<3x2x2xf32>
  snn.output %y : tensor<3x2x2xf32>
}
