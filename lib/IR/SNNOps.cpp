//===- SNNOps.cpp - Verifiers, folds and state of the operations ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"
#include "snn/IR/Neuron.h"
#include "snn/IR/SNN.h"
#include "snn/IR/Scales.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace snn;

#define GET_OP_CLASSES
#include "dialect/SNNOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Type constraints
//===----------------------------------------------------------------------===//

bool snn::isSignalShape(ArrayRef<int64_t> shape) {
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  int64_t count = 1;
  for (int64_t size : shape) {
    // Dynamic sizes are negative.
    if (size < 1 || size > kMost / count)
      return false;
    count *= size;
  }
  return true;
}

LogicalResult snn::verifyInNetwork(Operation *op) {
  if (isa_and_present<NetworkOp, OffloadOp>(op->getParentOp()))
    return success();
  return op->emitOpError("carries state from step to step, so it must stand in "
                         "the body of an snn.network [N9]");
}

static Type elementType(Value value) {
  return getElementTypeOrSelf(value.getType());
}

/// Whether values of `type` may be combined with values of `other`: the same
/// floating-point type, or both quantized [T3].
static bool isSameKind(Type type, Type other) {
  if (isa<quant::QuantizedType>(type))
    return isa<quant::QuantizedType>(other);
  return type == other;
}

/// Whether a signal of `type` can enter an operation that computes in `target`.
static bool canEnter(Type type, Type target) {
  return isSpikeType(type) || isSameKind(type, target);
}

static LogicalResult verifyInput(Operation *op, Value input, Type target) {
  if (canEnter(elementType(input), target))
    return success();
  return op->emitOpError("input has element type ")
         << elementType(input) << ", expected i1, ui8 or "
         << (isa<quant::QuantizedType>(target) ? "a quantized type as "
                                               : "that of the result, ")
         << target << " [T3]";
}

static LogicalResult verifySameShape(Operation *op, StringRef name, Value value,
                                     StringRef otherName, Value other,
                                     StringRef rule) {
  auto type = cast<RankedTensorType>(value.getType());
  auto otherType = cast<RankedTensorType>(other.getType());
  if (type.getShape() == otherType.getShape())
    return success();
  return op->emitOpError() << name << " has shape [" << type.getShape()
                           << "], expected that of the " << otherName << ", ["
                           << otherType.getShape() << "] [" << rule << "]";
}

/// Whether each dimension of `shape` is that of `signal` or 1.
static bool isBroadcast(ArrayRef<int64_t> shape, ArrayRef<int64_t> signal) {
  if (shape.size() != signal.size())
    return false;
  return llvm::all_of(llvm::zip(shape, signal), [](auto sizes) {
    return std::get<0>(sizes) == std::get<1>(sizes) || std::get<0>(sizes) == 1;
  });
}

/// A coefficient is one number or has the shape of `like`, in the same
/// arithmetic [T2].
static LogicalResult verifyCoefficient(Operation *op, StringRef name,
                                       Value coefficient, Value like) {
  if (!coefficient)
    return success();
  Type expected = elementType(like), found = elementType(coefficient);
  if (!isSameKind(found, expected))
    return op->emitOpError()
           << name << " has element type " << found << ", expected "
           << (isa<quant::QuantizedType>(expected) ? "a quantized type as "
                                                   : "")
           << expected << " [T2]";
  auto type = dyn_cast<RankedTensorType>(coefficient.getType());
  if (!type)
    return success();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(like.getType()).getShape();
  if (isBroadcast(type.getShape(), shape))
    return success();
  return op->emitOpError() << name << " has shape [" << type.getShape()
                           << "], expected one number or shape [" << shape
                           << "], or 1 for some dimensions [T2]";
}

//===----------------------------------------------------------------------===//
// NetworkOp
//===----------------------------------------------------------------------===//

RegionKind NetworkOp::getRegionKind(unsigned) { return RegionKind::Graph; }

