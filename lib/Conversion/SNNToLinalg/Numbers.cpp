//===- Numbers.cpp - Arithmetic on numbers and on fixed-point integers ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numbers.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace snn;

Type snn::getComputeType(Type type) {
  if (isa<quant::QuantizedType>(type))
    return IntegerType::get(type.getContext(), 32);
  return type;
}

Value snn::castToNumber(ImplicitLocOpBuilder &builder, Value value, Type type,
                        Type target) {
  if (value.getType() == target)
    return value;
  bool isSigned = isa<quant::QuantizedType>(type);
  if (isa<FloatType>(target))
    return arith::UIToFPOp::create(builder, target, value);
  // What is stored in more bits than its range needs.
  if (getElementTypeOrSelf(value).getIntOrFloatBitWidth() >
      getElementTypeOrSelf(target).getIntOrFloatBitWidth())
    return arith::TruncIOp::create(builder, target, value);
  if (isSigned)
    return arith::ExtSIOp::create(builder, target, value);
  return arith::ExtUIOp::create(builder, target, value);
}

Value snn::castToStorage(ImplicitLocOpBuilder &builder, Value value,
                         Type storage) {
  // Of one number or of several.
  Type element = getElementTypeOrSelf(value);
  if (element == storage)
    return value;
  // What is stored in more bits than its range needs is a signed number.
  if (element.getIntOrFloatBitWidth() < storage.getIntOrFloatBitWidth())
    return arith::ExtSIOp::create(builder, storage, value);
  return arith::TruncIOp::create(builder, storage, value);
}

template <typename Float, typename Int>
static Value createBinary(ImplicitLocOpBuilder &builder, Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return Float::create(builder, a, b);
  return Int::create(builder, a, b);
}

Value snn::createAdd(ImplicitLocOpBuilder &builder, Value a, Value b) {
  return createBinary<arith::AddFOp, arith::AddIOp>(builder, a, b);
}

Value snn::createSub(ImplicitLocOpBuilder &builder, Value a, Value b) {
  return createBinary<arith::SubFOp, arith::SubIOp>(builder, a, b);
}

Value snn::createMul(ImplicitLocOpBuilder &builder, Value a, Value b) {
  return createBinary<arith::MulFOp, arith::MulIOp>(builder, a, b);
}

Value snn::createIsNotZero(ImplicitLocOpBuilder &builder, Value x) {
  Type type = x.getType(), element = getElementTypeOrSelf(type);
  Value zero = arith::ConstantOp::create(builder, builder.getZeroAttr(type));
  if (isa<FloatType>(element))
    return arith::CmpFOp::create(builder, arith::CmpFPredicate::UNE, x, zero);
  return arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, x, zero);
}

Value snn::createCompare(ImplicitLocOpBuilder &builder,
                         arith::CmpFPredicate predicate, Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::CmpFOp::create(builder, predicate, a, b);
  auto integer =
      predicate == arith::CmpFPredicate::OGT   ? arith::CmpIPredicate::sgt
      : predicate == arith::CmpFPredicate::OGE ? arith::CmpIPredicate::sge
                                               : arith::CmpIPredicate::slt;
  // What is beyond all that a stored state can be is not compared: C compilers
  // warn of it.
  auto extended = a.getDefiningOp<arith::ExtSIOp>();
  APInt limit;
  if (extended && a.getType().isInteger(32) &&
      matchPattern(b, m_ConstantInt(&limit))) {
    unsigned bits = extended.getIn().getType().getIntOrFloatBitWidth();
    int64_t number = limit.getSExtValue();
    bool isAbove = number > llvm::maxIntN(bits);
    if (isAbove || number < llvm::minIntN(bits))
      return arith::ConstantIntOp::create(
          builder, isAbove == (integer == arith::CmpIPredicate::slt), 1);
  }
  return arith::CmpIOp::create(builder, integer, a, b);
}

Value snn::createNumber(ImplicitLocOpBuilder &builder, Type type,
                        double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr number;
  if (isa<FloatType>(element))
    number = builder.getFloatAttr(element, value);
  else
    number = builder.getIntegerAttr(element, static_cast<int64_t>(value));
  if (auto vector = dyn_cast<VectorType>(type))
    number = DenseElementsAttr::get(vector, Attribute(number));
  return arith::ConstantOp::create(builder, number);
}

