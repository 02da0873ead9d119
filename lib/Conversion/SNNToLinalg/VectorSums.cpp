//===- VectorSums.cpp - Sums of synapses in vectors -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorSums.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace snn;

/// Bytes of the shortest vectors that processors have.
static constexpr int64_t kVectorBytes = 16;

/// Chooses the sums of a block among those up to `largest`, or none: as many
/// blocks as are needed, and of the same size as far as that goes.
static std::optional<int64_t> chooseEvenBlock(int64_t outputs, int64_t largest,
                                              bool isInPlace) {
  // Instructions for an event on a Cortex-M4: an addition for each sum, and
  // those of the loop and for the row.
  auto getCost = [&](int64_t block) {
    return llvm::divideCeil(outputs, block) * (block + 6);
  };
  std::optional<int64_t> best;
  for (int64_t block = std::min(outputs, largest); block > 0; --block) {
    // Another block of few sums would cost as much code as the first.
    int64_t rest = outputs % block;
    if (isInPlace && rest != 0 && rest < (block + 1) / 2)
      continue;
    if (!best || getCost(block) < getCost(*best))
      best = block;
  }
  return best;
}

std::optional<VectorPlan>
snn::planVectorSums(const ConvertSNNToLinalgOptions &options, int64_t outputs,
                    Type type, Type storage, bool isInPlace) {
  if (options.floatOutputs != 0 && type.isF32() && storage.isF32()) {
    std::optional<int64_t> block =
        chooseEvenBlock(outputs, options.floatOutputs, isInPlace);
    if (!block)
      return std::nullopt;
    return VectorPlan{*block, 1, 1, !isInPlace};
  }
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  bool isPacked = quantized && getPackedBits(quantized) < 8;
  if (options.vectorSums == 0 || isPacked || !storage.isIntOrFloat() ||
      storage.getIntOrFloatBitWidth() < 16 ||
      (isa<FloatType>(storage) && !options.vectorFloats))
    return std::nullopt;
  constexpr int64_t kPerTurn = 2;
  int64_t bytes = storage.getIntOrFloatBitWidth() / 8;
  VectorPlan plan{options.vectorSums / bytes, kVectorBytes / bytes, kPerTurn};
  if (outputs < plan.least || (!options.vectorBlocks && outputs > plan.outputs))
    return std::nullopt;
  return plan;
}

namespace {
/// Builds the sums of a block, from `first` on.
class VectorBlock {
public:
  VectorBlock(Value events, Value weights, Value sums,
              const InitialSums &initial, Value first,
              ArrayRef<VectorPart> parts)
      : events(events), weights(weights), sums(sums), initial(initial),
        first(first), parts(parts) {}

  /// Visits as many events in a turn, and then the last ones.
  void build(ImplicitLocOpBuilder &builder, int64_t perTurn);

private:
  /// Adds the rows of as many events at a time, from `event` on; gives the next
  /// event and the sums.
  std::pair<Value, SmallVector<Value>> visit(ImplicitLocOpBuilder &builder,
                                             int64_t perTurn, Value event,
                                             ValueRange current);
  SmallVector<Value> addRow(ImplicitLocOpBuilder &builder, Value input,
                            ValueRange current);
  SmallVector<Value> load(ImplicitLocOpBuilder &builder);
  Value loadEvent(ImplicitLocOpBuilder &builder, Value event, int64_t offset);
  VectorType getType(const VectorPart &part) {
    return VectorType::get(part.lanes,
                           cast<MemRefType>(sums.getType()).getElementType());
  }
  Value getPosition(ImplicitLocOpBuilder &builder, const VectorPart &part) {
    return add(builder, first, part.offset);
  }
  static Value add(ImplicitLocOpBuilder &builder, Value value, int64_t offset) {
    return arith::AddIOp::create(
        builder, value, arith::ConstantIndexOp::create(builder, offset));
  }

  Value events, weights, sums;
  const InitialSums &initial;
  Value first;
  ArrayRef<VectorPart> parts;
};
} // namespace

SmallVector<Value> VectorBlock::load(ImplicitLocOpBuilder &builder) {
  return llvm::map_to_vector(parts, [&](const VectorPart &part) -> Value {
    VectorType type = getType(part);
    if (!initial.memory)
      return createNumber(builder, type, initial.number);
    return vector::LoadOp::create(builder, type, initial.memory,
                                  getPosition(builder, part));
  });
}

SmallVector<Value> VectorBlock::addRow(ImplicitLocOpBuilder &builder,
                                       Value input, ValueRange current) {
  SmallVector<Value> next;
  Type stored = cast<MemRefType>(weights.getType()).getElementType();
  for (auto [part, sum] : llvm::zip(parts, current)) {
    Value row = vector::LoadOp::create(
        builder, VectorType::get(part.lanes, stored), weights,
        ValueRange{input, getPosition(builder, part)});
    if (row.getType() != sum.getType())
      row = arith::ExtSIOp::create(builder, sum.getType(), row);
    if (isa<FloatType>(getElementTypeOrSelf(sum.getType())))
      next.push_back(arith::AddFOp::create(builder, sum, row));
    else
      next.push_back(arith::AddIOp::create(builder, sum, row));
  }
  return next;
}