ParseResult NetworkOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> inputs,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(inputs, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void NetworkOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

/// A name in a message: those from a file can hold anything.
static std::string quote(StringRef name) {
  std::string text = "'";
  llvm::raw_string_ostream stream(text);
  llvm::printEscapedString(name, stream);
  return text + "'";
}

/// Names of arguments or of results must tell them apart.
static LogicalResult verifyNames(NetworkOp network, ArrayAttr dictionaries,
                                 StringRef what) {
  llvm::SmallSet<StringRef, 8> seen;
  if (!dictionaries)
    return success();
  for (auto dictionary : dictionaries.getAsRange<DictionaryAttr>()) {
    Attribute attribute = dictionary.get(NetworkOp::kNameAttr);
    if (!attribute)
      continue;
    StringRef name = cast<StringAttr>(attribute).getValue(); // [N7]
    if (!seen.insert(name).second)
      return network.emitOpError()
             << "two " << what << "s are named " << quote(name) << " [N5]";
  }
  return success();
}

LogicalResult NetworkOp::verify() {
  double dt = getDt().convertToDouble();
  if (!(dt > 0) || !std::isfinite(dt))
    return emitOpError("dt is ")
           << dt << ", expected a positive number of seconds [N4]";
  for (Type type :
       llvm::concat<const Type>(getArgumentTypes(), getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    Type element = tensor ? tensor.getElementType() : Type();
    if (!tensor || !isSignalShape(tensor.getShape()) ||
        !(isSpikeType(element) || element.isF32() || element.isF64() ||
          isa<quant::QuantizedType>(element)))
      return emitOpError("has an input or output of type ")
             << type
             << ", expected a statically shaped tensor of f32, f64, i1, ui8 or "
                "a quantized type, no dimension of which is 0 [T1], with fewer "
                "than 2^32 elements";
    if (failed(verifySymmetric(*this, type)))
      return failure();
  }
  if (failed(verifyNames(*this, getArgAttrsAttr(), "input")))
    return failure();
  return verifyNames(*this, getResAttrsAttr(), "output");
}

/// What to call `op` in a message.
static std::string describe(Operation *op) {
  StringRef name = getNode(op);
  std::string text = op->getName().getStringRef().str();
  return name.empty() ? text : text + " " + quote(name);
}

/// Whether `value` is known before the step's inputs are.
static bool isCarried(Value value) {
  auto result = dyn_cast<OpResult>(value);
  auto stateful =
      result ? dyn_cast<StatefulOpInterface>(result.getOwner()) : nullptr;
  return stateful && stateful.isCarried(result);
}

/// Finds a cycle that no carried result breaks, by depth-first search from
/// users to definitions. Iterative: networks may have thousands of nodes.
static std::optional<SmallVector<Operation *>> findCycle(Block &block) {
  enum class State { Open, Done };
  llvm::DenseMap<Operation *, State> states;
  for (Operation &root : block) {
    if (states.count(&root))
      continue;
    SmallVector<std::pair<Operation *, unsigned>> path = {{&root, 0}};
    states[&root] = State::Open;
    while (!path.empty()) {
      auto &[op, operand] = path.back();
      if (operand == op->getNumOperands()) {
        states[op] = State::Done;
        path.pop_back();
        continue;
      }
      Value value = op->getOperand(operand++);
      Operation *definition = value.getDefiningOp();
      if (!definition || isCarried(value))
        continue;
      auto [entry, isNew] = states.try_emplace(definition, State::Open);
      if (isNew) {
        path.push_back({definition, 0});
      } else if (entry->second == State::Open) {
        SmallVector<Operation *> cycle;
        for (auto &[member, unused] : llvm::reverse(path)) {
          cycle.push_back(member);
          if (member == definition)
            break;
        }
        return cycle;
      }
    }
  }
  return std::nullopt;
}

/// Whether constants of a network may have elements of `type`: those of signals
/// and coefficients, and integers that a `quant.scast` makes quantized.
static bool isConstantType(Type type) {
  return type.isF32() || type.isF64() ||
         (type.isSignlessInteger() &&
          llvm::is_contained({1, 8, 16, 32}, type.getIntOrFloatBitWidth()));
}

/// Whatever the operation, a value in a body has the shape of a signal, and a
/// constant elements that all passes can read.
static LogicalResult verifyValues(Operation &op) {
  bool isConstant = op.hasTrait<OpTrait::ConstantLike>();
  for (Type type : op.getResultTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && !isSignalShape(tensor.getShape()))
      return op.emitOpError("has a result of type ")
             << type
             << ", expected a static shape, no dimension of which is 0, with "
                "fewer than 2^32 elements [T1]";
    if (isConstant && !isConstantType(getElementTypeOrSelf(type)))
      return op.emitOpError("is a constant of type ")
             << type << ", expected f32, f64, i1, i8, i16 or i32 [N8]";
  }
  return success();
}

LogicalResult NetworkOp::verifyRegions() {
  auto output = dyn_cast<OutputOp>(getBodyBlock()->back());
  if (!output)
    return emitOpError("body ends in '")
           << getBodyBlock()->back().getName() << "', expected snn.output [N1]";
  if (!llvm::equal(output.getOperandTypes(), getResultTypes()))
    return output.emitOpError("gives (")
           << output.getOperandTypes() << "), the network declares ("
           << getResultTypes() << ") [N2]";
  for (Operation &op : *getBodyBlock())
    if (!isa_and_present<SNNDialect>(op.getDialect()) &&
        !op.hasTrait<OpTrait::ConstantLike>() &&
        !isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             UnrealizedConversionCastOp>(op) &&
        op.getName().getDialectNamespace() != "quant")
      return op.emitOpError("cannot stand in an snn.network: only snn "
                            "operations, constants, quantization casts and "
                            "reshapes can [N6]");
  for (Operation &op : *getBodyBlock())
    if (failed(verifyValues(op)))
      return failure();
  std::optional<SmallVector<Operation *>> cycle = findCycle(*getBodyBlock());
  if (!cycle)
    return success();
  InFlightDiagnostic error =
      emitOpError("has a cycle without a delay or a neuron with spike timing "
                  "'pre': ");
  for (Operation *op : *cycle)
    error << describe(op) << " -> ";
  return error << describe(cycle->front()) << " [N3]";
}

//===----------------------------------------------------------------------===//
// EventsOp
//===----------------------------------------------------------------------===//

LogicalResult EventsOp::verify() {
  int64_t size = getInput().getType().getNumElements();
  if (getEvents().getType().getSize() == size)
    return verifyScales(*this);
  return emitOpError("lists ") << getEvents().getType() << " of a signal of "
                               << size << " elements [E1]";
}

Value snn::getEventSource(Value signal) {
  // What is verified may have a cycle.
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (Operation *op = signal.getDefiningOp()) {
    if (!isa<TransposeOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op) ||
        !seen.insert(op).second)
      break;
    signal = op->getOperand(0);
  }
  return signal;
}

