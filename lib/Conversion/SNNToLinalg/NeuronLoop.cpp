//===- NeuronLoop.cpp - Neurons one after the other -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NeuronLoop.h"
#include "Numbers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace snn;

/// Neurons in a word of states.
static constexpr int64_t kPair = 2;
/// Rows in a turn of a loop that does little for each: counting the turns
/// would take a third of it.
static constexpr int64_t kRowsPerTurn = 2;

static Type getStoredElement(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getElementType();
}

bool snn::areShort(const Update &update, const NeuronBuffers &buffers) {
  auto isShort = [](Value buffer) {
    return getStoredElement(buffer).isInteger(16);
  };
  return update.voltage &&
         (!buffers.hasInput || isShort(buffers.inputs.front())) &&
         llvm::all_of(buffers.states, isShort);
}

bool snn::isUnchanged(Value value, Value loaded) {
  if (auto truncate = value.getDefiningOp<arith::TruncIOp>())
    if (auto extend = truncate.getIn().getDefiningOp<arith::ExtSIOp>())
      value = extend.getIn();
  return value == loaded;
}

bool snn::arePairs(ArrayRef<int64_t> shape, const Update &update,
                   const NeuronModel &model, const NeuronBuffers &buffers) {
  constexpr int64_t kLeast = 32;
  if (ShapedType::getNumElements(shape) < kLeast || shape.back() < kPair)
    return false;
  return areShort(update, buffers);
}

namespace {
class NeuronLoop {
public:
  NeuronLoop(ArrayRef<int64_t> shape, const Update &update,
             const NeuronBuffers &buffers, const NeuronBodies &bodies,
             int64_t lanesOfLate)
      : shape(shape), update(update), buffers(buffers), bodies(bodies),
        lanesOfLate(lanesOfLate) {}

  /// Updates all neurons, as many at a time; gives the number of events.
  Value visitAll(ImplicitLocOpBuilder &builder, int64_t lanes, Value count);

private:
  /// Those of the last dimension at `row`.
  Value visitRow(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                 Value count);
  /// The same where some are in no whole vector: these are in a shorter one,
  /// with others that the loop updates, too.
  Value visitVectors(ImplicitLocOpBuilder &builder, int64_t lanes, Value count);
  /// Those from `begin` to `end` of it.
  Value visitNext(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                  int64_t begin, int64_t end, Value count);
  /// Those of a row that are in no whole vector, and others with them that stay
  /// as they are.
  void visitRest(ImplicitLocOpBuilder &builder, int64_t lanes,
                 llvm::function_ref<void(Value n)> body);
  /// Those from `begin` to `end` of the last dimension, in all rows.
  void visitColumns(ImplicitLocOpBuilder &builder, int64_t lanes, int64_t begin,
                    int64_t end);
  /// Those at `n` of the last dimension, as many of them, in all rows.
  void visitColumn(ImplicitLocOpBuilder &builder, int64_t lanes, Value n);
  void visitRows(ImplicitLocOpBuilder &builder, int64_t lanes, Value n);
  /// The next neurons.
  Value visit(ImplicitLocOpBuilder &builder, int64_t lanes, Value row, Value n,
              Value count);
  Value visitAny(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                 Value n, Value count);
  /// The same where the resets are left to a branch for spikes.
  Value visitCalm(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                  Value n, Value count, ValueRange inputs, ValueRange states);
  void visitQuiet(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                  Value n);
  /// Those from `begin` to `end` of a row in vectors, with a list. Where one of
  /// a vector spikes and that changes more than its list, they are updated one
  /// by one.
  Value visitFew(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                 int64_t begin, int64_t end, Value count);
  /// What the body gets of them.
  std::pair<SmallVector<Value>, SmallVector<Value>>
  loadAll(ImplicitLocOpBuilder &builder, int64_t lanes, ValueRange position);
  /// Whether `lanes` at a time are stored before their spikes are counted.
  bool isLate(int64_t lanes) const {
    return bodies.late && lanes == lanesOfLate;
  }
  Update getUpdate(int64_t lanes) const {
    Update own = update;
    if (lanes > 1)
      own.type = VectorType::get(lanes, update.type);
    return own;
  }
  /// Stores the states that are not what was loaded.
  void storeAll(ImplicitLocOpBuilder &builder, ValueRange values,
                ValueRange loaded, ValueRange position);
  /// Whether fewer neurons than `lanes` are in a vector: in two halves that
  /// have some in common, and where the higher one begins.
  bool isInHalves(int64_t lanes) const {
    return shape.size() == 1 && shape.back() < lanes;
  }
  SmallVector<Value> getHigh(ImplicitLocOpBuilder &builder, int64_t lanes) {
    return {indexConstant(builder, shape.back() - lanes / 2)};
  }
  Value load(ImplicitLocOpBuilder &builder, int64_t lanes, Value buffer,
             ValueRange position);
  void store(ImplicitLocOpBuilder &builder, Value value, Value buffer,
             ValueRange position);
  Value list(ImplicitLocOpBuilder &builder, Value spikes, Value row, Value n,
             Value count);
  /// Those of a vector at `n`, from one of them on.
  Value listLanes(ImplicitLocOpBuilder &builder, Value spikes, Value row,
                  Value n, Value count, int64_t first = 0);
  Value listOne(ImplicitLocOpBuilder &builder, Value spike, Value row, Value n,
                Value count);
  static SmallVector<Value> getPosition(Value row, Value n) {
    return row ? SmallVector<Value>{row, n} : SmallVector<Value>{n};
  }

