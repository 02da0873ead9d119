//===- NeuronArithmetic.h - A neuron's equations in a loop ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The algebra of snn/IR/NeuronEquations.h whose numbers are values in the body
// of a loop, of floating-point numbers or integers.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_NEURONARITHMETIC_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_NEURONARITHMETIC_H

#include "Coefficients.h"
#include "snn/IR/Neuron.h"

namespace snn {

/// floor(u / threshold) for 0 <= u <= `largest` is one of two neighbours: with
/// w = floor(u / 2^`before`), floor(w * reciprocal / 2^`after`) and the next
/// one.
struct Reciprocal {
  int64_t largest;
  int before, after;
  /// Whether larger voltages occur, which count as the largest.
  bool clampsVoltage;
  /// Whether the lowest threshold fits into the largest voltage more often than
  /// there may be spikes.
  bool clampsCount;
  /// Whether all is computed in 16 bits.
  bool isShort = false;

  /// The least threshold whose reciprocal has 15 bits.
  static constexpr int64_t kLeastShort = 3;

  /// For thresholds of at least `least` and voltages of up to `voltage`, both
  /// of 16 bits, and `most` spikes.
  static Reciprocal ofShort(int64_t least, int64_t voltage, int64_t most);
  /// For thresholds from `least` to `greatest`, voltages of up to `voltage` and
  /// `most` spikes; none if 32 bits are not enough.
  static std::optional<Reciprocal> of(int64_t least, int64_t greatest,
                                      int64_t voltage, int64_t most);
  /// floor(2^(before + after) / threshold)
  int64_t getFactor(int64_t threshold) const {
    return (int64_t(1) << (before + after)) / threshold;
  }
};

/// How a neuron's step is computed.
struct Update {
  mlir::Type type;
  /// What a step makes of the voltage and the current, before resets and
  /// saturation; known in 16 bits.
  std::optional<IntegerInterval> voltage = std::nullopt, current = std::nullopt;
  /// How to count without a division, which not all processors have, and none
  /// for several neurons at a time.
  std::optional<Reciprocal> reciprocal = std::nullopt;
};

/// Adds the coefficients of a neuron's equations.
mlir::LogicalResult addNeuronCoefficients(Coefficients &c,
                                          const NeuronModel &model,
                                          NeuronOpInterface op);

/// Integers of 16 bits, of which processors take twice as many at a time, where
/// these hold all of the update. Adds the coefficients that it needs; those for
/// counting without a division unless it `divides`.
Update getUpdate(NeuronOpInterface op, const NeuronModel &model,
                 Coefficients &c, bool divides);

/// How often a neuron spikes in a step, at most.
int64_t getMostSpikes(NeuronOpInterface op);

class NeuronArithmetic {
public:
  using Number = mlir::Value;
  using Spikes = mlir::Value;

  NeuronArithmetic(mlir::ImplicitLocOpBuilder &builder, const Coefficients &c,
                   const NeuronModel &model, const Update &update)
      : builder(builder), c(c), model(model), update(update),
        compute(update.type), loc(builder.getLoc()) {}

  /// Has what follows from spikes as if there were none.
  NeuronArithmetic &assumeNoSpikes() {
    firesNever = true;
    return *this;
  }
  NeuronArithmetic &name(llvm::StringRef text) {
    builder.setLoc(mlir::NameLoc::get(builder.getStringAttr(text), loc));
    return *this;
  }
  bool has(llvm::StringRef coefficient) const { return c.has(coefficient); }
  Number get(llvm::StringRef coefficient) const { return c.get(coefficient); }
  Number zero() { return constant(0); }
  Number add(Number a, Number b) { return done(createAdd(builder, a, b)); }
  Number sub(Number a, Number b) { return done(createSub(builder, a, b)); }
  Number mul(Number a, Number b) { return done(createMul(builder, a, b)); }
  Number decay(const StateModel &state, Number carried) {
    return c.multiply(state.name("decay"), carried);
  }
  Number drive(const StateModel &state, Number input);
  /// One spike or none: voltage > threshold, or >=.
  Spikes fires(Number voltage);
  /// Spikes as a number.
  Number number(Spikes spikes) { return read(spikes, builder.getI1Type()); }
  template <typename Before, typename After>
  Number afterFiring(llvm::StringRef text, Number v, Spikes spikes,
                     Before before, After after) {
    Number held = before(v);
    if (firesNever)
      return held;
    Number lowered = after(held);
    return name(text).select(spikes, lowered, held);
  }
  /// Several spikes: how often the threshold fits into the voltage, and what
  /// they leave of it.
  std::pair<Spikes, Number> count(Number voltage);
  Number raise(Number voltage);
  Number clamp(const StateModel &state, Number value);
  Number wrap(const StateModel &state, Number value);
  /// A new state, clamped to what its type can hold if it saturates.
  Number bound(const StateModel &state, Number value);
  /// The same where it is below the threshold, and not below the floor.
  Number boundQuiet(const StateModel &state, Number value);
  /// Whether a voltage may make a spike.
  Spikes reaches(Number voltage) {
    return compare(mlir::arith::CmpFPredicate::OGE, voltage, get("threshold"));
  }

  /// A stored element of a signal or state of type `from` as a number.
  Number read(mlir::Value value, mlir::Type from) {
    return done(castToNumber(builder, value, from, compute));
  }
  /// A number as it is stored in memory for elements of type `state`.
  mlir::Value store(Number value, mlir::Type state) {
    if (auto quantized = mlir::dyn_cast<mlir::quant::QuantizedType>(state))
      return done(castToStorage(builder, value, quantized.getStorageType()));
    return value;
  }

private:
  Number constant(double value) {
    return done(createNumber(builder, compute, value));
  }
  Number div(Number a, Number b);
  /// floor(a * b / 2^by) of integers; of 16 bits, the upper half.
  Number mulShifted(Number a, Number b, int by);
  Number shiftRight(Number value, int by);
  Spikes compare(mlir::arith::CmpFPredicate predicate, Number a, Number b) {
    return done(createCompare(builder, predicate, a, b));
  }
  Number select(Spikes condition, Number a, Number b) {
    return done(mlir::arith::SelectOp::create(builder, condition, a, b));
  }
  Spikes toCount(Number value);
  /// What a count leaves of a voltage; `fires` is made if it is not there.
  Number getRest(Number voltage, Spikes count, Spikes fires);
  std::pair<Spikes, Number> countByReciprocal(Number voltage);
  /// What the voltage is at the end of a step, if that is known.
  std::optional<IntegerInterval> getKnown(const StateModel &state) const;
  mlir::Value done(mlir::Value value) {
    builder.setLoc(loc);
    return value;
  }

  mlir::ImplicitLocOpBuilder &builder;
  const Coefficients &c;
  const NeuronModel &model;
  const Update &update;
  mlir::Type compute;
  mlir::Location loc;
  bool firesNever = false;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_NEURONARITHMETIC_H
