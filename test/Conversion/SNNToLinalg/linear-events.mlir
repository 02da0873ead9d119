// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Synapses with events: four events are visited at a time, then one at a time what is left. The
// list ends in four numbers that are no position, here 9.

// Spikes: rows are added as they are; the spikes themselves are not read.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<9xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<3xf32> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<13xi16> {snn.kind = "scratch", snn.name = "events"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK-DAG:     %[[C9:.*]] = arith.constant 9 : index
// CHECK:         %[[CAST:.*]] = memref.cast %[[ARG0]] : memref<9xi1> to memref<?xi1>
// CHECK-NEXT:    %[[CAST_0:.*]] = memref.cast %[[ARG2]] : memref<13xi16> to memref<?xi16>
// CHECK-NEXT:    call @list_spikes(%[[CAST]], %[[C9]], %[[CAST_0]]) : (memref<?xi1>, index, memref<?xi16>) -> ()
// CHECK-NEXT:    call @linear(%[[ARG2]], %[[ARG1]]) : (memref<13xi16>, memref<3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<13xi16> {snn.name = "events"}, %[[ARG1:.*]]: memref<3xf32> {snn.name = "y"}) attributes {snn.comment = "All-to-all synapses, 9 to 3.\0A  y = W x"} {
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C9:.*]] = arith.constant 9 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<13xi16> to tensor<13xi16>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<9x3xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<9x3xf32> to tensor<9x3xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V4:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V3]] : tensor<3xf32>) -> tensor<3xf32>
// CHECK-NEXT:    %[[V5:.*]]:3 = scf.while (%[[ARG2:.*]] = %[[C0]], %[[ARG3:.*]] = %[[V4]]) : (index, tensor<3xf32>) -> (index, tensor<3xf32>, index) {
// CHECK-NEXT:    %[[V7:.*]] = arith.addi %[[ARG2]], %[[C3]] : index
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[V7]]] : tensor<13xi16>
// CHECK-NEXT:    %[[V8:.*]] = arith.index_castui %[[EXTRACTED]] : i16 to index
// CHECK-NEXT:    %[[V9:.*]] = arith.cmpi ne, %[[V8]], %[[C9]] : index
// CHECK-NEXT:    scf.condition(%[[V9]]) %[[ARG2]], %[[ARG3]], %[[V8]] : index, tensor<3xf32>, index
// CHECK-NEXT:    } do {
// CHECK-NEXT:    ^bb0(%[[ARG2]]: index, %[[ARG3]]: tensor<3xf32>, %[[ARG4:.*]]: index):
// CHECK-NEXT:    %[[EXTRACTED]] = tensor.extract %[[V0]][%[[ARG2]]] : tensor<13xi16>
// CHECK-NEXT:    %[[V7]] = arith.index_castui %[[EXTRACTED]] : i16 to index
// CHECK-NEXT:    %[[V8]] = arith.addi %[[ARG2]], %[[C1]] : index
// CHECK-NEXT:    %[[EXTRACTED_0:.*]] = tensor.extract %[[V0]][%[[V8]]] : tensor<13xi16>
// CHECK-NEXT:    %[[V9]] = arith.index_castui %[[EXTRACTED_0]] : i16 to index
// CHECK-NEXT:    %[[V10:.*]] = arith.addi %[[ARG2]], %[[C2]] : index
// CHECK-NEXT:    %[[EXTRACTED_1:.*]] = tensor.extract %[[V0]][%[[V10]]] : tensor<13xi16>
// CHECK-NEXT:    %[[V11:.*]] = arith.index_castui %[[EXTRACTED_1]] : i16 to index
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V2]][%[[V7]], 0] [1, 3] [1, 1] : tensor<9x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_2:.*]] = tensor.extract_slice %[[V2]][%[[V9]], 0] [1, 3] [1, 1] : tensor<9x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_3:.*]] = tensor.extract_slice %[[V2]][%[[V11]], 0] [1, 3] [1, 1] : tensor<9x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_4:.*]] = tensor.extract_slice %[[V2]][%[[ARG4]], 0] [1, 3] [1, 1] : tensor<9x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V12:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]], %[[EXTRACTED_SLICE_2]], %[[EXTRACTED_SLICE_3]], %[[EXTRACTED_SLICE_4]] : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%[[ARG3]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_5:.*]]: f32, %[[IN_6:.*]]: f32, %[[IN_7:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V14:.*]] = arith.addf %[[OUT]], %[[IN]] : f32
// CHECK-NEXT:    %[[V15:.*]] = arith.addf %[[V14]], %[[IN_5]] : f32
// CHECK-NEXT:    %[[V16:.*]] = arith.addf %[[V15]], %[[IN_6]] : f32
// CHECK-NEXT:    %[[V17:.*]] = arith.addf %[[V16]], %[[IN_7]] : f32
// CHECK-NEXT:    linalg.yield %[[V17]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    %[[V13:.*]] = arith.addi %[[ARG2]], %[[C4]] : index
// CHECK-NEXT:    scf.yield %[[V13]], %[[V12]] : index, tensor<3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V6:.*]]:3 = scf.while (%[[ARG2]] = %[[V5]]#0, %[[ARG3]] = %[[V5]]#1) : (index, tensor<3xf32>) -> (index, tensor<3xf32>, index) {
// CHECK-NEXT:    %[[EXTRACTED]] = tensor.extract %[[V0]][%[[ARG2]]] : tensor<13xi16>
// CHECK-NEXT:    %[[V7]] = arith.index_castui %[[EXTRACTED]] : i16 to index
// CHECK-NEXT:    %[[V8]] = arith.cmpi ne, %[[V7]], %[[C9]] : index
// CHECK-NEXT:    scf.condition(%[[V8]]) %[[ARG2]], %[[ARG3]], %[[V7]] : index, tensor<3xf32>, index
// CHECK-NEXT:    } do {
// CHECK-NEXT:    ^bb0(%[[ARG2]]: index, %[[ARG3]]: tensor<3xf32>, %[[ARG4]]: index):
// CHECK-NEXT:    %[[EXTRACTED_SLICE]] = tensor.extract_slice %[[V2]][%[[ARG4]], 0] [1, 3] [1, 1] : tensor<9x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V7]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]] : tensor<3xf32>) outs(%[[ARG3]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN]]: f32, %[[OUT]]: f32):
// CHECK-NEXT:    %[[V9]] = arith.addf %[[OUT]], %[[IN]] : f32
// CHECK-NEXT:    linalg.yield %[[V9]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    %[[V8]] = arith.addi %[[ARG2]], %[[C1]] : index
// CHECK-NEXT:    scf.yield %[[V8]], %[[V7]] : index, tensor<3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V6]]#1 in restrict writable %[[ARG1]] : (tensor<3xf32>, memref<3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<9x3xf32> = dense<1.000000e+00>
snn.network @net(%x: tensor<9xi1>) -> tensor<3xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<3x9xf32>
  %e = snn.events %x : tensor<9xi1> -> !snn.events<9>
  %y = snn.linear %x, %w events %e : (tensor<9xi1>, tensor<3x9xf32>, !snn.events<9>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// -----

// Values: rows times the values at these positions. Positions of more than 65535 elements need 32
// bits.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<70004xi32> {snn.name = "events"}, %[[ARG1:.*]]: memref<70000xf32> {snn.name = "x"}, %[[ARG2:.*]]: memref<2xf32> {snn.name = "y"}) attributes {snn.comment = "All-to-all synapses, 70000 to 2.\0A  y = W x"} {
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C70000:.*]] = arith.constant 70000 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<70004xi32> to tensor<70004xi32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict : memref<70000xf32> to tensor<70000xf32>
// CHECK-NEXT:    %[[V2:.*]] = memref.get_global @linear_weight : memref<70000x2xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[V2]] restrict : memref<70000x2xf32> to tensor<70000x2xf32>
// CHECK-NEXT:    %[[V4:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V5:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V4]] : tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT:    %[[V6:.*]]:3 = scf.while (%[[ARG3:.*]] = %[[C0]], %[[ARG4:.*]] = %[[V5]]) : (index, tensor<2xf32>) -> (index, tensor<2xf32>, index) {
// CHECK-NEXT:    %[[V8:.*]] = arith.addi %[[ARG3]], %[[C3]] : index
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[V8]]] : tensor<70004xi32>
// CHECK-NEXT:    %[[V9:.*]] = arith.index_castui %[[EXTRACTED]] : i32 to index
// CHECK-NEXT:    %[[V10:.*]] = arith.cmpi ne, %[[V9]], %[[C70000]] : index
// CHECK-NEXT:    scf.condition(%[[V10]]) %[[ARG3]], %[[ARG4]], %[[V9]] : index, tensor<2xf32>, index
// CHECK-NEXT:    } do {
// CHECK-NEXT:    ^bb0(%[[ARG3]]: index, %[[ARG4]]: tensor<2xf32>, %[[ARG5:.*]]: index):
// CHECK-NEXT:    %[[EXTRACTED]] = tensor.extract %[[V0]][%[[ARG3]]] : tensor<70004xi32>
// CHECK-NEXT:    %[[V8]] = arith.index_castui %[[EXTRACTED]] : i32 to index
// CHECK-NEXT:    %[[V9]] = arith.addi %[[ARG3]], %[[C1]] : index
// CHECK-NEXT:    %[[EXTRACTED_0:.*]] = tensor.extract %[[V0]][%[[V9]]] : tensor<70004xi32>
// CHECK-NEXT:    %[[V10]] = arith.index_castui %[[EXTRACTED_0]] : i32 to index
// CHECK-NEXT:    %[[V11:.*]] = arith.addi %[[ARG3]], %[[C2]] : index
// CHECK-NEXT:    %[[EXTRACTED_1:.*]] = tensor.extract %[[V0]][%[[V11]]] : tensor<70004xi32>
// CHECK-NEXT:    %[[V12:.*]] = arith.index_castui %[[EXTRACTED_1]] : i32 to index
// CHECK-NEXT:    %[[EXTRACTED_2:.*]] = tensor.extract %[[V1]][%[[V8]]] : tensor<70000xf32>
// CHECK-NEXT:    %[[EXTRACTED_4:.*]] = tensor.extract %[[V1]][%[[V10]]] : tensor<70000xf32>
// CHECK-NEXT:    %[[EXTRACTED_6:.*]] = tensor.extract %[[V1]][%[[V12]]] : tensor<70000xf32>
// CHECK-NEXT:    %[[EXTRACTED_8:.*]] = tensor.extract %[[V1]][%[[ARG5]]] : tensor<70000xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V3]][%[[V8]], 0] [1, 2] [1, 1] : tensor<70000x2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_3:.*]] = tensor.extract_slice %[[V3]][%[[V10]], 0] [1, 2] [1, 1] : tensor<70000x2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_5:.*]] = tensor.extract_slice %[[V3]][%[[V12]], 0] [1, 2] [1, 1] : tensor<70000x2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE_7:.*]] = tensor.extract_slice %[[V3]][%[[ARG5]], 0] [1, 2] [1, 1] : tensor<70000x2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V13:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]], %[[EXTRACTED_SLICE_3]], %[[EXTRACTED_SLICE_5]], %[[EXTRACTED_SLICE_7]] : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%[[ARG4]] : tensor<2xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_9:.*]]: f32, %[[IN_10:.*]]: f32, %[[IN_11:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V15:.*]] = arith.mulf %[[IN]], %[[EXTRACTED_2]] : f32
// CHECK-NEXT:    %[[V16:.*]] = arith.addf %[[OUT]], %[[V15]] : f32
// CHECK-NEXT:    %[[V17:.*]] = arith.mulf %[[IN_9]], %[[EXTRACTED_4]] : f32
// CHECK-NEXT:    %[[V18:.*]] = arith.addf %[[V16]], %[[V17]] : f32
// CHECK-NEXT:    %[[V19:.*]] = arith.mulf %[[IN_10]], %[[EXTRACTED_6]] : f32
// CHECK-NEXT:    %[[V20:.*]] = arith.addf %[[V18]], %[[V19]] : f32
// CHECK-NEXT:    %[[V21:.*]] = arith.mulf %[[IN_11]], %[[EXTRACTED_8]] : f32
// CHECK-NEXT:    %[[V22:.*]] = arith.addf %[[V20]], %[[V21]] : f32
// CHECK-NEXT:    linalg.yield %[[V22]] : f32
// CHECK-NEXT:    } -> tensor<2xf32>
// CHECK-NEXT:    %[[V14:.*]] = arith.addi %[[ARG3]], %[[C4]] : index
// CHECK-NEXT:    scf.yield %[[V14]], %[[V13]] : index, tensor<2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V7:.*]]:3 = scf.while (%[[ARG3]] = %[[V6]]#0, %[[ARG4]] = %[[V6]]#1) : (index, tensor<2xf32>) -> (index, tensor<2xf32>, index) {
// CHECK-NEXT:    %[[EXTRACTED]] = tensor.extract %[[V0]][%[[ARG3]]] : tensor<70004xi32>
// CHECK-NEXT:    %[[V8]] = arith.index_castui %[[EXTRACTED]] : i32 to index
// CHECK-NEXT:    %[[V9]] = arith.cmpi ne, %[[V8]], %[[C70000]] : index
// CHECK-NEXT:    scf.condition(%[[V9]]) %[[ARG3]], %[[ARG4]], %[[V8]] : index, tensor<2xf32>, index
// CHECK-NEXT:    } do {
// CHECK-NEXT:    ^bb0(%[[ARG3]]: index, %[[ARG4]]: tensor<2xf32>, %[[ARG5]]: index):
// CHECK-NEXT:    %[[EXTRACTED]] = tensor.extract %[[V1]][%[[ARG5]]] : tensor<70000xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE]] = tensor.extract_slice %[[V3]][%[[ARG5]], 0] [1, 2] [1, 1] : tensor<70000x2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V8]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]] : tensor<2xf32>) outs(%[[ARG4]] : tensor<2xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN]]: f32, %[[OUT]]: f32):
// CHECK-NEXT:    %[[V10]] = arith.mulf %[[IN]], %[[EXTRACTED]] : f32
// CHECK-NEXT:    %[[V11]] = arith.addf %[[OUT]], %[[V10]] : f32
// CHECK-NEXT:    linalg.yield %[[V11]] : f32
// CHECK-NEXT:    } -> tensor<2xf32>
// CHECK-NEXT:    %[[V9]] = arith.addi %[[ARG3]], %[[C1]] : index
// CHECK-NEXT:    scf.yield %[[V9]], %[[V8]] : index, tensor<2xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V7]]#1 in restrict writable %[[ARG2]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<70000x2xf32> = dense<1.000000e+00>
snn.network @net(%x: tensor<70000xf32>) -> tensor<2xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x70000xf32>
  %e = snn.events %x : tensor<70000xf32> -> !snn.events<70000>
  %y = snn.linear %x, %w events %e : (tensor<70000xf32>, tensor<2x70000xf32>, !snn.events<70000>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// A batch of matrices: each event belongs to the sums of its matrix.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[ARG0:.*]]: memref<12xi16> {snn.name = "events"}, %[[ARG1:.*]]: memref<2x3xf32> {snn.name = "y"}) attributes {snn.comment = "2 times all-to-all synapses, 4 to 3.\0A  y = W x"} {
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<12xi16> to tensor<12xi16>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @linear_weight : memref<8x3xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<8x3xf32> to tensor<8x3xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<2x3xf32> to tensor<2x3xf32>
// CHECK-NEXT:    %[[V4:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V3]] : tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT:    %[[V5:.*]]:3 = scf.while (%[[ARG2:.*]] = %[[C0]], %[[ARG3:.*]] = %[[V4]]) : (index, tensor<2x3xf32>) -> (index, tensor<2x3xf32>, index) {
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[ARG2]]] : tensor<12xi16>
// CHECK-NEXT:    %[[V6:.*]] = arith.index_castui %[[EXTRACTED]] : i16 to index
// CHECK-NEXT:    %[[V7:.*]] = arith.cmpi ne, %[[V6]], %[[C8]] : index
// CHECK-NEXT:    scf.condition(%[[V7]]) %[[ARG2]], %[[ARG3]], %[[V6]] : index, tensor<2x3xf32>, index
// CHECK-NEXT:    } do {
// CHECK-NEXT:    ^bb0(%[[ARG2]]: index, %[[ARG3]]: tensor<2x3xf32>, %[[ARG4:.*]]: index):
// CHECK-NEXT:    %[[V6]] = arith.divui %[[ARG4]], %[[C4]] : index
// CHECK-NEXT:    %[[EXTRACTED_SLICE_0:.*]] = tensor.extract_slice %[[ARG3]][%[[V6]], 0] [1, 3] [1, 1] : tensor<2x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V2]][%[[ARG4]], 0] [1, 3] [1, 1] : tensor<8x3xf32> to tensor<3xf32>
// CHECK-NEXT:    %[[V7]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[EXTRACTED_SLICE]] : tensor<3xf32>) outs(%[[EXTRACTED_SLICE_0]] : tensor<3xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V9:.*]] = arith.addf %[[OUT]], %[[IN]] : f32
// CHECK-NEXT:    linalg.yield %[[V9]] : f32
// CHECK-NEXT:    } -> tensor<3xf32>
// CHECK-NEXT:    %[[INSERTED_SLICE:.*]] = tensor.insert_slice %[[V7]] into %[[ARG3]][%[[V6]], 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<2x3xf32>
// CHECK-NEXT:    %[[V8:.*]] = arith.addi %[[ARG2]], %[[C1]] : index
// CHECK-NEXT:    scf.yield %[[V8]], %[[INSERTED_SLICE]] : index, tensor<2x3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]]#1 in restrict writable %[[ARG1]] : (tensor<2x3xf32>, memref<2x3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @linear_weight : memref<8x3xf32> = dense<1.000000e+00>
snn.network @net(%x: tensor<2x4xi1>) -> tensor<2x3xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x3x4xf32>
  %e = snn.events %x : tensor<2x4xi1> -> !snn.events<8>
  %y = snn.linear %x, %w events %e : (tensor<2x4xi1>, tensor<2x3x4xf32>, !snn.events<8>) -> tensor<2x3xf32>
  snn.output %y : tensor<2x3xf32>
}
