// RUN: snn-opt %s --convert-snn-to-linalg='patches=true' --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --split-input-file | FileCheck %s --check-prefix=WINDOWS
// RUN: snn-opt %s --convert-snn-to-linalg='patches=true vector-sums=64 vector-rows=true pair-products=true' --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=PAIRS

// A kernel of 3 x 3 positions with a stride of 1: each patch is three rows of three outputs, the nearest
// position of the kernel last. The map has a border of one output on each side.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    memref<6x14xf32> {snn.alignment = 64 : i64, snn.kind = "scratch", snn.name = "conv2d_map", snn.use = "sums"}
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    %[[EVENTS:[^:]*]]: memref<44xi16> {snn.name = "events"}
// CHECK-SAME:    %[[MAP:[^:]*]]: memref<6x14xf32> {snn.name = "map"}
// CHECK-SAME:    %[[Y:[^:]*]]: memref<4x10xf32> {snn.name = "y"}
// CHECK:         %[[W:.*]] = memref.get_global @conv2d_weight : memref<2x3x6xf32>
// CHECK:         linalg.fill
// CHECK:         %[[SUMS:.*]]:3 = scf.while
// CHECK:           scf.for %[[R:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[CURRENT:.*]] = %{{.*}}) -> (tensor<6x14xf32>) {
// CHECK:             %[[ROW:.*]] = arith.addi %{{.*}}, %[[R]]
// CHECK:             %[[OLD:.*]] = tensor.extract_slice %[[CURRENT]][%[[ROW]], %[[COLUMN:.*]]] [1, 6] [1, 1]
// CHECK:             %[[PATCH:.*]] = tensor.extract_slice %{{.*}}[%{{.*}}, %[[R]], 0] [1, 1, 6] [1, 1, 1]
// CHECK:             %[[NEW:.*]] = linalg.generic {{.*}} ins(%[[PATCH]] : tensor<6xf32>) outs(%[[OLD]] : tensor<6xf32>)
// CHECK:             tensor.insert_slice %[[NEW]] into %[[CURRENT]][%[[ROW]], %[[COLUMN]]] [1, 6] [1, 1]
// CHECK:         %[[INNER:.*]] = tensor.extract_slice %[[SUMS]]#1[1, 2] [4, 10] [1, 1]
// CHECK:         linalg.copy ins(%[[INNER]] :
// CHECK:       memref.global "private" constant @conv2d_weight : memref<2x3x6xf32> = dense
// CHECK-SAME:    9.000000e+00, -9.000000e+00, 8.000000e+00, -8.000000e+00, 7.000000e+00, -7.000000e+00], [6.000000e+00
// WINDOWS-NOT:   conv2d_map
snn.network @net(%x: tensor<4x5x2xi1>) -> tensor<4x5x2xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]],
      [[[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0], [-7.0, -8.0, -9.0]], [[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0], [-7.0, -8.0, -9.0]]]]> : tensor<2x2x3x3xf32>
  %events = snn.events %x : tensor<4x5x2xi1> -> <40>
  %y = snn.conv2d %x, %w events %events padding [1, 1, 1, 1] channels_last : (tensor<4x5x2xi1>, tensor<2x2x3x3xf32>, !snn.events<40>) -> tensor<4x5x2xf32>
  snn.output %y : tensor<4x5x2xf32>
}

// -----

// A stride of 2: a patch for each of the two positions that an input can have between two windows. The
// second one reaches one output, and adds nothing to another. Integers have 16 bits, and the bias is in
// all of the map.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @conv1d(
// CHECK-SAME:    memref<12xi16> {snn.name = "map"}
// CHECK:         memref.get_global @conv1d_weight : memref<1x2x4xi16>
// CHECK:         memref.get_global @conv1d_bias : memref<2xi16>
// CHECK:         scf.for
// CHECK:           linalg.copy ins(%{{.*}} : tensor<2xi16>)
// CHECK:         scf.while
// CHECK:           %[[PADDED:.*]] = arith.addi
// CHECK:           %[[PHASE:.*]] = arith.remui %[[PADDED]], %[[C2:.*]] : index
// CHECK:           %[[BEGIN:.*]] = arith.divui %[[PADDED]], %[[C2]] : index
// CHECK:           tensor.extract_slice %{{.*}}[0, %[[PHASE]], 0] [1, 1, 4] [1, 1, 1]
// CHECK:       memref.global "private" constant @conv1d_weight : memref<1x2x4xi16> = dense<{{\[\[\[}}3, -3, 1, -1], [0, 0, 2, -2]]]>
snn.network @net(%x: tensor<8x1xi1>) -> tensor<4x2x!y> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[[1, 2, 3]], [[-1, -2, -3]]]> : tensor<2x1x3xi8>
  %w = quant.scast %wi : tensor<2x1x3xi8> to tensor<2x1x3x!w>
  %bi = arith.constant dense<[5, 6]> : tensor<2xi16>
  %b = quant.scast %bi : tensor<2xi16> to tensor<2x!y>
  %events = snn.events %x : tensor<8x1xi1> -> <8>
  %y = snn.conv1d %x, %w bias %b events %events stride [2] padding [1, 0] channels_last : (tensor<8x1xi1>, tensor<2x1x3x!w>, tensor<2x!y>, !snn.events<8>) -> tensor<4x2x!y>
  snn.output %y : tensor<4x2x!y>
}

// -----

