//===- Lanes.cpp - What is computed with the C compiler's vectors ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In functions marked `snn.vectors` each operation on vectors is a call of a
// small function (Vectors.h). Numbers that are loaded and extended, or cut and
// stored, are that in one call.
//
//===----------------------------------------------------------------------===//

#include "FunctionEmitter.h"
#include "Literals.h"
#include "snn/Analysis/Memory.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace snn::c11 {

static bool isMask(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getElementType().isInteger(1);
}

/// The numbers that an operation of integers without a sign reads.
static Lanes readAs(Lanes type, bool isUnsigned) {
  type.isUnsigned = isUnsigned && !type.isFloat;
  return type;
}

/// The integers that say where `value` holds: those of what was compared.
static std::optional<Lanes> getMaskLanes(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa_and_present<arith::CmpIOp, arith::CmpFOp>(op)) {
    std::optional<Lanes> compared = getLanes(op->getOperand(0).getType());
    return compared ? std::optional(compared->asMask()) : std::nullopt;
  }
  if (isa_and_present<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op))
    return getMaskLanes(op->getOperand(0));
  if (auto join = dyn_cast_or_null<vector::ShuffleOp>(op)) {
    std::optional<Lanes> half = getMaskLanes(join.getV1());
    return half ? std::optional(half->withCount(2 * half->count))
                : std::nullopt;
  }
  if (auto half = dyn_cast_or_null<vector::ExtractStridedSliceOp>(op)) {
    std::optional<Lanes> whole = getMaskLanes(half.getSource());
    return whole ? std::optional(whole->getLow()) : std::nullopt;
  }
  if (isa_and_present<vector::LoadOp, arith::ConstantOp>(op))
    return Lanes{false, false, 8,
                 cast<VectorType>(value.getType()).getNumElements()};
  return std::nullopt;
}

std::optional<Lanes> FunctionEmitter::getLanesOf(Value value) const {
  return isMask(value.getType()) ? getMaskLanes(value)
                                 : getLanes(value.getType());
}

/// The call of a small function.
static Expression call(const std::string &function,
                       ArrayRef<std::string> arguments) {
  return Expression{function + "(" + llvm::join(arguments, ", ") + ")"};
}

FailureOr<Expression> FunctionEmitter::refuseLanes(Operation *op) {
  Type type = op->getNumResults() ? op->getResult(0).getType()
                                  : op->getOperand(0).getType();
  return op->emitOpError("C11: on ")
         << type << " is not in the emitter's subset";
}

FailureOr<Expression> FunctionEmitter::getMask(Value value, Lanes wanted) {
  wanted = wanted.asMask();
  if (APInt bit; matchPattern(value, m_ConstantInt(&bit)))
    return call(vectors->getSplat(wanted), {bit.isZero() ? "0" : "-1"});
  std::optional<Lanes> own = getMaskLanes(value);
  FailureOr<Expression> expression = getExpression(value);
  if (!own || failed(expression))
    return failure();
  if (*own == wanted)
    return expression;
  return call(vectors->getConvert(*own, wanted), {expression->text});
}

FailureOr<Expression> FunctionEmitter::callLanes(const std::string &function,
                                                 ValueRange operands) {
  SmallVector<std::string> arguments;
  for (Value operand : operands) {
    FailureOr<Expression> argument = getExpression(operand);
    if (failed(argument))
      return failure();
    arguments.push_back(argument->text);
  }
  return call(function, arguments);
}

FailureOr<Expression> FunctionEmitter::makeLanesConstant(arith::ConstantOp op) {
  std::optional<Lanes> type = getLanesOf(op);
  auto splat = dyn_cast<SplatElementsAttr>(op.getValue());
  if (!type || !splat)
    return refuseLanes(op);
  if (isMask(op.getType()))
    return getMask(op, *type);
  std::optional<std::string> literal =
      getLiteral(splat.getSplatValue<Attribute>(), /*isUnsigned=*/false);
  if (!literal)
    return refuseLanes(op);
  return call(vectors->getSplat(*type), {*literal});
}

