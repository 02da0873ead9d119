// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-insert-rescale))' | FileCheck %s

// The same scales, other bits: a sum takes any, an output does not. What two users want, both get.
!a = !quant.uniform<i16:f32, 0.5>
!b = !quant.uniform<i32:f32, 0.5>
!c = !quant.uniform<i32:f32, 0.25>
// CHECK-LABEL: snn.network @casts(
// CHECK-SAME:    %[[X:.*]]: tensor<2x!quant.uniform<i16:f32, 5.000000e-01>>
// CHECK-NEXT:    %[[SUM:.*]] = snn.add %[[X]] : (tensor<2x!quant.uniform<i16:f32, 5.000000e-01>>) -> tensor<2x!quant.uniform<i32:f32, 5.000000e-01>>
// CHECK-NEXT:    %[[WIDE:.*]] = snn.rescale %[[X]] {saturate} : {{.*}} -> tensor<2x!quant.uniform<i32:f32, 5.000000e-01>>
// CHECK-NEXT:    %[[FINE:.*]] = snn.rescale %[[X]] {saturate} : {{.*}} -> tensor<2x!quant.uniform<i32:f32, 2.500000e-01>>
// CHECK-NEXT:    snn.output %[[SUM]], %[[WIDE]], %[[FINE]], %[[FINE]]
snn.network @casts(%x: tensor<2x!a>) -> (tensor<2x!b>, tensor<2x!b>, tensor<2x!c>, tensor<2x!c>) attributes {dt = 1.0e-3 : f64} {
  %r = quant.dcast %x : tensor<2x!a> to tensor<2xf32>
  %1 = quant.qcast %r : tensor<2xf32> to tensor<2x!b>
  %sum = snn.add %1 : (tensor<2x!b>) -> tensor<2x!b>
  %2 = quant.qcast %r : tensor<2xf32> to tensor<2x!b>
  %3 = quant.qcast %r : tensor<2xf32> to tensor<2x!c>
  %4 = quant.qcast %r : tensor<2xf32> to tensor<2x!c>
  snn.output %sum, %2, %3, %4 : tensor<2x!b>, tensor<2x!b>, tensor<2x!c>, tensor<2x!c>
}

// The same scale in fewer bits: numbers that these do not hold saturate, also where a sum takes any bits.
!wide = !quant.uniform<i16:f32, 0.5>
!narrow = !quant.uniform<i8:f32, 0.5>
!upper = !quant.uniform<i16<0:32767>:f32, 0.5>
// CHECK-LABEL: snn.network @narrower(
// CHECK-SAME:    %[[X:.*]]: tensor<2x!quant.uniform<i16:f32, 5.000000e-01>>
// CHECK-NEXT:    %[[NARROW:.*]] = snn.rescale %[[X]] {saturate} : {{.*}} -> tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>
// CHECK-NEXT:    snn.add %[[NARROW]] :
// CHECK-NEXT:    %[[UPPER:.*]] = snn.rescale %[[X]] {saturate} : {{.*}} -> tensor<2x!quant.uniform<i16<0:32767>:f32, 5.000000e-01>>
// CHECK-NEXT:    snn.add %[[UPPER]] :
snn.network @narrower(%x: tensor<2x!wide>) -> (tensor<2x!b>, tensor<2x!b>) attributes {dt = 1.0e-3 : f64} {
  %r = quant.dcast %x : tensor<2x!wide> to tensor<2xf32>
  %1 = quant.qcast %r : tensor<2xf32> to tensor<2x!narrow>
  %sum = snn.add %1 : (tensor<2x!narrow>) -> tensor<2x!b>
  %2 = quant.qcast %r : tensor<2xf32> to tensor<2x!upper>
  %other = snn.add %2 : (tensor<2x!upper>) -> tensor<2x!b>
  snn.output %sum, %other : tensor<2x!b>, tensor<2x!b>
}
