// RUN: snn-translate --snn-to-c11 --split-input-file --verify-diagnostics %s

func.func private @l(%a: memref<4xf32> {snn.name = "a"}) {
 // expected-error @+1 {{is recursive: @l is not over when it is called}}
 call @l(%a) : (memref<4xf32>) -> ()
 return }
func.func @n_step(%a: memref<4xf32> {snn.kind = "input", snn.name="a"}) attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"} {
 call @l(%a) : (memref<4xf32>) -> ()
 return }
func.func @n_init() attributes {snn.role = "init", snn.dt = 1.0 : f64} { return }

// -----

// Each of two calls the other.
func.func private @l1(%a: memref<4xf32> {snn.name = "a"}) {
  call @l2(%a) : (memref<4xf32>) -> ()
  return
}
func.func private @l2(%a: memref<4xf32> {snn.name = "a"}) {
  // expected-error @+1 {{is recursive: @l1 is not over when it is called}}
  call @l1(%a) : (memref<4xf32>) -> ()
  return
}
func.func @n_step(%a: memref<4xf32> {snn.kind = "input", snn.name="a"}) attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"} {
  call @l1(%a) : (memref<4xf32>) -> ()
  return
}
func.func @n_init() attributes {snn.role = "init", snn.dt = 1.0 : f64} { return }

// -----

func.func @n_step(%a: memref<4xf32> {snn.kind = "input", snn.name="a"}) attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"} {
  // expected-error @+1 {{only private functions without results can be called}}
  call @n_init() : () -> ()
  return
}
func.func @n_init() attributes {snn.role = "init", snn.dt = 1.0 : f64} { return }

// -----

func.func @n_step() attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"} {
  return
}
// expected-error @+1 {{expected a body and no results}}
func.func private @declared(memref<4xf32>)
func.func @n_init() attributes {snn.role = "init", snn.dt = 1.0 : f64} { return }

// -----

// A kernel's function is declared once in the C.
func.func private @k(memref<?xf32> {snn.read_only}) attributes {snn.external = "k", snn.headers = []}
// expected-error @+1 {{kernel 'k' gets other types in another layer, expected the same in all}}
func.func private @k_0(memref<?xf64> {snn.read_only}) attributes {snn.external = "k", snn.headers = []}
func.func private @l(%a: memref<4xf32> {snn.name = "a"}) {
  %x = memref.cast %a : memref<4xf32> to memref<?xf32>
  call @k(%x) : (memref<?xf32>) -> ()
  return
}
func.func private @m(%b: memref<4xf64> {snn.name = "b"}) {
  %x = memref.cast %b : memref<4xf64> to memref<?xf64>
  call @k_0(%x) : (memref<?xf64>) -> ()
  return
}
func.func @n_step(%a: memref<4xf32> {snn.kind = "input", snn.name="a"}, %b: memref<4xf64> {snn.kind = "input", snn.name="b"}) attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"} {
  call @l(%a) : (memref<4xf32>) -> ()
  call @m(%b) : (memref<4xf64>) -> ()
  return
}
func.func @n_init() attributes {snn.role = "init", snn.dt = 1.0 : f64} { return }
