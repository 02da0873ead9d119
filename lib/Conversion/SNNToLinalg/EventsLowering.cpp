//===- EventsLowering.cpp - Lists of what is not zero ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A list holds the positions in ascending order and then, four times, the
// number of elements, so that its readers can take four at a time and need no
// count. All lists of signals of one type are made by the same function.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace snn;

/// Elements whose activity fits one mask.
static constexpr int64_t kMaskBits = 32;

MemRefType snn::getEventsStorageType(EventsType type) {
  // The number of elements must fit, too.
  unsigned bits = type.getSize() < (1 << 16) ? 16 : 32;
  return MemRefType::get({type.getSize() + kEventsPerVisit},
                         IntegerType::get(type.getContext(), bits));
}

static Value createIndex(ImplicitLocOpBuilder &builder, int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

static void storePosition(ImplicitLocOpBuilder &builder, Value position,
                          Value events, Value at) {
  Type type = cast<MemRefType>(events.getType()).getElementType();
  Value narrow = arith::IndexCastUIOp::create(builder, type, position);
  memref::StoreOp::create(builder, narrow, events, at);
}

/// Goes on with a mask, and the number of events, while `mask predicate limit`.
static ValueRange
whileMask(ImplicitLocOpBuilder &builder, ValueRange maskAndCount,
          arith::CmpIPredicate predicate, int64_t limit,
          function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, Value, Value)>
              makeNext) {
  auto loop = scf::WhileOp::create(
      builder, nameLocal(builder, "mask"), maskAndCount.getTypes(),
      maskAndCount,
      [&](OpBuilder &nested, Location loc, ValueRange values) {
        ImplicitLocOpBuilder before(loc, nested);
        Value end = arith::ConstantOp::create(
            before, before.getIntegerAttr(values[0].getType(), limit));
        Value goesOn = arith::CmpIOp::create(before, predicate, values[0], end);
        scf::ConditionOp::create(before, goesOn, values);
      },
      [&](OpBuilder &nested, Location loc, ValueRange values) {
        ImplicitLocOpBuilder after(loc, nested);
        scf::YieldOp::create(after, makeNext(after, values[0], values[1]));
      });
  return loop.getResults();
}

/// Appends the positions of the bits that are set in `mask`, counted from
/// `first`, and gives the new number of events.
static Value appendBits(ImplicitLocOpBuilder &builder, Value mask, Value first,
                        Value events, Value count) {
  Type type = mask.getType();
  // All of them at once, where all are set: at most one turn.
  auto appendAll = [&](ImplicitLocOpBuilder &body, Value, Value n) {
    Value bits = createIndex(body, kMaskBits);
    scf::ForOp::create(
        body, nameLocal(body, "k"), createIndex(body, 0), bits,
        createIndex(body, 1), ValueRange(),
        [&](OpBuilder &nested, Location loc, Value bit, ValueRange) {
          ImplicitLocOpBuilder store(loc, nested);
          Value position = arith::AddIOp::create(store, first, bit);
          Value at = arith::AddIOp::create(store, n, bit);
          storePosition(store, position, events, at);
          scf::YieldOp::create(store);
        });
    Value none = arith::ConstantOp::create(body, body.getZeroAttr(type));
    return SmallVector<Value>{none, arith::AddIOp::create(body, n, bits)};
  };
  auto appendLowest = [&](ImplicitLocOpBuilder &body, Value set, Value n) {
    Value bit = math::CountTrailingZerosOp::create(body, set);
    Value offset = arith::IndexCastUIOp::create(body, body.getIndexType(), bit);
    storePosition(body, arith::AddIOp::create(body, first, offset), events, n);
    Value one = arith::ConstantOp::create(body, body.getIntegerAttr(type, 1));
    Value below = arith::SubIOp::create(body, set, one);
    Value rest = arith::AndIOp::create(body, set, below);
    Value next = arith::AddIOp::create(body, n, createIndex(body, 1));
    return SmallVector<Value>{rest, next};
  };
  ValueRange left = whileMask(builder, {mask, count}, arith::CmpIPredicate::eq,
                              -1, appendAll);
  return whileMask(builder, left, arith::CmpIPredicate::ne, 0, appendLowest)
      .back();
}

/// A mask of which of the `kMaskBits` elements from `first` on are not zero, of
/// those that `x` has: `size` elements.
static Value createMask(ImplicitLocOpBuilder &builder, Value x, Value first,
                        Value size) {
  Type element = cast<MemRefType>(x.getType()).getElementType();
  auto type = VectorType::get(kMaskBits, element);
  auto isThereType = VectorType::get(kMaskBits, builder.getI1Type());
  Value zeros = arith::ConstantOp::create(builder, builder.getZeroAttr(type));
  Value left = arith::SubIOp::create(builder, size, first);
  Value isThere = vector::CreateMaskOp::create(builder, isThereType, left);
  Value elements =
      vector::MaskedLoadOp::create(builder, type, x, first, isThere, zeros);
  if (!element.isInteger(1))
    elements = arith::CmpIOp::create(builder, arith::CmpIPredicate::ne,
                                     elements, zeros);
  auto bits = VectorType::get(1, builder.getIntegerType(kMaskBits));
  Value mask = vector::BitCastOp::create(builder, bits, elements);
  return vector::ExtractOp::create(builder, mask, ArrayRef<int64_t>{0});
}

