//===- SynapseLowering.cpp - Linear and convolutional synapses ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A synapse visits its inputs in order, with events those that are not zero,
// and adds what each contributes: rows of weights, laid out such that they are
// contiguous. Adding several rows in one loop saves loads and stores of the
// sums and leaves their order as it is.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

/// The element of `x` at `position` as a number of `type`, called `name`.
static Value readNumber(ImplicitLocOpBuilder &builder, StringRef name, Value x,
                        ValueRange position, Type type) {
  ImplicitLocOpBuilder named(nameLocal(builder, name), builder);
  named.restoreInsertionPoint(builder.saveInsertionPoint());
  return castToFloat(named, tensor::ExtractOp::create(named, x, position),
                     type);
}

/// The weights of a synapse, or an error.
static FailureOr<FloatConstant> getWeights(SynapseOpInterface op) {
  std::optional<FloatConstant> weight = getFloatConstant(op.getWeight());
  if (!weight)
    return op->emitOpError("weight is not a floating-point constant; only "
                           "constants can be lowered");
  return std::move(*weight);
}

/// y = bias along the last dimensions of y, or 0 if there is none. `shape` are
/// the dimensions of y that the bias has.
static FailureOr<Value> createInitialSum(LayerBuilder &layer,
                                         SynapseOpInterface op,
                                         ArrayRef<int64_t> shape, Value y) {
  ImplicitLocOpBuilder &builder = layer.body();
  FloatConstant bias;
  if (!op.getBias()) {
    bias.elementType =
        cast<FloatType>(cast<RankedTensorType>(y.getType()).getElementType());
    bias.values = {0.0};
  } else if (auto constant = getFloatConstant(op.getBias())) {
    bias = *constant;
  } else {
    return op->emitOpError("bias is not a floating-point constant; only "
                           "constants can be lowered");
  }
  if (bias.isUniform()) {
    bias.isScalar = true;
    Value number = createConstant(builder, builder.getLoc(), bias);
    return linalg::FillOp::create(builder, number, y).getResult(0);
  }
  bias.shape = llvm::to_vector(shape);
  Value values = layer.constantTensor(bias, "bias");
  int64_t rank = cast<RankedTensorType>(y.getType()).getRank();
  auto dims = llvm::to_vector(
      llvm::seq<int64_t>(0, rank - static_cast<int64_t>(shape.size())));
  if (dims.empty())
    return linalg::CopyOp::create(builder, values, y).getResult(0);
  return linalg::BroadcastOp::create(builder, values, y, dims)->getResult(0);
}

/// Whether input `x` contributes to the sum.
static Value createIsActive(ImplicitLocOpBuilder &builder, Value x) {
  if (x.getType().isInteger(1))
    return x;
  Value zero =
      arith::ConstantOp::create(builder, builder.getZeroAttr(x.getType()));
  if (isa<IntegerType>(x.getType()))
    return arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, x, zero);
  return arith::CmpFOp::create(builder, arith::CmpFPredicate::UNE, x, zero);
}

