// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// All-to-all synapses: weights [out, in] become a global [in, out], and the row of an
// input is added if the input is active.

// Spikes: the row is added as it is, there is no product. A bias per neuron is copied.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<3xf32> {snn.name = "y"}) attributes {snn.comment = "All-to-all synapses, 2 to 3.\0A  y = W x + b"} {
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2xi1> to tensor<2xi1>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<2x3xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<2x3xf32> to tensor<2x3xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V4:.*]] = memref.get_global @linear_bias : memref<3xf32>
// CHECK-NEXT:    %[[V5:.*]] = bufferization.to_tensor %[[V4]] restrict : memref<3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V6:.*]] = linalg.copy ins(%[[V5]] : tensor<3xf32>) outs(%[[V3]] : tensor<3xf32>) -> tensor<3xf32>
// CHECK-NEXT:    %[[V7:.*]] = scf.for %[[ARG2:.*]] = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%[[ARG3:.*]] = %[[V6]]) -> (tensor<3xf32>) {
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[ARG2]]] : tensor<2xi1>
// CHECK-NEXT:    %[[V8:.*]] = scf.if %[[EXTRACTED]] -> (tensor<3xf32>) {
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V2]][%[[ARG2]], 0] [1, 3] [1, 1] : tensor<2x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V9:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]] : tensor<3xf32>) outs(%[[ARG3]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V10:.*]] = arith.addf %[[OUT]], %[[IN]] : f32
// CHECK-NEXT:    linalg.yield %[[V10]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    scf.yield %[[V9]] : tensor<3xf32>
// CHECK-NEXT:    } else {
// CHECK-NEXT:    scf.yield %[[ARG3]] : tensor<3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V8]] : tensor<3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V7]] in restrict writable %[[ARG1]] : (tensor<3xf32>, memref<3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<2x3xf32> = dense<{{\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00], [2.000000e+00, 4.000000e+00, 6.000000e+00]]>
// CHECK:         memref.global "private" constant @linear_bias : memref<3xf32> = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]>
snn.network @net(%x: tensor<2xi1>) -> (tensor<3xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %b = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %y = snn.linear %x, %w bias %b : (tensor<2xi1>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// -----

// Counts: unsigned, times the row. A uniform bias is filled in.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xi8> {snn.name = "x"}, %[[ARG1:.*]]: memref<3xf32> {snn.name = "y"}) attributes {snn.comment = "All-to-all synapses, 2 to 3.\0A  y = W x + b"} {
// CHECK-DAG:     %[[C0_I8:.*]] = arith.constant 0 : i8
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2xi8> to tensor<2xi8>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<2x3xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<2x3xf32> to tensor<2x3xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V4:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V3]] : tensor<3xf32>) -> tensor<3xf32>
// CHECK-NEXT:    %[[V5:.*]] = scf.for %[[ARG2:.*]] = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%[[ARG3:.*]] = %[[V4]]) -> (tensor<3xf32>) {
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[ARG2]]] : tensor<2xi8>
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpi ne, %[[EXTRACTED]], %[[C0_I8]] : i8
// CHECK-NEXT:    %[[V7:.*]] = scf.if %[[V6]] -> (tensor<3xf32>) {
// CHECK-NEXT:    %[[V8:.*]] = arith.uitofp %[[EXTRACTED]] : i8 to f32
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V2]][%[[ARG2]], 0] [1, 3] [1, 1] : tensor<2x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V9:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]] : tensor<3xf32>) outs(%[[ARG3]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V10:.*]] = arith.mulf %[[IN]], %[[V8]] : f32
// CHECK-NEXT:    %[[V11:.*]] = arith.addf %[[OUT]], %[[V10]] : f32
// CHECK-NEXT:    linalg.yield %[[V11]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    scf.yield %[[V9]] : tensor<3xf32>
// CHECK-NEXT:    } else {
// CHECK-NEXT:    scf.yield %[[ARG3]] : tensor<3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V7]] : tensor<3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG1]] : (tensor<3xf32>, memref<3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<2x3xf32> = dense<{{\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00], [2.000000e+00, 4.000000e+00, 6.000000e+00]]>
snn.network @net(%x: tensor<2xui8>) -> (tensor<3xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %b = arith.constant dense<2.0> : tensor<3xf32>
  %y = snn.linear %x, %w bias %b : (tensor<2xui8>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// -----

// Values: what is not 0, NaN too, times the row. Without bias the sum starts at 0.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<3xf32> {snn.name = "y"}) attributes {snn.comment = "All-to-all synapses, 2 to 3.\0A  y = W x"} {
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<2x3xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<2x3xf32> to tensor<2x3xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V4:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V3]] : tensor<3xf32>) -> tensor<3xf32>
// CHECK-NEXT:    %[[V5:.*]] = scf.for %[[ARG2:.*]] = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%[[ARG3:.*]] = %[[V4]]) -> (tensor<3xf32>) {
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[ARG2]]] : tensor<2xf32>
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf une, %[[EXTRACTED]], %[[CST]] : f32
// CHECK-NEXT:    %[[V7:.*]] = scf.if %[[V6]] -> (tensor<3xf32>) {
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V2]][%[[ARG2]], 0] [1, 3] [1, 1] : tensor<2x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V8:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]] : tensor<3xf32>) outs(%[[ARG3]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V9:.*]] = arith.mulf %[[IN]], %[[EXTRACTED]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.addf %[[OUT]], %[[V9]] : f32
// CHECK-NEXT:    linalg.yield %[[V10]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    scf.yield %[[V8]] : tensor<3xf32>
// CHECK-NEXT:    } else {
// CHECK-NEXT:    scf.yield %[[ARG3]] : tensor<3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V7]] : tensor<3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG1]] : (tensor<3xf32>, memref<3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<2x3xf32> = dense<{{\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00], [2.000000e+00, 4.000000e+00, 6.000000e+00]]>
snn.network @net(%x: tensor<2xf32>) -> (tensor<3xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// -----

// Double precision; uniform weights stay a splat.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf64> {snn.name = "x"}, %[[ARG1:.*]]: memref<3xf64> {snn.name = "y"}) attributes {snn.comment = "All-to-all synapses, 2 to 3.\0A  y = W x"} {
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f64
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<2x3xf64>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<2x3xf64> to tensor<2x3xf64>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3xf64> to tensor<3xf64>
// CHECK-NEXT:    %[[V4:.*]] = linalg.fill ins(%[[CST]] : f64) outs(%[[V3]] : tensor<3xf64>) -> tensor<3xf64>
// CHECK-NEXT:    %[[V5:.*]] = scf.for %[[ARG2:.*]] = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%[[ARG3:.*]] = %[[V4]]) -> (tensor<3xf64>) {
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[ARG2]]] : tensor<2xf64>
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf une, %[[EXTRACTED]], %[[CST]] : f64
// CHECK-NEXT:    %[[V7:.*]] = scf.if %[[V6]] -> (tensor<3xf64>) {
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V2]][%[[ARG2]], 0] [1, 3] [1, 1] : tensor<2x3xf64> to tensor<3xf64>
// CHECK-NEXT:    %[[V8:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]] : tensor<3xf64>) outs(%[[ARG3]] : tensor<3xf64>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f64, %[[OUT:.*]]: f64):
// CHECK-NEXT:    %[[V9:.*]] = arith.mulf %[[IN]], %[[EXTRACTED]] : f64
// CHECK-NEXT:    %[[V10:.*]] = arith.addf %[[OUT]], %[[V9]] : f64
// CHECK-NEXT:    linalg.yield %[[V10]] : f64
// CHECK-NEXT:    } -> tensor<3xf64>
// CHECK-NEXT:    scf.yield %[[V8]] : tensor<3xf64>
// CHECK-NEXT:    } else {
// CHECK-NEXT:    scf.yield %[[ARG3]] : tensor<3xf64>
// CHECK-NEXT:    }
// CHECK-NEXT:    scf.yield %[[V7]] : tensor<3xf64>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG1]] : (tensor<3xf64>, memref<3xf64>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<2x3xf64> = dense<7.000000e+00>
snn.network @net(%x: tensor<2xf64>) -> (tensor<3xf64>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<7.0> : tensor<3x2xf64>
  %y = snn.linear %x, %w : (tensor<2xf64>, tensor<3x2xf64>) -> tensor<3xf64>
  snn.output %y : tensor<3xf64>
}
