//===- Numbers.h - Arithmetic on numbers and on fixed-point integers -*- C++
//-*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Quantized numbers are stored as integers of 8, 16 or 32 bits and computed in
// 32, or in 16 where all that appears is known to fit; spikes and counts become
// what they meet.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_NUMBERS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_NUMBERS_H

#include "snn/IR/Scales.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace snn {

/// In what signals with elements of `type` are computed: the floating-point
/// type, or i32 for quantized ones.
mlir::Type getComputeType(mlir::Type type);

/// `value`, a stored element of a signal of `type`, as a number of `target`, in
/// which something is computed.
mlir::Value castToNumber(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                         mlir::Type type, mlir::Type target);

/// A computed number as it is stored: with fewer bits, which hold it.
mlir::Value castToStorage(mlir::ImplicitLocOpBuilder &builder,
                          mlir::Value value, mlir::Type storage);

/// a + b, a - b, a * b of floating-point numbers or integers.
mlir::Value createAdd(mlir::ImplicitLocOpBuilder &builder, mlir::Value a,
                      mlir::Value b);
mlir::Value createSub(mlir::ImplicitLocOpBuilder &builder, mlir::Value a,
                      mlir::Value b);
mlir::Value createMul(mlir::ImplicitLocOpBuilder &builder, mlir::Value a,
                      mlir::Value b);
/// a > b, a >= b, a < b as ordered comparisons.
mlir::Value createCompare(mlir::ImplicitLocOpBuilder &builder,
                          mlir::arith::CmpFPredicate predicate, mlir::Value a,
                          mlir::Value b);
/// Whether `x` is not 0: numbers or spikes, one or several.
mlir::Value createIsNotZero(mlir::ImplicitLocOpBuilder &builder, mlir::Value x);
/// The number `value` of a floating-point or integer type.
mlir::Value createNumber(mlir::ImplicitLocOpBuilder &builder, mlir::Type type,
                         double value);

/// floor(a * b / 2^16) of integers of 16 bits: what processors compute for many
/// at a time.
mlir::Value createUpperHalf(mlir::ImplicitLocOpBuilder &builder, mlir::Value a,
                            mlir::Value b);

/// A product of an integer with a fixed-point factor:
/// floor((x * multiplier + rounding) / 2^shift).
struct FixedProduct {
  /// Of all x.
  int64_t largest;
  /// The largest magnitude of the multipliers, less than 2^15 unless `shift`
  /// is 0.
  int64_t mostMultiplier;
  int shift;
  int64_t rounding;

  /// Computes it in the type of `x`, which holds it: 16 bits, or 32. What is in
  /// between has 64 bits where that is needed.
  mlir::Value create(mlir::ImplicitLocOpBuilder &builder, mlir::Value x,
                     mlir::Value multiplier) const;

  /// The same for `x` and a multiplier of 16 bits.
  mlir::Value createShort(mlir::ImplicitLocOpBuilder &builder, mlir::Value x,
                          mlir::Value multiplier) const;
  /// The product of x + offset, a sum that 16 bits hold as they do x, if it can
  /// be that of x and something more: that of a constant.
  std::optional<mlir::Value> createOfSum(mlir::ImplicitLocOpBuilder &builder,
                                         mlir::Value x, int64_t offset,
                                         mlir::Value multiplier) const;
  /// Whether the product is less than `limit`.
  bool isBelow(int64_t limit) const;
  /// The product in 64 bits.
  mlir::Value createWide(mlir::ImplicitLocOpBuilder &builder, mlir::Value x,
                         mlir::Value multiplier) const;
};

/// The largest magnitude that a quantized type holds; 255 or 1 for spikes.
int64_t getLargestInteger(mlir::Type type);

/// `value`, but at least or at most a number.
mlir::Value createAtLeast(mlir::ImplicitLocOpBuilder &builder,
                          mlir::Value value, int64_t least);
mlir::Value createAtMost(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                         int64_t greatest);
/// `value` clamped to what the quantized type can hold.
mlir::Value createClamp(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                        mlir::quant::QuantizedType type);
mlir::Value createClamp(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                        int64_t least, int64_t greatest);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_NUMBERS_H