/// The sums after the input of `x` at `position` was visited: `addRows` adds
/// what it contributes, times a factor unless that is 1.
static Value visitInput(
    ImplicitLocOpBuilder &builder, Value x, ValueRange position, Value sums,
    llvm::function_ref<Value(ImplicitLocOpBuilder &, Value factor, Value sums)>
        addRows) {
  Value xi =
      tensor::ExtractOp::create(builder, nameLocal(builder, "xi"), x, position);
  Type type = cast<RankedTensorType>(sums.getType()).getElementType();
  auto visit = scf::IfOp::create(
      builder, createIsActive(builder, xi),
      [&](OpBuilder &nested, Location loc) {
        ImplicitLocOpBuilder active(loc, nested);
        Value factor;
        if (!xi.getType().isInteger(1)) {
          active.setLoc(nameLocal(builder, "factor"));
          factor = castToFloat(active, xi, type);
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
/// The inputs of a synapse, in one dimension, and where they are not zero.
class Inputs {
public:
  /// Adds the parameters of `layer` that hold them.
  Inputs(LayerBuilder &layer, SynapseOpInterface op, StepContext &context)
      : events(op.getEvents().getDefiningOp<EventsOp>()),
        size(op.getInput().getType().getNumElements()) {
    Value signal = events.getInput();
    isBinary = getElementTypeOrSelf(signal).isInteger(1);
    Value list = layer.addArgument("events", context.bufferOf(op.getEvents()));
    Value xBuffer = isBinary
                        ? Value()
                        : layer.addFlatArgument("x", context.bufferOf(signal));
    positions = layer.read(list);
    if (xBuffer)
      x = layer.read(xBuffer);
  }

  /// A loop over the events that carries `sums`. Where there are at least
  /// `perVisit` more, `body` gets the positions of as many; what is left after
  /// the last such visit is up to another loop, from the event given back.
  std::pair<Value, Value>
  visit(ImplicitLocOpBuilder &builder, int64_t perVisit, Value first,
        Value sums,
        llvm::function_ref<Value(ImplicitLocOpBuilder &, ValueRange positions,
                                 Value sums)>
            body) const;

  /// The value at a position, or none where all are 1.
  Value getFactor(ImplicitLocOpBuilder &builder, Value position,
                  Type type) const {
    if (isBinary)
      return Value();
    return readNumber(builder, "xi", x, position, type);
  }

private:
  Value getPosition(ImplicitLocOpBuilder &builder, Value event,
                    int64_t offset) const {
    Value at = arith::AddIOp::create(
        builder, event, arith::ConstantIndexOp::create(builder, offset));
    Value position = tensor::ExtractOp::create(builder, positions, at);
    std::string name = "i" + (offset ? std::to_string(offset) : "");
    return arith::IndexCastUIOp::create(builder, nameLocal(builder, name),
                                        builder.getIndexType(), position);
  }

  EventsOp events;
  int64_t size;
  bool isBinary;
  Value positions, x;
};
} // namespace

std::pair<Value, Value> Inputs::visit(
    ImplicitLocOpBuilder &builder, int64_t perVisit, Value first, Value sums,
    llvm::function_ref<Value(ImplicitLocOpBuilder &, ValueRange, Value)> body)
    const {
  Location loc = builder.getLoc();
  Type index = builder.getIndexType();
  auto loop = scf::WhileOp::create(
      builder, nameLocal(builder, "e"), TypeRange{index, sums.getType(), index},
      ValueRange{first, sums},
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder before(loc, nested);
        Value last = getPosition(before, values[0], perVisit - 1);
        Value end = arith::ConstantIndexOp::create(before, size);
        Value isThere =
            arith::CmpIOp::create(before, arith::CmpIPredicate::ne, last, end);
        scf::ConditionOp::create(before, isThere,
                                 ValueRange{values[0], values[1], last});
      },
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder after(loc, nested);
        SmallVector<Value> visited;
        for (int64_t offset = 0; offset < perVisit - 1; ++offset)
          visited.push_back(getPosition(after, values[0], offset));
        visited.push_back(values[2]);
        Value added = body(after, visited, values[1]);
        Value next = arith::AddIOp::create(
            after, values[0], arith::ConstantIndexOp::create(after, perVisit));
        scf::YieldOp::create(after, ValueRange{next, added});
      });
  return {loop.getResult(0), loop.getResult(1)};
}

//===----------------------------------------------------------------------===//
// Linear
//===----------------------------------------------------------------------===//

/// The sums after all events: of one weight matrix, whose rows belong to the
/// inputs, or of a batch of matrices in a row.
static Value addEvents(ImplicitLocOpBuilder &builder, const Inputs &inputs,
                       Value weights, int64_t inputsPerMatrix, Value sums) {
  auto sumsType = cast<RankedTensorType>(sums.getType());
  bool isBatch = sumsType.getRank() > 1;
  auto addRows = [&](ImplicitLocOpBuilder &loop, ValueRange positions,
                     Value current) {
    SmallVector<Value> rows, factors, sumPosition;
    for (Value position : positions) {
      rows.push_back(getRow(loop, weights, position));
      if (Value factor =
              inputs.getFactor(loop, position, sumsType.getElementType()))
        factors.push_back(factor);
    }
    if (isBatch)
      sumPosition.push_back(arith::DivUIOp::create(
          loop, positions.front(),
          arith::ConstantIndexOp::create(loop, inputsPerMatrix)));
    Value sum =
        createRowsAdd(loop, rows, factors, getRow(loop, current, sumPosition));
    return setRow(loop, sum, current, sumPosition);
  };
  Value event = arith::ConstantIndexOp::create(builder, 0);
  // Events of different matrices have different sums.
  if (!isBatch)
    std::tie(event, sums) =
        inputs.visit(builder, kEventsPerVisit, event, sums, addRows);
  return inputs.visit(builder, 1, event, sums, addRows).second;
}

/// The sums after all inputs of one matrix: `x` and `weights` at `matrix`.
static Value addAll(ImplicitLocOpBuilder &builder, Value x, Value weights,
                    ValueRange matrix, int64_t inputs, Value sums) {
  Type type = cast<RankedTensorType>(sums.getType()).getElementType();
  auto addRows = [&](ImplicitLocOpBuilder &loop, Value first, int64_t count,
                     Value current) {
    SmallVector<Value> rows, factors;
    for (int64_t offset = 0; offset < count; ++offset) {
      SmallVector<Value> position(matrix);
      position.push_back(arith::AddIOp::create(
          loop, first, arith::ConstantIndexOp::create(loop, offset)));
      std::string name = "x" + std::to_string(offset);
      factors.push_back(readNumber(loop, name, x, position, type));
      rows.push_back(getRow(loop, weights, position));
    }
    return createRowsAdd(loop, rows, factors, current);
  };
  int64_t even = inputs - inputs % kEventsPerVisit;
  Value step = arith::ConstantIndexOp::create(builder, kEventsPerVisit);
  auto constant = [&](int64_t value) {
    return arith::ConstantIndexOp::create(builder, value);
  };
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "i"), constant(0), constant(even), step, sums,
      [&](OpBuilder &nested, Location, Value i, ValueRange carried) {
        ImplicitLocOpBuilder body(builder.getLoc(), nested);
        scf::YieldOp::create(
            body, addRows(body, i, kEventsPerVisit, carried.front()));
      });
  sums = loop.getResult(0);
  if (even == inputs)
    return sums;
  return addRows(builder, constant(even), inputs - even, sums);
}

