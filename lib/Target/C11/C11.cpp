//===- C11.cpp - Networks as C source files -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Target/C11/C11.h"
#include "FunctionEmitter.h"
#include "Identifiers.h"
#include "Legality.h"
#include "Literals.h"
#include "Reuse.h"
#include "Signs.h"
#include "snn/Analysis/Memory.h"
#include "snn/IR/Constants.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

#include <functional>
#include <map>
#include <set>

using namespace mlir;
using namespace snn;
using namespace snn::c11;

namespace {

/// A parameter of a step function: an input, an output, or a member of the
/// network's struct.
struct Parameter {
  BlockArgument buffer;
  StringRef kind;
  StringRef nodeName;
  MemRefType type;
  /// Its C name, as parameter or as member.
  std::string name;
  /// For inputs and outputs, the macro with the number of elements.
  std::string sizeMacro;
  /// For integers that stand for other numbers, the scale or the scales of the
  /// channels, and the macro with them.
  SmallVector<double> scales;
  std::string scaleMacro;

  bool isMember() const {
    return kind == "state" || kind == "scratch" || isArena();
  }
  /// Memory that arrays of all types share.
  bool isArena() const { return kind == "arena"; }
};

/// A signal that step functions show to a macro.
struct Tap {
  StringRef signal;
  /// What it is called there, its C type, and its shape in memory.
  std::string name;
  StringRef type;
  MemRefType memory;
  bool isChannelsLast;
  SmallVector<double> scales;
  std::string scaleMacro;
};

/// Prints one module.
class ModuleEmitter {
public:
  ModuleEmitter(ModuleOp module, llvm::raw_ostream &source,
                llvm::raw_ostream &header)
      : module(module), table(module), signs(module, table), source(source),
        header(header) {}

  LogicalResult emit(const C11Options &options);

private:
  LogicalResult findFunctions();
  LogicalResult checkLegality();
  LogicalResult choosePrefix(StringRef wanted);
  LogicalResult collectParameters();
  LogicalResult collectEventParameters();
  void nameSymbols();
  LogicalResult collectTaps(ArrayRef<std::string> wanted);
  void nameLayers();
  std::string macro(StringRef suffix) {
    return StringRef(prefix).upper() + "_" + suffix.str();
  }
  std::string declareStep(StringRef name,
                          MutableArrayRef<Parameter> parameters);
  void emitProvenance(llvm::raw_ostream &os, StringRef fileName);
  void emitArena();
  void emitStruct();
  /// What the arguments of a step function are.
  void emitArguments(ArrayRef<Parameter> parameters);
  void emitScales();
  void emitHooksHelp(StringRef sourceName);
  void emitHeader(StringRef fileName, StringRef sourceName);
  LogicalResult emitSource(StringRef fileName, StringRef headerName);
  /// Functions that stand for single operations.
  bool usesDouble();
  void emitPlaces();
  void emitHooks();
  /// Prints C with $ for the prefix; ~ and @ are the suffix and the type of
  /// positions of `width` bits.
  void emitHelper(StringRef text, unsigned width = 0);
  void emitListHelpers();
  void emitHelpers();
  LogicalResult emitGlobal(memref::GlobalOp global);
  LogicalResult emitLayer(func::FuncOp function);
  LogicalResult emitInit();
  LogicalResult emitStep(StringRef name, func::FuncOp function,
                         MutableArrayRef<Parameter> parameters);
  /// Binds a parameter of init to the member of the same name.
  LogicalResult bindMember(FunctionEmitter &emitter, func::FuncOp function,
                           BlockArgument argument);

  /// The C type of the elements of an array.
  StringRef typeOf(Value array) const {
    return getStorageType(cast<MemRefType>(array.getType()).getElementType(),
                          signs.isUnsigned(array));
  }

  ModuleOp module;
  SymbolTable table;
  Signs signs;
  llvm::raw_ostream &source;
  llvm::raw_ostream &header;
  func::FuncOp step, stepEvents, init;
  /// The functions of layers, in the order in which they are printed.
  SmallVector<func::FuncOp> layers;
  std::string prefix;
  NameTable globals, members{nullptr}, macros{nullptr};
  llvm::StringMap<std::string> symbols;
  SmallVector<Parameter> parameters, eventParameters;
  /// The memory of the step functions that types share, and its name.
  SmallVector<BlockArgument> arenas;
  std::string arenaName;
  SmallVector<Tap> taps;
  Hooks hooks;
};

} // namespace

//===----------------------------------------------------------------------===//
// What is in the module
//===----------------------------------------------------------------------===//

static StringRef getText(Operation *op, StringRef attribute) {
  auto text = op->getAttrOfType<StringAttr>(attribute);
  return text ? text.getValue() : "";
}

