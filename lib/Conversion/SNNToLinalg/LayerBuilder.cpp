//===- LayerBuilder.cpp - One node becomes one function -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayerBuilder.h"
#include "snn/Analysis/Memory.h"
#include "snn/IR/Identity.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace snn;

MemRefType snn::getStorageType(RankedTensorType type) {
  Type element = type.getElementType();
  if (element.isUnsignedInteger(8))
    element = IntegerType::get(type.getContext(), 8);
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = quantized.getStorageType();
  return MemRefType::get(type.getShape(), element);
}

std::string snn::getLayerName(Operation *op) {
  StringRef node = getNode(op);
  return node.empty() ? op->getName().stripDialect().str() : node.str();
}

FlatSymbolRefAttr snn::addGlobal(SymbolTable &symbols, Location loc,
                                 StringRef node, StringRef name,
                                 MemRefType type, ElementsAttr value) {
  OpBuilder builder(symbols.getOp()->getContext());
  auto global = memref::GlobalOp::create(
      builder, loc, name, builder.getStringAttr("private"), type, value,
      /*constant=*/true, /*alignment=*/IntegerAttr());
  setNode(global, node);
  return FlatSymbolRefAttr::get(symbols.insert(global));
}

LayerBuilder::LayerBuilder(SymbolTable &symbols, OpBuilder &caller,
                           Operation *op, StringRef suffix)
    : symbols(symbols), caller(caller), name(getLayerName(op) + suffix.str()),
      node(getNode(op)), tables(name), loc(op->getLoc()),
      builder(loc, loc.getContext()), namedBuilder(loc, loc.getContext()) {
  function =
      func::FuncOp::create(builder, name, builder.getFunctionType({}, {}));
  function.setPrivate();
  setNode(function, node);
  symbols.insert(function);
  builder.setInsertionPointToStart(function.addEntryBlock());
}

ImplicitLocOpBuilder &LayerBuilder::named(StringRef localName) {
  namedBuilder.restoreInsertionPoint(builder.saveInsertionPoint());
  namedBuilder.setLoc(NameLoc::get(builder.getStringAttr(localName), loc));
  return namedBuilder;
}

Value LayerBuilder::addArgument(StringRef argumentName, Value buffer) {
  // Constants are named where they are read, so that pointers to them are not
  // handed on: they may be in another address space.
  if (auto global = getMemory(buffer).getDefiningOp<memref::GetGlobalOp>()) {
    Value table = builder.clone(*global)->getResult(0);
    return reshapeBuffer(builder, loc, table,
                         cast<MemRefType>(buffer.getType()).getShape());
  }
  unsigned index = function.getNumArguments();
  DictionaryAttr attributes = builder.getDictionaryAttr(
      builder.getNamedAttr(kNameAttr, builder.getStringAttr(argumentName)));
  (void)function.insertArgument(index, buffer.getType(), attributes, loc);
  operands.push_back(buffer);
  return function.getArgument(index);
}

/// All dimensions of a tensor of rank `rank`, as one group.
static SmallVector<ReassociationIndices> groupAll(int64_t rank) {
  return {llvm::to_vector(llvm::seq<int64_t>(0, rank))};
}

Value snn::getTable(Value tensor) {
  return tensor.getDefiningOp<bufferization::ToTensorOp>().getBuffer();
}

Value snn::flattenBuffer(OpBuilder &builder, Location loc, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getRank() == 1)
    return buffer;
  if (type.getRank() == 0)
    return memref::ExpandShapeOp::create(builder, loc, ArrayRef<int64_t>{1},
                                         buffer,
                                         ArrayRef<ReassociationIndices>());
  return memref::CollapseShapeOp::create(builder, loc, buffer,
                                         groupAll(type.getRank()));
}

Value snn::reshapeBuffer(OpBuilder &builder, Location loc, Value buffer,
                         ArrayRef<int64_t> shape) {
  if (cast<MemRefType>(buffer.getType()).getShape() == shape)
    return buffer;
  Value flat = flattenBuffer(builder, loc, buffer);
  if (shape.size() == 1)
    return flat;
  return memref::ExpandShapeOp::create(builder, loc, shape, flat,
                                       groupAll(shape.size()));
}

