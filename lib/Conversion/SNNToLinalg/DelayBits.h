//===- DelayBits.h - Past spikes as bits ------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A ring of as many slots as the longest delay has steps, each with a bit for
// every spike. What was written d steps ago is d slots behind the position at
// which this step's spikes will be written, so that elements whose delays
// differ are read from the same ring, each delay through a mask.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_DELAYBITS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_DELAYBITS_H

#include "Lowering.h"

namespace snn {

class BitRing {
public:
  /// The ring of a delay that is stored so, or none.
  static std::optional<BitRing> of(DelayOp op,
                                   const ConvertSNNToLinalgOptions &options);

  mlir::MemRefType getStorageType() const;
  mlir::MemRefType getPositionType() const;

  /// As `lowerDelayRead` and `lowerDelayWrite`.
  mlir::LogicalResult lowerRead(DelayOp op, StepContext &context) const;
  mlir::LogicalResult lowerWrite(DelayOp op, StepContext &context) const;

private:
  BitRing(DelayOp op, unsigned bits);
  /// A loop over the words of a slot.
  void visitWords(
      mlir::ImplicitLocOpBuilder &builder,
      llvm::function_ref<void(mlir::ImplicitLocOpBuilder &, mlir::Value word)>
          body) const;
  /// How many spikes are in a word.
  mlir::Value countBits(mlir::ImplicitLocOpBuilder &builder,
                        mlir::Value word) const;
  /// A loop over the elements whose spikes are in a word: their positions, and
  /// their bits as numbers of 32 bits.
  mlir::Value
  visitBits(mlir::ImplicitLocOpBuilder &builder, mlir::Value word,
            mlir::Value initial,
            llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &,
                                           mlir::Value element, mlir::Value bit,
                                           mlir::Value carried)>
                body) const;
  /// The word of the spikes of `steps` ago.
  mlir::Value loadPast(mlir::ImplicitLocOpBuilder &builder, mlir::Value past,
                       mlir::Value position, mlir::Value steps,
                       mlir::Value word) const;
  mlir::Value readPosition(mlir::ImplicitLocOpBuilder &builder,
                           mlir::Value position) const;

  mlir::MLIRContext *context;
  int64_t elements, slots;
  /// Bits of a word, and words of a slot.
  unsigned bits;
  int64_t words;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_DELAYBITS_H
