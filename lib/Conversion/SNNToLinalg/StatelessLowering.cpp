//===- StatelessLowering.cpp - Synapses, sums and thresholds --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

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
// Linear
//===----------------------------------------------------------------------===//

/// Weights [out, in] as a global laid out [in, out], so that the weights of one
/// input are one contiguous row.
static Value createInputMajorWeights(LayerBuilder &layer,
                                     const FloatConstant &weight) {
  int64_t outputs = weight.shape[0], inputs = weight.shape[1];
  FloatConstant transposed = weight;
  transposed.shape = {inputs, outputs};
  if (!weight.isUniform())
    for (int64_t i = 0; i < inputs; ++i)
      for (int64_t o = 0; o < outputs; ++o)
        transposed.values[i * outputs + o] = weight.values[o * inputs + i];
  return layer.constantTensor(transposed, "weight");
}

/// y = bias, or 0.
static FailureOr<Value> createInitialSum(LayerBuilder &layer, LinearOp op,
                                         Value y) {
  ImplicitLocOpBuilder &builder = layer.body();
  FloatConstant bias;
  if (!op.getBias()) {
    bias.elementType = cast<FloatType>(op.getType().getElementType());
    bias.values = {0.0};
  } else if (auto constant = getFloatConstant(op.getBias())) {
    bias = *constant;
  } else {
    return op.emitOpError("bias is not a floating-point constant; only "
                          "constants can be lowered");
  }
  if (!bias.isUniform())
    return linalg::CopyOp::create(builder, layer.constantTensor(bias, "bias"),
                                  y)
        .getResult(0);
  bias.isScalar = true;
  Value number = createConstant(builder, builder.getLoc(), bias);
  return linalg::FillOp::create(builder, number, y).getResult(0);
}

/// sum[o] += row[o] * x, for one input; x = 1 if null.
static Value createRowAdd(ImplicitLocOpBuilder &builder, Value row, Value x,
                          Value sum) {
  SmallVector<AffineMap> maps(2, builder.getMultiDimIdentityMap(1));
  auto add = linalg::GenericOp::create(
      builder, sum.getType(), row, sum, maps, utils::IteratorType::parallel,
      [&](OpBuilder &nested, Location loc, ValueRange elements) {
        Value term = elements[0];
        if (x)
          term = arith::MulFOp::create(nested, loc, term, x);
        Value total = arith::AddFOp::create(nested, loc, elements[1], term);
        linalg::YieldOp::create(nested, loc, total);
      });
  return add.getResult(0);
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

LogicalResult snn::lowerLinear(LinearOp op, StepContext &context) {
  std::optional<FloatConstant> weight = getFloatConstant(op.getWeight());
  if (!weight)
    return op.emitOpError("weight is not a floating-point constant; only "
                          "constants can be lowered");
  if (weight->shape.size() != 2)
    return op.emitOpError("with a batch of weights cannot be lowered yet");
  int64_t outputs = weight->shape[0], inputs = weight->shape[1];

  LayerBuilder layer(context.symbols, context.step, getLayerName(op),
                     op.getLoc());
  Value xBuffer = layer.addArgument("x", context.bufferOf(op.getInput()));
  Value yBuffer = layer.addArgument("y", context.bufferOf(op.getResult()));
  layer.setComment("All-to-all synapses, " + Twine(inputs) + " to " +
                   Twine(outputs) + ".\n  y = W x" +
                   (op.getBias() ? " + b" : ""));

  ImplicitLocOpBuilder &builder = layer.body();
  Value x = layer.read(xBuffer);
  Value weights = createInputMajorWeights(layer, *weight);
  FailureOr<Value> initial = createInitialSum(layer, op, layer.update(yBuffer));
  if (failed(initial))
    return failure();

  Type type = op.getType().getElementType();
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  Value one = arith::ConstantIndexOp::create(builder, 1);
  Value count = arith::ConstantIndexOp::create(builder, inputs);
  auto visitInput = [&](OpBuilder &nested, Location loc, Value i,
                        ValueRange sums) {
    ImplicitLocOpBuilder loop(loc, nested);
    Value xi = tensor::ExtractOp::create(
        loop, NameLoc::get(loop.getStringAttr("xi"), loc), x, i);
    auto visitActive = [&](OpBuilder &inner, Location innerLoc) {
      ImplicitLocOpBuilder active(innerLoc, inner);
      auto rowType = RankedTensorType::get({outputs}, type);
      SmallVector<OpFoldResult> offsets = {i, active.getIndexAttr(0)};
      SmallVector<OpFoldResult> sizes = {active.getIndexAttr(1),
                                         active.getIndexAttr(outputs)};
      SmallVector<OpFoldResult> strides(2, active.getIndexAttr(1));
      Value row = tensor::ExtractSliceOp::create(active, rowType, weights,
                                                 offsets, sizes, strides);
      Value factor =
          xi.getType().isInteger(1) ? Value() : castToFloat(active, xi, type);
      scf::YieldOp::create(active, createRowAdd(active, row, factor, sums[0]));
    };
    auto skip = [&](OpBuilder &inner, Location innerLoc) {
      scf::YieldOp::create(inner, innerLoc, sums);
    };
    auto result =
        scf::IfOp::create(loop, createIsActive(loop, xi), visitActive, skip);
    scf::YieldOp::create(loop, result.getResults());
  };
  auto sum =
      scf::ForOp::create(builder, zero, count, one, *initial, visitInput);
  layer.write(sum.getResult(0), yBuffer);
  layer.finish();
  return success();
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