// Four outputs at a time have sums in registers where there are many events: those that are listed are
// counted in fours first. Inputs are stored with zeros around them.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    memref<10x40xf32> {snn.alignment = 64 : i64, snn.kind = "scratch", snn.name = "conv2d_map", snn.use = "sums"}
// CHECK-SAME:    memref<200xf32> {snn.alignment = 64 : i64, snn.kind = "scratch", snn.name = "conv2d_all", snn.use = "all inputs"}
// CHECK-SAME:    memref<128xi8> {snn.alignment = 64 : i64, snn.kind = "scratch", snn.name = "conv2d_spikes", snn.use = "spikes"}
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    %[[EVENTS:[^:]*]]: memref<132xi16> {snn.name = "events"}
// CHECK-SAME:    %[[ALL:[^:]*]]: memref<200xf32> {snn.name = "all"}
// CHECK-SAME:    %[[SPIKES:[^:]*]]: memref<128xi8> {snn.name = "spikes"}
// CHECK-SAME:    %[[Y:[^:]*]]: memref<8x32xf32> {snn.name = "y"}
// CHECK-SAME:    With 64 events or more all inputs are visited.
// CHECK-DAG:     %[[LEAST:.*]] = arith.constant 64 : index
// CHECK:         %[[COUNT:.*]] = scf.while
// CHECK:         %[[MANY:.*]] = arith.cmpi uge, %[[COUNT]], %[[LEAST]] : index
// CHECK:         scf.if %[[MANY]] {
// CHECK:           memref.store %{{.*}}, %[[SPIKES]]
// CHECK:           linalg.fill ins(%{{.*}} : f32) outs(%[[ALL]] : memref<200xf32>)
// CHECK:           memref.store %{{.*}}, %[[ALL]]
// CHECK-COUNT-8:   memref.load %[[ALL]]
// CHECK:           scf.for
// CHECK-COUNT-8:     memref.store %{{.*}}, %[[Y]]
// CHECK:         } else {
// CHECK:           tensor.extract_slice
// CHECK:         }
// WINDOWS-NOT:   conv2d_all
snn.network @net(%x: tensor<8x8x2xi1>) -> tensor<8x8x4xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<0.5> : tensor<4x2x3x3xf32>
  %events = snn.events %x : tensor<8x8x2xi1> -> <128>
  %y = snn.conv2d %x, %w events %events padding [1, 1, 1, 1] channels_last : (tensor<8x8x2xi1>, tensor<4x2x3x3xf32>, !snn.events<128>) -> tensor<8x8x4xf32>
  snn.output %y : tensor<8x8x4xf32>
}

// -----

// Where all inputs are visited, the products of two input channels are added at a time with `pair-products`: bytes,
// whose sums of 16 bits do not overflow. Of neighbouring spikes a word has both, twice.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// PAIRS-LABEL: func.func private @pairs(
// PAIRS-SAME:    %[[ALL:[^:]*]]: memref<100xi32> {snn.name = "all"}
// PAIRS-DAG:     %[[UPPER:.*]] = arith.constant 256 : i32
// PAIRS-DAG:     %[[TWICE:.*]] = arith.constant 65537 : i32
// PAIRS:         %[[W:.*]] = memref.get_global @pairs_pairs : memref<1x3x3x16xi8>
// PAIRS:         %[[HIGH:.*]] = arith.muli %{{.*}}, %[[UPPER]] : i32
// PAIRS:         %[[BOTH:.*]] = arith.addi %{{.*}}, %[[HIGH]] : i32
// PAIRS:         %[[WORD:.*]] = arith.muli %[[BOTH]], %[[TWICE]] : i32
// PAIRS:         memref.store %[[WORD]], %[[ALL]]
// PAIRS:         %[[BYTES:.*]] = vector.load %[[W]][%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}] : memref<1x3x3x16xi8>, vector<16xi8>
// PAIRS:         %[[WEIGHTS:.*]] = arith.extsi %[[BYTES]] : vector<16xi8> to vector<16xi16>
// PAIRS:         %[[WORDS:.*]] = vector.broadcast %{{.*}} : i32 to vector<4xi32>
// PAIRS:         %[[SPIKES:.*]] = vector.bitcast %[[WORDS]] : vector<4xi32> to vector<16xi8>
// PAIRS:         %[[INPUTS:.*]] = arith.extui %[[SPIKES]] : vector<16xi8> to vector<16xi16>
// PAIRS:         %[[PRODUCTS:.*]] = arith.muli %[[WEIGHTS]], %[[INPUTS]] : vector<16xi16>
// PAIRS:         %[[EVEN:.*]], %[[ODD:.*]] = vector.deinterleave %[[PRODUCTS]] : vector<16xi16> -> vector<8xi16>
// PAIRS:         arith.addi %[[EVEN]], %[[ODD]] overflow<nsw> : vector<8xi16>
// PAIRS:       memref.global "private" constant @pairs_pairs : memref<1x3x3x16xi8> = dense_resource<pairs_pairs>
// PAIRS:       pairs_pairs: "0x1000000001FF01FF01FF
snn.network @net(%x: tensor<8x8x2xi1>) -> tensor<8x8x8x!y> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]],
    [[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]],
    [[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]],
    [[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]],
    [[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]],
    [[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]],
    [[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]],
    [[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]]]> : tensor<8x2x3x3xi8>
  %w = quant.scast %wi : tensor<8x2x3x3xi8> to tensor<8x2x3x3x!w>
  %events = snn.events %x : tensor<8x8x2xi1> -> <128>
  %y = snn.conv2d %x, %w events %events padding [1, 1, 1, 1] channels_last {snn.node = "pairs"} : (tensor<8x8x2xi1>, tensor<8x2x3x3x!w>, !snn.events<128>) -> tensor<8x8x8x!y>
  snn.output %y : tensor<8x8x8x!y>
}
