//===- Signs.h - Which integers have a sign ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// MLIR's integers have no sign, its operations have; in C it is the other way
// round. An array of integers is unsigned if its elements are positions, counts
// or spikes, by the operations that read and write them.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_SIGNS_H
#define SNN_LIB_TARGET_C11_SIGNS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/EquivalenceClasses.h"

namespace snn::c11 {

/// The signs of all arrays of a module.
class Signs {
public:
  explicit Signs(mlir::ModuleOp module);

  /// Whether an array or a number is unsigned in C.
  bool isUnsigned(mlir::Value value) const;
  bool isUnsigned(mlir::memref::GlobalOp global) const;

private:
  /// Arrays are told apart by their value, globals and members by their name.
  using Key = const void *;

  void visit(mlir::Operation *op);
  void visitFunction(mlir::func::FuncOp function, mlir::ModuleOp module);
  void unite(mlir::Value a, Key b) {
    arrays.unionSets(a.getAsOpaquePointer(), b);
  }
  /// What an element is used for says which sign it has.
  void learn(mlir::Value array, bool isSigned) {
    evidence.push_back({array.getAsOpaquePointer(), isSigned});
  }
  bool isUnsignedArray(Key key) const;

  llvm::EquivalenceClasses<Key> arrays;
  llvm::SmallVector<std::pair<Key, bool>> evidence;
  llvm::DenseSet<Key> signedArrays;
};

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_SIGNS_H
