//===- Scales.h - What quantized integers stand for -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_IR_SCALES_H
#define SNN_IR_SCALES_H

#include "snn/IR/Constants.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace snn {

/// The scales of a quantized type: one for all elements, or one for each index
/// along a dimension.
struct Scales {
  /// Of what stands for itself, such as spikes.
  Scales() : values{1.0} {}
  explicit Scales(double scale) : values{scale} {}
  Scales(llvm::SmallVector<double> values, int64_t axis)
      : values(std::move(values)), axis(axis) {}
  /// Those of a signal or coefficient with elements of `type`.
  static Scales of(mlir::Type type);

  double at(int64_t index) const {
    return values.size() == 1 ? values.front() : values[index];
  }
  int64_t size() const { return values.size(); }
  bool isPerAxis() const { return axis.has_value(); }

  llvm::SmallVector<double> values;
  std::optional<int64_t> axis;
};

/// Whether two scales are the same [Q3].
bool isSameScale(double a, double b);
/// Whether all scales are the same, wherever the dimension is.
bool isSameScale(const Scales &a, const Scales &b);

/// A quantized type with `bits` bits of storage.
mlir::quant::QuantizedType getQuantizedType(mlir::MLIRContext *context,
                                            unsigned bits,
                                            const Scales &scales);
/// The same with the storage's range from `min` to `max`.
mlir::quant::QuantizedType getQuantizedType(mlir::MLIRContext *context,
                                            unsigned bits, int64_t min,
                                            int64_t max, const Scales &scales);

/// The scales of a type as a constant for signals of `rank` dimensions.
Constant getScales(mlir::Type type, int64_t rank);

/// The real numbers that a coefficient stands for, or `absent`.
Constant getRealNumbers(mlir::Value coefficient, double absent,
                        mlir::MLIRContext *context);

/// Whether `type` is quantized with a scale that f32 does not have as a normal
/// number, or nearly so; `getQuantizedType` gives it the nearest then.
bool hasScaleOutOfRange(mlir::Type type);

/// What the integers of a signal or a coefficient are.
struct IntegerInterval {
  int64_t min = 0, max = 0;

  int64_t getMagnitude() const { return std::max(-min, max); }
};

/// The fixed-point number that products with a real factor use: the factor is
/// `multiplier * 2^-shift`, to 15 bits; see spec.md, "Quantized arithmetic".
struct FixedFactor {
  int64_t multiplier;
  int shift;

  static FixedFactor of(double factor);
  /// The same number with the smallest multiplier.
  FixedFactor reduced() const;
};

/// What drives a state that saturates is less than this: the sum of both, and
/// of a leak that is also less, fits 32 bits.
inline constexpr int64_t kDriveLimit = int64_t(1) << 29;

/// The bits of each of the integers of a type where weights are stored: 4 or 2
/// if that is enough, so that two or four share a byte, else those of the type.
inline unsigned getPackedBits(mlir::quant::QuantizedType type) {
  for (int bits : {2, 4}) {
    int64_t half = int64_t(1) << (bits - 1);
    if (type.getStorageTypeMin() >= -half && type.getStorageTypeMax() < half)
      return bits;
  }
  return type.getStorageTypeIntegralWidth();
}

/// By how many bits integers of a type are shifted, rounding, to fit 16 bits.
int getShortShift(mlir::quant::QuantizedType type);

/// round(x) = floor(x + 1/2)
double roundHalfUp(double x);

/// Checks that a quantized type is one that values can have [Q1].
llvm::LogicalResult verifySymmetric(mlir::Operation *op, mlir::Type type);
/// Checks the scales of an operation on quantized values [Q1]-[Q4].
llvm::LogicalResult verifyScales(mlir::Operation *op);

} // namespace snn

#endif // SNN_IR_SCALES_H
