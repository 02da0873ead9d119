//===- SNNToLinalg.cpp - Networks to functions on tensors -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Conversion/SNNToLinalg/SNNToLinalg.h"
#include "AllInputs.h"
#include "DelayBits.h"
#include "Lowering.h"
#include "PartLists.h"
#include "RepeatedEvents.h"
#include "Synapses.h"
#include "snn/Analysis/Memory.h"
#include "snn/IR/Identity.h"
#include "snn/IR/SNN.h"
#include "snn/IR/Scales.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace snn {
#define GEN_PASS_DEF_CONVERTSNNTOLINALG
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;
using namespace snn;

namespace {

/// A function that gets its arguments one by one. Its type is set in the end,
/// once: large networks have thousands.
class FunctionArguments {
public:
  explicit FunctionArguments(func::FuncOp function) : function(function) {}

  BlockArgument add(MemRefType type, StringRef kind, StringRef name,
                    StringRef node, Location loc);
  /// Says what the integers of the last argument stand for.
  void setScales(Type type);
  /// What the last one is for, in reports.
  void setUse(StringRef use);
  StringRef getKind(BlockArgument argument) const;
  void setAlignment(BlockArgument argument, int64_t bytes);
  void finish();

private:
  func::FuncOp function;
  SmallVector<NamedAttrList> attributes;
};

/// Builds the step and init functions of one network.
class NetworkLowering {
public:
  NetworkLowering(NetworkOp network, SymbolTable &symbols,
                  const ConvertSNNToLinalgOptions &options)
      : network(network), symbols(symbols), stepBuilder(network.getContext()),
        initBuilder(network.getContext()),
        context(symbols, stepBuilder, initBuilder, options) {}

  LogicalResult run();

private:
  func::FuncOp createFunction(StringRef role);
  /// Adds a state variable to both functions and initializes it.
  LogicalResult addState(Operation *op, MemRefType type, StringRef name,
                         Value initial);
  LogicalResult addStates();
  /// Those of the neurons that a kernel computes.
  LogicalResult addStatesOf(OffloadOp offload);
  /// A list that is a state begins without events.
  void addKeptList(EventsOp events);
  void addInputs();
  void addOutputs();
  /// Gives `signal` a place: an output of the network, or scratch memory.
  void placeSignal(Value signal);
  /// The scratch memory of the sum that `op` begins with, if it can add to that
  /// where it is.
  Value getSumInPlace(Operation *op);
  void placeStates(OffloadOp offload);
  void placeOffload(OffloadOp offload);
  void placeMaps(Operation *op);
  void placeRepeated(Operation *op);
  void placeSignals();
  LogicalResult lowerOp(Operation *op);
  LogicalResult lowerReader(Operation *op);
  LogicalResult lowerInTwoParts(NeuronOpInterface neuron);
  LogicalResult lowerParts(NeuronOpInterface neuron, const SpikePart &part);
  /// Lowers `op` with `lower`, and names the signals in the calls it makes.
  LogicalResult lowerNamed(Operation *op,
                           llvm::function_ref<LogicalResult()> lower);
  LogicalResult lowerReshape(Operation *op);
  LogicalResult lowerConstantSignal(Operation *op);
  LogicalResult lowerAll();
  void copyOutputs();
  void chooseSums();

  NetworkOp network;
  SymbolTable &symbols;
  func::FuncOp step, init;
  std::optional<FunctionArguments> stepArguments, initArguments;
  OpBuilder stepBuilder, initBuilder;
  StepContext context;
  SmallVector<Value> outputBuffers;
};

} // namespace

/// The name of input or output `index`, or one made from `fallback`.
static std::string getName(ArrayAttr dictionaries, unsigned index,
                           StringRef fallback) {
  if (dictionaries)
    if (auto name = cast<DictionaryAttr>(dictionaries[index])
                        .getAs<StringAttr>(NetworkOp::kNameAttr))
      return name.str();
  return (fallback + Twine(index)).str();
}

func::FuncOp NetworkLowering::createFunction(StringRef role) {
  OpBuilder builder(network);
  auto function = func::FuncOp::create(
      builder, network.getLoc(), (network.getSymName() + "_" + role).str(),
      builder.getFunctionType({}, {}));
  function->setAttr(kRoleAttr, builder.getStringAttr(role));
  function->setAttr(kNameAttr, network.getSymNameAttr());
  function->setAttr("snn.dt", network.getDtAttr());
  if (DictionaryAttr discretization = network.getDiscretizationAttr())
    function->setAttr("snn.discretization", discretization);
  symbols.insert(function);
  function.addEntryBlock();
  return function;
}

/// Says what the integers of a signal stand for, where they do.
static void addScales(Type type, NamedAttrList &attributes) {
  if (!isa<quant::QuantizedType>(getElementTypeOrSelf(type)))
    return;
  Scales scales = Scales::of(type);
  Builder builder(type.getContext());
  attributes.set("snn.scales",
                 builder.getDenseF64ArrayAttr(ArrayRef<double>(scales.values)));
  if (scales.isPerAxis())
    attributes.set("snn.scale_axis", builder.getIndexAttr(*scales.axis));
}

