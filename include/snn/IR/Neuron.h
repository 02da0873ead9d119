//===- Neuron.h - What a neuron's equations need to know --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The choices of a neuron, whichever operation it is. Its equations are in
// NeuronEquations.h.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_IR_NEURON_H
#define SNN_IR_NEURON_H

#include "snn/IR/SNN.h"

namespace snn {

/// A state that decays and is driven.
struct StateModel {
  /// What the names of its coefficients begin with: "" or "current_".
  llvm::StringLiteral prefix;
  /// The result that is the state after the step.
  mlir::Value value;
  ArithmeticAttr arithmetic;
  /// Whether its decay multiplies the leading 16 bits only.
  bool isShort;

  mlir::Type getType() const {
    return mlir::getElementTypeOrSelf(value.getType());
  }
  /// The full name of one of its coefficients.
  std::string name(llvm::StringRef coefficient) const {
    return (prefix + coefficient).str();
  }
};

/// When a neuron spikes, and what a spike does.
struct SpikeModel {
  SpikeRule rule;
  SpikeTiming timing;
  ResetKind reset;
  ResetTiming resetTiming;
  /// No more spikes than this in one step.
  int64_t most;

  bool counts() const { return isCount(rule); }
  /// Whether spikes change the voltage.
  bool resets() const { return reset != ResetKind::None; }
  bool subtracts() const { return reset == ResetKind::Subtract; }
  /// Whether the spikes are there before the step.
  bool isPre() const { return timing == SpikeTiming::Pre; }
};

struct NeuronModel {
  explicit NeuronModel(NeuronOpInterface neuron);

  StateModel voltage;
  std::optional<StateModel> current;
  /// Which current the voltage sees.
  CurrentOrder order;
  std::optional<SpikeModel> spikes;
  /// Whether states are clamped to their types at the end of a step.
  bool saturates;
};

/// What a coefficient of a neuron is: the end of its name says it.
enum class CoefficientRole {
  /// A share without a unit; 1 where it is absent.
  Decay,
  /// A factor of the drive; 1 where it is absent.
  Gain,
  /// In the unit of the state; 0 where it is absent, but the floor, which is
  /// below everything, and the reset, which then is the threshold where it is
  /// subtracted.
  Level
};
CoefficientRole getRole(llvm::StringRef name);
/// Whether a coefficient belongs to the current, not to the voltage.
inline bool isOfCurrent(llvm::StringRef name) {
  return name.starts_with("current_");
}

} // namespace snn

#endif // SNN_IR_NEURON_H
