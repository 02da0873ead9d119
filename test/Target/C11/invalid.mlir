// RUN: snn-translate --snn-to-c11 --split-input-file --verify-diagnostics %s

// What is not in the emitter's subset is refused where it stands.

// expected-error @+1 {{there is no step function of a network in this module}}
module {
}

// -----

// expected-error @+1 {{there is no init function of a network in this module}}
module {
  func.func @net_step() attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}

// -----

module {
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  // expected-error @+1 {{is the second init function; one network makes one C file}}
  func.func @other_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}

// -----

module {
  // expected-error @+1 {{is public and neither step nor init function of a network}}
  func.func @other() {
    return
  }
}

// -----

module {
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  // expected-error @+1 {{argument 0 of type 'memref<?xf32>' is not in the emitter's subset}}
  func.func @net_step(%x: memref<?xf32> {snn.kind = "input", snn.name = "x"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}

// -----

module {
  func.func private @work(%x: memref<4xf32> {snn.name = "x"}) {
    %c0 = arith.constant 0 : index
    %a = memref.load %x[%c0] : memref<4xf32>
    // expected-error @+1 {{'arith.remf' op C11: is not in the emitter's subset}}
    %b = arith.remf %a, %a : f32
    memref.store %b, %x[%c0] : memref<4xf32>
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xf32> {snn.kind = "input", snn.name = "x"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @work(%x) : (memref<4xf32>) -> ()
    return
  }
}

// -----

module {
  func.func private @work(%x: memref<4xf32> {snn.name = "x"}) {
    %c0 = arith.constant 0 : index
    // expected-error @+1 {{'memref.alloc' op C11: is not in the emitter's subset}}
    %a = memref.alloc() : memref<4xf32>
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xf32> {snn.kind = "input", snn.name = "x"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @work(%x) : (memref<4xf32>) -> ()
    return
  }
}

// -----

module {
  func.func private @work(%x: memref<4xf32> {snn.name = "x"}) {
    %c0 = arith.constant 0 : index
    // expected-error @+1 {{has no literal}}
    %a = arith.constant 0x7F800000 : f32
    memref.store %a, %x[%c0] : memref<4xf32>
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xf32> {snn.kind = "input", snn.name = "x"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @work(%x) : (memref<4xf32>) -> ()
    return
  }
}

// -----

module {
  func.func private @work(%x: memref<4xf32> {snn.name = "x"}) {
    %c0 = arith.constant 0 : index
    %a = memref.load %x[%c0] : memref<4xf32>
    // expected-error @+1 {{predicate is not in the emitter's subset}}
    %b = arith.cmpf ord, %a, %a : f32
    scf.if %b {
      memref.store %a, %x[%c0] : memref<4xf32>
    }
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xf32> {snn.kind = "input", snn.name = "x"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @work(%x) : (memref<4xf32>) -> ()
    return
  }
}

// -----

module {
  func.func private @work(%x: memref<4xf32> {snn.name = "x"}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    // expected-error @+1 {{'arith.constant' op C11: has no literal}}
    %one = arith.constant 1 : i3
    // expected-error @+1 {{'scf.for' op C11: carries 'i3', which is not in the emitter's subset}}
    %b = scf.for %i = %c0 to %c1 step %c1 iter_args(%s = %one) -> i3 {
      scf.yield %s : i3
    }
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xf32> {snn.kind = "input", snn.name = "x"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @work(%x) : (memref<4xf32>) -> ()
    return
  }
}

// -----

// Lists are made of 64 elements at a time.
module {
  func.func private @work(%x: memref<?xi1> {snn.name = "x"}, %size: index {snn.name = "size"}, %events: memref<?xi16> {snn.name = "events"}) {
    %c0 = arith.constant 0 : index
    %none = arith.constant dense<false> : vector<16xi1>
    %there = vector.create_mask %size : vector<16xi1>
    %e = vector.maskedload %x[%c0], %there, %none : memref<?xi1>, vector<16xi1>, vector<16xi1> into vector<16xi1>
    %s = vector.step : vector<16xindex>
    %f = vector.broadcast %size : index to vector<16xindex>
    %p = arith.addi %f, %s : vector<16xindex>
    %n = arith.index_castui %p : vector<16xindex> to vector<16xi16>
    // expected-error @+1 {{'vector.compressstore' op C11: is not in the emitter's subset: expected the positions of what is not 0 among 64 bytes, loaded with vector.maskedload and counted with math.ctpop}}
    vector.compressstore %events[%c0], %e, %n : memref<?xi16>, vector<16xi1>, vector<16xi16>
    %b = vector.bitcast %e : vector<16xi1> to vector<1xi16>
    %m = vector.extract %b[0] : i16 from vector<1xi16>
    %c = math.ctpop %m : i16
    %count = arith.index_castui %c : i16 to index
    %end = arith.addi %count, %size : index
    %i16 = arith.index_castui %end : index to i16
    memref.store %i16, %events[%c0] : memref<?xi16>
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xi1> {snn.kind = "input", snn.name = "x"}, %events: memref<8xi16> {snn.kind = "scratch", snn.name = "events"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    %size = arith.constant 4 : index
    %a = memref.cast %x : memref<4xi1> to memref<?xi1>
    %b = memref.cast %events : memref<8xi16> to memref<?xi16>
    call @work(%a, %size, %b) : (memref<?xi1>, index, memref<?xi16>) -> ()
    return
  }
}

// -----

// Nobody counts what the list holds.
module {
  func.func private @work(%x: memref<?xi1> {snn.name = "x"}, %size: index {snn.name = "size"}, %events: memref<?xi16> {snn.name = "events"}) {
    %c0 = arith.constant 0 : index
    %none = arith.constant dense<false> : vector<64xi1>
    %there = vector.create_mask %size : vector<64xi1>
    %e = vector.maskedload %x[%c0], %there, %none : memref<?xi1>, vector<64xi1>, vector<64xi1> into vector<64xi1>
    %s = vector.step : vector<64xindex>
    %f = vector.broadcast %size : index to vector<64xindex>
    %p = arith.addi %f, %s : vector<64xindex>
    %n = arith.index_castui %p : vector<64xindex> to vector<64xi16>
    // expected-error @+1 {{expected the positions of what is not 0 among 64 bytes}}
    vector.compressstore %events[%c0], %e, %n : memref<?xi16>, vector<64xi1>, vector<64xi16>
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xi1> {snn.kind = "input", snn.name = "x"}, %events: memref<8xi16> {snn.kind = "scratch", snn.name = "events"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    %size = arith.constant 4 : index
    %a = memref.cast %x : memref<4xi1> to memref<?xi1>
    %b = memref.cast %events : memref<8xi16> to memref<?xi16>
    call @work(%a, %size, %b) : (memref<?xi1>, index, memref<?xi16>) -> ()
    return
  }
}

// -----

// What is listed changes before the list is made.
module {
  func.func private @work(%x: memref<?xi1> {snn.name = "x"}, %size: index {snn.name = "size"}, %events: memref<?xi16> {snn.name = "events"}) {
    %c0 = arith.constant 0 : index
    %none = arith.constant dense<false> : vector<64xi1>
    %true = arith.constant true
    %there = vector.create_mask %size : vector<64xi1>
    %e = vector.maskedload %x[%c0], %there, %none : memref<?xi1>, vector<64xi1>, vector<64xi1> into vector<64xi1>
    memref.store %true, %x[%c0] : memref<?xi1>
    %s = vector.step : vector<64xindex>
    %f = vector.broadcast %size : index to vector<64xindex>
    %p = arith.addi %f, %s : vector<64xindex>
    %n = arith.index_castui %p : vector<64xindex> to vector<64xi16>
    // expected-error @+1 {{expected the positions of what is not 0 among 64 bytes}}
    vector.compressstore %events[%c0], %e, %n : memref<?xi16>, vector<64xi1>, vector<64xi16>
    %b = vector.bitcast %e : vector<64xi1> to vector<1xi64>
    %m = vector.extract %b[0] : i64 from vector<1xi64>
    %c = math.ctpop %m : i64
    %count = arith.index_castui %c : i64 to index
    %end = arith.addi %count, %size : index
    %i16 = arith.index_castui %end : index to i16
    memref.store %i16, %events[%c0] : memref<?xi16>
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xi1> {snn.kind = "input", snn.name = "x"}, %events: memref<8xi16> {snn.kind = "scratch", snn.name = "events"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    %size = arith.constant 4 : index
    %a = memref.cast %x : memref<4xi1> to memref<?xi1>
    %b = memref.cast %events : memref<8xi16> to memref<?xi16>
    call @work(%a, %size, %b) : (memref<?xi1>, index, memref<?xi16>) -> ()
    return
  }
}

// -----

// Bits are only counted for a list.
module {
  func.func private @work(%x: memref<4xi32> {snn.name = "x"}) {
    %c0 = arith.constant 0 : index
    %a = memref.load %x[%c0] : memref<4xi32>
    // expected-error @+1 {{'math.ctpop' op C11: is not in the emitter's subset}}
    %b = math.ctpop %a : i32
    memref.store %b, %x[%c0] : memref<4xi32>
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step(%x: memref<4xi32> {snn.kind = "input", snn.name = "x"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @work(%x) : (memref<4xi32>) -> ()
    return
  }
}

// -----

// A pointer may not reach where a table lies.
module {
  memref.global "private" constant @table : memref<4xf32> = dense<[1.0, 2.0, 3.0, 4.0]>
  func.func private @work(%x: memref<4xf32> {snn.name = "x"}) {
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_step() attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    %table = memref.get_global @table : memref<4xf32>
    // expected-error @+1 {{'func.call' op C11: hands a table to a function, which may not reach it}}
    call @work(%table) : (memref<4xf32>) -> ()
    return
  }
}

// -----

// The header says how long a step is.
module {
  func.func @net_init() attributes {snn.role = "init", snn.name = "net"} {
    return
  }
  // expected-error @+1 {{'func.func' op C11: has no length of a step: expected a number as 'snn.dt'}}
  func.func @net_step() attributes {snn.role = "step", snn.name = "net"} {
    return
  }
}

// -----

// Helpers are known by name and types.
module {
  // expected-error @+1 {{'func.func' op C11: is not a helper of the emitter: expected a private declaration of take_events, take_part or set_spikes with their types, of a product of two i32, or of four for product_shifted and product_shifted_short, or of a condition without arguments and with an i1}}
  func.func private @take_events(memref<?xi8>, index, index, memref<?xi8>) attributes {snn.helper = "take_events"}
}

// -----

module {
  // expected-error @+1 {{snn.helper of 'func.func' is "system", expected 'take_events', 'take_part', 'set_spikes', 'blocks', 'unaligned_blocks', 'dsp', 'integer_vectors', 'vector_blocks', 'product', 'product_unsigned', 'product_shifted', 'product_shifted_short' or 'product_byte' [N7]}}
  func.func private @other(memref<?xi16>, index, index, memref<?xi16>) attributes {snn.helper = "system"}
}

// -----

// Neighbouring products are added by processors that saturate: no sum may overflow.
module {
  func.func private @dot(%x: memref<16xi8> {snn.name = "x"}, %y: memref<8xi16> {snn.name = "y"}) attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %a = vector.load %x[%c0] : memref<16xi8>, vector<16xi8>
    %s = arith.extsi %a : vector<16xi8> to vector<16xi16>
    %u = arith.extui %a : vector<16xi8> to vector<16xi16>
    %p = arith.muli %s, %u : vector<16xi16>
    // expected-error @+1 {{'vector.deinterleave' op C11: is not in the emitter's subset}}
    %even, %odd = vector.deinterleave %p : vector<16xi16> -> vector<8xi16>
    %sum = arith.addi %even, %odd : vector<8xi16>
    vector.store %sum, %y[%c0] : memref<8xi16>, vector<8xi16>
    return
  }
  func.func @net_step(%x: memref<16xi8> {snn.kind = "input", snn.name = "x"}, %y: memref<8xi16> {snn.kind = "output", snn.name = "y"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @dot(%x, %y) : (memref<16xi8>, memref<8xi16>) -> ()
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    return
  }
}
