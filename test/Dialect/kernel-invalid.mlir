// RUN: snn-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{function is 'f(', expected a name of C [K1]}}
snn.kernel @k {function = "f(", pattern = ["snn.linear"], arguments = []}

// -----

// expected-error @below {{setup is '', expected a name of C [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], setup = "", setup_arguments = []}

// -----

// expected-error @below {{has one of setup and setup_arguments, expected both or none [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], setup = "g"}

// -----

// expected-error @below {{memory is 'a b', expected a name of C [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], memory = "a b"}

// -----

// expected-error @below {{section is '.a"', expected letters, digits and _-./+ for a memory [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], memory = "a", section = ".a\""}

// -----

// expected-error @below {{has header "a\22\0A#error", expected letters, digits and _-./+ [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], headers = ["a\"\0A#error"]}

// -----

// expected-error @below {{has no pattern, expected the operation that it computes [K1]}}
snn.kernel @k {function = "f", pattern = [], arguments = []}

// -----

// expected-error @below {{has "snn.magic" in its pattern, which is no operation [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.magic"], arguments = []}

// -----

// expected-error @below {{alignment is 3, expected a power of two up to 4096 [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], alignment = 3}

// -----

snn.network @n(%x: tensor<2xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @below {{@nobody is no snn.kernel [K2]}}
  %y = snn.offload @nobody(%x) : (tensor<2xi1>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xi1>):
    %w = arith.constant dense<1.0> : tensor<2x2xf32>
    %s = snn.linear %a, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
    snn.yield %s : tensor<2xf32>
  }
  snn.output %y : tensor<2xf32>
}

// -----

snn.kernel @k {function = "f", pattern = ["snn.conv1d"], arguments = []}
snn.network @n(%x: tensor<2xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @below {{has the operations snn.linear, expected those of @k: snn.conv1d [K2]}}
  %y = snn.offload @k(%x) : (tensor<2xi1>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xi1>):
    %w = arith.constant dense<1.0> : tensor<2x2xf32>
    %s = snn.linear %a, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
    snn.yield %s : tensor<2xf32>
  }
  snn.output %y : tensor<2xf32>
}

// -----

snn.kernel @k {function = "f", pattern = ["snn.linear", "snn.linear"], arguments = []}
snn.network @n(%x: tensor<2xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %y = snn.offload @k(%x) : (tensor<2xi1>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xi1>):
    %w = arith.constant dense<1.0> : tensor<2x2xf32>
    %s = snn.linear %a, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
    // expected-error @below {{does not take the result of the operation before it [K2]}}
    %t = snn.linear %a, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
    snn.yield %t : tensor<2xf32>
  }
  snn.output %y : tensor<2xf32>
}

// -----

snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = []}
snn.network @n(%x: tensor<2xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @below {{has inputs of other types than its body's arguments [K2]}}
  %y = snn.offload @k(%x) : (tensor<2xi1>) -> tensor<2xf32> {
  ^bb0(%a: tensor<3xi1>):
    %w = arith.constant dense<1.0> : tensor<2x3xf32>
    %s = snn.linear %a, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
    snn.yield %s : tensor<2xf32>
  }
  snn.output %y : tensor<2xf32>
}

// -----

snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = []}
snn.network @n(%x: tensor<2xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @below {{has results of other types than its body gives [K2]}}
  %y = snn.offload @k(%x) : (tensor<2xi1>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xi1>):
    %w = arith.constant dense<1.0> : tensor<2x2xf32>
    %s = snn.linear %a, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
    snn.yield
  }
  snn.output %y : tensor<2xf32>
}

// -----

snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = []}
snn.network @n(%x: tensor<2xi1>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  // expected-error @below {{gives what is not a result of its last operation [K2]}}
  %y = snn.offload @k(%x) : (tensor<2xi1>) -> tensor<2xi1> {
  ^bb0(%a: tensor<2xi1>):
    %w = arith.constant dense<1.0> : tensor<2x2xf32>
    %s = snn.linear %a, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
    snn.yield %a : tensor<2xi1>
  }
  snn.output %y : tensor<2xi1>
}
