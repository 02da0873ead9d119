//===- Interface.h - The C interface of a model -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a model's struct holds, what its functions take, and what all of it is
// called in C. The header is printed from it, and so is the JSON that Python
// and other tools read (docs/interface.md).
//
//===----------------------------------------------------------------------===//

#ifndef SNN_TARGET_C11_INTERFACE_H
#define SNN_TARGET_C11_INTERFACE_H

#include "snn/Target/C11/C11.h"

#include <array>
#include <optional>
#include <utility>

namespace snn {

/// What integers stand for: a number for all of them, or one for each channel.
struct ModelScale {
  std::string macro;
  std::vector<double> values;
  /// The dimension of the channels.
  std::optional<int64_t> axis;
};

/// What the elements of an array are; JSON has the same names.
enum class ModelContent { Spikes, Counts, Values, Integers, Positions, Bytes };

/// A parameter of a function, or a member of the struct.
struct ModelArray {
  enum class Role { Input, Output, Events, Count, State, Scratch, Arena };

  Role role = Role::Input;
  /// The NIR node of an input or output; of memory, what it is called after.
  std::string node;
  /// The node that memory belongs to.
  std::string owner;
  /// Its C name, as parameter or as member.
  std::string name;
  /// The C type of the elements, and the bytes of one.
  std::string type;
  int64_t elementBytes = 0;
  /// The C name of its words, of 4 bytes, if a member is read and written in
  /// these.
  std::string words;
  ModelContent content = ModelContent::Values;
  /// Of one step; for positions and their number, that of the input.
  std::vector<int64_t> shape;
  /// The macro with the number of elements, of inputs and outputs.
  std::string sizeMacro;
  std::optional<ModelScale> scale;

  bool isMember() const;
  int64_t getNumElements() const;
  /// Bytes of a member, and the alignment of these.
  std::pair<int64_t, int64_t> getLayout() const;
};

/// The name of a role, in the IR as in JSON: "input", "output", "events"...
llvm::StringRef getName(ModelArray::Role role);
/// The role of a name, or none.
std::optional<ModelArray::Role> parseRole(llvm::StringRef name);

/// A step function; its parameters and the members that it uses, in the order
/// of the arguments in the IR.
struct ModelFunction {
  std::string name;
  std::vector<ModelArray> parameters;
};

/// A signal that step functions show to a macro.
struct ModelTap {
  /// The name in NIR, and that in C.
  std::string signal;
  std::string name;
  std::string type;
  ModelContent content = ModelContent::Values;
  std::vector<int64_t> shape;
  bool isChannelsLast = false;
  std::optional<ModelScale> scale;
};

/// A call in a step function, as the macro around it is told.
struct ProfiledCall {
  /// What the macro is given.
  std::string name;
  /// The NIR node that it belongs to.
  std::string node;
  bool isInStep = false, isInStepEvents = false;
};

/// A list of events that a step function makes.
struct ProfiledList {
  std::string name;
  /// The NIR node whose events are listed.
  std::string node;
  /// How many elements the signal has: positions are below this, and the number
  /// itself ends the list.
  int64_t size = 0;
};

/// What `<PREFIX>_PROFILE` and `<PREFIX>_EVENTS` tell from one another, in the
/// order of the steps.
struct ModelProfile {
  std::vector<ProfiledCall> calls;
  std::vector<ProfiledList> lists;
};

/// Memory of a step that arrays of several types share.
struct ModelArena {
  std::string name;
  int64_t bytes = 0;
  /// The types of its elements and their bytes, by name.
  std::vector<std::pair<std::string, int64_t>> types;
  /// Whether it is the struct's first member: then its parts are at lines of
  /// the cache if the struct is.
  bool comesFirst = false;
};

/// Constants of a node that lie in a blob.
struct ModelTable {
  /// The name in the IR, and that in C.
  std::string symbol, name;
  std::string node;
  /// The C type of the elements, and the bytes of one.
  std::string type;
  int64_t elementBytes = 0;
  std::vector<int64_t> shape;
  /// Where it begins in the blob.
  int64_t offset = 0;

  int64_t getNumElements() const;
};

/// Constants apart from the code: what a blob of them looks like.
struct ModelWeights {
  static constexpr uint32_t kVersion = 1;
  static constexpr int64_t kHeaderBytes = 64;
  static constexpr int64_t kLeastAlignment = 8;

  int64_t bytes = kHeaderBytes;
  int64_t alignment = kLeastAlignment;
  std::vector<ModelTable> tables;
  /// SHA-256 of the C, whatever its names begin with, without comments and
  /// the macro around calls.
  std::array<uint8_t, 32> digest = {};
};

/// Helpers that networks of a program share.
struct ModelHelpers {
  /// What their names begin with, and their files without suffix.
  std::string name;
  /// Of their text; the C compiler compares it with that of the header.
  uint32_t version = 0;
};

/// All of it.
struct ModelInterface {
  std::string prefix, headerName, sourceName;
  double dt = 0;
  /// What the model was made from, and how it is stepped: a line for each fact.
  std::vector<std::pair<std::string, std::string>> provenance, discretization;
  ModelFunction step;
  std::optional<ModelFunction> stepEvents;
  std::optional<ModelArena> arena;
  std::vector<ModelTap> taps;
  /// None where all constants are in the code.
  std::optional<ModelWeights> weights;
  /// None where the C has its helpers in it.
  std::optional<ModelHelpers> helpers;
  /// None where no macro is around calls.
  std::optional<ModelProfile> profile;

  /// "<PREFIX>_<SUFFIX>"
  std::string getMacro(llvm::StringRef suffix) const;
  /// What the names of helpers begin with.
  const std::string &getHelperPrefix() const {
    return helpers ? helpers->name : prefix;
  }
  /// The members of the struct in their order, without the arena.
  std::vector<ModelArray> getMembers() const;
  /// Bytes and alignment of the struct where every type is aligned to its size,
  /// as on 64-bit machines.
  std::pair<int64_t, int64_t> getLayout() const;
  /// The most events that an input of spikes can have in a step; 0 without one.
  int64_t getMostEvents() const;
};

/// The interface of the network in a module that the `snn-to-loops` pipeline
/// made; an error at the operation's location if there is not one network.
llvm::FailureOr<ModelInterface> getModelInterface(mlir::ModuleOp module,
                                                  const C11Options &options);

/// The interface as JSON, as docs/interface.md describes it.
void printInterface(const ModelInterface &interface, llvm::raw_ostream &os);

} // namespace snn

#endif // SNN_TARGET_C11_INTERFACE_H
