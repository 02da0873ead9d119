//===- NeuronUpdate.cpp - How many bits a neuron's step needs -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NeuronArithmetic.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace snn;

static IntegerInterval operator+(IntegerInterval a, IntegerInterval b) {
  return {a.min + b.min, a.max + b.max};
}

static bool fitsShort(IntegerInterval interval) {
  return interval.min >= std::numeric_limits<int16_t>::min() &&
         interval.max <= std::numeric_limits<int16_t>::max();
}

/// The integers that a signal of `type` holds.
static IntegerInterval getIntegers(Type type) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(type))
    return {quantized.getStorageTypeMin(), quantized.getStorageTypeMax()};
  return {0, getLargestInteger(type)};
}

/// What decay * state + gain * input + leak is, if 16 bits hold all that it is
/// made of.
static std::optional<IntegerInterval> getShortUpdate(const Coefficients &c,
                                                     const StateModel &model,
                                                     IntegerInterval state,
                                                     Type input) {
  std::optional<IntegerInterval> decayed =
      c.getShortProduct(model.name("decay"), state);
  std::optional<IntegerInterval> driven =
      c.getShortProduct(model.name("gain"), getIntegers(input));
  if (!decayed || !driven || !fitsShort(*driven) ||
      !fitsShort(*decayed + *driven))
    return std::nullopt;
  IntegerInterval leak = c.getIntegers(model.name("leak"));
  IntegerInterval sum = *decayed + *driven + leak;
  if (!fitsShort(leak) || !fitsShort(sum))
    return std::nullopt;
  return sum;
}

/// Whether `voltage` can be compared, reset and limited in 16 bits.
static bool spikesInShort(const Coefficients &c, const SpikeModel &model,
                          IntegerInterval voltage) {
  IntegerInterval threshold = c.getIntegers("threshold");
  IntegerInterval reset = c.getIntegers("reset");
  // As many thresholds as are taken away fit into the voltage; as many of
  // another number need not.
  if (model.counts())
    return !(model.subtracts() && c.has("reset")) &&
           threshold.min >= Reciprocal::kLeastShort && fitsShort(threshold) &&
           fitsShort(reset) && fitsShort(c.getIntegers("floor"));
  // A carried reset comes before the decay.
  if (model.resetTiming == ResetTiming::Carried)
    return false;
  // A pending reset can be taken away twice.
  int64_t lowers = 2 * std::max(threshold.getMagnitude(), reset.getMagnitude());
  return fitsShort(threshold) && fitsShort(reset) &&
         fitsShort(c.getIntegers("floor")) &&
         ((!model.subtracts() && model.resetTiming != ResetTiming::Pending) ||
          fitsShort(voltage + IntegerInterval{-lowers, lowers}));
}

/// The greatest magnitude of real numbers.
static double getMagnitude(const Constant &constant) {
  double most = 0;
  for (double value : constant.values)
    most = std::max(most, std::abs(value));
  return most;
}

/// The most that a voltage of integers is before a reset. Without a decay above
/// 1 it is at most the one before and what is added. `input` is what the
/// voltage sees.
static double getMostVoltage(NeuronOpInterface op, Value input) {
  Type type = op.getVoltage().getType().getElementType();
  int64_t rank = op.getVoltage().getType().getRank();
  MLIRContext *context = op->getContext();
  double unit = getMagnitude(
      zipConstants(getRealNumbers(op.getCoefficient("gain"), 1, context),
                   getScales(type, rank), std::divides<double>()));
  Type inputType = getElementTypeOrSelf(input.getType());
  unit *= getMagnitude(getScales(inputType, rank));
  double voltage = static_cast<double>(getLargestInteger(type));
  if (Value decay = op.getCoefficient("decay"))
    voltage *= std::max(1.0, getMagnitude(getRealNumbers(decay, 1, context)));
  voltage += static_cast<double>(getLargestInteger(inputType)) * (unit + 1) + 1;
  if (Value leak = op.getCoefficient("leak"))
    voltage += getMagnitude(*getConstant(leak));
  return voltage;
}

