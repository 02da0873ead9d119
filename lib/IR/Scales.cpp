//===- Scales.cpp - What quantized integers stand for ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Scales.h"

#include "snn/IR/Neuron.h"
#include "snn/IR/SNN.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace snn;

static const double kLeastScale = std::ldexp(1.0, -126);
static const double kLargestScale = std::ldexp(1.0, 126);

Scales Scales::of(Type type) {
  type = getElementTypeOrSelf(type);
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type))
    return Scales(uniform.getScale());
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return Scales(llvm::to_vector(perAxis.getScales()),
                  perAxis.getQuantizedDimension());
  return Scales();
}

Constant snn::getScales(Type type, int64_t rank) {
  Scales scales = Scales::of(type);
  Constant constant;
  constant.elementType = Float64Type::get(type.getContext());
  constant.values.assign(scales.values.begin(), scales.values.end());
  if (scales.isPerAxis()) {
    constant.shape.assign(rank, 1);
    constant.shape[*scales.axis] = scales.size();
  } else {
    constant.isScalar = true;
  }
  return constant;
}

Constant snn::getRealNumbers(Value coefficient, double absent,
                             MLIRContext *context) {
  Constant constant;
  if (coefficient) {
    constant = *getConstant(coefficient);
  } else {
    constant.isScalar = true;
    constant.values = {absent};
  }
  constant.elementType = Float64Type::get(context);
  if (!constant.quantizedType)
    return constant;
  Constant scales = getScales(constant.quantizedType, constant.shape.size());
  constant.quantizedType = nullptr;
  return zipConstants(constant, scales, std::multiplies<double>());
}

bool snn::isSameScale(double a, double b) {
  return std::abs(a - b) <= std::ldexp(std::abs(a), -30);
}

bool snn::isSameScale(const Scales &a, const Scales &b) {
  if (a.size() != b.size() && a.size() != 1 && b.size() != 1)
    return false;
  for (int64_t index = 0; index < std::max(a.size(), b.size()); ++index)
    if (!isSameScale(a.at(index), b.at(index)))
      return false;
  return true;
}

quant::QuantizedType snn::getQuantizedType(MLIRContext *context, unsigned bits,
                                           const Scales &scales) {
  int64_t half = int64_t(1) << (bits - 1);
  return getQuantizedType(context, bits, -half, half - 1, scales);
}

quant::QuantizedType snn::getQuantizedType(MLIRContext *context, unsigned bits,
                                           int64_t min, int64_t max,
                                           const Scales &scales) {
  // Scales are normal numbers of f32; `hasScaleOutOfRange` knows the ends.
  Scales bounded = scales;
  for (double &scale : bounded.values)
    scale = std::clamp(scale, kLeastScale, kLargestScale);
  // Types of quant hold two numbers or more; what is always 0 may be 1, too.
  if (min == max)
    (max < (int64_t(1) << (bits - 1)) - 1) ? ++max : --min;
  Type storage = IntegerType::get(context, bits);
  Type expressed = Float32Type::get(context);
  unsigned flags = quant::QuantizationFlags::Signed;
  if (!bounded.isPerAxis())
    return quant::UniformQuantizedType::get(
        flags, storage, expressed, bounded.values.front(), 0, min, max);
  SmallVector<int64_t> zeros(bounded.size(), 0);
  return quant::UniformQuantizedPerAxisType::get(flags, storage, expressed,
                                                 bounded.values, zeros,
                                                 *bounded.axis, min, max);
}

bool snn::hasScaleOutOfRange(Type type) {
  if (!isa<quant::QuantizedType>(getElementTypeOrSelf(type)))
    return false;
  return llvm::any_of(Scales::of(type).values, [](double scale) {
    return !(scale > kLeastScale && scale < kLargestScale);
  });
}

double snn::roundHalfUp(double x) { return std::floor(x + 0.5); }

int snn::getShortShift(quant::QuantizedType type) {
  int64_t largest =
      std::max(-type.getStorageTypeMin(), type.getStorageTypeMax());
  int shift = 0;
  while ((largest + (int64_t(1) << shift >> 1)) >> shift > 32767)
    ++shift;
  return shift;
}

