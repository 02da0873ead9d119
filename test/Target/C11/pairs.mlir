// RUN: snn-translate --snn-to-c11 %s | FileCheck %s

// Two numbers of 16 bits are a word, and what is computed of them calls of helpers; an `if` whose results
// go on in a variable of the loop around it.

module {
  memref.global "private" constant @lif_threshold : memref<4xi16> = dense<[10, 20, 30, 40]>
  memref.global "private" constant @lif_leak : memref<4xi8> = dense<[1, 2, 3, 4]>

  // CHECK: typedef uint32_t net_pair;
  // CHECK: static SNN_LAYER void net_lif(const int16_t *RESTRICT x, int16_t *RESTRICT v, uint8_t *RESTRICT spikes, uint16_t *RESTRICT events)
  func.func private @lif(%x: memref<4xi16> {snn.name = "x"}, %v: memref<4xi16> {snn.name = "v"},
                         %spikes: memref<4xi1> {snn.name = "spikes"}, %events: memref<8xi16> {snn.name = "events"}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %zero = arith.constant dense<0> : vector<2xi16>
    %least = arith.constant dense<-900> : vector<2xi16>
    %two = arith.constant dense<2> : vector<2xi16>
    %three = arith.constant dense<3> : vector<2xi16>
    %factor = arith.constant dense<3277> : vector<2xi32>
    %half = arith.constant dense<16384> : vector<2xi32>
    %c15 = arith.constant dense<15> : vector<2xi32>
    %threshold = memref.get_global @lif_threshold : memref<4xi16>
    %leak = memref.get_global @lif_leak : memref<4xi8>
    // CHECK:      size_t n = 0;
    // CHECK-NEXT: for (size_t n_2 = 0; n_2 < 4; n_2 += 2) {
    %count = scf.for %n = %c0 to %c4 step %c2 iter_args(%so_far = %c0) -> (index) {
      // CHECK-NEXT: const net_pair v_old = net_load2(&v[n_2]);
      %old = vector.load %v[%n] : memref<4xi16>, vector<2xi16>
      // CHECK-NEXT: const net_pair [[LOST:.*]] = net_scaled2(v_old, 3277, 16384, 15);
      %wide = arith.extsi %old : vector<2xi16> to vector<2xi32>
      %product = arith.muli %wide, %factor : vector<2xi32>
      %rounded = arith.addi %product, %half : vector<2xi32>
      %shifted = arith.shrsi %rounded, %c15 : vector<2xi32>
      %lost = arith.trunci %shifted : vector<2xi32> to vector<2xi16>
      // CHECK-NEXT: const net_pair [[KEPT:.*]] = net_minus2(v_old, [[LOST]]);
      %kept = arith.subi %old, %lost : vector<2xi16>
      // CHECK-NEXT: const net_pair [[DRIVEN:.*]] = net_shift_left2(net_load2(&x[n_2]), 1);
      %input = vector.load %x[%n] : memref<4xi16>, vector<2xi16>
      %driven = arith.muli %input, %two : vector<2xi16>
      // CHECK-NEXT: const net_pair [[THIRD:.*]] = net_times2([[DRIVEN]], net_both(3));
      %third = arith.muli %driven, %three : vector<2xi16>
      // CHECK-NEXT: const net_pair [[LEAK:.*]] = net_bytes2(&net_lif_leak[n_2]);
      %bytes = vector.load %leak[%n] : memref<4xi8>, vector<2xi8>
      %leaks = arith.extsi %bytes : vector<2xi8> to vector<2xi16>
      // CHECK-NEXT: const net_pair [[SUM:.*]] = net_plus2([[KEPT]], [[THIRD]]);
      // CHECK-NEXT: const net_pair [[U:.*]] = net_plus2([[SUM]], [[LEAK]]);
      %sum = arith.addi %kept, %third : vector<2xi16>
      %u = arith.addi %sum, %leaks : vector<2xi16>
      // CHECK-NEXT: const net_pair [[SPIKE:.*]] = net_above2([[U]], net_table2(&net_lif_threshold[n_2]));
      %t = vector.load %threshold[%n] : memref<4xi16>, vector<2xi16>
      %spike = arith.cmpi sgt, %u, %t : vector<2xi16>
      // CHECK-NEXT: const net_pair [[NEXT:.*]] = net_choose2([[SPIKE]], net_both(0), [[U]]);
      %next = arith.select %spike, %zero, %u : vector<2xi1>, vector<2xi16>
      // CHECK-NEXT: net_store2(&v[n_2], net_max2(net_both(-900), [[NEXT]]));
      %is_below = arith.cmpi slt, %next, %least : vector<2xi16>
      %bounded = arith.select %is_below, %least, %next : vector<2xi1>, vector<2xi16>
      vector.store %bounded, %v[%n] : memref<4xi16>, vector<2xi16>
      // CHECK-NEXT: net_store_spikes2(&spikes[n_2], [[SPIKE]]);
      vector.store %spike, %spikes[%n] : memref<4xi1>, vector<2xi1>
      // CHECK-NEXT: if ([[SPIKE]] != 0) {
      // CHECK-NEXT:     if ([[SPIKE]] >> 31 != 0) {
      // CHECK-NEXT:         events[n] = (uint16_t)n_2;
      // CHECK-NEXT:         ++n;
      // CHECK-NEXT:     }
      // CHECK-NEXT: }
      %any = vector.reduction <or>, %spike : vector<2xi1> into i1
      %after = scf.if %any -> (index) {
        %second = vector.extract %spike[1] : i1 from vector<2xi1>
        %listed = scf.if %second -> (index) {
          %event = arith.index_castui %n : index to i16
          memref.store %event, %events[%so_far] : memref<8xi16>
          %more = arith.addi %so_far, %c1 : index
          scf.yield %more : index
        } else {
          scf.yield %so_far : index
        }
        scf.yield %listed : index
      } else {
        scf.yield %so_far : index
      }
      scf.yield %after : index
    }
    // CHECK-NEXT: }
    // CHECK-NEXT: events[n] = (uint16_t)4;
    %end = arith.index_castui %c4 : index to i16
    memref.store %end, %events[%count] : memref<8xi16>
    return
  }

  // Which of two spikes is asked only where one does.
  // CHECK: static SNN_LAYER void net_calm(int16_t *RESTRICT v, uint8_t *RESTRICT spikes)
  func.func private @calm(%v: memref<4xi16> {snn.name = "v"}, %spikes: memref<4xi1> {snn.name = "spikes"}) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant dense<0> : vector<2xi16>
    %threshold = memref.get_global @lif_threshold : memref<4xi16>
    // CHECK-NEXT: {
    // CHECK-NEXT:     const net_pair v_old = net_load2(&v[0]);
    %u = vector.load %v[%c0] : memref<4xi16>, vector<2xi16>
    %t = vector.load %threshold[%c0] : memref<4xi16>, vector<2xi16>
    %spike = arith.cmpi sgt, %u, %t : vector<2xi16>
    %any = vector.reduction <or>, %spike : vector<2xi1> into i1
    // CHECK-NEXT:     if (net_any_above2(v_old, net_table2(&net_lif_threshold[0]))) {
    scf.if %any {
      // CHECK-NEXT:         const net_pair [[SPIKE:.*]] = net_above2(v_old, net_table2(&net_lif_threshold[0]));
      // CHECK-NEXT:         net_store2(&v[0], net_choose2([[SPIKE]], net_both(0), v_old));
      %reset = arith.select %spike, %zero, %u : vector<2xi1>, vector<2xi16>
      vector.store %reset, %v[%c0] : memref<4xi16>, vector<2xi16>
      // CHECK-NEXT:         net_store_spikes2(&spikes[0], [[SPIKE]]);
      vector.store %spike, %spikes[%c0] : memref<4xi1>, vector<2xi1>
      // CHECK-NEXT:     }
    }
    return
  }

  func.func @net_step(%x: memref<4xi16> {snn.kind = "input", snn.name = "x"},
                      %spikes: memref<4xi1> {snn.kind = "output", snn.name = "spikes"},
                      %events: memref<8xi16> {snn.kind = "output", snn.name = "events"},
                      %v: memref<4xi16> {snn.kind = "state", snn.name = "v"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0 : f64} {
    call @lif(%x, %v, %spikes, %events) : (memref<4xi16>, memref<4xi16>, memref<4xi1>, memref<8xi16>) -> ()
    call @calm(%v, %spikes) : (memref<4xi16>, memref<4xi1>) -> ()
    return
  }
  func.func @net_init(%v: memref<4xi16> {snn.kind = "state", snn.name = "v"})
      attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0 : f64} {
    return
  }
}
