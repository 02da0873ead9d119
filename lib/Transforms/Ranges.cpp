//===- Ranges.cpp - What the numbers of a network can be ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ranges.h"
#include "snn/IR/NeuronEquations.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace snn;

//===----------------------------------------------------------------------===//
// Intervals
//===----------------------------------------------------------------------===//

bool Interval::isBounded() const {
  return std::isfinite(lo) && std::isfinite(hi);
}

Interval snn::operator+(Interval a, Interval b) {
  return {a.lo + b.lo, a.hi + b.hi};
}

/// 0 times anything is 0.
static double multiplyEnds(double a, double b) {
  return a == 0 || b == 0 ? 0 : a * b;
}

Interval snn::operator*(Interval a, Interval b) {
  double products[] = {multiplyEnds(a.lo, b.lo), multiplyEnds(a.lo, b.hi),
                       multiplyEnds(a.hi, b.lo), multiplyEnds(a.hi, b.hi)};
  return {*llvm::min_element(products), *llvm::max_element(products)};
}

Interval snn::getHull(Interval a, Interval b) {
  return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
}

Interval Bounds::getHull() const {
  Interval hull = values.front();
  for (Interval interval : values)
    hull = snn::getHull(hull, interval);
  return hull;
}

static Interval add(Interval a, Interval b) { return a + b; }
static Interval multiply(Interval a, Interval b) { return a * b; }
static Interval negate(Interval a) { return {-a.hi, -a.lo}; }

/// Combines two ranges index by index, or as a whole where their dimensions
/// differ.
static Bounds
combine(const Bounds &a, const Bounds &b,
        llvm::function_ref<Interval(Interval, Interval)> function) {
  bool isSplit = a.size() == 1 || b.size() == 1 || a.axis == b.axis;
  if (!isSplit)
    return Bounds(function(a.getHull(), b.getHull()));
  Bounds result;
  result.axis = a.size() > 1 ? a.axis : b.axis;
  result.values.resize(std::max(a.size(), b.size()));
  for (auto [index, value] : llvm::enumerate(result.values))
    value = function(a.at(index), b.at(index));
  return result;
}

/// `range` with both ends moved to the nearest that is within `limits`.
static Bounds clamp(const Bounds &range, const Bounds &limits) {
  return combine(range, limits, [](Interval a, Interval b) {
    return Interval{std::clamp(a.lo, b.lo, b.hi), std::clamp(a.hi, b.lo, b.hi)};
  });
}

//===----------------------------------------------------------------------===//
// Types and constants
//===----------------------------------------------------------------------===//

/// The signal that has its channels where `signal` has them, or none if `axis`
/// was found.
static Value findChannelAxis(Value signal, int64_t &axis) {
  Scales scales = Scales::of(signal.getType());
  Operation *op = signal.getDefiningOp();
  if (scales.isPerAxis()) {
    axis = *scales.axis;
    return nullptr;
  }
  if (auto synapse = dyn_cast_or_null<SynapseOpInterface>(op)) {
    axis = synapse.getResultChannelDim();
    return nullptr;
  }
  if (auto neuron = dyn_cast_or_null<NeuronOpInterface>(op))
    return neuron.getInput();
  if (auto add = dyn_cast_or_null<AddOp>(op))
    for (Value input : add.getInputs())
      if (input.getDefiningOp<SynapseOpInterface>())
        return input;
  axis = cast<RankedTensorType>(signal.getType()).getRank() == 1 ? 0 : -1;
  return nullptr;
}

int64_t RangeAnalysis::getChannelAxis(Value signal) {
  // Of a long chain of neurons every signal is looked at once.
  SmallVector<Value> path;
  int64_t axis =
      cast<RankedTensorType>(signal.getType()).getRank() == 1 ? 0 : -1;
  while (signal) {
    // Neurons with spike timing 'pre' can drive each other in a cycle: what is
    // begun is known as what a signal alone has.
    auto [known, isNew] = axes.try_emplace(signal, axis);
    if (!isNew) {
      axis = known->second;
      break;
    }
    path.push_back(signal);
    signal = findChannelAxis(signal, axis);
  }
  for (Value passed : path)
    axes[passed] = axis;
  return axis;
}

