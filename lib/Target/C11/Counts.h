//===- Counts.h - Spikes that floats count ----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How often a neuron spikes in a step is a float, 0 where it does not, that is
// made an integer. Where processors have vectors, helpers do that without
// branches.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_COUNTS_H
#define SNN_LIB_TARGET_C11_COUNTS_H

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace snn::c11 {

/// A float as a count: x where a condition holds, else 0; at most `most`.
struct Count {
  mlir::arith::SelectOp ratio;
  mlir::Value most;
};

/// What `cast` counts, if it counts.
std::optional<Count> matchCount(mlir::arith::FPToUIOp cast);

/// Whether `select` is what a cast counts.
bool isCounted(mlir::arith::SelectOp select);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_COUNTS_H
