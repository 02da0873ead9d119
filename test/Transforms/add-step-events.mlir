// RUN: snn-opt %s --snn-add-step-events --split-input-file | FileCheck %s

// The list of an input's spikes is made of the caller's positions. An input that is read itself, too,
// is set in scratch memory first, and listed as before. Inputs of values stay.
// CHECK-LABEL: func.func @net_step(
// CHECK:         call @list_spikes
// CHECK:         call @list_spikes
// CHECK-LABEL: func.func @net_step_events(
// CHECK-SAME:    %[[A:[a-z0-9]+]]: memref<?xi16> {snn.kind = "events", snn.name = "a", snn.size = 8 : index}
// CHECK-SAME:    %[[NA:[a-z0-9]+]]: index {snn.kind = "count", snn.name = "a", snn.size = 8 : index}
// CHECK-SAME:    %[[B:[a-z0-9]+]]: memref<?xi16> {snn.kind = "events", snn.name = "b", snn.size = 8 : index}
// CHECK-SAME:    %[[NB:[a-z0-9]+]]: index {snn.kind = "count", snn.name = "b", snn.size = 8 : index}
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<3xf32> {snn.kind = "input", snn.name = "x"}
// CHECK-SAME:    %[[LIST:[a-z0-9]+]]: memref<12xi16> {snn.kind = "scratch", snn.name = "a_events"}
// CHECK-SAME:    %[[LIST_B:[a-z0-9]+]]: memref<12xi16> {snn.kind = "scratch", snn.name = "b_events"}
// CHECK-SAME:    %[[S:[a-z0-9]+]]: memref<2x4xi1> {snn.kind = "scratch", snn.name = "b_spikes", snn.node = "b", snn.use = "spikes"}) attributes {snn.role = "step_events"}
// CHECK:         %[[F:.*]] = memref.collapse_shape %[[S]]
// CHECK-NEXT:    %[[L:.*]] = memref.cast %[[F]]
// CHECK:         call @set_spikes(%[[B]], %[[NB]], %{{.*}}, %[[L]])
// CHECK:         %[[C:.*]] = memref.cast %[[LIST]]
// CHECK:         call @take_events(%[[A]], %[[NA]], %{{.*}}, %[[C]])
// CHECK-NOT:     list_spikes
// CHECK:         %[[F2:.*]] = memref.collapse_shape %[[S]]
// CHECK:         %[[L2:.*]] = memref.cast %[[F2]]
// CHECK:         call @list_spikes(%[[L2]]
// CHECK:         call @other(%[[S]], %[[X]])
// CHECK:         return
// CHECK:       func.func private @set_spikes(memref<?xi16>, index, index, memref<?xi1>) attributes {snn.helper = "set_spikes"}
// CHECK:       func.func private @take_events(memref<?xi16>, index, index, memref<?xi16>) attributes {snn.helper = "take_events"}
func.func private @list_spikes(memref<?xi1>, index, memref<?xi16>) attributes {snn.lists}
func.func private @other(memref<2x4xi1>, memref<3xf32>)
func.func @net_step(%a: memref<8xi1> {snn.kind = "input", snn.name = "a"},
                    %b: memref<2x4xi1> {snn.kind = "input", snn.name = "b"},
                    %x: memref<3xf32> {snn.kind = "input", snn.name = "x"},
                    %list: memref<12xi16> {snn.kind = "scratch", snn.name = "a_events"},
                    %list_b: memref<12xi16> {snn.kind = "scratch", snn.name = "b_events"})
    attributes {snn.role = "step"} {
  %size = arith.constant 8 : index
  %line = memref.cast %a : memref<8xi1> to memref<?xi1>
  %target = memref.cast %list : memref<12xi16> to memref<?xi16>
  call @list_spikes(%line, %size, %target) : (memref<?xi1>, index, memref<?xi16>) -> ()
  %flat = memref.collapse_shape %b [[0, 1]] : memref<2x4xi1> into memref<8xi1>
  %line_b = memref.cast %flat : memref<8xi1> to memref<?xi1>
  %target_b = memref.cast %list_b : memref<12xi16> to memref<?xi16>
  call @list_spikes(%line_b, %size, %target_b) : (memref<?xi1>, index, memref<?xi16>) -> ()
  call @other(%b, %x) : (memref<2x4xi1>, memref<3xf32>) -> ()
  return
}

