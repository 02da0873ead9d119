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

/// Neurons in a part, if rows are no longer; and fewer are not worth a call of
/// each reader.
static constexpr int64_t kMostNeurons = 128;
static constexpr int64_t kLeastNeurons = 64;

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
static bool addsParts(SynapseOpInterface reader, const StepContext &context) {
  if (context.direct.get(reader))
    return true;
  auto linear = dyn_cast<LinearOp>(reader.getOperation());
  bool beginsEarly =
      linear && (!linear.getBias() || getConstant(linear.getBias()));
  return beginsEarly && canAddInPlace(linear, context.options);
}

/// How many neurons of a signal are in each part, or 0 if they are in none.
static int64_t chooseSize(RankedTensorType type) {
  int64_t row = type.getRank() > 1 ? type.getShape().back() : 1;
  int64_t all = type.getNumElements() / row;
  int64_t rows = std::max<int64_t>(1, kMostNeurons / row);
  while (all % rows != 0)
    --rows;
  return rows < all && rows * row >= kLeastNeurons ? rows * row : 0;
}

SpikeParts::SpikeParts(NetworkOp network, const StepContext &context) {
  for (auto neuron : network.getBodyBlock()->getOps<NeuronOpInterface>()) {
    NeuronModel model(neuron);
    if (!context.direct.contains(neuron) || !model.spikes ||
        model.spikes->counts())
      continue;
    SpikePart part;
    part.events = findOnlyList(neuron, context);
    part.size = chooseSize(neuron.getVoltage().getType());
    if (!part.events || part.size == 0)
      continue;
    for (Operation *user : part.events->getUsers())
      if (auto reader = dyn_cast<SynapseOpInterface>(user);
          reader && addsParts(reader, context))
        part.readers.push_back(reader);
    bool areAll = llvm::range_size(part.events->getUsers()) ==
                  static_cast<ptrdiff_t>(part.readers.size());
    if (!areAll || part.readers.empty())
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
