//===- Identifiers.h - Names from a file become C names ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Node names are data: anything may be in them. Nothing reaches the output but
// through these functions.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_IDENTIFIERS_H
#define SNN_LIB_TARGET_C11_IDENTIFIERS_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace snn::c11 {

/// The letters, digits and single underscores of `text`, other characters as
/// underscores: part of an identifier, "node" if nothing is left.
std::string sanitize(llvm::StringRef text);

/// `text` inside a block comment: printable ASCII that cannot end or open a
/// comment. Line breaks are kept if `multiline`, and escaped otherwise.
std::string escapeComment(llvm::StringRef text, bool multiline = false);

/// The names of one scope; gives out each only once.
class NameTable {
public:
  /// A scope in which keywords and names of the outer scope are taken.
  explicit NameTable(const NameTable *outer = nullptr) : outer(outer) {}

  /// An identifier like `wanted` that is not taken yet.
  std::string add(llvm::StringRef wanted);

  /// Makes a name free again, where its block ends.
  void remove(llvm::StringRef name);

private:
  bool isTaken(llvm::StringRef name) const;

  /// A name, as what it was made from and the number behind it.
  struct Numbered {
    std::string base;
    unsigned number;
  };

  const NameTable *outer;
  llvm::StringMap<Numbered> taken;
  /// For each base, a number below which all are taken.
  llvm::StringMap<unsigned> firstFree;
};

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_IDENTIFIERS_H
