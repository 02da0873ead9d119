//===- NeuronEquations.h - One step of a neuron, over an algebra -*- C++ -*-==//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The equations stand here and nowhere else: the lowering computes them in the
// operations of a loop, the range analysis in intervals, and the comment in the
// generated C in text. Each of these is an algebra, a class with
//
//   Number, Spikes            what numbers and spikes are
//   name(text)                what the next result is called; gives the algebra
//   has(coefficient)          whether the neuron has a coefficient
//   get(coefficient)          the coefficient
//   zero()
//   add, sub, mul             of numbers
//   decay(state, number)      what is left of a state after its decay
//   drive(state, input)       what an input adds to a state: gain * input
//   fires(number)             the comparison with the threshold
//   number(spikes)            1 where there is a spike
//   afterFiring(name, v, spikes, before, after)
//                             before(v) where v did not fire, and
//                             after(before(v)) where it did
//   count(v)                  several spikes, and what they leave of v
//   raise(v)                  max(v, floor)
//   clamp(state, number), wrap(state, number)
//                             within what the state's type holds
//   bound(state, number)      a new state as it is stored
//   boundQuiet(state, number) one below the threshold; only for stepQuiet
//
//===----------------------------------------------------------------------===//

#ifndef SNN_IR_NEURONEQUATIONS_H
#define SNN_IR_NEURONEQUATIONS_H

#include "snn/IR/Neuron.h"

#include <utility>

