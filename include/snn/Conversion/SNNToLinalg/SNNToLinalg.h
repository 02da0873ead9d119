//===- SNNToLinalg.h - Networks to functions on tensors ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_CONVERSION_SNNTOLINALG_SNNTOLINALG_H
#define SNN_CONVERSION_SNNTOLINALG_SNNTOLINALG_H

#include "mlir/Pass/Pass.h"

namespace snn {

#define GEN_PASS_DECL_CONVERTSNNTOLINALG
#include "dialect/SNNPasses.h.inc"

/// As many events are visited at a time; a list ends in as many numbers that
/// are no position.
inline constexpr int64_t kEventsPerVisit = 4;

} // namespace snn

#endif // SNN_CONVERSION_SNNTOLINALG_SNNTOLINALG_H