  ArrayRef<int64_t> shape;
  const Update &update;
  const NeuronBuffers &buffers;
  const NeuronBodies &bodies;
  int64_t lanesOfLate;
  /// Which of those that are visited change, if not all.
  Value changing;
  /// Inputs that are the same in all rows, as many at a time, where they were
  /// loaded before the loop over these.
  SmallVector<Value> held;
  int64_t heldLanes = 0;
};
} // namespace

Value NeuronLoop::load(ImplicitLocOpBuilder &builder, int64_t lanes,
                       Value buffer, ValueRange position) {
  position = position.take_back(cast<MemRefType>(buffer.getType()).getRank());
  if (lanes == 1)
    return memref::LoadOp::create(builder, buffer, position);
  auto loadAt = [&](int64_t count, ValueRange at) -> Value {
    auto type = VectorType::get(count, getStoredElement(buffer));
    return vector::LoadOp::create(builder, type, buffer, at);
  };
  if (!isInHalves(lanes))
    return loadAt(lanes, position);
  Value low = loadAt(lanes / 2, position);
  Value high = loadAt(lanes / 2, getHigh(builder, lanes));
  return vector::ShuffleOp::create(
      builder, low, high, llvm::to_vector(llvm::seq<int64_t>(0, lanes)));
}

void NeuronLoop::store(ImplicitLocOpBuilder &builder, Value value, Value buffer,
                       ValueRange position) {
  auto type = dyn_cast<VectorType>(value.getType());
  if (!type)
    return memref::StoreOp::create(builder, value, buffer, position), void();
  int64_t lanes = type.getNumElements();
  if (!isInHalves(lanes))
    return vector::StoreOp::create(builder, value, buffer, position), void();
  auto storeAt = [&](int64_t first, ValueRange at) {
    int64_t size = lanes / 2, stride = 1;
    Value half = vector::ExtractStridedSliceOp::create(builder, value, first,
                                                       size, stride);
    vector::StoreOp::create(builder, half, buffer, at);
  };
  storeAt(0, position);
  storeAt(lanes / 2, getHigh(builder, lanes));
}