BlockArgument FunctionArguments::add(MemRefType type, StringRef kind,
                                     StringRef name, StringRef node,
                                     Location loc) {
  Builder builder(function.getContext());
  NamedAttrList &list = attributes.emplace_back();
  list.set(kKindAttr, builder.getStringAttr(kind));
  list.set(kNameAttr, builder.getStringAttr(name));
  if (!node.empty())
    list.set(kNodeAttr, builder.getStringAttr(node));
  return function.getBody().front().addArgument(type, loc);
}

void FunctionArguments::setScales(Type type) {
  addScales(type, attributes.back());
}

void FunctionArguments::setUse(StringRef use) {
  attributes.back().set("snn.use",
                        StringAttr::get(function->getContext(), use));
}

StringRef FunctionArguments::getKind(BlockArgument argument) const {
  Attribute kind = attributes[argument.getArgNumber()].get(kKindAttr);
  return cast<StringAttr>(kind).getValue();
}

void FunctionArguments::setAlignment(BlockArgument argument, int64_t bytes) {
  attributes[argument.getArgNumber()].set(
      "snn.alignment", Builder(function.getContext()).getI64IntegerAttr(bytes));
}

void FunctionArguments::finish() {
  MLIRContext *context = function.getContext();
  function.setFunctionType(FunctionType::get(
      context, function.getBody().front().getArgumentTypes(), {}));
  function.setAllArgAttrs(
      llvm::map_to_vector(attributes, [&](const NamedAttrList &list) {
        return list.getDictionary(context);
      }));
}

/// The largest table of initial values: 2^24.
static constexpr int64_t kMostInitialValues = int64_t(1) << 24;

/// The initial values of a state of `size` numbers: those of a delay are in
/// every slot of its rings.
static std::vector<double>
fillRings(Operation *op, const std::vector<double> &values, size_t size) {
  std::vector<double> filled;
  auto delay = dyn_cast<DelayOp>(op);
  if (delay && !delay.getSteps().isSplat()) {
    for (auto [value, steps] :
         llvm::zip_equal(values, delay.getSteps().getValues<int64_t>()))
      filled.insert(filled.end(), steps, value);
    return filled;
  }
  while (filled.size() < size)
    llvm::append_range(filled, values);
  return filled;
}

/// What reports call a state of `op`, and of it the one with this name.
static StringRef getStateUse(Operation *op, StringRef name) {
  if (name == "position")
    return "position in the ring";
  auto delay = dyn_cast<DelayOp>(op);
  if (!delay)
    return name == "i" ? "current" : "voltage";
  return delay.getMaxSteps() == 1 ? "signal of the step before" : "delay ring";
}

LogicalResult NetworkLowering::addState(Operation *op, MemRefType type,
                                        StringRef name, Value initial) {
  std::string fullName = getLayerName(op) + "_" + name.str();
  context.states[op].push_back(
      stepArguments->add(type, "state", fullName, getNode(op), op->getLoc()));
  context.ownMemory.insert(context.states[op].back());
  stepArguments->setUse(getStateUse(op, name));
  // All elements are set alike, so the init function sees them in a row.
  type = MemRefType::get({type.getNumElements()}, type.getElementType());
  Value state =
      initArguments->add(type, "state", fullName, getNode(op), op->getLoc());

  ImplicitLocOpBuilder builder(network.getLoc(), initBuilder);
  auto tensorType =
      RankedTensorType::get(type.getShape(), type.getElementType());
  Value tensor = bufferization::ToTensorOp::create(
      builder, tensorType, state, /*restrict=*/true, /*writable=*/true);
  Constant constant;
  if (initial) {
    std::optional<Constant> known = getConstant(initial);
    if (!known)
      return op->emitOpError("initial ")
             << name << " is not a constant; only constants can be lowered";
    constant = *known;
    // What the state's type holds.
    constant.elementType = type.getElementType();
    constant.quantizedType = nullptr;
    ArrayRef<int64_t> signal =
        cast<RankedTensorType>(op->getResult(0).getType()).getShape();
    if (!constant.isUniform() && ArrayRef(constant.shape) != signal)
      constant = makeConstant(signal, constant.elementType,
                              [&](ArrayRef<int64_t> position) {
                                return getElement(*known, position);
                              });
    if (!constant.isUniform() && type.getNumElements() > kMostInitialValues)
      return op->emitOpError("begins with ")
             << type.getNumElements() << " numbers that are not all the same, "
             << "expected at most " << kMostInitialValues
             << ": there is a table of them";
    if (!constant.isUniform())
      constant.values = fillRings(op, constant.values, type.getNumElements());
    constant.shape = llvm::to_vector(type.getShape());
    constant.isScalar = false;
  }
  Value filled;
  if (!initial || constant.isUniform()) {
    Type elementType = type.getElementType();
    TypedAttr value = builder.getZeroAttr(elementType);
    if (isa<FloatType>(elementType) && initial)
      value = builder.getFloatAttr(elementType, constant.at(0));
    else if (initial)
      value = builder.getIntegerAttr(elementType,
                                     static_cast<int64_t>(constant.at(0)));
    Value number = arith::ConstantOp::create(builder, value);
    filled = linalg::FillOp::create(builder, number, tensor).getResult(0);
  } else {
    auto values = cast<ElementsAttr>(getConstantAttr(constant, fullName));
    FlatSymbolRefAttr global = addGlobal(symbols, op->getLoc(), getNode(op),
                                         fullName + "_init", type, values);
    Value buffer = memref::GetGlobalOp::create(builder, type, global.getAttr());
    Value source = bufferization::ToTensorOp::create(
        builder, tensorType, buffer, /*restrict=*/true, /*writable=*/false);
    filled = linalg::CopyOp::create(builder, source, tensor).getResult(0);
  }
  bufferization::MaterializeInDestinationOp::create(
      builder, TypeRange(), filled, state, /*restrict=*/true,
      /*writable=*/true);
  return success();
}