FailureOr<std::string> FunctionEmitter::getLanesAddress(Operation *op,
                                                        Value buffer,
                                                        ValueRange indices) {
  FailureOr<std::string> element = getElement(op, buffer, indices);
  if (failed(element))
    return failure();
  Type type = cast<MemRefType>(buffer.getType()).getElementType();
  std::string address = "&" + *element;
  if (type.isInteger(1) || isa<FloatType>(type) || !signs.isUnsigned(buffer))
    return address;
  // The functions take numbers with a sign, whatever they make of them.
  bool isTable = getMemory(buffer).getDefiningOp<memref::GetGlobalOp>();
  return "(" +
         (isTable ? "const " + prefix.upper() + "_SPACE "
                  : std::string(isa<vector::LoadOp>(op) ? "const " : "")) +
         getScalarType(type, /*isUnsigned=*/false).str() + " *)" + address;
}

/// What is loaded, as elements of `type` or, without one, as it is.
FailureOr<Expression> FunctionEmitter::makeLanesLoad(vector::LoadOp op,
                                                     std::optional<Lanes> type,
                                                     bool isUnsigned) {
  FailureOr<std::string> address =
      getLanesAddress(op, op.getBase(), op.getIndices());
  if (failed(address))
    return failure();
  bool isTable = getMemory(op.getBase()).getDefiningOp<memref::GetGlobalOp>();
  if (isMask(op.getType())) {
    Lanes mask{false, false, 8, op.getVectorType().getNumElements()};
    if (isTable)
      return refuseLanes(op);
    return call(vectors->getLoadMask(mask), {*address});
  }
  std::optional<Lanes> memory = getLanes(op.getType());
  if (!memory)
    return refuseLanes(op);
  if (!type)
    return call(vectors->getLoad(*memory, *memory, isTable), {*address});
  return call(vectors->getLoad(*type, readAs(*memory, isUnsigned), isTable),
              {*address});
}

/// Whether none of the numbers of 16 bits is the least one: constants.
static bool excludesLeast(Value factor, ModuleOp module) {
  if (std::optional<int64_t> number = getSplat(factor))
    return *number > INT16_MIN;
  auto extend = factor.getDefiningOp<arith::ExtSIOp>();
  auto load = extend ? extend.getIn().getDefiningOp<vector::LoadOp>() : nullptr;
  auto use =
      load ? getMemory(load.getBase()).getDefiningOp<memref::GetGlobalOp>()
           : nullptr;
  auto table =
      use ? module.lookupSymbol<memref::GlobalOp>(use.getName()) : nullptr;
  std::optional<Constant> numbers =
      table ? getConstant(table.getInitialValue().value_or(Attribute()))
            : std::nullopt;
  return numbers && llvm::all_of(numbers->values, [](double number) {
           return number > INT16_MIN;
         });
}

