//===- Resources.h - What each layer needs ----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_ANALYSIS_RESOURCES_H
#define SNN_ANALYSIS_RESOURCES_H

#include "mlir/IR/BuiltinOps.h"
#include <optional>
#include <string>
#include <vector>

namespace snn {

/// Multiplications, and additions with subtractions, of numbers of the network:
/// those that compute positions do not count.
struct Operations {
  int64_t multiplies = 0, adds = 0;

  void add(Operations other, int64_t times = 1) {
    multiplies += times * other.multiplies;
    adds += times * other.adds;
  }
};

/// What the generated C needs for one node of the network.
struct LayerResources {
  std::string node;
  /// Bytes of its tables of constants.
  int64_t constantBytes = 0;
  /// Bytes that it carries from step to step.
  int64_t stateBytes = 0;
  /// Bytes of the memory of one step that it reads or writes at the same time,
  /// which it shares with other layers.
  int64_t scratchBytes = 0;
  /// How many inputs cost nothing when they are zero.
  int64_t skippable = 0;
  /// Operations of one step, with all of those zero and with none.
  Operations least, most;
};

/// What a part of a network's memory is for.
struct MemoryUse {
  /// What it is called in the C, if that can have the name.
  std::string name;
  std::string node;
  /// "voltage", "list of events", "sums" and so on.
  std::string use;
  int64_t bytes = 0;
  /// Where it is in the memory that layers share within a step; none of what is
  /// carried from step to step.
  std::optional<int64_t> offset;
  /// The role of the function that needs it: "step" or "step_events".
  std::string function;
  /// The nodes whose functions read or write it, in their order.
  std::vector<std::string> nodes;
};

/// The memory of a network as its C has it, of "step" and then of
/// "step_events": what is carried from step to step, and the parts of the
/// shared memory in the order of their first use. The module holds what the
/// `snn-to-loops` pipeline makes of one network.
std::vector<MemoryUse> analyzeMemory(mlir::ModuleOp module);

/// The layers of a network in the order of its step. The module holds what the
/// `snn-to-loops` pipeline makes of one network; in anything else there may be
/// loops whose length is not known, which is an error. Positions take the eight
/// bytes of a 64-bit machine.
llvm::FailureOr<std::vector<LayerResources>>
analyzeResources(mlir::ModuleOp module);

} // namespace snn

#endif // SNN_ANALYSIS_RESOURCES_H
