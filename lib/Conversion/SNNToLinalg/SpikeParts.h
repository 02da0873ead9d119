//===- SpikeParts.h - Neurons that spike some at a time ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The spikes of a feature map and a list of them take more memory than a small
// network's states. Where synapses have added to the states themselves, some
// neurons can spike, and what reads their spikes adds for these, before the
// next ones do. A short list has room for each part in turn:
//
//   for each part of the neurons:
//     list which of them spike, and reset these
//     have each reader add for what is listed
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_SPIKEPARTS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_SPIKEPARTS_H

#include "snn/IR/Neuron.h"

#include "llvm/ADT/DenseMap.h"

namespace snn {

struct StepContext;

/// How one layer of neurons spikes.
struct SpikePart {
  /// The list, of one part at a time.
  EventsOp events;
  /// How many neurons are in a part, whole rows of a map, but for the last one
  /// of `count` parts, which may have fewer.
  int64_t size = 0, count = 1;
  /// The synapses that read the list, in their order.
  llvm::SmallVector<SynapseOpInterface, 1> readers;
};

class SpikeParts {
public:
  /// None.
  SpikeParts() = default;
  /// Those of the neurons that `context` has sums added to the states of.
  SpikeParts(NetworkOp network, const StepContext &context);

  /// How `neuron` spikes, or none if all of it does at once.
  const SpikePart *get(mlir::Operation *neuron) const {
    auto it = parts.find(neuron);
    return it == parts.end() ? nullptr : &it->second;
  }
  /// The same of the neurons whose spikes are listed in `events`.
  const SpikePart *get(EventsOp events) const;

private:
  llvm::DenseMap<mlir::Operation *, SpikePart> parts;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_SPIKEPARTS_H
