//===- C11.cpp - Networks as C source files -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Target/C11/C11.h"
#include "FunctionEmitter.h"
#include "Helpers.h"
#include "Identifiers.h"
#include "Literals.h"
#include "Reuse.h"
#include "Signs.h"
#include "snn/Analysis/Memory.h"
#include "snn/IR/Constants.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringExtras.h"

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
      : module(module), signs(module), source(source), header(header) {}

  LogicalResult emit(const C11Options &options);

private:
  LogicalResult findFunctions();
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
  void emitMostEvents();
  void emitEventsHelp(StringRef sourceName);
  void emitPosition();
  void emitHeader(StringRef fileName, StringRef sourceName);
  LogicalResult emitSource(StringRef fileName, StringRef headerName);
  /// Functions that stand for single operations.
  bool usesDouble();
  void emitPlaces();
  void emitHooks();
  void emitHelper(StringRef name, unsigned positionBits = 16) {
    printHelper(name, prefix, positionBits, source);
  }
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
  Signs signs;
  llvm::raw_ostream &source;
  llvm::raw_ostream &header;
  func::FuncOp step, stepEvents, init;
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

/// Whether a function that is declared as a helper of the emitter is one.
static LogicalResult checkHelper(func::FuncOp function) {
  StringRef name = getText(function, "snn.helper");
  Builder builder(function.getContext());
  auto line = [](Type element) {
    return MemRefType::get({ShapedType::kDynamic}, element);
  };
  Type index = builder.getIndexType();
  auto takes = [&](unsigned positionBits) {
    Type position = builder.getIntegerType(positionBits);
    Type result = name == "set_spikes" ? builder.getI1Type() : position;
    return function.getFunctionType() ==
           builder.getFunctionType({line(position), index, index, line(result)},
                                   {});
  };
  bool isKnown = name == "set_spikes" || name == "take_events";
  if (isKnown && function.isPrivate() && function.isDeclaration() &&
      (takes(16) || takes(32)))
    return success();
  return function.emitOpError("C11: is not a helper of the emitter: expected a "
                              "private declaration of take_events or "
                              "set_spikes with their types");
}

