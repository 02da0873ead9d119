//===- NeuronLowering.cpp - The updates of neurons ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace snn;

namespace {

/// The coefficients of a neuron, as the body of an elementwise loop sees them:
/// a number for all neurons, this neuron's element, or null if absent.
class Coefficients {
public:
  explicit Coefficients(LayerBuilder &layer) : layer(layer) {}

  LogicalResult add(StringRef name, MutableOperandRange operand) {
    if (operand.empty())
      return success();
    FailureOr<Value> value = layer.coefficient(operand[0], name);
    if (failed(value))
      return failure();
    Entry &entry = entries[name];
    if (isa<RankedTensorType>(value->getType())) {
      entry.element = tensors.size();
      entry.text = (name + "[n]").str();
      tensors.push_back(*value);
    } else {
      entry.number = *value;
      std::optional<Constant> constant = getFloatConstant(*value);
      entry.text = formatNumber(constant->at(0), constant->elementType);
    }
    return success();
  }

  /// The tensors that the loop must read beside the neurons' inputs.
  ArrayRef<Value> getTensors() const { return tensors; }

  /// Tells where the loop's elements of `getTensors` are.
  void bind(ValueRange elements) { bound = elements; }

  bool has(StringRef name) const { return entries.contains(name); }

  Value get(StringRef name) const {
    auto it = entries.find(name);
    if (it == entries.end())
      return Value();
    return it->second.number ? it->second.number : bound[it->second.element];
  }

  /// How the coefficient appears in a comment.
  std::string text(StringRef name, StringRef absent = "") const {
    auto it = entries.find(name);
    return it == entries.end() ? absent.str() : it->second.text;
  }

private:
  struct Entry {
    Value number;
    unsigned element = 0;
    std::string text;
  };
  LayerBuilder &layer;
  llvm::StringMap<Entry> entries;
  SmallVector<Value> tensors;
  ValueRange bound;
};

/// Arithmetic in the body of a loop; null operands are neutral.
class Arithmetic {
public:
  Arithmetic(ImplicitLocOpBuilder &builder, Type type)
      : builder(builder), type(type), loc(builder.getLoc()) {}

  Arithmetic &name(StringRef text) {
    builder.setLoc(NameLoc::get(builder.getStringAttr(text), loc));
    return *this;
  }

  Value number(double value) {
    return done(
        arith::ConstantOp::create(builder, builder.getFloatAttr(type, value)));
  }
  Value mul(Value a, Value b) {
    if (!a || !b)
      return done(a ? a : b);
    return done(arith::MulFOp::create(builder, a, b));
  }
  Value add(Value a, Value b) {
    if (!a || !b)
      return done(a ? a : b);
    return done(arith::AddFOp::create(builder, a, b));
  }
  Value sub(Value a, Value b) {
    return done(arith::SubFOp::create(builder, a, b));
  }
  Value div(Value a, Value b) {
    return done(arith::DivFOp::create(builder, a, b));
  }
  Value compare(arith::CmpFPredicate predicate, Value a, Value b) {
    return done(arith::CmpFOp::create(builder, predicate, a, b));
  }
  Value select(Value condition, Value a, Value b) {
    return done(arith::SelectOp::create(builder, condition, a, b));
  }
  Value toFloat(Value value) { return done(castToFloat(builder, value, type)); }
  Value toCount(Value value) {
    return done(
        arith::FPToUIOp::create(builder, builder.getIntegerType(8), value));
  }

private:
  Value done(Value value) {
    builder.setLoc(loc);
    return value;
  }

  ImplicitLocOpBuilder &builder;
  Type type;
  Location loc;
};

/// What differs between spiking neurons.
struct SpikeModel {
  SpikeRule spike;
  SpikeTiming spikeTiming;
  ResetKind reset;
  ResetTiming resetTiming;