/// What numbers of a type can be.
static Interval getTypeInterval(Type type) {
  type = getElementTypeOrSelf(type);
  if (type.isInteger(1))
    return {0, 1};
  if (type.isUnsignedInteger(8))
    return {0, static_cast<double>(kMostSpikes)};
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  if (!quantized)
    return {};
  double largest = 0;
  for (double scale : Scales::of(quantized).values)
    largest = std::max(largest, scale);
  return {static_cast<double>(quantized.getStorageTypeMin()) * largest,
          static_cast<double>(quantized.getStorageTypeMax()) * largest};
}

/// What the type of a signal allows, index by index.
static Bounds getTypeRange(Value value) {
  Scales scales = Scales::of(value.getType());
  if (!scales.isPerAxis())
    return Bounds(getTypeInterval(value.getType()));
  auto quantized =
      cast<quant::QuantizedType>(getElementTypeOrSelf(value.getType()));
  Bounds range;
  range.axis = *scales.axis;
  range.values.clear();
  for (double scale : scales.values)
    range.values.push_back(
        {static_cast<double>(quantized.getStorageTypeMin()) * scale,
         static_cast<double>(quantized.getStorageTypeMax()) * scale});
  return range;
}

/// What data showed, if it was recorded.
static std::optional<Interval> getRecorded(Attribute attribute) {
  auto array = dyn_cast_or_null<ArrayAttr>(attribute);
  if (!array || array.size() != 2)
    return std::nullopt;
  auto lo = dyn_cast<FloatAttr>(array[0]), hi = dyn_cast<FloatAttr>(array[1]);
  if (!lo || !hi)
    return std::nullopt;
  return Interval{lo.getValueAsDouble(), hi.getValueAsDouble()};
}

/// Half a unit of the last place where results of a type are rounded.
static Bounds getRounding(Value value) {
  if (!isa<quant::QuantizedType>(getElementTypeOrSelf(value.getType())))
    return Bounds(0, 0);
  Scales scales = Scales::of(value.getType());
  Bounds range;
  range.axis = scales.axis.value_or(-1);
  range.values.clear();
  for (double scale : scales.values)
    range.values.push_back({-scale / 2, scale / 2});
  return range;
}

/// `product` as it is computed for a result of a quantized type: with
/// factors of 15 bits, and rounded `count` times.
static Bounds getProduct(Bounds product, Value result, double count) {
  if (!isa<quant::QuantizedType>(getElementTypeOrSelf(result.getType())))
    return product;
  Bounds rounding = getRounding(result);
  for (Interval &interval : rounding.values)
    interval = {interval.lo * count, interval.hi * count};
  // Zero has no rounding.
  if (product.getHull().getMagnitude() == 0)
    return product;
  for (Interval &interval : product.values) {
    double error = std::ldexp(interval.getMagnitude(), -15);
    interval = {interval.lo - error, interval.hi + error};
  }
  return combine(product, rounding, add);
}

/// What is lost where a decay multiplies 16 bits of the state only: up to half
/// of the last of them, times the decay.
static void addDropped(Bounds &rounding, Value state, const Bounds &decay) {
  auto type =
      dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(state.getType()));
  if (!type)
    return;
  double units = std::max(1.0, std::exp2(getShortShift(type)) *
                                   decay.getHull().getMagnitude());
  for (Interval &interval : rounding.values)
    interval = {interval.lo * (1 + units), interval.hi * (1 + units)};
}

