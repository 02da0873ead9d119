//===- snn-translate.cpp - Translate networks to C11 ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Target/C11/C11.h"

#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  snn::registerC11Translations();
  return mlir::asMainReturnCode(
      mlir::mlirTranslateMain(argc, argv, "Spiking networks to C11"));
}
