//===- NeuronLowering.cpp - The updates of neurons ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Coefficients.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace snn;

namespace {

/// Arithmetic in the body of a loop, on floating-point numbers or integers.
class Arithmetic {
public:
  /// Computes voltages of `type` in `compute`; what is stored saturates or is
  /// known to fit.
  Arithmetic(ImplicitLocOpBuilder &builder, Type type, Type compute,
             bool saturates)
      : builder(builder), type(type), compute(compute), saturates(saturates),
        loc(builder.getLoc()) {}

  Arithmetic &name(StringRef text) {
    builder.setLoc(NameLoc::get(builder.getStringAttr(text), loc));
    return *this;
  }

  bool isSaturating() const { return saturates; }

  Value number(double value) {
    return done(createNumber(builder, compute, value));
  }
  Value mul(Value a, Value b) { return done(createMul(builder, a, b)); }
  /// floor(a * b / 2^by) of integers; of 16 bits, the upper half.
  Value mulShifted(Value a, Value b, int by) {
    if (!compute.isInteger(16))
      return shiftRight(mul(a, b), by);
    return done(createUpperHalf(builder, a, b));
  }
  Value add(Value a, Value b) { return done(createAdd(builder, a, b)); }
  Value sub(Value a, Value b) { return done(createSub(builder, a, b)); }
  Value div(Value a, Value b) {
    if (isa<FloatType>(compute))
      return done(arith::DivFOp::create(builder, a, b));
    return done(arith::DivSIOp::create(builder, a, b));
  }
  Value compare(arith::CmpFPredicate predicate, Value a, Value b) {
    return done(createCompare(builder, predicate, a, b));
  }
  Value select(Value condition, Value a, Value b) {
    return done(arith::SelectOp::create(builder, condition, a, b));
  }
  /// A stored element of a signal or state of type `from` as a number.
  Value read(Value value, Type from) {
    return done(castToNumber(builder, value, from, compute));
  }
  /// Spikes or their count as a number.
  Value toNumber(Value spikes) { return read(spikes, builder.getI1Type()); }
  Value shiftRight(Value value, int by) {
    if (by == 0)
      return value;
    return done(arith::ShRSIOp::create(builder, value, number(by)));
  }
  Value toCount(Value value) {
    if (!isa<FloatType>(compute))
      return done(arith::TruncIOp::create(builder, builder.getI8Type(), value,
                                          arith::IntegerOverflowFlags::nuw));
    return done(
        arith::FPToUIOp::create(builder, builder.getIntegerType(8), value));
  }
  /// A new state, clamped to what its type `state` can hold if it saturates;
  /// `known` is what it can be, if that is known.
  Value saturate(Value value, Type state,
                 std::optional<IntegerInterval> known) {
    if (!saturates)
      return value;
    auto quantized = cast<quant::QuantizedType>(state);
    name("bounded");
    if (!known || known->min < quantized.getStorageTypeMin())
      value = createAtLeast(builder, value, quantized.getStorageTypeMin());
    if (!known || known->max > quantized.getStorageTypeMax())
      value = createAtMost(builder, value, quantized.getStorageTypeMax());
    return done(value);
  }
  Value saturate(Value value, std::optional<IntegerInterval> known) {
    return saturate(value, type, known);
  }
  /// `value`, in the range of `state`: clamped to its ends.
  Value clamp(Value value, Type state) {
    return done(createClamp(builder, value, cast<quant::QuantizedType>(state)));
  }
  /// `value` of less than two ranges of `state`: less or plus one range where
  /// it is outside.
  Value wrap(Value value, Type state) {
    auto quantized = cast<quant::QuantizedType>(state);
    int64_t least = quantized.getStorageTypeMin(),
            greatest = quantized.getStorageTypeMax();
    Value size = createNumber(builder, value.getType(),
                              static_cast<double>(greatest - least + 1));
    auto isBeyond = [&](arith::CmpIPredicate predicate,
                        int64_t bound) -> Value {
      return arith::CmpIOp::create(
          builder, predicate, value,
          createNumber(builder, value.getType(), static_cast<double>(bound)));
    };
    Value above = arith::SelectOp::create(
        builder, isBeyond(arith::CmpIPredicate::sgt, greatest),
        arith::SubIOp::create(builder, value, size), value);
    return done(arith::SelectOp::create(
        builder, isBeyond(arith::CmpIPredicate::slt, least),
        arith::AddIOp::create(builder, value, size), above));
  }
  /// A number as it is stored in memory for elements of type `state`.
  Value store(Value value, Type state) {
    if (auto quantized = dyn_cast<quant::QuantizedType>(state))
      return done(castToStorage(builder, value, quantized.getStorageType()));
    return value;
  }

private:
  Value done(Value value) {
    builder.setLoc(loc);
    return value;
  }

  ImplicitLocOpBuilder &builder;
  Type type, compute;
  bool saturates;
  Location loc;
};

/// floor(u / threshold) for 0 <= u <= `largest` is one of two neighbours: with
/// w = floor(u / 2^`before`), floor(w * reciprocal / 2^`after`) and the next
/// one.
struct Reciprocal {
  int64_t largest;
  int before, after;
  /// Whether larger voltages occur, which count as the largest.
  bool clampsVoltage;
  /// Whether the lowest threshold fits into the largest voltage more often than
  /// there may be spikes.
  bool clampsCount;
  /// Whether all is computed in 16 bits.
  bool isShort = false;

