// RUN: snn-translate --snn-to-c11 --split-input-file --verify-diagnostics %s

// Vectors of sums are refused where the C would not compute what they say.

// Without nsw a sum may leave 16 bits, and carry into its neighbour.
module {
  memref.global "private" constant @w : memref<8x4xi8> = dense<1>
  func.func private @fc(%events: memref<12xi16> {snn.name = "events"}, %y: memref<4xi16> {snn.name = "y"}) {
    %zero = arith.constant dense<0> : vector<4xi16>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %w = memref.get_global @w : memref<8x4xi8>
    // expected-error @+1 {{C11: carries 'vector<4xi16>', which is not in the emitter's subset: expected sums that begin with 0}}
    %found:3 = scf.while (%e = %c0, %s = %zero) : (index, vector<4xi16>) -> (index, vector<4xi16>, index) {
      %i16 = memref.load %events[%e] : memref<12xi16>
      %i = arith.index_castui %i16 : i16 to index
      %more = arith.cmpi ne, %i, %c8 : index
      scf.condition(%more) %e, %s, %i : index, vector<4xi16>, index
    } do {
    ^bb0(%e: index, %s: vector<4xi16>, %i: index):
      %row = vector.load %w[%i, %c0] : memref<8x4xi8>, vector<4xi8>
      %terms = arith.extsi %row : vector<4xi8> to vector<4xi16>
      %sum = arith.addi %s, %terms : vector<4xi16>
      %next = arith.addi %e, %c1 : index
      scf.yield %next, %sum : index, vector<4xi16>
    }
    vector.store %found#1, %y[%c0] : memref<4xi16>, vector<4xi16>
    return
  }
  func.func @net_step(%events: memref<12xi16> {snn.kind = "scratch", snn.name = "e"}, %y: memref<4xi16> {snn.kind = "output", snn.name = "y"}) attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @fc(%events, %y) : (memref<12xi16>, memref<4xi16>) -> ()
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}

// -----

// A count that goes up by two is not the number of rows.
module {
  memref.global "private" constant @w : memref<8x4xi8> = dense<1>
  func.func private @fc(%events: memref<12xi16> {snn.name = "events"}, %y: memref<4xi16> {snn.name = "y"}) {
    %zero = arith.constant dense<0> : vector<4xi16>
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %c8 = arith.constant 8 : index
    %w = memref.get_global @w : memref<8x4xi8>
    // expected-error @+1 {{behind a count of the turns}}
    %found:3 = scf.while (%e = %c0, %s = %zero) : (index, vector<4xi16>) -> (index, vector<4xi16>, index) {
      %i16 = memref.load %events[%e] : memref<12xi16>
      %i = arith.index_castui %i16 : i16 to index
      %more = arith.cmpi ne, %i, %c8 : index
      scf.condition(%more) %e, %s, %i : index, vector<4xi16>, index
    } do {
    ^bb0(%e: index, %s: vector<4xi16>, %i: index):
      %row = vector.load %w[%i, %c0] : memref<8x4xi8>, vector<4xi8>
      %terms = arith.extsi %row : vector<4xi8> to vector<4xi16>
      %sum = arith.addi %s, %terms overflow<nsw> : vector<4xi16>
      %next = arith.addi %e, %c2 : index
      scf.yield %next, %sum : index, vector<4xi16>
    }
    vector.store %found#1, %y[%c0] : memref<4xi16>, vector<4xi16>
    return
  }
  func.func @net_step(%events: memref<12xi16> {snn.kind = "scratch", snn.name = "e"}, %y: memref<4xi16> {snn.kind = "output", snn.name = "y"}) attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @fc(%events, %y) : (memref<12xi16>, memref<4xi16>) -> ()
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}

// -----

// Only sums of a loop are stored.
module {
  func.func private @fc(%y: memref<4xi16> {snn.name = "y"}) {
    %zero = arith.constant dense<0> : vector<4xi16>
    %c0 = arith.constant 0 : index
    // expected-error @+1 {{C11: is not in the emitter's subset: expected the sums of a loop before it}}
    vector.store %zero, %y[%c0] : memref<4xi16>, vector<4xi16>
    return
  }
  func.func @net_step(%y: memref<4xi16> {snn.kind = "output", snn.name = "y"}) attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @fc(%y) : (memref<4xi16>) -> ()
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}

// -----

// A condition is declared without arguments.
module {
  // expected-error @+1 {{C11: is not a helper of the emitter}}
  func.func private @blocks(index) -> i1 attributes {snn.helper = "blocks"}
  func.func @net_step() attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}
