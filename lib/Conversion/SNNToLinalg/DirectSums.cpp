//===- DirectSums.cpp - Sums that have no memory of their own -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DirectSums.h"
#include "Synapses.h"
#include "snn/IR/Scales.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace snn;

Value snn::withoutReshapes(Value signal) {
  while (isa_and_present<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
      signal.getDefiningOp()))
    signal = signal.getDefiningOp()->getOperand(0);
  return signal;
}

Value snn::getSpikeSource(SynapseOpInterface op) {
  if (op.getEvents())
    return op.getEvents().getDefiningOp<EventsOp>().getInput();
  return withoutReshapes(op.getInput());
}

bool snn::poolsSpikes(Operation *op) {
  auto pool = dyn_cast<WindowOpInterface>(op);
  if (!pool || !isa<SumPool2dOp, AvgPool2dOp>(op) || !pool.getChannelsLast() ||
      !isa<quant::QuantizedType>(
          getElementTypeOrSelf(pool.getResult().getType())))
    return false;
  return llvm::all_of(
      llvm::zip(pool.getWindow(), pool.getInput().getType().getShape(),
                pool.getResult().getType().getShape()),
      [](auto dim) {
        auto [window, input, output] = dim;
        return window.low == 0 && window.stride == window.size &&
               output * window.size == input;
      });
}

bool snn::spikesBeforeReset(const NeuronModel &model) {
  return model.spikes->resetTiming == ResetTiming::Immediate;
}

//===----------------------------------------------------------------------===//
// Which sums
//===----------------------------------------------------------------------===//

/// The state that the input of a neuron drives.
static const StateModel &getDriven(const NeuronModel &model) {
  return model.current ? *model.current : model.voltage;
}

/// Whether a step has two parts between which the drive can be added.
static bool hasTwoParts(NeuronOpInterface op, const NeuronModel &model) {
  if (op->hasAttr("arithmetic") || op->hasAttr("current_arithmetic"))
    return false;
  for (const StateModel &state : {model.voltage, getDriven(model)})
    if (!isa<quant::QuantizedType>(state.getType()))
      return false;
  if (model.current && model.order != CurrentOrder::Updated)
    return false;
  if (!model.spikes)
    return true;
  if (model.spikes->isPre())
    return false;
  // What a spike leaves in place of the update is not driven.
  return model.current || model.spikes->resetTiming == ResetTiming::Immediate ||
         model.spikes->resetTiming == ResetTiming::Carried ||
         (model.spikes->resetTiming == ResetTiming::Delayed &&
          (!model.spikes->resets() || model.spikes->subtracts()));
}

/// Whether `op` adds whole numbers for spikes or integers, and has no other
/// bias than a sum or 0.
static bool addsForSpikes(SynapseOpInterface op) {
  Type source = getElementTypeOrSelf(getSpikeSource(op).getType());
  if (!(isSpikeType(source) || isa<quant::QuantizedType>(source)) ||
      (op.getEvents() && !getEventOrder(op)))
    return false;
  if (auto linear = dyn_cast<LinearOp>(op.getOperation());
      linear &&
      (linear.getSaturate() || linear.getWeight().getType().getRank() != 2))
    return false;
  if (!isa<LinearOp, Conv1dOp, Conv2dOp>(op.getOperation()) ||
      !getConstant(op.getWeight()) || !op->getResult(0).hasOneUse())
    return false;
  std::optional<Constant> bias = getConstant(op.getBias());
  return !bias || bias->isEverywhere(0);
}

/// The synapses whose sum is `signal`, or none if it is made of other things.
static SmallVector<SynapseOpInterface> getSynapses(Value signal) {
  SmallVector<SynapseOpInterface> found;
  while (signal) {
    auto op = signal.getDefiningOp<SynapseOpInterface>();
    if (!op || !addsForSpikes(op))
      return {};
    found.push_back(op);
    bool isSum = op.getBias() && !getConstant(op.getBias());
    // Only these begin with a sum of the same neurons.
    if (isSum && !isa<LinearOp>(op.getOperation()))
      return {};
    signal = isSum ? op.getBias() : Value();
  }
  return found;
}

/// The least and the greatest of what is stored for a coefficient.
static std::pair<double, double> getEnds(Value coefficient, double absent) {
  std::optional<Constant> constant = getConstant(coefficient);
  if (!constant)
    return {absent, absent};
  auto [least, most] =
      std::minmax_element(constant->values.begin(), constant->values.end());
  return {*least, *most};
}

/// How many units of the driven state are one of its input, where that is a
/// whole number, the same for all neurons.
static std::optional<int64_t> getUnit(NeuronOpInterface op,
                                      const StateModel &state) {
  Value input = op.getInput();
  Type type = getElementTypeOrSelf(input.getType());
  MutableOperandRange gain = op.getCoefficientMutable(state.name("gain"));
  Value operand = gain.empty() ? Value() : gain[0].get();
  if (!isa<quant::QuantizedType>(type) || (operand && !getConstant(operand)))
    return std::nullopt;
  int64_t rank = cast<RankedTensorType>(state.value.getType()).getRank();
  Constant factor = getRealNumbers(operand, 1, op->getContext());
  factor =
      zipConstants(factor, getScales(type, rank), std::multiplies<double>());
  factor = zipConstants(factor, getScales(state.getType(), rank),
                        std::divides<double>());
  std::optional<int64_t> unit;
  for (double value : factor.values) {
    FixedFactor fixed = FixedFactor::of(value).reduced();
    if (fixed.shift > 0 || fixed.shift < -30)
      return std::nullopt;
    int64_t found = fixed.multiplier << -fixed.shift;
    if (unit.value_or(found) != found)
      return std::nullopt;
    unit = found;
  }
  return unit;
}

