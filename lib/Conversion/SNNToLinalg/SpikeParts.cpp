//===- SpikeParts.cpp - Neurons that spike some at a time -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SpikeParts.h"
#include "PartLists.h"
#include "Synapses.h"

using namespace mlir;
using namespace snn;

/// Neurons in a part, if rows are no longer.
static constexpr int64_t kMostNeurons = 128;

/// The list that all need who read the spikes of `neuron`, or none.
static EventsOp findOnlyList(NeuronOpInterface neuron,
                             const StepContext &context) {
  Value spikes = neuron.getOutput("spikes");
  for (Operation *user : spikes.getUsers())
    if (auto events = dyn_cast<EventsOp>(user))
      return isRead(spikes, context, events) ? EventsOp() : events;
  return nullptr;
}

/// Whether `reader` adds part by part to sums that are there: in a state, or
/// begun before.
static bool canAddParts(SynapseOpInterface reader, const StepContext &context) {
  if (context.direct.get(reader))
    return true;
  auto linear = dyn_cast<LinearOp>(reader.getOperation());
  bool beginsEarly =
      linear && (!linear.getBias() || getConstant(linear.getBias()));
  return beginsEarly && canAddInPlace(linear, context.options);
}

/// Chooses the parts of the neurons of a signal: about equally long.
static void chooseParts(RankedTensorType type, SpikePart &part) {
  int64_t row = type.getRank() > 1 ? type.getShape().back() : 1;
  int64_t rows = type.getNumElements() / row;
  int64_t most = std::max<int64_t>(1, kMostNeurons / row);
  int64_t each = llvm::divideCeil(rows, llvm::divideCeil(rows, most));
  part.size = each * row;
  part.count = llvm::divideCeil(rows, each);
}

SpikeParts::SpikeParts(NetworkOp network, const StepContext &context) {
  for (auto neuron : network.getBodyBlock()->getOps<NeuronOpInterface>()) {
    NeuronModel model(neuron);
    if (!context.direct.contains(neuron) || !model.spikes ||
        model.spikes->counts())
      continue;
    SpikePart part;
    part.events = findOnlyList(neuron, context);
    chooseParts(neuron.getVoltage().getType(), part);
    if (!part.events || part.count == 1)
      continue;
    bool areAll = llvm::all_of(part.events->getUsers(), [&](Operation *user) {
      auto reader = dyn_cast<SynapseOpInterface>(user);
      if (!reader || !canAddParts(reader, context))
        return false;
      part.readers.push_back(reader);
      return true;
    });
    if (!areAll)
      continue;
    llvm::sort(part.readers, [](Operation *a, Operation *b) {
      return a->isBeforeInBlock(b);
    });
    parts[neuron] = std::move(part);
  }
}

const SpikePart *SpikeParts::get(EventsOp events) const {
  Operation *neuron = events.getInput().getDefiningOp();
  const SpikePart *part = neuron ? get(neuron) : nullptr;
  return part && part->events == events ? part : nullptr;
}