std::optional<FailureOr<Expression>>
FunctionEmitter::makeHighProduct(arith::TruncIOp op) {
  std::optional<Lanes> type = getLanes(op.getType());
  auto isPart = [&](Operation *part) {
    return part && inlining->isInlined(part);
  };
  // The 16 bits that are left are the same with and without sign.
  Operation *shift = op.getIn().getDefiningOp();
  if (!type || type->bits != 16 ||
      !isa_and_present<arith::ShRSIOp, arith::ShRUIOp>(shift) || !isPart(shift))
    return std::nullopt;
  std::optional<int64_t> by = getSplat(shift->getOperand(1)), rounding = 0;
  Value shifted = shift->getOperand(0);
  if (auto sum = shifted.getDefiningOp<arith::AddIOp>()) {
    rounding = isPart(sum) ? getSplat(sum.getRhs()) : std::nullopt;
    shifted = sum.getLhs();
  }
  auto product = shifted.getDefiningOp<arith::MulIOp>();
  if (!product || !isPart(product) || !by || !rounding)
    return std::nullopt;
  auto module = op->getParentOfType<ModuleOp>();
  SmallVector<Value> operands = product->getOperands();
  if (excludesLeast(operands.front(), module))
    std::swap(operands.front(), operands.back());
  if (*rounding != 0 && !excludesLeast(operands.back(), module))
    return std::nullopt;
  SmallVector<std::string> factors;
  for (Value factor : operands) {
    // Constants are extended when they are folded.
    if (std::optional<int64_t> number = getSplat(factor);
        number && isInt<16>(*number)) {
      factors.push_back(
          call(vectors->getSplat(*type), {std::to_string(*number)}).text);
      continue;
    }
    auto extend = factor.getDefiningOp<arith::ExtSIOp>();
    std::optional<Lanes> own = extend && isPart(extend)
                                   ? getLanes(extend.getIn().getType())
                                   : std::nullopt;
    if (!own || own->bits > type->bits)
      return std::nullopt;
    FailureOr<Expression> narrow = getExpression(extend.getIn());
    if (failed(narrow))
      return FailureOr<Expression>(failure());
    factors.push_back(
        own->bits == type->bits
            ? narrow->text
            : call(vectors->getConvert(*own, *type), {narrow->text}).text);
  }
  std::optional<std::string> function =
      vectors->getHighProduct(*type, *rounding, *by);
  if (!function)
    return std::nullopt;
  return FailureOr<Expression>(call(*function, factors));
}

/// Numbers made of others, or of a condition.
FailureOr<Expression> FunctionEmitter::makeLanesCast(Operation *op) {
  if (auto cut = dyn_cast<arith::TruncIOp>(op))
    if (std::optional<FailureOr<Expression>> high = makeHighProduct(cut))
      return *high;
  Value source = op->getOperand(0);
  std::optional<Lanes> from = getLanesOf(source),
                       to = getLanesOf(op->getResult(0));
  if (!from || !to || isMask(op->getResult(0).getType()))
    return refuseLanes(op);
  bool isUnsigned = isa<arith::ExtUIOp, arith::UIToFPOp, arith::FPToUIOp>(op);
  if (isMask(source.getType())) {
    Lanes integers = to->asMask();
    FailureOr<Expression> mask = getMask(source, integers);
    if (failed(mask))
      return failure();
    if (isUnsigned) {
      std::string one = call(vectors->getSplat(integers), {"1"}).text;
      mask = call(vectors->getBinary("and", "&", integers), {mask->text, one});
    }
    if (integers == *to)
      return mask;
    return call(vectors->getConvert(integers, *to), {mask->text});
  }
  bool readsUnsigned = isa<arith::ExtUIOp, arith::UIToFPOp>(op);
  auto load = source.getDefiningOp<vector::LoadOp>();
  if (load && inlining->isInlined(load))
    return makeLanesLoad(load, readAs(*to, isa<arith::FPToUIOp>(op)),
                         readsUnsigned);
  FailureOr<Expression> operand = getExpression(source);
  if (failed(operand))
    return failure();
  return call(vectors->getConvert(readAs(*from, readsUnsigned),
                                  readAs(*to, isa<arith::FPToUIOp>(op))),
              {operand->text});
}

/// The function for a comparison, and whether it says where that does not hold;
/// "" if there is none.
static std::string getComparison(Vectors &vectors, Operation *op, Lanes type,
                                 bool &isNegated) {
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    arith::CmpIPredicate predicate = compare.getPredicate();
    return vectors.getCompare(getOperator(predicate),
                              readAs(type, ordersUnsigned(predicate)));
  }
  StringRef symbol =
      getOperator(cast<arith::CmpFOp>(op).getPredicate(), isNegated);
  return symbol.empty() ? std::string() : vectors.getCompare(symbol, type);
}

