//===- Constants.cpp - Reading and making constant operands ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Constants.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace snn;

int64_t Constant::getNumElements() const {
  return isScalar ? 1 : ShapedType::getNumElements(shape);
}

bool Constant::isEverywhere(double value) const {
  return llvm::all_of(values, [&](double v) { return v == value; });
}

/// Calls `visit` with the index of each element after a transpose, in ascending
/// order, and with the one that it had before.
static void forEachPermuted(ArrayRef<int64_t> shape,
                            ArrayRef<int64_t> permutation,
                            llvm::function_ref<void(int64_t, int64_t)> visit) {
  SmallVector<int64_t> strides(permutation.size()), newShape, position;
  int64_t stride = 1;
  for (size_t dim = shape.size(); dim-- > 0; stride *= shape[dim])
    strides[dim] = stride;
  strides = applyPermutation(ArrayRef(strides), permutation);
  newShape = applyPermutation(shape, permutation);
  position.assign(newShape.size(), 0);
  int64_t source = 0;
  for (int64_t index = 0, end = ShapedType::getNumElements(shape); index < end;
       ++index) {
    visit(index, source);
    // The next position, the last dimension fastest.
    for (size_t dim = newShape.size(); dim-- > 0;) {
      source += strides[dim];
      if (++position[dim] < newShape[dim])
        break;
      source -= strides[dim] * newShape[dim];
      position[dim] = 0;
    }
  }
}

std::vector<int64_t> snn::getPermutedOrder(ArrayRef<int64_t> shape,
                                           ArrayRef<int64_t> permutation) {
  std::vector<int64_t> order(ShapedType::getNumElements(shape));
  forEachPermuted(shape, permutation, [&](int64_t index, int64_t source) {
    order[index] = source;
  });
  return order;
}

Constant Constant::transpose(ArrayRef<int64_t> permutation) const {
  Constant result;
  result.elementType = elementType;
  result.quantizedType = cast_or_null<quant::QuantizedType>(
      permuteAxis(quantizedType, permutation));
  result.shape = applyPermutation(ArrayRef(shape), permutation);
  result.isScalar = isScalar;
  if (isUniform()) {
    result.values = values;
    return result;
  }
  result.values.resize(values.size());
  forEachPermuted(shape, permutation, [&](int64_t index, int64_t source) {
    result.values[index] = values[source];
  });
  return result;
}

/// Visits the elements of a buffer in the host's byte order.
template <typename T>
static void visitRaw(ArrayRef<char> bytes,
                     llvm::function_ref<void(double)> visit) {
  for (size_t at = 0; at < bytes.size(); at += sizeof(T)) {
    T element;
    std::memcpy(&element, bytes.data() + at, sizeof(T));
    visit(static_cast<double>(element));
  }
}

static void visitRaw(Type type, ArrayRef<char> bytes,
                     llvm::function_ref<void(double)> visit) {
  if (type.isF64())
    return visitRaw<double>(bytes, visit);
  if (type.isF32())
    return visitRaw<float>(bytes, visit);
  if (type.isInteger(32))
    return visitRaw<int32_t>(bytes, visit);
  if (type.isInteger(16))
    return visitRaw<int16_t>(bytes, visit);
  visitRaw<int8_t>(bytes, visit);
}

/// Whether constants may store elements of `type`.
static bool isStored(Type type) {
  return type &&
         (type.isF32() || type.isF64() ||
          (type.isSignlessInteger() &&
           llvm::is_contained({8, 16, 32}, type.getIntOrFloatBitWidth())));
}

/// The data of a dense attribute, one element for a splat, or none if it has no
/// data to read.
static std::optional<ArrayRef<char>> getData(ElementsAttr elements) {
  if (auto dense = dyn_cast<DenseElementsAttr>(elements))
    return dense.getRawData();
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  if (!resource)
    return std::nullopt;
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  size_t size = elements.getNumElements() *
                elements.getElementType().getIntOrFloatBitWidth() / 8;
  if (!blob || blob->getData().size() != size)
    return std::nullopt;
  return blob->getData();
}

/// Whether one is the other, also the sign of a zero.
static bool isSame(double value, double other) {
  return value == other && std::signbit(value) == std::signbit(other);
}

/// The same as numbers, also one where all elements of a resource are equal.
static std::optional<std::vector<double>> readElements(ElementsAttr elements) {
  std::optional<ArrayRef<char>> data = getData(elements);
  if (!data)
    return std::nullopt;
  Type type = elements.getElementType();
  std::vector<double> values;
  values.reserve(data->size() * 8 / type.getIntOrFloatBitWidth());
  visitRaw(type, *data, [&](double value) { values.push_back(value); });
  if (isa<DenseResourceElementsAttr>(elements) && !values.empty() &&
      llvm::all_of(values,
                   [&](double value) { return isSame(value, values.front()); }))
    values.resize(1);
  return values;
}

