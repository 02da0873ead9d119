// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// All-to-all synapses: weights [out, in] become a global [in, out], so that the row of one
// input is contiguous. Without events all rows are added, four at a time and in order.

// Spikes count as 0 and 1. A bias per neuron is copied. Fewer than four rows are left over.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<6xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<3xf32> {snn.name = "y"}) attributes {snn.comment = "All-to-all synapses, 6 to 3.\0A  y = W x + b"} {
// CHECK-DAG:     %[[C5:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<6xi1> to tensor<6xi1>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<6x3xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<6x3xf32> to tensor<6x3xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V4:.*]] = memref.get_global @linear_bias : memref<3xf32>
// CHECK-NEXT:    %[[V5:.*]] = bufferization.to_tensor %[[V4]] restrict : memref<3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V6:.*]] = linalg.copy ins(%[[V5]] : tensor<3xf32>) outs(%[[V3]] : tensor<3xf32>) -> tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[C0]]] : tensor<6xi1>
// CHECK-NEXT:    %[[V7:.*]] = arith.uitofp %[[EXTRACTED]] : i1 to f32
// CHECK-NEXT:    %[[EXTRACTED_0:.*]] = tensor.extract %[[V0]][%[[C1]]] : tensor<6xi1>
// CHECK-NEXT:    %[[V8:.*]] = arith.uitofp %[[EXTRACTED_0]] : i1 to f32
// CHECK-NEXT:    %[[EXTRACTED_2:.*]] = tensor.extract %[[V0]][%[[C2]]] : tensor<6xi1>
// CHECK-NEXT:    %[[V9:.*]] = arith.uitofp %[[EXTRACTED_2]] : i1 to f32
// CHECK-NEXT:    %[[EXTRACTED_4:.*]] = tensor.extract %[[V0]][%[[C3]]] : tensor<6xi1>
// CHECK-NEXT:    %[[V10:.*]] = arith.uitofp %[[EXTRACTED_4]] : i1 to f32
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V2]][0, 0] [1, 3] [1, 1] : tensor<6x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_1:.*]] = tensor.extract_slice %[[V2]][1, 0] [1, 3] [1, 1] : tensor<6x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_3:.*]] = tensor.extract_slice %[[V2]][2, 0] [1, 3] [1, 1] : tensor<6x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_5:.*]] = tensor.extract_slice %[[V2]][3, 0] [1, 3] [1, 1] : tensor<6x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V11:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]], %[[EXTRACTED_SLICE_1]], %[[EXTRACTED_SLICE_3]], %[[EXTRACTED_SLICE_5]] : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%[[V6]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_10:.*]]: f32, %[[IN_11:.*]]: f32, %[[IN_12:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V15:.*]] = arith.mulf %[[IN]], %[[V7]] : f32
// CHECK-NEXT:    %[[V16:.*]] = arith.addf %[[OUT]], %[[V15]] : f32
// CHECK-NEXT:    %[[V17:.*]] = arith.mulf %[[IN_10]], %[[V8]] : f32
// CHECK-NEXT:    %[[V18:.*]] = arith.addf %[[V16]], %[[V17]] : f32
// CHECK-NEXT:    %[[V19:.*]] = arith.mulf %[[IN_11]], %[[V9]] : f32
// CHECK-NEXT:    %[[V20:.*]] = arith.addf %[[V18]], %[[V19]] : f32
// CHECK-NEXT:    %[[V21:.*]] = arith.mulf %[[IN_12]], %[[V10]] : f32
// CHECK-NEXT:    %[[V22:.*]] = arith.addf %[[V20]], %[[V21]] : f32
// CHECK-NEXT:    linalg.yield %[[V22]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_6:.*]] = tensor.extract %[[V0]][%[[C4]]] : tensor<6xi1>
// CHECK-NEXT:    %[[V12:.*]] = arith.uitofp %[[EXTRACTED_6]] : i1 to f32
// CHECK-NEXT:    %[[EXTRACTED_8:.*]] = tensor.extract %[[V0]][%[[C5]]] : tensor<6xi1>
// CHECK-NEXT:    %[[V13:.*]] = arith.uitofp %[[EXTRACTED_8]] : i1 to f32
// CHECK-NEXT:    %[[EXTRACTED_SLICE_7:.*]] = tensor.extract_slice %[[V2]][4, 0] [1, 3] [1, 1] : tensor<6x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_9:.*]] = tensor.extract_slice %[[V2]][5, 0] [1, 3] [1, 1] : tensor<6x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V14:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE_7]], %[[EXTRACTED_SLICE_9]] : tensor<3xf32>, tensor<3xf32>) outs(%[[V11]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN]]: f32, %[[IN_10]]: f32, %[[OUT]]: f32):
// CHECK-NEXT:    %[[V15]] = arith.mulf %[[IN]], %[[V12]] : f32
// CHECK-NEXT:    %[[V16]] = arith.addf %[[OUT]], %[[V15]] : f32
// CHECK-NEXT:    %[[V17]] = arith.mulf %[[IN_10]], %[[V13]] : f32
// CHECK-NEXT:    %[[V18]] = arith.addf %[[V16]], %[[V17]] : f32
// CHECK-NEXT:    linalg.yield %[[V18]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V14]] in restrict writable %[[ARG1]] : (tensor<3xf32>, memref<3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<6x3xf32> = dense<{{\[\[}}1.000000e+00, 7.000000e+00, 1.300000e+01], [2.000000e+00, 8.000000e+00, 1.400000e+01], [3.000000e+00, 9.000000e+00, 1.500000e+01], [4.000000e+00, 1.000000e+01, 1.600000e+01], [5.000000e+00, 1.100000e+01, 1.700000e+01], [6.000000e+00, 1.200000e+01, 1.800000e+01]]>
// CHECK:         memref.global "private" constant @linear_bias : memref<3xf32> = dense<[5.000000e-01, 1.500000e+00, 2.500000e+00]>
snn.network @net(%x: tensor<6xi1>) -> tensor<3xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [7.0, 8.0, 9.0, 10.0, 11.0, 12.0], [13.0, 14.0, 15.0, 16.0, 17.0, 18.0]]> : tensor<3x6xf32>
  %b = arith.constant dense<[0.5, 1.5, 2.5]> : tensor<3xf32>
  %y = snn.linear %x, %w bias %b : (tensor<6xi1>, tensor<3x6xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// -----

// Values; a bias that is the same everywhere fills the sums.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf64> {snn.name = "x"}, %[[ARG1:.*]]: memref<2xf64> {snn.name = "y"}) attributes {snn.comment = "All-to-all synapses, 4 to 2.\0A  y = W x + b"} {
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 2.000000e+00 : f64
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf64> to tensor<4xf64>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<4x2xf64>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<4x2xf64> to tensor<4x2xf64>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[V4:.*]] = linalg.fill ins(%[[CST]] : f64) outs(%[[V3]] : tensor<2xf64>) -> tensor<2xf64>
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[C0]]] : tensor<4xf64>
// CHECK-NEXT:    %[[EXTRACTED_0:.*]] = tensor.extract %[[V0]][%[[C1]]] : tensor<4xf64>
// CHECK-NEXT:    %[[EXTRACTED_2:.*]] = tensor.extract %[[V0]][%[[C2]]] : tensor<4xf64>
// CHECK-NEXT:    %[[EXTRACTED_4:.*]] = tensor.extract %[[V0]][%[[C3]]] : tensor<4xf64>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V2]][0, 0] [1, 2] [1, 1] : tensor<4x2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_1:.*]] = tensor.extract_slice %[[V2]][1, 0] [1, 2] [1, 1] : tensor<4x2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_3:.*]] = tensor.extract_slice %[[V2]][2, 0] [1, 2] [1, 1] : tensor<4x2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_5:.*]] = tensor.extract_slice %[[V2]][3, 0] [1, 2] [1, 1] : tensor<4x2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[V5:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]], %[[EXTRACTED_SLICE_1]], %[[EXTRACTED_SLICE_3]], %[[EXTRACTED_SLICE_5]] : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) outs(%[[V4]] : tensor<2xf64>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f64, %[[IN_6:.*]]: f64, %[[IN_7:.*]]: f64, %[[IN_8:.*]]: f64, %[[OUT:.*]]: f64):
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[IN]], %[[EXTRACTED]] : f64
// CHECK-NEXT:    %[[V7:.*]] = arith.addf %[[OUT]], %[[V6]] : f64
// CHECK-NEXT:    %[[V8:.*]] = arith.mulf %[[IN_6]], %[[EXTRACTED_0]] : f64
// CHECK-NEXT:    %[[V9:.*]] = arith.addf %[[V7]], %[[V8]] : f64
// CHECK-NEXT:    %[[V10:.*]] = arith.mulf %[[IN_7]], %[[EXTRACTED_2]] : f64
// CHECK-NEXT:    %[[V11:.*]] = arith.addf %[[V9]], %[[V10]] : f64
// CHECK-NEXT:    %[[V12:.*]] = arith.mulf %[[IN_8]], %[[EXTRACTED_4]] : f64
// CHECK-NEXT:    %[[V13:.*]] = arith.addf %[[V11]], %[[V12]] : f64
// CHECK-NEXT:    linalg.yield %[[V13]] : f64
// CHECK-NEXT:    } -> tensor<2xf64>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG1]] : (tensor<2xf64>, memref<2xf64>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<4x2xf64> = dense<{{\[\[}}1.000000e+00, 5.000000e+00], [2.000000e+00, 6.000000e+00], [3.000000e+00, 7.000000e+00], [4.000000e+00, 8.000000e+00]]>
snn.network @net(%x: tensor<4xf64>) -> tensor<2xf64> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf64>
  %b = arith.constant dense<2.0> : tensor<2xf64>
  %y = snn.linear %x, %w bias %b : (tensor<4xf64>, tensor<2x4xf64>, tensor<2xf64>) -> tensor<2xf64>
  snn.output %y : tensor<2xf64>
}

