//===- FunctionEmitter.h - Function bodies in C -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_FUNCTIONEMITTER_H
#define SNN_LIB_TARGET_C11_FUNCTIONEMITTER_H

#include "Counts.h"
#include "Identifiers.h"
#include "Inlining.h"
#include "Profile.h"
#include "Signs.h"
#include "Vectors.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

namespace snn::c11 {

/// C's operator precedences, as far as they are needed; higher binds tighter.
enum class Precedence {
  Conditional,
  Or,
  And,
  BitAnd,
  Equality,
  Relation,
  Shift,
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

/// What a step function shows of itself, by the names in the IR.
struct Hooks {
  /// The macro that signals are shown to, and what they are called there.
  std::string tapMacro;
  llvm::StringMap<std::string> taps;
  /// The macro around calls, that behind lists of events, and the names that
  /// they are given.
  std::string profileMacro, eventsMacro;
  std::optional<ProfileNames> profile;
};

/// Whether a type is one of vectors of sums, whose elements C has one by one.
bool isSums(mlir::Type type);

/// The number that all elements of a constant are.
std::optional<int64_t> getSplat(mlir::Value value);

/// The branch in which a comparison of pairs is declared, if there is one: it
/// is taken where the comparison holds for any of the two, and all else that
/// asks which one is in it.
mlir::scf::IfOp getBranchOfMask(mlir::Operation *mask);

/// The operator of a comparison of integers, and whether it reads them without
/// a sign; equal bits are equal numbers either way.
llvm::StringRef getOperator(mlir::arith::CmpIPredicate predicate);
bool ordersUnsigned(mlir::arith::CmpIPredicate predicate);

/// The operator of an ordered comparison, or of the one whose negation is
/// `predicate`; "" if there is none.
llvm::StringRef getOperator(mlir::arith::CmpFPredicate predicate,
                            bool &isNegated);

/// What a store does to the sums in its place.
struct RowUpdate {
  /// The helper, without the number of sums that it takes.
  llvm::StringRef helper;
  /// What they are set to, if that is it.
  std::optional<int64_t> number = std::nullopt;
  /// The weights that are added, and what they are multiplied by, if they are.
  mlir::vector::LoadOp row;
  mlir::Value factor;
  /// The power of two that they are multiplied by.
  int64_t shift = 0;
  /// Whether the weights are at a multiple of four.
  bool isAligned = true;
  /// The spikes or counts whose sum is stored.
  llvm::SmallVector<mlir::vector::LoadOp, 4> summed;
};

/// What `store` does, if the C has a helper for it.
std::optional<RowUpdate> matchRowUpdate(mlir::vector::StoreOp store,
                                        const WriteOrder &writes);

/// Whether a function never writes to its argument.
bool isReadOnly(mlir::BlockArgument argument);

/// The signals that a layer's function writes to its argument: nodes, and
/// voltages and currents of neurons.
llvm::SmallVector<llvm::StringRef>
getWrittenSignals(mlir::BlockArgument argument);

/// Prints the body of one function.
///
/// Values become parts of expressions or locals, as Inlining.h says.
class FunctionEmitter {
public:
  /// `symbols` maps functions and globals to their C names.
  FunctionEmitter(const llvm::StringMap<std::string> &symbols,
                  const mlir::SymbolTable &table, const Signs &signs,
                  const NameTable &outer, llvm::StringRef prefix,
                  llvm::raw_ostream &os)
      : symbols(symbols), table(table), signs(signs), names(&outer),
        prefix(prefix), os(os) {}

  /// The scope of the function, for its parameters.
  NameTable &getNames() { return names; }

  /// Says how a memref is written: "x", "net->lif1_v".
  void bindBuffer(mlir::Value buffer, std::string text) {
    buffers[buffer] = std::move(text);
  }

  /// Says what a scalar parameter is called.
  void bindScalar(mlir::Value scalar, std::string name) {
    locals[scalar] = std::move(name);
  }

  /// Emits what `hooks` asks for beside calls.
  void setHooks(const Hooks &newHooks) { hooks = &newHooks; }

