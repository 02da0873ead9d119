//===- Literals.cpp - Types and numbers in C ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Literals.h"
#include "snn/IR/Constants.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;

namespace snn::c11 {

StringRef getScalarType(Type type) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isInteger(1))
    return "bool";
  if (type.isSignlessInteger(8))
    return "uint8_t";
  if (type.isSignlessInteger(16))
    return "uint16_t";
  if (type.isSignlessInteger(32))
    return "uint32_t";
  return type.isIndex() ? "size_t" : "";
}

StringRef getStorageType(Type type) {
  return type.isInteger(1) ? "uint8_t" : getScalarType(type);
}

StringRef getArenaMember(StringRef type) {
  return llvm::StringSwitch<StringRef>(type)
      .Case("float", "f32")
      .Case("double", "f64")
      .Case("uint8_t", "u8")
      .Case("uint16_t", "u16")
      .Case("uint32_t", "u32")
      .Default("");
}

/// "1" is an int and "1f" nothing at all: literals need a point or an exponent.
static std::string getFloatLiteral(double value, FloatType type) {
  std::string text = formatNumber(value, type);
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return type.isF32() ? text + "f" : text;
}

std::optional<std::string> getLiteral(Attribute value) {
  if (auto number = dyn_cast<FloatAttr>(value)) {
    double real = number.getValueAsDouble();
    auto type = cast<FloatType>(number.getType());
    if (!std::isfinite(real) || getScalarType(type).empty())
      return std::nullopt;
    return getFloatLiteral(real, type);
  }
  auto integer = dyn_cast<IntegerAttr>(value);
  if (!integer || getScalarType(integer.getType()).empty())
    return std::nullopt;
  if (integer.getType().isInteger(1))
    return integer.getValue().isZero() ? "false" : "true";
  return std::to_string(integer.getType().isIndex()
                            ? integer.getInt()
                            : integer.getValue().getZExtValue());
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

llvm::LogicalResult printElements(ElementsAttr elements,
                                  llvm::raw_ostream &os) {
  LinePrinter line(os);
  int64_t count = elements.getNumElements();
  if (std::optional<Constant> constant = getFloatConstant(elements)) {
    for (int64_t index = 0; index < count; ++index) {
      double value = constant->at(index);
      if (!std::isfinite(value))
        return failure();
      line.print(
          getFloatLiteral(value, cast<FloatType>(constant->elementType)));
    }
    return success();
  }
  auto integers = dyn_cast<DenseIntElementsAttr>(elements);
  if (!integers)
    return failure();
  for (const APInt &value : integers.getValues<APInt>())
    line.print(std::to_string(value.getZExtValue()));
  return success();
}

} // namespace snn::c11
