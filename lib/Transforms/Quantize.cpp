//===- Quantize.cpp - Networks of integers --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A spike has no scale, so what spikes add to a neuron has the scale of the
// weights, and the neuron's voltage lives in fractions of that unit: then
// nothing on the way is rescaled. Values that are not driven by spikes get a
// scale from their range.
//
//===----------------------------------------------------------------------===//

#include "Ranges.h"
#include "snn/IR/Identity.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

namespace snn {
#define GEN_PASS_DEF_SNNQUANTIZE
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;
using namespace snn;

//===----------------------------------------------------------------------===//
// Values and constants
//===----------------------------------------------------------------------===//

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

/// Whether `op` computes values from this step's values alone.
static bool isStateless(Operation *op) {
  return isa_and_present<SynapseOpInterface, SumPool2dOp, AvgPool2dOp, ScaleOp,
                         AddOp, TransposeOp, tensor::CollapseShapeOp,
                         tensor::ExpandShapeOp>(op);
}

//===----------------------------------------------------------------------===//
// Preparations on the network of floating-point numbers
//===----------------------------------------------------------------------===//

/// What the network gives and also uses itself gets a copy of its own, so that
/// watching a value does not change how it is computed.
static Value copyForOutput(Value value,
                           llvm::DenseMap<Operation *, Value> &copies) {
  Operation *op = value.getDefiningOp();
  if (!isStateless(op) || !isFloat(value))
    return value;
  if (Value copy = copies.lookup(op))
    return copy;
  OpBuilder builder(op);
  Operation *copy = builder.clone(*op);
  unsigned signals = isa<AddOp>(op) ? op->getNumOperands() : 1;
  for (unsigned index = 0; index < signals; ++index)
    copy->setOperand(index, copyForOutput(op->getOperand(index), copies));
  return copies[op] = copy->getResult(0);
}

static void separateOutputs(NetworkOp network) {
  llvm::DenseMap<Operation *, Value> copies;
  Operation *terminator = network.getBodyBlock()->getTerminator();
  SmallVector<OpOperand *> pending = llvm::map_to_vector(
      terminator->getOpOperands(), [](OpOperand &operand) { return &operand; });
  while (!pending.empty()) {
    OpOperand &operand = *pending.pop_back_val();
    Operation *op = operand.get().getDefiningOp();
    if (!isStateless(op) || !isFloat(operand.get()))
      continue;
    if (!operand.get().hasOneUse()) {
      operand.set(copyForOutput(operand.get(), copies));
      continue;
    }
    unsigned signals = isa<AddOp>(op) ? op->getNumOperands() : 1;
    for (OpOperand &signal : op->getOpOperands().take_front(signals))
      pending.push_back(&signal);
  }
}

/// The neurons that nothing but `value` and sums of it with others drive, or
/// none if something else uses it.
static FailureOr<SmallVector<NeuronOpInterface>> getDrivenNeurons(Value value) {
  SmallVector<NeuronOpInterface> neurons;
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (auto add = dyn_cast<AddOp>(user); add && add->hasOneUse()) {
      OpOperand &next = *add->use_begin();
      if (next.getOperandNumber() != 0)
        return failure();
      user = next.getOwner();
    } else if (use.getOperandNumber() != 0) {
      return failure();
    }
    auto neuron = dyn_cast<NeuronOpInterface>(user);
    if (!neuron)
      return failure();
    neurons.push_back(neuron);
  }
  return neurons;
}

/// leak + gain * bias
static void addToLeak(NeuronOpInterface neuron, const Constant &bias) {
  Constant added = bias;
  MutableOperandRange gain = neuron.getInputGainMutable();
  if (!gain.empty())
    added = zipConstants(added, *getConstant(gain[0].get()),
                         std::multiplies<double>());
  MutableOperandRange leak = neuron.getInputLeakMutable();
  if (!leak.empty())
    added =
        zipConstants(added, *getConstant(leak[0].get()), std::plus<double>());
  OpBuilder builder(neuron);
  leak.assign(createConstant(builder, neuron->getLoc(), added, "leak"));
}

static bool hasConstantCoefficients(NeuronOpInterface neuron) {
  return llvm::all_of(neuron.getCoefficients(), [](OpOperand &operand) {
    return getConstant(operand.get()).has_value();
  });
}

/// A bias is added in every step, as a leak is; there it keeps the fractional
/// bits of the voltage.
static void moveBiasesToNeurons(NetworkOp network) {
  for (Operation &op : *network.getBodyBlock()) {
    auto synapse = dyn_cast<SynapseOpInterface>(op);
    std::optional<Constant> bias =
        synapse ? getConstant(synapse.getBias()) : std::nullopt;
    if (!bias)
      continue;
    FailureOr<SmallVector<NeuronOpInterface>> neurons =
        getDrivenNeurons(op.getResult(0));
    if (failed(neurons) || !llvm::all_of(*neurons, hasConstantCoefficients))
      continue;
    // One number per channel, for the shape of the neurons.
    int64_t rank = cast<RankedTensorType>(op.getResult(0).getType()).getRank();
    SmallVector<int64_t> shape(bias->shape);
    if (static_cast<int64_t>(shape.size()) < rank) {
      shape.assign(rank, 1);
      shape[synapse.getResultChannelDim()] = bias->getNumElements();
    }
    bias->shape = shape;
    for (NeuronOpInterface neuron : *neurons) {
      addToLeak(neuron, *bias);
      markVariant(&op);
    }
    synapse.getBiasMutable().clear();
  }
}

//===----------------------------------------------------------------------===//
// Constants that are signals
//===----------------------------------------------------------------------===//

static bool isSignalUse(OpOperand &use) {
  return isa<OutputOp, AddOp>(use.getOwner()) || use.getOperandNumber() == 0;
}

/// Whether a constant is a signal, not a coefficient.
static bool isConstantSignal(arith::ConstantOp constant) {
  return isFloat(constant) && isa<RankedTensorType>(constant.getType()) &&
         llvm::any_of(constant->getUses(), isSignalUse);
}

