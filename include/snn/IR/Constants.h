//===- Constants.h - Reading and making constant operands -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Weights and coefficients are constants, large ones with the data in a
// resource blob. These helpers hide where the numbers are.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_IR_CONSTANTS_H
#define SNN_IR_CONSTANTS_H

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace snn {

/// Constants with more elements than this live in resource blobs.
inline constexpr int64_t kMaxInlineElements = 64;

/// A constant value: a number, or a tensor of numbers.
struct Constant {
  /// What is stored: f32, f64, or for quantized numbers an integer.
  mlir::Type elementType;
  /// What the stored integers stand for, or null.
  mlir::quant::QuantizedType quantizedType;
  /// Empty for a scalar.
  llvm::SmallVector<int64_t> shape;
  bool isScalar = false;
  /// What is stored, in row-major order; one element for a scalar and for a
  /// splat. Integers have at most 32 bits.
  std::vector<double> values;

  /// Whether one number stands for all elements.
  bool isUniform() const { return values.size() == 1; }
  double at(int64_t index) const {
    return isUniform() ? values.front() : values[index];
  }
  int64_t getNumElements() const;
  /// Whether every element is `value`.
  bool isEverywhere(double value) const;
  /// The constant with dimension `permutation[d]` in place d.
  Constant transpose(llvm::ArrayRef<int64_t> permutation) const;
};

/// The number or numbers that `value` is known to hold, or none if it is not a
/// constant. Quantized constants are a `quant.scast` of integers.
std::optional<Constant> getConstant(mlir::Value value);

/// The same, only for floating-point types.
std::optional<Constant> getFloatConstant(mlir::Value value);

/// Checks that every constant of a network has its numbers: those of a resource
/// may be missing where a file was printed without.
llvm::LogicalResult checkResources(mlir::Operation *network);

/// The same for an attribute: a number, dense elements or a dense resource.
std::optional<Constant> getConstant(mlir::Attribute attribute);
std::optional<Constant> getFloatConstant(mlir::Attribute attribute);

/// Visits what is stored for each of the elements, in row-major order, as
/// `getConstant` has it, but one by one: a copy of large weights takes time and
/// memory. Fails if there is nothing that a constant can store.
llvm::LogicalResult visitElements(mlir::ElementsAttr elements,
                                  llvm::function_ref<void(double)> visit);

/// `type`, a quantized type, for a signal with dimension `permutation[d]` in
/// place d; other types stay as they are.
mlir::Type permuteAxis(mlir::Type type, llvm::ArrayRef<int64_t> permutation);

/// The type of a signal of `type` after a transpose.
mlir::RankedTensorType getTransposedType(mlir::RankedTensorType type,
                                         llvm::ArrayRef<int64_t> permutation);

/// How many elements lie in a row behind each index of dimension `dim`.
int64_t getInnerSize(llvm::ArrayRef<int64_t> shape, int64_t dim);

/// What is stored for the element at a position of a signal; the constant is
/// one number, or has 1 for some of the signal's dimensions.
double getElement(const Constant &constant, llvm::ArrayRef<int64_t> position);

/// A tensor with elements of `type`, built element by element.
Constant
makeConstant(llvm::ArrayRef<int64_t> shape, mlir::Type type,
             llvm::function_ref<double(llvm::ArrayRef<int64_t>)> element);

/// `a` and `b`, coefficients of the same signal, element by element.
Constant zipConstants(const Constant &a, const Constant &b,
                      llvm::function_ref<double(double, double)> zip);

/// The attribute that holds `constant`, rounded to its element type: a splat
/// where all elements are equal, a blob named after `name` where it is large.
mlir::TypedAttr getConstantAttr(const Constant &constant, llvm::StringRef name);

/// What to name a blob in `op`, a network or function, after: no other has its
/// names, so that it does not matter in which order they are worked on.
std::string getBlobName(mlir::Operation *op, llvm::StringRef name);

/// For each element of a tensor of `shape` with its dimensions in the order
/// `permutation`, its row-major index in the tensor as it was.
std::vector<int64_t> getPermutedOrder(llvm::ArrayRef<int64_t> shape,
                                      llvm::ArrayRef<int64_t> permutation);

/// A dense-resource or dense attribute of `type` with the given raw bytes.
mlir::ElementsAttr getRawElementsAttr(mlir::RankedTensorType type,
                                      llvm::ArrayRef<char> bytes,
                                      llvm::StringRef name);

/// An `arith.constant` with `constant`; for a quantized one its `quant.scast`.
/// A blob is named after `name` and what the builder is in.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                           const Constant &constant,
                           llvm::StringRef name = "constant");

/// The fewest digits that read back as the same `value` in `type`, which is a
/// floating-point or integer type: "0.9", "1".
std::string formatNumber(double value, mlir::Type type);
std::string formatFloat32(double value);
std::string formatFloat64(double value);

/// Room for the text of any number, and some characters behind it.
using NumberText = std::array<char, 64>;

/// The same in `text`; give where the text ends.
char *formatFloat32(double value, NumberText &text);
char *formatFloat64(double value, NumberText &text);

} // namespace snn

#endif // SNN_IR_CONSTANTS_H
