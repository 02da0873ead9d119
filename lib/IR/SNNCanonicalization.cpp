//===- SNNCanonicalization.cpp - Simpler networks that do the same --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The dialect's sums and products are over the real numbers: constant factors
// may be multiplied at compile time (spec.md, section "Arithmetic").
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"
#include "snn/IR/Neuron.h"
#include "snn/IR/SNN.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

#include <limits>

using namespace mlir;
using namespace snn;

namespace {

//===----------------------------------------------------------------------===//
// Coefficients
//===----------------------------------------------------------------------===//

/// A tensor coefficient with equal elements becomes one number.
struct CollapseUniformCoefficients : RewritePattern {
  CollapseUniformCoefficients(MLIRContext *context, StringRef opName)
      : RewritePattern(opName, /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    for (OpOperand &operand : op->getOpOperands().drop_front()) {
      if (!isa<RankedTensorType>(operand.get().getType()))
        continue;
      std::optional<Constant> constant = getFloatConstant(operand.get());
      if (!constant || !constant->isUniform())
        continue;
      constant->isScalar = true;
      constant->shape.clear();
      Value number =
          createConstant(rewriter, operand.get().getLoc(), *constant);
      rewriter.modifyOpInPlace(op, [&] { operand.set(number); });
      changed = true;
    }
    return success(changed);
  }
};

/// Removes a coefficient that is a constant equal to its neutral value.
void dropIfNeutral(PatternRewriter &rewriter, MutableOperandRange coefficient,
                   double neutral, bool &changed) {
  if (coefficient.empty())
    return;
  std::optional<Constant> constant = getFloatConstant(coefficient[0].get());
  if (!constant || !constant->isEverywhere(neutral))
    return;
  rewriter.modifyOpInPlace(coefficient.getOwner(),
                           [&] { coefficient.clear(); });
  changed = true;
}

/// The number that says the same as no coefficient does.
double getNeutral(StringRef name) {
  if (name == "floor")
    return -std::numeric_limits<double>::infinity();
  return getRole(name) == CoefficientRole::Level ? 0 : 1;
}

/// A reset to 0, or by the threshold, is the one without a value.
void dropNeutralReset(PatternRewriter &rewriter, NeuronOpInterface op,
                      bool &changed) {
  MutableOperandRange value = op.getCoefficientMutable("reset_value");
  ResetKind reset = NeuronModel(op).spikes->reset;
  if (reset == ResetKind::Value)
    return dropIfNeutral(rewriter, value, 0, changed);
  if (reset != ResetKind::Subtract || value.empty() ||
      value[0].get() != op.getCoefficient("threshold"))
    return;
  rewriter.modifyOpInPlace(op, [&] { value.clear(); });
  changed = true;
}

/// Absent coefficients are neutral: unit decays and gains, zero leaks, resets
/// and initial states, and floors below everything go away.
struct DropNeutralCoefficients : RewritePattern {
  DropNeutralCoefficients(MLIRContext *context, StringRef opName)
      : RewritePattern(opName, /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *root,
                                PatternRewriter &rewriter) const override {
    auto op = cast<NeuronOpInterface>(root);
    bool changed = false;
    for (StringRef name : op.getCoefficientNames())
      if (name != "threshold" && name != "reset_value")
        dropIfNeutral(rewriter, op.getCoefficientMutable(name),
                      getNeutral(name), changed);
    if (op.hasSpikes())
      dropNeutralReset(rewriter, op, changed);
    return success(changed);
  }
};

//===----------------------------------------------------------------------===//
// Factors into weights
//===----------------------------------------------------------------------===//

/// Multiplies slice k of `tensor` along `dim` by factor k; other dimensions of
/// `factor` must not exist, so that it has one element per slice or is uniform.
Constant scaleAlong(const Constant &tensor, int64_t dim,
                    const Constant &factor) {
  Constant scaled = tensor;
  if (tensor.isUniform() && factor.isUniform()) {
    scaled.values = {tensor.at(0) * factor.at(0)};
    return scaled;
  }
  int64_t inner = getInnerSize(tensor.shape, dim);
  scaled.values.resize(tensor.getNumElements());
  for (auto [index, value] : llvm::enumerate(scaled.values))
    value = tensor.at(index) * factor.at((index / inner) % tensor.shape[dim]);
  return scaled;
}

/// `factor`, of the shape of a signal, as one number for each channel along
/// `dim` or for all; none if it differs within a channel.
std::optional<Constant> getPerChannel(const Constant &factor, int64_t dim) {
  if (factor.isUniform())
    return factor;
  int64_t inner = getInnerSize(factor.shape, dim);
  int64_t channels = factor.shape[dim];
  Constant result = factor;
  result.shape = {channels};
  result.values.resize(channels);
  for (int64_t channel = 0; channel < channels; ++channel)
    result.values[channel] = factor.values[channel * inner];
  for (auto [index, value] : llvm::enumerate(factor.values))
    if (value != result.values[(index / inner) % channels])
      return std::nullopt;
  return result;
}

/// The synapse's weights and bias multiplied by `factor`, of the shape of its
/// result or one number.
LogicalResult scaleOutput(PatternRewriter &rewriter, SynapseOpInterface synapse,
                          const Constant &factor) {
  std::optional<Constant> weight = getFloatConstant(synapse.getWeight());
  std::optional<Constant> bias = getFloatConstant(synapse.getBias());
  std::optional<Constant> perChannel =
      getPerChannel(factor, synapse.getResultChannelDim());
  if (!weight || (synapse.getBias() && !bias) || !perChannel)
    return failure();
  rewriter.setInsertionPoint(synapse);
  Value newWeight = createConstant(
      rewriter, synapse.getWeight().getLoc(),
      scaleAlong(*weight, synapse.getWeightOutputDim(), *perChannel), "weight");
  Value newBias;
  if (bias) {
    int64_t dim = bias->shape.size() - 1;
    newBias = createConstant(rewriter, synapse.getBias().getLoc(),
                             scaleAlong(*bias, dim, *perChannel), "bias");
  }
  rewriter.modifyOpInPlace(synapse, [&] {
    // What was recorded was the result before.
    synapse->removeAttr("snn.range");
    synapse.getWeightMutable().set(newWeight);
    if (newBias)
      synapse.getBiasMutable().assign(newBias);
    markVariant(synapse);
  });
  return success();
}

/// The synapse whose result is `value`, if nothing else uses it.
SynapseOpInterface getOnlySynapse(Value value) {
  if (!value.hasOneUse())
    return nullptr;
  return value.getDefiningOp<SynapseOpInterface>();
}

/// lif(linear(x, W), gain g) = lif(linear(x, g W))
struct FoldGainIntoWeights : RewritePattern {
  FoldGainIntoWeights(MLIRContext *context, StringRef opName)
      : RewritePattern(opName, /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *root,
                                PatternRewriter &rewriter) const override {
    auto op = cast<NeuronOpInterface>(root);
    MutableOperandRange gain = op.getInputGainMutable();
    SynapseOpInterface synapse = getOnlySynapse(op.getInput());
    if (gain.empty() || !synapse)
      return failure();
    std::optional<Constant> factor = getFloatConstant(gain[0].get());
    if (!factor || failed(scaleOutput(rewriter, synapse, *factor)))
      return failure();
    rewriter.modifyOpInPlace(op, [&] { op.getInputGainMutable().clear(); });
    return success();
  }
};

/// scale(linear(x, W), s) = linear(x, s W)
struct FoldScaleOfSynapse : OpRewritePattern<ScaleOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScaleOp op,
                                PatternRewriter &rewriter) const override {
    SynapseOpInterface synapse = getOnlySynapse(op.getInput());
    std::optional<Constant> factor = getFloatConstant(op.getFactor());
    if (!synapse || !factor || failed(scaleOutput(rewriter, synapse, *factor)))
      return failure();
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// scale(scale(x, a), b) = scale(x, a b)
struct FoldScaleOfScale : OpRewritePattern<ScaleOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScaleOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<ScaleOp>();
    if (!inner || inner == op)
      return failure();
    std::optional<Constant> first = getFloatConstant(inner.getFactor());
    std::optional<Constant> second = getFloatConstant(op.getFactor());
    if (!first || !second ||
        (!first->isUniform() && !second->isUniform() &&
         first->shape != second->shape))
      return failure();
    Constant product = second->isUniform() ? *first : *second;
    product.values.resize(first->isUniform() && second->isUniform()
                              ? 1
                              : product.getNumElements());
    for (auto [index, value] : llvm::enumerate(product.values))
      value = first->at(index) * second->at(index);
    Value factor = createConstant(rewriter, op.getLoc(), product, "scale");
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().set(inner.getInput());
      op.getFactorMutable().set(factor);
    });
    return success();
  }
};

