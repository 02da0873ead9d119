//===- FunctionEmitter.cpp - Function bodies in C -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionEmitter.h"
#include "Helpers.h"
#include "Indices.h"
#include "Legality.h"
#include "Literals.h"
#include "Weights.h"
#include "snn/Analysis/Memory.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

#include <functional>

using namespace mlir;

namespace snn::c11 {

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

bool isReadOnly(BlockArgument argument) {
  SmallVector<Value> aliases = {argument};
  while (!aliases.empty()) {
    for (OpOperand &use : aliases.pop_back_val().getUses()) {
      Operation *op = use.getOwner();
      if (auto copy = dyn_cast<memref::CopyOp>(op)) {
        if (&copy.getTargetMutable() == &use)
          return false;
      } else if (isa<memref::CollapseShapeOp, memref::ExpandShapeOp,
                     memref::CastOp>(op)) {
        aliases.push_back(op->getResult(0));
      } else if (auto call = dyn_cast<func::CallOp>(op)) {
        // A kernel says which of its arguments it only reads.
        auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
            call, call.getCalleeAttr());
        if (!isExternal(callee) ||
            !callee.getArgAttr(use.getOperandNumber(), "snn.read_only"))
          return false;
      } else if (!isa<memref::LoadOp, vector::LoadOp, vector::MaskedLoadOp>(
                     op)) {
        return false;
      }
    }
  }
  return true;
}

SmallVector<StringRef> getWrittenSignals(BlockArgument argument) {
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  auto names = function ? function.getArgAttrOfType<ArrayAttr>(
                              argument.getArgNumber(), "snn.signals")
                        : ArrayAttr();
  if (!names || isReadOnly(argument))
    return {};
  return llvm::map_to_vector(names.getAsRange<StringAttr>(),
                             std::mem_fn(&StringAttr::getValue));
}