/// What the voltage sees.
static Value getVoltageInput(NeuronOpInterface op, const NeuronModel &model) {
  return model.current ? model.current->value : op.getInput();
}

int64_t snn::getMostSpikes(NeuronOpInterface op) {
  NeuronModel model(op);
  if (!model.spikes || !model.spikes->counts())
    return 1;
  int64_t most = model.spikes->most;
  std::optional<Constant> thresholds =
      getConstant(op.getCoefficient("threshold"));
  if (!thresholds || !isa<quant::QuantizedType>(model.voltage.getType()))
    return most;
  double least = *llvm::min_element(thresholds->values);
  if (least < 1)
    return most;
  double times = getMostVoltage(op, getVoltageInput(op, model)) / least;
  return std::min(most, static_cast<int64_t>(std::min(times, 1e9)));
}

/// The reciprocals for updates in 32 bits; none where these are not enough.
static std::optional<Reciprocal> getReciprocal(NeuronOpInterface op,
                                               const NeuronModel &model,
                                               int64_t least,
                                               int64_t greatest) {
  constexpr double kMost = std::numeric_limits<int32_t>::max();
  int64_t spikes = model.spikes->most;
  if (least < 1 ||
      static_cast<double>(spikes + 1) * static_cast<double>(greatest) > kMost)
    return std::nullopt;
  double voltage = getMostVoltage(op, getVoltageInput(op, model));
  return Reciprocal::of(least, greatest, std::min(voltage, kMost), spikes);
}

/// How spikes of quantized voltages are counted.
static void addReciprocal(NeuronOpInterface op, const NeuronModel &model,
                          Update &update, Coefficients &c) {
  if (!model.spikes || !model.spikes->counts() ||
      !isa<quant::QuantizedType>(model.voltage.getType()))
    return;
  Constant thresholds = *getConstant(op.getCoefficient("threshold"));
  auto [least, greatest] =
      std::minmax_element(thresholds.values.begin(), thresholds.values.end());
  int64_t most = model.spikes->most;
  if (update.voltage)
    update.reciprocal = Reciprocal::ofShort(*least, update.voltage->max, most);
  else
    update.reciprocal = getReciprocal(op, model, *least, *greatest);
  if (!update.reciprocal)
    return;
  thresholds.quantizedType = nullptr;
  for (double &value : thresholds.values)
    value = update.reciprocal->getFactor(value);
  c.add("reciprocal", thresholds);
}

/// What 16 bits hold of the states, where they hold all.
static bool addShort(NeuronOpInterface op, const NeuronModel &model,
                     const Coefficients &c, Update &update) {
  Type type = model.voltage.getType();
  if (isa<FloatType>(type) || op->hasAttr("arithmetic") ||
      op->hasAttr("current_arithmetic"))
    return false;
  Type input = op.getInput().getType().getElementType();
  if (model.current) {
    Type current = model.current->getType();
    if (!fitsShort(getIntegers(input)) || !fitsShort(getIntegers(current)))
      return false;
    update.current =
        getShortUpdate(c, *model.current, getIntegers(current), input);
    if (!update.current)
      return false;
    input = current;
  }
  if (!fitsShort(getIntegers(input)) || !fitsShort(getIntegers(type)))
    return false;
  IntegerInterval carried = getIntegers(type);
  if (!model.spikes && c.has("floor"))
    carried.min = c.getIntegers("floor").min;
  update.voltage = getShortUpdate(c, model.voltage, carried, input);
  return update.voltage &&
         (!model.spikes || spikesInShort(c, *model.spikes, *update.voltage));
}

Update snn::getUpdate(NeuronOpInterface op, const NeuronModel &model,
                      Coefficients &c, bool divides) {
  Update update{IntegerType::get(op->getContext(), 16)};
  if (!addShort(op, model, c, update))
    update = {getComputeType(model.voltage.getType())};
  if (!divides)
    addReciprocal(op, model, update, c);
  return update;
}
