//===- DelayLowering.cpp - Ring buffers of past signals -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A delay of D steps keeps the last D signals in a ring of D slots. A position
// tells the oldest slot: it is read at the start of a step and overwritten with
// this step's signal at the end. With one slot there is no position, and the
// slot can be read where it is.
//
// With a delay per element, each element has a ring of its own in one flat
// buffer; elements with the same delay share a position.
//
//===----------------------------------------------------------------------===//

#include "DelayBits.h"
#include "Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

namespace {
/// Where the elements of a delay per element are.
struct ElementRings {
  /// For each element, where its ring starts, and which position it uses; for
  /// elements that are not delayed, any.
  SmallVector<int64_t> start, group;
  /// For each element, 1 if it is delayed.
  SmallVector<int64_t> isDelayed;
  /// For each position, the length of its rings.
  SmallVector<int64_t> lengths;

  explicit ElementRings(DelayOp op) {
    for (int64_t steps : op.getSteps().getValues<int64_t>())
      if (steps > 0)
        lengths.push_back(steps);
    llvm::sort(lengths);
    lengths.erase(llvm::unique(lengths), lengths.end());
    int64_t end = 0;
    for (int64_t steps : op.getSteps().getValues<int64_t>()) {
      start.push_back(steps > 0 ? end : 0);
      group.push_back(
          steps > 0 ? llvm::lower_bound(lengths, steps) - lengths.begin() : 0);
      isDelayed.push_back(steps > 0);
      end += steps;
    }
  }
};
} // namespace

std::optional<MemRefType> snn::getPositionType(DelayOp op) {
  Type index = IndexType::get(op.getContext());
  if (!op.getSteps().isSplat()) {
    int64_t count = ElementRings(op).lengths.size();
    return MemRefType::get({count}, index);
  }
  if (op.getMaxSteps() == 1)
    return std::nullopt;
  return MemRefType::get({1}, index);
}

bool snn::isReadInPlace(DelayOp op) {
  // A delay that feeds a delay, perhaps reshaped, is copied first: then the
  // order in which the rings are written at the end of the step does not
  // matter.
  return op.getSteps().isSplat() && op.getMaxSteps() == 1 &&
         op.getType().getRank() > 0 &&
         llvm::none_of(op->getUsers(),
                       llvm::IsaPred<DelayOp, tensor::CollapseShapeOp,
                                     tensor::ExpandShapeOp>);
}

/// The slot of the ring at `position`, without its leading dimension.
static Value extractSlot(ImplicitLocOpBuilder &builder, Value ring,
                         Value position, SmallVector<OpFoldResult> &offsets,
                         SmallVector<OpFoldResult> &sizes,
                         SmallVector<OpFoldResult> &strides) {
  auto type = cast<RankedTensorType>(ring.getType());
  offsets = {position};
  sizes = {builder.getIndexAttr(1)};
  for (int64_t size : type.getShape().drop_front()) {
    offsets.push_back(builder.getIndexAttr(0));
    sizes.push_back(builder.getIndexAttr(size));
  }
  strides.assign(type.getRank(), builder.getIndexAttr(1));
  auto slotType = RankedTensorType::get(type.getShape().drop_front(),
                                        type.getElementType());
  return tensor::ExtractSliceOp::create(builder, slotType, ring, offsets, sizes,
                                        strides);
}

/// The position of the oldest slot, if there is more than one.
static Value readPosition(LayerBuilder &layer, Value positionTensor) {
  ImplicitLocOpBuilder &builder = layer.body();
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  if (!positionTensor)
    return zero;
  return tensor::ExtractOp::create(layer.named("oldest"), positionTensor, zero);
}