Bounds snn::getCoefficientRange(Value coefficient, double absent,
                                ArrayRef<int64_t> shape, int64_t axis) {
  if (!coefficient)
    return Bounds(absent, absent);
  std::optional<Constant> constant = getConstant(coefficient);
  if (!constant)
    return Bounds();
  Scales scales = Scales::of(coefficient.getType());
  auto around = [](double value) { return Interval{value, value}; };
  if (constant->isUniform() && !scales.isPerAxis())
    return Bounds(around(constant->at(0) * scales.at(0)));
  // Where each element is along `axis`, or along the type's dimension.
  ArrayRef<int64_t> dims = constant->shape;
  int64_t along = scales.isPerAxis() ? *scales.axis : axis;
  int64_t inner = along >= 0 ? getInnerSize(dims, along) : 1;
  int64_t size = along >= 0 ? dims[along] : 1;
  Bounds range;
  range.axis = along;
  range.values.assign(size, Interval{std::numeric_limits<double>::infinity(),
                                     -std::numeric_limits<double>::infinity()});
  for (int64_t index = 0, end = constant->getNumElements(); index < end;
       ++index) {
    int64_t channel = (index / inner) % size;
    double value = constant->at(index) * scales.at(channel);
    range.values[channel] = getHull(range.values[channel], around(value));
  }
  if (along != axis)
    return Bounds(range.getHull());
  return range;
}

static bool isFloatOrQuantized(Value value) {
  return isa<FloatType, quant::QuantizedType>(
      getElementTypeOrSelf(value.getType()));
}

//===----------------------------------------------------------------------===//
// Stateless operations
//===----------------------------------------------------------------------===//

/// Padding adds zeros.
static Interval withZero(Interval interval) {
  return getHull(interval, {0, 0});
}

Bounds RangeAnalysis::getSynapse(SynapseOpInterface op) const {
  std::optional<Constant> weight = getConstant(op.getWeight());
  Value result = op->getResult(0);
  if (!weight)
    return Bounds();
  int64_t dim = op.getWeightOutputDim();
  ArrayRef<int64_t> shape = weight->shape;
  int64_t inner = getInnerSize(shape, dim);
  int64_t outer = ShapedType::getNumElements(shape.take_front(dim));
  int64_t outputs = shape[dim];
  Scales scales = Scales::of(op.getWeight().getType());
  Interval x = withZero(get(op.getInput()).getHull());
  Bounds range;
  range.axis = op.getResultChannelDim();
  range.values.assign(outputs, Interval{0, 0});
  for (int64_t batch = 0; batch < outer; ++batch)
    for (int64_t o = 0; o < outputs; ++o) {
      double positive = 0, negative = 0;
      int64_t begin = (batch * outputs + o) * inner;
      for (int64_t index = begin; index < begin + inner; ++index) {
        double value = weight->at(index);
        (value > 0 ? positive : negative) += value;
      }
      Interval sums =
          Interval{positive, positive} * x + Interval{negative, negative} * x;
      sums = sums * Interval{scales.at(o), scales.at(o)};
      range.values[o] = getHull(range.values[o], sums);
    }
  ArrayRef<int64_t> resultShape =
      cast<RankedTensorType>(result.getType()).getShape();
  Bounds bias(0, 0);
  if (Value operand = op.getBias(); operand && !getConstant(operand)) {
    bias = get(operand);
  } else if (operand) {
    int64_t axis = cast<RankedTensorType>(operand.getType()).getRank() - 1;
    bias = getCoefficientRange(operand, 0, resultShape, axis);
    if (bias.size() > 1)
      bias.axis = range.axis;
  }
  return combine(range, bias, add);
}

Bounds RangeAnalysis::getPool(WindowOpInterface op, bool isAverage) const {
  Interval x = withZero(get(op.getInput()).getHull());
  if (isAverage)
    return Bounds(x);
  double count = 1;
  for (const WindowDim &dim : op.getWindow())
    count *= static_cast<double>(dim.size);
  return Bounds(x * Interval{count, count});
}

Bounds RangeAnalysis::getAdd(AddOp op) const {
  Bounds sum(0, 0);
  for (Value input : op.getInputs()) {
    Bounds range = get(input);
    // A spike becomes a whole number of units.
    if (!isa<quant::QuantizedType, FloatType>(
            getElementTypeOrSelf(input.getType()))) {
      double count = range.getHull().getMagnitude();
      Bounds rounding = getRounding(op.getResult());
      for (Interval &interval : rounding.values)
        interval = {interval.lo * count, interval.hi * count};
      range = combine(range, rounding, add);
    }
    sum = combine(sum, range, add);
  }
  return sum;
}

