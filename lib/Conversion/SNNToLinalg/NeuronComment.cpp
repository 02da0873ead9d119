//===- NeuronComment.cpp - A neuron's equations as text -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NeuronComment.h"

#include "snn/IR/NeuronEquations.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace snn;

namespace {

/// The algebra whose numbers are C's expressions, with `v` and `i` for the
/// states and `x` for the input.
class TextAlgebra {
public:
  using Number = std::string;
  using Spikes = std::string;

  TextAlgebra(const Coefficients &c, const NeuronModel &model)
      : c(c), model(model) {}

  TextAlgebra &name(StringRef text) {
    next = text.str();
    return *this;
  }
  bool has(StringRef coefficient) const { return c.has(coefficient); }
  Number get(StringRef coefficient) const { return c.text(coefficient); }
  Number zero() const { return "0"; }
  Number add(const Number &a, const Number &b) { return let(a + " + " + b); }
  Number sub(const Number &a, const Number &b) {
    return let(a + " - " + group(b));
  }
  Number mul(const Number &a, const Number &b) {
    return let(group(a) + " * " + group(b));
  }
  Number decay(const StateModel &state, const Number &carried) const {
    std::string left = times(c.text(state.name("decay")), carried);
    switch (state.arithmetic.getDecay()) {
    case DecayRule::HalfUp:
      return left;
    case DecayRule::TowardZero:
      return "trunc(" + left + ")";
    case DecayRule::Shift:
      return "shift(" + left + ")";
    }
    llvm_unreachable("every rule is listed");
  }
  Number drive(const StateModel &state, const Number &input) const {
    return times(c.text(state.name("gain")), input);
  }
  Spikes fires(const Number &v) {
    StringRef sign =
        model.spikes->rule == SpikeRule::GreaterEqual ? " >= " : " > ";
    return let(v + sign.str() + c.text("threshold"));
  }
  Number number(const Spikes &spikes) const { return spikes; }
  template <typename Before, typename After>
  Number afterFiring(StringRef text, const Number &v, const Spikes &spikes,
                     Before before, After after) {
    Number held = before(v);
    Number lowered = after(held);
    return name(text).let(spikes + " ? " + lowered + " : " + held);
  }
  std::pair<Spikes, Number> count(const Number &v) {
    std::string threshold = c.text("threshold");
    std::string ratio = v + " / " + threshold;
    std::string text =
        model.spikes->rule == SpikeRule::CountTrunc
            ? v + " > 0 ? trunc(" + ratio + ") : 0"
            : v + " >= " + threshold + " ? floor(" + ratio + ") : 0";
    if (model.spikes->most != kMostSpikes)
      text += ", at most " + std::to_string(model.spikes->most);
    Spikes spikes = name("spikes").let(text);
    if (!model.spikes->resets())
      return {spikes, v};
    if (!model.spikes->subtracts())
      return {spikes, spikes + " > 0 ? " + c.text("reset", "0") + " : " + v};
    return {spikes, v + " - " + spikes + " * " + c.text("reset", threshold)};
  }
  Number raise(const Number &v) const {
    return has("floor") ? "max(" + v + ", " + c.text("floor") + ")" : v;
  }
  Number clamp(const StateModel &, const Number &value) {
    return let("sat(" + value + ")");
  }
  Number wrap(const StateModel &, const Number &value) {
    return let("wrap(" + value + ")");
  }
  Number bound(const StateModel &, const Number &value) const { return value; }

  /// A line of its own: `name` = `value`.
  void assign(StringRef name, const Number &value) {
    if (name != value)
      lines.push_back((name + " = " + value).str());
  }
  std::string getText() const { return llvm::join(lines, "\n  "); }

private:
  /// What has one of these names has a line of its own; the rest stands where
  /// it is used.
  Number let(const Number &value) {
    static constexpr StringLiteral kNamed[] = {
        "u", "w", "spike", "change", "held", "previous", "spikes", "after"};
    std::string name = std::exchange(next, "");
    if (!llvm::is_contained(kNamed, StringRef(name)))
      return value;
    assign(name, value);
    return name;
  }
  static std::string group(const Number &value) {
    bool isProduct = StringRef(value).find_first_of("+-?>") == StringRef::npos;
    return isProduct ? value : "(" + value + ")";
  }
  static std::string times(const std::string &factor, const Number &term) {
    return factor.empty() || factor == "1" ? term : factor + " * " + term;
  }

  const Coefficients &c;
  const NeuronModel &model;
  std::string next;
  SmallVector<std::string> lines;
};

} // namespace

std::string snn::describeNeuron(const NeuronModel &model,
                                const Coefficients &c) {
  TextAlgebra text(c, model);
  NeuronEquations<TextAlgebra> equations(text, model);
  std::string drive = "x";
  if (model.current) {
    if (model.order == CurrentOrder::Carried)
      text.assign("i_old", "i");
    text.assign("i", equations.stepCurrent("i", "x"));
    drive = equations.getDrive("i_old", "i");
  }
  if (!model.spikes) {
    text.assign("v", equations.stepIntegrator("v", drive));
  } else if (model.spikes->isPre()) {
    text.assign("v", equations.stepAfter("v", drive, "spike"));
  } else {
    auto [v, spikes] = equations.stepSpiking("v", drive);
    text.assign("v", v);
  }
  return text.getText();
}
