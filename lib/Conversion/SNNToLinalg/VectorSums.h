//===- VectorSums.h - Sums of synapses in vectors ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where a processor has vectors, a synapse can have the sums of a block of its
// outputs in them while it visits all events: each event adds a part of its row
// of weights, and sums are loaded and stored once.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_VECTORSUMS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_VECTORSUMS_H

#include "Synapses.h"

namespace snn {

/// How a synapse has its sums in vectors.
struct VectorPlan {
  /// Sums in a block.
  int64_t outputs = 0;
  /// Sums in the shortest vector.
  int64_t least = 0;
  /// Events that are visited in a turn of a loop, where there are as many more.
  int64_t perTurn = 1;
  /// Whether the last block has sums of the one before it where they are no
  /// part of all outputs, which are in one loop then.
  bool overlaps = false;
};

/// Sums that are one vector: the first of them in its block, and how many.
struct VectorPart {
  int64_t offset, lanes;
};

/// Builds `body` for each block of `outputs` sums, in a loop over `name` where
/// there are several: it gets the first sum and the vectors, of which the last
/// two may have sums in common.
void forVectorBlocks(
    mlir::ImplicitLocOpBuilder &builder, const VectorPlan &plan,
    int64_t outputs, llvm::StringRef name,
    llvm::function_ref<void(mlir::ImplicitLocOpBuilder &, mlir::Value first,
                            llvm::ArrayRef<VectorPart>)>
        body);

/// The plan for `outputs` sums that are stored as `storage`, of weights of
/// `type`, and are added to where they are if `isInPlace`; none if they are in
/// no vectors.
std::optional<VectorPlan>
planVectorSums(const ConvertSNNToLinalgOptions &options, int64_t outputs,
               mlir::Type type, mlir::Type storage, bool isInPlace);

/// Sets `sums` to what the rows of `weights` that `events` lists give when they
/// are added to `initial`: a memref like `sums`, or one number for all of them.
void addVectorSums(mlir::ImplicitLocOpBuilder &builder, const VectorPlan &plan,
                   mlir::Value events, mlir::Value weights, mlir::Value sums,
                   const InitialSums &initial);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_VECTORSUMS_H
