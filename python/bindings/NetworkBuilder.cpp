//===- NetworkBuilder.cpp - Build a network op by op ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NetworkBuilder.h"
#include "Diagnostics.h"
#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"
#include "snn/IR/Scales.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/STLExtras.h"

#include <stdexcept>

using namespace mlir;
using namespace snn;
using namespace snn::python;

NetworkBuilder::NetworkBuilder(MLIRContext *context, const std::string &name,
                               const std::vector<InputSpec> &inputs, double dt,
                               const Attributes &discretization)
    : builder(context), module(ModuleOp::create(builder.getUnknownLoc())) {
  SmallVector<Type> types;
  SmallVector<Attribute> names;
  for (const InputSpec &input : inputs) {
    types.push_back(
        tensorType(input.shape, parseElementType(input.elementType)));
    names.push_back(nameAttribute(input.name));
  }
  builder.setInsertionPointToEnd(module->getBody());
  network = NetworkOp::create(
      builder, builder.getUnknownLoc(), builder.getStringAttr(name),
      TypeAttr::get(builder.getFunctionType(types, {})),
      builder.getF64FloatAttr(dt), dictionary(discretization),
      /*sym_visibility=*/StringAttr(), builder.getArrayAttr(names),
      /*res_attrs=*/ArrayAttr());
  Block *body = builder.createBlock(&network.getBody());
  for (auto [type, input] : llvm::zip(types, inputs))
    body->addArgument(type, locate(input.name));
  builder.setInsertionPointToEnd(body);
}

//===----------------------------------------------------------------------===//
// Types, names and checks
//===----------------------------------------------------------------------===//

NetworkValue NetworkBuilder::wrap(Value value, const std::string &node) {
  setNode(value.getDefiningOp(), node);
  return wrap(value);
}

Location NetworkBuilder::locate(const std::string &node) {
  return NameLoc::get(builder.getStringAttr(node));
}

Type NetworkBuilder::parseElementType(const std::string &text) {
  if (text == "f32")
    return builder.getF32Type();
  if (text == "f64")
    return builder.getF64Type();
  if (text == "i1")
    return builder.getI1Type();
  if (text == "ui8")
    return builder.getIntegerType(8, /*isSigned=*/false);
  // Such as !quant.uniform<i16:f32, 1.0>.
  if (StringRef(text).starts_with("!quant.")) {
    DiagnosticCollector diagnostics(builder.getContext());
    if (Type type = parseType(text, builder.getContext()))
      return type;
  }
  throw std::invalid_argument("element type '" + text +
                              "', expected f32, f64, i1, ui8 or !quant...");
}

void NetworkBuilder::checkOpen() {
  if (!module)
    throw std::invalid_argument("the network is finished");
}

RankedTensorType NetworkBuilder::tensorType(const Shape &shape, Type element) {
  checkOpen();
  for (int64_t size : shape)
    if (size < 0)
      throw std::invalid_argument("a shape has a negative dimension");
  return RankedTensorType::get(shape, element);
}

Value NetworkBuilder::use(NetworkValue value) {
  checkOpen();
  if (value.builder != this || !value.value)
    throw std::invalid_argument("a value belongs to another network");
  return value.value;
}

DictionaryAttr NetworkBuilder::dictionary(const Attributes &attributes) {
  SmallVector<NamedAttribute> entries;
  for (const auto &[key, value] : attributes)
    entries.push_back(builder.getNamedAttr(key, builder.getStringAttr(value)));
  return builder.getDictionaryAttr(entries);
}

DictionaryAttr NetworkBuilder::nameAttribute(const std::string &name) {
  return builder.getDictionaryAttr(
      builder.getNamedAttr(NetworkOp::kNameAttr, builder.getStringAttr(name)));
}

//===----------------------------------------------------------------------===//
// Inputs and constants
//===----------------------------------------------------------------------===//

NetworkValue NetworkBuilder::input(size_t index) {
  checkOpen();
  if (index >= network.getBodyBlock()->getNumArguments())
    throw std::out_of_range("the network has no input " +
                            std::to_string(index));
  return wrap(network.getBodyBlock()->getArgument(index));
}

