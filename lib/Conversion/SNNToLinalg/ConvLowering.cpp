//===- ConvLowering.cpp - Convolutional synapses --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AllInputs.h"
#include "BlockSums.h"
#include "Forms.h"
#include "PartLists.h"
#include "Patches.h"
#include "Synapses.h"
#include "VectorRows.h"
#include "WordRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

/// The sums after the input of `x` at `position` was visited: `addRows` adds
/// what it contributes, times a factor unless that is 1.
static Value visitInput(
    ImplicitLocOpBuilder &builder, Value x, Type xType, Type compute,
    ValueRange position, Value sums,
    llvm::function_ref<Value(ImplicitLocOpBuilder &, Value factor, Value sums)>
        addRows) {
  Value xi =
      tensor::ExtractOp::create(builder, nameLocal(builder, "xi"), x, position);
  auto visit = scf::IfOp::create(
      builder, createIsNotZero(builder, xi),
      [&](OpBuilder &nested, Location loc) {
        ImplicitLocOpBuilder active(loc, nested);
        Value factor;
        if (!xi.getType().isInteger(1)) {
          active.setLoc(nameLocal(builder, "factor"));
          factor = isa<FloatType>(compute)
                       ? castToNumber(active, xi, xType, compute)
                       : xi;
          active.setLoc(loc);
        }
        scf::YieldOp::create(active, addRows(active, factor, sums));
      },
      [&](OpBuilder &nested, Location loc) {
        scf::YieldOp::create(nested, loc, sums);
      });
  return visit.getResult(0);
}

namespace {

/// What is along one spatial dimension called in generated code.
struct DimNames {
  StringRef input, padded, output, kernel;
};

/// Adds what the inputs of one convolution contribute.
class ConvLowering {
public:
  ConvLowering(WindowOpInterface op, int64_t channels, int64_t outputs,
               int64_t groups)
      : window(op.getWindow()), input(op.getInput().getType().getShape()),
        output(op.getResult().getType().getShape()), channels(channels),
        outputs(outputs), groups(groups) {}

  LogicalResult run(SynapseOpInterface op, StepContext &context);

private:
  /// Adds patches.
  void runPatches(SynapseOpInterface op, const PatchPlan &plan,
                  const Constant &weight, StepContext &context);
  SmallVector<int64_t> mapShape(ArrayRef<int64_t> map, int64_t size) const;
  Constant getRows(const Constant &weight) const;
  /// Visits the events' positions in each dimension of `input`.
  Value visitCoordinates(
      ImplicitLocOpBuilder &builder, const EventInputs &inputs,
      bool channelsFirst, Value sums,
      llvm::function_ref<Value(ImplicitLocOpBuilder &, ArrayRef<Value> position,
                               Value factor, Value sums)>
          body);
  /// Visits the positions of the events.
  Value visitEvents(ImplicitLocOpBuilder &builder, const EventInputs &inputs,
                    bool channelsFirst, Value sums);
  /// Finds the outputs that see the input's position `index` of dimension
  /// `dim`.
  void enterDim(ImplicitLocOpBuilder &builder, size_t dim, Value index);
  /// Visits all positions that begin with `position`.
  Value visitPositions(ImplicitLocOpBuilder &builder, ArrayRef<Value> position,
                       Value sums);
  Value visitChannels(ImplicitLocOpBuilder &builder, ArrayRef<Value> position,
                      Value sums);
  /// Adds to the outputs that begin with `target`, through the weights that
  /// begin with `source`.
  Value addWindows(ImplicitLocOpBuilder &builder, ArrayRef<Value> target,
                   ArrayRef<Value> source, Value factor, Value sums);
  /// Adds a row in words, or in vectors.
  void addRow(ImplicitLocOpBuilder &builder, ArrayRef<Value> target,
              ArrayRef<Value> source, Value factor);

  SmallVector<WindowDim> window;
  ArrayRef<int64_t> input, output;
  /// Input and output channels in a group.
  int64_t channels, outputs;
  int64_t groups;

