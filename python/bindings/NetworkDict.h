//===- NetworkDict.h - A network as Python sees it --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_PYTHON_BINDINGS_NETWORKDICT_H
#define SNN_PYTHON_BINDINGS_NETWORKDICT_H

#include "snn/IR/SNN.h"

#include "mlir/IR/BuiltinOps.h"

#include <nanobind/nanobind.h>

namespace snn::python {

/// The operations of a network with their operands, results and attributes, the
/// types of all values and the constants: what an interpreter needs. Values are
/// numbered. Without `withConstants` the constants are left out, which are
/// large.
nanobind::dict describeNetwork(NetworkOp network, bool withConstants);

/// Who computes which operations after `snn-select-kernels`: tuples of the
/// names of their nodes, the kernel or None, and reasons.
nanobind::list describePlacements(mlir::ModuleOp module);

/// Bytes of the tables of kernels in a lowered network, by memory.
nanobind::dict describeMemories(mlir::ModuleOp module);

} // namespace snn::python

#endif // SNN_PYTHON_BINDINGS_NETWORKDICT_H
