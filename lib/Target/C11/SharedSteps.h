//===- SharedSteps.h - What both step functions do --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_SHAREDSTEPS_H
#define SNN_LIB_TARGET_C11_SHAREDSTEPS_H

#include "InterfaceBuilder.h"

#include "llvm/ADT/SmallPtrSet.h"

namespace snn::c11 {

using Operations = llvm::SmallPtrSet<mlir::Operation *, 16>;

/// The operations of a step function and of the one that takes events that are
/// the same from one on to the end, in both functions: calls, and loops with
/// them.
struct SharedSteps {
  llvm::SmallVector<mlir::Operation *> step, stepEvents;
};

/// What the step functions of a network share; nothing if there are not two, or
/// if it is too little for a function.
SharedSteps findSharedSteps(const NetworkFunctions &functions,
                            const ModelInterface &interface);

/// The operations of `function` that print nothing in a function that is to do
/// all but `others`: these, and views that only these use.
Operations getHidden(mlir::func::FuncOp function,
                     llvm::ArrayRef<mlir::Operation *> others);

/// The operations of `function` that do something and are not among `others`.
llvm::SmallVector<mlir::Operation *>
getOthers(mlir::func::FuncOp function,
          llvm::ArrayRef<mlir::Operation *> others);

/// Whether an operation that is not hidden uses `value`.
bool isUsed(mlir::Value value, const Operations &hidden);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_SHAREDSTEPS_H
