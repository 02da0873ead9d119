//===- Literals.cpp - Types and numbers in C ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Literals.h"
#include "snn/IR/Constants.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace snn::c11 {

StringRef getScalarType(Type type, bool isUnsigned) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isInteger(1))
    return "bool";
  if (type.isIndex())
    return "size_t";
  if (!type.isSignlessInteger())
    return "";
  switch (type.getIntOrFloatBitWidth()) {
  case 8:
    return isUnsigned ? "uint8_t" : "int8_t";
  case 16:
    return isUnsigned ? "uint16_t" : "int16_t";
  case 32:
    return isUnsigned ? "uint32_t" : "int32_t";
  case 64:
    return isUnsigned ? "uint64_t" : "int64_t";
  default:
    return "";
  }
}

StringRef getStorageType(Type type, bool isUnsigned) {
  return type.isInteger(1) ? "uint8_t" : getScalarType(type, isUnsigned);
}

bool isStorable(Type type) { return !getStorageType(type, true).empty(); }

StringRef getArenaMember(StringRef type) {
  return llvm::StringSwitch<StringRef>(type)
      .Case("float", "f32")
      .Case("double", "f64")
      .Case("uint8_t", "u8")
      .Case("uint16_t", "u16")
      .Case("uint32_t", "u32")
      .Case("int8_t", "i8")
      .Case("int16_t", "i16")
      .Case("int32_t", "i32")
      .Default("");
}

namespace {
/// The literal of a number, without memory of its own: there are millions.
class FloatLiteral {
public:
  FloatLiteral(double value, bool isFloat32) {
    char *end =
        isFloat32 ? formatFloat32(value, text) : formatFloat64(value, text);
    // "1" is an int and "1f" nothing at all: literals need a point or an
    // exponent.
    if (StringRef(text.data(), end - text.data()).find_first_of(".e") ==
        StringRef::npos) {
      *end++ = '.';
      *end++ = '0';
    }
    if (isFloat32)
      *end++ = 'f';
    size = end - text.data();
  }

  StringRef get() const { return StringRef(text.data(), size); }

private:
  NumberText text;
  size_t size;
};
} // namespace

std::string getFloat32Literal(double value) {
  return FloatLiteral(value, /*isFloat32=*/true).get().str();
}

/// The least numbers of a type are not what a minus makes of a literal.
static std::string getIntegerLiteral(int64_t value) {
  if (value == std::numeric_limits<int32_t>::min())
    return "INT32_MIN";
  if (value == std::numeric_limits<int64_t>::min())
    return "INT64_MIN";
  return std::to_string(value);
}

/// No type with a sign has the largest numbers.
static std::string getUnsignedLiteral(uint64_t value) {
  bool isLarge = value > uint64_t(std::numeric_limits<int64_t>::max());
  return std::to_string(value) + (isLarge ? "u" : "");
}

std::optional<std::string> getLiteral(Attribute value, bool isUnsigned) {
  if (auto number = dyn_cast<FloatAttr>(value)) {
    double real = number.getValueAsDouble();
    auto type = cast<FloatType>(number.getType());
    if (!std::isfinite(real) || !isStorable(type))
      return std::nullopt;
    return FloatLiteral(real, type.isF32()).get().str();
  }
  auto integer = dyn_cast<IntegerAttr>(value);
  if (!integer || !isStorable(integer.getType()))
    return std::nullopt;
  if (integer.getType().isInteger(1))
    return integer.getValue().isZero() ? "false" : "true";
  if (integer.getType().isIndex())
    return (integer.getInt() < 0 ? "(size_t)" : "") +
           std::to_string(integer.getInt());
  if (isUnsigned)
    return getUnsignedLiteral(integer.getValue().getZExtValue());
  return getIntegerLiteral(integer.getValue().getSExtValue());
}

namespace {
/// Breaks a list of literals into lines.
class LinePrinter {
public:
  explicit LinePrinter(llvm::raw_ostream &os) : os(os) {}

  void print(StringRef literal) {
    if (column && column + literal.size() + 2 > kWidth) {
      os << ",\n";
      column = 0;
    } else if (column) {
      os << ", ";
      column += 2;
    }
    if (!column) {
      os << "    ";
      column = 4;
    }
    os << literal;
    column += literal.size();
  }

private:
  static constexpr size_t kWidth = 99;
  llvm::raw_ostream &os;
  size_t column = 0;
};
} // namespace

llvm::LogicalResult printElements(ElementsAttr elements, bool isUnsigned,
                                  llvm::raw_ostream &os) {
  LinePrinter line(os);
  Type type = elements.getElementType();
  bool isFinite = true;
  auto printNumber = [&](double value) {
    if (isa<FloatType>(type)) {
      isFinite &= std::isfinite(value);
      return line.print(FloatLiteral(value, type.isF32()).get());
    }
    auto integer = static_cast<int64_t>(value);
    if (isUnsigned && integer < 0)
      integer += int64_t(1) << type.getIntOrFloatBitWidth();
    line.print(getIntegerLiteral(integer));
  };
  if (succeeded(visitElements(elements, printNumber)))
    return success(isFinite);
  // Positions, as index, spikes and integers of 64 bits.
  auto integers = dyn_cast<DenseIntElementsAttr>(elements);
  if (!integers)
    return failure();
  bool isSigned = type.isInteger(64) && !isUnsigned;
  for (const APInt &value : integers.getValues<APInt>())
    line.print(isSigned ? getIntegerLiteral(value.getSExtValue())
                        : getUnsignedLiteral(value.getZExtValue()));
  return success();
}

} // namespace snn::c11