LogicalResult ModuleEmitter::findFunctions() {
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function && !isa<memref::GlobalOp>(op))
      return op.emitOpError("C11: is not in the emitter's subset: expected "
                            "functions and globals, as the snn-to-loops "
                            "pipeline makes them");
    if (!function || function.isPrivate())
      continue;
    StringRef role = getText(function, "snn.role");
    func::FuncOp &found = role == "step"          ? step
                          : role == "step_events" ? stepEvents
                                                  : init;
    if (role != "step" && role != "step_events" && role != "init")
      return function.emitOpError("C11: is public and neither step nor init "
                                  "function of a network");
    if (found)
      return function.emitOpError("C11: is the second ")
             << role << " function; one network makes one C file";
    found = function;
  }
  if (!step || !init)
    return module.emitError("C11: there is no ")
           << (step ? "init" : "step")
           << " function of a network in this module";
  return success();
}

LogicalResult ModuleEmitter::checkLegality() {
  if (!step->hasAttr("snn.dt"))
    return step.emitOpError("C11: has no snn.dt, expected the length of a step "
                            "in seconds");
  for (auto function : module.getOps<func::FuncOp>())
    if (failed(checkFunction(function, table)))
      return failure();
  FailureOr<SmallVector<func::FuncOp>> ordered = orderCallees(module, table);
  if (failed(ordered))
    return failure();
  layers = std::move(*ordered);
  return success();
}

LogicalResult ModuleEmitter::choosePrefix(StringRef wanted) {
  if (wanted.empty()) {
    prefix = NameTable().add(getText(step, "snn.name"));
    return success();
  }
  if (!isC11Prefix(wanted))
    return module.emitError("C11: the prefix '")
           << escapeComment(wanted) << "' cannot begin C identifiers";
  prefix = wanted.str();
  return success();
}

/// What the attributes of a step function's argument say about it.
static FailureOr<Parameter> describeArgument(func::FuncOp function,
                                             BlockArgument argument) {
  unsigned index = argument.getArgNumber();
  Parameter parameter;
  parameter.buffer = argument;
  parameter.type = dyn_cast<MemRefType>(argument.getType());
  auto kind = function.getArgAttrOfType<StringAttr>(index, "snn.kind");
  auto name = function.getArgAttrOfType<StringAttr>(index, "snn.name");
  bool isCount = argument.getType().isIndex();
  bool isArray = parameter.type &&
                 isStorable(parameter.type.getElementType()) &&
                 (parameter.type.hasStaticShape() ||
                  (kind && kind.getValue() == "events"));
  if (!kind || !name || isCount != (kind.getValue() == "count") ||
      !(isArray || isCount))
    return function.emitOpError("C11: argument ")
           << index << " of type " << argument.getType()
           << " is not in the emitter's subset";
  if (auto scales =
          function.getArgAttrOfType<DenseF64ArrayAttr>(index, "snn.scales"))
    parameter.scales = llvm::to_vector(scales.asArrayRef());
  parameter.kind = kind.getValue();
  parameter.nodeName = name.getValue();
  return parameter;
}

LogicalResult ModuleEmitter::collectParameters() {
  for (BlockArgument argument : step.getArguments()) {
    FailureOr<Parameter> parameter = describeArgument(step, argument);
    if (failed(parameter))
      return failure();
    if (parameter->isMember()) {
      parameter->name = members.add(parameter->nodeName);
    } else {
      std::string upper = sanitize(parameter->nodeName);
      parameter->sizeMacro =
          macro(macros.add(StringRef(upper + "_SIZE").upper()));
      if (!parameter->scales.empty())
        parameter->scaleMacro =
            macro(macros.add(StringRef(upper + "_SCALE").upper()));
    }
    if (parameter->isArena()) {
      arenas.push_back(argument);
      arenaName = parameter->name;
    }
    parameters.push_back(std::move(*parameter));
  }
  return success();
}

/// The arguments of the step that takes events are those of the other one, with
/// two for each input of spikes.
LogicalResult ModuleEmitter::collectEventParameters() {
  if (!stepEvents)
    return success();
  const Parameter *same = parameters.begin();
  for (BlockArgument argument : stepEvents.getArguments()) {
    FailureOr<Parameter> parameter = describeArgument(stepEvents, argument);
    if (failed(parameter))
      return failure();
    if (parameter->isArena()) {
      if (arenaName.empty())
        arenaName = members.add(parameter->nodeName);
      parameter->name = arenaName;
      arenas.push_back(argument);
    } else if (parameter->kind != "count") {
      if (same == parameters.end() || same->nodeName != parameter->nodeName)
        return stepEvents.emitOpError("C11: argument ")
               << argument.getArgNumber() << " has no counterpart in the step "
               << "function";
      parameter->name = same->name;
      parameter->sizeMacro = same->sizeMacro;
      parameter->scaleMacro = same->scaleMacro;
      ++same;
    }
    eventParameters.push_back(std::move(*parameter));
  }
  return success();
}

