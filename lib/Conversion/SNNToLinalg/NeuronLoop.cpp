//===- NeuronLoop.cpp - Neurons one after the other -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NeuronLoop.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace snn;

/// Neurons in a word of states.
static constexpr int64_t kPair = 2;
/// Neurons at most that are updated before their spikes are counted.
static constexpr int64_t kFew = 16;

static Type getStoredElement(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getElementType();
}

bool snn::arePairs(ArrayRef<int64_t> shape, const Update &update,
                   const NeuronModel &model, const NeuronBuffers &buffers) {
  constexpr int64_t kLeast = 32;
  if (ShapedType::getNumElements(shape) < kLeast || shape.back() < kPair)
    return false;
  auto isShort = [](Value buffer) {
    return getStoredElement(buffer).isInteger(16);
  };
  return update.voltage && isShort(buffers.inputs.front()) &&
         llvm::all_of(buffers.states, isShort);
}

namespace {
class NeuronLoop {
public:
  NeuronLoop(ArrayRef<int64_t> shape, const Update &update,
             const NeuronBuffers &buffers, NeuronBody body, QuietBody quiet,
             const LateBodies *late)
      : shape(shape), update(update), buffers(buffers), body(body),
        quiet(quiet), late(late) {}

  /// Updates all neurons, as many at a time; gives the number of events.
  Value visitAll(ImplicitLocOpBuilder &builder, int64_t lanes, Value count);

private:
  /// Those of the last dimension at `row`.
  Value visitRow(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                 Value count);
  /// The next neurons.
  Value visit(ImplicitLocOpBuilder &builder, int64_t lanes, Value row, Value n,
              Value count);
  Value visitAny(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                 Value n, Value count);
  void visitQuiet(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                  Value n);
  /// `size` neurons from the position `begin` on: first all are updated, then
  /// spikes are counted where there may be some.
  void visitLate(ImplicitLocOpBuilder &builder, Value row, Value begin,
                 int64_t size);
  void countLate(ImplicitLocOpBuilder &builder, Value row, Value n);
  /// What the body gets of them.
  std::pair<SmallVector<Value>, SmallVector<Value>>
  loadAll(ImplicitLocOpBuilder &builder, int64_t lanes, ValueRange position);
  Update getUpdate(int64_t lanes) const {
    Update own = update;
    if (lanes > 1)
      own.type = VectorType::get(lanes, update.type);
    return own;
  }
  Value load(ImplicitLocOpBuilder &builder, int64_t lanes, Value buffer,
             ValueRange position);
  void store(ImplicitLocOpBuilder &builder, Value value, Value buffer,
             ValueRange position);
  Value list(ImplicitLocOpBuilder &builder, Value spikes, Value row, Value n,
             Value count);
  Value listOne(ImplicitLocOpBuilder &builder, Value spike, Value row, Value n,
                Value count);
  static SmallVector<Value> getPosition(Value row, Value n) {
    return row ? SmallVector<Value>{row, n} : SmallVector<Value>{n};
  }

  ArrayRef<int64_t> shape;
  const Update &update;
  const NeuronBuffers &buffers;
  NeuronBody body;
  QuietBody quiet;
  const LateBodies *late;
};
} // namespace