/// The events of a synapse must be those of its input, in this or another
/// order of dimensions.
static LogicalResult verifyEvents(SynapseOpInterface op) {
  if (!op.getEvents())
    return success();
  auto events = op.getEvents().getDefiningOp<EventsOp>();
  if (events &&
      getEventSource(events.getInput()) == getEventSource(op.getInput()))
    return success();
  return op->emitOpError("events are not those of the input: expected an "
                         "snn.events of the same signal [E2]");
}

//===----------------------------------------------------------------------===//
// LinearOp
//===----------------------------------------------------------------------===//

int64_t LinearOp::getWeightOutputDim() {
  return getWeight().getType().getRank() - 2;
}

std::optional<int64_t> LinearOp::getWeightInputDim() {
  return getWeight().getType().getRank() - 1;
}

int64_t LinearOp::getInputChannelDim() {
  return getWeight().getType().getRank() - 2;
}

int64_t LinearOp::getResultChannelDim() {
  return getWeight().getType().getRank() - 2;
}

LogicalResult LinearOp::verify() {
  ArrayRef<int64_t> weight = getWeight().getType().getShape();
  if (weight.size() < 2)
    return emitOpError("weight has shape [")
           << weight << "], expected [batch..., out, in] [L1]";
  SmallVector<int64_t> input(weight.drop_back(2)), result(input);
  input.push_back(weight.back());
  result.push_back(weight[weight.size() - 2]);
  if (getInput().getType().getShape() != ArrayRef(input))
    return emitOpError("input has shape [")
           << getInput().getType().getShape() << "], expected [" << input
           << "] for a weight of shape [" << weight << "] [L2]";
  if (getType().getShape() != ArrayRef(result))
    return emitOpError("result has shape [")
           << getType().getShape() << "], expected [" << result
           << "] for a weight of shape [" << weight << "] [L3]";
  Type type = getType().getElementType();
  if (failed(verifyInput(*this, getInput(), type)) ||
      failed(verifyEvents(*this)))
    return failure();
  if (!isSameKind(elementType(getWeight()), type))
    return emitOpError("weight has element type ")
           << elementType(getWeight()) << ", the result " << type << " [L4]";
  if (getSaturate() && !isa<quant::QuantizedType>(type))
    return emitOpError("saturates sums of ")
           << type << ", expected a quantized type [L6]";
  if (!getBias())
    return verifyScales(*this);
  if (failed(verifySameShape(*this, "bias", getBias(), "result", getResult(),
                             "L5")))
    return failure();
  if (!isSameKind(elementType(getBias()), type))
    return emitOpError("bias has element type ")
           << elementType(getBias()) << ", the result " << type << " [L4]";
  return verifyScales(*this);
}

//===----------------------------------------------------------------------===//
// Windows: convolutions and pools
//===----------------------------------------------------------------------===//

/// The dimension of a feature map that counts channels.
static int64_t getChannelDim(WindowOpInterface op) {
  return op.getChannelsLast() ? op.getInput().getType().getRank() - 1 : 0;
}

/// The spatial dimensions of `shape`, a feature map of `op`.
static SmallVector<int64_t> getSpatialShape(WindowOpInterface op,
                                            ArrayRef<int64_t> shape) {
  return llvm::to_vector(op.getChannelsLast() ? shape.drop_back()
                                              : shape.drop_front());
}

static SmallVector<WindowDim> makeWindow(ArrayRef<int64_t> size,
                                         ArrayRef<int64_t> stride,
                                         ArrayRef<int64_t> padding,
                                         ArrayRef<int64_t> dilation) {
  SmallVector<WindowDim> window;
  for (size_t dim = 0; dim < size.size(); ++dim)
    window.push_back({size[dim], stride[dim], padding[2 * dim],
                      padding[2 * dim + 1], dilation[dim]});
  return window;
}

/// Checks one attribute of a window: `count` numbers that are at least `least`,
/// and small enough for sums and products of them.
static LogicalResult verifyNumbers(Operation *op, StringRef name,
                                   ArrayRef<int64_t> numbers, size_t count,
                                   int64_t least, StringRef rule) {
  constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();
  auto isValid = [&](int64_t number) {
    return number >= least && number <= kLargest;
  };
  if (numbers.size() == count && llvm::all_of(numbers, isValid))
    return success();
  return op->emitOpError() << name << " is [" << numbers << "], expected "
                           << count << " numbers from " << least << " to "
                           << kLargest << " [" << rule << "]";
}

