//===- SNNBytecode.h - The version of the dialect in bytecode ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_IR_SNNBYTECODE_H
#define SNN_LIB_IR_SNNBYTECODE_H

namespace snn {
class SNNDialect;

/// Lets `dialect` write its version to bytecode, and refuse later ones.
void addBytecode(SNNDialect *dialect);
} // namespace snn

#endif // SNN_LIB_IR_SNNBYTECODE_H