void RangeAnalysis::visit(Operation *op) {
  if (auto neuron = dyn_cast<NeuronOpInterface>(op))
    return visitNeuron(neuron);
  if (op->getNumResults() != 1 ||
      !isa<RankedTensorType>(op->getResult(0).getType()))
    return;
  Value result = op->getResult(0);
  auto shapeOf = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  };
  Bounds range = getTypeRange(result);
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](SynapseOpInterface synapse) { range = getSynapse(synapse); })
      .Case([&](SumPool2dOp pool) { range = getPool(pool, false); })
      .Case([&](AvgPool2dOp pool) { range = getPool(pool, true); })
      .Case([&](AddOp add) { range = getAdd(add); })
      .Case([&](ScaleOp scale) {
        Bounds factor =
            getCoefficientRange(scale.getFactor(), 1, shapeOf(result), -1);
        Bounds input = get(scale.getInput());
        // Each of several spikes is a rounded number of units.
        double count = isFloatOrQuantized(scale.getInput())
                           ? 1
                           : input.getHull().getMagnitude();
        range = getProduct(combine(factor, input, multiply), result, count);
      })
      .Case([&](TruncateOp truncate) {
        range = clamp(combine(get(truncate.getInput()), Bounds(0, 0), getHull),
                      getTypeRange(result));
      })
      .Case([&](DecayOp decay) {
        // What is left is never farther from 0.
        range = combine(get(decay.getInput()), Bounds(0, 0), getHull);
      })
      .Case([&](RescaleOp rescale) {
        range = getProduct(get(rescale.getInput()), result, 1);
      })
      .Case([&](DelayOp delay) {
        Bounds init =
            getCoefficientRange(delay.getInit(), 0, shapeOf(result), -1);
        range = combine(get(delay.getInput()), init, getHull);
      })
      .Case<TransposeOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
          [&](auto reshape) {
            range = Bounds(get(reshape->getOperand(0)).getHull());
          })
      .Default([&](Operation *other) {
        if (getConstant(result))
          range = Bounds(
              getCoefficientRange(result, 0, shapeOf(result), -1).getHull());
      });
  // Data narrow what is known of floating-point numbers; integers must fit
  // whatever comes.
  if (isa<FloatType>(getElementTypeOrSelf(result.getType()))) {
    if (std::optional<Interval> recorded = getRecorded(op->getAttr(kRangeAttr)))
      range = Bounds(*recorded);
  } else if (auto saturate = op->getAttr("saturate")) {
    range = clamp(range, getTypeRange(result));
  }
  ranges[result] = range;
}

//===----------------------------------------------------------------------===//
// Neurons
//===----------------------------------------------------------------------===//

namespace {

/// What a coefficient of one state can be, and what its step adds.
struct StateRanges {
  Interval decay{1, 1}, driven{0, 0}, leak{0, 0}, init{0, 0};
  /// What decay * state is rounded by.
  Interval rounding{0, 0};

  /// What one step adds: gain * x + leak.
  Interval getDrive() const { return driven + leak; }
};

/// The algebra of snn/IR/NeuronEquations.h whose numbers are intervals, for one
/// index along the channels.
class IntervalAlgebra {
public:
  using Number = Interval;
  /// How many spikes there are.
  using Spikes = Interval;

  IntervalAlgebra(const NeuronModel &model, const StateModel &state,
                  const StateRanges &ranges)
      : model(model), state(state), ranges(ranges) {}

