//===- StatelessLowering.cpp - Scales, sums, thresholds, transposes -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Coefficients.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace snn;

SmallVector<Value> snn::createElementwise(
    LayerBuilder &layer, ValueRange inputs, ValueRange outputs,
    llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>
        body,
    bool byCoefficients) {
  ImplicitLocOpBuilder &builder = layer.body();
  auto rankOf = [](Value value) -> unsigned {
    return cast<RankedTensorType>(value.getType()).getRank();
  };
  unsigned rank = rankOf(outputs.front());
  AffineMap elements = builder.getMultiDimIdentityMap(rank);
  // The last dimension outside, if that is all that some inputs have.
  byCoefficients &= rank > 1 && llvm::any_of(inputs, [&](Value input) {
                      return rankOf(input) == 1;
                    });
  if (byCoefficients) {
    SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(1, rank));
    order.push_back(0);
    elements = AffineMap::getPermutationMap(order, builder.getContext());
  }
  SmallVector<AffineMap> maps;
  for (Value value :
       llvm::concat<Value>(llvm::to_vector(inputs), llvm::to_vector(outputs)))
    maps.push_back(elements.getMinorSubMap(rankOf(value)));
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
// Scale, Rescale, Add, Threshold
//===----------------------------------------------------------------------===//

/// The elements of a signal's type, as the IR says.
static Type elementOf(Value signal) {
  return getElementTypeOrSelf(signal.getType());
}

namespace {
/// The function of an operation that does the same with each element of one
/// input.
class UnaryLayer {
public:
  /// `output` is what the result is called, `suffix` what follows the layer's
  /// name.
  UnaryLayer(Operation *op, StepContext &context, StringRef output = "y",
             StringRef suffix = "")
      : layer(context.symbols, context.step, op, suffix), c(layer, op),
        xType(elementOf(op->getOperand(0))),
        x(addBuffer("x", context.bufferOf(op->getOperand(0)))),
        y(addBuffer(output, context.bufferOf(op->getResult(0)))) {}

  /// Builds the loop: `body` gets the input's element as a number of `compute`,
  /// and gives the result's.
  LogicalResult
  finish(Type compute,
         llvm::function_ref<Value(ImplicitLocOpBuilder &, Value)> body) {
    SmallVector<Value> inputs = {layer.read(x)};
    llvm::append_range(inputs, c.getTensors());
    Type storage = cast<MemRefType>(y.getType()).getElementType();
    SmallVector<Value> result = createElementwise(
        layer, inputs, layer.update(y),
        [&](ImplicitLocOpBuilder &b,
            ValueRange elements) -> SmallVector<Value> {
          c.bind(b, elements.slice(1, c.getTensors().size()), compute);
          Value number = castToNumber(b, elements[0], xType, compute);
          return {castToStorage(b, body(b, number), storage)};
        });
    layer.write(result.front(), y);
    layer.finish();
    return success();
  }

  LayerBuilder layer;
  Coefficients c;
  Type xType;

private:
  Value addBuffer(StringRef name, Value buffer) {
    return layer.addShapedArgument(name, buffer, c.getShape());
  }

  Value x, y;
};
} // namespace

LogicalResult snn::lowerScale(ScaleOp op, StepContext &context) {
  UnaryLayer unary(op, context);
  Coefficients &c = unary.c;
  unary.layer.setComment("One-to-one synapses.\n  y = s * x");
  Type type = op.getType().getElementType();
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  int64_t rank = op.getType().getRank();
  if (!getConstant(op.getFactor()))
    return op.emitOpError("scale is not a constant; only constants can be "
                          "lowered");
  if (!quantized) {
    if (failed(c.add("scale", MutableOperandRange(op.getFactorMutable()))))
      return failure();
  } else {
    Constant factor = getRealNumbers(op.getFactor(), 1, op.getContext());
    if (isa<quant::QuantizedType>(unary.xType)) {
      factor = zipConstants(factor, getScales(unary.xType, rank),
                            std::multiplies<double>());
      factor =
          zipConstants(factor, getScales(type, rank), std::divides<double>());
      if (failed(
              c.addFactor("scale", factor, getLargestInteger(unary.xType), op)))
        return failure();
    } else {
      c.add("scale", getSpikeUnits(factor, type, rank));
    }
  }
  return unary.finish(getComputeType(type), [&](ImplicitLocOpBuilder &,
                                                Value number) {
    return op.getSaturate() ? c.multiplySaturated("scale", number,
                                                  quantized.getStorageTypeMin(),
                                                  quantized.getStorageTypeMax())
                            : c.multiply("scale", number);
  });
}