Value NeuronLoop::listOne(ImplicitLocOpBuilder &builder, Value spike, Value row,
                          Value n, Value count) {
  return createBranch(
      builder, spike, count, [&](ImplicitLocOpBuilder &inner) -> Value {
        Value event = n;
        if (row)
          event = arith::AddIOp::create(
              inner,
              arith::MulIOp::create(inner, row,
                                    indexConstant(inner, shape.back())),
              n);
        storeEvent(inner, event, buffers.events, count);
        if (buffers.spikes)
          memref::StoreOp::create(inner,
                                  createNumber(inner, spike.getType(), 1),
                                  buffers.spikes, getPosition(row, n));
        return advance(inner, count, 1);
      });
}

Value NeuronLoop::listLanes(ImplicitLocOpBuilder &builder, Value spikes,
                            Value row, Value n, Value count, int64_t first) {
  int64_t lanes = cast<VectorType>(spikes.getType()).getNumElements();
  for (int64_t lane = first; lane < lanes; ++lane) {
    Value spike = vector::ExtractOp::create(builder, spikes, lane);
    count = listOne(builder, spike, row, advance(builder, n, lane), count);
  }
  return count;
}

/// Whether one of them is set, which is rare.
static Value isAny(ImplicitLocOpBuilder &builder, Value bits) {
  return vector::ReductionOp::create(builder, vector::CombiningKind::OR, bits);
}

Value NeuronLoop::list(ImplicitLocOpBuilder &builder, Value spikes, Value row,
                       Value n, Value count) {
  if (!isa<VectorType>(spikes.getType()))
    return listOne(builder, spikes, row, n, count);
  return createBranch(builder, isAny(builder, spikes), count,
                      [&](ImplicitLocOpBuilder &inner) {
                        return listLanes(inner, spikes, row, n, count);
                      });
}

Value NeuronLoop::visitCalm(ImplicitLocOpBuilder &builder, int64_t lanes,
                            Value row, Value n, Value count, ValueRange inputs,
                            ValueRange states) {
  SmallVector<Value> position = getPosition(row, n);
  SmallVector<Value> calm =
      bodies.calm(builder, getUpdate(lanes), inputs, states);
  for (auto [value, buffer] : llvm::zip(calm, buffers.states))
    store(builder, value, buffer, position);
  return createBranch(builder, isAny(builder, calm.back()), count,
                      [&](ImplicitLocOpBuilder &inner) {
                        SmallVector<Value> results = bodies.step(
                            inner, getUpdate(lanes), inputs, states);
                        // The voltage is the last state: spikes change nothing
                        // else.
                        store(inner, results[buffers.states.size() - 1],
                              buffers.states.back(), position);
                        return listLanes(inner, results.back(), row, n, count);
                      });
}

void NeuronLoop::storeAll(ImplicitLocOpBuilder &builder, ValueRange values,
                          ValueRange loaded, ValueRange position) {
  for (auto [value, before, buffer] : llvm::zip(values, loaded, buffers.states))
    if (!isUnchanged(value, before))
      store(builder, value, buffer, position);
}

Value NeuronLoop::visitFew(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value row, int64_t begin, int64_t end, Value count) {
  NeuronBody body = bodies.calm ? bodies.calm : bodies.step;
  // Vectors may overlap: all are loaded before one is stored. What two have is
  // calm in both or in none.
  SmallVector<SmallVector<Value>> positions, states, calm;
  for (int64_t first = begin; first < end; first += lanes) {
    Value n = indexConstant(builder, std::min(first, end - lanes));
    positions.push_back(getPosition(row, n));
    auto [inputs, old] = loadAll(builder, lanes, positions.back());
    calm.push_back(body(builder, getUpdate(lanes), inputs, old));
    states.push_back(old);
  }
  for (auto [index, position] : llvm::enumerate(positions)) {
    int64_t first = begin + index * lanes;
    int64_t place = std::min(first, end - lanes);
    Value spikes = calm[index].back();
    Value any = isAny(builder, spikes);
    if (!bodies.calm) {
      // Spikes change nothing yet.
      storeAll(builder, calm[index], states[index], position);
      count = createBranch(
          builder, any, count, [&, position](ImplicitLocOpBuilder &inner) {
            return listLanes(inner, spikes, row, position.back(), count,
                             first - place);
          });
      continue;
    }
    auto branch = scf::IfOp::create(builder, count.getType(), any,
                                    /*withElseRegion=*/true);
    ImplicitLocOpBuilder then(builder.getLoc(), branch.getThenBodyBuilder());
    Value listed =
        createLoop(then, "k", indexConstant(then, first),
                   indexConstant(then, std::min(first + lanes, end)), count,
                   [&](ImplicitLocOpBuilder &inner, Value k, Value current) {
                     return visitAny(inner, 1, row, k, current);
                   });
    scf::YieldOp::create(then, listed);
    ImplicitLocOpBuilder other(builder.getLoc(), branch.getElseBodyBuilder());
    storeAll(other, calm[index], states[index], position);
    scf::YieldOp::create(other, count);
    count = branch.getResult(0);
  }
  return count;
}

