// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Quantized values are integers of the width of their type; computed is in 32 bits.

!weight = !quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25, 0.125}>
!sum = !quant.uniform<i16<-300:300>:f32:0, {0.5, 0.25, 0.125}>

// Sums of 8-bit weights, as integers of 32 bits that are stored in 16. Scales along the output do not
// matter; those of the network's results are told.
// CHECK-LABEL: func.func @linear_step(
// CHECK-SAME:    %[[X:.*]]: memref<2xi1> {{{.*}}}, %[[Y:.*]]: memref<3xi16> {snn.kind = "output", snn.name = "output0", snn.scale_axis = 0 : index, snn.scales = array<f64: 5.000000e-01, 2.500000e-01, 1.250000e-01>})
// CHECK-LABEL: func.func private @linear_0(
// CHECK:         linalg.fill ins(%c0_i16 : i16)
// CHECK:         linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<3xi8>, tensor<3xi8>)
// CHECK-NEXT:    ^bb0(%[[W0:.*]]: i8, %[[W1:.*]]: i8, %[[Y:.*]]: i16):
// CHECK-NEXT:      %[[Y32:.*]] = arith.extsi %[[Y]] : i16 to i32
// CHECK-NEXT:      %[[W0_32:.*]] = arith.extsi %[[W0]] : i8 to i32
// CHECK-NEXT:      %[[X0:.*]] = arith.extui %{{.*}} : i1 to i32
// CHECK-NEXT:      %[[P0:.*]] = arith.muli %[[W0_32]], %[[X0]] : i32
// CHECK-NEXT:      %[[SUM0:.*]] = arith.addi %[[Y32]], %[[P0]] : i32
// CHECK-NEXT:      %[[W1_32:.*]] = arith.extsi %[[W1]] : i8 to i32
// CHECK-NEXT:      %[[X1:.*]] = arith.extui %{{.*}} : i1 to i32
// CHECK-NEXT:      %[[P1:.*]] = arith.muli %[[W1_32]], %[[X1]] : i32
// CHECK-NEXT:      %[[SUM:.*]] = arith.addi %[[SUM0]], %[[P1]] : i32
// CHECK-NEXT:      %[[STORED:.*]] = arith.trunci %[[SUM]] : i32 to i16
// CHECK-NEXT:      linalg.yield %[[STORED]] : i16
// CHECK:         memref.global "private" constant @linear_weight : memref<2x3xi8> = dense<{{\[}}[1, -3, 5], [2, 4, 127]]>
snn.network @linear(%x: tensor<2xi1>) -> tensor<3x!sum> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[1, 2], [-3, 4], [5, 127]]> : tensor<3x2xi8>
  %w = quant.scast %wi : tensor<3x2xi8> to tensor<3x2x!weight>
  %y = snn.linear %x, %w : (tensor<2xi1>, tensor<3x2x!weight>) -> tensor<3x!sum>
  snn.output %y : tensor<3x!sum>
}

// -----

!weight = !quant.uniform<i8<-7:7>:f32, 0.5>
!sum = !quant.uniform<i16<-300:300>:f32, 0.5>

// Weights of 4 bits are two to a byte: those of the first half of the outputs are the lower bits.
// 81 is 5 * 16 + 1, and -108 is -7 * 16 + 4.
// CHECK-LABEL: func.func private @linear(
// CHECK:         %[[LOW:.*]] = tensor.extract_slice %{{.*}}[0] [2] [1] : tensor<4xi16> to tensor<2xi16>
// CHECK-NEXT:    linalg.generic {{.*}} outs(%[[LOW]] : tensor<2xi16>)
// CHECK-NEXT:    ^bb0(%[[B0:.*]]: i8, %[[B1:.*]]: i8, %{{.*}}: i16):
// CHECK:           %[[W0:.*]] = arith.extsi %[[B0]] : i8 to i32
// CHECK-NEXT:      %[[BITS:.*]] = arith.andi %[[W0]], %c15_i32 : i32
// CHECK-NEXT:      %[[FLIPPED:.*]] = arith.xori %[[BITS]], %c8_i32 : i32
// CHECK-NEXT:      arith.subi %[[FLIPPED]], %c8_i32 : i32
// CHECK:         %[[HIGH:.*]] = tensor.extract_slice %{{.*}}[2] [2] [1] : tensor<4xi16> to tensor<2xi16>
// CHECK-NEXT:    linalg.generic {{.*}} outs(%[[HIGH]] : tensor<2xi16>)
// CHECK-NEXT:    ^bb0(%[[B0:.*]]: i8, %[[B1:.*]]: i8, %{{.*}}: i16):
// CHECK:           %[[W0:.*]] = arith.extsi %[[B0]] : i8 to i32
// CHECK-NEXT:      arith.shrsi %[[W0]], %c4_i32 : i32
// CHECK:         memref.global "private" constant @linear_weight : memref<2x2xi8> = dense<{{\[}}[81, 13], [114, -108]]>
snn.network @packed(%x: tensor<2xi1>) -> tensor<4x!sum> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[1, 2], [-3, 4], [5, 7], [0, -7]]> : tensor<4x2xi8>
  %w = quant.scast %wi : tensor<4x2xi8> to tensor<4x2x!weight>
  %y = snn.linear %x, %w : (tensor<2xi1>, tensor<4x2x!weight>) -> tensor<4x!sum>
  snn.output %y : tensor<4x!sum>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i32<-100000:100000>:f32, 0.0625>
