//===- InterfaceBuilder.h - From a module to its C interface ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_INTERFACEBUILDER_H
#define SNN_LIB_TARGET_C11_INTERFACEBUILDER_H

#include "Identifiers.h"
#include "Signs.h"
#include "snn/Target/C11/Interface.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace snn::c11 {

/// The functions of a network.
struct NetworkFunctions {
  mlir::func::FuncOp step, stepEvents, init;
  /// Those of layers, and helpers, each before its callers.
  llvm::SmallVector<mlir::func::FuncOp> layers;
};

/// Finds them; an error if they are not those of one network, or if the emitter
/// cannot print them.
llvm::FailureOr<NetworkFunctions> findFunctions(mlir::ModuleOp module,
                                                const mlir::SymbolTable &table);

/// The text of an attribute, empty if there is none.
llvm::StringRef getText(mlir::Operation *op, llvm::StringRef attribute);

/// The interface of a network with these functions.
llvm::FailureOr<ModelInterface>
buildInterface(mlir::ModuleOp module, const mlir::SymbolTable &table,
               const NetworkFunctions &functions, const Signs &signs,
               const C11Options &options);

/// "void net_step(net_t *net, const float *input)"
std::string declare(const ModelInterface &interface,
                    const ModelFunction &function);

/// "void net_init(net_t *net)"
std::string declareInit(const ModelInterface &interface);

/// The header file of a model.
void printHeader(const ModelInterface &interface, llvm::raw_ostream &os);

/// The comment that all files begin with.
void printProvenance(const ModelInterface &interface, llvm::StringRef fileName,
                     llvm::raw_ostream &os);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_INTERFACEBUILDER_H
