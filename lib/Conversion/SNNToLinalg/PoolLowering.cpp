//===- PoolLowering.cpp - Sums and averages over windows ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SpikeReader.h"
#include "WordRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

/// The inputs `begin <= i < end` in window number `index`, those outside of the
/// map left out.
static std::pair<Value, Value> createInputRange(ImplicitLocOpBuilder &builder,
                                                Value index, WindowDim dim,
                                                int64_t inputs, int64_t outputs,
                                                StringRef name) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, value);
  };
  auto named = [&](StringRef suffix) {
    return NameLoc::get(builder.getStringAttr(name + suffix), builder.getLoc());
  };
  // begin = max(index * stride, low) - low
  Value start = arith::MulIOp::create(builder, index, constant(dim.stride));
  Value first = start;
  if (dim.low > 0)
    first = arith::MaxUIOp::create(builder, first, constant(dim.low));
  Value begin =
      arith::SubIOp::create(builder, named("_begin"), first, constant(dim.low));
  // end = max(min(index * stride + size, inputs + low), low) - low
  Value last = arith::AddIOp::create(builder, start, constant(dim.size));
  if ((outputs - 1) * dim.stride + dim.size > inputs + dim.low)
    last = arith::MinUIOp::create(builder, last, constant(inputs + dim.low));
  if (dim.size < dim.low)
    last = arith::MaxUIOp::create(builder, last, constant(dim.low));
  Value end =
      arith::SubIOp::create(builder, named("_end"), last, constant(dim.low));
  return {begin, end};
}

/// Whether the windows are so small that their elements are added at once, and
/// all of them are inside of the map.
static bool isSmallAndInside(ArrayRef<WindowDim> window,
                             ArrayRef<int64_t> inputs,
                             ArrayRef<int64_t> outputs) {
  constexpr int64_t kMostElements = 4;
  int64_t elements = 1;
  for (auto [dim, input, output] : llvm::zip(window, inputs, outputs)) {
    elements *= dim.size;
    if (dim.low > 0 || (output - 1) * dim.stride + dim.size > input)
      return false;
  }
  return elements <= kMostElements;
}

/// row[n] / divisor
static Value createRowDivide(ImplicitLocOpBuilder &builder, Value row,
                             int64_t divisor) {
  auto rowType = cast<RankedTensorType>(row.getType());
  auto type = cast<FloatType>(rowType.getElementType());
  auto divide = linalg::GenericOp::create(
      builder, rowType, ValueRange(), row, builder.getMultiDimIdentityMap(1),
      utils::IteratorType::parallel,
      [&](OpBuilder &nested, Location loc, ValueRange elements) {
        Value number = arith::ConstantOp::create(
            nested, loc,
            nested.getFloatAttr(type, static_cast<double>(divisor)));
        Value quotient =
            arith::DivFOp::create(nested, loc, elements[0], number);
        linalg::YieldOp::create(nested, loc, quotient);
      });
  return divide.getResult(0);
}

/// The pool of spikes that have no memory: each is added to its window.
static void lowerHiddenPool(WindowOpInterface op, StepContext &context) {
  SmallVector<WindowDim> window = op.getWindow();
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  Type storage = getStorageType(op.getResult().getType()).getElementType();
  LayerBuilder layer(context.symbols, context.step, op);
  SpikeReader reader(layer, op.getInput(), context);
  Value buffer = layer.addArgument("y", context.bufferOf(op.getResult()));
  layer.setComment("Sums over " + Twine(window[0].size) + " x " +
                   Twine(window[1].size) + " windows, channels last.");
  ImplicitLocOpBuilder &builder = layer.body();
  Value zero = arith::ConstantOp::create(builder, builder.getZeroAttr(storage));
  Value empty =
      linalg::FillOp::create(builder, zero, layer.update(buffer)).getResult(0);
  auto add = [&](ImplicitLocOpBuilder &active, Value position, Value sums) {
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(active, value);
    };
    auto divide = [&](Value number, int64_t by) -> Value {
      return arith::DivUIOp::create(active, number, constant(by));
    };
    auto rest = [&](Value number, int64_t by) -> Value {
      return arith::RemUIOp::create(active, number, constant(by));
    };
    Value pixel = divide(position, input[2]);
    SmallVector<Value> target = {
        divide(divide(pixel, input[1]), window[0].size),
        divide(rest(pixel, input[1]), window[1].size),
        rest(position, input[2])};
    Value old = tensor::ExtractOp::create(active, sums, target);
    Value sum = reader.getNumber(active);
    sum = createAdd(active, sum,
                    old.getType() == sum.getType()
                        ? old
                        : arith::ExtSIOp::create(active, sum.getType(), old));
    return tensor::InsertOp::create(active, castToStorage(active, sum, storage),
                                    sums, target)
        .getResult();
  };
  layer.write(reader.scan(builder, empty, add), buffer);
  layer.finish();
}

