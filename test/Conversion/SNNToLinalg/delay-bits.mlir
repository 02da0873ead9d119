// RUN: snn-opt %s --snn-to-linalg=bit-delays=1 --split-input-file | FileCheck %s
// RUN: snn-opt %s --snn-to-linalg=bit-delays=2 --split-input-file | FileCheck %s --check-prefix=ALL

// Delays that differ: a ring of seven bytes, a bit for each of five spikes.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    memref<7xi8> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %{{.*}}: memref<1xi8> {snn.kind = "state", snn.name = "delay_position"{{[^}]*}}})
// CHECK:         call @delay_read
// CHECK:         call @delay_write
// CHECK-LABEL: func.func private @delay_read(
// CHECK:         %[[MASKS:.*]] = memref.get_global @delay_read_masks : memref<4xi32>
// CHECK:         %[[FOUND:.*]] = scf.for
// CHECK:           %[[MASK:.*]] = memref.load %[[MASKS]]
// CHECK:           arith.andi %{{.*}}, %[[MASK]] : i32
// CHECK-NEXT:      arith.xori
// CHECK:         scf.for %[[K:[a-z0-9]+]] =
// CHECK:           %[[BIT:.*]] = arith.index_castui %[[K]] : index to i32
// CHECK-NEXT:      arith.shrui %[[FOUND]], %[[BIT]] : i32
// CHECK:           memref.store %{{.*}} : memref<5xi1>
// CHECK:       memref.global "private" constant @delay_read_steps : memref<4xi32> = dense<[2, 3, 6, 7]>
// CHECK:       memref.global "private" constant @delay_read_masks : memref<4xi32> = dense<[18, 1, 8, 4]>
// ALL:         memref<7xi8> {snn.kind = "state"
snn.network @net(%x: tensor<5xi1>) -> tensor<5xi1> attributes {dt = 1.0e-3} {
  %y = snn.delay %x by dense<[3, 2, 7, 6, 2]> : tensor<5xi64> : tensor<5xi1>
  snn.output %y : tensor<5xi1>
}

// -----

// Delays of the same number of steps copy bytes, unless memory counts.
// CHECK-LABEL: func.func @same_step(
// CHECK-SAME:    memref<4x9xi1> {snn.kind = "state"
// ALL-LABEL: func.func @same_step(
// ALL-SAME:    memref<4xi16> {snn.kind = "state"
snn.network @same(%x: tensor<9xi1>) -> tensor<9xi1> attributes {dt = 1.0e-3} {
  %y = snn.delay %x by dense<4> : tensor<i64> : tensor<9xi1>
  snn.output %y : tensor<9xi1>
}

// -----

// What is read in place, what is no spike, and what is not delayed, stay.
// ALL-LABEL: func.func @one_step(
// ALL-SAME:    memref<1x4xi1> {snn.kind = "state"
snn.network @one(%x: tensor<4xi1>) -> tensor<4xi1> attributes {dt = 1.0e-3} {
  %y = snn.delay %x by dense<1> : tensor<i64> : tensor<4xi1>
  snn.output %y : tensor<4xi1>
}

// -----

// ALL-LABEL: func.func @floats_step(
// ALL-SAME:    memref<5xf32> {snn.kind = "state"
snn.network @floats(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0e-3} {
  %y = snn.delay %x by dense<[2, 3]> : tensor<2xi64> : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// ALL-LABEL: func.func @undelayed_step(
// ALL-SAME:    memref<3xi1> {snn.kind = "state"
snn.network @undelayed(%x: tensor<2xi1>) -> tensor<2xi1> attributes {dt = 1.0e-3} {
  %y = snn.delay %x by dense<[0, 3]> : tensor<2xi64> : tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// One long delay among short ones: bytes are fewer.
// ALL-LABEL: func.func @long_step(
// ALL-SAME:    memref<103xi1> {snn.kind = "state"
snn.network @long(%x: tensor<10xi1>) -> tensor<10xi1> attributes {dt = 1.0e-3} {
  %y = snn.delay %x by dense<[1, 1, 1, 1, 1, 1, 1, 1, 1, 94]> : tensor<10xi64> : tensor<10xi1>
  snn.output %y : tensor<10xi1>
}