/// Whether `buffer` is in constant memory.
static bool isTable(Value buffer) {
  return getMemory(buffer).getDefiningOp<memref::GetGlobalOp>() != nullptr;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

/// How tightly a literal binds: it may have a sign or a cast in front.
static Precedence getPrecedence(StringRef literal) {
  return literal.front() == '-' || literal.front() == '(' ? Precedence::Unary
                                                          : Precedence::Primary;
}

FailureOr<Expression> FunctionEmitter::getExpression(Value value) {
  if (auto it = locals.find(value); it != locals.end())
    return Expression{it->second};
  Operation *op = value.getDefiningOp();
  if (!op)
    return emitError(value.getLoc(), "C11: argument of type ")
           << value.getType() << " has no name in the generated code";
  return makeExpression(op);
}

bool FunctionEmitter::isNonNegative(Value value) const {
  if (value.getType().isIndex())
    return isNonNegativeIndex(value);
  Operation *op = value.getDefiningOp();
  APInt number;
  if (matchPattern(value, m_ConstantInt(&number)))
    return !number.isNegative();
  return isa_and_present<arith::ExtUIOp>(op);
}

FailureOr<Expression> FunctionEmitter::getInteger(Value value,
                                                  bool isUnsigned) {
  Type type = value.getType();
  FailureOr<Expression> expression = getExpression(value);
  bool isUnsignedInC = type.isIndex() || signs.isUnsigned(value);
  if (failed(expression) || type.isInteger(1) || isUnsigned == isUnsignedInC)
    return expression;
  if (APInt number; matchPattern(value, m_ConstantInt(&number))) {
    // A signed index is a number of any other signed type.
    Type literalType =
        type.isIndex() ? Type(IntegerType::get(type.getContext(), 64)) : type;
    std::optional<std::string> literal =
        getLiteral(IntegerAttr::get(literalType, number), isUnsigned);
    if (literal)
      return Expression{*literal, getPrecedence(*literal)};
  }
  // Beside a number without sign, C reads this one so, too. The other way round
  // a cast is needed: C would read the number beside it without its sign.
  if (isUnsigned && isNonNegative(value))
    return expression;
  StringRef cast =
      type.isIndex() ? "ptrdiff_t" : getScalarType(type, isUnsigned);
  return Expression{"(" + cast.str() + ")" + expression->in(Precedence::Unary),
                    Precedence::Unary};
}

FailureOr<Expression> FunctionEmitter::makeExpression(Operation *op) {
  if (isLanesOp(op))
    return makeLanes(op);
  if (isPairOp(op))
    return makePair(op);
  return llvm::TypeSwitch<Operation *, FailureOr<Expression>>(op)
      .Case([&](arith::ConstantOp constant) -> FailureOr<Expression> {
        std::optional<std::string> literal =
            getLiteral(constant.getValue(), /*isUnsigned=*/false);
        if (!literal)
          return op->emitOpError("C11: has no literal");
        return Expression{*literal, getPrecedence(*literal)};
      })
      .Case<arith::AddFOp, arith::AddIOp>(
          [&](auto) { return makeBinary(op, " + ", Precedence::Sum); })
      .Case<arith::SubFOp, arith::SubIOp>(
          [&](auto) { return makeBinary(op, " - ", Precedence::Sum); })
      .Case<arith::MulFOp, arith::MulIOp>(
          [&](auto) { return makeBinary(op, " * ", Precedence::Product); })
      .Case([&](arith::DivFOp) {
        return makeBinary(op, " / ", Precedence::Product);
      })
      .Case<arith::DivUIOp, arith::DivSIOp>([&](auto) {
        return makeSigned(op, " / ", Precedence::Product,
                          isa<arith::DivUIOp>(op));
      })
      .Case([&](arith::RemUIOp) {
        return makeSigned(op, " % ", Precedence::Product, /*isUnsigned=*/true);
      })
      .Case([&](arith::MaxUIOp) { return makeExtremum(op, " > "); })
      .Case([&](arith::MinUIOp) { return makeExtremum(op, " < "); })
      .Case([&](arith::CmpFOp compare) { return makeFloatCompare(compare); })
      .Case([&](arith::CmpIOp compare) {
        return makeIntCompare(compare, compare.getPredicate());
      })
      .Case([&](arith::SelectOp select) { return makeSelect(select); })
      .Case<arith::UIToFPOp, arith::FPToUIOp, arith::FPToSIOp, arith::ExtUIOp,
            arith::ExtSIOp, arith::TruncIOp, arith::IndexCastUIOp>(
          [&](auto) { return makeCast(op); })
      .Case([&](arith::AndIOp) {
        return makeBitwise(op, " & ", Precedence::BitAnd);
      })
      .Case([&](arith::XOrIOp) {
        return makeBitwise(op, " ^ ", Precedence::And);
      })
      .Case(
          [&](arith::OrIOp) { return makeBitwise(op, " | ", Precedence::Or); })
      .Case<arith::ShRSIOp, arith::ShRUIOp>([&](auto) {
        return makeSigned(op, " >> ", Precedence::Shift,
                          isa<arith::ShRUIOp>(op));
      })
      .Case([&](arith::ShLIOp) { return makeShift(op); })
      .Case([&](memref::LoadOp load) { return makeLoad(load); })
      .Case([&](func::CallOp call) { return makeHelperCall(call); })
      .Case([&](vector::ExtractOp extract) { return makeLane(extract); })
      .Case([&](vector::ReductionOp any) { return makeAnyPair(any); })
      .Default([](Operation *other) -> FailureOr<Expression> {
        return other->emitOpError("C11: is not in the emitter's subset");
      });
}

FailureOr<Expression> FunctionEmitter::makeBinary(Operation *op,
                                                  StringRef symbol,
                                                  Precedence precedence) {
  Type type = op->getResult(0).getType();
  bool isNumber = isa<FloatType>(type) || type.isIndex() ||
                  type.isInteger(16) || type.isInteger(32) ||
                  type.isInteger(64);
  if (!isNumber || !isStorable(type))
    return op->emitOpError("C11: on ")
           << type << " is not in the emitter's subset";
  FailureOr<Expression> lhs = isa<FloatType>(type)
                                  ? getExpression(op->getOperand(0))
                                  : getSummand(op->getOperand(0));
  FailureOr<Expression> rhs = isa<FloatType>(type)
                                  ? getExpression(op->getOperand(1))
                                  : getWidened(op->getOperand(1));
  if (failed(lhs) || failed(rhs))
    return failure();
  // Operators associate to the left, and float sums must keep their order.
  auto tighter = static_cast<Precedence>(static_cast<int>(precedence) + 1);
  return Expression{lhs->in(precedence) + symbol.str() + rhs->in(tighter),
                    precedence};
}

FailureOr<Expression> FunctionEmitter::getWidened(Value value) {
  auto extend = value.getDefiningOp<arith::ExtSIOp>();
  if (extend && inlining->isInlined(extend) &&
      extend.getIn().getType().getIntOrFloatBitWidth() < 32)
    return getInteger(extend.getIn(), /*isUnsigned=*/false);
  return getSummand(value);
}

FailureOr<Expression> FunctionEmitter::getSummand(Value value) {
  if (!isa<IntegerType>(value.getType()))
    return getExpression(value);
  // One unsigned operand would make the whole of it unsigned.
  return getInteger(value, /*isUnsigned=*/false);
}

std::string FunctionEmitter::typeOf(Value scalar) const {
  Operation *op = scalar.getDefiningOp();
  if (isa<VectorType>(scalar.getType()) &&
      (op ? isInVectors(op) : isInVectors(scalar.getParentRegion()))) {
    std::optional<Lanes> type = getLanesOf(scalar);
    return type ? vectors->getType(*type) : "";
  }
  if (isa<VectorType>(scalar.getType()))
    return isPair(scalar.getType()) || isPairMask(scalar.getType())
               ? (prefix + "_pair").str()
               : "";
  StringRef type = getScalarType(scalar.getType(), signs.isUnsigned(scalar));
  // What a function gets is computed, too.
  bool isShort = op ? isShortArithmetic(op) || isa<vector::ExtractOp>(op) ||
                          llvm::any_of(op->getUsers(), isShortArithmetic)
                    : isa<func::FuncOp>(scalar.getParentBlock()->getParentOp());
  if (isShort && type == "int16_t")
    return (prefix + "_short").str();
  return type.str();
}

FailureOr<Expression> FunctionEmitter::makeBitwise(Operation *op,
                                                   StringRef symbol,
                                                   Precedence precedence) {
  FailureOr<Expression> lhs = getExpression(op->getOperand(0));
  FailureOr<Expression> rhs = getExpression(op->getOperand(1));
  Type type = op->getResult(0).getType();
  bool isShort = type.isInteger(16);
  if (failed(lhs) || failed(rhs) || !(isShort || type.isInteger(32)))
    return op->emitOpError("C11: is not in the emitter's subset");
  // Compilers warn of sums in it without parentheses.
  Expression bits{lhs->in(Precedence::Unary) + symbol.str() +
                      rhs->in(Precedence::Unary),
                  precedence};
  // C computes in int.
  if (isShort)
    return Expression{"(" + typeOf(op->getResult(0)) + ")(" + bits.text + ")",
                      Precedence::Unary};
  return bits;
}

FailureOr<Expression> FunctionEmitter::makeShift(Operation *op) {
  FailureOr<Expression> lhs = getExpression(op->getOperand(0));
  FailureOr<Expression> rhs = getExpression(op->getOperand(1));
  if (failed(lhs) || failed(rhs))
    return failure();
  return Expression{widenLiteral(op, *lhs) + " << " +
                        rhs->in(Precedence::Unary),
                    Precedence::Shift};
}

std::string FunctionEmitter::widenLiteral(Operation *shift,
                                          const Expression &lhs) const {
  // The literal 1 is an int.
  std::string value = lhs.in(Precedence::Unary);
  if (shift->getOperand(0).getDefiningOp<arith::ConstantOp>())
    return "(" + typeOf(shift->getResult(0)) + ")" + value;
  return value;
}

/// Whether all users of the right shift `op` cut off the bits in which shifts
/// with and without sign differ.
static bool keepsCommonBits(Operation *op) {
  APInt count;
  if (!matchPattern(op->getOperand(1), m_ConstantInt(&count)))
    return false;
  unsigned bits = op->getResult(0).getType().getIntOrFloatBitWidth();
  return llvm::all_of(op->getUsers(), [&](Operation *user) {
    auto cut = dyn_cast<arith::TruncIOp>(user);
    return cut && count.ule(bits - cut.getType().getIntOrFloatBitWidth());
  });
}

FailureOr<Expression> FunctionEmitter::makeSigned(Operation *op,
                                                  StringRef symbol,
                                                  Precedence precedence,
                                                  bool isUnsigned) {
  Type type = op->getResult(0).getType();
  Value left = op->getOperand(0), right = op->getOperand(1);
  bool isShift = precedence == Precedence::Shift;
  // Only the sign of what is shifted counts.
  bool isEither = isShift ? isNonNegative(left) ||
                                (isa<arith::ShRUIOp>(op) && keepsCommonBits(op))
                          : isNonNegative(left) && isNonNegative(right);
  // Of integers C's operators see the sign, of indices they do not.
  if (isEither || isUnsigned == type.isIndex()) {
    if (!isShift)
      return makeBinary(op, symbol, precedence);
    FailureOr<Expression> lhs = getSummand(left);
    FailureOr<Expression> rhs = getExpression(right);
    if (failed(lhs) || failed(rhs))
      return failure();
    return Expression{widenLiteral(op, *lhs) + symbol.str() +
                          rhs->in(Precedence::Unary),
                      Precedence::Shift};
  }
  FailureOr<Expression> lhs = getInteger(left, isUnsigned);
  FailureOr<Expression> rhs =
      isShift ? getExpression(right) : getInteger(right, isUnsigned);
  if (failed(lhs) || failed(rhs))
    return failure();
  std::string cast =
      "(" + getScalarType(type, signs.isUnsigned(op->getResult(0))).str() + ")";
  return Expression{cast + "(" + lhs->in(Precedence::Unary) + symbol.str() +
                        rhs->in(Precedence::Unary) + ")",
                    Precedence::Unary};
}

/// The operand for which "operand symbol other" holds.
FailureOr<Expression> FunctionEmitter::makeExtremum(Operation *op,
                                                    StringRef symbol) {
  if (!op->getResult(0).getType().isIndex())
    return op->emitOpError("C11: on ")
           << op->getResult(0).getType() << " is not in the emitter's subset";
  FailureOr<Expression> lhs = getExpression(op->getOperand(0));
  FailureOr<Expression> rhs = getExpression(op->getOperand(1));
  if (failed(lhs) || failed(rhs))
    return failure();
  return Expression{
      lhs->in(Precedence::Sum) + symbol.str() + rhs->in(Precedence::Sum) +
          " ? " + lhs->in(Precedence::Or) + " : " + rhs->in(Precedence::Or),
      Precedence::Conditional};
}

StringRef getOperator(arith::CmpFPredicate predicate, bool &isNegated) {
  using P = arith::CmpFPredicate;
  isNegated = predicate == P::UGT || predicate == P::UGE ||
              predicate == P::ULT || predicate == P::ULE;
  switch (predicate) {
  case P::OGT:
  case P::ULE:
    return ">";
  case P::OGE:
  case P::ULT:
    return ">=";
  case P::OLT:
  case P::UGE:
    return "<";
  case P::OLE:
  case P::UGT:
    return "<=";
  case P::OEQ:
    return "==";
  case P::UNE:
    return "!=";
  default:
    return "";
  }
}

StringRef getOperator(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::eq:
    return "==";
  case P::ne:
    return "!=";
  case P::ult:
  case P::slt:
    return "<";
  case P::ule:
  case P::sle:
    return "<=";
  case P::ugt:
  case P::sgt:
    return ">";
  case P::uge:
  case P::sge:
    return ">=";
  }
  llvm_unreachable("all predicates are handled");
}