void NetworkLowering::addKeptList(EventsOp events) {
  MemRefType type = getEventsStorageType(events, context);
  std::string name = getLayerName(events) + "_list";
  context.states[events].push_back(stepArguments->add(
      type, "state", name, getNode(events.getOperation()), events.getLoc()));
  stepArguments->setUse("list of events");
  Value list = initArguments->add(
      type, "state", name, getNode(events.getOperation()), events.getLoc());
  ImplicitLocOpBuilder builder(network.getLoc(), initBuilder);
  Value end =
      createNumber(builder, type.getElementType(),
                   static_cast<double>(events.getEvents().getType().getSize()));
  linalg::FillOp::create(builder, end, list);
}

LogicalResult NetworkLowering::addStatesOf(OffloadOp offload) {
  for (Operation *op : offload.getGroup())
    if (auto neuron = dyn_cast<NeuronOpInterface>(op))
      for (const StateVariable &variable : neuron.getStateVariables())
        if (hasState(offload, op, variable.name) &&
            failed(addState(op, getStorageType(variable.type), variable.name,
                            variable.init)))
          return failure();
  return success();
}

LogicalResult NetworkLowering::addStates() {
  for (Operation &op : *network.getBodyBlock()) {
    if (auto offload = dyn_cast<OffloadOp>(op))
      if (failed(addStatesOf(offload)))
        return failure();
    if (auto events = dyn_cast<EventsOp>(op);
        events && context.kept.keeps(events))
      addKeptList(events);
    auto stateful = dyn_cast<StatefulOpInterface>(op);
    if (!stateful)
      continue;
    auto delay = dyn_cast<DelayOp>(op);
    if (delay && context.kept.replaces(delay))
      continue;
    if (delay)
      if (std::optional<BitRing> ring = BitRing::of(delay, context.options)) {
        if (failed(addState(&op, ring->getStorageType(), "past", Value())) ||
            failed(addState(&op, ring->getPositionType(), "position", Value())))
          return failure();
        continue;
      }
    for (const StateVariable &variable : stateful.getStateVariables())
      if (failed(addState(&op, getStorageType(variable.type), variable.name,
                          variable.init)))
        return failure();
    if (!delay || delay.getMaxSteps() == 0)
      continue;
    if (std::optional<MemRefType> type = getPositionType(delay))
      if (failed(addState(&op, *type, "position", Value())))
        return failure();
  }
  return success();
}

void NetworkLowering::addInputs() {
  for (auto [index, argument] :
       llvm::enumerate(network.getBodyBlock()->getArguments())) {
    std::string name = getName(network.getArgAttrsAttr(), index, "input");
    context.buffers[argument] = stepArguments->add(
        getStorageType(cast<RankedTensorType>(argument.getType())), "input",
        name, getNode(argument), argument.getLoc());
    stepArguments->setScales(argument.getType());
  }
}

void NetworkLowering::addOutputs() {
  for (auto [index, type] : llvm::enumerate(network.getResultTypes())) {
    std::string name = getName(network.getResAttrsAttr(), index, "output");
    outputBuffers.push_back(
        stepArguments->add(getStorageType(cast<RankedTensorType>(type)),
                           "output", name, /*node=*/"", network.getLoc()));
    stepArguments->setScales(type);
  }
}

bool snn::isRead(Value signal, const StepContext &context, EventsOp ownList) {
  return llvm::any_of(signal.getUses(), [&](OpOperand &use) {
    if (ownList && use.getOwner() == ownList)
      return false;
    if (auto delay = dyn_cast<DelayOp>(use.getOwner());
        delay && context.kept.replaces(delay))
      return false;
    auto synapse = dyn_cast<SynapseOpInterface>(use.getOwner());
    bool isInput = synapse && use.getOperandNumber() == 0;
    // One that looks at all inputs may do so before a transpose.
    if (isInput && getEventOrder(synapse))
      return context.direct.scans(synapse) &&
             withoutReshapes(getSpikeSource(synapse)) ==
                 withoutReshapes(signal);
    if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(use.getOwner()))
      return isRead(use.getOwner()->getResult(0), context, ownList);
    return true;
  });
}

/// What reports call the memory of a signal.
static StringRef getSignalUse(Value signal) {
  Operation *op = signal.getDefiningOp();
  if (isa<SynapseOpInterface, AddOp, SumPool2dOp, AvgPool2dOp>(op))
    return "sums";
  auto neuron = dyn_cast<NeuronOpInterface>(op);
  return neuron && signal == op->getResult(0) ? "spikes" : "signal";
}

