//===- RepeatedEvents.h - Small counts as several spikes --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_REPEATEDEVENTS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_REPEATEDEVENTS_H

#include "BlockSums.h"
#include "Synapses.h"

namespace snn {

/// How all-to-all synapses of counts have their sums in blocks: an input that
/// counts 2 is an event of 1 twice. Sums of so few weights fit 16 bits, where
/// those of all inputs with all that they may count do not.
struct RepeatPlan {
  /// The blocks, which add to sums.
  BlockPlan blocks;
  /// The most events that are there, each as often as its input counts.
  int64_t most = 0;

  /// The plan for `op`, or none where its inputs are no counts or there are no
  /// blocks on the target.
  static std::optional<RepeatPlan> of(LinearOp op, const StepContext &context);

  /// The memory of the list that has these events.
  mlir::MemRefType getListType(LinearOp op, const StepContext &context) const;

  /// Adds rows of `weights` to `sums`, a memref: those of events with small
  /// counts in blocks, by `list`; and the others with `addRow`, which gets the
  /// position of the input and what it counts.
  void
  addEvents(mlir::ImplicitLocOpBuilder &builder, const EventInputs &inputs,
            const WeightRows &weights, mlir::Value list, mlir::Value sums,
            llvm::function_ref<void(mlir::ImplicitLocOpBuilder &,
                                    mlir::Value position, mlir::Value factor)>
                addRow) const;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_REPEATEDEVENTS_H