  /// Says which functions take the pointer to the tables of a blob, first.
  void setTableUsers(const llvm::StringSet<> &functions) {
    tableUsers = &functions;
  }

  /// Says what has the functions for vectors.
  void setVectors(Vectors &newVectors) { vectors = &newVectors; }

  /// Says before which operations memory changes its type.
  void setReuses(llvm::SmallPtrSet<mlir::Operation *, 8> operations) {
    reuses = std::move(operations);
  }

  /// The C type of a scalar, or "".
  std::string typeOf(mlir::Value scalar) const;

  /// Has nothing printed for some operations of the function's body, but `text`
  /// in place of the first of them that does something.
  void hide(const llvm::SmallPtrSetImpl<mlir::Operation *> &operations,
            std::string text = "") {
    hidden = &operations;
    instead = std::move(text);
  }

  llvm::LogicalResult emitBody(mlir::func::FuncOp function);

private:
  llvm::LogicalResult emitBlock(mlir::Block &block);
  llvm::LogicalResult emitOp(mlir::Operation *op);
  llvm::LogicalResult emitLocal(mlir::Operation *op);
  llvm::LogicalResult emitFor(mlir::scf::ForOp op);
  llvm::LogicalResult emitWhile(mlir::scf::WhileOp op);
  llvm::LogicalResult emitIf(mlir::scf::IfOp op);
  /// Declares the variables that a loop carries, with their first values;
  /// `results` are what is in them behind the loop.
  llvm::LogicalResult declareCarried(mlir::Operation *loop,
                                     mlir::ValueRange initial,
                                     mlir::ValueRange carried);
  /// Declares the variables of a vector of sums.
  llvm::LogicalResult declareSums(mlir::Operation *loop, unsigned index,
                                  mlir::Value variable);
  /// Declares where the rows begin that `loop` adds to sums called `name`.
  llvm::LogicalResult declareRows(mlir::scf::WhileOp loop, unsigned index,
                                  llvm::StringRef name);
  mlir::FailureOr<std::string> getRowAddress(mlir::vector::LoadOp row,
                                             llvm::StringRef name);
  /// Adds a row to the sums that a loop carries.
  llvm::LogicalResult emitRowAdd(mlir::arith::AddIOp op);
  /// Reads what is in the sums behind `loop`.
  void readSums(mlir::scf::WhileOp loop);
  /// Stores them, or adds them to what is stored.
  llvm::LogicalResult emitSumsStore(mlir::vector::StoreOp op);
  /// Adds a row to sums where they are stored.
  llvm::LogicalResult emitRowUpdate(mlir::vector::StoreOp op, RowUpdate update);
  /// One of these sums.
  mlir::FailureOr<Expression> makeLane(mlir::vector::ExtractOp op);
  /// What computes two numbers at a time.
  mlir::FailureOr<Expression> makePair(mlir::Operation *op);
  mlir::FailureOr<Expression> makePairSelect(mlir::arith::SelectOp op);
  mlir::FailureOr<Expression> makePairLoad(mlir::vector::LoadOp op);
  mlir::FailureOr<Expression> makePairBytes(mlir::arith::ExtSIOp op);
  mlir::FailureOr<Expression> makeAnyPair(mlir::vector::ReductionOp op);
  mlir::FailureOr<Expression> makePairLane(mlir::Value pair, int64_t lane);
  llvm::LogicalResult emitPairStore(mlir::vector::StoreOp op);
  /// What computes with the C compiler's vectors.
  mlir::FailureOr<Expression> makeLanes(mlir::Operation *op);
  mlir::FailureOr<Expression> makeLanesProduct(mlir::arith::MulIOp op);
  mlir::FailureOr<Expression> makeLanesJoin(mlir::vector::ShuffleOp op);
  mlir::FailureOr<Expression>
  makeLanesHalf(mlir::vector::ExtractStridedSliceOp op);
  mlir::FailureOr<Expression> makeLanesConstant(mlir::arith::ConstantOp op);
  mlir::FailureOr<Expression> makeLanesBinary(mlir::Operation *op,
                                              llvm::StringRef name,
                                              llvm::StringRef symbol,
                                              bool isUnsigned = false);
  mlir::FailureOr<Expression> makeLanesCompare(mlir::Operation *op);
  mlir::FailureOr<Expression> makeLanesSelect(mlir::arith::SelectOp op);
  mlir::FailureOr<Expression> makeLanesCast(mlir::Operation *op);
  mlir::FailureOr<Expression> makeLanesLoad(mlir::vector::LoadOp op,
                                            std::optional<Lanes> type,
                                            bool isUnsigned);
  /// The bits of a product of integers of 16 bits that are left when it is
  /// shifted by 15 or 16, after rounding or not, if `op` is that.
  std::optional<mlir::FailureOr<Expression>>
  makeHighProduct(mlir::arith::TruncIOp op);
  mlir::FailureOr<Expression> makeLanesElement(mlir::vector::ExtractOp op);
  mlir::FailureOr<Expression> callLanes(const std::string &function,
                                        mlir::ValueRange operands);
  mlir::FailureOr<Expression> refuseLanes(mlir::Operation *op);
  llvm::LogicalResult emitLanesStore(mlir::vector::StoreOp op);
  mlir::FailureOr<std::string> getLanesAddress(mlir::Operation *op,
                                               mlir::Value buffer,
                                               mlir::ValueRange indices);
  /// Where a condition holds, as integers as wide as `wanted`.
  mlir::FailureOr<Expression> getMask(mlir::Value value, Lanes wanted);
  /// The vector that C has for `value`, if there is one.
  std::optional<Lanes> getLanesOf(mlir::Value value) const;
  /// A pair as an argument.
  mlir::FailureOr<std::string> getPair(mlir::Value value);
  /// A call of a helper for pairs; `more` are arguments behind `operands`.
  mlir::FailureOr<Expression> makeCall(llvm::StringRef helper,
                                       mlir::ValueRange operands,
                                       llvm::StringRef more = "");
  /// Gives `value` the variable that `other` has.
  void shareName(mlir::Value value, mlir::Value other);
  /// Whether the variable that holds `initial` can go on in `loop`: another
  /// loop left it behind, and nothing but this one needs it.
  bool canShareVariable(mlir::Operation *loop, mlir::Value initial);
  /// Declares the results of `op`, or lets a variable go on in one of them.
  llvm::LogicalResult declareResults(mlir::scf::IfOp op);
  /// Whether the variable that holds `value` may become a result of `op`.
  bool canBecomeResult(mlir::scf::IfOp op, mlir::Value value);
  /// The list that a loop goes through with its first variable, if that is all
  /// that the variable is for.
  mlir::Value getListOfSums(mlir::Operation *loop);
  /// Assigns what the end of a loop's body hands to the next iteration.
  llvm::LogicalResult assignCarried(mlir::ValueRange carried,
                                    mlir::ValueRange next);
  /// "++n", "n += 4", or none if `value` is nothing of the kind.
  std::optional<std::string> makeUpdate(llvm::StringRef name,
                                        mlir::Value value);
  /// Whether the expression of `value` reads the variable `name`.
  bool readsVariable(mlir::Value value, llvm::StringRef name);