!threshold = !quant.uniform<i32:f32, 0.0625>
!decay = !quant.uniform<i32:f32, 1.52587890625E-5>

// A decay of 60000 / 2^16 forgets 5536 / 2^16. Of a voltage of up to 100000, the leading 16 bits are
// above the last two. Input comes in units of 4.
// CHECK-LABEL: func.func private @lif_0(
// CHECK:         ^bb0(%[[X:.*]]: i16, %[[V:.*]]: i32, %{{.*}}: i1):
// CHECK-NEXT:      %[[X32:.*]] = arith.extsi %[[X]] : i16 to i32
// CHECK-NEXT:      %[[HALF:.*]] = arith.addi %[[V]], %c2_i32 : i32
// CHECK-NEXT:      %[[HIGH:.*]] = arith.shrsi %[[HALF]], %c2_i32 : i32
// CHECK-NEXT:      %[[SHORT:.*]] = arith.trunci %[[HIGH]] : i32 to i16
// CHECK-NEXT:      %[[A:.*]] = arith.extsi %[[SHORT]] : i16 to i32
// CHECK-NEXT:      %[[PRODUCT:.*]] = arith.muli %[[A]], %c5536_i32 : i32
// CHECK-NEXT:      %[[ROUNDED:.*]] = arith.addi %[[PRODUCT]], %c8191_i32 : i32
// CHECK-NEXT:      %[[FORGOTTEN:.*]] = arith.shrsi %[[ROUNDED]], %c14_i32 : i32
// CHECK-NEXT:      %[[LEFT:.*]] = arith.subi %[[V]], %[[FORGOTTEN]] : i32
// CHECK-NEXT:      %[[DRIVE:.*]] = arith.muli %[[X32]], %c4_i32 : i32
// CHECK-NEXT:      %[[U:.*]] = arith.addi %[[LEFT]], %[[DRIVE]] : i32
// CHECK-NEXT:      %[[S:.*]] = arith.cmpi sgt, %[[U]], %c400_i32 : i32
// CHECK-NEXT:      %[[NEW:.*]] = arith.select %[[S]], %c0_i32, %[[U]] : i32
// CHECK-NEXT:      %[[LOW:.*]] = arith.cmpi slt, %[[NEW]], %c-100000_i32 : i32
// CHECK-NEXT:      %[[ABOVE:.*]] = arith.select %[[LOW]], %c-100000_i32, %[[NEW]] : i32
// CHECK-NEXT:      %[[LARGE:.*]] = arith.cmpi sgt, %[[ABOVE]], %c100000_i32 : i32
// CHECK-NEXT:      %[[STORED:.*]] = arith.select %[[LARGE]], %c100000_i32, %[[ABOVE]] : i32
// CHECK-NEXT:      linalg.yield %[[STORED]], %[[S]] : i32, i1
snn.network @lif(%x: tensor<4x!sum>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 60000 : i32
  %d = quant.scast %di : i32 to !decay
  %ti = arith.constant 400 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x decay(%d) threshold(%t) {short_decay, saturate} : (tensor<4x!sum>, !decay, !threshold) -> (tensor<4xi1>, tensor<4x!voltage>)
  snn.output %s : tensor<4xi1>
}

// -----

!x = !quant.uniform<i16:f32, 0.25>
!y = !quant.uniform<i8:f32, 0.75>