std::pair<SmallVector<Value>, SmallVector<Value>>
NeuronLoop::loadAll(ImplicitLocOpBuilder &builder, int64_t lanes,
                    ValueRange position) {
  SmallVector<Value> inputs;
  for (auto [index, buffer] : llvm::enumerate(buffers.inputs)) {
    bool isHeld = heldLanes == lanes && held[index];
    inputs.push_back(isHeld ? held[index]
                            : load(builder, lanes, buffer, position));
  }
  SmallVector<Value> states;
  for (Value buffer : buffers.states)
    states.push_back(load(builder, lanes, buffer, position));
  return {inputs, states};
}

Value NeuronLoop::visit(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                        Value n, Value count) {
  if (!bodies.quiet)
    return visitAny(builder, lanes, row, n, count);
  visitQuiet(builder, lanes, row, n);
  return count;
}

void NeuronLoop::visitQuiet(ImplicitLocOpBuilder &builder, int64_t lanes,
                            Value row, Value n) {
  SmallVector<Value> position = getPosition(row, n);
  const auto [inputs, states] = loadAll(builder, lanes, position);
  auto [reaches, next] =
      bodies.quiet(builder, getUpdate(lanes), inputs, states);
  Value state = buffers.states.front();
  if (lanes > 1)
    reaches = isAny(builder, reaches);
  bool isStored = isLate(lanes);
  if (isStored)
    store(builder, next, state, position);
  auto count = [&, &inputs = inputs](ImplicitLocOpBuilder &inner) {
    if (isStored)
      return bodies.late(inner, row, n, inputs);
    if (lanes == 1)
      return (void)visitAny(inner, 1, row, n, Value());
    Value end = advance(inner, n, lanes);
    scf::ForOp::create(inner, nameLocal(inner, "k"), n, end,
                       indexConstant(inner, 1), ValueRange(),
                       [&](OpBuilder &each, Location, Value k, ValueRange) {
                         ImplicitLocOpBuilder one(builder.getLoc(), each);
                         (void)visitAny(one, 1, row, k, Value());
                         scf::YieldOp::create(one);
                       });
  };
  auto branch =
      scf::IfOp::create(builder, reaches, /*withElseRegion=*/!isStored);
  ImplicitLocOpBuilder then(builder.getLoc(), branch.getThenBodyBuilder());
  count(then);
  if (isStored)
    return;
  ImplicitLocOpBuilder other(builder.getLoc(), branch.getElseBodyBuilder());
  store(other, next, state, position);
}

Value NeuronLoop::visitAny(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value row, Value n, Value count) {
  SmallVector<Value> position = getPosition(row, n);
  auto [inputs, states] = loadAll(builder, lanes, position);
  if (bodies.calm && lanes > 1 && buffers.events)
    return visitCalm(builder, lanes, row, n, count, inputs, states);
  SmallVector<Value> results =
      bodies.step(builder, getUpdate(lanes), inputs, states);
  for (auto [value, buffer, before] :
       llvm::zip(results, buffers.states, states)) {
    if (changing)
      value = arith::SelectOp::create(builder, changing, value, before);
    if (!isUnchanged(value, before))
      store(builder, value, buffer, position);
  }
  if (buffers.events)
    return list(builder, results.back(), row, n, count);
  if (buffers.spikes)
    store(builder, results.back(), buffers.spikes, position);
  return count;
}

