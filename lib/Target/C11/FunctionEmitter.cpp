//===- FunctionEmitter.cpp - Function bodies in C -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionEmitter.h"
#include "Literals.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace snn::c11 {

//===----------------------------------------------------------------------===//
// What becomes part of an expression
//===----------------------------------------------------------------------===//

static bool isArithmetic(Operation *op) {
  return isa<arith::ArithDialect>(op->getDialect()) && op->getNumResults() == 1;
}

static bool isExpression(Operation *op) {
  return isArithmetic(op) || isa<memref::LoadOp>(op);
}

/// The memory that `buffer` is a shape of.
static Value getBase(Value buffer) {
  while (Operation *op = buffer.getDefiningOp()) {
    if (!isa<memref::CollapseShapeOp, memref::ExpandShapeOp>(op))
      break;
    buffer = op->getOperand(0);
  }
  return buffer;
}

/// Whether `op` may write to `buffer`. Different buffers do not overlap: the
/// parameters are restrict.
static bool mayWrite(Operation *op, Value buffer) {
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return getBase(store.getMemRef()) == getBase(buffer);
  return !isExpression(op) && !isa<memref::GetGlobalOp>(op);
}

/// The only user of `op`, if it is in the same block.
static Operation *getOnlyUser(Operation *op) {
  if (!op->getResult(0).hasOneUse())
    return nullptr;
  Operation *user = *op->getUsers().begin();
  return user->getBlock() == op->getBlock() ? user : nullptr;
}

