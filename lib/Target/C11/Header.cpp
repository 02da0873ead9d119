//===- Header.cpp - The header of a model ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterfaceBuilder.h"
#include "Literals.h"
#include "snn/IR/Constants.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace snn;
using namespace snn::c11;

using Role = ModelArray::Role;

void c11::printProvenance(const ModelInterface &interface, StringRef fileName,
                          llvm::raw_ostream &os) {
  os << "/* " << escapeComment(fileName)
     << " - made by snn-mlir-compile; change the model, not this file.\n";
  for (const auto *facts : {&interface.provenance, &interface.discretization}) {
    size_t width = 0;
    for (const auto &[key, text] : *facts)
      width = std::max(width, key.size());
    os << (facts->empty() ? "" : " *\n");
    for (const auto &[key, text] : *facts) {
      os << " *   " << escapeComment(key);
      os.indent(width - key.size() + 2) << escapeComment(text) << "\n";
    }
  }
  os << " */\n";
}

std::string c11::declare(const ModelInterface &interface,
                         const ModelFunction &function) {
  std::string text =
      "void " + function.name + "(" + interface.prefix + "_t *net";
  for (const ModelArray &parameter : function.parameters) {
    if (parameter.isMember())
      continue;
    if (parameter.role == Role::Count) {
      text += ", size_t " + parameter.name;
      continue;
    }
    text += (parameter.role == Role::Output ? ", " : ", const ") +
            parameter.type + " *" + parameter.name;
  }
  return text + ")";
}

std::string c11::declareInit(const ModelInterface &interface) {
  const std::string &prefix = interface.prefix;
  return "void " + prefix + "_init(" + prefix + "_t *net" +
         (interface.weights ? ", " + prefix + "_weights_t weights" : "") + ")";
}

namespace {

/// Prints the header of one model.
class HeaderPrinter {
public:
  HeaderPrinter(const ModelInterface &interface, llvm::raw_ostream &os)
      : interface(interface), os(os) {}

  void print();

private:
  void printSizes();
  void printScales();
  void printWeights();
  void printArena();
  void printStruct();
  void printHooksHelp();
  void printEventsHelp();
  /// What the arguments of a step function are.
  void printArguments(const ModelFunction &function);
  /// The order of the elements of an input that is a map.
  void printPosition();

  std::string macro(StringRef suffix) { return interface.getMacro(suffix); }

  const ModelInterface &interface;
  llvm::raw_ostream &os;
};

} // namespace

/// "values, shape [2, 3]"
static std::string describe(ModelContent content,
                            const std::optional<ModelScale> &scale,
                            ArrayRef<int64_t> shape) {
  std::string what = content == ModelContent::Spikes ? "spikes, 0 or 1"
                     : scale ? "integers, in units of " + scale->macro
                     : content == ModelContent::Counts ? "spike counts"
                                                       : "values";
  std::string text = what + ", shape [";
  llvm::raw_string_ostream stream(text);
  llvm::interleaveComma(shape, stream);
  return text + "]";
}

void HeaderPrinter::printSizes() {
  os << "/* Elements of the inputs and outputs in one step. */\n";
  for (const ModelArray &parameter : interface.step.parameters)
    if (!parameter.isMember())
      os << "#define " << parameter.sizeMacro << " "
         << parameter.getNumElements() << "\n";
  if (interface.stepEvents)
    os << "\n/* Different events that an input can have in one step; more can "
          "only be repetitions. */\n#define "
       << macro("MAX_EVENTS") << " " << interface.getMostEvents() << "\n";
}

/// What integers that the caller sees stand for.
void HeaderPrinter::printScales() {
  bool isFirst = true;
  auto printScale = [&](const std::optional<ModelScale> &scale) {
    if (!scale)
      return;
    if (std::exchange(isFirst, false))
      os << "\n/* An integer i stands for i times the scale; lists have one "
            "for each channel. */\n";
    os << "#define " << scale->macro << " ";
    bool isList = scale->values.size() > 1;
    os << (isList ? "{" : "");
    llvm::interleaveComma(scale->values, os, [&](double value) {
      os << getFloat32Literal(value);
    });
    os << (isList ? "}" : "") << "\n";
  };
  for (const ModelArray &parameter : interface.step.parameters)
    printScale(parameter.scale);
  for (const ModelTap &tap : interface.taps)
    printScale(tap.scale);
}

