//===- Ranges.cpp - What the numbers of a network can be ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ranges.h"

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

int64_t snn::getChannelAxis(Value signal) {
  // Neurons with spike timing 'pre' can drive each other in a cycle.
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (true) {
    Scales scales = Scales::of(signal.getType());
    if (scales.isPerAxis())
      return *scales.axis;
    Operation *op = signal.getDefiningOp();
    if (auto synapse = dyn_cast_or_null<SynapseOpInterface>(op))
      return synapse.getResultChannelDim();
    if (auto neuron = dyn_cast_or_null<NeuronOpInterface>(op);
        neuron && seen.insert(op).second) {
      signal = neuron.getInput();
      continue;
    }
    if (auto add = dyn_cast_or_null<AddOp>(op)) {
      auto isSynapse = [](Value input) {
        return input.getDefiningOp<SynapseOpInterface>() != nullptr;
      };
      auto synapse = llvm::find_if(add.getInputs(), isSynapse);
      if (synapse != add.getInputs().end()) {
        signal = *synapse;
        continue;
      }
    }
    return cast<RankedTensorType>(signal.getType()).getRank() == 1 ? 0 : -1;
  }
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
  if (isa<NeuronOpInterface>(op))
    return visitNeuron(op);
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

/// The update of a voltage or current on intervals: state = decay * state +
/// drive, and what spikes do to it.
struct Update {
  Interval decay{1, 1}, drive{0, 0}, init{0, 0};
  /// Half a unit, where decay * state is rounded.
  Interval rounding{0, 0};
  // Spiking neurons only.
  bool spikes = false;
  SpikeRule rule = SpikeRule::Greater;
  ResetKind reset = ResetKind::Value;
  ResetTiming timing = ResetTiming::Immediate;
  double mostSpikes = 1;
  Interval threshold{0, 0}, resetValue{0, 0};
  /// Whether a spike takes away another number than the threshold.
  bool hasResetValue = false;
  /// Below what the new voltage of a spiking neuron, and the carried one of
  /// another, does not count.
  std::optional<Interval> floor;

  /// The next state; `extremes` grows to everything on the way.
  Interval step(Interval v, Interval &extremes) const;
  /// max(v, floor)
  Interval raise(Interval v) const {
    if (!floor)
      return v;
    return {std::max(v.lo, floor->lo), std::max(v.hi, floor->hi)};
  }
  /// A state this large has no bound. At 2^53 times what a step adds, sums
  /// would lose it, and look as if they had reached one.
  double getLimit() const;

private:
  Interval integrate(Interval v) const { return decay * v + drive + rounding; }
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
  Interval lower(Interval v) const {
    return reset == ResetKind::Subtract ? v + negate(resetValue) : resetValue;
  }
  Interval lowerByCount(Interval v) const;
  Interval stepSpiking(Interval v, Interval &extremes) const;
};

} // namespace

/// What is left of `v`, which fires, where every one of several spikes is
/// subtracted.
Interval Update::lowerByCount(Interval v) const {
  // A count of other thresholds is undefined.
  if (threshold.lo <= 0)
    return {};
  // Less than a threshold, or what the most spikes leave.
  if (!hasResetValue)
    return {0, std::max(threshold.hi, v.hi - mostSpikes * threshold.lo)};
  std::optional<Interval> left;
  // v / threshold - f spikes with f from 0 to 1.
  Interval counted{v.lo, std::min(v.hi, (mostSpikes + 1) * threshold.hi)};
  Interval ratio = resetValue * Interval{1 / threshold.hi, 1 / threshold.lo};
  if (counted.lo <= counted.hi)
    include(left, counted * (Interval{1, 1} + negate(ratio)) +
                      resetValue * Interval{0, 1});
  Interval most{std::max(v.lo, mostSpikes * threshold.lo), v.hi};
  if (most.lo <= most.hi)
    include(left, most + negate(resetValue * Interval{mostSpikes, mostSpikes}));
  return *left;
}

Interval Update::stepSpiking(Interval v, Interval &extremes) const {
  if (reset == ResetKind::None) {
    Interval u = integrate(v);
    extremes = getHull(extremes, u);
    return u;
  }
  std::optional<Interval> next;
  if (timing == ResetTiming::Carried) {
    Interval quiet = getQuiet(v), firing = getFiring(v);
    if (quiet.lo <= quiet.hi)
      include(next, integrate(quiet));
    if (firing.lo <= firing.hi) {
      Interval lowered = lower(firing);
      extremes = getHull(extremes, lowered);
      include(next, integrate(lowered));
    }
    return *next;
  }
  Interval u = integrate(v);
  extremes = getHull(extremes, u);
  if (timing == ResetTiming::Delayed || timing == ResetTiming::Pending) {
    // Whether the carried voltage fired is known for parts of it only.
    Interval quiet = getQuiet(v), firing = getFiring(v);
    if (quiet.lo <= quiet.hi)
      include(next, integrate(quiet));
    if (firing.lo <= firing.hi)
      include(next, lower(integrate(firing)));
    if (timing == ResetTiming::Delayed)
      return *next;
    // v' = w - (s - p) * reset
    Interval w = *next;
    extremes = getHull(extremes, w);
    include(next, w + negate(resetValue));
    include(next, w + resetValue);
    return *next;
  }
  include(next, getQuiet(u));
  Interval firing = getFiring(u);
  if (firing.lo > firing.hi)
    return *next;
  bool takesSeveral = isCount(rule) && reset == ResetKind::Subtract;
  include(next, takesSeveral ? lowerByCount(firing) : lower(firing));
  return *next;
}