// A third is 21845 / 2^16.
// CHECK-LABEL: func.func private @rescale_rescale(
// CHECK:         ^bb0(%[[X:.*]]: i16, %{{.*}}: i8):
// CHECK-NEXT:      %[[X32:.*]] = arith.extsi %[[X]] : i16 to i32
// CHECK-NEXT:      %[[PRODUCT:.*]] = arith.muli %[[X32]], %c21845_i32 : i32
// CHECK-NEXT:      %[[ROUNDED:.*]] = arith.addi %[[PRODUCT]], %c32768_i32 : i32
// CHECK-NEXT:      %[[Y:.*]] = arith.shrsi %[[ROUNDED]], %c16_i32 : i32
// CHECK-NEXT:      %[[LOW:.*]] = arith.cmpi slt, %[[Y]], %c-128_i32 : i32
// CHECK-NEXT:      %[[ABOVE:.*]] = arith.select %[[LOW]], %c-128_i32, %[[Y]] : i32
// CHECK-NEXT:      %[[LARGE:.*]] = arith.cmpi sgt, %[[ABOVE]], %c127_i32 : i32
// CHECK-NEXT:      %[[STORED:.*]] = arith.select %[[LARGE]], %c127_i32, %[[ABOVE]] : i32
// CHECK-NEXT:      arith.trunci %[[STORED]] : i32 to i8
snn.network @rescale(%x: tensor<4x!x>) -> tensor<4x!y> attributes {dt = 1.0e-3 : f64} {
  %y = snn.rescale %x {saturate} : tensor<4x!x> -> tensor<4x!y>
  snn.output %y : tensor<4x!y>
}

// -----

!x = !quant.uniform<i16:f32, 0.25>
!y = !quant.uniform<i32:f32, 0.25>

// A spike is four quarters.
// CHECK-LABEL: func.func private @add_0(
// CHECK:         ^bb0(%[[X:.*]]: i16, %[[S:.*]]: i1, %{{.*}}: i32):
// CHECK-NEXT:      %[[X32:.*]] = arith.extsi %[[X]] : i16 to i32
// CHECK-NEXT:      %[[S32:.*]] = arith.extui %[[S]] : i1 to i32
// CHECK-NEXT:      %[[ONE:.*]] = arith.muli %[[S32]], %c4_i32 : i32
// CHECK-NEXT:      arith.addi %[[X32]], %[[ONE]] : i32
snn.network @add(%x: tensor<4x!x>, %s: tensor<4xi1>) -> tensor<4x!y> attributes {dt = 1.0e-3 : f64} {
  %y = snn.add %x, %s : (tensor<4x!x>, tensor<4xi1>) -> tensor<4x!y>
  snn.output %y : tensor<4x!y>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i16<-1000:1000>:f32, 0.25>
!threshold = !quant.uniform<i32:f32, 0.25>

// A count without a division: 1 / 40 is a little more than 1638 / 2^16, and one is missing at most. All
// of it fits 16 bits.
// CHECK-LABEL: func.func private @lif(
// CHECK:         ^bb0(%[[X:.*]]: i16, %[[V:.*]]: i16, %{{.*}}: i8):
// CHECK-NEXT:      %[[U:.*]] = arith.addi %[[V]], %[[X]] : i16
// CHECK-NEXT:      %[[IS_POSITIVE:.*]] = arith.cmpi sgt, %[[U]], %c0_i16 : i16
// CHECK-NEXT:      %[[POSITIVE:.*]] = arith.select %[[IS_POSITIVE]], %[[U]], %c0_i16 : i16
// CHECK-NEXT:      %[[WIDE:.*]] = arith.extsi %[[POSITIVE]] : i16 to i32
// CHECK-NEXT:      %[[PRODUCT:.*]] = arith.muli %[[WIDE]], %c1638_i32 : i32
// CHECK-NEXT:      %[[HIGH:.*]] = arith.shrui %[[PRODUCT]], %c16_i32 : i32
// CHECK-NEXT:      %[[QUOTIENT:.*]] = arith.trunci %[[HIGH]] : i32 to i16
// CHECK-NEXT:      %[[TAKEN:.*]] = arith.muli %[[QUOTIENT]], %c40_i16 : i16
// CHECK-NEXT:      %[[REST:.*]] = arith.subi %[[POSITIVE]], %[[TAKEN]] : i16
// CHECK-NEXT:      %[[IS_MISSING:.*]] = arith.cmpi sge, %[[REST]], %c40_i16 : i16
// CHECK-NEXT:      %[[MISSING:.*]] = arith.extui %[[IS_MISSING]] : i1 to i16
// CHECK-NEXT:      %[[COUNT:.*]] = arith.addi %[[QUOTIENT]], %[[MISSING]] : i16
// CHECK-NEXT:      %[[S:.*]] = arith.trunci %[[COUNT]] overflow<nuw> : i16 to i8
// CHECK-NEXT:      %[[LAST:.*]] = arith.select %[[IS_MISSING]], %c40_i16, %c0_i16 : i16
// CHECK-NEXT:      %[[BELOW:.*]] = arith.subi %[[U]], %[[POSITIVE]] : i16
// CHECK-NEXT:      %[[LEFT:.*]] = arith.addi %[[BELOW]], %[[REST]] : i16
// CHECK-NEXT:      %[[NEW:.*]] = arith.subi %[[LEFT]], %[[LAST]] : i16
// CHECK-NEXT:      linalg.yield %[[NEW]], %[[S]] : i16, i8
snn.network @count(%x: tensor<4x!sum>) -> tensor<4xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x threshold(%t) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<4x!sum>, !threshold) -> (tensor<4xui8>, tensor<4x!voltage>)
  snn.output %s : tensor<4xui8>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i16<-30000:30000>:f32, 0.25>
