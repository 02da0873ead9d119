// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true quiet-counts=true' --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true quiet-counts=true pairs=true' --canonicalize --split-input-file | FileCheck %s --check-prefix=PAIRS
// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --split-input-file | FileCheck %s --check-prefix=DEFAULT
// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-neurons=8' --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=VECTORS

// Neurons whose spikes are listed: in one loop, and two at a time. Where nothing
// else reads the spikes, they are not stored.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
!y = !quant.uniform<i16<-20000:20000>:f32, 1.0>

// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[X:.*]]: memref<40xi16> {snn.name = "x"}, %[[V:.*]]: memref<40xi16> {{.*}}, %[[EVENTS:.*]]: memref<44xi16>
// CHECK-NOT:     linalg.fill
// CHECK:         %[[COUNT:.*]] = scf.for %[[N:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[C:.*]] = %{{.*}}) -> (index) {
// CHECK:           memref.load %[[X]][%[[N]]]
// CHECK:           memref.load %[[V]][%[[N]]]
// CHECK:           %[[SPIKE:.*]] = arith.cmpi sgt
// CHECK:           memref.store %{{.*}}, %[[V]][%[[N]]]
// CHECK:           scf.if %[[SPIKE]] -> (index) {
// CHECK:             %[[EVENT:.*]] = arith.index_castui %[[N]] : index to i16
// CHECK:             memref.store %[[EVENT]], %[[EVENTS]][%[[C]]]
// CHECK-NOT:         memref.store %{{.*}}[%[[N]]]
// CHECK:         memref.store %{{.*}}, %[[EVENTS]][%[[COUNT]]]
// CHECK-NOT:   @list_spikes

// PAIRS-LABEL: func.func private @lif(
// PAIRS:         %[[COUNT:.*]] = scf.for %[[N:.*]] = %{{.*}} to %{{.*}} step %c2 iter_args
// PAIRS:           vector.load %{{.*}}[%[[N]]] : memref<40xi16>, vector<2xi16>
// PAIRS:           %[[U:.*]] = arith.addi %{{.*}} : vector<2xi16>
// PAIRS:           %[[FIRES:.*]] = arith.cmpi sgt, %[[U]], %{{.*}} : vector<2xi16>
// PAIRS:           vector.store %{{.*}}[%[[N]]] : memref<40xi16>, vector<2xi16>
// PAIRS:           %[[ANY:.*]] = vector.reduction <or>, %[[FIRES]] : vector<2xi1> into i1
// PAIRS:           scf.if %[[ANY]] -> (index) {
// PAIRS:             %[[SPIKE:.*]] = arith.cmpi sgt, %{{.*}} : vector<2xi16>
// PAIRS:             arith.select %[[SPIKE]]
// PAIRS:             vector.store %{{.*}}[%[[N]]] : memref<40xi16>, vector<2xi16>
// PAIRS:             %[[FIRST:.*]] = vector.extract %[[SPIKE]][0] : i1 from vector<2xi1>
// PAIRS:             scf.if %[[FIRST]] -> (index) {
// PAIRS:             vector.extract %[[SPIKE]][1] : i1 from vector<2xi1>

// DEFAULT-LABEL: func.func private @lif(
// DEFAULT:         linalg.generic
// DEFAULT:       func.func private @list_spikes(
snn.network @net(%x: tensor<40x!x>) -> tensor<5x!y> attributes {dt = 1.0e-4 : f64} {
  %ti = arith.constant 900 : i32
  %t = quant.scast %ti : i32 to !threshold
  %w = arith.constant dense<3> : tensor<5x40xi8>
  %weight = quant.scast %w : tensor<5x40xi8> to tensor<5x40x!w>
  %spikes, %v = snn.lif %x threshold(%t) {saturate} : (tensor<40x!x>, !threshold) -> (tensor<40xi1>, tensor<40x!v>)
  %events = snn.events %spikes : tensor<40xi1> -> <40>
  %y = snn.linear %spikes, %weight events %events : (tensor<40xi1>, tensor<5x40x!w>, !snn.events<40>) -> tensor<5x!y>
  snn.output %y : tensor<5x!y>
}

// -----

