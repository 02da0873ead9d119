//===- VectorRows.h - Rows added to sums in vectors -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A convolution adds rows of weights to sums in memory, one for each output
// that sees an event, and so do synapses of counts: where a processor has
// vectors, with these.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_VECTORROWS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_VECTORROWS_H

#include "VectorSums.h"

namespace snn {

/// The plan for rows of `outputs` weights of `type` that are added to sums
/// which are stored as `storage`; none if they are in no vectors.
std::optional<VectorPlan>
planVectorRows(const ConvertSNNToLinalgOptions &options, int64_t outputs,
               mlir::Type type, mlir::Type storage);

/// Adds the rows of `weights` at `sources`, times a factor each unless there
/// are none, to the sums at `target`. Both are memrefs. Factors are integers of
/// up to `largest`, or what the sums are.
void addVectorRows(mlir::ImplicitLocOpBuilder &builder, const VectorPlan &plan,
                   mlir::Value sums, mlir::ValueRange target,
                   mlir::Value weights,
                   llvm::ArrayRef<llvm::SmallVector<mlir::Value>> sources,
                   mlir::ValueRange factors, int64_t largest);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_VECTORROWS_H