void NetworkLowering::placeSignal(Value signal) {
  if (isa<EventsType>(signal.getType())) {
    Operation *op = signal.getDefiningOp();
    auto events = cast<EventsOp>(op);
    if (context.direct.hidesEvents(events))
      return;
    EventsOp past = context.kept.get(events);
    if (past || context.kept.keeps(events)) {
      context.buffers[signal] = context.states[past ? past : events].front();
      return;
    }
    context.buffers[signal] =
        stepArguments->add(getEventsStorageType(events, context), "scratch",
                           getLayerName(op), getNode(op), op->getLoc());
    stepArguments->setUse("list of events");
    return;
  }
  if (signal.getDefiningOp<TransposeOp>() && !isRead(signal, context))
    return;
  auto type = cast<RankedTensorType>(signal.getType());
  Operation *terminator = network.getBodyBlock()->getTerminator();
  for (OpOperand &use : signal.getUses()) {
    if (use.getOwner() != terminator)
      continue;
    context.buffers[signal] = outputBuffers[use.getOperandNumber()];
    return;
  }
  Operation *op = signal.getDefiningOp();
  std::string name = getLayerName(op) + "_out";
  context.buffers[signal] = stepArguments->add(getStorageType(type), "scratch",
                                               name, getNode(op), op->getLoc());
  stepArguments->setUse(getSignalUse(signal));
  context.ownMemory.insert(context.buffers[signal]);
}

Value NetworkLowering::getSumInPlace(Operation *op) {
  auto linear = dyn_cast<LinearOp>(op);
  if (!linear || !linear.getBias() || !linear.getBias().hasOneUse())
    return nullptr;
  auto memory =
      dyn_cast_or_null<BlockArgument>(context.bufferOf(linear.getBias()));
  if (!memory || memory.getType() != getStorageType(linear.getType()))
    return nullptr;
  bool isOutput =
      llvm::is_contained(network.getBodyBlock()->getTerminator()->getOperands(),
                         Value(linear.getResult()));
  bool isScratch = stepArguments->getKind(memory) == "scratch";
  return isScratch && !isOutput ? memory : nullptr;
}

/// The states of neurons that a kernel computes are read where they are stored.
void NetworkLowering::placeStates(OffloadOp offload) {
  for (Operation *op : offload.getGroup()) {
    auto neuron = dyn_cast<NeuronOpInterface>(op);
    ArrayRef<Value> states = context.states[op];
    for (const StateVariable &state :
         neuron ? neuron.getStateVariables() : SmallVector<StateVariable>()) {
      if (!hasState(offload, op, state.name))
        continue;
      bool isVoltage = state.name == "v";
      Value output = neuron.getOutput(isVoltage ? "voltage" : "current");
      context.buffers[output] = isVoltage ? states.back() : states.front();
    }
  }
}

void NetworkLowering::placeOffload(OffloadOp offload) {
  placeStates(offload);
  for (OpResult result : offload.getResults()) {
    Value value = offload.getYielded(result.getResultNumber());
    if (Value state = context.bufferOf(value)) {
      context.buffers[result] = state;
      continue;
    }
    placeSignal(result);
    // A copy, because what the map holds moves when it grows.
    Value signal = context.buffers.lookup(result);
    context.buffers[value] = signal;
  }
  if (std::optional<int64_t> bytes = getScratchBytes(offload, symbols)) {
    auto type = MemRefType::get({(*bytes + 3) / 4}, stepBuilder.getI32Type());
    context.scratch[offload] =
        stepArguments->add(type, "scratch", getLayerName(offload) + "_scratch",
                           getNode(offload), offload.getLoc());
    stepArguments->setUse("memory of a kernel");
  }
}

/// Where the sums of a convolution have a border, and its inputs.
void NetworkLowering::placeMaps(Operation *op) {
  auto synapse = dyn_cast<SynapseOpInterface>(op);
  std::optional<PatchPlan> plan;
  if (synapse)
    plan = PatchPlan::of(synapse, context);
  if (!plan)
    return;
  auto place = [&](MemRefType type, StringRef name, StringRef use) {
    context.maps[op].push_back(stepArguments->add(type, "scratch",
                                                  getLayerName(op) + name.str(),
                                                  getNode(op), op->getLoc()));
    stepArguments->setUse(use);
  };
  Type sums = context.bufferOf(op->getResult(0)).getType();
  place(plan->getMapType(sums), "_map", "sums");
  if (std::optional<AllInputsPlan> all =
          AllInputsPlan::of(synapse, *plan, context.options)) {
    place(all->getInputType(sums), "_all", "all inputs");
    if (getElementTypeOrSelf(getSpikeSource(synapse)).isInteger(1))
      place(MemRefType::get({synapse.getInput().getType().getNumElements()},
                            stepBuilder.getI8Type()),
            "_spikes", "spikes");
  }
}

/// Where events are that are repeated as often as they count.
void NetworkLowering::placeRepeated(Operation *op) {
  auto linear = dyn_cast<LinearOp>(op);
  std::optional<RepeatPlan> plan;
  if (linear)
    plan = RepeatPlan::of(linear, context);
  if (!plan)
    return;
  context.repeated[op] = stepArguments->add(
      plan->getListType(linear, context), "scratch",
      getLayerName(op) + "_repeated", getNode(op), op->getLoc());
  stepArguments->setUse("list of events");
}

