//===- Pairs.cpp - Vectors of two numbers in C ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A vector of two integers of 16 bits is a word in C, and what is computed of
// it a call of a helper (Helpers/pairs.c): an instruction or two where there
// are such for halves of words. Products of 32 bits are part of what cuts them.
//
//===----------------------------------------------------------------------===//

#include "FunctionEmitter.h"
#include "snn/Analysis/Memory.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace snn::c11 {

std::optional<int64_t> getSplat(Value value) {
  APInt number;
  if (!matchPattern(value, m_ConstantInt(&number)))
    return std::nullopt;
  return number.getSExtValue();
}

namespace {
/// floor((a * b + rounding) / 2^by) in 32 bits, of numbers of 16.
struct PairProduct {
  Value a;
  /// None for 1.
  Value b;
  int64_t rounding = 0, by = 0;
};
} // namespace

static std::optional<PairProduct> matchProduct(arith::TruncIOp op) {
  PairProduct found;
  Value value = op.getIn();
  Operation *shift = value.getDefiningOp();
  if (isa_and_present<arith::ShRSIOp, arith::ShRUIOp>(shift)) {
    std::optional<int64_t> by = getSplat(shift->getOperand(1));
    // Up to 16 the bits that are left are the same with and without sign.
    if (!by || *by > (isa<arith::ShRSIOp>(shift) ? 31 : 16))
      return std::nullopt;
    found.by = *by;
    value = shift->getOperand(0);
  }
  if (auto sum = value.getDefiningOp<arith::AddIOp>()) {
    std::optional<int64_t> rounding = getSplat(sum.getRhs());
    if (!rounding)
      return std::nullopt;
    found.rounding = *rounding;
    value = sum.getLhs();
  }
  auto getNarrow = [](Value wide) -> Value {
    auto extend = wide.getDefiningOp<arith::ExtSIOp>();
    return extend && isPair(extend.getIn().getType()) ? extend.getIn()
                                                      : Value();
  };
  // A product with 1 is the number itself.
  found.a = getNarrow(value);
  if (found.a)
    return found;
  auto product = value.getDefiningOp<arith::MulIOp>();
  if (!product)
    return std::nullopt;
  found.a = getNarrow(product.getLhs());
  found.b = getNarrow(product.getRhs());
  // Constants are extended when they are folded.
  std::optional<int64_t> factor = getSplat(product.getRhs());
  if (!found.a || !(found.b || (factor && isInt<16>(*factor))))
    return std::nullopt;
  if (!found.b)
    found.b = product.getRhs();
  return found;
}

FailureOr<std::string> FunctionEmitter::getPair(Value value) {
  if (std::optional<int64_t> number = getSplat(value))
    return prefix.str() + "_both(" + std::to_string(*number) + ")";
  FailureOr<Expression> expression = getExpression(value);
  if (failed(expression))
    return failure();
  return expression->text;
}

FailureOr<Expression> FunctionEmitter::makeCall(StringRef helper,
                                                ValueRange operands,
                                                StringRef more) {
  std::string text = (prefix + "_" + helper + "(").str();
  llvm::ListSeparator separator;
  llvm::raw_string_ostream stream(text);
  for (Value operand : operands) {
    FailureOr<std::string> pair = getPair(operand);
    if (failed(pair))
      return failure();
    stream << separator << *pair;
  }
  stream << more << ")";
  return Expression{text};
}

/// Where `compare` holds: a > b or a >= b.
static std::optional<StringRef> getComparison(arith::CmpIOp compare, Value &a,
                                              Value &b) {
  using P = arith::CmpIPredicate;
  P predicate = compare.getPredicate();
  a = compare.getLhs();
  b = compare.getRhs();
  if (predicate == P::slt || predicate == P::sle)
    std::swap(a, b);
  if (predicate == P::sgt || predicate == P::slt)
    return "above2";
  if (predicate == P::sge || predicate == P::sle)
    return "at_least2";
  return std::nullopt;
}

