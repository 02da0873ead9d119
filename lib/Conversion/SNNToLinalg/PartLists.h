//===- PartLists.h - Lists of a part of the events at a time ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A list that has room for all inputs takes more memory than most networks'
// states, and is mostly empty. Where an all-to-all synapse reads it, or one
// that adds to neurons' states, a list of fewer events does: in the step
// function, a loop lists as many as there is room for and has the synapse add
// for them, until there are no more.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_PARTLISTS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_PARTLISTS_H

#include "Lowering.h"

namespace snn {

/// Elements whose activity fits one mask, by which lists are made.
inline constexpr int64_t kMaskBits = 64;

/// The most positions that a list of the network has room for which cannot be
/// in parts.
int64_t getLongestWholeList(NetworkOp network, const StepContext &context);

/// How many positions a list has room for that holds a part of the events at a
/// time, or none if it holds all.
std::optional<int64_t> getPartCapacity(EventsOp op, const StepContext &context);

/// Whether an all-to-all synapse adds to sums that are there in the way that it
/// would add to none.
bool canAddInPlace(LinearOp op, const ConvertSNNToLinalgOptions &options);

/// A function that leaves in memory what the sums of `op` begin with.
mlir::LogicalResult lowerInitialSums(LinearOp op, StepContext &context);

/// Lowers a synapse with `add`, which is told whether the sums begin with what
/// is there: part by part where its events are listed so. `isInPlace` says
/// whether they do in any case.
mlir::LogicalResult
lowerInParts(SynapseOpInterface op, StepContext &context, bool isInPlace,
             llvm::function_ref<mlir::LogicalResult(bool isInPlace)> add);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_PARTLISTS_H