/// A constant that is both gets a copy for each role: they have other scales.
static void separateSignals(NetworkOp network) {
  SmallVector<arith::ConstantOp> constants(
      network.getBodyBlock()->getOps<arith::ConstantOp>());
  for (arith::ConstantOp constant : constants) {
    if (!isConstantSignal(constant) ||
        llvm::all_of(constant->getUses(), isSignalUse))
      continue;
    OpBuilder builder(constant);
    Operation *copy = builder.clone(*constant);
    constant->replaceUsesWithIf(
        copy->getResults(), [](OpOperand &use) { return isSignalUse(use); });
  }
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

namespace {

/// How a state is stored.
struct StateType {
  quant::QuantizedType type;
  /// Whether 16 bits of the state are fine enough for its decay.
  bool isShort;
};

/// What a state meets, in real numbers.
struct StateRange {
  /// Everything that appears in the update, where that is bounded, and what
  /// one step adds.
  Bounds extremes, drive;
  /// What the state should never be far from: thresholds, initial values.
  Interval usual;
};

/// What a spiking neuron needs of a state that may saturate, in real numbers.
struct SpikingNeed {
  /// Magnitudes that must not saturate.
  double far;
  /// How much of the state may be left where a decay rounds to nothing.
  double rest;
  /// Whether that may also be what the smallest weight adds.
  bool mayLeaveUnit;
  /// The part of the state that a decay takes away, at least.
  double forgotten;
  /// By how much a reset lowers the state, at most.
  double reset;

  /// The fractional bits of `unit` with which half of the last one, divided by
  /// `forgotten`, is no more than the rest.
  int getFraction(double unit) const {
    double most = mayLeaveUnit ? std::max(rest / unit, 1.0) : rest / unit;
    // No state has 100; what is 0 would need infinitely many.
    return static_cast<int>(
        std::min(std::ceil(-std::log2(2 * forgotten * most)), 100.0));
  }
};

/// How the weights of a synapse are stored.
struct WeightType {
  /// Real scales, per output channel.
  Scales scales;
  unsigned bits;
};

/// Quantizes one network.
class NetworkQuantization {
public:
  NetworkQuantization(NetworkOp network, unsigned weightBits, bool powersOfTwo,
                      bool shortStates)
      : network(network), context(network.getContext()), weightBits(weightBits),
        powersOfTwo(powersOfTwo), shortStates(shortStates) {}

  LogicalResult run();

private:
  // Decisions: a quantized type for every signal of floating-point numbers.
  LogicalResult checkTypes();
  LogicalResult checkConstants();
  LogicalResult checkNumbers();
  void chooseWeightTypes();
  /// Chooses the scales of synapses that share them.
  void chooseSharedScales(ArrayRef<SynapseOpInterface> synapses);
  /// The bits that are asked for.
  unsigned getWeightBits(SynapseOpInterface op) const;
  /// The least of `bits` of the synapses that drive a neuron, or those of the
  /// network if none does.
  unsigned
  getDriveBits(NeuronOpInterface neuron,
               llvm::function_ref<unsigned(SynapseOpInterface)> bits) const;
  void chooseType(Operation *op);
  void chooseNeuronTypes(NeuronOpInterface neuron);
  /// Chooses the type of a state; `unit` is that of what drives it, and then
  /// that of its drive.
  void chooseStateType(NeuronOpInterface neuron, const NeuronModel &model,
                       const StateModel &state, const StateBounds &bounds,
                       Scales &unit, int64_t axis);
  void chooseInputTypes();
  void assumeRanges();
  double roundScale(double scale) const;
  /// A type with one scale, for the range of `value`.
  quant::QuantizedType getRangeType(Value value, unsigned bits);
  /// A type for what enters a synapse, a pool or a reshape.
  quant::QuantizedType getPlainType(Value value);
  bool isUnbounded(Value value) const;
  quant::QuantizedType getBoundedType(Value value, const Scales &scales) const;
  /// A type for what enters a neuron or is compared.
  quant::QuantizedType getDriveType(Value value) const;
  /// The type in which an operand is wanted, or null if any will do.
  quant::QuantizedType getWantedType(OpOperand &operand);
  StateType getStateType(NeuronOpInterface neuron, const Scales &unit,
                         const StateRange &range,
                         std::optional<SpikingNeed> need, Value decay,
                         Value leak);
  Scales scaleBy(const Scales &unit, Value factor, ArrayRef<int64_t> shape,
                 int64_t axis) const;

  // Rewriting.
  void convertOperands(Operation *op);
  void convertSynapse(SynapseOpInterface op);
  void convertNeuron(NeuronOpInterface op);
  void setCoefficient(MutableOperandRange operand, Type type, Value signal,
                      StringRef name, double (*round)(double) = roundHalfUp);
  void setFixedPoint(MutableOperandRange operand, const Constant &real,
                     int shift, StringRef name,
                     llvm::function_ref<double(double)> toInteger);
  void setFactor(MutableOperandRange operand, StringRef name);
  void setDecay(MutableOperandRange operand, quant::QuantizedType state,
                StringRef name);
  void convertTypes();
  void relistEvents();

  NetworkOp network;
  MLIRContext *context;
  unsigned weightBits;
  bool powersOfTwo;
  /// Whether states may saturate in 16 bits.
  bool shortStates;
  std::unique_ptr<RangeAnalysis> ranges;
  /// In the order in which they were chosen, which the IR then has, too.
  llvm::MapVector<Value, quant::QuantizedType> types;
  llvm::DenseMap<Operation *, WeightType> weightTypes;
};

} // namespace

/// The storage for analog signals, and for what the caller passes.
static constexpr unsigned kSignalBits = 16;
/// The bits that the weights of a synapse are to have, where these are not
/// those of the network.
static constexpr StringLiteral kWeightBitsAttr = "snn.weight_bits";
/// Numbers are assumed to be below 128 where nothing is known.
static constexpr double kAssumedRange = 128;
/// The largest magnitude of a 32-bit state: sums of two do not overflow.
static constexpr double kLargestState = 1 << 30;

double NetworkQuantization::roundScale(double scale) const {
  if (!powersOfTwo || scale == 0)
    return scale;
  return std::exp2(std::ceil(std::log2(scale) - 1e-9));
}

LogicalResult NetworkQuantization::checkTypes() {
  auto isQuantized = [](Type type) {
    return isa<quant::QuantizedType>(getElementTypeOrSelf(type));
  };
  Block *body = network.getBodyBlock();
  if (llvm::any_of(body->getArgumentTypes(), isQuantized))
    return network.emitOpError("has quantized inputs, expected floating-point "
                               "numbers or spikes; it is quantized already, "
                               "leave snn-quantize out");
  for (Operation &op : *body)
    if (llvm::any_of(op.getResultTypes(), isQuantized))
      return op.emitOpError("has a quantized result, expected floating-point "
                            "numbers or spikes; the network is quantized "
                            "already, leave snn-quantize out");
  return success();
}

LogicalResult NetworkQuantization::checkConstants() {
  for (Operation &op : *network.getBodyBlock()) {
    unsigned signals = isa<AddOp, OutputOp>(op) ? op.getNumOperands() : 1;
    if (!isa<SNNDialect>(op.getDialect()))
      continue;
    for (OpOperand &operand : op.getOpOperands())
      if (operand.getOperandNumber() >= signals && isFloat(operand.get()) &&
          !getConstant(operand.get()))
        return op.emitOpError("operand ")
               << operand.getOperandNumber()
               << " is not a constant; only constants can be quantized";
  }
  return success();
}

/// Whether infinity has a meaning there: what is never reached.
static bool mayBeInfinite(OpOperand &operand) {
  Value value = operand.get();
  return llvm::TypeSwitch<Operation *, bool>(operand.getOwner())
      .Case([&](NeuronOpInterface neuron) {
        return value == neuron.getCoefficient("threshold") ||
               value == neuron.getCoefficient("floor");
      })
      .Case([&](ThresholdOp op) { return value == op.getThreshold(); })
      .Default(false);
}

/// Integers stand for finite numbers only.
LogicalResult NetworkQuantization::checkNumbers() {
  for (Operation &op : *network.getBodyBlock())
    for (OpOperand &operand : op.getOpOperands()) {
      std::optional<Constant> constant = getFloatConstant(operand.get());
      if (!constant)
        continue;
      auto isFine = [&](double value) {
        return std::isfinite(value) ||
               (std::isinf(value) && mayBeInfinite(operand));
      };
      auto *found = llvm::find_if_not(ArrayRef(constant->values), isFine);
      if (found != ArrayRef(constant->values).end())
        return op.emitOpError("operand ")
               << operand.getOperandNumber() << " holds "
               << (std::isnan(*found) ? "NaN" : "infinity") << " at index "
               << found - constant->values.data()
               << ", expected finite numbers: others cannot be quantized";
    }
  return success();
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

static int64_t getOutputs(SynapseOpInterface op) {
  return cast<RankedTensorType>(op.getWeight().getType())
      .getDimSize(op.getWeightOutputDim());
}

/// Calls `visit` with the output channel and the magnitude of each weight, and
/// whether a sum begins with it: of a batch of matrices each has one of its
/// own.
static void
visitWeights(SynapseOpInterface op,
             llvm::function_ref<void(int64_t, double, bool)> visit) {
  Constant weight = *getConstant(op.getWeight());
  int64_t outputs = getOutputs(op);
  int64_t inner = getInnerSize(weight.shape, op.getWeightOutputDim());
  for (int64_t index = 0, end = weight.getNumElements(); index < end; ++index) {
    int64_t channel = (index / inner) % outputs;
    bool isFirst =
        index % (inner * outputs) / inner == channel && index % inner == 0;
    visit(channel, std::abs(weight.at(index)), isFirst);
  }
}

/// The largest integer with so many bits whose negative has no more.
static double getLevels(unsigned bits) { return std::exp2(bits - 1) - 1; }

/// The scale with which integers from -1 to 1 are nearest to numbers of these
/// magnitudes in the mean square: if the n largest become 1, that is their
/// mean, and nearest where the square of their sum is largest by n.
static double getTernaryScale(SmallVector<double> magnitudes) {
  llvm::sort(magnitudes, std::greater<double>());
  double sum = 0, most = 0, scale = 0;
  for (auto [index, magnitude] : llvm::enumerate(magnitudes)) {
    sum += magnitude;
    auto count = static_cast<double>(index + 1);
    if (sum * sum / count > most) {
      most = sum * sum / count;
      scale = sum / count;
    }
  }
  return scale;
}

/// The magnitudes of the weights to each output channel.
static SmallVector<SmallVector<double>>
getMagnitudes(ArrayRef<SynapseOpInterface> synapses) {
  SmallVector<SmallVector<double>> magnitudes(getOutputs(synapses.front()));
  for (SynapseOpInterface synapse : synapses)
    visitWeights(synapse, [&](int64_t channel, double magnitude, bool) {
      magnitudes[channel].push_back(magnitude);
    });
  return magnitudes;
}

/// The least scale of the weights to each output channel with which sums of
/// them times inputs of up to `input` stay below 2^29.
static SmallVector<double> getLeastScales(SynapseOpInterface op, double input) {
  SmallVector<double> least(getOutputs(op), 0.0), sums(least);
  visitWeights(op, [&](int64_t channel, double magnitude, bool isFirst) {
    sums[channel] = (isFirst ? 0 : sums[channel]) + magnitude;
    least[channel] =
        std::max(least[channel], sums[channel] * input / (1 << 29));
  });
  return least;
}

/// Weights on a grid are integer multiples, of up to so many bits, of one
/// number for each output channel.
static constexpr unsigned kGridBits = 8;
/// Fewer weights say nothing of a grid, and save nothing in less bits.
static constexpr size_t kFewestOnGrid = 64;

/// The greatest number of which all magnitudes are integer multiples of up to
/// `levels`, but for what rounding to f32 makes of them; 0 if there is none.
static double getGrid(ArrayRef<double> magnitudes, double levels) {
  double largest = *llvm::max_element(magnitudes);
  for (double multiple = 1; multiple <= levels; ++multiple) {
    double step = largest / multiple;
    double error = std::ldexp(multiple, -22);
    if (llvm::all_of(magnitudes, [&](double magnitude) {
          double steps = magnitude / step;
          return std::abs(steps - roundHalfUp(steps)) <= error;
        }))
      return step;
  }
  return 0;
}

/// Makes scales of weights so large that the bias is below 2^29 in units of
/// the result, which has their scale times that of the input.
static void makeRoomForBias(SynapseOpInterface op, double inputScale,
                            MutableArrayRef<double> scales) {
  std::optional<Constant> bias = getConstant(op.getBias());
  if (!bias)
    return;
  int64_t outputs = scales.size();
  for (int64_t index = 0; index < bias->getNumElements(); ++index) {
    double &scale = scales[index % outputs];
    scale = std::max(scale, std::abs(bias->at(index)) / inputScale / (1 << 29));
  }
}

/// The largest integer that an input of a synapse can be.
static double getLargestInput(SynapseOpInterface op, unsigned signalBits) {
  Type type = op.getInput().getType().getElementType();
  if (type.isInteger(1))
    return 1;
  return isa<FloatType>(type) ? std::exp2(signalBits - 1)
                              : static_cast<double>(kMostSpikes);
}

unsigned NetworkQuantization::getWeightBits(SynapseOpInterface op) const {
  auto bits = op->getAttrOfType<IntegerAttr>(kWeightBitsAttr);
  return bits ? bits.getInt() : weightBits;
}

unsigned NetworkQuantization::getDriveBits(
    NeuronOpInterface neuron,
    llvm::function_ref<unsigned(SynapseOpInterface)> bits) const {
  Value input = neuron.getInput();
  auto add = input.getDefiningOp<AddOp>();
  unsigned least = 0;
  for (Value value : add ? ValueRange(add.getInputs()) : ValueRange(input))
    if (auto synapse = value.getDefiningOp<SynapseOpInterface>())
      least = std::min(least ? least : bits(synapse), bits(synapse));
  return least ? least : weightBits;
}

/// Synapses of spikes that meet in a sum share their scales, if their weights
/// are to have as many bits.
void NetworkQuantization::chooseWeightTypes() {
  llvm::EquivalenceClasses<Operation *> sharing;
  SmallVector<SynapseOpInterface> synapses;
  for (Operation &op : *network.getBodyBlock())
    if (auto synapse = dyn_cast<SynapseOpInterface>(op)) {
      synapses.push_back(synapse);
      sharing.insert(&op);
    }
  auto getSharing = [&](Value value) -> SynapseOpInterface {
    auto synapse = value.getDefiningOp<SynapseOpInterface>();
    return synapse && !isFloat(synapse.getInput()) ? synapse : nullptr;
  };
  for (auto add : network.getBodyBlock()->getOps<AddOp>()) {
    SmallVector<SynapseOpInterface> met;
    for (Value input : add.getInputs()) {
      SynapseOpInterface synapse = getSharing(input);
      if (!synapse)
        continue;
      auto *other = llvm::find_if(met, [&](SynapseOpInterface known) {
        return known.getResultChannelDim() == synapse.getResultChannelDim() &&
               getWeightBits(known) == getWeightBits(synapse);
      });
      if (other != met.end())
        sharing.unionSets(*other, synapse);
      else
        met.push_back(synapse);
    }
  }
  llvm::MapVector<Operation *, SmallVector<SynapseOpInterface>> classes;
  for (SynapseOpInterface synapse : synapses)
    classes[sharing.getLeaderValue(synapse)].push_back(synapse);
  for (const auto &[leader, members] : classes)
    chooseSharedScales(members);
}

void NetworkQuantization::chooseSharedScales(
    ArrayRef<SynapseOpInterface> synapses) {
  unsigned bits = getWeightBits(synapses.front());
  SmallVector<SmallVector<double>> magnitudes = getMagnitudes(synapses);
  SmallVector<double> least(magnitudes.size(), 0.0);
  size_t numWeights = 0;
  for (SynapseOpInterface synapse : synapses) {
    SmallVector<double> own =
        getLeastScales(synapse, getLargestInput(synapse, kSignalBits));
    if (!isFloat(synapse.getInput()))
      makeRoomForBias(synapse, 1, own);
    for (auto [value, other] : llvm::zip_equal(least, own))
      value = std::max(value, other);
    numWeights += getConstant(synapse.getWeight())->getNumElements();
  }
  auto isZero = [](ArrayRef<double> channel) {
    return llvm::all_of(channel, [](double value) { return value == 0; });
  };
  // With the scales of a grid nothing is rounded, so sums must fit with them.
  double gridLevels = getLevels(std::min(bits, kGridBits));
  bool isOnGrid = numWeights >= kFewestOnGrid;
  SmallVector<double> scales(magnitudes.size(), 0.0);
  for (auto [index, channel] : llvm::enumerate(magnitudes)) {
    if (!isOnGrid)
      break;
    if (isZero(channel))
      continue;
    double grid = getGrid(channel, gridLevels);
    scales[index] = roundScale(grid);
    isOnGrid = grid > 0 && grid >= least[index] &&
               scales[index] - grid <= std::ldexp(grid, -22);
  }
  if (!isOnGrid)
    for (auto [index, channel] : llvm::enumerate(magnitudes)) {
      double own = isZero(channel) ? 0
                   : bits == 2 ? getTernaryScale(channel)
                               : *llvm::max_element(channel) / getLevels(bits);
      scales[index] = roundScale(std::max(own, least[index]));
    }
  // Channels without weights have any scale.
  double most = *llvm::max_element(scales);
  for (double &scale : scales)
    if (scale == 0)
      scale = most > 0 ? most : roundScale(1.0);
  for (SynapseOpInterface synapse : synapses) {
    double levels = 0;
    visitWeights(synapse, [&](int64_t channel, double magnitude, bool) {
      levels = std::max(levels, roundHalfUp(magnitude / scales[channel]));
    });
    unsigned stored = bits;
    if (isOnGrid && !synapse->hasAttr(kWeightBitsAttr))
      stored = levels <= getLevels(2) ? 2 : levels <= getLevels(4) ? 4 : 8;
    weightTypes[synapse] = {Scales(scales, synapse.getWeightOutputDim()),
                            stored};
  }
}

//===----------------------------------------------------------------------===//
// Types of signals
//===----------------------------------------------------------------------===//

quant::QuantizedType NetworkQuantization::getRangeType(Value value,
                                                       unsigned bits) {
  // Of 32 bits one is left for rounding.
  double levels = bits == 32 ? kLargestState : std::exp2(bits - 1) - 1;
  Interval range = ranges->get(value).getHull();
  double largest = range.getMagnitude();
  double scale = roundScale((largest > 0 ? largest : 1) / levels);
  // Finer than the value itself would show nothing more.
  if (quant::QuantizedType type = types.lookup(value)) {
    Scales own = Scales::of(type);
    scale = std::max(scale, *llvm::min_element(own.values));
  }
  return getQuantizedType(context, bits, Scales(scale));
}

quant::QuantizedType NetworkQuantization::getPlainType(Value value) {
  quant::QuantizedType type = types.lookup(value);
  if (!Scales::of(type).isPerAxis() &&
      type.getStorageTypeIntegralWidth() <= kSignalBits)
    return type;
  return getRangeType(value, kSignalBits);
}

/// The whole range of the type of an input counts: what the caller passes.
void NetworkQuantization::chooseInputTypes() {
  Builder builder(context);
  RangeAnalysis known(network);
  for (BlockArgument argument : network.getBodyBlock()->getArguments()) {
    if (!isFloat(argument))
      continue;
    unsigned index = argument.getArgNumber();
    auto given = network.getArgAttrOfType<IntegerAttr>(index, "snn.bits");
    unsigned bits = given ? given.getInt() : kSignalBits;
    double most = std::exp2(bits - 1);
    Interval range = known.get(argument).getHull();
    // Without data, spikes as 1.0 and their small multiples are exact; eight
    // bits are better used for a smaller range.
    double scale = bits == 8 ? 1.0 / 64 : kAssumedRange / most;
    if (range.isBounded())
      scale = roundScale((range.getMagnitude() > 0 ? range.getMagnitude() : 1) /
                         (most - 1));
    types[argument] = getQuantizedType(context, bits, Scales(scale));
    network.setArgAttr(
        index, kRangeAttr,
        builder.getF64ArrayAttr({-most * scale, (most - 1) * scale}));
  }
}

/// Gives values that nothing bounds a range, one after the other: the next may
/// follow from it.
void NetworkQuantization::assumeRanges() {
  Builder builder(context);
  auto isUnknown = [&](Operation &op) {
    if (op.hasAttr(kRangeAttr))
      return false;
    auto neuron = dyn_cast<NeuronOpInterface>(op);
    if (!neuron && !isa<DelayOp>(op))
      return false;
    Value value = neuron ? Value(neuron.getVoltage()) : op.getResult(0);
    return isFloat(value) && !ranges->get(value).getHull().isBounded();
  };
  bool isComplete = false;
  while (!isComplete) {
    ranges = std::make_unique<RangeAnalysis>(network);
    isComplete = true;
    // Delays first: what a cycle feeds back bounds everything in it.
    for (bool isDelay : {true, false})
      for (Operation &op : *network.getBodyBlock()) {
        if (isa<DelayOp>(op) != isDelay || !isUnknown(op))
          continue;
        op.setAttr(kRangeAttr,
                   builder.getF64ArrayAttr({-kAssumedRange, kAssumedRange}));
        ranges->update(&op);
        isComplete = false;
      }
  }
}

/// The unit of a neuron's drive times a coefficient's magnitude, per channel.
Scales NetworkQuantization::scaleBy(const Scales &unit, Value factor,
                                    ArrayRef<int64_t> shape,
                                    int64_t axis) const {
  Bounds range = getCoefficientRange(factor, 1, shape, axis);
  int64_t size = std::max(range.size(), unit.size());
  Scales result;
  result.values.resize(size);
  if (size > 1)
    result.axis = axis;
  for (auto [index, value] : llvm::enumerate(result.values)) {
    double magnitude = range.at(index).getMagnitude();
    value = unit.at(index) * (magnitude > 0 ? magnitude : 1.0);
  }
  return result;
}

/// The real numbers that a coefficient stands for, of all channels.
static Interval getCoefficientHull(Value coefficient, double absent,
                                   ArrayRef<int64_t> shape) {
  return getCoefficientRange(coefficient, absent, shape, -1).getHull();
}

/// The greatest magnitude of `bounds` in units, per channel, of `unit`.
static double getLargest(const Bounds &bounds, const Scales &unit) {
  bool isAlong = unit.size() == 1 || bounds.axis == unit.axis.value_or(-1);
  double most = 0;
  for (int64_t index = 0, end = std::max(unit.size(), bounds.size());
       index < end; ++index) {
    Interval interval = isAlong ? bounds.at(index) : bounds.getHull();
    most = std::max(most, interval.getMagnitude() / unit.at(index));
  }
  // Rounded weights can add up to a little more.
  return most * 1.03125 + 8;
}

/// The type of 16 bits in which a state can do all that spikes depend on: it
/// saturates only where it is far from the threshold, and no sum of it and what
/// a step adds leaves 16 bits. Null if there is none.
static quant::QuantizedType getSpikingType(MLIRContext *context,
                                           const Scales &unit,
                                           const Bounds &drive,
                                           const SpikingNeed &need) {
  double finest = *llvm::min_element(unit.values);
  double step = getLargest(drive, unit) + need.reset / finest;
  // In units of 2^-fraction: limit >= far, and step + limit <= 32767.
  auto getMost = [&](double far) {
    return static_cast<int>(
        std::floor(std::log2(32767 / (far / finest + step))));
  };
  if (!(finest > 0) || !std::isfinite(need.far / finest + step))
    return nullptr;
  // Twice the range rather than more bits than needed.
  int fraction = std::max(need.getFraction(*llvm::max_element(unit.values)),
                          std::min(getMost(2 * need.far), 16));
  if (fraction > getMost(need.far))
    return nullptr;
  auto limit =
      static_cast<int64_t>(32767 - std::ceil(std::ldexp(step, fraction)));
  Scales scales = unit;
  for (double &scale : scales.values)
    scale = std::ldexp(scale, -fraction);
  return getQuantizedType(context, 16, -limit, limit, scales);
}

/// Chooses the fractional bits of a state in terms of `unit`.
///
/// A step of the decay that is smaller than half of the last bit is lost, so
/// slow decays need as many more bits; a leak adds up its rounding.
StateType NetworkQuantization::getStateType(NeuronOpInterface neuron,
                                            const Scales &unit,
                                            const StateRange &range,
                                            std::optional<SpikingNeed> need,
                                            Value decay, Value leak) {
  ArrayRef<int64_t> shape = neuron.getInput().getType().getShape();
  Interval decays = getCoefficientHull(decay, 1, shape);
  double forgotten = 1 - decays.getMagnitude();
  int needed = 0;
  if (decay && forgotten > 0)
    needed = 2 + std::ceil(std::log2(1 / forgotten));
  else if (leak || decay)
    needed = 8;
  // Units of weights with 16 bits are finer by themselves.
  auto getStoredBits = [&](SynapseOpInterface synapse) {
    return weightTypes.find(synapse)->second.bits;
  };
  auto getAskedBits = [&](SynapseOpInterface synapse) {
    return getWeightBits(synapse);
  };
  bool isFine = getDriveBits(neuron, getStoredBits) == 16;
  needed = std::clamp(needed - (isFine ? 8 : 0), 0, 15);
  if (!shortStates || getDriveBits(neuron, getAskedBits) == 16)
    need = std::nullopt;
  if (need)
    needed = std::min(
        needed,
        std::max(0, need->getFraction(*llvm::max_element(unit.values))));

  bool isBounded = range.extremes.getHull().isBounded();
  double most = isBounded ? getLargest(range.extremes, unit) : 0;
  auto bitsFor = [&](double limit) {
    return static_cast<int>(std::floor(std::log2(limit / most)));
  };
  auto makeType = [&](unsigned bits, int fraction) {
    Scales scales = unit;
    for (double &scale : scales.values)
      scale = std::ldexp(scale, -fraction);
    if (bits == 16)
      return getQuantizedType(context, 16, scales);
    return getQuantizedType(context, 32, -kLargestState, kLargestState - 1,
                            scales);
  };
  // Of a range of so many units, 16 bits are within one unit: what a decay
  // does not see of a state is less than the smallest weight.
  constexpr double kShort = 1 << 16;
  if (isBounded && bitsFor(32767) >= needed)
    return {makeType(16, std::min(bitsFor(32767), 16)), true};
  if (need && range.drive.getHull().isBounded())
    if (quant::QuantizedType type =
            getSpikingType(context, unit, range.drive, *need))
      return {type, true};
  if (isBounded && bitsFor(kDriveLimit) >= needed)
    return {makeType(32, std::min(bitsFor(kDriveLimit), 16)), most <= kShort};
  // Nothing bounds the state, or not closely: it saturates, far away from what
  // is usual.
  most = 8;
  for (double scale : unit.values)
    most = std::max(most, 64 * range.usual.getMagnitude() / scale);
  int fraction = std::clamp(bitsFor(kLargestState), -16, 16);
  return {makeType(32, fraction), most <= kShort};
}

/// What the spikes of a leaky neuron need of its voltage: a range of 8
/// thresholds, of which the decay leaves no more than a 16th of a threshold or
/// the smallest weight. None if more voltage always means more spikes.
static std::optional<SpikingNeed> getVoltageNeed(NeuronOpInterface op,
                                                 const SpikeModel &spikes,
                                                 ArrayRef<int64_t> shape) {
  auto range = [&](StringRef name, double absent) {
    return getCoefficientHull(op.getCoefficient(name), absent, shape);
  };
  Interval threshold = range("threshold", 0), decay = range("decay", 1);
  bool isLeaky = decay.lo >= 0 && decay.hi < 1;
  // A voltage that no spike resets goes on to make spikes, the longer the
  // larger it is.
  bool countsOrStays = spikes.counts() || !spikes.resets();
  if (!(threshold.lo > 0) || !isLeaky || countsOrStays)
    return std::nullopt;
  double reset = std::max(threshold.hi, range("reset_value", 0).getMagnitude());
  return SpikingNeed{
      std::max(8 * threshold.hi, range("init", 0).getMagnitude()),
      threshold.lo / 16, /*mayLeaveUnit=*/true, 1 - decay.hi, 2 * reset};
}

/// The same of the current: it can move the voltage by 2 thresholds in one
/// step, and what its decay leaves moves it by no more than a 6th of one in
/// all.
static std::optional<SpikingNeed> getCurrentNeed(NeuronOpInterface op,
                                                 const SpikeModel &spikes,
                                                 ArrayRef<int64_t> shape) {
  std::optional<SpikingNeed> voltage = getVoltageNeed(op, spikes, shape);
  auto range = [&](StringRef name, double absent) {
    return getCoefficientHull(op.getCoefficient(name), absent, shape);
  };
  Interval decay = range("current_decay", 1), gain = range("gain", 1);
  double init = range("current_init", 0).getMagnitude();
  if (!voltage || !(gain.lo > 0) || !(decay.lo >= 0 && decay.hi < 1))
    return std::nullopt;
  double rest = voltage->rest * 16 / 6 * voltage->forgotten / gain.hi;
  return SpikingNeed{std::max(voltage->far / 4 / gain.lo, init), rest,
                     /*mayLeaveUnit=*/false, 1 - decay.hi, 0};
}

/// What a current with elements of `type` adds to a voltage in one step, no
/// more than `proved`.
static Bounds getCurrentDrive(NeuronOpInterface op, quant::QuantizedType type,
                              const Bounds &proved, ArrayRef<int64_t> shape) {
  auto magnitude = [&](StringRef name, double absent) {
    return getCoefficientHull(op.getCoefficient(name), absent, shape)
        .getMagnitude();
  };
  double gain = magnitude("gain", 1), leak = magnitude("leak", 0);
  Scales scales = Scales::of(type);
  auto largest = static_cast<double>(type.getStorageTypeMax());
  Bounds drive;
  drive.axis = scales.axis.value_or(-1);
  drive.values.clear();
  bool isAlong = proved.size() == scales.size() && proved.axis == drive.axis;
  for (auto [index, scale] : llvm::enumerate(scales.values)) {
    Interval known = isAlong ? proved.at(index) : proved.getHull();
    double most = std::min(known.getMagnitude(), gain * largest * scale + leak);
    drive.values.push_back({-most, most});
  }
  return drive;
}

void NetworkQuantization::chooseNeuronTypes(NeuronOpInterface neuron) {
  NeuronModel model(neuron);
  const NeuronRange &range = ranges->getNeuron(neuron);
  int64_t axis = ranges->getChannelAxis(neuron.getVoltage());
  Value input = neuron.getInput();
  Scales unit(std::exp2(1.0 - weightBits)); // of a spike
  if (isFloat(input))
    unit = Scales::of(getDriveType(input));
  if (unit.isPerAxis() && *unit.axis != axis)
    axis = *unit.axis;
  if (model.current)
    chooseStateType(neuron, model, *model.current, range.current, unit, axis);
  chooseStateType(neuron, model, model.voltage, range.voltage, unit, axis);
}

void NetworkQuantization::chooseStateType(NeuronOpInterface neuron,
                                          const NeuronModel &model,
                                          const StateModel &state,
                                          const StateBounds &bounds,
                                          Scales &unit, int64_t axis) {
  ArrayRef<int64_t> shape = neuron.getInput().getType().getShape();
  bool isVoltage = state.value == model.voltage.value;
  auto get = [&](StringRef name) { return neuron.getCoefficient(name); };
  auto hull = [&](StringRef name) {
    return getCoefficientHull(get(name), 0, shape);
  };
  unit = scaleBy(unit, get(state.name("gain")), shape, axis);
  StateRange range{bounds.extremes, bounds.drive,
                   getHull({0, 0}, hull(state.name("init")))};
  std::optional<SpikingNeed> need;
  if (isVoltage && model.spikes) {
    range.usual = getHull(range.usual, hull("threshold"));
    need = getVoltageNeed(neuron, *model.spikes, shape);
  } else if (model.spikes) {
    need = getCurrentNeed(neuron, *model.spikes, shape);
  } else if (Interval floor = isVoltage ? hull("floor") : Interval();
             floor.isBounded()) {
    range.usual = getHull(range.usual, floor);
  }
  if (Interval drive = range.drive.getHull(); drive.isBounded())
    range.usual = getHull(range.usual, drive);
  if (isVoltage && model.spikes && model.current)
    range.drive = getCurrentDrive(neuron, types.lookup(model.current->value),
                                  range.drive, shape);
  Value decay = get(state.name("decay"));
  StateType chosen =
      getStateType(neuron, unit, range, need, decay, get(state.name("leak")));
  types[state.value] = chosen.type;
  bool isShort = decay && chosen.isShort;
  // A carried reset comes before the decay: what it leaves may be larger.
  if (isVoltage && model.spikes)
    isShort &= model.spikes->resetTiming != ResetTiming::Carried;
  StringRef name = isVoltage ? "short_decay" : "short_current_decay";
  if (isShort)
    neuron->setAttr(name, UnitAttr::get(context));
  else
    neuron->removeAttr(name);
}

void NetworkQuantization::chooseType(Operation *op) {
  if (auto neuron = dyn_cast<NeuronOpInterface>(op))
    return chooseNeuronTypes(neuron);
  if (op->getNumResults() != 1 || !isFloat(op->getResult(0)) ||
      !isa<RankedTensorType>(op->getResult(0).getType()))
    return;
  Value result = op->getResult(0);
  auto getInputScale = [&](Value input) {
    return isFloat(input) ? Scales::of(getPlainType(input)).at(0) : 1.0;
  };
  auto getSumType = [&](double scale) {
    Interval range = ranges->get(result).getHull();
    bool isSmall = range.getMagnitude() / scale <= 32767;
    return getQuantizedType(context, isSmall ? 16 : 32, Scales(scale));
  };
  types[result] =
      llvm::TypeSwitch<Operation *, quant::QuantizedType>(op)
          .Case([&](SynapseOpInterface synapse) {
            double inputScale = getInputScale(synapse.getInput());
            // Synapses of values share their scales with no other.
            Scales scales = weightTypes[op].scales;
            if (isFloat(synapse.getInput())) {
              makeRoomForBias(synapse, inputScale, scales.values);
              for (double &scale : scales.values)
                scale = roundScale(scale);
              weightTypes[op].scales = scales;
            }
            for (double &scale : scales.values)
              scale *= inputScale;
            scales.axis = synapse.getResultChannelDim();
            return getQuantizedType(context, 32, scales);
          })
          .Case([&](SumPool2dOp pool) {
            return getSumType(getInputScale(pool.getInput()));
          })
          .Case([&](AvgPool2dOp pool) {
            double scale = getInputScale(pool.getInput());
            for (const WindowDim &dim : pool.getWindow())
              scale /= static_cast<double>(dim.size);
            return getSumType(scale);
          })
          .Case([&](AddOp add) {
            // The finest of the operands' scales.
            std::optional<Scales> finest;
            for (Value input : add.getInputs()) {
              if (!isFloat(input))
                continue;
              Scales scales = Scales::of(types.lookup(input));
              if (!finest) {
                finest = scales;
                continue;
              }
              if (scales.isPerAxis() && finest->isPerAxis() &&
                  scales.axis != finest->axis) {
                finest = Scales(std::min(*llvm::min_element(scales.values),
                                         *llvm::min_element(finest->values)));
                continue;
              }
              Scales both = scales.size() > finest->size() ? scales : *finest;
              for (auto [index, scale] : llvm::enumerate(both.values))
                scale = std::min(scales.at(index), finest->at(index));
              finest = both;
            }
            // Coarser where the sum would not fit 32 bits.
            Scales scales = finest ? *finest : Scales(1.0);
            const Bounds &range = ranges->get(result);
            bool isAlong = range.size() == scales.size() &&
                           range.axis == scales.axis.value_or(-1);
            for (auto [index, scale] : llvm::enumerate(scales.values)) {
              Interval values = isAlong ? range.at(index) : range.getHull();
              if (values.isBounded())
                scale = std::max(scale, roundScale(values.getMagnitude() /
                                                   (kLargestState / 2)));
            }
            return getQuantizedType(context, 32, scales);
          })
          .Case<TransposeOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
              [&](auto reshape) {
                return getPlainType(reshape->getOperand(0));
              })
          .Default(
              [&](Operation *) { return getRangeType(result, kSignalBits); });
}

/// Whether nothing but an assumption or data bounds a voltage.
bool NetworkQuantization::isUnbounded(Value value) const {
  auto neuron = value.getDefiningOp<NeuronOpInterface>();
  return neuron && neuron->hasAttr(kRangeAttr) &&
         value == neuron.getVoltage() &&
         !ranges->get(value).getHull().contains(
             ranges->getNeuron(neuron).voltage.carried.getHull());
}

/// A type with `scales` that holds no more than the known range of `value`.
quant::QuantizedType
NetworkQuantization::getBoundedType(Value value, const Scales &scales) const {
  double least = *llvm::min_element(scales.values);
  double most = ranges->get(value).getHull().getMagnitude() / least;
  auto limit = static_cast<int64_t>(
      std::min(std::ceil(most), static_cast<double>(kLargestState)));
  return getQuantizedType(context, 32, -limit, limit, scales);
}

quant::QuantizedType NetworkQuantization::getDriveType(Value value) const {
  quant::QuantizedType type = types.lookup(value);
  if (!isUnbounded(value))
    return type;
  Scales own = Scales::of(type);
  return getBoundedType(value, Scales(*llvm::min_element(own.values)));
}

quant::QuantizedType NetworkQuantization::getWantedType(OpOperand &operand) {
  Operation *op = operand.getOwner();
  Value value = operand.get();
  if (isa<AddOp>(op)) {
    Scales sum = Scales::of(types.lookup(op->getResult(0)));
    return isUnbounded(value) ? getBoundedType(value, sum)
                              : getQuantizedType(context, 32, sum);
  }
  if (auto output = dyn_cast<OutputOp>(op)) {
    unsigned index = operand.getOperandNumber();
    if (network.getResultAttr(index, "snn.record"))
      return types.lookup(value);
    return getRangeType(value, weightBits == 16 ? 32 : 16);
  }
  if (isa<DelayOp>(op))
    return types.lookup(op->getResult(0));
  if (isa<NeuronOpInterface, ThresholdOp>(op))
    return getDriveType(value);
  return getPlainType(value);
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// Brings operands into the types that are wanted, by way of the real numbers.
void NetworkQuantization::convertOperands(Operation *op) {
  unsigned signals = isa<AddOp, OutputOp>(op) ? op->getNumOperands() : 1;
  bool takesSignals = isa<SNNDialect>(op->getDialect()) ||
                      isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op);
  if (!takesSignals)
    return;
  for (OpOperand &operand : op->getOpOperands().take_front(signals)) {
    Value value = operand.get();
    quant::QuantizedType type = types.lookup(value);
    if (!type)
      continue;
    quant::QuantizedType wanted = getWantedType(operand);
    if (wanted == type)
      continue;
    auto tensor = cast<RankedTensorType>(value.getType());
    OpBuilder builder(op);
    Location loc = value.getLoc();
    Value real = quant::DequantizeCastOp::create(
        builder, loc, tensor.clone(Float32Type::get(context)), value);
    operand.set(quant::QuantizeCastOp::create(builder, loc,
                                              tensor.clone(wanted), real));
  }
}

/// The weights as integers, one scale for each output.
void NetworkQuantization::convertSynapse(SynapseOpInterface op) {
  Constant weight = *getConstant(op.getWeight());
  const auto &[scales, bits] = weightTypes[op];
  int64_t outputs = getOutputs(op);
  int64_t inner = getInnerSize(weight.shape, op.getWeightOutputDim());
  Constant integers = weight;
  unsigned storage = bits == 16 ? 16 : 8;
  integers.elementType = IntegerType::get(context, storage);
  double most = getLevels(bits);
  integers.quantizedType = getQuantizedType(
      context, storage, static_cast<int64_t>(-most), most, scales);
  integers.values.resize(weight.getNumElements());
  for (auto [index, value] : llvm::enumerate(integers.values))
    value = std::clamp(
        roundHalfUp(weight.at(index) / scales.at((index / inner) % outputs)),
        -most, most);
  OpBuilder builder(op);
  op.getWeightMutable().set(
      createConstant(builder, op.getWeight().getLoc(), integers, "weight"));
  op->removeAttr(kWeightBitsAttr);
  if (op.getBias())
    setCoefficient(op.getBiasMutable(), types.lookup(op->getResult(0)), Value(),
                   "bias");
}

/// The coefficient's numbers in units of `type`, 32 bits each. `signal` is what
/// it belongs to, null for a bias with one number for each channel.
void NetworkQuantization::setCoefficient(MutableOperandRange operand, Type type,
                                         Value signal, StringRef name,
                                         double (*round)(double)) {
  if (operand.empty())
    return;
  Constant real = *getConstant(operand[0].get());
  Scales scales = Scales::of(type);
  SmallVector<int64_t> shape = real.shape;
  bool isScalar = real.isUniform() && !scales.isPerAxis() && signal;
  if (!isScalar && signal) {
    ArrayRef<int64_t> whole =
        cast<RankedTensorType>(signal.getType()).getShape();
    if (real.isUniform())
      shape.assign(whole.size(), 1);
    if (scales.isPerAxis())
      shape[*scales.axis] = whole[*scales.axis];
  } else if (!signal) {
    if (scales.isPerAxis())
      scales.axis = shape.size() - 1;
  }
  bool isLeak = name.ends_with("leak");
  double limit = isLeak ? static_cast<double>(kDriveLimit) : std::exp2(31);
  auto toInteger = [&](double value, double scale) {
    return std::clamp(round(value / scale), -limit, limit - 1);
  };
  Constant integers;
  if (isScalar) {
    integers.isScalar = true;
    integers.values = {toInteger(real.at(0), scales.at(0))};
  } else {
    integers = makeConstant(shape, nullptr, [&](ArrayRef<int64_t> position) {
      int64_t channel = scales.axis ? position[*scales.axis] : 0;
      return toInteger(getElement(real, position), scales.at(channel));
    });
  }
  integers.elementType = IntegerType::get(context, 32);
  integers.quantizedType = getQuantizedType(context, 32, scales);
  OpBuilder builder(operand.getOwner());
  Value constant =
      createConstant(builder, operand[0].get().getLoc(), integers, name);
  operand.assign(constant);
}

/// Makes an operand the integers of `real`, in units of 2^-`shift`.
void NetworkQuantization::setFixedPoint(
    MutableOperandRange operand, const Constant &real, int shift,
    StringRef name, llvm::function_ref<double(double)> toInteger) {
  Constant integers = real;
  integers.isScalar = real.isUniform();
  if (integers.isScalar)
    integers.shape.clear();
  for (double &value : integers.values)
    value = toInteger(value);
  integers.elementType = IntegerType::get(context, 32);
  integers.quantizedType =
      getQuantizedType(context, 32, Scales(std::ldexp(1.0, -shift)));
  OpBuilder builder(operand.getOwner());
  operand.assign(
      createConstant(builder, operand[0].get().getLoc(), integers, name));
}

/// A factor without unit, as fixed-point numbers with one power of two.
void NetworkQuantization::setFactor(MutableOperandRange operand,
                                    StringRef name) {
  if (operand.empty())
    return;
  Constant real = *getConstant(operand[0].get());
  double largest = 0;
  for (double value : real.values)
    largest = std::max(largest, std::abs(value));
  int shift = largest > 0 ? 29 - std::ilogb(largest) : 0;
  setFixedPoint(operand, real, shift, name, [&](double value) {
    return roundHalfUp(std::ldexp(value, shift));
  });
}

/// A decay, with 15 bits for what is forgotten: 1 - decay where that is less.
/// For a state of 16 bits, all but 16 places are given up where that leaves 10
/// bits: then the upper half of the product is what is forgotten.
void NetworkQuantization::setDecay(MutableOperandRange operand,
                                   quant::QuantizedType state, StringRef name) {
  if (operand.empty())
    return;
  Constant real = *getConstant(operand[0].get());
  bool isSlow = llvm::all_of(
      real.values, [](double value) { return value >= 0.5 && value <= 1; });
  double largest = 0;
  for (double value : real.values)
    largest = std::max(largest, isSlow ? 1 - value : std::abs(value));
  int shift = largest > 0 ? std::clamp(14 - std::ilogb(largest), 0, 30) : 0;
  constexpr int kHalf = 16, kFewest = 10;
  if (state.getStorageTypeIntegralWidth() == kHalf && shift > kHalf &&
      std::ldexp(largest, kHalf) >= (1 << kFewest))
    shift = kHalf;
  // What rounds up to 2^15 has one bit too many.
  if (roundHalfUp(std::ldexp(largest, shift)) >= 32768 && shift > 0)
    --shift;
  setFixedPoint(operand, real, shift, name, [&](double value) {
    if (!isSlow)
      return roundHalfUp(std::ldexp(value, shift));
    return std::ldexp(1.0, shift) - roundHalfUp(std::ldexp(1 - value, shift));
  });
}

static double roundDown(double value) { return std::floor(value); }
static double roundUp(double value) { return std::ceil(value); }
/// At least 1: a count is a quotient by it.
static double roundPositive(double value) {
  return std::max(1.0, roundHalfUp(value));
}

void NetworkQuantization::convertNeuron(NeuronOpInterface op) {
  NeuronModel model(op);
  auto convert = [&](const StateModel &state) {
    quant::QuantizedType type = types.lookup(state.value);
    for (StringRef name : op.getCoefficientNames()) {
      bool isOther = isOfCurrent(name) != isOfCurrent(state.prefix);
      if (isOther || name == "threshold" || name == "reset_value")
        continue;
      MutableOperandRange operand = op.getCoefficientMutable(name);
      switch (getRole(name)) {
      case CoefficientRole::Decay:
        setDecay(operand, type, name);
        break;
      case CoefficientRole::Gain:
        setFactor(operand, name);
        break;
      case CoefficientRole::Level:
        setCoefficient(operand, type, state.value, name);
        break;
      }
    }
  };
  if (model.current)
    convert(*model.current);
  convert(model.voltage);
  if (!model.spikes)
    return;
  // Whole numbers are above a threshold where they are above the whole number
  // below it.
  SpikeRule rule = model.spikes->rule;
  auto round = rule == SpikeRule::Greater        ? roundDown
               : rule == SpikeRule::GreaterEqual ? roundUp
                                                 : roundPositive;
  quant::QuantizedType voltage = types.lookup(model.voltage.value);
  setCoefficient(op.getCoefficientMutable("threshold"), voltage,
                 model.voltage.value, "threshold", round);
  setCoefficient(op.getCoefficientMutable("reset_value"), voltage,
                 model.voltage.value, "reset");
}

void NetworkQuantization::convertTypes() {
  Builder builder(context);
  for (auto [value, type] : types) {
    if (auto constant = value.getDefiningOp<arith::ConstantOp>()) {
      Constant integers = *getConstant(value);
      double scale = Scales::of(type).at(0);
      for (double &number : integers.values)
        number = roundHalfUp(number / scale);
      integers.elementType = IntegerType::get(context, kSignalBits);
      integers.quantizedType = type;
      OpBuilder after(constant);
      Value quantized =
          createConstant(after, constant.getLoc(), integers, "constant");
      Value(value).replaceAllUsesWith(quantized);
      continue;
    }
    Value(value).setType(cast<RankedTensorType>(value.getType()).clone(type));
  }
  Operation *terminator = network.getBodyBlock()->getTerminator();
  network.setFunctionType(
      builder.getFunctionType(network.getBodyBlock()->getArgumentTypes(),
                              terminator->getOperandTypes()));
}

/// Of an input behind a conversion the events are listed anew: it may have
/// become 0 where the signal before was not.
void NetworkQuantization::relistEvents() {
  for (Operation &op : *network.getBodyBlock()) {
    auto synapse = dyn_cast<SynapseOpInterface>(op);
    auto events = synapse && synapse.getEvents()
                      ? synapse.getEvents().getDefiningOp<EventsOp>()
                      : EventsOp();
    if (!events ||
        getEventSource(events.getInput()) == getEventSource(synapse.getInput()))
      continue;
    OpBuilder builder(synapse);
    synapse.getEventsMutable().assign(EventsOp::create(builder, events.getLoc(),
                                                       events.getType(),
                                                       synapse.getInput())
                                          .getResult());
  }
}

LogicalResult NetworkQuantization::run() {
  if (failed(checkTypes()) || failed(checkResources(network)) ||
      failed(checkConstants()) || failed(checkNumbers()))
    return failure();
  separateOutputs(network);
  RewritePatternSet patterns(context);
  for (RegisteredOperationName name : context->getRegisteredOperationsByDialect(
           SNNDialect::getDialectNamespace()))
    name.getCanonicalizationPatterns(patterns, context);
  context->getLoadedDialect<SNNDialect>()->getCanonicalizationPatterns(
      patterns);
  if (failed(applyPatternsGreedily(network, std::move(patterns))))
    return failure();
  moveBiasesToNeurons(network);
  // What was multiplied into other constants may have become too large.
  if (failed(checkNumbers()))
    return failure();
  separateSignals(network);
  sortNetwork(network);

  chooseInputTypes();
  assumeRanges();
  chooseWeightTypes();
  // Delays come before what they delay.
  Block *body = network.getBodyBlock();
  for (auto delay : body->getOps<DelayOp>())
    if (isFloat(delay.getResult()))
      types[delay.getResult()] = getRangeType(delay.getResult(), kSignalBits);
  for (auto constant : body->getOps<arith::ConstantOp>())
    if (isConstantSignal(constant))
      types[constant] = getRangeType(constant, kSignalBits);
  for (Operation &op : *body)
    if (!isa<DelayOp>(op) && !isa<arith::ConstantOp>(op))
      chooseType(&op);

  SmallVector<Operation *> ops =
      llvm::map_to_vector(*body, [](Operation &op) { return &op; });
  for (Operation *op : ops)
    convertOperands(op);
  for (Operation *op : ops) {
    if (auto synapse = dyn_cast<SynapseOpInterface>(op))
      convertSynapse(synapse);
    else if (auto neuron = dyn_cast<NeuronOpInterface>(op))
      convertNeuron(neuron);
    else if (auto scale = dyn_cast<ScaleOp>(op))
      setFactor(MutableOperandRange(scale.getFactorMutable()), "scale");
    else if (auto delay = dyn_cast<DelayOp>(op);
             delay && isFloat(delay.getResult()))
      setCoefficient(delay.getInitMutable(), types.lookup(delay.getResult()),
                     delay.getResult(), "init");
    else if (auto threshold = dyn_cast<ThresholdOp>(op)) {
      Value input = threshold.getInput();
      // Perhaps behind a conversion by now.
      Type type = isFloat(input) ? types.lookup(input) : nullptr;
      if (!type)
        type = isa<quant::QuantizedType>(getElementTypeOrSelf(input.getType()))
                   ? getElementTypeOrSelf(input.getType())
                   : Type(getQuantizedType(context, 32, Scales(1.0)));
      setCoefficient(MutableOperandRange(threshold.getThresholdMutable()), type,
                     threshold.getResult(), "threshold", roundDown);
    }
    if (isa<NeuronOpInterface, ScaleOp>(op))
      op->setAttr("saturate", UnitAttr::get(context));
  }
  convertTypes();
  relistEvents();
  // The numbers that became integers.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  return success();
}

namespace {
struct Quantize : snn::impl::SNNQuantizeBase<Quantize> {
  using SNNQuantizeBase::SNNQuantizeBase;

  void runOnOperation() override {
    if (!llvm::is_contained({2, 4, 8, 16}, weightBits.getValue())) {
      getOperation().emitOpError("is to have weights of ")
          << weightBits.getValue() << " bits, expected 2, 4, 8 or 16";
      return signalPassFailure();
    }
    NetworkQuantization quantization(getOperation(), weightBits, powersOfTwo,
                                     shortStates);
    if (failed(quantization.run()) || failed(checkScales()))
      signalPassFailure();
  }

private:
  LogicalResult checkScales() {
    for (Operation &op : *getOperation().getBodyBlock()) {
      // Folded constants have no location; what uses them has.
      if (isa<UnknownLoc>(op.getLoc()))
        continue;
      for (Type type :
           llvm::concat<const Type>(op.getOperandTypes(), op.getResultTypes()))
        if (hasScaleOutOfRange(type))
          return op.emitOpError("has numbers so small or so large that their "
                                "scale leaves f32, expected one between 2^-126 "
                                "and 2^126; scale the weights and thresholds");
    }
    return success();
  }
};
} // namespace
