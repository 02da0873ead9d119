//===- Weights.h - Constants apart from the code ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tables that lie in a blob and not in the code, where the blob has them,
// and the C that checks a blob. docs/blobs.md describes its bytes.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_WEIGHTS_H
#define SNN_LIB_TARGET_C11_WEIGHTS_H

#include "Signs.h"
#include "snn/Target/C11/Interface.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace snn::c11 {

/// What the C calls the pointer to the tables of a blob.
inline constexpr llvm::StringLiteral kTablesName = "tables";

/// The tables of `module` that a blob has, in the order of the module: all but
/// those whose numbers say where something lies, which damage could lead out of
/// its memory. An error if a kernel wants one in a memory of its own.
llvm::FailureOr<ModelWeights> findWeights(mlir::ModuleOp module,
                                          const Signs &signs);

/// "struct net_tables { ... };", what a blob looks like in C.
void printTablesStruct(const ModelInterface &interface, llvm::raw_ostream &os);

/// The function that checks a blob.
void printLoader(const ModelInterface &interface, llvm::raw_ostream &os);

/// C without its comments.
std::string stripComments(llvm::StringRef source);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_WEIGHTS_H
