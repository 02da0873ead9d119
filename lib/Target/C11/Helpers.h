//===- Helpers.h - Functions that the generated C brings along --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// They are files of C in the folder Helpers, whose README.md says how they are
// written.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_HELPERS_H
#define SNN_LIB_TARGET_C11_HELPERS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace snn::c11 {

/// Prints a helper for a network whose names begin with `prefix`, and whose
/// positions have `positionBits` bits.
void printHelper(llvm::StringRef name, llvm::StringRef prefix,
                 unsigned positionBits, llvm::raw_ostream &os);

/// What the names of functions for positions of that many bits end with.
llvm::StringRef getPositionSuffix(unsigned positionBits);

/// What tells the shared helpers of one version of the compiler from those of
/// another, whatever they are called.
uint32_t getHelpersVersion();

/// Gives each name that helpers may bring along for such a network, once.
void forEachHelperName(llvm::StringRef prefix,
                       llvm::function_ref<void(llvm::StringRef)> take);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_HELPERS_H
