//===- BlockSums.cpp - Sums of synapses in registers ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockSums.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace snn;

/// Weights of 8 bits in a word.
static constexpr int64_t kPerWord = 4;

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

/// Whether each sum of some of the weights of an output fits 16 bits, so that
/// no sum leaves them on the way, whatever spikes.
static bool fitsShort(const Constant &weights) {
  int64_t outputs = weights.shape.back();
  std::vector<int64_t> least(outputs), most(outputs);
  for (int64_t index = 0, end = weights.getNumElements(); index < end;
       ++index) {
    auto value = static_cast<int64_t>(weights.at(index));
    int64_t &bound = value < 0 ? least[index % outputs] : most[index % outputs];
    bound += value;
  }
  return *llvm::min_element(least) >= std::numeric_limits<int16_t>::min() &&
         *llvm::max_element(most) <= std::numeric_limits<int16_t>::max();
}

bool snn::areBytes(Type type) {
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  return quantized && getPackedBits(quantized) == 8;
}

/// Chooses the sums of a block among those up to `largest`, or none.
static std::optional<int64_t> chooseBlock(int64_t outputs, int64_t largest,
                                          bool addsToSums) {
  // One loop with some sums more takes less code than a loop for the rest.
  if (outputs <= largest + kPerWord)
    return outputs;
  // Instructions for an event, on a Cortex-M4: three for a word, those of the
  // loop, and some where registers are short.
  auto getCost = [&](int64_t block) {
    int64_t spills = block > largest ? 4 : 0;
    return llvm::divideCeil(outputs, block) *
           (3 * block / kPerWord + 6 + spills);
  };
  std::optional<int64_t> best;
  for (int64_t block = largest + kPerWord; 2 * block >= largest;
       block -= kPerWord) {
    // What overlaps would be added twice.
    if (addsToSums && outputs % block != 0)
      continue;
    if (!best || getCost(block) < getCost(*best))
      best = block;
  }
  return best;
}

std::optional<BlockPlan>
snn::planBlocks(const ConvertSNNToLinalgOptions &options, int64_t outputs,
                Type type, Type storage, bool addsToSums) {
  if (options.blockOutputs <= 0 || outputs < kPerWord)
    return std::nullopt;
  BlockPlan plan;
  plan.addsToSums = addsToSums;
  std::optional<int64_t> block =
      chooseBlock(outputs, options.blockOutputs, addsToSums);
  if (!block)
    return std::nullopt;
  plan.outputs = *block;
  if (!areBytes(type) || !storage.isSignlessInteger() ||
      storage.getIntOrFloatBitWidth() < 16)
    return std::nullopt;
  constexpr int64_t kHalf = kPerWord / 2;
  plan.alignment = outputs % kPerWord == 0 ? kPerWord
                   : outputs % kHalf == 0  ? kHalf
                                           : 1;
  bool isWhole = plan.alignment == kPerWord;
  // A word in two halves is less than four weights, but two forms of the C are
  // for one where it is nothing but a load.
  if (plan.alignment == 1 || (options.rows && !isWhole))
    plan.condition = "unaligned_blocks";
  else if (options.rows)
    plan.condition = "blocks";
  plan.isFlipped = options.flippedSigns && plan.condition.empty();
  return plan;
}

std::optional<BlockPlan>
snn::planBlocks(const ConvertSNNToLinalgOptions &options,
                const Constant &weights, Type type, Type storage,
                bool addsToSums) {
  std::optional<BlockPlan> plan =
      planBlocks(options, weights.shape.back(), type, storage, addsToSums);
  return plan && fitsShort(weights) ? plan : std::nullopt;
}

bool snn::canAddBlocks(const ConvertSNNToLinalgOptions &options,
                       int64_t outputs) {
  return options.blockOutputs <= 0 || outputs < kPerWord ||
         chooseBlock(outputs, options.blockOutputs, /*addsToSums=*/true);
}

Constant snn::flipSigns(const Constant &weights) {
  Constant flipped = weights;
  for (double &value : flipped.values)
    value += value < 0 ? 128 : -128;
  return flipped;
}

