//===- Passes.h - Networks to better networks -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_TRANSFORMS_PASSES_H
#define SNN_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace snn {

#define GEN_PASS_DECL_SNNADDSTEPEVENTS
#define GEN_PASS_DECL_SNNCHANNELSLAST
#define GEN_PASS_DECL_SNNFLATTENFILLS
#define GEN_PASS_DECL_SNNFUSESUMS
#define GEN_PASS_DECL_SNNINFERRANGES
#define GEN_PASS_DECL_SNNINSERTRESCALE
#define GEN_PASS_DECL_SNNNAMELOCALS
#define GEN_PASS_DECL_SNNPLANSCRATCH
#define GEN_PASS_DECL_SNNQUANTIZE
#define GEN_PASS_DECL_SNNSELECTKERNELS
#define GEN_PASS_DECL_SNNSHORTENPRODUCTS
#define GEN_PASS_DECL_SNNUSEEVENTS
#include "dialect/SNNPasses.h.inc"

} // namespace snn

#endif // SNN_TRANSFORMS_PASSES_H
