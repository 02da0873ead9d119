//===- InterfaceBuilder.cpp - From a module to its C interface ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterfaceBuilder.h"
#include "FunctionEmitter.h"
#include "Helpers.h"
#include "Legality.h"
#include "Literals.h"
#include "Profile.h"
#include "Weights.h"
#include "snn/Analysis/Memory.h"
#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace mlir;
using namespace snn;
using namespace snn::c11;

StringRef c11::getText(Operation *op, StringRef attribute) {
  auto text = op->getAttrOfType<StringAttr>(attribute);
  return text ? text.getValue() : "";
}

//===----------------------------------------------------------------------===//
// The functions of a network
//===----------------------------------------------------------------------===//

/// Whether a function that is declared as a helper of the emitter has its
/// types; that there is such a helper is verified [N7].
static LogicalResult checkHelper(func::FuncOp function) {
  StringRef name = getText(function, "snn.helper");
  Builder builder(function.getContext());
  auto line = [](Type element) {
    return MemRefType::get({ShapedType::kDynamic}, element);
  };
  Type index = builder.getIndexType();
  auto takes = [&](unsigned positionBits, unsigned listBits) {
    Type position = builder.getIntegerType(positionBits);
    Type result = name == "set_spikes" ? builder.getI1Type()
                                       : builder.getIntegerType(listBits);
    SmallVector<Type> types(name == "take_part" ? 6 : 4, index);
    types.front() = line(position);
    types.back() = line(result);
    return function.getFunctionType() == builder.getFunctionType(types, {});
  };
  bool isList =
      name == "take_events" || name == "take_part" || name == "set_spikes";
  bool isProduct = name.starts_with("product");
  Type word = builder.getI32Type();
  SmallVector<Type> words(name.starts_with("product_shifted") ? 4 : 2, word);
  FunctionType other = isProduct
                           ? builder.getFunctionType(words, {word})
                           : builder.getFunctionType({}, {builder.getI1Type()});
  bool hasTypes = isList ? takes(16, 16) || takes(32, 32) || takes(16, 8)
                         : function.getFunctionType() == other;
  if (function.isPrivate() && function.isDeclaration() && hasTypes)
    return success();
  return function.emitOpError(
      "C11: is not a helper of the emitter: expected a "
      "private declaration of take_events, take_part or "
      "set_spikes with their types, of a product of "
      "two i32, or of four for product_shifted and "
      "product_shifted_short, or of a condition without "
      "arguments and with an i1");
}

/// Finds the public functions, and checks the declarations of helpers.
static FailureOr<NetworkFunctions> findPublicFunctions(ModuleOp module) {
  NetworkFunctions functions;
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function && !isa<memref::GlobalOp>(op))
      return op.emitOpError("C11: is not in the emitter's subset: expected "
                            "functions and globals, as the snn-to-loops "
                            "pipeline makes them");
    if (function && function->hasAttr("snn.helper") &&
        failed(checkHelper(function)))
      return failure();
    if (!function || function.isPrivate())
      continue;
    StringRef role = getText(function, "snn.role");
    func::FuncOp &found = role == "step"          ? functions.step
                          : role == "step_events" ? functions.stepEvents
                                                  : functions.init;
    if (role != "step" && role != "step_events" && role != "init")
      return function.emitOpError("C11: is public and neither step nor init "
                                  "function of a network");
    if (found)
      return function.emitOpError("C11: is the second ")
             << role << " function; one network makes one C file";
    found = function;
  }
  if (!functions.step || !functions.init)
    return module.emitError("C11: there is no ")
           << (functions.step ? "init" : "step")
           << " function of a network in this module";
  return functions;
}

