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

static Type getStoredElement(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getElementType();
}

bool snn::arePairs(ArrayRef<int64_t> shape, const Update &update,
                   const NeuronModel &model, const NeuronBuffers &buffers) {
  constexpr int64_t kLeast = 32;
  if (ShapedType::getNumElements(shape) < kLeast || shape.back() < kPair)
    return false;
  auto isShort = [](Value buffer) { return getStoredElement(buffer).isInteger(16); };
  return update.voltage && !(model.spikes && model.spikes->counts()) &&
         isShort(buffers.inputs.front()) && llvm::all_of(buffers.states, isShort);
}

namespace {
class NeuronLoop {
public:
  NeuronLoop(ArrayRef<int64_t> shape, const Update &update,
             const NeuronBuffers &buffers, NeuronBody body)
      : shape(shape), update(update), buffers(buffers), body(body) {}

  /// Updates all neurons, as many at a time; gives the number of events.
  Value visitAll(ImplicitLocOpBuilder &builder, int64_t lanes, Value count);

private:
  /// Those of the last dimension at `row`.
  Value visitRow(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                 Value count);
  Value visit(ImplicitLocOpBuilder &builder, int64_t lanes, Value row, Value n,
              Value count);
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
  return vector::LoadOp::create(builder,
                                VectorType::get(lanes, getStoredElement(buffer)),
                                buffer, position);
}

void NeuronLoop::store(ImplicitLocOpBuilder &builder, Value value,
                       Value buffer, ValueRange position) {
  if (isa<VectorType>(value.getType()))
    vector::StoreOp::create(builder, value, buffer, position);
  else
    memref::StoreOp::create(builder, value, buffer, position);
}

/// `count` after `then`, or as it is where `condition` does not hold.
static Value createBranch(
    ImplicitLocOpBuilder &builder, Value condition, Value count,
    llvm::function_ref<Value(ImplicitLocOpBuilder &)> then) {
  Location name = nameLocal(builder, "count");
  auto branch = scf::IfOp::create(
      builder, name, condition,
      [&](OpBuilder &nested, Location) {
        ImplicitLocOpBuilder inner(builder.getLoc(), nested);
        scf::YieldOp::create(inner, then(inner));
      },
      [&](OpBuilder &nested, Location) {
        scf::YieldOp::create(nested, builder.getLoc(), count);
      });
  return branch.getResult(0);
}

Value NeuronLoop::listOne(ImplicitLocOpBuilder &builder, Value spike, Value row,
                          Value n, Value count) {
  Value fires = spike;
  if (!spike.getType().isInteger(1))
    fires = arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, spike,
                                  createNumber(builder, spike.getType(), 0));
  return createBranch(
      builder, fires, count, [&](ImplicitLocOpBuilder &inner) -> Value {
        Value event = n;
        if (row)
          event = arith::AddIOp::create(
              inner,
              arith::MulIOp::create(inner, row,
                                    makeIndex(inner, shape.back())),
              n);
        storeEvent(inner, event, buffers.events, count);
        Value stored = spike.getType().isInteger(1)
                           ? createNumber(inner, spike.getType(), 1)
                           : spike;
        memref::StoreOp::create(inner, stored, buffers.spikes,
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
  Value any = vector::ReductionOp::create(builder, vector::CombiningKind::OR,
                                          spikes);
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

Value NeuronLoop::visit(ImplicitLocOpBuilder &builder, int64_t lanes, Value row,
                        Value n, Value count) {
  SmallVector<Value> position = getPosition(row, n), inputs, states;
  for (Value buffer : buffers.inputs)
    inputs.push_back(load(builder, lanes, buffer, position));
  for (Value buffer : buffers.states)
    states.push_back(load(builder, lanes, buffer, position));
  Update own = update;
  if (lanes > 1)
    own.type = VectorType::get(lanes, update.type);
  SmallVector<Value> results = body(builder, own, inputs, states);
  for (auto [value, buffer] : llvm::zip(results, buffers.states))
    store(builder, value, buffer, position);
  if (!buffers.spikes)
    return count;
  if (buffers.events) {
    if (lanes == 1)
      store(builder,
            createNumber(builder, getStoredElement(buffers.spikes), 0),
            buffers.spikes, position);
    return list(builder, results.back(), row, n, count);
  }
  store(builder, results.back(), buffers.spikes, position);
  return count;
}

Value NeuronLoop::visitRow(ImplicitLocOpBuilder &builder, int64_t lanes,
                           Value row, Value count) {
  int64_t size = shape.back(), whole = size - size % lanes;
  if (whole != 0) {
    auto loop = scf::ForOp::create(
        builder, nameLocal(builder, "n"), makeIndex(builder, 0),
        makeIndex(builder, whole), makeIndex(builder, lanes), count,
        [&](OpBuilder &nested, Location, Value n, ValueRange carried) {
          ImplicitLocOpBuilder inner(builder.getLoc(), nested);
          scf::YieldOp::create(
              inner, visit(inner, lanes, row, n, carried.front()));
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
                           NeuronBody body) {
  NeuronLoop loop(shape, update, buffers, body);
  Value count = loop.visitAll(builder, isInPairs ? kPair : 1,
                              makeIndex(builder, 0));
  if (buffers.events)
    endEvents(builder, makeIndex(builder, ShapedType::getNumElements(shape)),
              buffers.events, count);
}
