//===- LinearLowering.cpp - All-to-all synapses ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockSums.h"
#include "Forms.h"
#include "PartLists.h"
#include "RepeatedEvents.h"
#include "Synapses.h"
#include "VectorRows.h"
#include "WordRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

/// In what the sums are computed.
static Type getSumType(ImplicitLocOpBuilder &builder, Value sums) {
  Type storage = cast<RankedTensorType>(sums.getType()).getElementType();
  return isa<FloatType>(storage) ? storage : builder.getI32Type();
}

/// The sums after all events: of one weight matrix, whose rows belong to the
/// inputs, or of a batch of matrices in a row. Several events are visited at a
/// time, unless they are to be visited `singly`.
static Value addEvents(ImplicitLocOpBuilder &builder, const EventInputs &inputs,
                       const WeightRows &weights, int64_t inputsPerMatrix,
                       bool singly, Value sums) {
  auto sumsType = cast<RankedTensorType>(sums.getType());
  Type compute = getSumType(builder, sums);
  bool isBatch = sumsType.getRank() > 1;
  auto addRows = [&](ImplicitLocOpBuilder &loop, ValueRange positions,
                     Value current) {
    SmallVector<SmallVector<Value>> rows;
    SmallVector<Value> factors, sumPosition;
    for (Value position : positions) {
      rows.push_back({position});
      if (Value factor = inputs.getFactor(loop, position, compute))
        factors.push_back(factor);
    }
    if (isBatch)
      sumPosition.push_back(arith::DivUIOp::create(
          loop, positions.front(),
          arith::ConstantIndexOp::create(loop, inputsPerMatrix)));
    Value sum = weights.add(loop, rows, factors, inputs.getType(),
                            getRow(loop, current, sumPosition));
    return setRow(loop, sum, current, sumPosition);
  };
  Value event = arith::ConstantIndexOp::create(builder, 0);
  // Events of different matrices have different sums.
  if (!isBatch && !singly && inputs.areListed())
    std::tie(event, sums) =
        inputs.visit(builder, kEventsPerVisit, event, sums, addRows);
  return inputs.visit(builder, 1, event, sums, addRows).second;
}

/// The sums after all inputs of one matrix: `x` and `weights` at `matrix`.
static Value addAll(ImplicitLocOpBuilder &builder, Value x, Type type,
                    const WeightRows &weights, ValueRange matrix,
                    int64_t inputs, Value sums) {
  Type compute = getSumType(builder, sums);
  auto addRows = [&](ImplicitLocOpBuilder &loop, Value first, int64_t count,
                     Value current) {
    SmallVector<SmallVector<Value>> rows;
    SmallVector<Value> factors;
    for (int64_t offset = 0; offset < count; ++offset) {
      SmallVector<Value> position(matrix);
      position.push_back(arith::AddIOp::create(
          loop, first, arith::ConstantIndexOp::create(loop, offset)));
      std::string name = "x" + std::to_string(offset);
      factors.push_back(readFactor(loop, name, x, position, type, compute));
      rows.push_back(std::move(position));
    }
    return weights.add(loop, rows, factors, type, current);
  };
  int64_t even = inputs - inputs % kEventsPerVisit;
  Value step = arith::ConstantIndexOp::create(builder, kEventsPerVisit);
  auto constant = [&](int64_t value) {
    return arith::ConstantIndexOp::create(builder, value);
  };
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "i"), constant(0), constant(even), step, sums,
      [&](OpBuilder &nested, Location, Value i, ValueRange carried) {
        ImplicitLocOpBuilder body(builder.getLoc(), nested);
        scf::YieldOp::create(
            body, addRows(body, i, kEventsPerVisit, carried.front()));
      });
  sums = loop.getResult(0);
  if (even == inputs)
    return sums;
  return addRows(builder, constant(even), inputs - even, sums);
}

/// Row `positions[n]` as row n.
static Constant permuteRows(const Constant &rows, ArrayRef<int64_t> positions) {
  if (rows.isUniform())
    return rows;
  Constant result = rows;
  int64_t size = rows.shape.back();
  result.values.clear();
  for (int64_t position : positions)
    for (int64_t n = 0; n < size; ++n)
      result.values.push_back(rows.at(position * size + n));
  return result;
}

