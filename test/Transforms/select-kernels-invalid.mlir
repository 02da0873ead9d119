// RUN: snn-opt %s --snn-select-kernels --split-input-file --verify-diagnostics

// expected-error @below {{cost: '2 +' has nothing where a number or a fact was expected [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], cost = "2 +"}

// -----

// expected-error @below {{cost: '(2' lacks a ) [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], cost = "(2"}

// -----

// expected-error @below {{scratch: '2 2' has '2' where + - * / or the end was expected [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], scratch = "2 2"}

// -----

// expected-error @below {{scratch: '1.2.3' has '1.2.3', which is no number [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], scratch = "1.2.3"}

// -----

// expected-error @below {{layout: layout 'o8i' has a block of 'i' without its capital before it [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], layout = "o8i"}

// -----

// expected-error @below {{layout: layout 'oo' has 'o' twice [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], layout = "oo"}

// -----

// expected-error @below {{layout: layout 'Oi' has a capital without its block [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], layout = "Oi"}

// -----

// expected-error @below {{layout: layout 'Oi1o' has a block of 1, expected 2 to 4096 [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], layout = "Oi1o"}

// -----

// expected-error @below {{layout: layout 'o-i' is none, expected letters of dimensions, capitals for blocks, and blocks such as 8o [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], layout = "o-i"}

// -----

// expected-error @below {{where "synapse.macs" is {most = 3 : i64}, expected a word, a number, true or false, a list of these, or min, max and multiple [K1]}}
snn.kernel @k {function = "f", pattern = ["snn.linear"], arguments = [], where = {"synapse.macs" = {most = 3 : i64}}}
