//===- Plugin.cpp - The dialect and its passes for other programs ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What `--load-dialect-plugin` and `--load-pass-plugin` of mlir-opt look for.
//
//===----------------------------------------------------------------------===//

#include "snn/Conversion/SNNToLinalg/SNNToLinalg.h"
#include "snn/Pipelines/Pipelines.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Compiler.h"

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "SNN", LLVM_VERSION_STRING,
          [](mlir::DialectRegistry *registry) {
            snn::registerDialects(*registry);
          }};
}

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "SNN", LLVM_VERSION_STRING,
          snn::registerPassesAndPipelines};
}
