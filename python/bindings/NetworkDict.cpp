//===- NetworkDict.cpp - A network as Python sees it ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NetworkDict.h"
#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"
#include "snn/IR/Scales.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace mlir;
using namespace snn;
using namespace snn::python;

template <typename T>
static nb::object makeArray(std::vector<T> values, ArrayRef<int64_t> shape) {
  auto *kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void *pointer) noexcept {
    delete static_cast<std::vector<T> *>(pointer);
  });
  std::vector<size_t> sizes(shape.begin(), shape.end());
  return nb::cast(nb::ndarray<nb::numpy, T>(kept->data(), sizes.size(),
                                            sizes.data(), owner));
}

static nb::dict describeType(Type type) {
  nb::dict result;
  auto tensor = dyn_cast<RankedTensorType>(type);
  result["shape"] = nb::none();
  if (tensor)
    result["shape"] = nb::cast(std::vector<int64_t>(tensor.getShape().begin(),
                                                    tensor.getShape().end()));
  Type element = getElementTypeOrSelf(type);
  auto quantized = dyn_cast<quant::QuantizedType>(element);
  if (!quantized) {
    std::string text;
    llvm::raw_string_ostream os(text);
    element.print(os);
    result["element"] = isa<EventsType>(type) ? "events" : text;
    return result;
  }
  Scales scales = Scales::of(element);
  result["element"] = "quant";
  result["scales"] =
      makeArray(std::vector<double>(scales.values.begin(), scales.values.end()),
                {scales.size()});
  result["axis"] = nb::none();
  if (scales.isPerAxis())
    result["axis"] = *scales.axis;
  result["bits"] = quantized.getStorageTypeIntegralWidth();
  result["min"] = quantized.getStorageTypeMin();
  result["max"] = quantized.getStorageTypeMax();
  return result;
}

/// The numbers of a constant, all of them: integers, or floats.
static nb::object describeConstant(const Constant &constant) {
  int64_t count = constant.getNumElements();
  SmallVector<int64_t> shape;
  if (!constant.isScalar)
    shape = constant.shape;
  if (isa<FloatType>(constant.elementType)) {
    std::vector<double> values(count);
    for (int64_t index = 0; index < count; ++index)
      values[index] = constant.at(index);
    return makeArray(std::move(values), shape);
  }
  std::vector<int64_t> values(count);
  for (int64_t index = 0; index < count; ++index)
    values[index] = static_cast<int64_t>(constant.at(index));
  return makeArray(std::move(values), shape);
}

static nb::object describeAttribute(Attribute attribute) {
  if (auto array = dyn_cast<DenseI64ArrayAttr>(attribute))
    return nb::cast(std::vector<int64_t>(array.asArrayRef().begin(),
                                         array.asArrayRef().end()));
  if (auto integer = dyn_cast<IntegerAttr>(attribute))
    return nb::cast(integer.getInt());
  if (auto elements = dyn_cast<DenseIntElementsAttr>(attribute)) {
    std::vector<int64_t> values;
    for (const APInt &value : elements.getValues<APInt>())
      values.push_back(value.getSExtValue());
    return makeArray(std::move(values), elements.getType().getShape());
  }
  if (isa<UnitAttr>(attribute))
    return nb::bool_(true);
  if (auto rule = dyn_cast<SpikeRuleAttr>(attribute))
    return nb::cast(stringifySpikeRule(rule.getValue()).str());
  if (auto timing = dyn_cast<SpikeTimingAttr>(attribute))
    return nb::cast(stringifySpikeTiming(timing.getValue()).str());
  if (auto reset = dyn_cast<ResetKindAttr>(attribute))
    return nb::cast(stringifyResetKind(reset.getValue()).str());
  if (auto timing = dyn_cast<ResetTimingAttr>(attribute))
    return nb::cast(stringifyResetTiming(timing.getValue()).str());
  if (auto order = dyn_cast<CurrentOrderAttr>(attribute))
    return nb::cast(stringifyCurrentOrder(order.getValue()).str());
  if (auto arithmetic = dyn_cast<ArithmeticAttr>(attribute)) {
    nb::dict rules;
    rules["decay"] = stringifyDecayRule(arithmetic.getDecay()).str();
    rules["sum"] = stringifySumRule(arithmetic.getSum()).str();
    return std::move(rules);
  }
  return nb::none();
}

namespace {
/// Numbers the values of one network.
class Description {
public:
  nb::dict describe(NetworkOp network, bool withConstants);

private:
  int64_t getId(Value value) {
    auto [it, isNew] = ids.try_emplace(value, ids.size());
    if (isNew)
      types[nb::int_(it->second)] = describeType(value.getType());
    return it->second;
  }
  nb::dict describeOperation(Operation *op);
  nb::dict describeOperands(Operation *op);

  llvm::DenseMap<Value, int64_t> ids;
  nb::dict types;
};
} // namespace

static SmallVector<StringRef> getOperandNames(Operation *op) {
  if (auto neuron = dyn_cast<NeuronOpInterface>(op)) {
    SmallVector<StringRef> names = {"input"};
    llvm::append_range(names, neuron.getCoefficientNames());
    return names;
  }
  if (isa<SynapseOpInterface>(op))
    return {"input", "weight", "bias", "events"};
  if (isa<ScaleOp>(op))
    return {"input", "factor"};
  if (isa<ThresholdOp>(op))
    return {"input", "threshold"};
  if (isa<DecayOp>(op))
    return {"input", "decay"};
  if (isa<DelayOp>(op))
    return {"input", "init"};
  return {"input"};
}