/// Checks the result of a window operation with `channels` channels.
static LogicalResult verifyWindowResult(WindowOpInterface op, int64_t channels,
                                        StringRef rule) {
  SmallVector<int64_t> input =
      getSpatialShape(op, op.getInput().getType().getShape());
  SmallVector<int64_t> expected;
  for (auto [size, dim] : llvm::zip_equal(input, op.getWindow())) {
    expected.push_back(dim.getOutputSize(size));
    if (expected.back() == 0)
      return op->emitOpError("window extends over ")
             << dim.getExtent() << " positions, the padded input has "
             << size + dim.low + dim.high << " [" << rule << "]";
  }
  expected.insert(op.getChannelsLast() ? expected.end() : expected.begin(),
                  channels);
  ArrayRef<int64_t> found = op.getResult().getType().getShape();
  if (found == ArrayRef(expected))
    return success();
  return op->emitOpError("result has shape [")
         << found << "], expected [" << expected << "] [" << rule << "]";
}

//===----------------------------------------------------------------------===//
// Conv1dOp, Conv2dOp
//===----------------------------------------------------------------------===//

template <typename Conv> static LogicalResult verifyConv(Conv op, size_t rank) {
  ArrayRef<int64_t> weight = op.getWeight().getType().getShape();
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  if (weight.size() != rank + 2 || input.size() != rank + 1)
    return op.emitOpError("input has shape [")
           << input << "] and weight [" << weight << "], expected " << rank + 1
           << " and " << rank + 2 << " dimensions [V1]";
  if (failed(verifyNumbers(op, "weight's shape", weight, rank + 2, 1, "V1")) ||
      failed(verifyNumbers(op, "input's shape", input, rank + 1, 1, "V1")) ||
      failed(verifyNumbers(op, "stride", op.getStride(), rank, 1, "V2")) ||
      failed(
          verifyNumbers(op, "padding", op.getPadding(), 2 * rank, 0, "V2")) ||
      failed(verifyNumbers(op, "dilation", op.getDilation(), rank, 1, "V2")))
    return failure();
  int64_t groups = op.getGroups();
  int64_t channels = input[getChannelDim(op)];
  if (groups < 1 || channels % groups != 0 || weight[0] % groups != 0 ||
      channels / groups != weight[1])
    return op.emitOpError("input has ")
           << channels << " channels and weight shape [" << weight << "] with "
           << groups << " groups, expected "
           << "channels / groups = " << weight[1]
           << " and whole groups of output channels [V3]";
  if (failed(verifyWindowResult(op, weight[0], "V4")))
    return failure();
  Type type = elementType(op.getResult());
  if (failed(verifyInput(op, op.getInput(), type)) || failed(verifyEvents(op)))
    return failure();
  if (!isSameKind(elementType(op.getWeight()), type))
    return op.emitOpError("weight has element type ")
           << elementType(op.getWeight()) << ", the result " << type << " [V6]";
  if (!op.getBias())
    return verifyScales(op);
  auto bias = cast<RankedTensorType>(op.getBias().getType());
  if (bias.getShape() != ArrayRef(weight[0]))
    return op.emitOpError("bias has shape [")
           << bias.getShape() << "], expected one number per output channel, ["
           << weight[0] << "] [V5]";
  if (!isSameKind(bias.getElementType(), type))
    return op.emitOpError("bias has element type ")
           << bias.getElementType() << ", the result " << type << " [V6]";
  return verifyScales(op);
}

template <typename Conv> static SmallVector<WindowDim> getConvWindow(Conv op) {
  return makeWindow(op.getWeight().getType().getShape().drop_front(2),
                    op.getStride(), op.getPadding(), op.getDilation());
}

/// A factor per input channel meets one slice of the weights only where all
/// outputs see all inputs.
template <typename Conv>
static std::optional<int64_t> getConvInputDim(Conv op) {
  return op.getGroups() == 1 ? std::optional<int64_t>(1) : std::nullopt;
}

LogicalResult Conv1dOp::verify() { return verifyConv(*this, 1); }
SmallVector<WindowDim> Conv1dOp::getWindow() { return getConvWindow(*this); }
int64_t Conv1dOp::getWeightOutputDim() { return 0; }
std::optional<int64_t> Conv1dOp::getWeightInputDim() {
  return getConvInputDim(*this);
}
int64_t Conv1dOp::getInputChannelDim() { return getChannelDim(*this); }
int64_t Conv1dOp::getResultChannelDim() { return getChannelDim(*this); }

LogicalResult Conv2dOp::verify() { return verifyConv(*this, 2); }
SmallVector<WindowDim> Conv2dOp::getWindow() { return getConvWindow(*this); }
int64_t Conv2dOp::getWeightOutputDim() { return 0; }
std::optional<int64_t> Conv2dOp::getWeightInputDim() {
  return getConvInputDim(*this);
}
int64_t Conv2dOp::getInputChannelDim() { return getChannelDim(*this); }
int64_t Conv2dOp::getResultChannelDim() { return getChannelDim(*this); }