/// `type`, or vectors of it as long as those of `value`.
static Type likeShape(Value value, Type type) {
  auto vector = dyn_cast<VectorType>(value.getType());
  return vector ? vector.clone(type) : type;
}

Value snn::createUpperHalf(ImplicitLocOpBuilder &builder, Value a, Value b) {
  Type wide = likeShape(a, builder.getI32Type());
  Value product =
      arith::MulIOp::create(builder, arith::ExtSIOp::create(builder, wide, a),
                            arith::ExtSIOp::create(builder, wide, b));
  Value high =
      arith::ShRSIOp::create(builder, product, createNumber(builder, wide, 16));
  return arith::TruncIOp::create(builder, a.getType(), high);
}

Value FixedProduct::createShort(ImplicitLocOpBuilder &builder, Value x,
                                Value multiplier) const {
  Type narrow = x.getType(), wide = likeShape(x, builder.getI32Type());
  auto shiftRight = [&](Value value, int by) -> Value {
    return arith::ShRSIOp::create(builder, value,
                                  createNumber(builder, value.getType(), by));
  };
  bool isShift = mostMultiplier == 1 && matchPattern(multiplier, m_One());
  if (shift <= 0)
    return isShift ? x : arith::MulIOp::create(builder, x, multiplier);
  if (isShift && largest + rounding <= std::numeric_limits<int16_t>::max()) {
    if (rounding != 0)
      x = arith::AddIOp::create(
          builder, x,
          createNumber(builder, narrow, static_cast<double>(rounding)));
    return shiftRight(x, shift);
  }
  // A shift in place of a product in 32 bits; but pairs have one for both.
  auto vector = dyn_cast<VectorType>(narrow);
  bool isPair = vector && vector.getNumElements() == 2;
  APInt factor;
  if (rounding == 0 && !isPair &&
      matchPattern(multiplier, m_ConstantInt(&factor)) && factor.isPowerOf2() &&
      factor.exactLogBase2() < shift)
    return shiftRight(x, shift - factor.exactLogBase2());
  if (rounding == 0 && shift >= 16) {
    Value high = createUpperHalf(builder, x, multiplier);
    return shift == 16 ? high : shiftRight(high, shift - 16);
  }
  Value product = create(builder, arith::ExtSIOp::create(builder, wide, x),
                         arith::ExtSIOp::create(builder, wide, multiplier));
  return arith::TruncIOp::create(builder, narrow, product);
}

std::optional<Value> FixedProduct::createOfSum(ImplicitLocOpBuilder &builder,
                                               Value x, int64_t offset,
                                               Value multiplier) const {
  APInt factor;
  if (!getElementTypeOrSelf(x.getType()).isInteger(16) || shift <= 0 ||
      shift > 16 || !matchPattern(multiplier, m_ConstantInt(&factor)) ||
      factor.getSExtValue() == 1)
    return std::nullopt;
  Type wide = likeShape(x, builder.getI32Type());
  auto number = [&](int64_t value) {
    return createNumber(builder, wide, static_cast<double>(value));
  };
  int64_t more = rounding + offset * factor.getSExtValue();
  Value product =
      arith::MulIOp::create(builder, arith::ExtSIOp::create(builder, wide, x),
                            arith::ExtSIOp::create(builder, wide, multiplier));
  Value sum = arith::AddIOp::create(builder, product, number(more));
  Value shifted = arith::ShRSIOp::create(builder, sum, number(shift));
  return arith::TruncIOp::create(builder, x.getType(), shifted).getResult();
}

