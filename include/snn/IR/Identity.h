//===- Identity.h - Which node an operation is ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attributes say which node of a graph an operation computes. Locations are for
// messages alone: no pass reads them to decide, so that a network without any
// is compiled to the same C.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_IR_IDENTITY_H
#define SNN_IR_IDENTITY_H

#include "mlir/IR/Operation.h"

namespace snn {

/// The name of the node that an operation computes, or a function or an
/// argument of one belongs to.
inline constexpr llvm::StringLiteral kNodeAttr = "snn.node";

/// The node of `op`, or "".
llvm::StringRef getNode(mlir::Operation *op);
/// The node of what computes `value`, the name of the input that it is, or "".
llvm::StringRef getNode(mlir::Value value);

/// Says which node `op` computes; "" says nothing.
void setNode(mlir::Operation *op, const llvm::Twine &node);
/// Says that `op` computes the node of `other`, which it replaces.
void copyNode(mlir::Operation *op, mlir::Operation *other);

/// Says that the results of `op` are not quite its node's: it took over work of
/// another operation, or left work to one. Nothing if it has no node.
void markVariant(mlir::Operation *op);
bool isVariant(mlir::Operation *op);

/// Says that the results of `op` are its node's, but with their channels last.
/// Nothing if it has no node.
void markChannelsLast(mlir::Operation *op);
bool isChannelsLast(mlir::Operation *op);

} // namespace snn

#endif // SNN_IR_IDENTITY_H