//===----------------------------------------------------------------------===//
// SumPool2dOp, AvgPool2dOp
//===----------------------------------------------------------------------===//

template <typename Pool> static LogicalResult verifyPool(Pool op) {
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  if (failed(verifyNumbers(op, "input's shape", input, 3, 1, "P1")) ||
      failed(verifyNumbers(op, "kernel", op.getKernel(), 2, 1, "P2")) ||
      failed(verifyNumbers(op, "stride", op.getStride(), 2, 1, "P2")) ||
      failed(verifyNumbers(op, "padding", op.getPadding(), 4, 0, "P2")))
    return failure();
  if (failed(verifyWindowResult(op, input[getChannelDim(op)], "P3")))
    return failure();
  if (failed(verifyInput(op, op.getInput(), elementType(op.getResult()))))
    return failure();
  return verifyScales(op);
}

template <typename Pool> static SmallVector<WindowDim> getPoolWindow(Pool op) {
  return makeWindow(op.getKernel(), op.getStride(), op.getPadding(), {1, 1});
}

LogicalResult SumPool2dOp::verify() { return verifyPool(*this); }
SmallVector<WindowDim> SumPool2dOp::getWindow() { return getPoolWindow(*this); }

LogicalResult AvgPool2dOp::verify() { return verifyPool(*this); }
SmallVector<WindowDim> AvgPool2dOp::getWindow() { return getPoolWindow(*this); }

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::verify() {
  RankedTensorType input = getInput().getType(), result = getType();
  if (static_cast<int64_t>(getPermutation().size()) != input.getRank() ||
      !isPermutationVector(getPermutation()))
    return emitOpError("permutation is [")
           << getPermutation() << "], expected every number below "
           << input.getRank() << " once [X1]";
  RankedTensorType expected = getTransposedType(input, getPermutation());
  if (result != expected)
    return emitOpError("result is ")
           << result << ", expected " << expected << " [X2]";
  return verifyScales(*this);
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (isIdentityPermutation(getPermutation()))
    return getInput();
  auto inner = getInput().getDefiningOp<TransposeOp>();
  if (inner && inner != *this &&
      applyPermutation(inner.getPermutation(), getPermutation()) ==
          llvm::to_vector(llvm::seq(getType().getRank())))
    return inner.getInput();
  if (auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getInput()))
    return splat.resizeSplat(getType());
  if (auto constant = getFloatConstant(adaptor.getInput()))
    return getConstantAttr(constant->transpose(getPermutation()),
                           getBlobName((*this)->getParentOp(), "constant"));
  return {};
}

//===----------------------------------------------------------------------===//
// ScaleOp, AddOp, ThresholdOp, RescaleOp
//===----------------------------------------------------------------------===//

LogicalResult ScaleOp::verify() {
  if (failed(verifySameShape(*this, "result", getResult(), "input", getInput(),
                             "C1")) ||
      failed(verifyInput(*this, getInput(), elementType(getResult()))))
    return failure();
  if (failed(verifyCoefficient(*this, "factor", getFactor(), getResult())))
    return failure();
  return verifyScales(*this);
}

OpFoldResult ScaleOp::fold(FoldAdaptor adaptor) {
  std::optional<Constant> factor = getFloatConstant(adaptor.getFactor());
  if (factor && factor->isEverywhere(1) && getInput().getType() == getType())
    return getInput();
  return {};
}

LogicalResult AddOp::verify() {
  if (getInputs().empty())
    return emitOpError("has no inputs [A1]");
  for (Value input : getInputs()) {
    if (failed(verifySameShape(*this, "input", input, "result", getResult(),
                               "A2")) ||
        failed(verifyInput(*this, input, elementType(getResult()))))
      return failure();
  }
  return verifyScales(*this);
}

OpFoldResult AddOp::fold(FoldAdaptor) {
  if (getInputs().size() == 1 && getInputs().front().getType() == getType())
    return getInputs().front();
  return {};
}

LogicalResult ThresholdOp::verify() {
  if (failed(verifySameShape(*this, "result", getResult(), "input", getInput(),
                             "H1")))
    return failure();
  Type type = elementType(getThreshold());
  if (failed(verifyInput(*this, getInput(), type)))
    return failure();
  auto like = dyn_cast<RankedTensorType>(getThreshold().getType());
  if (like && !isBroadcast(like.getShape(), getType().getShape()))
    return emitOpError("threshold has shape [")
           << like.getShape() << "], expected one number or shape ["
           << getType().getShape() << "], or 1 for some dimensions [T2]";
  return verifyScales(*this);
}