/// linear(scale(x, s), W) = linear(x, W s): spikes reach the synapse as spikes.
struct FoldScaleIntoSynapse : OpInterfaceRewritePattern<SynapseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(SynapseOpInterface op,
                                PatternRewriter &rewriter) const override {
    auto scale = op.getInput().getDefiningOp<ScaleOp>();
    std::optional<int64_t> dim = op.getWeightInputDim();
    // Events are those of the scaled signal.
    if (!scale || !dim || op.getEvents())
      return failure();
    std::optional<Constant> factor = getFloatConstant(scale.getFactor());
    std::optional<Constant> weight = getFloatConstant(op.getWeight());
    if (factor)
      factor = getPerChannel(*factor, op.getInputChannelDim());
    if (!factor || !weight)
      return failure();
    Value scaled = createConstant(rewriter, op.getWeight().getLoc(),
                                  scaleAlong(*weight, *dim, *factor), "weight");
    rewriter.modifyOpInPlace(op, [&] {
      op.getWeightMutable().set(scaled);
      op.getInputMutable().set(scale.getInput());
    });
    return success();
  }
};

/// A bias of zeros is none.
struct DropZeroBias : OpInterfaceRewritePattern<SynapseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(SynapseOpInterface op,
                                PatternRewriter &rewriter) const override {
    std::optional<Constant> bias = getFloatConstant(op.getBias());
    if (!bias || !bias->isEverywhere(0))
      return failure();
    rewriter.modifyOpInPlace(op, [&] { op.getBiasMutable().clear(); });
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// add(add(a, b), c) = add(a, b, c), the order of the sum unchanged.
struct FlattenAdd : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    auto first = op.getInputs().front().getDefiningOp<AddOp>();
    if (!first || first == op || !first->hasOneUse() ||
        first.getType() != op.getType())
      return failure();
    SmallVector<Value> inputs(first.getInputs());
    llvm::append_range(inputs, op.getInputs().drop_front());
    rewriter.modifyOpInPlace(op, [&] { op.getInputsMutable().assign(inputs); });
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Delays
//===----------------------------------------------------------------------===//

/// Delays of the same signal by the same steps are one, whichever nodes they
/// are: each has memory.
struct MergeEqualDelays : OpRewritePattern<DelayOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DelayOp op,
                                PatternRewriter &rewriter) const override {
    for (Operation *user : op.getInput().getUsers()) {
      auto other = dyn_cast<DelayOp>(user);
      if (!other || other->getBlock() != op->getBlock() ||
          !other->isBeforeInBlock(op) || other.getInput() != op.getInput() ||
          other.getInit() != op.getInit() ||
          other.getSteps() != op.getSteps() || other.getType() != op.getType())
        continue;
      rewriter.replaceOp(op, other);
      return success();
    }
    return failure();
  }
};

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