  Value x;
  WeightRows weights;
  /// How rows are added to sums in memory, if they are, by one of these; and
  /// the sums.
  std::optional<WordPlan> words;
  std::optional<VectorPlan> vectors;
  Value memory;
  int64_t largestFactor = 1;
  /// The input's element type, and in what the sums are computed.
  Type xType, compute;
  // Where the function is: per dimension the input's position in the padded
  // map and the outputs that see it, then the group.
  SmallVector<Value> padded, begins, ends;
  Value group;
};

} // namespace

static DimNames getDimNames(size_t rank, size_t dim) {
  static constexpr DimNames kLine = {"pos", "padded_pos", "out_pos",
                                     "kernel_pos"};
  static constexpr DimNames kRow = {"row", "padded_row", "out_row",
                                    "kernel_row"};
  static constexpr DimNames kColumn = {"col", "padded_col", "out_col",
                                       "kernel_col"};
  return rank == 1 ? kLine : dim == 0 ? kRow : kColumn;
}

/// `map`'s spatial dimensions, the groups if there are several, and `size`.
SmallVector<int64_t> ConvLowering::mapShape(ArrayRef<int64_t> map,
                                            int64_t size) const {
  SmallVector<int64_t> shape(map.drop_back());
  if (groups > 1)
    shape.push_back(groups);
  shape.push_back(size);
  return shape;
}

/// Weights [out, channels in group, kernel...] as [group, channel, kernel...,
/// out in group].
Constant ConvLowering::getRows(const Constant &weight) const {
  Constant grouped = weight;
  grouped.shape.front() = outputs;
  if (groups > 1)
    grouped.shape.insert(grouped.shape.begin(), groups);
  int64_t out = groups > 1 ? 1 : 0;
  SmallVector<int64_t> order;
  for (int64_t dim = 0, rank = grouped.shape.size(); dim < rank; ++dim)
    if (dim != out)
      order.push_back(dim);
  order.push_back(out);
  return grouped.transpose(order);
}

/// The outputs `begin <= o < end` whose windows reach position `padded` of the
/// padded map: those with 0 <= padded - o * stride < extent.
static std::pair<Value, Value>
createOutputRange(ImplicitLocOpBuilder &builder, Value padded, WindowDim dim,
                  int64_t inputs, int64_t outputs, DimNames names) {
  auto named = [&](StringRef suffix) {
    return nameLocal(builder, names.output + suffix);
  };
  auto constant = [&](int64_t value) { return indexConstant(builder, value); };
  int64_t extent = dim.getExtent();
  // begin = (max(padded + stride, extent) - extent) / stride
  Value next = arith::AddIOp::create(builder, padded, constant(dim.stride));
  if (dim.low + dim.stride < extent)
    next = arith::MaxUIOp::create(builder, next, constant(extent));
  Value first =
      arith::SubIOp::create(builder, named("_begin"), next, constant(extent));
  Value begin = arith::DivUIOp::create(builder, named("_begin"), first,
                                       constant(dim.stride));
  // end = min(padded / stride + 1, outputs)
  Value last = arith::DivUIOp::create(builder, padded, constant(dim.stride));
  Value end = arith::AddIOp::create(builder, named("_end"), last, constant(1));
  if ((inputs - 1 + dim.low) / dim.stride + 1 > outputs)
    end =
        arith::MinUIOp::create(builder, named("_end"), end, constant(outputs));
  return {begin, end};
}

void ConvLowering::addRow(ImplicitLocOpBuilder &builder, ArrayRef<Value> target,
                          ArrayRef<Value> source, Value factor) {
  if (vectors) {
    SmallVector<Value> factors;
    if (factor)
      factors.push_back(castToNumber(builder, factor, xType, compute));
    return addVectorRows(builder, *vectors, memory, target, weights.getTable(),
                         llvm::to_vector(source), factors, largestFactor);
  }
  if (!factor)
    return addWordRow(builder, *words, memory, target, weights.getTable(),
                      source, Value());
  // Most counts are 1, and need no products. The branch is here, and not around
  // the window: that takes half the code.
  Value times = castToNumber(builder, factor, xType, builder.getI32Type());
  Value isOne =
      arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, times,
                            createNumber(builder, times.getType(), 1));
  auto add = [&](Value by) {
    return [&, by](OpBuilder &nested, Location loc) {
      ImplicitLocOpBuilder inner(loc, nested);
      addWordRow(inner, *words, memory, target, weights.getTable(), source, by);
      scf::YieldOp::create(inner);
    };
  };
  scf::IfOp::create(builder, isOne, add(Value()), add(times));
}

