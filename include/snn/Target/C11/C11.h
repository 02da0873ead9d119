//===- C11.h - Networks as C source files -----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_TARGET_C11_C11_H
#define SNN_TARGET_C11_C11_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <string>
#include <vector>

namespace snn {

/// Whether all names of a C file can begin with `text`: a short identifier that
/// is no keyword.
bool isC11Prefix(llvm::StringRef text);

/// How the C interface is named.
struct C11Options {
  /// Prefix of all names, see `isC11Prefix`; empty for one made from the
  /// network's name.
  std::string prefix;
  /// File name that the source includes; empty for the prefix and ".h".
  std::string headerName;
  /// Signals that the step functions show to the macro `<PREFIX>_TAP`, as
  /// `findSignals` calls them.
  std::vector<std::string> taps;
  /// Whether the macro `<PREFIX>_PROFILE` is around the call of each layer.
  bool profile = false;
  /// Whether the constants that a training can change lie in a blob, see
  /// `emitWeights`, and not in the C.
  bool weightsApart = false;
  /// The sections that tables lie in, by the node that they belong to.
  std::map<std::string, std::string> places = {};
  /// What the files of `emitHelpers` are called, without suffix, that networks
  /// of a program share; empty where the C has its helpers in it.
  std::string helpers = {};
};

/// The names of the signals that layers write to memory, in the order in which
/// they do: nodes, and those of neurons with ".v" for the voltage or ".i" for
/// the current. `module` holds what the `snn-to-loops` pipeline makes of one
/// network.
std::vector<std::string> findSignals(mlir::ModuleOp module);

/// Prints the module's network as C11: `source` is the .c file, `header` the
/// .h file. The module must hold what the `snn-to-loops` pipeline makes of one
/// network; anything else is an error at the operation's location, and then a
/// part of the C may have been printed.
llvm::LogicalResult emitC11(mlir::ModuleOp module, const C11Options &options,
                            llvm::raw_ostream &source,
                            llvm::raw_ostream &header);

/// The same; `write` gets the source in parts of at most a megabyte: it can
/// have hundreds of them.
llvm::LogicalResult
emitC11InParts(mlir::ModuleOp module, const C11Options &options,
               llvm::function_ref<void(llvm::StringRef)> write,
               std::string &header);

/// Prints the helpers that C with `helpers` shares with other networks:
/// `source` is the .c file, `header` the .h file. They are the same for all
/// networks and targets. `name` begins all names in them, see `isC11Prefix`.
void emitHelpers(llvm::StringRef name, llvm::raw_ostream &source,
                 llvm::raw_ostream &header);

/// The blob with the constants of the module's network that its C has not if
/// `weightsApart` is set; docs/blobs.md describes its bytes. Neither the
/// prefix of the C nor `profile` changes it.
llvm::FailureOr<std::vector<uint8_t>>
emitWeights(mlir::ModuleOp module, llvm::ArrayRef<std::string> taps);

} // namespace snn

#endif // SNN_TARGET_C11_C11_H
