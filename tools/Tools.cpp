//===- Tools.cpp - The tool that a name means -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nearly all of the tools is MLIR, so they are one program, or one with the
// Python extension.
//
//===----------------------------------------------------------------------===//

#include "Tools.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

int snn::runTool(int argc, char **argv) {
  llvm::StringRef name = argc > 0 ? llvm::sys::path::filename(argv[0]) : "";
  auto *run = llvm::StringSwitch<int (*)(int, char **)>(name)
                  .Case("snn-opt", optMain)
                  .Case("snn-translate", translateMain)
                  .Case("snn-lsp-server", lspServerMain)
                  .Default(nullptr);
  if (run)
    return run(argc, argv);
  llvm::errs() << "this program is called by the name of snn-opt, "
                  "snn-translate or snn-lsp-server, found '"
               << name << "'\n";
  return EXIT_FAILURE;
}