/// A transpose that only moves dimensions of size 1 moves no element.
struct TransposeToReshape : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType from = op.getInput().getType(), to = op.getType();
    SmallVector<int64_t> moved;
    for (int64_t dim : op.getPermutation())
      if (from.getDimSize(dim) != 1)
        moved.push_back(dim);
    // Scales along a dimension have no place in a line.
    bool isPerAxis =
        isa<quant::UniformQuantizedPerAxisType>(from.getElementType());
    if (!llvm::is_sorted(moved) || from.getRank() < 2 || isPerAxis)
      return failure();
    ReassociationIndices all =
        llvm::to_vector(llvm::seq<int64_t>(0, from.getRank()));
    auto flatType =
        RankedTensorType::get(from.getNumElements(), from.getElementType());
    auto flat = tensor::CollapseShapeOp::create(
        rewriter, op.getLoc(), flatType, op.getInput(),
        ArrayRef<ReassociationIndices>{all});
    copyNode(flat, op);
    auto result = tensor::ExpandShapeOp::create(
        rewriter, op.getLoc(), to, flat, ArrayRef<ReassociationIndices>{all});
    copyNode(result, op);
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// linear(flatten(transpose(x)), W) = linear(flatten(x), W') with the columns
/// of W in the order of x.
struct FoldTransposeIntoLinear : OpRewritePattern<LinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LinearOp op,
                                PatternRewriter &rewriter) const override {
    auto flatten = op.getInput().getDefiningOp<tensor::CollapseShapeOp>();
    auto transpose =
        flatten ? flatten.getSrc().getDefiningOp<TransposeOp>() : nullptr;
    // A sum that saturates on the way depends on the order of its terms.
    if (!transpose || op.getSaturate())
      return failure();
    std::optional<Constant> weight = getConstant(op.getWeight());
    if (!weight || weight->shape.size() != 2)
      return failure();
    int64_t outputs = weight->shape[0], inputs = weight->shape[1];
    if (!weight->isUniform()) {
      std::vector<int64_t> order =
          getPermutedOrder(transpose.getInput().getType().getShape(),
                           transpose.getPermutation());
      std::vector<double> values = weight->values;
      for (int64_t o = 0; o < outputs; ++o)
        for (int64_t i = 0; i < inputs; ++i)
          weight->values[o * inputs + order[i]] = values[o * inputs + i];
    }
    Value newWeight =
        createConstant(rewriter, op.getWeight().getLoc(), *weight, "weight");
    auto flat = tensor::CollapseShapeOp::create(
        rewriter, flatten.getLoc(), flatten.getResultType(),
        transpose.getInput(), flatten.getReassociationIndices());
    copyNode(flat, flatten);
    rewriter.modifyOpInPlace(op, [&] {
      op.getWeightMutable().assign(newWeight);
      op.getInputMutable().assign(flat);
    });
    return success();
  }
};

} // namespace

void snn::addNeuronPatterns(RewritePatternSet &results, StringRef opName) {
  results.add<CollapseUniformCoefficients, DropNeutralCoefficients,
              FoldGainIntoWeights>(results.getContext(), opName);
}

void LinearOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                           MLIRContext *context) {
  results.add<FoldTransposeIntoLinear>(context);
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                              MLIRContext *context) {
  results.add<TransposeToReshape>(context);
}

void ScaleOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                          MLIRContext *context) {
  results.add<CollapseUniformCoefficients>(context, getOperationName());
  results.add<FoldScaleOfSynapse, FoldScaleOfScale>(context);
}

void AddOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                        MLIRContext *context) {
  results.add<FlattenAdd>(context);
}

void DelayOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                          MLIRContext *context) {
  results.add<MergeEqualDelays>(context);
}

void ThresholdOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                              MLIRContext *context) {
  results.add<CollapseUniformCoefficients>(context, getOperationName());
}

void SNNDialect::getCanonicalizationPatterns(RewritePatternSet &results) const {
  results.add<FoldScaleIntoSynapse, DropZeroBias>(getContext());
}
