//===- NetworkDict.h - A network as Python sees it --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_PYTHON_BINDINGS_NETWORKDICT_H
#define SNN_PYTHON_BINDINGS_NETWORKDICT_H

#include "snn/IR/SNN.h"

#include <nanobind/nanobind.h>

namespace snn::python {

/// The operations of a network with their operands, results and attributes, the
/// types of all values and the constants: what an interpreter needs. Values are
/// numbered.
nanobind::dict describeNetwork(NetworkOp network);

} // namespace snn::python

#endif // SNN_PYTHON_BINDINGS_NETWORKDICT_H
