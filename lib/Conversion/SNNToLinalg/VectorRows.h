//===- VectorRows.h - Rows added to sums in vectors -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A convolution adds rows of weights to sums in memory, one for each output
// that sees an event: where a processor has vectors, with these.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_VECTORROWS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_VECTORROWS_H

#include "VectorSums.h"

namespace snn {

/// Adds the row of `weights` at `source`, times a factor unless that is none,
/// to the sums at `target`. Both are memrefs. The factor is an integer of 32
/// bits, or what the sums are.
void addVectorRow(mlir::ImplicitLocOpBuilder &builder, const VectorPlan &plan,
                  mlir::Value sums, mlir::ValueRange target,
                  mlir::Value weights, mlir::ValueRange source,
                  mlir::Value factor);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_VECTORROWS_H