FailureOr<Expression> FunctionEmitter::makePairSelect(arith::SelectOp op) {
  Value a, b, first = op.getTrueValue(), second = op.getFalseValue();
  auto compare = op.getCondition().getDefiningOp<arith::CmpIOp>();
  if (compare && isPair(compare.getLhs().getType())) {
    std::optional<StringRef> comparison = getComparison(compare, a, b);
    // One of what is compared.
    if (comparison && a == first && b == second)
      return makeCall("max2", {a, b});
    if (comparison && a == second && b == first)
      return makeCall("min2", {a, b});
    if (comparison && compare->hasOneUse())
      return makeCall(("choose_" + *comparison).str(), {a, b, first, second});
  }
  return makeCall("choose2", {op.getCondition(), first, second});
}

FailureOr<Expression> FunctionEmitter::makePairLoad(vector::LoadOp op) {
  FailureOr<std::string> element =
      getElement(op, op.getBase(), op.getIndices());
  if (failed(element))
    return failure();
  bool isTable = getMemory(op.getBase()).getDefiningOp<memref::GetGlobalOp>();
  StringRef helper = isTable ? "_table2(&" : "_load2(&";
  return Expression{(prefix + helper + *element + ")").str()};
}

/// The pair that bytes of a table are, as numbers.
FailureOr<Expression> FunctionEmitter::makePairBytes(arith::ExtSIOp op) {
  auto bytes = op.getIn().getDefiningOp<vector::LoadOp>();
  if (!bytes ||
      !getMemory(bytes.getBase()).getDefiningOp<memref::GetGlobalOp>())
    return op.emitOpError("C11: is not in the emitter's subset: expected two "
                          "bytes of a table");
  FailureOr<std::string> element =
      getElement(bytes, bytes.getBase(), bytes.getIndices());
  if (failed(element))
    return failure();
  return Expression{(prefix + "_bytes2(&" + *element + ")").str()};
}

FailureOr<Expression> FunctionEmitter::makePair(Operation *op) {
  auto refuse = [&]() -> FailureOr<Expression> {
    return op->emitOpError("C11: on ")
           << op->getResult(0).getType() << " is not in the emitter's subset";
  };
  return llvm::TypeSwitch<Operation *, FailureOr<Expression>>(op)
      .Case([&](arith::ConstantOp constant) -> FailureOr<Expression> {
        FailureOr<std::string> pair = getPair(constant);
        if (!getSplat(constant) || failed(pair))
          return refuse();
        return Expression{*pair};
      })
      .Case([&](vector::LoadOp load) { return makePairLoad(load); })
      .Case([&](arith::AddIOp) { return makeCall("plus2", op->getOperands()); })
      .Case(
          [&](arith::SubIOp) { return makeCall("minus2", op->getOperands()); })
      .Case([&](arith::MulIOp) {
        std::optional<int64_t> factor = getSplat(op->getOperand(1));
        if (factor && *factor > 0 && llvm::isPowerOf2_64(*factor))
          return makeCall("shift_left2", op->getOperand(0),
                          ", " + std::to_string(llvm::Log2_64(*factor)));
        return makeCall("times2", op->getOperands());
      })
      .Case([&](arith::ShRSIOp) {
        std::optional<int64_t> by = getSplat(op->getOperand(1));
        return by ? makeCall("shift_right2", op->getOperand(0),
                             ", " + std::to_string(*by))
                  : refuse();
      })
      .Case([&](arith::CmpIOp compare) {
        Value a, b;
        std::optional<StringRef> helper = getComparison(compare, a, b);
        return helper && isPair(a.getType()) ? makeCall(*helper, {a, b})
                                             : refuse();
      })
      .Case([&](arith::SelectOp select) { return makePairSelect(select); })
      .Case([&](arith::ExtUIOp extend) {
        return isPairMask(extend.getIn().getType())
                   ? makeCall("number2", extend.getIn())
                   : refuse();
      })
      .Case([&](arith::ExtSIOp extend) { return makePairBytes(extend); })
      .Case([&](arith::TruncIOp cut) {
        std::optional<PairProduct> product = matchProduct(cut);
        if (!product)
          return refuse();
        std::string more = ", " + std::to_string(product->rounding) + ", " +
                           std::to_string(product->by);
        std::optional<int64_t> factor = product->b ? getSplat(product->b) : 1;
        if (factor)
          return makeCall("scaled2", product->a,
                          ", " + std::to_string(*factor) + more);
        return makeCall("product2", {product->a, product->b}, more);
      })
      .Default([&](Operation *) { return refuse(); });
}