LogicalResult snn::lowerLinear(LinearOp op, StepContext &context) {
  FailureOr<FloatConstant> weight = getWeights(op);
  if (failed(weight))
    return failure();
  // [batch, out, in], where there is a batch.
  int64_t rank = weight->shape.size();
  int64_t outputs = weight->shape[rank - 2], inputs = weight->shape[rank - 1];
  int64_t batch = weight->getNumElements() / (outputs * inputs);
  SmallVector<int64_t> batchShape, order = {1, 0};
  if (rank > 2) {
    batchShape.push_back(batch);
    order = {0, 2, 1};
  }
  auto shaped = [&](ArrayRef<int64_t> sizes) {
    return llvm::to_vector(llvm::concat<const int64_t>(batchShape, sizes));
  };
  weight->shape = shaped({outputs, inputs});
  SmallVector<int64_t> yShape = shaped({outputs});

  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op.getLoc());
  layer.setComment(
      (rank > 2 ? Twine(batch) + " times all-to-all" : Twine("All-to-all")) +
      " synapses, " + Twine(inputs) + " to " + Twine(outputs) + ".\n  y = W x" +
      (op.getBias() ? " + b" : ""));
  std::optional<Inputs> active;
  Value x;
  if (op.getEvents())
    active.emplace(layer, op, context);
  else
    x = layer.read(layer.addShapedArgument("x", context.bufferOf(op.getInput()),
                                           shaped({inputs})));
  Value yBuffer =
      layer.addShapedArgument("y", context.bufferOf(op.getResult()), yShape);
  ImplicitLocOpBuilder &builder = layer.body();
  FloatConstant rows = weight->transpose(order);
  if (active && rank > 2)
    rows.shape = {batch * inputs, outputs};
  Value weights = layer.constantTensor(rows, "weight");
  FailureOr<Value> initial =
      createInitialSum(layer, op, yShape, layer.update(yBuffer));
  if (failed(initial))
    return failure();

  Value sum;
  if (active)
    sum = addEvents(builder, *active, weights, inputs, *initial);
  else if (rank == 2)
    sum = addAll(builder, x, weights, {}, inputs, *initial);
  else
    sum = createLoop(builder, "b", batch, *initial,
                     [&](ImplicitLocOpBuilder &loop, Value b, Value sums) {
                       Value row = addAll(loop, x, weights, b, inputs,
                                          getRow(loop, sums, b));
                       return setRow(loop, row, sums, b);
                     });
  layer.write(sum, yBuffer);
  layer.finish();
  return success();
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

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
  SmallVector<int64_t> mapShape(ArrayRef<int64_t> map, int64_t size) const;
  Value getWeights(LayerBuilder &layer, const FloatConstant &weight) const;
  /// Visits the positions of the events.
  Value visitEvents(ImplicitLocOpBuilder &builder, const Inputs &inputs,
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

  SmallVector<WindowDim> window;
  ArrayRef<int64_t> input, output;
  /// Input and output channels in a group.
  int64_t channels, outputs;
  int64_t groups;

  Value x, weights;
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
Value ConvLowering::getWeights(LayerBuilder &layer,
                               const FloatConstant &weight) const {
  FloatConstant grouped = weight;
  grouped.shape.front() = outputs;
  if (groups > 1)
    grouped.shape.insert(grouped.shape.begin(), groups);
  int64_t out = groups > 1 ? 1 : 0;
  SmallVector<int64_t> order;
  for (int64_t dim = 0, rank = grouped.shape.size(); dim < rank; ++dim)
    if (dim != out)
      order.push_back(dim);
  order.push_back(out);
  return layer.constantTensor(grouped.transpose(order), "weight");
}

static Value indexConstant(ImplicitLocOpBuilder &builder, int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
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

Value ConvLowering::addWindows(ImplicitLocOpBuilder &builder,
                               ArrayRef<Value> target, ArrayRef<Value> source,
                               Value factor, Value sums) {
  size_t dim = target.size();
  if (dim == window.size()) {
    SmallVector<Value> position(target);
    if (group)
      position.push_back(group);
    Value sum = createRowAdd(builder, getRow(builder, weights, source), factor,
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
          scf::YieldOp::create(inner, addThrough(inner));
        },
        [&](OpBuilder &nested, Location loc) {
          scf::YieldOp::create(nested, loc, current);
        });
    return added.getResult(0);
  };
  return createLoop(builder, names.output, begins[dim], ends[dim], sums,
                    addOutput);
}

Value ConvLowering::visitChannels(ImplicitLocOpBuilder &builder,
                                  ArrayRef<Value> position, Value sums) {
  return createLoop(builder, "c", channels, sums,
                    [&](ImplicitLocOpBuilder &loop, Value c, Value current) {
                      SmallVector<Value> source(position), channel;
                      if (group) {
                        source.push_back(group);
                        channel.push_back(group);
                      }
                      source.push_back(c);
                      channel.push_back(c);
                      return visitInput(loop, x, source, current,
                                        [&](ImplicitLocOpBuilder &active,
                                            Value factor, Value y) {
                                          return addWindows(active, {}, channel,
                                                            factor, y);
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

Value ConvLowering::visitEvents(ImplicitLocOpBuilder &builder,
                                const Inputs &inputs, bool channelsFirst,
                                Value sums) {
  Type type = cast<RankedTensorType>(sums.getType()).getElementType();
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
    Value factor = inputs.getFactor(loop, positions.front(), type);
    return addWindows(loop, {}, channel, factor, current);
  };
  return inputs.visit(builder, 1, indexConstant(builder, 0), sums, visitEvent)
      .second;
}

/// "3 x 3".
static std::string formatSizes(ArrayRef<int64_t> sizes) {
  std::string text;
  for (int64_t size : sizes)
    text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

LogicalResult ConvLowering::run(SynapseOpInterface op, StepContext &context) {
  FailureOr<FloatConstant> weight = ::getWeights(op);
  if (failed(weight))
    return failure();
  if (!cast<WindowOpInterface>(op.getOperation()).getChannelsLast())
    return op->emitOpError("has its channels first; run snn-channels-last "
                           "before lowering");
  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op->getLoc());
  std::optional<Inputs> active;
  bool channelsFirst = false;
  if (op.getEvents()) {
    active.emplace(layer, op, context);
    auto events = op.getEvents().getDefiningOp<EventsOp>();
    channelsFirst = events.getInput() != op.getInput() &&
                    op.getInput().getDefiningOp<TransposeOp>();
  } else {
    x = layer.read(layer.addShapedArgument("x", context.bufferOf(op.getInput()),
                                           mapShape(input, channels)));
  }
  Value yBuffer = layer.addShapedArgument(
      "y", context.bufferOf(op->getResult(0)), mapShape(output, outputs));
  layer.setComment(
      "Convolution with " + formatSizes(ArrayRef(weight->shape).drop_front(2)) +
      " kernels, " + Twine(input.back()) + " channels of " +
      formatSizes(input.drop_back()) + " to " + Twine(output.back()) + " of " +
      formatSizes(output.drop_back()) + ", channels last.\n" + "  y = W * x" +
      (op.getBias() ? " + b" : ""));
  weights = getWeights(layer, *weight);
  SmallVector<int64_t> biasShape;
  if (groups > 1)
    biasShape.push_back(groups);
  biasShape.push_back(outputs);
  FailureOr<Value> initial =
      createInitialSum(layer, op, biasShape, layer.update(yBuffer));
  if (failed(initial))
    return failure();
  Value sum = active
                  ? visitEvents(layer.body(), *active, channelsFirst, *initial)
                  : visitPositions(layer.body(), {}, *initial);
  layer.write(sum, yBuffer);
  layer.finish();
  return success();
}

template <typename Conv>
static LogicalResult lowerConv(Conv op, StepContext &context) {
  ArrayRef<int64_t> weight = op.getWeight().getType().getShape();
  int64_t groups = op.getGroups();
  ConvLowering lowering(op, weight[1], weight[0] / groups, groups);
  return lowering.run(op, context);
}

LogicalResult snn::lowerConv1d(Conv1dOp op, StepContext &context) {
  return lowerConv(op, context);
}

LogicalResult snn::lowerConv2d(Conv2dOp op, StepContext &context) {
  return lowerConv(op, context);
}