Value ConvLowering::addWindows(ImplicitLocOpBuilder &builder,
                               ArrayRef<Value> target, ArrayRef<Value> source,
                               Value factor, Value sums) {
  size_t dim = target.size();
  if (dim == window.size()) {
    SmallVector<Value> position(target);
    if (group)
      position.push_back(group);
    if (memory) {
      addRow(builder, position, source, factor);
      return Value();
    }
    Value sum = weights.add(builder, {llvm::to_vector(source)},
                            factor ? ValueRange(factor) : ValueRange(), xType,
                            getRow(builder, sums, position));
    return setRow(builder, sum, sums, position);
  }
  DimNames names = getDimNames(window.size(), dim);
  auto addOutput = [&](ImplicitLocOpBuilder &loop, Value o, Value current) {
    Value start =
        arith::MulIOp::create(loop, o, indexConstant(loop, window[dim].stride));
    Location kernel = nameLocal(loop, names.kernel);
    Value distance = arith::SubIOp::create(loop, kernel, padded[dim], start);
    Value dilation = indexConstant(loop, window[dim].dilation);
    auto addThrough = [&](ImplicitLocOpBuilder &inner) {
      SmallVector<Value> newTarget(target), newSource(source);
      newTarget.push_back(o);
      newSource.push_back(
          arith::DivUIOp::create(inner, kernel, distance, dilation));
      return addWindows(inner, newTarget, newSource, factor, current);
    };
    if (window[dim].dilation == 1)
      return addThrough(loop);
    Value rest = arith::RemUIOp::create(loop, distance, dilation);
    Value isSeen = arith::CmpIOp::create(loop, arith::CmpIPredicate::eq, rest,
                                         indexConstant(loop, 0));
    auto added = scf::IfOp::create(
        loop, isSeen,
        [&](OpBuilder &nested, Location loc) {
          ImplicitLocOpBuilder inner(loc, nested);
          scf::YieldOp::create(inner, asRange(addThrough(inner)));
        },
        [&](OpBuilder &nested, Location loc) {
          scf::YieldOp::create(nested, loc, asRange(current));
        });
    return current ? added.getResult(0) : Value();
  };
  return createLoop(builder, names.output, begins[dim], ends[dim], sums,
                    addOutput);
}

Value ConvLowering::visitChannels(ImplicitLocOpBuilder &builder,
                                  ArrayRef<Value> position, Value sums) {
  return createLoop(
      builder, "c", channels, sums,
      [&](ImplicitLocOpBuilder &loop, Value c, Value current) {
        SmallVector<Value> source(position), channel;
        if (group) {
          source.push_back(group);
          channel.push_back(group);
        }
        source.push_back(c);
        channel.push_back(c);
        return visitInput(
            loop, x, xType, compute, source, current,
            [&](ImplicitLocOpBuilder &active, Value factor, Value y) {
              return addWindows(active, {}, channel, factor, y);
            });
      });
}

Value ConvLowering::visitPositions(ImplicitLocOpBuilder &builder,
                                   ArrayRef<Value> position, Value sums) {
  size_t dim = position.size();
  if (dim == window.size()) {
    if (groups == 1)
      return visitChannels(builder, position, sums);
    return createLoop(builder, "g", groups, sums,
                      [&](ImplicitLocOpBuilder &loop, Value g, Value current) {
                        group = g;
                        return visitChannels(loop, position, current);
                      });
  }
  DimNames names = getDimNames(window.size(), dim);
  return createLoop(
      builder, names.input, input[dim], sums,
      [&](ImplicitLocOpBuilder &loop, Value index, Value current) {
        SmallVector<Value> next(position);
        next.push_back(index);
        enterDim(loop, dim, index);
        return visitPositions(loop, next, current);
      });
}