!decay = !quant.uniform<i32:f32, 1.52587890625e-05>
!threshold = !quant.uniform<i32:f32, 0.25>

// A decay of 62259 / 2^16 takes away 3277 / 2^16, rounded by adding half of 2^16 / 3277 before. Nothing
// leaves 16 bits: 30000 + 10 before the product, and at most 28500 + 2 * 300 after it. So it stays
// below 30000, too.
// CHECK-LABEL: func.func private @lif(
// CHECK:         ^bb0(%[[X:.*]]: i16, %[[V:.*]]: i16, %{{.*}}: i1):
// CHECK-NEXT:      %[[NEAREST:.*]] = arith.addi %[[V]], %c10_i16 : i16
// CHECK-NEXT:      %[[WIDE:.*]] = arith.extsi %[[NEAREST]] : i16 to i32
// CHECK-NEXT:      %[[PRODUCT:.*]] = arith.muli %[[WIDE]], %c3277_i32 : i32
// CHECK-NEXT:      %[[HIGH:.*]] = arith.shrui %[[PRODUCT]], %c16_i32 : i32
// CHECK-NEXT:      %[[LOST:.*]] = arith.trunci %[[HIGH]] : i32 to i16
// CHECK-NEXT:      %[[KEPT:.*]] = arith.subi %[[V]], %[[LOST]] : i16
// CHECK-NEXT:      %[[DRIVE:.*]] = arith.muli %[[X]], %c2_i16 : i16
// CHECK-NEXT:      %[[U:.*]] = arith.addi %[[KEPT]], %[[DRIVE]] : i16
// CHECK-NEXT:      %[[S:.*]] = arith.cmpi sgt, %[[U]], %c400_i16 : i16
// CHECK-NEXT:      %[[NEW:.*]] = arith.select %[[S]], %c0_i16, %[[U]] : i16
// CHECK-NEXT:      linalg.yield %[[NEW]], %[[S]] : i16, i1
snn.network @short(%x: tensor<4x!sum>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 62259 : i32
  %d = quant.scast %di : i32 to !decay
  %ti = arith.constant 400 : i32
  %t = quant.scast %ti : i32 to !threshold
  %gi = arith.constant 2 : i32
  %g = quant.scast %gi : i32 to !quant.uniform<i32:f32, 1.0>
  %s, %v = snn.lif %x decay(%d) gain(%g) threshold(%t) {short_decay, saturate} : (tensor<4x!sum>, !decay, !quant.uniform<i32:f32, 1.0>, !threshold) -> (tensor<4xi1>, tensor<4x!voltage>)
  snn.output %s : tensor<4xi1>
}

// -----

!sum = !quant.uniform<i16<-3000:3000>:f32, 0.25>
!voltage = !quant.uniform<i16<-30000:30000>:f32, 0.25>
!decay = !quant.uniform<i32:f32, 1.52587890625e-05>
!threshold = !quant.uniform<i32:f32, 0.25>