/// Whether `op` is printed where its only user is.
static bool isInlined(Operation *op) {
  if (isa<arith::ConstantOp>(op))
    return true;
  Operation *user = getOnlyUser(op);
  if (!user)
    return false;
  auto load = dyn_cast<memref::LoadOp>(op);
  if (!load)
    return true;
  // The statement in which the value ends up.
  Operation *statement = user;
  while (isExpression(statement) && isInlined(statement))
    statement = getOnlyUser(statement);
  for (Operation *between = op->getNextNode(); between != statement;
       between = between->getNextNode())
    if (mayWrite(between, load.getMemRef()))
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

FailureOr<Expression> FunctionEmitter::getExpression(Value value) {
  if (auto it = locals.find(value); it != locals.end())
    return Expression{it->second};
  Operation *op = value.getDefiningOp();
  if (!op)
    return emitError(value.getLoc(), "C11: argument of type ")
           << value.getType() << " has no name in the generated code";
  return makeExpression(op);
}

FailureOr<Expression> FunctionEmitter::makeExpression(Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<Expression>>(op)
      .Case([&](arith::ConstantOp constant) -> FailureOr<Expression> {
        std::optional<std::string> literal = getLiteral(constant.getValue());
        if (!literal)
          return op->emitOpError("C11: has no literal");
        bool isNegative = literal->front() == '-';
        return Expression{*literal,
                          isNegative ? Precedence::Unary : Precedence::Primary};
      })
      .Case<arith::AddFOp, arith::AddIOp>(
          [&](auto) { return makeBinary(op, " + ", Precedence::Sum); })
      .Case<arith::SubFOp, arith::SubIOp>(
          [&](auto) { return makeBinary(op, " - ", Precedence::Sum); })
      .Case<arith::MulFOp, arith::MulIOp>(
          [&](auto) { return makeBinary(op, " * ", Precedence::Product); })
      .Case<arith::DivFOp, arith::DivUIOp>(
          [&](auto) { return makeBinary(op, " / ", Precedence::Product); })
      .Case([&](arith::RemUIOp) {
        return makeBinary(op, " % ", Precedence::Product);
      })
      .Case([&](arith::MaxUIOp) { return makeExtremum(op, " > "); })
      .Case([&](arith::MinUIOp) { return makeExtremum(op, " < "); })
      .Case([&](arith::CmpFOp compare) { return makeFloatCompare(compare); })
      .Case([&](arith::CmpIOp compare) { return makeIntCompare(compare); })
      .Case([&](arith::SelectOp select) { return makeSelect(select); })
      .Case<arith::UIToFPOp, arith::FPToUIOp, arith::ExtUIOp>(
          [&](auto) { return makeCast(op); })
      .Case([&](memref::LoadOp load) { return makeLoad(load); })
      .Default([](Operation *other) -> FailureOr<Expression> {
        return other->emitOpError("C11: is not in the emitter's subset");
      });
}

FailureOr<Expression> FunctionEmitter::makeBinary(Operation *op,
                                                  StringRef symbol,
                                                  Precedence precedence) {
  Type type = op->getResult(0).getType();
  bool isNumber = isa<FloatType>(type) || type.isIndex();
  if (!isNumber || getScalarType(type).empty())
    return op->emitOpError("C11: on ")
           << type << " is not in the emitter's subset";
  FailureOr<Expression> lhs = getExpression(op->getOperand(0));
  FailureOr<Expression> rhs = getExpression(op->getOperand(1));
  if (failed(lhs) || failed(rhs))
    return failure();
  // Operators associate to the left, and float sums must keep their order.
  auto tighter = static_cast<Precedence>(static_cast<int>(precedence) + 1);
  return Expression{lhs->in(precedence) + symbol.str() + rhs->in(tighter),
                    precedence};
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

/// The operator of an ordered comparison, or of the one whose negation is
/// `predicate`.
static StringRef getOperator(arith::CmpFPredicate predicate, bool &isNegated) {
  using P = arith::CmpFPredicate;
  isNegated = predicate == P::UGT || predicate == P::UGE ||
              predicate == P::ULT || predicate == P::ULE;
  switch (predicate) {
  case P::OGT:
  case P::ULE:
    return " > ";
  case P::OGE:
  case P::ULT:
    return " >= ";
  case P::OLT:
  case P::UGE:
    return " < ";
  case P::OLE:
  case P::UGT:
    return " <= ";
  case P::OEQ:
    return " == ";
  case P::UNE:
    return " != ";
  default:
    return "";
  }
}

/// The operator of an unsigned comparison.
static StringRef getOperator(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::eq:
    return " == ";
  case P::ne:
    return " != ";
  case P::ult:
    return " < ";
  case P::ugt:
    return " > ";
  default:
    return "";
  }
}

FailureOr<Expression> FunctionEmitter::makeCompare(Operation *op,
                                                   StringRef symbol) {
  if (symbol.empty())
    return op->emitOpError("C11: predicate is not in the emitter's subset");
  FailureOr<Expression> lhs = getExpression(op->getOperand(0));
  FailureOr<Expression> rhs = getExpression(op->getOperand(1));
  if (failed(lhs) || failed(rhs))
    return failure();
  return Expression{lhs->in(Precedence::Sum) + symbol.str() +
                        rhs->in(Precedence::Sum),
                    Precedence::Equality};
}

FailureOr<Expression> FunctionEmitter::makeFloatCompare(arith::CmpFOp op) {
  bool isNegated = false;
  FailureOr<Expression> compared =
      makeCompare(op, getOperator(op.getPredicate(), isNegated));
  if (failed(compared) || !isNegated)
    return compared;
  return Expression{"!(" + compared->text + ")", Precedence::Unary};
}

FailureOr<Expression> FunctionEmitter::makeIntCompare(arith::CmpIOp op) {
  return makeCompare(op, getOperator(op.getPredicate()));
}

FailureOr<Expression> FunctionEmitter::makeSelect(arith::SelectOp op) {
  FailureOr<Expression> condition = getExpression(op.getCondition());
  FailureOr<Expression> ifTrue = getExpression(op.getTrueValue());
  FailureOr<Expression> ifFalse = getExpression(op.getFalseValue());
  if (failed(condition) || failed(ifTrue) || failed(ifFalse))
    return failure();
  return Expression{condition->in(Precedence::Or) + " ? " +
                        ifTrue->in(Precedence::Or) + " : " +
                        ifFalse->in(Precedence::Or),
                    Precedence::Conditional};
}

FailureOr<Expression> FunctionEmitter::makeCast(Operation *op) {
  StringRef type = getScalarType(op->getResult(0).getType());
  if (type.empty())
    return op->emitOpError("C11: to ")
           << op->getResult(0).getType() << " is not in the emitter's subset";
  FailureOr<Expression> operand = getExpression(op->getOperand(0));
  if (failed(operand))
    return failure();
  return Expression{"(" + type.str() + ")" + operand->in(Precedence::Unary),
                    Precedence::Unary};
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
  if (it == buffers.end() || !type.getLayout().isIdentity() ||
      !type.hasStaticShape())
    return op->emitOpError("C11: buffer of type ")
           << type << " is not in the emitter's subset";
  std::string offset;
  int64_t stride = type.getNumElements();
  for (auto [index, size] : llvm::zip(indices, type.getShape())) {
    stride /= size;
    FailureOr<Expression> expression = getExpression(index);
    if (failed(expression))
      return failure();
    if (expression->text == "0")
      continue;
    if (!offset.empty())
      offset += " + ";
    offset += stride == 1 ? expression->in(Precedence::Sum)
                          : expression->in(Precedence::Product) + " * " +
                                std::to_string(stride);
  }
  return it->second + "[" + (offset.empty() ? "0" : offset) + "]";
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

llvm::raw_ostream &FunctionEmitter::line() { return os.indent(4 * depth); }

std::optional<StringRef> FunctionEmitter::getLocalName(Operation *op) const {
  auto named = dyn_cast<NameLoc>(op->getLoc());
  if (named && op->getLoc() != functionLoc)
    return named.getName();
  return std::nullopt;
}

std::string FunctionEmitter::nameLocal(Operation *op) {
  if (std::optional<StringRef> given = getLocalName(op))
    return names.add(*given);
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return names.add(buffers.lookup(load.getMemRef()) + "_old");
  return names.add("value");
}

LogicalResult FunctionEmitter::emitLocal(Operation *op) {
  FailureOr<Expression> expression = makeExpression(op);
  StringRef type = getScalarType(op->getResult(0).getType());
  if (failed(expression))
    return failure();
  if (type.empty())
    return op->emitOpError("C11: result of type ")
           << op->getResult(0).getType() << " is not in the emitter's subset";
  std::string name = nameLocal(op);
  line() << "const " << type << " " << name << " = " << expression->text
         << ";\n";
  locals[op->getResult(0)] = name;
  return success();
}

LogicalResult FunctionEmitter::emitFor(scf::ForOp op) {
  if (op.getNumResults() != 0)
    return op.emitOpError("C11: with results is not in the emitter's subset");
  FailureOr<Expression> begin = getExpression(op.getLowerBound());
  FailureOr<Expression> end = getExpression(op.getUpperBound());
  FailureOr<Expression> step = getExpression(op.getStep());
  if (failed(begin) || failed(end) || failed(step))
    return failure();
  static constexpr StringLiteral kLoopNames = "nmklpqrstuvw";
  std::optional<StringRef> given = getLocalName(op);
  std::string i = names.add(
      given ? *given : kLoopNames.substr(loops % kLoopNames.size(), 1));
  locals[op.getInductionVar()] = i;
  line() << "for (size_t " << i << " = " << begin->text << "; " << i << " < "
         << end->in(Precedence::Sum) << "; ";
  if (step->text == "1")
    os << "++" << i;
  else
    os << i << " += " << step->text;
  os << ") {\n";
  ++depth, ++loops;
  if (failed(emitBlock(*op.getBody())))
    return failure();
  --depth, --loops;
  names.remove(i);
  line() << "}\n";
  return success();
}

LogicalResult FunctionEmitter::emitIf(scf::IfOp op) {
  if (op.getNumResults() != 0)
    return op.emitOpError("C11: with results is not in the emitter's subset");
  FailureOr<Expression> condition = getExpression(op.getCondition());
  if (failed(condition))
    return failure();
  line() << "if (" << condition->text << ") {\n";
  ++depth;
  if (failed(emitBlock(*op.thenBlock())))
    return failure();
  if (op.elseBlock()) {
    --depth;
    line() << "} else {\n";
    ++depth;
    if (failed(emitBlock(*op.elseBlock())))
      return failure();
  }
  --depth;
  line() << "}\n";
  return success();
}

/// The operand that is added to what `store` overwrites, for "x += ...".
static Value getIncrement(memref::StoreOp store) {
  auto add = store.getValueToStore().getDefiningOp<arith::AddFOp>();
  if (!add || !isInlined(add))
    return nullptr;
  auto load = add.getLhs().getDefiningOp<memref::LoadOp>();
  if (!load || !isInlined(load) || load.getMemRef() != store.getMemRef() ||
      !llvm::equal(load.getIndices(), store.getIndices()))
    return nullptr;
  return add.getRhs();
}

LogicalResult FunctionEmitter::emitStore(memref::StoreOp op) {
  Value increment = getIncrement(op);
  FailureOr<std::string> element =
      getElement(op, op.getMemRef(), op.getIndices());
  FailureOr<Expression> value =
      getExpression(increment ? increment : op.getValueToStore());
  if (failed(element) || failed(value))
    return failure();
  // Spikes are stored as numbers.
  if (value->text == "false" || value->text == "true")
    value->text = value->text == "true" ? "1" : "0";
  line() << *element << (increment ? " += " : " = ") << value->text << ";\n";
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
  line() << "memcpy(" << target->second << ", " << source->second << ", "
         << type.getNumElements() << " * sizeof("
         << getStorageType(type.getElementType()) << "));\n";
  return success();
}

LogicalResult FunctionEmitter::emitCall(func::CallOp op) {
  auto callee = symbols.find(op.getCallee());
  if (callee == symbols.end() || op.getNumResults() != 0)
    return op.emitOpError("C11: is not in the emitter's subset: only private "
                          "functions without results can be called");
  line() << callee->second << "(";
  llvm::ListSeparator separator;
  for (Value operand : op.getOperands()) {
    auto buffer = buffers.find(operand);
    if (buffer == buffers.end())
      return op.emitOpError("C11: operand of type ")
             << operand.getType() << " is not in the emitter's subset";
    os << separator << buffer->second;
  }
  os << ");\n";
  return success();
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

LogicalResult FunctionEmitter::emitOp(Operation *op) {
  if (isExpression(op))
    return op->use_empty() || isInlined(op) ? success() : emitLocal(op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](scf::ForOp loop) { return emitFor(loop); })
      .Case([&](scf::IfOp branch) { return emitIf(branch); })
      .Case([&](memref::StoreOp store) { return emitStore(store); })
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
      .Case<func::ReturnOp, scf::YieldOp>([](Operation *end) -> LogicalResult {
        if (end->getNumOperands() == 0)
          return success();
        return end->emitOpError("C11: with operands is not in the emitter's "
                                "subset");
      })
      .Default([](Operation *other) -> LogicalResult {
        return other->emitOpError("C11: is not in the emitter's subset");
      });
}

LogicalResult FunctionEmitter::emitBlock(Block &block) {
  for (Operation &op : block)
    if (failed(emitOp(&op)))
      return failure();
  return success();
}

LogicalResult FunctionEmitter::emitBody(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("C11: with several blocks is not in the "
                                "emitter's subset");
  functionLoc = function.getLoc();
  return emitBlock(function.getBody().front());
}

} // namespace snn::c11
