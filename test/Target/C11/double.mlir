// RUN: snn-translate --snn-to-c11 %s | FileCheck %s
// RUN: sed '/dt =/!s/f64/f32/g' %s | snn-translate --snn-to-c11 | FileCheck %s --check-prefix=SINGLE

// Where double has 32 bits, as with avr-gcc, a network in f64 is refused.

snn.network @net(%in: tensor<3xi1> {snn.name = "in"}) -> (tensor<3xi1> {snn.name = "out"})
    attributes {dt = 1.0e-3 : f64} {
  %threshold = arith.constant 1.5 : f64
  %spikes, %v = snn.lif %in threshold(%threshold)
    {snn.node = "lif"} : (tensor<3xi1>, f64) -> (tensor<3xi1>, tensor<3xf64>)
  snn.output %spikes : tensor<3xi1>
}

// CHECK:      #if defined(__SIZEOF_DOUBLE__) && __SIZEOF_DOUBLE__ != 8
// CHECK-NEXT: #error "the network needs a double of 64 bits"
// CHECK-NEXT: #endif

// SINGLE-NOT: DOUBLE
