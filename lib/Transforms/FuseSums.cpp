//===- FuseSums.cpp - Synapses that begin with another sum ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Identity.h"
#include "snn/IR/SNN.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Builders.h"

namespace snn {
#define GEN_PASS_DEF_SNNFUSESUMS
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;
using namespace snn;

/// Whether `value` is stored in integers as wide as those of `type`.
static bool isAsWide(Value value, quant::QuantizedType type) {
  auto own = dyn_cast<quant::QuantizedType>(
      cast<RankedTensorType>(value.getType()).getElementType());
  return own && own.getStorageTypeIntegralWidth() ==
                    type.getStorageTypeIntegralWidth();
}

/// The synapses that give `value`, if they can add to another sum of `type`,
/// which nobody sees without them.
static LinearOp getFusable(Value value, quant::QuantizedType type) {
  auto linear = value.getDefiningOp<LinearOp>();
  // A sum that saturates on the way depends on what it begins with.
  return linear && !linear.getBias() && !linear.getSaturate() &&
                 value.hasOneUse() && isAsWide(value, type)
             ? linear
             : nullptr;
}

/// Lets the synapses among the inputs of `add` begin with the sum of the other
/// inputs, one after the other.
static bool fuse(AddOp add) {
  auto type = dyn_cast<quant::QuantizedType>(add.getType().getElementType());
  if (!type)
    return false;
  SmallVector<LinearOp> synapses;
  SmallVector<Value> others;
  for (Value input : add.getInputs()) {
    if (LinearOp linear = getFusable(input, type))
      synapses.push_back(linear);
    else
      others.push_back(input);
  }
  // What is left alone must be a number that a sum can begin with.
  if (others.size() == 1 && !isAsWide(others.front(), type))
    return false;
  if (synapses.empty() || (others.empty() && synapses.size() == 1))
    return false;

  OpBuilder builder(add);
  Value sum;
  if (others.size() > 1) {
    auto rest = AddOp::create(builder, add.getLoc(), add.getType(), others);
    copyNode(rest, add);
    sum = rest;
  } else if (others.size() == 1) {
    sum = others.front();
  } else {
    sum = synapses.front().getResult();
    synapses.erase(synapses.begin());
  }
  for (LinearOp linear : synapses) {
    linear->moveBefore(add);
    linear.getBiasMutable().assign(sum);
    linear.getResult().setType(add.getType());
    sum = linear.getResult();
  }
  add.getResult().replaceAllUsesWith(sum);
  add.erase();
  return true;
}

namespace {
struct FuseSums : snn::impl::SNNFuseSumsBase<FuseSums> {
  using SNNFuseSumsBase::SNNFuseSumsBase;

  void runOnOperation() override {
    auto adds = llvm::to_vector(getOperation().getBodyBlock()->getOps<AddOp>());
    for (AddOp add : adds)
      numFused += fuse(add);
  }
};
} // namespace