LogicalResult TruncateOp::verify() {
  if (failed(verifySameShape(*this, "result", getResult(), "input", getInput(),
                             "R1")))
    return failure();
  Scales scales = Scales::of(getType());
  int exponent;
  if (scales.isPerAxis() || std::frexp(scales.at(0), &exponent) != 0.5)
    return emitOpError("result has ")
           << (scales.isPerAxis() ? "several scales"
                                  : "a scale that is no power of two")
           << ", expected one power of two [R2]";
  return verifyScales(*this);
}

LogicalResult RescaleOp::verify() {
  if (failed(verifySameShape(*this, "result", getResult(), "input", getInput(),
                             "R1")))
    return failure();
  return verifyScales(*this);
}

OpFoldResult RescaleOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput())
                                           : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// DelayOp
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> stepsOf(DelayOp op) {
  return llvm::to_vector(op.getSteps().getValues<int64_t>());
}

int64_t DelayOp::getMaxSteps() { return *llvm::max_element(stepsOf(*this)); }
int64_t DelayOp::getMinSteps() { return *llvm::min_element(stepsOf(*this)); }

LogicalResult DelayOp::verify() {
  ArrayRef<int64_t> shape = getSteps().getType().getShape();
  if (!shape.empty() && shape != getType().getShape())
    return emitOpError("steps have shape [")
           << shape << "], expected one number or shape ["
           << getType().getShape() << "] [D1]";
  for (int64_t count : stepsOf(*this))
    if (count < 0 || count > std::numeric_limits<int32_t>::max())
      return emitOpError("is by ")
             << count << " steps, expected 0 to 2^31 - 1 [D2]";
  if (failed(verifyCoefficient(*this, "init", getInit(), getResult())))
    return failure();
  return verifyScales(*this);
}

OpFoldResult DelayOp::fold(FoldAdaptor) {
  if (getMaxSteps() == 0 && getInput() != getResult())
    return getInput();
  return {};
}

SmallVector<StateVariable> DelayOp::getStateVariables() {
  SmallVector<int64_t> shape;
  if (getSteps().isSplat()) {
    shape.push_back(getMaxSteps());
    llvm::append_range(shape, getType().getShape());
  } else {
    int64_t total = 0;
    for (int64_t count : stepsOf(*this))
      total += count;
    shape.push_back(total);
  }
  return {{"past", getType().clone(shape), getInit()}};
}

bool DelayOp::isCarried(OpResult) { return getMinSteps() > 0; }

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Whether one minus each decay is a power of two.
static bool decaysByShift(const Constant &decay) {
  Scales scales = Scales::of(decay.quantizedType);
  return llvm::all_of(decay.values, [&](double value) {
    double lost = 1 - value * scales.at(0);
    int exponent;
    return lost > 0 && std::frexp(lost, &exponent) == 0.5;
  });
}

/// The first decay that is no share from 0 to 1, if there is one.
static std::optional<double> findNoShare(const Constant &decay) {
  Scales scales = Scales::of(decay.quantizedType);
  for (double value : decay.values)
    if (value < 0 || value * scales.at(0) > 1)
      return value * scales.at(0);
  return std::nullopt;
}

/// Another arithmetic than the default is one of integers [U9].
static LogicalResult verifyArithmetic(Operation *op, StringRef name,
                                      Value state, Value decay, bool isShort) {
  auto arithmetic = op->getAttrOfType<ArithmeticAttr>(name);
  if (!arithmetic)
    return success();
  auto type = dyn_cast<quant::QuantizedType>(elementType(state));
  if (!type)
    return op->emitOpError(name)
           << " is that of integers, found a state of " << elementType(state)
           << ", expected a quantized type [U9]";
  if (isShort)
    return op->emitOpError(name) << " does not go with 16 bits of the state, "
                                    "expected no short decay [U9]";
  if (arithmetic.getSum() == SumRule::Wrap) {
    int64_t count = type.getStorageTypeMax() - type.getStorageTypeMin() + 1;
    if (!llvm::isPowerOf2_64(count))
      return op->emitOpError(name)
             << " wraps around, and the state's type holds " << count
             << " integers, expected a power of two [U9]";
  }
  std::optional<Constant> constant = getConstant(decay);
  if (arithmetic.getDecay() == DecayRule::HalfUp || !constant ||
      !constant->quantizedType)
    return success();
  if (std::optional<double> found = findNoShare(*constant))
    return op->emitOpError(name)
           << " is for decays from 0 to 1, found " << *found << " [U9]";
  if (arithmetic.getDecay() == DecayRule::Shift && !decaysByShift(*constant))
    return op->emitOpError(name) << " shifts, expected decays of 1 - 2^-k [U9]";
  return success();
}

LogicalResult DecayOp::verify() {
  if (failed(verifyCoefficient(*this, "decay", getDecay(), getResult())) ||
      failed(verifyArithmetic(*this, "arithmetic", getResult(), getDecay(),
                              /*isShort=*/false)))
    return failure();
  if (snn::getArithmetic(*this).getSum() != SumRule::Once)
    return emitOpError("sums nothing, expected an arithmetic with sum once "
                       "[U9]");
  std::optional<Constant> decay = getConstant(getDecay());
  if (decay && decay->quantizedType)
    if (std::optional<double> found = findNoShare(*decay))
      return emitOpError("decay is ")
             << *found << ", expected one from 0 to 1 [U9]";
  return verifyScales(*this);
}