LogicalResult ModuleEmitter::findFunctions() {
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

/// The width of the positions that a helper takes.
static unsigned getPositionBits(func::FuncOp helper) {
  auto x = dyn_cast<MemRefType>(helper.getArgumentTypes().front());
  return x ? x.getElementTypeBitWidth() : 0;
}

/// All names at file scope begin with the prefix.
void ModuleEmitter::nameSymbols() {
  for (StringRef name : {"t",
                         "init",
                         "step",
                         "step_events",
                         "H",
                         "DT",
                         "STATE_BYTES",
                         "TAP",
                         "PROFILE",
                         "CHECK",
                         "MAX_EVENTS",
                         "position",
                         "mask8",
                         "mask16",
                         "mask",
                         "count",
                         "zero4",
                         "list",
                         "list_32",
                         "short",
                         "fence",
                         "take_events",
                         "take_events_32",
                         "set_spikes",
                         "set_spikes_32"})
    (void)globals.add(prefix + "_" + name.str());
  for (Operation &op : *module.getBody()) {
    auto symbol = cast<SymbolOpInterface>(op);
    if (StringRef helper = getText(&op, "snn.helper"); !helper.empty())
      symbols[symbol.getName()] =
          prefix + "_" + helper.str() +
          (getPositionBits(cast<func::FuncOp>(op)) == 32 ? "_32" : "");
    else if (!symbol.isPublic())
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
forEachSignal(func::FuncOp step,
              llvm::function_ref<void(StringRef, Value, BlockArgument)> visit) {
  step.walk([&](func::CallOp call) {
    auto layer = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        call, call.getCalleeAttr());
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
      step, [&](StringRef signal, Value memory, BlockArgument parameter) {
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
  std::vector<std::string> found;
  for (auto function : module.getOps<func::FuncOp>())
    if (getText(function, "snn.role") == "step")
      forEachSignal(function, [&](StringRef signal, Value, BlockArgument) {
        found.push_back(signal.str());
      });
  // What several layers are called after is no name for one.
  std::vector<std::string> names;
  llvm::copy_if(found, std::back_inserter(names), [&](const std::string &name) {
    return llvm::count(found, name) == 1;
  });
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
      auto callee =
          call ? module.lookupSymbol<func::FuncOp>(call.getCallee()) : nullptr;
      if (view)
        isUnsigned = signs.isUnsigned(view);
      else if (callee && !callee.isDeclaration())
        isUnsigned =
            signs.isUnsigned(callee.getArgument(use.getOperandNumber()));
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
      header << "positions below " << parameter.sizeMacro << ", " << node
             << "\n";
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

/// For arrays of callers that collect events.
void ModuleEmitter::emitMostEvents() {
  int64_t most = 0;
  for (const Parameter &parameter : parameters)
    if (parameter.kind == "input" &&
        parameter.type.getElementType().isInteger(1))
      most = std::max(most, parameter.type.getNumElements());
  if (stepEvents)
    header << "\n/* Different events that an input can have in one step; more "
              "can only be repetitions. */\n#define "
           << macro("MAX_EVENTS") << " " << most << "\n";
}

/// What the step that takes events does with them.
void ModuleEmitter::emitEventsHelp(StringRef sourceName) {
  header << "/* The same step, bit for bit, for callers that have events: "
            "positions of spikes, in any order.\n"
            " * A spike is a spike: a position that comes again in a step "
            "changes nothing. Nor does one that\n"
            " * the input does not have. For both, "
         << macro("CHECK")
         << "(condition) stands in the code with a condition\n"
            " * that is false; it is nothing unless it is defined when "
         << sourceName << " is compiled.\n";
  emitArguments(eventParameters);
  header << " */\n";
}

/// The order of the elements of an input that is a map.
void ModuleEmitter::emitPosition() {
  auto isMap = [](const Parameter &parameter) {
    return parameter.kind == "input" && parameter.type.getRank() >= 2 &&
           parameter.type.getRank() <= 3 &&
           parameter.type.getElementType().isInteger(1);
  };
  if (llvm::count_if(parameters, isMap) != 1)
    return;
  const Parameter &input = *llvm::find_if(parameters, isMap);
  ArrayRef<int64_t> shape = input.type.getShape();
  int64_t size = input.type.getNumElements();
  bool hasPolarity = shape.size() == 3;
  int64_t height = shape[shape.size() - 2], width = shape.back();
  std::string position = size < (1 << 16) ? "uint16_t" : "uint32_t";
  header
      << "/* The position in " << input.name
      << " of an event of a camera; one that " << input.name
      << " does not have if that is\n * outside of the map, so that the step "
         "drops it. */\nstatic inline "
      << position << " " << prefix << "_position(size_t x, size_t y"
      << (hasPolarity ? ", size_t polarity" : "")
      << ")\n{\n    if (x >= " << width << " || y >= " << height;
  if (hasPolarity)
    header << " || polarity >= " << shape.front();
  header << ")\n        return " << input.sizeMacro << ";\n    return ("
         << position << ")(";
  if (hasPolarity)
    header << "((" << position << ")polarity * " << height << "u + y) * "
           << width << "u + x";
  else
    header << "(" << position << ")y * " << width << "u + x";
  header << ");\n}\n\n";
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
  emitMostEvents();
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
    emitEventsHelp(sourceName);
    header << declareStep("step_events", eventParameters) << ";\n\n";
    emitPosition();
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
  if (StringRef helper = getText(function, "snn.helper"); !helper.empty()) {
    emitHelper(helper, getPositionBits(function));
    return success();
  }
  if (function.isDeclaration() || function.getNumResults() != 0)
    return function.emitOpError("C11: is not in the emitter's subset: expected "
                                "a body and no results");
  FunctionEmitter emitter(symbols, signs, globals, prefix, source);
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
  FunctionEmitter emitter(symbols, signs, globals, prefix, source);
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
  FunctionEmitter emitter(symbols, signs, globals, prefix, source);
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

void ModuleEmitter::emitListHelpers() {
  // For each width of positions, in a fixed order.
  std::set<unsigned> widths;
  module.walk([&](vector::CompressStoreOp op) {
    widths.insert(op.getVectorType().getElementTypeBitWidth());
  });
  if (widths.empty())
    return;
  emitHelper("mask");
  for (unsigned width : widths)
    emitHelper("list", width);
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
    emitHelper("short");
  if (!findReuses(step).empty() ||
      (stepEvents && !findReuses(stepEvents).empty()))
    emitHelper("fence");
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
  if (stepEvents)
    source << "#ifndef " << macro("CHECK") << "\n#define " << macro("CHECK")
           << "(condition) ((void)0)\n#endif\n\n";
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
  SymbolTable table(module);
  auto emitGlobalsOf = [&](func::FuncOp function) {
    return function.walk([&](memref::GetGlobalOp use) {
      if (!emitted.insert(use.getName()).second)
        return WalkResult::advance();
      auto global = table.lookup<memref::GlobalOp>(use.getName());
      return WalkResult(emitGlobal(global));
    });
  };
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    if (function.isPrivate() && (emitGlobalsOf(function).wasInterrupted() ||
                                 failed(emitLayer(function))))
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
  if (failed(findFunctions()) || failed(choosePrefix(options.prefix)) ||
      failed(collectParameters()) || failed(collectEventParameters()) ||
      failed(collectTaps(options.taps)))
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
