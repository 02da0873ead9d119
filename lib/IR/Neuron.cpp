//===- Neuron.cpp - What a neuron's equations need to know ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Neuron.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace snn;

/// The choice that attribute `Attr` makes, or `absent`.
template <typename Attr, typename Choice>
static Choice getChoice(Operation *op, StringRef name, Choice absent) {
  auto attribute = op->getAttrOfType<Attr>(name);
  return attribute ? attribute.getValue() : absent;
}

static StateModel getState(NeuronOpInterface neuron, StringRef output) {
  bool isCurrent = output == "current";
  return {
      isCurrent ? StringLiteral("current_") : StringLiteral(""),
      neuron.getOutput(output),
      getArithmetic(neuron, isCurrent ? "current_arithmetic" : "arithmetic"),
      neuron->hasAttr(isCurrent ? "short_current_decay" : "short_decay")};
}

static SpikeModel getSpikes(Operation *op) {
  auto most = op->getAttrOfType<IntegerAttr>("max_spikes");
  return {
      getChoice<SpikeRuleAttr>(op, "spike", SpikeRule::Greater),
      getChoice<SpikeTimingAttr>(op, "spike_timing", SpikeTiming::Post),
      getChoice<ResetKindAttr>(op, "reset", ResetKind::Value),
      getChoice<ResetTimingAttr>(op, "reset_timing", ResetTiming::Immediate),
      most ? most.getInt() : kMostSpikes};
}

NeuronModel::NeuronModel(NeuronOpInterface neuron)
    : voltage(getState(neuron, "voltage")),
      order(getChoice<CurrentOrderAttr>(neuron, "current_order",
                                        CurrentOrder::Updated)),
      saturates(neuron->hasAttr("saturate")) {
  if (neuron.hasCurrent())
    current = getState(neuron, "current");
  if (neuron.hasSpikes())
    spikes = getSpikes(neuron);
}

CoefficientRole snn::getRole(StringRef name) {
  if (name.ends_with("decay"))
    return CoefficientRole::Decay;
  return name.ends_with("gain") ? CoefficientRole::Gain
                                : CoefficientRole::Level;
}

SmallVector<StateVariable> snn::getNeuronStates(NeuronOpInterface neuron) {
  SmallVector<StateVariable> states;
  auto add = [&](StringRef name, StringRef output, StringRef init) {
    states.push_back(
        {name, cast<RankedTensorType>(neuron.getOutput(output).getType()),
         neuron.getCoefficient(init)});
  };
  if (neuron.hasCurrent())
    add("i", "current", "current_init");
  add("v", "voltage", "init");
  return states;
}

bool snn::isCarriedSpikes(NeuronOpInterface neuron, OpResult result) {
  return neuron.hasSpikes() && result == neuron.getOutput("spikes") &&
         getSpikes(neuron).isPre();
}
