// RUN: snn-opt %s --snn-flatten-fills --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @fill(
// CHECK-SAME:    %[[Y:.*]]: memref<2x3x4xi16>, %[[X:.*]]: i16)
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK:         %[[FLAT:.*]] = memref.collapse_shape %[[Y]] {{\[\[}}0, 1, 2]] : memref<2x3x4xi16> into memref<24xi16>
// CHECK:         %[[C24:.*]] = arith.constant 24 : index
// CHECK-NEXT:    scf.for %[[N:.*]] = %[[C0]] to %[[C24]] step %[[C1]] {
// CHECK-NEXT:      memref.store %[[X]], %[[FLAT]][%[[N]]] : memref<24xi16>
// CHECK-NEXT:    }
// CHECK-NEXT:    return
func.func @fill(%y: memref<2x3x4xi16>, %x: i16) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c3 step %c1 {
      scf.for %k = %c0 to %c4 step %c1 {
        memref.store %x, %y[%i, %j, %k] : memref<2x3x4xi16>
      }
    }
  }
  return
}

// -----

// The loops within another one are flattened, that one is not: it stores in a part of what is filled.
// CHECK-LABEL: func.func @within(
// CHECK:         scf.for
// CHECK:           memref.collapse_shape
// CHECK:           scf.for
// CHECK-NEXT:        memref.store
// CHECK-NOT:     scf.for
// CHECK:         return
func.func @within(%y: memref<2x3xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %x = arith.constant 0.0 : f32
  scf.for %turn = %c0 to %n step %c1 {
    scf.for %i = %c0 to %c2 step %c1 {
      scf.for %j = %c0 to %c3 step %c1 {
        memref.store %x, %y[%i, %j] : memref<2x3xf32>
      }
    }
  }
  return
}

// -----

// None of these fills all of its memory, in its order, with one number.
// CHECK-NOT: memref.collapse_shape
func.func @part(%y: memref<2x4xi8>, %x: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      memref.store %x, %y[%i, %j] : memref<2x4xi8>
    }
  }
  return
}

func.func @transposed(%y: memref<2x2xi8>, %x: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      memref.store %x, %y[%j, %i] : memref<2x2xi8>
    }
  }
  return
}

func.func @everyOther(%y: memref<2x4xi8>, %x: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c4 step %c2 {
      memref.store %x, %y[%i, %j] : memref<2x4xi8>
    }
  }
  return
}

func.func @numbers(%y: memref<2x2xindex>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      memref.store %j, %y[%i, %j] : memref<2x2xindex>
    }
  }
  return
}

func.func @gaps(%y: memref<2x2xi8, strided<[4, 1]>>, %x: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      memref.store %x, %y[%i, %j] : memref<2x2xi8, strided<[4, 1]>>
    }
  }
  return
}

func.func @line(%y: memref<2xi8>, %x: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %i = %c0 to %c2 step %c1 {
    memref.store %x, %y[%i] : memref<2xi8>
  }
  return
}

func.func @two(%y: memref<2x2xi8>, %z: memref<2x2xi8>, %x: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      memref.store %x, %y[%i, %j] : memref<2x2xi8>
      memref.store %x, %z[%i, %j] : memref<2x2xi8>
    }
  }
  return
}
