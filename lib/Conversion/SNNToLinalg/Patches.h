//===- Patches.h - Convolutions that add patches to a map -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an input of a convolution adds to the outputs around it is a patch. In
// each of its rows outputs and channels are contiguous, so a row is one loop
// of a fixed length, which compilers vectorize. All patches have the same
// size: kernels are filled up with zeros, and the sums are in a map with a
// border, which takes what is beyond the outputs.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_PATCHES_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_PATCHES_H

#include "Lowering.h"

namespace snn {

/// One spatial dimension of patches.
struct PatchDim {
  WindowDim window;
  int64_t outputs;
  /// Outputs in a patch: those that the input reaches, and where the stride
  /// has it reach fewer than its neighbour, one beside them.
  int64_t taps;
  /// Positions of the map with its border, and how many of them are before the
  /// outputs.
  int64_t size, before;
};

/// How a convolution adds patches.
class PatchPlan {
public:
  /// The plan for `op`, if it has one: it visits events, and what it adds
  /// where the kernel is filled up changes no bit.
  static std::optional<PatchPlan> of(SynapseOpInterface op,
                                     const StepContext &context);

  /// The map with its border, for elements as those of `sums`.
  mlir::MemRefType getMapType(mlir::Type sums) const {
    return mlir::MemRefType::get(getShape(/*hasBorder=*/true),
                                 mlir::getElementTypeOrSelf(sums));
  }
  /// Rows of all outputs and channels.
  llvm::SmallVector<int64_t> getOutputShape() const {
    return getShape(/*hasBorder=*/false);
  }

  /// The weights as patches: for each input channel, and each position of an
  /// input between two windows, the rows of its patch. Integers have at least
  /// 16 bits, which saves extending them.
  Constant getPatches(const Constant &weight) const;

  /// The sums before there are inputs, a number or a tensor of one for each
  /// channel: 0, or the bias.
  mlir::Value createBias(LayerBuilder &layer, SynapseOpInterface op,
                         mlir::Type sums) const;
  /// The map before there are inputs.
  mlir::Value createMap(mlir::ImplicitLocOpBuilder &builder, mlir::Value bias,
                        mlir::Value map) const;

  /// Adds the patch of the input at `coordinates`, of `patches` with elements
  /// of `type` in the network, times a factor unless that is none.
  mlir::Value addPatch(mlir::ImplicitLocOpBuilder &builder, mlir::Value patches,
                       mlir::Type type, llvm::ArrayRef<mlir::Value> coordinates,
                       mlir::Value factor, mlir::Type factorType,
                       mlir::Value map) const;

  /// Copies the outputs from the map to `sums`.
  mlir::Value copyOutputs(mlir::ImplicitLocOpBuilder &builder, mlir::Value map,
                          mlir::Value sums) const;

  llvm::ArrayRef<PatchDim> getDims() const { return dims; }
  /// Output channels.
  int64_t getChannels() const { return channels; }

private:
  llvm::SmallVector<int64_t> getShape(bool hasBorder) const;

  llvm::SmallVector<PatchDim, 2> dims;
  int64_t channels;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_PATCHES_H
