//===- Diagnostics.h - MLIR's errors as Python exceptions -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_PYTHON_BINDINGS_DIAGNOSTICS_H
#define SNN_PYTHON_BINDINGS_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

#include <stdexcept>
#include <string>

namespace snn::python {

/// Becomes snnmlir._mlir.MLIRError.
class MLIRError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Collects the diagnostics of a context while it lives.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext *context);

  /// Throws MLIRError with all that was collected if `result` is a failure.
  void check(llvm::LogicalResult result) const;

private:
  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace snn::python

#endif // SNN_PYTHON_BINDINGS_DIAGNOSTICS_H
