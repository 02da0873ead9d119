//===- DialectExtension.cpp - snn beside MLIR's own Python bindings -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The module mlir.dialects._snn_ext. It has no MLIR of its own: all of it is in
// the shared library of the package `mlir`, which is loaded before. With that
// package it speaks by MLIR's C interface and capsules alone, so it needs none
// of its nanobind, and is one for all versions of Python.
//
//===----------------------------------------------------------------------===//

#include "snn-c/SNN.h"

#include "mlir-c/BuiltinTypes.h"
#include "mlir-c/Diagnostics.h"
#include "mlir/Bindings/Python/Diagnostics.h"
#include "mlir/Bindings/Python/Nanobind.h"

// What the adaptors name of Python, and its stable ABI does not have.
#define PyErr_Warn(category, message) PyErr_WarnEx(category, message, 1)
static PyObject *PyClassMethod_New(PyObject *function) {
  return nanobind::module_::import_("builtins")
      .attr("classmethod")(nanobind::handle(function))
      .release()
      .ptr();
}
#include "mlir/Bindings/Python/NanobindAdaptors.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace mlir::python;
using namespace mlir::python::nanobind_adaptors;

static void append(MlirStringRef text, void *string) {
  static_cast<std::string *>(string)->append(text.data, text.length);
}

static MlirStringRef toRef(const std::string &text) {
  return mlirStringRefCreate(text.data(), text.size());
}

/// Throws mlir.ir.MLIRError, as the passes of that package do.
[[noreturn]] static void raiseMLIRError(const std::string &message) {
  nb::object type = irModule().attr("MLIRError");
  nb::object error = type(message, nb::list());
  PyErr_SetObject(type.ptr(), error.ptr());
  throw nb::python_error();
}

static nb::tuple translateToC11(MlirModule module, const std::string &prefix,
                                const std::string &header,
                                const std::vector<std::string> &taps,
                                bool profile) {
  std::vector<MlirStringRef> tapRefs;
  for (const std::string &tap : taps)
    tapRefs.push_back(toRef(tap));
  std::string source, headerText, message;
  MlirLogicalResult result;
  {
    CollectDiagnosticsToStringScope diagnostics(mlirModuleGetContext(module));
    result = snnTranslateToC11(module, toRef(prefix), toRef(header),
                               tapRefs.size(), tapRefs.data(), profile, append,
                               &source, append, &headerText);
    message = diagnostics.takeMessage();
  }
  if (mlirLogicalResultIsFailure(result))
    raiseMLIRError(message);
  return nb::make_tuple(source, headerText);
}

static std::vector<std::string> findSignals(MlirModule module) {
  std::vector<std::string> names;
  snnFindSignals(
      module,
      [](MlirStringRef name, void *data) {
        static_cast<std::vector<std::string> *>(data)->emplace_back(
            name.data, name.length);
      },
      &names);
  return names;
}

/// A copy of numbers as an array of NumPy.
template <typename T>
static nb::object makeArray(intptr_t rank, const int64_t *shape, intptr_t count,
                            const double *values) {
  size_t size = 1;
  std::vector<size_t> sizes(shape, shape + rank);
  for (size_t dim : sizes)
    size *= dim;
  auto *kept = new std::vector<T>(size);
  nb::capsule owner(kept, [](void *pointer) noexcept {
    delete static_cast<std::vector<T> *>(pointer);
  });
  for (size_t index = 0; index < size; ++index)
    (*kept)[index] = static_cast<T>(values[count == 1 ? 0 : index]);
  return nb::cast(
      nb::ndarray<nb::numpy, T>(kept->data(), rank, sizes.data(), owner));
}

static nb::object getConstant(MlirAttribute attribute) {
  nb::object found = nb::none();
  snnAttributeGetConstant(
      attribute,
      [](MlirType type, intptr_t rank, const int64_t *shape, intptr_t count,
         const double *values, void *data) {
        unsigned width =
            mlirTypeIsAInteger(type) ? mlirIntegerTypeGetWidth(type) : 0;
        auto make = mlirTypeIsAF32(type) ? makeArray<float>
                    : width == 0         ? makeArray<double>
                    : width <= 8         ? makeArray<int8_t>
                    : width <= 16        ? makeArray<int16_t>
                                         : makeArray<int32_t>;
        *static_cast<nb::object *>(data) = make(rank, shape, count, values);
      },
      &found);
  return found;
}

NB_MODULE(_snn_ext, m) {
  m.doc() = "The snn dialect, its passes and the C11 emitter.";
  snnRegisterPasses();
  m.def("register_dialects", snnRegisterDialects, "registry"_a,
        "Adds snn and what its passes need to a registry.");
  m.def(
      "register_dialect",
      [](MlirContext context, bool load) {
        MlirDialectRegistry registry = mlirDialectRegistryCreate();
        snnRegisterDialects(registry);
        mlirContextAppendDialectRegistry(context, registry);
        mlirDialectRegistryDestroy(registry);
        if (load)
          mlirContextGetOrLoadDialect(context,
                                      mlirStringRefCreateFromCString("snn"));
      },
      "context"_a = nb::none(), "load"_a = true,
      "Adds snn to a context that was made before this module was imported.");
  m.def("constant", getConstant, "attribute"_a,
        "The numbers of an attribute as an array, wherever they are stored; "
        "None if it holds none.");
  m.def("translate_to_c11", translateToC11, "module"_a, nb::kw_only(),
        "prefix"_a = "", "header"_a = "", "taps"_a = std::vector<std::string>(),
        "profile"_a = false,
        "C source and header of the module's network, which is lowered by "
        "\"snn-to-loops\" first if it is not; the module stays as it is. "
        "`prefix` begins all names, `header` is the file name to include, "
        "`taps` are signals that are shown to a macro, and with `profile` each "
        "layer's call stands in another. Raises mlir.ir.MLIRError.");
  m.def("find_signals", findSignals, "module"_a,
        "The names of the signals of a lowered network that can be tapped.");
  m.def(
      "is_c11_prefix",
      [](const std::string &text) { return snnIsC11Prefix(toRef(text)); },
      "text"_a, "Whether all names of a C file can begin with the text.");
  mlir_type_subclass events(m, "EventsType", snnTypeIsEvents,
                            snnEventsTypeGetTypeID);
  events.def_property_readonly(
      "size", [](MlirType self) { return snnEventsTypeGetSize(self); });
  events.def_staticmethod(
      "get",
      [type = events.get_class()](int64_t size, MlirContext context) {
        if (size < 1)
          throw nb::value_error("the size of !snn.events is at least 1");
        return type(snnEventsTypeGet(context, size));
      },
      "size"_a, "context"_a = nb::none(),
      "!snn.events<size>: where a signal of `size` elements is not zero.");
}