  IntervalAlgebra &name(StringRef text) {
    // The drive and the leak are one number to what follows, and changes are no
    // voltages.
    isRecorded = text != "sum" && text != "change";
    return *this;
  }
  bool has(StringRef coefficient) const {
    return (coefficient == "floor" && floor) ||
           (coefficient == "reset" && hasReset) || coefficient == "threshold" ||
           coefficient == state.name("leak");
  }
  Number get(StringRef coefficient) const {
    if (coefficient == "threshold")
      return threshold;
    return coefficient == "reset" ? reset : ranges.leak;
  }
  Number zero() const { return {0, 0}; }
  Number add(Number a, Number b) { return record(a + b); }
  Number sub(Number a, Number b) { return record(a + negate(b)); }
  Number mul(Number a, Number b) { return a * b; }
  Number decay(const StateModel &, Number carried) {
    Number left = ranges.decay * carried;
    extremes = getHull(extremes, getHull(carried, left));
    return left + ranges.rounding;
  }
  Number drive(const StateModel &, Number) const { return ranges.driven; }
  Spikes fires(Number) { return {0, 1}; }
  Number number(Spikes spikes) const { return spikes; }
  template <typename Before, typename After>
  Number afterFiring(StringRef, Number v, Spikes, Before before, After after) {
    std::optional<Interval> all;
    Interval quiet = getQuiet(v), firing = getFiring(v);
    if (quiet.lo <= quiet.hi)
      include(all, before(quiet));
    if (firing.lo <= firing.hi)
      include(all, after(before(firing)));
    return all ? record(*all) : record(before(v));
  }
  std::pair<Spikes, Number> count(Number v);
  Number raise(Number v) const {
    if (!floor)
      return v;
    return {std::max(v.lo, floor->lo), std::max(v.hi, floor->hi)};
  }
  /// What the type allows is looked at when the range is found.
  Number clamp(const StateModel &, Number value) const { return value; }
  Number wrap(const StateModel &, Number value) const { return value; }
  Number bound(const StateModel &, Number value) { return record(value); }

  /// The next state; `extremes` grows to everything on the way.
  Number step(Number v);
  /// A state this large has no bound. At 2^53 times what a step adds, sums
  /// would lose it, and look as if they had reached one.
  double getLimit() const;

  // Of the voltage only.
  Interval threshold{0, 0}, reset{0, 0};
  /// Whether a spike takes away, or leaves, another number than the threshold.
  bool hasReset = false;
  /// Below what the new voltage of a spiking neuron, and the carried one of
  /// another, does not count.
  std::optional<Interval> floor;
  Interval extremes{0, 0};

private:
  Number record(Number value) {
    if (std::exchange(isRecorded, true))
      extremes = getHull(extremes, value);
    return value;
  }
  /// Adds `other` to `all` if there is such a voltage.
  static void include(std::optional<Interval> &all, Interval other) {
    if (other.lo <= other.hi)
      all = all ? getHull(*all, other) : other;
  }
  /// The part of `v` that does not fire, and the part that does; empty ones
  /// have lo > hi.
  Interval getQuiet(Interval v) const {
    return {v.lo, std::min(v.hi, threshold.hi)};
  }
  Interval getFiring(Interval v) const {
    return {std::max(v.lo, threshold.lo), v.hi};
  }
  Interval lowerByCount(Interval v) const;

  const NeuronModel &model;
  const StateModel &state;
  const StateRanges &ranges;
  bool isRecorded = true;
};

} // namespace

/// What is left of `v`, which fires, where every one of several spikes is
/// subtracted.
Interval IntervalAlgebra::lowerByCount(Interval v) const {
  auto most = static_cast<double>(model.spikes->most);
  // A count of other thresholds is undefined.
  if (threshold.lo <= 0)
    return {};
  // Less than a threshold, or what the most spikes leave.
  if (!hasReset)
    return {0, std::max(threshold.hi, v.hi - most * threshold.lo)};
  std::optional<Interval> left;
  // v / threshold - f spikes with f from 0 to 1.
  Interval counted{v.lo, std::min(v.hi, (most + 1) * threshold.hi)};
  Interval ratio = reset * Interval{1 / threshold.hi, 1 / threshold.lo};
  if (counted.lo <= counted.hi)
    include(left, counted * (Interval{1, 1} + negate(ratio)) +
                      reset * Interval{0, 1});
  Interval beyond{std::max(v.lo, most * threshold.lo), v.hi};
  if (beyond.lo <= beyond.hi)
    include(left, beyond + negate(reset * Interval{most, most}));
  return *left;
}