/// Where the elements of the window at `row` and `column` are.
static SmallVector<SmallVector<Value>>
getPositions(ImplicitLocOpBuilder &builder, ArrayRef<WindowDim> window,
             Value row, Value column) {
  SmallVector<SmallVector<Value>> positions;
  auto getPosition = [&](Value index, int64_t stride, int64_t offset) {
    Value first =
        arith::MulIOp::create(builder, index, indexConstant(builder, stride));
    return arith::AddIOp::create(builder, first,
                                 indexConstant(builder, offset));
  };
  for (int64_t i = 0; i < window[0].size; ++i)
    for (int64_t j = 0; j < window[1].size; ++j)
      positions.push_back({getPosition(row, window[0].stride, i),
                           getPosition(column, window[1].stride, j)});
  return positions;
}

/// Sums over small windows, a word at a time.
static void sumInWords(LayerBuilder &layer, WindowOpInterface op,
                       StepContext &context) {
  SmallVector<WindowDim> window = op.getWindow();
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  ArrayRef<int64_t> output = op.getResult().getType().getShape();
  // Where windows are side by side, the map is one of windows: their elements
  // are at constant distances.
  bool isTiled = input[0] == output[0] * window[0].stride &&
                 input[1] == output[1] * window[1].stride;
  SmallVector<int64_t> shape(input);
  if (isTiled)
    shape = {output[0], window[0].stride, output[1], window[1].stride,
             input[2]};
  Value x =
      layer.addShapedArgument("x", context.bufferOf(op.getInput()), shape);
  Value y = layer.addArgument("y", context.bufferOf(op.getResult()));
  auto getTiles = [&](ImplicitLocOpBuilder &builder, Value row, Value column) {
    SmallVector<SmallVector<Value>> positions;
    for (int64_t i = 0; i < window[0].size; ++i)
      for (int64_t j = 0; j < window[1].size; ++j)
        positions.push_back({row, indexConstant(builder, i), column,
                             indexConstant(builder, j)});
    return positions;
  };
  createLoop(layer.body(), "out_row", output[0], Value(),
             [&](ImplicitLocOpBuilder &builder, Value row, Value) {
               return createLoop(
                   builder, "out_col", output[1], Value(),
                   [&](ImplicitLocOpBuilder &inner, Value column, Value) {
                     storeRowSum(
                         inner, y, {row, column}, x,
                         isTiled ? getTiles(inner, row, column)
                                 : getPositions(inner, window, row, column));
                     return Value();
                   });
             });
}