// -----

// A batch of matrices: a loop over them.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<5x2xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<5x3xf32> {snn.name = "y"}) attributes {snn.comment = "5 times all-to-all synapses, 2 to 3.\0A  y = W x"} {
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C5:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<5x2xf32> to tensor<5x2xf32>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<5x2x3xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<5x2x3xf32> to tensor<5x2x3xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<5x3xf32> to tensor<5x3xf32>
// CHECK-NEXT:    %[[V4:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V3]] : tensor<5x3xf32>) -> tensor<5x3xf32>
// CHECK-NEXT:    %[[V5:.*]] = scf.for %[[ARG2:.*]] = %[[C0]] to %[[C5]] step %[[C1]] iter_args(%[[ARG3:.*]] = %[[V4]]) -> (tensor<5x3xf32>) {
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[ARG3]][%[[ARG2]], 0] [1, 3] [1, 1] : tensor<5x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[ARG2]], %[[C0]]] : tensor<5x2xf32>
// CHECK-NEXT:    %[[EXTRACTED_1:.*]] = tensor.extract %[[V0]][%[[ARG2]], %[[C1]]] : tensor<5x2xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_0:.*]] = tensor.extract_slice %[[V2]][%[[ARG2]], 0, 0] [1, 1, 3] [1, 1, 1] : tensor<5x2x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_2:.*]] = tensor.extract_slice %[[V2]][%[[ARG2]], 1, 0] [1, 1, 3] [1, 1, 1] : tensor<5x2x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V6:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE_0]], %[[EXTRACTED_SLICE_2]] : tensor<3xf32>, tensor<3xf32>) outs(%[[EXTRACTED_SLICE]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_3:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V7:.*]] = arith.mulf %[[IN]], %[[EXTRACTED]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.addf %[[OUT]], %[[V7]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.mulf %[[IN_3]], %[[EXTRACTED_1]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.addf %[[V8]], %[[V9]] : f32
// CHECK-NEXT:    linalg.yield %[[V10]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    %[[INSERTED_SLICE:.*]] = tensor.insert_slice %[[V6]] into %[[ARG3]][%[[ARG2]], 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<5x3xf32>
// CHECK-NEXT:    scf.yield %[[INSERTED_SLICE]] : tensor<5x3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG1]] : (tensor<5x3xf32>, memref<5x3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<5x2x3xf32> = dense<1.000000e+00>
snn.network @net(%x: tensor<5x2xf32>) -> tensor<5x3xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<5x3x2xf32>
  %y = snn.linear %x, %w : (tensor<5x2xf32>, tensor<5x3x2xf32>) -> tensor<5x3xf32>
  snn.output %y : tensor<5x3xf32>
}
