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
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

bool snn::isReadInPlace(DelayOp op) {
  // A delay that feeds a delay, perhaps reshaped, is copied first: then the
  // order in which the rings are written at the end of the step does not
  // matter.
  return op.getMaxSteps() == 1 && op.getType().getRank() > 0 &&
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

LogicalResult snn::lowerDelayRead(DelayOp op, StepContext &context) {
  SmallVector<Value> states = context.states.lookup(op);
  LayerBuilder layer(context.symbols, context.step, getLayerName(op) + "_read",
                     op.getLoc());
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
  SmallVector<Value> states = context.states.lookup(op);
  LayerBuilder layer(context.symbols, context.step, getLayerName(op) + "_write",
                     op.getLoc());
  ImplicitLocOpBuilder &builder = layer.body();
  Value x = layer.read(layer.addArgument("x", context.bufferOf(op.getInput())));
  Value ringBuffer = layer.addArgument("past", states[0]);
  Value positionBuffer =
      states.size() > 1 ? layer.addArgument("position", states[1]) : Value();
  layer.setComment("Remembers this step's signal for the delay of " +
                   Twine(op.getMaxSteps()) + " steps.");
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