/// Constants that lie in a blob, and how they get to the network.
void HeaderPrinter::printWeights() {
  if (!interface.weights)
    return;
  const std::string &prefix = interface.prefix;
  os << "/* The network's constants are in a blob, apart from the code: these "
        "bytes, at a multiple of that. */\n#define "
     << macro("WEIGHTS_BYTES") << " " << interface.weights->bytes
     << "u\n#define " << macro("WEIGHTS_ALIGNMENT") << " "
     << interface.weights->alignment
     << "u\n\n/* What is wrong with a blob. */\n";
  auto define = [&](StringRef name, int code, StringRef what) {
    os << "#define " << macro(name) << " " << code << " /* " << what << " */\n";
  };
  define("WEIGHTS_LOADED", 0, "nothing");
  define("WEIGHTS_MISPLACED", 1,
         "no address, or not a multiple of the alignment");
  define("WEIGHTS_TOO_SHORT", 2, "fewer bytes than a blob has");
  define("WEIGHTS_NOT_A_BLOB", 3, "it does not begin as a blob does");
  define("WEIGHTS_OTHER_VERSION", 4, "its format has another version");
  define("WEIGHTS_OTHER_NETWORK", 5, "it was made for other code");
  define("WEIGHTS_DAMAGED", 6, "its checksum is another one");
  os << "\n/* A blob that was checked; tables is NULL unless error is 0. */\n"
        "struct "
     << prefix << "_tables;\ntypedef struct {\n    const struct " << prefix
     << "_tables *tables;\n    int error;\n} " << prefix << "_weights_t;\n\n"
     << "/* Checks the blob at an address from which size bytes can be read, "
        "and "
        "reads no others. The blob\n * stays where it is, unchanged, as long "
        "as "
        "a network uses it. */\n"
     << prefix << "_weights_t " << prefix
     << "_load(const void *weights, size_t size);\n\n";
}

void HeaderPrinter::printArena() {
  os << "    union {\n";
  for (const auto &[type, bytes] : interface.arena->types)
    os << "        " << type << " " << getArenaMember(type) << "["
       << llvm::divideCeil(interface.arena->bytes, bytes) << "];\n";
  os << "    } " << interface.arena->name
     << "; /* within a step; not all of it at the same time */\n";
}

void HeaderPrinter::printStruct() {
  os << "/* All memory of one network: state, and scratch for one step. */\n"
        "typedef struct {\n";
  if (interface.arena && interface.arena->comesFirst)
    printArena();
  if (interface.weights)
    os << "    const struct " << interface.prefix << "_tables *weights;\n";
  std::vector<ModelArray> members = interface.getMembers();
  for (const ModelArray &member : members) {
    std::string array = member.type + " " + member.name + "[" +
                        std::to_string(member.getNumElements()) + "];\n";
    auto [bytes, alignment] = member.getLayout();
    if (alignment == member.elementBytes)
      os << "    " << array;
    else
      os << "    union {\n        " << array << "        uint32_t "
         << member.words << "[" << bytes / alignment << "];\n    };\n";
  }
  if (interface.arena) {
    if (!interface.arena->comesFirst)
      printArena();
  } else if (members.empty() && !interface.weights) {
    os << "    uint8_t unused; /* the network has no state */\n";
  }
  os << "} " << interface.prefix << "_t;\n\n";
}

/// What can be seen of a step, and how.
void HeaderPrinter::printHooksHelp() {
  if (!interface.taps.empty()) {
    os << "/* In a step, " << macro("TAP")
       << "(signal, data, n) stands where the n elements of data have been "
          "written.\n * It is nothing unless it is defined when "
       << interface.sourceName << " is compiled. The signals:\n";
    for (const ModelTap &tap : interface.taps)
      os << " *   " << tap.name << ": " << tap.type << ", "
         << describe(tap.content, tap.scale, tap.shape)
         << (tap.isChannelsLast ? ", channels last" : "") << ", signal '"
         << escapeComment(tap.signal) << "'\n";
    os << " */\n\n";
  }
  if (!interface.profile)
    return;
  os << "/* In a step, " << macro("PROFILE")
     << "(layer, call) stands around the call of each layer's function.\n"
     << " * It is the call alone unless it is defined when "
     << interface.sourceName << " is compiled. The layers:\n";
  for (const ProfiledCall &call : interface.profile->calls) {
    os << " *   " << call.name;
    if (!call.node.empty())
      os << ": node '" << escapeComment(call.node) << "'";
    if (interface.stepEvents && call.isInStep != call.isInStepEvents)
      os << (call.isInStep ? ", not in " : ", in ")
         << interface.stepEvents->name;
    os << "\n";
  }
  os << " */\n\n";
  if (interface.profile->lists.empty())
    return;
  os << "/* Behind it, where a layer has written a list of events, stands "
     << macro("EVENTS")
     << "(list, events, end):\n * events[0], events[1], ... are the positions "
        "of what is active, and the first that is end is none.\n * It is "
        "nothing unless it is defined when "
     << interface.sourceName << " is compiled. The lists:\n";
  for (const ProfiledList &list : interface.profile->lists) {
    os << " *   " << list.name << ": of " << list.size << " elements";
    if (!list.node.empty())
      os << ", node '" << escapeComment(list.node) << "'";
    os << "\n";
  }
  os << " */\n\n";
}

