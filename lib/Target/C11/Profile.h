//===- Profile.h - What a step's calls and lists are called -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_PROFILE_H
#define SNN_LIB_TARGET_C11_PROFILE_H

#include "InterfaceBuilder.h"

#include "llvm/ADT/DenseMap.h"

namespace snn::c11 {

/// The names by which macros tell the calls in steps, and the lists of events
/// that these write, from one another. What is in both step functions has the
/// same name in both.
class ProfileNames {
public:
  ProfileNames(const NetworkFunctions &functions,
               const mlir::SymbolTable &table);

  /// What a call is, one of `profile.calls`.
  const ProfiledCall &getCall(mlir::func::CallOp call) const {
    return profile.calls[calls.at(call)];
  }

  /// The list that a call writes, and which of its operands it is; none if it
  /// writes none.
  std::optional<std::pair<const ProfiledList *, unsigned>>
  getList(mlir::func::CallOp call) const;

  const ModelProfile &get() const { return profile; }

private:
  void addCalls(mlir::func::FuncOp step, bool takesEvents,
                const mlir::SymbolTable &table);

  ModelProfile profile;
  NameTable callNames, listNames;
  /// Indices into the profile, by what tells a call or list from others.
  llvm::StringMap<size_t> knownCalls, knownLists;
  llvm::DenseMap<mlir::Operation *, size_t> calls;
  /// With the operand that the list is.
  llvm::DenseMap<mlir::Operation *, std::pair<size_t, unsigned>> lists;
};

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_PROFILE_H
