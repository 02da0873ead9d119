//===- Reuse.h - Where memory of a step changes its type --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_REUSE_H
#define SNN_LIB_TARGET_C11_REUSE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace snn::c11 {

/// The operations of a step function before which accesses to scratch memory
/// must be over: they use bytes of it that held another type. Compilers take
/// pointers to different types for pointers to different memory. If there are
/// any, the first that uses such memory at all is among them: it may follow
/// another step.
llvm::SmallPtrSet<mlir::Operation *, 8> findReuses(mlir::func::FuncOp step);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_REUSE_H