std::pair<Interval, Interval> IntervalAlgebra::count(Interval v) {
  Interval spikes{0, static_cast<double>(model.spikes->most)};
  if (!model.spikes->resets())
    return {spikes, v};
  std::optional<Interval> left;
  include(left, getQuiet(v));
  Interval firing = getFiring(v);
  if (firing.lo <= firing.hi)
    include(left, model.spikes->subtracts() ? lowerByCount(firing) : reset);
  return {spikes, record(*left)};
}

Interval IntervalAlgebra::step(Interval v) {
  NeuronEquations<IntervalAlgebra> equations(*this, model);
  extremes = getHull(extremes, v);
  // Drives are known: they are no numbers of the step.
  Interval x{0, 0};
  if (model.current && state.value == model.current->value)
    return equations.stepCurrent(v, x);
  if (!model.spikes)
    return equations.stepIntegrator(v, x);
  if (model.spikes->isPre())
    return equations.stepAfter(v, x, {0, 1});
  return equations.stepSpiking(v, x).first;
}

double IntervalAlgebra::getLimit() const {
  double largest = 0;
  for (Interval interval : {ranges.getDrive(), ranges.init, ranges.rounding,
                            threshold, reset, floor.value_or(ranges.init)})
    if (interval.isBounded())
      largest = std::max(largest, interval.getMagnitude());
  return std::ldexp(largest, 40);
}

/// The least `bound` of at least `start` for which `holds`, or infinity if that
/// is beyond `limit`; `holds` is true for all larger ones if it is for one.
static double findBound(double start, double limit,
                        llvm::function_ref<bool(double)> holds) {
  if (holds(start))
    return start;
  double below = start, above;
  double step = std::max(std::ldexp(limit, -44), std::abs(start) / 16);
  for (above = start + step; !holds(above); above = start + step) {
    below = above;
    step *= 2;
    if (step >= limit)
      return std::numeric_limits<double>::infinity();
  }
  for (int k = 0; k < 60; ++k) {
    double middle = below + (above - below) / 2;
    (holds(middle) ? above : below) = middle;
  }
  return above;
}

/// An interval that the state never leaves: it contains the initial state, and
/// a step from inside stays inside. Unbounded if none was found.
static Interval findInvariant(IntervalAlgebra &algebra,
                              const StateRanges &ranges, Interval &extremes) {
  auto next = [&](Interval v) { return algebra.step(v); };
  Interval v = ranges.init;
  double limit = algebra.getLimit();
  extremes = {};
  if (!ranges.getDrive().isBounded())
    return {};
  if (ranges.decay.lo >= 0) {
    // A larger voltage leads to larger ones: the two ends are independent, but
    // for resets that lift or lower, so a second look may be needed.
    for (int round = 0; round < 3 && !v.contains(next(v)); ++round) {
      v.hi = findBound(v.hi, limit,
                       [&](double hi) { return next({v.lo, hi}).hi <= hi; });
      v.lo = -findBound(-v.lo, limit,
                        [&](double lo) { return next({-lo, v.hi}).lo >= -lo; });
    }
  } else {
    double bound = findBound(v.getMagnitude(), limit, [&](double size) {
      Interval all{-size, size};
      return all.contains(next(all));
    });
    v = {-bound, bound};
  }
  algebra.extremes = v;
  if (v.isBounded() && v.contains(next(v))) {
    extremes = algebra.extremes;
    return v;
  }
  return {};
}

/// Runs `find` for each index along the channels.
static void fillRanges(int64_t size, int64_t axis, Bounds &state,
                       Bounds &extremes,
                       llvm::function_ref<Interval(int64_t, Interval &)> find) {
  state.axis = extremes.axis = size > 1 ? axis : -1;
  state.values.assign(size, Interval());
  extremes.values.assign(size, Interval());
  for (int64_t index = 0; index < size; ++index)
    state.values[index] = find(index, extremes.values[index]);
}

/// gain * x, where the product is rounded: that of each of several spikes or
/// that of x.
static Bounds getDriven(Value gain, const Bounds &x, bool isSpikes, Value state,
                        ArrayRef<int64_t> shape, int64_t axis) {
  Bounds driven =
      combine(getCoefficientRange(gain, 1, shape, axis), x, multiply);
  return getProduct(driven, state, isSpikes ? x.getHull().getMagnitude() : 1);
}