FailureOr<Expression> FunctionEmitter::makeLanesCompare(Operation *op) {
  std::optional<Lanes> type = getLanes(op->getOperand(0).getType());
  bool isNegated = false;
  std::string function =
      type ? getComparison(*vectors, op, *type, isNegated) : std::string();
  if (function.empty())
    return refuseLanes(op);
  FailureOr<Expression> holds = callLanes(function, op->getOperands());
  if (failed(holds) || !isNegated)
    return holds;
  Lanes mask = type->asMask();
  std::string all = call(vectors->getSplat(mask), {"-1"}).text;
  return call(vectors->getBinary("xor", "^", mask), {holds->text, all});
}

FailureOr<Expression> FunctionEmitter::makeLanesSelect(arith::SelectOp op) {
  std::optional<Lanes> type = getLanes(op.getType());
  if (!type)
    return refuseLanes(op);
  FailureOr<Expression> a = getExpression(op.getTrueValue());
  FailureOr<Expression> b = getExpression(op.getFalseValue());
  if (failed(a) || failed(b))
    return failure();
  if (!isMask(op.getCondition().getType())) {
    FailureOr<Expression> condition = getExpression(op.getCondition());
    if (failed(condition))
      return failure();
    return Expression{condition->in(Precedence::Or) + " ? " + a->text + " : " +
                          b->text,
                      Precedence::Conditional};
  }
  auto compare = op.getCondition().getDefiningOp<arith::CmpIOp>();
  if (compare && inlining->isInlined(compare) && type->bits == 16) {
    using P = arith::CmpIPredicate;
    P predicate = compare.getPredicate();
    bool isGreater = predicate == P::sgt || predicate == P::sge,
         isLess = predicate == P::slt || predicate == P::sle;
    bool takesLeft = compare.getLhs() == op.getTrueValue() &&
                     compare.getRhs() == op.getFalseValue();
    bool takesRight = compare.getRhs() == op.getTrueValue() &&
                      compare.getLhs() == op.getFalseValue();
    if ((isGreater || isLess) && (takesLeft || takesRight))
      return call(vectors->getExtremum(isGreater == takesLeft, *type),
                  {a->text, b->text});
  }
  FailureOr<Expression> holds = getMask(op.getCondition(), *type);
  if (failed(holds))
    return failure();
  return call(vectors->getSelect(*type), {holds->text, a->text, b->text});
}

FailureOr<Expression> FunctionEmitter::makeLanesBinary(Operation *op,
                                                       StringRef name,
                                                       StringRef symbol,
                                                       bool isUnsigned) {
  std::optional<Lanes> type = getLanesOf(op->getResult(0));
  if (!type)
    return refuseLanes(op);
  std::string function =
      vectors->getBinary(name, symbol, readAs(*type, isUnsigned));
  if (!isMask(op->getResult(0).getType()))
    return callLanes(function, op->getOperands());
  FailureOr<Expression> a = getMask(op->getOperand(0), *type);
  FailureOr<Expression> b = getMask(op->getOperand(1), *type);
  if (failed(a) || failed(b))
    return failure();
  return call(function, {a->text, b->text});
}

/// Whether all elements fit 16 bits, as far as one sees.
static bool fitsShort(Value value) {
  constexpr unsigned kBits = 16;
  if (std::optional<int64_t> number = getSplat(value))
    return isInt<kBits>(*number);
  if (auto mask = value.getDefiningOp<arith::AndIOp>()) {
    std::optional<int64_t> bits = getSplat(mask.getRhs());
    return bits && *bits >= 0 && isInt<kBits>(*bits);
  }
  if (auto broadcast = value.getDefiningOp<vector::BroadcastOp>())
    value = broadcast.getSource();
  Operation *extend = value.getDefiningOp();
  if (!isa_and_present<arith::ExtSIOp, arith::ExtUIOp>(extend))
    return false;
  // Without a sign a bit is left for one.
  unsigned most = isa<arith::ExtUIOp>(extend) ? kBits - 1 : kBits;
  return getElementTypeOrSelf(extend->getOperand(0).getType())
             .getIntOrFloatBitWidth() <= most;
}