scf::IfOp getBranchOfMask(Operation *mask) {
  auto compare = dyn_cast<arith::CmpIOp>(mask);
  if (!compare || !isPairMask(compare.getType()))
    return nullptr;
  // What is compared may be read there again.
  for (Value operand : compare->getOperands())
    if (auto load = operand.getDefiningOp<vector::LoadOp>();
        load && load->hasOneUse() &&
        !getMemory(load.getBase()).getDefiningOp<memref::GetGlobalOp>())
      return nullptr;
  scf::IfOp branch;
  for (Operation *user : compare->getUsers()) {
    auto any = dyn_cast<vector::ReductionOp>(user);
    if (!any || any->getBlock() != compare->getBlock())
      continue;
    Operation *only = getOnlyUser(any);
    if (branch || !isa_and_present<scf::IfOp>(only))
      return nullptr;
    branch = cast<scf::IfOp>(only);
  }
  bool isOnlyThere =
      branch && llvm::all_of(compare->getUsers(), [&](Operation *user) {
        return isa<vector::ReductionOp>(user) ||
               branch.getThenRegion().isAncestor(user->getParentRegion());
      });
  return isOnlyThere && !compare->hasOneUse() ? branch : nullptr;
}

FailureOr<Expression> FunctionEmitter::makeAnyPair(vector::ReductionOp op) {
  if (op.getKind() != vector::CombiningKind::OR || op.getAcc() ||
      !isPairMask(op.getVector().getType()))
    return op.emitOpError("C11: is not in the emitter's subset: expected "
                          "whether one of two bits is set");
  Value a, b;
  auto compare = op.getVector().getDefiningOp<arith::CmpIOp>();
  if (compare && (compare->hasOneUse() || getBranchOfMask(compare)))
    if (std::optional<StringRef> comparison = getComparison(compare, a, b))
      return makeCall(("any_" + *comparison).str(), {a, b});
  FailureOr<Expression> pair = getExpression(op.getVector());
  if (failed(pair))
    return failure();
  return Expression{pair->in(Precedence::Sum) + " != 0", Precedence::Equality};
}

FailureOr<Expression> FunctionEmitter::makePairLane(Value pair, int64_t lane) {
  FailureOr<Expression> expression = getExpression(pair);
  if (failed(expression))
    return failure();
  if (isPair(pair.getType()))
    return Expression{("(" + prefix + "_short)" + prefix +
                       (lane == 0 ? "_low(" : "_high(") + expression->text +
                       ")")
                          .str(),
                      Precedence::Unary};
  if (lane == 0)
    return Expression{"(" + expression->in(Precedence::Unary) + " & 1) != 0",
                      Precedence::Equality};
  return Expression{expression->in(Precedence::Unary) + " >> 31 != 0",
                    Precedence::Equality};
}

LogicalResult FunctionEmitter::emitPairStore(vector::StoreOp op) {
  bool areSpikes = isPairMask(op.getVectorType());
  if (!areSpikes && !isPair(op.getVectorType()))
    return op.emitOpError("C11: of ")
           << op.getVectorType() << " is not in the emitter's subset";
  FailureOr<std::string> element =
      getElement(op, op.getBase(), op.getIndices());
  Value a, b;
  auto compare = op.getValueToStore().getDefiningOp<arith::CmpIOp>();
  if (succeeded(element) && compare && compare->hasOneUse() &&
      getComparison(compare, a, b) == StringRef("above2")) {
    FailureOr<std::string> first = getPair(a), second = getPair(b);
    if (failed(first) || failed(second))
      return failure();
    line() << prefix << "_store_above2(&" << *element << ", " << *first << ", "
           << *second << ");\n";
    return success();
  }
  FailureOr<std::string> pair = getPair(op.getValueToStore());
  if (failed(element) || failed(pair))
    return failure();
  line() << prefix << (areSpikes ? "_store_spikes2(&" : "_store2(&") << *element
         << ", " << *pair << ");\n";
  return success();
}

} // namespace snn::c11
