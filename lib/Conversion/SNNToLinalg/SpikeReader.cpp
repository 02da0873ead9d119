//===- SpikeReader.cpp - All elements of a signal, one by one -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SpikeReader.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace snn;

SpikeReader::SpikeReader(LayerBuilder &layer, Value signal,
                         StepContext &context)
    : type(getElementTypeOrSelf(signal.getType())),
      shape({cast<RankedTensorType>(signal.getType()).getNumElements()}) {
  auto neuron = signal.getDefiningOp<NeuronOpInterface>();
  if (neuron && context.direct.hidesSpikes(neuron))
    readVoltage(layer, neuron, context);
  else
    x = layer.read(layer.addFlatArgument("x", context.bufferOf(signal)));
}

void SpikeReader::readVoltage(LayerBuilder &layer, NeuronOpInterface op,
                              StepContext &context) {
  model.emplace(op);
  layer.shareTables(op);
  coefficients = std::make_unique<Coefficients>(layer, op);
  shape = llvm::to_vector(coefficients->getShape());
  // What the neurons themselves are lowered with.
  (void)addNeuronCoefficients(*coefficients, *model, op);
  update = getUpdate(op, *model, *coefficients, context.options.divides);
  layer.stopSharingTables();
  x = layer.read(
      layer.addShapedArgument("v", context.states.lookup(op).back(), shape));
}

Value SpikeReader::getElement(ImplicitLocOpBuilder &builder,
                              ValueRange position) const {
  if (!model)
    return tensor::ExtractOp::create(builder, nameLocal(builder, "xi"), x,
                                     position);
  SmallVector<Value> elements;
  for (Value tensor : coefficients->getTensors()) {
    int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
    elements.push_back(
        tensor::ExtractOp::create(builder, tensor, position.take_back(rank)));
  }
  NeuronArithmetic a(builder, *coefficients, *model, update);
  coefficients->bind(builder, elements, update.type);
  Value v = a.read(
      tensor::ExtractOp::create(builder, nameLocal(builder, "u"), x, position),
      model->voltage.getType());
  return model->spikes->counts() ? a.count(v).first : a.name("spike").fires(v);
}

Value SpikeReader::scan(ImplicitLocOpBuilder &builder, Value carried,
                        Body body) const {
  auto visit = [&](ImplicitLocOpBuilder &loop, ValueRange position,
                   Value current) {
    visited = getElement(loop, position);
    bool isSpike = visited.getType().isInteger(1);
    auto added = scf::IfOp::create(
        loop, isSpike ? visited : createIsNotZero(loop, visited),
        [&](OpBuilder &nested, Location loc) {
          ImplicitLocOpBuilder active(loc, nested);
          Value flat = position.front();
          if (position.size() > 1) {
            Value width = arith::ConstantIndexOp::create(active, shape.back());
            Value row = arith::MulIOp::create(active, flat, width);
            flat = arith::AddIOp::create(active, nameLocal(active, "at"), row,
                                         position.back());
          }
          scf::YieldOp::create(active, asRange(body(active, flat, current)));
        },
        [&](OpBuilder &nested, Location loc) {
          scf::YieldOp::create(nested, loc, asRange(current));
        });
    return current ? added.getResult(0) : Value();
  };
  return createLoop(builder, "i", shape.front(), carried,
                    [&](ImplicitLocOpBuilder &outer, Value i, Value current) {
                      if (shape.size() == 1)
                        return visit(outer, i, current);
                      return createLoop(
                          outer, "c", shape.back(), current,
                          [&](ImplicitLocOpBuilder &loop, Value c, Value sum) {
                            return visit(loop, {i, c}, sum);
                          });
                    });
}

Value SpikeReader::getNumber(ImplicitLocOpBuilder &builder) const {
  return castToNumber(builder, visited, type, builder.getI32Type());
}