/// All names at file scope begin with the prefix.
void ModuleEmitter::nameSymbols() {
  for (StringRef name :
       {"t", "init", "step", "step_events", "H", "DT", "STATE_BYTES", "TAP",
        "PROFILE", "mask8", "mask16", "mask", "count", "zero4", "list",
        "list_32", "short", "fence"})
    (void)globals.add(prefix + "_" + name.str());
  for (Operation &op : *module.getBody()) {
    auto symbol = cast<SymbolOpInterface>(op);
    if (!symbol.isPublic())
      symbols[symbol.getName()] =
          globals.add(prefix + "_" + sanitize(symbol.getName()));
  }
}

//===----------------------------------------------------------------------===//
// Hooks
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

LogicalResult ModuleEmitter::collectTaps(ArrayRef<std::string> wanted) {
  NameTable names;
  forEachSignal(
      step, table,
      [&](StringRef signal, Value memory, BlockArgument parameter) {
        if (!llvm::is_contained(wanted, signal))
          return;
        Tap tap;
        tap.signal = signal;
        tap.name = names.add(signal);
        tap.type = typeOf(parameter);
        tap.memory = cast<MemRefType>(memory.getType());
        auto layer = cast<func::FuncOp>(parameter.getOwner()->getParentOp());
        tap.isChannelsLast = static_cast<bool>(
            layer.getArgAttr(parameter.getArgNumber(), "snn.channels_last"));
        if (auto scales = layer.getArgAttrOfType<DenseF64ArrayAttr>(
                parameter.getArgNumber(), "snn.scales")) {
          tap.scales = llvm::to_vector(scales.asArrayRef());
          tap.scaleMacro =
              macro(macros.add(StringRef(sanitize(signal) + "_SCALE").upper()));
        }
        taps.push_back(std::move(tap));
      });
  for (const std::string &name : wanted) {
    auto isWanted = [&](const Tap &tap) { return tap.signal == name; };
    if (llvm::count_if(taps, isWanted) != 1)
      return module.emitError("C11: signal '")
             << escapeComment(name) << "' is not written by one layer";
  }
  for (const Tap &tap : taps)
    hooks.taps[tap.signal] = tap.name;
  if (!taps.empty())
    hooks.tapMacro = macro("TAP");
  return success();
}

void ModuleEmitter::nameLayers() {
  hooks.profileMacro = macro("PROFILE");
  NameTable names;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPrivate())
      hooks.layers[function.getSymName()] = names.add(function.getSymName());
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
// Header
//===----------------------------------------------------------------------===//

/// What the file was made from, one line for each fact.
void ModuleEmitter::emitProvenance(llvm::raw_ostream &os, StringRef fileName) {
  auto emitDictionary = [&](Operation *op, StringRef name) {
    auto dictionary = op->getAttrOfType<DictionaryAttr>(name);
    if (!dictionary)
      return;
    size_t width = 0;
    for (NamedAttribute entry : dictionary)
      width = std::max(width, entry.getName().strref().size());
    os << " *\n";
    for (NamedAttribute entry : dictionary) {
      auto text = dyn_cast<StringAttr>(entry.getValue());
      if (!text)
        continue;
      StringRef key = entry.getName().strref();
      os << " *   " << escapeComment(key);
      os.indent(width - key.size() + 2)
          << escapeComment(text.getValue()) << "\n";
    }
  };
  os << "/* " << escapeComment(fileName)
     << " - made by snn-mlir-compile; change the model, not this file.\n";
  emitDictionary(module, "snn.provenance");
  emitDictionary(step, "snn.discretization");
  os << " */\n";
}

std::string ModuleEmitter::declareStep(StringRef name,
                                       MutableArrayRef<Parameter> parameters) {
  // Parameters may be called what they like, but not `net`.
  NameTable scope;
  std::string text = "void " + prefix + "_" + name.str() + "(" + prefix +
                     "_t *" + scope.add("net");
  for (Parameter &parameter : parameters) {
    if (parameter.isMember())
      continue;
    bool isCount = parameter.kind == "count";
    parameter.name =
        scope.add((parameter.nodeName + (isCount ? "_count" : "")).str());
    if (isCount) {
      text += ", size_t " + parameter.name;
      continue;
    }
    text += (parameter.kind == "output" ? ", " : ", const ") +
            typeOf(parameter.buffer).str() + " *" + parameter.name;
  }
  return text + ")";
}

