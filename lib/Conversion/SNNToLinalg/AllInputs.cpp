//===- AllInputs.cpp - Convolutions that visit all inputs -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AllInputs.h"
#include "NeuronArithmetic.h"
#include "Synapses.h"
#include "VectorRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace snn;

/// Channels of neighbouring outputs whose sums are in registers, and how many
/// outputs these are.
static constexpr int64_t kMostSums = 64;
static constexpr int64_t kMostTogether = 8;
/// An addition of a patch, with its load and store of the sum, takes as long as
/// so many to sums in registers.
static constexpr int64_t kPatchCost = 2;
/// Fewer events are no work.
static constexpr int64_t kFewEvents = 32;

static bool changesZeros(const Constant &weight,
                         const std::optional<Constant> &bias) {
  auto isNegativeZero = [](double value) {
    return value == 0.0 && std::signbit(value);
  };
  return !llvm::all_of(weight.values, [](double value) {
    return std::isfinite(value);
  }) || (bias && llvm::any_of(bias->values, isNegativeZero));
}

/// Whether what a signal holds are natural numbers of 15 bits.
static bool areNatural(Type element) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    return quantized.getStorageTypeMin() >= 0 &&
           quantized.getStorageTypeMax() <= std::numeric_limits<int16_t>::max();
  return element.isInteger(1) || element.isUnsignedInteger(8);
}

/// What an input is at most, of those that are natural numbers.
static int64_t getMostInput(Value signal) {
  Value source = getEventSource(signal);
  if (auto neuron = source.getDefiningOp<NeuronOpInterface>();
      neuron && source == neuron.getOutput("spikes"))
    return getMostSpikes(neuron);
  return getLargestInteger(getElementTypeOrSelf(source.getType()));
}

/// The bits of factors of which a sum of `storage` has two pairs: half of its
/// own. 0 if the products of two input channels cannot be added at a time:
/// channels are left, or a factor has more bits. Inputs have one bit less, so
/// two products fit.
static unsigned getPairBits(const Constant &weight, int64_t most,
                            Type storage) {
  unsigned bits = storage.getIntOrFloatBitWidth() / 2;
  bool fits = llvm::all_of(weight.values, [&](double value) {
    return llvm::isIntN(bits, static_cast<int64_t>(value));
  });
  bool isEven = weight.shape[1] % 2 == 0;
  return fits && isEven && most <= llvm::maxIntN(bits) ? bits : 0;
}

std::optional<AllInputsPlan>
AllInputsPlan::of(SynapseOpInterface op, const PatchPlan &patches,
                  const ConvertSNNToLinalgOptions &options) {
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  Type element = getElementTypeOrSelf(op.getInput());
  auto quantized = dyn_cast<quant::QuantizedType>(element);
  int64_t channels = patches.getChannels();
  Constant weight = *getConstant(op.getWeight());
  std::optional<Constant> bias;
  if (op.getBias())
    bias = getConstant(op.getBias());
  if (channels % 4 != 0 || channels > kMostSums || changesZeros(weight, bias) ||
      (quantized && quantized.getStorageTypeIntegralWidth() > 16))
    return std::nullopt;
  AllInputsPlan plan(patches);
  plan.turns = input.back();
  plan.isChannelsFirst = getEventOrder(op)->isChannelsFirst;
  for (auto [dim, size] : llvm::zip(patches.getDims(), input)) {
    int64_t seen = (dim.outputs - 1) * dim.window.stride + dim.window.size;
    plan.map.push_back(size);
    plan.sizes.push_back(std::max(seen, size + dim.window.low));
  }
  plan.together = std::min(
      {kMostTogether, kMostSums / channels, patches.getDims().back().outputs});
  Type storage =
      getStorageType(cast<RankedTensorType>(op->getResult(0).getType()))
          .getElementType();
  if (storage.isSignlessInteger() && areNatural(element))
    plan.vectors = planVectorRows(
        options, channels, getElementTypeOrSelf(op.getWeight()), storage);
  // What is added in memory must not overlap.
  if (plan.vectors && channels % plan.vectors->least != 0)
    plan.vectors.reset();
  plan.areTwice = plan.vectors && storage.isInteger(16);
  int64_t events = plan.getLeastEvents();
  if (events < kFewEvents || events >= op.getInput().getType().getNumElements())
    return std::nullopt;
  if (plan.vectors && options.pairProducts)
    plan.pairBits = getPairBits(weight, getMostInput(op.getInput()), storage);
  if (plan.arePairs())
    plan.turns /= 2;
  return plan;
}

int64_t AllInputsPlan::getLeastEvents() const {
  int64_t all = turns, patch = kPatchCost;
  for (const PatchDim &dim : patches.getDims()) {
    all *= dim.outputs * dim.window.size;
    patch *= dim.taps;
  }
  return all / patch;
}

