// RUN: snn-opt %s --convert-snn-to-linalg --split-input-file | FileCheck %s

// One step: the signal is read where it is kept, and overwritten at the end.
// CHECK-LABEL: func.func @one_step(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<2xi1> {snn.kind = "input"
// CHECK-SAME:    %[[Y:[a-z0-9]+]]: memref<2xf32> {snn.kind = "output"
// CHECK-SAME:    %[[PAST:[a-z0-9]+]]: memref<1x2xi1> {snn.kind = "state", snn.name = "d_past"}
// CHECK:         %[[OLD:.*]] = memref.collapse_shape %[[PAST]]
// CHECK:         call @add(%[[OLD]]
// CHECK:         call @d_write(%[[X]], %[[PAST]])
// CHECK-NEXT:    return
snn.network @one(%x: tensor<2xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %d = snn.delay %x by dense<1> : tensor<i64> : tensor<2xi1> loc("d")
  %y = snn.add %d, %x : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xf32> loc("add")
  snn.output %y : tensor<2xf32>
}

// -----

// More steps: a ring with a position; every slot starts with the initial value.
// CHECK-LABEL: func.func @three_step(
// CHECK-SAME:    %[[PAST:[a-z0-9]+]]: memref<3x2xf32> {snn.kind = "state", snn.name = "d_past"}
// CHECK-SAME:    %[[POSITION:[a-z0-9]+]]: memref<1xindex> {snn.kind = "state", snn.name = "d_position"}
// CHECK:         call @d_read(%[[PAST]], %[[POSITION]], %[[Y:.*]])
// CHECK:         call @d_write(%{{.*}}, %[[PAST]], %[[POSITION]])
// CHECK-LABEL: func.func @three_init(
// CHECK-SAME:    memref<6xf32>
// CHECK:         memref.get_global @d_past_init : memref<6xf32>
// CHECK:       memref.global "private" constant @d_past_init : memref<6xf32> = dense<[5.000000e-01, 1.000000e+00, 5.000000e-01, 1.000000e+00, 5.000000e-01, 1.000000e+00]>
// CHECK-LABEL: func.func private @d_read
// CHECK:         %[[OLDEST:.*]] = tensor.extract %{{.*}} : tensor<1xindex>
// CHECK:         tensor.extract_slice %{{.*}}[%[[OLDEST]], 0] [1, 2] [1, 1] : tensor<3x2xf32> to tensor<2xf32>
// CHECK-LABEL: func.func private @d_write
// CHECK:         tensor.insert_slice
// CHECK:         %[[NEXT:.*]] = arith.addi
// CHECK:         %[[END:.*]] = arith.cmpi eq, %[[NEXT]]
// CHECK:         arith.select %[[END]]
snn.network @three(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %i = arith.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %d = snn.delay %x by dense<3> : tensor<i64> init(%i : tensor<2xf32>) : tensor<2xf32> loc("d")
  snn.output %d : tensor<2xf32>
}

// -----

// A delay that feeds a delay is copied before either is overwritten.
// CHECK-LABEL: func.func @chain_step(
// CHECK:         call @d1_read(%{{.*}}, %[[OUT:.*]]) :
// CHECK:         call @d1_write
// CHECK:         call @d2_write(%[[OUT]],
snn.network @chain(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %d1 = snn.delay %x by dense<1> : tensor<i64> : tensor<2xf32> loc("d1")
  %d2 = snn.delay %d1 by dense<1> : tensor<i64> : tensor<2xf32> loc("d2")
  snn.output %d2 : tensor<2xf32>
}
