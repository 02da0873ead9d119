//===- BlockSums.h - Sums of synapses in registers --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A synapse can visit all events for each block of its outputs, instead of all
// outputs for each few events: then sums are in registers while rows are added
// to them. That is for processors that load and store at the price of an
// addition; those with vectors and caches are faster with rows.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_BLOCKSUMS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_BLOCKSUMS_H

#include "Lowering.h"

namespace snn {

/// How a synapse has its sums in blocks.
struct BlockPlan {
  /// What says whether the C compiler's processor takes them: a helper of the
  /// emitter, or none if it does whatever it is.
  llvm::StringRef condition;
  /// Sums in a block. The last one has sums of the block before it where they
  /// are no part of all outputs.
  int64_t outputs = 0;
  /// Whether sums begin with what is stored, not with 0.
  bool addsToSums = false;
  /// Of which number of bytes rows are a multiple: a word, a half of one, or 1.
  int64_t alignment = 1;
  /// Whether the weights' sign bits are flipped.
  bool isFlipped = false;
};

/// The plan for weights of so many outputs with elements of `type`, a few of
/// which are added to sums that are stored as `storage`: so few that 16 bits
/// hold them. None if there are no blocks.
std::optional<BlockPlan> planBlocks(const ConvertSNNToLinalgOptions &options,
                                    int64_t outputs, mlir::Type type,
                                    mlir::Type storage, bool addsToSums);

/// The same for all of `weights`, [in, out], added for spikes; none, too, if 16
/// bits do not hold their sums.
std::optional<BlockPlan> planBlocks(const ConvertSNNToLinalgOptions &options,
                                    const Constant &weights, mlir::Type type,
                                    mlir::Type storage, bool addsToSums);

/// Whether there are blocks of so many outputs also where they add to sums, if
/// there are any.
bool canAddBlocks(const ConvertSNNToLinalgOptions &options, int64_t outputs);

/// Whether weights of `type` are stored in bytes of their own.
bool areBytes(mlir::Type type);

/// The weights with their sign bits flipped.
Constant flipSigns(const Constant &weights);

/// One of these as a number of `type`.
mlir::Value extendFlipped(mlir::ImplicitLocOpBuilder &builder,
                          mlir::Value weight, mlir::Type type);

/// Has words of a table of weights where words can be read.
void alignToWords(mlir::SymbolTable &symbols, mlir::Value table);

/// Adds the rows of `weights` that `events` lists in `sums`. All three are
/// memrefs.
void addBlocks(mlir::ImplicitLocOpBuilder &builder, const BlockPlan &plan,
               mlir::Value events, mlir::Value weights, mlir::Value sums);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_BLOCKSUMS_H
