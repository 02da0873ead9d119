//===- Coefficients.h - The constants of an elementwise loop ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_COEFFICIENTS_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_COEFFICIENTS_H

#include "Lowering.h"

namespace snn {

/// The coefficients of an operation that does the same with all elements of a
/// signal, as the body of its loop sees them: a number for all elements, this
/// element's, that of this channel, or none if absent.
class Coefficients {
public:
  /// For an operation whose first result has the signal's shape.
  /// With `addsToProducts` products of sums are sums of products.
  Coefficients(LayerBuilder &layer, mlir::Operation *op,
               bool addsToProducts = false);

  /// The dimensions in which the loop sees signals and states: one, or two
  /// where coefficients are the same for all positions of a feature map.
  llvm::ArrayRef<int64_t> getShape() const { return shape; }

  /// Adds a coefficient that enters as it is.
  mlir::LogicalResult add(llvm::StringRef name,
                          mlir::MutableOperandRange operand);
  void add(llvm::StringRef name, const Constant &constant);

  /// Adds a factor of a floating-point number, or of an integer with magnitudes
  /// of up to `largest`: `factor` in real numbers.
  mlir::LogicalResult addFactor(llvm::StringRef name, const Constant &factor,
                                int64_t largest, mlir::Operation *op);
  /// Adds the decay of a state with elements of `state`: of a quantized one, it
  /// is a fixed-point number itself, and may multiply 16 bits of the state
  /// only. What decays has a magnitude of up to `largest`. What is left is
  /// rounded as `rule` says.
  mlir::LogicalResult addDecay(llvm::StringRef name,
                               mlir::MutableOperandRange operand,
                               mlir::Type state, bool isShort, int64_t largest,
                               DecayRule rule = DecayRule::HalfUp);

  /// The tensors that the loop must read beside its signals.
  llvm::ArrayRef<mlir::Value> getTensors() const { return tensors; }
  llvm::ArrayRef<std::string> getTensorNames() const { return tensorNames; }

  /// Tells where the loop's elements of `getTensors` are, where to compute and
  /// in which type.
  void bind(mlir::ImplicitLocOpBuilder &builder, mlir::ValueRange elements,
            mlir::Type type) {
    body = &builder;
    bound = elements;
    compute = type;
  }

  bool has(llvm::StringRef name) const { return entries.contains(name); }
  /// The coefficient, or null if absent.
  mlir::Value get(llvm::StringRef name) const;
  /// `x` times the coefficient, which is 1 if absent.
  mlir::Value multiply(llvm::StringRef name, mlir::Value x) const;
  /// The same clamped to numbers from `least` to `greatest`.
  mlir::Value multiplySaturated(llvm::StringRef name, mlir::Value x,
                                int64_t least, int64_t greatest) const;
  /// Whether a coefficient is a fixed-point factor.
  bool isFactor(llvm::StringRef name) const {
    auto it = entries.find(name);
    return it != entries.end() && (it->second.product || it->second.shifts);
  }
  /// Whether the product with a factor is always less than `limit`.
  bool isBelow(llvm::StringRef name, int64_t limit) const;
  /// The range of a coefficient of integers; 0 if absent.
  IntegerInterval getIntegers(llvm::StringRef name) const {
    auto it = entries.find(name);
    return it == entries.end() ? IntegerInterval() : it->second.integers;
  }
  /// What products of the coefficient with integers from `x` are, if 16 bits
  /// hold all that is multiplied and added on the way.
  std::optional<IntegerInterval> getShortProduct(llvm::StringRef name,
                                                 IntegerInterval x) const;
  /// How the coefficient appears in a comment.
  std::string text(llvm::StringRef name, llvm::StringRef absent = "") const;

private:
  struct Entry {
    mlir::Value number;
    unsigned element = 0;
    std::string text;
    /// The range of integers.
    IntegerInterval integers;
    /// For a fixed-point factor, how the product is computed.
    std::optional<FixedProduct> product;
    /// The product is taken away: the factor is 1 minus this one.
    bool isComplement = false;
    /// Bits that are dropped before the multiplication.
    int dropped = 0;
    /// What is added before the multiplication.
    int64_t offset = 0;
    /// Which tensor has the shift of each element, where they differ.
    std::optional<unsigned> shifts;
    /// For a decay, how what is left is rounded. With `Shift` the numbers are
    /// shifts.
    DecayRule rule = DecayRule::HalfUp;
  };
  Entry &addEntry(llvm::StringRef name, const Constant &constant);
  unsigned addTensor(llvm::StringRef name, const Constant &constant);
  mlir::Value getElement(unsigned index) const;
  mlir::LogicalResult addShifts(llvm::StringRef name, const Constant &decay);
  /// abs(x) times the factor rounded down, with the sign of x.
  mlir::Value multiplyTowardZero(const Entry &entry, mlir::Value x,
                                 mlir::Value factor) const;
  /// x less floor(x / 2^shift), or less 1 where that is 0 and x is not.
  mlir::Value decayByShift(mlir::Value x, mlir::Value shift) const;
  /// The product with factors that have a shift for each element, in 64 bits.
  mlir::Value multiplyShifted(const Entry &entry, mlir::Value x) const;

  LayerBuilder &layer;
  bool addsToProducts;
  llvm::SmallVector<int64_t> signal, shape;
  llvm::StringMap<Entry> entries;
  llvm::SmallVector<mlir::Value> tensors;
  llvm::SmallVector<std::string> tensorNames;
  mlir::ImplicitLocOpBuilder *body = nullptr;
  mlir::ValueRange bound;
  mlir::Type compute;
};

/// What one spike times `factor` is in units of `type`: a whole number.
Constant getSpikeUnits(const Constant &factor, mlir::Type type, int64_t rank);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_COEFFICIENTS_H
