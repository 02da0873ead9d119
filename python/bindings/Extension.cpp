//===- Extension.cpp - The module snnmlir._mlir ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
#include "NetworkBuilder.h"
#include "NetworkDict.h"
#include "Tools.h"
#include "snn/Analysis/Resources.h"
#include "snn/IR/Constants.h"
#include "snn/Pipelines/Pipelines.h"
#include "snn/Target/C11/C11.h"
#include "snn/Target/C11/Interface.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>
#include <optional>

namespace nb = nanobind;
using namespace nb::literals;
using namespace mlir;
using namespace snn::python;

namespace {

std::string printType(Type type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  type.print(os);
  return text;
}

/// A context with all dialects that networks meet.
class ContextHandle {
public:
  ContextHandle() : context(makeRegistry(), MLIRContext::Threading::DISABLED) {
    context.loadAllAvailableDialects();
  }
  MLIRContext *get() { return &context; }

private:
  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    snn::registerDialects(registry);
    return registry;
  }
  MLIRContext context;
};

class ModuleHandle {
public:
  explicit ModuleHandle(OwningOpRef<ModuleOp> module)
      : module(std::move(module)) {}

  static ModuleHandle parse(const std::string &text, ContextHandle &context) {
    DiagnosticCollector diagnostics(context.get());
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(text, ParserConfig(context.get()));
    diagnostics.check(success(static_cast<bool>(module)));
    return ModuleHandle(std::move(module));
  }

  static ModuleHandle parseBytecode(nb::bytes bytecode,
                                    ContextHandle &context) {
    // Blobs are read where they are, and want to be aligned.
    auto buffer = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
        bytecode.size(), "bytecode", llvm::Align(4096));
    llvm::copy(StringRef(bytecode.c_str(), bytecode.size()),
               buffer->getBufferStart());
    llvm::SourceMgr sources;
    sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
    DiagnosticCollector diagnostics(context.get());
    OwningOpRef<ModuleOp> module =
        parseSourceFile<ModuleOp>(sources, ParserConfig(context.get()));
    diagnostics.check(success(static_cast<bool>(module)));
    return ModuleHandle(std::move(module));
  }

  nb::bytes getBytecode() {
    std::string bytes;
    llvm::raw_string_ostream os(bytes);
    DiagnosticCollector diagnostics(module->getContext());
    diagnostics.check(writeBytecodeToFile(*module, os));
    return nb::bytes(bytes.data(), bytes.size());
  }

  std::string getAsm(std::optional<int64_t> largeElementsLimit,
                     bool enableDebugInfo, bool genericOpForm) {
    OpPrintingFlags flags;
    flags.printGenericOpForm(genericOpForm);
    if (largeElementsLimit) {
      flags.elideLargeElementsAttrs(*largeElementsLimit);
      flags.elideLargeResourceString(*largeElementsLimit);
    }
    flags.enableDebugInfo(enableDebugInfo);
    std::string text;
    llvm::raw_string_ostream os(text);
    module->print(os, flags);
    return text + "\n";
  }

  void verify() {
    DiagnosticCollector diagnostics(module->getContext());
    diagnostics.check(mlir::verify(*module));
  }

  std::vector<snn::LayerResources> getResources() {
    DiagnosticCollector diagnostics(module->getContext());
    FailureOr<std::vector<snn::LayerResources>> found =
        snn::analyzeResources(*module);
    diagnostics.check(found);
    return *found;
  }

  /// Puts what `text` holds in front of what is there.
  void prepend(const std::string &text) {
    DiagnosticCollector diagnostics(module->getContext());
    OwningOpRef<ModuleOp> added =
        parseSourceString<ModuleOp>(text, module->getContext());
    diagnostics.check(success(static_cast<bool>(added)));
    Block *body = module->getBody();
    body->getOperations().splice(body->begin(),
                                 added->getBody()->getOperations());
    diagnostics.check(mlir::verify(*module));
  }

  nb::list getPlacements() { return describePlacements(*module); }

  nb::dict getMemories() { return describeMemories(*module); }

  int64_t countNetworks() {
    return llvm::range_size(module->getOps<snn::NetworkOp>());
  }

  nb::dict getNetwork(bool constants) {
    for (auto network : module->getOps<snn::NetworkOp>())
      return describeNetwork(network, constants);
    throw nb::value_error("the module has no network");
  }

  ModuleHandle clone() {
    return ModuleHandle(OwningOpRef<ModuleOp>(module->clone()));
  }
  ModuleOp get() { return *module; }