Value VectorBlock::loadEvent(ImplicitLocOpBuilder &builder, Value event,
                             int64_t offset) {
  Value position =
      memref::LoadOp::create(builder, events, add(builder, event, offset));
  std::string name = offset ? "i" + std::to_string(offset) : "i";
  return arith::IndexCastUIOp::create(builder, nameLocal(builder, name),
                                      builder.getIndexType(), position);
}

std::pair<Value, SmallVector<Value>>
VectorBlock::visit(ImplicitLocOpBuilder &builder, int64_t perTurn, Value event,
                   ValueRange current) {
  Location loc = builder.getLoc();
  SmallVector<Value> carried = {event};
  llvm::append_range(carried, current);
  SmallVector<Type> types = llvm::to_vector(ValueRange(carried).getTypes());
  types.push_back(builder.getIndexType());
  int64_t inputs = cast<MemRefType>(weights.getType()).getDimSize(0);
  auto loop = scf::WhileOp::create(
      builder, nameLocal(builder, "e"), types, carried,
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder before(loc, nested);
        Value last = loadEvent(before, values.front(), perTurn - 1);
        Value isThere = arith::CmpIOp::create(
            before, arith::CmpIPredicate::ne, last,
            arith::ConstantIndexOp::create(before, inputs));
        SmallVector<Value> handed(values);
        handed.push_back(last);
        scf::ConditionOp::create(before, isThere, handed);
      },
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder after(loc, nested);
        SmallVector<Value> next(values.drop_front().drop_back());
        for (int64_t offset = 0; offset < perTurn; ++offset) {
          Value input = offset + 1 == perTurn
                            ? values.back()
                            : loadEvent(after, values.front(), offset);
          next = addRow(after, input, next);
        }
        next.insert(next.begin(), add(after, values.front(), perTurn));
        scf::YieldOp::create(after, next);
      });
  return {loop.getResult(0),
          SmallVector<Value>(loop.getResults().drop_front().drop_back())};
}

void VectorBlock::build(ImplicitLocOpBuilder &builder, int64_t perTurn) {
  Value event = arith::ConstantIndexOp::create(builder, 0);
  SmallVector<Value> current = load(builder);
  if (perTurn > 1)
    std::tie(event, current) = visit(builder, perTurn, event, current);
  std::tie(event, current) = visit(builder, 1, event, current);
  for (auto [part, sum] : llvm::zip(parts, current))
    vector::StoreOp::create(builder, sum, sums, getPosition(builder, part));
}

/// The vectors of `count` sums, at least as many as are in the shortest one:
/// what is no whole vector has sums of another one, too.
static SmallVector<VectorPart> getParts(int64_t count, int64_t least) {
  int64_t whole = count - count % least;
  SmallVector<VectorPart> parts = {{0, whole}};
  if (whole != count)
    parts.push_back({count - least, least});
  return parts;
}

void snn::forVectorBlocks(
    ImplicitLocOpBuilder &builder, const VectorPlan &plan, int64_t outputs,
    StringRef name,
    llvm::function_ref<void(ImplicitLocOpBuilder &, Value first,
                            ArrayRef<VectorPart>)>
        body) {
  int64_t blocks = outputs / plan.outputs, rest = outputs % plan.outputs;
  bool overlaps = plan.overlaps && rest != 0;
  // A rest that is short goes with the block before it.
  if (overlaps) {
    ++blocks;
    rest = 0;
  } else if (blocks != 0 && rest != 0 &&
             rest < std::max(plan.least, plan.outputs / 2)) {
    --blocks;
    rest += plan.outputs;
  }
  auto constant = [](ImplicitLocOpBuilder &at, int64_t value) -> Value {
    return arith::ConstantIndexOp::create(at, value);
  };
  auto build = [&](ImplicitLocOpBuilder &at, Value first, int64_t count) {
    body(at, first, getParts(count, plan.least));
  };
  int64_t whole = blocks * plan.outputs;
  if (blocks == 1)
    build(builder, constant(builder, 0), plan.outputs);
  else if (blocks != 0)
    scf::ForOp::create(
        builder, nameLocal(builder, name), constant(builder, 0),
        constant(builder, whole), constant(builder, plan.outputs), ValueRange(),
        [&](OpBuilder &nested, Location, Value n, ValueRange) {
          ImplicitLocOpBuilder inner(builder.getLoc(), nested);
          if (overlaps)
            n = arith::MinUIOp::create(inner, nameLocal(inner, "first"), n,
                                       constant(inner, outputs - plan.outputs));
          build(inner, n, plan.outputs);
          scf::YieldOp::create(inner);
        });
  if (rest != 0)
    build(builder, constant(builder, whole), rest);
}

void snn::addVectorSums(ImplicitLocOpBuilder &builder, const VectorPlan &plan,
                        Value events, Value weights, Value sums,
                        const InitialSums &initial) {
  forVectorBlocks(
      builder, plan, cast<MemRefType>(weights.getType()).getDimSize(1), "n",
      [&](ImplicitLocOpBuilder &at, Value first, ArrayRef<VectorPart> parts) {
        VectorBlock(events, weights, sums, initial, first, parts)
            .build(at, plan.perTurn);
      });
}
