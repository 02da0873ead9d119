//===- SNN.h - The snn dialect ----------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_IR_SNN_H
#define SNN_IR_SNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace snn {

/// A value that an operation carries from one step to the next.
struct StateVariable {
  /// Short name, unique within the operation: "v", "i".
  llvm::StringRef name;
  /// What is stored.
  mlir::RankedTensorType type;
  /// The value before the first step, or null for zero.
  mlir::Value init;
};

} // namespace snn

#include "dialect/SNNDialect.h.inc"
#include "dialect/SNNEnums.h.inc"
#include "dialect/SNNInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialect/SNNAttributes.h.inc"

#define GET_OP_CLASSES
#include "dialect/SNNOps.h.inc"

#endif // SNN_IR_SNN_H