Value LayerBuilder::addShapedArgument(StringRef argumentName, Value buffer,
                                      ArrayRef<int64_t> shape) {
  return addArgument(argumentName, reshapeBuffer(caller, loc, buffer, shape));
}

Value LayerBuilder::addFlatArgument(StringRef argumentName, Value buffer) {
  return addArgument(argumentName, flattenBuffer(caller, loc, buffer));
}

Value LayerBuilder::read(Value argument) {
  auto type = cast<MemRefType>(argument.getType());
  return bufferization::ToTensorOp::create(
      builder, RankedTensorType::get(type.getShape(), type.getElementType()),
      argument, /*restrict=*/true, /*writable=*/false);
}

Value LayerBuilder::update(Value argument) {
  auto type = cast<MemRefType>(argument.getType());
  return bufferization::ToTensorOp::create(
      builder, RankedTensorType::get(type.getShape(), type.getElementType()),
      argument, /*restrict=*/true, /*writable=*/true);
}

void LayerBuilder::write(Value tensor, Value argument) {
  bufferization::MaterializeInDestinationOp::create(
      builder, TypeRange(), tensor, argument, /*restrict=*/true,
      /*writable=*/true);
}

/// The narrowest integer that holds all numbers.
static Type getNarrowestInteger(const Constant &constant) {
  auto [least, greatest] =
      std::minmax_element(constant.values.begin(), constant.values.end());
  unsigned bits = *least >= -128 && *greatest <= 127       ? 8
                  : *least >= -32768 && *greatest <= 32767 ? 16
                                                           : 32;
  return IntegerType::get(constant.elementType.getContext(), bits);
}

Value LayerBuilder::coefficientValue(Constant constant,
                                     StringRef coefficientName,
                                     ArrayRef<int64_t> shape) {
  constant.quantizedType = nullptr;
  bool isInteger = isa<IntegerType>(constant.elementType);
  if (!constant.isUniform()) {
    constant.shape = llvm::to_vector(shape);
    if (shape.empty())
      constant.shape = {static_cast<int64_t>(constant.values.size())};
    if (isInteger)
      constant.elementType = getNarrowestInteger(constant);
    return constantTensor(constant, coefficientName);
  }
  constant.isScalar = true;
  if (isInteger)
    constant.elementType = builder.getI32Type();
  return createConstant(named(coefficientName), named(coefficientName).getLoc(),
                        constant);
}

Value LayerBuilder::constantTensor(const Constant &constant,
                                   StringRef constantName) {
  auto type = MemRefType::get(constant.shape, constant.elementType);
  std::string symbol = tables + "_" + constantName.str();
  auto made = sharesTables ? symbols.lookup<memref::GlobalOp>(symbol)
                           : memref::GlobalOp();
  if (made && made.getType() == type) {
    std::optional<Constant> known =
        getConstant(made.getInitialValue().value_or(Attribute()));
    if (known && known->values == constant.values)
      return read(memref::GetGlobalOp::create(builder, type, symbol));
  }
  auto value = cast<ElementsAttr>(getConstantAttr(constant, symbol));
  FlatSymbolRefAttr global = addGlobal(symbols, loc, node, symbol, type, value);
  Value buffer = memref::GetGlobalOp::create(builder, type, global.getAttr());
  return read(buffer);
}

Value LayerBuilder::constantIndices(ArrayRef<int64_t> values,
                                    StringRef constantName) {
  auto type = MemRefType::get({static_cast<int64_t>(values.size())},
                              builder.getIndexType());
  auto tensorType =
      RankedTensorType::get(type.getShape(), type.getElementType());
  FlatSymbolRefAttr global =
      addGlobal(symbols, loc, node, name + "_" + constantName.str(), type,
                DenseIntElementsAttr::get(tensorType, values));
  return read(memref::GetGlobalOp::create(builder, type, global.getAttr()));
}

void LayerBuilder::setComment(const Twine &text) {
  function->setAttr(kCommentAttr, builder.getStringAttr(text));
}

void LayerBuilder::markApart() {
  function->setAttr("snn.apart", builder.getUnitAttr());
}

void LayerBuilder::markVectors(Operation *op) {
  op->setAttr("snn.vectors", builder.getUnitAttr());
}

void LayerBuilder::finish() {
  func::ReturnOp::create(builder);
  func::CallOp::create(caller, loc, function, operands);
}

void LayerBuilder::discard() { symbols.erase(function); }
