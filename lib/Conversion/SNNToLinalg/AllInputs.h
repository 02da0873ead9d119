//===- AllInputs.h - Convolutions that visit all inputs ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where many inputs are not zero it is faster to visit all of them: the sums
// of some neighbouring outputs stay in registers, and no patch is loaded and
// stored. Which it is, is decided in each step. Zeros change no sum, and those
// of an output are added in the order of events, so the bits are the same.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_ALLINPUTS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_ALLINPUTS_H

#include "Patches.h"
#include "VectorSums.h"

namespace snn {

/// How a convolution with patches visits all its inputs.
class AllInputsPlan {
public:
  /// The plan for `op`, if it has one: vectors hold sums of several outputs,
  /// and no weight or bias is one that a zero changes.
  static std::optional<AllInputsPlan>
  of(SynapseOpInterface op, const PatchPlan &patches,
     const ConvertSNNToLinalgOptions &options);

  /// The inputs with zeros around them, in one dimension, for sums as in
  /// `sums`.
  mlir::MemRefType getInputType(mlir::Type sums) const;

  /// With how many events all inputs are visited.
  int64_t getLeastEvents() const;

  /// Whether `addAll` computes with the C compiler's vectors.
  bool hasVectors() const { return vectors.has_value(); }

  /// Whether `addAll` adds the products of two input channels at a time.
  bool arePairs() const { return pairBits > 0; }

  /// The table of weights that `addAll` wants then: for each pair of input
  /// channels and position of the kernel those of both, output by output.
  Constant getPairs(const Constant &weight) const;

  /// Stores `values`, those of a signal of `type` in the order of events, with
  /// zeros around them. Both are memrefs.
  void storeAll(mlir::ImplicitLocOpBuilder &builder, mlir::Value values,
                mlir::Type type, mlir::Value inputs) const;

  /// Sets `sums` to what all inputs add to `bias`, a number or one for each
  /// channel, through `table`, the patches or pairs, with elements of `type` in
  /// the network. All are memrefs.
  void addAll(mlir::ImplicitLocOpBuilder &builder, mlir::Value table,
              mlir::Type type, mlir::Value inputs, mlir::Value bias,
              mlir::Value sums) const;

private:
  explicit AllInputsPlan(const PatchPlan &patches) : patches(patches) {}

  mlir::Value visitKernel(
      mlir::ImplicitLocOpBuilder &builder,
      llvm::SmallVector<mlir::Value> position,
      llvm::function_ref<void(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>
          body) const;

  mlir::Value getPlace(mlir::ImplicitLocOpBuilder &builder,
                       llvm::ArrayRef<mlir::Value> position) const;
  mlir::Value storeRest(mlir::ImplicitLocOpBuilder &builder, mlir::Value values,
                        mlir::Type type,
                        llvm::SmallVector<mlir::Value> position,
                        mlir::Value inputs) const;

  /// What is known of each spatial dimension and of channels, in the order of
  /// events.
  template <typename T>
  llvm::SmallVector<T> inEventOrder(llvm::ArrayRef<T> spatial,
                                    T channel) const {
    llvm::SmallVector<T> all(spatial);
    all.insert(isChannelsFirst ? all.begin() : all.end(), channel);
    return all;
  }

  PatchPlan patches;
  /// Input channels, or pairs of them.
  int64_t turns = 0;
  /// Sizes of the input's map, and with zeros around it.
  llvm::SmallVector<int64_t> map, sizes;
  /// Neighbouring outputs whose sums are in registers.
  int64_t together = 1;
  /// Which sums of an output are in vectors, if they are.
  std::optional<VectorPlan> vectors;
  /// Whether inputs have words whose halves are the same.
  bool areTwice = false;
  /// Bits of the factors if these are pairs, or 0.
  unsigned pairBits = 0;
  /// Whether events come channel by channel.
  bool isChannelsFirst = false;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_ALLINPUTS_H