FailureOr<Expression> FunctionEmitter::makeLanesProduct(arith::MulIOp op) {
  std::optional<Lanes> type = getLanes(op.getType());
  if (type && type->bits == 32 && fitsShort(op.getLhs()) &&
      fitsShort(op.getRhs()))
    return callLanes(vectors->getShortProduct(*type), op->getOperands());
  return makeLanesBinary(op, "mul", "*");
}

FailureOr<Expression> FunctionEmitter::makeLanes(Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<Expression>>(op)
      .Case([&](arith::ConstantOp constant) {
        return makeLanesConstant(constant);
      })
      .Case([&](arith::AddIOp sum) -> FailureOr<Expression> {
        std::optional<Dot2> dot = matchDot2(sum);
        if (!dot)
          return makeLanesBinary(op, "add", "+");
        return callLanes(vectors->getDot2(*getLanes(dot->a.getType()),
                                          *getLanes(sum.getType())),
                         {dot->a, dot->b});
      })
      .Case([&](arith::AddFOp) { return makeLanesBinary(op, "add", "+"); })
      .Case<arith::SubIOp, arith::SubFOp>(
          [&](auto) { return makeLanesBinary(op, "sub", "-"); })
      .Case([&](arith::MulIOp product) { return makeLanesProduct(product); })
      .Case([&](arith::MulFOp) { return makeLanesBinary(op, "mul", "*"); })
      .Case([&](arith::DivFOp) { return makeLanesBinary(op, "div", "/"); })
      .Case([&](arith::AndIOp) { return makeLanesBinary(op, "and", "&"); })
      .Case([&](arith::OrIOp) { return makeLanesBinary(op, "or", "|"); })
      .Case([&](arith::XOrIOp) { return makeLanesBinary(op, "xor", "^"); })
      .Case([&](arith::ShLIOp) { return makeLanesBinary(op, "shl", "<<"); })
      .Case([&](arith::ShRSIOp) { return makeLanesBinary(op, "shr", ">>"); })
      .Case([&](arith::ShRUIOp) {
        return makeLanesBinary(op, "shr", ">>", /*isUnsigned=*/true);
      })
      .Case<arith::CmpIOp, arith::CmpFOp>(
          [&](auto) { return makeLanesCompare(op); })
      .Case([&](arith::SelectOp select) { return makeLanesSelect(select); })
      .Case<arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp, arith::SIToFPOp,
            arith::UIToFPOp, arith::FPToSIOp, arith::FPToUIOp>(
          [&](auto) { return makeLanesCast(op); })
      .Case([&](vector::LoadOp load) {
        return makeLanesLoad(load, std::nullopt, /*isUnsigned=*/false);
      })
      .Case([&](vector::BroadcastOp broadcast) -> FailureOr<Expression> {
        std::optional<Lanes> type = getLanes(broadcast.getType());
        Value source = broadcast.getSource();
        if (!type || isa<VectorType>(source.getType()))
          return refuseLanes(op);
        FailureOr<Expression> number = getExpression(source);
        if (failed(number))
          return failure();
        // A variable for numbers of 16 bits may have more.
        bool isCut = source.getType().isInteger(16) &&
                     !isa_and_present<memref::LoadOp, arith::ConstantOp>(
                         source.getDefiningOp());
        return call(vectors->getSplat(*type),
                    {isCut ? "(int16_t)" + number->in(Precedence::Unary)
                           : number->text});
      })
      .Case([&](vector::BitCastOp cast) -> FailureOr<Expression> {
        std::optional<Lanes> from = getLanesOf(cast.getSource()),
                             to = getLanesOf(cast.getResult());
        if (!from || !to)
          return refuseLanes(op);
        return callLanes(vectors->getBitcast(*from, *to), cast.getSource());
      })
      .Case([&](vector::ShuffleOp join) { return makeLanesJoin(join); })
      .Case([&](vector::ExtractStridedSliceOp half) {
        return makeLanesHalf(half);
      })
      .Case(
          [&](vector::ExtractOp extract) { return makeLanesElement(extract); })
      .Case([&](vector::ReductionOp any) -> FailureOr<Expression> {
        std::optional<Lanes> mask = getLanesOf(any.getVector());
        if (!mask || !isMask(any.getSourceVectorType()) ||
            any.getKind() != vector::CombiningKind::OR || any.getAcc())
          return refuseLanes(op);
        return callLanes(vectors->getAny(*mask), any.getVector());
      })
      .Default([&](Operation *) { return refuseLanes(op); });
}

