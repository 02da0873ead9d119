// RUN: snn-translate --snn-to-c11 %s | FileCheck %s
// RUN: snn-translate --snn-to-c11-header %s | FileCheck %s --check-prefix=HEADER

// Rows of weights that are added to sums where these are stored, four or eight at a time.

// A state of 16-bit numbers that is read in words is at a multiple of 4, and takes whole words.
// HEADER:      typedef struct {
// HEADER-NEXT:     int16_t few[1];
// HEADER-NEXT:     union {
// HEADER-NEXT:         int16_t y[36];
// HEADER-NEXT:         uint32_t y_words[18];
// HEADER-NEXT:     };
// HEADER-NEXT:     union {
// HEADER-NEXT:         int16_t odd[5];
// HEADER-NEXT:         uint32_t odd_words[3];
// HEADER-NEXT:     };
// HEADER-NEXT:     int32_t z[12];
// HEADER-NEXT: } net_t;

module {
  memref.global "private" constant @conv_weight : memref<3x12xi8> = dense<5> {alignment = 4 : i64}

  // CHECK: static NET_SELDOM void net_add_row_times(
  // CHECK: static NET_SELDOM void net_conv(const uint8_t *RESTRICT x, int16_t *RESTRICT y, int32_t *RESTRICT z)
  func.func private @conv(%x: memref<48xi8> {snn.name = "x"}, %y: memref<3x12xi16> {snn.name = "y"},
                          %z: memref<12xi32> {snn.name = "z"}) attributes {snn.seldom} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c12 = arith.constant 12 : index
    %bias = arith.constant dense<-32768> : vector<8xi16>
    %signs = arith.constant dense<-128> : vector<8xi8>
    %weight = memref.get_global @conv_weight : memref<3x12xi8>
    scf.for %n = %c0 to %c3 step %c1 {
      // CHECK:      net_fill8(&y[n * 12 + 4], -32768);
      vector.store %bias, %y[%n, %c4] {alignment = 4 : i64} : memref<3x12xi16>, vector<8xi16>
      // CHECK-NEXT: int16_t *const out = &y[n * 12];
      // CHECK-NEXT: const NET_SPACE int8_t *const row = net_row(&net_conv_weight[n * 12]);
      // CHECK-NEXT: net_add_row8(out, row);
      // CHECK-NEXT: net_add_row4(out + 8, row + 8);
      %bytes = vector.load %weight[%n, %c0] {alignment = 4 : i64} : memref<3x12xi8>, vector<12xi8>
      %swapped = vector.shuffle %bytes, %bytes [0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11] : vector<12xi8>, vector<12xi8>
      %terms = arith.extsi %swapped : vector<12xi8> to vector<12xi16>
      %old = vector.load %y[%n, %c0] {alignment = 4 : i64} : memref<3x12xi16>, vector<12xi16>
      %sum = arith.addi %old, %terms : vector<12xi16>
      vector.store %sum, %y[%n, %c0] {alignment = 4 : i64} : memref<3x12xi16>, vector<12xi16>
      // CHECK-NEXT: net_add_biased_row8(&y[n * 12 + 4], net_row(&net_conv_weight[n * 12 + 4]));
      %more = vector.load %weight[%n, %c4] {alignment = 4 : i64} : memref<3x12xi8>, vector<8xi8>
      %flipped = arith.xori %more, %signs : vector<8xi8>
      %order = vector.shuffle %flipped, %flipped [0, 2, 1, 3, 4, 6, 5, 7] : vector<8xi8>, vector<8xi8>
      %long = arith.extsi %order : vector<8xi8> to vector<8xi16>
      %before = vector.load %y[%n, %c4] {alignment = 4 : i64} : memref<3x12xi16>, vector<8xi16>
      %after = arith.addi %before, %long : vector<8xi16>
      vector.store %after, %y[%n, %c4] {alignment = 4 : i64} : memref<3x12xi16>, vector<8xi16>
      // CHECK-NEXT: net_flip8(&y[n * 12 + 4]);
      %biased = vector.load %y[%n, %c4] {alignment = 4 : i64} : memref<3x12xi16>, vector<8xi16>
      %settled = arith.xori %biased, %bias : vector<8xi16>
      vector.store %settled, %y[%n, %c4] {alignment = 4 : i64} : memref<3x12xi16>, vector<8xi16>
      // CHECK-NEXT: net_add_row_shifted4(&y[n * 12], net_row(&net_conv_weight[n * 12]), 3);
      %three = arith.constant dense<3> : vector<4xi16>
      %four = vector.load %weight[%n, %c0] {alignment = 4 : i64} : memref<3x12xi8>, vector<4xi8>
      %swap = vector.shuffle %four, %four [0, 2, 1, 3] : vector<4xi8>, vector<4xi8>
      %extended = arith.extsi %swap : vector<4xi8> to vector<4xi16>
      %eightfold = arith.shli %extended, %three : vector<4xi16>
      %sofar = vector.load %y[%n, %c0] {alignment = 4 : i64} : memref<3x12xi16>, vector<4xi16>
      %sofar_and = arith.addi %sofar, %eightfold : vector<4xi16>
      vector.store %sofar_and, %y[%n, %c0] {alignment = 4 : i64} : memref<3x12xi16>, vector<4xi16>
      // CHECK-NEXT: net_add_wide_times4(&z[4], net_row(&net_conv_weight[n * 12 + 4]), (int32_t)x[n]);
      %xi = memref.load %x[%n] : memref<48xi8>
      %times = arith.extui %xi : i8 to i32
      %factor = vector.broadcast %times : i32 to vector<4xi32>
      %word = vector.load %weight[%n, %c4] {alignment = 4 : i64} : memref<3x12xi8>, vector<4xi8>
      %wide = arith.extsi %word : vector<4xi8> to vector<4xi32>
      %product = arith.muli %wide, %factor : vector<4xi32>
      %here = vector.load %z[%c4] {alignment = 4 : i64} : memref<12xi32>, vector<4xi32>
      %there = arith.addi %here, %product : vector<4xi32>
      vector.store %there, %z[%c4] {alignment = 4 : i64} : memref<12xi32>, vector<4xi32>
    }
    // Rows that begin at no multiple of four are added four at a time.
    // CHECK:      net_add_unaligned_row4(out, row);
    // CHECK-NEXT: net_add_unaligned_row4(out + 4, row + 4);
    %anywhere = vector.load %weight[%c0, %c1] : memref<3x12xi8>, vector<8xi8>
    %middles = vector.shuffle %anywhere, %anywhere [0, 2, 1, 3, 4, 6, 5, 7] : vector<8xi8>, vector<8xi8>
    %eight = arith.extsi %middles : vector<8xi8> to vector<8xi16>
    %first = vector.load %y[%c0, %c0] {alignment = 4 : i64} : memref<3x12xi16>, vector<8xi16>
    %total = arith.addi %first, %eight : vector<8xi16>
    vector.store %total, %y[%c0, %c0] {alignment = 4 : i64} : memref<3x12xi16>, vector<8xi16>
    // CHECK:      const uint8_t *const row_2 = &x[0];
    // CHECK:      net_sum_rows4(&y[0], row_2, row_3, row_4, row_5);
    %a = vector.load %x[%c0] {alignment = 4 : i64} : memref<48xi8>, vector<4xi8>
    %b = vector.load %x[%c4] {alignment = 4 : i64} : memref<48xi8>, vector<4xi8>
    %c = vector.load %x[%c12] {alignment = 4 : i64} : memref<48xi8>, vector<4xi8>
    %d = vector.load %x[%c0] {alignment = 4 : i64} : memref<48xi8>, vector<4xi8>
    %a16 = arith.extui %a : vector<4xi8> to vector<4xi16>
    %b16 = arith.extui %b : vector<4xi8> to vector<4xi16>
    %c16 = arith.extui %c : vector<4xi8> to vector<4xi16>
    %d16 = arith.extui %d : vector<4xi8> to vector<4xi16>
    %ab = arith.addi %a16, %b16 : vector<4xi16>
    %abc = arith.addi %ab, %c16 : vector<4xi16>
    %abcd = arith.addi %abc, %d16 : vector<4xi16>
    vector.store %abcd, %y[%c0, %c0] {alignment = 4 : i64} : memref<3x12xi16>, vector<4xi16>
    return
  }

  func.func @net_step(%x: memref<48xi8> {snn.kind = "input", snn.name = "x"},
                      %few: memref<1xi16> {snn.kind = "state", snn.name = "few"},
                      %y: memref<3x12xi16> {snn.kind = "state", snn.name = "y", snn.alignment = 4 : i64},
                      %odd: memref<5xi16> {snn.kind = "state", snn.name = "odd", snn.alignment = 4 : i64},
                      %z: memref<12xi32> {snn.kind = "state", snn.name = "z"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @conv(%x, %y, %z) : (memref<48xi8>, memref<3x12xi16>, memref<12xi32>) -> ()
    return
  }
  func.func @net_init(%few: memref<1xi16> {snn.kind = "state", snn.name = "few"},
                      %y: memref<3x12xi16> {snn.kind = "state", snn.name = "y"},
                      %odd: memref<5xi16> {snn.kind = "state", snn.name = "odd"},
                      %z: memref<12xi32> {snn.kind = "state", snn.name = "z"})
      attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    return
  }
}
