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
// A list that holds a part of the events at a time has a last number: the
// position behind the part.
//
//===----------------------------------------------------------------------===//

#include "PartLists.h"
#include "snn/IR/Neuron.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace snn;

/// Whether the positions of a list are bytes.
static bool hasBytes(EventsOp op, const ConvertSNNToLinalgOptions &options) {
  // Kernels know no bytes.
  return options.byteLists && op.getEvents().getType().getSize() < (1 << 8) &&
         llvm::none_of(op->getUsers(), llvm::IsaPred<OffloadOp>);
}

MemRefType snn::getEventsStorageType(EventsOp op, const StepContext &context) {
  int64_t size = op.getEvents().getType().getSize();
  // The number of elements must fit, too.
  unsigned bits = hasBytes(op, context.options) ? 8
                  : size < (1 << 16)            ? 16
                                                : 32;
  int64_t room = size;
  if (const SpikePart *part = context.parts.get(op))
    room = part->size;
  else if (std::optional<int64_t> capacity = getPartCapacity(op, context))
    room = *capacity + 1;
  return MemRefType::get({room + kEventsPerVisit},
                         IntegerType::get(op.getContext(), bits));
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
    storeEvent(builder, size, events, advance(builder, count, k));
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
  return createIsNotZero(builder, elements);
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

/// Lists spikes or counts from `begin` on, a mask of them at a time, behind the
/// `listed` ones that are there.
static Value listMasks(ImplicitLocOpBuilder &builder, Value x, Value begin,
                       Value size, Value events, Value listed) {
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "i"), begin, size,
      indexConstant(builder, kMaskBits), listed,
      [&](OpBuilder &nested, Location, Value first, ValueRange count) {
        ImplicitLocOpBuilder body(builder.getLoc(), nested);
        Value mask = createMask(body, x, first, size);
        storePositions(body, mask, first, events, count.front());
        Value added = countActive(body, mask);
        Value next = arith::AddIOp::create(body, count.front(), added);
        scf::YieldOp::create(body, next);
      });
  // Some processors take all masks at once, a step behind every end.
  loop.setUnsignedCmp(!matchPattern(begin, m_Zero()));
  return loop.getResult(0);
}

/// The same from `from` on, as long as there is room for a mask; and, behind
/// what ends the list, where the next part begins.
static void listPart(ImplicitLocOpBuilder &builder, Value x, Value size,
                     Value from, Value capacity, Value events) {
  Type index = builder.getIndexType();
  Value bits = indexConstant(builder, kMaskBits);
  auto loop = scf::WhileOp::create(
      builder, nameLocal(builder, "begin"), TypeRange{index, index, index},
      ValueRange{from, indexConstant(builder, 0)},
      [&](OpBuilder &nested, Location loc, ValueRange carried) {
        ImplicitLocOpBuilder before(loc, nested);
        // Whole masks, so that all but the last are aligned as x is.
        Value room = arith::SubIOp::create(before, capacity, carried[1]);
        Value masks = arith::DivUIOp::create(before, room, bits);
        Value whole = arith::MulIOp::create(before, masks, bits);
        Value most = arith::AddIOp::create(before, carried[0], whole);
        Value end = arith::MinUIOp::create(before, nameLocal(before, "end"),
                                           most, size);
        Value goesOn = arith::CmpIOp::create(before, arith::CmpIPredicate::ne,
                                             end, carried[0]);
        scf::ConditionOp::create(before, goesOn,
                                 ValueRange{carried[0], carried[1], end});
      },
      [&](OpBuilder &nested, Location loc, ValueRange carried) {
        ImplicitLocOpBuilder after(loc, nested);
        Value count =
            listMasks(after, x, carried[0], carried[2], events, carried[1]);
        scf::YieldOp::create(after, ValueRange{carried[2], count});
      });
  endEvents(builder, size, events, loop.getResult(1));
  storeEvent(builder, loop.getResult(0), events,
             advance(builder, capacity, kEventsPerVisit));
}

