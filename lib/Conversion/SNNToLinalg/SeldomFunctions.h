//===- SeldomFunctions.h - What is seldom done ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop that has something to do for few of its elements has a call for it:
// what is behind the call takes none of the loop's registers, and layers share
// it.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_SELDOMFUNCTIONS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_SELDOMFUNCTIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"

namespace snn {

/// The functions of a module that are seldom called.
class SeldomFunctions {
public:
  /// Calls a function with the operations that `build` makes. They may use the
  /// values `operands`, which become its parameters, called `names`, as far as
  /// they are used, and constants, which are put into it. If there is a
  /// function with these operations already, it is called; else it is called
  /// `name` (made unique in `symbols`), with `comment`.
  void call(mlir::SymbolTable &symbols, mlir::ImplicitLocOpBuilder &builder,
            llvm::StringRef name, llvm::StringRef comment,
            mlir::ValueRange operands, llvm::ArrayRef<llvm::StringRef> names,
            llvm::function_ref<void(mlir::ImplicitLocOpBuilder &)> build);

private:
  llvm::SmallVector<mlir::func::FuncOp> functions;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_SELDOMFUNCTIONS_H
