//===- NeuronArithmetic.cpp - A neuron's equations in a loop --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NeuronArithmetic.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;
using namespace snn;

Reciprocal Reciprocal::ofShort(int64_t least, int64_t voltage, int64_t most) {
  return {voltage, 0, 16, false, voltage >= (most + 1) * least, true};
}

std::optional<Reciprocal> Reciprocal::of(int64_t least, int64_t greatest,
                                         int64_t voltage, int64_t most) {
  Reciprocal result;
  // More spikes count as `most`.
  result.largest = std::min(voltage, (most + 1) * greatest - 1);
  result.clampsVoltage = voltage > result.largest;
  result.clampsCount = result.largest >= (most + 1) * least;
  for (result.before = 0;; ++result.before) {
    if (least < int64_t(1) << (result.before + 1))
      return std::nullopt;
    int64_t shifted = result.largest >> result.before;
    result.after = 1 + std::ilogb(static_cast<double>(shifted) + 1) + 1;
    int64_t factor = result.getFactor(least);
    if ((shifted + 1) * (factor + 1) < int64_t(1) << 31)
      return result;
  }
}

Value NeuronArithmetic::mulShifted(Value a, Value b, int by) {
  if (!getElementTypeOrSelf(compute).isInteger(16))
    return shiftRight(mul(a, b), by);
  return done(createUpperHalf(builder, a, b));
}

Value NeuronArithmetic::div(Value a, Value b) {
  if (isa<FloatType>(compute))
    return done(arith::DivFOp::create(builder, a, b));
  return done(arith::DivSIOp::create(builder, a, b));
}

Value NeuronArithmetic::shiftRight(Value value, int by) {
  if (by == 0)
    return value;
  return done(arith::ShRSIOp::create(builder, value, constant(by)));
}

Value NeuronArithmetic::toCount(Value value) {
  if (!isa<FloatType>(compute)) {
    Type type = builder.getI8Type();
    if (auto vector = dyn_cast<VectorType>(compute))
      type = VectorType::get(vector.getShape(), type);
    return done(arith::TruncIOp::create(builder, type, value,
                                        arith::IntegerOverflowFlags::nuw));
  }
  return done(
      arith::FPToUIOp::create(builder, builder.getIntegerType(8), value));
}

Value NeuronArithmetic::drive(const StateModel &state, Value input) {
  std::string gain = state.name("gain");
  // What is not known to be small is clamped with the state.
  bool clamps =
      (model.saturates || state.arithmetic.getSum() == SumRule::Each) &&
      c.isFactor(gain) && !c.isBelow(gain, kDriveLimit);
  return clamps
             ? c.multiplySaturated(gain, input, -kDriveLimit, kDriveLimit - 1)
             : c.multiply(gain, input);
}

Value NeuronArithmetic::fires(Value voltage) {
  return compare(model.spikes->rule == SpikeRule::GreaterEqual
                     ? arith::CmpFPredicate::OGE
                     : arith::CmpFPredicate::OGT,
                 voltage, get("threshold"));
}

Value NeuronArithmetic::getRest(Value voltage, Value count, Value fires) {
  if (!model.spikes->resets())
    return voltage;
  if (!model.spikes->subtracts()) {
    if (!fires)
      fires = compare(arith::CmpFPredicate::OGE, voltage, get("threshold"));
    Value reset = has("reset") ? get("reset") : zero();
    return name("next").select(fires, reset, voltage);
  }
  Value times = name("number").number(count);
  Value subtrahend = has("reset") ? get("reset") : get("threshold");
  Value lowered = name("lowered").mul(times, subtrahend);
  return name("next").sub(voltage, lowered);
}

std::pair<Value, Value> NeuronArithmetic::countByReciprocal(Value voltage) {
  const Reciprocal &reciprocal = *update.reciprocal;
  Value threshold = get("threshold"), zero = this->zero(),
        most = constant(static_cast<double>(model.spikes->most));
  auto greater = arith::CmpFPredicate::OGT;
  Value isPositive = compare(greater, voltage, zero);
  Value bounded = name("positive").select(isPositive, voltage, zero);
  if (reciprocal.clampsVoltage) {
    Value largest = constant(static_cast<double>(reciprocal.largest));
    bounded = select(compare(greater, bounded, largest), largest, bounded);
  }
  Value shifted = shiftRight(bounded, reciprocal.before);
  Value times =
      name("times").mulShifted(shifted, get("reciprocal"), reciprocal.after);
  Value covered = name("covered").mul(times, threshold);
  Value rest = name("rest").sub(bounded, covered);
  Value isMore = compare(arith::CmpFPredicate::OGE, rest, threshold);
  Value more = name("more").number(isMore);
  Value count = name("ratio").add(times, more);
  if (reciprocal.clampsCount)
    count = select(compare(greater, count, most), most, count);
  count = name("count").toCount(count);
  if (!model.spikes->subtracts() || !reciprocal.isShort ||
      reciprocal.clampsCount)
    return {count, getRest(voltage, count, Value())};
  // The rest is known already.
  Value last = name("last").select(isMore, threshold, zero);
  Value below = name("below").sub(voltage, bounded);
  Value left = name("left").add(below, rest);
  return {count, name("next").sub(left, last)};
}