FixedFactor FixedFactor::of(double factor) {
  if (factor == 0)
    return {0, 0};
  // std::ilogb is floor(log2(|factor|)).
  int shift = std::min(14 - std::ilogb(factor), 46);
  return {static_cast<int64_t>(roundHalfUp(std::ldexp(factor, shift))), shift};
}

FixedFactor FixedFactor::reduced() const {
  FixedFactor factor = *this;
  while (factor.multiplier != 0 && factor.multiplier % 2 == 0) {
    factor.multiplier /= 2;
    --factor.shift;
  }
  return factor;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static bool isQuantized(Value value) {
  return value &&
         isa<quant::QuantizedType>(getElementTypeOrSelf(value.getType()));
}

LogicalResult snn::verifySymmetric(Operation *op, Type type) {
  auto quantized = dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(type));
  if (!quantized)
    return success();
  bool isSymmetric = quantized.isSigned();
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(quantized))
    isSymmetric &= uniform.getZeroPoint() == 0;
  else if (auto perAxis =
               dyn_cast<quant::UniformQuantizedPerAxisType>(quantized))
    isSymmetric &= llvm::all_of(perAxis.getZeroPoints(),
                                [](int64_t point) { return point == 0; });
  else
    isSymmetric = false;
  Scales scales = Scales::of(quantized);
  for (double scale : scales.values)
    isSymmetric &= std::isfinite(scale) && scale > 0;
  if (!isSymmetric)
    return op->emitOpError("uses a quantized type that is not signed and "
                           "symmetric with positive scales [Q1]");
  if (!quantized.getExpressedType().isF32())
    return op->emitOpError("uses a quantized type that stands for ")
           << quantized.getExpressedType() << ", expected f32 [Q1]";
  unsigned bits = quantized.getStorageTypeIntegralWidth();
  if (!llvm::is_contained({8, 16, 32}, bits))
    return op->emitOpError("uses a quantized type that is stored in ")
           << bits << " bits, expected 8, 16 or 32 [Q1]";
  if (!scales.isPerAxis())
    return success();
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && *scales.axis < tensor.getRank() &&
      tensor.getDimSize(*scales.axis) == scales.size())
    return success();
  return op->emitOpError("uses ")
         << type << ", which has " << scales.size() << " scales for dimension "
         << *scales.axis << ", expected one for each index of a dimension that "
         << "is there [Q1]";
}

/// Whether the scales differ along different dimensions.
static bool areAcross(const Scales &a, const Scales &b) {
  return a.isPerAxis() && b.isPerAxis() && *a.axis != *b.axis &&
         llvm::any_of(a.values, [&](double scale) {
           return !isSameScale(scale, a.values.front());
         });
}

/// `value`, if there is one, has the scales `expected`, those of `what`, along
/// the dimension that they say.
static LogicalResult verifySame(Operation *op, StringRef name, Value value,
                                const Scales &expected, StringRef what,
                                StringRef rule) {
  if (!value || !isQuantized(value))
    return success();
  Scales found = Scales::of(value.getType());
  bool isSame = isSameScale(found, expected);
  if (isSame && areAcross(found, expected))
    return op->emitOpError() << name << " has its scales along dimension "
                             << *found.axis << ", expected " << *expected.axis
                             << ", that of " << what << " [" << rule << "]";
  if (isSame)
    return success();
  InFlightDiagnostic error = op->emitOpError() << name << " has ";
  if (found.size() != expected.size() && found.size() != 1 &&
      expected.size() != 1)
    return error << found.size() << " scales, expected " << expected.size()
                 << " as " << what << " [" << rule << "]";
  for (int64_t index = 0; index < std::max(found.size(), expected.size());
       ++index) {
    if (isSameScale(found.at(index), expected.at(index)))
      continue;
    error << "scale " << found.at(index);
    if (found.size() != 1 || expected.size() != 1)
      error << " at index " << index;
    return error << ", expected " << expected.at(index) << ", that of " << what
                 << " [" << rule << "]";
  }
  return error;
}

static LogicalResult verifyOneScale(Operation *op, Value input) {
  if (!Scales::of(input.getType()).isPerAxis())
    return success();
  return op->emitOpError("input has a scale for each index along a dimension, "
                         "expected one for all [Q2]");
}

