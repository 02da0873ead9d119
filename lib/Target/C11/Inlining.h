//===- Inlining.h - Which operations are part of an expression --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What has one use becomes part of the expression that uses it, other values
// get a name in C. A load only moves if nothing is written on the way, and an
// expression that has grown long ends in a name. Found once for a function, in
// time that grows with its size alone.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_INLINING_H
#define SNN_LIB_TARGET_C11_INLINING_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace snn::c11 {

/// Whether C has an expression for what `op` computes.
bool isExpression(mlir::Operation *op);

/// Whether `op` computes a vector: as a part of making a list, or of sums.
bool isVector(mlir::Operation *op);

/// Whether `function`, or a branch in it, computes with the C compiler's
/// vectors.
bool hasVectors(mlir::func::FuncOp function);

/// Whether what is in `region`, or `op`, computes with them.
bool isInVectors(mlir::Region *region);
bool isInVectors(mlir::Operation *op);

/// Whether `op` computes such a vector, or something of one.
bool isLanesOp(mlir::Operation *op);

/// Whether a type is that of two numbers of 16 bits, or of two bits.
bool isPair(mlir::Type type);
bool isPairMask(mlir::Type type);

/// Whether `op` computes one of these.
bool isPairOp(mlir::Operation *op);

/// Products of neighbouring integers, of which each two are added: a[2 n] *
/// b[2 n] + a[2 n + 1] * b[2 n + 1], in twice as many bits. Of bytes, `b` has
/// no sign.
struct Dot2 {
  mlir::Value a, b;
};

/// What `sum` is, if it is that and does not overflow.
std::optional<Dot2> matchDot2(mlir::arith::AddIOp sum);

/// Whether `op` computes a signed number of 16 bits from others.
bool isShortArithmetic(mlir::Operation *op);

/// Whether a value of 16 bits is only stored.
bool isStoredShort(mlir::Operation *op);

/// The only user of `op`, if it is in the same block.
mlir::Operation *getOnlyUser(mlir::Operation *op);

/// The order of a function's operations, and where they write.
class WriteOrder {
public:
  explicit WriteOrder(mlir::func::FuncOp function);

  /// Whether something between two operations of a block may write to `buffer`.
  bool mayWriteBetween(mlir::Operation *first, mlir::Operation *last,
                       mlir::Value buffer) const;

private:
  using Positions = llvm::SmallVector<int64_t>;

  /// Positions in their blocks.
  llvm::DenseMap<mlir::Operation *, int64_t> positions;
  /// Where a block writes to a buffer, and where to any, in ascending order.
  llvm::DenseMap<std::pair<mlir::Block *, mlir::Value>, Positions> stores;
  llvm::DenseMap<mlir::Block *, Positions> others;
};

/// The operations that are printed where their only user is.
class Inlining {
public:
  Inlining(mlir::func::FuncOp function, const WriteOrder &writes);

  bool isInlined(mlir::Operation *op) const { return inlined.contains(op); }

private:
  void visitBlock(mlir::Block &block, const WriteOrder &writes);
  void limitLengths(mlir::Block &block);

  llvm::DenseSet<mlir::Operation *> inlined;
};

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_INLINING_H
