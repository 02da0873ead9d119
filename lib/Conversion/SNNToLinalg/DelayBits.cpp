//===- DelayBits.cpp - Past spikes as bits --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DelayBits.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace snn;

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

/// The words with the fewest bits for `elements` spikes, the widest of these.
static unsigned chooseBits(int64_t elements) {
  auto used = [&](unsigned bits) {
    return llvm::alignTo(static_cast<uint64_t>(elements), bits);
  };
  unsigned best = 32;
  for (unsigned bits : {16u, 8u})
    if (used(bits) < used(best))
      best = bits;
  return best;
}

BitRing::BitRing(DelayOp op, unsigned bits)
    : context(op.getContext()), elements(op.getType().getNumElements()),
      slots(op.getMaxSteps()), bits(bits),
      words(llvm::divideCeil(elements, bits)) {}

/// Bytes of the rings in which every spike is a byte, and of their positions.
static int64_t getBytesOfRings(DelayOp op) {
  if (op.getSteps().isSplat())
    return op.getMaxSteps() * op.getType().getNumElements() + 4;
  int64_t bytes = 0;
  llvm::SmallDenseSet<int64_t> lengths;
  for (int64_t steps : op.getSteps().getValues<int64_t>()) {
    bytes += steps;
    lengths.insert(steps);
  }
  return bytes + 4 * static_cast<int64_t>(lengths.size());
}

std::optional<BitRing> BitRing::of(DelayOp op,
                                   const ConvertSNNToLinalgOptions &options) {
  bool isUniform = op.getSteps().isSplat();
  if (options.bitDelays < (isUniform ? 2 : 1) || op.getMinSteps() == 0 ||
      op.getMaxSteps() == 1 || !op.getType().getElementType().isInteger(1))
    return std::nullopt;
  for (const StateVariable &variable :
       cast<StatefulOpInterface>(op.getOperation()).getStateVariables()) {
    std::optional<Constant> initial = getConstant(variable.init);
    if (variable.init && !(initial && initial->isEverywhere(0)))
      return std::nullopt;
  }
  BitRing ring(op, chooseBits(op.getType().getNumElements()));
  // A few long delays among many short ones.
  if (ring.slots * ring.words * ring.bits / 8 + 4 > getBytesOfRings(op))
    return std::nullopt;
  return ring;
}

MemRefType BitRing::getStorageType() const {
  return MemRefType::get({slots * words}, IntegerType::get(context, bits));
}

MemRefType BitRing::getPositionType() const {
  unsigned width = slots <= 256 ? 8 : slots <= 65536 ? 16 : 32;
  return MemRefType::get({1}, IntegerType::get(context, width));
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

static Value index(ImplicitLocOpBuilder &builder, int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

static Value extend(ImplicitLocOpBuilder &builder, Value word) {
  Type wide = builder.getI32Type();
  return word.getType() == wide ? word
                                : arith::ExtUIOp::create(builder, wide, word);
}

void BitRing::visitWords(
    ImplicitLocOpBuilder &builder,
    llvm::function_ref<void(ImplicitLocOpBuilder &, Value)> body) const {
  if (words == 1)
    return body(builder, index(builder, 0));
  scf::ForOp::create(
      builder, nameLocal(builder, "w"), index(builder, 0),
      index(builder, words), index(builder, 1), ValueRange(),
      [&](OpBuilder &nested, Location loc, Value word, ValueRange) {
        ImplicitLocOpBuilder loop(loc, nested);
        body(loop, word);
        scf::YieldOp::create(loop);
      });
}

Value BitRing::countBits(ImplicitLocOpBuilder &builder, Value word) const {
  Value most = index(builder, std::min<int64_t>(elements, bits));
  if (words == 1 || elements % bits == 0)
    return most;
  Value first = arith::MulIOp::create(builder, word, index(builder, bits));
  Value left = arith::SubIOp::create(builder, index(builder, elements), first);
  return arith::MinUIOp::create(builder, nameLocal(builder, "count"), left,
                                most);
}

Value BitRing::visitBits(
    ImplicitLocOpBuilder &builder, Value word, Value initial,
    llvm::function_ref<Value(ImplicitLocOpBuilder &, Value, Value, Value)> body)
    const {
  Value end = countBits(builder, word);
  Value first = arith::MulIOp::create(builder, word, index(builder, bits));
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "k"), index(builder, 0), end,
      index(builder, 1), initial ? ValueRange(initial) : ValueRange(),
      [&](OpBuilder &nested, Location loc, Value k, ValueRange carried) {
        ImplicitLocOpBuilder inner(loc, nested);
        Value element = arith::AddIOp::create(inner, first, k);
        Value bit = arith::IndexCastUIOp::create(inner, inner.getI32Type(), k);
        Value next = body(inner, element, bit,
                          carried.empty() ? Value() : carried.front());
        scf::YieldOp::create(inner, next ? ValueRange(next) : ValueRange());
      });
  return initial ? loop.getResult(0) : Value();
}

