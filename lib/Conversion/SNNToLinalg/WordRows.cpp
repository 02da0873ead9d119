//===- WordRows.cpp - Rows added to sums in words -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WordRows.h"
#include "BlockSums.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace snn;

/// Weights in a word, and bytes of one.
static constexpr int64_t kWord = 4;
/// Weights that are added in a turn of a loop.
static constexpr int64_t kTurn = 8;
/// The longest row that is added without a loop.
static constexpr int64_t kLongestRow = 24;
/// Sums of 16 bits have this, too, where they are biased.
static constexpr int64_t kBias = std::numeric_limits<int16_t>::min();

std::optional<WordPlan>
snn::planWordRows(const ConvertSNNToLinalgOptions &options, int64_t outputs,
                  Type type, Type factor, Type storage, int64_t unit) {
  if (!options.words || outputs % kWord != 0 || !areBytes(type) ||
      !llvm::isPowerOf2_64(unit))
    return std::nullopt;
  WordPlan plan;
  plan.isShort = storage.isInteger(16);
  plan.shift = llvm::Log2_64(unit);
  // A byte without a sign is shifted within its half of a word.
  bool isShort = plan.isShort && plan.shift <= 8;
  // Products with more than 16 bits are no single instructions.
  unsigned bits = factor.getIntOrFloatBitWidth() + plan.shift;
  bool isWide =
      storage.isInteger(32) && (plan.shift == 0 ? bits <= 16 : bits <= 15);
  if (!isShort && !isWide)
    return std::nullopt;
  plan.isBiased = plan.isShort && options.flippedSigns;
  return plan;
}

std::optional<WordPlan>
snn::planWholeWordRows(const ConvertSNNToLinalgOptions &options,
                       int64_t outputs, Type type, Type storage, int64_t unit) {
  int64_t whole = outputs - outputs % kWord;
  Type spike = IntegerType::get(type.getContext(), 1);
  std::optional<WordPlan> plan =
      planWordRows(options, whole, type, spike, storage, unit);
  if (!plan || whole == 0)
    return std::nullopt;
  plan->isAligned = whole == outputs;
  bool canBeUnaligned = plan->isShort && !plan->isBiased;
  return plan->isAligned || canBeUnaligned ? plan : std::nullopt;
}

/// Which weight of four comes first, and so on; and which is where of those
/// that are stored so.
static constexpr int64_t kOrder[] = {0, 2, 1, 3};

Constant snn::orderWeights(const WordPlan &plan, const Constant &rows) {
  if (!plan.isShort)
    return rows;
  Constant ordered = plan.isBiased ? flipSigns(rows) : rows;
  if (ordered.isUniform())
    return ordered;
  int64_t size = ordered.shape.back(), whole = size - size % kWord;
  for (size_t row = 0; row < ordered.values.size(); row += size)
    for (int64_t first = 0; first < whole; first += kWord) {
      double *word = &ordered.values[row + first];
      const double four[kWord] = {word[0], word[1], word[2], word[3]};
      for (int64_t k = 0; k < kWord; ++k)
        word[k] = four[kOrder[k]];
    }
  return ordered;
}

static Value createSplat(ImplicitLocOpBuilder &builder, VectorType type,
                         int64_t value) {
  auto number = builder.getIntegerAttr(type.getElementType(), value);
  return arith::ConstantOp::create(
      builder, DenseElementsAttr::get(type, Attribute(number)));
}

/// Builds `body` for each `perTurn` of `count` elements, a multiple of those in
/// a word, and for the rest: it gets how many and the first of them.
static void createTurns(
    ImplicitLocOpBuilder &builder, int64_t count, int64_t perTurn,
    llvm::function_ref<void(ImplicitLocOpBuilder &, int64_t, Value)> body) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, value);
  };
  int64_t whole = count - count % perTurn;
  if (whole != 0)
    scf::ForOp::create(
        builder, nameLocal(builder, "k"), constant(0), constant(whole),
        constant(perTurn), ValueRange(),
        [&](OpBuilder &nested, Location loc, Value k, ValueRange) {
          ImplicitLocOpBuilder inner(builder.getLoc(), nested);
          body(inner, perTurn, k);
          scf::YieldOp::create(nested, loc);
        });
  if (whole != count)
    body(builder, kWord, constant(whole));
}

/// Stores `body` of each few of the sums at `position` and behind.
static void updateSums(
    ImplicitLocOpBuilder &builder, Value sums, SmallVector<Value> position,
    llvm::function_ref<Value(ImplicitLocOpBuilder &, VectorType, ValueRange)>
        body) {
  ArrayRef<int64_t> shape = cast<MemRefType>(sums.getType()).getShape();
  size_t dim = position.size();
  if (dim + 1 < shape.size()) {
    createLoop(builder, "n", shape[dim], Value(),
               [&](ImplicitLocOpBuilder &loop, Value n, Value) {
                 SmallVector<Value> next = position;
                 next.push_back(n);
                 updateSums(loop, sums, next, body);
                 return Value();
               });
    return;
  }
  createTurns(
      builder, shape.back(), kTurn,
      [&](ImplicitLocOpBuilder &turn, int64_t size, Value k) {
        SmallVector<Value> place = position;
        place.push_back(k);
        auto type = VectorType::get(size, turn.getI16Type());
        Value next = body(turn, type, place);
        vector::StoreOp::create(turn, next, sums, place).setAlignment(kWord);
      });
}

