//===- InferRanges.cpp - The narrowest integers that are safe -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ranges.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

namespace snn {
#define GEN_PASS_DEF_SNNINFERRANGES
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;
using namespace snn;

/// Rounds outward, but for what is a whole number but for rounding errors.
static double roundOutward(double value, bool isUp) {
  double nearest = std::round(value);
  if (std::abs(value - nearest) <= 1e-6 * std::max(1.0, std::abs(value) * 1e-6))
    return nearest;
  return isUp ? std::ceil(value) : std::floor(value);
}

/// A range in units of the scales of `type`, or none if it has no bound.
static std::optional<IntegerInterval> getIntegers(Bounds range, Type type) {
  Scales scales = Scales::of(type);
  // Along another dimension than the scales' the whole range counts.
  if (range.size() > 1 && scales.size() > 1 &&
      range.axis != scales.axis.value_or(-1))
    range = Bounds(range.getHull());
  IntegerInterval result;
  for (int64_t index = 0; index < std::max(range.size(), scales.size());
       ++index) {
    Interval interval = range.at(index);
    double scale = scales.at(index);
    double lo = roundOutward(interval.lo / scale, false);
    double hi = roundOutward(interval.hi / scale, true);
    if (!(std::abs(lo) < 1e15) || !(std::abs(hi) < 1e15))
      return std::nullopt;
    result.min = std::min(result.min, static_cast<int64_t>(lo));
    result.max = std::max(result.max, static_cast<int64_t>(hi));
  }
  return result;
}

/// The storage that holds the interval. Sums have at least 16 bits: GCC 12
/// counts spikes into 8 bits with the wrong sign (docs/rationale.md).
static unsigned getBits(IntegerInterval interval) {
  return interval.min >= std::numeric_limits<int16_t>::min() &&
                 interval.max <= std::numeric_limits<int16_t>::max()
             ? 16
             : 32;
}

static bool fits32(IntegerInterval interval) {
  return interval.min >= std::numeric_limits<int32_t>::min() &&
         interval.max <= std::numeric_limits<int32_t>::max();
}

/// Whether the type of a value is fixed by something else: what the caller
/// sees, or an operation whose result has its type. Values that are only
/// watched are what they would be otherwise.
static bool hasFixedType(Value value) {
  auto moves = [](Operation *op) {
    return isa_and_present<DecayOp, DelayOp, TransposeOp,
                           tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op);
  };
  auto fixes = [&](OpOperand &use) {
    auto network = dyn_cast<NetworkOp>(use.getOwner()->getParentOp());
    if (isa<OutputOp>(use.getOwner()))
      return !network.getResultAttr(use.getOperandNumber(), "snn.record");
    return moves(use.getOwner());
  };
  return moves(value.getDefiningOp()) || llvm::any_of(value.getUses(), fixes);
}

namespace {
struct InferRanges : snn::impl::SNNInferRangesBase<InferRanges> {
  using SNNInferRangesBase::SNNInferRangesBase;

  void runOnOperation() override {
    if (failed(checkResources(getOperation())))
      return signalPassFailure();
    sortNetwork(getOperation());
    RangeAnalysis ranges(getOperation());
    for (Operation &op : *getOperation().getBodyBlock())
      if (failed(isa<NeuronOpInterface>(op) ? narrowNeuron(&op, ranges)
                                            : narrow(&op, ranges)))
        return signalPassFailure();
    NetworkOp network = getOperation();
    Operation *output = network.getBodyBlock()->getTerminator();
    network.setFunctionType(FunctionType::get(
        &getContext(), network.getBodyBlock()->getArgumentTypes(),
        output->getOperandTypes()));
  }

private:
  /// Gives `value` the storage for `interval`, which becomes its range.
  void setStorage(Value value, IntegerInterval interval) {
    auto tensor = cast<RankedTensorType>(value.getType());
    unsigned bits = getBits(interval);
    value.setType(tensor.clone(
        getQuantizedType(&getContext(), bits, interval.min, interval.max,
                         Scales::of(tensor.getElementType()))));
    ++numNarrowed;
  }