NetworkValue NetworkBuilder::constant(ArrayRef<char> bytes, const Shape &shape,
                                      bool isDouble, const std::string &name) {
  Type element = isDouble ? Type(builder.getF64Type()) : builder.getF32Type();
  RankedTensorType type = tensorType(shape, element);
  size_t size = isDouble ? sizeof(double) : sizeof(float);
  bool isUniform = !bytes.empty();
  for (size_t at = size; at < bytes.size() && isUniform; at += size)
    isUniform = bytes.slice(at, size) == bytes.take_front(size);
  auto value = isUniform ? ElementsAttr(DenseElementsAttr::getFromRawBuffer(
                               type, bytes.take_front(size)))
                         : getRawElementsAttr(type, bytes, name);
  return wrap(arith::ConstantOp::create(builder, locate(name),
                                        cast<TypedAttr>(Attribute(value))));
}

NetworkValue NetworkBuilder::integers(ArrayRef<int64_t> values,
                                      const Shape &shape, bool isNumber,
                                      const std::string &elementType,
                                      const std::string &name) {
  auto type = dyn_cast<quant::QuantizedType>(parseElementType(elementType));
  if (!type)
    throw std::invalid_argument("integers of type '" + elementType +
                                "', expected a quantized one");
  RankedTensorType tensor = tensorType(shape, type);
  if (static_cast<int64_t>(values.size()) != tensor.getNumElements() ||
      (isNumber && values.size() != 1))
    throw std::invalid_argument(name + " does not have its shape");
  Constant constant;
  constant.shape.assign(shape.begin(), shape.end());
  constant.isScalar = isNumber;
  constant.elementType =
      builder.getIntegerType(type.getStorageTypeIntegralWidth());
  constant.quantizedType = type;
  for (int64_t value : values) {
    if (value < type.getStorageTypeMin() || value > type.getStorageTypeMax())
      throw std::invalid_argument(name + " has " + std::to_string(value) +
                                  ", which " + elementType + " cannot hold");
    constant.values.push_back(static_cast<double>(value));
  }
  return wrap(createConstant(builder, locate(name), constant));
}

NetworkValue NetworkBuilder::number(double value,
                                    const std::string &elementType) {
  auto type = dyn_cast<FloatType>(parseElementType(elementType));
  if (!type)
    throw std::invalid_argument("a number of type '" + elementType +
                                "', expected f32 or f64");
  checkOpen();
  double rounded = type.isF32() ? static_cast<float>(value) : value;
  return wrap(arith::ConstantOp::create(builder, builder.getUnknownLoc(),
                                        builder.getFloatAttr(type, rounded)));
}