Value BitRing::readPosition(ImplicitLocOpBuilder &builder,
                            Value position) const {
  Value stored = memref::LoadOp::create(builder, position, index(builder, 0));
  return arith::IndexCastUIOp::create(builder, nameLocal(builder, "oldest"),
                                      builder.getIndexType(), stored);
}

Value BitRing::loadPast(ImplicitLocOpBuilder &builder, Value past,
                        Value position, Value steps, Value word) const {
  Value end = index(builder, slots);
  Value ahead = arith::AddIOp::create(builder, position, end);
  Value slot =
      arith::SubIOp::create(builder, nameLocal(builder, "slot"), ahead, steps);
  Value isBeyond =
      arith::CmpIOp::create(builder, arith::CmpIPredicate::uge, slot, end);
  Value wrapped = arith::SubIOp::create(builder, slot, end);
  slot = arith::SelectOp::create(builder, nameLocal(builder, "slot"), isBeyond,
                                 wrapped, slot);
  Value at = arith::MulIOp::create(builder, slot, index(builder, words));
  at = arith::AddIOp::create(builder, at, word);
  return extend(builder, memref::LoadOp::create(builder, past, at));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

LogicalResult BitRing::lowerRead(DelayOp op, StepContext &context) const {
  SmallVector<Value> states = context.states.lookup(op);
  LayerBuilder layer(context.symbols, context.step, op, "_read");
  Value past = layer.addArgument("past", states[0]);
  Value positionBuffer = layer.addArgument("position", states[1]);
  Value y = layer.addFlatArgument("y", context.bufferOf(op.getResult()));
  layer.setComment("Delays of up to " + Twine(slots) +
                   " steps; a bit of past for each spike.\n  y[n](t) = x[n](t "
                   "- steps[n])");
  ImplicitLocOpBuilder &builder = layer.body();
  Value position = readPosition(builder, positionBuffer);

  SmallVector<int64_t> delays(op.getSteps().getValues<int64_t>());
  if (op.getSteps().isSplat())
    delays.assign(elements, slots);
  SmallVector<int64_t> steps = delays;
  llvm::sort(steps);
  steps.erase(llvm::unique(steps), steps.end());
  int64_t count = steps.size();
  Value stepsTable, masksTable;
  if (count > 1) {
    // [step, word]
    Constant masks;
    masks.elementType = builder.getI32Type();
    masks.shape = {count * words};
    masks.values.assign(count * words, 0);
    for (auto [element, delay] : llvm::enumerate(delays)) {
      int64_t group = llvm::lower_bound(steps, delay) - steps.begin();
      double &mask = masks.values[group * words + element / bits];
      mask += static_cast<double>(int64_t(1) << (element % bits));
    }
    for (double &mask : masks.values)
      mask = static_cast<int32_t>(static_cast<uint32_t>(mask));
    Constant distinct;
    distinct.elementType = IntegerType::get(this->context, 32);
    distinct.shape = {count};
    distinct.values.assign(steps.begin(), steps.end());
    stepsTable = getTable(layer.constantTensor(distinct, "steps"));
    masksTable = getTable(layer.constantTensor(masks, "masks"));
  }
  visitWords(builder, [&](ImplicitLocOpBuilder &loop, Value word) {
    Value found;
    if (count == 1) {
      found = loadPast(loop, past, position, index(loop, steps.front()), word);
    } else {
      auto groups = scf::ForOp::create(
          loop, nameLocal(loop, "d"), index(loop, 0), index(loop, count),
          index(loop, 1), createNumber(loop, loop.getI32Type(), 0),
          [&](OpBuilder &nested, Location loc, Value group, ValueRange sum) {
            ImplicitLocOpBuilder inner(loc, nested);
            Value ago = arith::IndexCastUIOp::create(
                inner, inner.getIndexType(),
                memref::LoadOp::create(inner, stepsTable, group));
            Value at = arith::MulIOp::create(inner, group, index(inner, words));
            at = arith::AddIOp::create(inner, at, word);
            Value mask = memref::LoadOp::create(inner, masksTable, at);
            Value all = loadPast(inner, past, position, ago, word);
            Value own = arith::AndIOp::create(inner, all, mask);
            scf::YieldOp::create(inner, ValueRange(arith::XOrIOp::create(
                                            inner, nameLocal(inner, "spikes"),
                                            sum.front(), own)));
          });
      found = groups.getResult(0);
    }
    visitBits(
        loop, word, Value(),
        [&](ImplicitLocOpBuilder &inner, Value element, Value bit, Value) {
          Value shifted = arith::ShRUIOp::create(inner, found, bit);
          Value one = createNumber(inner, inner.getI32Type(), 1);
          Value last = arith::AndIOp::create(inner, shifted, one);
          Value spike =
              arith::CmpIOp::create(inner, arith::CmpIPredicate::ne, last,
                                    createNumber(inner, inner.getI32Type(), 0));
          memref::StoreOp::create(inner, spike, y, element);
          return Value();
        });
  });
  layer.finish();
  return success();
}

LogicalResult BitRing::lowerWrite(DelayOp op, StepContext &context) const {
  SmallVector<Value> states = context.states.lookup(op);
  LayerBuilder layer(context.symbols, context.step, op, "_write");
  Value x = layer.addFlatArgument("x", context.bufferOf(op.getInput()));
  Value past = layer.addArgument("past", states[0]);
  Value positionBuffer = layer.addArgument("position", states[1]);
  layer.setComment("Remembers this step's spikes for the delays.");
  ImplicitLocOpBuilder &builder = layer.body();
  Value position = readPosition(builder, positionBuffer);
  visitWords(builder, [&](ImplicitLocOpBuilder &loop, Value word) {
    // From the top: every step moves what is there down by one.
    Type wide = loop.getI32Type();
    auto number = [&](ImplicitLocOpBuilder &at, int64_t value) {
      return createNumber(at, wide, static_cast<double>(value));
    };
    Value spikes =
        visitBits(loop, word, number(loop, 0),
                  [&](ImplicitLocOpBuilder &inner, Value element, Value,
                      Value carried) -> Value {
                    Value top = arith::SelectOp::create(
                        inner, memref::LoadOp::create(inner, x, element),
                        number(inner, std::numeric_limits<int32_t>::min()),
                        number(inner, 0));
                    Value moved = arith::ShRUIOp::create(inner, carried,
                                                         number(inner, 1));
                    return arith::XOrIOp::create(
                        inner, nameLocal(inner, "spikes"), moved, top);
                  });
    Value unused =
        arith::SubIOp::create(loop, index(loop, 32), countBits(loop, word));
    spikes = arith::ShRUIOp::create(
        loop, spikes, arith::IndexCastUIOp::create(loop, wide, unused));
    Value at = arith::MulIOp::create(loop, position, index(loop, words));
    at = arith::AddIOp::create(loop, at, word);
    Type storage = loop.getIntegerType(bits);
    if (bits < 32)
      spikes = arith::TruncIOp::create(loop, storage, spikes,
                                       arith::IntegerOverflowFlags::nuw);
    memref::StoreOp::create(loop, spikes, past, at);
  });
  Value next = arith::AddIOp::create(builder, nameLocal(builder, "next"),
                                     position, index(builder, 1));
  Value isEnd = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, next,
                                      index(builder, slots));
  Value wrapped =
      arith::SelectOp::create(builder, isEnd, index(builder, 0), next);
  Value stored = arith::IndexCastUIOp::create(
      builder, getPositionType().getElementType(), wrapped);
  memref::StoreOp::create(builder, stored, positionBuffer, index(builder, 0));
  layer.finish();
  return success();
}