// Here the sum can reach -28500 - 3000: below -30000, but within 16 bits. A voltage above the threshold is
// reset, so there is no upper limit to watch.
// CHECK-LABEL: func.func private @lif(
// CHECK:           %[[NEW:.*]] = arith.select %{{.*}}, %c0_i16, %{{.*}} : i16
// CHECK-NEXT:      %[[IS_LOW:.*]] = arith.cmpi slt, %[[NEW]], %c-30000_i16 : i16
// CHECK-NEXT:      %[[STORED:.*]] = arith.select %[[IS_LOW]], %c-30000_i16, %[[NEW]] : i16
// CHECK-NEXT:      linalg.yield %[[STORED]], %{{.*}} : i16, i1
snn.network @saturating(%x: tensor<4x!sum>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 62259 : i32
  %d = quant.scast %di : i32 to !decay
  %ti = arith.constant 400 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x decay(%d) threshold(%t) {short_decay, saturate} : (tensor<4x!sum>, !decay, !threshold) -> (tensor<4xi1>, tensor<4x!voltage>)
  snn.output %s : tensor<4xi1>
}

// -----

!sum = !quant.uniform<i16<-6000:6000>:f32, 0.25>
!voltage = !quant.uniform<i16<-30000:30000>:f32, 0.25>
!decay = !quant.uniform<i32:f32, 1.52587890625e-05>
!threshold = !quant.uniform<i32:f32, 0.25>

// 28500 + 6000 is more than 16 bits hold.
// CHECK-LABEL: func.func private @lif(
// CHECK:           arith.addi %{{.*}}, %{{.*}} : i32
// CHECK:           arith.cmpi sgt, %{{.*}}, %c400_i32 : i32
snn.network @wide(%x: tensor<4x!sum>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 62259 : i32
  %d = quant.scast %di : i32 to !decay
  %ti = arith.constant 400 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x decay(%d) threshold(%t) {short_decay, saturate} : (tensor<4x!sum>, !decay, !threshold) -> (tensor<4xi1>, tensor<4x!voltage>)
  snn.output %s : tensor<4xi1>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i32<-40000:40000>:f32, 0.25>
!threshold = !quant.uniform<i32:f32, 0.25>

// A count of voltages that do not fit 16 bits: 1 / 40 is a little more than 819 / 2^15. From
// 256 * 40 on there are 255 spikes.
// CHECK-LABEL: func.func private @lif(
// CHECK:         ^bb0(%[[X:.*]]: i16, %[[V:.*]]: i32, %{{.*}}: i8):
// CHECK:           %[[U:.*]] = arith.addi
// CHECK-NEXT:      %[[IS_POSITIVE:.*]] = arith.cmpi sgt, %[[U]], %c0_i32 : i32
// CHECK-NEXT:      %[[POSITIVE:.*]] = arith.select %[[IS_POSITIVE]], %[[U]], %c0_i32 : i32
// CHECK-NEXT:      %[[IS_LARGE:.*]] = arith.cmpi sgt, %[[POSITIVE]], %c10239_i32 : i32
// CHECK-NEXT:      %[[LIMITED:.*]] = arith.select %[[IS_LARGE]], %c10239_i32, %[[POSITIVE]] : i32
// CHECK-NEXT:      %[[PRODUCT:.*]] = arith.muli %[[LIMITED]], %c819_i32 : i32
// CHECK-NEXT:      %[[QUOTIENT:.*]] = arith.shrsi %[[PRODUCT]], %c15_i32 : i32
// CHECK-NEXT:      %[[TAKEN:.*]] = arith.muli %[[QUOTIENT]], %c40_i32 : i32
// CHECK-NEXT:      %[[REST:.*]] = arith.subi %[[LIMITED]], %[[TAKEN]] : i32
// CHECK-NEXT:      %[[IS_MISSING:.*]] = arith.cmpi sge, %[[REST]], %c40_i32 : i32
// CHECK-NEXT:      %[[MISSING:.*]] = arith.extui %[[IS_MISSING]] : i1 to i32
// CHECK-NEXT:      %[[COUNT:.*]] = arith.addi %[[QUOTIENT]], %[[MISSING]] : i32
// CHECK-NEXT:      %[[S:.*]] = arith.trunci %[[COUNT]] overflow<nuw> : i32 to i8
// CHECK:           arith.muli %{{.*}}, %c40_i32 : i32
// CHECK-NEXT:      %[[NEW:.*]] = arith.subi %[[U]], %{{.*}} : i32
// CHECK-NEXT:      linalg.yield %[[NEW]], %[[S]] : i32, i8
snn.network @count_wide(%x: tensor<4x!sum>) -> tensor<4xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x threshold(%t) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<4x!sum>, !threshold) -> (tensor<4xui8>, tensor<4x!voltage>)
  snn.output %s : tensor<4xui8>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i16<-1000:1000>:f32, 0.25>
