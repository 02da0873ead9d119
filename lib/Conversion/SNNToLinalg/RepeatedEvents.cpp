//===- RepeatedEvents.cpp - Small counts as several spikes ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RepeatedEvents.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace snn;

/// An input that counts more is multiplied: that is faster then, as a row in
/// blocks takes a sixth of the time.
static constexpr int64_t kLargestCount = 6;
/// A list for fewer events has room for these.
static constexpr int64_t kLeastRoom = 64;
/// Fewer outputs are not worth a second list.
static constexpr int64_t kLeastOutputs = 16;

std::optional<RepeatPlan> RepeatPlan::of(LinearOp op,
                                         const StepContext &context) {
  Type input = getElementTypeOrSelf(getSpikeSource(op));
  Type stored =
      getStorageType(RankedTensorType::get({1}, input)).getElementType();
  auto weight = cast<RankedTensorType>(op.getWeight().getType());
  if (!getEventOrder(op) || isa<FloatType>(stored) || stored.isInteger(1) ||
      stored.getIntOrFloatBitWidth() > 16 || weight.getRank() != 2 ||
      op.getSaturate() || weight.getDimSize(0) < kLeastOutputs ||
      context.options.rows || context.options.vectorRows)
    return std::nullopt;
  Type storage = cast<MemRefType>(context.sumOf(op).getType()).getElementType();
  std::optional<BlockPlan> blocks =
      planBlocks(context.options, weight.getDimSize(0), weight.getElementType(),
                 storage, /*addsToSums=*/true);
  if (!blocks || !blocks->condition.empty())
    return std::nullopt;
  auto bytes = cast<quant::QuantizedType>(weight.getElementType());
  int64_t largest =
      std::max(-bytes.getStorageTypeMin(), bytes.getStorageTypeMax());
  return RepeatPlan{*blocks,
                    std::min(std::numeric_limits<int16_t>::max() / largest,
                             std::max(weight.getDimSize(1), kLeastRoom))};
}

MemRefType RepeatPlan::getListType(LinearOp op,
                                   const StepContext &context) const {
  auto events = op.getEvents().getDefiningOp<EventsOp>();
  return MemRefType::get(
      {most + 1}, getEventsStorageType(events, context).getElementType());
}

void RepeatPlan::addEvents(
    ImplicitLocOpBuilder &builder, const EventInputs &inputs,
    const WeightRows &weights, Value list, Value sums,
    llvm::function_ref<void(ImplicitLocOpBuilder &, Value, Value)> addRow)
    const {
  Type number = builder.getI32Type();
  auto visitEvent = [&](ImplicitLocOpBuilder &loop, ValueRange positions,
                        Value count) -> Value {
    Value position = positions.front();
    Value factor = inputs.getFactor(loop, position, number);
    Value times = arith::IndexCastUIOp::create(
        loop, nameLocal(loop, "times"), loop.getIndexType(),
        castToNumber(loop, factor, inputs.getType(), number));
    Value room = arith::SubIOp::create(loop, indexConstant(loop, most), count);
    Value largest =
        arith::MinUIOp::create(loop, nameLocal(loop, "largest"), room,
                               indexConstant(loop, kLargestCount));
    // What is less than 1 is a large number without a sign.
    Value repeats = arith::CmpIOp::create(
        loop, arith::CmpIPredicate::ult,
        arith::SubIOp::create(loop, times, indexConstant(loop, 1)), largest);
    scf::IfOp::create(
        loop, repeats,
        [&](OpBuilder &nested, Location loc) {
          ImplicitLocOpBuilder inner(loc, nested);
          createLoop(inner, "k", indexConstant(inner, 0), times, Value(),
                     [&](ImplicitLocOpBuilder &each, Value k, Value) {
                       storeEvent(each, position, list,
                                  arith::AddIOp::create(each, count, k));
                       return Value();
                     });
          scf::YieldOp::create(inner);
        },
        [&](OpBuilder &nested, Location loc) {
          ImplicitLocOpBuilder inner(loc, nested);
          addRow(inner, position, factor);
          scf::YieldOp::create(inner);
        });
    Value taken = arith::SelectOp::create(
        loop, nameLocal(loop, "taken"), repeats, times, indexConstant(loop, 0));
    return arith::AddIOp::create(loop, nameLocal(loop, "next"), count, taken);
  };
  Value count = inputs
                    .visit(builder, 1, indexConstant(builder, 0),
                           indexConstant(builder, 0), visitEvent)
                    .second;
  int64_t size = cast<MemRefType>(weights.getTable().getType()).getDimSize(0);
  storeEvent(builder, indexConstant(builder, size), list, count);
  addBlocks(builder, blocks, list, weights.getTable(), sums);
}