bool ordersUnsigned(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  return predicate == P::ult || predicate == P::ule || predicate == P::ugt ||
         predicate == P::uge;
}

FailureOr<Expression> FunctionEmitter::makeFloatCompare(arith::CmpFOp op) {
  bool isNegated = false;
  StringRef symbol = getOperator(op.getPredicate(), isNegated);
  if (symbol.empty())
    return op->emitOpError("C11: predicate is not in the emitter's subset");
  FailureOr<Expression> lhs = getExpression(op.getLhs());
  FailureOr<Expression> rhs = getExpression(op.getRhs());
  if (failed(lhs) || failed(rhs))
    return failure();
  std::string text = lhs->in(Precedence::Sum) + (" " + symbol + " ").str() +
                     rhs->in(Precedence::Sum);
  if (isNegated)
    return Expression{"!(" + text + ")", Precedence::Unary};
  return Expression{text, Precedence::Equality};
}

FailureOr<Expression>
FunctionEmitter::makeIntCompare(arith::CmpIOp op,
                                arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  bool isEquality = predicate == P::eq || predicate == P::ne;
  // Equal bits are equal numbers where both are read alike.
  bool isUnsigned =
      isEquality ? signs.isUnsigned(op.getLhs()) : ordersUnsigned(predicate);
  if (op.getLhs().getType().isIndex() &&
      (isEquality ||
       (isNonNegative(op.getLhs()) && isNonNegative(op.getRhs()))))
    isUnsigned = true;
  FailureOr<Expression> lhs = getInteger(op.getLhs(), isUnsigned);
  FailureOr<Expression> rhs = getInteger(op.getRhs(), isUnsigned);
  if (failed(lhs) || failed(rhs))
    return failure();
  return Expression{lhs->in(Precedence::Sum) +
                        (" " + getOperator(predicate) + " ").str() +
                        rhs->in(Precedence::Sum),
                    Precedence::Equality};
}

FailureOr<Expression> FunctionEmitter::negate(Value condition) {
  auto compare = condition.getDefiningOp<arith::CmpIOp>();
  if (compare && inlining->isInlined(compare) &&
      compare.getPredicate() == arith::CmpIPredicate::ne)
    return makeIntCompare(compare, arith::CmpIPredicate::eq);
  FailureOr<Expression> expression = getExpression(condition);
  if (failed(expression))
    return failure();
  return Expression{"!" + expression->in(Precedence::Unary), Precedence::Unary};
}

FailureOr<Expression> FunctionEmitter::makeSelect(arith::SelectOp op) {
  FailureOr<Expression> condition = getExpression(op.getCondition());
  FailureOr<Expression> ifTrue = getExpression(op.getTrueValue());
  FailureOr<Expression> ifFalse = getExpression(op.getFalseValue());
  if (failed(condition) || failed(ifTrue) || failed(ifFalse))
    return failure();
  if (isCounted(op))
    return Expression{(prefix + "_where(").str() + condition->text + ", " +
                      ifTrue->text + ")"};
  return Expression{condition->in(Precedence::Or) + " ? " +
                        ifTrue->in(Precedence::Or) + " : " +
                        ifFalse->in(Precedence::Or),
                    Precedence::Conditional};
}