void NetworkLowering::placeSignals() {
  for (Operation &op : *network.getBodyBlock()) {
    auto delay = dyn_cast<DelayOp>(op);
    if (delay && context.kept.replaces(delay))
      continue;
    if (delay && isReadInPlace(delay)) {
      Value slot = context.states[&op].front();
      SmallVector<ReassociationIndices> groups = {{0, 1}};
      for (int64_t dim = 1; dim < delay.getType().getRank(); ++dim)
        groups.push_back({dim + 1});
      context.buffers[delay.getResult()] = memref::CollapseShapeOp::create(
          stepBuilder, op.getLoc(), slot, groups);
    } else if (auto neuron = dyn_cast<NeuronOpInterface>(op)) {
      // Voltages and currents are read where they are stored.
      SmallVector<Value> states = context.states[&op];
      context.buffers[neuron.getVoltage()] = states.back();
      if (states.size() > 1)
        context.buffers[op.getResults().back()] = states.front();
      EventsOp ownList = getOwnList(neuron, context);
      if (op.getNumResults() > states.size() &&
          !context.direct.hidesSpikes(&op) &&
          (!ownList || isRead(op.getResult(0), context, ownList)))
        placeSignal(op.getResult(0));
    } else if (auto offload = dyn_cast<OffloadOp>(op)) {
      placeOffload(offload);
    } else if (context.direct.get(&op)) {
      continue; // the sum is in a state
    } else if (Value sum = getSumInPlace(&op)) {
      context.buffers[op.getResult(0)] = sum;
    } else if (isa<SNNDialect>(op.getDialect())) {
      for (Value result : op.getResults())
        placeSignal(result);
      placeMaps(&op);
      placeRepeated(&op);
    }
  }
}

LogicalResult NetworkLowering::lowerReshape(Operation *op) {
  Value source = context.bufferOf(op->getOperand(0));
  if (!source)
    return success(); // nobody reads it
  MemRefType type =
      getStorageType(cast<RankedTensorType>(op->getResult(0).getType()));
  Value alias;
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    alias =
        memref::CollapseShapeOp::create(stepBuilder, op->getLoc(), type, source,
                                        collapse.getReassociationIndices());
  else
    alias = memref::ExpandShapeOp::create(
        stepBuilder, op->getLoc(), type.getShape(), source,
        cast<tensor::ExpandShapeOp>(op).getReassociationIndices());
  context.buffers[op->getResult(0)] = alias;
  return success();
}

/// A constant that is used as a signal, not as a coefficient.
LogicalResult NetworkLowering::lowerConstantSignal(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  std::optional<Constant> constant = getConstant(op->getResult(0));
  auto isSignal = [](OpOperand &use) {
    return isa<OutputOp, AddOp>(use.getOwner()) || use.getOperandNumber() == 0;
  };
  bool isInteger = type && type.getElementType().isSignlessInteger() &&
                   !type.getElementType().isInteger(1);
  if (!type || isInteger || llvm::none_of(op->getUses(), isSignal))
    return success();
  auto elements = dyn_cast_or_null<ElementsAttr>(
      isa<arith::ConstantOp>(op) ? cast<arith::ConstantOp>(op).getValue()
                                 : TypedAttr());
  // In one dimension: layers mostly read all elements alike, and name the
  // global themselves.
  bool isFlat = constant && type.getRank() != 0;
  if (constant) {
    constant->quantizedType = nullptr;
    if (isFlat)
      constant->shape = {type.getNumElements()};
    elements = cast<ElementsAttr>(getConstantAttr(*constant, getLayerName(op)));
  }
  if (!elements)
    return op->emitOpError("is a signal and not a constant");
  MemRefType storage = getStorageType(type);
  if (isFlat)
    storage = MemRefType::get(constant->shape, storage.getElementType());
  FlatSymbolRefAttr global = addGlobal(symbols, op->getLoc(), getNode(op),
                                       getLayerName(op), storage, elements);
  Value table = memref::GetGlobalOp::create(stepBuilder, op->getLoc(), storage,
                                            global.getAttr());
  context.buffers[op->getResult(0)] =
      reshapeBuffer(stepBuilder, op->getLoc(), table, type.getShape());
  return success();
}

/// A loop over the parts of `neuron`: each spikes, and what reads its spikes
/// adds for them.
LogicalResult NetworkLowering::lowerParts(NeuronOpInterface neuron,
                                          const SpikePart &part) {
  for (SynapseOpInterface reader : part.readers)
    if (!context.direct.get(reader) &&
        failed(
            lowerInitialSums(cast<LinearOp>(reader.getOperation()), context)))
      return failure();
  ImplicitLocOpBuilder builder(neuron.getLoc(), stepBuilder);
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "part"), indexConstant(builder, 0),
      indexConstant(builder, part.count), indexConstant(builder, 1));
  OpBuilder::InsertionGuard guard(stepBuilder);
  stepBuilder.setInsertionPointToStart(loop.getBody());
  if (failed(lowerNeuronEnd(neuron, context, loop.getInductionVar())))
    return failure();
  for (SynapseOpInterface reader : part.readers)
    if (failed(lowerNamed(reader, [&] { return lowerReader(reader); })))
      return failure();
  return success();
}

/// The spikes of neurons are read before the reset, or after it.
LogicalResult NetworkLowering::lowerInTwoParts(NeuronOpInterface neuron) {
  auto lowerReaders = [&] {
    return success(
        llvm::all_of(context.direct.getReaders(neuron), [&](Operation *reader) {
          return succeeded(lowerReader(reader));
        }));
  };
  if (const SpikePart *part = context.parts.get(neuron))
    return lowerParts(neuron, *part);
  if (!context.direct.hidesSpikes(neuron))
    return lowerNeuronEnd(neuron, context);
  bool isBefore = spikesBeforeReset(NeuronModel(neuron));
  return success((!isBefore || succeeded(lowerReaders())) &&
                 succeeded(lowerNeuronEnd(neuron, context)) &&
                 (isBefore || succeeded(lowerReaders())));
}