/// `range` along `axis`: as a whole where it is along another dimension.
static Bounds getAlong(const Bounds &range, int64_t axis) {
  return range.size() == 1 || range.axis == axis ? range
                                                 : Bounds(range.getHull());
}

/// What two ranges have in common.
static Bounds intersect(const Bounds &a, const Bounds &b) {
  return combine(a, b, [](Interval x, Interval y) {
    return Interval{std::max(x.lo, y.lo), std::min(x.hi, y.hi)};
  });
}

/// Finds what a state can be, index by index; `x` drives it.
void RangeAnalysis::findState(NeuronOpInterface op, const NeuronModel &model,
                              const StateModel &state, const Bounds &x,
                              bool isSpikes, StateBounds &found) {
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  int64_t axis = getChannelAxis(op.getVoltage());
  int64_t size = axis < 0 ? 1 : shape[axis];
  // What has scales of its own may have them along another dimension.
  auto range = [&](StringRef name, double absent) {
    Value coefficient = op.getCoefficient(name);
    return getAlong(getCoefficientRange(coefficient, absent, shape, axis),
                    axis);
  };
  Bounds driven = getAlong(getDriven(op.getCoefficient(state.name("gain")), x,
                                     isSpikes, state.value, shape, axis),
                           axis);
  Bounds leak = range(state.name("leak"), 0),
         decay = range(state.name("decay"), 1),
         init = range(state.name("init"), 0);
  found.drive = combine(driven, leak, add);
  Bounds rounding = op.getCoefficient(state.name("decay"))
                        ? getAlong(getRounding(state.value), axis)
                        : Bounds(0, 0);
  if (state.isShort)
    addDropped(rounding, state.value, decay);
  // Less than a whole unit instead of half of one.
  if (state.arithmetic.getDecay() != DecayRule::HalfUp)
    rounding = combine(rounding, rounding, add);
  bool isVoltage = state.value == model.voltage.value;
  bool spikes = isVoltage && model.spikes;
  Bounds threshold(0, 0), reset(0, 0);
  if (spikes) {
    threshold = range("threshold", 0);
    reset = range("reset_value", 0);
    if (model.spikes->subtracts() && !op.getCoefficient("reset_value"))
      reset = threshold;
  }
  Bounds type = getAlong(getTypeRange(state.value), axis);
  std::optional<Bounds> floor;
  if (isVoltage && op.getCoefficient("floor"))
    floor = range("floor", 0);
  // Of integers a carried floor counts as one that the voltage can be.
  if (floor && !spikes)
    floor = clamp(*floor, type);
  fillRanges(size, axis, found.carried, found.extremes,
             [&](int64_t index, Interval &extreme) {
               StateRanges ranges{decay.at(index), driven.at(index),
                                  leak.at(index), init.at(index),
                                  rounding.at(index)};
               IntervalAlgebra algebra(model, state, ranges);
               algebra.threshold = threshold.at(index);
               algebra.reset = reset.at(index);
               algebra.hasReset = spikes && op.getCoefficient("reset_value");
               if (floor)
                 algebra.floor = floor->at(index);
               Interval invariant = findInvariant(algebra, ranges, extreme);
               // What is carried goes on from the floor at least: its type
               // holds that, too.
               invariant = getHull(invariant, algebra.raise(invariant));
               // Such a sum stays in its type.
               if (state.arithmetic.getSum() != SumRule::Once &&
                   !type.at(index).contains(invariant))
                 invariant = extreme = type.at(index);
               return invariant;
             });
}

