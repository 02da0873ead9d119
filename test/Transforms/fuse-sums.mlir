// RUN: snn-opt %s --snn-fuse-sums --split-input-file | FileCheck %s
// RUN: snn-opt %s --snn-fuse-sums --snn-fuse-sums --split-input-file | FileCheck %s

!sum = !quant.uniform<i16<-300:300>:f32, 0.5>
!part = !quant.uniform<i16<-100:100>:f32, 0.5>
!narrow = !quant.uniform<i8:f32, 0.5>
!weight = !quant.uniform<i8<-127:127>:f32, 0.5>

// The first of the synapses begins with nothing, the next with what is there. The type is that of
// the whole sum.
// CHECK-LABEL: snn.network @synapses(
// CHECK:         %[[A:.*]] = snn.linear %{{.*}}, %[[W:[a-z0-9_]*]] : {{.*}} -> tensor<2x!quant.uniform<i16<-100:100>:
// CHECK-NEXT:    %[[B:.*]] = snn.linear %{{.*}}, %[[W]] bias %[[A]] : {{.*}} -> tensor<2x!quant.uniform<i16<-300:300>:
// CHECK-NEXT:    %[[C:.*]] = snn.linear %{{.*}}, %[[W]] bias %[[B]] : {{.*}} -> tensor<2x!quant.uniform<i16<-300:300>:
// CHECK-NEXT:    snn.output %[[C]]
snn.network @synapses(%x: tensor<3xi1>, %y: tensor<3xi1>, %z: tensor<3xi1>) -> tensor<2x!sum> attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %w = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!weight>
  %0 = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %1 = snn.linear %y, %w : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %2 = snn.linear %z, %w : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %3 = snn.add %0, %1, %2 : (tensor<2x!part>, tensor<2x!part>, tensor<2x!part>) -> tensor<2x!sum>
  snn.output %3 : tensor<2x!sum>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.5>
!part = !quant.uniform<i16<-100:100>:f32, 0.5>
!weight = !quant.uniform<i8<-127:127>:f32, 0.5>

// Synapses move behind what they begin with; several other inputs are added first, whatever they
// are.
// CHECK-LABEL: snn.network @others(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: tensor<3xi1>, %[[P:[a-z0-9]*]]: tensor<2x!quant{{[^%]*}}, %[[S:[a-z0-9]*]]: tensor<2xi1>)
// CHECK:         %[[SUM:.*]] = snn.add %[[P]], %[[S]] :
// CHECK-NEXT:    %[[Y:.*]] = snn.linear %[[X]], %{{.*}} bias %[[SUM]] :
// CHECK-NEXT:    snn.linear %[[X]], %{{.*}} bias %[[P]] :
snn.network @others(%x: tensor<3xi1>, %p: tensor<2x!part>, %s: tensor<2xi1>) -> (tensor<2x!sum>, tensor<2x!sum>) attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %w = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!weight>
  %0 = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %1 = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %2 = snn.add %0, %p, %s : (tensor<2x!part>, tensor<2x!part>, tensor<2xi1>) -> tensor<2x!sum>
  %3 = snn.add %1, %p : (tensor<2x!part>, tensor<2x!part>) -> tensor<2x!sum>
  snn.output %2, %3 : tensor<2x!sum>, tensor<2x!sum>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.5>
!part = !quant.uniform<i16<-100:100>:f32, 0.5>
!narrow = !quant.uniform<i8:f32, 0.5>
!weight = !quant.uniform<i8<-127:127>:f32, 0.5>

// What else is seen, has a bias, is of another width or is a spike stays.
// CHECK-LABEL: snn.network @kept(
// CHECK-COUNT-4: snn.add
// CHECK-NOT:     bias %{{[0-9]}}
snn.network @kept(%x: tensor<3xi1>, %s: tensor<2xi1>, %p: tensor<2x!part>)
    -> (tensor<2x!sum>, tensor<2x!part>, tensor<2x!sum>, tensor<2x!sum>, tensor<2x!sum>) attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %w = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!weight>
  %b = arith.constant dense<1> : tensor<2xi16>
  %bias = quant.scast %b : tensor<2xi16> to tensor<2x!part>
  %0 = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %1 = snn.add %0, %p : (tensor<2x!part>, tensor<2x!part>) -> tensor<2x!sum>
  %2 = snn.linear %x, %w bias %bias : (tensor<3xi1>, tensor<2x3x!weight>, tensor<2x!part>) -> tensor<2x!part>
  %3 = snn.add %2, %p : (tensor<2x!part>, tensor<2x!part>) -> tensor<2x!sum>
  %4 = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!narrow>
  %5 = snn.add %4, %p : (tensor<2x!narrow>, tensor<2x!part>) -> tensor<2x!sum>
  %6 = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %7 = snn.add %6, %s : (tensor<2x!part>, tensor<2xi1>) -> tensor<2x!sum>
  snn.output %1, %0, %3, %5, %7 : tensor<2x!sum>, tensor<2x!part>, tensor<2x!sum>, tensor<2x!sum>, tensor<2x!sum>
}

// -----

// Floating-point numbers would be rounded in another order.
// CHECK-LABEL: snn.network @floats(
// CHECK:         snn.add
snn.network @floats(%x: tensor<3xi1>, %p: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %0 = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %1 = snn.add %0, %p : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %1 : tensor<2xf32>
}

// -----

!sum = !quant.uniform<i16<-300:300>:f32, 0.5>
!part = !quant.uniform<i16<-300:300>:f32, 0.5>
!weight = !quant.uniform<i8<-127:127>:f32, 0.5>

// A sum that saturates after each input would saturate elsewhere if it began with another.
// CHECK-LABEL: snn.network @saturating(
// CHECK:         %[[A:.*]] = snn.linear %{{.*}}, %[[W:[a-z0-9_]*]] {saturate} :
// CHECK-NEXT:    %[[B:.*]] = snn.linear %{{.*}}, %[[W]] {saturate} :
// CHECK-NEXT:    %[[C:.*]] = snn.add %[[A]], %[[B]]
// CHECK-NEXT:    snn.output %[[C]]
snn.network @saturating(%x: tensor<3xi1>, %y: tensor<3xi1>) -> tensor<2x!sum> attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %w = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!weight>
  %0 = snn.linear %x, %w {saturate} : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %1 = snn.linear %y, %w {saturate} : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!part>
  %2 = snn.add %0, %1 : (tensor<2x!part>, tensor<2x!part>) -> tensor<2x!sum>
  snn.output %2 : tensor<2x!sum>
}