void ConvLowering::enterDim(ImplicitLocOpBuilder &builder, size_t dim,
                            Value index) {
  DimNames names = getDimNames(window.size(), dim);
  padded.push_back(
      arith::AddIOp::create(builder, nameLocal(builder, names.padded), index,
                            indexConstant(builder, window[dim].low)));
  auto [begin, end] = createOutputRange(builder, padded.back(), window[dim],
                                        input[dim], output[dim], names);
  begins.push_back(begin);
  ends.push_back(end);
}

Value ConvLowering::visitCoordinates(
    ImplicitLocOpBuilder &builder, const EventInputs &inputs,
    bool channelsFirst, Value sums,
    llvm::function_ref<Value(ImplicitLocOpBuilder &, ArrayRef<Value>, Value,
                             Value)>
        body) {
  auto visitEvent = [&](ImplicitLocOpBuilder &loop, ValueRange positions,
                        Value current) {
    // The dimensions that the events count, the fastest last; channels are the
    // last of `input`.
    auto dims = llvm::to_vector(llvm::seq<size_t>(0, input.size()));
    if (channelsFirst)
      std::rotate(dims.begin(), std::prev(dims.end()), dims.end());
    SmallVector<Value> coordinates(dims.size());
    Value rest = positions.front();
    for (size_t dim : llvm::reverse(llvm::drop_begin(dims))) {
      StringRef name = dim == window.size()
                           ? StringRef("c")
                           : getDimNames(window.size(), dim).input;
      Value size = indexConstant(loop, input[dim]);
      coordinates[dim] =
          arith::RemUIOp::create(loop, nameLocal(loop, name), rest, size);
      rest = arith::DivUIOp::create(loop, nameLocal(loop, "rest"), rest, size);
    }
    coordinates[dims.front()] = rest;
    Value factor = words ? inputs.getCount(loop, positions.front(), compute)
                         : inputs.getFactor(loop, positions.front(), compute);
    return body(loop, coordinates, factor, current);
  };
  return inputs.visit(builder, 1, indexConstant(builder, 0), sums, visitEvent)
      .second;
}

Value ConvLowering::visitEvents(ImplicitLocOpBuilder &builder,
                                const EventInputs &inputs, bool channelsFirst,
                                Value sums) {
  auto addEvent = [&](ImplicitLocOpBuilder &loop, ArrayRef<Value> coordinates,
                      Value factor, Value current) {
    padded.clear();
    begins.clear();
    ends.clear();
    for (size_t dim = 0; dim < window.size(); ++dim)
      enterDim(loop, dim, coordinates[dim]);
    SmallVector<Value> channel = {coordinates.back()};
    if (groups > 1) {
      Value size = indexConstant(loop, channels);
      group = arith::DivUIOp::create(loop, nameLocal(loop, "g"),
                                     coordinates.back(), size);
      channel = {group, arith::RemUIOp::create(loop, coordinates.back(), size)};
    }
    return addWindows(loop, {}, channel, factor, current);
  };
  return visitCoordinates(builder, inputs, channelsFirst, sums, addEvent);
}

