// RUN: snn-opt %s --convert-snn-to-linalg=part-lists=true --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='part-lists=true list-with-neurons=true' --canonicalize --split-input-file | FileCheck %s --check-prefix=OWN

// A loop lists as many events as there is room for, and adds for them to what the sums begin with.

// CHECK-LABEL: func.func @floats_step(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<300xi1>
// CHECK-SAME:    %[[Y:[a-z0-9]+]]: memref<8xf32> {snn.kind = "output"
// CHECK-SAME:    %[[E:[a-z0-9]+]]: memref<133xi16> {snn.kind = "scratch"
// CHECK:         call @fc_begin(%[[Y]])
// CHECK:         scf.while (%[[FROM:.*]] = %c0) : (index) -> index {
// CHECK:           func.call @list_spikes_part(%{{.*}}, %c300, %[[FROM]], %c128, %{{.*}}) : (memref<?xi1>, index, index, index, memref<?xi16>) -> ()
// CHECK:           func.call @fc(%[[E]], %[[Y]])
// CHECK:           %[[STORED:.*]] = memref.load %[[E]][%c132]
// CHECK:           %[[NEXT:.*]] = arith.index_castui %[[STORED]]
// CHECK:           %[[LEFT:.*]] = arith.cmpi ne, %[[NEXT]], %c300
// CHECK:           scf.condition(%[[LEFT]]) %[[NEXT]]
// CHECK:       func.func private @fc_begin(%{{.*}}: memref<8xf32> {snn.name = "y"}) attributes {snn.comment = "What the sums of fc begin with
// CHECK:       func.func private @fc(%{{.*}}: memref<133xi16> {snn.name = "events", snn.size = 300 : index}, %{{.*}}: memref<8xf32> {snn.name = "y", snn.signals = ["fc"]})
snn.network @floats(%x: tensor<300xi1>) -> tensor<8xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<8x300xf32>
  %b = arith.constant dense<0.5> : tensor<8xf32>
  %events = snn.events %x : tensor<300xi1> -> <300>
  %y = snn.linear %x, %w bias %b events %events {snn.node = "fc"} : (tensor<300xi1>, tensor<8x300xf32>, tensor<8xf32>, !snn.events<300>) -> tensor<8xf32>
  snn.output %y : tensor<8xf32>
}

// -----

// Short lists, lists of values and those of several readers hold all events.