LogicalResult NetworkLowering::lowerReader(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](LinearOp linear) { return lowerLinear(linear, context); })
      .Case([&](Conv1dOp conv) { return lowerConv1d(conv, context); })
      .Case([&](Conv2dOp conv) { return lowerConv2d(conv, context); })
      .Case([&](SumPool2dOp pool) { return lowerSumPool2d(pool, context); })
      .Case([&](AvgPool2dOp pool) { return lowerAvgPool2d(pool, context); });
}

LogicalResult NetworkLowering::lowerOp(Operation *op) {
  // Lowered with the neurons whose voltage it reads.
  if (isa<SynapseOpInterface, WindowOpInterface>(op)) {
    auto synapse = dyn_cast<SynapseOpInterface>(op);
    Value spikes = synapse ? getSpikeSource(synapse) : op->getOperand(0);
    Operation *source = spikes.getDefiningOp();
    if (source && context.direct.hidesSpikes(source))
      return success();
    if (synapse && synapse.getEvents() &&
        context.parts.get(synapse.getEvents().getDefiningOp<EventsOp>()))
      return success();
  }
  if (context.direct.contains(op))
    return lowerInTwoParts(cast<NeuronOpInterface>(op));
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](LinearOp linear) {
        return linear.getSaturate() ? lowerSaturatingLinear(linear, context)
                                    : lowerLinear(linear, context);
      })
      .Case([&](Conv1dOp conv) { return lowerConv1d(conv, context); })
      .Case([&](Conv2dOp conv) { return lowerConv2d(conv, context); })
      .Case([&](SumPool2dOp pool) { return lowerSumPool2d(pool, context); })
      .Case([&](AvgPool2dOp pool) { return lowerAvgPool2d(pool, context); })
      .Case([&](TransposeOp op) {
        return context.bufferOf(op) ? lowerTranspose(op, context) : success();
      })
      .Case([&](EventsOp events) {
        return context.direct.hidesEvents(events) || context.kept.get(events)
                   ? success()
                   : lowerEvents(events, context);
      })
      .Case([&](ScaleOp scale) { return lowerScale(scale, context); })
      .Case([&](AddOp add) { return lowerAdd(add, context); })
      .Case([&](DecayOp decay) { return lowerDecay(decay, context); })
      .Case([&](TruncateOp op) { return lowerTruncate(op, context); })
      .Case([&](ThresholdOp op) { return lowerThreshold(op, context); })
      .Case([&](NeuronOpInterface op) { return lowerNeuron(op, context); })
      .Case<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
          [&](auto reshape) { return lowerReshape(reshape); })
      .Case<arith::ConstantOp, quant::StorageCastOp>(
          [&](auto constant) { return lowerConstantSignal(constant); })
      .Case([&](RescaleOp rescale) { return lowerRescale(rescale, context); })
      .Case([&](DelayOp delay) {
        if (context.kept.replaces(delay))
          return success();
        // Delays of at least one step were read before.
        return delay.isCarried(delay->getResult(0))
                   ? success()
                   : lowerDelayRead(delay, context);
      })
      .Case([&](OffloadOp offload) { return lowerOffload(offload, context); })
      .Case([](OutputOp) { return success(); })
      .Default([](Operation *other) {
        return other->emitOpError("cannot be lowered to linalg yet");
      });
}

/// Whether `synapse` adds to a neuron's state for a part of its events at a
/// time.
static bool addsParts(NeuronOpInterface neuron, SynapseOpInterface synapse,
                      const StepContext &context) {
  return synapse.getEvents() && !getOwnList(neuron, context) &&
         getElementTypeOrSelf(getSpikeSource(synapse).getType()).isInteger(1) &&
         getPartCapacity(synapse.getEvents().getDefiningOp<EventsOp>(),
                         context);
}

/// Whether a convolution adds to the states of neurons: to voltages that are
/// kept as they are until then, as sums would have to be cleared first, and
/// added after; or where memory is saved, to all.
static bool addsToState(NeuronOpInterface neuron, SynapseOpInterface synapse,
                        int64_t unit, const StepContext &context) {
  const ConvertSNNToLinalgOptions &options = context.options;
  // Sums in words that borrow from each other are no voltages.
  bool areSums = options.words && options.flippedSigns;
  if (areSums || !isa<Conv1dOp, Conv2dOp>(synapse.getOperation()) ||
      !synapse.getEvents() || PatchPlan::of(synapse, context))
    return false;
  // The code of two parts is not worth the memory of fewer sums.
  constexpr int64_t kLeastSums = 64;
  if (options.partLists &&
      neuron.getVoltage().getType().getNumElements() >= kLeastSums)
    return true;
  NeuronModel model(neuron);
  return unit == 1 && !model.current && model.spikes &&
         model.spikes->resetTiming == ResetTiming::Immediate &&
         !neuron.getCoefficient("decay") && !neuron.getCoefficient("leak") &&
         // These make their lists, or step in pairs.
         (model.spikes->counts() || !options.listWithNeurons);
}