/// "3 x 3".
static std::string formatSizes(ArrayRef<int64_t> sizes) {
  std::string text;
  for (int64_t size : sizes)
    text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

/// What the function of `op` computes.
static std::string makeComment(SynapseOpInterface op, ArrayRef<int64_t> kernel,
                               ArrayRef<int64_t> input,
                               ArrayRef<int64_t> output, bool isDirect) {
  return ("Convolution with " + formatSizes(kernel) + " kernels, " +
          Twine(input.back()) + " channels of " +
          formatSizes(input.drop_back()) + " to " + Twine(output.back()) +
          " of " + formatSizes(output.drop_back()) + ", channels last.\n" +
          (isDirect       ? "  y = y + W * x"
           : op.getBias() ? "  y = W * x + b"
                          : "  y = W * x"))
      .str();
}

void ConvLowering::runPatches(SynapseOpInterface op, const PatchPlan &plan,
                              const Constant &weight, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, op);
  ImplicitLocOpBuilder &builder = layer.body();
  EventInputs events(layer, op, context);
  std::optional<AllInputsPlan> all =
      AllInputsPlan::of(op, plan, context.options);
  ArrayRef<Value> scratch = context.maps[op];
  Value mapBuffer = layer.addArgument("map", scratch.front());
  Value allBuffer, spikes;
  if (all)
    allBuffer = layer.addArgument("all", scratch[1]);
  if (all && events.areSpikes())
    spikes = layer.addArgument("spikes", scratch[2]);
  Value yBuffer =
      layer.addShapedArgument("y", context.sumOf(op), plan.getOutputShape());
  layer.setComment(makeComment(op, ArrayRef(weight.shape).drop_front(2), input,
                               output, /*isDirect=*/false) +
                   "\nThe sums are in a map with a border." +
                   (all ? " With " + std::to_string(all->getLeastEvents()) +
                              " events or more all inputs are visited."
                        : ""));
  compute = getComputeType(getElementTypeOrSelf(op->getResult(0)));
  xType = events.getType();
  Type weightType = getElementTypeOrSelf(op.getWeight());
  bool channelsFirst = getEventOrder(op)->isChannelsFirst;
  Value patches = layer.constantTensor(plan.getPatches(weight), "weight");
  Value table = patches;
  if (all && all->arePairs())
    table = layer.constantTensor(all->getPairs(weight), "pairs");
  Value bias = plan.createBias(layer, op, yBuffer.getType());
  auto addPatches = [&] {
    Value map = plan.createMap(builder, bias, layer.update(mapBuffer));
    map = visitCoordinates(
        builder, events, channelsFirst, map,
        [&](ImplicitLocOpBuilder &loop, ArrayRef<Value> position, Value factor,
            Value current) {
          return plan.addPatch(loop, patches, weightType, position, factor,
                               xType, current);
        });
    layer.write(map, mapBuffer);
    layer.write(plan.copyOutputs(builder, map, layer.update(yBuffer)), yBuffer);
  };
  if (all && all->hasVectors())
    layer.markVectors(layer.getFunction());
  auto addAll = [&] {
    Value values = events.getValues();
    Type valueType = xType;
    if (spikes) {
      values = spikes;
      valueType = builder.getI8Type();
      linalg::FillOp::create(builder, createNumber(builder, valueType, 0),
                             spikes);
      (void)events.visit(
          builder, 1, indexConstant(builder, 0), Value(),
          [&](ImplicitLocOpBuilder &loop, ValueRange positions, Value) {
            memref::StoreOp::create(loop, createNumber(loop, valueType, 1),
                                    spikes, positions.front());
            return Value();
          });
    }
    all->storeAll(builder, values, valueType, allBuffer);
    auto biases = bias.getDefiningOp<bufferization::ToTensorOp>();
    all->addAll(builder, getTable(table), weightType, allBuffer,
                biases ? getTable(bias) : bias, yBuffer);
  };
  if (all) {
    // Four at a time: it matters little which number it is.
    Value count =
        events
            .visit(builder, kEventsPerVisit, indexConstant(builder, 0), Value(),
                   [](ImplicitLocOpBuilder &, ValueRange, Value) {
                     return Value();
                   })
            .first;
    Value least = indexConstant(
        builder, llvm::alignTo(all->getLeastEvents(), kEventsPerVisit));
    Value areMany =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::uge, count, least);
    auto branch = scf::IfOp::create(builder, areMany, /*withElseRegion=*/true);
    builder.setInsertionPointToStart(branch.thenBlock());
    addAll();
    builder.setInsertionPointToStart(branch.elseBlock());
    addPatches();
    builder.setInsertionPointAfter(branch);
  } else {
    addPatches();
  }
  layer.finish();
}