void RangeAnalysis::visitNeuron(NeuronOpInterface op) {
  NeuronModel model(op);
  NeuronRange &found = neurons[op];
  int64_t axis = getChannelAxis(op.getVoltage());
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  Bounds x = getAlong(get(op.getInput()), axis);
  bool isSpikes = !isFloatOrQuantized(op.getInput());
  if (model.current) {
    Value current = model.current->value;
    findState(op, model, *model.current, x, isSpikes, found.current);
    x = intersect(found.current.carried, getTypeRange(current));
    isSpikes = false;
    ranges[current] = x;
  }
  Value voltage = model.voltage.value;
  findState(op, model, model.voltage, x, isSpikes, found.voltage);
  Bounds range = intersect(found.voltage.carried, getTypeRange(voltage));
  std::optional<Interval> recorded = getRecorded(op->getAttr(kRangeAttr));
  if (recorded && isa<FloatType>(getElementTypeOrSelf(voltage.getType())))
    range = Bounds(*recorded);
  ranges[voltage] = range;
  if (!model.spikes)
    return;
  Value result = op.getOutput("spikes");
  Interval spikes = getTypeInterval(result.getType());
  if (model.spikes->counts()) {
    spikes.hi = static_cast<double>(model.spikes->most);
    // As often as the threshold fits into the largest voltage.
    Bounds threshold = getAlong(
        getCoefficientRange(op.getCoefficient("threshold"), 0, shape, axis),
        axis);
    const Bounds &extremes = found.voltage.extremes;
    double most = 1;
    int64_t count = std::max(extremes.size(), threshold.size());
    for (int64_t index = 0; index < count; ++index)
      most = std::max(most, extremes.at(index).hi / threshold.at(index).lo);
    if (most < spikes.hi)
      spikes.hi = std::floor(most);
  }
  ranges[result] = Bounds(spikes);
}

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

void snn::sortNetwork(NetworkOp network) {
  sortTopologically(network.getBodyBlock(), [](Value value, Operation *) {
    auto result = dyn_cast<OpResult>(value);
    auto stateful =
        result ? dyn_cast<StatefulOpInterface>(result.getOwner()) : nullptr;
    return stateful && stateful.isCarried(result);
  });
}

const Bounds &RangeAnalysis::get(Value value) const {
  static const Bounds kUnknown;
  auto it = ranges.find(value);
  return it == ranges.end() ? kUnknown : it->second;
}

const NeuronRange &RangeAnalysis::getNeuron(Operation *neuron) const {
  return neurons.find(neuron)->second;
}

void RangeAnalysis::update(Operation *op) {
  auto isBounded = [&](Value value) {
    return get(value).getHull().isBounded();
  };
  // Every value gets bounds once, so this ends, also in a cycle.
  SmallVector<Operation *> pending = {op};
  while (!pending.empty()) {
    Operation *next = pending.pop_back_val();
    SmallVector<Value> unbounded(llvm::make_filter_range(
        next->getResults(), [&](Value result) { return !isBounded(result); }));
    visit(next);
    for (Value result : unbounded)
      if (isBounded(result))
        llvm::append_range(pending, result.getUsers());
  }
}

RangeAnalysis::RangeAnalysis(NetworkOp network) {
  Block *body = network.getBodyBlock();
  for (BlockArgument argument : body->getArguments()) {
    Bounds range = getTypeRange(argument);
    bool isFloat = isa<FloatType>(getElementTypeOrSelf(argument.getType()));
    if (std::optional<Interval> recorded = getRecorded(
            network.getArgAttr(argument.getArgNumber(), kRangeAttr));
        recorded && isFloat)
      range = Bounds(*recorded);
    ranges[argument] = range;
  }
  // Delays in front of what they delay know no more than their type at first;
  // every further look only narrows what is known.
  auto delays = llvm::to_vector(body->getOps<DelayOp>());
  for (DelayOp delay : delays)
    ranges[delay.getResult()] = getTypeRange(delay.getResult());
  // So may spikes that are carried.
  for (Operation &op : *body)
    if (isa<NeuronOpInterface>(op) && !isFloatOrQuantized(op.getResult(0)))
      ranges[op.getResult(0)] = getTypeRange(op.getResult(0));
  unsigned rounds = std::min<unsigned>(delays.size() + 1, 4);
  for (unsigned round = 0; round < rounds; ++round)
    for (Operation &op : *body) {
      auto delay = dyn_cast<DelayOp>(op);
      if (!delay || round > 0 || ranges.contains(delay.getInput()))
        visit(&op);
    }
}