// Neurons that count their spikes do so where there may be one.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
// CHECK-LABEL: func.func private @lif(
// CHECK:         linalg.fill
// CHECK:         scf.for %[[N:.*]] = %{{.*}} to %{{.*}} step %{{.*}} {
// CHECK:           %[[MAY:.*]] = arith.cmpi sge, %[[U:.*]], %{{.*}} : i16
// CHECK:           memref.store %[[U]], %[[V:.*]][%[[N]]] : memref<64xi16>
// CHECK-NEXT:      scf.if %[[MAY]] {
// CHECK:             func.call @count_spikes(%{{.*}}, %[[N]], %{{.*}})
// CHECK-NOT:       else
// CHECK-LABEL: func.func private @count_spikes(
// CHECK-SAME:    %[[V:[^:]*]]: memref<?xi16> {snn.name = "v"}, %[[K:[^:]*]]: index {snn.name = "n"}, %[[SPIKES:[^:]*]]: memref<?xi8>
// CHECK-SAME:    attributes {{.*}}snn.seldom
// CHECK:         memref.load %[[V]][%[[K]]]
// CHECK:         arith.cmpi sge
// CHECK:         scf.if
// CHECK:           arith.muli
// CHECK:           memref.store %{{.*}}, %[[V]][%[[K]]]
// CHECK:           memref.store %{{.*}}, %[[SPIKES]][%[[K]]]
// PAIRS-LABEL: func.func private @lif(
// PAIRS:         scf.for %[[N:.*]] = %{{.*}} to %{{.*}} step %c2 {
// PAIRS:           %[[MAY:.*]] = arith.cmpi sge, %[[U:.*]], %{{.*}} : vector<2xi16>
// PAIRS:           %[[ANY:.*]] = vector.reduction <or>, %[[MAY]]
// PAIRS:           vector.store %[[U]], %{{.*}}[%[[N]]] : memref<64xi16>, vector<2xi16>
// PAIRS:           scf.if %[[ANY]] {
// PAIRS:             func.call @count_spikes(
// PAIRS-NOT:       else
// PAIRS-LABEL: func.func private @count_spikes(
// PAIRS-COUNT-2: memref.load
// In vectors all are counted.
// VECTORS-LABEL: func.func private @lif({{.*}}memref<64xi8>
// VECTORS-SAME:    snn.vectors
// VECTORS:         scf.for %[[N:.*]] = %c0 to %c64 step %c8 {
// VECTORS:           %[[WIDE:.*]] = arith.extsi %{{.*}} : vector<8xi16> to vector<8xi32>
// VECTORS:           %[[PRODUCT:.*]] = arith.muli %[[WIDE]], %{{.*}} : vector<8xi32>
// VECTORS:           arith.shr{{[su]}}i %[[PRODUCT]], %{{.*}} : vector<8xi32>
// VECTORS:           %[[COUNT:.*]] = arith.trunci %{{.*}} overflow<nuw> : vector<8xi16> to vector<8xi8>
// VECTORS:           vector.store %[[COUNT]], %{{.*}}[%[[N]]] : memref<64xi8>, vector<8xi8>
snn.network @count(%x: tensor<64x!x>) -> tensor<64xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x threshold(%t) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<64x!x>, !threshold) -> (tensor<64xui8>, tensor<64x!v>)
  snn.output %s : tensor<64xui8>
}

// -----

// A floor that may be above a threshold would be in the place of the voltage that is counted, so what counts
// takes the sum. The voltages of a map are updated channel by channel: coefficients are loaded once.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!c = !quant.uniform<i32:f32, 1.0>
// PAIRS-LABEL: func.func private @lif(
// PAIRS:         scf.for %[[N:.*]] = %c0 to %{{.*}} step %c2 {
// PAIRS-DAG:       %[[T:.*]] = vector.load %{{.*}}[%[[N]]] : memref<6xi8>, vector<2xi8>
// PAIRS:           scf.for %[[R:.*]] = %c0 to %{{.*}} step %c1 {
// PAIRS:             vector.load %{{.*}}[%[[R]], %[[N]]] : memref<20x6xi16>, vector<2xi16>
// PAIRS:             scf.if %{{.*}} {
// PAIRS:               scf.for
// PAIRS:             } else {
// PAIRS-NEXT:          vector.store
snn.network @floor(%x: tensor<4x5x6x!x>) -> tensor<4x5x6xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant dense<[[[40, 41, 42, 43, 44, 45]]]> : tensor<1x1x6xi32>
  %t = quant.scast %ti : tensor<1x1x6xi32> to tensor<1x1x6x!c>
  %fi = arith.constant dense<[[[-40, 50, -42, -43, -44, -45]]]> : tensor<1x1x6xi32>
  %f = quant.scast %fi : tensor<1x1x6xi32> to tensor<1x1x6x!c>
  %s, %v = snn.lif %x threshold(%t) floor(%f) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<4x5x6x!x>, tensor<1x1x6x!c>, tensor<1x1x6x!c>) -> (tensor<4x5x6xui8>, tensor<4x5x6x!v>)
  snn.output %s : tensor<4x5x6xui8>
}