FailureOr<Expression> FunctionEmitter::makeCount(Count count) {
  FailureOr<Expression> ratio = getExpression(count.ratio);
  FailureOr<Expression> most = getExpression(count.most);
  if (failed(ratio) || failed(most))
    return failure();
  return Expression{(prefix + "_to_count(").str() + ratio->text + ", " +
                    most->text + ")"};
}

FailureOr<Expression> FunctionEmitter::makeCast(Operation *op) {
  if (auto cast = dyn_cast<arith::FPToUIOp>(op))
    if (std::optional<Count> count = matchCount(cast))
      return makeCount(*count);
  std::string type = typeOf(op->getResult(0));
  if (isShortArithmetic(op) && isStoredShort(op))
    type = "int16_t";
  if (type.empty())
    return op->emitOpError("C11: to ")
           << op->getResult(0).getType() << " is not in the emitter's subset";
  Value source = op->getOperand(0);
  FailureOr<Expression> operand =
      isa<arith::ExtUIOp, arith::UIToFPOp, arith::IndexCastUIOp>(op)
          ? getInteger(source, /*isUnsigned=*/true)
      : isa<arith::ExtSIOp>(op) ? getInteger(source, /*isUnsigned=*/false)
                                : getExpression(source);
  if (failed(operand))
    return failure();
  std::string cast = "(" + type + ")";
  // C only converts numbers that the type has.
  if (isa<arith::FPToUIOp>(op) && !signs.isUnsigned(op->getResult(0)) &&
      op->getResult(0).getType().isSignlessInteger())
    cast += "(" + getScalarType(op->getResult(0).getType(), true).str() + ")";
  return Expression{cast + operand->in(Precedence::Unary), Precedence::Unary};
}

FailureOr<Expression> FunctionEmitter::makeHelperCall(func::CallOp op) {
  auto callee = symbols.find(op.getCallee());
  if (callee == symbols.end() || !hasHelperResult(op, table))
    return op.emitOpError("C11: is not in the emitter's subset: only private "
                          "functions without results can be called");
  // What says something of the processor is a macro.
  if (op.getNumOperands() == 0)
    return Expression{callee->second};
  SmallVector<std::string> arguments;
  for (Value operand : op.getOperands()) {
    FailureOr<Expression> argument = getWidened(operand);
    if (failed(argument))
      return failure();
    arguments.push_back(argument->text);
  }
  return Expression{callee->second + "(" + llvm::join(arguments, ", ") + ")"};
}

FailureOr<Expression> FunctionEmitter::makeLoad(memref::LoadOp op) {
  FailureOr<std::string> element =
      getElement(op, op.getMemRef(), op.getIndices());
  if (failed(element))
    return failure();
  // Whatever a caller passes for a spike, it counts once.
  if (op.getType().isInteger(1))
    return Expression{*element + " != 0", Precedence::Equality};
  return Expression{*element};
}

FailureOr<std::string> FunctionEmitter::getElement(Operation *op, Value buffer,
                                                   ValueRange indices) {
  auto it = buffers.find(buffer);
  auto type = cast<MemRefType>(buffer.getType());
  bool isLine = type.getRank() == 1;
  if (isLine && pointers.lookup(indices.front()) == buffer)
    return "*" + locals[indices.front()];
  if (it == buffers.end() || !type.getLayout().isIdentity() ||
      !(type.hasStaticShape() || isLine))
    return op->emitOpError("C11: buffer of type ")
           << type << " is not in the emitter's subset";
  std::string offset;
  int64_t stride = isLine ? 1 : type.getNumElements(), constant = 0;
  for (auto [index, size] : llvm::zip(indices, type.getShape())) {
    if (!isLine)
      stride /= size;
    if (std::optional<int64_t> number = getConstantIntValue(index)) {
      constant += *number * stride;
      continue;
    }
    FailureOr<Expression> expression = getExpression(index);
    if (failed(expression))
      return failure();
    if (!offset.empty())
      offset += " + ";
    offset += stride == 1 ? expression->in(Precedence::Sum)
                          : expression->in(Precedence::Product) + " * " +
                                std::to_string(stride);
  }
  if (offset.empty())
    offset = std::to_string(constant);
  else if (constant != 0)
    offset += " + " + std::to_string(constant);
  return it->second + "[" + offset + "]";
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

llvm::raw_ostream &FunctionEmitter::line() { return os.indent(4 * depth); }

std::optional<StringRef> FunctionEmitter::getLocalName(Operation *op) const {
  if (auto name = op->getAttrOfType<StringAttr>("snn.name"))
    return name.getValue();
  return std::nullopt;
}

std::string FunctionEmitter::nameLocal(Operation *op) {
  if (std::optional<StringRef> given = getLocalName(op))
    return addName(*given);
  if (isa<memref::LoadOp, vector::LoadOp>(op)) {
    // Tables are called "layer_coefficient".
    std::string buffer = buffers.lookup(op->getOperand(0));
    StringRef name = buffer;
    auto function = op->getParentOfType<func::FuncOp>();
    if (isTable(op->getOperand(0)) &&
        name.consume_front(symbols.lookup(function.getName())) &&
        name.consume_front("_"))
      return addName(name);
    return addName(buffer + "_old");
  }
  return addName("value");
}

LogicalResult FunctionEmitter::emitLocal(Operation *op) {
  FailureOr<Expression> expression = makeExpression(op);
  std::string type = typeOf(op->getResult(0));
  if (failed(expression))
    return failure();
  // C computes sums and products of 16 bits as an int.
  if (isShortArithmetic(op) &&
      isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::ShRSIOp>(op))
    expression->text = "(" + type + ")" + expression->in(Precedence::Unary);
  if (type.empty())
    return op->emitOpError("C11: result of type ")
           << op->getResult(0).getType() << " is not in the emitter's subset";
  std::string name = nameLocal(op);
  line() << "const " << type << " " << name << " = " << expression->text
         << ";\n";
  locals[op->getResult(0)] = name;
  return success();
}

void FunctionEmitter::shareName(Value value, Value other) {
  // A copy, because what `locals` holds moves when it grows.
  std::string name = locals.lookup(other);
  locals[value] = std::move(name);
}

bool FunctionEmitter::canShareVariable(Operation *loop, Value initial) {
  return initial.hasOneUse() && initial.getDefiningOp<scf::WhileOp>() &&
         initial.getParentBlock() == loop->getBlock() && locals.count(initial);
}

LogicalResult FunctionEmitter::declareCarried(Operation *loop,
                                              ValueRange initial,
                                              ValueRange carried) {
  for (auto [index, first, variable] : llvm::enumerate(initial, carried)) {
    if (canShareVariable(loop, first)) {
      shareName(variable, first);
      continue;
    }
    if (Value list = index == 0 ? getListOfSums(loop) : Value()) {
      std::string name = addName(getLocalName(loop).value_or("e"));
      Type element = cast<MemRefType>(list.getType()).getElementType();
      line() << "const " << getStorageType(element, signs.isUnsigned(list))
             << " *" << name << " = " << buffers[list] << ";\n";
      locals[variable] = name;
      pointers[variable] = list;
      continue;
    }
    if (isa<VectorType>(variable.getType()) && !isInVectors(loop)) {
      if (failed(declareSums(loop, index, variable)))
        return failure();
      continue;
    }
    std::string type = typeOf(variable);
    FailureOr<Expression> value = getExpression(first);
    if (failed(value) || type.empty())
      return loop->emitOpError("C11: carries ")
             << variable.getType() << ", which is not in the emitter's subset";
    // The first variable of a while loop has the loop's name.
    std::optional<StringRef> given;
    if (isa<scf::WhileOp>(loop) && index == 0)
      given = getLocalName(loop);
    else if (auto counted = dyn_cast<scf::ForOp>(loop))
      if (auto branch =
              counted.getYieldedValues()[index].getDefiningOp<scf::IfOp>())
        given = getLocalName(branch);
    StringRef other = variable.getType().isIndex() ? "n" : "sum";
    std::string name = addName(given ? *given : other);
    line() << type << " " << name << " = " << value->text << ";\n";
    locals[variable] = name;
  }
  return success();
}

bool FunctionEmitter::readsVariable(Value value, StringRef name) {
  if (locals.lookup(value) == name)
    return true;
  Operation *op = value.getDefiningOp();
  return op && isExpression(op) && inlining->isInlined(op) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return readsVariable(operand, name);
         });
}

