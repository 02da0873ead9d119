//===- C11.cpp - Networks as C source files -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Target/C11/C11.h"
#include "FunctionEmitter.h"
#include "Helpers.h"
#include "Identifiers.h"
#include "InterfaceBuilder.h"
#include "Legality.h"
#include "Literals.h"
#include "Profile.h"
#include "Reuse.h"
#include "SharedSteps.h"
#include "Signs.h"
#include "Weights.h"
#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/SHA256.h"

#include <queue>
#include <set>

using namespace mlir;
using namespace snn;
using namespace snn::c11;

/// Whether functions compute with the C compiler's vectors of floating point.
static bool hasFloatVectors(ModuleOp module) {
  return module
      .walk([](Operation *op) {
        auto isFloat = [](Type type) {
          return isa<VectorType>(type) &&
                 isa<FloatType>(getElementTypeOrSelf(type));
        };
        return llvm::any_of(op->getResultTypes(), isFloat)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

namespace {

/// Prints the C source of one network.
class SourceEmitter {
public:
  SourceEmitter(ModuleOp module, const SymbolTable &table,
                const NetworkFunctions &functions, const Signs &signs,
                const ModelInterface &interface, const C11Options &options,
                llvm::raw_ostream &source)
      : module(module), table(table), functions(functions), signs(signs),
        interface(interface), options(options), prefix(interface.prefix),
        helpers(interface.getHelperPrefix()),
        vectors(helpers, hasFloatVectors(module)), source(source) {}

  LogicalResult emit();

private:
  void nameHooks();
  void nameSymbols();
  void nameTables();
  /// Prints the pointer to the tables of the network's blob, and what happens
  /// where there is none.
  void emitTables(StringRef value);
  /// What prints the body of a function.
  FunctionEmitter makeEmitter(func::FuncOp function, llvm::raw_ostream &os);
  FunctionEmitter makeEmitter(func::FuncOp function) {
    return makeEmitter(function, source);
  }
  /// Finds out which functions for vectors there will be.
  LogicalResult findVectors();
  std::string macro(StringRef suffix) { return interface.getMacro(suffix); }
  /// Functions that stand for single operations.
  bool usesDouble();
  void emitPlaces();
  void emitHooks();
  std::string helperMacro(StringRef suffix) {
    return StringRef(helpers).upper() + "_" + suffix.str();
  }
  void emitHelper(StringRef name, unsigned positionBits = 16) {
    printHelper(name, helpers, positionBits, source);
  }
  void includeHelpers();
  void emitListHelpers();
  void emitHelpers();
  std::string getPlace(memref::GlobalOp global);
  LogicalResult emitGlobal(memref::GlobalOp global);
  void emitHeaders();
  void emitMemories();
  LogicalResult emitDeclaration(func::FuncOp function);
  LogicalResult emitLayer(func::FuncOp function);
  LogicalResult emitDefinition(func::FuncOp function, llvm::raw_ostream &os);
  LogicalResult emitInit();
  /// Prints a step function: what is not in `shared`, and the call of what is.
  LogicalResult emitStep(const ModelFunction &declared, func::FuncOp function,
                         ArrayRef<Operation *> shared);
  /// Prints the function of what the step functions share.
  LogicalResult emitShared();
  /// Prints the body of a step function, or of a part of one.
  LogicalResult emitStepBody(const ModelFunction &declared,
                             func::FuncOp function,
                             llvm::SmallPtrSet<Operation *, 8> reuses,
                             const Operations &hidden, std::string instead);
  /// Binds each parameter of init to the member of the same name.
  LogicalResult bindMembers(FunctionEmitter &emitter, func::FuncOp function);

  /// The C type of the elements of an array.
  StringRef typeOf(Value array) const {
    return getStorageType(cast<MemRefType>(array.getType()).getElementType(),
                          signs.isUnsigned(array));
  }

  ModuleOp module;
  const SymbolTable &table;
  NetworkFunctions functions;
  const Signs &signs;
  const ModelInterface &interface;
  const C11Options &options;
  const std::string &prefix;
  /// What the names of helpers begin with.
  const std::string &helpers;
  Vectors vectors;
  llvm::raw_ostream &source;
  /// The tables that are in a blob, and the functions that read them.
  llvm::StringSet<> inBlob, tableUsers;
  NameTable globals;
  llvm::StringMap<std::string> symbols;
  Hooks hooks;
  SharedSteps shared;
  /// What the function for these is called, and what it gets beside the
  /// network.
  ModelFunction sharedFunction;
  /// Functions of kernels that were declared.
  llvm::StringMap<std::string> declared;
};

} // namespace

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// The width of the positions that a helper has in lists, or takes.
static unsigned getPositionBits(func::FuncOp helper) {
  ArrayRef<Type> types = helper.getArgumentTypes();
  if (types.empty())
    return 0;
  bool takesEvents = getText(helper, "snn.helper").starts_with("take_");
  auto list = dyn_cast<MemRefType>(takesEvents ? types.back() : types.front());
  return list ? list.getElementTypeBitWidth() : 0;
}

/// The same for a function that lists events.
static unsigned getListBits(func::FuncOp function) {
  return cast<MemRefType>(function.getArgumentTypes().back())
      .getElementTypeBitWidth();
}

/// Whether a helper is a macro that says something of the processor.
static bool isMacro(func::FuncOp helper) {
  return helper.getNumResults() != 0 && helper.getNumArguments() == 0;
}

/// Whether a function lists bytes that are not 0.
static bool listsBytes(Operation &op) {
  return op.hasAttr("snn.lists") && op.walk([](vector::CompressStoreOp) {
                                        return WalkResult::interrupt();
                                      }).wasInterrupted();
}

/// What such a function is called among the helpers that networks share.
static StringRef getListHelper(func::FuncOp function) {
  return function.getNumArguments() > 3 ? "_list_part" : "_list_bytes";
}

/// All names at file scope begin with the prefix.
void SourceEmitter::nameSymbols() {
  for (StringRef name :
       {"t", "init", "step", "step_events", "step_layers", "H", "DT",
        "STATE_BYTES", "TAP", "PROFILE", "EVENTS", "MAX_EVENTS"})
    (void)globals.add(prefix + "_" + name.str());
  forEachHelperName(helpers, [&](StringRef name) { (void)globals.add(name); });
  for (const auto &name : vectors.getNames())
    (void)globals.add(name.getKey());
  if (interface.weights)
    for (StringRef name :
         {"load", "weights_t", "tables", "expected", "checksum",
          "WEIGHTS_BYTES", "WEIGHTS_ALIGNMENT", "NO_WEIGHTS"})
      (void)globals.add(prefix + "_" + name.str());
  for (Operation &op : *module.getBody()) {
    auto symbol = cast<SymbolOpInterface>(op);
    StringRef helper = getText(&op, "snn.helper");
    StringRef external = getText(&op, "snn.external");
    if (!external.empty())
      symbols[symbol.getName()] = external.str();
    else if (!helper.empty() && isMacro(cast<func::FuncOp>(op)))
      symbols[symbol.getName()] = helperMacro(helper.upper());
    else if (!helper.empty())
      symbols[symbol.getName()] =
          helpers + "_" + helper.str() +
          getPositionSuffix(getPositionBits(cast<func::FuncOp>(op))).str();
    else if (interface.helpers && listsBytes(op))
      symbols[symbol.getName()] =
          helpers + getListHelper(cast<func::FuncOp>(op)).str() +
          getPositionSuffix(getListBits(cast<func::FuncOp>(op))).str();
    else if (!symbol.isPublic())
      symbols[symbol.getName()] =
          globals.add(prefix + "_" + sanitize(symbol.getName()));
  }
}

/// Tables of a blob are members of a struct that functions get a pointer to.
void SourceEmitter::nameTables() {
  if (!interface.weights)
    return;
  for (const ModelTable &table : interface.weights->tables) {
    symbols[table.symbol] = (kTablesName + "->" + table.name).str();
    inBlob.insert(table.symbol);
  }
  for (func::FuncOp function : functions.layers) {
    bool reads = false;
    function.walk([&](Operation *op) {
      if (auto use = dyn_cast<memref::GetGlobalOp>(op))
        reads |= inBlob.contains(use.getName());
      else if (auto call = dyn_cast<func::CallOp>(op))
        reads |= tableUsers.contains(call.getCallee());
    });
    if (reads)
      tableUsers.insert(function.getSymName());
  }
}

FunctionEmitter SourceEmitter::makeEmitter(func::FuncOp function,
                                           llvm::raw_ostream &os) {
  FunctionEmitter emitter(symbols, table, signs, globals, helpers, os);
  emitter.setVectors(vectors);
  emitter.setTableUsers(tableUsers);
  bool takesTables =
      interface.weights &&
      (function.isPublic() || tableUsers.contains(function.getSymName()));
  if (takesTables)
    (void)emitter.getNames().add(kTablesName);
  return emitter;
}

void SourceEmitter::emitTables(StringRef value) {
  if (!interface.weights)
    return;
  source << "    const struct " << prefix << "_" << kTablesName << " *const "
         << kTablesName << " = " << value << ";\n    if (" << kTablesName
         << " == NULL) {\n        " << macro("NO_WEIGHTS")
         << "();\n        return;\n    }\n";
}

void SourceEmitter::nameHooks() {
  for (const ModelTap &tap : interface.taps)
    hooks.taps[tap.signal] = tap.name;
  if (!interface.taps.empty())
    hooks.tapMacro = macro("TAP");
  if (!interface.profile)
    return;
  hooks.profileMacro = macro("PROFILE");
  hooks.eventsMacro = macro("EVENTS");
  hooks.profile.emplace(functions, table);
}

LogicalResult SourceEmitter::findVectors() {
  for (func::FuncOp function : functions.layers)
    if (hasVectors(function) && failed(emitDefinition(function, llvm::nulls())))
      return failure();
  if (vectors.isEmpty())
    return success();
  // Their names are no layer's.
  globals = NameTable();
  symbols.clear();
  tableUsers.clear();
  nameSymbols();
  nameTables();
  return success();
}

//===----------------------------------------------------------------------===//
// Source
//===----------------------------------------------------------------------===//

/// "SNN_IN_FAST_DATA" for ".fast_data"
static std::string getSectionMacro(StringRef section) {
  return "SNN_IN_" + StringRef(sanitize(section)).ltrim('_').upper();
}

/// Where a table lies, and what its address is a multiple of.
std::string SourceEmitter::getPlace(memref::GlobalOp global) {
  auto memory = global->getAttrOfType<StringAttr>("snn.memory");
  std::optional<uint64_t> alignment = global.getAlignment();
  // Those of kernels are where a pointer reaches them.
  if (memory)
    return (alignment ? "SNN_ALIGNED(" + std::to_string(*alignment) + ") "
                      : "") +
           (memory.empty() ? "" : "SNN_IN_" + memory.getValue().upper() + " ");
  auto place = options.places.find(getText(global, kNodeAttr).str());
  return "SNN_TABLE " + (alignment == 4 ? helperMacro("WORDS") + " " : "") +
         (place == options.places.end() ? ""
                                        : getSectionMacro(place->second) + " ");
}

LogicalResult SourceEmitter::emitGlobal(memref::GlobalOp global) {
  auto elements = dyn_cast_or_null<ElementsAttr>(
      global.getInitialValue().value_or(nullptr));
  bool isUnsigned = signs.isUnsigned(global);
  StringRef type =
      getStorageType(global.getType().getElementType(), isUnsigned);
  if (!elements || !global.getConstant() || type.empty())
    return global.emitOpError("C11: is not in the emitter's subset: expected "
                              "a constant with values");
  source << "static const " << getPlace(global) << type << " "
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

/// A function that somebody else has written, where no header declares it.
LogicalResult SourceEmitter::emitDeclaration(func::FuncOp function) {
  StringRef name = getText(function, "snn.external");
  if (name.starts_with(prefix + "_"))
    return function.emitOpError("C11: kernel '")
           << name << "' has a name that the C of network '" << prefix
           << "' may have: choose another prefix";
  auto headers = function->getAttrOfType<ArrayAttr>("snn.headers");
  if (headers && !headers.empty())
    return success();
  std::string text;
  llvm::raw_string_ostream declaration(text);
  declaration << "void " << name << "(";
  llvm::ListSeparator separator;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto array = dyn_cast<MemRefType>(type);
    bool isUnsigned =
        static_cast<bool>(function.getArgAttr(index, "snn.unsigned"));
    declaration << separator
                << (function.getArgAttr(index, "snn.read_only") ? "const " : "")
                << getStorageType(array ? array.getElementType() : type,
                                  isUnsigned)
                << (array ? " *" : "");
  }
  declaration << (function.getNumArguments() == 0 ? "void" : "") << ");\n\n";
  auto [known, isNew] = declared.try_emplace(name, text);
  if (known->second != text)
    return function.emitOpError("C11: kernel '")
           << name
           << "' gets other types in another layer, expected the same in all";
  if (isNew)
    source << text;
  return success();
}

LogicalResult SourceEmitter::emitLayer(func::FuncOp function) {
  if (interface.helpers &&
      (function->hasAttr("snn.helper") || listsBytes(*function)))
    return success(); // it is there
  if (StringRef helper = getText(function, "snn.helper"); !helper.empty()) {
    if (isMacro(function))
      return success(); // comes with the functions that it is about
    emitHelper(helper, getPositionBits(function));
    return success();
  }
  if (isExternal(function))
    return emitDeclaration(function);
  return emitDefinition(function, source);
}

LogicalResult SourceEmitter::emitDefinition(func::FuncOp function,
                                            llvm::raw_ostream &os) {
  FunctionEmitter emitter = makeEmitter(function, os);
  if (StringRef comment = getText(function, "snn.comment"); !comment.empty()) {
    std::string text = escapeComment(
        (function.getSymName() + ": " + comment).str(), /*multiline=*/true);
    os << "/* ";
    llvm::interleave(
        llvm::split(text, '\n'), os, [&](StringRef line) { os << line; },
        "\n * ");
    os << " */\n";
  }
  std::string unused;
  os << "static "
     << (function->hasAttr("snn.seldom")  ? helperMacro("SELDOM")
         : function->hasAttr("snn.apart") ? helperMacro("APART")
                                          : "SNN_LAYER")
     << " void " << symbols[function.getSymName()] << "(";
  llvm::ListSeparator separator;
  if (tableUsers.contains(function.getSymName()))
    os << separator << "const struct " << prefix << "_" << kTablesName << " *"
       << kTablesName;
  for (BlockArgument argument : function.getArguments()) {
    auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                      "snn.name");
    std::string cName = emitter.getNames().add(name ? name.getValue() : "x");
    if (argument.use_empty())
      unused += "    (void)" + cName + ";\n";
    if (argument.getType().isIndex()) {
      emitter.bindScalar(argument, cName);
      os << separator << "size_t " << cName;
      continue;
    }
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (std::string scalar = type ? "" : emitter.typeOf(argument);
        !scalar.empty()) {
      emitter.bindScalar(argument, cName);
      os << separator << scalar << " " << cName;
      continue;
    }
    StringRef element = type ? typeOf(argument) : StringRef();
    if (element.empty())
      return function.emitOpError("C11: argument of type ")
             << argument.getType() << " is not in the emitter's subset";
    emitter.bindBuffer(argument, cName);
    os << separator << (isReadOnly(argument) ? "const " : "") << element
       << " *RESTRICT " << cName;
  }
  os << ")\n{\n" << unused;
  if (failed(emitter.emitBody(function)))
    return failure();
  os << "}\n\n";
  return success();
}

LogicalResult SourceEmitter::bindMembers(FunctionEmitter &emitter,
                                         func::FuncOp function) {
  // Several members may have the same node name; they come in the same order.
  llvm::StringMap<std::queue<const ModelArray *>> members;
  for (const ModelArray &array : interface.step.parameters)
    if (array.role == ModelArray::Role::State)
      members[array.node].push(&array);
  for (BlockArgument argument : function.getArguments()) {
    auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                      "snn.name");
    auto found = name ? members.find(name.getValue()) : members.end();
    if (found == members.end() || found->second.empty())
      return function.emitOpError("C11: argument ")
             << argument.getArgNumber()
             << " is not a state of the network's step function";
    emitter.bindBuffer(argument, "net->" + found->second.front()->name);
    found->second.pop();
  }
  return success();
}

LogicalResult SourceEmitter::emitInit() {
  func::FuncOp init = functions.init;
  FunctionEmitter emitter = makeEmitter(init);
  (void)emitter.getNames().add("net");
  if (failed(bindMembers(emitter, init)))
    return failure();
  source << declareInit(interface) << "\n{\n";
  if (interface.weights) {
    (void)emitter.getNames().add("weights");
    source << "    net->weights = weights.tables;\n";
    emitTables("net->weights");
  } else if (!interface.arena && interface.getMembers().empty())
    source << "    net->unused = 0;\n";
  else if (init.getNumArguments() == 0)
    source << "    (void)net; /* all of it is written in every step */\n";
  if (failed(emitter.emitBody(init)))
    return failure();
  source << "}\n\n";
  return success();
}

LogicalResult
SourceEmitter::emitStepBody(const ModelFunction &declared,
                            func::FuncOp function,
                            llvm::SmallPtrSet<Operation *, 8> reuses,
                            const Operations &hidden, std::string instead) {
  FunctionEmitter emitter = makeEmitter(function);
  emitter.setHooks(hooks);
  emitter.setReuses(std::move(reuses));
  emitter.hide(hidden, std::move(instead));
  (void)emitter.getNames().add("net");
  for (auto [array, argument] :
       llvm::zip_equal(declared.parameters, function.getArguments())) {
    bool isArena = array.role == ModelArray::Role::Arena;
    if (array.role == ModelArray::Role::Count)
      emitter.bindScalar(argument, array.name);
    else
      emitter.bindBuffer(argument, (array.isMember() ? "net->" : "") +
                                       array.name + (isArena ? ".u8" : ""));
    if (!array.isMember())
      (void)emitter.getNames().add(array.name);
  }
  if (failed(emitter.emitBody(function)))
    return failure();
  source << "}\n";
  return success();
}

LogicalResult SourceEmitter::emitStep(const ModelFunction &declared,
                                      func::FuncOp function,
                                      ArrayRef<Operation *> others) {
  source << declare(interface, declared) << "\n{\n";
  emitTables("net->weights");
  bool usesNet = interface.weights.has_value();
  for (auto [array, argument] :
       llvm::zip_equal(declared.parameters, function.getArguments())) {
    usesNet |= array.isMember();
    if (!array.isMember() && array.role != ModelArray::Role::Output &&
        argument.use_empty())
      source << "    (void)" << array.name << ";\n";
  }
  if (!usesNet)
    source << "    (void)net;\n";
  if (others.empty())
    return emitStepBody(declared, function, findReuses(function), {}, "");
  std::string call = sharedFunction.name + "(net";
  for (const ModelArray &parameter : sharedFunction.parameters)
    call += ", " + parameter.name;
  return emitStepBody(declared, function, findReuses(function),
                      getHidden(function, others), call + ");");
}

/// Whether one of these calls is of one of these functions.
static bool callsAny(ArrayRef<Operation *> operations,
                     const llvm::StringSet<> &functions) {
  return llvm::any_of(operations, [&](Operation *op) {
    return op
        ->walk([&](func::CallOp call) {
          return functions.contains(call.getCallee()) ? WalkResult::interrupt()
                                                      : WalkResult::advance();
        })
        .wasInterrupted();
  });
}

LogicalResult SourceEmitter::emitShared() {
  func::FuncOp step = functions.step;
  Operations hidden = getHidden(step, getOthers(step, shared.step));
  sharedFunction.name = prefix + "_step_layers";
  bool readsTables = callsAny(shared.step, tableUsers), usesNet = readsTables;
  for (auto [array, argument] :
       llvm::zip_equal(interface.step.parameters, step.getArguments())) {
    if (!isUsed(argument, hidden))
      continue;
    usesNet |= array.isMember();
    if (!array.isMember())
      sharedFunction.parameters.push_back(array);
  }
  source << "/* What both functions for a step do. */\nstatic SNN_LAYER "
         << declare(interface, sharedFunction) << "\n{\n";
  if (!usesNet)
    source << "    (void)net;\n";
  if (readsTables)
    source << "    const struct " << prefix << "_" << kTablesName << " *const "
           << kTablesName << " = net->weights;\n";
  // It follows the beginnings of both.
  llvm::SmallPtrSet<Operation *, 8> reuses = findReuses(step),
                                    others = findReuses(functions.stepEvents);
  for (auto [op, other] : llvm::zip_equal(shared.step, shared.stepEvents))
    if (others.contains(other))
      reuses.insert(op);
  if (failed(emitStepBody(interface.step, step, std::move(reuses), hidden, "")))
    return failure();
  source << "\n";
  return success();
}

bool SourceEmitter::usesDouble() {
  auto isDouble = [](Type type) { return getElementTypeOrSelf(type).isF64(); };
  return module
      .walk([&](Operation *op) {
        bool found = llvm::any_of(op->getOperandTypes(), isDouble) ||
                     llvm::any_of(op->getResultTypes(), isDouble);
        return found ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

void SourceEmitter::emitListHelpers() {
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

void SourceEmitter::includeHelpers() {
  source << "#include \"" << helpers << ".h\"\n\n#if " << helperMacro("VERSION")
         << " != " << llvm::format_hex(interface.helpers->version, 10)
         << "u\n#error \"" << helpers
         << ".h is of another version of snn-mlir-compile\"\n#endif\n\n";
}

void SourceEmitter::emitHelpers() {
  // Lists use it, too, where it is there.
  if (!vectors.isEmpty())
    emitHelper("helium");
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
  bool usesSums = false, usesPairs = false, usesRows = false;
  module.walk([&](vector::LoadOp load) {
    if (!isLanesOp(load))
      (isPairOp(load) ? usesPairs : usesSums) = true;
  });
  module.walk([&](vector::StoreOp store) {
    if (isInVectors(store))
      return;
    usesRows |= store.getAlignment().has_value();
    usesPairs |= isPair(store.getVectorType()); // also without a load
  });
  // Whose helpers are small functions, too.
  bool hasOthers =
      llvm::any_of(module.getOps<func::FuncOp>(), [](func::FuncOp function) {
        return function->hasAttr("snn.seldom") ||
               getText(function, "snn.helper").starts_with("product");
      });
  bool usesCounts = false;
  module.walk([&](arith::FPToUIOp cast) {
    usesCounts |= matchCount(cast).has_value();
  });
  if (usesSums || usesPairs || hasOthers || usesCounts || !vectors.isEmpty())
    emitHelper("small");
  if (usesCounts)
    emitHelper("count");
  if (usesPairs)
    emitHelper("pairs");
  if (usesSums)
    emitHelper("sums");
  if (usesRows)
    emitHelper("rows");
  // A macro comes with the functions that it is about, if there are any.
  bool asksForVectors =
      llvm::any_of(module.getOps<func::FuncOp>(), [](func::FuncOp function) {
        return getText(function, "snn.helper").ends_with("_vectors");
      });
  if (!vectors.isEmpty() || asksForVectors)
    emitHelper("vectors");
  if (!vectors.isEmpty() && hasFloatVectors(module))
    emitHelper("vectors_float");
  if (!findReuses(functions.step).empty() ||
      (functions.stepEvents && !findReuses(functions.stepEvents).empty()))
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
void SourceEmitter::emitPlaces() {
  // A __flash pointer reaches 64 KiB; vectors and other constants are there,
  // too.
  constexpr int64_t kFlashReach = 60000;
  int64_t tableBytes = interface.weights ? 0 : getTableBytes(module);
  if (interface.weights &&
      llvm::any_of(module.getOps<memref::GlobalOp>(),
                   [&](memref::GlobalOp global) {
                     return !inBlob.contains(global.getSymName());
                   }))
    tableBytes = 1;
  if (tableBytes > 0)
    source
        << "#if defined(__AVR__) && defined(__GNUC__) && !defined(__clang__)"
           "\n/* avr-gcc would have what tables hold for the first turn of a "
           "loop in registers, and the others'\n * before their turn. */\n"
        << "#pragma GCC optimize(\"no-tree-pre\")\n#endif\n\n"
        << "/* For the tables of constants in all networks: a section, an "
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
  bool hasApart =
      llvm::any_of(module.getOps<func::FuncOp>(), [](func::FuncOp function) {
        return function->hasAttr("snn.apart");
      });
  std::string apart = helperMacro("APART");
  if (hasApart)
    source << "/* For those that need all registers, if nothing is said of "
              "all. */\n"
           << "#if defined(SNN_LAYER) || !defined(__GNUC__) || "
              "defined(__OPTIMIZE_SIZE__)\n"
           << "#define " << apart << " SNN_LAYER\n#else\n"
           << "#define " << apart << " __attribute__((noinline))\n#endif\n\n";
  source << "/* For the functions of layers in all networks: inline, noinline, "
            "a section. */\n"
         << "#ifndef SNN_LAYER\n";
  // They are called once then, and gcc would put all of them into one function,
  // which is short of registers.
  if (!shared.step.empty())
    source << "#if defined(__GNUC__) && !defined(__clang__)\n"
           << "#define SNN_LAYER __attribute__((noinline))\n#else\n"
           << "#define SNN_LAYER\n#endif\n";
  else
    source << "#define SNN_LAYER\n";
  source << "#endif\n\n";
}

/// What declares the functions of kernels.
void SourceEmitter::emitHeaders() {
  llvm::SetVector<StringRef> names;
  for (auto function : module.getOps<func::FuncOp>())
    if (auto headers = function->getAttrOfType<ArrayAttr>("snn.headers"))
      for (auto header : headers.getAsRange<StringAttr>())
        names.insert(header.getValue());
  for (StringRef name : names)
    source << "#include \"" << name << "\"\n";
  if (!names.empty())
    source << "\n";
}

/// The macros that say where the tables of kernels lie.
void SourceEmitter::emitMemories() {
  // The section of each memory, by its name.
  llvm::MapVector<StringRef, StringRef> memories;
  bool isAligned = false;
  for (auto global : module.getOps<memref::GlobalOp>()) {
    StringRef memory = getText(global, "snn.memory");
    isAligned |= global->hasAttr("snn.memory") && global.getAlignment();
    if (!memory.empty())
      memories.try_emplace(memory, getText(global, "snn.section"));
  }
  for (const auto &[node, section] : options.places)
    memories.try_emplace(section, section);
  if (isAligned)
    source << "#ifdef __cplusplus\n#define SNN_ALIGNED(bytes) alignas(bytes)\n"
              "#else\n#define SNN_ALIGNED(bytes) _Alignas(bytes)\n#endif\n\n";
  for (auto [name, section] : memories) {
    std::string macro = getSectionMacro(name);
    source << "/* For tables in the memory " << name << ": a section. */\n"
           << "#ifndef " << macro << "\n";
    if (!section.empty())
      source << "#if defined(__GNUC__) && defined(__ELF__)\n#define " << macro
             << " __attribute__((section(\"" << section << "\")))\n#else\n";
    source << "#define " << macro << "\n"
           << (section.empty() ? "" : "#endif\n") << "#endif\n\n";
  }
}

/// Without a definition, hooks are nothing.
void SourceEmitter::emitHooks() {
  if (!hooks.tapMacro.empty())
    source << "#ifndef " << hooks.tapMacro << "\n#define " << hooks.tapMacro
           << "(signal, data, n) ((void)0)\n#endif\n\n";
  if (interface.stepEvents && !interface.helpers)
    source << "#ifndef " << macro("CHECK") << "\n#define " << macro("CHECK")
           << "(condition) ((void)0)\n#endif\n\n";
  if (!hooks.profileMacro.empty())
    source << "#ifndef " << hooks.profileMacro << "\n#define "
           << hooks.profileMacro << "(layer, call) call\n#endif\n\n";
  if (interface.profile && !interface.profile->lists.empty())
    source << "#ifndef " << hooks.eventsMacro << "\n#define "
           << hooks.eventsMacro << "(list, events, end) ((void)0)\n#endif\n\n";
}

LogicalResult SourceEmitter::emit() {
  nameHooks();
  nameSymbols();
  nameTables();
  shared = findSharedSteps(functions, interface);
  if (failed(findVectors()))
    return failure();
  printProvenance(interface, interface.sourceName, source);
  source << "#include \"" << interface.headerName << "\"\n\n"
         << "#include <stdbool.h>\n#include <string.h>\n\n"
         << "#ifdef __cplusplus\n#define RESTRICT /* C++ has none */\n#else\n"
         << "#define RESTRICT restrict\n#endif\n\n";
  emitHeaders();
  emitPlaces();
  emitMemories();
  emitHooks();
  if (interface.helpers)
    includeHelpers();
  if (interface.weights)
    printTablesStruct(interface, source);
  bool shifts =
      module.walk([](arith::ShRSIOp) { return WalkResult::interrupt(); })
          .wasInterrupted();
  if (shifts && !interface.helpers)
    source << "#if (-1 >> 1) != -1\n#error \"right shifts of negative numbers "
              "must keep the sign\"\n#endif\n\n";
  // avr-gcc's double is a float; the compiler would say nothing.
  if (usesDouble())
    source << "#if defined(__SIZEOF_DOUBLE__) && __SIZEOF_DOUBLE__ != 8\n"
           << "#error \"the network needs a double of 64 bits\"\n#endif\n\n";
  if (!interface.helpers)
    emitHelpers();
  if (!vectors.isEmpty())
    vectors.print(source);
  llvm::StringSet<> emitted;
  auto emitGlobalsOf = [&](func::FuncOp function) {
    return function.walk([&](memref::GetGlobalOp use) {
      if (inBlob.contains(use.getName()) ||
          !emitted.insert(use.getName()).second)
        return WalkResult::advance();
      auto global = table.lookup<memref::GlobalOp>(use.getName());
      return WalkResult(emitGlobal(global));
    });
  };
  for (func::FuncOp function : functions.layers)
    if (emitGlobalsOf(function).wasInterrupted() || failed(emitLayer(function)))
      return failure();
  if (interface.weights)
    printLoader(interface, source);
  if (emitGlobalsOf(functions.init).wasInterrupted() ||
      emitGlobalsOf(functions.step).wasInterrupted() || failed(emitInit()) ||
      (!shared.step.empty() && failed(emitShared())) ||
      failed(emitStep(interface.step, functions.step, shared.step)))
    return failure();
  if (!interface.stepEvents)
    return success();
  source << "\n";
  return emitStep(*interface.stepEvents, functions.stepEvents,
                  shared.stepEvents);
}

/// Prints a network, and gives its interface; `digest` is what blobs for it
/// have.
static FailureOr<ModelInterface> emit(ModuleOp module,
                                      const C11Options &options,
                                      const std::array<uint8_t, 32> &digest,
                                      llvm::raw_ostream &source,
                                      llvm::raw_ostream &header) {
  SymbolTable table(module);
  FailureOr<NetworkFunctions> functions = findFunctions(module, table);
  if (failed(functions))
    return failure();
  Signs signs(module, table);
  FailureOr<ModelInterface> interface =
      buildInterface(module, table, *functions, signs, options);
  if (failed(interface))
    return failure();
  if (interface->weights)
    interface->weights->digest = digest;
  SourceEmitter emitter(module, table, *functions, signs, *interface, options,
                        source);
  if (failed(emitter.emit()))
    return failure();
  printHeader(*interface, header);
  return interface;
}

static FailureOr<ModelInterface> emit(ModuleOp module,
                                      const C11Options &options,
                                      llvm::raw_ostream &source,
                                      llvm::raw_ostream &header) {
  std::array<uint8_t, 32> digest = {};
  if (options.weightsApart) {
    // What a blob fits does not depend on what the C is called.
    C11Options plain;
    plain.prefix = "net";
    plain.taps = options.taps; // the header has their scales
    plain.weightsApart = true;
    std::string plainSource, plainHeader;
    llvm::raw_string_ostream sourceStream(plainSource);
    llvm::raw_string_ostream headerStream(plainHeader);
    if (failed(emit(module, plain, digest, sourceStream, headerStream)))
      return failure();
    std::string code = stripComments(plainSource) + stripComments(plainHeader);
    digest = llvm::SHA256::hash(
        ArrayRef(reinterpret_cast<const uint8_t *>(code.data()), code.size()));
  }
  return emit(module, options, digest, source, header);
}

LogicalResult snn::emitC11(ModuleOp module, const C11Options &options,
                           llvm::raw_ostream &source,
                           llvm::raw_ostream &header) {
  return emit(module, options, source, header);
}

namespace {
/// A stream that hands on what is in its buffer.
class PartsStream : public llvm::raw_ostream {
public:
  explicit PartsStream(llvm::function_ref<void(StringRef)> write)
      : write(write) {
    SetBufferSize(1 << 20);
  }
  ~PartsStream() override { flush(); }

private:
  void write_impl(const char *text, size_t size) override {
    write(StringRef(text, size));
    written += size;
  }
  uint64_t current_pos() const override { return written; }

  llvm::function_ref<void(StringRef)> write;
  uint64_t written = 0;
};
} // namespace

LogicalResult snn::emitC11InParts(ModuleOp module, const C11Options &options,
                                  llvm::function_ref<void(StringRef)> write,
                                  std::string &header) {
  PartsStream sourceStream(write);
  llvm::raw_string_ostream headerStream(header);
  return emitC11(module, options, sourceStream, headerStream);
}

FailureOr<ModelInterface> snn::getModelInterface(ModuleOp module,
                                                 const C11Options &options) {
  if (options.weightsApart) // their digest is one of the C
    return emit(module, options, llvm::nulls(), llvm::nulls());
  SymbolTable table(module);
  FailureOr<NetworkFunctions> functions = findFunctions(module, table);
  if (failed(functions))
    return failure();
  return buildInterface(module, table, *functions, Signs(module, table),
                        options);
}