LogicalResult snn::lowerRescale(RescaleOp op, StepContext &context) {
  UnaryLayer unary(op, context, "y", "_rescale");
  Coefficients &c = unary.c;
  auto type = cast<quant::QuantizedType>(elementOf(op.getResult()));
  int64_t rank = op.getType().getRank();
  Constant factor = zipConstants(getScales(unary.xType, rank),
                                 getScales(type, rank), std::divides<double>());
  if (failed(c.addFactor("factor", factor, getLargestInteger(unary.xType), op)))
    return failure();
  unary.layer.setComment("To another scale.\n  y = " + c.text("factor") +
                         " * x");
  return unary.finish(getComputeType(type), [&](ImplicitLocOpBuilder &,
                                                Value number) {
    return op.getSaturate()
               ? c.multiplySaturated("factor", number, type.getStorageTypeMin(),
                                     type.getStorageTypeMax())
               : c.multiply("factor", number);
  });
}

/// The number of `type` next to `bound` that is not beyond it: toward 0.
static Value createBound(ImplicitLocOpBuilder &builder, FloatType type,
                         int64_t bound) {
  llvm::APFloat number(type.getFloatSemantics());
  number.convertFromAPInt(llvm::APInt(64, bound, /*isSigned=*/true),
                          /*IsSigned=*/true, llvm::RoundingMode::TowardZero);
  return arith::ConstantOp::create(builder, builder.getFloatAttr(type, number));
}

LogicalResult snn::lowerTruncate(TruncateOp op, StepContext &context) {
  UnaryLayer unary(op, context);
  auto type = cast<quant::QuantizedType>(elementOf(op.getResult()));
  auto real = cast<FloatType>(elementOf(op.getInput()));
  double units = 1 / Scales::of(type).at(0);
  unary.layer.setComment("To integers, toward zero.\n  y = trunc(" +
                         formatNumber(units, real) + " * x)");
  return unary.finish(
      real, [&](ImplicitLocOpBuilder &b, Value number) -> Value {
        if (units != 1)
          number = createMul(b, number, createNumber(b, real, units));
        // C converts only what the integers hold.
        Value least = createBound(b, real, type.getStorageTypeMin());
        Value greatest = createBound(b, real, type.getStorageTypeMax());
        Value isAbove =
            createCompare(b, arith::CmpFPredicate::OGT, number, least);
        number = arith::SelectOp::create(
            b, createCompare(b, arith::CmpFPredicate::OLT, number, greatest),
            arith::SelectOp::create(b, isAbove, number, least), greatest);
        return arith::FPToSIOp::create(b, b.getI32Type(), number);
      });
}

LogicalResult snn::lowerDecay(DecayOp op, StepContext &context) {
  UnaryLayer unary(op, context);
  Coefficients &c = unary.c;
  Type type = elementOf(op.getResult());
  if (!getConstant(op.getDecay()))
    return op.emitOpError("decay is not a constant; only constants can be "
                          "lowered");
  if (failed(c.addDecay("decay", MutableOperandRange(op.getDecayMutable()),
                        type,
                        /*isShort=*/false, getLargestInteger(type),
                        getArithmetic(op).getDecay())))
    return failure();
  unary.layer.setComment("What a decay leaves.\n  y = " + c.text("decay") +
                         " * x");
  return unary.finish(getComputeType(type),
                      [&](ImplicitLocOpBuilder &, Value number) {
                        return c.multiply("decay", number);
                      });
}

