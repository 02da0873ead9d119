//===- snn-tools.cpp - snn-opt, snn-translate and snn-lsp-server ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tools.h"

int main(int argc, char **argv) { return snn::runTool(argc, argv); }