/// Lists values: writes every position, and goes on behind it if it counts.
static Value listValues(ImplicitLocOpBuilder &builder, Value x, Value size,
                        Value events) {
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "i"), indexConstant(builder, 0), size,
      indexConstant(builder, 1), indexConstant(builder, 0),
      [&](OpBuilder &nested, Location, Value index, ValueRange count) {
        ImplicitLocOpBuilder body(builder.getLoc(), nested);
        storeEvent(body, index, events, count.front());
        Value isThere =
            createIsNotZero(body, memref::LoadOp::create(body, x, index));
        Value one =
            arith::IndexCastUIOp::create(body, body.getIndexType(), isThere);
        Value next = arith::AddIOp::create(body, count.front(), one);
        scf::YieldOp::create(body, next);
      });
  return loop.getResult(0);
}

/// The same with a branch for each value, which small cores take at the price
/// of two additions; and for integers one for each four, as mostly none counts.
static Value listWithBranches(ImplicitLocOpBuilder &builder, Value x,
                              Value size, Value events) {
  constexpr int64_t kTogether = 4;
  Type wide = builder.getI32Type();
  Type element = cast<MemRefType>(x.getType()).getElementType();
  bool areTogether =
      isa<IntegerType>(element) && element.getIntOrFloatBitWidth() <= 32;
  auto widen = [&](ImplicitLocOpBuilder &body, Value value) -> Value {
    return element == wide ? value : arith::ExtSIOp::create(body, wide, value);
  };
  auto listOne = [&](ImplicitLocOpBuilder &body, Value value, Value index,
                     Value count) {
    return createBranch(body, createIsNotZero(body, value), count,
                        [&](ImplicitLocOpBuilder &inner) -> Value {
                          storeEvent(inner, index, events, count);
                          return advance(inner, count, 1);
                        });
  };
  auto listNext = [&](ImplicitLocOpBuilder &body, Value first, int64_t number,
                      Value count) -> Value {
    SmallVector<Value> places, values;
    for (int64_t k = 0; k < number; ++k) {
      places.push_back(advance(body, first, k));
      values.push_back(memref::LoadOp::create(body, x, places.back()));
    }
    auto listAll = [&](ImplicitLocOpBuilder &inner) -> Value {
      Value listed = count;
      for (auto [place, value] : llvm::zip_equal(places, values))
        listed = listOne(inner, value, place, listed);
      return listed;
    };
    if (number == 1)
      return listAll(body);
    Value any = widen(body, values.front());
    for (Value value : ArrayRef(values).drop_front())
      any = arith::OrIOp::create(body, any, widen(body, value));
    return createBranch(body, createIsNotZero(body, any), count, listAll);
  };
  auto listFrom = [&](Value begin, Value end, int64_t number, Value count) {
    auto loop = scf::ForOp::create(
        builder, nameLocal(builder, "i"), begin, end,
        indexConstant(builder, number), count,
        [&](OpBuilder &nested, Location, Value index, ValueRange carried) {
          ImplicitLocOpBuilder body(builder.getLoc(), nested);
          scf::YieldOp::create(body,
                               listNext(body, index, number, carried.front()));
        });
    loop.setUnsignedCmp(areTogether);
    return loop.getResult(0);
  };
  Value zero = indexConstant(builder, 0);
  if (!areTogether)
    return listFrom(zero, size, 1, zero);
  Value rest =
      arith::RemUIOp::create(builder, size, indexConstant(builder, kTogether));
  Value whole = arith::SubIOp::create(builder, size, rest);
  return listFrom(whole, size, 1, listFrom(zero, whole, kTogether, zero));
}

