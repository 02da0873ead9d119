//===- Synapses.cpp - What linear and convolutional synapses share --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Synapses.h"

#include "BlockSums.h"
#include "PartLists.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <numeric>

using namespace mlir;
using namespace snn;

Value snn::readFactor(ImplicitLocOpBuilder &builder, StringRef name, Value x,
                      ValueRange position, Type type, Type target) {
  ImplicitLocOpBuilder named(nameLocal(builder, name), builder);
  named.restoreInsertionPoint(builder.saveInsertionPoint());
  Value element = tensor::ExtractOp::create(named, x, position);
  if (!isa<FloatType>(target))
    return element;
  return castToNumber(named, element, type, target);
}

FailureOr<Constant> snn::getConstantWeights(SynapseOpInterface op) {
  std::optional<Constant> weight = getConstant(op.getWeight());
  if (!weight)
    return op->emitOpError("weight is not a constant; only constants can be "
                           "lowered");
  return std::move(*weight);
}

FailureOr<InitialSums> snn::getInitialSums(LayerBuilder &layer,
                                           SynapseOpInterface op,
                                           const StepContext &context,
                                           ArrayRef<int64_t> shape, Value y) {
  if (!op.getBias())
    return InitialSums();
  auto yType = cast<ShapedType>(y.getType());
  std::optional<Constant> bias = getConstant(op.getBias());
  if (!bias) {
    Value signal = context.bufferOf(op.getBias());
    auto type = signal ? cast<MemRefType>(signal.getType()) : MemRefType();
    if (!type || type.getElementType() != yType.getElementType() ||
        type.getNumElements() != yType.getNumElements())
      return op->emitOpError(
          "bias is neither a constant nor a signal with the "
          "storage of the result; only those can be lowered");
    return InitialSums{layer.addShapedArgument("b", signal, yType.getShape())};
  }
  if (bias->isUniform())
    return InitialSums{Value(), bias->values.front()};
  // The sum with no input is one that its type holds.
  bias->elementType = yType.getElementType();
  bias->quantizedType = nullptr;
  bias->shape = llvm::to_vector(shape);
  return InitialSums{getTable(layer.constantTensor(*bias, "bias"))};
}

FailureOr<Value> snn::createInitialSum(LayerBuilder &layer,
                                       SynapseOpInterface op,
                                       const StepContext &context,
                                       ArrayRef<int64_t> shape, Value y) {
  FailureOr<InitialSums> initial = getInitialSums(layer, op, context, shape, y);
  if (failed(initial))
    return failure();
  ImplicitLocOpBuilder &builder = layer.body();
  auto yType = cast<RankedTensorType>(y.getType());
  if (!initial->memory) {
    Value number =
        createNumber(builder, yType.getElementType(), initial->number);
    return linalg::FillOp::create(builder, number, y).getResult(0);
  }
  Value values = layer.read(initial->memory);
  int64_t rank = cast<RankedTensorType>(values.getType()).getRank();
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, yType.getRank() - rank));
  if (dims.empty())
    return linalg::CopyOp::create(builder, values, y).getResult(0);
  return linalg::BroadcastOp::create(builder, values, y, dims)->getResult(0);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The weights as bytes that hold `perByte` of them: those of the last part of
/// a row in the highest bits.
static Constant packRows(const Constant &rows, unsigned perByte) {
  int64_t size = rows.shape.back();
  int64_t bytes = llvm::divideCeil(size, perByte);
  Constant packed = rows;
  packed.shape.back() = bytes;
  packed.values.clear();
  for (int64_t begin = 0, end = rows.getNumElements(); begin < end;
       begin += size)
    for (int64_t n = 0; n < bytes; ++n) {
      uint8_t byte = 0;
      for (unsigned part = 0; part < perByte; ++part) {
        int64_t column = part * bytes + n;
        if (column >= size)
          break;
        unsigned bits = 8 / perByte;
        auto weight = static_cast<int64_t>(rows.at(begin + column));
        byte |= (weight & ((1 << bits) - 1)) << (part * bits);
      }
      packed.values.push_back(static_cast<int8_t>(byte));
    }
  return packed;
}

WeightRows::WeightRows(LayerBuilder &layer, const Constant &rows, Type type,
                       int64_t lanes)
    : type(type), lanes(lanes) {
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  if (quantized && rows.shape.back() > 1)
    perByte = std::max(8 / getPackedBits(quantized), 1u);
  tensor = perByte > 1 ? layer.constantTensor(packRows(rows, perByte), "weight")
                       : layer.constantTensor(rows, "weight");
}

Value WeightRows::getTable() const { return snn::getTable(tensor); }

