// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Lists of events: one function for all signals of a type.

// Spikes, 64 at a time as a mask; the lists of two signals.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<9xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2x40xi1> {snn.kind = "input", snn.name = "input1"}, %[[ARG2:.*]]: memref<1xf32> {snn.kind = "output", snn.name = "output0"}, %[[ARG3:.*]]: memref<1xf32> {snn.kind = "output", snn.name = "output1"}, %[[ARG4:.*]]: memref<13xi16> {snn.kind = "scratch", snn.name = "events"{{[^}]*}}}, %[[ARG5:.*]]: memref<84xi16> {snn.kind = "scratch", snn.name = "events"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK-DAG:     %[[C80:.*]] = arith.constant 80 : index
// CHECK-DAG:     %[[C9:.*]] = arith.constant 9 : index
// CHECK:         %[[CAST:.*]] = memref.cast %[[ARG0]] : memref<9xi1> to memref<?xi1>
// CHECK-NEXT:    %[[CAST_0:.*]] = memref.cast %[[ARG4]] : memref<13xi16> to memref<?xi16>
// CHECK-NEXT:    call @list_spikes(%[[CAST]], %[[C9]], %[[CAST_0]]) : (memref<?xi1>, index, memref<?xi16>) -> ()
// CHECK-NEXT:    %[[COLLAPSE_SHAPE:.*]] = memref.collapse_shape %[[ARG1]] {{\[\[}}0, 1]] : memref<2x40xi1> into memref<80xi1>
// CHECK-NEXT:    %[[CAST_1:.*]] = memref.cast %[[COLLAPSE_SHAPE]] : memref<80xi1> to memref<?xi1>
// CHECK-NEXT:    %[[CAST_2:.*]] = memref.cast %[[ARG5]] : memref<84xi16> to memref<?xi16>
// CHECK-NEXT:    call @list_spikes(%[[CAST_1]], %[[C80]], %[[CAST_2]]) : (memref<?xi1>, index, memref<?xi16>) -> ()
// CHECK-NEXT:    call @linear(%[[ARG4]], %[[ARG2]]) : (memref<13xi16>, memref<1xf32>) -> ()
// CHECK-NEXT:    call @linear_0(%[[ARG5]], %[[ARG3]]) : (memref<84xi16>, memref<1xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @list_spikes(
// CHECK-SAME:    %[[ARG0:.*]]: memref<?xi1> {snn.name = "x"}, %[[ARG1:.*]]: index {snn.name = "size"}, %[[ARG2:.*]]: memref<?xi16> {snn.name = "events"}) attributes {snn.comment = "The positions of the elements of x that are not 0, and then, four times, their number.", snn.lists} {
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant dense<false> : vector<64xi1>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C64:.*]] = arith.constant 64 : index
// CHECK:         %[[V0:.*]] = scf.for %[[ARG3:.*]] = %[[C0]] to %[[ARG1]] step %[[C64]] iter_args(%[[ARG4:.*]] = %[[C0]]) -> (index) {
// CHECK-NEXT:    %[[LEFT:.*]] = arith.subi %[[ARG1]], %[[ARG3]] : index
// CHECK-NEXT:    %[[THERE:.*]] = vector.create_mask %[[LEFT]] : vector<64xi1>
// CHECK-NEXT:    %[[MASK:.*]] = vector.maskedload %[[ARG0]][%[[ARG3]]], %[[THERE]], %[[CST]] : memref<?xi1>, vector<64xi1>, vector<64xi1> into vector<64xi1>
// CHECK-NEXT:    %[[STEP:.*]] = vector.step : vector<64xindex>
// CHECK-NEXT:    %[[FIRST:.*]] = vector.broadcast %[[ARG3]] : index to vector<64xindex>
// CHECK-NEXT:    %[[POSITION:.*]] = arith.addi %[[FIRST]], %[[STEP]] : vector<64xindex>
// CHECK-NEXT:    %[[NARROW:.*]] = arith.index_castui %[[POSITION]] : vector<64xindex> to vector<64xi16>
// CHECK-NEXT:    vector.compressstore %[[ARG2]][%[[ARG4]]], %[[MASK]], %[[NARROW]] : memref<?xi16>, vector<64xi1>, vector<64xi16>
// CHECK-NEXT:    %[[LINE:.*]] = vector.bitcast %[[MASK]] : vector<64xi1> to vector<1xi64>
// CHECK-NEXT:    %[[BITS:.*]] = vector.extract %[[LINE]][0] : i64 from vector<1xi64>
// CHECK-NEXT:    %[[NUMBER:.*]] = math.ctpop %[[BITS]] : i64
// CHECK-NEXT:    %[[COUNT:.*]] = arith.index_castui %[[NUMBER]] : i64 to index
// CHECK-NEXT:    %[[NEXT:.*]] = arith.addi %[[ARG4]], %[[COUNT]] : index
// CHECK-NEXT:    scf.yield %[[NEXT]] : index
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V1:.*]] = arith.index_castui %[[ARG1]] : index to i16
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V0]]] : memref<?xi16>
// CHECK-NEXT:    %[[V2:.*]] = arith.addi %[[V0]], %[[C1]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V2]]] : memref<?xi16>
// CHECK-NEXT:    %[[V3:.*]] = arith.addi %[[V0]], %[[C2]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V3]]] : memref<?xi16>
// CHECK-NEXT:    %[[V4:.*]] = arith.addi %[[V0]], %[[C3]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V4]]] : memref<?xi16>
// CHECK-NEXT:    return
snn.network @net(%x: tensor<9xi1>, %z: tensor<2x40xi1>) -> (tensor<1xf32>, tensor<1xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x9xf32>
  %v = arith.constant dense<1.0> : tensor<1x80xf32>
  %f = tensor.collapse_shape %z [[0, 1]] : tensor<2x40xi1> into tensor<80xi1>
  %e = snn.events %x : tensor<9xi1> -> !snn.events<9>
  %d = snn.events %z : tensor<2x40xi1> -> !snn.events<80>
  %y = snn.linear %x, %w events %e : (tensor<9xi1>, tensor<1x9xf32>, !snn.events<9>) -> tensor<1xf32>
  %u = snn.linear %f, %v events %d : (tensor<80xi1>, tensor<1x80xf32>, !snn.events<80>) -> tensor<1xf32>
  snn.output %y, %u : tensor<1xf32>, tensor<1xf32>
}