/// Lists spikes or counts, a mask of them at a time.
static Value listMasks(ImplicitLocOpBuilder &builder, Value x, Value size,
                       Value events) {
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "i"), createIndex(builder, 0), size,
      createIndex(builder, kMaskBits), createIndex(builder, 0),
      [&](OpBuilder &nested, Location, Value first, ValueRange count) {
        ImplicitLocOpBuilder body(builder.getLoc(), nested);
        Value mask = createMask(body, x, first, size);
        scf::YieldOp::create(
            body, appendBits(body, mask, first, events, count.front()));
      });
  return loop.getResult(0);
}

/// Lists values: writes every position, and goes on behind it if it counts.
static Value listValues(ImplicitLocOpBuilder &builder, Value x, Value size,
                        Value events) {
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "i"), createIndex(builder, 0), size,
      createIndex(builder, 1), createIndex(builder, 0),
      [&](OpBuilder &nested, Location, Value index, ValueRange count) {
        ImplicitLocOpBuilder body(builder.getLoc(), nested);
        storePosition(body, index, events, count.front());
        Value element = memref::LoadOp::create(body, x, index);
        Value zero = arith::ConstantOp::create(
            body, body.getZeroAttr(element.getType()));
        Value isThere =
            isa<FloatType>(element.getType())
                ? Value(arith::CmpFOp::create(body, arith::CmpFPredicate::UNE,
                                              element, zero))
                : Value(arith::CmpIOp::create(body, arith::CmpIPredicate::ne,
                                              element, zero));
        Value one =
            arith::IndexCastUIOp::create(body, body.getIndexType(), isThere);
        Value next = arith::AddIOp::create(body, count.front(), one);
        scf::YieldOp::create(body, next);
      });
  return loop.getResult(0);
}

/// The function that lists signals of `element`, made if it is not there.
static func::FuncOp getListFunction(StepContext &context, bool isQuantized,
                                    Type element, Type position, Location loc) {
  std::string name = "list_";
  if (isQuantized)
    name += "int" + std::to_string(element.getIntOrFloatBitWidth());
  else
    name += element.isInteger(1)   ? "spikes"
            : element.isInteger(8) ? "counts"
                                   : "values";
  if (position.isInteger(32))
    name += "_32";
  func::FuncOp &function = context.listFunctions[name];
  if (function)
    return function;
  ImplicitLocOpBuilder builder(loc, loc.getContext());
  auto x = MemRefType::get({ShapedType::kDynamic}, element);
  auto events = MemRefType::get({ShapedType::kDynamic}, position);
  function = func::FuncOp::create(
      builder, name,
      builder.getFunctionType({x, builder.getIndexType(), events}, {}));
  function.setPrivate();
  context.symbols.insert(function);
  function.setArgAttr(0, kNameAttr, builder.getStringAttr("x"));
  function.setArgAttr(1, kNameAttr, builder.getStringAttr("size"));
  function.setArgAttr(2, kNameAttr, builder.getStringAttr("events"));
  function->setAttr(kCommentAttr,
                    builder.getStringAttr(
                        "The positions of the elements of x that are not 0, "
                        "and then, four times, their number."));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  Value size = body->getArgument(1), list = body->getArgument(2);
  Value end = isa<FloatType>(element) || isQuantized
                  ? listValues(builder, body->getArgument(0), size, list)
                  : listMasks(builder, body->getArgument(0), size, list);
  for (int64_t k = 0; k < kEventsPerVisit; ++k)
    storePosition(builder, size, list,
                  arith::AddIOp::create(builder, end, createIndex(builder, k)));
  func::ReturnOp::create(builder);
  return function;
}

LogicalResult snn::lowerEvents(EventsOp op, StepContext &context) {
  Value x = context.bufferOf(op.getInput());
  Value events = context.bufferOf(op.getEvents());
  Type element = cast<MemRefType>(x.getType()).getElementType();
  Type position = cast<MemRefType>(events.getType()).getElementType();
  func::FuncOp function = getListFunction(
      context,
      isa<quant::QuantizedType>(op.getInput().getType().getElementType()),
      element, position, op.getLoc());
  ImplicitLocOpBuilder builder(op.getLoc(), context.step);
  auto forget = [&](Value buffer) -> Value {
    Type type = cast<MemRefType>(buffer.getType()).getElementType();
    return memref::CastOp::create(
        builder, MemRefType::get({ShapedType::kDynamic}, type), buffer);
  };
  Value flat = flattenBuffer(context.step, op.getLoc(), x);
  Value size = createIndex(builder, op.getEvents().getType().getSize());
  func::CallOp::create(builder, function,
                       ValueRange{forget(flat), size, forget(events)});
  return success();
}
