//===- Tools.h - snn-opt, snn-translate and snn-lsp-server ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_TOOLS_TOOLS_H
#define SNN_TOOLS_TOOLS_H

namespace snn {

int optMain(int argc, char **argv);
int translateMain(int argc, char **argv);
int lspServerMain(int argc, char **argv);

/// Runs the tool that the file name in `argv[0]` names, and returns its exit
/// status.
int runTool(int argc, char **argv);

} // namespace snn

#endif // SNN_TOOLS_TOOLS_H