private:
  OwningOpRef<ModuleOp> module;
};

class PassManagerHandle {
public:
  PassManagerHandle(const std::string &pipeline, ContextHandle &context)
      : manager(context.get()) {
    std::string text;
    llvm::raw_string_ostream os(text);
    DiagnosticCollector diagnostics(context.get());
    if (failed(parsePassPipeline(pipeline, manager, os)))
      throw MLIRError(text);
  }

  void run(ModuleHandle &module) {
    DiagnosticCollector diagnostics(manager.getContext());
    diagnostics.check(manager.run(module.get()));
  }

private:
  PassManager manager;
};

std::string getElementType(const NetworkValue &value) {
  return printType(getElementTypeOrSelf(value.value.getType()));
}

std::optional<Shape> getShape(const NetworkValue &value) {
  auto type = dyn_cast<RankedTensorType>(value.value.getType());
  if (!type)
    return std::nullopt;
  return Shape(type.getShape().begin(), type.getShape().end());
}

/// Copies an array into a constant of the network.
NetworkValue
addConstant(NetworkBuilder &builder,
            nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu> array,
            const std::string &name) {
  bool isDouble = array.dtype() == nb::dtype<double>();
  if (!isDouble && array.dtype() != nb::dtype<float>())
    throw nb::type_error("expected an array of float32 or float64");
  if (array.ndim() == 0)
    return builder.number(isDouble ? *static_cast<const double *>(array.data())
                                   : *static_cast<const float *>(array.data()),
                          isDouble ? "f64" : "f32");
  Shape shape;
  for (size_t dim = 0; dim < array.ndim(); ++dim)
    shape.push_back(array.shape(dim));
  return builder.constant(
      ArrayRef<char>(static_cast<const char *>(array.data()), array.nbytes()),
      shape, isDouble, name);
}

void bindResources(nb::module_ &m) {
  nb::class_<snn::Operations>(m, "Operations", "Of numbers of the network.")
      .def_ro("multiplies", &snn::Operations::multiplies)
      .def_ro("adds", &snn::Operations::adds);
  nb::class_<snn::LayerResources>(m, "LayerResources",
                                  "What the generated C needs for a node.")
      .def_ro("node", &snn::LayerResources::node)
      .def_ro("constant_bytes", &snn::LayerResources::constantBytes)
      .def_ro("state_bytes", &snn::LayerResources::stateBytes)
      .def_ro("scratch_bytes", &snn::LayerResources::scratchBytes)
      .def_ro("skippable", &snn::LayerResources::skippable,
              "How many inputs cost nothing when they are zero.")
      .def_ro("least", &snn::LayerResources::least,
              "Operations of one step with all of those zero.")
      .def_ro("most", &snn::LayerResources::most, "With none of them zero.");
  nb::class_<snn::MemoryUse>(m, "MemoryUse",
                             "What a part of a network's memory is for.")
      .def_ro("name", &snn::MemoryUse::name)
      .def_ro("node", &snn::MemoryUse::node)
      .def_ro("use", &snn::MemoryUse::use,
              "\"voltage\", \"list of events\", \"sums\" and so on.")
      .def_ro("bytes", &snn::MemoryUse::bytes)
      .def_ro("offset", &snn::MemoryUse::offset,
              "Where it is in the memory that layers share; None of what is "
              "carried from step to step.")
      .def_ro("function", &snn::MemoryUse::function,
              "\"step\" or \"step_events\": which of them needs it.")
      .def_ro("nodes", &snn::MemoryUse::nodes,
              "Whose functions read or write it, in their order.");
}

/// The values in a tuple keep the builder alive that they belong to, as a value
/// that is returned alone does by nb::keep_alive.
struct TupleKeepsBuilder {
  static void precall(PyObject **, size_t, nb::detail::cleanup_list *) {}
  template <size_t Count>
  static void postcall(PyObject **arguments,
                       std::integral_constant<size_t, Count>,
                       nb::handle result) {
    if (!result)
      return;
    for (nb::handle value : nb::borrow<nb::tuple>(result))
      NB_CALL(keep_alive_py)(NB_CTX, value.ptr(), arguments[0]);
  }
};

