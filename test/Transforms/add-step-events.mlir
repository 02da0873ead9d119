// RUN: snn-opt %s --snn-add-step-events --split-input-file | FileCheck %s

// The list of an input's spikes becomes a copy of the caller's; another reader gets the spikes from
// scratch memory, where they are set first. Inputs of values stay.
// CHECK-LABEL: func.func @net_step(
// CHECK:         call @list_spikes
// CHECK-LABEL: func.func @net_step_events(
// CHECK-SAME:    %[[E:[a-z0-9]+]]: memref<?xi16> {snn.kind = "events", snn.name = "in", snn.size = 8 : index}
// CHECK-SAME:    %[[N:[a-z0-9]+]]: index {snn.kind = "count", snn.name = "in", snn.size = 8 : index}
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<3xf32> {snn.kind = "input", snn.name = "x"}
// CHECK-SAME:    %[[LIST:[a-z0-9]+]]: memref<12xi16> {snn.kind = "scratch", snn.name = "in_events"}
// CHECK-SAME:    %[[S:[a-z0-9]+]]: memref<2x4xi1> {snn.kind = "scratch", snn.name = "in_spikes"}) attributes {snn.role = "step_events"}
// CHECK:         %[[F:.*]] = memref.collapse_shape %[[S]]
// CHECK-NEXT:    %[[L:.*]] = memref.cast %[[F]]
// CHECK:         call @set_spikes(%[[E]], %[[N]], %{{.*}}, %[[L]])
// CHECK:         %[[C:.*]] = memref.cast %[[LIST]]
// CHECK:         call @copy_events(%[[E]], %[[N]], %{{.*}}, %[[C]])
// CHECK:         call @other(%[[S]], %[[X]])
// CHECK-NOT:     list_spikes
// CHECK:         return
// CHECK:       func.func private @copy_events(
// CHECK:       func.func private @set_spikes(
func.func private @list_spikes(memref<?xi1>, index, memref<?xi16>) attributes {snn.lists}
func.func private @other(memref<2x4xi1>, memref<3xf32>)
func.func @net_step(%in: memref<2x4xi1> {snn.kind = "input", snn.name = "in"},
                    %x: memref<3xf32> {snn.kind = "input", snn.name = "x"},
                    %list: memref<12xi16> {snn.kind = "scratch", snn.name = "in_events"})
    attributes {snn.role = "step"} {
  %flat = memref.collapse_shape %in [[0, 1]] : memref<2x4xi1> into memref<8xi1>
  %line = memref.cast %flat : memref<8xi1> to memref<?xi1>
  %size = arith.constant 8 : index
  %target = memref.cast %list : memref<12xi16> to memref<?xi16>
  call @list_spikes(%line, %size, %target) : (memref<?xi1>, index, memref<?xi16>) -> ()
  call @other(%in, %x) : (memref<2x4xi1>, memref<3xf32>) -> ()
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

// Nodes can be called as the functions of this pass are.
// CHECK-LABEL: func.func @net_step_events(
// CHECK:         call @copy_events_{{[0-9]}}(
// CHECK:         call @copy_events(%{{.*}}, %{{.*}}) : (memref<12xi16>, memref<3xf32>)
// CHECK:         call @list_spikes_of_mine(
func.func private @lists(memref<?xi1>, index, memref<?xi16>) attributes {snn.lists}
func.func private @copy_events(memref<12xi16>, memref<3xf32>)
func.func private @list_spikes_of_mine(memref<8xi1>)
func.func @net_step(%in: memref<8xi1> {snn.kind = "input", snn.name = "in"},
                    %y: memref<3xf32> {snn.kind = "output", snn.name = "y"},
                    %list: memref<12xi16> {snn.kind = "scratch", snn.name = "in_events"})
    attributes {snn.role = "step"} {
  %line = memref.cast %in : memref<8xi1> to memref<?xi1>
  %size = arith.constant 8 : index
  %target = memref.cast %list : memref<12xi16> to memref<?xi16>
  call @lists(%line, %size, %target) : (memref<?xi1>, index, memref<?xi16>) -> ()
  call @copy_events(%list, %y) : (memref<12xi16>, memref<3xf32>) -> ()
  call @list_spikes_of_mine(%in) : (memref<8xi1>) -> ()
  return
}
