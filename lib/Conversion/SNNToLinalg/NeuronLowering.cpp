//===- NeuronLowering.cpp - The layers of neurons -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Forms.h"
#include "NeuronArithmetic.h"
#include "NeuronComment.h"
#include "NeuronLoop.h"
#include "snn/IR/NeuronEquations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace snn;

//===----------------------------------------------------------------------===//
// Coefficients
//===----------------------------------------------------------------------===//

/// Adds the factor of what drives `state`: of `input`, a signal or a current.
static LogicalResult addGain(Coefficients &c, const StateModel &state,
                             NeuronOpInterface op, Value input) {
  std::string name = state.name("gain");
  MutableOperandRange gain = op.getCoefficientMutable(name);
  Type type = state.getType();
  if (isa<FloatType>(type))
    return c.add(name, gain);
  Value operand = gain.empty() ? Value() : gain[0].get();
  if (operand && !getConstant(operand))
    return op->emitOpError(name)
           << " is not a constant; only constants can be lowered";
  int64_t rank = cast<RankedTensorType>(state.value.getType()).getRank();
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

/// Where a sum wraps around, it does so once: what is added is less than the
/// range of the state.
static LogicalResult checkWrap(NeuronOpInterface op, const Coefficients &c,
                               const StateModel &state, Value input) {
  if (state.arithmetic.getSum() != SumRule::Wrap)
    return success();
  auto type = cast<quant::QuantizedType>(state.getType());
  std::string gain = state.name("gain");
  int64_t room = type.getStorageTypeMax() - type.getStorageTypeMin() -
                 c.getIntegers(state.name("leak")).getMagnitude();
  bool isBelow =
      c.isFactor(gain)
          ? c.isBelow(gain, room)
          : c.getIntegers(gain).getMagnitude() *
                    getLargestInteger(getElementTypeOrSelf(input.getType())) <
                room;
  if (isBelow)
    return success();
  return op->emitOpError("adds more in one step than the ")
         << std::max<int64_t>(room, 0)
         << " by which its state can wrap around once; its input needs "
            "a known range: fewer or smaller weights, or "
            "snn-infer-ranges first";
}

/// The greatest magnitude of a state before its decay: that of its type, but
/// where a reset comes first.
static int64_t getLargestState(const NeuronModel &model,
                               const StateModel &state) {
  bool isVoltage = state.value == model.voltage.value;
  if (isVoltage && model.spikes &&
      model.spikes->resetTiming == ResetTiming::Carried)
    return std::numeric_limits<int32_t>::max();
  return getLargestInteger(state.getType());
}

/// Adds what `state` decays by, is driven by and leaks; `input` drives it.
static LogicalResult addState(Coefficients &c, const StateModel &state,
                              const NeuronModel &model, NeuronOpInterface op,
                              Value input) {
  std::string decay = state.name("decay"), leak = state.name("leak");
  return success(succeeded(c.addDecay(decay, op.getCoefficientMutable(decay),
                                      state.getType(), state.isShort,
                                      getLargestState(model, state),
                                      state.arithmetic.getDecay())) &&
                 succeeded(addGain(c, state, op, input)) &&
                 succeeded(c.add(leak, op.getCoefficientMutable(leak))) &&
                 succeeded(checkWrap(op, c, state, input)));
}

/// Adds the floor. Of integers that of a neuron without spikes counts as the
/// nearest that the voltage can be, so that what decays is within its type.
static LogicalResult addFloor(Coefficients &c, const NeuronModel &model,
                              NeuronOpInterface op) {
  auto type = dyn_cast<quant::QuantizedType>(model.voltage.getType());
  std::optional<Constant> floor = getConstant(op.getCoefficient("floor"));
  if (model.spikes || !type || !floor)
    return c.add("floor", op.getCoefficientMutable("floor"));
  for (double &value : floor->values)
    value = std::clamp(value, static_cast<double>(type.getStorageTypeMin()),
                       static_cast<double>(type.getStorageTypeMax()));
  c.add("floor", *floor);
  return success();
}

LogicalResult snn::addNeuronCoefficients(Coefficients &c,
                                         const NeuronModel &model,
                                         NeuronOpInterface op) {
  Value input = model.current ? model.current->value : op.getInput();
  if (failed(addState(c, model.voltage, model, op, input)))
    return failure();
  if (model.spikes &&
      (failed(c.add("threshold", op.getCoefficientMutable("threshold"))) ||
       failed(c.add("reset", op.getCoefficientMutable("reset_value")))))
    return failure();
  if (failed(addFloor(c, model, op)))
    return failure();
  if (!model.current)
    return success();
  return addState(c, *model.current, model, op, op.getInput());
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

namespace {
/// What the loop over a layer's neurons reads and writes, in the order of its
/// elements: the input, if it is not in a state, spikes that are there already,
/// coefficients; states, and spikes that it makes.
struct LayerElements {
  size_t firstCoefficient = 1;
  SmallVector<Value> inputs, outputs, outputBuffers;
  bool readsSpikes = false;
};
} // namespace

static LayerElements addElements(NeuronOpInterface op, const NeuronModel &model,
                                 const Coefficients &c, LayerBuilder &layer,
                                 Value xBuffer, Value spikeBuffer,
                                 StepContext &context) {
  LayerElements elements;
  for (auto [variable, buffer] :
       llvm::zip(op.getStateVariables(), context.states.lookup(op))) {
    elements.outputBuffers.push_back(
        layer.addShapedArgument(variable.name, buffer, c.getShape()));
    elements.outputs.push_back(layer.update(elements.outputBuffers.back()));
  }
  if (xBuffer)
    elements.inputs.push_back(layer.read(xBuffer));
  if (spikeBuffer && model.spikes->isPre()) {
    elements.readsSpikes = true;
    elements.inputs.push_back(layer.read(spikeBuffer));
  } else if (spikeBuffer) {
    elements.outputBuffers.push_back(spikeBuffer);
    elements.outputs.push_back(layer.update(spikeBuffer));
  }
  elements.firstCoefficient = elements.inputs.size();
  llvm::append_range(elements.inputs, c.getTensors());
  return elements;
}

/// The memory of what a loop over neurons reads and writes.
static NeuronBuffers getBuffers(LayerBuilder &layer, NeuronOpInterface op,
                                const LayerElements &elements,
                                StepContext &context) {
  NeuronBuffers buffers;
  for (Value input : elements.inputs)
    buffers.inputs.push_back(
        input.getDefiningOp<bufferization::ToTensorOp>().getBuffer());
  size_t states = op.getStateVariables().size();
  buffers.states =
      llvm::to_vector(ArrayRef(elements.outputBuffers).take_front(states));
  if (elements.outputBuffers.size() > states)
    buffers.spikes = elements.outputBuffers.back();
  if (EventsOp list = getOwnList(op, context))
    buffers.events = layer.addArgument("events", context.bufferOf(list));
  return buffers;
}

/// Whether spikes are counted from the voltage of the neuron itself, at once.
static bool countsAtOnce(const NeuronModel &model) {
  return model.spikes && model.spikes->counts() && !model.current &&
         model.spikes->resetTiming == ResetTiming::Immediate;
}

/// Whether a spike changes nothing but the voltage of its own step.
static bool resetsAtOnce(const NeuronModel &model) {
  return model.spikes && !model.spikes->counts() && !model.spikes->isPre() &&
         model.spikes->resetTiming == ResetTiming::Immediate;
}

/// Whether spikes can be counted from the state that a neuron without any has:
/// if what reaches the threshold is stored as it is, and nothing else is stored
/// as a number that reaches it.
static bool countsLate(NeuronOpInterface op, const NeuronModel &model,
                       const Coefficients &c, const Update &update,
                       const NeuronBuffers &buffers) {
  auto type = dyn_cast<quant::QuantizedType>(model.voltage.getType());
  if (!type || op->hasAttr("arithmetic") ||
      cast<MemRefType>(buffers.states.front().getType()).getElementType() !=
          update.type)
    return false;
  IntegerInterval threshold = c.getIntegers("threshold");
  return threshold.min >= type.getStorageTypeMin() &&
         threshold.max <= type.getStorageTypeMax() &&
         (!c.has("floor") || c.getIntegers("floor").max < threshold.min);
}

/// Only those that are there are stored.
static void clearSpikes(LayerBuilder &layer, Value spikes) {
  ImplicitLocOpBuilder &builder = layer.body();
  Value zero = createNumber(
      builder, cast<MemRefType>(spikes.getType()).getElementType(), 0);
  Value cleared =
      linalg::FillOp::create(builder, zero, layer.update(spikes)).getResult(0);
  layer.write(cleared, spikes);
}

/// The new voltage as it is stored, and the spikes that a neuron makes of it.
static SmallVector<Value> stepVoltage(NeuronArithmetic &a,
                                      const NeuronModel &model, Value v,
                                      Value drive) {
  NeuronEquations<NeuronArithmetic> equations(a, model);
  Type type = model.voltage.getType();
  if (!model.spikes)
    return {a.store(equations.stepIntegrator(v, drive), type)};
  auto [next, spikes] = equations.stepSpiking(v, drive);
  return {a.store(next, type), spikes};
}

/// The new states of one neuron, and its spikes where it makes them, from the
/// elements of the loop.
static SmallVector<Value> step(NeuronArithmetic &a, const NeuronModel &model,
                               Type input, bool readsSpikes, ValueRange inputs,
                               ValueRange carried) {
  NeuronEquations<NeuronArithmetic> equations(a, model);
  SmallVector<Value> results;
  Value drive = a.read(inputs.front(), input);
  if (model.current) {
    Type type = model.current->getType();
    Value before = a.read(carried.front(), type);
    Value after = equations.stepCurrent(before, drive);
    results.push_back(a.store(after, type));
    drive = equations.getDrive(before, after);
  }
  Type type = model.voltage.getType();
  Value v = a.read(carried[results.size()], type);
  if (model.spikes && model.spikes->isPre()) {
    Value fired = readsSpikes ? inputs[1] : Value();
    results.push_back(a.store(equations.stepAfter(v, drive, fired), type));
  } else {
    llvm::append_range(results, stepVoltage(a, model, v, drive));
  }
  return results;
}

/// The new states of one neuron to which all was added, and its spikes.
static SmallVector<Value> end(NeuronArithmetic &a, const NeuronModel &model,
                              ValueRange carried) {
  NeuronEquations<NeuronArithmetic> equations(a, model);
  Type type = model.voltage.getType();
  Value v = a.read(carried[model.current ? 1 : 0], type);
  if (model.current) {
    Type currentType = model.current->getType();
    Value i = equations.endCurrent(a.read(carried.front(), currentType));
    SmallVector<Value> results = {a.store(i, currentType)};
    llvm::append_range(results, stepVoltage(a, model, v, i));
    return results;
  }
  if (!model.spikes)
    return {a.store(equations.endIntegrator(v), type)};
  auto [next, spikes] = equations.endSpiking(v);
  return {a.store(next, type), spikes};
}

/// Counts the spikes of as many neurons at `n` of `row`, if there are rows,
/// from the voltages that are stored; `elements` are those of the coefficients.
static void createCount(ImplicitLocOpBuilder &builder, const NeuronModel &model,
                        StepContext &context, const NeuronBuffers &buffers,
                        Coefficients &c, const Update &update, int64_t count,
                        Value row, Value n, ValueRange elements) {
  auto type = cast<quant::QuantizedType>(model.voltage.getType());
  // The same function is for layers of all sizes.
  auto flatten = [&](Value buffer) -> Value {
    Value flat = flattenBuffer(builder, builder.getLoc(), buffer);
    return memref::CastOp::create(
        builder,
        MemRefType::get({ShapedType::kDynamic},
                        cast<MemRefType>(flat.getType()).getElementType()),
        flat);
  };
  Value v = buffers.states.front(), spikes = buffers.spikes, first = n;
  if (row)
    first = arith::AddIOp::create(
        builder,
        arith::MulIOp::create(
            builder, row,
            indexConstant(builder,
                          cast<MemRefType>(v.getType()).getShape().back())),
        n);
  v = flatten(v);
  spikes = flatten(spikes);
  SmallVector<Value> operands = {v, first};
  SmallVector<StringRef> names = {"v", "n"};
  Type number = update.type;
  if (count > 1)
    number = VectorType::get(count, number);
  for (auto [element, name] : llvm::zip_equal(elements, c.getTensorNames())) {
    // Integers are stored in as few bits as they need.
    bool isNarrow = getElementTypeOrSelf(element).getIntOrFloatBitWidth() <
                    getElementTypeOrSelf(number).getIntOrFloatBitWidth();
    operands.push_back(
        isNarrow ? arith::ExtSIOp::create(builder, number, element) : element);
    names.push_back(name);
  }
  ArrayRef<Value> coefficients = ArrayRef(operands).drop_front(2);
  operands.push_back(spikes);
  names.push_back("spikes");

  // What is left of a voltage that reached the threshold is not negative.
  bool isAboveFloor = model.spikes->subtracts() && !c.has("reset") &&
                      c.getIntegers("floor").max <= 0;
  Update own = update;
  own.voltage = {type.getStorageTypeMin(), type.getStorageTypeMax()};
  auto countAt = [&](ImplicitLocOpBuilder &b, int64_t lane) {
    SmallVector<Value> numbers(coefficients);
    if (count > 1)
      for (Value &coefficient : numbers)
        coefficient = vector::ExtractOp::create(b, coefficient, lane);
    c.bind(b, numbers, own.type);
    NeuronArithmetic a(b, c, model, own);
    Value position =
        lane == 0 ? first
                  : arith::AddIOp::create(b, first, indexConstant(b, lane));
    Value u = a.read(memref::LoadOp::create(b, v, position), type);
    auto branch = scf::IfOp::create(b, a.reaches(u), /*withElseRegion=*/false);
    ImplicitLocOpBuilder then(b.getLoc(), branch.getThenBodyBuilder());
    c.bind(then, numbers, own.type);
    NeuronArithmetic inner(then, c, model, own);
    auto [counted, next] = inner.count(u);
    if (!isAboveFloor)
      next = inner.raise(next);
    next = inner.store(inner.bound(model.voltage, next), type);
    memref::StoreOp::create(then, next, v, position);
    memref::StoreOp::create(then, counted, spikes, position);
  };
  context.seldom.call(context.symbols, builder, "count_spikes",
                      "Spikes of neurons from n on, where there may be some.",
                      operands, names, [&](ImplicitLocOpBuilder &body) {
                        for (int64_t lane = 0; lane < count; ++lane)
                          countAt(body, lane);
                      });
}

static std::string describeLayer(int64_t count, const NeuronModel &model,
                                 StringRef rest) {
  return (Twine(count) +
          (model.spikes ? " leaky integrate-and-fire neurons"
                        : " leaky integrators") +
          rest)
      .str();
}

/// Whether a loop leaves all that it updates as it is.
static bool changesNothing(linalg::GenericOp loop) {
  return llvm::all_of(
      llvm::zip_equal(loop.getBody()->getTerminator()->getOperands(),
                      loop.getRegionOutputArgs()),
      [&](auto pair) {
        return isUnchanged(std::get<0>(pair), std::get<1>(pair));
      });
}

/// Whether a layer stores nothing but what it loaded from there.
static bool changesNothing(LayerBuilder &layer) {
  auto isLoaded = [](Value value, Value base, ValueRange place) {
    if (auto load = value.getDefiningOp<memref::LoadOp>())
      return load.getMemRef() == base && llvm::equal(load.getIndices(), place);
    auto load = value.getDefiningOp<vector::LoadOp>();
    return load && load.getBase() == base &&
           llvm::equal(load.getIndices(), place);
  };
  WalkResult found = layer.getFunction().walk([&](Operation *op) {
    bool changes = false;
    if (auto store = dyn_cast<memref::StoreOp>(op))
      changes =
          !isLoaded(store.getValue(), store.getMemRef(), store.getIndices());
    else if (auto store = dyn_cast<vector::StoreOp>(op))
      changes = !isLoaded(store.getValueToStore(), store.getBase(),
                          store.getIndices());
    return changes ? WalkResult::interrupt() : WalkResult::advance();
  });
  return !found.wasInterrupted();
}

/// Finishes a layer, or has none where it `isNothing`.
static void finishOrDiscard(LayerBuilder &layer, bool isNothing) {
  if (isNothing)
    layer.discard();
  else
    layer.finish();
}

/// Stores the `results` of a loop over elements in `buffers`.
static void writeAll(LayerBuilder &layer, ArrayRef<Value> results,
                     ArrayRef<Value> buffers) {
  for (auto [result, buffer] : llvm::zip_equal(results, buffers))
    layer.write(result, buffer);
}

/// What tells the rest of a row of neurons from the others, where there are
/// rows and these are in vectors.
static Value addRest(LayerBuilder &layer, ArrayRef<int64_t> shape,
                     int64_t lanes) {
  constexpr int64_t kPair = 2;
  int64_t rest = shape.back() % lanes;
  if (shape.size() == 1 || lanes <= kPair || rest == 0)
    return Value();
  Constant numbers;
  numbers.elementType = layer.body().getI16Type();
  numbers.shape = {lanes};
  numbers.values.assign(lanes - rest, 0);
  numbers.values.resize(lanes, 1);
  return getTable(layer.constantTensor(numbers, "rest"));
}

/// How many neurons are updated at a time in vectors, or none. Those of more
/// than 16 bits are if they need `noProducts`.
static std::optional<int64_t>
chooseLanes(ArrayRef<int64_t> shape, const Update &update,
            const NeuronBuffers &buffers,
            const ConvertSNNToLinalgOptions &options, bool noProducts = false) {
  constexpr int64_t kLeast = 8;
  auto isWide = [](Value state) {
    return cast<MemRefType>(state.getType()).getElementType().isInteger(32);
  };
  bool areWide = noProducts && update.type.isInteger(32) &&
                 llvm::all_of(buffers.states, isWide);
  bool isMap = shape.size() > 1;
  if (options.vectorNeurons == 0 || !(areWide || areShort(update, buffers)))
    return std::nullopt;
  int64_t size = shape.back(), lanes = areWide ? kLeast : options.vectorNeurons;
  while (lanes > kLeast && lanes % 2 == 0 &&
         (isMap ? size % lanes != 0 : size < lanes))
    lanes /= 2;
  // Fewer are in two halves of a vector.
  bool fits = size >= lanes || (!isMap && lanes == kLeast && size >= lanes / 2);
  return fits ? std::optional(lanes) : std::nullopt;
}

/// Has neurons in vectors where there is a form for these, else in pairs where
/// there is one, or singly; where vectors are optional, the C has all of them.
static LogicalResult createNeuronForms(LayerBuilder &layer,
                                       StepContext &context, Form inVectors,
                                       Form inPairs, Form singly) {
  auto otherwise = [&]() -> LogicalResult {
    if (!inPairs)
      return singly();
    return context.options.optionalVectors
               ? createForms(layer, context, kHasPairs, inPairs, singly)
               : inPairs();
  };
  return inVectors ? createVectorForms(layer, context, kHasVectors, inVectors,
                                       otherwise)
                   : otherwise();
}

/// Has a loop over neurons of `shape` update those of part number `number`
/// only.
static void limitToPart(LayerBuilder &layer, ArrayRef<int64_t> shape,
                        const SpikePart &part, Value number,
                        NeuronBuffers &buffers) {
  ImplicitLocOpBuilder &builder = layer.body();
  Value size = indexConstant(
      builder, shape.size() > 1 ? part.size / shape.back() : part.size);
  buffers.begin =
      arith::MulIOp::create(builder, nameLocal(builder, "begin"),
                            layer.addArgument("part", number), size);
  Value next = arith::AddIOp::create(builder, buffers.begin, size);
  buffers.end = arith::MinUIOp::create(builder, nameLocal(builder, "end"), next,
                                       indexConstant(builder, shape.front()));
  func::FuncOp function = layer.getFunction();
  function->setAttr("snn.parts", builder.getIndexAttr(part.count));
  function.setArgAttr(cast<BlockArgument>(buffers.events).getArgNumber(),
                      "snn.size",
                      builder.getIndexAttr(ShapedType::getNumElements(shape)));
}

/// Lowers a step, or if `isDriven` what is left of it when the input was added
/// to the state: of all neurons, or of those of a part with this number.
static LogicalResult lowerStep(NeuronOpInterface op, StepContext &context,
                               bool isDriven, Value part = nullptr) {
  NeuronModel model(op);
  LayerBuilder layer(context.symbols, context.step, op);
  if (isDriven)
    layer.shareTables(op);
  Coefficients c(layer, op, context.options.multiplyAdd);
  Value xBuffer;
  if (!isDriven)
    xBuffer = layer.addShapedArgument("x", context.bufferOf(op.getInput()),
                                      c.getShape());
  // Without a reset the update does not depend on spikes that are there.
  Value spikeBuffer;
  if (model.spikes && (!model.spikes->isPre() || model.spikes->resets()) &&
      !context.direct.hidesSpikes(op))
    if (Value spikes = context.bufferOf(op.getOutput("spikes")))
      spikeBuffer = layer.addShapedArgument("spikes", spikes, c.getShape());
  if (failed(addNeuronCoefficients(c, model, op)))
    return failure();
  int64_t count = op.getVoltage().getType().getNumElements();
  layer.setComment(
      describeLayer(part ? context.parts.get(op)->size : count, model,
                    isDriven ? "; the first sum is there already.\n  "
                             : ".\n  ") +
      describeNeuron(model, c));
  Update update = getUpdate(op, model, c, context.options.divides);
  LayerElements elements =
      addElements(op, model, c, layer, xBuffer, spikeBuffer, context);
  Type input = op.getInput().getType().getElementType();
  size_t read = elements.inputs.size();
  auto stepOnce = [&](NeuronArithmetic &a, ValueRange inputs,
                      ValueRange carried) {
    return isDriven
               ? end(a, model, carried)
               : step(a, model, input, elements.readsSpikes, inputs, carried);
  };
  auto stepNeurons = [&](ImplicitLocOpBuilder &b, const Update &own,
                         ValueRange inputs, ValueRange carried) {
    NeuronArithmetic a(b, c, model, own);
    c.bind(b, inputs.drop_front(elements.firstCoefficient), own.type);
    return stepOnce(a, inputs, carried);
  };
  auto stepCalm = [&](ImplicitLocOpBuilder &b, const Update &own,
                      ValueRange inputs, ValueRange carried) {
    NeuronArithmetic a(b, c, model, own);
    c.bind(b, inputs.drop_front(elements.firstCoefficient), own.type);
    return stepOnce(a.assumeNoSpikes(), inputs, carried);
  };
  NeuronBuffers buffers = getBuffers(layer, op, elements, context);
  buffers.hasInput = !isDriven;
  buffers.perTurn = context.options.neuronsPerTurn;
  if (part)
    limitToPart(layer, c.getShape(), *context.parts.get(op), part, buffers);
  // Counting takes long, and is rare; a branch for it takes code.
  constexpr int64_t kLeastQuiet = 64;
  // Floating-point numbers have one form.
  bool hasForms = context.options.optionalVectors &&
                  !isa<FloatType>(model.voltage.getType());
  bool isMostlyQuiet = context.options.quietCounts && countsAtOnce(model) &&
                       count >= kLeastQuiet &&
                       (hasForms || !context.options.optionalVectors);
  bool countsLater = isMostlyQuiet && buffers.spikes &&
                     countsLate(op, model, c, update, buffers);
  auto stepQuiet = [&](ImplicitLocOpBuilder &b, const Update &own,
                       ValueRange inputs, ValueRange carried) {
    NeuronArithmetic a(b, c, model, own);
    c.bind(b, inputs.drop_front(elements.firstCoefficient), own.type);
    NeuronEquations<NeuronArithmetic> equations(a, model);
    Type type = model.voltage.getType();
    Value u = a.read(carried.front(), type);
    if (!isDriven)
      u = equations.stepUncounted(u, a.read(inputs.front(), input));
    Value next = equations.stepQuiet(u);
    // One number is in a register then, not two.
    return std::pair(a.reaches(countsLater ? next : u), a.store(next, type));
  };
  bool isNothing = isDriven;
  // A loop over as many neurons at a time.
  auto stepLanes = [&](int64_t lanes, bool isQuiet) -> LogicalResult {
    buffers.rest = addRest(layer, c.getShape(), lanes);
    if (buffers.spikes && (isQuiet || buffers.events))
      clearSpikes(layer, buffers.spikes);
    auto countAt = [&](ImplicitLocOpBuilder &b, Value row, Value n,
                       ValueRange inputs) {
      createCount(b, model, context, buffers, c, update, lanes, row, n,
                  inputs.drop_front(elements.firstCoefficient));
    };
    NeuronBodies bodies{stepNeurons};
    if (resetsAtOnce(model))
      bodies.calm = stepCalm;
    if (isQuiet)
      bodies.quiet = stepQuiet;
    if (isQuiet && countsLater)
      bodies.late = countAt;
    createNeuronLoop(layer.body(), c.getShape(), update, lanes, buffers,
                     bodies);
    isNothing = isNothing && changesNothing(layer);
    return success();
  };
  auto stepElements = [&]() -> LogicalResult {
    SmallVector<Value> results = createElementwise(
        layer, elements.inputs, elements.outputs,
        [&](ImplicitLocOpBuilder &b, ValueRange values) -> SmallVector<Value> {
          SmallVector<Value> found = stepNeurons(
              b, update, values.take_front(read), values.drop_front(read));
          found.truncate(elements.outputs.size());
          return found;
        },
        context.options.byCoefficients);
    isNothing =
        isNothing &&
        changesNothing(results.front().getDefiningOp<linalg::GenericOp>());
    if (!isNothing)
      writeAll(layer, results, elements.outputBuffers);
    return success();
  };
  bool counts = model.spikes && model.spikes->counts();
  bool hasShortReciprocal = update.reciprocal && update.reciprocal->isShort;
  std::optional<int64_t> lanes;
  // No vectors divide.
  bool canList = part && c.getShape().size() > 1;
  if (!(counts && !hasShortReciprocal) && (!buffers.events || canList))
    lanes = chooseLanes(c.getShape(), update, buffers, context.options,
                        /*noProducts=*/part && !model.current && !counts);
  // In what is no part of a map pairs are not worth their code.
  bool takesPairs = context.options.pairs && !(counts && !isMostlyQuiet) &&
                    !(part && c.getShape().size() == 1) &&
                    arePairs(c.getShape(), update, model, buffers);
  auto stepInVectors = [&] { return stepLanes(*lanes, /*isQuiet=*/false); };
  auto stepInPairs = [&] { return stepLanes(2, isMostlyQuiet); };
  auto stepSingly = [&] {
    return isMostlyQuiet || buffers.events ? stepLanes(1, isMostlyQuiet)
                                           : stepElements();
  };
  auto stepAll = [&](bool canHaveVectors) {
    return createNeuronForms(
        layer, context, canHaveVectors ? Form(stepInVectors) : Form(),
        takesPairs ? Form(stepInPairs) : Form(), stepSingly);
  };
  // Compilers for processors with vectors may have some for plain loops.
  bool areSometimesPlain = !lanes && isMostlyQuiet && hasForms;
  auto stepQuietly = [&] { return stepAll(false); };
  if (failed(areSometimesPlain ? createForms(layer, context, kHasVectors,
                                             stepElements, stepQuietly)
                               : stepAll(lanes.has_value())))
    return failure();
  finishOrDiscard(layer, isNothing);
  return success();
}

LogicalResult snn::lowerNeuron(NeuronOpInterface op, StepContext &context) {
  return lowerStep(op, context, /*isDriven=*/false);
}

//===----------------------------------------------------------------------===//
// Steps in two parts
//===----------------------------------------------------------------------===//

LogicalResult snn::lowerNeuronBegin(NeuronOpInterface op,
                                    StepContext &context) {
  NeuronModel model(op);
  LayerBuilder layer(context.symbols, context.step, op, "_decay");
  layer.shareTables(op);
  Coefficients c(layer, op, context.options.multiplyAdd);
  if (failed(addNeuronCoefficients(c, model, op)))
    return failure();
  const StateModel &state = model.current ? *model.current : model.voltage;
  StringRef name = model.current ? "i" : "v";
  layer.setComment("What a step leaves of " + name + " of " + getLayerName(op) +
                   ", before synapses add to it.");
  Update update = getUpdate(op, model, c, context.options.divides);
  Value buffer = layer.addShapedArgument(
      name, context.states.lookup(op).front(), c.getShape());
  auto begin = [&](ImplicitLocOpBuilder &b, const Update &own,
                   ValueRange coefficients,
                   ValueRange carried) -> SmallVector<Value> {
    NeuronArithmetic a(b, c, model, own);
    c.bind(b, coefficients, own.type);
    NeuronEquations<NeuronArithmetic> equations(a, model);
    Value before = a.read(carried.front(), state.getType());
    Value begun = model.current  ? equations.beginCurrent(before)
                  : model.spikes ? equations.beginSpiking(before)
                                 : equations.beginIntegrator(before);
    return {a.store(begun, state.getType())};
  };
  NeuronBuffers buffers;
  for (Value tensor : c.getTensors())
    buffers.inputs.push_back(getTable(tensor));
  buffers.hasInput = false;
  buffers.states = {buffer};
  bool isNothing = true;
  auto stepLanes = [&](int64_t lanes) -> LogicalResult {
    buffers.rest = addRest(layer, c.getShape(), lanes);
    createNeuronLoop(layer.body(), c.getShape(), update, lanes, buffers,
                     {begin});
    isNothing = changesNothing(layer);
    return success();
  };
  auto stepElements = [&]() -> LogicalResult {
    SmallVector<Value> results = createElementwise(
        layer, c.getTensors(), layer.update(buffer),
        [&](ImplicitLocOpBuilder &b, ValueRange values) {
          return begin(b, update, values.drop_back(), values.take_back());
        },
        context.options.byCoefficients);
    isNothing =
        isNothing &&
        changesNothing(results.front().getDefiningOp<linalg::GenericOp>());
    if (!isNothing)
      writeAll(layer, results, buffer);
    return success();
  };
  std::optional<int64_t> lanes =
      chooseLanes(c.getShape(), update, buffers, context.options);
  bool takesPairs =
      context.options.pairs && arePairs(c.getShape(), update, model, buffers);
  auto stepInVectors = [&] { return stepLanes(*lanes); };
  auto stepInPairs = [&] { return stepLanes(2); };
  if (failed(createNeuronForms(
          layer, context, lanes ? Form(stepInVectors) : Form(),
          takesPairs ? Form(stepInPairs) : Form(), stepElements)))
    return failure();
  finishOrDiscard(layer, isNothing);
  return success();
}

LogicalResult snn::lowerNeuronEnd(NeuronOpInterface op, StepContext &context,
                                  Value part) {
  return lowerStep(op, context, /*isDriven=*/true, part);
}

LogicalResult snn::lowerCarriedSpikes(NeuronOpInterface op,
                                      StepContext &context) {
  NeuronModel model(op);
  LayerBuilder layer(context.symbols, context.step, op, "_fire");
  Coefficients c(layer, op);
  Value voltage = layer.addShapedArgument("v", context.states.lookup(op).back(),
                                          c.getShape());
  Value spikeBuffer = layer.addShapedArgument(
      "spikes", context.bufferOf(op.getOutput("spikes")), c.getShape());
  if (failed(c.add("threshold", op.getCoefficientMutable("threshold"))))
    return failure();
  layer.setComment(
      "Spikes of " + getLayerName(op) +
      ", from the voltage before the update.\n  spike = v " +
      (model.spikes->rule == SpikeRule::GreaterEqual ? ">= " : "> ") +
      c.text("threshold"));
  SmallVector<Value> inputs = {layer.read(voltage)};
  llvm::append_range(inputs, c.getTensors());
  Update update{getComputeType(model.voltage.getType())};
  SmallVector<Value> spikes = createElementwise(
      layer, inputs, layer.update(spikeBuffer),
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        NeuronArithmetic a(b, c, model, update);
        c.bind(b, elements.slice(1, c.getTensors().size()), update.type);
        Value v = a.read(elements[0], model.voltage.getType());
        return {a.name("spike").fires(v)};
      },
      context.options.byCoefficients);
  layer.write(spikes.front(), spikeBuffer);
  layer.finish();
  return success();
}