/// The names of what `op` computes in the NIR graph: its node's, and for states
/// that with ".v" or ".i". What is not quite a node's has none.
static SmallVector<std::pair<Value, std::string>> getSignals(Operation *op) {
  if (auto offload = dyn_cast<OffloadOp>(op)) {
    SmallVector<std::pair<Value, std::string>> signals;
    for (Operation *inner : offload.getGroup())
      llvm::append_range(signals, getSignals(inner));
    return signals;
  }
  std::string name = getNode(op).str();
  // These are none of NIR's nodes, nor is what synapses add to another sum.
  auto linear = dyn_cast<LinearOp>(op);
  if (name.empty() || isVariant(op) || op->getNumResults() == 0 ||
      isa<AddOp, TransposeOp, EventsOp, RescaleOp, TruncateOp>(op) ||
      (linear && linear.getBias() && !getConstant(linear.getBias())))
    return {};
  SmallVector<std::pair<Value, std::string>> signals = {
      {op->getResult(0), name}};
  if (auto neuron = dyn_cast<NeuronOpInterface>(op))
    for (auto [value, output] :
         llvm::zip_equal(op->getResults(), neuron.getOutputNames()))
      if (output != "spikes")
        signals.push_back({value, name + (output == "voltage" ? ".v" : ".i")});
  return signals;
}

/// Names the signals in the memory that is handed to the function of `call`.
static void nameSignals(func::CallOp call, func::FuncOp function, Operation *op,
                        const StepContext &context) {
  Builder builder(op->getContext());
  for (OpOperand &operand : call->getOpOperands()) {
    unsigned index = operand.getOperandNumber();
    SmallVector<Attribute> names;
    for (auto &[value, name] : getSignals(op)) {
      Value buffer = context.bufferOf(value);
      if (!buffer || getMemory(buffer) != getMemory(operand.get()))
        continue;
      names.push_back(builder.getStringAttr(name));
      NamedAttrList scales;
      addScales(value.getType(), scales);
      for (NamedAttribute scale : scales)
        function.setArgAttr(index, scale.getName(), scale.getValue());
    }
    if (names.empty())
      continue;
    function.setArgAttr(index, kSignalsAttr, builder.getArrayAttr(names));
    if (isChannelsLast(op))
      function.setArgAttr(index, "snn.channels_last", builder.getUnitAttr());
  }
}

LogicalResult
NetworkLowering::lowerNamed(Operation *op,
                            llvm::function_ref<LogicalResult()> lower) {
  Block *block = stepBuilder.getInsertionBlock();
  // Nothing may be before what is made, but in a loop something is behind it.
  Block::iterator end = stepBuilder.getInsertionPoint();
  Operation *last = end == block->begin() ? nullptr : &*std::prev(end);
  if (failed(lower()))
    return failure();
  Block::iterator begin =
      last ? std::next(last->getIterator()) : block->begin();
  for (Operation &made : llvm::make_range(begin, end))
    made.walk([&](func::CallOp call) {
      auto function = symbols.lookup<func::FuncOp>(call.getCallee());
      if (!context.beginnings.contains(function))
        nameSignals(call, function, op, context);
    });
  return success();
}

LogicalResult NetworkLowering::lowerAll() {
  // First what is known before this step's input.
  for (Operation &op : *network.getBodyBlock()) {
    if (auto delay = dyn_cast<DelayOp>(op)) {
      if (delay.getMaxSteps() == 0)
        return delay.emitOpError("by 0 steps must be folded before lowering");
      if (!context.kept.replaces(delay) &&
          delay.isCarried(delay->getResult(0)) && !isReadInPlace(delay) &&
          failed(lowerNamed(delay,
                            [&] { return lowerDelayRead(delay, context); })))
        return failure();
      continue;
    }
    auto neuron = dyn_cast<NeuronOpInterface>(op);
    if (context.direct.contains(&op) &&
        failed(lowerNeuronBegin(neuron, context)))
      return failure();
    if (neuron && neuron.isCarried(op.getResult(0)) &&
        failed(lowerNamed(&op,
                          [&] { return lowerCarriedSpikes(neuron, context); })))
      return failure();
  }
  for (Operation &op : *network.getBodyBlock())
    if (failed(lowerNamed(&op, [&] { return lowerOp(&op); })))
      return failure();
  copyOutputs();
  for (auto delay : network.getBodyBlock()->getOps<DelayOp>())
    if (!context.kept.replaces(delay) &&
        failed(lowerDelayWrite(delay, context)))
      return failure();
  return success();
}

/// Signals that live elsewhere, such as voltages, are copied to the outputs.
void NetworkLowering::copyOutputs() {
  Operation *terminator = network.getBodyBlock()->getTerminator();
  for (auto [value, output] :
       llvm::zip(terminator->getOperands(), outputBuffers)) {
    Value buffer = context.bufferOf(value);
    if (buffer != output)
      memref::CopyOp::create(stepBuilder, terminator->getLoc(), buffer, output);
  }
}