void HeaderPrinter::printArguments(const ModelFunction &function) {
  for (const ModelArray &parameter : function.parameters) {
    if (parameter.isMember())
      continue;
    std::string node = "node '" + escapeComment(parameter.node) + "'";
    os << " *   " << parameter.name << ": ";
    if (parameter.role == Role::Events)
      os << "positions below " << parameter.sizeMacro << ", " << node << "\n";
    else if (parameter.role == Role::Count)
      os << "how many these are\n";
    else
      os << parameter.sizeMacro << " "
         << describe(parameter.content, parameter.scale, parameter.shape)
         << ", " << node << "\n";
  }
}

/// What the step that takes events does with them.
void HeaderPrinter::printEventsHelp() {
  os << "/* The same step, bit for bit, for callers that have events: "
        "positions of spikes, in any order.\n"
        " * A spike is a spike: a position that comes again in a step changes "
        "nothing. Nor does one that\n"
        " * the input does not have. For both, "
     << StringRef(interface.getHelperPrefix()).upper()
     << "_CHECK(condition) stands in the code with a condition\n"
        " * that is false; it is nothing unless it is defined when "
     << (interface.helpers ? interface.helpers->name + ".c"
                           : interface.sourceName)
     << " is compiled.\n";
  printArguments(*interface.stepEvents);
  os << " */\n";
}

void HeaderPrinter::printPosition() {
  auto isMap = [](const ModelArray &parameter) {
    return parameter.role == Role::Input &&
           parameter.content == ModelContent::Spikes &&
           parameter.shape.size() >= 2 && parameter.shape.size() <= 3;
  };
  const std::vector<ModelArray> &parameters = interface.step.parameters;
  if (llvm::count_if(parameters, isMap) != 1)
    return;
  const ModelArray &input = *llvm::find_if(parameters, isMap);
  ArrayRef<int64_t> shape = input.shape;
  bool hasPolarity = shape.size() == 3;
  int64_t height = shape[shape.size() - 2], width = shape.back();
  StringRef position =
      input.getNumElements() < (1 << 16) ? "uint16_t" : "uint32_t";
  os << "/* The position in " << input.name
     << " of an event of a camera; one that " << input.name
     << " does not have if that is\n * outside of the map, so that the step "
        "drops it. */\nstatic inline "
     << position << " " << interface.prefix << "_position(size_t x, size_t y"
     << (hasPolarity ? ", size_t polarity" : "")
     << ")\n{\n    if (x >= " << width << " || y >= " << height;
  if (hasPolarity)
    os << " || polarity >= " << shape.front();
  os << ")\n        return " << input.sizeMacro << ";\n    return (" << position
     << ")(";
  if (hasPolarity)
    os << "((" << position << ")polarity * " << height << "u + y) * " << width
       << "u + x";
  else
    os << "(" << position << ")y * " << width << "u + x";
  os << ");\n}\n\n";
}

void HeaderPrinter::print() {
  printProvenance(interface, interface.headerName, os);
  const std::string &prefix = interface.prefix;
  std::string guard = macro("H");
  os << "#ifndef " << guard << "\n#define " << guard << "\n\n"
     << "#include <stddef.h>\n#include <stdint.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  printSizes();
  printScales();
  os << "\n/* Seconds per step. */\n#define " << macro("DT") << " "
     << formatFloat64(interface.dt) << "\n\n"
     << "/* Bytes of one " << prefix << "_t. */\n#define "
     << macro("STATE_BYTES") << " sizeof(" << prefix << "_t)\n\n";
  printWeights();
  printStruct();
  printHooksHelp();
  os << "/* Sets the state before the first step; also to start again."
     << (interface.weights ? "\n * With weights that have an error, or in a "
                             "step without init, " +
                                 macro("NO_WEIGHTS") +
                                 "() happens:\n * the program stops, unless "
                                 "it is defined when " +
                                 interface.sourceName + " is compiled."
                           : "")
     << " */\n"
     << declareInit(interface) << ";\n\n"
     << "/* One step. Arrays must not overlap.\n";
  printArguments(interface.step);
  os << " */\n" << declare(interface, interface.step) << ";\n\n";
  if (interface.stepEvents) {
    printEventsHelp();
    os << declare(interface, *interface.stepEvents) << ";\n\n";
    printPosition();
  }
  os << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
}

void c11::printHeader(const ModelInterface &interface, llvm::raw_ostream &os) {
  HeaderPrinter(interface, os).print();
}