/// One of the `perByte` numbers in a byte of packed weights, the first one in
/// the lowest bits.
static Value unpack(ImplicitLocOpBuilder &builder, Value element, Type compute,
                    unsigned part, unsigned perByte) {
  auto number = [&](int64_t value) {
    return createNumber(builder, compute, static_cast<double>(value));
  };
  int64_t bits = 8 / perByte, sign = int64_t(1) << (bits - 1);
  Value bytes = arith::ExtSIOp::create(builder, compute, element);
  if (part > 0)
    bytes = arith::ShRSIOp::create(builder, bytes, number(part * bits));
  if (part == perByte - 1)
    return bytes;
  // The sign of less than the highest bits, of four: (b & 15 ^ 8) - 8.
  Value low = arith::AndIOp::create(builder, bytes, number(2 * sign - 1));
  low = arith::XOrIOp::create(builder, low, number(sign));
  return arith::SubIOp::create(builder, low, number(sign));
}

/// `size` elements of a row, from `first` on.
static Value slice(ImplicitLocOpBuilder &builder, Value row, int64_t first,
                   int64_t size) {
  return tensor::ExtractSliceOp::create(
      builder, row, ArrayRef<OpFoldResult>{builder.getIndexAttr(first)},
      ArrayRef<OpFoldResult>{builder.getIndexAttr(size)},
      ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
}

Value WeightRows::add(ImplicitLocOpBuilder &builder,
                      ArrayRef<SmallVector<Value>> positions,
                      ValueRange factors, Type factorType, Value sum) const {
  SmallVector<Value> rows;
  for (const SmallVector<Value> &position : positions)
    rows.push_back(getRow(builder, tensor, position));
  int64_t size = cast<RankedTensorType>(sum.getType()).getDimSize(0);
  // How many are in a loop: as many as there are bytes, or all, or whole lanes.
  int64_t perLoop = perByte > 1    ? llvm::divideCeil(size, perByte)
                    : size < lanes ? size
                                   : size - size % lanes;
  if (perLoop == size)
    return createRowsAdd(builder, rows, type, factors, factorType, sum);
  for (int64_t first = 0; first < size; first += perLoop) {
    int64_t count = std::min(perLoop, size - first);
    SmallVector<Value> parts = llvm::map_to_vector(rows, [&](Value row) {
      return slice(builder, row, perByte > 1 ? 0 : first, count);
    });
    auto read = [&](ImplicitLocOpBuilder &body, Value element, Type compute) {
      return unpack(body, element, compute, first / perLoop, perByte);
    };
    Value old = slice(builder, sum, first, count);
    Value added =
        perByte > 1
            ? createRowsAdd(builder, parts, read, factors, factorType, old)
            : createRowsAdd(builder, parts, type, factors, factorType, old);
    sum = tensor::InsertSliceOp::create(
        builder, added, sum,
        ArrayRef<OpFoldResult>{builder.getIndexAttr(first)},
        ArrayRef<OpFoldResult>{builder.getIndexAttr(count)},
        ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
  }
  return sum;
}

Value WeightRows::addFlipped(ImplicitLocOpBuilder &builder, Value position,
                             Value factor, Type factorType, Value sum) const {
  return createRowsAdd(builder, getRow(builder, tensor, position),
                       extendFlipped, factor, factorType, sum);
}

//===----------------------------------------------------------------------===//
// Events
//===----------------------------------------------------------------------===//

/// Which element of its source each element of `signal` is: they differ by
/// reshapes and transposes.
static std::vector<int64_t> getSourceOrder(Value signal) {
  auto type = cast<RankedTensorType>(signal.getType());
  std::vector<int64_t> order(type.getNumElements());
  std::iota(order.begin(), order.end(), 0);
  Value source = getEventSource(signal);
  while (signal != source) {
    Operation *op = signal.getDefiningOp();
    signal = op->getOperand(0);
    auto transpose = dyn_cast<TransposeOp>(op);
    if (!transpose)
      continue;
    std::vector<int64_t> moved = getPermutedOrder(
        transpose.getInput().getType().getShape(), transpose.getPermutation());
    for (int64_t &position : order)
      position = moved[position];
  }
  return order;
}

std::optional<EventOrder> snn::getEventOrder(SynapseOpInterface op) {
  if (!op.getEvents())
    return std::nullopt;
  Value listed = op.getEvents().getDefiningOp<EventsOp>().getInput();
  std::vector<int64_t> input = getSourceOrder(op.getInput());
  std::vector<int64_t> inverse(input.size());
  for (auto [position, source] : llvm::enumerate(input))
    inverse[source] = position;
  EventOrder order;
  for (int64_t source : getSourceOrder(listed))
    order.positions.push_back(inverse[source]);
  order.isInput = llvm::is_sorted(order.positions);
  if (order.isInput)
    return order;
  if (auto linear = dyn_cast<LinearOp>(op.getOperation())) {
    // Rows in another order are in one matrix. A sum that saturates on the way
    // has the order of its input.
    if (linear.getWeight().getType().getRank() == 2 && !linear.getSaturate())
      return order;
    return std::nullopt;
  }
  ArrayRef<int64_t> map = op.getInput().getType().getShape();
  auto toFirst = llvm::to_vector(llvm::seq<int64_t>(0, map.size()));
  std::rotate(toFirst.begin(), std::prev(toFirst.end()), toFirst.end());
  order.isChannelsFirst = order.positions == getPermutedOrder(map, toFirst);
  if (order.isChannelsFirst)
    return order;
  return std::nullopt;
}

EventInputs::EventInputs(LayerBuilder &layer, SynapseOpInterface op,
                         StepContext &context)
    : signal(getSpikeSource(op)),
      size(op.getInput().getType().getNumElements()),
      stored(getElementTypeOrSelf(signal.getType())), type(stored),
      isBinary(stored.isInteger(1)) {
  if (std::optional<DirectSynapse> target = context.direct.get(op))
    unit = target->unit;
  bool isListed = !context.direct.scans(op);
  // What factors are computed in.
  if (!isListed || unit != 1)
    type = layer.body().getI32Type();
  if (!isListed) {
    reader.emplace(layer, signal, context);
    return;
  }
  list = layer.addArgument("events", context.bufferOf(op.getEvents()));
  auto events = op.getEvents().getDefiningOp<EventsOp>();
  if (context.parts.get(events) || getPartCapacity(events, context))
    layer.getFunction().setArgAttr(cast<BlockArgument>(list).getArgNumber(),
                                   "snn.size", layer.body().getIndexAttr(size));
  Value xBuffer =
      isBinary ? Value() : layer.addFlatArgument("x", context.bufferOf(signal));
  positions = layer.read(list);
  if (xBuffer)
    x = layer.read(xBuffer);
}

int64_t EventInputs::getLargest() const {
  return unit * (isBinary ? 1 : getLargestInteger(type));
}

Value EventInputs::getCount(ImplicitLocOpBuilder &builder, Value position,
                            Type target) const {
  if (isBinary)
    return Value();
  if (!areListed())
    return reader->getNumber(builder);
  Value count = readFactor(builder, "xi", x, position, stored, target);
  return type == stored ? count : castToNumber(builder, count, stored, type);
}

Value EventInputs::getFactor(ImplicitLocOpBuilder &builder, Value position,
                             Type target) const {
  Value count = getCount(builder, position, target);
  if (unit == 1)
    return count;
  Value factor = createNumber(builder, type, static_cast<double>(unit));
  return count ? createMul(builder, count, factor) : factor;
}

Value EventInputs::getPosition(ImplicitLocOpBuilder &builder, Value event,
                               int64_t offset) const {
  Value at = arith::AddIOp::create(
      builder, event, arith::ConstantIndexOp::create(builder, offset));
  Value position = tensor::ExtractOp::create(builder, positions, at);
  std::string name = "i" + (offset ? std::to_string(offset) : "");
  return arith::IndexCastUIOp::create(builder, nameLocal(builder, name),
                                      builder.getIndexType(), position);
}

std::pair<Value, Value> EventInputs::visit(ImplicitLocOpBuilder &builder,
                                           int64_t perVisit, Value first,
                                           Value sums, Body body) const {
  if (!areListed())
    return {first, reader->scan(builder, sums,
                                [&](ImplicitLocOpBuilder &active,
                                    Value position, Value current) {
                                  return body(active, position, current);
                                })};
  Location loc = builder.getLoc();
  Type index = builder.getIndexType();
  SmallVector<Value> carried = {first};
  llvm::append_range(carried, asRange(sums));
  SmallVector<Type> types = llvm::to_vector(ValueRange(carried).getTypes());
  types.push_back(index);
  auto loop = scf::WhileOp::create(
      builder, nameLocal(builder, "e"), types, carried,
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder before(loc, nested);
        Value last = getPosition(before, values[0], perVisit - 1);
        Value end = arith::ConstantIndexOp::create(before, size);
        Value isThere =
            arith::CmpIOp::create(before, arith::CmpIPredicate::ne, last, end);
        SmallVector<Value> handed = llvm::to_vector(values);
        handed.push_back(last);
        scf::ConditionOp::create(before, isThere, handed);
      },
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder after(loc, nested);
        SmallVector<Value> visited;
        for (int64_t offset = 0; offset < perVisit - 1; ++offset)
          visited.push_back(getPosition(after, values[0], offset));
        visited.push_back(values.back());
        Value added = body(after, visited, sums ? values[1] : Value());
        Value next = arith::AddIOp::create(
            after, values[0], arith::ConstantIndexOp::create(after, perVisit));
        SmallVector<Value> yielded = {next};
        llvm::append_range(yielded, asRange(added));
        scf::YieldOp::create(after, yielded);
      });
  return {loop.getResult(0), sums ? loop.getResult(1) : Value()};
}