Interval Update::step(Interval v, Interval &extremes) const {
  if (!spikes)
    v = raise(v);
  extremes = getHull(extremes, getHull(v, decay * v));
  Interval next = spikes ? stepSpiking(v, extremes) : integrate(v);
  extremes = getHull(extremes, next);
  return spikes ? raise(next) : next;
}

double Update::getLimit() const {
  double largest = 0;
  for (Interval interval :
       {drive, init, rounding, threshold, resetValue, floor.value_or(init)})
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
static Interval findInvariant(const Update &update, Interval &extremes) {
  auto next = [&](Interval v) {
    Interval ignored = v;
    return update.step(v, ignored);
  };
  Interval v = update.init;
  double limit = update.getLimit();
  extremes = {};
  if (!update.drive.isBounded())
    return {};
  if (update.decay.lo >= 0) {
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
  extremes = v;
  if (v.isBounded() && v.contains(update.step(v, extremes)))
    return v;
  extremes = {};
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

namespace {
/// The coefficients of an integration, index by index.
struct IntegrationRanges {
  Bounds decay, drive, init, rounding;
};
} // namespace

/// gain * x + leak, where the product is rounded: that of each of several
/// spikes or that of x.
static Bounds getDrive(Value gain, Value leak, const Bounds &x, bool isSpikes,
                       Value state, ArrayRef<int64_t> shape, int64_t axis) {
  Bounds drive =
      combine(getCoefficientRange(gain, 1, shape, axis), x, multiply);
  drive = getProduct(drive, state, isSpikes ? x.getHull().getMagnitude() : 1);
  return combine(drive, getCoefficientRange(leak, 0, shape, axis), add);
}

namespace {
/// What spikes compare with and do, index by index.
struct SpikeRanges {
  template <typename Neuron>
  SpikeRanges(Neuron op, ArrayRef<int64_t> shape, int64_t axis)
      : rule(op.getSpike()), reset(op.getReset()), timing(op.getResetTiming()),
        mostSpikes(static_cast<double>(op.getMaxSpikes())),
        threshold(getCoefficientRange(op.getThreshold(), 0, shape, axis)),
        resetValue(getCoefficientRange(op.getResetValue(), 0, shape, axis)),
        hasResetValue(op.getResetValue()) {
    if (reset == ResetKind::Subtract && !hasResetValue)
      resetValue = threshold;
  }

  void addTo(Update &update, int64_t index) const {
    update.spikes = true;
    update.rule = rule;
    update.reset = reset;
    update.timing = timing;
    update.mostSpikes = mostSpikes;
    update.threshold = threshold.at(index);
    update.resetValue = resetValue.at(index);
    update.hasResetValue = hasResetValue;
  }

  SpikeRule rule;
  ResetKind reset;
  ResetTiming timing;
  double mostSpikes;
  Bounds threshold, resetValue;
  bool hasResetValue;
};
} // namespace

/// What two ranges have in common.
static Bounds intersect(const Bounds &a, const Bounds &b) {
  return combine(a, b, [](Interval x, Interval y) {
    return Interval{std::max(x.lo, y.lo), std::min(x.hi, y.hi)};
  });
}

static Value getThreshold(Operation *op) {
  if (auto lif = dyn_cast<LIFOp>(op))
    return lif.getThreshold();
  return cast<CubaLIFOp>(op).getThreshold();
}

static double getMostSpikes(Operation *op) {
  if (auto lif = dyn_cast<LIFOp>(op))
    return static_cast<double>(lif.getMaxSpikes());
  return static_cast<double>(cast<CubaLIFOp>(op).getMaxSpikes());
}

void RangeAnalysis::visitNeuron(Operation *op) {
  auto neuron = cast<NeuronOpInterface>(op);
  NeuronRange &found = neurons[op];
  Value voltage = neuron.getVoltage();
  ArrayRef<int64_t> shape = neuron.getInput().getType().getShape();
  int64_t axis = getChannelAxis(voltage);
  int64_t size = axis < 0 ? 1 : shape[axis];
  // Along another dimension than the neurons' the whole range counts.
  Bounds drive = get(neuron.getInput());
  if (drive.size() > 1 && drive.axis != axis)
    drive = Bounds(drive.getHull());
  bool isSpikes = !isa<quant::QuantizedType, FloatType>(
      neuron.getInput().getType().getElementType());
  auto coefficient = [&](Value value, double absent) {
    return getCoefficientRange(value, absent, shape, axis);
  };
  /// Finds what `decay * state + drive` can be.
  auto integrate = [&](Value state, Value decay, bool isShort, Value init,
                       ArithmeticAttr arithmetic, const Bounds &added,
                       const SpikeRanges *spikes,
                       const std::optional<Bounds> &floor, Bounds &states,
                       Bounds &extremes) {
    Bounds decays = coefficient(decay, 1), inits = coefficient(init, 0);
    Bounds rounding = decay ? getRounding(state) : Bounds(0, 0);
    if (isShort)
      addDropped(rounding, state, decays);
    // Less than a whole unit instead of half of one.
    if (arithmetic.getDecay() != DecayRule::HalfUp)
      rounding = combine(rounding, rounding, add);
    Bounds type = getTypeRange(state);
    fillRanges(size, axis, states, extremes,
               [&](int64_t index, Interval &extreme) {
                 Update update;
                 update.decay = decays.at(index);
                 update.drive = added.at(index);
                 update.init = inits.at(index);
                 update.rounding = rounding.at(index);
                 if (spikes)
                   spikes->addTo(update, index);
                 if (floor)
                   update.floor = floor->at(index);
                 // What is carried goes on from the floor at least: its type
                 // holds that, too.
                 Interval found = findInvariant(update, extreme);
                 found = getHull(found, update.raise(found));
                 // Such a sum stays in its type.
                 if (arithmetic.getSum() != SumRule::Once &&
                     !type.at(index).contains(found))
                   found = extreme = type.at(index);
                 return found;
               });
  };
  auto addCurrent = [&](auto cuba) {
    Value current = cuba.getCurrent();
    found.currentDrive = getDrive(cuba.getCurrentGain(), cuba.getCurrentLeak(),
                                  drive, isSpikes, current, shape, axis);
    integrate(current, cuba.getCurrentDecay(), cuba.getShortCurrentDecay(),
              cuba.getCurrentInit(), getArithmetic(op, "current_arithmetic"),
              found.currentDrive, nullptr, std::nullopt, found.current,
              found.currentExtremes);
    drive = intersect(found.current, getTypeRange(current));
    isSpikes = false;
    ranges[current] = drive;
  };
  auto addVoltage = [&](auto leaky) {
    using Neuron = decltype(leaky);
    found.voltageDrive = getDrive(leaky.getGain(), leaky.getLeak(), drive,
                                  isSpikes, voltage, shape, axis);
    std::optional<SpikeRanges> spikes;
    if constexpr (std::is_same_v<Neuron, LIFOp> ||
                  std::is_same_v<Neuron, CubaLIFOp>)
      spikes.emplace(leaky, shape, axis);
    std::optional<Bounds> floor;
    if (leaky.getFloor())
      floor = coefficient(leaky.getFloor(), 0);
    // Of integers a carried floor counts as one that the voltage can be.
    if (floor && !spikes)
      floor = clamp(*floor, getTypeRange(voltage));
    integrate(voltage, leaky.getDecay(), leaky.getShortDecay(), leaky.getInit(),
              getArithmetic(op), found.voltageDrive,
              spikes ? &*spikes : nullptr, floor, found.voltage,
              found.voltageExtremes);
  };
  llvm::TypeSwitch<Operation *>(op).Case<CubaLIFOp, CubaLIOp>(addCurrent);
  llvm::TypeSwitch<Operation *>(op).Case<LIFOp, LIOp, CubaLIFOp, CubaLIOp>(
      addVoltage);
  Bounds range = intersect(found.voltage, getTypeRange(voltage));
  std::optional<Interval> recorded = getRecorded(op->getAttr(kRangeAttr));
  if (recorded && isa<FloatType>(getElementTypeOrSelf(voltage.getType())))
    range = Bounds(*recorded);
  ranges[voltage] = range;
  Interval spikes = getTypeInterval(op->getResult(0).getType());
  if (auto rule = op->getAttrOfType<SpikeRuleAttr>("spike");
      rule && isCount(rule.getValue())) {
    spikes.hi = getMostSpikes(op);
    // As often as the threshold fits into the largest voltage.
    Bounds threshold = coefficient(getThreshold(op), 0);
    double most = 1;
    int64_t count = std::max(found.voltageExtremes.size(), threshold.size());
    for (int64_t index = 0; index < count; ++index)
      most = std::max(most, found.voltageExtremes.at(index).hi /
                                threshold.at(index).lo);
    if (most < spikes.hi)
      spikes.hi = std::floor(most);
  }
  if (!isFloatOrQuantized(op->getResult(0)))
    ranges[op->getResult(0)] = Bounds(spikes);
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
