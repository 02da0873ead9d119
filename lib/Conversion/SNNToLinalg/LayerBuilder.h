//===- LayerBuilder.h - One node becomes one function -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_LAYERBUILDER_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_LAYERBUILDER_H

#include "snn/IR/Constants.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"

namespace snn {

/// The attributes that tell later stages what a function or argument is.
inline constexpr llvm::StringLiteral kNameAttr = "snn.name";
inline constexpr llvm::StringLiteral kKindAttr = "snn.kind";
inline constexpr llvm::StringLiteral kRoleAttr = "snn.role";
inline constexpr llvm::StringLiteral kCommentAttr = "snn.comment";
inline constexpr llvm::StringLiteral kSignalsAttr = "snn.signals";

/// How a signal or state of `type` is stored: spikes as i1, counts as i8,
/// quantized numbers in the integers of their type.
mlir::MemRefType getStorageType(mlir::RankedTensorType type);

/// What functions and globals of `op` are called after: its node, or else its
/// name.
std::string getLayerName(mlir::Operation *op);

/// Builds the private function of one node, and the call to it.
///
/// The arguments are buffers of the calling function. The body reads them as
/// tensors and writes its results into them at the end.
class LayerBuilder {
public:
  /// Starts a function named after the node of `op` (made unique) in
  /// `symbols`'s module; `caller` is where it will be called.
  LayerBuilder(mlir::SymbolTable &symbols, mlir::OpBuilder &caller,
               mlir::Operation *op, llvm::StringRef suffix = "");

  /// The function itself.
  mlir::func::FuncOp getFunction() const { return function; }

  /// The builder, positioned in the function's body.
  mlir::ImplicitLocOpBuilder &body() { return builder; }

  /// A builder whose operations carry `name`, for readable C.
  mlir::ImplicitLocOpBuilder &named(llvm::StringRef name);

  /// Adds a parameter that is `buffer` at the call.
  mlir::Value addArgument(llvm::StringRef name, mlir::Value buffer);

  /// The same, with the buffer's elements in one dimension: for functions that
  /// treat all elements alike.
  mlir::Value addFlatArgument(llvm::StringRef name, mlir::Value buffer);

  /// The same, with the buffer's elements in the dimensions `shape`, which
  /// merge or split those of the buffer.
  mlir::Value addShapedArgument(llvm::StringRef name, mlir::Value buffer,
                                llvm::ArrayRef<int64_t> shape);

  /// The contents of a parameter that the function only reads.
  mlir::Value read(mlir::Value argument);
  /// The contents of a parameter that the function updates in place.
  mlir::Value update(mlir::Value argument);
  /// Makes `tensor` the new contents of a parameter.
  void write(mlir::Value tensor, mlir::Value argument);

  /// A coefficient: its number, or its elements in constant memory. Integers
  /// are stored in as few bits as they need, and a single one has 32. Tensors
  /// have the dimensions `shape`, or if empty one.
  mlir::Value coefficientValue(Constant constant, llvm::StringRef name,
                               llvm::ArrayRef<int64_t> shape = {});

  /// A tensor in constant memory, called `<layer>_<name>`.
  mlir::Value constantTensor(const Constant &constant, llvm::StringRef name);

  /// A table of indices in constant memory, called `<layer>_<name>`.
  mlir::Value constantIndices(llvm::ArrayRef<int64_t> values,
                              llvm::StringRef name);

  /// Has the tables that follow called `<owner>_<name>`, as those of `owner`,
  /// another layer of the same operation: what is the same is there once.
  void shareTables(mlir::Operation *owner) {
    tables = getLayerName(owner);
    sharesTables = true;
  }
  void stopSharingTables() {
    tables = name;
    sharesTables = false;
  }

  /// The text above the function in generated code.
  void setComment(const llvm::Twine &text);

  /// Says that the function needs all registers, so that its caller must not
  /// have it inline.
  void markApart();

  /// Says that the function, or a branch in it where its condition holds,
  /// computes with the C compiler's vectors.
  void markVectors(mlir::Operation *op);

  /// Ends the function and calls it.
  void finish();
  /// Removes the function, for a layer that does nothing.
  void discard();

private:
  mlir::SymbolTable &symbols;
  mlir::OpBuilder &caller;
  std::string name, node;
  /// What tables are called after.
  std::string tables;
  bool sharesTables = false;
  mlir::Location loc;
  mlir::func::FuncOp function;
  mlir::ImplicitLocOpBuilder builder;
  mlir::ImplicitLocOpBuilder namedBuilder;
  llvm::SmallVector<mlir::Value> operands;
};

/// The memory of a tensor in constant memory.
mlir::Value getTable(mlir::Value tensor);

/// `buffer` with its elements in one dimension.
mlir::Value flattenBuffer(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value buffer);

/// `buffer` with its elements in the dimensions `shape`.
mlir::Value reshapeBuffer(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value buffer, llvm::ArrayRef<int64_t> shape);

/// Adds a constant global of `node` to the module of `symbols` and returns its
/// symbol.
mlir::FlatSymbolRefAttr addGlobal(mlir::SymbolTable &symbols,
                                  mlir::Location loc, llvm::StringRef node,
                                  llvm::StringRef name, mlir::MemRefType type,
                                  mlir::ElementsAttr value);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_LAYERBUILDER_H