  template <typename Neuron> static SpikeModel of(Neuron op) {
    return {op.getSpike(), op.getSpikeTiming(), op.getReset(),
            op.getResetTiming()};
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Equations
//===----------------------------------------------------------------------===//

/// decay * state + gain * input + leak
static Value integrate(Arithmetic &a, const Coefficients &c, StringRef prefix,
                       Value state, Value input, StringRef name) {
  Value decayed = a.mul(c.get((prefix + "decay").str()), state);
  Value driven = a.mul(c.get((prefix + "gain").str()), input);
  Value leak = c.get((prefix + "leak").str());
  if (!leak)
    return a.name(name).add(decayed, driven);
  Value sum = a.add(decayed, driven);
  return a.name(name).add(sum, leak);
}

/// One spike or none: voltage > threshold, or >=.
static Value fire(Arithmetic &a, const Coefficients &c, SpikeRule rule,
                  Value voltage, StringRef name) {
  auto predicate = rule == SpikeRule::GreaterEqual ? arith::CmpFPredicate::OGE
                                                   : arith::CmpFPredicate::OGT;
  return a.name(name).compare(predicate, voltage, c.get("threshold"));
}

/// Several spikes: how often the threshold fits into the voltage.
///
/// Below the threshold that is 0 times under both rules: the quotient of
/// neighbouring floating-point numbers does not round to 1. A comparison that
/// rarely holds is one that processors predict.
static Value countSpikes(Arithmetic &a, const Coefficients &c, Value voltage) {
  Value threshold = c.get("threshold"), zero = a.number(0),
        most = a.number(255);
  Value fires = a.compare(arith::CmpFPredicate::OGE, voltage, threshold);
  Value times = a.div(voltage, threshold);
  Value ratio = a.name("ratio").select(fires, times, zero);
  Value isTooMany = a.compare(arith::CmpFPredicate::OGT, ratio, most);
  Value bounded = a.select(isTooMany, most, ratio);
  return a.name("count").toCount(bounded);
}

/// By how much a spike lowers the voltage.
static Value subtrahend(const Coefficients &c) {
  return c.has("reset") ? c.get("reset") : c.get("threshold");
}

static Value resetVoltage(Arithmetic &a, const Coefficients &c) {
  return c.has("reset") ? c.get("reset") : a.number(0);
}

/// max(voltage, floor)
static Value applyFloor(Arithmetic &a, const Coefficients &c, Value voltage) {
  Value floor = c.get("floor");
  if (!floor)
    return voltage;
  Value isBelow = a.compare(arith::CmpFPredicate::OLT, voltage, floor);
  return a.select(isBelow, floor, voltage);
}

/// decay * v + gain * x + leak
static Value integrateVoltage(Arithmetic &a, const Coefficients &c, Value v,
                              Value drive) {
  return integrate(a, c, "", v, drive, "u");
}

/// The voltage after one step with `previous`, the spikes of the carried
/// voltage: reset timing `delayed` or `carried`.
static Value stepFromCarried(Arithmetic &a, const Coefficients &c,
                             const SpikeModel &model, Value v, Value drive,
                             Value previous) {
  bool subtracts = model.reset == ResetKind::Subtract;
  auto lower = [&](Value voltage) {
    Value lowered =
        subtracts ? a.sub(voltage, subtrahend(c)) : resetVoltage(a, c);
    return a.select(previous, lowered, voltage);
  };
  if (model.resetTiming == ResetTiming::Carried)
    return integrateVoltage(a, c, lower(v), drive);
  return lower(integrateVoltage(a, c, v, drive));
}

/// Voltage and spikes after one step, spike timing `post`: the table in the
/// description of snn.lif.
static std::pair<Value, Value> stepPost(Arithmetic &a, const Coefficients &c,
                                        const SpikeModel &model, Value v,
                                        Value drive) {
  if (model.resetTiming == ResetTiming::Delayed ||
      model.resetTiming == ResetTiming::Carried) {
    Value previous = fire(a, c, model.spike, v, "previous");
    Value next =
        applyFloor(a, c, stepFromCarried(a, c, model, v, drive, previous));
    return {next, fire(a, c, model.spike, next, "spike")};
  }
  Value u = integrateVoltage(a, c, v, drive);
  if (model.spike == SpikeRule::CountTrunc ||
      model.spike == SpikeRule::CountFloor) {
    Value count = countSpikes(a, c, u);
    Value next = a.sub(u, a.mul(a.toFloat(count), subtrahend(c)));
    return {applyFloor(a, c, next), count};
  }
  if (model.resetTiming == ResetTiming::Immediate) {
    Value spike = fire(a, c, model.spike, u, "spike");
    Value after = model.reset == ResetKind::Subtract ? a.sub(u, subtrahend(c))
                                                     : resetVoltage(a, c);
    return {applyFloor(a, c, a.select(spike, after, u)), spike};
  }
  // Pending: v' = w - (spike - previous) * reset.
  Value previous = fire(a, c, model.spike, v, "previous");
  Value lowered = a.sub(u, subtrahend(c));
  Value w = a.name("w").select(previous, lowered, u);
  Value spike = fire(a, c, model.spike, w, "spike");
  Value now = a.toFloat(spike), before = a.toFloat(previous);
  Value change = a.name("change").sub(now, before);
  Value next = a.sub(w, a.mul(change, subtrahend(c)));
  return {applyFloor(a, c, next), spike};
}

//===----------------------------------------------------------------------===//
// Comments
//===----------------------------------------------------------------------===//

static std::string product(const std::string &factor, StringRef term) {
  return factor.empty() ? term.str() : factor + " * " + term.str();
}

/// "v = 0.9 * v + x"
static std::string describeIntegration(const Coefficients &c, StringRef prefix,
                                       StringRef state, StringRef input) {
  std::string leak = c.text((prefix + "leak").str());
  return (state + " = " + product(c.text((prefix + "decay").str()), state) +
          " + " + product(c.text((prefix + "gain").str()), input) +
          (leak.empty() ? "" : " + " + leak))
      .str();
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
  std::string text = "\n  " + spike + "\n  " + reset;
  if (c.has("floor"))
    text += "\n  v >= " + c.text("floor");
  return text;
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

template <typename Neuron>
static LogicalResult addVoltageCoefficients(Neuron op, Coefficients &c) {
  return success(succeeded(c.add("decay", op.getDecayMutable())) &&
                 succeeded(c.add("gain", op.getGainMutable())) &&
                 succeeded(c.add("leak", op.getLeakMutable())));
}

template <typename Neuron>
static LogicalResult addCurrentCoefficients(Neuron op, Coefficients &c) {
  return success(
      succeeded(c.add("current_decay", op.getCurrentDecayMutable())) &&
      succeeded(c.add("current_gain", op.getCurrentGainMutable())) &&
      succeeded(c.add("current_leak", op.getCurrentLeakMutable())));
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

static std::string countOf(Value signal) {
  return std::to_string(
      cast<RankedTensorType>(signal.getType()).getNumElements());
}

/// Lowers a neuron without spikes; `Neuron` is LIOp or CubaLIOp.
template <typename Neuron>
static LogicalResult lowerIntegrator(Neuron op, StepContext &context) {
  constexpr bool hasCurrent = std::is_same_v<Neuron, CubaLIOp>;
  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op.getLoc());
  Value xBuffer = layer.addFlatArgument("x", context.bufferOf(op.getInput()));
  Coefficients c(layer);
  if (failed(addVoltageCoefficients(op, c)))
    return failure();
  std::string comment = countOf(op.getVoltage()) + " leaky integrators.\n  ";
  if constexpr (hasCurrent) {
    if (failed(addCurrentCoefficients(op, c)))
      return failure();
    comment += describeIntegration(c, "current_", "i", "x") + "\n  ";
  }
  layer.setComment(comment +
                   describeIntegration(c, "", "v", hasCurrent ? "i" : "x"));

  SmallVector<Value> stateBuffers, states;
  for (auto [variable, buffer] :
       llvm::zip(op.getStateVariables(), context.states.lookup(op))) {
    stateBuffers.push_back(layer.addFlatArgument(variable.name, buffer));
    states.push_back(layer.update(stateBuffers.back()));
  }
  SmallVector<Value> inputs = {layer.read(xBuffer)};
  llvm::append_range(inputs, c.getTensors());
  Type type = op.getVoltage().getType().getElementType();
  SmallVector<Value> results = createElementwise(
      layer, inputs, states,
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        Arithmetic a(b, type);
        c.bind(elements.slice(1, c.getTensors().size()));
        ValueRange carried = elements.take_back(states.size());
        Value x = a.toFloat(elements[0]);
        if constexpr (hasCurrent) {
          Value i = integrate(a, c, "current_", carried[0], x, "i_new");
          Value drive =
              op.getCurrentOrder() == CurrentOrder::Updated ? i : carried[0];
          return {i, integrate(a, c, "", carried[1], drive, "v_new")};
        } else {
          return {integrate(a, c, "", carried[0], x, "v_new")};
        }
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
  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op.getLoc());
  Value xBuffer = layer.addFlatArgument("x", context.bufferOf(op.getInput()));
  Value spikeBuffer =
      layer.addFlatArgument("spikes", context.bufferOf(op.getSpikes()));
  Coefficients c(layer);
  if (failed(addVoltageCoefficients(op, c)) ||
      failed(addSpikeCoefficients(op, c)))
    return failure();
  std::string comment =
      countOf(op.getVoltage()) + " leaky integrate-and-fire neurons.\n  ";
  if constexpr (hasCurrent) {
    if (failed(addCurrentCoefficients(op, c)))
      return failure();
    comment += describeIntegration(c, "current_", "i", "x") + "\n  ";
  }
  layer.setComment(comment +
                   describeIntegration(c, "", "v", hasCurrent ? "i" : "x") +
                   describeSpikes(c, model));

  SmallVector<Value> outputBuffers, outputs;
  for (auto [variable, buffer] :
       llvm::zip(op.getStateVariables(), context.states.lookup(op))) {
    outputBuffers.push_back(layer.addFlatArgument(variable.name, buffer));
    outputs.push_back(layer.update(outputBuffers.back()));
  }
  SmallVector<Value> inputs = {layer.read(xBuffer)};
  if (isPre) {
    inputs.push_back(layer.read(spikeBuffer));
  } else {
    outputBuffers.push_back(spikeBuffer);
    outputs.push_back(layer.update(spikeBuffer));
  }
  size_t firstTensor = inputs.size();
  llvm::append_range(inputs, c.getTensors());
  Type type = op.getVoltage().getType().getElementType();
  SmallVector<Value> results = createElementwise(
      layer, inputs, outputs,
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        Arithmetic a(b, type);
        c.bind(elements.slice(firstTensor, c.getTensors().size()));
        ValueRange carried = elements.drop_front(inputs.size());
        Value drive = a.toFloat(elements[0]);
        SmallVector<Value> values;
        if constexpr (hasCurrent) {
          Value i = integrate(a, c, "current_", carried[0], drive, "i_new");
          drive =
              op.getCurrentOrder() == CurrentOrder::Updated ? i : carried[0];
          values.push_back(i);
        }
        Value v = carried[values.size()];
        if (isPre) {
          Value next = stepFromCarried(a, c, model, v, drive, elements[1]);
          values.push_back(applyFloor(a, c, next));
        } else {
          auto [next, spikes] = stepPost(a, c, model, v, drive);
          llvm::append_values(values, next, spikes);
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
  LayerBuilder layer(context.symbols, context.step, getLayerName(op) + "_fire",
                     op.getLoc());
  Value voltage = layer.addFlatArgument("v", context.states.lookup(op).back());
  Value spikeBuffer =
      layer.addFlatArgument("spikes", context.bufferOf(op.getSpikes()));
  Coefficients c(layer);
  if (failed(addThreshold(op.getThresholdMutable(), c)))
    return failure();
  layer.setComment("Spikes of " + getLayerName(op) +
                   ", from the voltage before the update.\n  spike where v " +
                   (op.getSpike() == SpikeRule::GreaterEqual ? ">= " : "> ") +
                   c.text("threshold"));
  SmallVector<Value> inputs = {layer.read(voltage)};
  llvm::append_range(inputs, c.getTensors());
  Type type = op.getVoltage().getType().getElementType();
  SmallVector<Value> spikes = createElementwise(
      layer, inputs, layer.update(spikeBuffer),
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        Arithmetic a(b, type);
        c.bind(elements.slice(1, c.getTensors().size()));
        return {fire(a, c, op.getSpike(), elements[0], "spike")};
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