// CHECK-LABEL: func.func @whole_step(
// CHECK-SAME:    memref<259xi16> {snn.kind = "scratch"
// CHECK-SAME:    memref<304xi16> {snn.kind = "scratch"
// CHECK-SAME:    memref<304xi16> {snn.kind = "scratch"
// CHECK-NOT:     scf.while
// CHECK:         return
snn.network @whole(%a: tensor<255xi1>, %b: tensor<300xf32>, %c: tensor<300xi1>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) attributes {dt = 1.0e-3 : f64} {
  %v = arith.constant dense<1.0> : tensor<8x255xf32>
  %w = arith.constant dense<1.0> : tensor<8x300xf32>
  %few = snn.events %a : tensor<255xi1> -> <255>
  %values = snn.events %b : tensor<300xf32> -> <300>
  %shared = snn.events %c : tensor<300xi1> -> <300>
  %y0 = snn.linear %a, %v events %few : (tensor<255xi1>, tensor<8x255xf32>, !snn.events<255>) -> tensor<8xf32>
  %y1 = snn.linear %b, %w events %values : (tensor<300xf32>, tensor<8x300xf32>, !snn.events<300>) -> tensor<8xf32>
  %y2 = snn.linear %c, %w events %shared : (tensor<300xi1>, tensor<8x300xf32>, !snn.events<300>) -> tensor<8xf32>
  %y3 = snn.linear %c, %w events %shared : (tensor<300xi1>, tensor<8x300xf32>, !snn.events<300>) -> tensor<8xf32>
  snn.output %y0, %y1, %y2, %y3 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// -----

// What is added part by part goes to the state of integers; there are no sums. Where neurons list
// their own spikes, the list has room for all.

// CHECK-LABEL: func.func @integers_step(
// CHECK-NOT:     snn.name = "fc_out"
// CHECK:         call @n_decay(%[[V:.*]]) :
// CHECK-NEXT:    call @last_decay(%[[V2:.*]]) :
// CHECK-NEXT:    scf.while
// CHECK:           call @list_spikes_part
// CHECK:           call @fc(%{{.*}}, %[[V]]) : (memref<133xi16>, memref<288xi16>) -> ()
// CHECK:         call @n(%{{.*}}, %[[V]])
// CHECK-NEXT:    scf.while
// CHECK:           call @list_spikes_part
// CHECK:           call @out(%{{.*}}, %[[V2]])
// CHECK:         call @last(%{{.*}}, %[[V2]])
// OWN-LABEL:   func.func @integers_step(
// OWN:           scf.while
// OWN:             call @list_spikes_part
// OWN:             call @fc(
// OWN:           call @n(
// OWN-NOT:       scf.while
// OWN:           return
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!decay = !quant.uniform<i16<0:32767>:f32, 3.0517578125e-05>
!v = !quant.uniform<i16<-9000:9000>:f32, 1.0>
snn.network @integers(%x: tensor<300xi1>) -> tensor<8xi1> attributes {dt = 1.0e-3 : f64} {
  %c1 = arith.constant dense<3> : tensor<288x300xi8>
  %w1 = quant.scast %c1 : tensor<288x300xi8> to tensor<288x300x!w>
  %e1 = snn.events %x : tensor<300xi1> -> <300>
  %y1 = snn.linear %x, %w1 events %e1 {snn.node = "fc"} : (tensor<300xi1>, tensor<288x300x!w>, !snn.events<300>) -> tensor<288x!sum>
  %cd = arith.constant 29491 : i16
  %d = quant.scast %cd : i16 to !decay
  %ct = arith.constant 60 : i16
  %t = quant.scast %ct : i16 to !v
  %s1, %v1 = snn.lif %y1 decay(%d) threshold(%t) {snn.node = "n"} : (tensor<288x!sum>, !decay, !v) -> (tensor<288xi1>, tensor<288x!v>)
  %c2 = arith.constant dense<3> : tensor<8x288xi8>
  %w2 = quant.scast %c2 : tensor<8x288xi8> to tensor<8x288x!w>
  %e2 = snn.events %s1 : tensor<288xi1> -> <288>
  %y2 = snn.linear %s1, %w2 events %e2 {snn.node = "out"} : (tensor<288xi1>, tensor<8x288x!w>, !snn.events<288>) -> tensor<8x!sum>
  %s2, %v2 = snn.lif %y2 decay(%d) threshold(%t) {snn.node = "last"} : (tensor<8x!sum>, !decay, !v) -> (tensor<8xi1>, tensor<8x!v>)
  snn.output %s2 : tensor<8xi1>
}

// -----

// A list that has to hold all events has memory for one that is not longer.

// CHECK-LABEL: func.func @shorter_step(
// CHECK-NOT:     scf.while
// CHECK:         return
snn.network @shorter(%a: tensor<300xi1>, %c: tensor<300xi1>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<8x300xf32>
  %one = snn.events %a : tensor<300xi1> -> <300>
  %shared = snn.events %c : tensor<300xi1> -> <300>
  %y1 = snn.linear %a, %w events %one : (tensor<300xi1>, tensor<8x300xf32>, !snn.events<300>) -> tensor<8xf32>
  %y2 = snn.linear %c, %w events %shared : (tensor<300xi1>, tensor<8x300xf32>, !snn.events<300>) -> tensor<8xf32>
  %y3 = snn.linear %c, %w events %shared : (tensor<300xi1>, tensor<8x300xf32>, !snn.events<300>) -> tensor<8xf32>
  snn.output %y1, %y2, %y3 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}
