//===- DirectSums.h - Sums that have no memory of their own -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where a neuron's state is made of whole numbers, synapses can add to it where
// it is: it decays first, then every spike adds its row, and then the neuron
// spikes and is reset. All sums are the same, in whichever order. Neither sums
// nor lists of spikes need memory, and spikes need none where their readers can
// compare the voltage themselves.
//
// Or else only those sums have none that synapses add to part by part, or that
// neurons take as they are.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_DIRECTSUMS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_DIRECTSUMS_H

#include "snn/IR/Neuron.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <optional>

namespace snn {

/// A synapse that adds to a neuron's state.
struct DirectSynapse {
  NeuronOpInterface neuron;
  /// How many units of the state are one of its weights.
  int64_t unit;
};

class DirectSums {
public:
  /// None.
  DirectSums() = default;
  /// Those of a network, that no lists or spikes are stored for.
  explicit DirectSums(NetworkOp network);
  /// Whether a synapse adds to the state of a neuron, of which `unit` units are
  /// one of its weights.
  using Takes = llvm::function_ref<bool(NeuronOpInterface, SynapseOpInterface,
                                        int64_t unit)>;
  /// Those of the neurons that `takes` holds for with each synapse that drives
  /// them; these add for events of a list.
  DirectSums(NetworkOp network, Takes takes);

  /// Where the sum of a synapse goes, or none.
  std::optional<DirectSynapse> get(mlir::Operation *synapse) const;
  /// Whether synapses add to the states of `neuron`.
  bool contains(mlir::Operation *neuron) const {
    return neurons.contains(neuron);
  }
  /// Whether the spikes of `neuron` are read from its voltage alone.
  bool hidesSpikes(mlir::Operation *neuron) const {
    return hidden.contains(neuron);
  }
  /// Whether `synapse` looks at all of its inputs, as they are not listed.
  bool scans(mlir::Operation *synapse) const {
    return !hasLists && synapses.contains(synapse);
  }
  /// Whether nobody needs a list of events.
  bool hidesEvents(EventsOp events) const;

  /// The synapses and pools that read the spikes of `neuron`, in their order.
  llvm::ArrayRef<mlir::Operation *> getReaders(mlir::Operation *neuron) const;

private:
  /// Adds `neuron` and what drives it, if it can be added to.
  void add(NeuronOpInterface neuron, Takes takes);
  void findReaders(NetworkOp network);
  void hideSpikes();

  /// Whether the events of such synapses are listed all the same.
  bool hasLists = false;
  llvm::DenseMap<mlir::Operation *, DirectSynapse> synapses;
  llvm::DenseSet<mlir::Operation *> neurons, hidden;
  /// By neuron.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Operation *, 1>>
      readers;
};

/// What `signal` is another shape of.
mlir::Value withoutReshapes(mlir::Value signal);

/// The spikes that a synapse adds for, listed or not.
mlir::Value getSpikeSource(SynapseOpInterface op);

/// Whether `op` is a pool of integers whose windows cover its input, each
/// element once: it can add up spikes that are not stored.
bool poolsSpikes(mlir::Operation *op);

/// Whether spikes are known from the voltage before the reset; otherwise they
/// are from the one after it.
bool spikesBeforeReset(const NeuronModel &model);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_DIRECTSUMS_H