// -----

// Without inputs of spikes there is nothing to add.
// CHECK-LABEL: func.func @net_step(
// CHECK-NOT:     step_events
func.func @net_step(%x: memref<3xf32> {snn.kind = "input", snn.name = "x"}) attributes {snn.role = "step"} {
  return
}

// -----

// Nodes can be called as the helpers of the emitter are.
// CHECK-LABEL: func.func @net_step_events(
// CHECK:         call @take_events_{{[0-9]}}(
// CHECK:         call @take_events(%{{.*}}, %{{.*}}) : (memref<12xi16>, memref<3xf32>)
func.func private @lists(memref<?xi1>, index, memref<?xi16>) attributes {snn.lists}
func.func private @take_events(memref<12xi16>, memref<3xf32>)
func.func @net_step(%in: memref<8xi1> {snn.kind = "input", snn.name = "in"},
                    %y: memref<3xf32> {snn.kind = "output", snn.name = "y"},
                    %list: memref<12xi16> {snn.kind = "scratch", snn.name = "in_events"})
    attributes {snn.role = "step"} {
  %line = memref.cast %in : memref<8xi1> to memref<?xi1>
  %size = arith.constant 8 : index
  %target = memref.cast %list : memref<12xi16> to memref<?xi16>
  call @lists(%line, %size, %target) : (memref<?xi1>, index, memref<?xi16>) -> ()
  call @take_events(%list, %y) : (memref<12xi16>, memref<3xf32>) -> ()
  return
}

// -----

// Of a list that holds a part of the events at a time, each part is made of the caller's positions.
// CHECK-LABEL: func.func @parts_step_events(
// CHECK-SAME:    %[[IN:[a-z0-9]+]]: memref<?xi16> {snn.kind = "events"
// CHECK-SAME:    %[[COUNT:[a-z0-9]+]]: index {snn.kind = "count"
// CHECK:         scf.while (%[[FROM:.*]] = %{{.*}}) : (index) -> index {
// CHECK:           %[[LIST:.*]] = memref.cast
// CHECK-NEXT:      call @take_part(%[[IN]], %[[COUNT]], %c300, %[[FROM]], %c128, %[[LIST]]) : (memref<?xi16>, index, index, index, index, memref<?xi16>) -> ()
// CHECK:       func.func private @take_part(memref<?xi16>, index, index, index, index, memref<?xi16>) attributes {snn.helper = "take_part"}
func.func private @list_part(memref<?xi1>, index, index, index, memref<?xi16>) attributes {snn.lists}
func.func @parts_step(%in: memref<3x100xi1> {snn.kind = "input", snn.name = "in"},
                      %list: memref<133xi16> {snn.kind = "scratch", snn.name = "in_events"})
    attributes {snn.role = "step"} {
  %c0 = arith.constant 0 : index
  %c300 = arith.constant 300 : index
  %c128 = arith.constant 128 : index
  %c132 = arith.constant 132 : index
  %end = scf.while (%from = %c0) : (index) -> index {
    %flat = memref.collapse_shape %in [[0, 1]] : memref<3x100xi1> into memref<300xi1>
    %line = memref.cast %flat : memref<300xi1> to memref<?xi1>
    %target = memref.cast %list : memref<133xi16> to memref<?xi16>
    func.call @list_part(%line, %c300, %from, %c128, %target) : (memref<?xi1>, index, index, index, memref<?xi16>) -> ()
    %stored = memref.load %list[%c132] : memref<133xi16>
    %next = arith.index_castui %stored : i16 to index
    %isLeft = arith.cmpi ne, %next, %c300 : index
    scf.condition(%isLeft) %next : index
  } do {
  ^bb0(%next: index):
    scf.yield %next : index
  }
  return
}
