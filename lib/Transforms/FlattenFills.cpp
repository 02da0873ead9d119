//===- FlattenFills.cpp - Memory that is filled in one loop ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace snn {
#define GEN_PASS_DEF_SNNFLATTENFILLS
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;

/// The store in `loop` if loops with nothing else go through all elements of
/// its memory, in their order, and store the same number.
static memref::StoreOp matchFill(scf::ForOp loop) {
  SmallVector<scf::ForOp> loops;
  for (scf::ForOp inner = loop; inner;) {
    loops.push_back(inner);
    Operation &first = inner.getBody()->front();
    bool isOnly = first.getNextNode() == inner.getBody()->getTerminator() &&
                  inner.getInitArgs().empty();
    if (!isOnly)
      return nullptr;
    inner = dyn_cast<scf::ForOp>(first);
  }
  auto store = dyn_cast<memref::StoreOp>(loops.back().getBody()->front());
  if (!store || store.getIndices().size() != loops.size() ||
      !loop.isDefinedOutsideOfLoop(store.getValueToStore()) ||
      !loop.isDefinedOutsideOfLoop(store.getMemRef()))
    return nullptr;
  MemRefType type = store.getMemRefType();
  for (auto [index, size, each] :
       llvm::zip_equal(store.getIndices(), type.getShape(), loops))
    if (index != each.getInductionVar() ||
        !isConstantIntValue(each.getLowerBound(), 0) ||
        !isConstantIntValue(each.getStep(), 1) ||
        !isConstantIntValue(each.getUpperBound(), size))
      return nullptr;
  return type.getRank() > 1 && type.getLayout().isIdentity() ? store : nullptr;
}

/// Fills the memory of `store` in one loop, in place of `nest`.
static void flatten(scf::ForOp nest, memref::StoreOp store) {
  OpBuilder builder(nest);
  Location loc = nest.getLoc();
  MemRefType type = store.getMemRefType();
  ReassociationIndices all =
      llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  Value flat = memref::CollapseShapeOp::create(
      builder, store.getLoc(), store.getMemRef(),
      ArrayRef<ReassociationIndices>{all});
  Value size =
      arith::ConstantIndexOp::create(builder, loc, type.getNumElements());
  auto loop = scf::ForOp::create(builder, loc, nest.getLowerBound(), size,
                                 nest.getStep());
  builder.setInsertionPointToStart(loop.getBody());
  memref::StoreOp::create(builder, store.getLoc(), store.getValueToStore(),
                          flat, loop.getInductionVar());
  nest.erase();
}

namespace {
struct FlattenFills : snn::impl::SNNFlattenFillsBase<FlattenFills> {
  using SNNFlattenFillsBase::SNNFlattenFillsBase;

  void runOnOperation() override {
    getOperation().walk<WalkOrder::PreOrder>([](scf::ForOp loop) {
      memref::StoreOp store = matchFill(loop);
      if (!store)
        return WalkResult::advance();
      flatten(loop, store);
      return WalkResult::skip();
    });
  }
};
} // namespace
