//===- Constants.cpp - Reading and making constant operands ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Constants.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cstring>

using namespace mlir;
using namespace snn;

int64_t FloatConstant::getNumElements() const {
  return isScalar ? 1 : ShapedType::getNumElements(shape);
}

bool FloatConstant::isEverywhere(double value) const {
  return llvm::all_of(values, [&](double v) { return v == value; });
}

std::vector<int64_t> snn::getPermutedOrder(ArrayRef<int64_t> shape,
                                           ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> strides(permutation.size()), newShape, position;
  int64_t stride = 1;
  for (size_t dim = shape.size(); dim-- > 0; stride *= shape[dim])
    strides[dim] = stride;
  strides = applyPermutation(ArrayRef(strides), permutation);
  newShape = applyPermutation(shape, permutation);
  position.assign(newShape.size(), 0);
  std::vector<int64_t> order(ShapedType::getNumElements(shape));
  int64_t source = 0;
  for (int64_t &entry : order) {
    entry = source;
    // The next position, the last dimension fastest.
    for (size_t dim = newShape.size(); dim-- > 0;) {
      source += strides[dim];
      if (++position[dim] < newShape[dim])
        break;
      source -= strides[dim] * newShape[dim];
      position[dim] = 0;
    }
  }
  return order;
}

FloatConstant FloatConstant::transpose(ArrayRef<int64_t> permutation) const {
  FloatConstant result = *this;
  result.shape = applyPermutation(ArrayRef(shape), permutation);
  if (isUniform())
    return result;
  for (auto [value, index] :
       llvm::zip_equal(result.values, getPermutedOrder(shape, permutation)))
    value = values[index];
  return result;
}

/// Widens the elements of a raw little- or big-endian host buffer.
template <typename T> static std::vector<double> widen(ArrayRef<char> bytes) {
  std::vector<double> values(bytes.size() / sizeof(T));
  for (auto [index, value] : llvm::enumerate(values)) {
    T element;
    std::memcpy(&element, bytes.data() + index * sizeof(T), sizeof(T));
    value = element;
  }
  return values;
}

static std::vector<double> widen(FloatType type, ArrayRef<char> bytes) {
  return type.isF32() ? widen<float>(bytes) : widen<double>(bytes);
}

/// The elements of a dense attribute, one for a splat, or none if it has no
/// data to read.
static std::optional<std::vector<double>> readElements(FloatType type,
                                                       ElementsAttr elements) {
  if (auto dense = dyn_cast<DenseElementsAttr>(elements))
    return widen(type, dense.getRawData());
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  if (!resource)
    return std::nullopt;
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  size_t size = elements.getNumElements() * type.getIntOrFloatBitWidth() / 8;
  if (!blob || blob->getData().size() != size)
    return std::nullopt;
  std::vector<double> values = widen(type, blob->getData());
  if (!values.empty() && llvm::all_equal(values))
    values.resize(1);
  return values;
}

std::optional<FloatConstant> snn::getFloatConstant(Attribute attribute) {
  FloatConstant constant;
  if (auto number = dyn_cast_or_null<FloatAttr>(attribute)) {
    constant.elementType = dyn_cast<FloatType>(number.getType());
    constant.isScalar = true;
    constant.values = {number.getValueAsDouble()};
  } else if (auto elements = dyn_cast_or_null<ElementsAttr>(attribute)) {
    constant.elementType = dyn_cast<FloatType>(elements.getElementType());
    if (!constant.elementType ||
        !(constant.elementType.isF32() || constant.elementType.isF64()))
      return std::nullopt;
    constant.shape = llvm::to_vector(elements.getShapedType().getShape());
    std::optional<std::vector<double>> values =
        readElements(constant.elementType, elements);
    if (!values)
      return std::nullopt;
    constant.values = std::move(*values);
  }
  if (!constant.elementType ||
      !(constant.elementType.isF32() || constant.elementType.isF64()))
    return std::nullopt;
  return constant;
}

std::optional<FloatConstant> snn::getFloatConstant(Value value) {
  Attribute attribute;
  if (!value || !matchPattern(value, m_Constant(&attribute)))
    return std::nullopt;
  return getFloatConstant(attribute);
}

ElementsAttr snn::getRawElementsAttr(RankedTensorType type,
                                     ArrayRef<char> bytes, StringRef name) {
  if (type.getNumElements() <= kMaxInlineElements)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(
      type, name, HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}

template <typename T>
static ElementsAttr narrow(const FloatConstant &constant, RankedTensorType type,
                           StringRef name) {
  std::vector<T> values(constant.values.begin(), constant.values.end());
  if (!values.empty() && llvm::all_equal(values))
    return DenseElementsAttr::get(type, ArrayRef<T>(values.front()));
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()),
                       values.size() * sizeof(T));
  return getRawElementsAttr(type, bytes, name);
}

TypedAttr snn::getConstantAttr(const FloatConstant &constant, StringRef name) {
  FloatType type = constant.elementType;
  if (constant.isScalar) {
    double value = constant.values.front();
    return FloatAttr::get(type,
                          type.isF32() ? static_cast<float>(value) : value);
  }
  auto tensorType = RankedTensorType::get(constant.shape, type);
  ElementsAttr elements = type.isF32()
                              ? narrow<float>(constant, tensorType, name)
                              : narrow<double>(constant, tensorType, name);
  return cast<TypedAttr>(Attribute(elements));
}

Value snn::createConstant(OpBuilder &builder, Location loc,
                          const FloatConstant &constant, StringRef name) {
  return arith::ConstantOp::create(builder, loc,
                                   getConstantAttr(constant, name));
}

template <typename T> static std::string formatShortest(T value) {
  std::array<char, 64> text;
  auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value);
  assert(error == std::errc());
  (void)error;
  return std::string(text.data(), end);
}

std::string snn::formatNumber(double value, FloatType type) {
  return type.isF32() ? formatShortest(static_cast<float>(value))
                      : formatShortest(value);
}

StringRef snn::getNodeName(Location loc, StringRef fallback) {
  if (auto named = dyn_cast<NameLoc>(loc))
    return named.getName();
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (StringRef name = getNodeName(part); !name.empty())
        return name;
  return fallback;
}
