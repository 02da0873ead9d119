//===- snn-translate.cpp - Translate networks to C11 ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tools.h"
#include "snn/Pipelines/Pipelines.h"

#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

#include <cstdlib>

int snn::translateMain(int argc, char **argv) {
  snn::registerTranslations();
  return mlir::failed(
             mlir::mlirTranslateMain(argc, argv, "Spiking networks to C11"))
             ? EXIT_FAILURE
             : EXIT_SUCCESS;
}
