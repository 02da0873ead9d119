//===- Inlining.cpp - Which operations are part of an expression ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inlining.h"
#include "snn/Analysis/Memory.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace snn::c11 {

/// An expression of more operations gets a name. Those of layers are shorter.
static constexpr int64_t kLongest = 128;

static bool isArithmetic(Operation *op) {
  return isa<arith::ArithDialect>(op->getDialect()) && op->getNumResults() == 1;
}

bool isVector(Operation *op) {
  return op->getNumRegions() == 0 &&
         llvm::any_of(op->getResultTypes(), llvm::IsaPred<VectorType>);
}

static bool isVectorOfTwo(Type type, unsigned bits) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getShape() == ArrayRef<int64_t>{2} &&
         !vector.isScalable() && vector.getElementType().isInteger(bits);
}

bool isPair(Type type) { return isVectorOfTwo(type, 16); }

bool isPairMask(Type type) { return isVectorOfTwo(type, 1); }

static bool isMarked(Operation *op) { return op->hasAttr("snn.vectors"); }

bool hasVectors(func::FuncOp function) {
  return function && function
                         ->walk([](Operation *op) {
                           return isMarked(op) ? WalkResult::interrupt()
                                               : WalkResult::advance();
                         })
                         .wasInterrupted();
}

bool isInVectors(Region *region) {
  for (; region; region = region->getParentRegion())
    if (region->getRegionNumber() == 0 && isMarked(region->getParentOp()))
      return true;
  return false;
}

bool isInVectors(Operation *op) {
  // Constants are moved out of branches.
  if (isa<arith::ConstantOp>(op))
    return llvm::any_of(op->getUsers(), [](Operation *user) {
      return isInVectors(user->getParentRegion());
    });
  return isInVectors(op->getParentRegion());
}

bool isLanesOp(Operation *op) {
  bool hasVector =
      llvm::any_of(op->getResultTypes(), llvm::IsaPred<VectorType>) ||
      isa<vector::ExtractOp, vector::ReductionOp>(op);
  return hasVector && op->getNumResults() == 1 && op->getNumRegions() == 0 &&
         isInVectors(op);
}

bool isPairOp(Operation *op) {
  return op->getNumResults() == 1 &&
         (isPair(op->getResult(0).getType()) ||
          isPairMask(op->getResult(0).getType())) &&
         !isLanesOp(op);
}

/// The sum of both results, if that is all they are for.
static arith::AddIOp getSum(vector::DeinterleaveOp parts) {
  if (!parts.getRes1().hasOneUse() || !parts.getRes2().hasOneUse())
    return nullptr;
  Operation *user = *parts.getRes1().getUsers().begin();
  return user == *parts.getRes2().getUsers().begin()
             ? dyn_cast<arith::AddIOp>(user)
             : nullptr;
}

std::optional<Dot2> matchDot2(arith::AddIOp sum) {
  auto parts = sum.getLhs().getDefiningOp<vector::DeinterleaveOp>();
  bool overflows = !bitEnumContainsAny(sum.getOverflowFlags(),
                                       arith::IntegerOverflowFlags::nsw);
  if (!parts || overflows || getSum(parts) != sum)
    return std::nullopt;
  auto product = parts.getSource().getDefiningOp<arith::MulIOp>();
  if (!product)
    return std::nullopt;
  unsigned bits = getElementTypeOrSelf(sum.getType()).getIntOrFloatBitWidth();
  auto isFactor = [&](Operation *extend) {
    return isa_and_present<arith::ExtSIOp, arith::ExtUIOp>(extend) &&
           2 * getElementTypeOrSelf(extend->getOperand(0).getType())
                       .getIntOrFloatBitWidth() ==
               bits;
  };
  Operation *a = product.getLhs().getDefiningOp(),
            *b = product.getRhs().getDefiningOp();
  if (isa_and_present<arith::ExtUIOp>(a))
    std::swap(a, b);
  bool isUnsigned = isa_and_present<arith::ExtUIOp>(b);
  // Processors have it for bytes of which one has a sign, and for 16 bits.
  if (!isFactor(a) || !isFactor(b) || isa<arith::ExtUIOp>(a) ||
      !(bits == 16 ? isUnsigned : bits == 32 && !isUnsigned))
    return std::nullopt;
  return Dot2{a->getOperand(0), b->getOperand(0)};
}

/// Whether `op` extends what is only multiplied in such sums.
static bool isFactorOfDot2(Operation *op) {
  return isa<arith::ExtSIOp, arith::ExtUIOp>(op) && isLanesOp(op) &&
         llvm::all_of(op->getUsers(), [](Operation *product) {
           auto parts =
               product->hasOneUse()
                   ? dyn_cast<vector::DeinterleaveOp>(*product->user_begin())
                   : nullptr;
           arith::AddIOp sum = parts ? getSum(parts) : nullptr;
           return sum && matchDot2(sum);
         });
}

/// Helpers with a result only compute it.
static bool isHelperCall(Operation *op) {
  return isa<func::CallOp>(op) && op->getNumResults() == 1;
}