void bindNetworkBuilder(nb::module_ &m) {
  nb::class_<NetworkValue>(m, "Value", "A value of the network being built.")
      .def_prop_ro("element_type", getElementType, "f32, f64, i1 or ui8.")
      .def_prop_ro("shape", getShape, "Dimensions; None for a number.");

  using B = NetworkBuilder;
  using V = NetworkValue;
  using S = std::string;
  auto builder = nb::class_<B>(
      m, "NetworkBuilder",
      "Builds one snn.network, a method per operation. Element types are "
      "\"f32\", \"f64\", \"i1\" and \"ui8\"; absent coefficients are neutral; "
      "`node` is the name that messages and the C code use.");
  builder.def(
      "__init__",
      [](B *self, ContextHandle &context, const S &name,
         const std::vector<std::tuple<S, Shape, S>> &inputs, double dt,
         const Attributes &discretization) {
        std::vector<InputSpec> specs;
        for (const auto &[inputName, shape, element] : inputs)
          specs.push_back({inputName, shape, element});
        new (self) B(context.get(), name, specs, dt, discretization);
      },
      "context"_a, "name"_a, "inputs"_a, "dt"_a, "discretization"_a,
      nb::keep_alive<1, 2>(),
      "A network with inputs (name, shape, element type) and steps of dt "
      "seconds.");
  builder.def("input", &B::input, "index"_a, nb::keep_alive<0, 1>(),
              "The signal of an input.");
  builder.def("constant", addConstant, "array"_a, "name"_a = "constant",
              nb::keep_alive<0, 1>(),
              "A constant float32 or float64 array; a number for rank 0.");
  builder.def(
      "integers",
      [](B &self,
         nb::ndarray<const int64_t, nb::c_contig, nb::device::cpu> array,
         const S &element_type, const S &name) {
        Shape shape;
        for (size_t dim = 0; dim < array.ndim(); ++dim)
          shape.push_back(array.shape(dim));
        return self.integers(ArrayRef<int64_t>(array.data(), array.size()),
                             shape, array.ndim() == 0, element_type, name);
      },
      "array"_a, "element_type"_a, "name"_a = "constant",
      nb::keep_alive<0, 1>(),
      "Constant integers of a quantized type, such as \"!quant.uniform<i8:f32, "
      "1.0>\", from an int64 array; a number for rank 0.");
  builder.def("number", &B::number, "value"_a, "element_type"_a,
              nb::keep_alive<0, 1>(), "A constant number.");
  builder.def("zeros", &B::zeros, "shape"_a, "element_type"_a,
              nb::keep_alive<0, 1>(), "A signal that is always zero.");
  builder.def("linear", &B::linear, "input"_a, "weight"_a,
              "bias"_a = nb::none(), nb::kw_only(), "saturate"_a = false,
              "node"_a, nb::keep_alive<0, 1>(),
              "snn.linear; integers that saturate after each input begin with "
              "the bias and have its type.");
  builder.def("truncate", &B::truncate, "input"_a, "element_type"_a,
              nb::kw_only(), "node"_a, nb::keep_alive<0, 1>(), "snn.truncate");
  builder.def("decay", &B::decay, "input"_a, "decay"_a, nb::kw_only(),
              "arithmetic"_a, "node"_a, nb::keep_alive<0, 1>(), "snn.decay");
  builder.def("conv", &B::conv, "input"_a, "weight"_a, "bias"_a = nb::none(),
              nb::kw_only(), "stride"_a, "padding"_a, "dilation"_a, "groups"_a,
              "node"_a, nb::keep_alive<0, 1>(),
              "snn.conv1d or snn.conv2d; padding is low and high of each "
              "spatial dimension.");
  builder.def("pool2d", &B::pool2d, "average"_a, "input"_a, nb::kw_only(),
              "kernel"_a, "stride"_a, "padding"_a, "element_type"_a, "node"_a,
              nb::keep_alive<0, 1>(), "snn.avg_pool2d or snn.sum_pool2d.");
  builder.def("transpose", &B::transpose, "input"_a, "permutation"_a,
              nb::kw_only(), "node"_a, nb::keep_alive<0, 1>(), "snn.transpose");
  builder.def("scale", &B::scale, "input"_a, "factor"_a, nb::kw_only(),
              "node"_a, nb::keep_alive<0, 1>(), "snn.scale");
  builder.def("add", &B::add, "inputs"_a, "element_type"_a, nb::kw_only(),
              "node"_a, nb::keep_alive<0, 1>(), "snn.add");
  builder.def("threshold", &B::threshold, "input"_a, "threshold"_a,
              nb::kw_only(), "node"_a, nb::keep_alive<0, 1>(), "snn.threshold");
  builder.def("delay", &B::delay, "input"_a, "steps"_a, "init"_a = nb::none(),
              nb::kw_only(), "node"_a, nb::keep_alive<0, 1>(),
              "snn.delay; one number of steps, or one per element.");
  builder.def("reshape", &B::reshape, "input"_a, "shape"_a, nb::kw_only(),
              "node"_a, nb::keep_alive<0, 1>(),
              "The same elements, with dimensions merged or split.");
  builder.def(
      "neuron",
      [](B &self, const S &op, V input,
         const snn::python::Coefficients &coefficients,
         const Attributes &attributes, std::optional<int64_t> max_spikes,
         const S &element_type, const S &current_type, const S &node) {
        return nb::tuple(nb::cast(
            self.neuron(op, input, coefficients, attributes, max_spikes,
                        element_type, current_type, node)));
      },
      "op"_a, "input"_a, "coefficients"_a = snn::python::Coefficients(),
      "attributes"_a = Attributes(), nb::kw_only(), "max_spikes"_a = nb::none(),
      "element_type"_a, "current_type"_a = "", "node"_a,
      nb::sig("def neuron(self, op: str, input: Value, coefficients: "
              "Mapping[str, Value | None] = {}, attributes: "
              "Mapping[str, str] = {}, *, max_spikes: int | None = "
              "None, element_type: str, current_type: str = '', "
              "node: str) -> tuple[Value, ...]"),
      nb::call_policy<TupleKeepsBuilder>(),
      "The neuron snn.<op>: its spikes, voltage and current, as far as it has "
      "them. Coefficients and attributes are called as in its definition; an "
      "arithmetic is what stands in its brackets. The current has the type "
      "of the voltage unless it has its own.");
  builder.def("backedge", &B::backedge, "shape"_a, "element_type"_a,
              nb::keep_alive<0, 1>(),
              "A signal that is defined later: the start of a cycle.");
  builder.def("resolve", &B::resolve, "backedge"_a, "value"_a,
              "Says what a backedge is.");
  builder.def(
      "finish",
      [](B &self, const std::vector<std::pair<S, V>> &outputs,
         const std::vector<std::pair<S, V>> &recorded,
         const Attributes &attributes) {
        return ModuleHandle(self.finish(outputs, recorded, attributes));
      },
      "outputs"_a, "recorded"_a = std::vector<std::pair<S, V>>(),
      "attributes"_a = Attributes(), nb::keep_alive<0, 1>(),
      "Ends the network with its outputs and further ones that are only "
      "watched (name, value), verifies it and gives the module. Raises "
      "MLIRError.");
  builder.def("set_bits", &B::setBits, "input"_a, "bits"_a,
              "Says how many bits integers of an input have.");
  builder.def("set_weight_bits", &B::setWeightBits, "value"_a, "bits"_a,
              "Says how many bits integers of the weights of a synapse have, "
              "whose result the value is.");
  builder.def("mark_variant", &B::markVariant, "value"_a,
              "Says that the operation of a value computes something else than "
              "its node sends.");
  builder.def("set_range", &B::setRange, "value"_a, "least"_a, "greatest"_a,
              "Says what numbers data showed for a value.");
}

} // namespace