LogicalResult snn::visitElements(ElementsAttr elements,
                                 llvm::function_ref<void(double)> visit) {
  Type type = elements.getElementType();
  std::optional<ArrayRef<char>> data =
      isStored(type) ? getData(elements) : std::nullopt;
  if (!data)
    return failure();
  int64_t repetitions = elements.isSplat() ? elements.getNumElements() : 1;
  for (int64_t repetition = 0; repetition < repetitions; ++repetition)
    visitRaw(type, *data, visit);
  return success();
}

std::optional<Constant> snn::getConstant(Attribute attribute) {
  Constant constant;
  if (auto number = dyn_cast_or_null<FloatAttr>(attribute)) {
    constant.elementType = number.getType();
    constant.isScalar = true;
    constant.values = {number.getValueAsDouble()};
  } else if (auto number = dyn_cast_or_null<IntegerAttr>(attribute)) {
    constant.elementType = number.getType();
    constant.isScalar = true;
    constant.values = {static_cast<double>(number.getValue().getSExtValue())};
  } else if (auto elements = dyn_cast_or_null<ElementsAttr>(attribute)) {
    constant.elementType = elements.getElementType();
    if (!isStored(constant.elementType))
      return std::nullopt;
    constant.shape = llvm::to_vector(elements.getShapedType().getShape());
    std::optional<std::vector<double>> values = readElements(elements);
    if (!values)
      return std::nullopt;
    constant.values = std::move(*values);
  }
  if (!isStored(constant.elementType))
    return std::nullopt;
  return constant;
}

std::optional<Constant> snn::getFloatConstant(Attribute attribute) {
  std::optional<Constant> constant = getConstant(attribute);
  if (constant && isa<FloatType>(constant->elementType))
    return constant;
  return std::nullopt;
}

std::optional<Constant> snn::getConstant(Value value) {
  if (!value)
    return std::nullopt;
  auto cast = value.getDefiningOp<quant::StorageCastOp>();
  Attribute attribute;
  if (!matchPattern(cast ? cast.getInput() : value, m_Constant(&attribute)))
    return std::nullopt;
  std::optional<Constant> constant = getConstant(attribute);
  if (constant && cast)
    constant->quantizedType =
        dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(value.getType()));
  return constant;
}

std::optional<Constant> snn::getFloatConstant(Value value) {
  std::optional<Constant> constant = getConstant(value);
  if (constant && isa<FloatType>(constant->elementType))
    return constant;
  return std::nullopt;
}

LogicalResult snn::checkResources(Operation *network) {
  auto check = [](Operation *op) {
    DenseResourceElementsAttr elements;
    if (!matchPattern(op, m_Constant(&elements)))
      return WalkResult::advance();
    DenseResourceElementsHandle handle = elements.getRawHandle();
    ShapedType type = elements.getShapedType();
    // Spikes have a byte each.
    size_t bytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
    size_t expected = type.getNumElements() * bytes;
    AsmResourceBlob *blob = handle.getBlob();
    if (blob && blob->getData().size() == expected)
      return WalkResult::advance();
    InFlightDiagnostic error =
        op->emitOpError("holds the resource ")
        << StringAttr::get(op->getContext(), handle.getKey()) << ", which has ";
    if (blob)
      error << blob->getData().size() << " bytes of data";
    else
      error << "no data";
    error << ", expected " << expected << " bytes";
    return WalkResult(error);
  };
  return failure(network->walk(check).wasInterrupted());
}

Type snn::permuteAxis(Type type, ArrayRef<int64_t> permutation) {
  auto perAxis = dyn_cast_or_null<quant::UniformQuantizedPerAxisType>(type);
  if (!perAxis)
    return type;
  const int64_t *axis =
      llvm::find(permutation, perAxis.getQuantizedDimension());
  return quant::UniformQuantizedPerAxisType::get(
      perAxis.getFlags(), perAxis.getStorageType(), perAxis.getExpressedType(),
      perAxis.getScales(), perAxis.getZeroPoints(),
      std::distance(permutation.begin(), axis), perAxis.getStorageTypeMin(),
      perAxis.getStorageTypeMax());
}

RankedTensorType snn::getTransposedType(RankedTensorType type,
                                        ArrayRef<int64_t> permutation) {
  return RankedTensorType::get(applyPermutation(type.getShape(), permutation),
                               permuteAxis(type.getElementType(), permutation));
}

/// Bytecode is read where it is, and Python's bytes are aligned to no more.
static constexpr size_t kBlobAlignment = 16;

ElementsAttr snn::getRawElementsAttr(RankedTensorType type,
                                     ArrayRef<char> bytes, StringRef name) {
  if (type.getNumElements() <= kMaxInlineElements)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(
      type, name,
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, kBlobAlignment));
}

