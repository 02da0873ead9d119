//===- KeptLists.cpp - Lists of events of the step before -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KeptLists.h"
#include "PartLists.h"

using namespace mlir;
using namespace snn;

/// Whether a list is there as a whole.
static bool isWhole(EventsOp events, const StepContext &context) {
  return !context.direct.hidesEvents(events) &&
         !getPartCapacity(events, context);
}

/// Whether `delay` is one of a step for all elements, before which there were
/// no spikes.
static bool isPlain(DelayOp delay) {
  std::optional<Constant> initial =
      delay.getInit() ? getConstant(delay.getInit()) : std::nullopt;
  return delay.getType().getElementType().isInteger(1) &&
         delay.getSteps().isSplat() && delay.getMaxSteps() == 1 &&
         (!delay.getInit() || (initial && initial->isEverywhere(0)));
}

/// The list that is kept for `delayed`, or none.
static EventsOp findList(EventsOp delayed, const StepContext &context) {
  auto delay = delayed.getInput().getDefiningOp<DelayOp>();
  if (!delay || !isPlain(delay) ||
      isRead(delay.getResult(), context, delayed) || !isWhole(delayed, context))
    return nullptr;
  Operation *neuron = delay.getInput().getDefiningOp();
  if (!isa_and_present<NeuronOpInterface>(neuron))
    return nullptr;
  auto areReadBefore = [&](Operation *op) {
    return llvm::all_of(delayed->getUsers(), [&](Operation *user) {
      return user->isBeforeInBlock(op);
    });
  };
  // A list of longer numbers takes more than the spikes that it replaces.
  MemRefType type = getEventsStorageType(delayed, context);
  if (context.options.frugalLists && !type.getElementType().isInteger(8))
    return nullptr;
  for (Operation *user : delay.getInput().getUsers()) {
    auto events = dyn_cast<EventsOp>(user);
    // Neurons may make it themselves, and some spike before they are updated.
    if (events && isWhole(events, context) && areReadBefore(neuron) &&
        areReadBefore(events) && getEventsStorageType(events, context) == type)
      return events;
  }
  return nullptr;
}

KeptLists::KeptLists(NetworkOp network, const StepContext &context) {
  for (auto events : network.getBodyBlock()->getOps<EventsOp>())
    if (EventsOp list = findList(events, context)) {
      lists[events] = list;
      kept.insert(list);
      delays.insert(events.getInput().getDefiningOp());
    }
}
