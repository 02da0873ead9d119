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

} // namespace snn

#endif // SNN_CONVERSION_SNNTOLINALG_SNNTOLINALG_H
