// Without the names of variables:
// RUN: snn-opt %s --snn-to-loops --split-input-file | sed -E '/func.func/! s/ \{snn.name = "[^"]*"\}//; /func.func/! s/, snn.name = "[^"]*"//' | FileCheck %s

// Convolutions with events: the position is taken apart into row, column and channel.

// Channels last: the channel is the fastest.
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<44xi16> {snn.name = "events"}, %[[ARG1:.*]]: memref<2x3x3xf32> {snn.name = "y"}) attributes {snn.comment = "Convolution with 3 x 3 kernels, 2 channels of 4 x 5 to 3 of 2 x 3, channels last.\0A  y = W * x"} {
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C5:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C40:.*]] = arith.constant 40 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = memref.get_global @conv2d_weight : memref<2x3x3x3xf32>
// CHECK-NEXT:    %[[FLAT:.*]] = memref.collapse_shape %[[ARG1]] {{\[\[}}0, 1, 2]] : memref<2x3x3xf32> into memref<18xf32>
// CHECK-NEXT:    scf.for %[[ARG2:.*]] = %[[C0]] to %{{.*}} step %[[C1]] {
// CHECK-NEXT:    memref.store %[[CST]], %[[FLAT]][%[[ARG2]]] : memref<18xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V1:.*]]:2 = scf.while (%[[ARG2]] = %[[C0]]) : (index) -> (index, index) {
// CHECK-NEXT:    %[[V2:.*]] = memref.load %[[ARG0]][%[[ARG2]]] : memref<44xi16>
// CHECK-NEXT:    %[[V3:.*]] = arith.index_castui %[[V2]] : i16 to index
// CHECK-NEXT:    %[[V4:.*]] = arith.cmpi ne, %[[V3]], %[[C40]] : index
// CHECK-NEXT:    scf.condition(%[[V4]]) %[[ARG2]], %[[V3]] : index, index
// CHECK-NEXT:    } do {
// CHECK-NEXT:    ^bb0(%[[ARG2]]: index, %[[ARG3:.*]]: index):
// CHECK-NEXT:    %[[V2]] = arith.remui %[[ARG3]], %[[C2]] : index
// CHECK-NEXT:    %[[V3]] = arith.divui %[[ARG3]], %[[C2]] : index
// CHECK-NEXT:    %[[V4]] = arith.remui %[[V3]], %[[C5]] : index
// CHECK-NEXT:    %[[V5:.*]] = arith.divui %[[V3]], %[[C5]] : index
// CHECK-NEXT:    %[[V6:.*]] = arith.addi %[[V5]], %[[C1]] : index
// CHECK-NEXT:    %[[V7:.*]] = arith.maxui %[[V6]], %[[C3]] : index
// CHECK-NEXT:    %[[V8:.*]] = arith.subi %[[V7]], %[[C3]] : index
// CHECK-NEXT:    %[[V9:.*]] = arith.minui %[[V6]], %[[C2]] : index
// CHECK-NEXT:    %[[V10:.*]] = arith.addi %[[V4]], %[[C1]] : index
// CHECK-NEXT:    %[[V11:.*]] = arith.maxui %[[V10]], %[[C3]] : index
// CHECK-NEXT:    %[[V12:.*]] = arith.subi %[[V11]], %[[C3]] : index
// CHECK-NEXT:    %[[V13:.*]] = arith.minui %[[V10]], %[[C3]] : index
// CHECK-NEXT:    scf.for %[[ARG4:.*]] = %[[V8]] to %[[V9]] step %[[C1]] {
// CHECK-NEXT:    %[[V15:.*]] = arith.subi %[[V5]], %[[ARG4]] : index
// CHECK-NEXT:    scf.for %[[ARG5:.*]] = %[[V12]] to %[[V13]] step %[[C1]] {
// CHECK-NEXT:    %[[V16:.*]] = arith.subi %[[V4]], %[[ARG5]] : index
// CHECK-NEXT:    scf.for %[[ARG6:.*]] = %[[C0]] to %[[C3]] step %[[C1]] {
// CHECK-NEXT:    %[[V17:.*]] = memref.load %[[V0]][%[[V2]], %[[V15]], %[[V16]], %[[ARG6]]] : memref<2x3x3x3xf32>
// CHECK-NEXT:    %[[V18:.*]] = memref.load %[[ARG1]][%[[ARG4]], %[[ARG5]], %[[ARG6]]] : memref<2x3x3xf32>
// CHECK-NEXT:    %[[V19:.*]] = arith.addf %[[V18]], %[[V17]] : f32
// CHECK-NEXT:    memref.store %[[V19]], %[[ARG1]][%[[ARG4]], %[[ARG5]], %[[ARG6]]] : memref<2x3x3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V14:.*]] = arith.addi %[[ARG2]], %[[C1]] : index
// CHECK-NEXT:    scf.yield %[[V14]] : index
// CHECK-NEXT:    }
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4x5x2xi1>) -> tensor<2x3x3xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<3x2x3x3xf32>
  %e = snn.events %x : tensor<4x5x2xi1> -> !snn.events<40>
  %y = snn.conv2d %x, %w events %e channels_last
    : (tensor<4x5x2xi1>, tensor<3x2x3x3xf32>, !snn.events<40>) -> tensor<2x3x3xf32>
  snn.output %y : tensor<2x3x3xf32>
}