/// A union with an array of each type that is used.
void ModuleEmitter::emitArena() {
  // By name, for a fixed order.
  std::map<std::string, int64_t> types;
  int64_t size = 0;
  for (BlockArgument arena : arenas) {
    auto bytes = cast<MemRefType>(arena.getType());
    size = std::max(size, bytes.getNumElements());
    for (OpOperand &use : arena.getUses()) {
      // A view of all bytes folds away.
      auto view = dyn_cast<memref::ViewOp>(use.getOwner());
      auto call = dyn_cast<func::CallOp>(use.getOwner());
      Type type = (view ? view.getType() : bytes).getElementType();
      bool isUnsigned = true;
      if (view)
        isUnsigned = signs.isUnsigned(view);
      else if (call)
        isUnsigned =
            signs.isUnsigned(table.lookup<func::FuncOp>(call.getCallee())
                                 .getArgument(use.getOperandNumber()));
      types[getStorageType(type, isUnsigned).str()] =
          llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
    }
  }
  header << "    union {\n";
  for (auto &[type, bytes] : types)
    header << "        " << type << " " << getArenaMember(type) << "["
           << llvm::divideCeil(size, bytes) << "];\n";
  header << "    } " << arenaName
         << "; /* within a step; not all of it at the same time */\n";
}

void ModuleEmitter::emitStruct() {
  header << "/* All memory of one network: state, and scratch for one step. "
            "*/\ntypedef struct {\n";
  bool isEmpty = arenas.empty();
  for (const Parameter &parameter : parameters) {
    if (!parameter.isMember() || parameter.isArena())
      continue;
    isEmpty = false;
    header << "    " << typeOf(parameter.buffer) << " " << parameter.name << "["
           << parameter.type.getNumElements() << "];\n";
  }
  if (!arenas.empty())
    emitArena();
  if (isEmpty)
    header << "    uint8_t unused; /* the network has no state */\n";
  header << "} " << prefix << "_t;\n\n";
}

/// "values, shape [2, 3]"
static std::string describe(MemRefType type, StringRef scaleMacro) {
  Type element = type.getElementType();
  std::string what = element.isInteger(1) ? "spikes, 0 or 1"
                     : !scaleMacro.empty()
                         ? "integers, in units of " + scaleMacro.str()
                     : isa<IntegerType>(element) ? "spike counts"
                                                 : "values";
  std::string text = what + ", shape [";
  llvm::raw_string_ostream stream(text);
  llvm::interleaveComma(type.getShape(), stream);
  return text + "]";
}

void ModuleEmitter::emitArguments(ArrayRef<Parameter> parameters) {
  for (const Parameter &parameter : parameters) {
    if (parameter.isMember())
      continue;
    std::string node = "node '" + escapeComment(parameter.nodeName) + "'";
    header << " *   " << parameter.name << ": ";
    if (parameter.kind == "events") {
      header << "positions of spikes, below " << parameter.sizeMacro << ", "
             << node << "\n";
      continue;
    }
    if (parameter.kind == "count") {
      header << "how many these are\n";
      continue;
    }
    header << parameter.sizeMacro << " "
           << describe(parameter.type, parameter.scaleMacro) << ", " << node
           << "\n";
  }
}

/// What integers that the caller sees stand for.
void ModuleEmitter::emitScales() {
  Type type = Float32Type::get(module.getContext());
  bool isFirst = true;
  auto emitScale = [&](StringRef scaleMacro, ArrayRef<double> scales) {
    if (scales.empty())
      return;
    if (std::exchange(isFirst, false))
      header
          << "\n/* An integer i stands for i times the scale; lists have one "
             "for each channel. */\n";
    header << "#define " << scaleMacro << " ";
    bool isList = scales.size() > 1;
    header << (isList ? "{" : "");
    llvm::interleaveComma(scales, header, [&](double scale) {
      header << *getLiteral(FloatAttr::get(type, scale), false);
    });
    header << (isList ? "}" : "") << "\n";
  };
  for (const Parameter &parameter : parameters)
    emitScale(parameter.scaleMacro, parameter.scales);
  for (const Tap &tap : taps)
    emitScale(tap.scaleMacro, tap.scales);
}

/// What can be seen of a step, and how.
void ModuleEmitter::emitHooksHelp(StringRef sourceName) {
  if (!taps.empty()) {
    header << "/* In a step, " << hooks.tapMacro
           << "(signal, data, n) stands where the n elements of data have been "
              "written.\n * It is nothing unless it is defined when "
           << sourceName << " is compiled. The signals:\n";
    for (const Tap &tap : taps)
      header << " *   " << tap.name << ": " << tap.type << ", "
             << describe(tap.memory, tap.scaleMacro)
             << (tap.isChannelsLast ? ", channels last" : "") << ", signal '"
             << escapeComment(tap.signal) << "'\n";
    header << " */\n\n";
  }
  if (!hooks.profileMacro.empty())
    header << "/* In a step, " << hooks.profileMacro
           << "(layer, call) stands around the call of each layer's function.\n"
           << " * It is the call alone unless it is defined when " << sourceName
           << " is compiled. */\n\n";
}