FailureOr<NetworkFunctions> c11::findFunctions(ModuleOp module,
                                               const SymbolTable &table) {
  FailureOr<NetworkFunctions> functions = findPublicFunctions(module);
  if (failed(functions))
    return failure();
  for (auto function : module.getOps<func::FuncOp>())
    if (!function->hasAttr("snn.helper") &&
        failed(checkFunction(function, table)))
      return failure();
  FailureOr<SmallVector<func::FuncOp>> layers = orderCallees(module, table);
  if (failed(layers))
    return failure();
  functions->layers = std::move(*layers);
  return functions;
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static ModelContent getContent(ModelArray::Role role, Type element,
                               bool isScaled) {
  if (role == ModelArray::Role::Arena)
    return ModelContent::Bytes;
  if (role == ModelArray::Role::Events || role == ModelArray::Role::Count)
    return ModelContent::Positions;
  if (element.isInteger(1))
    return ModelContent::Spikes;
  if (isScaled)
    return ModelContent::Integers;
  return isa<IntegerType>(element) ? ModelContent::Counts
                                   : ModelContent::Values;
}

/// On a machine of 64 bits.
static int64_t getBytes(Type element) {
  if (element.isIndex())
    return 8;
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

/// The scales that an argument's attributes give; their macro has no name yet.
static std::optional<ModelScale> getScale(func::FuncOp function,
                                          unsigned index) {
  auto scales =
      function.getArgAttrOfType<DenseF64ArrayAttr>(index, "snn.scales");
  if (!scales || scales.empty())
    return std::nullopt;
  ModelScale scale;
  scale.values.assign(scales.asArrayRef().begin(), scales.asArrayRef().end());
  if (auto axis =
          function.getArgAttrOfType<IntegerAttr>(index, "snn.scale_axis"))
    scale.axis = axis.getInt();
  return scale;
}

namespace {

/// Reads the functions of a network, and names what is in them.
class InterfaceBuilder {
public:
  InterfaceBuilder(ModuleOp module, const SymbolTable &table,
                   const NetworkFunctions &functions, const Signs &signs)
      : module(module), table(table), functions(functions), signs(signs) {}

  FailureOr<ModelInterface> build(const C11Options &options);

private:
  LogicalResult choosePrefix(StringRef wanted);
  LogicalResult addFacts();
  /// What the attributes of a step function's argument say about it.
  FailureOr<ModelArray> describe(func::FuncOp function, BlockArgument argument);
  LogicalResult addStep();
  LogicalResult addStepEvents();
  /// Names the parameters of a function as its declaration has them.
  static void nameParameters(ModelFunction &function);
  void addArena();
  LogicalResult addTaps(ArrayRef<std::string> wanted);

  /// The C type of the elements of an array.
  std::string typeOf(Value array) const {
    return getStorageType(cast<MemRefType>(array.getType()).getElementType(),
                          signs.isUnsigned(array))
        .str();
  }
  std::string addMacro(StringRef name, StringRef suffix) {
    return interface.getMacro(
        macros.add(StringRef(sanitize(name) + suffix.str()).upper()));
  }

  ModuleOp module;
  const SymbolTable &table;
  NetworkFunctions functions;
  const Signs &signs;
  NameTable members, macros;
  SmallVector<BlockArgument> arenas;
  ModelInterface interface;
};

} // namespace

LogicalResult InterfaceBuilder::choosePrefix(StringRef wanted) {
  if (wanted.empty()) {
    interface.prefix = NameTable().add(getText(functions.step, "snn.name"));
    return success();
  }
  if (!isC11Prefix(wanted))
    return module.emitError("C11: the prefix '")
           << escapeComment(wanted) << "' cannot begin C identifiers";
  interface.prefix = wanted.str();
  return success();
}

LogicalResult InterfaceBuilder::addFacts() {
  auto dt = functions.step->getAttrOfType<FloatAttr>("snn.dt");
  if (!dt)
    return functions.step.emitOpError(
        "C11: has no length of a step: expected a number as 'snn.dt'");
  interface.dt = dt.getValueAsDouble();
  auto read = [](Operation *op, StringRef name, auto &facts) {
    if (auto dictionary = op->getAttrOfType<DictionaryAttr>(name))
      for (NamedAttribute entry : dictionary)
        if (auto text = dyn_cast<StringAttr>(entry.getValue()))
          facts.emplace_back(entry.getName().str(), text.str());
  };
  read(module, "snn.provenance", interface.provenance);
  read(functions.step, "snn.discretization", interface.discretization);
  return success();
}

FailureOr<ModelArray> InterfaceBuilder::describe(func::FuncOp function,
                                                 BlockArgument argument) {
  unsigned index = argument.getArgNumber();
  auto type = dyn_cast<MemRefType>(argument.getType());
  auto kind = function.getArgAttrOfType<StringAttr>(index, "snn.kind");
  auto name = function.getArgAttrOfType<StringAttr>(index, "snn.name");
  std::optional<ModelArray::Role> role =
      kind ? parseRole(kind.getValue()) : std::nullopt;
  bool isCount = argument.getType().isIndex();
  bool isEvents = role == ModelArray::Role::Events;
  bool isArray = type && isStorable(type.getElementType()) &&
                 (type.hasStaticShape() || isEvents);
  if (!role || !name || isCount != (role == ModelArray::Role::Count) ||
      !(isArray || isCount))
    return function.emitOpError("C11: argument ")
           << index << " of type " << argument.getType()
           << " is not in the emitter's subset";
  if (role == ModelArray::Role::Scratch &&
      function.getArgAttr(index, "snn.alignment"))
    return function.emitOpError("C11: argument ")
           << index << " is aligned, which is not in the emitter's subset: run "
           << "snn-plan-scratch first";
  ModelArray array;
  array.role = *role;
  array.node = name.str();
  auto node = function.getArgAttrOfType<StringAttr>(index, kNodeAttr);
  array.owner = node ? node.str() : "";
  array.scale = getScale(function, index);
  array.content = getContent(*role, isArray ? type.getElementType() : Type(),
                             array.scale.has_value());
  if (isCount) {
    array.type = "size_t";
    return array;
  }
  array.type = typeOf(argument);
  array.elementBytes = getBytes(type.getElementType());
  if (!isEvents)
    array.shape.assign(type.getShape().begin(), type.getShape().end());
  return array;
}

LogicalResult InterfaceBuilder::addStep() {
  interface.step.name = interface.prefix + "_step";
  for (BlockArgument argument : functions.step.getArguments()) {
    FailureOr<ModelArray> array = describe(functions.step, argument);
    if (failed(array))
      return failure();
    if (array->isMember()) {
      array->name = members.add(array->node);
      if (array->role == ModelArray::Role::State &&
          functions.step.getArgAttr(argument.getArgNumber(), "snn.alignment"))
        array->words = members.add(array->node + "_words");
    } else {
      array->sizeMacro = addMacro(array->node, "_SIZE");
      if (array->scale)
        array->scale->macro = addMacro(array->node, "_SCALE");
    }
    if (array->role == ModelArray::Role::Arena) {
      arenas.push_back(argument);
      interface.arena = ModelArena{array->name, 0, {}, false};
    }
    interface.step.parameters.push_back(std::move(*array));
  }
  nameParameters(interface.step);
  return success();
}

/// The arguments of the step that takes events are those of the other one, with
/// two for each input of spikes.
LogicalResult InterfaceBuilder::addStepEvents() {
  if (!functions.stepEvents)
    return success();
  ModelFunction &events = interface.stepEvents.emplace();
  events.name = interface.prefix + "_step_events";
  const ModelArray *same = interface.step.parameters.data();
  const ModelArray *end = same + interface.step.parameters.size();
  for (BlockArgument argument : functions.stepEvents.getArguments()) {
    FailureOr<ModelArray> array = describe(functions.stepEvents, argument);
    if (failed(array))
      return failure();
    if (array->role == ModelArray::Role::Arena) {
      if (!interface.arena)
        interface.arena = ModelArena{members.add(array->node), 0, {}, false};
      array->name = interface.arena->name;
      arenas.push_back(argument);
    } else if (array->role == ModelArray::Role::Count) {
      array->shape = events.parameters.back().shape;
    } else {
      if (same == end || same->node != array->node)
        return functions.stepEvents.emitOpError("C11: argument ")
               << argument.getArgNumber() << " has no counterpart in the step "
               << "function";
      array->name = same->name;
      array->shape = same->shape;
      array->sizeMacro = same->sizeMacro;
      if (array->scale && same->scale)
        array->scale = same->scale;
      ++same;
    }
    events.parameters.push_back(std::move(*array));
  }
  nameParameters(events);
  return success();
}

void InterfaceBuilder::nameParameters(ModelFunction &function) {
  // Parameters may be called what they like, but not `net`.
  NameTable scope;
  (void)scope.add("net");
  for (ModelArray &array : function.parameters)
    if (!array.isMember())
      array.name = scope.add(array.role == ModelArray::Role::Count
                                 ? array.node + "_count"
                                 : array.node);
}

void InterfaceBuilder::addArena() {
  // By name, for a fixed order.
  std::map<std::string, int64_t> types;
  for (BlockArgument arena : arenas) {
    auto bytes = cast<MemRefType>(arena.getType());
    interface.arena->bytes =
        std::max(interface.arena->bytes, bytes.getNumElements());
    for (OpOperand &use : arena.getUses()) {
      // A view of all bytes folds away.
      auto view = dyn_cast<memref::ViewOp>(use.getOwner());
      auto call = dyn_cast<func::CallOp>(use.getOwner());
      auto callee =
          call ? table.lookup<func::FuncOp>(call.getCallee()) : nullptr;
      Type type = (view ? view.getType() : bytes).getElementType();
      bool isUnsigned = true;
      if (view)
        isUnsigned = signs.isUnsigned(view);
      else if (callee && !callee.isDeclaration())
        isUnsigned =
            signs.isUnsigned(callee.getArgument(use.getOperandNumber()));
      types[getStorageType(type, isUnsigned).str()] = getBytes(type);
    }
    // Some of it is read in words.
    auto function = cast<func::FuncOp>(arena.getOwner()->getParentOp());
    auto alignment = function.getArgAttrOfType<IntegerAttr>(
        arena.getArgNumber(), "snn.alignment");
    if (alignment && alignment.getInt() == 4 &&
        llvm::none_of(types, [](const auto &type) { return type.second >= 4; }))
      types["uint32_t"] = 4;
    interface.arena->comesFirst |=
        alignment && alignment.getInt() == kCacheLine;
  }
  if (interface.arena)
    interface.arena->types.assign(types.begin(), types.end());
}

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

/// Calls `visit` with each signal that the layers of `step` write, the memory
/// of `step` that it is written to, and the layer's parameter.
static void
forEachSignal(func::FuncOp step, const SymbolTable &table,
              llvm::function_ref<void(StringRef, Value, BlockArgument)> visit) {
  step.walk([&](func::CallOp call) {
    auto layer = table.lookup<func::FuncOp>(call.getCallee());
    if (!layer || layer.isDeclaration())
      return;
    for (auto [operand, parameter] :
         llvm::zip_equal(call.getOperands(), layer.getArguments()))
      for (StringRef signal : getWrittenSignals(parameter))
        visit(signal, getMemory(operand), parameter);
  });
}

LogicalResult InterfaceBuilder::addTaps(ArrayRef<std::string> wanted) {
  NameTable names;
  std::vector<ModelTap> &taps = interface.taps;
  func::FuncOp step = functions.step;
  forEachSignal(
      step, table,
      [&](StringRef signal, Value memory, BlockArgument parameter) {
        if (!llvm::is_contained(wanted, signal))
          return;
        auto type = cast<MemRefType>(memory.getType());
        auto layer = cast<func::FuncOp>(parameter.getOwner()->getParentOp());
        ModelTap tap;
        tap.signal = signal.str();
        tap.name = names.add(signal);
        tap.type = typeOf(parameter);
        tap.shape.assign(type.getShape().begin(), type.getShape().end());
        tap.isChannelsLast = static_cast<bool>(
            layer.getArgAttr(parameter.getArgNumber(), "snn.channels_last"));
        tap.scale = getScale(layer, parameter.getArgNumber());
        if (tap.scale)
          tap.scale->macro = addMacro(signal, "_SCALE");
        tap.content = getContent(ModelArray::Role::Output,
                                 type.getElementType(), tap.scale.has_value());
        taps.push_back(std::move(tap));
      });
  for (const std::string &name : wanted) {
    auto isWanted = [&](const ModelTap &tap) { return tap.signal == name; };
    if (llvm::count_if(taps, isWanted) != 1)
      return module.emitError("C11: signal '")
             << escapeComment(name) << "' is not written by one layer";
  }
  return success();
}

std::vector<std::string> snn::findSignals(ModuleOp module) {
  SymbolTable table(module);
  llvm::MapVector<StringRef, unsigned> counts;
  for (auto function : module.getOps<func::FuncOp>())
    if (getText(function, "snn.role") == "step")
      forEachSignal(
          function, table,
          [&](StringRef signal, Value, BlockArgument) { ++counts[signal]; });
  // What several layers are called after is no name for one.
  std::vector<std::string> names;
  for (auto [name, count] : counts)
    if (count == 1)
      names.push_back(name.str());
  return names;
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

FailureOr<ModelInterface> InterfaceBuilder::build(const C11Options &options) {
  if (options.weightsApart) {
    (void)members.add("weights");
    for (StringRef name :
         {"WEIGHTS_BYTES", "WEIGHTS_ALIGNMENT", "WEIGHTS_LOADED",
          "WEIGHTS_MISPLACED", "WEIGHTS_TOO_SHORT", "WEIGHTS_NOT_A_BLOB",
          "WEIGHTS_OTHER_VERSION", "WEIGHTS_OTHER_NETWORK", "WEIGHTS_DAMAGED"})
      (void)macros.add(name);
  }
  if (failed(choosePrefix(options.prefix)) || failed(addFacts()) ||
      failed(addStep()) || failed(addStepEvents()) ||
      failed(addTaps(options.taps)))
    return failure();
  addArena();
  if (options.weightsApart) {
    FailureOr<ModelWeights> weights = findWeights(module, signs);
    if (failed(weights))
      return failure();
    interface.weights = std::move(*weights);
  }
  if (!options.helpers.empty()) {
    if (!isC11Prefix(options.helpers) ||
        StringRef(options.helpers).equals_insensitive(interface.prefix))
      return module.emitError("C11: the helpers '")
             << escapeComment(options.helpers)
             << "' cannot begin C identifiers beside those of '"
             << interface.prefix << "'";
    interface.helpers = ModelHelpers{options.helpers, getHelpersVersion()};
  }
  if (options.profile)
    interface.profile = ProfileNames(functions, table).get();
  interface.headerName =
      options.headerName.empty() ? interface.prefix + ".h" : options.headerName;
  StringRef stem = interface.headerName;
  if (!stem.consume_back(".h"))
    stem = interface.prefix;
  interface.sourceName = (stem + ".c").str();
  return std::move(interface);
}

FailureOr<ModelInterface> c11::buildInterface(ModuleOp module,
                                              const SymbolTable &table,
                                              const NetworkFunctions &functions,
                                              const Signs &signs,
                                              const C11Options &options) {
  return InterfaceBuilder(module, table, functions, signs).build(options);
}