// -----

// Events of a map before its channels became last: the column is the fastest. The transpose is not
// needed.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2x4x5xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2x3x3xf32> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<88xi8> {snn.alignment = 2 : i64, snn.kind = "arena", snn.name = "scratch"}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK-DAG:     %[[C40:.*]] = arith.constant 40 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK:         %[[VIEW:.*]] = memref.view %[[ARG2]][%[[C0]]][] {snn.buffer = 2 : index{{[^}]*}}} : memref<88xi8> to memref<44xi16>
// CHECK-NEXT:    %[[COLLAPSE_SHAPE:.*]] = memref.collapse_shape %[[ARG0]] {{\[\[}}0, 1, 2]] : memref<2x4x5xi1> into memref<40xi1>
// CHECK-NEXT:    %[[CAST:.*]] = memref.cast %[[COLLAPSE_SHAPE]] : memref<40xi1> to memref<?xi1>
// CHECK-NEXT:    %[[CAST_0:.*]] = memref.cast %[[VIEW]] : memref<44xi16> to memref<?xi16>
// CHECK-NEXT:    call @list_spikes(%[[CAST]], %[[C40]], %[[CAST_0]]) : (memref<?xi1>, index, memref<?xi16>) -> ()
// CHECK-NEXT:    call @conv2d(%[[VIEW]], %[[ARG1]]) : (memref<44xi16>, memref<2x3x3xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    %[[ARG0:.*]]: memref<44xi16> {snn.name = "events"}, %[[ARG1:.*]]: memref<2x3x3xf32> {snn.name = "y"}) attributes {snn.comment = "Convolution with 3 x 3 kernels, 2 channels of 4 x 5 to 3 of 2 x 3, channels last.\0A  y = W * x"} {
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C5:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[C40:.*]] = arith.constant 40 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = memref.get_global @conv2d_weight : memref<2x3x3x3xf32>
// CHECK-NEXT:    %[[FLAT:.*]] = memref.collapse_shape %[[ARG1]] {{\[\[}}0, 1, 2]] : memref<2x3x3xf32> into memref<18xf32>
// CHECK-NEXT:    scf.for %[[ARG2:.*]] = %[[C0]] to %{{.*}} step %[[C1]] {
// CHECK-NEXT:    memref.store %[[CST]], %[[FLAT]][%[[ARG2]]] : memref<18xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V1:.*]]:2 = scf.while (%[[ARG2]] = %[[C0]]) : (index) -> (index, index) {
// CHECK-NEXT:    %[[V2:.*]] = memref.load %[[ARG0]][%[[ARG2]]] : memref<44xi16>
// CHECK-NEXT:    %[[V3:.*]] = arith.index_castui %[[V2]] : i16 to index
// CHECK-NEXT:    %[[V4:.*]] = arith.cmpi ne, %[[V3]], %[[C40]] : index
// CHECK-NEXT:    scf.condition(%[[V4]]) %[[ARG2]], %[[V3]] : index, index
// CHECK-NEXT:    } do {
// CHECK-NEXT:    ^bb0(%[[ARG2]]: index, %[[ARG3:.*]]: index):
// CHECK-NEXT:    %[[V2]] = arith.remui %[[ARG3]], %[[C5]] : index
// CHECK-NEXT:    %[[V3]] = arith.divui %[[ARG3]], %[[C5]] : index
// CHECK-NEXT:    %[[V4]] = arith.remui %[[V3]], %[[C4]] : index
// CHECK-NEXT:    %[[V5:.*]] = arith.divui %[[V3]], %[[C4]] : index
// CHECK-NEXT:    %[[V6:.*]] = arith.addi %[[V4]], %[[C1]] : index
// CHECK-NEXT:    %[[V7:.*]] = arith.maxui %[[V6]], %[[C3]] : index
// CHECK-NEXT:    %[[V8:.*]] = arith.subi %[[V7]], %[[C3]] : index
// CHECK-NEXT:    %[[V9:.*]] = arith.minui %[[V6]], %[[C2]] : index
// CHECK-NEXT:    %[[V10:.*]] = arith.addi %[[V2]], %[[C1]] : index
// CHECK-NEXT:    %[[V11:.*]] = arith.maxui %[[V10]], %[[C3]] : index
// CHECK-NEXT:    %[[V12:.*]] = arith.subi %[[V11]], %[[C3]] : index
// CHECK-NEXT:    %[[V13:.*]] = arith.minui %[[V10]], %[[C3]] : index
// CHECK-NEXT:    scf.for %[[ARG4:.*]] = %[[V8]] to %[[V9]] step %[[C1]] {
// CHECK-NEXT:    %[[V15:.*]] = arith.subi %[[V4]], %[[ARG4]] : index
// CHECK-NEXT:    scf.for %[[ARG5:.*]] = %[[V12]] to %[[V13]] step %[[C1]] {
// CHECK-NEXT:    %[[V16:.*]] = arith.subi %[[V2]], %[[ARG5]] : index
// CHECK-NEXT:    scf.for %[[ARG6:.*]] = %[[C0]] to %[[C3]] step %[[C1]] {
// CHECK-NEXT:    %[[V17:.*]] = memref.load %[[V0]][%[[V5]], %[[V15]], %[[V16]], %[[ARG6]]] : memref<2x3x3x3xf32>
// CHECK-NEXT:    %[[V18:.*]] = memref.load %[[ARG1]][%[[ARG4]], %[[ARG5]], %[[ARG6]]] : memref<2x3x3xf32>
// CHECK-NEXT:    %[[V19:.*]] = arith.addf %[[V18]], %[[V17]] : f32
// CHECK-NEXT:    memref.store %[[V19]], %[[ARG1]][%[[ARG4]], %[[ARG5]], %[[ARG6]]] : memref<2x3x3xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    }
// CHECK-NEXT:    %[[V14:.*]] = arith.addi %[[ARG2]], %[[C1]] : index
// CHECK-NEXT:    scf.yield %[[V14]] : index
// CHECK-NEXT:    }
// CHECK-NEXT:    return
snn.network @net(%x: tensor<2x4x5xi1>) -> tensor<2x3x3xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<3x2x3x3xf32>
  %e = snn.events %x : tensor<2x4x5xi1> -> !snn.events<40>
  %t = snn.transpose %x [1, 2, 0] : tensor<2x4x5xi1> -> tensor<4x5x2xi1>
  %y = snn.conv2d %t, %w events %e channels_last
    : (tensor<4x5x2xi1>, tensor<3x2x3x3xf32>, !snn.events<40>) -> tensor<2x3x3xf32>
  snn.output %y : tensor<2x3x3xf32>
}
