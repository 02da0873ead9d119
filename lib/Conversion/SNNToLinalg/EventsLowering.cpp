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
#include "snn/IR/Neuron.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace snn;

/// Elements whose activity fits one mask.
static constexpr int64_t kMaskBits = 64;

/// Whether the positions of a list are bytes.
static bool hasBytes(EventsOp op, const ConvertSNNToLinalgOptions &options) {
  // Kernels know no bytes.
  return options.byteLists && op.getEvents().getType().getSize() < (1 << 8) &&
         llvm::none_of(op->getUsers(), llvm::IsaPred<OffloadOp>);
}

MemRefType snn::getEventsStorageType(EventsOp op,
                                     const ConvertSNNToLinalgOptions &options) {
  int64_t size = op.getEvents().getType().getSize();
  // The number of elements must fit, too.
  unsigned bits = hasBytes(op, options) ? 8 : size < (1 << 16) ? 16 : 32;
  return MemRefType::get({size + kEventsPerVisit},
                         IntegerType::get(op.getContext(), bits));
}

static Value createIndex(ImplicitLocOpBuilder &builder, int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

void snn::storeEvent(ImplicitLocOpBuilder &builder, Value position,
                     Value events, Value at) {
  Type type = cast<MemRefType>(events.getType()).getElementType();
  Value narrow = arith::IndexCastUIOp::create(builder, type, position);
  memref::StoreOp::create(builder, narrow, events, at);
}

void snn::endEvents(ImplicitLocOpBuilder &builder, Value size, Value events,
                    Value count) {
  for (int64_t k = 0; k < kEventsPerVisit; ++k)
    storeEvent(builder, size, events,
               arith::AddIOp::create(builder, count, createIndex(builder, k)));
}

/// Which of the `kMaskBits` elements from `first` on are not zero, of those
/// that `x` has: `size` elements.
static Value createMask(ImplicitLocOpBuilder &builder, Value x, Value first,
                        Value size) {
  Type element = cast<MemRefType>(x.getType()).getElementType();
  auto type = VectorType::get(kMaskBits, element);
  auto maskType = VectorType::get(kMaskBits, builder.getI1Type());
  Value zeros = arith::ConstantOp::create(builder, builder.getZeroAttr(type));
  Value left = arith::SubIOp::create(builder, size, first);
  Value isThere = vector::CreateMaskOp::create(builder, maskType, left);
  Value elements =
      vector::MaskedLoadOp::create(builder, type, x, first, isThere, zeros);
  if (element.isInteger(1))
    return elements;
  return arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, elements,
                               zeros);
}

/// Stores the positions that `mask` has, counted from `first`, behind the
/// `count` events that are there.
static void storePositions(ImplicitLocOpBuilder &builder, Value mask,
                           Value first, Value events, Value count) {
  auto type = VectorType::get(kMaskBits, builder.getIndexType());
  Type narrowType = VectorType::get(
      kMaskBits, cast<MemRefType>(events.getType()).getElementType());
  Value steps = vector::StepOp::create(builder, type);
  Value firsts = vector::BroadcastOp::create(builder, type, first);
  Value positions = arith::AddIOp::create(builder, firsts, steps);
  Value narrow = arith::IndexCastUIOp::create(builder, narrowType, positions);
  // The builder without this attribute, in MLIR 22, exchanges the last two.
  vector::CompressStoreOp::create(builder, events, count, mask, narrow,
                                  /*alignment=*/IntegerAttr());
}

/// How many elements `mask` has.
static Value countActive(ImplicitLocOpBuilder &builder, Value mask) {
  auto type = VectorType::get(1, builder.getIntegerType(kMaskBits));
  Value line = vector::BitCastOp::create(builder, type, mask);
  Value bits = vector::ExtractOp::create(builder, line, ArrayRef<int64_t>{0});
  Value number = math::CtPopOp::create(builder, bits);
  return arith::IndexCastUIOp::create(builder, nameLocal(builder, "count"),
                                      builder.getIndexType(), number);
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
        storePositions(body, mask, first, events, count.front());
        Value added = countActive(body, mask);
        Value next = arith::AddIOp::create(body, count.front(), added);
        scf::YieldOp::create(body, next);
      });
  return loop.getResult(0);
}

/// Lists values: writes every position, and goes on behind it if it counts; or
/// with a branch for each, which small cores take at the price of two
/// additions.
static Value listValues(ImplicitLocOpBuilder &builder, Value x, Value size,
                        Value events, bool withBranches) {
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "i"), createIndex(builder, 0), size,
      createIndex(builder, 1), createIndex(builder, 0),
      [&](OpBuilder &nested, Location, Value index, ValueRange count) {
        ImplicitLocOpBuilder body(builder.getLoc(), nested);
        if (!withBranches)
          storeEvent(body, index, events, count.front());
        Value element = memref::LoadOp::create(body, x, index);
        Value zero = arith::ConstantOp::create(
            body, body.getZeroAttr(element.getType()));
        Value isThere =
            isa<FloatType>(element.getType())
                ? Value(arith::CmpFOp::create(body, arith::CmpFPredicate::UNE,
                                              element, zero))
                : Value(arith::CmpIOp::create(body, arith::CmpIPredicate::ne,
                                              element, zero));
        if (withBranches) {
          Value next =
              createBranch(body, isThere, count.front(),
                           [&](ImplicitLocOpBuilder &inner) -> Value {
                             storeEvent(inner, index, events, count.front());
                             return arith::AddIOp::create(
                                 inner, count.front(), createIndex(inner, 1));
                           });
          scf::YieldOp::create(body, next);
          return;
        }
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
  if (!position.isInteger(16))
    name += "_" + std::to_string(position.getIntOrFloatBitWidth());
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
  function->setAttr("snn.lists", builder.getUnitAttr());
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
                  ? listValues(builder, body->getArgument(0), size, list,
                               context.options.listWithNeurons)
                  : listMasks(builder, body->getArgument(0), size, list);
  endEvents(builder, size, list, end);
  func::ReturnOp::create(builder);
  return function;
}

EventsOp snn::getOwnList(NeuronOpInterface op, const StepContext &context) {
  NeuronModel model(op);
  if (!context.options.listWithNeurons || !model.spikes ||
      model.spikes->isPre() || model.spikes->counts() ||
      context.direct.contains(op))
    return nullptr;
  Value spikes = op.getOutput("spikes");
  for (Operation *user : spikes.getUsers()) {
    auto events = dyn_cast<EventsOp>(user);
    // Where memory is short a list is there in place of spikes, not beside
    // them.
    if (events && context.options.frugalLists &&
        (isRead(spikes, events) || !hasBytes(events, context.options)))
      continue;
    // Lists of feature maps are long, and input, spikes and list would be in
    // memory at a time.
    if (events && !context.direct.hidesEvents(events) &&
        llvm::all_of(events->getUsers(), llvm::IsaPred<LinearOp>))
      return events;
  }
  return nullptr;
}

LogicalResult snn::lowerEvents(EventsOp op, StepContext &context) {
  auto neuron = op.getInput().getDefiningOp<NeuronOpInterface>();
  if (neuron && getOwnList(neuron, context) == op)
    return success();
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
