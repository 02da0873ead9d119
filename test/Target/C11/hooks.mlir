// RUN: snn-translate --snn-to-c11 --c11-tap=lif1.v --c11-tap=lif1 --c11-profile %s | FileCheck %s
// RUN: snn-translate --snn-to-c11-header --c11-tap=lif1.v --c11-tap=lif1 --c11-profile %s | FileCheck %s --check-prefix=HEADER
// RUN: snn-translate --snn-to-c11 %s | FileCheck %s --check-prefix=NONE
// RUN: not snn-translate --snn-to-c11 --c11-tap=fc1 %s 2>&1 | FileCheck %s --check-prefix=FOLDED

// Signals that are shown to a macro, and calls in another: in both step
// functions, behind the call that writes the signal.

snn.network @net(%in: tensor<3xi1> {snn.name = "in"}) -> (tensor<2xi1> {snn.name = "out"})
    attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %gain = arith.constant 0.5 : f32
  %threshold = arith.constant 1.5 : f32
  %y = snn.linear %in, %w {snn.node = "fc1"} : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %spikes, %v = snn.lif %y gain(%gain) threshold(%threshold)
    {snn.node = "lif1"} : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %spikes : tensor<2xi1>
}

// CHECK:      #ifndef NET_TAP
// CHECK-NEXT: #define NET_TAP(signal, data, n) ((void)0)
// CHECK-NEXT: #endif
// CHECK:      #ifndef NET_PROFILE
// CHECK-NEXT: #define NET_PROFILE(layer, call) call
// CHECK-NEXT: #endif

// CHECK:      void net_step(
// CHECK:          NET_PROFILE(fc1, net_fc1(in, fc1_out));
// CHECK-NEXT:     NET_PROFILE(lif1, net_lif1(fc1_out, out, net->lif1_v));
// CHECK-NEXT:     NET_TAP(lif1, out, 2);
// CHECK-NEXT:     NET_TAP(lif1_v, net->lif1_v, 2);
// CHECK-NEXT: }
// CHECK:      void net_step_events(
// CHECK:          NET_TAP(lif1, out, 2);
// CHECK-NEXT:     NET_TAP(lif1_v, net->lif1_v, 2);

// HEADER:      /* In a step, NET_TAP(signal, data, n) stands where the n elements of data have been written.
// HEADER-NEXT:  * It is nothing unless it is defined when net.c is compiled. The signals:
// HEADER-NEXT:  *   lif1: uint8_t, spikes, 0 or 1, shape [2], signal 'lif1'
// HEADER-NEXT:  *   lif1_v: float, values, shape [2], signal 'lif1.v'
// HEADER-NEXT:  */
// HEADER:      /* In a step, NET_PROFILE(layer, call) stands around the call of each layer's function.
// HEADER-NEXT:  * It is the call alone unless it is defined when net.c is compiled. The layers:
// HEADER-NEXT:  *   fc1: node 'fc1'
// HEADER-NEXT:  *   lif1: node 'lif1'
// HEADER-NEXT:  *   in_spikes: node 'in', in net_step_events
// HEADER-NEXT:  */

// NONE-NOT:    TAP
// NONE-NOT:    PROFILE

// The synapse's weights contain the neuron's gain.
// FOLDED: error: C11: signal 'fc1' is not written by one layer
