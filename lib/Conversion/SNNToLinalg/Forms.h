//===- Forms.h - Several forms of a layer -----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// C that is for no processor in particular has some layers in several forms:
// its compiler takes one, as a macro says.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_FORMS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_FORMS_H

#include "Lowering.h"

namespace snn {

/// What says that the processor has vectors of integers: a helper of the
/// emitter.
inline constexpr llvm::StringLiteral kHasVectors = "integer_vectors";
/// The same of a small one, which loads and stores at the price of an addition.
inline constexpr llvm::StringLiteral kHasVectorBlocks = "vector_blocks";
/// What says that it has instructions for both halves of a word.
inline constexpr llvm::StringLiteral kHasPairs = "dsp";

/// Builds what a layer does, at the position of its builder.
using Form = llvm::function_ref<llvm::LogicalResult()>;

/// Has `taken` where `condition` holds, a helper of the emitter, and else
/// `other`.
llvm::LogicalResult createForms(LayerBuilder &layer, StepContext &context,
                                llvm::StringRef condition, Form taken,
                                Form other);

/// Has `inVectors`, which computes with vectors. Where these are optional it is
/// for processors of which `condition` holds, and for others there is `other`.
llvm::LogicalResult createVectorForms(LayerBuilder &layer, StepContext &context,
                                      llvm::StringRef condition, Form inVectors,
                                      Form other);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_FORMS_H