template <typename T>
static ElementsAttr narrow(const Constant &constant, RankedTensorType type,
                           StringRef name) {
  const std::vector<double> &values = constant.values;
  auto narrowTo = [](MutableArrayRef<T> elements, ArrayRef<double> wide) {
    llvm::transform(wide, elements.begin(),
                    [](double value) { return static_cast<T>(value); });
  };
  if (!values.empty() && llvm::all_of(values, [&](double value) {
        return isSame(static_cast<T>(value), static_cast<T>(values.front()));
      }))
    return DenseElementsAttr::get(type, static_cast<T>(values.front()));
  if (type.getNumElements() <= kMaxInlineElements) {
    SmallVector<T> elements(values.size());
    narrowTo(elements, values);
    return DenseElementsAttr::get(type, ArrayRef<T>(elements));
  }
  // Weights of a hundred megabytes are not copied once more.
  AsmResourceBlob blob =
      HeapAsmResourceBlob::allocate(values.size() * sizeof(T), kBlobAlignment);
  narrowTo(
      MutableArrayRef<T>(reinterpret_cast<T *>(blob.getMutableData().data()),
                         values.size()),
      values);
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

TypedAttr snn::getConstantAttr(const Constant &constant, StringRef name) {
  Type type = constant.elementType;
  if (constant.isScalar) {
    double value = constant.values.front();
    if (isa<IntegerType>(type))
      return IntegerAttr::get(type, static_cast<int64_t>(value));
    return FloatAttr::get(type,
                          type.isF32() ? static_cast<float>(value) : value);
  }
  auto tensorType = RankedTensorType::get(constant.shape, type);
  ElementsAttr elements =
      type.isF32()         ? narrow<float>(constant, tensorType, name)
      : type.isF64()       ? narrow<double>(constant, tensorType, name)
      : type.isInteger(32) ? narrow<int32_t>(constant, tensorType, name)
      : type.isInteger(16) ? narrow<int16_t>(constant, tensorType, name)
                           : narrow<int8_t>(constant, tensorType, name);
  return cast<TypedAttr>(Attribute(elements));
}

std::string snn::getBlobName(Operation *op, StringRef name) {
  for (; op; op = op->getParentOp())
    if (auto owner =
            op->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName()))
      return (owner.getValue() + "_" + name).str();
  return name.str();
}

Value snn::createConstant(OpBuilder &builder, Location loc,
                          const Constant &constant, StringRef name) {
  std::string blobName = getBlobName(builder.getBlock()->getParentOp(), name);
  Value value = arith::ConstantOp::create(builder, loc,
                                          getConstantAttr(constant, blobName));
  if (!constant.quantizedType)
    return value;
  Type type = constant.quantizedType;
  if (!constant.isScalar)
    type = RankedTensorType::get(constant.shape, type);
  return quant::StorageCastOp::create(builder, loc, type, value);
}

int64_t snn::getInnerSize(ArrayRef<int64_t> shape, int64_t dim) {
  return ShapedType::getNumElements(shape.drop_front(dim + 1));
}

double snn::getElement(const Constant &constant, ArrayRef<int64_t> position) {
  if (constant.isUniform())
    return constant.at(0);
  int64_t index = 0;
  for (auto [size, at] : llvm::zip_equal(constant.shape, position))
    index = index * size + (size == 1 ? 0 : at);
  return constant.at(index);
}

Constant
snn::makeConstant(ArrayRef<int64_t> shape, Type type,
                  llvm::function_ref<double(ArrayRef<int64_t>)> element) {
  Constant constant;
  constant.elementType = type;
  constant.shape = llvm::to_vector(shape);
  SmallVector<int64_t> position(shape.size(), 0);
  for (int64_t count = constant.getNumElements(); count > 0; --count) {
    constant.values.push_back(element(position));
    for (size_t dim = shape.size(); dim-- > 0;) {
      if (++position[dim] < shape[dim])
        break;
      position[dim] = 0;
    }
  }
  return constant;
}

Constant snn::zipConstants(const Constant &a, const Constant &b,
                           llvm::function_ref<double(double, double)> zip) {
  if (a.isUniform() && b.isUniform()) {
    Constant result = a.isScalar ? a : b;
    result.values = {zip(a.at(0), b.at(0))};
    return result;
  }
  SmallVector<int64_t> shape = a.isUniform() ? b.shape : a.shape;
  if (!a.isUniform() && !b.isUniform())
    for (auto [size, other] : llvm::zip_equal(shape, b.shape))
      size = std::max(size, other);
  return makeConstant(shape, a.elementType, [&](ArrayRef<int64_t> position) {
    return zip(getElement(a, position), getElement(b, position));
  });
}

template <typename T> static char *formatShortest(T value, NumberText &text) {
  auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value);
  assert(error == std::errc());
  (void)error;
  return end;
}

char *snn::formatFloat32(double value, NumberText &text) {
  return formatShortest(static_cast<float>(value), text);
}

char *snn::formatFloat64(double value, NumberText &text) {
  return formatShortest(value, text);
}

std::string snn::formatNumber(double value, Type type) {
  if (isa<IntegerType>(type))
    return std::to_string(static_cast<int64_t>(value));
  return type.isF32() ? formatFloat32(value) : formatFloat64(value);
}

std::string snn::formatFloat32(double value) {
  NumberText text;
  return std::string(text.data(), formatFloat32(value, text));
}

std::string snn::formatFloat64(double value) {
  NumberText text;
  return std::string(text.data(), formatFloat64(value, text));
}
