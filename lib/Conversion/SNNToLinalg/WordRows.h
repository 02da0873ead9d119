//===- WordRows.h - Rows added to sums in words -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A synapse adds rows of weights to sums in memory. A word holds four
// weights of 8 bits, or two sums of 16 bits: where a core has no vectors, one
// instruction takes as many of them as it can. Weights are stored such that
// every other one of a word belongs to neighbouring sums.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_WORDROWS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_WORDROWS_H

#include "Lowering.h"

namespace snn {

/// How rows are added.
struct WordPlan {
  /// Whether the sums have 16 bits; else they have 32.
  bool isShort = true;
  /// Whether sums of 16 bits are stored with 2^15 more until all rows are
  /// added, and the weights' sign bits are flipped: then one addition of words
  /// is one of both halves, as neither ever borrows or carries.
  bool isBiased = false;
  /// Whether all rows begin at a multiple of four weights. Else the weights
  /// behind the last four of a row are added one by one.
  bool isAligned = true;
  /// The power of two by which weights are multiplied: what units of a state
  /// one of them is.
  unsigned shift = 0;
};

/// The plan for rows of weights of `type`, `outputs` each, that are added,
/// times an input stored as `factor` and times `unit`, to sums that are stored
/// as `storage`; none if there is none.
std::optional<WordPlan> planWordRows(const ConvertSNNToLinalgOptions &options,
                                     int64_t outputs, mlir::Type type,
                                     mlir::Type factor, mlir::Type storage,
                                     int64_t unit);

/// The same of spikes for rows that are as long as the sums in memory are,
/// which need not be a multiple of four.
std::optional<WordPlan>
planWholeWordRows(const ConvertSNNToLinalgOptions &options, int64_t outputs,
                  mlir::Type type, mlir::Type storage, int64_t unit);

/// The weights as they are stored for a plan.
Constant orderWeights(const WordPlan &plan, const Constant &rows);

/// Has `sums`, a memref, biased zeros.
void clearBiasedSums(mlir::ImplicitLocOpBuilder &builder, mlir::Value sums);
/// Adds the bias to all of `sums`, a memref, or takes it off.
void flipBias(mlir::ImplicitLocOpBuilder &builder, mlir::Value sums);

/// Whether spikes or counts of `channels`, stored as `input`, are summed in
/// words to sums that are stored as `storage`.
bool sumsInWords(const ConvertSNNToLinalgOptions &options, int64_t channels,
                 mlir::Type input, mlir::Type storage);
/// Stores the sum of the rows of `x` at `positions` at `target`. Both are
/// memrefs.
void storeRowSum(mlir::ImplicitLocOpBuilder &builder, mlir::Value sums,
                 mlir::ValueRange target, mlir::Value x,
                 llvm::ArrayRef<llvm::SmallVector<mlir::Value>> positions);

/// Adds the row of `weights` at `source`, times the plan's power of two and
/// times a factor of 32 bits unless that is none, to the sums at `target`. Both
/// are memrefs.
void addWordRow(mlir::ImplicitLocOpBuilder &builder, const WordPlan &plan,
                mlir::Value sums, mlir::ValueRange target, mlir::Value weights,
                mlir::ValueRange source, mlir::Value factor);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_WORDROWS_H
