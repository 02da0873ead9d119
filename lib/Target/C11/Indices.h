//===- Indices.h - Which indices cannot be negative -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// MLIR's index has no sign, but loops and some comparisons read one. In C it is
// a size_t; where an index is known not to be negative that is the same.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_INDICES_H
#define SNN_LIB_TARGET_C11_INDICES_H

#include "mlir/IR/Value.h"

namespace snn::c11 {

/// Whether `index` is known to be at least 0 when it is read with a sign. Sizes
/// and positions are taken to be so small that sums of them are.
bool isNonNegativeIndex(mlir::Value index);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_INDICES_H