/// Whether the sums of `op` begin with something else than 0.
static bool beginsWithBias(LinearOp op) {
  std::optional<Constant> bias =
      op.getBias() ? getConstant(op.getBias()) : std::nullopt;
  return op.getBias() && !(bias && bias->isEverywhere(0));
}

/// The synapse in blocks, and in rows where the plan has a condition: a branch
/// for each, which leaves the sums in `yBuffer`.
static LogicalResult
lowerToBlocks(LayerBuilder &layer, StepContext &context, const BlockPlan &plan,
              const EventInputs &active, const WeightRows &weights,
              Value yBuffer, bool isInPlace,
              llvm::function_ref<FailureOr<Value>()> createInitial,
              llvm::function_ref<Value(Value)> addRows) {
  ImplicitLocOpBuilder &builder = layer.body();
  alignToWords(context.symbols, weights.getTable());
  if (plan.addsToSums && !isInPlace) {
    FailureOr<Value> initial = createInitial();
    if (failed(initial))
      return failure();
    layer.write(*initial, yBuffer);
  }
  auto addBlocksTo = [&]() -> LogicalResult {
    addBlocks(builder, plan, active.getList(), weights.getTable(), yBuffer);
    return success();
  };
  auto addRowsTo = [&]() -> LogicalResult {
    FailureOr<Value> initial = plan.addsToSums
                                   ? FailureOr<Value>(layer.update(yBuffer))
                                   : createInitial();
    if (failed(initial))
      return failure();
    layer.write(addRows(*initial), yBuffer);
    return success();
  };
  return plan.condition.empty() ? addBlocksTo()
                                : createForms(layer, context, plan.condition,
                                              addBlocksTo, addRowsTo);
}

/// Adds rows in words to what is in `yBuffer`, one for each event.
static void addWordRows(LayerBuilder &layer, StepContext &context,
                        const WordPlan &plan, const EventInputs &active,
                        const WeightRows &weights, Value yBuffer) {
  ImplicitLocOpBuilder &builder = layer.body();
  alignToWords(context.symbols, weights.getTable());
  if (plan.isBiased)
    flipBias(builder, yBuffer);
  auto addRow = [&](ImplicitLocOpBuilder &loop, ValueRange row, Value) {
    addWordRow(loop, plan, yBuffer, /*target=*/{}, weights.getTable(), row,
               /*factor=*/Value());
    return Value();
  };
  (void)active.visit(builder, /*perVisit=*/1, indexConstant(builder, 0),
                     /*sums=*/Value(), addRow);
  if (plan.isBiased)
    flipBias(builder, yBuffer);
}

/// Adds rows in vectors to what is in `yBuffer`, those of several events at a
/// time.
static void addRowsInVectors(LayerBuilder &layer, const VectorPlan &plan,
                             const EventInputs &active,
                             const WeightRows &weights, Value yBuffer) {
  ImplicitLocOpBuilder &builder = layer.body();
  auto addRows = [&](ImplicitLocOpBuilder &loop, ValueRange positions, Value) {
    SmallVector<SmallVector<Value>> rows;
    SmallVector<Value> factors;
    for (Value position : positions) {
      rows.push_back({position});
      Value factor = active.getFactor(loop, position, loop.getI32Type());
      factors.push_back(
          castToNumber(loop, factor, active.getType(), loop.getI32Type()));
    }
    addVectorRows(loop, plan, yBuffer, /*target=*/{}, weights.getTable(), rows,
                  factors, active.getLargest());
    return Value();
  };
  Value event = active
                    .visit(builder, kEventsPerVisit, indexConstant(builder, 0),
                           Value(), addRows)
                    .first;
  (void)active.visit(builder, 1, event, Value(), addRows);
}

