//===- SNN.cpp - C interface of the snn dialect ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn-c/SNN.h"
#include "snn/IR/Constants.h"
#include "snn/IR/SNN.h"
#include "snn/Pipelines/Pipelines.h"
#include "snn/Target/C11/C11.h"

#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"
#include "mlir/CAPI/Support.h"
#include "mlir/CAPI/Utils.h"

using namespace mlir;

MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(SNN, snn, snn::SNNDialect)

void snnRegisterDialects(MlirDialectRegistry registry) {
  snn::registerDialects(*unwrap(registry));
}

void snnRegisterPasses() { snn::registerPassesAndPipelines(); }

bool snnTypeIsEvents(MlirType type) {
  return isa<snn::EventsType>(unwrap(type));
}

MlirTypeID snnEventsTypeGetTypeID() {
  return wrap(snn::EventsType::getTypeID());
}

MlirType snnEventsTypeGet(MlirContext context, int64_t size) {
  return wrap(snn::EventsType::get(unwrap(context), size));
}

int64_t snnEventsTypeGetSize(MlirType type) {
  return cast<snn::EventsType>(unwrap(type)).getSize();
}

bool snnAttributeGetConstant(MlirAttribute attribute,
                             SnnConstantCallback callback, void *userData) {
  std::optional<snn::Constant> constant = snn::getConstant(unwrap(attribute));
  if (!constant)
    return false;
  callback(wrap(constant->elementType), constant->shape.size(),
           constant->shape.data(), constant->values.size(),
           constant->values.data(), userData);
  return true;
}

void snnFindSignals(MlirModule module, MlirStringCallback callback,
                    void *userData) {
  for (const std::string &name : snn::findSignals(unwrap(module)))
    callback(wrap(name), userData);
}

bool snnIsC11Prefix(MlirStringRef text) {
  return snn::isC11Prefix(unwrap(text));
}

MlirLogicalResult snnTranslateToC11(MlirModule module, MlirStringRef prefix,
                                    MlirStringRef headerName, intptr_t numTaps,
                                    const MlirStringRef *taps, bool profile,
                                    MlirStringCallback source, void *sourceData,
                                    MlirStringCallback header,
                                    void *headerData) {
  snn::C11Options options;
  options.prefix = unwrap(prefix).str();
  options.headerName = unwrap(headerName).str();
  for (intptr_t index = 0; index < numTaps; ++index)
    options.taps.push_back(unwrap(taps[index]).str());
  options.profile = profile;
  mlir::detail::CallbackOstream sourceStream(source, sourceData);
  mlir::detail::CallbackOstream headerStream(header, headerData);
  return wrap(
      snn::translateToC11(unwrap(module), options, sourceStream, headerStream));
}
