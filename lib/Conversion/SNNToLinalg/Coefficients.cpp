//===- Coefficients.cpp - The constants of an elementwise loop ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Coefficients.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace snn;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Constant snn::getSpikeUnits(const Constant &factor, Type type, int64_t rank) {
  Constant units = zipConstants(
      factor, getScales(type, rank),
      [](double value, double scale) { return roundHalfUp(value / scale); });
  units.elementType = IntegerType::get(type.getContext(), 32);
  return units;
}

/// Whether a constant has a number for each index of the last dimension of
/// `signal`, the same along all others.
static bool isRow(const Constant &constant, ArrayRef<int64_t> signal) {
  return !constant.isUniform() && !constant.isScalar && !signal.empty() &&
         constant.shape.back() == signal.back() &&
         constant.getNumElements() == signal.back();
}

/// Whether a constant of the shape of `signal` is one row, again and again.
static bool repeatsRow(const Constant &constant, ArrayRef<int64_t> signal) {
  if (constant.isScalar || constant.isUniform() || signal.size() < 2 ||
      signal.back() == 1 || ArrayRef(constant.shape) != signal)
    return false;
  for (int64_t i = signal.back(), e = constant.getNumElements(); i < e; ++i)
    if (constant.at(i) != constant.at(i % signal.back()))
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Coefficients
//===----------------------------------------------------------------------===//

Coefficients::Coefficients(LayerBuilder &layer, Operation *op,
                           bool addsToProducts)
    : layer(layer), addsToProducts(addsToProducts),
      signal(cast<RankedTensorType>(op->getResult(0).getType()).getShape()) {
  int64_t size = ShapedType::getNumElements(signal);
  bool usesRows = false;
  for (Value value : op->getOperands()) {
    Scales scales = Scales::of(value.getType());
    usesRows |= scales.isPerAxis();
    std::optional<Constant> constant = getConstant(value);
    usesRows |=
        constant && (isRow(*constant, signal) || repeatsRow(*constant, signal));
  }
  for (Value value : op->getResults())
    usesRows |= Scales::of(value.getType()).isPerAxis();
  if (usesRows && !signal.empty() && size > signal.back())
    shape = {size / signal.back(), signal.back()};
  else
    shape = {size};
}

Coefficients::Entry &Coefficients::addEntry(StringRef name,
                                            const Constant &constant) {
  Entry &entry = entries[name];
  if (isa<IntegerType>(constant.elementType))
    entry.integers = {
        static_cast<int64_t>(*llvm::min_element(constant.values)),
        static_cast<int64_t>(*llvm::max_element(constant.values))};
  if (constant.isUniform()) {
    entry.number = layer.coefficientValue(constant, name);
    entry.text = formatNumber(constant.at(0), constant.elementType);
    return entry;
  }
  entry.element = addTensor(name, constant);
  entry.text = (name + "[n]").str();
  return entry;
}

unsigned Coefficients::addTensor(StringRef name, const Constant &constant) {
  Constant stored = constant;
  if (shape.size() == 2 && repeatsRow(constant, signal)) {
    stored.shape = {signal.back()};
    stored.values.resize(signal.back());
  } else if (!isRow(constant, signal) &&
             ArrayRef(constant.shape) != ArrayRef(signal)) {
    stored = makeConstant(signal, constant.elementType,
                          [&](ArrayRef<int64_t> position) {
                            return snn::getElement(constant, position);
                          });
  }
  bool isWhole = stored.getNumElements() == ShapedType::getNumElements(signal);
  tensorNames.push_back(name.str());
  tensors.push_back(layer.coefficientValue(
      stored, name, isWhole ? ArrayRef(shape) : ArrayRef<int64_t>()));
  return tensors.size() - 1;
}

void Coefficients::add(StringRef name, const Constant &constant) {
  (void)addEntry(name, constant);
}

LogicalResult Coefficients::add(StringRef name, MutableOperandRange operand) {
  if (operand.empty())
    return success();
  std::optional<Constant> constant = getConstant(operand[0].get());
  if (!constant)
    return operand.getOwner()->emitOpError()
           << name << " is not a constant; only constants can be lowered";
  add(name, *constant);
  return success();
}

LogicalResult Coefficients::addFactor(StringRef name, const Constant &factor,
                                      int64_t largest, Operation *op) {
  // In the finest of their units factors are integers, and the products the
  // same.
  SmallVector<FixedFactor> factors;
  int shift = std::numeric_limits<int>::min();
  for (double value : factor.values) {
    factors.push_back(FixedFactor::of(value).reduced());
    if (factors.back().multiplier != 0)
      shift = std::max(shift, factors.back().shift);
  }
  if (shift == std::numeric_limits<int>::min())
    shift = 0;
  bool isUniform = llvm::all_equal(llvm::map_range(
      factors, [](FixedFactor f) { return std::pair(f.multiplier, f.shift); }));
  // Integers have no places before the point.
  if (!isUniform)
    shift = std::max(shift, 1);
  Constant integers = factor;
  if (isUniform) {
    integers.values.resize(1);
    factors.resize(1, factors.front());
  }
  integers.elementType = IntegerType::get(op->getContext(), 32);
  int64_t most = 0;
  for (auto [value, fixed] : llvm::zip_equal(integers.values, factors)) {
    value =
        std::ldexp(static_cast<double>(fixed.multiplier),
                   isUniform ? std::max(0, -fixed.shift) : shift - fixed.shift);
    most = std::max(most, static_cast<int64_t>(std::abs(value)));
  }
  if (most >= int64_t(1) << 31) {
    // Factors of very different size have a shift each, of at least 1.
    Constant shifts = integers;
    for (auto [value, count, fixed] :
         llvm::zip_equal(integers.values, shifts.values, factors)) {
      count = std::max(fixed.shift, 1);
      value = std::ldexp(static_cast<double>(fixed.multiplier),
                         static_cast<int>(count) - fixed.shift);
      if (std::abs(value) >= std::exp2(31))
        return op->emitOpError(name) << " is too large for 32 bits";
    }
    unsigned element = addTensor((name + "_shift").str(), shifts);
    Entry &entry = addEntry(name, integers);
    entry.shifts = element;
    return success();
  }
  Entry &entry = addEntry(name, integers);
  shift = std::max(shift, 0);
  entry.product = FixedProduct{
      largest, most, shift, shift > 0 ? int64_t(1) << (shift - 1) : int64_t(0)};
  if (isUniform)
    entry.text = formatNumber(factor.at(0), Float32Type::get(op->getContext()));
  return success();
}

LogicalResult Coefficients::addDecay(StringRef name,
                                     MutableOperandRange operand, Type state,
                                     bool isShort, int64_t largest,
                                     DecayRule rule) {
  if (operand.empty())
    return success();
  std::optional<Constant> constant = getConstant(operand[0].get());
  if (!constant || !constant->quantizedType)
    return add(name, operand);
  if (rule == DecayRule::Shift)
    return addShifts(name, *constant);
  auto quantized = cast<quant::QuantizedType>(state);
  int shift = -std::ilogb(Scales::of(constant->quantizedType).at(0));
  if (rule == DecayRule::TowardZero) {
    Constant integers = *constant;
    integers.quantizedType = nullptr;
    Entry &entry = addEntry(name, integers);
    entry.rule = rule;
    entry.product =
        FixedProduct{largest, entry.integers.getMagnitude(), shift, 0};
    if (integers.isUniform())
      entry.text = formatNumber(std::ldexp(constant->at(0), -shift),
                                Float32Type::get(layer.body().getContext()));
    return success();
  }
  double one = std::ldexp(1.0, shift);
  bool isComplement = llvm::all_of(constant->values, [&](double value) {
    return value >= one / 2 && value <= one;
  });
  int64_t most = 0;
  Constant integers = *constant;
  integers.quantizedType = nullptr;
  for (double &value : integers.values) {
    if (isComplement)
      value = one - value;
    most = std::max(most, static_cast<int64_t>(std::abs(value)));
  }
  Entry &entry = addEntry(name, integers);
  if (integers.isUniform())
    entry.text = formatNumber(constant->at(0) / one,
                              Float32Type::get(layer.body().getContext()));
  // What would be dropped is all of the fraction: nothing is.
  isShort &= getShortShift(quantized) < shift;
  if (isShort) {
    entry.dropped = getShortShift(quantized);
    largest = entry.dropped > 0 ? 32767 : largest;
    shift -= entry.dropped;
  }
  int64_t half = shift > 0 ? int64_t(1) << (shift - 1) : 0;
  entry.isComplement = isComplement;
  // Half a unit of the product is so much of what is multiplied.
  if (isShort && isComplement && integers.isUniform() && entry.dropped == 0 &&
      most > 0) {
    entry.offset = (2 * half + most) / (2 * most);
    entry.product = FixedProduct{largest + entry.offset, most, shift, 0};
    return success();
  }
  // round(x - p) = x - (p + 1/2 rounded down but for whole halves)
  if (isComplement && half > 0)
    --half;
  entry.product = FixedProduct{largest, most, shift, half};
  return success();
}

LogicalResult Coefficients::addShifts(StringRef name, const Constant &decay) {
  double scale = Scales::of(decay.quantizedType).at(0);
  Constant shifts = decay;
  shifts.quantizedType = nullptr;
  for (double &value : shifts.values)
    value = -std::ilogb(1 - value * scale);
  Entry &entry = addEntry(name, shifts);
  entry.rule = DecayRule::Shift;
  if (shifts.isUniform())
    entry.text = formatNumber(decay.at(0) * scale,
                              Float32Type::get(layer.body().getContext()));
  return success();
}

Value Coefficients::multiplyTowardZero(const Entry &entry, Value x,
                                       Value factor) const {
  Value zero = createNumber(*body, x.getType(), 0);
  Value isNegative =
      arith::CmpIOp::create(*body, arith::CmpIPredicate::slt, x, zero);
  auto withSign = [&](Value value) -> Value {
    return arith::SelectOp::create(
        *body, isNegative, arith::SubIOp::create(*body, zero, value), value);
  };
  return withSign(entry.product->create(*body, withSign(x), factor));
}

Value Coefficients::decayByShift(Value x, Value shift) const {
  Value zero = createNumber(*body, x.getType(), 0);
  Value floor = arith::ShRSIOp::create(*body, x, shift);
  // Below 0 the floor is -1 at most.
  Value isSmall =
      arith::CmpIOp::create(*body, arith::CmpIPredicate::eq, floor, zero);
  Value isPositive =
      arith::CmpIOp::create(*body, arith::CmpIPredicate::sgt, x, zero);
  Value least = arith::ExtUIOp::create(*body, x.getType(), isPositive);
  Value lost = arith::SelectOp::create(*body, isSmall, least, floor);
  return arith::SubIOp::create(*body, x, lost);
}

Value Coefficients::get(StringRef name) const {
  auto it = entries.find(name);
  if (it == entries.end())
    return Value();
  if (Value number = it->second.number) {
    // Integers are 32-bit constants.
    if (llvm::APInt integer; getElementTypeOrSelf(compute).isInteger(16) &&
                             matchPattern(number, m_ConstantInt(&integer)))
      return createNumber(*body, compute,
                          static_cast<double>(integer.getSExtValue()));
    return number;
  }
  Location loc = body->getLoc();
  body->setLoc(NameLoc::get(body->getStringAttr(name), loc));
  Value element = getElement(it->second.element);
  body->setLoc(loc);
  return element;
}

Value Coefficients::getElement(unsigned index) const {
  Value element = bound[index];
  // Integers are stored in as few bits as they need.
  if (isa<IntegerType>(getElementTypeOrSelf(element)) &&
      element.getType() != compute)
    return arith::ExtSIOp::create(*body, compute, element);
  return element;
}

Value Coefficients::multiplyShifted(const Entry &entry, Value x) const {
  Type wide = body->getI64Type();
  auto widen = [&](Value value) -> Value {
    return arith::ExtSIOp::create(*body, wide, value);
  };
  Value product =
      arith::MulIOp::create(*body, widen(x), widen(getElement(entry.element)));
  Value shift = widen(getElement(*entry.shifts));
  Value one = createNumber(*body, wide, 1);
  // Half of what is shifted away: 2^shift / 2.
  Value half = arith::ShRSIOp::create(
      *body, arith::ShLIOp::create(*body, one, shift), one);
  return arith::ShRSIOp::create(
      *body, arith::AddIOp::create(*body, product, half), shift);
}

Value Coefficients::multiply(StringRef name, Value x) const {
  auto it = entries.find(name);
  if (it == entries.end())
    return x;
  Value factor = get(name);
  if (it->second.shifts)
    return arith::TruncIOp::create(*body, x.getType(),
                                   multiplyShifted(it->second, x));
  if (it->second.rule == DecayRule::Shift)
    return decayByShift(x, factor);
  if (it->second.rule == DecayRule::TowardZero)
    return multiplyTowardZero(it->second, x, factor);
  const std::optional<FixedProduct> &product = it->second.product;
  if (!product)
    return createMul(*body, factor, x);
  Value multiplied = x;
  if (int dropped = it->second.dropped) {
    Type type = x.getType();
    Value half = createNumber(*body, type, int64_t(1) << (dropped - 1));
    Value sum = arith::AddIOp::create(*body, x, half);
    Value high =
        arith::ShRSIOp::create(*body, sum, createNumber(*body, type, dropped));
    // Compilers multiply 16 bits faster than 32.
    multiplied = arith::ExtSIOp::create(
        *body, type, arith::TruncIOp::create(*body, body->getI16Type(), high));
  }
  Location loc = body->getLoc();
  auto call = [&](StringRef text) {
    body->setLoc(NameLoc::get(body->getStringAttr(text), loc));
  };
  StringRef resultName = it->second.isComplement ? "lost" : "driven";
  int64_t offset = it->second.offset;
  call(resultName);
  Value result;
  if (addsToProducts && offset != 0)
    result = product->createOfSum(*body, x, offset, factor).value_or(Value());
  if (!result && offset != 0) {
    call("nearest");
    multiplied = arith::AddIOp::create(
        *body, x, createNumber(*body, x.getType(), offset));
    call(resultName);
  }
  if (!result)
    result = product->create(*body, multiplied, factor);
  if (it->second.isComplement) {
    call("kept");
    result = arith::SubIOp::create(*body, x, result);
  }
  body->setLoc(loc);
  return result;
}

std::optional<IntegerInterval>
Coefficients::getShortProduct(StringRef name, IntegerInterval x) const {
  constexpr int64_t kMost = std::numeric_limits<int16_t>::max();
  auto it = entries.find(name);
  if (it == entries.end())
    return x;
  const Entry &entry = it->second;
  if (entry.shifts || entry.dropped != 0 || entry.rule != DecayRule::HalfUp ||
      entry.integers.getMagnitude() > kMost || x.max + entry.offset > kMost)
    return std::nullopt;
  auto multiply = [&](int64_t number, int64_t factor) {
    int64_t product = (number + entry.offset) * factor;
    if (entry.product && entry.product->shift > 0)
      product = (product + entry.product->rounding) >> entry.product->shift;
    return entry.isComplement ? number - product : product;
  };
  // Products are monotonous in both.
  auto [least, most] = std::minmax({multiply(x.min, entry.integers.min),
                                    multiply(x.min, entry.integers.max),
                                    multiply(x.max, entry.integers.min),
                                    multiply(x.max, entry.integers.max)});
  return IntegerInterval{least, most};
}

bool Coefficients::isBelow(StringRef name, int64_t limit) const {
  auto it = entries.find(name);
  if (it == entries.end() || it->second.shifts)
    return false;
  return it->second.product && it->second.product->isBelow(limit);
}

Value Coefficients::multiplySaturated(StringRef name, Value x, int64_t least,
                                      int64_t greatest) const {
  auto it = entries.find(name);
  bool isShifted = it != entries.end() && it->second.shifts;
  if (it == entries.end() ||
      (!isShifted &&
       (!it->second.product || it->second.product->isBelow(int64_t(1) << 31))))
    return createClamp(*body, multiply(name, x), least, greatest);
  Value product = isShifted
                      ? multiplyShifted(it->second, x)
                      : it->second.product->createWide(*body, x, get(name));
  return arith::TruncIOp::create(*body, x.getType(),
                                 createClamp(*body, product, least, greatest));
}

std::string Coefficients::text(StringRef name, StringRef absent) const {
  auto it = entries.find(name);
  return it == entries.end() ? absent.str() : it->second.text;
}