/// The sum over a window is divided by `divisor`, unless that is 1.
static LogicalResult lowerPool(WindowOpInterface op, StepContext &context,
                               int64_t divisor) {
  if (!op.getChannelsLast())
    return op->emitOpError("has its channels first; run snn-channels-last "
                           "before lowering");
  if (Operation *source = op.getInput().getDefiningOp();
      source && context.direct.hidesSpikes(source)) {
    lowerHiddenPool(op, context);
    return success();
  }
  SmallVector<WindowDim> window = op.getWindow();
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  RankedTensorType resultType = op.getResult().getType();
  ArrayRef<int64_t> output = resultType.getShape();
  Type type = getStorageType(resultType).getElementType();
  Type xType = op.getInput().getType().getElementType();
  // The average of integers is their sum with another scale.
  if (!isa<FloatType>(type))
    divisor = 1;

  constexpr int64_t kRows = 4;
  bool isInWords = window[0].size * window[1].size == kRows &&
                   isSmallAndInside(window, input, output) &&
                   sumsInWords(context.options, output.back(), xType, type) &&
                   context.takeWords(context.bufferOf(op.getInput())) &&
                   context.takeWords(context.bufferOf(op.getResult()));

  LayerBuilder layer(context.symbols, context.step, op);
  layer.setComment(Twine(isa<SumPool2dOp>(op) ? "Sums" : "Averages") +
                   " over " + Twine(window[0].size) + " x " +
                   Twine(window[1].size) + " windows, channels last.");
  if (isInWords) {
    sumInWords(layer, op, context);
    layer.finish();
    return success();
  }
  Value xBuffer = layer.addArgument("x", context.bufferOf(op.getInput()));
  Value yBuffer = layer.addArgument("y", context.bufferOf(op.getResult()));
  Value x = layer.read(xBuffer);
  Value initial = layer.update(yBuffer);

  auto addElements = [&](ImplicitLocOpBuilder &builder, Value row, Value column,
                         Value sum) {
    SmallVector<Value> rows;
    for (const SmallVector<Value> &position :
         getPositions(builder, window, row, column))
      rows.push_back(getRow(builder, x, position));
    return createRowsAdd(builder, rows, xType, {}, Type(), sum);
  };
  auto addLoops = [&](ImplicitLocOpBuilder &builder, Value row, Value column,
                      Value sum) {
    auto [rowBegin, rowEnd] =
        createInputRange(builder, row, window[0], input[0], output[0], "row");
    auto [columnBegin, columnEnd] = createInputRange(
        builder, column, window[1], input[1], output[1], "col");
    return createLoop(
        builder, "row", rowBegin, rowEnd, sum,
        [&, begin = columnBegin, end = columnEnd](ImplicitLocOpBuilder &loop,
                                                  Value i, Value outer) {
          return createLoop(
              loop, "col", begin, end, outer,
              [&](ImplicitLocOpBuilder &inner, Value j, Value current) {
                return createRowsAdd(inner, getRow(inner, x, {i, j}), xType, {},
                                     Type(), current);
              });
        });
  };
  auto addWindow = [&](ImplicitLocOpBuilder &builder, Value row, Value column,
                       Value sums) {
    Value zero = arith::ConstantOp::create(builder, builder.getZeroAttr(type));
    Value sum = linalg::FillOp::create(builder, zero,
                                       getRow(builder, sums, {row, column}))
                    .getResult(0);
    sum = isSmallAndInside(window, input, output)
              ? addElements(builder, row, column, sum)
              : addLoops(builder, row, column, sum);
    if (divisor != 1)
      sum = createRowDivide(builder, sum, divisor);
    return setRow(builder, sum, sums, {row, column});
  };
  Value pooled = createLoop(
      layer.body(), "out_row", output[0], initial,
      [&](ImplicitLocOpBuilder &builder, Value row, Value sums) {
        return createLoop(
            builder, "out_col", output[1], sums,
            [&](ImplicitLocOpBuilder &inner, Value column, Value current) {
              return addWindow(inner, row, column, current);
            });
      });
  layer.write(pooled, yBuffer);
  layer.finish();
  return success();
}

LogicalResult snn::lowerSumPool2d(SumPool2dOp op, StepContext &context) {
  return lowerPool(op, context, 1);
}

LogicalResult snn::lowerAvgPool2d(AvgPool2dOp op, StepContext &context) {
  return lowerPool(op, context, op.getKernel()[0] * op.getKernel()[1]);
}