// -----

// Counts are compared with 0.
// CHECK-LABEL: func.func private @list_counts(
// CHECK-SAME:    %[[ARG0:.*]]: memref<?xi8> {snn.name = "x"}, %[[ARG1:.*]]: index {snn.name = "size"}, %[[ARG2:.*]]: memref<?xi16> {snn.name = "events"}) attributes {snn.comment = "The positions of the elements of x that are not 0, and then, four times, their number.", snn.lists} {
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant dense<0> : vector<64xi8>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C64:.*]] = arith.constant 64 : index
// CHECK:         %[[V0:.*]] = scf.for %[[ARG3:.*]] = %[[C0]] to %[[ARG1]] step %[[C64]] iter_args(%[[ARG4:.*]] = %[[C0]]) -> (index) {
// CHECK-NEXT:    %[[LEFT:.*]] = arith.subi %[[ARG1]], %[[ARG3]] : index
// CHECK-NEXT:    %[[THERE:.*]] = vector.create_mask %[[LEFT]] : vector<64xi1>
// CHECK-NEXT:    %[[X:.*]] = vector.maskedload %[[ARG0]][%[[ARG3]]], %[[THERE]], %[[CST]] : memref<?xi8>, vector<64xi1>, vector<64xi8> into vector<64xi8>
// CHECK-NEXT:    %[[MASK:.*]] = arith.cmpi ne, %[[X]], %[[CST]] : vector<64xi8>
// CHECK-NEXT:    %[[STEP:.*]] = vector.step : vector<64xindex>
// CHECK-NEXT:    %[[FIRST:.*]] = vector.broadcast %[[ARG3]] : index to vector<64xindex>
// CHECK-NEXT:    %[[POSITION:.*]] = arith.addi %[[FIRST]], %[[STEP]] : vector<64xindex>
// CHECK-NEXT:    %[[NARROW:.*]] = arith.index_castui %[[POSITION]] : vector<64xindex> to vector<64xi16>
// CHECK-NEXT:    vector.compressstore %[[ARG2]][%[[ARG4]]], %[[MASK]], %[[NARROW]] : memref<?xi16>, vector<64xi1>, vector<64xi16>
// CHECK-NEXT:    %[[LINE:.*]] = vector.bitcast %[[MASK]] : vector<64xi1> to vector<1xi64>
// CHECK-NEXT:    %[[BITS:.*]] = vector.extract %[[LINE]][0] : i64 from vector<1xi64>
// CHECK-NEXT:    %[[NUMBER:.*]] = math.ctpop %[[BITS]] : i64
// CHECK-NEXT:    %[[COUNT:.*]] = arith.index_castui %[[NUMBER]] : i64 to index
// CHECK-NEXT:    %[[NEXT:.*]] = arith.addi %[[ARG4]], %[[COUNT]] : index
// CHECK-NEXT:    scf.yield %[[NEXT]] : index
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V1:.*]] = arith.index_castui %[[ARG1]] : index to i16
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V0]]] : memref<?xi16>
// CHECK-NEXT:    %[[V2:.*]] = arith.addi %[[V0]], %[[C1]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V2]]] : memref<?xi16>
// CHECK-NEXT:    %[[V3:.*]] = arith.addi %[[V0]], %[[C2]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V3]]] : memref<?xi16>
// CHECK-NEXT:    %[[V4:.*]] = arith.addi %[[V0]], %[[C3]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V4]]] : memref<?xi16>
// CHECK-NEXT:    return
snn.network @net(%x: tensor<9xui8>) -> tensor<1xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x9xf32>
  %e = snn.events %x : tensor<9xui8> -> !snn.events<9>
  %y = snn.linear %x, %w events %e : (tensor<9xui8>, tensor<1x9xf32>, !snn.events<9>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// -----

// Values: every position is written, and kept if the value is not 0.
// CHECK-LABEL: func.func private @list_values(
// CHECK-SAME:    %[[ARG0:.*]]: memref<?xf32> {snn.name = "x"}, %[[ARG1:.*]]: index {snn.name = "size"}, %[[ARG2:.*]]: memref<?xi16> {snn.name = "events"}) attributes {snn.comment = "The positions of the elements of x that are not 0, and then, four times, their number.", snn.lists} {
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK:         %[[V0:.*]] = scf.for %[[ARG3:.*]] = %[[C0]] to %[[ARG1]] step %[[C1]] iter_args(%[[ARG4:.*]] = %[[C0]]) -> (index) {
// CHECK-NEXT:    %[[V5:.*]] = arith.index_castui %[[ARG3]] : index to i16
// CHECK-NEXT:    memref.store %[[V5]], %[[ARG2]][%[[ARG4]]] : memref<?xi16>
// CHECK-NEXT:    %[[V6:.*]] = memref.load %[[ARG0]][%[[ARG3]]] : memref<?xf32>
// CHECK-NEXT:    %[[V7:.*]] = arith.cmpf une, %[[V6]], %[[CST]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.index_castui %[[V7]] : i1 to index
// CHECK-NEXT:    %[[V9:.*]] = arith.addi %[[ARG4]], %[[V8]] : index
// CHECK-NEXT:    scf.yield %[[V9]] : index
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V1:.*]] = arith.index_castui %[[ARG1]] : index to i16
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V0]]] : memref<?xi16>
// CHECK-NEXT:    %[[V2:.*]] = arith.addi %[[V0]], %[[C1]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V2]]] : memref<?xi16>
// CHECK-NEXT:    %[[V3:.*]] = arith.addi %[[V0]], %[[C2]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V3]]] : memref<?xi16>
// CHECK-NEXT:    %[[V4:.*]] = arith.addi %[[V0]], %[[C3]] : index
// CHECK-NEXT:    memref.store %[[V1]], %[[ARG2]][%[[V4]]] : memref<?xi16>
// CHECK-NEXT:    return
snn.network @net(%x: tensor<9xf32>) -> tensor<1xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x9xf32>
  %e = snn.events %x : tensor<9xf32> -> !snn.events<9>
  %y = snn.linear %x, %w events %e : (tensor<9xf32>, tensor<1x9xf32>, !snn.events<9>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}
