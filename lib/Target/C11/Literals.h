//===- Literals.h - Types and numbers in C ----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_LITERALS_H
#define SNN_LIB_TARGET_C11_LITERALS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace snn::c11 {

/// The C type of a local of `type`, or empty if there is none.
llvm::StringRef getScalarType(mlir::Type type, bool isUnsigned);
/// The C type of an array element of `type`, or empty if there is none.
llvm::StringRef getStorageType(mlir::Type type, bool isUnsigned);
/// Whether there are such types.
bool isStorable(mlir::Type type);

/// The member for arrays of the C type `type` in memory that types share.
llvm::StringRef getArenaMember(llvm::StringRef type);

/// The literal of a constant with the fewest digits that read back the same, or
/// none for what has no literal, such as infinity.
std::optional<std::string> getLiteral(mlir::Attribute value, bool isUnsigned);

/// The C literal of a finite number as a float.
std::string getFloat32Literal(double value);

/// Prints the elements of a constant array, comma-separated, in lines.
llvm::LogicalResult printElements(mlir::ElementsAttr elements, bool isUnsigned,
                                  llvm::raw_ostream &os);

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_LITERALS_H