  LogicalResult narrow(Operation *op, const RangeAnalysis &ranges) {
    if (!isa<SNNDialect>(op->getDialect()) || op->getNumResults() != 1)
      return success();
    Value result = op->getResult(0);
    auto type =
        dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(result.getType()));
    if (!type)
      return success();
    if (auto rescale = dyn_cast<RescaleOp>(op)) {
      dropSaturation(rescale, ranges);
      return success();
    }
    // Sums that saturate have the type in which they do.
    auto linear = dyn_cast<LinearOp>(op);
    if (isa<ScaleOp, DecayOp>(op) || (linear && linear.getSaturate()))
      return success();
    std::optional<IntegerInterval> interval =
        getIntegers(ranges.get(result), type);
    if (!interval || !fits32(*interval)) {
      InFlightDiagnostic error = op->emitOpError("sum can reach ");
      if (interval)
        error << std::max(-interval->min, interval->max);
      else
        error << "any size";
      return error << ", expected less than 2^31: its inputs need fewer bits "
                      "or a known range";
    }
    if (!hasFixedType(result))
      setStorage(result, *interval);
    return success();
  }

  /// A rescale whose input stays small enough need not saturate.
  void dropSaturation(RescaleOp op, const RangeAnalysis &ranges) {
    auto type = cast<quant::QuantizedType>(
        getElementTypeOrSelf(op.getResult().getType()));
    Bounds input = ranges.get(op.getInput());
    std::optional<IntegerInterval> interval = getIntegers(input, type);
    if (!interval)
      return;
    // Half a unit of rounding, and the factor's 15 bits.
    int64_t slack = 1 + (std::max(-interval->min, interval->max) >> 14);
    if (interval->min - slack >= type.getStorageTypeMin() &&
        interval->max + slack <= type.getStorageTypeMax())
      op.setSaturate(false);
  }

  LogicalResult narrowNeuron(Operation *op, const RangeAnalysis &ranges) {
    const NeuronRange &range = ranges.getNeuron(op);
    NeuronModel model(cast<NeuronOpInterface>(op));
    SmallVector<std::pair<const StateModel *, const StateBounds *>> states = {
        {&model.voltage, &range.voltage}};
    if (model.current)
      states.push_back({&*model.current, &range.current});
    bool isSafe = true;
    // Two of these are added.
    constexpr int64_t kMost = int64_t(1) << 30;
    SmallVector<std::pair<Value, IntegerInterval>> proved;
    for (auto [state, found] : states) {
      auto type = dyn_cast<quant::QuantizedType>(state->getType());
      if (!type)
        return success();
      auto interval = getIntegers(found->carried, type);
      auto all = getIntegers(found->extremes, type);
      // What follows was computed for a state of its type.
      // A type in which sums wrap around or saturate is their arithmetic.
      if (state->arithmetic.getSum() != SumRule::Once)
        continue;
      if (interval && all && all->min >= -kMost && all->max <= kMost &&
          interval->min >= type.getStorageTypeMin() &&
          interval->max <= type.getStorageTypeMax())
        proved.push_back({state->value, *interval});
      else
        isSafe = false;
    }
    // A platform's sums are what it computes, so nothing may be cut off.
    if (!isSafe && !op->hasAttr("saturate") &&
        (op->hasAttr("arithmetic") || op->hasAttr("current_arithmetic")))
      return op->emitOpError("has a state that may leave its type, and its "
                             "arithmetic neither saturates nor wraps around; "
                             "it needs a decay, or smaller weights");
    if (isSafe)
      op->removeAttr("saturate");
    else
      ++numSaturating;
    for (auto [state, interval] : proved)
      if (!hasFixedType(state))
        setStorage(state, interval);
    return success();
  }
};
} // namespace