//===----------------------------------------------------------------------===//
// Neurons
//===----------------------------------------------------------------------===//

/// A coefficient's name in messages: operands of a reset are called that.
static StringRef getShownName(StringRef name) {
  return name == "reset_value" ? StringRef("reset") : name;
}

static LogicalResult verifyStates(NeuronOpInterface op) {
  Value voltage = op.getVoltage(), current = op.getOutput("current");
  if (failed(verifySameShape(op, "voltage", voltage, "input", op.getInput(),
                             "U1")) ||
      failed(verifyInput(op, op.getInput(), elementType(voltage))))
    return failure();
  if (current && failed(verifySameShape(op, "current", current, "input",
                                        op.getInput(), "U1")))
    return failure();
  if (current && !isSameKind(elementType(current), elementType(voltage)))
    return op->emitOpError("current has element type ")
           << elementType(current) << ", the voltage " << elementType(voltage)
           << " [U2]";
  for (StringRef name : op.getCoefficientNames())
    if (failed(verifyCoefficient(op, getShownName(name),
                                 op.getCoefficient(name),
                                 isOfCurrent(name) ? current : voltage)))
      return failure();
  NeuronModel model(op);
  auto verify = [&](const StateModel &state, StringRef name) {
    return verifyArithmetic(op, name, state.value,
                            op.getCoefficient(state.name("decay")),
                            state.isShort);
  };
  if (failed(verify(model.voltage, "arithmetic")))
    return failure();
  return model.current ? verify(*model.current, "current_arithmetic")
                       : success();
}

/// Which resets go with which spikes, and when.
static LogicalResult verifyReset(NeuronOpInterface op,
                                 const SpikeModel &spikes) {
  ResetTiming timing = spikes.resetTiming;
  bool isPre = spikes.isPre();
  if (spikes.counts() && (timing != ResetTiming::Immediate || isPre))
    return op->emitOpError("spike rule '")
           << stringifySpikeRule(spikes.rule)
           << "' needs reset timing 'immediate' and spike timing 'post', found "
              "'"
           << stringifyResetTiming(timing) << "' and '"
           << stringifySpikeTiming(spikes.timing) << "' [U4]";
  if (isPre && timing != ResetTiming::Delayed && timing != ResetTiming::Carried)
    return op->emitOpError("spike timing 'pre' needs reset timing 'delayed' or "
                           "'carried', found '")
           << stringifyResetTiming(timing) << "' [U5]";
  if (!spikes.resets()) {
    ResetTiming expected =
        isPre ? ResetTiming::Delayed : ResetTiming::Immediate;
    if (timing != expected)
      return op->emitOpError("reset 'none' needs reset timing '")
             << stringifyResetTiming(expected) << "' for spike timing '"
             << stringifySpikeTiming(spikes.timing) << "', found '"
             << stringifyResetTiming(timing) << "' [U8]";
    if (op.getCoefficient("reset_value"))
      return op->emitOpError("has a reset value, expected none for reset "
                             "'none' [U8]");
  }
  if (timing == ResetTiming::Pending && !spikes.subtracts())
    return op->emitOpError("reset timing 'pending' needs a reset by "
                           "subtraction [U6]");
  return success();
}

static LogicalResult verifySpikes(NeuronOpInterface op,
                                  const SpikeModel &spikes) {
  Value result = op.getOutput("spikes");
  if (failed(
          verifySameShape(op, "spikes", result, "input", op.getInput(), "U1")))
    return failure();
  MLIRContext *context = op->getContext();
  Type expected =
      spikes.counts()
          ? Type(IntegerType::get(context, 8, IntegerType::Unsigned))
          : Type(IntegerType::get(context, 1));
  if (elementType(result) != expected)
    return op->emitOpError("spikes have element type ")
           << elementType(result) << ", expected " << expected
           << " for spike rule '" << stringifySpikeRule(spikes.rule)
           << "' [U3]";
  if (spikes.most < 1 || spikes.most > kMostSpikes)
    return op->emitOpError("max_spikes is ")
           << spikes.most << ", expected 1 to " << kMostSpikes << " [U7]";
  if (!spikes.counts() && spikes.most != kMostSpikes)
    return op->emitOpError("max_spikes is ")
           << spikes.most << " for spike rule '"
           << stringifySpikeRule(spikes.rule)
           << "', which gives one at most; expected spike rule 'count_trunc' "
              "or 'count_floor' [U7]";
  return verifyReset(op, spikes);
}