  /// The least threshold whose reciprocal has 15 bits.
  static constexpr int64_t kLeastShort = 3;

  /// For thresholds of at least `least` and voltages of up to `voltage`, both
  /// of 16 bits, and `most` spikes.
  static Reciprocal ofShort(int64_t least, int64_t voltage, int64_t most) {
    return {voltage, 0, 16, false, voltage >= (most + 1) * least, true};
  }
  /// For thresholds from `least` to `greatest`, voltages of up to `voltage` and
  /// `most` spikes; none if 32 bits are not enough.
  static std::optional<Reciprocal> of(int64_t least, int64_t greatest,
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
  /// floor(2^(before + after) / threshold)
  int64_t getFactor(int64_t threshold) const {
    return (int64_t(1) << (before + after)) / threshold;
  }
};

/// A state that is integrated: what its coefficients are called, its type, and
/// how its sums are bounded.
struct StateModel {
  StringRef prefix;
  Type type;
  SumRule sum;
};

template <typename Neuron> StateModel getVoltageModel(Neuron op) {
  return {"", op.getVoltage().getType().getElementType(),
          getArithmetic(op).getSum()};
}
template <typename Neuron> StateModel getCurrentModel(Neuron op) {
  return {"current_", op.getCurrent().getType().getElementType(),
          getArithmetic(op, "current_arithmetic").getSum()};
}

/// What differs between spiking neurons.
struct SpikeModel {
  StateModel voltage;
  SpikeRule spike;
  SpikeTiming spikeTiming;
  ResetKind reset;
  ResetTiming resetTiming;
  /// No more spikes than this in one step.
  int64_t mostSpikes;
  /// How to count without a division, which no processor does for several
  /// neurons at a time.
  std::optional<Reciprocal> reciprocal = std::nullopt;

  bool counts() const { return isCount(spike); }
  /// Whether spikes change the voltage.
  bool resets() const { return reset != ResetKind::None; }