MemRefType AllInputsPlan::getInputType(Type sums) const {
  int64_t elements = turns;
  for (int64_t size : sizes)
    elements *= size;
  Type element = getElementTypeOrSelf(sums);
  // Processors fill vectors with a word of memory as they load it.
  if (isa<IntegerType>(element))
    element = IntegerType::get(sums.getContext(), vectors ? 32 : 16);
  return MemRefType::get({elements}, element);
}

/// Where the input at `position`, in the order of events, is among those with
/// zeros around them.
Value AllInputsPlan::getPlace(ImplicitLocOpBuilder &builder,
                              ArrayRef<Value> position) const {
  Value place;
  for (auto [at, size] :
       llvm::zip_equal(position, inEventOrder<int64_t>(sizes, turns))) {
    if (place)
      place = arith::AddIOp::create(
          builder,
          arith::MulIOp::create(builder, place, indexConstant(builder, size)),
          at);
    else
      place = at;
  }
  return place;
}

void AllInputsPlan::storeAll(ImplicitLocOpBuilder &builder, Value values,
                             Type type, Value inputs) const {
  linalg::FillOp::create(
      builder, createNumber(builder, getElementTypeOrSelf(inputs), 0), inputs);
  SmallVector<int64_t> shape =
      inEventOrder<int64_t>(map, arePairs() ? 2 * turns : turns);
  Value ordered = reshapeBuffer(builder, builder.getLoc(), values, shape);
  storeRest(builder, ordered, type, {}, inputs);
}

/// Stores the values whose position begins with `position`.
Value AllInputsPlan::storeRest(ImplicitLocOpBuilder &builder, Value values,
                               Type type, SmallVector<Value> position,
                               Value inputs) const {
  SmallVector<int64_t> shape = inEventOrder<int64_t>(map, turns);
  if (position.size() < shape.size())
    return createLoop(builder, "n", shape[position.size()], Value(),
                      [&](ImplicitLocOpBuilder &loop, Value index, Value) {
                        SmallVector<Value> next = position;
                        next.push_back(index);
                        return storeRest(loop, values, type, next, inputs);
                      });
  auto getNumber = [&](ValueRange at) {
    return castToNumber(builder, memref::LoadOp::create(builder, values, at),
                        type, getElementTypeOrSelf(inputs));
  };
  auto scale = [&](Value number, int64_t factor) {
    return createMul(builder, number,
                     createNumber(builder, number.getType(), factor));
  };
  Value number;
  if (arePairs()) {
    SmallVector<Value> at(position);
    Value &channel = isChannelsFirst ? at.front() : at.back();
    channel =
        arith::MulIOp::create(builder, channel, indexConstant(builder, 2));
    Value even = getNumber(at);
    channel =
        arith::AddIOp::create(builder, channel, indexConstant(builder, 1));
    number =
        createAdd(builder, even, scale(getNumber(at), int64_t(1) << pairBits));
  } else {
    number = getNumber(position);
  }
  // For sums of 16 bits in both halves of a word.
  constexpr int64_t kTwice = (1 << 16) + 1;
  if (areTwice)
    number = scale(number, kTwice);
  for (auto [index, dim] : llvm::enumerate(patches.getDims())) {
    Value &at = position[index + (isChannelsFirst ? 1 : 0)];
    at = arith::AddIOp::create(builder, at,
                               indexConstant(builder, dim.window.low));
  }
  memref::StoreOp::create(builder, number, inputs, getPlace(builder, position));
  return Value();
}

/// Visits the positions of the kernel and the channels of the input in the
/// order of events. `position` is what is known of them: first channels if
/// these come first.
Value AllInputsPlan::visitKernel(
    ImplicitLocOpBuilder &builder, SmallVector<Value> position,
    llvm::function_ref<void(ImplicitLocOpBuilder &, ValueRange)> body) const {
  size_t rank = patches.getDims().size(), known = position.size();
  if (known > rank) {
    body(builder, position);
    return Value();
  }
  size_t channel = isChannelsFirst ? 0 : rank;
  size_t dim = isChannelsFirst ? known - 1 : known;
  bool isChannel = known == channel;
  static constexpr StringLiteral kNames[] = {"p", "q"};
  return createLoop(builder, isChannel ? "c" : kNames[dim],
                    isChannel ? turns : patches.getDims()[dim].window.size,
                    Value(),
                    [&](ImplicitLocOpBuilder &loop, Value index, Value) {
                      SmallVector<Value> next = position;
                      next.push_back(index);
                      return visitKernel(loop, next, body);
                    });
}

