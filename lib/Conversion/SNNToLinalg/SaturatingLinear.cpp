//===- SaturatingLinear.cpp - Sums that saturate on the way ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Such a sum depends on the order of its terms, so inputs are visited one at a
// time, in their order.
//
//===----------------------------------------------------------------------===//

#include "Synapses.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

/// sums[n] = clamp(sums[n] + row[n] * factor), within `type`; without a factor
/// it is 1.
static Value addSaturated(ImplicitLocOpBuilder &builder, Value row,
                          Type rowType, Value factor, Type factorType,
                          quant::QuantizedType type, Value sums) {
  SmallVector<AffineMap> maps(2, builder.getMultiDimIdentityMap(1));
  Type storage = cast<RankedTensorType>(sums.getType()).getElementType();
  Type compute = builder.getI32Type();
  auto add = linalg::GenericOp::create(
      builder, sums.getType(), row, sums, maps, utils::IteratorType::parallel,
      [&](OpBuilder &nested, Location loc, ValueRange elements) {
        ImplicitLocOpBuilder body(loc, nested);
        Value term = castToNumber(body, elements[0], rowType, compute);
        if (factor)
          term = createMul(body, term,
                           castToNumber(body, factor, factorType, compute));
        Value sum = createAdd(
            body, castToNumber(body, elements[1], type, compute), term);
        linalg::YieldOp::create(
            body, castToStorage(body, createClamp(body, sum, type), storage));
      });
  return add.getResult(0);
}

LogicalResult snn::lowerSaturatingLinear(LinearOp op, StepContext &context) {
  FailureOr<Constant> weight = getConstantWeights(op);
  if (failed(weight))
    return failure();
  if (weight->shape.size() != 2)
    return op.emitOpError("saturates and has a batch of ")
           << weight->shape.size() - 2
           << " dimensions, expected none; only one matrix can be lowered";
  int64_t outputs = weight->shape[0], inputs = weight->shape[1];
  auto type = cast<quant::QuantizedType>(op.getType().getElementType());
  Type weightType = op.getWeight().getType().getElementType();
  Type xType = op.getInput().getType().getElementType();
  if (getLargestInteger(weightType) * getLargestInteger(xType) +
          getLargestInteger(type) >
      std::numeric_limits<int32_t>::max())
    return op.emitOpError("adds more at once than 32 bits hold, expected "
                          "weights and inputs of fewer bits");

  LayerBuilder layer(context.symbols, context.step, op);
  // A list in another order than the input's is of no use.
  std::optional<EventOrder> order = getEventOrder(op);
  std::optional<EventInputs> active;
  Value x;
  if (order && order->isInput)
    active.emplace(layer, op, context);
  else
    x = layer.read(
        layer.addShapedArgument("x", context.bufferOf(op.getInput()), inputs));
  Value yBuffer =
      layer.addShapedArgument("y", context.bufferOf(op.getResult()), outputs);
  ImplicitLocOpBuilder &builder = layer.body();
  Constant rows = weight->transpose({1, 0});
  rows.quantizedType = nullptr;
  Value weights = layer.constantTensor(rows, "weight");
  Value y = layer.update(yBuffer);
  // A sum in scratch memory that nothing else sees goes on where it is.
  bool isInPlace =
      op.getBias() && context.bufferOf(op.getBias()) == context.bufferOf(op);
  FailureOr<Value> initial = y;
  if (!isInPlace)
    initial = createInitialSum(layer, op, context, outputs, y);
  if (failed(initial))
    return failure();
  layer.setComment("All-to-all synapses, " + Twine(inputs) + " to " +
                   Twine(outputs) +
                   ".\n  for each input in turn y = y + W x, saturated");
  auto add = [&](ImplicitLocOpBuilder &loop, Value position, Value factor,
                 Value sums) {
    return addSaturated(loop, getRow(loop, weights, position), weightType,
                        factor, xType, type, sums);
  };
  Value sum;
  if (active) {
    Value first = arith::ConstantIndexOp::create(builder, 0);
    sum = active
              ->visit(builder, 1, first, *initial,
                      [&](ImplicitLocOpBuilder &loop, ValueRange positions,
                          Value sums) {
                        Value factor = active->getFactor(
                            loop, positions.front(), builder.getI32Type());
                        return add(loop, positions.front(), factor, sums);
                      })
              .second;
  } else {
    sum =
        createLoop(builder, "i", inputs, *initial,
                   [&](ImplicitLocOpBuilder &loop, Value position, Value sums) {
                     Value factor = readFactor(loop, "xi", x, position, xType,
                                               builder.getI32Type());
                     return add(loop, position, factor, sums);
                   });
  }
  layer.write(sum, yBuffer);
  layer.finish();
  return success();
}
