//===- KeptLists.h - Lists of events of the step before ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Spikes that feed back are read a step later. Where a list of them is made for
// others in this step and all that reads them a step later is a list of them,
// too, the first list is kept as a state, and is the second one until the next
// spikes are listed. Then nobody has to remember the spikes themselves, or to
// list them again.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_KEPTLISTS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_KEPTLISTS_H

#include "snn/IR/Neuron.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace snn {

struct StepContext;

class KeptLists {
public:
  /// None.
  KeptLists() = default;
  /// Those of a network, whose other lists `context` knows already.
  KeptLists(NetworkOp network, const StepContext &context);

  /// The list of this step that is `events`, of the spikes of the step before,
  /// until then; or none.
  EventsOp get(EventsOp events) const { return lists.lookup(events); }
  /// Whether `events` are kept for the next step.
  bool keeps(EventsOp events) const { return kept.contains(events); }
  /// Whether nobody needs what `delay` remembers.
  bool replaces(DelayOp delay) const { return delays.contains(delay); }

private:
  llvm::DenseMap<mlir::Operation *, EventsOp> lists;
  llvm::DenseSet<mlir::Operation *> kept, delays;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_KEPTLISTS_H
