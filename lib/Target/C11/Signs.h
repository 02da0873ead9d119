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
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/EquivalenceClasses.h"

namespace snn::c11 {

/// The signs of all arrays of a module.
class Signs {
public:
  Signs(mlir::ModuleOp module, const mlir::SymbolTable &table);

  /// Whether an array or a number is unsigned in C.
  bool isUnsigned(mlir::Value value) const;
  bool isUnsigned(mlir::memref::GlobalOp global) const;

private:
  /// Arrays are told apart by their value, globals and members by their name.
  using Key = const void *;

  /// What a selected number is one of: constants alone, which have any sign, or
  /// also numbers that are all unsigned, or some with a sign.
  enum class Selected { Constants, Unsigned, Signed };

  Selected getSelected(mlir::Value value) const;
  /// Learns from what reads `number`, which comes from the array or select
  /// `holder`.
  void visitReaders(mlir::Value number, mlir::Value holder);
  /// Whether `value` is computed, or selected from what is, with a sign.
  bool isComputedSigned(mlir::Value value) const;
  void visit(mlir::Operation *op);
  void visitFunction(mlir::func::FuncOp function,
                     const mlir::SymbolTable &table);
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
  /// Selects of what was loaded, and of what is computed with a sign.
  llvm::DenseSet<mlir::Operation *> loaded, signedSelects;
  llvm::DenseMap<mlir::Value, Selected> selected;
};

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_SIGNS_H
