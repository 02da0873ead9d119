//===- Legality.h - What the emitter can print ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Checked before anything is printed: every operation has a meaning in C, with
// the sign that it gives its operands.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_LEGALITY_H
#define SNN_LIB_TARGET_C11_LEGALITY_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

namespace snn::c11 {

/// Whether a function is one that somebody else has written in C.
bool isExternal(mlir::func::FuncOp function);

/// Whether the result of `call` is what a helper of the emitter gives.
bool hasHelperResult(mlir::func::CallOp call, const mlir::SymbolTable &table);

/// Checks a function and all operations in it.
llvm::LogicalResult checkFunction(mlir::func::FuncOp function,
                                  const mlir::SymbolTable &table);

/// The functions of a module that others call, those that are called before
/// their callers, otherwise in the order of the module. A function that calls
/// itself, in whatever way, is an error.
mlir::FailureOr<llvm::SmallVector<mlir::func::FuncOp>>
orderCallees(mlir::ModuleOp module, const mlir::SymbolTable &table);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_LEGALITY_H