std::optional<std::string> FunctionEmitter::makeUpdate(StringRef name,
                                                       Value value) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_present<arith::AddIOp>(op) || !inlining->isInlined(op) ||
      isLanesOp(op) || locals.lookup(op->getOperand(0)) != name)
    return std::nullopt;
  FailureOr<Expression> rhs = getExpression(op->getOperand(1));
  if (failed(rhs))
    return std::nullopt;
  return rhs->text == "1" ? "++" + name.str() : name.str() + " += " + rhs->text;
}

LogicalResult FunctionEmitter::assignCarried(ValueRange carried,
                                             ValueRange next) {
  // A value that another assignment needs is kept until all are computed.
  SmallVector<std::pair<std::string, std::string>> late;
  for (auto [index, variable, value] : llvm::enumerate(carried, next)) {
    FailureOr<Expression> expression = getExpression(value);
    if (failed(expression))
      return failure();
    std::string name = locals[variable];
    if (name == expression->text)
      continue;
    bool isNeeded = llvm::any_of(next.drop_front(index + 1), [&](Value other) {
      return readsVariable(other, name);
    });
    if (isNeeded) {
      std::string copy = addName("next");
      line() << "const " << typeOf(value) << " " << copy << " = "
             << expression->text << ";\n";
      late.push_back({name, copy});
      continue;
    }
    std::optional<std::string> update = makeUpdate(name, value);
    line() << (update ? *update : name + " = " + expression->text) << ";\n";
  }
  for (auto &[name, copy] : late)
    line() << name << " = " << copy << ";\n";
  return success();
}

LogicalResult FunctionEmitter::emitFor(scf::ForOp op) {
  if (failed(declareCarried(op, op.getInitArgs(), op.getRegionIterArgs())))
    return failure();
  FailureOr<Expression> begin = getExpression(op.getLowerBound());
  bool isSigned = !op.getUnsignedCmp() && !(isNonNegative(op.getLowerBound()) &&
                                            isNonNegative(op.getUpperBound()));
  FailureOr<Expression> end = getInteger(op.getUpperBound(), !isSigned);
  FailureOr<Expression> step = getExpression(op.getStep());
  if (failed(begin) || failed(end) || failed(step))
    return failure();
  static constexpr StringLiteral kLoopNames = "nmklpqrstuvw";
  std::optional<StringRef> given = getLocalName(op);
  enterScope(), ++loops;
  std::string i = addName(
      given ? *given : kLoopNames.substr((loops - 1) % kLoopNames.size(), 1));
  locals[op.getInductionVar()] = i;
  os.indent(4 * (depth - 1)) << "for (size_t " << i << " = " << begin->text
                             << "; " << (isSigned ? "(ptrdiff_t)" : "") << i
                             << " < " << end->in(Precedence::Sum) << "; ";
  if (step->text == "1")
    os << "++" << i;
  else if (op.getBody()->getOps<vector::CompressStoreOp>().empty())
    os << i << " += " << step->text;
  else
    os << i << " += " << prefix.upper() << "_LISTED";
  os << ") {\n";
  if (failed(emitBlock(*op.getBody())) ||
      failed(assignCarried(op.getRegionIterArgs(), op.getYieldedValues())))
    return failure();
  leaveScope(), --loops;
  line() << "}\n";
  for (auto [result, carried] :
       llvm::zip(op.getResults(), op.getRegionIterArgs()))
    shareName(result, carried);
  return success();
}