void ModuleEmitter::emitHeader(StringRef fileName, StringRef sourceName) {
  emitProvenance(header, fileName);
  std::string guard = macro("H");
  header << "#ifndef " << guard << "\n#define " << guard << "\n\n"
         << "#include <stddef.h>\n#include <stdint.h>\n\n"
         << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  header << "/* Elements of the inputs and outputs in one step. */\n";
  for (const Parameter &parameter : parameters)
    if (!parameter.isMember())
      header << "#define " << parameter.sizeMacro << " "
             << parameter.type.getNumElements() << "\n";
  emitScales();
  double dt = step->getAttrOfType<FloatAttr>("snn.dt").getValueAsDouble();
  header << "\n/* Seconds per step. */\n#define " << macro("DT") << " "
         << formatNumber(dt, Float64Type::get(module.getContext())) << "\n\n"
         << "/* Bytes of one " << prefix << "_t. */\n#define "
         << macro("STATE_BYTES") << " sizeof(" << prefix << "_t)\n\n";
  emitStruct();
  emitHooksHelp(sourceName);
  header << "/* Sets the state before the first step; also to start again. "
            "*/\nvoid "
         << prefix << "_init(" << prefix << "_t *net);\n\n"
         << "/* One step. Arrays must not overlap.\n";
  emitArguments(parameters);
  header << " */\n" << declareStep("step", parameters) << ";\n\n";
  if (stepEvents) {
    header << "/* The same, for callers that have events: each position once, "
              "in ascending order\n * for the same results bit for bit.\n";
    emitArguments(eventParameters);
    header << " */\n" << declareStep("step_events", eventParameters) << ";\n\n";
  }
  header << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
}

//===----------------------------------------------------------------------===//
// Source
//===----------------------------------------------------------------------===//

LogicalResult ModuleEmitter::emitGlobal(memref::GlobalOp global) {
  auto elements = dyn_cast_or_null<ElementsAttr>(
      global.getInitialValue().value_or(nullptr));
  bool isUnsigned = signs.isUnsigned(global);
  StringRef type =
      getStorageType(global.getType().getElementType(), isUnsigned);
  if (!elements || !global.getConstant() || type.empty())
    return global.emitOpError("C11: is not in the emitter's subset: expected "
                              "a constant with values");
  source << "static const SNN_TABLE " << type << " "
         << symbols[global.getSymName()] << "["
         << llvm::join(llvm::map_range(
                           global.getType().getShape(),
                           [](int64_t size) { return std::to_string(size); }),
                       " * ")
         << (global.getType().getRank() == 0 ? "1" : "") << "] = {\n";
  if (failed(printElements(elements, isUnsigned, source)))
    return global.emitOpError("C11: has a value without literal");
  source << "\n};\n\n";
  return success();
}

LogicalResult ModuleEmitter::emitLayer(func::FuncOp function) {
  FunctionEmitter emitter(symbols, table, signs, globals, prefix, source);
  if (StringRef comment = getText(function, "snn.comment"); !comment.empty()) {
    std::string text = escapeComment(
        (function.getSymName() + ": " + comment).str(), /*multiline=*/true);
    source << "/* ";
    llvm::interleave(
        llvm::split(text, '\n'), source,
        [&](StringRef line) { source << line; }, "\n * ");
    source << " */\n";
  }
  source << "static SNN_LAYER void " << symbols[function.getSymName()] << "(";
  llvm::ListSeparator separator;
  for (BlockArgument argument : function.getArguments()) {
    auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                      "snn.name");
    std::string cName = emitter.getNames().add(name ? name.getValue() : "x");
    if (argument.getType().isIndex()) {
      emitter.bindScalar(argument, cName);
      source << separator << "size_t " << cName;
      continue;
    }
    auto type = dyn_cast<MemRefType>(argument.getType());
    StringRef element = type ? typeOf(argument) : StringRef();
    if (element.empty())
      return function.emitOpError("C11: argument of type ")
             << argument.getType() << " is not in the emitter's subset";
    emitter.bindBuffer(argument, cName);
    source << separator << (isReadOnly(argument) ? "const " : "") << element
           << " *RESTRICT " << cName;
  }
  source << ")\n{\n";
  if (failed(emitter.emitBody(function)))
    return failure();
  source << "}\n\n";
  return success();
}

LogicalResult ModuleEmitter::bindMember(FunctionEmitter &emitter,
                                        func::FuncOp function,
                                        BlockArgument argument) {
  auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                    "snn.name");
  // Several members may have the same node name; they come in the same order.
  unsigned before = 0;
  for (BlockArgument other :
       function.getArguments().take_front(argument.getArgNumber()))
    before += function.getArgAttrOfType<StringAttr>(other.getArgNumber(),
                                                    "snn.name") == name;
  for (const Parameter &parameter : parameters) {
    if (parameter.kind != "state" || !name ||
        parameter.nodeName != name.getValue() || before-- != 0)
      continue;
    emitter.bindBuffer(argument, "net->" + parameter.name);
    return success();
  }
  return function.emitOpError("C11: argument ")
         << argument.getArgNumber()
         << " is not a state of the network's step function";
}

