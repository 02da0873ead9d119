// RUN: snn-translate --snn-to-c11-header --c11-prefix=my_net %s | FileCheck %s

module attributes {snn.provenance = {model = "a.nir", sha256 = "0123"}} {
  snn.network @relay(%in: tensor<2x3xi1> {snn.name = "in"}, %analog: tensor<4xf64> {snn.name = "the analog"})
      -> (tensor<2x3xui8> {snn.name = "out"}, tensor<4xf64> {snn.name = "v"})
      attributes {dt = 1.0e-3 : f64, discretization = {name = "sinabs"}} {
    %one = arith.constant 1.0 : f64
    %counts, %v = snn.lif %in threshold(%one)
        {spike = #snn.spike<count_trunc>, reset = #snn.reset<subtract>}
        : (tensor<2x3xi1>, f64) -> (tensor<2x3xui8>, tensor<2x3xf64>) loc("lif")
    %w = snn.li %analog : (tensor<4xf64>) -> tensor<4xf64> loc("li")
    snn.output %counts, %w : tensor<2x3xui8>, tensor<4xf64>
  }
}