/// Whether the state's memory holds what a step makes of it before resets and
/// saturation.
static bool holdsUpdate(NeuronOpInterface op, const NeuronModel &model,
                        const StateModel &state, int64_t unit) {
  auto type = cast<quant::QuantizedType>(state.getType());
  auto input =
      cast<quant::QuantizedType>(getElementTypeOrSelf(op.getInput().getType()));
  auto real = [](int64_t value) { return static_cast<double>(value); };
  double driven[] = {real(unit * input.getStorageTypeMin()),
                     real(unit * input.getStorageTypeMax())};
  if (std::max(-driven[0], driven[1]) >= real(kDriveLimit))
    return false;
  double least = real(type.getStorageTypeMin());
  double most = real(type.getStorageTypeMax());
  if (Value floor = op.getCoefficient("floor"); floor && !model.current)
    most = std::max(most, getEnds(floor, 0).second);
  if (model.spikes && !model.current && !spikesBeforeReset(model)) {
    auto [low, high] = getEnds(op.getCoefficient("threshold"), 0);
    auto [resetLow, resetHigh] = getEnds(op.getCoefficient("reset_value"), 0);
    double lowered = std::max({high, -low, resetHigh, -resetLow});
    least -= lowered;
    most += lowered;
  }
  // Rounding, of which there is more where the last bits are dropped.
  double slack = 1 + (state.isShort ? std::exp2(getShortShift(type)) : 0);
  if (Value decay = op.getCoefficient(state.name("decay"))) {
    Constant factors = getRealNumbers(decay, 1, op->getContext());
    for (double factor : factors.values)
      if (factor < 0 || factor > 1)
        return false;
    double factor = *llvm::max_element(factors.values);
    least = std::min(least * factor, 0.0) - slack;
    most = std::max(most * factor, 0.0) + slack;
  }
  auto [low, high] = getEnds(op.getCoefficient(state.name("leak")), 0);
  double limit = std::exp2(type.getStorageTypeIntegralWidth() - 1);
  return least + driven[0] + std::min(low, 0.0) >= -limit &&
         most + driven[1] + std::max(high, 0.0) < limit;
}

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

/// The readers of `signal` through other shapes, and through lists of it.
static void findUses(Value signal, SmallVectorImpl<OpOperand *> &readers) {
  for (OpOperand &use : signal.getUses()) {
    Operation *user = use.getOwner();
    if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(user))
      findUses(user->getResult(0), readers);
    else if (auto transpose = dyn_cast<TransposeOp>(user))
      findUses(transpose.getResult(), readers);
    else if (auto events = dyn_cast<EventsOp>(user))
      findUses(events.getEvents(), readers);
    else
      readers.push_back(&use);
  }
}

std::optional<DirectSynapse> DirectSums::get(Operation *synapse) const {
  auto it = synapses.find(synapse);
  if (it == synapses.end())
    return std::nullopt;
  return it->second;
}

bool DirectSums::hidesEvents(EventsOp events) const {
  return !hasLists && llvm::all_of(events->getUsers(), [&](Operation *user) {
    return synapses.contains(user);
  });
}

ArrayRef<Operation *> DirectSums::getReaders(Operation *neuron) const {
  auto it = readers.find(neuron);
  return it == readers.end() ? ArrayRef<Operation *>() : it->second;
}

void DirectSums::add(NeuronOpInterface neuron, Takes takes) {
  NeuronModel model(neuron);
  if (!hasTwoParts(neuron, model))
    return;
  const StateModel &state = getDriven(model);
  SmallVector<SynapseOpInterface> drivers = getSynapses(neuron.getInput());
  std::optional<int64_t> unit = getUnit(neuron, state);
  if (drivers.empty() || !unit || !holdsUpdate(neuron, model, state, *unit) ||
      !llvm::all_of(drivers, [&](SynapseOpInterface driver) {
        return takes(neuron, driver, *unit);
      }))
    return;
  neurons.insert(neuron);
  for (SynapseOpInterface driver : drivers)
    synapses[driver] = {neuron, *unit};
}

void DirectSums::findReaders(NetworkOp network) {
  for (Operation &op : *network.getBodyBlock()) {
    Value source;
    if (synapses.contains(&op))
      source = getSpikeSource(cast<SynapseOpInterface>(op));
    else if (poolsSpikes(&op))
      source = op.getOperand(0);
    if (source && source.getDefiningOp())
      readers[source.getDefiningOp()].push_back(&op);
  }
}

void DirectSums::hideSpikes() {
  for (Operation *neuron : neurons) {
    NeuronModel model(cast<NeuronOpInterface>(neuron));
    // A voltage that a current drives is updated and reset in one.
    if (!model.spikes || (model.current && spikesBeforeReset(model)))
      continue;
    SmallVector<OpOperand *> uses;
    findUses(neuron->getResult(0), uses);
    bool isHidden = !uses.empty() && llvm::all_of(uses, [&](OpOperand *use) {
      return llvm::is_contained(getReaders(neuron), use->getOwner());
    });
    if (isHidden)
      hidden.insert(neuron);
  }
}

DirectSums::DirectSums(NetworkOp network) {
  for (auto neuron : network.getBodyBlock()->getOps<NeuronOpInterface>())
    add(neuron,
        [](NeuronOpInterface, SynapseOpInterface, int64_t) { return true; });
  findReaders(network);
  hideSpikes();
}

DirectSums::DirectSums(NetworkOp network, Takes takes) : hasLists(true) {
  for (auto neuron : network.getBodyBlock()->getOps<NeuronOpInterface>())
    add(neuron, takes);
}
