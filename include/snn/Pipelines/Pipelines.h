//===- Pipelines.h - From networks to loops ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_PIPELINES_PIPELINES_H
#define SNN_PIPELINES_PIPELINES_H

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"

namespace snn {

/// Registers the snn dialect, all upstream dialects that networks meet on
/// their way to C, and the interface implementations that the passes need.
void registerDialects(mlir::DialectRegistry &registry);

/// `snn-to-linalg`: simplify, then lower networks to functions on tensors.
void buildLinalgPipeline(mlir::OpPassManager &manager);

/// `snn-to-loops`: the same, then bufferize in place and lower to loops over
/// memrefs: what the C11 emitter takes.
void buildLoopsPipeline(mlir::OpPassManager &manager);

/// Makes our passes and pipelines, and those upstream passes that are useful
/// beside them, known to command lines.
void registerPassesAndPipelines();

/// Makes `--snn-to-c11` and `--snn-to-c11-header` known to snn-translate.
void registerTranslations();

} // namespace snn

#endif // SNN_PIPELINES_PIPELINES_H