static LogicalResult verifySynapse(SynapseOpInterface op) {
  if (failed(verifyOneScale(op, op.getInput())))
    return failure();
  Scales expected = Scales::of(op.getWeight().getType());
  if (expected.isPerAxis() && *expected.axis != op.getWeightOutputDim())
    return op->emitOpError("weight has its scales along dimension ")
           << *expected.axis << ", expected " << op.getWeightOutputDim()
           << ", that of the outputs [Q2]";
  Scales found = Scales::of(op->getResult(0).getType());
  if (found.isPerAxis() && *found.axis != op.getResultChannelDim())
    return op->emitOpError("result has its scales along dimension ")
           << *found.axis << ", expected " << op.getResultChannelDim()
           << " [Q2]";
  double inputScale = Scales::of(op.getInput().getType()).at(0);
  for (double &scale : expected.values)
    scale *= inputScale;
  if (expected.isPerAxis())
    expected.axis = op.getResultChannelDim();
  if (failed(verifySame(op, "result", op->getResult(0), expected,
                        "the weight times that of the input", "Q2")))
    return failure();
  // A bias with one number for each channel has no other dimension.
  if (expected.isPerAxis() && op.getBias() &&
      op.getBias().getType().getRank() == 1)
    expected.axis = 0;
  return verifySame(op, "bias", op.getBias(), expected, "the result", "Q3");
}

static LogicalResult verifyPool(WindowOpInterface op, bool isAverage) {
  if (failed(verifyOneScale(op, op.getInput())))
    return failure();
  double scale = Scales::of(op.getInput().getType()).at(0);
  if (isAverage)
    for (const WindowDim &dim : op.getWindow())
      scale /= static_cast<double>(dim.size);
  return verifySame(op, "result", op.getResult(), Scales(scale),
                    isAverage ? "the input by the window's size" : "the input",
                    "Q2");
}

static LogicalResult verifyDecay(Operation *op, StringRef name, Value decay) {
  if (!decay)
    return success();
  Scales scales = Scales::of(decay.getType());
  int exponent = 0;
  bool isPower =
      !scales.isPerAxis() && std::frexp(scales.at(0), &exponent) == 0.5;
  if (isPower && exponent <= 1 && exponent >= -29)
    return success();
  return op->emitOpError() << name << " has scale " << scales.at(0)
                           << ", expected 2^-F with F from 0 to 30 [Q4]";
}

static LogicalResult verifyNeuronScales(NeuronOpInterface op) {
  NeuronModel model(op);
  for (StringRef name : op.getCoefficientNames()) {
    Value value = op.getCoefficient(name);
    bool isCurrent = isOfCurrent(name);
    const StateModel &state = isCurrent ? *model.current : model.voltage;
    CoefficientRole role = getRole(name);
    if (role == CoefficientRole::Level &&
        failed(verifySame(op, name == "reset_value" ? "reset" : name, value,
                          Scales::of(state.value.getType()),
                          isCurrent ? "the current" : "the voltage", "Q3")))
      return failure();
    if (role == CoefficientRole::Decay && failed(verifyDecay(op, name, value)))
      return failure();
  }
  return success();
}

LogicalResult snn::verifyScales(Operation *op) {
  if (llvm::none_of(op->getOperands(), isQuantized) &&
      llvm::none_of(op->getResults(), isQuantized))
    return success();
  for (Type type :
       llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (failed(verifySymmetric(op, type)))
      return failure();
  if (auto synapse = dyn_cast<SynapseOpInterface>(op))
    return verifySynapse(synapse);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([](SumPool2dOp pool) { return verifyPool(pool, false); })
      .Case([](AvgPool2dOp pool) { return verifyPool(pool, true); })
      .Case([](AddOp add) {
        Scales scales = Scales::of(add.getType());
        for (Value input : add.getInputs())
          if (failed(
                  verifySame(add, "input", input, scales, "the result", "Q3")))
            return failure();
        return success();
      })
      .Case([](ThresholdOp threshold) {
        return verifySame(threshold, "threshold", threshold.getThreshold(),
                          Scales::of(threshold.getInput().getType()),
                          "the input", "Q3");
      })
      .Case([](DelayOp delay) {
        return verifySame(delay, "init", delay.getInit(),
                          Scales::of(delay.getType()), "the signal", "Q3");
      })
      .Case([](DecayOp op) { return verifyDecay(op, "decay", op.getDecay()); })
      .Case([](NeuronOpInterface op) { return verifyNeuronScales(op); })
      .Default(success());
}