/// The function that lists signals of `element`, made if it is not there.
static func::FuncOp getListFunction(StepContext &context, bool isQuantized,
                                    Type element, Type position, bool isPart,
                                    Location loc) {
  std::string name = "list_";
  if (isQuantized)
    name += "int" + std::to_string(element.getIntOrFloatBitWidth());
  else
    name += element.isInteger(1)   ? "spikes"
            : element.isInteger(8) ? "counts"
                                   : "values";
  if (isPart)
    name += "_part";
  if (!position.isInteger(16))
    name += "_" + std::to_string(position.getIntOrFloatBitWidth());
  func::FuncOp &function = context.listFunctions[name];
  if (function)
    return function;
  ImplicitLocOpBuilder builder(loc, loc.getContext());
  auto x = MemRefType::get({ShapedType::kDynamic}, element);
  auto events = MemRefType::get({ShapedType::kDynamic}, position);
  Type index = builder.getIndexType();
  SmallVector<Type> types = {x, index};
  SmallVector<StringRef> names = {"x", "size"};
  if (isPart) {
    types.append({index, index});
    names.append({"from", "capacity"});
  }
  types.push_back(events);
  names.push_back("events");
  function =
      func::FuncOp::create(builder, name, builder.getFunctionType(types, {}));
  function.setPrivate();
  function->setAttr("snn.lists", builder.getUnitAttr());
  context.symbols.insert(function);
  for (auto [argument, argumentName] : llvm::enumerate(names))
    function.setArgAttr(argument, kNameAttr,
                        builder.getStringAttr(argumentName));
  function->setAttr(
      kCommentAttr,
      builder.getStringAttr(
          isPart ? "The positions of the elements of x that are not 0, from "
                   "one on and as many as there is room for, then, four times, "
                   "their number. events[capacity + 4] is where the next part "
                   "begins."
                 : "The positions of the elements of x that are not 0, "
                   "and then, four times, their number."));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  Value signal = body->getArgument(0), size = body->getArgument(1);
  Value list = body->getArguments().back();
  if (isPart) {
    listPart(builder, signal, size, body->getArgument(2), body->getArgument(3),
             list);
  } else {
    Value none = indexConstant(builder, 0);
    bool areValues = isa<FloatType>(element) || isQuantized;
    Value end = !areValues ? listMasks(builder, signal, none, size, list, none)
                : context.options.listWithNeurons
                    ? listWithBranches(builder, signal, size, list)
                    : listValues(builder, signal, size, list);
    endEvents(builder, size, list, end);
  }
  func::ReturnOp::create(builder);
  return function;
}

EventsOp snn::getOwnList(NeuronOpInterface op, const StepContext &context) {
  if (const SpikePart *part = context.parts.get(op))
    return part->events;
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
        (isRead(spikes, context, events) || !hasBytes(events, context.options)))
      continue;
    // Lists of feature maps are long, and input, spikes and list would be in
    // memory at a time.
    if (events && !context.direct.hidesEvents(events) &&
        llvm::all_of(events->getUsers(), llvm::IsaPred<LinearOp>))
      return events;
  }
  return nullptr;
}

void snn::listEvents(EventsOp op, StepContext &context,
                     std::optional<int64_t> capacity, Value from) {
  Value x = context.bufferOf(op.getInput());
  Value events = context.bufferOf(op.getEvents());
  Type element = cast<MemRefType>(x.getType()).getElementType();
  Type position = cast<MemRefType>(events.getType()).getElementType();
  func::FuncOp function = getListFunction(
      context,
      isa<quant::QuantizedType>(op.getInput().getType().getElementType()),
      element, position, capacity.has_value(), op.getLoc());
  ImplicitLocOpBuilder builder(op.getLoc(), context.step);
  auto forget = [&](Value buffer) -> Value {
    Type type = cast<MemRefType>(buffer.getType()).getElementType();
    return memref::CastOp::create(
        builder, MemRefType::get({ShapedType::kDynamic}, type), buffer);
  };
  Value flat = flattenBuffer(context.step, op.getLoc(), x);
  Value size = indexConstant(builder, op.getEvents().getType().getSize());
  SmallVector<Value> operands = {forget(flat), size};
  if (capacity)
    operands.append({from, indexConstant(builder, *capacity)});
  operands.push_back(forget(events));
  func::CallOp::create(builder, function, operands);
}

LogicalResult snn::lowerEvents(EventsOp op, StepContext &context) {
  auto neuron = op.getInput().getDefiningOp<NeuronOpInterface>();
  if (neuron && getOwnList(neuron, context) == op)
    return success();
  // The synapse that reads the parts lists them.
  if (getPartCapacity(op, context))
    return success();
  listEvents(op, context);
  return success();
}
