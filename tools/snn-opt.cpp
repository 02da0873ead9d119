//===- snn-opt.cpp - Run passes on the snn dialect ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tools.h"
#include "snn/Pipelines/Pipelines.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int snn::optMain(int argc, char **argv) {
  mlir::DialectRegistry registry;
  snn::registerDialects(registry);
  snn::registerPassesAndPipelines();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "Spiking neural network compiler passes\n", registry));
}