NB_MODULE(_mlir, m) {
  m.doc() = "The snn dialect, its passes and the C11 emitter.";
  snn::registerPassesAndPipelines();
  nb::exception<MLIRError>(m, "MLIRError");

  nb::class_<ContextHandle>(m, "Context", "Holds types, attributes and names.")
      .def(nb::init<>());
  bindResources(m);
  nb::class_<ModuleHandle>(m, "Module", "A module of MLIR.")
      .def_static("parse", &ModuleHandle::parse, "asm"_a, "context"_a,
                  nb::keep_alive<0, 2>(),
                  "Parses text. Raises MLIRError with line and column.")
      .def_static("parse", &ModuleHandle::parseBytecode, "bytecode"_a,
                  "context"_a, nb::keep_alive<0, 2>(),
                  "Reads MLIR's bytecode. Raises MLIRError.")
      .def("get_bytecode", &ModuleHandle::getBytecode, "MLIR's bytecode.")
      .def("get_asm", &ModuleHandle::getAsm,
           "large_elements_limit"_a = nb::none(), "enable_debug_info"_a = false,
           "generic_op_form"_a = false,
           "The text; constants with more elements than the limit are elided.")
      .def("__str__",
           [](ModuleHandle &self) {
             return self.getAsm(std::nullopt, false, false);
           })
      .def("verify", &ModuleHandle::verify,
           "Raises MLIRError if it is invalid.")
      .def("network", &ModuleHandle::getNetwork, "constants"_a = true,
           "The operations, types and constants of the network, as an "
           "interpreter needs them: dictionaries with the keys \"inputs\", "
           "\"outputs\", \"types\", \"constants\" and \"ops\"; without "
           "constants "
           "none are in it.")
      .def("prepend", &ModuleHandle::prepend, "text"_a,
           "Puts the operations of a module's text in front of those that are "
           "there. Raises MLIRError.")
      .def("placements", &ModuleHandle::getPlacements,
           "Who computes what after snn-select-kernels, in the order of the "
           "operations: a tuple of nodes, the kernel or None, and why others "
           "cannot, a string each.")
      .def("memories", &ModuleHandle::getMemories,
           "Bytes of the tables of kernels in a lowered network, by memory; "
           "\"\" is none in particular.")
      .def("count_networks", &ModuleHandle::countNetworks,
           "How many networks of the snn dialect it has.")
      .def("resources", &ModuleHandle::getResources,
           "What each node of a lowered network needs. Raises MLIRError.")
      .def(
          "memory",
          [](ModuleHandle &self) { return snn::analyzeMemory(self.get()); },
          "What the memory of a lowered network is for.")
      .def(
          "signals",
          [](ModuleHandle &self) { return snn::findSignals(self.get()); },
          "The names of the signals that a lowered network writes to memory: "
          "nodes, and those of neurons with \".v\" and \".i\".")
      .def("clone", &ModuleHandle::clone, nb::keep_alive<0, 1>(),
           "A deep copy.");
  nb::class_<PassManagerHandle>(m, "PassManager", "A pipeline of passes.")
      .def_static(
          "parse",
          [](const std::string &pipeline, ContextHandle &context) {
            return std::make_unique<PassManagerHandle>(pipeline, context);
          },
          "pipeline"_a, "context"_a, nb::keep_alive<0, 2>(),
          "Parses a pipeline such as \"snn-to-loops\". Raises MLIRError.")
      .def("run", &PassManagerHandle::run, "module"_a,
           "Runs the passes on the module, in place. Raises MLIRError.");
  bindNetworkBuilder(m);
  m.def(
      "emit_c11",
      [](ModuleHandle &module, const std::string &prefix,
         const std::string &headerName, const std::vector<std::string> &taps,
         bool profile, bool weightsApart,
         const std::map<std::string, std::string> &places,
         const std::string &helpers) {
        std::string source, header;
        llvm::raw_string_ostream sourceStream(source), headerStream(header);
        DiagnosticCollector diagnostics(module.get().getContext());
        diagnostics.check(snn::emitC11(
            module.get(),
            {prefix, headerName, taps, profile, weightsApart, places, helpers},
            sourceStream, headerStream));
        return std::pair(std::move(source), std::move(header));
      },
      "module"_a, "prefix"_a = "", "header"_a = "",
      "taps"_a = std::vector<std::string>(), "profile"_a = false,
      "weights_apart"_a = false,
      "places"_a = std::map<std::string, std::string>(), "helpers"_a = "",
      "C source and header of the network that was lowered by "
      "\"snn-to-loops\"; `header` is the file name to include, `taps` are "
      "signals that are shown to a macro, with `profile` each layer's call "
      "stands in another, with `weights_apart` constants are in the blob of "
      "`emit_weights`, `places` has the sections of tables by node, and "
      "`helpers` names the files of `emit_helpers` that the C includes. Raises "
      "MLIRError.");
  m.def(
      "emit_helpers",
      [](const std::string &name) {
        std::string source, header;
        llvm::raw_string_ostream sourceStream(source), headerStream(header);
        snn::emitHelpers(name, sourceStream, headerStream);
        return std::pair(source, header);
      },
      "name"_a,
      "Source and header of the helpers that the C of several networks "
      "includes; all names in them begin with `name`.");
  m.def(
      "write_c11",
      [](ModuleHandle &module, const nb::callable &write,
         const std::string &prefix, const std::string &headerName,
         const std::vector<std::string> &taps, bool profile, bool weightsApart,
         const std::map<std::string, std::string> &places,
         const std::string &helpers) {
        std::string header;
        // LLVM knows no exceptions.
        std::optional<nb::python_error> raised;
        auto hand = [&](llvm::StringRef text) {
          try {
            if (!raised)
              write(nb::bytes(text.data(), text.size()));
          } catch (nb::python_error &error) {
            raised.emplace(std::move(error));
          }
        };
        DiagnosticCollector diagnostics(module.get().getContext());
        LogicalResult done = snn::emitC11InParts(
            module.get(),
            {prefix, headerName, taps, profile, weightsApart, places, helpers},
            hand, header);
        if (raised)
          throw std::move(*raised);
        diagnostics.check(done);
        return header;
      },
      "module"_a, "write"_a, "prefix"_a = "", "header"_a = "",
      "taps"_a = std::vector<std::string>(), "profile"_a = false,
      "weights_apart"_a = false,
      "places"_a = std::map<std::string, std::string>(), "helpers"_a = "",
      "The same as `emit_c11`, but `write` gets the source, in UTF-8, in parts "
      "of at most a megabyte, and the header is returned. Raises MLIRError, "
      "and "
      "what `write` raises.");
  m.def(
      "emit_weights",
      [](ModuleHandle &module, const std::vector<std::string> &taps) {
        DiagnosticCollector diagnostics(module.get().getContext());
        FailureOr<std::vector<uint8_t>> blob =
            snn::emitWeights(module.get(), taps);
        diagnostics.check(blob);
        return nb::bytes(blob->data(), blob->size());
      },
      "module"_a, "taps"_a = std::vector<std::string>(),
      "The blob with the constants that the C of `emit_c11` with "
      "`weights_apart` has not. Raises MLIRError.");
  m.def(
      "describe_c11",
      [](ModuleHandle &module, const std::string &prefix,
         const std::string &header, const std::vector<std::string> &taps,
         bool profile, bool weightsApart,
         const std::map<std::string, std::string> &places,
         const std::string &helpers) {
        DiagnosticCollector diagnostics(module.get().getContext());
        FailureOr<snn::ModelInterface> interface = snn::getModelInterface(
            module.get(),
            {prefix, header, taps, profile, weightsApart, places, helpers});
        diagnostics.check(interface);
        std::string text;
        llvm::raw_string_ostream os(text);
        snn::printInterface(*interface, os);
        return text;
      },
      "module"_a, "prefix"_a = "", "header"_a = "",
      "taps"_a = std::vector<std::string>(), "profile"_a = false,
      "weights_apart"_a = false,
      "places"_a = std::map<std::string, std::string>(), "helpers"_a = "",
      "The interface of what `emit_c11` prints, as JSON. Raises MLIRError.");
  m.def(
      "is_c11_prefix",
      [](const std::string &text) { return snn::isC11Prefix(text); }, "text"_a,
      "Whether all names of a C file can begin with the text.");
  m.def(
      "run_tool",
      [](std::vector<std::string> arguments) {
        std::vector<char *> argv;
        for (std::string &argument : arguments)
          argv.push_back(argument.data());
        argv.push_back(nullptr);
        return snn::runTool(arguments.size(), argv.data());
      },
      "arguments"_a,
      "Runs snn-opt, snn-translate or snn-lsp-server, whichever the first "
      "argument names, as a program would; once in a process. Returns its exit "
      "status.");
  m.attr("llvm_version") = LLVM_VERSION_STRING;
}
