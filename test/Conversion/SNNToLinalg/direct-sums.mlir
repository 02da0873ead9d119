// RUN: snn-opt %s --convert-snn-to-linalg=direct-sums=1 --canonicalize --cse | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse | FileCheck %s --check-prefix=SUMS
// RUN: snn-opt %s --convert-snn-to-linalg='direct-sums=1 words=1 pairs=1' --canonicalize --cse | FileCheck %s --check-prefix=WORDS
// RUN: snn-opt %s --convert-snn-to-linalg='direct-sums=1 words=1 flipped-signs=1' --canonicalize --cse | FileCheck %s --check-prefix=BIASED

// States decay first; the spikes of the input are added to them, and those of
// @first before it is reset. A weight is two units of the state.

!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!decay = !quant.uniform<i16<0:32767>:f32, 3.0517578125e-05>
!v = !quant.uniform<i16<-9000:9000>:f32, 0.5>

// CHECK-LABEL: func.func @net_step(
// CHECK-NOT:     "scratch"
// CHECK:         call @first_decay(%[[V1:.*]]) :
// CHECK-NEXT:    call @second_decay(%[[V2:.*]]) :
// CHECK-NEXT:    call @in(%{{.*}}, %[[V1]]) : (memref<12xi1>, memref<32xi16>) -> ()
// CHECK-NEXT:    call @between(%[[V1]], %[[V2]]) : (memref<32xi16>, memref<4xi16>) -> ()
// CHECK-NEXT:    call @first(%[[V1]]) : (memref<32xi16>) -> ()
// CHECK-NEXT:    call @second(%{{.*}}, %[[V2]]) : (memref<4xi1>, memref<4xi16>) -> ()

// CHECK-LABEL: func.func private @in(
// CHECK:         %[[TWO:.*]] = arith.constant 2 : i32
// CHECK:         scf.for %[[I:[a-z0-9]+]] =
// CHECK:           %[[X:.*]] = tensor.extract %{{.*}}[%[[I]]] : tensor<12xi1>
// CHECK-NEXT:      scf.if %[[X]]
// CHECK:             arith.muli %{{.*}}, %[[TWO]] : i32

// What a neuron compares its voltage with is there once.
// CHECK-LABEL: func.func private @between(
// CHECK:         memref.get_global @first_threshold
// CHECK:         arith.cmpi sgt
// CHECK:         scf.if
// CHECK-LABEL: func.func private @first(
// CHECK:         memref.get_global @first_threshold
// CHECK:         arith.select

// States that rows are added to in words are at multiples of 4. A weight of two units is shifted. Functions that
// look at all of their inputs are not inline. Of 32 neurons two decay at a time.
// WORDS-LABEL: func.func @net_step(
// WORDS-SAME:    memref<32xi16> {snn.alignment = 4 : i64, snn.kind = "state"
// WORDS-SAME:    memref<4xi16> {snn.alignment = 4 : i64, snn.kind = "state"
// WORDS-LABEL: func.func private @first_decay(
// WORDS-SAME:    %[[V:[a-z0-9]+]]: memref<32xi16>
// WORDS:         scf.for %[[N:.*]] =
// WORDS:           vector.load %[[V]][%[[N]]] : memref<32xi16>, vector<2xi16>
// WORDS:           vector.store %{{.*}}, %[[V]][%[[N]]] : memref<32xi16>, vector<2xi16>
// WORDS-LABEL: func.func private @in(
// WORDS-SAME:    %[[Y:[a-z0-9]+]]: memref<32xi16>
// WORDS-SAME:    snn.apart
// WORDS-DAG:     %[[ONE:.*]] = arith.constant dense<1> : vector<8xi16>
// WORDS:         scf.if
// WORDS:           scf.for %[[K:.*]] =
// WORDS:             %[[TERMS:.*]] = arith.extsi %{{.*}} : vector<8xi8> to vector<8xi16>
// WORDS:             %[[TWICE:.*]] = arith.shli %[[TERMS]], %[[ONE]]
// WORDS:             %[[OLD:.*]] = vector.load %[[Y]][%[[K]]] {alignment = 4 : i64}
// WORDS:             %[[SUM:.*]] = arith.addi %[[OLD]], %[[TWICE]]
// WORDS:             vector.store %[[SUM]], %[[Y]][%[[K]]] {alignment = 4 : i64}
// WORDS-LABEL: func.func private @first(
// WORDS:         vector.load %{{.*}} : memref<32xi16>, vector<2xi16>

// BIASED-LABEL: func.func private @in(
// BIASED:         %[[BIAS:.*]] = arith.constant dense<-32768> : vector<8xi16>
// BIASED:         arith.xori %{{.*}}, %[[BIAS]]
// BIASED:         scf.if
// BIASED:           arith.shli
// BIASED:         arith.xori %{{.*}}, %[[BIAS]]
// BIASED:         return

// SUMS-LABEL: func.func @net_step(
// SUMS-SAME:    snn.kind = "scratch", {{.*}}snn.name = "in_out"
// SUMS-NOT:     _decay
snn.network @net(%x: tensor<12xi1>) -> tensor<4xi1> attributes {dt = 1.0e-3} {
  %c1 = arith.constant dense<3> : tensor<32x12xi8>
  %w1 = quant.scast %c1 : tensor<32x12xi8> to tensor<32x12x!w>
  %e1 = snn.events %x : tensor<12xi1> -> <12>
  %y1 = snn.linear %x, %w1 events %e1 {snn.node = "in"} : (tensor<12xi1>, tensor<32x12x!w>, !snn.events<12>) -> tensor<32x!sum>
  %cd = arith.constant 29491 : i16
  %d = quant.scast %cd : i16 to !decay
  %ct = arith.constant dense<[60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91]> : tensor<32xi16>
  %t = quant.scast %ct : tensor<32xi16> to tensor<32x!v>
  %s1, %v1 = snn.lif %y1 decay(%d) threshold(%t) {snn.node = "first"} : (tensor<32x!sum>, !decay, tensor<32x!v>) -> (tensor<32xi1>, tensor<32x!v>)
  %c2 = arith.constant dense<5> : tensor<4x32xi8>
  %w2 = quant.scast %c2 : tensor<4x32xi8> to tensor<4x32x!w>
  %e2 = snn.events %s1 : tensor<32xi1> -> <32>
  %y2 = snn.linear %s1, %w2 events %e2 {snn.node = "between"} : (tensor<32xi1>, tensor<4x32x!w>, !snn.events<32>) -> tensor<4x!sum>
  %cu = arith.constant 60 : i16
  %u = quant.scast %cu : i16 to !v
  %s2, %v2 = snn.lif %y2 decay(%d) threshold(%u) {snn.node = "second"} : (tensor<4x!sum>, !decay, !v) -> (tensor<4xi1>, tensor<4x!v>)
  snn.output %s2 : tensor<4xi1>
}