/// Which sums are added to states, and which lists are in parts. Those of
/// convolutions come first: whether another list is in parts depends on how
/// long the lists are that cannot be.
void NetworkLowering::chooseSums() {
  if (context.options.directSums) {
    context.direct = DirectSums(network);
    context.longestWholeList = getLongestWholeList(network, context);
    return;
  }
  auto isConvolved = [&](NeuronOpInterface neuron, SynapseOpInterface synapse,
                         int64_t unit) {
    return addsToState(neuron, synapse, unit, context);
  };
  context.direct = DirectSums(network, isConvolved);
  if (context.options.spikeParts)
    context.parts = SpikeParts(network, context);
  context.longestWholeList = getLongestWholeList(network, context);
  context.direct =
      DirectSums(network, [&](NeuronOpInterface neuron,
                              SynapseOpInterface synapse, int64_t unit) {
        return isConvolved(neuron, synapse, unit) ||
               (unit == 1 && addsParts(neuron, synapse, context));
      });
}

LogicalResult NetworkLowering::run() {
  if (failed(checkResources(network)))
    return failure();
  auto isReady = [](Value value, Operation *) {
    auto result = dyn_cast<OpResult>(value);
    auto stateful =
        result ? dyn_cast<StatefulOpInterface>(result.getOwner()) : nullptr;
    return stateful && stateful.isCarried(result);
  };
  sortTopologically(network.getBodyBlock(), isReady);
  chooseSums();
  context.kept = KeptLists(network, context);
  step = createFunction("step");
  init = createFunction("init");
  stepArguments.emplace(step);
  initArguments.emplace(init);
  stepBuilder.setInsertionPointToStart(&step.getBody().front());
  initBuilder.setInsertionPointToStart(&init.getBody().front());
  addInputs();
  addOutputs();
  if (failed(addStates()))
    return failure();
  placeSignals();
  if (failed(lowerAll()))
    return failure();
  for (BlockArgument argument : context.words)
    stepArguments->setAlignment(argument, 4);
  for (const auto &[op, maps] : context.maps)
    for (Value map : maps)
      stepArguments->setAlignment(cast<BlockArgument>(map), kCacheLine);
  stepArguments->finish();
  initArguments->finish();
  func::ReturnOp::create(stepBuilder, network.getLoc());
  func::ReturnOp::create(initBuilder, network.getLoc());
  symbols.erase(network);
  return success();
}

namespace {
struct ConvertSNNToLinalg
    : snn::impl::ConvertSNNToLinalgBase<ConvertSNNToLinalg> {
  using ConvertSNNToLinalgBase::ConvertSNNToLinalgBase;

  void runOnOperation() override {
    auto checkPlace = [&](NetworkOp network) {
      if (network->getParentOp() == getOperation())
        return WalkResult::advance();
      return WalkResult(network.emitOpError(
          "is not in the module that is lowered, but in one within: expected "
          "no nested modules, or a pass on each of them"));
    };
    if (getOperation().walk(checkPlace).wasInterrupted())
      return signalPassFailure();
    ConvertSNNToLinalgOptions options;
    options.blockOutputs = blockOutputs;
    options.rows = rows;
    options.flippedSigns = flippedSigns;
    options.listWithNeurons = listWithNeurons;
    options.words = words;
    options.patches = patches;
    options.pairs = pairs;
    options.vectorSums = vectorSums;
    options.vectorBlocks = vectorBlocks;
    options.vectorFloats = vectorFloats;
    options.vectorRows = vectorRows;
    options.floatOutputs = floatOutputs;
    options.pairProducts = pairProducts;
    options.vectorNeurons = vectorNeurons;
    options.optionalVectors = optionalVectors;
    options.quietCounts = quietCounts;
    options.directSums = directSums;
    options.bitDelays = bitDelays;
    options.byteLists = byteLists;
    options.frugalLists = frugalLists;
    options.partLists = partLists;
    options.spikeParts = spikeParts;
    options.byCoefficients = byCoefficients;
    options.neuronsPerTurn = neuronsPerTurn;
    options.multiplyAdd = multiplyAdd;
    options.divides = divides;
    options.rowLanes = rowLanes;
    if (options.rowLanes < 1) {
      getOperation().emitError("row-lanes is ")
          << options.rowLanes << ", expected at least 1";
      return signalPassFailure();
    }
    if (options.blockOutputs < 0 || options.blockOutputs % 4 != 0) {
      getOperation().emitError("block-outputs is ")
          << options.blockOutputs << ", expected a multiple of 4 or 0";
      return signalPassFailure();
    }
    if (options.neuronsPerTurn < 1) {
      getOperation().emitError("neurons-per-turn is ")
          << options.neuronsPerTurn << ", expected at least 1";
      return signalPassFailure();
    }
    if (options.vectorSums < 0 || options.vectorSums % 16 != 0) {
      getOperation().emitError("vector-sums is ")
          << options.vectorSums << ", expected a multiple of 16 or 0";
      return signalPassFailure();
    }
    if (options.floatOutputs < 0) {
      getOperation().emitError("float-outputs is ")
          << options.floatOutputs << ", expected at least 0";
      return signalPassFailure();
    }
    if (options.vectorNeurons < 0 || options.vectorNeurons % 8 != 0) {
      getOperation().emitError("vector-neurons is ")
          << options.vectorNeurons << ", expected a multiple of 8 or 0";
      return signalPassFailure();
    }
    SymbolTable symbols(getOperation());
    for (NetworkOp network :
         llvm::make_early_inc_range(getOperation().getOps<NetworkOp>()))
      if (failed(NetworkLowering(network, symbols, options).run()))
        return signalPassFailure();
    for (KernelOp kernel :
         llvm::make_early_inc_range(getOperation().getOps<KernelOp>()))
      symbols.erase(kernel);
  }
};
} // namespace
