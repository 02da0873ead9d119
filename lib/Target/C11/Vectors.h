//===- Vectors.h - Vectors of the C compiler --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What functions marked `snn.vectors` compute with vectors, C has in types of
// GCC and clang where the processor has vectors, and in arrays elsewhere. What
// is computed is a call of a small function, which is printed once, with a form
// for each. Vectors longer than those of the processor are halves of others.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TARGET_C11_VECTORS_H
#define SNN_LIB_TARGET_C11_VECTORS_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

namespace snn::c11 {

/// A vector in C. Which elements a condition holds for is one of integers as
/// wide as what was compared, with all bits set or none.
struct Lanes {
  /// Whether elements are of floating point, and if not, read without a sign.
  bool isFloat = false, isUnsigned = false;
  unsigned bits = 0;
  int64_t count = 0;

  bool operator==(const Lanes &other) const {
    return isFloat == other.isFloat && isUnsigned == other.isUnsigned &&
           bits == other.bits && count == other.count;
  }
  int64_t getBytes() const { return count * bits / 8; }
  /// "i16x8"
  std::string getName() const;
  /// The C type of an element.
  std::string getElement() const;
  /// The same bits as other numbers, and other numbers of elements.
  Lanes asSigned() const { return {isFloat, false, bits, count}; }
  Lanes asUnsigned() const { return {false, true, bits, count}; }
  Lanes asMask() const { return {false, false, bits, count}; }
  Lanes withCount(int64_t other) const {
    return {isFloat, isUnsigned, bits, other};
  }
  /// How many elements are in the first half: a power of two.
  int64_t getLowCount() const;
  Lanes getLow() const { return withCount(getLowCount()); }
  Lanes getHigh() const { return withCount(count - getLowCount()); }
};

/// The vector that a type of elements with 8 bits or more is.
std::optional<Lanes> getLanes(mlir::Type type);

/// The small functions that a network's vectors need. Each request gives a
/// name, and adds the definition if it is the first one.
class Vectors {
public:
  /// `hasFloats`: whether the network has vectors of floating point, which
  /// must round and count small numbers as IEEE 754 says.
  Vectors(llvm::StringRef prefix, bool hasFloats);

  /// The C type.
  std::string getType(Lanes type);
  /// "a operator b", on elements of `type`, which says how they are read;
  /// `name` is what the function is called.
  std::string getBinary(llvm::StringRef name, llvm::StringRef symbol,
                        Lanes type);
  /// Where "a operator b" holds.
  std::string getCompare(llvm::StringRef symbol, Lanes type);
  /// Elements of a where a condition holds, else of b.
  std::string getSelect(Lanes type);
  /// The greater or the lesser of each two integers of 16 bits.
  std::string getExtremum(bool isGreater, Lanes type);
  /// (a * b + rounding) / 2^by of integers of 16 bits, rounded down, if that
  /// fits and there is a function for it. Without rounding they may be any;
  /// else b must not be the least one.
  std::optional<std::string> getHighProduct(Lanes type, int64_t rounding,
                                            int64_t by);
  /// Of numbers of 32 bits whose values 16 bits hold.
  std::string getShortProduct(Lanes type);
  /// a[2 n] * b[2 n] + a[2 n + 1] * b[2 n + 1] of integers of `type`, b without
  /// signs if they are bytes; `result` holds them.
  std::string getDot2(Lanes type, Lanes result);
  std::string getSplat(Lanes type);
  /// What is in memory, or in a table; `type` as other numbers of `memory`.
  std::string getLoad(Lanes type, Lanes memory, bool isTable);
  std::string getStore(Lanes type, Lanes memory);
  /// Which bytes are not 0, and 0 or 1 for each element.
  std::string getLoadMask(Lanes mask);
  std::string getStoreMask(Lanes mask);
  /// Elements as other numbers.
  std::string getConvert(Lanes from, Lanes to);
  /// The same bits as other numbers.
  std::string getBitcast(Lanes from, Lanes to);
  /// Whether a condition holds for one of the elements.
  std::string getAny(Lanes mask);
  /// One element, by its number.
  std::string getLane(Lanes type);
  /// A half; and two halves as one.
  std::string getPart(Lanes type, bool isHigh);
  std::string getJoin(Lanes type);

  bool isEmpty() const { return text.empty(); }
  const llvm::StringSet<> &getNames() const { return names; }
  /// Prints all that was asked for.
  void print(llvm::raw_ostream &os) const { os << text; }

private:
  /// The body of a function, for each form: of one vector of the processor, of
  /// two halves, of registers for each element, and of an array.
  struct Forms {
    std::string whole, halves, registers, array;
  };
  /// The name with prefix, if it was not there before as the second.
  std::pair<std::string, bool> begin(const llvm::Twine &name);
  /// Of a function of vectors of `type`, the longest of which has `bytes`.
  void define(const llvm::Twine &declaration, Lanes type, int64_t bytes,
              const Forms &forms);
  /// The same function, of halves, which `get` names:
  /// "name(a.low, b.low)" and so on; nothing where there are none.
  std::string onHalves(Lanes type, Lanes result,
                       llvm::ArrayRef<llvm::StringRef> arguments,
                       llvm::function_ref<std::string(Lanes)> get);

  std::string prefix, macro;
  std::string text;
  llvm::StringSet<> names;
};

} // namespace snn::c11

#endif // SNN_LIB_TARGET_C11_VECTORS_H