LogicalResult FunctionEmitter::emitWhile(scf::WhileOp op) {
  Block &before = *op.getBeforeBody();
  if (failed(declareCarried(op, op.getInits(), before.getArguments())))
    return failure();
  scf::ConditionOp condition = op.getConditionOp();
  line() << "for (;;) {\n";
  enterScope();
  if (failed(emitBlock(before)))
    return failure();
  FailureOr<Expression> ends = negate(condition.getCondition());
  if (failed(ends))
    return failure();
  line() << "if (" << ends->text << ")\n";
  line() << "    break;\n";
  for (auto [value, argument, result] : llvm::zip(
           condition.getArgs(), op.getAfterArguments(), op.getResults())) {
    auto it = locals.find(value);
    if (it == locals.end())
      return op.emitOpError("C11: hands on a value that has no name");
    std::string name = it->second;
    // Behind the loop there is nothing but its variables.
    if (!result.use_empty() &&
        !llvm::is_contained(before.getArguments(), value))
      return op.emitOpError("C11: has a result that is not carried");
    locals[argument] = name;
    locals[result] = name;
  }
  if (failed(emitBlock(*op.getAfterBody())) ||
      failed(
          assignCarried(before.getArguments(), op.getYieldOp().getOperands())))
    return failure();
  Value list = pointers.lookup(before.getArgument(0));
  if (list)
    line() << prefix.upper() << "_HIDE(" << locals[op.getResult(0)] << ");\n";
  leaveScope();
  line() << "}\n";
  if (list)
    locals[op.getResult(0)] =
        "(size_t)(" + locals[op.getResult(0)] + " - " + buffers[list] + ")";
  readSums(op);
  return success();
}

bool FunctionEmitter::canBecomeResult(scf::IfOp op, Value value) {
  Operation *holder = value.getDefiningOp();
  if (auto argument = dyn_cast<BlockArgument>(value))
    holder = argument.getOwner()->getParentOp();
  return isa<scf::ForOp, scf::WhileOp, scf::IfOp>(holder) &&
         locals.count(value) &&
         llvm::all_of(value.getUsers(), [&](Operation *user) {
           // What an outer branch would hand on instead of this one.
           auto outer = dyn_cast<scf::IfOp>(user->getParentOp());
           return op->isAncestor(user) ||
                  (outer && outer->isAncestor(op) && user == outer.elseYield());
         });
}

LogicalResult FunctionEmitter::declareResults(scf::IfOp op) {
  if (op.getNumResults() == 0)
    return success();
  for (Value otherwise : op.elseYield().getResults())
    if (otherwise.getParentBlock() == op.elseBlock())
      return op.emitOpError("C11: with a result that is computed in `else` is "
                            "not in the emitter's subset");
  for (auto [result, otherwise] :
       llvm::zip(op.getResults(), op.elseYield().getResults())) {
    if (canBecomeResult(op, otherwise)) {
      shareName(result, otherwise);
      continue;
    }
    FailureOr<Expression> value = getExpression(otherwise);
    std::string type = typeOf(result);
    if (failed(value) || type.empty())
      return op.emitOpError("C11: result of type ")
             << result.getType() << " is not in the emitter's subset";
    std::string name = nameLocal(op);
    line() << type << " " << name << " = " << value->text << ";\n";
    locals[result] = name;
  }
  return success();
}

LogicalResult FunctionEmitter::emitIf(scf::IfOp op) {
  FailureOr<Expression> condition = getExpression(op.getCondition());
  if (failed(condition) || failed(declareResults(op)))
    return failure();
  line() << "if (" << condition->text << ") {\n";
  enterScope();
  if (auto any = op.getCondition().getDefiningOp<vector::ReductionOp>())
    if (Operation *mask = any.getVector().getDefiningOp();
        mask && getBranchOfMask(mask) == op && failed(emitLocal(mask)))
      return failure();
  if (failed(emitBlock(*op.thenBlock())) ||
      failed(assignCarried(op.getResults(), op.thenYield().getResults())))
    return failure();
  if (op.elseBlock() &&
      (op.getNumResults() == 0 || !llvm::hasSingleElement(*op.elseBlock()))) {
    leaveScope();
    line() << "} else {\n";
    enterScope();
    if (failed(emitBlock(*op.elseBlock())))
      return failure();
  }
  leaveScope();
  line() << "}\n";
  return success();
}

/// The operand that is added to what `store` overwrites, for "x += ...".
static Value getIncrement(memref::StoreOp store, const Inlining &inlining) {
  Operation *add = store.getValueToStore().getDefiningOp();
  if (!isa_and_present<arith::AddFOp, arith::AddIOp>(add) ||
      !inlining.isInlined(add))
    return nullptr;
  auto load = add->getOperand(0).getDefiningOp<memref::LoadOp>();
  if (!load || !inlining.isInlined(load) ||
      load.getMemRef() != store.getMemRef() ||
      !llvm::equal(load.getIndices(), store.getIndices()))
    return nullptr;
  return add->getOperand(1);
}

LogicalResult FunctionEmitter::emitStore(memref::StoreOp op) {
  Value increment = getIncrement(op, *inlining);
  FailureOr<std::string> element =
      getElement(op, op.getMemRef(), op.getIndices());
  FailureOr<Expression> value =
      increment ? getWidened(increment) : getExpression(op.getValueToStore());
  if (failed(element) || failed(value))
    return failure();
  if (auto constant = op.getValueToStore().getDefiningOp<arith::ConstantOp>())
    if (auto literal =
            getLiteral(constant.getValue(), signs.isUnsigned(op.getMemRef())))
      value->text = *literal;
  Operation *definition = op.getValueToStore().getDefiningOp();
  // What was loaded or cut to 16 bits may be in a variable that is wider.
  bool isWider = isa_and_present<memref::LoadOp, arith::TruncIOp>(definition) &&
                 !inlining->isInlined(definition) &&
                 typeOf(op.getValueToStore()) == (prefix + "_short").str();
  if (isWider || (definition && isShortArithmetic(definition) &&
                  !isa<arith::TruncIOp>(definition)))
    value = Expression{"(int16_t)" + value->in(Precedence::Unary),
                       Precedence::Unary};
  // Spikes are stored as numbers.
  if (value->text == "false" || value->text == "true")
    value->text = value->text == "true" ? "1" : "0";
  line() << *element << (increment ? " += " : " = ") << value->text << ";\n";
  return success();
}

/// The load of the bytes that `mask` says are not 0: counts are compared,
/// spikes are what they are.
static vector::MaskedLoadOp getMaskedBytes(Value mask) {
  if (auto compare = mask.getDefiningOp<arith::CmpIOp>();
      compare && compare.getPredicate() == arith::CmpIPredicate::ne &&
      matchPattern(compare.getRhs(), m_Zero()))
    mask = compare.getLhs();
  auto load = mask.getDefiningOp<vector::MaskedLoadOp>();
  if (!load || !matchPattern(load.getPassThru(), m_Zero()) ||
      getStorageType(load.getVectorType().getElementType(), true) != "uint8_t")
    return nullptr;
  return load;
}