Constant AllInputsPlan::getPairs(const Constant &weight) const {
  SmallVector<int64_t> shape = {turns};
  for (const PatchDim &dim : patches.getDims())
    shape.push_back(dim.window.size);
  llvm::append_range(shape, ArrayRef<int64_t>{patches.getChannels(), 2});
  Type type = IntegerType::get(weight.elementType.getContext(), pairBits);
  Constant pairs = makeConstant(shape, type, [&](ArrayRef<int64_t> position) {
    ArrayRef<int64_t> last = position.take_back(2);
    SmallVector<int64_t> source = {last[0], 2 * position.front() + last[1]};
    llvm::append_range(source, position.drop_front().drop_back(2));
    return getElement(weight, source);
  });
  pairs.shape.pop_back();
  pairs.shape.back() *= 2;
  return pairs;
}

void AllInputsPlan::addAll(ImplicitLocOpBuilder &builder, Value table,
                           Type type, Value inputs, Value bias,
                           Value sums) const {
  ArrayRef<PatchDim> dims = patches.getDims();
  int64_t channels = patches.getChannels();
  Type storage = getElementTypeOrSelf(sums);
  Type compute = isa<FloatType>(storage) ? storage : builder.getI32Type();
  auto product = [](ImplicitLocOpBuilder &at, Value a, int64_t b) -> Value {
    return arith::MulIOp::create(at, a, indexConstant(at, b));
  };
  auto sum = [](ImplicitLocOpBuilder &at, Value a, Value b) -> Value {
    return arith::AddIOp::create(at, a, b);
  };

  // Where channel `k` of the n-th output from `output` on is.
  auto getOutput = [&](ImplicitLocOpBuilder &at, ValueRange output, int64_t n,
                       Value k) {
    SmallVector<Value> place(output);
    Value column = sum(at, place.back(), indexConstant(at, n));
    place.back() = sum(at, product(at, column, channels), k);
    return place;
  };
  auto begin = [&](ImplicitLocOpBuilder &outer, ValueRange output) {
    createLoop(outer, "k", channels, Value(),
               [&](ImplicitLocOpBuilder &loop, Value k, Value) {
                 Value number = bias;
                 if (isa<MemRefType>(bias.getType()))
                   number = memref::LoadOp::create(loop, bias, k);
                 for (int64_t n = 0; n < together; ++n)
                   memref::StoreOp::create(loop, number, sums,
                                           getOutput(loop, output, n, k));
                 return Value();
               });
  };
  // The same products of `lanes` channels from `k` on, in vectors.
  auto addVectors = [&](ImplicitLocOpBuilder &at, ValueRange output,
                        ArrayRef<Value> source, Value column, Value k,
                        int64_t lanes, ArrayRef<Value> factors) {
    auto vector = VectorType::get(lanes, storage);
    SmallVector<Value> from(source);
    from.push_back(sum(at, column, k));
    Value weights = vector::LoadOp::create(
        at, VectorType::get(lanes, getElementTypeOrSelf(table)), table, from);
    if (weights.getType() != vector)
      weights = arith::ExtSIOp::create(at, vector, weights);
    for (auto [n, factor] : llvm::enumerate(factors)) {
      SmallVector<Value> to = getOutput(at, output, static_cast<int64_t>(n), k);
      auto words = VectorType::get(areTwice ? lanes / 2 : lanes, compute);
      Value times = vector::BroadcastOp::create(at, words, factor);
      // Processors multiply what they know to be 15 bits as they do 16.
      if (areTwice)
        times = vector::BitCastOp::create(at, vector, times);
      else
        times = arith::AndIOp::create(
            at, times,
            createNumber(at, vector, std::numeric_limits<int16_t>::max()));
      Value product = arith::MulIOp::create(at, weights, times);
      Value old = vector::LoadOp::create(at, vector, sums, to);
      vector::StoreOp::create(at, arith::AddIOp::create(at, old, product), sums,
                              to);
    }
  };
  // The same of two input channels.
  auto addPairs = [&](ImplicitLocOpBuilder &at, ValueRange output,
                      ArrayRef<Value> source, Value k, int64_t lanes,
                      ArrayRef<Value> factors) {
    auto vector = VectorType::get(lanes, storage);
    auto both = VectorType::get(2 * lanes, storage);
    auto halves = VectorType::get(2 * lanes, at.getIntegerType(pairBits));
    auto words = VectorType::get(areTwice ? lanes / 2 : lanes, compute);
    SmallVector<Value> from(source);
    from.push_back(product(at, k, 2));
    Value weights = arith::ExtSIOp::create(
        at, both,
        vector::LoadOp::create(at, nameLocal(builder, "weight"), halves, table,
                               from));
    for (auto [n, factor] : llvm::enumerate(factors)) {
      SmallVector<Value> to = getOutput(at, output, static_cast<int64_t>(n), k);
      Value times = vector::BitCastOp::create(
          at, nameLocal(builder, "inputs"), halves,
          vector::BroadcastOp::create(at, words, factor));
      // Numbers of 15 bits have no sign that matters.
      times = pairBits == 8 ? Value(arith::ExtUIOp::create(at, both, times))
                            : arith::ExtSIOp::create(at, both, times);
      auto parts = vector::DeinterleaveOp::create(
          at, arith::MulIOp::create(at, weights, times));
      Value sum = arith::AddIOp::create(at, parts.getRes1(), parts.getRes2(),
                                        arith::IntegerOverflowFlags::nsw);
      Value old = vector::LoadOp::create(at, vector, sums, to);
      vector::StoreOp::create(at, arith::AddIOp::create(at, old, sum), sums,
                              to);
    }
  };
  // Adds one input channel, or two, at one position of the kernel to the
  // outputs from `output` on.
  auto addInputs = [&](ImplicitLocOpBuilder &inner, ValueRange output,
                       ValueRange position) {
    ValueRange kernel =
        isChannelsFirst ? position.drop_front() : position.drop_back();
    Value c = isChannelsFirst ? position.front() : position.back();
    SmallVector<Value> source = {c}, taps, at;
    if (arePairs())
      llvm::append_range(source, kernel);
    for (auto [dim, k, first] : llvm::zip_equal(dims, kernel, output)) {
      Value stride = indexConstant(inner, dim.window.stride);
      if (dim.window.stride > 1 && !arePairs())
        source.push_back(arith::RemUIOp::create(inner, k, stride));
      taps.push_back(
          arith::SubIOp::create(inner, indexConstant(inner, dim.taps - 1),
                                arith::DivUIOp::create(inner, k, stride)));
      at.push_back(sum(inner, product(inner, first, dim.window.stride), k));
    }
    Value column = product(inner, taps.pop_back_val(), channels);
    if (!arePairs())
      llvm::append_range(source, taps);
    SmallVector<Value> factors;
    for (int64_t n = 0; n < together; ++n) {
      SmallVector<Value> where = at;
      where.back() = sum(inner, where.back(),
                         indexConstant(inner, n * dims.back().window.stride));
      Value place = getPlace(inner, inEventOrder<Value>(where, c));
      inner.setLoc(nameLocal(builder, "xi"));
      factors.push_back(memref::LoadOp::create(inner, inputs, place));
      inner.setLoc(builder.getLoc());
    }
    if (vectors)
      return forVectorBlocks(
          inner, *vectors, channels, "k",
          [&](ImplicitLocOpBuilder &at, Value first,
              ArrayRef<VectorPart> parts) {
            for (const VectorPart &part : parts) {
              Value k = sum(at, first, indexConstant(at, part.offset));
              if (arePairs())
                addPairs(at, output, source, k, part.lanes, factors);
              else
                addVectors(at, output, source, column, k, part.lanes, factors);
            }
          });
    createLoop(
        inner, "k", channels, Value(),
        [&](ImplicitLocOpBuilder &loop, Value k, Value) {
          SmallVector<Value> from = source;
          from.push_back(sum(loop, column, k));
          Value weight = castToNumber(
              loop, memref::LoadOp::create(loop, table, from), type, compute);
          for (auto [n, factor] : llvm::enumerate(factors)) {
            SmallVector<Value> to =
                getOutput(loop, output, static_cast<int64_t>(n), k);
            Value old = memref::LoadOp::create(loop, sums, to);
            if (old.getType() != compute)
              old = arith::ExtSIOp::create(loop, compute, old);
            Value number = factor;
            if (number.getType() != compute)
              number = arith::ExtSIOp::create(loop, compute, number);
            Value next = createAdd(loop, old, createMul(loop, weight, number));
            memref::StoreOp::create(loop, castToStorage(loop, next, storage),
                                    sums, to);
          }
          return Value();
        });
  };

  auto addColumns = [&](ImplicitLocOpBuilder &outer, SmallVector<Value> row) {
    int64_t columns = dims.back().outputs;
    createLoop(
        outer, "n", llvm::divideCeil(columns, together), Value(),
        [&](ImplicitLocOpBuilder &loop, Value n, Value) {
          Value first = product(loop, n, together);
          // What two of them compute is the same.
          if (columns % together != 0)
            first =
                arith::MinUIOp::create(loop, nameLocal(loop, "first"), first,
                                       indexConstant(loop, columns - together));
          SmallVector<Value> output = row;
          output.push_back(first);
          begin(loop, output);
          return visitKernel(
              loop, {}, [&](ImplicitLocOpBuilder &inner, ValueRange position) {
                addInputs(inner, output, position);
              });
        });
  };
  if (dims.size() == 1)
    return addColumns(builder, {});
  createLoop(builder, "out_row", dims.front().outputs, Value(),
             [&](ImplicitLocOpBuilder &loop, Value row, Value) {
               addColumns(loop, {row});
               return Value();
             });
}