LogicalResult ModuleEmitter::emitInit() {
  FunctionEmitter emitter(symbols, table, signs, globals, prefix, source);
  (void)emitter.getNames().add("net");
  for (BlockArgument argument : init.getArguments())
    if (failed(bindMember(emitter, init, argument)))
      return failure();
  source << "void " << prefix << "_init(" << prefix << "_t *net)\n{\n";
  if (arenas.empty() &&
      llvm::none_of(parameters, std::mem_fn(&Parameter::isMember)))
    source << "    net->unused = 0;\n";
  else if (init.getNumArguments() == 0)
    source << "    (void)net; /* all of it is written in every step */\n";
  if (failed(emitter.emitBody(init)))
    return failure();
  source << "}\n\n";
  return success();
}

LogicalResult ModuleEmitter::emitStep(StringRef name, func::FuncOp function,
                                      MutableArrayRef<Parameter> parameters) {
  FunctionEmitter emitter(symbols, table, signs, globals, prefix, source);
  emitter.setHooks(hooks);
  emitter.setReuses(findReuses(function));
  source << declareStep(name, parameters) << "\n{\n";
  (void)emitter.getNames().add("net");
  bool usesNet = false;
  for (const Parameter &parameter : parameters) {
    usesNet |= parameter.isMember();
    if (parameter.kind == "count")
      emitter.bindScalar(parameter.buffer, parameter.name);
    else
      emitter.bindBuffer(parameter.buffer,
                         (parameter.isMember() ? "net->" : "") +
                             parameter.name +
                             (parameter.isArena() ? ".u8" : ""));
    if (parameter.isMember())
      continue;
    (void)emitter.getNames().add(parameter.name);
    if (parameter.kind != "output" && parameter.buffer.use_empty())
      source << "    (void)" << parameter.name << ";\n";
  }
  if (!usesNet)
    source << "    (void)net;\n";
  if (failed(emitter.emitBody(function)))
    return failure();
  source << "}\n";
  return success();
}

/// Where a machine has 64 bits: a mask of 64 elements.
static constexpr StringLiteral kMaskHelpers = R"(
#if UINTPTR_MAX > 0xffffffffu && defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Bit k says whether x[k] is not 0, for k < 8: the top bit of each byte that is not 0, then these
 * side by side. */
static inline uint64_t $_mask8(const uint8_t *x)
{
    uint64_t bytes;
    memcpy(&bytes, x, 8);
    bytes |= (bytes & 0x7f7f7f7f7f7f7f7fu) + 0x7f7f7f7f7f7f7f7fu;
    return ((bytes & 0x8080808080808080u) * 0x0002040810204081u) >> 56;
}

/* The same for k < 16. */
static inline uint64_t $_mask16(const uint8_t *x)
{
#if defined(__SSE2__)
    typedef char bytes16 __attribute__((vector_size(16)));
    bytes16 bytes;
    memcpy(&bytes, x, 16);
    return (uint64_t)__builtin_ia32_pmovmskb128((bytes16)(bytes != 0));
#else
    return $_mask8(x) | $_mask8(x + 8) << 8;
#endif
}

/* The same for k < size and k < 64. */
static inline uint64_t $_mask(const uint8_t *x, size_t size)
{
    uint64_t mask = 0;
    size_t k = 0;
    if (size >= 64)
        return $_mask16(x) | $_mask16(x + 16) << 16 | $_mask16(x + 32) << 32
            | $_mask16(x + 48) << 48;
    for (; k + 16 <= size; k += 16)
        mask |= $_mask16(x + k) << k;
    for (; k + 8 <= size; k += 8)
        mask |= $_mask8(x + k) << k;
    for (; k < size; ++k)
        mask |= (uint64_t)(x[k] != 0) << k;
    return mask;
}

/* How many bits are set. */
static inline size_t $_count(uint64_t mask)
{
#if defined(__POPCNT__) || defined(__aarch64__)
    return (size_t)__builtin_popcountll(mask);
#else
    mask -= mask >> 1 & 0x5555555555555555u;
    mask = (mask & 0x3333333333333333u) + (mask >> 2 & 0x3333333333333333u);
    mask = (mask + (mask >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (size_t)(mask * 0x0101010101010101u >> 56);
#endif
}

)";

static constexpr StringLiteral kListFromMask = R"(
/* Writes first + k for each k < size, k < 64 with x[k] not 0 to events; gives how many. Up to four
 * more are written behind them: a list has four elements more than x. */
static inline size_t $_list~(const uint8_t *x, size_t size, size_t first, @ *events)
{
    uint64_t mask = $_mask(x, size);
    const size_t n = $_count(mask);
    if (mask == UINT64_MAX) {
        for (size_t k = 0; k < 64; ++k)
            events[k] = (@)(first + k);
        return n;
    }
    /* Four at a time: whether there is one more is nothing that a processor can foresee. */
    do {
        for (size_t k = 0; k < 4; ++k) {
            events[k] = (@)(first + (size_t)__builtin_ctzll(mask | (uint64_t)1 << 63));
            mask &= mask - 1;
        }
        events += 4;
    } while (mask != 0);
    return n;
}

)";