  template <typename Neuron> static SpikeModel of(Neuron op) {
    return {getVoltageModel(op), op.getSpike(),
            op.getSpikeTiming(), op.getReset(),
            op.getResetTiming(), static_cast<int64_t>(op.getMaxSpikes())};
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Equations
//===----------------------------------------------------------------------===//

/// decay * state + gain * input + leak
static Value integrate(Arithmetic &a, const Coefficients &c,
                       const StateModel &model, Value state, Value input,
                       StringRef name) {
  StringRef prefix = model.prefix;
  Value decayed = c.multiply((prefix + "decay").str(), state);
  std::string gain = (prefix + "gain").str();
  // What is not known to be small is clamped with the state.
  bool clamps = (a.isSaturating() || model.sum == SumRule::Each) &&
                c.isFactor(gain) && !c.isBelow(gain, kDriveLimit);
  Value driven =
      clamps ? c.multiplySaturated(gain, input, -kDriveLimit, kDriveLimit - 1)
             : c.multiply(gain, input);
  Value leak = c.get((prefix + "leak").str());
  if (model.sum == SumRule::Each) {
    Value change = a.name("change").sub(decayed, state);
    change = a.clamp(a.add(change, driven), model.type);
    if (leak)
      change = a.clamp(a.add(change, leak), model.type);
    return a.name(name).clamp(a.add(state, change), model.type);
  }
  Value sum = decayed;
  if (leak)
    sum = a.name("sum").add(sum, driven);
  sum = a.name(name).add(sum, leak ? leak : driven);
  return model.sum == SumRule::Wrap ? a.name("wrapped").wrap(sum, model.type)
                                    : sum;
}

/// One spike or none: voltage > threshold, or >=.
static Value fire(Arithmetic &a, const Coefficients &c, SpikeRule rule,
                  Value voltage, StringRef name) {
  auto predicate = rule == SpikeRule::GreaterEqual ? arith::CmpFPredicate::OGE
                                                   : arith::CmpFPredicate::OGT;
  return a.name(name).compare(predicate, voltage, c.get("threshold"));
}

/// By how much a spike lowers the voltage.
static Value subtrahend(const Coefficients &c) {
  return c.has("reset") ? c.get("reset") : c.get("threshold");
}

static Value resetVoltage(Arithmetic &a, const Coefficients &c) {
  return c.has("reset") ? c.get("reset") : a.number(0);
}

/// Several spikes: how often the threshold fits into the voltage, and what they
/// leave of it.
///
/// Below the threshold that is 0 times under both rules: the quotient of
/// neighbouring floating-point numbers does not round to 1. A comparison that
/// rarely holds is one that processors predict.
static std::pair<Value, Value> countSpikes(Arithmetic &a, const Coefficients &c,
                                           const SpikeModel &model,
                                           Value voltage) {
  Value threshold = c.get("threshold"), zero = a.number(0),
        most = a.number(static_cast<double>(model.mostSpikes));
  auto createFires = [&] {
    return a.compare(arith::CmpFPredicate::OGE, voltage, threshold);
  };
  // `fires` is created where it is needed, if it is not there.
  auto reset = [&](Value count, Value fires = Value()) {
    if (model.reset == ResetKind::None)
      return voltage;
    if (model.reset == ResetKind::Value) {
      if (!fires)
        fires = createFires();
      return a.name("next").select(fires, resetVoltage(a, c), voltage);
    }
    Value number = a.name("number").toNumber(count);
    Value lowered = a.name("lowered").mul(number, subtrahend(c));
    return a.name("next").sub(voltage, lowered);
  };
  if (const std::optional<Reciprocal> &reciprocal = model.reciprocal) {
    auto greater = arith::CmpFPredicate::OGT;
    Value isPositive = a.compare(greater, voltage, zero);
    Value bounded = a.name("positive").select(isPositive, voltage, zero);
    if (reciprocal->clampsVoltage) {
      Value largest = a.number(static_cast<double>(reciprocal->largest));
      bounded =
          a.select(a.compare(greater, bounded, largest), largest, bounded);
    }
    Value shifted = a.shiftRight(bounded, reciprocal->before);
    Value times = a.name("times").mulShifted(shifted, c.get("reciprocal"),
                                             reciprocal->after);
    Value covered = a.name("covered").mul(times, threshold);
    Value rest = a.name("rest").sub(bounded, covered);
    Value isMore = a.compare(arith::CmpFPredicate::OGE, rest, threshold);
    Value more = a.name("more").toNumber(isMore);
    Value count = a.name("ratio").add(times, more);
    if (reciprocal->clampsCount)
      count = a.select(a.compare(greater, count, most), most, count);
    count = a.name("count").toCount(count);
    if (model.reset != ResetKind::Subtract || !reciprocal->isShort ||
        reciprocal->clampsCount)
      return {count, reset(count)};
    // The rest is known already.
    Value last = a.name("last").select(isMore, threshold, zero);
    Value below = a.name("below").sub(voltage, bounded);
    Value left = a.name("left").add(below, rest);
    return {count, a.name("next").sub(left, last)};
  }
  Value fires = createFires();
  Value times = a.div(voltage, threshold);
  Value ratio = a.name("ratio").select(fires, times, zero);
  Value isTooMany = a.compare(arith::CmpFPredicate::OGT, ratio, most);
  Value bounded = a.select(isTooMany, most, ratio);
  Value count = a.name("count").toCount(bounded);
  return {count, reset(count, fires)};
}

/// max(voltage, floor)
static Value raise(Arithmetic &a, const Coefficients &c, Value voltage) {
  Value floor = c.get("floor");
  if (!floor)
    return voltage;
  Value isBelow = a.compare(arith::CmpFPredicate::OLT, voltage, floor);
  return a.name("bounded").select(isBelow, floor, voltage);
}

/// The voltage of a spiking neuron that is carried on: max(voltage, floor),
/// within its type, where it is not known to be.
static Value limit(Arithmetic &a, const Coefficients &c, Value voltage,
                   std::optional<IntegerInterval> known = std::nullopt) {
  return a.saturate(raise(a, c, voltage), known);
}

/// decay * v + gain * x + leak
static Value integrateVoltage(Arithmetic &a, const Coefficients &c,
                              const SpikeModel &model, Value v, Value drive) {
  return integrate(a, c, model.voltage, v, drive, "u");
}

/// The voltage after one step with `previous`, the spikes of the carried
/// voltage: reset timing `delayed` or `carried`. Without a reset there need not
/// be any.
static Value stepFromCarried(Arithmetic &a, const Coefficients &c,
                             const SpikeModel &model, Value v, Value drive,
                             Value previous) {
  if (!model.resets())
    return integrateVoltage(a, c, model, v, drive);
  bool subtracts = model.reset == ResetKind::Subtract;
  auto lower = [&](Value voltage) {
    Value lowered =
        subtracts ? a.sub(voltage, subtrahend(c)) : resetVoltage(a, c);
    return a.select(previous, lowered, voltage);
  };
  if (model.resetTiming == ResetTiming::Carried)
    return integrateVoltage(a, c, model, lower(v), drive);
  return lower(integrateVoltage(a, c, model, v, drive));
}

/// What an immediate reset and the floor leave of voltages from `updated`.
static IntegerInterval getAfterReset(const Coefficients &c,
                                     const SpikeModel &model,
                                     IntegerInterval updated) {
  if (!model.resets())
    return {updated.min, std::max(updated.max, c.getIntegers("floor").max)};
  IntegerInterval threshold = c.getIntegers("threshold");
  IntegerInterval reset = c.has("reset") ? c.getIntegers("reset")
                          : model.reset == ResetKind::Subtract
                              ? threshold
                              : IntegerInterval();
  IntegerInterval spiked =
      model.reset == ResetKind::Subtract
          ? IntegerInterval{threshold.min - reset.max, updated.max - reset.min}
          : reset;
  return {std::min(updated.min, spiked.min),
          std::max({threshold.max, spiked.max, c.getIntegers("floor").max})};
}

/// Voltage and spikes after one step, spike timing `post`: the table in the
/// description of snn.lif. `updated` is what the voltage is before its reset,
/// if that is known.
static std::pair<Value, Value>
stepPost(Arithmetic &a, const Coefficients &c, const SpikeModel &model, Value v,
         Value drive, std::optional<IntegerInterval> updated) {
  if (model.resetTiming == ResetTiming::Delayed ||
      model.resetTiming == ResetTiming::Carried) {
    Value previous = fire(a, c, model.spike, v, "previous");
    Value next = limit(a, c, stepFromCarried(a, c, model, v, drive, previous));
    return {next, fire(a, c, model.spike, next, "spike")};
  }
  Value u = integrateVoltage(a, c, model, v, drive);
  if (model.resetTiming == ResetTiming::Immediate) {
    // What several spikes leave is not known so closely.
    std::optional<IntegerInterval> known;
    if (updated && !(model.counts() && model.reset == ResetKind::Subtract))
      known = getAfterReset(c, model, *updated);
    if (model.counts()) {
      auto [count, next] = countSpikes(a, c, model, u);
      return {limit(a, c, next, known), count};
    }
    Value spike = fire(a, c, model.spike, u, "spike");
    Value next = u;
    if (model.resets()) {
      Value after = model.reset == ResetKind::Subtract
                        ? a.name("lowered").sub(u, subtrahend(c))
                        : resetVoltage(a, c);
      next = a.name("next").select(spike, after, u);
    }
    return {limit(a, c, next, known), spike};
  }
  // Pending: v' = w - (spike - previous) * reset.
  Value previous = fire(a, c, model.spike, v, "previous");
  Value lowered = a.sub(u, subtrahend(c));
  Value w = a.name("w").select(previous, lowered, u);
  Value spike = fire(a, c, model.spike, w, "spike");
  Value now = a.toNumber(spike), before = a.toNumber(previous);
  Value change = a.name("change").sub(now, before);
  Value next = a.sub(w, a.mul(change, subtrahend(c)));
  return {limit(a, c, next), spike};
}

//===----------------------------------------------------------------------===//
// Comments
//===----------------------------------------------------------------------===//

static std::string product(const std::string &factor, StringRef term) {
  return factor.empty() ? term.str() : factor + " * " + term.str();
}

/// "v = 0.9 * v + x"; `carried` is what the update starts from, if not the
/// state itself.
static std::string describeIntegration(const Coefficients &c, StringRef prefix,
                                       StringRef state, StringRef input,
                                       StringRef carried = "") {
  std::string leak = c.text((prefix + "leak").str());
  return (state + " = " +
          product(c.text((prefix + "decay").str()),
                  carried.empty() ? state : carried) +
          " + " + product(c.text((prefix + "gain").str()), input) +
          (leak.empty() ? "" : " + " + leak))
      .str();
}

/// How the integers of `state` are computed where that is not the default:
/// ", v * 0.9 rounded toward zero".
static std::string describeArithmetic(ArithmeticAttr arithmetic) {
  std::string text;
  if (arithmetic.getDecay() == DecayRule::TowardZero)
    text += ", what decays rounded toward zero";
  else if (arithmetic.getDecay() == DecayRule::Shift)
    text += ", what is lost by a shift, at least 1";
  if (arithmetic.getSum() == SumRule::Each)
    text += ", saturated after each addend";
  else if (arithmetic.getSum() == SumRule::Wrap)
    text += ", wrapping around";
  return text;
}

static std::string describeSpikes(const Coefficients &c,
                                  const SpikeModel &model) {
  std::string threshold = c.text("threshold");
  std::string spike;
  switch (model.spike) {
  case SpikeRule::Greater:
    spike = "spike where v > " + threshold;
    break;
  case SpikeRule::GreaterEqual:
    spike = "spike where v >= " + threshold;
    break;
  case SpikeRule::CountTrunc:
    spike = "spikes = trunc(v / " + threshold + ") where v > 0";
    break;
  case SpikeRule::CountFloor:
    spike = "spikes = floor(v / " + threshold + ") where v >= " + threshold;
    break;
  }
  if (model.mostSpikes != kMostSpikes)
    spike += ", at most " + std::to_string(model.mostSpikes);
  if (model.spikeTiming == SpikeTiming::Pre)
    spike += ", for v before the update";
  std::string reset = model.reset == ResetKind::Subtract
                          ? "v = v - " + c.text("reset", threshold)
                          : "v = " + c.text("reset", "0");
  switch (model.resetTiming) {
  case ResetTiming::Immediate:
    reset = "after a spike " + reset;
    break;
  case ResetTiming::Delayed:
    reset = "in the update after a spike " + reset;
    break;
  case ResetTiming::Carried:
    reset = "before the update after a spike " + reset;
    break;
  case ResetTiming::Pending:
    reset = "after a spike, and while v is still above threshold, " + reset;
    break;
  }
  if (!model.resets())
    reset = "a spike leaves v as it is";
  std::string text = "\n  " + spike + "\n  " + reset;
  if (c.has("floor"))
    text += "\n  v >= " + c.text("floor");
  return text;
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// Adds the factor of what drives `state`: of `input`, a signal or a current.
static LogicalResult addDrive(Coefficients &c, StringRef name,
                              MutableOperandRange gain, Value input,
                              Value state, Operation *op) {
  Type type = getElementTypeOrSelf(state.getType());
  if (isa<FloatType>(type))
    return c.add(name, gain);
  Value operand = gain.empty() ? Value() : gain[0].get();
  if (operand && !getConstant(operand))
    return op->emitOpError(name)
           << " is not a constant; only constants can be lowered";
  int64_t rank = cast<RankedTensorType>(state.getType()).getRank();
  Constant factor = getRealNumbers(operand, 1, op->getContext());
  Type inputType = getElementTypeOrSelf(input.getType());
  if (!isa<quant::QuantizedType>(inputType)) {
    c.add(name, getSpikeUnits(factor, type, rank));
    return success();
  }
  factor = zipConstants(factor, getScales(inputType, rank),
                        std::multiplies<double>());
  factor = zipConstants(factor, getScales(type, rank), std::divides<double>());
  return c.addFactor(name, factor, getLargestInteger(inputType), op);
}

/// Adds the floor of a neuron without spikes. Of integers it counts as the
/// nearest that the voltage can be, so that what decays is within its type.
template <typename Neuron>
static LogicalResult addCarriedFloor(Neuron op, Coefficients &c) {
  auto type = dyn_cast<quant::QuantizedType>(
      op.getVoltage().getType().getElementType());
  std::optional<Constant> floor = getConstant(op.getFloor());
  if (!type || !floor)
    return c.add("floor", op.getFloorMutable());
  for (double &value : floor->values)
    value = std::clamp(value, static_cast<double>(type.getStorageTypeMin()),
                       static_cast<double>(type.getStorageTypeMax()));
  c.add("floor", *floor);
  return success();
}

/// The greatest magnitude of a voltage before its decay: that of its type, but
/// where a reset comes first.
template <typename Neuron> static int64_t getLargestVoltage(Neuron op) {
  if constexpr (std::is_same_v<Neuron, LIFOp> ||
                std::is_same_v<Neuron, CubaLIFOp>)
    if (op.getResetTiming() == ResetTiming::Carried)
      return std::numeric_limits<int32_t>::max();
  return getLargestInteger(op.getVoltage().getType().getElementType());
}

/// Where a sum wraps around, it does so once: what is added is less than the
/// range of the state.
static LogicalResult checkWrap(Operation *op, const Coefficients &c,
                               const StateModel &model, Value input) {
  if (model.sum != SumRule::Wrap)
    return success();
  auto type = cast<quant::QuantizedType>(model.type);
  std::string gain = (model.prefix + "gain").str();
  int64_t room = type.getStorageTypeMax() - type.getStorageTypeMin() -
                 c.getIntegers((model.prefix + "leak").str()).getMagnitude();
  bool isBelow =
      c.isFactor(gain)
          ? c.isBelow(gain, room)
          : c.getIntegers(gain).getMagnitude() *
                    getLargestInteger(getElementTypeOrSelf(input.getType())) <
                room;
  if (isBelow)
    return success();
  return op->emitOpError("adds more in one step than the ")
         << room
         << " by which its state can wrap around once; its input needs "
            "a known range: fewer or smaller weights, or "
            "snn-infer-ranges first";
}

/// `input` is what the voltage sees: the drive or the current.
template <typename Neuron>
static LogicalResult addVoltageCoefficients(Neuron op, Value input,
                                            Coefficients &c) {
  return success(
      succeeded(c.addDecay("decay", op.getDecayMutable(),
                           op.getVoltage().getType().getElementType(),
                           op.getShortDecay(), getLargestVoltage(op),
                           getArithmetic(op).getDecay())) &&
      succeeded(addDrive(c, "gain", op.getGainMutable(), input, op.getVoltage(),
                         op)) &&
      succeeded(c.add("leak", op.getLeakMutable())) &&
      succeeded(checkWrap(op, c, getVoltageModel(op), input)));
}

template <typename Neuron>
static LogicalResult addCurrentCoefficients(Neuron op, Coefficients &c) {
  return success(
      succeeded(c.addDecay(
          "current_decay", op.getCurrentDecayMutable(),
          op.getCurrent().getType().getElementType(), op.getShortCurrentDecay(),
          getLargestInteger(op.getCurrent().getType().getElementType()),
          getArithmetic(op, "current_arithmetic").getDecay())) &&
      succeeded(addDrive(c, "current_gain", op.getCurrentGainMutable(),
                         op.getInput(), op.getCurrent(), op)) &&
      succeeded(c.add("current_leak", op.getCurrentLeakMutable())) &&
      succeeded(checkWrap(op, c, getCurrentModel(op), op.getInput())));
}

/// What the voltage sees: the drive, or the current where there is one.
template <typename Neuron> static Value getVoltageInput(Neuron op) {
  if constexpr (std::is_same_v<Neuron, CubaLIFOp> ||
                std::is_same_v<Neuron, CubaLIOp>)
    return op.getCurrent();
  else
    return op.getInput();
}

static LogicalResult addThreshold(OpOperand &operand, Coefficients &c) {
  return c.add("threshold", MutableOperandRange(operand));
}

template <typename Neuron>
static LogicalResult addSpikeCoefficients(Neuron op, Coefficients &c) {
  return success(succeeded(addThreshold(op.getThresholdMutable(), c)) &&
                 succeeded(c.add("reset", op.getResetValueMutable())) &&
                 succeeded(c.add("floor", op.getFloorMutable())));
}

/// The greatest magnitude of real numbers.
static double getMagnitude(const Constant &constant) {
  double most = 0;
  for (double value : constant.values)
    most = std::max(most, std::abs(value));
  return most;
}

//===----------------------------------------------------------------------===//
// Updates in 16 bits
//===----------------------------------------------------------------------===//

static IntegerInterval operator+(IntegerInterval a, IntegerInterval b) {
  return {a.min + b.min, a.max + b.max};
}

static bool fitsShort(IntegerInterval interval) {
  return interval.min >= std::numeric_limits<int16_t>::min() &&
         interval.max <= std::numeric_limits<int16_t>::max();
}

/// The integers that a signal of `type` holds.
static IntegerInterval getIntegers(Type type) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(type))
    return {quantized.getStorageTypeMin(), quantized.getStorageTypeMax()};
  return {0, getLargestInteger(type)};
}

/// What decay * state + gain * input + leak is, if 16 bits hold all that it is
/// made of.
static std::optional<IntegerInterval> getShortUpdate(const Coefficients &c,
                                                     StringRef prefix,
                                                     IntegerInterval state,
                                                     Type input) {
  std::optional<IntegerInterval> decayed =
      c.getShortProduct((prefix + "decay").str(), state);
  std::optional<IntegerInterval> driven =
      c.getShortProduct((prefix + "gain").str(), getIntegers(input));
  if (!decayed || !driven || !fitsShort(*driven) ||
      !fitsShort(*decayed + *driven))
    return std::nullopt;
  IntegerInterval leak = c.getIntegers((prefix + "leak").str());
  IntegerInterval sum = *decayed + *driven + leak;
  if (!fitsShort(leak) || !fitsShort(sum))
    return std::nullopt;
  return sum;
}

/// Whether `voltage` can be compared, reset and limited in 16 bits.
static bool spikesInShort(const Coefficients &c, const SpikeModel &model,
                          IntegerInterval voltage) {
  IntegerInterval threshold = c.getIntegers("threshold");
  IntegerInterval reset = c.getIntegers("reset");
  // As many thresholds as are taken away fit into the voltage; as many of
  // another number need not.
  if (model.counts())
    return !(model.reset == ResetKind::Subtract && c.has("reset")) &&
           threshold.min >= Reciprocal::kLeastShort && fitsShort(threshold) &&
           fitsShort(reset) && fitsShort(c.getIntegers("floor"));
  // A carried reset comes before the decay.
  if (model.resetTiming == ResetTiming::Carried)
    return false;
  // A pending reset can be taken away twice.
  int64_t lowers = 2 * std::max(threshold.getMagnitude(), reset.getMagnitude());
  return fitsShort(threshold) && fitsShort(reset) &&
         fitsShort(c.getIntegers("floor")) &&
         ((model.reset != ResetKind::Subtract &&
           model.resetTiming != ResetTiming::Pending) ||
          fitsShort(voltage + IntegerInterval{-lowers, lowers}));
}

namespace {
/// How a neuron's update is computed.
struct Update {
  Type type;
  /// What a step makes of the voltage and the current, before resets and
  /// saturation; known in 16 bits.
  std::optional<IntegerInterval> voltage = std::nullopt, current = std::nullopt;
};
} // namespace

/// Integers of 16 bits, of which processors take twice as many at a time, where
/// these hold all of the update.
template <typename Neuron>
static Update getUpdate(Neuron op, const Coefficients &c,
                        const SpikeModel *model) {
  Type type = op.getVoltage().getType().getElementType();
  Update whole{getComputeType(type)},
      narrow{IntegerType::get(op.getContext(), 16)};
  if (isa<FloatType>(type) || op.getArithmetic())
    return whole;
  Type input = op.getInput().getType().getElementType();
  if constexpr (std::is_same_v<Neuron, CubaLIFOp> ||
                std::is_same_v<Neuron, CubaLIOp>) {
    Type current = op.getCurrent().getType().getElementType();
    if (op.getCurrentArithmetic() || !fitsShort(getIntegers(input)) ||
        !fitsShort(getIntegers(current)))
      return whole;
    narrow.current = getShortUpdate(c, "current_", getIntegers(current), input);
    if (!narrow.current)
      return whole;
    input = current;
  }
  if (!fitsShort(getIntegers(input)) || !fitsShort(getIntegers(type)))
    return whole;
  IntegerInterval carried = getIntegers(type);
  if (!model && c.has("floor"))
    carried.min = c.getIntegers("floor").min;
  narrow.voltage = getShortUpdate(c, "", carried, input);
  if (!narrow.voltage || (model && !spikesInShort(c, *model, *narrow.voltage)))
    return whole;
  return narrow;
}

/// The reciprocals for updates in 32 bits; none where these are not enough.
/// Without a decay above 1 a voltage is at most the one before and what is
/// added.
template <typename Neuron>
static std::optional<Reciprocal>
getReciprocal(Neuron op, Value input, int64_t least, int64_t greatest) {
  constexpr double kMost = std::numeric_limits<int32_t>::max();
  auto spikes = static_cast<int64_t>(op.getMaxSpikes());
  if (least < 1 ||
      static_cast<double>(spikes + 1) * static_cast<double>(greatest) > kMost)
    return std::nullopt;
  Type type = op.getVoltage().getType().getElementType();
  int64_t rank = op.getVoltage().getType().getRank();
  double unit = getMagnitude(
      zipConstants(getRealNumbers(op.getGain(), 1, op.getContext()),
                   getScales(type, rank), std::divides<double>()));
  Type inputType = getElementTypeOrSelf(input.getType());
  unit *= getMagnitude(getScales(inputType, rank));
  double voltage = static_cast<double>(getLargestInteger(type));
  if (op.getDecay())
    voltage *= std::max(
        1.0, getMagnitude(getRealNumbers(op.getDecay(), 1, op.getContext())));
  voltage += static_cast<double>(getLargestInteger(inputType)) * (unit + 1) + 1;
  if (op.getLeak())
    voltage += getMagnitude(*getConstant(op.getLeak()));
  return Reciprocal::of(least, greatest, std::min(voltage, kMost), spikes);
}

/// How spikes of quantized voltages are counted; `input` is what the voltage
/// sees.
template <typename Neuron>
static void addReciprocal(Neuron op, Value input, const Update &update,
                          SpikeModel &model, Coefficients &c) {
  Type type = op.getVoltage().getType().getElementType();
  if (!model.counts() || !isa<quant::QuantizedType>(type))
    return;
  Constant thresholds = *getConstant(op.getThreshold());
  auto [least, greatest] =
      std::minmax_element(thresholds.values.begin(), thresholds.values.end());
  if (update.voltage)
    model.reciprocal =
        Reciprocal::ofShort(*least, update.voltage->max, model.mostSpikes);
  else
    model.reciprocal = getReciprocal(op, input, *least, *greatest);
  if (!model.reciprocal)
    return;
  thresholds.quantizedType = nullptr;
  for (double &value : thresholds.values)
    value = model.reciprocal->getFactor(value);
  c.add("reciprocal", thresholds);
}

static std::string countOf(Value signal) {
  return std::to_string(
      cast<RankedTensorType>(signal.getType()).getNumElements());
}

/// The new current as it is stored; `drive` becomes what the voltage sees.
template <typename Neuron>
static Value stepCurrent(Neuron op, Arithmetic &a, const Coefficients &c,
                         Value carried, Value &drive, const Update &update) {
  Type type = op.getCurrent().getType().getElementType();
  Value before = a.read(carried, type);
  Value sum = integrate(a, c, getCurrentModel(op), before, drive, "i_new");
  Value after = a.saturate(sum, type, update.current);
  drive = op.getCurrentOrder() == CurrentOrder::Updated ? after : before;
  return a.store(after, type);
}

/// Lowers a neuron without spikes; `Neuron` is LIOp or CubaLIOp.
template <typename Neuron>
static LogicalResult lowerIntegrator(Neuron op, StepContext &context) {
  constexpr bool hasCurrent = std::is_same_v<Neuron, CubaLIOp>;
  LayerBuilder layer(context.symbols, context.step, op);
  Coefficients c(layer, op);
  Value xBuffer = layer.addShapedArgument("x", context.bufferOf(op.getInput()),
                                          c.getShape());
  if (failed(addVoltageCoefficients(op, getVoltageInput(op), c)) ||
      failed(addCarriedFloor(op, c)))
    return failure();
  std::string comment = countOf(op.getVoltage()) + " leaky integrators.\n  ";
  if constexpr (hasCurrent) {
    if (failed(addCurrentCoefficients(op, c)))
      return failure();
    comment += describeIntegration(c, "current_", "i", "x") +
               describeArithmetic(getArithmetic(op, "current_arithmetic")) +
               "\n  ";
  }
  std::string carried;
  if (c.has("floor"))
    carried = "max(v, " + c.text("floor") + ")";
  layer.setComment(
      comment +
      describeIntegration(c, "", "v", hasCurrent ? "i" : "x", carried) +
      describeArithmetic(getArithmetic(op)));

  SmallVector<Value> stateBuffers, states;
  for (auto [variable, buffer] :
       llvm::zip(op.getStateVariables(), context.states.lookup(op))) {
    stateBuffers.push_back(
        layer.addShapedArgument(variable.name, buffer, c.getShape()));
    states.push_back(layer.update(stateBuffers.back()));
  }
  SmallVector<Value> inputs = {layer.read(xBuffer)};
  llvm::append_range(inputs, c.getTensors());
  Type type = op.getVoltage().getType().getElementType();
  Update update = getUpdate(op, c, nullptr);
  SmallVector<Value> results = createElementwise(
      layer, inputs, states,
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        Arithmetic a(b, type, update.type, op.getSaturate());
        c.bind(b, elements.slice(1, c.getTensors().size()), update.type);
        ValueRange carried = elements.take_back(states.size());
        Value drive =
            a.read(elements[0], op.getInput().getType().getElementType());
        SmallVector<Value> values;
        if constexpr (hasCurrent)
          values.push_back(
              stepCurrent(op, a, c, carried.front(), drive, update));
        Value v = raise(a, c, a.read(carried.back(), type));
        Value next = integrate(a, c, getVoltageModel(op), v, drive, "v_new");
        values.push_back(a.store(a.saturate(next, update.voltage), type));
        return values;
      });
  for (auto [result, buffer] : llvm::zip(results, stateBuffers))
    layer.write(result, buffer);
  layer.finish();
  return success();
}

/// Lowers the update of a spiking neuron; `Neuron` is LIFOp or CubaLIFOp. With
/// spike timing `pre` the spikes are there already, otherwise they are written.
template <typename Neuron>
static LogicalResult lowerSpiking(Neuron op, StepContext &context) {
  constexpr bool hasCurrent = std::is_same_v<Neuron, CubaLIFOp>;
  SpikeModel model = SpikeModel::of(op);
  bool isPre = model.spikeTiming == SpikeTiming::Pre;
  LayerBuilder layer(context.symbols, context.step, op);
  Coefficients c(layer, op);
  Value xBuffer = layer.addShapedArgument("x", context.bufferOf(op.getInput()),
                                          c.getShape());
  // Without a reset the update does not depend on spikes that are there.
  bool usesSpikes = !isPre || model.resets();
  Value spikeBuffer;
  if (usesSpikes)
    spikeBuffer = layer.addShapedArgument(
        "spikes", context.bufferOf(op.getSpikes()), c.getShape());
  if (failed(addVoltageCoefficients(op, getVoltageInput(op), c)) ||
      failed(addSpikeCoefficients(op, c)))
    return failure();
  std::string comment =
      countOf(op.getVoltage()) + " leaky integrate-and-fire neurons.\n  ";
  if constexpr (hasCurrent) {
    if (failed(addCurrentCoefficients(op, c)))
      return failure();
    comment += describeIntegration(c, "current_", "i", "x") +
               describeArithmetic(getArithmetic(op, "current_arithmetic")) +
               "\n  ";
  }
  layer.setComment(
      comment + describeIntegration(c, "", "v", hasCurrent ? "i" : "x") +
      describeArithmetic(getArithmetic(op)) + describeSpikes(c, model));
  Update update = getUpdate(op, c, &model);
  addReciprocal(op, getVoltageInput(op), update, model, c);

  SmallVector<Value> outputBuffers, outputs;
  for (auto [variable, buffer] :
       llvm::zip(op.getStateVariables(), context.states.lookup(op))) {
    outputBuffers.push_back(
        layer.addShapedArgument(variable.name, buffer, c.getShape()));
    outputs.push_back(layer.update(outputBuffers.back()));
  }
  SmallVector<Value> inputs = {layer.read(xBuffer)};
  if (isPre && usesSpikes) {
    inputs.push_back(layer.read(spikeBuffer));
  } else if (!isPre) {
    outputBuffers.push_back(spikeBuffer);
    outputs.push_back(layer.update(spikeBuffer));
  }
  size_t firstTensor = inputs.size();
  llvm::append_range(inputs, c.getTensors());
  Type type = op.getVoltage().getType().getElementType();
  SmallVector<Value> results = createElementwise(
      layer, inputs, outputs,
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        Arithmetic a(b, type, update.type, op.getSaturate());
        c.bind(b, elements.slice(firstTensor, c.getTensors().size()),
               update.type);
        ValueRange carried = elements.drop_front(inputs.size());
        Value drive =
            a.read(elements[0], op.getInput().getType().getElementType());
        SmallVector<Value> values;
        if constexpr (hasCurrent)
          values.push_back(
              stepCurrent(op, a, c, carried.front(), drive, update));
        Value v = a.read(carried[values.size()], type);
        if (isPre) {
          Value next = stepFromCarried(a, c, model, v, drive,
                                       usesSpikes ? elements[1] : Value());
          values.push_back(a.store(limit(a, c, next), type));
        } else {
          auto [next, spikes] = stepPost(a, c, model, v, drive, update.voltage);
          llvm::append_values(values, a.store(next, type), spikes);
        }
        return values;
      });
  for (auto [result, buffer] : llvm::zip(results, outputBuffers))
    layer.write(result, buffer);
  layer.finish();
  return success();
}

template <typename Neuron>
static LogicalResult lowerFire(Neuron op, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, op, "_fire");
  Coefficients c(layer, op);
  Value voltage = layer.addShapedArgument("v", context.states.lookup(op).back(),
                                          c.getShape());
  Value spikeBuffer = layer.addShapedArgument(
      "spikes", context.bufferOf(op.getSpikes()), c.getShape());
  if (failed(addThreshold(op.getThresholdMutable(), c)))
    return failure();
  layer.setComment("Spikes of " + getLayerName(op) +
                   ", from the voltage before the update.\n  spike where v " +
                   (op.getSpike() == SpikeRule::GreaterEqual ? ">= " : "> ") +
                   c.text("threshold"));
  SmallVector<Value> inputs = {layer.read(voltage)};
  llvm::append_range(inputs, c.getTensors());
  Type type = op.getVoltage().getType().getElementType();
  Type compute = getComputeType(type);
  SmallVector<Value> spikes = createElementwise(
      layer, inputs, layer.update(spikeBuffer),
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        Arithmetic a(b, type, compute, /*saturates=*/false);
        c.bind(b, elements.slice(1, c.getTensors().size()), compute);
        Value v = a.read(elements[0], type);
        return {fire(a, c, op.getSpike(), v, "spike")};
      });
  layer.write(spikes.front(), spikeBuffer);
  layer.finish();
  return success();
}

LogicalResult snn::lowerCarriedSpikes(Operation *op, StepContext &context) {
  if (auto lif = dyn_cast<LIFOp>(op))
    return lowerFire(lif, context);
  return lowerFire(cast<CubaLIFOp>(op), context);
}

LogicalResult snn::lowerLIF(LIFOp op, StepContext &context) {
  return lowerSpiking(op, context);
}
LogicalResult snn::lowerCubaLIF(CubaLIFOp op, StepContext &context) {
  return lowerSpiking(op, context);
}
LogicalResult snn::lowerLI(LIOp op, StepContext &context) {
  return lowerIntegrator(op, context);
}
LogicalResult snn::lowerCubaLI(CubaLIOp op, StepContext &context) {
  return lowerIntegrator(op, context);
}
