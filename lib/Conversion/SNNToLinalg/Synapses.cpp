//===- Synapses.cpp - What linear and convolutional synapses share --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Synapses.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

Value snn::readNumber(ImplicitLocOpBuilder &builder, StringRef name, Value x,
                      ValueRange position, Type type) {
  ImplicitLocOpBuilder named(nameLocal(builder, name), builder);
  named.restoreInsertionPoint(builder.saveInsertionPoint());
  return castToFloat(named, tensor::ExtractOp::create(named, x, position),
                     type);
}

FailureOr<Constant> snn::getConstantWeights(SynapseOpInterface op) {
  std::optional<Constant> weight = getFloatConstant(op.getWeight());
  if (!weight)
    return op->emitOpError("weight is not a floating-point constant; only "
                           "constants can be lowered");
  return std::move(*weight);
}

FailureOr<Value> snn::createInitialSum(LayerBuilder &layer,
                                       SynapseOpInterface op,
                                       ArrayRef<int64_t> shape, Value y) {
  ImplicitLocOpBuilder &builder = layer.body();
  Constant bias;
  if (!op.getBias()) {
    bias.elementType =
        cast<FloatType>(cast<RankedTensorType>(y.getType()).getElementType());
    bias.values = {0.0};
  } else if (auto constant = getFloatConstant(op.getBias())) {
    bias = *constant;
  } else {
    return op->emitOpError("bias is not a floating-point constant; only "
                           "constants can be lowered");
  }
  if (bias.isUniform()) {
    bias.isScalar = true;
    Value number = createConstant(builder, builder.getLoc(), bias);
    return linalg::FillOp::create(builder, number, y).getResult(0);
  }
  bias.shape = llvm::to_vector(shape);
  Value values = layer.constantTensor(bias, "bias");
  int64_t rank = cast<RankedTensorType>(y.getType()).getRank();
  auto dims = llvm::to_vector(
      llvm::seq<int64_t>(0, rank - static_cast<int64_t>(shape.size())));
  if (dims.empty())
    return linalg::CopyOp::create(builder, values, y).getResult(0);
  return linalg::BroadcastOp::create(builder, values, y, dims)->getResult(0);
}

EventInputs::EventInputs(LayerBuilder &layer, SynapseOpInterface op,
                         StepContext &context)
    : events(op.getEvents().getDefiningOp<EventsOp>()),
      size(op.getInput().getType().getNumElements()) {
  Value signal = events.getInput();
  isBinary = getElementTypeOrSelf(signal).isInteger(1);
  Value list = layer.addArgument("events", context.bufferOf(op.getEvents()));
  Value xBuffer =
      isBinary ? Value() : layer.addFlatArgument("x", context.bufferOf(signal));
  positions = layer.read(list);
  if (xBuffer)
    x = layer.read(xBuffer);
}

Value EventInputs::getFactor(ImplicitLocOpBuilder &builder, Value position,
                             Type type) const {
  return isBinary ? Value() : readNumber(builder, "xi", x, position, type);
}

Value EventInputs::getPosition(ImplicitLocOpBuilder &builder, Value event,
                               int64_t offset) const {
  Value at = arith::AddIOp::create(
      builder, event, arith::ConstantIndexOp::create(builder, offset));
  Value position = tensor::ExtractOp::create(builder, positions, at);
  std::string name = "i" + (offset ? std::to_string(offset) : "");
  return arith::IndexCastUIOp::create(builder, nameLocal(builder, name),
                                      builder.getIndexType(), position);
}

std::pair<Value, Value> EventInputs::visit(ImplicitLocOpBuilder &builder,
                                           int64_t perVisit, Value first,
                                           Value sums, Body body) const {
  Location loc = builder.getLoc();
  Type index = builder.getIndexType();
  auto loop = scf::WhileOp::create(
      builder, nameLocal(builder, "e"), TypeRange{index, sums.getType(), index},
      ValueRange{first, sums},
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder before(loc, nested);
        Value last = getPosition(before, values[0], perVisit - 1);
        Value end = arith::ConstantIndexOp::create(before, size);
        Value isThere =
            arith::CmpIOp::create(before, arith::CmpIPredicate::ne, last, end);
        scf::ConditionOp::create(before, isThere,
                                 ValueRange{values[0], values[1], last});
      },
      [&](OpBuilder &nested, Location, ValueRange values) {
        ImplicitLocOpBuilder after(loc, nested);
        SmallVector<Value> visited;
        for (int64_t offset = 0; offset < perVisit - 1; ++offset)
          visited.push_back(getPosition(after, values[0], offset));
        visited.push_back(values[2]);
        Value added = body(after, visited, values[1]);
        Value next = arith::AddIOp::create(
            after, values[0], arith::ConstantIndexOp::create(after, perVisit));
        scf::YieldOp::create(after, ValueRange{next, added});
      });
  return {loop.getResult(0), loop.getResult(1)};
}
