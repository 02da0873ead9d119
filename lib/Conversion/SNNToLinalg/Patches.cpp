//===- Patches.cpp - Convolutions that add patches to a map ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patches.h"
#include "Synapses.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace snn;

/// How many times as many weights a patch may have as its kernel, and as many
/// elements the map may have as there are outputs.
static constexpr int64_t kMostWeights = 2;
static constexpr int64_t kMostElements = 4;

/// Whether all elements of `signal` are finite and not below 0: spikes, counts,
/// and what pools make of them. A zero, times any of them, is one.
static bool isSpikesOrPooled(Value signal) {
  Value source = getEventSource(signal);
  Type element = getElementTypeOrSelf(source.getType());
  if (element.isInteger(1) || element.isUnsignedInteger(8))
    return true;
  Operation *op = source.getDefiningOp();
  return isa_and_present<SumPool2dOp, AvgPool2dOp>(op) &&
         isSpikesOrPooled(op->getOperand(0));
}

static PatchDim getPatchDim(WindowDim window, int64_t inputs, int64_t outputs) {
  PatchDim dim;
  dim.window = window;
  dim.outputs = outputs;
  dim.taps = llvm::divideCeil(window.size, window.stride);
  dim.before = std::max<int64_t>(dim.taps - 1 - window.low / window.stride, 0);
  int64_t last = (inputs - 1 + window.low) / window.stride;
  dim.size = dim.before + std::max(outputs, last + 1);
  return dim;
}

std::optional<PatchPlan> PatchPlan::of(SynapseOpInterface op,
                                       const StepContext &context) {
  auto convolution = dyn_cast<WindowOpInterface>(op.getOperation());
  if (!context.options.patches || !convolution || context.direct.get(op) ||
      !getEventOrder(op) || (op.getBias() && !getConstant(op.getBias())))
    return std::nullopt;
  int64_t groups =
      llvm::TypeSwitch<Operation *, int64_t>(op).Case<Conv1dOp, Conv2dOp>(
          [](auto conv) { return conv.getGroups(); });
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(op->getResult(0)));
  if (groups != 1 || (isFloat && !isSpikesOrPooled(op.getInput())))
    return std::nullopt;
  ArrayRef<int64_t> inputs = convolution.getInput().getType().getShape();
  ArrayRef<int64_t> outputs = convolution.getResult().getType().getShape();
  PatchPlan plan;
  plan.channels = outputs.back();
  int64_t kernel = 1, filled = 1, elements = 1, withBorder = 1;
  for (auto [index, window] : llvm::enumerate(convolution.getWindow())) {
    if (window.dilation != 1)
      return std::nullopt;
    const PatchDim &dim = plan.dims.emplace_back(
        getPatchDim(window, inputs[index], outputs[index]));
    kernel *= window.size;
    filled *= dim.taps * window.stride;
    elements *= dim.outputs;
    withBorder *= dim.size;
  }
  if (filled > kMostWeights * kernel || withBorder > kMostElements * elements)
    return std::nullopt;
  return plan;
}

SmallVector<int64_t> PatchPlan::getShape(bool hasBorder) const {
  SmallVector<int64_t> shape =
      llvm::map_to_vector(dims, [&](const PatchDim &dim) {
        return hasBorder ? dim.size : dim.outputs;
      });
  shape.back() *= channels;
  return shape;
}

Constant PatchPlan::getPatches(const Constant &weight) const {
  size_t rank = dims.size();
  SmallVector<int64_t> shape = {weight.shape[1]};
  for (const PatchDim &dim : dims)
    shape.push_back(dim.window.stride);
  for (const PatchDim &dim : dims)
    shape.push_back(dim.taps);
  shape.push_back(channels);
  // What no float is changed by.
  double nothing = isa<FloatType>(weight.elementType) ? -0.0 : 0.0;
  auto getWeight = [&](ArrayRef<int64_t> position) {
    SmallVector<int64_t> source = {position.back(), position.front()};
    for (auto [index, dim] : llvm::enumerate(dims)) {
      int64_t phase = position[1 + index], tap = position[1 + rank + index];
      source.push_back(phase + (dim.taps - 1 - tap) * dim.window.stride);
      if (source.back() >= dim.window.size)
        return nothing;
    }
    return getElement(weight, source);
  };
  Type type = weight.elementType;
  if (type.isInteger(8))
    type = IntegerType::get(type.getContext(), 16);
  Constant patches = makeConstant(shape, type, getWeight);
  // Neither dimensions of one phase, nor one of channels.
  patches.shape = {weight.shape[1]};
  for (const PatchDim &dim : dims)
    if (dim.window.stride > 1)
      patches.shape.push_back(dim.window.stride);
  for (const PatchDim &dim : dims)
    patches.shape.push_back(dim.taps);
  patches.shape.back() *= channels;
  return patches;
}