/// The first of `positions` that follow each other.
static Value getFirstPosition(Value positions) {
  auto narrow = positions.getDefiningOp<arith::IndexCastUIOp>();
  auto sum = narrow ? narrow.getIn().getDefiningOp<arith::AddIOp>() : nullptr;
  auto first =
      sum ? sum.getLhs().getDefiningOp<vector::BroadcastOp>() : nullptr;
  if (!first || !first.getSource().getType().isIndex() ||
      !sum.getRhs().getDefiningOp<vector::StepOp>())
    return nullptr;
  return first.getSource();
}

/// The count of the elements that `store` stores.
static arith::IndexCastUIOp getCount(vector::CompressStoreOp store) {
  for (Operation *user : store.getMask().getUsers()) {
    auto bits = dyn_cast<vector::BitCastOp>(user);
    if (!bits || bits->getBlock() != store->getBlock() ||
        bits.getResultVectorType().getNumElements() != 1)
      continue;
    auto mask = dyn_cast_or_null<vector::ExtractOp>(getOnlyUser(bits));
    auto number =
        mask ? dyn_cast_or_null<math::CtPopOp>(getOnlyUser(mask)) : nullptr;
    auto count =
        number ? dyn_cast_or_null<arith::IndexCastUIOp>(getOnlyUser(number))
               : nullptr;
    if (count && getOnlyUser(count))
      return count;
  }
  return nullptr;
}

LogicalResult FunctionEmitter::emitList(vector::CompressStoreOp op) {
  vector::MaskedLoadOp bytes = getMaskedBytes(op.getMask());
  auto isThere =
      bytes ? bytes.getMask().getDefiningOp<vector::CreateMaskOp>() : nullptr;
  Value first = getFirstPosition(op.getValueToStore());
  arith::IndexCastUIOp count = getCount(op);
  Type position = op.getVectorType().getElementType();
  if (!isThere || !first || !count ||
      op.getVectorType().getNumElements() != 64 ||
      !(position.isInteger(8) || position.isInteger(16) ||
        position.isInteger(32)) ||
      bytes->getBlock() != op->getBlock() ||
      writes->mayWriteBetween(bytes, op, bytes.getBase()))
    return op.emitOpError("C11: is not in the emitter's subset: expected the "
                          "positions of what is not 0 among 64 bytes, loaded "
                          "with vector.maskedload and counted with math.ctpop");
  FailureOr<std::string> x =
      getElement(bytes, bytes.getBase(), bytes.getIndices());
  FailureOr<Expression> size = getExpression(isThere.getOperand(0));
  FailureOr<Expression> from = getExpression(first);
  FailureOr<std::string> events = getElement(op, op.getBase(), op.getIndices());
  if (failed(x) || failed(size) || failed(from) || failed(events))
    return failure();
  std::string name = nameLocal(count);
  line() << "const size_t " << name << " = " << prefix << "_list"
         << getPositionSuffix(position.getIntOrFloatBitWidth()) << "(&" << *x
         << ", " << size->text << ", " << from->text << ", &" << *events
         << ");\n";
  locals[count] = name;
  return success();
}

LogicalResult FunctionEmitter::emitCopy(memref::CopyOp op) {
  auto type = cast<MemRefType>(op.getSource().getType());
  auto source = buffers.find(op.getSource());
  auto target = buffers.find(op.getTarget());
  if (source == buffers.end() || target == buffers.end() ||
      !type.hasStaticShape() || !type.getLayout().isIdentity() ||
      op.getTarget().getType() != type)
    return op.emitOpError("C11: between ")
           << type << " and " << op.getTarget().getType()
           << " is not in the emitter's subset";
  // A table may lie where memcpy does not reach.
  if (isTable(op.getSource())) {
    enterScope();
    std::string n = addName("n");
    os.indent(4 * (depth - 1))
        << "for (size_t " << n << " = 0; " << n << " < "
        << type.getNumElements() << "; ++" << n << ") {\n";
    line() << target->second << "[" << n << "] = " << source->second << "[" << n
           << "];\n";
    leaveScope();
    line() << "}\n";
    return success();
  }
  line() << "memcpy(" << target->second << ", " << source->second << ", "
         << type.getNumElements() << " * sizeof("
         << getStorageType(type.getElementType(),
                           signs.isUnsigned(op.getTarget()))
         << "));\n";
  return success();
}

LogicalResult FunctionEmitter::emitCall(func::CallOp op) {
  auto callee = symbols.find(op.getCallee());
  if (callee == symbols.end() || op.getNumResults() != 0)
    return op.emitOpError("C11: is not in the emitter's subset: only private "
                          "functions without results can be called");
  auto function = table.lookup<func::FuncOp>(op.getCallee());
  SmallVector<std::string> arguments;
  for (auto [index, operand] : llvm::enumerate(op.getOperands())) {
    if (!isa<MemRefType>(operand.getType())) {
      FailureOr<Expression> scalar = getExpression(operand);
      if (failed(scalar))
        return failure();
      arguments.push_back(scalar->text);
      continue;
    }
    // A table may lie where a pointer does not reach.
    if (isTable(operand) && !isExternal(function))
      return op.emitOpError("C11: hands a table to a function, which may not "
                            "reach it");
    auto buffer = buffers.find(operand);
    if (buffer == buffers.end())
      return op.emitOpError("C11: operand of type ")
             << operand.getType() << " is not in the emitter's subset";
    // All of the shared memory, when one array of bytes takes all of it.
    StringRef text = buffer->second;
    bool isArena = text.ends_with(".u8") && !function.isDeclaration() &&
                   !signs.isUnsigned(function.getArgument(index));
    arguments.push_back(isArena ? text.drop_back(2).str() + "i8" : text.str());
  }
  bool takesTables = tableUsers && tableUsers->contains(op.getCallee());
  std::string call = callee->second + "(" +
                     (takesTables ? kTablesName.str() : "") +
                     (takesTables && !arguments.empty() ? ", " : "") +
                     llvm::join(arguments, ", ") + ")";
  bool isProfiled = hooks && hooks->profile;
  if (isProfiled)
    call = hooks->profileMacro + "(" + hooks->profile->getCall(op).name + ", " +
           call + ")";
  line() << call << ";\n";
  if (auto list = isProfiled ? hooks->profile->getList(op) : std::nullopt)
    line() << hooks->eventsMacro << "(" << list->first->name << ", "
           << arguments[list->second] << ", " << list->first->size << ");\n";
  if (hooks)
    addTaps(function, arguments);
  return success();
}