// -----

// Where all that reaches a threshold is stored as it is, spikes are counted behind that, and two rows are in a
// turn of the loop; the last of an odd number is behind it.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!c = !quant.uniform<i32:f32, 1.0>
// PAIRS-LABEL: func.func private @lif(
// PAIRS:         scf.for %[[N:.*]] = %c0 to %{{.*}} step %c2 {
// PAIRS:           scf.for %[[R:.*]] = %c0 to %c14 step %c2{{.*}} {
// PAIRS:             vector.store %{{.*}}[%[[R]], %[[N]]] : memref<15x6xi16>, vector<2xi16>
// PAIRS:             scf.if %{{.*}} {
// PAIRS-NEXT:          %[[LINE:.*]] = arith.muli %[[R]], %c6
// PAIRS-NEXT:          %[[FIRST:.*]] = arith.addi %[[LINE]], %[[N]]
// PAIRS:               func.call @count_spikes(%{{.*}}, %[[FIRST]], %{{.*}})
// PAIRS-NEXT:        }
// PAIRS:             %[[NEXT:.*]] = arith.addi %[[R]], %c1
// PAIRS:             vector.store %{{.*}}[%[[NEXT]], %[[N]]]
// PAIRS:             %[[LINE2:.*]] = arith.muli %[[NEXT]], %c6
// PAIRS-NEXT:        %[[FIRST2:.*]] = arith.addi %[[LINE2]], %[[N]]
// PAIRS:             func.call @count_spikes(%{{.*}}, %[[FIRST2]], %{{.*}})
// PAIRS:           vector.store %{{.*}}[%c14, %[[N]]]
// PAIRS:           %[[FIRST3:.*]] = arith.addi %[[N]], %c84
// PAIRS:           func.call @count_spikes(%{{.*}}, %[[FIRST3]], %{{.*}})
// One floor is above 0, so that what is left may be below it: the function gets the floors.
// PAIRS-LABEL:   func.func private @count_spikes(
// PAIRS-SAME:    vector<2xi16> {snn.name = "threshold"}
// PAIRS-SAME:    vector<2xi16> {snn.name = "floor"}
// PAIRS-NOT:     func.func private @count_spikes
snn.network @late(%x: tensor<3x5x6x!x>) -> tensor<3x5x6xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant dense<[[[40, 41, 42, 43, 44, 45]]]> : tensor<1x1x6xi32>
  %t = quant.scast %ti : tensor<1x1x6xi32> to tensor<1x1x6x!c>
  %fi = arith.constant dense<[[[-40, -50, -42, -43, -44, 39]]]> : tensor<1x1x6xi32>
  %f = quant.scast %fi : tensor<1x1x6xi32> to tensor<1x1x6x!c>
  %s, %v = snn.lif %x threshold(%t) floor(%f) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<3x5x6x!x>, tensor<1x1x6x!c>, tensor<1x1x6x!c>) -> (tensor<3x5x6xui8>, tensor<3x5x6x!v>)
  snn.output %s : tensor<3x5x6xui8>
}

// -----

// A floor of 40 is stored as a number that reaches the threshold, which the voltage did not.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!c = !quant.uniform<i32:f32, 1.0>
// PAIRS-LABEL: func.func private @lif(
// PAIRS-NOT:     @lif_count
snn.network @equal(%x: tensor<3x5x6x!x>) -> tensor<3x5x6xui8> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant dense<[[[40, 41, 42, 43, 44, 45]]]> : tensor<1x1x6xi32>
  %t = quant.scast %ti : tensor<1x1x6xi32> to tensor<1x1x6x!c>
  %fi = arith.constant dense<[[[40, -50, -42, -43, -44, -45]]]> : tensor<1x1x6xi32>
  %f = quant.scast %fi : tensor<1x1x6xi32> to tensor<1x1x6x!c>
  %s, %v = snn.lif %x threshold(%t) floor(%f) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<3x5x6x!x>, tensor<1x1x6x!c>, tensor<1x1x6x!c>) -> (tensor<3x5x6xui8>, tensor<3x5x6x!v>)
  snn.output %s : tensor<3x5x6xui8>
}