/// Elsewhere, four elements at a time are skipped.
static constexpr StringLiteral kZeroHelper = R"(
/* Whether x[k] is 0 for all k < 4. */
static inline bool $_zero4(const uint8_t *x)
{
#if defined(__ARM_FEATURE_UNALIGNED)
    uint32_t bytes;
    memcpy(&bytes, x, 4);
    return bytes == 0;
#else
    return (x[0] | x[1] | x[2] | x[3]) == 0;
#endif
}

)";

static constexpr StringLiteral kListFromBytes = R"(
/* Writes first + k for each k < size, k < 64 with x[k] not 0 to events; gives how many. */
static inline size_t $_list~(const uint8_t *x, size_t size, size_t first, @ *events)
{
    size_t n = 0;
    size_t k = 0;
    if (size > 64)
        size = 64;
    for (; k + 4 <= size; k += 4) {
        if ($_zero4(x + k))
            continue;
        for (size_t i = k; i < k + 4; ++i)
            if (x[i] != 0)
                events[n++] = (@)(first + i);
    }
    for (; k < size; ++k)
        if (x[k] != 0)
            events[n++] = (@)(first + k);
    return n;
}

)";

static constexpr StringLiteral kShortHelper = R"(
/* Integers that fit 16 bits: processors with vectors compute more of them at a time. */
#if defined(__SSE2__) || defined(__ARM_NEON) || defined(__ARM_FEATURE_MVE) || defined(__riscv_vector)
typedef int16_t $_short;
#else
typedef int $_short;
#endif

)";

static constexpr StringLiteral kFenceHelper = R"(
/* Scratch memory holds one type after another: accesses to it stay on their side of this. */
static inline void $_fence(void)
{
#if defined(__GNUC__)
    __asm__ volatile("" : : : "memory");
#endif
}

)";

