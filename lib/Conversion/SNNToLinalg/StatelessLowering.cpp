//===- StatelessLowering.cpp - Scales, sums, thresholds, transposes -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace snn;

std::string snn::getLayerName(Operation *op) {
  StringRef name = getNodeName(op->getLoc());
  return name.empty() ? op->getName().stripDialect().str() : name.str();
}

Value snn::castToFloat(ImplicitLocOpBuilder &builder, Value value, Type type) {
  if (isa<IntegerType>(value.getType()))
    return arith::UIToFPOp::create(builder, type, value);
  return value;
}

SmallVector<Value> snn::createElementwise(
    LayerBuilder &layer, ValueRange inputs, ValueRange outputs,
    llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>
        body) {
  ImplicitLocOpBuilder &builder = layer.body();
  unsigned rank = cast<RankedTensorType>(outputs.front().getType()).getRank();
  SmallVector<AffineMap> maps(inputs.size() + outputs.size(),
                              builder.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, outputs.getTypes(), inputs, outputs, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange elements) {
        ImplicitLocOpBuilder bodyBuilder(loc, nested);
        linalg::YieldOp::create(bodyBuilder, body(bodyBuilder, elements));
      });
  return llvm::to_vector_of<Value>(generic.getResults());
}

//===----------------------------------------------------------------------===//
// Scale, Add, Threshold
//===----------------------------------------------------------------------===//

/// The coefficient as an input of an elementwise loop, or captured by it.
static Value pickElement(Value coefficient, ValueRange elements,
                         unsigned index) {
  return isa<RankedTensorType>(coefficient.getType()) ? elements[index]
                                                      : coefficient;
}

static SmallVector<Value> inputsWith(Value input, Value coefficient) {
  SmallVector<Value> inputs = {input};
  if (isa<RankedTensorType>(coefficient.getType()))
    inputs.push_back(coefficient);
  return inputs;
}

LogicalResult snn::lowerScale(ScaleOp op, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op.getLoc());
  Value x = layer.addFlatArgument("x", context.bufferOf(op.getInput()));
  Value y = layer.addFlatArgument("y", context.bufferOf(op.getResult()));
  layer.setComment("One-to-one synapses.\n  y = s * x");
  FailureOr<Value> factor = layer.coefficient(op.getFactorMutable(), "scale");
  if (failed(factor))
    return failure();
  Type type = op.getType().getElementType();
  SmallVector<Value> result = createElementwise(
      layer, inputsWith(layer.read(x), *factor), layer.update(y),
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        return {arith::MulFOp::create(b, pickElement(*factor, elements, 1),
                                      castToFloat(b, elements[0], type))};
      });
  layer.write(result.front(), y);
  layer.finish();
  return success();
}

LogicalResult snn::lowerAdd(AddOp op, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op.getLoc());
  SmallVector<Value> inputs;
  std::string formula;
  for (auto [index, input] : llvm::enumerate(op.getInputs())) {
    std::string name = "x" + std::to_string(index);
    inputs.push_back(
        layer.read(layer.addFlatArgument(name, context.bufferOf(input))));
    formula += (index ? " + " : "") + name;
  }
  Value y = layer.addFlatArgument("y", context.bufferOf(op.getResult()));
  layer.setComment("Sum of the incoming edges.\n  y = " + formula);
  Type type = op.getType().getElementType();
  SmallVector<Value> result = createElementwise(
      layer, inputs, layer.update(y),
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        Value sum = castToFloat(b, elements.front(), type);
        for (Value element : elements.drop_front().drop_back())
          sum = arith::AddFOp::create(b, sum, castToFloat(b, element, type));
        return {sum};
      });
  layer.write(result.front(), y);
  layer.finish();
  return success();
}

LogicalResult snn::lowerThreshold(ThresholdOp op, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op.getLoc());
  Value x = layer.addFlatArgument("x", context.bufferOf(op.getInput()));
  Value spikes =
      layer.addFlatArgument("spikes", context.bufferOf(op.getResult()));
  layer.setComment("Heaviside step.\n  spike where x > threshold");
  FailureOr<Value> threshold =
      layer.coefficient(op.getThresholdMutable(), "threshold");
  if (failed(threshold))
    return failure();
  Type type = getElementTypeOrSelf(*threshold);
  SmallVector<Value> result = createElementwise(
      layer, inputsWith(layer.read(x), *threshold), layer.update(spikes),
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        return {arith::CmpFOp::create(b, arith::CmpFPredicate::OGT,
                                      castToFloat(b, elements[0], type),
                                      pickElement(*threshold, elements, 1))};
      });
  layer.write(result.front(), spikes);
  layer.finish();
  return success();
}

LogicalResult snn::lowerTranspose(TransposeOp op, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op.getLoc());
  Value x = layer.addArgument("x", context.bufferOf(op.getInput()));
  Value y = layer.addArgument("y", context.bufferOf(op.getResult()));
  layer.setComment("The elements of x with its dimensions in the order [" +
                   llvm::join(llvm::map_range(op.getPermutation(),
                                              [](int64_t dim) {
                                                return std::to_string(dim);
                                              }),
                              ", ") +
                   "].");
  auto transpose = linalg::TransposeOp::create(
      layer.body(), layer.read(x), layer.update(y), op.getPermutation());
  layer.write(transpose->getResult(0), y);
  layer.finish();
  return success();
}
