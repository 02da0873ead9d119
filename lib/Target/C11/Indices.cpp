//===- Indices.cpp - Which indices cannot be negative ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Indices.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>

using namespace mlir;

/// How many operations away from a value its operands are looked at. What
/// layers compute is shorter; both operands of each are looked at.
static constexpr int kDepth = 8;
/// Least numbers are not followed further: products of two fit 64 bits.
static constexpr int64_t kLargest = int64_t(1) << 31;

static std::optional<int64_t> getLeast(Value index, int depth);

/// Combines the least of both operands, where both have one.
static std::optional<int64_t> combine(Operation *op, int depth,
                                      int64_t (*function)(int64_t, int64_t)) {
  std::optional<int64_t> a = getLeast(op->getOperand(0), depth);
  std::optional<int64_t> b = getLeast(op->getOperand(1), depth);
  if (!a || !b)
    return std::nullopt;
  return std::min(function(*a, *b), kLargest);
}

static std::optional<int64_t> getConstant(Value index) {
  APInt number;
  if (!matchPattern(index, m_ConstantInt(&number)))
    return std::nullopt;
  return number.getSExtValue();
}

/// The least that an argument of a block can be.
static std::optional<int64_t> getLeastArgument(BlockArgument argument,
                                               int depth) {
  Operation *parent = argument.getOwner()->getParentOp();
  // What callers pass is a size or a count.
  if (isa<func::FuncOp>(parent))
    return 0;
  // What a loop's condition hands to its body.
  auto condition = dyn_cast<scf::WhileOp>(parent);
  if (condition && argument.getOwner() == condition.getAfterBody())
    return getLeast(
        condition.getConditionOp().getArgs()[argument.getArgNumber()], depth);
  auto loop = dyn_cast<scf::ForOp>(parent);
  if (loop && argument == loop.getInductionVar())
    return getLeast(loop.getLowerBound(), depth);
  return std::nullopt;
}

/// A number that is at least 0 and no more than `index` can be, if one is
/// known.
static std::optional<int64_t> getLeast(Value index, int depth) {
  if (depth-- == 0 || !index.getType().isIndex())
    return std::nullopt;
  if (std::optional<int64_t> number = getConstant(index))
    return *number >= 0 ? std::optional(std::min(*number, kLargest))
                        : std::nullopt;
  if (auto argument = dyn_cast<BlockArgument>(index))
    return getLeastArgument(argument, depth);
  return llvm::TypeSwitch<Operation *, std::optional<int64_t>>(
             index.getDefiningOp())
      .Case([](arith::IndexCastUIOp cast) -> std::optional<int64_t> {
        if (cast.getIn().getType().getIntOrFloatBitWidth() > 32)
          return std::nullopt;
        return 0;
      })
      .Case([&](arith::AddIOp op) {
        return combine(op, depth, [](int64_t a, int64_t b) { return a + b; });
      })
      .Case([&](arith::MulIOp op) {
        return combine(op, depth, [](int64_t a, int64_t b) { return a * b; });
      })
      .Case([&](arith::MaxUIOp op) {
        return combine(op, depth,
                       [](int64_t a, int64_t b) { return std::max(a, b); });
      })
      .Case([&](arith::MinUIOp op) -> std::optional<int64_t> {
        // No more than either of them.
        std::optional<int64_t> a = getLeast(op.getLhs(), depth);
        std::optional<int64_t> b = getLeast(op.getRhs(), depth);
        if (a && b)
          return std::min(*a, *b);
        return a || b ? std::optional<int64_t>(0) : std::nullopt;
      })
      .Case([&](arith::SubIOp op) -> std::optional<int64_t> {
        std::optional<int64_t> a = getLeast(op.getLhs(), depth);
        std::optional<int64_t> b = getConstant(op.getRhs());
        if (!a || !b || *b < 0 || *a < *b)
          return std::nullopt;
        return *a - *b;
      })
      .Case<arith::DivUIOp, arith::RemUIOp>(
          [&](auto op) -> std::optional<int64_t> {
            // No more than what is divided; a rest is less than the divisor.
            std::optional<int64_t> divisor = getConstant(op.getRhs());
            bool isSmall =
                divisor && *divisor >= (isa<arith::DivUIOp>(op) ? 2 : 1);
            if (isSmall || getLeast(op.getLhs(), depth))
              return 0;
            return std::nullopt;
          })
      .Case([&](arith::SelectOp op) -> std::optional<int64_t> {
        std::optional<int64_t> a = getLeast(op.getTrueValue(), depth);
        std::optional<int64_t> b = getLeast(op.getFalseValue(), depth);
        if (!a || !b)
          return std::nullopt;
        return std::min(*a, *b);
      })
      .Default([](Operation *) { return std::nullopt; });
}

bool snn::c11::isNonNegativeIndex(Value index) {
  return getLeast(index, kDepth).has_value();
}