/// Below the threshold that is 0 times under both rules: the quotient of
/// neighbouring floating-point numbers does not round to 1. A comparison that
/// rarely holds is one that processors predict.
std::pair<Value, Value> NeuronArithmetic::count(Value voltage) {
  if (update.reciprocal)
    return countByReciprocal(voltage);
  Value threshold = get("threshold"), zero = this->zero(),
        most = constant(static_cast<double>(model.spikes->most));
  Value fires = compare(arith::CmpFPredicate::OGE, voltage, threshold);
  Value times = div(voltage, threshold);
  Value ratio = name("ratio").select(fires, times, zero);
  bool mayBeTooMany = !update.voltage ||
                      update.voltage->max >= (model.spikes->most + 1) *
                                                 c.getIntegers("threshold").min;
  if (mayBeTooMany)
    ratio =
        select(compare(arith::CmpFPredicate::OGT, ratio, most), most, ratio);
  Value count = name("count").toCount(ratio);
  return {count, getRest(voltage, count, fires)};
}

Value NeuronArithmetic::raise(Value voltage) {
  Value floor = get("floor");
  if (!floor)
    return voltage;
  Value isBelow = compare(arith::CmpFPredicate::OLT, voltage, floor);
  return name("bounded").select(isBelow, floor, voltage);
}

Value NeuronArithmetic::clamp(const StateModel &state, Value value) {
  return done(
      createClamp(builder, value, cast<quant::QuantizedType>(state.getType())));
}

Value NeuronArithmetic::wrap(const StateModel &state, Value value) {
  auto type = cast<quant::QuantizedType>(state.getType());
  int64_t least = type.getStorageTypeMin(), greatest = type.getStorageTypeMax();
  auto create = [&](int64_t integer) {
    return createNumber(builder, value.getType(), static_cast<double>(integer));
  };
  Value size = create(greatest - least + 1);
  Value isAbove = arith::CmpIOp::create(builder, arith::CmpIPredicate::sgt,
                                        value, create(greatest));
  Value above = arith::SelectOp::create(
      builder, isAbove, arith::SubIOp::create(builder, value, size), value);
  Value isBelow = arith::CmpIOp::create(builder, arith::CmpIPredicate::slt,
                                        value, create(least));
  return done(arith::SelectOp::create(
      builder, isBelow, arith::AddIOp::create(builder, value, size), above));
}

/// What an immediate reset and the floor leave of voltages from `updated`.
static IntegerInterval getAfterReset(const Coefficients &c,
                                     const SpikeModel &spikes,
                                     IntegerInterval updated) {
  if (!spikes.resets())
    return {updated.min, std::max(updated.max, c.getIntegers("floor").max)};
  IntegerInterval threshold = c.getIntegers("threshold");
  IntegerInterval reset = c.has("reset")       ? c.getIntegers("reset")
                          : spikes.subtracts() ? threshold
                                               : IntegerInterval();
  IntegerInterval spiked =
      spikes.subtracts()
          ? IntegerInterval{threshold.min - reset.max, updated.max - reset.min}
          : reset;
  return {std::min(updated.min, spiked.min),
          std::max({threshold.max, spiked.max, c.getIntegers("floor").max})};
}

std::optional<IntegerInterval>
NeuronArithmetic::getKnown(const StateModel &state) const {
  if (model.current && state.value == model.current->value)
    return update.current;
  if (!model.spikes || !update.voltage)
    return update.voltage;
  const SpikeModel &spikes = *model.spikes;
  if (spikes.resetTiming != ResetTiming::Immediate)
    return std::nullopt;
  if (spikes.counts() && spikes.subtracts()) {
    // As many thresholds as fit into a voltage leave some of it; as many of
    // another number may leave anything.
    if (has("reset"))
      return std::nullopt;
    return IntegerInterval{
        std::min<int64_t>(update.voltage->min, 0),
        std::max(update.voltage->max, c.getIntegers("floor").max)};
  }
  return getAfterReset(c, spikes, *update.voltage);
}

Value NeuronArithmetic::bound(const StateModel &state, Value value) {
  // What wraps around is within its type; numbers of floating point have no
  // least and greatest one.
  auto type = dyn_cast<quant::QuantizedType>(state.getType());
  if (!model.saturates || !type || state.arithmetic.getSum() == SumRule::Wrap)
    return value;
  std::optional<IntegerInterval> known = getKnown(state);
  name("bounded");
  if (!known || known->min < type.getStorageTypeMin())
    value = createAtLeast(builder, value, type.getStorageTypeMin());
  if (!known || known->max > type.getStorageTypeMax())
    value = createAtMost(builder, value, type.getStorageTypeMax());
  return done(value);
}

Value NeuronArithmetic::boundQuiet(const StateModel &state, Value value) {
  auto type = dyn_cast<quant::QuantizedType>(state.getType());
  if (!model.saturates || !type || state.arithmetic.getSum() == SumRule::Wrap)
    return value;
  name("bounded");
  if (!has("floor") || c.getIntegers("floor").min < type.getStorageTypeMin())
    value = createAtLeast(builder, value, type.getStorageTypeMin());
  if (c.getIntegers("threshold").max > type.getStorageTypeMax())
    value = createAtMost(builder, value, type.getStorageTypeMax());
  return done(value);
}