Value snn::extendFlipped(ImplicitLocOpBuilder &builder, Value weight,
                         Type type) {
  // Without a sign it is 128 more.
  Value number = arith::ExtUIOp::create(builder, type, weight);
  return arith::SubIOp::create(builder, number,
                               createNumber(builder, type, 128));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

namespace {

/// Builds the sums of some outputs, from `first` on: of bytes those of whole
/// words as a vector, the others one by one.
class BlockSums {
public:
  BlockSums(const BlockPlan &plan, Value events, Value weights, Value sums,
            Value first)
      : plan(plan), events(events), weights(weights), sums(sums), first(first),
        lanes(plan.outputs - plan.outputs % kPerWord),
        singles(plan.outputs - lanes) {}

  void build(ImplicitLocOpBuilder &builder);

private:
  SmallVector<Value> createInitial(ImplicitLocOpBuilder &builder);
  SmallVector<Value> addRow(ImplicitLocOpBuilder &builder, Value input,
                            ValueRange current);
  Value addLanes(ImplicitLocOpBuilder &builder, Value input, Value current);
  Value addSingle(ImplicitLocOpBuilder &builder, Value input, int64_t offset,
                  Value current);
  void store(ImplicitLocOpBuilder &builder, ValueRange found);
  void storeSum(ImplicitLocOpBuilder &builder, Value sum, int64_t offset);
  void storeLanes(ImplicitLocOpBuilder &builder, Value found);
  Value getPosition(ImplicitLocOpBuilder &builder, int64_t offset) {
    return arith::AddIOp::create(builder, first, index(builder, offset));
  }
  static Value index(ImplicitLocOpBuilder &builder, int64_t value) {
    return arith::ConstantIndexOp::create(builder, value);
  }

  const BlockPlan &plan;
  Value events, weights, sums;
  Value first;
  int64_t lanes, singles;
};

} // namespace

SmallVector<Value> BlockSums::createInitial(ImplicitLocOpBuilder &builder) {
  SmallVector<Value> initial;
  if (lanes != 0) {
    auto type = VectorType::get(lanes, builder.getI16Type());
    initial.push_back(
        arith::ConstantOp::create(builder, builder.getZeroAttr(type)));
  }
  for (int64_t single = 0; single < singles; ++single)
    initial.push_back(createNumber(builder, builder.getI32Type(), 0));
  return initial;
}

Value BlockSums::addLanes(ImplicitLocOpBuilder &builder, Value input,
                          Value current) {
  auto bytes = VectorType::get(lanes, builder.getI8Type());
  auto row =
      vector::LoadOp::create(builder, bytes, weights, ValueRange{input, first});
  if (plan.alignment > 1)
    row.setAlignment(plan.alignment);
  Value terms = row;
  if (plan.isFlipped) {
    auto sign = builder.getIntegerAttr(builder.getI8Type(), -128);
    Value signs = arith::ConstantOp::create(
        builder, DenseElementsAttr::get(bytes, Attribute(sign)));
    terms = arith::XOrIOp::create(builder, row, signs);
  }
  terms = arith::ExtSIOp::create(builder, current.getType(), terms);
  return arith::AddIOp::create(builder, current, terms,
                               arith::IntegerOverflowFlags::nsw);
}

Value BlockSums::addSingle(ImplicitLocOpBuilder &builder, Value input,
                           int64_t offset, Value current) {
  Value term = memref::LoadOp::create(
      builder, weights, ValueRange{input, getPosition(builder, offset)});
  if (plan.isFlipped)
    term = extendFlipped(builder, term, current.getType());
  else
    term = arith::ExtSIOp::create(builder, current.getType(), term);
  return createAdd(builder, current, term);
}

SmallVector<Value> BlockSums::addRow(ImplicitLocOpBuilder &builder, Value input,
                                     ValueRange current) {
  SmallVector<Value> next;
  if (lanes != 0)
    next.push_back(addLanes(builder, input, current.front()));
  for (auto [index, sum] : llvm::enumerate(current.drop_front(next.size())))
    next.push_back(
        addSingle(builder, input, lanes + static_cast<int64_t>(index), sum));
  return next;
}

void BlockSums::storeSum(ImplicitLocOpBuilder &builder, Value sum,
                         int64_t offset) {
  Type storage = cast<MemRefType>(sums.getType()).getElementType();
  Value position = getPosition(builder, offset);
  auto extend = [&](Value value) -> Value {
    Type wide = builder.getI32Type();
    return value.getType() == wide
               ? value
               : arith::ExtSIOp::create(builder, wide, value);
  };
  if (plan.addsToSums) {
    Value old = memref::LoadOp::create(builder, sums, position);
    sum = arith::AddIOp::create(builder, extend(old), extend(sum));
  } else if (storage.isInteger(32)) {
    sum = extend(sum);
  }
  memref::StoreOp::create(builder, castToStorage(builder, sum, storage), sums,
                          position);
}

void BlockSums::storeLanes(ImplicitLocOpBuilder &builder, Value found) {
  Type storage = cast<MemRefType>(sums.getType()).getElementType();
  if (!storage.isInteger(16)) {
    for (int64_t lane = 0; lane < lanes; ++lane)
      storeSum(builder, vector::ExtractOp::create(builder, found, lane), lane);
    return;
  }
  if (plan.addsToSums) {
    Value old = vector::LoadOp::create(
        builder, cast<VectorType>(found.getType()), sums, ValueRange{first});
    // All that was there and is added fits.
    found = arith::AddIOp::create(builder, old, found);
  }
  vector::StoreOp::create(builder, found, sums, ValueRange{first});
}

void BlockSums::store(ImplicitLocOpBuilder &builder, ValueRange found) {
  if (lanes != 0)
    storeLanes(builder, found.front());
  for (auto [index, sum] : llvm::enumerate(found.take_back(singles)))
    storeSum(builder, sum, lanes + static_cast<int64_t>(index));
}

void BlockSums::build(ImplicitLocOpBuilder &builder) {
  Location loc = builder.getLoc();
  Type indexType = builder.getIndexType();
  SmallVector<Value> carried = {index(builder, 0)};
  llvm::append_range(carried, createInitial(builder));
  SmallVector<Type> types = llvm::to_vector(ValueRange(carried).getTypes());
  types.push_back(indexType);
  int64_t inputs = cast<MemRefType>(weights.getType()).getDimSize(0);
  auto loop = scf::WhileOp::create(
      builder, nameLocal(builder, "e"), types, carried,
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder before(loc, nested);
        Value event = memref::LoadOp::create(before, events, values.front());
        Value input = arith::IndexCastUIOp::create(
            before, nameLocal(before, "i"), indexType, event);
        Value isThere = arith::CmpIOp::create(before, arith::CmpIPredicate::ne,
                                              input, index(before, inputs));
        SmallVector<Value> handed = llvm::to_vector(values);
        handed.push_back(input);
        scf::ConditionOp::create(before, isThere, handed);
      },
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder after(loc, nested);
        SmallVector<Value> next = {
            arith::AddIOp::create(after, values.front(), index(after, 1))};
        llvm::append_range(next, addRow(after, values.back(),
                                        values.drop_front().drop_back()));
        scf::YieldOp::create(after, next);
      });
  store(builder, loop.getResults().drop_front().drop_back());
}

void snn::alignToWords(SymbolTable &symbols, Value table) {
  auto use = table.getDefiningOp<memref::GetGlobalOp>();
  symbols.lookup<memref::GlobalOp>(use.getName()).setAlignment(kPerWord);
}

void snn::addBlocks(ImplicitLocOpBuilder &builder, const BlockPlan &plan,
                    Value events, Value weights, Value sums) {
  int64_t outputs = cast<MemRefType>(weights.getType()).getDimSize(1);
  auto constant = [](ImplicitLocOpBuilder &at, int64_t value) -> Value {
    return arith::ConstantIndexOp::create(at, value);
  };
  scf::ForOp::create(
      builder, nameLocal(builder, "n"), constant(builder, 0),
      constant(builder, outputs), constant(builder, plan.outputs), ValueRange(),
      [&](OpBuilder &nested, Location loc, Value n, ValueRange) {
        ImplicitLocOpBuilder body(loc, nested);
        // The last block has sums of the one before, where there is a rest.
        if (outputs % plan.outputs != 0)
          n = arith::MinUIOp::create(body, nameLocal(body, "first"), n,
                                     constant(body, outputs - plan.outputs));
        BlockSums(plan, events, weights, sums, n).build(body);
        scf::YieldOp::create(body);
      });
}