nb::dict Description::describeOperands(Operation *op) {
  nb::dict operands;
  if (auto add = dyn_cast<AddOp>(op)) {
    nb::list inputs;
    for (Value input : add.getInputs())
      inputs.append(getId(input));
    operands["inputs"] = inputs;
    return operands;
  }
  // Of optional operands a segment says how many there are.
  auto segments = op->getAttrOfType<DenseI32ArrayAttr>("operandSegmentSizes");
  if (!segments)
    if (auto properties =
            dyn_cast_or_null<DictionaryAttr>(op->getPropertiesAsAttribute()))
      segments = properties.getAs<DenseI32ArrayAttr>("operandSegmentSizes");
  unsigned next = 0;
  for (auto [index, name] : llvm::enumerate(getOperandNames(op))) {
    bool isThere =
        segments ? segments[index] != 0 : next < op->getNumOperands();
    if (isThere)
      operands[nb::cast(name.str())] = getId(op->getOperand(next++));
  }
  return operands;
}

nb::dict Description::describeOperation(Operation *op) {
  nb::dict result;
  result["op"] = op->getName().getStringRef().str();
  result["node"] = getNode(op).str();
  result["operands"] = describeOperands(op);
  nb::list results;
  for (Value value : op->getResults())
    results.append(getId(value));
  result["results"] = results;
  nb::dict attributes;
  for (NamedAttribute attribute : op->getAttrDictionary()) // inherent ones, too
    attributes[nb::cast(attribute.getName().str())] =
        describeAttribute(attribute.getValue());
  result["attrs"] = attributes;
  return result;
}

/// Whether getConstant would read the result of `op`.
static bool isConstant(Operation &op) {
  Operation *source = &op;
  if (auto cast = dyn_cast<quant::StorageCastOp>(op))
    source = cast.getInput().getDefiningOp();
  return isa_and_present<arith::ConstantOp>(source);
}

nb::dict Description::describe(NetworkOp network, bool withConstants) {
  nb::list inputs, outputs, ops;
  nb::dict constants;
  auto nameOf = [](DictionaryAttr attributes) {
    auto name = attributes ? attributes.getAs<StringAttr>(NetworkOp::kNameAttr)
                           : StringAttr();
    return name ? name.str() : std::string();
  };
  for (BlockArgument argument : network.getBodyBlock()->getArguments())
    inputs.append(nb::make_tuple(
        getId(argument),
        nameOf(network.getArgAttrDict(argument.getArgNumber()))));
  for (Operation &op : *network.getBodyBlock()) {
    if (isa<OutputOp>(op)) {
      for (OpOperand &operand : op.getOpOperands())
        outputs.append(nb::make_tuple(
            getId(operand.get()),
            nameOf(network.getResultAttrDict(operand.getOperandNumber()))));
      continue;
    }
    if (isConstant(op)) {
      if (!withConstants)
        continue;
      if (std::optional<Constant> constant = getConstant(op.getResult(0)))
        constants[nb::int_(getId(op.getResult(0)))] =
            describeConstant(*constant);
      continue;
    }
    ops.append(describeOperation(&op));
  }
  nb::dict result;
  result["inputs"] = inputs;
  result["outputs"] = outputs;
  result["types"] = types;
  result["constants"] = constants;
  result["ops"] = ops;
  return result;
}

nb::dict snn::python::describeNetwork(NetworkOp network, bool withConstants) {
  return Description().describe(network, withConstants);
}

static nb::list getNodes(ArrayRef<Operation *> group) {
  nb::list nodes;
  for (Operation *op : group)
    if (StringRef node = getNode(op); !node.empty())
      nodes.append(node.str());
  return nodes;
}

nb::list snn::python::describePlacements(ModuleOp module) {
  nb::list placements;
  for (auto network : module.getOps<NetworkOp>())
    for (Operation &op : *network.getBodyBlock()) {
      if (auto offload = dyn_cast<OffloadOp>(op)) {
        placements.append(nb::make_tuple(getNodes(offload.getGroup()),
                                         offload.getKernel().str(),
                                         nb::list()));
        continue;
      }
      auto stays = op.getAttrOfType<ArrayAttr>("snn.stays");
      if (!stays)
        continue;
      nb::list reasons;
      for (auto reason : stays.getAsRange<StringAttr>())
        reasons.append(reason.str());
      placements.append(nb::make_tuple(getNodes(&op), nb::none(), reasons));
    }
  return placements;
}

nb::dict snn::python::describeMemories(ModuleOp module) {
  nb::dict bytes;
  for (auto global : module.getOps<memref::GlobalOp>()) {
    auto memory = global->getAttrOfType<StringAttr>("snn.memory");
    if (!memory)
      continue;
    MemRefType type = global.getType();
    int64_t size = type.getNumElements() * (type.getElementTypeBitWidth() / 8);
    nb::str name(memory.str().c_str());
    int64_t before = bytes.contains(name) ? nb::cast<int64_t>(bytes[name]) : 0;
    bytes[name] = before + size;
  }
  return bytes;
}
