//===- FunctionEmitter.h - Function bodies in C -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_FUNCTIONEMITTER_H
#define SNN_LIB_TARGET_C11_FUNCTIONEMITTER_H

#include "Identifiers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

namespace snn::c11 {

/// C's operator precedences, as far as they are needed; higher binds tighter.
enum class Precedence {
  Conditional,
  Or,
  And,
  Equality,
  Relation,
  Sum,
  Product,
  Unary,
  Primary
};

/// A C expression, and how tightly its outermost operator binds.
struct Expression {
  std::string text;
  Precedence precedence = Precedence::Primary;

  /// The text, in parentheses if an operator of `context` needs them.
  std::string in(Precedence context) const {
    return precedence < context ? "(" + text + ")" : text;
  }
};

/// Prints the body of one function.
///
/// Values with one use become part of the expression that uses them, others
/// locals. A load only moves into an expression if nothing is written between.
class FunctionEmitter {
public:
  /// `symbols` maps functions and globals to their C names.
  FunctionEmitter(const llvm::StringMap<std::string> &symbols,
                  const NameTable &outer, llvm::raw_ostream &os)
      : symbols(symbols), names(&outer), os(os) {}

  /// The scope of the function, for its parameters.
  NameTable &getNames() { return names; }

  /// Says how a memref is written: "x", "net->lif1_v".
  void bindBuffer(mlir::Value buffer, std::string text) {
    buffers[buffer] = std::move(text);
  }

  llvm::LogicalResult emitBody(mlir::func::FuncOp function);

private:
  llvm::LogicalResult emitBlock(mlir::Block &block);
  llvm::LogicalResult emitOp(mlir::Operation *op);
  llvm::LogicalResult emitLocal(mlir::Operation *op);
  llvm::LogicalResult emitFor(mlir::scf::ForOp op);
  llvm::LogicalResult emitIf(mlir::scf::IfOp op);
  llvm::LogicalResult emitStore(mlir::memref::StoreOp op);
  llvm::LogicalResult emitCopy(mlir::memref::CopyOp op);
  llvm::LogicalResult emitCall(mlir::func::CallOp op);
  llvm::LogicalResult emitAlias(mlir::Operation *op, mlir::Value source);

  /// The expression of a scalar value.
  mlir::FailureOr<Expression> getExpression(mlir::Value value);
  /// The expression that computes an operation's result.
  mlir::FailureOr<Expression> makeExpression(mlir::Operation *op);
  mlir::FailureOr<Expression> makeBinary(mlir::Operation *op,
                                         llvm::StringRef symbol,
                                         Precedence precedence);
  mlir::FailureOr<Expression> makeExtremum(mlir::Operation *op,
                                           llvm::StringRef symbol);
  mlir::FailureOr<Expression> makeCompare(mlir::Operation *op,
                                          llvm::StringRef symbol);
  mlir::FailureOr<Expression> makeFloatCompare(mlir::arith::CmpFOp op);
  mlir::FailureOr<Expression> makeIntCompare(mlir::arith::CmpIOp op);
  mlir::FailureOr<Expression> makeSelect(mlir::arith::SelectOp op);
  mlir::FailureOr<Expression> makeCast(mlir::Operation *op);
  mlir::FailureOr<Expression> makeLoad(mlir::memref::LoadOp op);
  /// "x[i * 16 + j]"
  mlir::FailureOr<std::string>
  getElement(mlir::Operation *op, mlir::Value buffer, mlir::ValueRange indices);
  /// The name that the lowering gave a value, as opposed to its node's.
  std::optional<llvm::StringRef> getLocalName(mlir::Operation *op) const;
  /// A name for the result of `op`.
  std::string nameLocal(mlir::Operation *op);
  llvm::raw_ostream &line();

  const llvm::StringMap<std::string> &symbols;
  NameTable names;
  llvm::raw_ostream &os;
  mlir::Location functionLoc = mlir::UnknownLoc();
  unsigned depth = 1;
  unsigned loops = 0;
  llvm::DenseMap<mlir::Value, std::string> buffers;
  llvm::DenseMap<mlir::Value, std::string> locals;
};

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_FUNCTIONEMITTER_H