  /// A name that is taken until the scope ends.
  std::string addName(llvm::StringRef wanted);
  void enterScope();
  void leaveScope();
  llvm::LogicalResult emitStore(mlir::memref::StoreOp op);
  /// Lists which of 64 bytes are not 0, and gives their number a name. Up to
  /// four entries behind them are overwritten, which all lists have.
  llvm::LogicalResult emitList(mlir::vector::CompressStoreOp op);
  llvm::LogicalResult emitCopy(mlir::memref::CopyOp op);
  llvm::LogicalResult emitCall(mlir::func::CallOp op);
  /// Remembers to show what a call with these arguments has written.
  void addTaps(mlir::func::FuncOp function,
               llvm::ArrayRef<std::string> arguments);
  llvm::LogicalResult emitView(mlir::memref::ViewOp op);
  llvm::LogicalResult emitAlias(mlir::Operation *op, mlir::Value source);

  /// The expression of a scalar value.
  mlir::FailureOr<Expression> getExpression(mlir::Value value);
  /// The expression of an integer that an operation takes for one with or
  /// without sign, whatever its C type says.
  mlir::FailureOr<Expression> getInteger(mlir::Value value, bool isUnsigned);
  /// Whether C has `value` as a number that can be read either way.
  bool isNonNegative(mlir::Value value) const;
  /// A quotient, rest or right shift, which depends on the sign.
  mlir::FailureOr<Expression> makeSigned(mlir::Operation *op,
                                         llvm::StringRef symbol,
                                         Precedence precedence,
                                         bool isUnsigned);
  /// The expression that computes an operation's result.
  mlir::FailureOr<Expression> makeExpression(mlir::Operation *op);
  mlir::FailureOr<Expression> makeBinary(mlir::Operation *op,
                                         llvm::StringRef symbol,
                                         Precedence precedence);
  mlir::FailureOr<Expression> makeBitwise(mlir::Operation *op,
                                          llvm::StringRef symbol,
                                          Precedence precedence);
  mlir::FailureOr<Expression> makeShift(mlir::Operation *op);
  /// What a shift shifts, as wide as its result.
  std::string widenLiteral(mlir::Operation *shift, const Expression &lhs) const;
  /// The right operand of a sum or product of integers, which C widens itself.
  mlir::FailureOr<Expression> getWidened(mlir::Value value);
  /// An operand of a sum or product of integers.
  mlir::FailureOr<Expression> getSummand(mlir::Value value);
  mlir::FailureOr<Expression> makeExtremum(mlir::Operation *op,
                                           llvm::StringRef symbol);
  mlir::FailureOr<Expression>
  makeIntCompare(mlir::arith::CmpIOp op, mlir::arith::CmpIPredicate predicate);
  mlir::FailureOr<Expression> makeFloatCompare(mlir::arith::CmpFOp op);
  /// The expression that is true where `condition` is not.
  mlir::FailureOr<Expression> negate(mlir::Value condition);
  mlir::FailureOr<Expression> makeSelect(mlir::arith::SelectOp op);
  mlir::FailureOr<Expression> makeCount(Count count);
  mlir::FailureOr<Expression> makeCast(mlir::Operation *op);
  /// The result of a helper: a call of it, or a macro.
  mlir::FailureOr<Expression> makeHelperCall(mlir::func::CallOp op);
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
  const mlir::SymbolTable &table;
  const Signs &signs;
  /// Of the function that is printed.
  std::optional<WriteOrder> writes;
  std::optional<Inlining> inlining;
  NameTable names;
  llvm::StringRef prefix;
  llvm::raw_ostream &os;
  const Hooks *hooks = nullptr;
  const llvm::StringSet<> *tableUsers = nullptr;
  /// Those to print behind the loop that a call is in, or behind the call.
  std::vector<std::string> taps;
  Vectors *vectors = nullptr;
  llvm::SmallPtrSet<mlir::Operation *, 8> reuses;
  const llvm::SmallPtrSetImpl<mlir::Operation *> *hidden = nullptr;
  std::string instead;
  unsigned depth = 1;
  llvm::SmallVector<llvm::SmallVector<std::string, 4>> scopes{{}};
  unsigned loops = 0;
  llvm::DenseMap<mlir::Value, std::string> buffers;
  /// Positions in a list that C has as pointers.
  llvm::DenseMap<mlir::Value, mlir::Value> pointers;
  llvm::DenseMap<mlir::Value, std::string> locals;
  /// The variables of vectors of sums, by the first of them, and those with
  /// what was in them behind a loop.
  llvm::StringMap<llvm::SmallVector<std::string>> sums;
  /// Where the rows begin that are added to sums.
  llvm::StringMap<std::string> rows;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<std::string>> lanes;
};

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_FUNCTIONEMITTER_H