!threshold = !quant.uniform<i32:f32, 0.25>

// No more than 3 spikes, of 16 bits: what is left need not be less than a threshold.
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    spikes = u >= 40 ? floor(u / 40) : 0, at most 3
// CHECK:           %[[U:.*]] = arith.addi %{{.*}}, %{{.*}} : i16
// CHECK:           %[[RATIO:.*]] = arith.addi %{{.*}}, %{{.*}} : i16
// CHECK-NEXT:      %[[IS_MORE:.*]] = arith.cmpi sgt, %[[RATIO]], %c3_i16 : i16
// CHECK-NEXT:      %[[MOST:.*]] = arith.select %[[IS_MORE]], %c3_i16, %[[RATIO]] : i16
// CHECK-NEXT:      %[[S:.*]] = arith.trunci %[[MOST]] overflow<nuw> : i16 to i8
// CHECK-NEXT:      %[[NUMBER:.*]] = arith.extui %[[S]] : i8 to i16
// CHECK-NEXT:      %[[LOWERED:.*]] = arith.muli %[[NUMBER]], %c40_i16 : i16
// CHECK-NEXT:      %[[NEW:.*]] = arith.subi %[[U]], %[[LOWERED]] : i16
// CHECK-NEXT:      linalg.yield %[[NEW]], %[[S]] : i16, i8
snn.network @most(%x: tensor<4x!sum>) -> tensor<4xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x threshold(%t) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>, max_spikes = 3} : (tensor<4x!sum>, !threshold) -> (tensor<4xui8>, tensor<4x!voltage>)
  snn.output %s : tensor<4xui8>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i32<-40000:40000>:f32, 0.25>
!threshold = !quant.uniform<i32:f32, 0.25>

// In 32 bits a voltage from 4 * 40 on counts as 159.
// CHECK-LABEL: func.func private @lif(
// CHECK:           %[[U:.*]] = arith.addi
// CHECK:           %[[IS_LARGE:.*]] = arith.cmpi sgt, %[[POSITIVE:.*]], %c159_i32 : i32
// CHECK-NEXT:      arith.select %[[IS_LARGE]], %c159_i32, %[[POSITIVE]] : i32
// CHECK:           arith.trunci %{{.*}} overflow<nuw> : i32 to i8
snn.network @most_wide(%x: tensor<4x!sum>) -> tensor<4xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x threshold(%t) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>, max_spikes = 3} : (tensor<4x!sum>, !threshold) -> (tensor<4xui8>, tensor<4x!voltage>)
  snn.output %s : tensor<4xui8>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i16<-1000:1000>:f32, 0.25>
!threshold = !quant.uniform<i32:f32, 0.25>