/// `map` with other values in all rows: `body` gets the row's position.
static Value updateRows(
    ImplicitLocOpBuilder &builder, ArrayRef<int64_t> rows, Value map,
    llvm::function_ref<Value(ImplicitLocOpBuilder &, ArrayRef<Value>, Value)>
        body) {
  if (rows.empty())
    return body(builder, {}, map);
  return createLoop(builder, "r", rows.front(), map,
                    [&](ImplicitLocOpBuilder &loop, Value r, Value current) {
                      return body(loop, {r}, current);
                    });
}

Value PatchPlan::createBias(LayerBuilder &layer, SynapseOpInterface op,
                            Type sums) const {
  Constant bias;
  bias.values = {0.0};
  if (op.getBias())
    bias = *getConstant(op.getBias());
  bias.elementType = getElementTypeOrSelf(sums);
  bias.quantizedType = nullptr;
  if (!bias.isUniform())
    return layer.constantTensor(bias, "bias");
  bias.isScalar = true;
  return createConstant(layer.body(), layer.body().getLoc(), bias);
}

Value PatchPlan::createMap(ImplicitLocOpBuilder &builder, Value bias,
                           Value map) const {
  if (!isa<RankedTensorType>(bias.getType()))
    return linalg::FillOp::create(builder, bias, map).getResult(0);
  // The border may have anything.
  SmallVector<int64_t> shape = getShape(/*hasBorder=*/true);
  return updateRows(
      builder, ArrayRef(shape).drop_back(), map,
      [&](ImplicitLocOpBuilder &outer, ArrayRef<Value> row, Value current) {
        return createLoop(
            outer, "n", dims.back().size, current,
            [&](ImplicitLocOpBuilder &loop, Value n, Value sums) {
              SmallVector<Value> position(row);
              position.push_back(arith::MulIOp::create(
                  loop, n, indexConstant(loop, channels)));
              Value old = getPart(loop, sums, position, channels);
              Value part = linalg::CopyOp::create(loop, bias, old).getResult(0);
              return setPart(loop, part, sums, position);
            });
      });
}

Value PatchPlan::addPatch(ImplicitLocOpBuilder &builder, Value patches,
                          Type type, ArrayRef<Value> coordinates, Value factor,
                          Type factorType, Value map) const {
  // The patch, then where in the map it begins.
  SmallVector<Value> source = {coordinates.back()}, begin;
  for (auto [dim, coordinate] : llvm::zip(dims, coordinates)) {
    Value padded = arith::AddIOp::create(
        builder, coordinate, indexConstant(builder, dim.window.low));
    Value stride = indexConstant(builder, dim.window.stride);
    if (dim.window.stride > 1)
      source.push_back(arith::RemUIOp::create(builder, padded, stride));
    Value last = arith::DivUIOp::create(builder, padded, stride);
    begin.push_back(arith::SubIOp::create(
        builder, last, indexConstant(builder, dim.taps - 1 - dim.before)));
  }
  Value column = arith::MulIOp::create(builder, begin.pop_back_val(),
                                       indexConstant(builder, channels));
  SmallVector<int64_t> taps =
      llvm::map_to_vector(dims, [](const PatchDim &dim) { return dim.taps; });
  return updateRows(
      builder, ArrayRef(taps).drop_back(), map,
      [&](ImplicitLocOpBuilder &loop, ArrayRef<Value> row, Value current) {
        SmallVector<Value> from = source, to;
        llvm::append_range(from, row);
        if (!row.empty())
          to.push_back(arith::AddIOp::create(loop, begin.front(), row.front()));
        to.push_back(column);
        Value sums = getPart(loop, current, to, taps.back() * channels);
        Value sum = createRowsAdd(loop, getRow(loop, patches, from), type,
                                  factor ? ValueRange(factor) : ValueRange(),
                                  factorType, sums);
        return setPart(loop, sum, current, to);
      });
}

Value PatchPlan::copyOutputs(ImplicitLocOpBuilder &builder, Value map,
                             Value sums) const {
  auto type = cast<RankedTensorType>(sums.getType());
  SmallVector<OpFoldResult> offsets, sizes, strides;
  for (auto [dim, size] : llvm::zip_equal(dims, type.getShape())) {
    bool isLast = offsets.size() + 1 == dims.size();
    offsets.push_back(
        builder.getIndexAttr(dim.before * (isLast ? channels : 1)));
    sizes.push_back(builder.getIndexAttr(size));
    strides.push_back(builder.getIndexAttr(1));
  }
  Value outputs = tensor::ExtractSliceOp::create(builder, type, map, offsets,
                                                 sizes, strides);
  return linalg::CopyOp::create(builder, outputs, sums).getResult(0);
}
