//===- ChannelsLast.cpp - Feature maps with the channels innermost --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"
#include "snn/IR/SNN.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"

namespace snn {
#define GEN_PASS_DEF_SNNCHANNELSLAST
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;
using namespace snn;

namespace {

/// Changes the layout of one network's feature maps.
class LayoutChange {
public:
  explicit LayoutChange(NetworkOp network) : network(network) {}

  void run();

private:
  /// Adds `value` to the maps, and what must have the same layout.
  void addMap(Value value);
  void addOperation(Operation *op);
  void changeOperands(Operation *op);
  void changeResults(Operation *op);
  Value transpose(Value value, ArrayRef<int64_t> permutation, StringRef suffix);
  Value getChannelsLast(Value value);

  NetworkOp network;
  /// Values that will have their channels last, those that come from elsewhere
  /// in a copy.
  llvm::SetVector<Value> maps;
  llvm::SetVector<Operation *> operations;
  SmallVector<Value> pending;
  llvm::DenseMap<Value, Value> copies;
};

} // namespace

/// [channels, spatial...] to [spatial..., channels].
static SmallVector<int64_t> getForward(int64_t rank) {
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(1, rank));
  permutation.push_back(0);
  return permutation;
}

/// Whether `op` does the same with all elements, wherever they are.
static bool isElementwise(Operation *op) {
  return isa<NeuronOpInterface, ScaleOp, AddOp, ThresholdOp, DelayOp,
             RescaleOp>(op);
}

/// The operands that are signals; the others are coefficients.
static OperandRange getSignals(Operation *op) {
  return isa<AddOp>(op) ? op->getOperands() : op->getOperands().take_front();
}

void LayoutChange::addMap(Value value) {
  if (maps.insert(value))
    pending.push_back(value);
}

void LayoutChange::addOperation(Operation *op) {
  if (!operations.insert(op))
    return;
  for (Value signal : getSignals(op))
    addMap(signal);
  for (Value result : op->getResults())
    addMap(result);
}

Value LayoutChange::transpose(Value value, ArrayRef<int64_t> permutation,
                              StringRef suffix) {
  OpBuilder builder(network.getContext());
  builder.setInsertionPointAfterValue(value);
  auto type = cast<RankedTensorType>(value.getType());
  Location loc = value.getLoc();
  if (std::optional<Constant> constant = getConstant(value);
      constant && constant->quantizedType)
    return createConstant(builder, loc, constant->transpose(permutation),
                          "constant");
  RankedTensorType result = getTransposedType(type, permutation);
  auto transposed =
      TransposeOp::create(builder, loc, result, value, permutation);
  if (StringRef node = getNode(value); !node.empty())
    setNode(transposed, node + "_" + suffix);
  return transposed;
}

/// A copy in the new layout of a value that keeps its own.
Value LayoutChange::getChannelsLast(Value value) {
  Value &copy = copies[value];
  if (!copy)
    copy = transpose(
        value, getForward(cast<RankedTensorType>(value.getType()).getRank()),
        "channels_last");
  return copy;
}

void LayoutChange::changeOperands(Operation *op) {
  unsigned signals = getSignals(op).size();
  for (OpOperand &operand : op->getOpOperands()) {
    bool isSignal = operand.getOperandNumber() < signals;
    Operation *definition = operand.get().getDefiningOp();
    // Signals of these operations change with their results.
    if (isSignal && definition && operations.contains(definition))
      continue;
    // The weights and biases of a convolution are the same in both layouts.
    bool isCoefficient = !isSignal && isElementwise(op) &&
                         isa<RankedTensorType>(operand.get().getType());
    if (isSignal || isCoefficient)
      operand.set(getChannelsLast(operand.get()));
  }
}

/// The steps of a delay in the new order.
static void permuteSteps(DelayOp delay) {
  auto steps = dyn_cast<DenseElementsAttr>(delay.getSteps());
  if (!steps || steps.getType().getRank() == 0)
    return;
  ArrayRef<int64_t> shape = steps.getType().getShape();
  SmallVector<int64_t> forward = getForward(shape.size());
  auto values = llvm::to_vector(steps.getValues<int64_t>());
  SmallVector<int64_t> permuted;
  for (int64_t index : getPermutedOrder(shape, forward))
    permuted.push_back(values[index]);
  auto type = RankedTensorType::get(applyPermutation(shape, forward),
                                    steps.getElementType());
  delay.setStepsAttr(
      DenseIntElementsAttr::get(type, ArrayRef<int64_t>(permuted)));
}

void LayoutChange::changeResults(Operation *op) {
  markChannelsLast(op);
  for (OpResult result : op->getResults()) {
    auto type = cast<RankedTensorType>(result.getType());
    SmallVector<int64_t> forward = getForward(type.getRank());
    result.setType(getTransposedType(type, forward));
    auto isElsewhere = [&](OpOperand &use) {
      return !operations.contains(use.getOwner());
    };
    if (llvm::none_of(result.getUses(), isElsewhere))
      continue;
    Value first =
        transpose(result, invertPermutationVector(forward), "channels_first");
    result.replaceUsesWithIf(first, [&](OpOperand &use) {
      return isElsewhere(use) && use.getOwner() != first.getDefiningOp();
    });
  }
}

void LayoutChange::run() {
  for (Operation &op : *network.getBodyBlock())
    if (auto window = dyn_cast<WindowOpInterface>(op))
      if (!window.getChannelsLast())
        addOperation(&op);
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    if (Operation *op = value.getDefiningOp(); op && isElementwise(op))
      addOperation(op);
    for (OpOperand &use : value.getUses())
      if (Operation *op = use.getOwner();
          isElementwise(op) && llvm::is_contained(getSignals(op), value))
        addOperation(op);
  }
  for (Operation *op : operations) {
    changeOperands(op);
    if (auto window = dyn_cast<WindowOpInterface>(op))
      window.setChannelsLast(true);
    if (auto delay = dyn_cast<DelayOp>(op))
      permuteSteps(delay);
  }
  for (Operation *op : operations)
    changeResults(op);
}

namespace {
struct ChannelsLast : snn::impl::SNNChannelsLastBase<ChannelsLast> {
  using SNNChannelsLastBase::SNNChannelsLastBase;

  void runOnOperation() override { LayoutChange(getOperation()).run(); }
};
} // namespace