Value NeuronLoop::visitNext(ImplicitLocOpBuilder &builder, int64_t lanes,
                            Value row, int64_t begin, int64_t end,
                            Value count) {
  int64_t perTurn = buffers.events && lanes == 1 ? buffers.perTurn : 1;
  int64_t whole = end - (end - begin) % (lanes * perTurn);
  auto visitTurn = [&](ImplicitLocOpBuilder &b, Value n, int64_t turns,
                       Value listed) {
    for (int64_t turn = 0; turn < turns; ++turn)
      listed = visit(b, lanes, row, advance(b, n, turn * lanes), listed);
    return listed;
  };
  if (whole != begin) {
    auto loop = scf::ForOp::create(
        builder, nameLocal(builder, "n"), indexConstant(builder, begin),
        indexConstant(builder, whole), indexConstant(builder, lanes * perTurn),
        count, [&](OpBuilder &nested, Location, Value n, ValueRange carried) {
          ImplicitLocOpBuilder inner(builder.getLoc(), nested);
          scf::YieldOp::create(inner,
                               visitTurn(inner, n, perTurn, carried.front()));
        });
    count = loop.getResult(0);
  }
  return visitTurn(builder, indexConstant(builder, whole),
                   (end - whole) / lanes, count);
}

void NeuronLoop::visitRest(ImplicitLocOpBuilder &builder, int64_t lanes,
                           llvm::function_ref<void(Value n)> body) {
  Value numbers = load(builder, lanes, buffers.rest, indexConstant(builder, 0));
  changing = createIsNotZero(builder, numbers);
  body(indexConstant(builder, shape.back() - lanes));
  changing = Value();
}

/// How many neurons are in the vector with the rest of a row.
static int64_t getLanesOfRest(int64_t rest) {
  constexpr int64_t kLeastLanes = 8;
  return std::max(kLeastLanes, static_cast<int64_t>(llvm::PowerOf2Ceil(rest)));
}

Value NeuronLoop::visitVectors(ImplicitLocOpBuilder &builder, int64_t lanes,
                               Value count) {
  int64_t size = shape.back(), rest = size % lanes;
  int64_t lanesOfRest = getLanesOfRest(rest);
  Value first = indexConstant(builder, size - lanesOfRest);
  // States are loaded before the loop stores some of them, and stored behind
  // it: for those that it has, too, the update is the same. Spikes are stored
  // before what reads them by vectors finds them in one: processors wait where
  // what they load was stored in parts.
  auto [inputs, states] = loadAll(builder, lanesOfRest, first);
  SmallVector<Value> results =
      bodies.step(builder, getUpdate(lanesOfRest), inputs, states);
  if (buffers.spikes)
    store(builder, results.back(), buffers.spikes, first);
  count = visitNext(builder, lanes, Value(), 0, size - rest, count);
  for (auto [value, buffer] : llvm::zip(results, buffers.states))
    store(builder, value, buffer, first);
  return count;
}

Value NeuronLoop::visitRow(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value row, Value count) {
  int64_t size = shape.back(), whole = size - size % lanes;
  if (lanes > kPair && buffers.events)
    return visitFew(builder, lanes, row, 0, size, count);
  if (lanes > kPair && whole != size)
    return visitVectors(builder, lanes, count);
  if (whole != 0)
    count = visitNext(builder, lanes, row, 0, whole, count);
  if (size - whole > 1)
    return visitNext(builder, 1, row, whole, size, count);
  if (whole != size)
    count = visit(builder, 1, row, indexConstant(builder, whole), count);
  return count;
}

