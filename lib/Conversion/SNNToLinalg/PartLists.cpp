//===- PartLists.cpp - Lists of a part of the events at a time ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Such a list has a last number: where the next part begins.
//
//===----------------------------------------------------------------------===//

#include "PartLists.h"
#include "BlockSums.h"
#include "Synapses.h"
#include "VectorSums.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace snn;

/// Shorter lists are not worth the loop.
static constexpr int64_t kLeastSize = 256;

bool snn::canAddInPlace(LinearOp op, const ConvertSNNToLinalgOptions &options) {
  auto weight = cast<RankedTensorType>(op.getWeight().getType());
  if (op.getSaturate() || weight.getRank() != 2)
    return false;
  int64_t outputs = weight.getDimSize(0);
  Type storage = getStorageType(op.getType()).getElementType();
  auto hasVectors = [&](bool isInPlace) {
    return planVectorSums(options, outputs, weight.getElementType(), storage,
                          isInPlace)
        .has_value();
  };
  if (!hasVectors(false))
    return canAddBlocks(options, outputs);
  return hasVectors(true) &&
         (!options.optionalVectors || canAddBlocks(options, outputs));
}

/// Whether all that is listed are spikes or counts.
static bool listsBytes(EventsOp op) {
  Type type = op.getInput().getType().getElementType();
  return type.isInteger(1) || type.isInteger(8);
}

/// Whether a list can hold a part of the events at a time.
static bool canBeInParts(EventsOp op, const StepContext &context) {
  if (!context.options.partLists || !listsBytes(op) || !op->hasOneUse())
    return false;
  Operation *reader = *op->user_begin();
  auto linear = dyn_cast<LinearOp>(reader);
  auto neuron = op.getInput().getDefiningOp<NeuronOpInterface>();
  bool addsInPlace = linear ? canAddInPlace(linear, context.options)
                            : context.direct.get(reader).has_value();
  return addsInPlace && !(neuron && getOwnList(neuron, context) == op);
}

int64_t snn::getLongestWholeList(NetworkOp network,
                                 const StepContext &context) {
  int64_t longest = 0;
  for (auto op : network.getBodyBlock()->getOps<EventsOp>())
    if (!context.direct.hidesEvents(op) && !context.parts.get(op) &&
        !canBeInParts(op, context))
      longest = std::max(longest, op.getEvents().getType().getSize());
  return longest;
}

std::optional<int64_t> snn::getPartCapacity(EventsOp op,
                                            const StepContext &context) {
  int64_t size = op.getEvents().getType().getSize();
  // Memory for a longer one is memory for this one.
  if (size < kLeastSize || size <= context.longestWholeList ||
      context.direct.hidesEvents(op) || !canBeInParts(op, context))
    return std::nullopt;
  // There is one part where no more than a quarter of the inputs are active.
  return llvm::alignDown(size / 4, kMaskBits) + kMaskBits;
}

LogicalResult snn::lowerInitialSums(LinearOp op, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, op, "_begin");
  layer.shareTables(op);
  layer.setComment("What the sums of " + getLayerName(op) +
                   " begin with, before some events after the others are "
                   "added.");
  SmallVector<int64_t> shape = {op.getType().getNumElements()};
  Value sums = layer.addShapedArgument("y", context.sumOf(op), shape);
  FailureOr<Value> initial =
      createInitialSum(layer, op, context, shape, layer.update(sums));
  if (failed(initial))
    return failure();
  layer.write(*initial, sums);
  context.beginnings.insert(layer.getFunction());
  layer.finish();
  return success();
}

/// A loop over the parts of a list: it makes one, then has `add` lower what
/// reads it.
static LogicalResult createPartLoop(EventsOp op, StepContext &context,
                                    int64_t capacity,
                                    llvm::function_ref<LogicalResult()> add) {
  ImplicitLocOpBuilder builder(op.getLoc(), context.step);
  auto loop = scf::WhileOp::create(
      builder, nameLocal(builder, "from"), builder.getIndexType(),
      indexConstant(builder, 0), [](OpBuilder &, Location, ValueRange) {},
      [](OpBuilder &nested, Location loc, ValueRange carried) {
        scf::YieldOp::create(nested, loc, carried);
      });
  OpBuilder::InsertionGuard guard(context.step);
  Block *body = loop.getBeforeBody();
  context.step.setInsertionPointToEnd(body);
  listEvents(op, context, capacity, body->getArgument(0));
  if (failed(add()))
    return failure();
  ImplicitLocOpBuilder end(op.getLoc(), context.step);
  Value stored =
      memref::LoadOp::create(end, context.bufferOf(op.getEvents()),
                             indexConstant(end, capacity + kEventsPerVisit));
  Value next = arith::IndexCastUIOp::create(end, nameLocal(end, "next"),
                                            end.getIndexType(), stored);
  Value size = indexConstant(end, op.getEvents().getType().getSize());
  Value isLeft =
      arith::CmpIOp::create(end, arith::CmpIPredicate::ne, next, size);
  scf::ConditionOp::create(end, isLeft, next);
  return success();
}

LogicalResult
snn::lowerInParts(SynapseOpInterface op, StepContext &context, bool isInPlace,
                  llvm::function_ref<LogicalResult(bool isInPlace)> add) {
  auto events =
      op.getEvents() ? op.getEvents().getDefiningOp<EventsOp>() : EventsOp();
  std::optional<int64_t> capacity =
      events ? getPartCapacity(events, context) : std::nullopt;
  if (!capacity)
    return add(isInPlace);
  if (!isInPlace &&
      failed(lowerInitialSums(cast<LinearOp>(op.getOperation()), context)))
    return failure();
  return createPartLoop(events, context, *capacity,
                        [&] { return add(/*isInPlace=*/true); });
}
