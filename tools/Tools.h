//===- Tools.h - The programs that snn-tools is ---------------------------===//
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
} // namespace snn

#endif // SNN_TOOLS_TOOLS_H