NetworkValue NetworkBuilder::zeros(const Shape &shape,
                                   const std::string &elementType) {
  Type element = parseElementType(elementType);
  if (element.isUnsignedInteger())
    throw std::invalid_argument("zeros of ui8, expected f32, f64 or i1");
  auto value = cast<TypedAttr>(builder.getZeroAttr(tensorType(shape, element)));
  return wrap(
      arith::ConstantOp::create(builder, builder.getUnknownLoc(), value));
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

static Attribute parseAttribute(MLIRContext *context, StringRef name,
                                StringRef value);

/// What weights of `type` add up to: integers of 32 bits with their scale.
static Type getSumType(Type type) {
  if (!isa<quant::QuantizedType>(type))
    return type;
  return getQuantizedType(type.getContext(), 32, Scales::of(type));
}

NetworkValue NetworkBuilder::linear(NetworkValue input, NetworkValue weight,
                                    OptionalValue bias, bool saturates,
                                    const std::string &node) {
  auto weights = dyn_cast<RankedTensorType>(use(weight).getType());
  if (saturates && !bias)
    throw std::invalid_argument("node '" + node + "' saturates from nothing");
  if (!weights || weights.getRank() < 2)
    throw std::invalid_argument("weight of node '" + node +
                                "' is not [batch..., out, in]");
  Type sum = getSumType(weights.getElementType());
  if (saturates)
    sum = getElementTypeOrSelf(use(*bias).getType());
  auto type = RankedTensorType::get(weights.getShape().drop_back(), sum);
  return wrap(LinearOp::create(builder, locate(node), type, use(input),
                               use(weight), bias ? use(*bias) : Value(),
                               /*events=*/Value(), saturates),
              node);
}

/// The shape of `signal` with another element type.
static RankedTensorType typeLike(Value signal, Type element) {
  auto type = dyn_cast<RankedTensorType>(signal.getType());
  if (!type)
    throw std::invalid_argument("a number is no signal");
  return RankedTensorType::get(type.getShape(), element);
}

/// The sizes of a feature map [channels, spatial...] behind a window.
static FailureOr<SmallVector<int64_t>>
getWindowResult(RankedTensorType input, int64_t channels,
                ArrayRef<int64_t> kernel, const Numbers &stride,
                const Numbers &padding, const Numbers &dilation) {
  size_t rank = kernel.size();
  if (static_cast<size_t>(input.getRank()) != rank + 1 ||
      stride.size() != rank || padding.size() != 2 * rank ||
      dilation.size() != rank)
    return failure();
  SmallVector<int64_t> shape = {channels};
  for (size_t dim = 0; dim < rank; ++dim) {
    WindowDim window{kernel[dim], stride[dim], padding[2 * dim],
                     padding[2 * dim + 1], dilation[dim]};
    if (window.stride < 1)
      return failure();
    shape.push_back(window.getOutputSize(input.getDimSize(dim + 1)));
  }
  return shape;
}

NetworkValue NetworkBuilder::conv(NetworkValue input, NetworkValue weight,
                                  OptionalValue bias, const Numbers &stride,
                                  const Numbers &padding,
                                  const Numbers &dilation, int64_t groups,
                                  const std::string &node) {
  auto weights = dyn_cast<RankedTensorType>(use(weight).getType());
  auto map = dyn_cast<RankedTensorType>(use(input).getType());
  if (!weights || weights.getRank() < 3 || weights.getRank() > 4 || !map)
    throw std::invalid_argument("weight of node '" + node +
                                "' is not [out, in, kernel...] with one or two "
                                "spatial dimensions");
  FailureOr<SmallVector<int64_t>> shape = getWindowResult(
      map, weights.getDimSize(0), weights.getShape().drop_front(2), stride,
      padding, dilation);
  if (failed(shape))
    throw std::invalid_argument("stride, padding or dilation of node '" + node +
                                "' do not fit its weight and input");
  RankedTensorType type =
      RankedTensorType::get(*shape, getSumType(weights.getElementType()));
  Value biasValue = bias ? use(*bias) : Value();
  if (weights.getRank() == 3)
    return wrap(Conv1dOp::create(builder, locate(node), type, use(input),
                                 use(weight), biasValue, /*events=*/Value(),
                                 stride, padding, dilation, groups),
                node);
  return wrap(Conv2dOp::create(builder, locate(node), type, use(input),
                               use(weight), biasValue, /*events=*/Value(),
                               stride, padding, dilation, groups),
              node);
}

NetworkValue NetworkBuilder::pool2d(bool average, NetworkValue input,
                                    const Numbers &kernel,
                                    const Numbers &stride,
                                    const Numbers &padding,
                                    const std::string &elementType,
                                    const std::string &node) {
  auto map = dyn_cast<RankedTensorType>(use(input).getType());
  FailureOr<SmallVector<int64_t>> shape = failure();
  if (map && map.getRank() == 3 && kernel.size() == 2)
    shape = getWindowResult(map, map.getDimSize(0), kernel, stride, padding,
                            {1, 1});
  if (failed(shape))
    throw std::invalid_argument("kernel, stride or padding of node '" + node +
                                "' do not fit its input");
  auto type = RankedTensorType::get(*shape, parseElementType(elementType));
  if (average)
    return wrap(AvgPool2dOp::create(builder, locate(node), type, use(input),
                                    kernel, stride, padding),
                node);
  return wrap(SumPool2dOp::create(builder, locate(node), type, use(input),
                                  kernel, stride, padding),
              node);
}

NetworkValue NetworkBuilder::transpose(NetworkValue input,
                                       const Numbers &permutation,
                                       const std::string &node) {
  auto type = dyn_cast<RankedTensorType>(use(input).getType());
  if (!type || static_cast<int64_t>(permutation.size()) != type.getRank() ||
      !isPermutationVector(permutation))
    throw std::invalid_argument("node '" + node +
                                "' has no permutation of "
                                "its input's dimensions");
  auto result = type.clone(applyPermutation(type.getShape(), permutation));
  return wrap(TransposeOp::create(builder, locate(node), result, use(input),
                                  permutation),
              node);
}

NetworkValue NetworkBuilder::truncate(NetworkValue input,
                                      const std::string &elementType,
                                      const std::string &node) {
  return wrap(
      TruncateOp::create(builder, locate(node),
                         typeLike(use(input), parseElementType(elementType)),
                         use(input)),
      node);
}

NetworkValue NetworkBuilder::decay(NetworkValue input, NetworkValue decay,
                                   const std::string &arithmetic,
                                   const std::string &node) {
  auto rule = cast<ArithmeticAttr>(
      parseAttribute(builder.getContext(), "arithmetic", arithmetic));
  Value signal = use(input);
  return wrap(DecayOp::create(builder, locate(node), signal.getType(), signal,
                              use(decay), rule),
              node);
}

NetworkValue NetworkBuilder::scale(NetworkValue input, NetworkValue factor,
                                   const std::string &node) {
  Type element = getElementTypeOrSelf(use(factor).getType());
  return wrap(ScaleOp::create(builder, locate(node),
                              typeLike(use(input), element), use(input),
                              use(factor)),
              node);
}

NetworkValue NetworkBuilder::add(const std::vector<NetworkValue> &inputs,
                                 const std::string &elementType,
                                 const std::string &node) {
  if (inputs.empty())
    throw std::invalid_argument("node '" + node + "' adds nothing");
  SmallVector<Value> values;
  for (const NetworkValue &input : inputs)
    values.push_back(use(input));
  return wrap(
      AddOp::create(builder, locate(node),
                    typeLike(values.front(), parseElementType(elementType)),
                    values),
      node);
}

NetworkValue NetworkBuilder::threshold(NetworkValue input,
                                       NetworkValue threshold,
                                       const std::string &node) {
  return wrap(ThresholdOp::create(builder, locate(node),
                                  typeLike(use(input), builder.getI1Type()),
                                  use(input), use(threshold)),
              node);
}

NetworkValue NetworkBuilder::delay(NetworkValue input,
                                   const std::vector<int64_t> &steps,
                                   OptionalValue init,
                                   const std::string &node) {
  RankedTensorType signal =
      typeLike(use(input), getElementTypeOrSelf(use(input).getType()));
  bool isUniform = steps.size() == 1;
  if (!isUniform &&
      static_cast<int64_t>(steps.size()) != signal.getNumElements())
    throw std::invalid_argument("node '" + node + "' has " +
                                std::to_string(steps.size()) +
                                " delays, expected one or one per element");
  auto type =
      RankedTensorType::get(isUniform ? ArrayRef<int64_t>() : signal.getShape(),
                            builder.getI64Type());
  return wrap(DelayOp::create(
                  builder, locate(node), signal, use(input),
                  init ? use(*init) : Value(),
                  DenseIntElementsAttr::get(type, ArrayRef<int64_t>(steps))),
              node);
}

NetworkValue NetworkBuilder::reshape(NetworkValue input, const Shape &shape,
                                     const std::string &node) {
  RankedTensorType from =
      typeLike(use(input), getElementTypeOrSelf(use(input).getType()));
  RankedTensorType to = tensorType(shape, from.getElementType());
  if (from == to)
    return input;
  auto groups = getReassociationIndicesForReshape(from, to);
  if (!groups || from.getNumElements() != to.getNumElements())
    throw std::invalid_argument("node '" + node +
                                "' neither merges nor splits dimensions");
  if (from.getRank() > to.getRank())
    return wrap(tensor::CollapseShapeOp::create(builder, locate(node), to,
                                                use(input), *groups),
                node);
  return wrap(tensor::ExpandShapeOp::create(builder, locate(node), to,
                                            use(input), *groups),
              node);
}

/// Sets the operands of `names` that are in `given`, in this order; the number
/// of each is what an op with optional operands needs.
static SmallVector<Value>
pickCoefficients(ArrayRef<StringLiteral> names, const Coefficients &given,
                 llvm::function_ref<Value(NetworkValue)> use,
                 SmallVector<int32_t> &segments) {
  SmallVector<Value> operands;
  for (const auto &[name, value] : given)
    if (!llvm::is_contained(names, StringRef(name)))
      throw std::invalid_argument("no coefficient is called '" + name + "'");
  for (StringRef name : names) {
    auto it = given.find(name.str());
    bool isThere = it != given.end() && it->second;
    segments.push_back(isThere);
    if (isThere)
      operands.push_back(use(*it->second));
  }
  return operands;
}

/// The attribute that `value` names, one of an enum's cases.
template <typename Attribute, typename Enum>
static Attribute parseEnum(MLIRContext *context, StringRef name,
                           StringRef value, std::optional<Enum> parsed) {
  if (!parsed)
    throw std::invalid_argument((name + " cannot be '" + value + "'").str());
  return Attribute::get(context, *parsed);
}

static Attribute parseAttribute(MLIRContext *context, StringRef name,
                                StringRef value) {
  if (name == "spike")
    return parseEnum<SpikeRuleAttr>(context, name, value,
                                    symbolizeSpikeRule(value));
  if (name == "spike_timing")
    return parseEnum<SpikeTimingAttr>(context, name, value,
                                      symbolizeSpikeTiming(value));
  if (name == "reset")
    return parseEnum<ResetKindAttr>(context, name, value,
                                    symbolizeResetKind(value));
  if (name == "reset_timing")
    return parseEnum<ResetTimingAttr>(context, name, value,
                                      symbolizeResetTiming(value));
  if (name == "current_order")
    return parseEnum<CurrentOrderAttr>(context, name, value,
                                       symbolizeCurrentOrder(value));
  if (name == "arithmetic" || name == "current_arithmetic") {
    DiagnosticCollector diagnostics(context);
    if (auto parsed = dyn_cast_or_null<ArithmeticAttr>(mlir::parseAttribute(
            ("#snn.arithmetic<" + value + ">").str(), context)))
      return parsed;
    throw std::invalid_argument((name + " cannot be '" + value + "'").str());
  }
  if (name == "saturate")
    return UnitAttr::get(context);
  throw std::invalid_argument(("no attribute is called '" + name + "'").str());
}

std::vector<NetworkValue> NetworkBuilder::neuron(
    const std::string &opName, NetworkValue input,
    const Coefficients &coefficients, const Attributes &attributes,
    std::optional<int64_t> maxSpikes, const std::string &elementType,
    const std::string &currentType, const std::string &node) {
  auto known =
      RegisteredOperationName::lookup("snn." + opName, builder.getContext());
  auto *interface = known ? known->getInterface<NeuronOpInterface>() : nullptr;
  if (!interface)
    throw std::invalid_argument("no neuron is called '" + opName + "'");

  OperationState state(locate(node), "snn." + opName);
  SmallVector<int32_t> segments = {1};
  state.addOperands(use(input));
  state.addOperands(pickCoefficients(
      interface->getCoefficientNames(), coefficients,
      [&](NetworkValue value) { return use(value); }, segments));
  state.addAttribute("operandSegmentSizes",
                     builder.getDenseI32ArrayAttr(segments));
  Type spikeType = builder.getI1Type();
  for (const auto &[name, value] : attributes) {
    state.addAttribute(name, parseAttribute(builder.getContext(), name, value));
    if (name == "spike" && StringRef(value).starts_with("count"))
      spikeType = parseElementType("ui8");
  }
  if (maxSpikes)
    state.addAttribute("max_spikes", builder.getI64IntegerAttr(*maxSpikes));
  for (StringRef name : interface->getOutputNames()) {
    Type type = spikeType;
    if (name != "spikes")
      type = parseElementType(name == "current" && !currentType.empty()
                                  ? currentType
                                  : elementType);
    state.addTypes(typeLike(use(input), type));
  }
  std::vector<NetworkValue> results;
  for (Value result : builder.create(state)->getResults())
    results.push_back(wrap(result, node));
  return results;
}

//===----------------------------------------------------------------------===//
// What quantization needs to know
//===----------------------------------------------------------------------===//

void NetworkBuilder::setBits(size_t input, int64_t bits) {
  checkOpen();
  if (input >= network.getBodyBlock()->getNumArguments())
    throw std::out_of_range("the network has no input " +
                            std::to_string(input));
  network.setArgAttr(input, "snn.bits", builder.getI64IntegerAttr(bits));
}

void NetworkBuilder::setWeightBits(NetworkValue value, int64_t bits) {
  auto synapse = use(value).getDefiningOp<SynapseOpInterface>();
  if (!synapse)
    throw std::invalid_argument("only synapses have weights");
  synapse->setAttr("snn.weight_bits", builder.getI64IntegerAttr(bits));
}

void NetworkBuilder::markVariant(NetworkValue value) {
  snn::markVariant(use(value).getDefiningOp());
}

void NetworkBuilder::setRange(NetworkValue value, double least,
                              double greatest) {
  Attribute range = builder.getF64ArrayAttr({least, greatest});
  Value signal = use(value);
  if (auto argument = dyn_cast<BlockArgument>(signal))
    network.setArgAttr(argument.getArgNumber(), "snn.range", range);
  else if (isa<UnrealizedConversionCastOp>(signal.getDefiningOp()))
    throw std::invalid_argument("a backedge has no range of its own");
  else
    signal.getDefiningOp()->setAttr("snn.range", range);
}

//===----------------------------------------------------------------------===//
// Cycles and the end
//===----------------------------------------------------------------------===//

NetworkValue NetworkBuilder::backedge(const Shape &shape,
                                      const std::string &elementType) {
  ++openBackedges;
  return wrap(UnrealizedConversionCastOp::create(
                  builder, builder.getUnknownLoc(),
                  tensorType(shape, parseElementType(elementType)),
                  ValueRange())
                  .getResult(0));
}

void NetworkBuilder::resolve(NetworkValue backedge, NetworkValue value) {
  auto placeholder = use(backedge).getDefiningOp<UnrealizedConversionCastOp>();
  if (!placeholder || placeholder->getNumOperands() != 0)
    throw std::invalid_argument("the first value is no backedge, or resolved");
  if (use(value).getType() != backedge.value.getType())
    throw std::invalid_argument("backedge and value have different types");
  if (value.value == backedge.value)
    throw std::invalid_argument("a backedge cannot be itself");
  // The placeholder stays until the end: the caller may still hold its value.
  placeholder->insertOperands(0, value.value);
  --openBackedges;
}

void NetworkBuilder::removeBackedges() {
  SmallVector<UnrealizedConversionCastOp> placeholders(
      network.getBodyBlock()->getOps<UnrealizedConversionCastOp>());
  for (UnrealizedConversionCastOp placeholder : placeholders) {
    Value value = placeholder.getOperand(0);
    if (value == placeholder.getResult(0))
      throw std::invalid_argument("a backedge cannot be itself");
    placeholder.getResult(0).replaceAllUsesWith(value);
    placeholder.erase();
  }
}

OwningOpRef<ModuleOp> NetworkBuilder::finish(
    const std::vector<std::pair<std::string, NetworkValue>> &outputs,
    const std::vector<std::pair<std::string, NetworkValue>> &recorded,
    const Attributes &provenance) {
  checkOpen();
  if (openBackedges != 0)
    throw std::invalid_argument(std::to_string(openBackedges) +
                                " backedges are not resolved");
  SmallVector<Value> values;
  SmallVector<Attribute> names;
  for (const auto &[name, value] : outputs) {
    values.push_back(use(value));
    names.push_back(nameAttribute(name));
  }
  for (const auto &[name, value] : recorded) {
    values.push_back(use(value));
    NamedAttrList attributes(nameAttribute(name));
    attributes.set("snn.record", builder.getUnitAttr());
    names.push_back(attributes.getDictionary(builder.getContext()));
  }
  auto output = OutputOp::create(builder, network.getLoc(), values);
  removeBackedges();
  network.setFunctionType(builder.getFunctionType(
      network.getBodyBlock()->getArgumentTypes(), output.getOperandTypes()));
  network.setResAttrsAttr(builder.getArrayAttr(names));
  if (!provenance.empty())
    (*module)->setAttr("snn.provenance", dictionary(provenance));
  OwningOpRef<ModuleOp> finished = std::move(module);
  DiagnosticCollector diagnostics(finished->getContext());
  diagnostics.check(verify(*finished));
  return finished;
}