FailureOr<Expression> FunctionEmitter::makeLanesJoin(vector::ShuffleOp op) {
  std::optional<Lanes> type = getLanesOf(op.getResult());
  bool areInOrder =
      llvm::equal(op.getMask(), llvm::seq<int64_t>(0, op.getMask().size()));
  std::optional<Lanes> low = getLanesOf(op.getV1()),
                       high = getLanesOf(op.getV2());
  if (!type || !low || !high || !areInOrder || !(*low == type->getLow()) ||
      !(*high == *low))
    return refuseLanes(op);
  return callLanes(vectors->getJoin(*type), op->getOperands());
}

FailureOr<Expression>
FunctionEmitter::makeLanesHalf(vector::ExtractStridedSliceOp op) {
  std::optional<Lanes> whole = getLanesOf(op.getSource()),
                       half = getLanesOf(op.getResult());
  SmallVector<int64_t> offsets;
  op.getOffsets(offsets);
  if (!whole || !half || !(*half == whole->getLow()) ||
      2 * half->count != whole->count || offsets.front() % half->count != 0)
    return refuseLanes(op);
  return callLanes(vectors->getPart(*whole, /*isHigh=*/offsets.front() != 0),
                   op.getSource());
}

FailureOr<Expression> FunctionEmitter::makeLanesElement(vector::ExtractOp op) {
  std::optional<Lanes> type = getLanesOf(op.getSource());
  ArrayRef<int64_t> position = op.getStaticPosition();
  if (!type || position.size() != 1 || isa<VectorType>(op.getType()))
    return refuseLanes(op);
  FailureOr<Expression> source = getExpression(op.getSource());
  std::string index = std::to_string(position.front());
  if (ShapedType::isDynamic(position.front())) {
    FailureOr<Expression> dynamic = getExpression(op.getDynamicPosition()[0]);
    if (failed(dynamic))
      return failure();
    index = dynamic->text;
  }
  if (failed(source))
    return failure();
  Expression element = call(vectors->getLane(*type), {source->text, index});
  if (isMask(op.getSourceVectorType()))
    return Expression{element.text + " != 0", Precedence::Equality};
  return element;
}

LogicalResult FunctionEmitter::emitLanesStore(vector::StoreOp op) {
  FailureOr<std::string> address =
      getLanesAddress(op, op.getBase(), op.getIndices());
  if (failed(address))
    return failure();
  Value stored = op.getValueToStore();
  std::optional<Lanes> memory = getLanesOf(stored), type = memory;
  std::string function;
  if (!memory)
    return refuseLanes(op);
  auto cut = stored.getDefiningOp<arith::TruncIOp>();
  if (isMask(stored.getType())) {
    function = vectors->getStoreMask(*memory);
  } else {
    if (cut && inlining->isInlined(cut) && !makeHighProduct(cut)) {
      stored = cut.getIn();
      type = getLanes(stored.getType());
    }
    function = vectors->getStore(*type, *memory);
  }
  FailureOr<Expression> value = getExpression(stored);
  if (failed(value))
    return failure();
  line() << function << "(" << *address << ", " << value->text << ");\n";
  return success();
}

} // namespace snn::c11