Value FixedProduct::create(ImplicitLocOpBuilder &builder, Value x,
                           Value multiplier) const {
  Type type = x.getType();
  if (getElementTypeOrSelf(type).isInteger(16))
    return createShort(builder, x, multiplier);
  auto number = [&](Type of, int64_t value) {
    return createNumber(builder, of, static_cast<double>(value));
  };
  auto multiply = [&](Value a, Value b) -> Value {
    if (mostMultiplier == 1 && matchPattern(b, m_One()))
      return a;
    return arith::MulIOp::create(builder, a, b);
  };
  auto shiftRight = [&](Value value, int by) -> Value {
    if (by == 0)
      return value;
    return arith::ShRSIOp::create(builder, value, number(value.getType(), by));
  };
  auto add = [&](Value value, int64_t term) -> Value {
    if (term == 0)
      return value;
    return arith::AddIOp::create(builder, value, number(value.getType(), term));
  };
  if (shift <= 0)
    return multiply(x, multiplier);
  constexpr int64_t kLimit = int64_t(1) << 31;
  if (largest * mostMultiplier + rounding < kLimit)
    return shiftRight(add(multiply(x, multiplier), rounding), shift);
  int split = std::min(shift, 16);
  int64_t mostHigh = (largest >> split) + 1;
  if (mostMultiplier >= 32768 || (mostHigh + 1) * mostMultiplier >= kLimit)
    return arith::TruncIOp::create(builder, type,
                                   createWide(builder, x, multiplier));
  // x = high * 2^split + low; every product fits into 32 bits.
  int64_t mask = (int64_t(1) << split) - 1;
  Value high = shiftRight(x, split);
  Value low = arith::AndIOp::create(builder, x, number(type, mask));
  bool roundsLow = mask * mostMultiplier + rounding < kLimit;
  int64_t lowRounding = roundsLow ? rounding : rounding & mask;
  Value carry = shiftRight(add(multiply(low, multiplier), lowRounding), split);
  Value sum = arith::AddIOp::create(builder, multiply(high, multiplier), carry);
  return shiftRight(add(sum, (rounding - lowRounding) >> split), shift - split);
}

bool FixedProduct::isBelow(int64_t limit) const {
  // In floating point, as 64 bits may not be enough.
  double product =
      static_cast<double>(largest) * static_cast<double>(mostMultiplier);
  return std::ldexp(product, -std::max(shift, 0)) <
         static_cast<double>(limit - 2);
}

Value FixedProduct::createWide(ImplicitLocOpBuilder &builder, Value x,
                               Value multiplier) const {
  Type wide = builder.getI64Type();
  Value product =
      arith::MulIOp::create(builder, arith::ExtSIOp::create(builder, wide, x),
                            arith::ExtSIOp::create(builder, wide, multiplier));
  if (shift <= 0)
    return product;
  Value half = createNumber(builder, wide, static_cast<double>(rounding));
  return arith::ShRSIOp::create(builder,
                                arith::AddIOp::create(builder, product, half),
                                createNumber(builder, wide, shift));
}

int64_t snn::getLargestInteger(Type type) {
  if (type.isInteger(1))
    return 1;
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  if (!quantized)
    return 255;
  return std::max(-quantized.getStorageTypeMin(),
                  quantized.getStorageTypeMax());
}

static Value createLimit(ImplicitLocOpBuilder &builder, Value value,
                         arith::CmpIPredicate predicate, int64_t bound) {
  Value end =
      createNumber(builder, value.getType(), static_cast<double>(bound));
  Value isBeyond = arith::CmpIOp::create(builder, predicate, value, end);
  return arith::SelectOp::create(builder, isBeyond, end, value);
}

Value snn::createAtLeast(ImplicitLocOpBuilder &builder, Value value,
                         int64_t least) {
  return createLimit(builder, value, arith::CmpIPredicate::slt, least);
}

Value snn::createAtMost(ImplicitLocOpBuilder &builder, Value value,
                        int64_t greatest) {
  return createLimit(builder, value, arith::CmpIPredicate::sgt, greatest);
}

Value snn::createClamp(ImplicitLocOpBuilder &builder, Value value,
                       quant::QuantizedType type) {
  return createClamp(builder, value, type.getStorageTypeMin(),
                     type.getStorageTypeMax());
}

Value snn::createClamp(ImplicitLocOpBuilder &builder, Value value,
                       int64_t least, int64_t greatest) {
  return createAtMost(builder, createAtLeast(builder, value, least), greatest);
}