bool isExpression(Operation *op) {
  return isArithmetic(op) || isHelperCall(op) ||
         isa<memref::LoadOp, math::CtPopOp, vector::ExtractOp,
             vector::ReductionOp>(op) ||
         (isa<vector::LoadOp>(op) && isPairOp(op)) || isLanesOp(op);
}

bool isShortArithmetic(Operation *op) {
  return isArithmetic(op) && op->getResult(0).getType().isInteger(16) &&
         !isa<arith::ConstantOp, arith::IndexCastUIOp>(op);
}

bool isStoredShort(Operation *op) {
  return op->getResult(0).hasOneUse() &&
         isa<memref::StoreOp, vector::StoreOp>(*op->getUsers().begin());
}

Operation *getOnlyUser(Operation *op) {
  if (!op->getResult(0).hasOneUse())
    return nullptr;
  Operation *user = *op->getUsers().begin();
  return user->getBlock() == op->getBlock() ? user : nullptr;
}

//===----------------------------------------------------------------------===//
// Writes
//===----------------------------------------------------------------------===//

WriteOrder::WriteOrder(func::FuncOp function) {
  function.walk([&](Block *block) {
    int64_t position = 0;
    for (Operation &op : *block) {
      positions[&op] = position;
      // Different buffers do not overlap: the parameters are restrict.
      if (auto store = dyn_cast<memref::StoreOp>(op))
        stores[{block, getMemory(store.getMemRef())}].push_back(position);
      else if (auto store = dyn_cast<vector::StoreOp>(op))
        stores[{block, getMemory(store.getBase())}].push_back(position);
      else if (!isExpression(&op) && !isVector(&op) &&
               !isa<memref::GetGlobalOp>(op))
        others[block].push_back(position);
      ++position;
    }
  });
}

bool WriteOrder::mayWriteBetween(Operation *first, Operation *last,
                                 Value buffer) const {
  int64_t begin = positions.lookup(first), end = positions.lookup(last);
  auto isBetween = [&](const auto &found, const auto &writes) {
    if (found == writes.end())
      return false;
    auto next = llvm::upper_bound(found->second, begin);
    return next != found->second.end() && *next < end;
  };
  Block *block = first->getBlock();
  return isBetween(stores.find({block, getMemory(buffer)}), stores) ||
         isBetween(others.find(block), others);
}

//===----------------------------------------------------------------------===//
// Inlining
//===----------------------------------------------------------------------===//

/// Whether an iteration of the loop `user` would compute `op` again.
static bool isRepeated(Operation *op, Operation *user) {
  auto loop = dyn_cast<scf::ForOp>(user);
  Value value = op->getResult(0);
  return loop && (value == loop.getLowerBound() ||
                  value == loop.getUpperBound() || value == loop.getStep());
}

void Inlining::visitBlock(Block &block, const WriteOrder &writes) {
  // The statement in which the value of an operation ends up; users come first.
  llvm::DenseMap<Operation *, Operation *> statements;
  for (Operation &op : llvm::reverse(block)) {
    if (!isExpression(&op))
      continue;
    // What is extended for products of vectors is what has a name.
    if (isa<arith::ConstantOp>(op) || isFactorOfDot2(&op)) {
      inlined.insert(&op);
      continue;
    }
    Operation *user = getOnlyUser(&op);
    if (user && isFactorOfDot2(user))
      continue;
    // Compilers only know that numbers fit 16 bits if each of them does.
    bool isShort = (isShortArithmetic(&op) ||
                    (isArithmetic(&op) && isPair(op.getResult(0).getType()))) &&
                   !isStoredShort(&op);
    if (!user || isShort || isRepeated(&op, user))
      continue;
    Operation *statement = isInlined(user) ? statements.lookup(user) : user;
    Value memory;
    if (auto load = dyn_cast<memref::LoadOp>(op))
      memory = load.getMemRef();
    else if (auto load = dyn_cast<vector::LoadOp>(op))
      memory = load.getBase();
    if (memory && writes.mayWriteBetween(&op, statement, memory))
      continue;
    inlined.insert(&op);
    statements[&op] = statement;
  }
}

/// How often C has the operands of `op` in its expression.
static int64_t getCopies(Operation *op) {
  return isa<arith::MaxUIOp, arith::MinUIOp>(op) ? 2 : 1;
}

void Inlining::limitLengths(Block &block) {
  // Of the expressions that operations are, in operations.
  llvm::DenseMap<Operation *, int64_t> lengths;
  for (Operation &op : block) {
    if (!isExpression(&op) || isa<arith::ConstantOp>(op))
      continue;
    int64_t length = 1;
    for (Value operand : op.getOperands())
      if (Operation *definition = operand.getDefiningOp();
          definition && isInlined(definition))
        length += getCopies(&op) * lengths.lookup(definition);
    if (length > kLongest)
      inlined.erase(&op);
    lengths[&op] = length;
  }
}

Inlining::Inlining(func::FuncOp function, const WriteOrder &writes) {
  function.walk([&](Block *block) {
    visitBlock(*block, writes);
    limitLengths(*block);
  });
}

} // namespace snn::c11
