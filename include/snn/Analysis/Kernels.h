//===- Kernels.h - What a kernel needs to know of a layer -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The language of `snn.kernel`: facts of a layer, conditions on them,
// expressions of them, and the arguments of a call. docs/kernels.md describes
// it for people who write kernels.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_ANALYSIS_KERNELS_H
#define SNN_ANALYSIS_KERNELS_H

#include "snn/IR/Constants.h"
#include "snn/IR/SNN.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Error.h"

namespace snn {

/// What is known of a group of operations, by name: "synapse.weight.o" is a
/// number, "neuron.reset" a word.
class LayerFacts {
public:
  explicit LayerFacts(llvm::ArrayRef<mlir::Operation *> group);

  void set(llvm::StringRef name, int64_t value);
  void set(llvm::StringRef name, double value);
  void set(llvm::StringRef name, llvm::StringRef word);
  void set(llvm::StringRef name, bool holds);

  /// The fact of this name, or null.
  mlir::Attribute get(llvm::StringRef name) const {
    return facts.lookup(mlir::StringAttr::get(builder.getContext(), name));
  }
  std::optional<double> getNumber(llvm::StringRef name) const;
  const llvm::MapVector<mlir::StringAttr, mlir::Attribute> &getAll() const {
    return facts;
  }

private:
  void add(mlir::Operation *op, llvm::StringRef role);
  void addAttributes(mlir::Operation *op, llvm::StringRef role);
  void addShape(llvm::StringRef name, llvm::ArrayRef<int64_t> shape);
  void addType(llvm::StringRef name, mlir::Type type);
  void addSynapse(SynapseOpInterface op, llvm::StringRef role);
  void addNeuron(NeuronOpInterface op, llvm::StringRef role);

  mlir::Builder builder;
  llvm::MapVector<mlir::StringAttr, mlir::Attribute> facts;
};

/// What the operations of a group are called in facts and arguments: "synapse",
/// "neuron", or else their mnemonic; the second of a kind "synapse2".
llvm::SmallVector<std::string>
getRoles(llvm::ArrayRef<mlir::Operation *> group);

/// The value of `text`: numbers and facts with + - * / and parentheses. `what`
/// is what a message calls it.
llvm::Expected<double> evaluate(llvm::StringRef text, const LayerFacts &facts);
/// The same where a fact that is not there is 0.
llvm::Expected<double> evaluateWithZeros(llvm::StringRef text,
                                         const LayerFacts &facts);
/// Whether `text` could be an expression; facts are not looked up.
llvm::Error checkExpression(llvm::StringRef text);

/// Why a condition of `where` does not hold, or "" if it does: "is 10, expected
/// a multiple of 8".
std::string checkCondition(mlir::Attribute fact, mlir::Attribute condition);
/// Whether `condition` is one at all.
bool isCondition(mlir::Attribute condition);

/// One argument of a kernel's call.
struct KernelArgument {
  enum class Kind {
    /// The signal that enters, a number for each element.
    Input,
    /// The positions of its elements that are not zero, and behind them its
    /// size.
    Events,
    /// A table: weights, a bias, a coefficient for each element.
    Table,
    /// What an operation carries from step to step.
    State,
    /// What the last operation gives.
    Result,
    /// Memory that the kernel may use while it runs.
    Scratch,
    /// A number that is known.
    Number
  };
  Kind kind;
  /// Whose table, state or result it is.
  mlir::Operation *op = nullptr;
  /// The name of the table or state in the operation: "weight", "decay", "v".
  std::string name = {};
  /// A whole number, or one of floating point in the network's type.
  double number = 0;
  mlir::Type type = {};
};

/// What `text` stands for in a call for `group`, or why there is no such thing.
llvm::Expected<KernelArgument>
resolveArgument(llvm::StringRef text, llvm::ArrayRef<mlir::Operation *> group,
                const LayerFacts &facts);

/// What C passes for an argument of a call for `group`: "const uint8_t *".
std::string getTypeInC(const KernelArgument &argument,
                       llvm::ArrayRef<mlir::Operation *> group);

/// The table of an argument as it lies in memory: weights in `layout`, the
/// coefficients of a neuron for each element of its signal.
llvm::Expected<Constant> getTable(const KernelArgument &argument,
                                  llvm::StringRef layout);

/// Puts dimensions in another order, and parts them in blocks, as `layout` says
/// in the notation of oneDNN: letters name dimensions, from the outermost to
/// the innermost; a capital is the number of blocks of a dimension, and a
/// number and its letter a block. What a last block lacks is 0. "Oi8o" are
/// blocks of eight outputs. `letters` names the dimensions of `constant`.
llvm::Expected<Constant> changeLayout(const Constant &constant,
                                      llvm::StringRef letters,
                                      llvm::StringRef layout);
/// Whether `layout` could be one.
llvm::Error checkLayout(llvm::StringRef layout);

/// Why `kernel` cannot compute `group`, or nothing if it can: a reason each.
std::vector<std::string> checkKernel(KernelOp kernel,
                                     llvm::ArrayRef<mlir::Operation *> group,
                                     const LayerFacts &facts);

} // namespace snn

#endif // SNN_ANALYSIS_KERNELS_H
