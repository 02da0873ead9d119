//===- SNNAttributes.cpp - Attributes of the dialect on other operations --===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What passes and the emitter read from attributes such as snn.kind is checked
// here, once, so that they can rely on it [N7].
//
//===----------------------------------------------------------------------===//

#include "snn/IR/SNN.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <cmath>

using namespace mlir;
using namespace snn;

namespace {
/// What an attribute must hold.
struct AttributeRule {
  StringLiteral name;
  /// For messages: "expected ...".
  StringLiteral expected;
  bool (*holds)(Attribute);
};
} // namespace

template <typename Kind> static bool is(Attribute attribute) {
  return isa<Kind>(attribute);
}

static bool isOneOf(Attribute attribute, ArrayRef<StringRef> words) {
  auto text = dyn_cast<StringAttr>(attribute);
  return text && llvm::is_contained(words, text.getValue());
}

static bool isPositive(double value) {
  return std::isfinite(value) && value > 0;
}

static bool isKind(Attribute attribute) {
  return isOneOf(attribute, {"input", "output", "state", "scratch", "arena",
                             "events", "count"});
}

static bool isRole(Attribute attribute) {
  return isOneOf(attribute, {"step", "step_events", "init"});
}

static bool isHelper(Attribute attribute) {
  return isOneOf(attribute,
                 {"take_events", "take_part", "set_spikes", "blocks", "dsp",
                  "integer_vectors", "vector_blocks", "unaligned_blocks",
                  "product", "product_unsigned", "product_shifted",
                  "product_shifted_short", "product_byte"});
}

static bool isSeconds(Attribute attribute) {
  auto number = dyn_cast<FloatAttr>(attribute);
  return number && number.getType().isF64() &&
         isPositive(number.getValueAsDouble());
}

static bool isOneOf(Attribute attribute, ArrayRef<int64_t> numbers) {
  auto number = dyn_cast<IntegerAttr>(attribute);
  return number && number.getType().isSignlessInteger(64) &&
         llvm::is_contained(numbers, number.getInt());
}

static bool isBits(Attribute attribute) {
  return isOneOf(attribute, {8, 16, 32});
}

static bool isWeightBits(Attribute attribute) {
  return isOneOf(attribute, {2, 4, 8, 16});
}

static bool isRange(Attribute attribute) {
  auto array = dyn_cast<ArrayAttr>(attribute);
  if (!array || array.size() != 2)
    return false;
  auto lo = dyn_cast<FloatAttr>(array[0]), hi = dyn_cast<FloatAttr>(array[1]);
  // False for NaN.
  return lo && hi && lo.getValueAsDouble() <= hi.getValueAsDouble();
}

static bool isScales(Attribute attribute) {
  auto scales = dyn_cast<DenseF64ArrayAttr>(attribute);
  return scales && !scales.empty() &&
         llvm::all_of(scales.asArrayRef(), isPositive);
}

static bool isStrings(Attribute attribute) {
  auto array = dyn_cast<ArrayAttr>(attribute);
  return array && llvm::all_of(array, llvm::IsaPred<StringAttr>);
}

static bool isWord(Attribute attribute) {
  auto text = dyn_cast<StringAttr>(attribute);
  return text && !text.empty();
}

static bool isIndex(Attribute attribute) {
  auto number = dyn_cast<IntegerAttr>(attribute);
  return number && number.getType().isIndex() && number.getInt() >= 0;
}

static bool isAlignment(Attribute attribute) {
  auto number = dyn_cast<IntegerAttr>(attribute);
  return number && number.getType().isSignlessInteger(64) &&
         number.getInt() > 0;
}

static constexpr AttributeRule kRules[] = {
    {"snn.name", "a string", is<StringAttr>},
    {"snn.node", "a string that is not empty", isWord},
    {"snn.comment", "a string", is<StringAttr>},
    {"snn.use", "a string that is not empty", isWord},
    {"snn.signals", "an array of strings", isStrings},
    {"snn.kind",
     "'input', 'output', 'state', 'scratch', 'arena', 'events' or 'count'",
     isKind},
    {"snn.role", "'step', 'step_events' or 'init'", isRole},
    {"snn.dt", "a positive number of seconds, an f64", isSeconds},
    {"snn.bits", "8, 16 or 32, an i64", isBits},
    {"snn.weight_bits", "2, 4, 8 or 16, an i64", isWeightBits},
    {"snn.range", "two floating-point numbers, the least first", isRange},
    {"snn.scales", "an array<f64> of positive numbers", isScales},
    {"snn.record", "no value", is<UnitAttr>},
    {"snn.channels_last", "no value", is<UnitAttr>},
    {"snn.variant", "no value", is<UnitAttr>},
    {"snn.lists", "no value", is<UnitAttr>},
    {"snn.seldom", "no value", is<UnitAttr>},
    {"snn.apart", "no value", is<UnitAttr>},
    {"snn.vectors", "no value", is<UnitAttr>},
    {"snn.stays", "an array of strings", isStrings},
    {"snn.external", "a function of C that a kernel is", isWord},
    {"snn.headers", "an array of strings", isStrings},
    {"snn.unsigned", "no value", is<UnitAttr>},
    {"snn.read_only", "no value", is<UnitAttr>},
    {"snn.memory", "a string", is<StringAttr>},
    {"snn.section", "a string", is<StringAttr>},
    {"snn.helper",
     "'take_events', 'take_part', 'set_spikes', 'blocks', 'unaligned_blocks', "
     "'dsp', 'integer_vectors', 'vector_blocks', "
     "'product', "
     "'product_unsigned', 'product_shifted', 'product_shifted_short' or "
     "'product_byte'",
     isHelper},
    {"snn.size", "an index of at least 0", isIndex},
    {"snn.parts", "an index of at least 0", isIndex},
    {"snn.scale_axis", "an index of at least 0", isIndex},
    {"snn.buffer", "an index of at least 0", isIndex},
    {"snn.alignment", "a positive i64", isAlignment},
    {"snn.provenance", "a dictionary", is<DictionaryAttr>},
    {"snn.discretization", "a dictionary", is<DictionaryAttr>},
};

static LogicalResult verifyAttribute(Location loc, const Twine &owner,
                                     NamedAttribute attribute) {
  const AttributeRule *rule =
      llvm::find_if(kRules, [&](const AttributeRule &rule) {
        return rule.name == attribute.getName().getValue();
      });
  if (rule == std::end(kRules))
    return emitError(loc) << attribute.getName().getValue() << " of " << owner
                          << " is no attribute of the snn dialect [N7]";
  if (rule->holds(attribute.getValue()))
    return success();
  return emitError(loc) << attribute.getName().getValue() << " of " << owner
                        << " is " << attribute.getValue() << ", expected "
                        << rule->expected << " [N7]";
}

LogicalResult SNNDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  return verifyAttribute(op->getLoc(), "'" + op->getName().getStringRef() + "'",
                         attribute);
}

LogicalResult SNNDialect::verifyRegionArgAttribute(Operation *op,
                                                   unsigned regionIndex,
                                                   unsigned index,
                                                   NamedAttribute attribute) {
  // A declaration has no arguments to point at.
  Region &body = op->getRegion(regionIndex);
  Location loc = index < body.getNumArguments()
                     ? body.getArgument(index).getLoc()
                     : op->getLoc();
  return verifyAttribute(loc, "argument " + Twine(index), attribute);
}

LogicalResult
SNNDialect::verifyRegionResultAttribute(Operation *op, unsigned regionIndex,
                                        unsigned index,
                                        NamedAttribute attribute) {
  return verifyAttribute(op->getLoc(), "result " + Twine(index), attribute);
}