LogicalResult ConvLowering::run(SynapseOpInterface op, StepContext &context) {
  FailureOr<Constant> weight = getConstantWeights(op);
  if (failed(weight))
    return failure();
  if (!cast<WindowOpInterface>(op.getOperation()).getChannelsLast())
    return op->emitOpError("has its channels first; run snn-channels-last "
                           "before lowering");
  if (std::optional<PatchPlan> plan = PatchPlan::of(op, context)) {
    runPatches(op, *plan, *weight, context);
    return success();
  }
  LayerBuilder layer(context.symbols, context.step, op);
  std::optional<EventInputs> active;
  std::optional<EventOrder> order = getEventOrder(op);
  bool isDirect = context.direct.get(op).has_value();
  if (order || isDirect) {
    active.emplace(layer, op, context);
  } else {
    x = layer.read(layer.addShapedArgument("x", context.bufferOf(op.getInput()),
                                           mapShape(input, channels)));
  }
  Value yBuffer = layer.addShapedArgument("y", context.sumOf(op),
                                          mapShape(output, outputs));
  layer.setComment(makeComment(op, ArrayRef(weight->shape).drop_front(2), input,
                               output, isDirect));
  Type weightType = getElementTypeOrSelf(op.getWeight());
  Type storage = cast<MemRefType>(yBuffer.getType()).getElementType();
  Constant rows = getRows(*weight);
  xType = active ? active->getType() : getElementTypeOrSelf(op.getInput());
  bool isListed = active && active->areListed();
  if (active) {
    Type input = getElementTypeOrSelf(getSpikeSource(op).getType());
    Type factor =
        getStorageType(RankedTensorType::get({1}, input)).getElementType();
    words = planWordRows(context.options, outputs, weightType, factor, storage,
                         active->getUnit());
  }
  if (words && !context.takeWords(context.sumOf(op)))
    words.reset();
  if (isListed && !words)
    vectors = planVectorRows(context.options, outputs, weightType, storage);
  if (active)
    largestFactor = active->getLargest();
  if (words)
    rows = orderWeights(*words, rows);
  weights = WeightRows(layer, rows, weightType);
  compute = getComputeType(getElementTypeOrSelf(op->getResult(0)));
  SmallVector<int64_t> biasShape;
  if (groups > 1)
    biasShape.push_back(groups);
  biasShape.push_back(outputs);
  bool isChannelsFirst = order && order->isChannelsFirst;
  auto visitAll = [&](ImplicitLocOpBuilder &builder, Value sums) {
    return active ? visitEvents(builder, *active, isChannelsFirst, sums)
                  : visitPositions(builder, {}, sums);
  };
  if (words && words->isBiased && !isDirect && !op.getBias()) {
    clearBiasedSums(layer.body(), yBuffer);
  } else {
    FailureOr<Value> initial = layer.update(yBuffer);
    if (!isDirect)
      initial = createInitialSum(layer, op, context, biasShape, *initial);
    if (failed(initial))
      return failure();
    if (!words && !vectors)
      initial = visitAll(layer.body(), *initial);
    layer.write(*initial, yBuffer);
    if (words && words->isBiased)
      flipBias(layer.body(), yBuffer);
  }
  auto addToMemory = [&]() -> LogicalResult {
    memory = yBuffer;
    (void)visitAll(layer.body(), Value());
    memory = Value();
    return success();
  };
  auto addOtherwise = [&]() -> LogicalResult {
    layer.write(visitAll(layer.body(), layer.update(yBuffer)), yBuffer);
    return success();
  };
  if (vectors && failed(createVectorForms(layer, context, kHasVectors,
                                          addToMemory, addOtherwise)))
    return failure();
  if (words) {
    (void)addToMemory();
    alignToWords(context.symbols, weights.getTable());
    if (words->isBiased)
      flipBias(layer.body(), yBuffer);
  }
  // Functions for events are called from two places, and so are not inline.
  if (active && !isListed)
    layer.markApart();
  layer.finish();
  return success();
}

template <typename Conv>
static LogicalResult lowerConv(Conv op, StepContext &context) {
  ArrayRef<int64_t> weight = op.getWeight().getType().getShape();
  int64_t groups = op.getGroups();
  return lowerInParts(
      op, context, context.direct.get(op).has_value(), [&](bool) {
        ConvLowering lowering(op, weight[1], weight[0] / groups, groups);
        return lowering.run(op, context);
      });
}

LogicalResult snn::lowerConv1d(Conv1dOp op, StepContext &context) {
  return lowerConv(op, context);
}

LogicalResult snn::lowerConv2d(Conv2dOp op, StepContext &context) {
  return lowerConv(op, context);
}