LogicalResult snn::verifyNeuron(NeuronOpInterface op) {
  if (failed(verifyStates(op)))
    return failure();
  NeuronModel model(op);
  if (model.spikes && failed(verifySpikes(op, *model.spikes)))
    return failure();
  return verifyScales(op);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Whether C knows `name` as a name.
static bool isIdentifier(StringRef name) {
  auto isLetter = [](char c) { return llvm::isAlpha(c) || c == '_'; };
  return !name.empty() && isLetter(name.front()) &&
         llvm::all_of(name,
                      [&](char c) { return isLetter(c) || llvm::isDigit(c); });
}

/// Whether `name` can stand in an `#include`.
static bool isHeader(StringRef name) {
  return !name.empty() && llvm::all_of(name, [](char c) {
    return llvm::isAlnum(c) || StringRef("_-./+").contains(c);
  });
}

/// Whether there is what `argument` names within a step alone.
static bool isOfStep(StringRef argument) {
  StringRef name = argument.split('.').second;
  return argument == "input" || argument == "input.events" ||
         argument == "scratch" || name == "result" || name == "spikes" ||
         name == "v" || name == "i";
}

LogicalResult KernelOp::verify() {
  auto checkName = [&](StringRef what, StringRef name) -> LogicalResult {
    if (isIdentifier(name))
      return success();
    return emitOpError() << what << " is '" << name
                         << "', expected a name of C [K1]";
  };
  if (failed(checkName("function", getFunction())) ||
      (getSetup() && failed(checkName("setup", *getSetup()))) ||
      (getMemory() && failed(checkName("memory", *getMemory()))))
    return failure();
  if (ArrayAttr headers = getHeadersAttr())
    for (auto header : headers.getAsRange<StringAttr>())
      if (!isHeader(header))
        return emitOpError("has header ")
               << header << ", expected letters, digits and _-./+ [K1]";
  if (getSection() && (!getMemory() || !isHeader(*getSection())))
    return emitOpError("section is '")
           << *getSection()
           << "', expected letters, digits and _-./+ for a memory [K1]";
  if (getPattern().empty())
    return emitOpError("has no pattern, expected the operation that it "
                       "computes [K1]");
  for (auto name : getPattern().getAsRange<StringAttr>())
    if (!RegisteredOperationName::lookup(name.getValue(), getContext()))
      return emitOpError("has ") << name
                                 << " in its pattern, which is no "
                                    "operation [K1]";
  if (getSetupArguments().has_value() != getSetup().has_value())
    return emitOpError("has one of setup and setup_arguments, expected both or "
                       "none [K1]");
  if (ArrayAttr arguments = getSetupArgumentsAttr())
    for (auto argument : arguments.getAsRange<StringAttr>())
      if (isOfStep(argument.getValue()))
        return emitOpError("setup_arguments has ")
               << argument << ", expected tables and numbers [K1]";
  for (auto argument : getArguments().getAsRange<StringAttr>())
    if (argument.getValue() == "scratch" && !getScratch())
      return emitOpError("has the argument scratch, and no scratch [K1]");
  if (std::optional<uint64_t> alignment = getAlignment())
    if (!llvm::isPowerOf2_64(*alignment) || *alignment > 4096)
      return emitOpError("alignment is ")
             << *alignment << ", expected a power of two up to 4096 [K1]";
  return success();
}

SmallVector<Operation *> OffloadOp::getGroup() {
  SmallVector<Operation *> group;
  for (Operation &op : getBodyBlock()->without_terminator())
    if (!op.hasTrait<OpTrait::ConstantLike>() && !isa<quant::StorageCastOp>(op))
      group.push_back(&op);
  return group;
}

LogicalResult OffloadOp::verifyRegions() {
  Block *body = getBodyBlock();
  if (body->getArgumentTypes() != getInputs().getTypes())
    return emitOpError("has inputs of other types than its body's arguments "
                       "[K2]");
  if (body->getTerminator()->getOperandTypes() != getResultTypes())
    return emitOpError("has results of other types than its body gives [K2]");
  if (getInputs().empty() || isa<EventsType>(getInputs().front().getType()))
    return emitOpError("has no input, expected the signal that enters its "
                       "first operation [K2]");
  Value signal = body->getArgument(0);
  for (Operation *op : getGroup()) {
    if (op->getNumOperands() == 0 || op->getOperand(0) != signal)
      return op->emitOpError("does not take the result of the operation before "
                             "it [K2]");
    signal = op->getResult(0);
  }
  for (Value value : body->getTerminator()->getOperands())
    if (value.getDefiningOp() != signal.getDefiningOp())
      return emitOpError("gives what is not a result of its last operation "
                         "[K2]");
  return success();
}

LogicalResult OffloadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel =
      symbols.lookupNearestSymbolFrom<KernelOp>(*this, getKernelAttr());
  if (!kernel)
    return emitOpError() << getKernelAttr() << " is no snn.kernel [K2]";
  auto names = llvm::map_to_vector(
      getGroup(), [](Operation *op) { return op->getName().getStringRef(); });
  auto pattern = llvm::map_to_vector(kernel.getPattern(), [](Attribute name) {
    return cast<StringAttr>(name).getValue();
  });
  if (names != pattern)
    return emitOpError("has the operations ")
           << llvm::join(names, ", ") << ", expected those of "
           << getKernelAttr() << ": " << llvm::join(pattern, ", ") << " [K2]";
  return success();
}