void NeuronLoop::visitRows(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value n) {
  int64_t rows = shape.front();
  int64_t perTurn = isLate(lanes) ? kRowsPerTurn : 1;
  int64_t whole = rows - rows % perTurn;
  auto visitNextRows = [&](ImplicitLocOpBuilder &b, Value row, int64_t count) {
    for (int64_t offset = 0; offset < count; ++offset)
      (void)visit(b, lanes, advance(b, row, offset), n, Value());
  };
  if (whole != 0)
    scf::ForOp::create(builder, nameLocal(builder, "r"),
                       indexConstant(builder, 0), indexConstant(builder, whole),
                       indexConstant(builder, perTurn), ValueRange(),
                       [&](OpBuilder &nested, Location, Value row, ValueRange) {
                         ImplicitLocOpBuilder inner(builder.getLoc(), nested);
                         visitNextRows(inner, row, perTurn);
                         scf::YieldOp::create(inner);
                       });
  if (whole != rows)
    visitNextRows(builder, indexConstant(builder, whole), rows - whole);
}

void NeuronLoop::visitColumn(ImplicitLocOpBuilder &builder, int64_t lanes,
                             Value n) {
  held.clear();
  heldLanes = lanes;
  for (Value input : buffers.inputs)
    held.push_back(cast<MemRefType>(input.getType()).getRank() == 1
                       ? load(builder, lanes, input, n)
                       : Value());
  visitRows(builder, lanes, n);
}

void NeuronLoop::visitColumns(ImplicitLocOpBuilder &builder, int64_t lanes,
                              int64_t begin, int64_t end) {
  if (begin == end)
    return;
  scf::ForOp::create(builder, nameLocal(builder, "n"),
                     indexConstant(builder, begin), indexConstant(builder, end),
                     indexConstant(builder, lanes), ValueRange(),
                     [&](OpBuilder &nested, Location, Value n, ValueRange) {
                       ImplicitLocOpBuilder outer(builder.getLoc(), nested);
                       visitColumn(outer, lanes, n);
                       scf::YieldOp::create(outer);
                     });
}

Value NeuronLoop::visitAll(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value count) {
  if (isInHalves(lanes))
    return visit(builder, lanes, Value(), indexConstant(builder, 0), count);
  if (shape.size() == 1 && buffers.begin)
    return createLoop(builder, "n", buffers.begin, buffers.end, count,
                      [&](ImplicitLocOpBuilder &inner, Value n, Value listed) {
                        return visit(inner, lanes, Value(), n, listed);
                      });
  if (shape.size() == 1)
    return visitRow(builder, lanes, Value(), count);
  // What is the same for all rows stays in registers; but a list has an order.
  if (!buffers.events) {
    int64_t size = shape.back(), whole = size - size % lanes;
    if (buffers.rest)
      visitRest(builder, lanes,
                [&](Value n) { visitColumn(builder, lanes, n); });
    visitColumns(builder, lanes, 0, whole);
    if (!buffers.rest)
      visitColumns(builder, 1, whole, size);
    return count;
  }
  return createLoop(
      builder, "r", buffers.begin ? buffers.begin : indexConstant(builder, 0),
      buffers.begin ? buffers.end : indexConstant(builder, shape.front()),
      count, [&](ImplicitLocOpBuilder &inner, Value row, Value listed) {
        return visitRow(inner, lanes, row, listed);
      });
}

void snn::createNeuronLoop(ImplicitLocOpBuilder &builder,
                           ArrayRef<int64_t> shape, const Update &update,
                           int64_t lanes, const NeuronBuffers &buffers,
                           const NeuronBodies &bodies) {
  NeuronLoop loop(shape, update, buffers, bodies, lanes);
  Value count = loop.visitAll(builder, lanes, indexConstant(builder, 0));
  if (buffers.events)
    endEvents(builder,
              indexConstant(builder, ShapedType::getNumElements(shape)),
              buffers.events, count);
}