/// The synapse of counts in blocks.
static LogicalResult
lowerRepeated(LayerBuilder &layer, StepContext &context, const RepeatPlan &plan,
              const EventInputs &active, const WeightRows &weights, Value list,
              Value yBuffer,
              llvm::function_ref<FailureOr<Value>()> createInitial) {
  ImplicitLocOpBuilder &builder = layer.body();
  alignToWords(context.symbols, weights.getTable());
  FailureOr<Value> initial = createInitial();
  if (failed(initial))
    return failure();
  layer.write(*initial, yBuffer);
  auto addRow = [&](ImplicitLocOpBuilder &inner, Value position, Value factor) {
    OpBuilder::InsertionGuard guard(builder);
    builder.restoreInsertionPoint(inner.saveInsertionPoint());
    Value sums = layer.update(yBuffer);
    sums = plan.blocks.isFlipped ? weights.addFlipped(builder, position, factor,
                                                      active.getType(), sums)
                                 : weights.add(builder, {{position}}, factor,
                                               active.getType(), sums);
    layer.write(sums, yBuffer);
    inner.restoreInsertionPoint(builder.saveInsertionPoint());
  };
  plan.addEvents(builder, active, weights, list, yBuffer, addRow);
  return success();
}

/// Adds for the inputs of `op`, or those that are listed, to its sums; these
/// begin with what is there already or with the bias.
static LogicalResult addInputs(LinearOp op, StepContext &context,
                               bool isInPlace) {
  FailureOr<Constant> weight = getConstantWeights(op);
  if (failed(weight))
    return failure();
  // [batch, out, in], where there is a batch.
  int64_t rank = weight->shape.size();
  int64_t outputs = weight->shape[rank - 2], inputs = weight->shape[rank - 1];
  int64_t batch = weight->getNumElements() / (outputs * inputs);
  SmallVector<int64_t> batchShape, order = {1, 0};
  if (rank > 2) {
    batchShape.push_back(batch);
    order = {0, 2, 1};
  }
  auto shaped = [&](ArrayRef<int64_t> sizes) {
    return llvm::to_vector(llvm::concat<const int64_t>(batchShape, sizes));
  };
  weight->shape = shaped({outputs, inputs});
  SmallVector<int64_t> yShape = shaped({outputs});

  LayerBuilder layer(context.symbols, context.step, op);
  std::optional<EventInputs> active;
  std::optional<EventOrder> eventOrder = getEventOrder(op);
  Value x;
  bool isDirect = context.direct.get(op).has_value();
  if (eventOrder || isDirect)
    active.emplace(layer, op, context);
  else
    x = layer.read(layer.addShapedArgument("x", context.bufferOf(op.getInput()),
                                           shaped({inputs})));
  Value yBuffer = layer.addShapedArgument("y", context.sumOf(op), yShape);
  ImplicitLocOpBuilder &builder = layer.body();
  Constant rows = weight->transpose(order);
  weight->values.clear(); // they may be a hundred megabytes
  weight->values.shrink_to_fit();
  // The rows of the listed inputs, in their order.
  if (eventOrder && !eventOrder->isInput)
    rows = permuteRows(rows, eventOrder->positions);
  if (active && rank > 2)
    rows.shape = {batch * inputs, outputs};
  Type weightType = op.getWeight().getType().getElementType();
  Type storage = cast<MemRefType>(yBuffer.getType()).getElementType();
  std::optional<BlockPlan> plan;
  std::optional<RepeatPlan> repeats;
  Value repeated = context.repeated.lookup(op);
  if (repeated) {
    repeats = RepeatPlan::of(op, context);
    repeated = layer.addArgument("repeated", repeated);
  }
  std::optional<VectorPlan> vectors;
  bool addsSpikes = active && active->areSpikes() && rank == 2;
  bool listsSpikes = addsSpikes && active->areListed();
  if (listsSpikes)
    vectors = planVectorSums(context.options, outputs, weightType, storage,
                             isInPlace);
  // Those of floating-point numbers compilers have in vectors.
  std::optional<VectorPlan> countVectors;
  if (active && active->areListed() && !active->areSpikes() && rank == 2 &&
      !repeats && storage.isInteger())
    countVectors =
        planVectorRows(context.options, outputs, weightType, storage);
  bool hasOtherForm = !vectors || context.options.optionalVectors;
  if (listsSpikes && hasOtherForm)
    plan = planBlocks(context.options, rows, weightType, storage,
                      isInPlace || beginsWithBias(op));
  std::optional<WordPlan> words;
  if (addsSpikes && hasOtherForm && !plan)
    words = planWholeWordRows(context.options, outputs, weightType, storage,
                              active->getUnit());
  // All biased sums are flipped twice; where spikes are listed, some rows at a
  // time take no longer.
  if (words && words->isBiased && listsSpikes)
    words.reset();
  if (words && !context.takeWords(context.sumOf(op)))
    words.reset();
  if (words)
    rows = orderWeights(*words, rows);
  if (repeats ? repeats->blocks.isFlipped : plan && plan->isFlipped)
    rows = flipSigns(rows);
  WeightRows weights(layer, rows, weightType, context.options.rowLanes);
  Type xType = op.getInput().getType().getElementType();
  layer.setComment(
      (rank > 2 ? Twine(batch) + " times all-to-all" : Twine("All-to-all")) +
      " synapses, " + Twine(inputs) + " to " + Twine(outputs) + ".\n  " +
      (isInPlace      ? "y = y + W x"
       : op.getBias() ? "y = W x + b"
                      : "y = W x"));

  // On small cores counts for few outputs are not worth the code for several at
  // a time.
  constexpr int64_t kFewOutputs = 16;
  bool singly = !context.options.rows && outputs < kFewOutputs && active &&
                active->getType().isUnsignedInteger(8);
  auto addRows = [&](Value initial) -> Value {
    if (active)
      return addEvents(builder, *active, weights, inputs, singly, initial);
    if (rank == 2)
      return addAll(builder, x, xType, weights, {}, inputs, initial);
    return createLoop(builder, "b", batch, initial,
                      [&](ImplicitLocOpBuilder &loop, Value b, Value sums) {
                        Value row = addAll(loop, x, xType, weights, b, inputs,
                                           getRow(loop, sums, b));
                        return setRow(loop, row, sums, b);
                      });
  };
  // What sums begin with, as a tensor that is not written yet.
  auto createInitial = [&]() -> FailureOr<Value> {
    Value y = layer.update(yBuffer);
    return isInPlace ? FailureOr<Value>(y)
                     : createInitialSum(layer, op, context, yShape, y);
  };
  auto lowerToVectors = [&]() -> LogicalResult {
    FailureOr<InitialSums> initial =
        isInPlace ? FailureOr<InitialSums>(InitialSums{yBuffer})
                  : getInitialSums(layer, op, context, yShape, yBuffer);
    if (failed(initial))
      return failure();
    addVectorSums(builder, *vectors, active->getList(), weights.getTable(),
                  yBuffer, *initial);
    return success();
  };
  auto lowerOtherwise = [&]() -> LogicalResult {
    if (repeats)
      return lowerRepeated(layer, context, *repeats, *active, weights, repeated,
                           yBuffer, createInitial);
    if (plan)
      return lowerToBlocks(layer, context, *plan, *active, weights, yBuffer,
                           isInPlace, createInitial, addRows);
    FailureOr<Value> initial = createInitial();
    if (failed(initial))
      return failure();
    if (words) {
      layer.write(*initial, yBuffer);
      addWordRows(layer, context, *words, *active, weights, yBuffer);
    } else {
      layer.write(addRows(*initial), yBuffer);
    }
    return success();
  };
  auto lowerToVectorRows = [&]() -> LogicalResult {
    FailureOr<Value> initial = createInitial();
    if (failed(initial))
      return failure();
    layer.write(*initial, yBuffer);
    addRowsInVectors(layer, *countVectors, *active, weights, yBuffer);
    return success();
  };
  if (failed(vectors ? createVectorForms(layer, context, kHasVectorBlocks,
                                         lowerToVectors, lowerOtherwise)
             : countVectors
                 ? createVectorForms(layer, context, kHasVectors,
                                     lowerToVectorRows, lowerOtherwise)
                 : lowerOtherwise()))
    return failure();
  if (active && !active->areListed())
    layer.markApart();
  layer.finish();
  return success();
}

LogicalResult snn::lowerLinear(LinearOp op, StepContext &context) {
  bool isInPlace =
      context.direct.get(op) ||
      (op.getBias() &&
       context.bufferOf(op.getBias()) == context.bufferOf(op)) ||
      (op.getEvents() &&
       context.parts.get(op.getEvents().getDefiningOp<EventsOp>()));
  return lowerInParts(op, context, isInPlace, [&](bool inPlace) {
    return addInputs(op, context, inPlace);
  });
}