bool ModuleEmitter::usesDouble() {
  auto isDouble = [](Type type) { return getElementTypeOrSelf(type).isF64(); };
  return module
      .walk([&](Operation *op) {
        bool found = llvm::any_of(op->getOperandTypes(), isDouble) ||
                     llvm::any_of(op->getResultTypes(), isDouble);
        return found ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

void ModuleEmitter::emitHelper(StringRef text, unsigned width) {
  for (char c : text.drop_front())
    if (c == '$')
      source << prefix;
    else if (c == '~')
      source << (width == 32 ? "_32" : "");
    else if (c == '@')
      source << "uint" << width << "_t";
    else
      source << c;
}

void ModuleEmitter::emitListHelpers() {
  // For each width of positions, in a fixed order.
  std::set<unsigned> widths;
  module.walk([&](vector::CompressStoreOp op) {
    widths.insert(op.getVectorType().getElementTypeBitWidth());
  });
  if (widths.empty())
    return;
  emitHelper(kMaskHelpers);
  for (unsigned width : widths)
    emitHelper(kListFromMask, width);
  source << "#else\n";
  emitHelper(kZeroHelper);
  for (unsigned width : widths)
    emitHelper(kListFromBytes, width);
  source << "#endif\n\n";
}

void ModuleEmitter::emitHelpers() {
  emitListHelpers();
  bool usesShort =
      module
          .walk([](Operation *op) {
            return op->getNumResults() == 1 && isShortArithmetic(op)
                       ? WalkResult::interrupt()
                       : WalkResult::advance();
          })
          .wasInterrupted();
  if (usesShort)
    emitHelper(kShortHelper);
  if (!findReuses(step).empty() ||
      (stepEvents && !findReuses(stepEvents).empty()))
    emitHelper(kFenceHelper);
}

/// Bytes of all tables.
static int64_t getTableBytes(ModuleOp module) {
  int64_t bytes = 0;
  for (auto global : module.getOps<memref::GlobalOp>()) {
    Type element = global.getType().getElementType();
    // Indices have two bytes where it matters.
    bytes += global.getType().getNumElements() *
             (element.isIndex()
                  ? 2
                  : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8));
  }
  return bytes;
}

/// The macros that say where tables and layers lie.
void ModuleEmitter::emitPlaces() {
  // A __flash pointer reaches 64 KiB; vectors and other constants are there,
  // too.
  constexpr int64_t kFlashReach = 60000;
  int64_t tableBytes = getTableBytes(module);
  if (tableBytes > 0)
    source << "/* For the tables of constants in all networks: a section, an "
              "alignment, an address space. */\n#ifndef SNN_TABLE\n"
           << "#if defined(__FLASH) && !defined(__STRICT_ANSI__)\n"
           << "#define SNN_TABLE "
           << (tableBytes > kFlashReach ? "__memx" : "__flash")
           << " /* AVR: read where it is, not copied to RAM */\n"
           << "/* avr-gcc 5 warns of tables that it has optimized away. */\n"
           << "#pragma GCC diagnostic ignored \"-Wuninitialized\"\n"
           << "#elif defined(__x86_64__) || defined(__aarch64__)\n"
           << "#define SNN_TABLE __attribute__((aligned(64))) /* a line of the "
              "cache */\n"
           << "#else\n#define SNN_TABLE\n#endif\n#endif\n\n";
  source << "/* For the functions of layers in all networks: inline, noinline, "
            "a section. */\n"
         << "#ifndef SNN_LAYER\n#define SNN_LAYER\n#endif\n\n";
}

/// Without a definition, hooks are nothing.
void ModuleEmitter::emitHooks() {
  if (!hooks.tapMacro.empty())
    source << "#ifndef " << hooks.tapMacro << "\n#define " << hooks.tapMacro
           << "(signal, data, n) ((void)0)\n#endif\n\n";
  if (!hooks.profileMacro.empty())
    source << "#ifndef " << hooks.profileMacro << "\n#define "
           << hooks.profileMacro << "(layer, call) call\n#endif\n\n";
}

LogicalResult ModuleEmitter::emitSource(StringRef fileName,
                                        StringRef headerName) {
  emitProvenance(source, fileName);
  source << "#include \"" << headerName << "\"\n\n"
         << "#include <stdbool.h>\n#include <string.h>\n\n"
         << "#ifdef __cplusplus\n#define RESTRICT /* C++ has none */\n#else\n"
         << "#define RESTRICT restrict\n#endif\n\n";
  emitPlaces();
  emitHooks();
  bool shifts =
      module.walk([](arith::ShRSIOp) { return WalkResult::interrupt(); })
          .wasInterrupted();
  if (shifts)
    source << "#if (-1 >> 1) != -1\n#error \"right shifts of negative numbers "
              "must keep the sign\"\n#endif\n\n";
  // avr-gcc's double is a float; the compiler would say nothing.
  if (usesDouble())
    source << "#if defined(__SIZEOF_DOUBLE__) && __SIZEOF_DOUBLE__ != 8\n"
           << "#error \"the network needs a double of 64 bits\"\n#endif\n\n";
  emitHelpers();
  llvm::StringSet<> emitted;
  auto emitGlobalsOf = [&](func::FuncOp function) {
    return function.walk([&](memref::GetGlobalOp use) {
      if (!emitted.insert(use.getName()).second)
        return WalkResult::advance();
      auto global = table.lookup<memref::GlobalOp>(use.getName());
      return WalkResult(emitGlobal(global));
    });
  };
  for (func::FuncOp function : layers)
    if (emitGlobalsOf(function).wasInterrupted() || failed(emitLayer(function)))
      return failure();
  if (emitGlobalsOf(init).wasInterrupted() ||
      emitGlobalsOf(step).wasInterrupted() || failed(emitInit()))
    return failure();
  if (failed(emitStep("step", step, parameters)))
    return failure();
  if (!stepEvents)
    return success();
  source << "\n";
  return emitStep("step_events", stepEvents, eventParameters);
}

LogicalResult ModuleEmitter::emit(const C11Options &options) {
  if (failed(findFunctions()) || failed(checkLegality()) ||
      failed(choosePrefix(options.prefix)) || failed(collectParameters()) ||
      failed(collectEventParameters()) || failed(collectTaps(options.taps)))
    return failure();
  if (options.profile)
    nameLayers();
  nameSymbols();
  std::string headerName =
      options.headerName.empty() ? prefix + ".h" : options.headerName;
  // Names the parameters, which the header's comments use.
  (void)declareStep("step", parameters);
  (void)declareStep("step_events", eventParameters);
  StringRef stem = headerName;
  if (!stem.consume_back(".h"))
    stem = prefix;
  std::string sourceName = (stem + ".c").str();
  emitHeader(headerName, sourceName);
  return emitSource(sourceName, headerName);
}

LogicalResult snn::emitC11(ModuleOp module, const C11Options &options,
                           llvm::raw_ostream &source,
                           llvm::raw_ostream &header) {
  // Into memory first: a module that is refused leaves nothing behind.
  std::string sourceText, headerText;
  llvm::raw_string_ostream sourceStream(sourceText), headerStream(headerText);
  if (failed(ModuleEmitter(module, sourceStream, headerStream).emit(options)))
    return failure();
  source << sourceText;
  header << headerText;
  return success();
}