/// y[n] = the oldest signal in the ring of element n, or x[n].
static LogicalResult lowerElementRead(DelayOp op, StepContext &context) {
  SmallVector<Value> states = context.states.lookup(op);
  LayerBuilder layer(context.symbols, context.step, op, "_read");
  ElementRings rings(op);
  bool hasUndelayed = op.getMinSteps() == 0;
  SmallVector<Value> inputs;
  if (hasUndelayed) {
    Value x = layer.addFlatArgument("x", context.bufferOf(op.getInput()));
    inputs.push_back(layer.read(x));
    inputs.push_back(layer.constantIndices(rings.isDelayed, "is_delayed"));
  }
  Value past = layer.read(layer.addArgument("past", states[0]));
  Value position = layer.read(layer.addArgument("position", states[1]));
  Value y = layer.addFlatArgument("y", context.bufferOf(op.getResult()));
  layer.setComment("Delays of up to " + Twine(op.getMaxSteps()) +
                   " steps.\n  y[n](t) = x[n](t - steps[n])");
  inputs.push_back(layer.constantIndices(rings.start, "start"));
  inputs.push_back(layer.constantIndices(rings.group, "group"));
  SmallVector<Value> result = createElementwise(
      layer, inputs, layer.update(y),
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        ValueRange places = elements.drop_front(inputs.size() - 2);
        Value oldest = tensor::ExtractOp::create(b, position, places[1]);
        Value slot = arith::AddIOp::create(b, places[0], oldest);
        Value delayed = tensor::ExtractOp::create(b, past, slot);
        if (!hasUndelayed)
          return {delayed};
        Value zero = arith::ConstantIndexOp::create(b, 0);
        Value isDelayed = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                                elements[1], zero);
        return {arith::SelectOp::create(b, isDelayed, delayed, elements[0])};
      });
  layer.write(result.front(), y);
  layer.finish();
  return success();
}

/// Writes x[n] into the ring of element n and moves all positions on.
static LogicalResult lowerElementWrite(DelayOp op, StepContext &context) {
  SmallVector<Value> states = context.states.lookup(op);
  LayerBuilder layer(context.symbols, context.step, op, "_write");
  ImplicitLocOpBuilder &builder = layer.body();
  ElementRings rings(op);
  Value x =
      layer.read(layer.addFlatArgument("x", context.bufferOf(op.getInput())));
  Value pastBuffer = layer.addArgument("past", states[0]);
  Value positionBuffer = layer.addArgument("position", states[1]);
  layer.setComment("Remembers this step's signal for the delays.");
  Value start = layer.constantIndices(rings.start, "start");
  Value group = layer.constantIndices(rings.group, "group");
  Value isDelayed = layer.constantIndices(rings.isDelayed, "is_delayed");
  Value positions = layer.update(positionBuffer);
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  Value one = arith::ConstantIndexOp::create(builder, 1);
  Value count = arith::ConstantIndexOp::create(builder, rings.start.size());
  auto visit = [&](OpBuilder &nested, Location loc, Value n, ValueRange past) {
    ImplicitLocOpBuilder b(loc, nested);
    Value condition =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                              tensor::ExtractOp::create(b, isDelayed, n), zero);
    auto remember = [&](OpBuilder &inner, Location innerLoc) {
      ImplicitLocOpBuilder c(innerLoc, inner);
      Value place = tensor::ExtractOp::create(c, group, n);
      Value oldest = tensor::ExtractOp::create(c, positions, place);
      Value first = tensor::ExtractOp::create(c, start, n);
      Value slot = arith::AddIOp::create(c, first, oldest);
      Value now = tensor::ExtractOp::create(c, x, n);
      scf::YieldOp::create(
          c, ValueRange{tensor::InsertOp::create(c, now, past[0], slot)});
    };
    auto skip = [&](OpBuilder &inner, Location innerLoc) {
      scf::YieldOp::create(inner, innerLoc, past);
    };
    auto written = scf::IfOp::create(b, condition, remember, skip);
    scf::YieldOp::create(b, written.getResults());
  };
  auto written = scf::ForOp::create(builder, zero, count, one,
                                    layer.update(pastBuffer), visit);
  layer.write(written.getResult(0), pastBuffer);
  Value lengths = layer.constantIndices(rings.lengths, "length");
  SmallVector<Value> moved = createElementwise(
      layer, lengths, positions,
      [&](ImplicitLocOpBuilder &b, ValueRange elements) -> SmallVector<Value> {
        Value step = arith::ConstantIndexOp::create(b, 1);
        Value wrap = arith::ConstantIndexOp::create(b, 0);
        Value next = arith::AddIOp::create(b, elements[1], step);
        Value isEnd = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, next,
                                            elements[0]);
        return {arith::SelectOp::create(b, isEnd, wrap, next)};
      });
  layer.write(moved.front(), positionBuffer);
  layer.finish();
  return success();
}