void FunctionEmitter::addTaps(func::FuncOp function,
                              ArrayRef<std::string> arguments) {
  for (BlockArgument parameter : function.getArguments())
    for (StringRef signal : getWrittenSignals(parameter))
      if (auto tap = hooks->taps.find(signal); tap != hooks->taps.end())
        taps.push_back(
            (hooks->tapMacro + "(" + tap->second + ", " +
             arguments[parameter.getArgNumber()] + ", " +
             Twine(cast<MemRefType>(parameter.getType()).getNumElements()) +
             ")")
                .str());
}

/// Another shape of the same memory.
LogicalResult FunctionEmitter::emitAlias(Operation *op, Value source) {
  auto it = buffers.find(source);
  auto type = cast<MemRefType>(op->getResult(0).getType());
  if (it == buffers.end() || !type.getLayout().isIdentity())
    return op->emitOpError("C11: to ")
           << type << " is not in the emitter's subset";
  std::string text = it->second;
  buffers[op->getResult(0)] = text;
  return success();
}

/// A part of the memory that all types share.
LogicalResult FunctionEmitter::emitView(memref::ViewOp op) {
  auto it = buffers.find(op.getSource());
  StringRef type =
      getStorageType(op.getType().getElementType(), signs.isUnsigned(op));
  StringRef member = getArenaMember(type);
  IntegerAttr offset;
  int64_t bytes = llvm::divideCeil(op.getType().getElementTypeBitWidth(), 8);
  if (it == buffers.end() || member.empty() || !op.getType().hasStaticShape() ||
      !matchPattern(op.getByteShift(), m_Constant(&offset)) ||
      offset.getInt() % bytes != 0)
    return op.emitOpError("C11: is not in the emitter's subset");
  // The memory itself is an array of bytes, another member.
  StringRef arena = it->second;
  arena.consume_back(".u8");
  std::string text = (arena + "." + member).str();
  if (offset.getInt() != 0)
    text += " + " + std::to_string(offset.getInt() / bytes);
  std::optional<StringRef> given = getLocalName(op);
  std::string name = addName(given ? *given : "part");
  line() << type << " *const " << name << " = " << text << ";\n";
  buffers[op] = name;
  return success();
}

LogicalResult FunctionEmitter::emitOp(Operation *op) {
  if (reuses.contains(op))
    line() << prefix << "_fence();\n";
  if (auto add = dyn_cast<arith::AddIOp>(op);
      add && isSums(add.getType()) && isa<BlockArgument>(add.getLhs()) &&
      !isInVectors(op))
    return emitRowAdd(add);
  if (isVector(op) && !isPairOp(op) && !isLanesOp(op))
    return success(); // a part of what is printed elsewhere
  if (isExpression(op))
    return op->use_empty() || inlining->isInlined(op) || getBranchOfMask(op)
               ? success()
               : emitLocal(op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](scf::ForOp loop) { return emitFor(loop); })
      .Case([&](scf::WhileOp loop) { return emitWhile(loop); })
      .Case([&](scf::IfOp branch) { return emitIf(branch); })
      .Case([&](memref::StoreOp store) { return emitStore(store); })
      .Case([&](vector::CompressStoreOp store) { return emitList(store); })
      .Case([&](vector::StoreOp store) {
        if (isInVectors(store))
          return emitLanesStore(store);
        if (std::optional<RowUpdate> update = matchRowUpdate(store, *writes))
          return emitRowUpdate(store, *update);
        return isSums(store.getVectorType()) ? emitSumsStore(store)
                                             : emitPairStore(store);
      })
      .Case([&](memref::CopyOp copy) { return emitCopy(copy); })
      .Case([&](func::CallOp call) { return emitCall(call); })
      .Case([&](memref::GetGlobalOp global) -> LogicalResult {
        auto it = symbols.find(global.getName());
        if (it == symbols.end())
          return op->emitOpError("C11: refers to a global that is not there");
        buffers[global] = it->second;
        return success();
      })
      .Case([&](memref::CollapseShapeOp reshape) {
        return emitAlias(op, reshape.getSrc());
      })
      .Case([&](memref::ExpandShapeOp reshape) {
        return emitAlias(op, reshape.getSrc());
      })
      .Case(
          [&](memref::CastOp cast) { return emitAlias(op, cast.getSource()); })
      .Case([&](memref::ViewOp view) { return emitView(view); })
      .Case([](func::ReturnOp end) -> LogicalResult {
        if (end->getNumOperands() == 0)
          return success();
        return end->emitOpError("C11: with operands is not in the emitter's "
                                "subset");
      })
      // What loops hand on is assigned where their body ends.
      .Case<scf::YieldOp, scf::ConditionOp>([](auto) { return success(); })
      .Default([](Operation *other) -> LogicalResult {
        return other->emitOpError("C11: is not in the emitter's subset");
      });
}

std::string FunctionEmitter::addName(StringRef wanted) {
  scopes.back().push_back(names.add(wanted));
  return scopes.back().back();
}

void FunctionEmitter::enterScope() {
  ++depth;
  scopes.emplace_back();
}

void FunctionEmitter::leaveScope() {
  --depth;
  for (StringRef name : scopes.pop_back_val())
    names.remove(name);
}

LogicalResult FunctionEmitter::emitBlock(Block &block) {
  for (Operation &op : block) {
    if (hidden && hidden->contains(&op)) {
      if (!isPure(&op) && !instead.empty())
        line() << std::exchange(instead, "") << "\n";
      continue;
    }
    if (failed(emitOp(&op)))
      return failure();
    if (isa<func::FuncOp>(op.getParentOp()))
      for (const std::string &tap : std::exchange(taps, {}))
        line() << tap << ";\n";
  }
  return success();
}

LogicalResult FunctionEmitter::emitBody(func::FuncOp function) {
  writes.emplace(function);
  inlining.emplace(function, *writes);
  return emitBlock(function.getBody().front());
}

} // namespace snn::c11
