// RUN: snn-translate --snn-to-c11-header --c11-prefix=my_net %s | FileCheck %s

module attributes {snn.provenance = {model = "a.nir", sha256 = "0123"}} {
  snn.network @relay(%in: tensor<2x3xi1> {snn.name = "in"}, %analog: tensor<4xf64> {snn.name = "the analog"})
      -> (tensor<2x3xui8> {snn.name = "out"}, tensor<4xf64> {snn.name = "v"})
      attributes {dt = 1.0e-3 : f64, discretization = {name = "sinabs"}} {
    %one = arith.constant 1.0 : f64
    %counts, %v = snn.lif %in threshold(%one)
        {spike = #snn.spike<count_trunc>, reset = #snn.reset<subtract>, snn.node = "lif"}
        : (tensor<2x3xi1>, f64) -> (tensor<2x3xui8>, tensor<2x3xf64>)
    %w = snn.li %analog {snn.node = "li"} : (tensor<4xf64>) -> tensor<4xf64>
    snn.output %counts, %w : tensor<2x3xui8>, tensor<4xf64>
  }
}

// CHECK:      /* my_net.h - made by snn-mlir-compile; change the model, not this file.
// CHECK:       *   model   a.nir
// CHECK-NEXT:  *   sha256  0123
// CHECK:       *   name  sinabs
// CHECK-NEXT:  */
// CHECK-NEXT: #ifndef MY_NET_H
// CHECK-NEXT: #define MY_NET_H

// Identifiers are made of the names, macros in upper case.
// CHECK:      #define MY_NET_IN_SIZE 6
// CHECK-NEXT: #define MY_NET_THE_ANALOG_SIZE 4
// CHECK-NEXT: #define MY_NET_OUT_SIZE 6
// CHECK-NEXT: #define MY_NET_V_SIZE 4
// CHECK:      #define MY_NET_DT 0.001
// CHECK:      #define MY_NET_STATE_BYTES sizeof(my_net_t)

// State and scratch, no pointers.
// CHECK:      typedef struct {
// CHECK-NEXT:     double lif_v[6];
// CHECK-NEXT:     double li_v[4];
// CHECK-NEXT:     union {
// CHECK-NEXT:         uint8_t u8[6];
// CHECK-NEXT:     } scratch; /* within a step; not all of it at the same time */
// CHECK-NEXT: } my_net_t;

// CHECK:      void my_net_init(my_net_t *net);
// CHECK:       *   in: MY_NET_IN_SIZE spikes, 0 or 1, shape [2, 3], node 'in'
// CHECK-NEXT:  *   the_analog: MY_NET_THE_ANALOG_SIZE values, shape [4], node 'the analog'
// CHECK-NEXT:  *   out: MY_NET_OUT_SIZE spike counts, shape [2, 3], node 'out'
// CHECK-NEXT:  *   v: MY_NET_V_SIZE values, shape [4], node 'v'
// CHECK-NEXT:  */
// CHECK-NEXT: void my_net_step(my_net_t *net, const uint8_t *in, const double *the_analog, uint8_t *out, double *v);

// The step for callers that have events takes positions and their number for each input of spikes.
// CHECK:       *   in: positions below MY_NET_IN_SIZE, node 'in'
// CHECK-NEXT:  *   in_count: how many these are
// CHECK-NEXT:  *   the_analog: MY_NET_THE_ANALOG_SIZE values, shape [4], node 'the analog'
// CHECK:      void my_net_step_events(my_net_t *net, const uint16_t *in, size_t in_count, const double *the_analog, uint8_t *out, double *v);