LogicalResult snn::lowerDelayRead(DelayOp op, StepContext &context) {
  if (std::optional<BitRing> ring = BitRing::of(op, context.options))
    return ring->lowerRead(op, context);
  if (!op.getSteps().isSplat())
    return lowerElementRead(op, context);
  SmallVector<Value> states = context.states.lookup(op);
  LayerBuilder layer(context.symbols, context.step, op, "_read");
  Value ring = layer.addArgument("past", states[0]);
  Value position = states.size() > 1
                       ? layer.read(layer.addArgument("position", states[1]))
                       : Value();
  Value y = layer.addArgument("y", context.bufferOf(op.getResult()));
  layer.setComment("Delay of " + Twine(op.getMaxSteps()) +
                   " steps.\n  y(t) = x(t - " + Twine(op.getMaxSteps()) + ")");
  SmallVector<OpFoldResult> offsets, sizes, strides;
  Value slot =
      extractSlot(layer.body(), layer.read(ring), readPosition(layer, position),
                  offsets, sizes, strides);
  auto copy = linalg::CopyOp::create(layer.body(), slot, layer.update(y));
  layer.write(copy.getResult(0), y);
  layer.finish();
  return success();
}

LogicalResult snn::lowerDelayWrite(DelayOp op, StepContext &context) {
  if (std::optional<BitRing> ring = BitRing::of(op, context.options))
    return ring->lowerWrite(op, context);
  if (!op.getSteps().isSplat())
    return lowerElementWrite(op, context);
  SmallVector<Value> states = context.states.lookup(op);
  LayerBuilder layer(context.symbols, context.step, op, "_write");
  ImplicitLocOpBuilder &builder = layer.body();
  bool isOneSlot = states.size() == 1 && op.getMaxSteps() == 1 &&
                   op.getInput().getType().getRank() > 0;
  layer.setComment("Remembers this step's signal for the delay of " +
                   Twine(op.getMaxSteps()) + " steps.");
  // Whatever a caller passes for a spike, it counts once; others are copied.
  if (isOneSlot && !isa<BlockArgument>(getEventSource(op.getInput()))) {
    Value x = layer.addArgument("x", context.bufferOf(op.getInput()));
    Value past = layer.addArgument("past", states[0]);
    Value slot = reshapeBuffer(builder, builder.getLoc(), past,
                               cast<MemRefType>(x.getType()).getShape());
    memref::CopyOp::create(builder, x, slot);
    layer.finish();
    return success();
  }
  Value x = layer.read(layer.addArgument("x", context.bufferOf(op.getInput())));
  Value ringBuffer = layer.addArgument("past", states[0]);
  Value positionBuffer =
      states.size() > 1 ? layer.addArgument("position", states[1]) : Value();
  Value ring = layer.update(ringBuffer);
  Value positionTensor =
      positionBuffer ? layer.update(positionBuffer) : Value();
  Value position = readPosition(layer, positionTensor);
  SmallVector<OpFoldResult> offsets, sizes, strides;
  Value slot = extractSlot(builder, ring, position, offsets, sizes, strides);
  auto copy = linalg::CopyOp::create(builder, x, slot);
  Value written = tensor::InsertSliceOp::create(builder, copy.getResult(0),
                                                ring, offsets, sizes, strides);
  layer.write(written, ringBuffer);
  if (positionBuffer) {
    Value zero = arith::ConstantIndexOp::create(builder, 0);
    Value one = arith::ConstantIndexOp::create(builder, 1);
    Value slots = arith::ConstantIndexOp::create(builder, op.getMaxSteps());
    Value next = arith::AddIOp::create(layer.named("next"), position, one);
    Value isEnd =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, next, slots);
    Value wrapped = arith::SelectOp::create(builder, isEnd, zero, next);
    Value moved =
        tensor::InsertOp::create(builder, wrapped, positionTensor, zero);
    layer.write(moved, positionBuffer);
  }
  layer.finish();
  return success();
}