void snn::clearBiasedSums(ImplicitLocOpBuilder &builder, Value sums) {
  updateSums(builder, sums, {},
             [](ImplicitLocOpBuilder &turn, VectorType type, ValueRange) {
               return createSplat(turn, type, kBias);
             });
}

void snn::flipBias(ImplicitLocOpBuilder &builder, Value sums) {
  updateSums(builder, sums, {},
             [&](ImplicitLocOpBuilder &turn, VectorType type,
                 ValueRange place) -> Value {
               auto old = vector::LoadOp::create(turn, type, sums, place);
               old.setAlignment(kWord);
               return arith::XOrIOp::create(turn, old,
                                            createSplat(turn, type, kBias));
             });
}

/// Adds `size` of a row.
static void addPart(ImplicitLocOpBuilder &builder, const WordPlan &plan,
                    Value sums, ValueRange target, Value weights,
                    ValueRange source, Value factor, int64_t size) {
  auto bytes = VectorType::get(size, builder.getI8Type());
  Type element = plan.isShort ? builder.getI16Type() : builder.getI32Type();
  auto type = VectorType::get(size, element);
  auto row = vector::LoadOp::create(builder, bytes, weights, source);
  if (plan.isAligned)
    row.setAlignment(kWord);
  Value terms = row;
  if (plan.isBiased)
    terms = arith::XOrIOp::create(builder, terms,
                                  createSplat(builder, bytes, -128));
  if (plan.isShort) {
    SmallVector<int64_t> order;
    for (int64_t first = 0; first < size; first += kWord)
      for (int64_t offset : kOrder)
        order.push_back(first + offset);
    terms = vector::ShuffleOp::create(builder, terms, terms, order);
  }
  terms = arith::ExtSIOp::create(builder, type, terms);
  if (factor) {
    if (plan.isShort)
      factor = arith::TruncIOp::create(builder, element, factor);
    factor = vector::BroadcastOp::create(builder, type, factor);
    terms = arith::MulIOp::create(builder, terms, factor);
  } else if (plan.shift != 0) {
    terms = arith::ShLIOp::create(builder, terms,
                                  createSplat(builder, type, plan.shift));
  }
  auto old = vector::LoadOp::create(builder, type, sums, target);
  old.setAlignment(kWord);
  Value next = arith::AddIOp::create(builder, old, terms);
  vector::StoreOp::create(builder, next, sums, target).setAlignment(kWord);
}

/// `position`, and one dimension more.
static SmallVector<Value> extend(ValueRange position, Value index) {
  SmallVector<Value> extended(position);
  extended.push_back(index);
  return extended;
}

/// Adds one weight.
static void addSingle(ImplicitLocOpBuilder &builder, const WordPlan &plan,
                      Value sums, ValueRange target, Value weights,
                      ValueRange source) {
  Type number = builder.getI32Type();
  auto read = [&](Value memory, ValueRange position) -> Value {
    Value stored = memref::LoadOp::create(builder, memory, position);
    return arith::ExtSIOp::create(builder, number, stored);
  };
  Value sum = read(sums, target), term = read(weights, source);
  if (plan.shift != 0)
    term = createMul(builder, term,
                     createNumber(builder, number, 1 << plan.shift));
  sum = createAdd(builder, sum, term);
  memref::StoreOp::create(
      builder, castToStorage(builder, sum, builder.getI16Type()), sums, target);
}

void snn::addWordRow(ImplicitLocOpBuilder &builder, const WordPlan &plan,
                     Value sums, ValueRange target, Value weights,
                     ValueRange source, Value factor) {
  if (factor && plan.shift != 0)
    factor =
        createMul(builder, factor,
                  createNumber(builder, factor.getType(), 1 << plan.shift));
  int64_t size = cast<MemRefType>(weights.getType()).getShape().back();
  int64_t count = size - size % kWord;
  auto add = [&](ImplicitLocOpBuilder &turn, int64_t size, Value first) {
    addPart(turn, plan, sums, extend(target, first), weights,
            extend(source, first), factor, size);
  };
  if (count <= kLongestRow)
    add(builder, count, arith::ConstantIndexOp::create(builder, 0));
  else
    createTurns(builder, count, kTurn, add);
  for (int64_t single = count; single < size; ++single) {
    Value offset = indexConstant(builder, single);
    addSingle(builder, plan, sums, extend(target, offset), weights,
              extend(source, offset));
  }
}

bool snn::sumsInWords(const ConvertSNNToLinalgOptions &options,
                      int64_t channels, Type input, Type storage) {
  bool hasNoSign = input.isInteger(1) || input.isUnsignedInteger(8);
  return options.words && channels % kWord == 0 && hasNoSign &&
         storage.isInteger(16);
}

void snn::storeRowSum(ImplicitLocOpBuilder &builder, Value sums,
                      ValueRange target, Value x,
                      ArrayRef<SmallVector<Value>> positions) {
  auto xType = cast<MemRefType>(x.getType());
  createTurns(builder, xType.getShape().back(), kWord,
              [&](ImplicitLocOpBuilder &turn, int64_t size, Value first) {
                auto from = VectorType::get(size, xType.getElementType());
                auto type = VectorType::get(size, turn.getI16Type());
                Value sum;
                for (const SmallVector<Value> &position : positions) {
                  auto row = vector::LoadOp::create(turn, from, x,
                                                    extend(position, first));
                  row.setAlignment(kWord);
                  Value term = arith::ExtUIOp::create(turn, type, row);
                  sum = sum ? arith::AddIOp::create(turn, sum, term) : term;
                }
                vector::StoreOp::create(turn, sum, sums, extend(target, first))
                    .setAlignment(kWord);
              });
}