// A count with a reset value: above the threshold nothing is left to saturate.
// CHECK-LABEL: func.func private @lif(
// CHECK:           %[[U:.*]] = arith.addi %{{.*}}, %{{.*}} : i16
// CHECK:           %[[S:.*]] = arith.trunci %{{.*}} overflow<nuw> : i16 to i8
// CHECK-NEXT:      %[[FIRES:.*]] = arith.cmpi sge, %[[U]], %c40_i16 : i16
// CHECK-NEXT:      %[[NEW:.*]] = arith.select %[[FIRES]], %c0_i16, %[[U]] : i16
// CHECK-NEXT:      %[[IS_LOW:.*]] = arith.cmpi slt, %[[NEW]], %c-1000_i16 : i16
// CHECK-NEXT:      %[[STORED:.*]] = arith.select %[[IS_LOW]], %c-1000_i16, %[[NEW]] : i16
// CHECK-NEXT:      linalg.yield %[[STORED]], %[[S]] : i16, i8
snn.network @count_value(%x: tensor<4x!sum>) -> tensor<4xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x threshold(%t) {spike = #snn.spike<count_floor>, saturate} : (tensor<4x!sum>, !threshold) -> (tensor<4xui8>, tensor<4x!voltage>)
  snn.output %s : tensor<4xui8>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i16<-1000:1000>:f32, 0.25>
!threshold = !quant.uniform<i32:f32, 0.25>

// Without a reset both ends saturate.
// CHECK-LABEL: func.func private @lif(
// CHECK:           %[[U:.*]] = arith.addi %{{.*}}, %{{.*}} : i16
// CHECK-NEXT:      %[[S:.*]] = arith.cmpi sgt, %[[U]], %c40_i16 : i16
// CHECK-NEXT:      %[[IS_LOW:.*]] = arith.cmpi slt, %[[U]], %c-1000_i16 : i16
// CHECK-NEXT:      %[[ABOVE:.*]] = arith.select %[[IS_LOW]], %c-1000_i16, %[[U]] : i16
// CHECK-NEXT:      %[[IS_LARGE:.*]] = arith.cmpi sgt, %[[ABOVE]], %c1000_i16 : i16
// CHECK-NEXT:      %[[STORED:.*]] = arith.select %[[IS_LARGE]], %c1000_i16, %[[ABOVE]] : i16
// CHECK-NEXT:      linalg.yield %[[STORED]], %[[S]] : i16, i1
snn.network @no_reset(%x: tensor<4x!sum>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x threshold(%t) {reset = #snn.reset<none>, saturate} : (tensor<4x!sum>, !threshold) -> (tensor<4xi1>, tensor<4x!voltage>)
  snn.output %s : tensor<4xi1>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i16<-30000:30000>:f32, 0.25>
!decay = !quant.uniform<i32:f32, 1.52587890625e-05>

// The floor comes before the product. One that the voltage cannot be is the nearest that it can.
// CHECK-LABEL: func.func private @li(
// CHECK:         ^bb0(%[[X:.*]]: i16, %[[FLOOR:.*]]: i16, %[[V:.*]]: i16):
// CHECK-NEXT:      %[[IS_BELOW:.*]] = arith.cmpi slt, %[[V]], %[[FLOOR]] : i16
// CHECK-NEXT:      %[[CARRIED:.*]] = arith.select %[[IS_BELOW]], %[[FLOOR]], %[[V]] : i16
// CHECK-NEXT:      arith.addi %[[CARRIED]], %c10_i16 : i16
// CHECK:           %[[NEW:.*]] = arith.addi %{{.*}}, %[[X]] : i16
// CHECK-NEXT:      linalg.yield %[[NEW]] : i16
// CHECK:         memref.global "private" constant @li_floor : memref<4xi16> = dense<[-40, 0, -30000, 30000]>
snn.network @floor(%x: tensor<4x!sum>) -> tensor<4x!voltage> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 62259 : i32
  %d = quant.scast %di : i32 to !decay
  %fi = arith.constant dense<[-40, 0, -2147483648, 70000]> : tensor<4xi32>
  %f = quant.scast %fi : tensor<4xi32> to tensor<4x!quant.uniform<i32:f32, 0.25>>
  %v = snn.li %x decay(%d) floor(%f) {short_decay, saturate} : (tensor<4x!sum>, !decay, tensor<4x!quant.uniform<i32:f32, 0.25>>) -> tensor<4x!voltage>
  snn.output %v : tensor<4x!voltage>
}

// -----

!sum = !quant.uniform<i16<-6000:0>:f32, 0.25>
!voltage = !quant.uniform<i16<-30000:30000>:f32, 0.25>
!decay = !quant.uniform<i32:f32, 1.52587890625e-05>

// -28500 - 6000 would leave 16 bits; from a floor of -1000 it is -950 - 6000, which needs no limit.
// CHECK-LABEL: func.func private @li(
// CHECK:           arith.cmpi slt, %{{.*}}, %c-1000_i16 : i16
// CHECK-NOT:       arith.cmpi
// CHECK:           linalg.yield %{{.*}} : i16
snn.network @high(%x: tensor<4x!sum>) -> tensor<4x!voltage> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 62259 : i32
  %d = quant.scast %di : i32 to !decay
  %fi = arith.constant -1000 : i32
  %f = quant.scast %fi : i32 to !quant.uniform<i32:f32, 0.25>
  %v = snn.li %x decay(%d) floor(%f) {short_decay, saturate} : (tensor<4x!sum>, !decay, !quant.uniform<i32:f32, 0.25>) -> tensor<4x!voltage>
  snn.output %v : tensor<4x!voltage>
}

// -----

!sum = !quant.uniform<i32<-6000:0>:f32, 0.25>
!voltage = !quant.uniform<i16<-30000:30000>:f32, 0.25>
!decay = !quant.uniform<i32:f32, 1.52587890625e-05>

// An input in 32 bits whose range needs 16 enters an update in 16.
// CHECK-LABEL: func.func private @li(
// CHECK:         ^bb0(%[[X:[a-z0-9_]+]]: i32,
// CHECK:           arith.trunci %[[X]] : i32 to i16
// CHECK:           linalg.yield %{{.*}} : i16
snn.network @wide(%x: tensor<4x!sum>) -> tensor<4x!voltage> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 62259 : i32
  %d = quant.scast %di : i32 to !decay
  %fi = arith.constant -1000 : i32
  %f = quant.scast %fi : i32 to !quant.uniform<i32:f32, 0.25>
  %v = snn.li %x decay(%d) floor(%f) {short_decay, saturate} : (tensor<4x!sum>, !decay, !quant.uniform<i32:f32, 0.25>) -> tensor<4x!voltage>
  snn.output %v : tensor<4x!voltage>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.25>
!voltage = !quant.uniform<i32<-100:100>:f32, 0.25>

// And a state in 32 bits whose range needs 16 is updated in 16.
// CHECK-LABEL: func.func private @lif(
// CHECK:           arith.addi %{{.*}}, %{{.*}} : i16
// CHECK:           %[[NEW:.*]] = arith.extsi %{{.*}} : i16 to i32
// CHECK:           linalg.yield %[[NEW]], %{{.*}} : i32, i1
snn.network @wide_state(%x: tensor<4x!sum>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i16
  %t = quant.scast %ti : i16 to !quant.uniform<i16:f32, 0.25>
  %s, %v = snn.lif %x threshold(%t) {saturate, reset = #snn.reset<subtract>} : (tensor<4x!sum>, !quant.uniform<i16:f32, 0.25>) -> (tensor<4xi1>, tensor<4x!voltage>)
  snn.output %s : tensor<4xi1>
}

// -----

!weight = !quant.uniform<i8<-1:1>:f32, 0.5>
!sum = !quant.uniform<i16<-300:300>:f32, 0.5>

// Weights of 2 bits are four to a byte: those of the first quarter of the outputs, here of 2 of 7, are the
// lowest bits. -9 is 3 + 1 * 4 + 3 * 16 + 3 * 64 - 256, with 3 for -1; the last quarter has one output.
// CHECK-LABEL: func.func private @crumbs_0(
// CHECK:           %[[W0:.*]] = arith.extsi %{{.*}} : i8 to i32
// CHECK-NEXT:      %[[BITS:.*]] = arith.andi %[[W0]], %c3_i32 : i32
// CHECK-NEXT:      %[[FLIPPED:.*]] = arith.xori %[[BITS]], %c2_i32 : i32
// CHECK-NEXT:      arith.subi %[[FLIPPED]], %c2_i32 : i32
// CHECK:           %[[W2:.*]] = arith.extsi %{{.*}} : i8 to i32
// CHECK-NEXT:      %[[SHIFTED:.*]] = arith.shrsi %[[W2]], %c2_i32 : i32
// CHECK-NEXT:      %[[BITS:.*]] = arith.andi %[[SHIFTED]], %c3_i32 : i32
// CHECK:         %[[LAST:.*]] = tensor.extract_slice %{{.*}}[6] [1] [1] : tensor<7xi16> to tensor<1xi16>
// CHECK-NEXT:    linalg.generic {{.*}} outs(%[[LAST]] : tensor<1xi16>)
// CHECK:           %[[W6:.*]] = arith.extsi %{{.*}} : i8 to i32
// CHECK-NEXT:      arith.shrsi %[[W6]], %c6_i32 : i32
// CHECK:         memref.global "private" constant @crumbs_0_weight : memref<1x2xi8> = dense<{{\[}}[-9, 16]]>
snn.network @crumbs(%x: tensor<1xi1>) -> tensor<7x!sum> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[-1], [0], [1], [0], [-1], [1], [-1]]> : tensor<7x1xi8>
  %w = quant.scast %wi : tensor<7x1xi8> to tensor<7x1x!weight>
  %y = snn.linear %x, %w {snn.node = "crumbs_0"} : (tensor<1xi1>, tensor<7x1x!weight>) -> tensor<7x!sum>
  snn.output %y : tensor<7x!sum>
}