static Value makeIndex(ImplicitLocOpBuilder &builder, int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

Value NeuronLoop::load(ImplicitLocOpBuilder &builder, int64_t lanes,
                       Value buffer, ValueRange position) {
  position = position.take_back(cast<MemRefType>(buffer.getType()).getRank());
  if (lanes == 1)
    return memref::LoadOp::create(builder, buffer, position);
  return vector::LoadOp::create(
      builder, VectorType::get(lanes, getStoredElement(buffer)), buffer,
      position);
}

void NeuronLoop::store(ImplicitLocOpBuilder &builder, Value value, Value buffer,
                       ValueRange position) {
  if (isa<VectorType>(value.getType()))
    vector::StoreOp::create(builder, value, buffer, position);
  else
    memref::StoreOp::create(builder, value, buffer, position);
}

Value NeuronLoop::listOne(ImplicitLocOpBuilder &builder, Value spike, Value row,
                          Value n, Value count) {
  return createBranch(
      builder, spike, count, [&](ImplicitLocOpBuilder &inner) -> Value {
        Value event = n;
        if (row)
          event = arith::AddIOp::create(
              inner,
              arith::MulIOp::create(inner, row, makeIndex(inner, shape.back())),
              n);
        storeEvent(inner, event, buffers.events, count);
        Value one = createNumber(inner, spike.getType(), 1);
        memref::StoreOp::create(inner, one, buffers.spikes,
                                getPosition(row, n));
        return arith::AddIOp::create(inner, count, makeIndex(inner, 1));
      });
}

Value NeuronLoop::list(ImplicitLocOpBuilder &builder, Value spikes, Value row,
                       Value n, Value count) {
  auto type = dyn_cast<VectorType>(spikes.getType());
  if (!type)
    return listOne(builder, spikes, row, n, count);
  // That one of them spikes is rare.
  Value any =
      vector::ReductionOp::create(builder, vector::CombiningKind::OR, spikes);
  return createBranch(
      builder, any, count, [&](ImplicitLocOpBuilder &inner) -> Value {
        Value listed = count;
        for (int64_t lane = 0; lane < type.getNumElements(); ++lane) {
          Value spike = vector::ExtractOp::create(inner, spikes, lane);
          Value at = arith::AddIOp::create(inner, n, makeIndex(inner, lane));
          listed = listOne(inner, spike, row, at, listed);
        }
        return listed;
      });
}

std::pair<SmallVector<Value>, SmallVector<Value>>
NeuronLoop::loadAll(ImplicitLocOpBuilder &builder, int64_t lanes,
                    ValueRange position) {
  auto loadEach = [&](ArrayRef<Value> from) {
    return llvm::map_to_vector(from, [&](Value buffer) {
      return load(builder, lanes, buffer, position);
    });
  };
  SmallVector<Value> inputs = loadEach(buffers.inputs);
  return {inputs, loadEach(buffers.states)};
}

Value NeuronLoop::visit(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                        Value n, Value count) {
  if (!quiet)
    return visitAny(builder, lanes, row, n, count);
  visitQuiet(builder, lanes, row, n);
  return count;
}

void NeuronLoop::visitQuiet(ImplicitLocOpBuilder &builder, int64_t lanes,
                            Value row, Value n) {
  SmallVector<Value> position = getPosition(row, n);
  auto [inputs, states] = loadAll(builder, lanes, position);
  auto [reaches, next] = quiet(builder, getUpdate(lanes), inputs, states);
  if (lanes > 1)
    reaches = vector::ReductionOp::create(builder, vector::CombiningKind::OR,
                                          reaches);
  scf::IfOp::create(
      builder, reaches,
      [&](OpBuilder &nested, Location loc) {
        ImplicitLocOpBuilder inner(builder.getLoc(), nested);
        if (lanes == 1) {
          (void)visitAny(inner, 1, row, n, Value());
        } else {
          Value end = arith::AddIOp::create(inner, n, makeIndex(inner, lanes));
          scf::ForOp::create(
              inner, nameLocal(inner, "k"), n, end, makeIndex(inner, 1),
              ValueRange(),
              [&](OpBuilder &each, Location, Value k, ValueRange) {
                ImplicitLocOpBuilder one(builder.getLoc(), each);
                (void)visitAny(one, 1, row, k, Value());
                scf::YieldOp::create(one);
              });
        }
        scf::YieldOp::create(nested, loc);
      },
      [&](OpBuilder &nested, Location loc) {
        ImplicitLocOpBuilder inner(builder.getLoc(), nested);
        store(inner, next, buffers.states.front(), position);
        scf::YieldOp::create(nested, loc);
      });
}

void NeuronLoop::countLate(ImplicitLocOpBuilder &builder, Value row, Value n) {
  SmallVector<Value> position = getPosition(row, n);
  auto [inputs, states] = loadAll(builder, 1, position);
  Value reaches =
      late->reaches(builder, getUpdate(1), inputs, states).front();
  scf::IfOp::create(
      builder, reaches, [&](OpBuilder &nested, Location loc) {
        ImplicitLocOpBuilder inner(builder.getLoc(), nested);
        auto [again, before] = loadAll(inner, 1, position);
        SmallVector<Value> results =
            late->count(inner, getUpdate(1), again, before);
        store(inner, results.front(), buffers.states.front(), position);
        store(inner, results.back(), buffers.spikes, position);
        scf::YieldOp::create(nested, loc);
      });
}

/// A loop over `count` neurons from `first` on, `lanes` at a time.
static void createFew(ImplicitLocOpBuilder &builder, StringRef name,
                      Value first, int64_t count, int64_t lanes,
                      llvm::function_ref<void(ImplicitLocOpBuilder &, Value)>
                          body) {
  Value end = arith::AddIOp::create(builder, first, makeIndex(builder, count));
  scf::ForOp::create(builder, nameLocal(builder, name), first, end,
                     makeIndex(builder, lanes), ValueRange(),
                     [&](OpBuilder &nested, Location, Value k, ValueRange) {
                       ImplicitLocOpBuilder inner(builder.getLoc(), nested);
                       body(inner, k);
                       scf::YieldOp::create(inner);
                     });
}

/// `then` where one of the two holds.
static void createWhereAny(ImplicitLocOpBuilder &builder, Value holds,
                           llvm::function_ref<void(ImplicitLocOpBuilder &)>
                               then) {
  Value any = vector::ReductionOp::create(builder, vector::CombiningKind::OR,
                                          holds);
  scf::IfOp::create(builder, any, [&](OpBuilder &nested, Location loc) {
    ImplicitLocOpBuilder inner(builder.getLoc(), nested);
    then(inner);
    scf::YieldOp::create(nested, loc);
  });
}

void NeuronLoop::visitLate(ImplicitLocOpBuilder &builder, Value row,
                           Value begin, int64_t size) {
  auto mask = VectorType::get(kPair, builder.getI1Type());
  Value none = arith::ConstantOp::create(builder, builder.getZeroAttr(mask));
  Value end = arith::AddIOp::create(builder, begin, makeIndex(builder, size));
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "n"), begin, end, makeIndex(builder, kPair),
      none, [&](OpBuilder &nested, Location, Value n, ValueRange carried) {
        ImplicitLocOpBuilder inner(builder.getLoc(), nested);
        SmallVector<Value> position = getPosition(row, n);
        auto [inputs, states] = loadAll(inner, kPair, position);
        auto [reaches, next] = quiet(inner, getUpdate(kPair), inputs, states);
        store(inner, next, buffers.states.front(), position);
        Value any = arith::OrIOp::create(inner, carried.front(), reaches);
        scf::YieldOp::create(inner, any);
      });
  createWhereAny(builder, loop.getResult(0), [&](ImplicitLocOpBuilder &some) {
    createFew(some, "n", begin, size, kPair,
              [&](ImplicitLocOpBuilder &pair, Value n) {
                auto [inputs, states] =
                    loadAll(pair, kPair, getPosition(row, n));
                Value reaches =
                    late->reaches(pair, getUpdate(kPair), inputs, states)
                        .front();
                createWhereAny(pair, reaches, [&](ImplicitLocOpBuilder &both) {
                  createFew(both, "k", n, kPair, 1,
                            [&](ImplicitLocOpBuilder &one, Value k) {
                              countLate(one, row, k);
                            });
                });
              });
  });
}