LogicalResult snn::lowerAdd(AddOp op, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, op);
  Coefficients c(layer, op);
  Type type = op.getType().getElementType(), compute = getComputeType(type);
  SmallVector<Value> inputs;
  std::string formula;
  bool hasSpikes = false;
  for (auto [index, input] : llvm::enumerate(op.getInputs())) {
    std::string name = "x" + std::to_string(index);
    inputs.push_back(layer.read(
        layer.addShapedArgument(name, context.bufferOf(input), c.getShape())));
    bool isSpikes = !isa<FloatType, quant::QuantizedType>(elementOf(input));
    hasSpikes |= isSpikes && isa<quant::QuantizedType>(type);
    formula += (index ? " + " : "") + name;
  }
  Value y = layer.addShapedArgument("y", context.bufferOf(op.getResult()),
                                    c.getShape());
  layer.setComment("Sum of the incoming edges.\n  y = " + formula);
  if (hasSpikes) {
    Constant one = getRealNumbers(Value(), 1, op.getContext());
    c.add("spike", getSpikeUnits(one, type, op.getType().getRank()));
  }
  size_t count = inputs.size();
  llvm::append_range(inputs, c.getTensors());
  Type storage = cast<MemRefType>(y.getType()).getElementType();
  SmallVector<Value> result = createElementwise(
      layer, inputs, layer.update(y),
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        c.bind(b, elements.slice(count, c.getTensors().size()), compute);
        Value sum;
        for (auto [element, input] :
             llvm::zip(elements.take_front(count), op.getInputs())) {
          Type own = elementOf(input);
          Value term = castToNumber(b, element, own, compute);
          if (hasSpikes && !isa<quant::QuantizedType>(own))
            term = c.multiply("spike", term);
          sum = sum ? createAdd(b, sum, term) : term;
        }
        return {castToStorage(b, sum, storage)};
      });
  layer.write(result.front(), y);
  layer.finish();
  return success();
}

/// The integers that the bits of a number of type `type` hold; none for numbers
/// of floating point.
static std::optional<IntegerInterval> getStoredIntegers(Type type) {
  if (isa<FloatType>(type))
    return std::nullopt;
  if (auto quantized = dyn_cast<quant::QuantizedType>(type)) {
    unsigned bits = quantized.getStorageTypeIntegralWidth();
    return IntegerInterval{llvm::minIntN(bits), llvm::maxIntN(bits)};
  }
  return IntegerInterval{
      0, static_cast<int64_t>(llvm::maxUIntN(type.getIntOrFloatBitWidth()))};
}

/// Whether a number of type `type` is above `threshold`, where that is the same
/// for all of them: C compilers warn of such comparisons.
static std::optional<bool> isAlwaysAbove(Type type, Value threshold) {
  std::optional<Constant> number = getConstant(threshold);
  if (!number || !number->isUniform())
    return std::nullopt;
  std::optional<IntegerInterval> range = getStoredIntegers(type);
  if (!range)
    return std::nullopt;
  double value = number->values.front();
  if (range->min > value)
    return true;
  if (range->max <= value)
    return false;
  return std::nullopt;
}

LogicalResult snn::lowerThreshold(ThresholdOp op, StepContext &context) {
  UnaryLayer unary(op, context, "spikes");
  Coefficients &c = unary.c;
  unary.layer.setComment("Heaviside step.\n  spike where x > threshold");
  if (failed(c.add("threshold", MutableOperandRange(op.getThresholdMutable()))))
    return failure();
  std::optional<bool> always = isAlwaysAbove(unary.xType, op.getThreshold());
  return unary.finish(getComputeType(elementOf(op.getThreshold())),
                      [&](ImplicitLocOpBuilder &b, Value number) -> Value {
                        if (always)
                          return arith::ConstantIntOp::create(b, *always, 1);
                        return createCompare(b, arith::CmpFPredicate::OGT,
                                             number, c.get("threshold"));
                      });
}

LogicalResult snn::lowerTranspose(TransposeOp op, StepContext &context) {
  LayerBuilder layer(context.symbols, context.step, op);
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
