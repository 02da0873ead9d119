//===- snn-tools.cpp - snn-opt, snn-translate and snn-lsp-server ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nearly all of the three is MLIR, so they are one program, which looks at the
// name that it is called by.
//
//===----------------------------------------------------------------------===//

#include "Tools.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

int main(int argc, char **argv) {
  llvm::StringRef name = argc > 0 ? llvm::sys::path::filename(argv[0]) : "";
  auto *run = llvm::StringSwitch<int (*)(int, char **)>(name)
                  .Case("snn-opt", snn::optMain)
                  .Case("snn-translate", snn::translateMain)
                  .Case("snn-lsp-server", snn::lspServerMain)
                  .Default(nullptr);
  if (run)
    return run(argc, argv);
  llvm::errs() << "this program is called by the name of snn-opt, "
                  "snn-translate or snn-lsp-server, found '"
               << name << "'\n";
  return EXIT_FAILURE;
}