Value NeuronLoop::visitAny(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value row, Value n, Value count) {
  SmallVector<Value> position = getPosition(row, n);
  auto [inputs, states] = loadAll(builder, lanes, position);
  SmallVector<Value> results = body(builder, getUpdate(lanes), inputs, states);
  for (auto [value, buffer] : llvm::zip(results, buffers.states))
    store(builder, value, buffer, position);
  if (!buffers.spikes)
    return count;
  if (buffers.events)
    return list(builder, results.back(), row, n, count);
  store(builder, results.back(), buffers.spikes, position);
  return count;
}

Value NeuronLoop::visitRow(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value row, Value count) {
  int64_t size = shape.back(), whole = size - size % lanes;
  if (late && lanes == kPair) {
    int64_t few = std::min(whole, kFew);
    while (whole % few != 0)
      few -= kPair;
    createFew(builder, "first", makeIndex(builder, 0), whole, few,
              [&](ImplicitLocOpBuilder &loop, Value first) {
                visitLate(loop, row, first, few);
              });
  } else if (whole != 0) {
    auto loop = scf::ForOp::create(
        builder, nameLocal(builder, "n"), makeIndex(builder, 0),
        makeIndex(builder, whole), makeIndex(builder, lanes), count,
        [&](OpBuilder &nested, Location, Value n, ValueRange carried) {
          ImplicitLocOpBuilder inner(builder.getLoc(), nested);
          scf::YieldOp::create(inner,
                               visit(inner, lanes, row, n, carried.front()));
        });
    count = loop.getResult(0);
  }
  for (int64_t n = whole; n < size; ++n)
    count = visit(builder, 1, row, makeIndex(builder, n), count);
  return count;
}

Value NeuronLoop::visitAll(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value count) {
  if (shape.size() == 1)
    return visitRow(builder, lanes, Value(), count);
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, "r"), makeIndex(builder, 0),
      makeIndex(builder, shape.front()), makeIndex(builder, 1), count,
      [&](OpBuilder &nested, Location, Value row, ValueRange carried) {
        ImplicitLocOpBuilder inner(builder.getLoc(), nested);
        scf::YieldOp::create(inner,
                             visitRow(inner, lanes, row, carried.front()));
      });
  return loop.getResult(0);
}

void snn::createNeuronLoop(ImplicitLocOpBuilder &builder,
                           ArrayRef<int64_t> shape, const Update &update,
                           bool isInPairs, const NeuronBuffers &buffers,
                           NeuronBody body, QuietBody quiet,
                           const LateBodies *late) {
  NeuronLoop loop(shape, update, buffers, body, quiet, late);
  Value count =
      loop.visitAll(builder, isInPairs ? kPair : 1, makeIndex(builder, 0));
  if (buffers.events)
    endEvents(builder, makeIndex(builder, ShapedType::getNumElements(shape)),
              buffers.events, count);
}