namespace snn {

template <typename Algebra> class NeuronEquations {
public:
  using Number = typename Algebra::Number;
  using Spikes = typename Algebra::Spikes;

  NeuronEquations(Algebra &algebra, const NeuronModel &model)
      : a(algebra), model(model) {}

  /// The new current: current_decay * i + current_gain * x + current_leak.
  Number stepCurrent(Number i, Number x) {
    Number updated = integrate(*model.current, i, x, "i_new");
    return a.bound(*model.current, updated);
  }

  /// The current that the voltage sees.
  Number getDrive(Number carried, Number updated) {
    return model.order == CurrentOrder::Updated ? updated : carried;
  }

  /// The new voltage without spikes: decay * max(v, floor) + gain * x + leak.
  Number stepIntegrator(Number v, Number x) {
    Number updated = integrate(model.voltage, a.raise(v), x, "v_new");
    return a.bound(model.voltage, updated);
  }

  /// Spike timing `pre`: the new voltage, where `fired` is what the carried one
  /// did.
  Number stepAfter(Number v, Number x, Spikes fired) {
    return limit(stepCarried(v, x, fired));
  }

  /// Spike timing `post`: the new voltage, and the spikes. The table in the
  /// description of snn.lif.
  std::pair<Number, Spikes> stepSpiking(Number v, Number x) {
    const SpikeModel &spikes = *model.spikes;
    switch (spikes.resetTiming) {
    case ResetTiming::Immediate:
      return stepImmediate(v, x);
    case ResetTiming::Pending:
      return stepPending(v, x);
    case ResetTiming::Delayed:
    case ResetTiming::Carried:
      break;
    }
    Number next = limit(stepCarried(v, x, a.name("previous").fires(v)));
    return {next, a.name("spike").fires(next)};
  }

  /// Neurons that spike several times in a step and reset at once: the voltage
  /// before their spikes are counted.
  Number stepUncounted(Number v, Number x) { return update(v, x); }

  /// What that becomes where it is below the threshold.
  Number stepQuiet(Number u) { return a.boundQuiet(model.voltage, a.raise(u)); }

  // The same steps in two parts, for numbers whose sums are exact in any order:
  // what drives a state is added to it in between. `begin` gives what a step
  // adds to, `end` takes what was added up.

  Number beginCurrent(Number i) { return keep(*model.current, i); }
  Number endCurrent(Number i) { return a.bound(*model.current, i); }

  Number beginIntegrator(Number v) { return keep(model.voltage, a.raise(v)); }
  Number endIntegrator(Number v) { return a.bound(model.voltage, v); }

  /// Resets are immediate, or before what is added.
  Number beginSpiking(Number v) {
    auto keeps = [&](Number number) { return keep(model.voltage, number); };
    if (model.spikes->resetTiming == ResetTiming::Immediate)
      return keeps(v);
    return updateCarried(v, a.name("previous").fires(v), keeps);
  }
  std::pair<Number, Spikes> endSpiking(Number u) {
    if (model.spikes->resetTiming == ResetTiming::Immediate)
      return reset(u);
    Number next = limit(u);
    return {next, a.name("spike").fires(next)};
  }

private:
  /// decay * state + leak
  Number keep(const StateModel &state, Number carried) {
    Number left = a.decay(state, carried);
    std::string leak = state.name("leak");
    return a.has(leak) ? a.name("kept").add(left, a.get(leak)) : left;
  }

  /// decay * state + gain * input + leak, with the sum that the state's
  /// arithmetic asks for.
  Number integrate(const StateModel &state, Number carried, Number input,
                   llvm::StringRef name) {
    Number left = a.decay(state, carried);
    Number driven = a.drive(state, input);
    std::string leak = state.name("leak");
    bool leaks = a.has(leak);
    if (state.arithmetic.getSum() == SumRule::Each) {
      Number sum = a.add(a.sub(left, carried), driven);
      if (leaks)
        sum = a.add(a.clamp(state, sum), a.get(leak));
      Number change = a.name("change").clamp(state, sum);
      Number next = a.add(carried, change);
      return a.name(name).clamp(state, next);
    }
    if (leaks) {
      left = a.name("sum").add(left, driven);
      driven = a.get(leak);
    }
    Number sum = a.name(name).add(left, driven);
    if (state.arithmetic.getSum() == SumRule::Wrap)
      return a.name("wrapped").wrap(state, sum);
    return sum;
  }

  Number update(Number v, Number x) {
    return integrate(model.voltage, v, x, "u");
  }

  /// By how much a spike lowers the voltage.
  Number getSubtrahend() {
    return a.has("reset") ? a.get("reset") : a.get("threshold");
  }

  /// What a spike makes of a voltage.
  Number lower(Number v) {
    if (model.spikes->subtracts())
      return a.name("lowered").sub(v, getSubtrahend());
    return a.has("reset") ? a.get("reset") : a.zero();
  }

  /// The voltage that is carried on.
  Number limit(Number v) { return a.bound(model.voltage, a.raise(v)); }

  /// Reset timing `delayed` or `carried`: the update after a spike, or before.
  Number stepCarried(Number v, Number x, Spikes fired) {
    return updateCarried(v, fired,
                         [&](Number number) { return update(number, x); });
  }
  template <typename Updates>
  Number updateCarried(Number v, Spikes fired, Updates updates) {
    auto lowers = [&](Number number) { return lower(number); };
    if (!model.spikes->resets())
      return updates(v);
    if (model.spikes->resetTiming == ResetTiming::Delayed)
      return a.afterFiring("after", v, fired, updates, lowers);
    auto keeps = [](Number number) { return number; };
    return updates(a.afterFiring("held", v, fired, keeps, lowers));
  }

  std::pair<Number, Spikes> stepImmediate(Number v, Number x) {
    return reset(update(v, x));
  }

  /// What spikes leave of an updated voltage, and the spikes.
  std::pair<Number, Spikes> reset(Number u) {
    if (model.spikes->counts()) {
      auto [spikes, left] = a.count(u);
      return {limit(left), spikes};
    }
    Spikes fired = a.name("spike").fires(u);
    Number next = u;
    if (model.spikes->resets())
      next = a.afterFiring(
          "next", u, fired, [](Number number) { return number; },
          [&](Number number) { return lower(number); });
    return {limit(next), fired};
  }

  /// w = u - p * reset, v' = w - (s - p) * reset
  std::pair<Number, Spikes> stepPending(Number v, Number x) {
    Spikes previous = a.name("previous").fires(v);
    Number w = a.afterFiring(
        "w", v, previous, [&](Number number) { return update(number, x); },
        [&](Number number) { return lower(number); });
    Spikes spike = a.name("spike").fires(w);
    Number now = a.number(spike), before = a.number(previous);
    Number change = a.name("change").sub(now, before);
    Number next = a.name("next").sub(w, a.mul(change, getSubtrahend()));
    return {limit(next), spike};
  }

  Algebra &a;
  const NeuronModel &model;
};

} // namespace snn

#endif // SNN_IR_NEURONEQUATIONS_H
