//===- Kernels.cpp - What a kernel needs to know of a layer ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Analysis/Kernels.h"
#include "snn/IR/Neuron.h"
#include "snn/IR/Scales.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace snn;

template <typename... Parts> static llvm::Error makeError(Parts &&...parts) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  (stream << ... << parts);
  return llvm::createStringError(llvm::inconvertibleErrorCode(), "%s",
                                 text.c_str());
}

//===----------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------===//

SmallVector<std::string> snn::getRoles(ArrayRef<Operation *> group) {
  llvm::StringMap<unsigned> counts;
  SmallVector<std::string> roles;
  for (Operation *op : group) {
    std::string role = isa<SynapseOpInterface>(op) ? "synapse"
                       : isa<NeuronOpInterface>(op)
                           ? "neuron"
                           : op->getName().stripDialect().str();
    unsigned count = ++counts[role];
    roles.push_back(count == 1 ? role : role + std::to_string(count));
  }
  return roles;
}

LayerFacts::LayerFacts(ArrayRef<Operation *> group)
    : builder(group.front()->getContext()) {
  SmallVector<std::string> roles = getRoles(group);
  for (auto [op, role] : llvm::zip_equal(group, roles))
    add(op, role);
}

void LayerFacts::set(StringRef name, int64_t value) {
  facts[builder.getStringAttr(name)] = builder.getI64IntegerAttr(value);
}

void LayerFacts::set(StringRef name, double value) {
  facts[builder.getStringAttr(name)] = builder.getF64FloatAttr(value);
}

void LayerFacts::set(StringRef name, StringRef word) {
  facts[builder.getStringAttr(name)] = builder.getStringAttr(word);
}

void LayerFacts::set(StringRef name, bool holds) {
  facts[builder.getStringAttr(name)] = builder.getBoolAttr(holds);
}

std::optional<double> LayerFacts::getNumber(StringRef name) const {
  Attribute fact = get(name);
  if (auto number = dyn_cast_or_null<FloatAttr>(fact))
    return number.getValueAsDouble();
  auto number = dyn_cast_or_null<IntegerAttr>(fact);
  if (!number || isa<BoolAttr>(fact))
    return std::nullopt;
  return static_cast<double>(number.getInt());
}

void LayerFacts::addShape(StringRef name, ArrayRef<int64_t> shape) {
  for (auto [dim, size] : llvm::enumerate(shape))
    set((name + ".shape." + Twine(dim)).str(), size);
  set((name + ".size").str(), ShapedType::getNumElements(shape));
}

void LayerFacts::addType(StringRef name, Type type) {
  Type element = getElementTypeOrSelf(type);
  std::string prefix = name.str() + ".";
  if (element.isInteger(1)) {
    set(prefix + "type", StringRef("spikes"));
  } else if (element.isUnsignedInteger(8)) {
    set(prefix + "type", StringRef("counts"));
  } else if (auto quantized = dyn_cast<quant::QuantizedType>(element)) {
    int64_t bits = getPackedBits(quantized);
    set(prefix + "type", StringRef("i" + std::to_string(bits)));
    set(prefix + "bits", bits);
    set(prefix + "min", quantized.getStorageTypeMin());
    set(prefix + "max", quantized.getStorageTypeMax());
  } else {
    set(prefix + "type", StringRef(element.isF64() ? "f64" : "f32"));
  }
}

/// The names of the dimensions of an operation's weights.
static StringRef getWeightLetters(SynapseOpInterface op) {
  if (isa<Conv1dOp>(op))
    return "oiw";
  if (isa<Conv2dOp>(op))
    return "oihw";
  // A batch of several dimensions has no letters.
  StringRef letters = "boi";
  int64_t rank = op.getWeight().getType().getRank();
  return rank <= 3 ? letters.take_back(rank) : "";
}

void LayerFacts::addSynapse(SynapseOpInterface op, StringRef role) {
  std::string prefix = role.str() + ".";
  ArrayRef<int64_t> shape = op.getWeight().getType().getShape();
  addType(prefix + "weight", op.getWeight().getType());
  addShape(prefix + "weight", shape);
  for (auto [letter, size] : llvm::zip(getWeightLetters(op), shape))
    set(prefix + "weight." + letter, size);
  set(prefix + "bias", StringRef(!op.getBias()               ? "none"
                                 : getConstant(op.getBias()) ? "constant"
                                                             : "signal"));
  // As many multiplications and additions as weights that meet each output.
  ArrayRef<int64_t> result =
      cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  int64_t perOutput = isa<LinearOp>(op)
                          ? shape.back()
                          : ShapedType::getNumElements(shape.drop_front());
  set(prefix + "macs", perOutput * ShapedType::getNumElements(result));
}

/// k where the product with `factor` is a shift to the left by k, for all
/// elements. Spikes and counts are multiplied by the rounded factor.
static std::optional<int64_t> getShift(const Constant &factor, bool ofSpikes) {
  if (!factor.isUniform() && !llvm::all_equal(factor.values))
    return std::nullopt;
  if (ofSpikes) {
    int exponent = 0;
    double rounded = std::floor(factor.values.front() + 0.5);
    if (std::frexp(rounded, &exponent) != 0.5)
      return std::nullopt;
    return exponent - 1;
  }
  FixedFactor fixed = FixedFactor::of(factor.values.front()).reduced();
  if (fixed.multiplier != 1 || fixed.shift > 0)
    return std::nullopt;
  return -fixed.shift;
}

void LayerFacts::addNeuron(NeuronOpInterface op, StringRef role) {
  std::string prefix = role.str() + ".";
  NeuronModel model(op);
  set(prefix + "size", op.getVoltage().getType().getNumElements());
  for (StringRef name : op.getCoefficientNames()) {
    Value coefficient = op.getCoefficient(name);
    std::string of = prefix + name.str();
    set(of + ".given", static_cast<bool>(coefficient));
    std::optional<Constant> constant =
        coefficient ? getConstant(coefficient) : std::nullopt;
    if (!constant)
      continue;
    bool isUniform = constant->isUniform() || llvm::all_equal(constant->values);
    set(of + ".uniform", isUniform);
    addType(of, coefficient.getType());
    if (getRole(name) == CoefficientRole::Decay && constant->quantizedType)
      set(of + ".fraction", static_cast<int64_t>(-std::ilogb(
                                Scales::of(constant->quantizedType).at(0))));
  }
  for (const StateVariable &state : op.getStateVariables()) {
    addType(prefix + state.name.str(), state.type);
    std::optional<Constant> init =
        state.init ? getConstant(state.init) : std::nullopt;
    set(prefix + state.name.str() + ".starts_at_zero",
        !state.init || (init && init->isEverywhere(0)));
  }
  // What is added to a state, in its units.
  auto addGain = [&](const StateModel &state, Value input) {
    Type from = getElementTypeOrSelf(input.getType());
    if (!isa<quant::QuantizedType>(state.getType()))
      return;
    int64_t rank = cast<RankedTensorType>(state.value.getType()).getRank();
    Constant factor = getRealNumbers(op.getCoefficient(state.name("gain")), 1,
                                     op->getContext());
    factor =
        zipConstants(factor, getScales(from, rank), std::multiplies<double>());
    factor = zipConstants(factor, getScales(state.getType(), rank),
                          std::divides<double>());
    bool ofSpikes = !isa<quant::QuantizedType>(from);
    if (std::optional<int64_t> shift = getShift(factor, ofSpikes))
      set(prefix + state.name("gain") + ".shift", *shift);
  };
  if (model.current) {
    addGain(*model.current, op.getInput());
    addGain(model.voltage, model.current->value);
  } else {
    addGain(model.voltage, op.getInput());
  }
}

/// The word of an enumeration, as it is printed between < and >.
static std::string getWord(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  attribute.print(stream);
  StringRef word = text;
  if (word.contains('<'))
    word = word.split('<').second.rtrim('>');
  return word.trim().str();
}

void LayerFacts::addAttributes(Operation *op, StringRef role) {
  std::string prefix = role.str() + ".";
  for (StringAttr name : op->getName().getAttributeNames()) {
    if (name.getValue().ends_with("egmentSizes"))
      continue;
    std::optional<Attribute> found = op->getInherentAttr(name);
    Attribute attribute = found ? *found : Attribute();
    std::string fact = prefix + name.str();
    if (isa_and_present<UnitAttr>(attribute))
      set(fact, true);
    else if (auto number = dyn_cast_or_null<IntegerAttr>(attribute))
      set(fact, number.getInt());
    else if (auto array = dyn_cast_or_null<DenseI64ArrayAttr>(attribute))
      for (auto [index, value] : llvm::enumerate(array.asArrayRef()))
        set(fact + "." + std::to_string(index), value);
    else if (attribute && !isa<ElementsAttr>(attribute))
      set(fact, StringRef(getWord(attribute)));
    else if (name.getValue().ends_with("arithmetic"))
      set(fact, StringRef("default"));
    else if (found)
      set(fact, false);
  }
}

void LayerFacts::add(Operation *op, StringRef role) {
  std::string prefix = role.str() + ".";
  set(prefix + "op", op->getName().getStringRef());
  addAttributes(op, role);
  addType(prefix + "input", op->getOperand(0).getType());
  addShape(prefix + "input",
           cast<RankedTensorType>(op->getOperand(0).getType()).getShape());
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  addType(prefix + "result", result);
  addShape(prefix + "result", result.getShape());
  if (auto synapse = dyn_cast<SynapseOpInterface>(op))
    addSynapse(synapse, role);
  if (auto neuron = dyn_cast<NeuronOpInterface>(op))
    addNeuron(neuron, role);
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

namespace {
/// Reads an expression from left to right. Without `lookup`, its form only.
class ExpressionParser {
public:
  using Lookup = llvm::function_ref<std::optional<double>(StringRef)>;
  ExpressionParser(StringRef text, Lookup lookup)
      : text(text), rest(text), lookup(lookup) {}

  llvm::Expected<double> parse() {
    llvm::Expected<double> value = parseSum();
    if (value && !rest.ltrim().empty())
      return makeError("'", text, "' has '", rest.ltrim(),
                       "' where + - * / or the end was expected");
    return value;
  }

private:
  bool consume(char sign) {
    rest = rest.ltrim();
    return rest.consume_front(StringRef(&sign, 1));
  }
  llvm::Expected<double> parseSum();
  llvm::Expected<double> parseProduct();
  llvm::Expected<double> parseTerm();

  static constexpr unsigned kDeepest = 32;
  StringRef text, rest;
  Lookup lookup;
  unsigned depth = 0;
};
} // namespace

llvm::Expected<double> ExpressionParser::parseSum() {
  llvm::Expected<double> left = parseProduct();
  while (left) {
    double sign = consume('+') ? 1 : consume('-') ? -1 : 0;
    if (sign == 0)
      return left;
    llvm::Expected<double> right = parseProduct();
    if (!right)
      return right;
    left = *left + sign * *right;
  }
  return left;
}

llvm::Expected<double> ExpressionParser::parseProduct() {
  llvm::Expected<double> left = parseTerm();
  while (left) {
    bool divides = false;
    if (!consume('*')) {
      divides = consume('/');
      if (!divides)
        return left;
    }
    llvm::Expected<double> right = parseTerm();
    if (!right)
      return right;
    if (divides && *right == 0)
      return makeError("'", text, "' divides by 0");
    left = divides ? *left / *right : *left * *right;
  }
  return left;
}

llvm::Expected<double> ExpressionParser::parseTerm() {
  if (consume('(')) {
    if (++depth > kDeepest)
      return makeError("'", text, "' has more than ", kDeepest,
                       " parentheses in each other");
    llvm::Expected<double> value = parseSum();
    if (value && !consume(')'))
      return makeError("'", text, "' lacks a )");
    --depth;
    return value;
  }
  rest = rest.ltrim();
  auto isWord = [](char c) { return llvm::isAlnum(c) || c == '.' || c == '_'; };
  StringRef word = rest.take_while(isWord);
  if (word.empty())
    return makeError("'", text, "' has ",
                     rest.empty() ? "nothing" : "'" + rest.str() + "'",
                     " where a number or a fact was expected");
  rest = rest.drop_front(word.size());
  double number;
  if (llvm::isDigit(word.front())) {
    // There are no exponents: of 1e-3 the word is 1e.
    bool isWhole = llvm::isDigit(word.back()) || word.back() == '.';
    if (!isWhole || word.getAsDouble(number))
      return makeError("'", text, "' has '", word, "', which is no number");
    return number;
  }
  if (std::optional<double> fact = lookup(word))
    return *fact;
  return makeError("'", word, "' is no number that is known of the layer");
}

llvm::Expected<double> snn::evaluate(StringRef text, const LayerFacts &facts) {
  return ExpressionParser(text,
                          [&](StringRef name) { return facts.getNumber(name); })
      .parse();
}

llvm::Expected<double> snn::evaluateWithZeros(StringRef text,
                                              const LayerFacts &facts) {
  return ExpressionParser(text,
                          [&](StringRef name) -> std::optional<double> {
                            return facts.getNumber(name).value_or(0);
                          })
      .parse();
}

llvm::Error snn::checkExpression(StringRef text) {
  return ExpressionParser(text,
                          [](StringRef) -> std::optional<double> { return 1; })
      .parse()
      .takeError();
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

static std::string toText(Attribute attribute) {
  if (auto word = dyn_cast<StringAttr>(attribute))
    return word.str();
  if (auto holds = dyn_cast<BoolAttr>(attribute))
    return holds.getValue() ? "true" : "false";
  if (auto number = dyn_cast<IntegerAttr>(attribute))
    return std::to_string(number.getInt());
  return formatFloat64(cast<FloatAttr>(attribute).getValueAsDouble());
}

static bool isScalar(Attribute attribute) {
  return isa<StringAttr, IntegerAttr>(attribute);
}

static constexpr StringLiteral kBounds[] = {"max", "min", "multiple"};

bool snn::isCondition(Attribute condition) {
  if (auto choices = dyn_cast<ArrayAttr>(condition))
    return !choices.empty() && llvm::all_of(choices, isScalar);
  auto bounds = dyn_cast<DictionaryAttr>(condition);
  if (!bounds)
    return isScalar(condition);
  return !bounds.empty() && llvm::all_of(bounds, [](NamedAttribute bound) {
    auto number = dyn_cast<IntegerAttr>(bound.getValue());
    bool isKnown = llvm::is_contained(kBounds, bound.getName().getValue());
    return number && isKnown && !isa<BoolAttr>(bound.getValue()) &&
           (bound.getName() != "multiple" || number.getInt() > 0);
  });
}

std::string snn::checkCondition(Attribute fact, Attribute condition) {
  if (!fact)
    return "is not known of the layer";
  std::string is = "is " + toText(fact) + ", expected ";
  if (auto choices = dyn_cast<ArrayAttr>(condition)) {
    if (llvm::any_of(choices, [&](Attribute choice) {
          return toText(choice) == toText(fact);
        }))
      return "";
    return is + llvm::join(llvm::map_range(choices, toText), " or ");
  }
  auto bounds = dyn_cast<DictionaryAttr>(condition);
  if (!bounds)
    return toText(fact) == toText(condition) ? "" : is + toText(condition);
  auto number = dyn_cast<IntegerAttr>(fact);
  if (!number || isa<BoolAttr>(fact))
    return is + "a whole number";
  for (NamedAttribute bound : bounds) {
    int64_t value = number.getInt();
    int64_t limit = cast<IntegerAttr>(bound.getValue()).getInt();
    if (bound.getName() == "min" && value < limit)
      return is + "at least " + std::to_string(limit);
    if (bound.getName() == "max" && value > limit)
      return is + "at most " + std::to_string(limit);
    if (bound.getName() == "multiple" && value % limit != 0)
      return is + "a multiple of " + std::to_string(limit);
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static KernelArgument makeTable(Operation *op, StringRef name) {
  return {KernelArgument::Kind::Table, op, name.str(), 0, Type()};
}

/// Whether a coefficient that a neuron does not have is the same as 0.
static bool isZeroIfAbsent(NeuronOpInterface neuron, StringRef name) {
  if (name == "reset_value")
    return !NeuronModel(neuron).spikes->subtracts();
  return name.ends_with("leak") || name.ends_with("init");
}

/// What is stored of a coefficient in the unit of the voltage or the current.
static Type getLevelType(NeuronOpInterface neuron, StringRef name) {
  Value state = neuron.getOutput(isOfCurrent(name) ? "current" : "voltage");
  Type type = getElementTypeOrSelf(state.getType());
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  return quantized ? quantized.getStorageType() : type;
}

/// The argument that is called `name` in the operation of one role, or none if
/// it has none of this name.
static std::optional<llvm::Expected<KernelArgument>> resolveIn(Operation *op,
                                                               StringRef name) {
  using Kind = KernelArgument::Kind;
  if (auto synapse = dyn_cast<SynapseOpInterface>(op)) {
    if (name == "weight")
      return makeTable(op, name);
    if (name == "bias") {
      if (!synapse.getBias() || getConstant(synapse.getBias()))
        return makeTable(op, name);
      return makeError("the bias is a signal, expected constants");
    }
  }
  if (name == "result" && !isa<NeuronOpInterface>(op))
    return KernelArgument{Kind::Result, op, name.str(), 0, Type()};
  auto neuron = dyn_cast<NeuronOpInterface>(op);
  if (!neuron)
    return std::nullopt;
  if (name == "spikes" && neuron.hasSpikes())
    return KernelArgument{Kind::Result, op, name.str(), 0, Type()};
  for (const StateVariable &state : neuron.getStateVariables())
    if (name == state.name)
      return KernelArgument{Kind::State, op, name.str(), 0, Type()};
  bool isValue = name.consume_back(".value");
  if (!llvm::is_contained(neuron.getCoefficientNames(), name))
    return std::nullopt;
  Value coefficient = neuron.getCoefficient(name);
  if (!coefficient && isZeroIfAbsent(neuron, name)) {
    if (!isValue)
      return makeTable(op, name);
    Type type = getLevelType(neuron, name);
    return KernelArgument{Kind::Number, op, name.str(), 0, type};
  }
  if (!coefficient)
    return makeError("the neuron has no ", name);
  std::optional<Constant> constant = getConstant(coefficient);
  if (!constant)
    return makeError("the ", name, " is no constant");
  if (!isValue)
    return makeTable(op, name);
  if (!constant->isUniform() && !llvm::all_equal(constant->values))
    return makeError("the ", name, " is not the same for all neurons");
  return KernelArgument{Kind::Number, op, name.str(), constant->values.front(),
                        constant->elementType};
}

llvm::Expected<KernelArgument> snn::resolveArgument(StringRef text,
                                                    ArrayRef<Operation *> group,
                                                    const LayerFacts &facts) {
  using Kind = KernelArgument::Kind;
  if (text == "input")
    return KernelArgument{Kind::Input, nullptr};
  if (text == "input.events")
    return KernelArgument{Kind::Events, nullptr};
  if (text == "scratch")
    return KernelArgument{Kind::Scratch, nullptr};
  auto [role, name] = text.split('.');
  SmallVector<std::string> roles = getRoles(group);
  for (auto [op, known] : llvm::zip_equal(group, roles)) {
    if (known != role)
      continue;
    auto found = resolveIn(op, name);
    if (!found)
      continue;
    bool isLast = op == group.back();
    if (*found && (*found)->kind == Kind::Result && !isLast)
      return makeError("only the last operation has a result");
    return std::move(found.value());
  }
  llvm::Expected<double> number = evaluate(text, facts);
  if (!number)
    return number.takeError();
  if (*number != std::floor(*number) || std::fabs(*number) > 2147483647.0)
    return makeError("is ", formatFloat64(*number),
                     ", expected a whole number of 32 bits");
  return KernelArgument{Kind::Number, nullptr, "", *number,
                        IntegerType::get(group.front()->getContext(), 32)};
}

/// What C stores a number of this type in.
static std::string getScalarInC(Type type) {
  if (isa<FloatType>(type))
    return type.isF64() ? "double" : "float";
  if (isSpikeType(type))
    return "uint8_t";
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  unsigned bits = quantized ? quantized.getStorageTypeIntegralWidth()
                            : type.getIntOrFloatBitWidth();
  return "int" + std::to_string(bits) + "_t";
}

std::string snn::getTypeInC(const KernelArgument &argument,
                            ArrayRef<Operation *> group) {
  using Kind = KernelArgument::Kind;
  auto pointer = [](Value signal) {
    return getScalarInC(getElementTypeOrSelf(signal.getType())) + " *";
  };
  Value input = group.front()->getOperand(0);
  switch (argument.kind) {
  case Kind::Input:
    return "const " + pointer(input);
  case Kind::Events: {
    int64_t size = cast<RankedTensorType>(input.getType()).getNumElements();
    return size < (1 << 16) ? "const uint16_t *" : "const uint32_t *";
  }
  case Kind::Table: {
    llvm::Expected<Constant> table = getTable(argument, "");
    if (!table) {
      llvm::consumeError(table.takeError());
      return "";
    }
    return "const " + getScalarInC(table->elementType) + " *";
  }
  case Kind::State: {
    auto neuron = cast<NeuronOpInterface>(argument.op);
    return pointer(
        neuron.getOutput(argument.name == "v" ? "voltage" : "current"));
  }
  case Kind::Result:
    return pointer(argument.op->getResult(0));
  case Kind::Scratch:
    return "int32_t *";
  case Kind::Number:
    return isa<FloatType>(argument.type) ? getScalarInC(argument.type)
                                         : "int32_t";
  }
  llvm_unreachable("all kinds are handled");
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

llvm::Error snn::checkLayout(StringRef layout) {
  llvm::StringSet<> blocked, seen;
  size_t index = 0;
  auto isLetter = [](char c) { return c >= 'a' && c <= 'z'; };
  while (index < layout.size()) {
    size_t start = index;
    while (index < layout.size() && llvm::isDigit(layout[index]))
      ++index;
    StringRef digits = layout.slice(start, index);
    unsigned size = 0;
    bool isBlock = !digits.empty();
    if (isBlock && (digits.getAsInteger(10, size) || size < 2 || size > 4096))
      return makeError("layout '", layout, "' has a block of ", digits,
                       ", expected 2 to 4096");
    char letter = index < layout.size() ? layout[index++] : '\0';
    bool isOuter = letter >= 'A' && letter <= 'Z';
    if (!isLetter(letter) && (!isOuter || isBlock))
      return makeError("layout '", layout,
                       "' is none, expected letters of dimensions, capitals "
                       "for blocks, and blocks such as 8o");
    std::string name(1, isOuter ? static_cast<char>(letter + 32) : letter);
    if (isBlock) {
      if (!blocked.erase(name))
        return makeError("layout '", layout, "' has a block of '", name,
                         "' without its capital before it");
      continue;
    }
    if (!seen.insert(name).second)
      return makeError("layout '", layout, "' has '", name, "' twice");
    if (isOuter)
      blocked.insert(name);
  }
  if (!blocked.empty())
    return makeError("layout '", layout, "' has a capital without its block");
  return llvm::Error::success();
}

llvm::Expected<Constant> snn::changeLayout(const Constant &constant,
                                           StringRef letters,
                                           StringRef layout) {
  if (llvm::Error error = checkLayout(layout))
    return error;
  /// A dimension of the result: which one of `constant` it counts, in which
  /// steps, and to what size.
  struct Dim {
    size_t source;
    int64_t step, size;
  };
  SmallVector<Dim> dims;
  llvm::SmallDenseMap<size_t, int64_t> blocks;
  // From the innermost on: a capital counts what its block leaves.
  for (size_t end = layout.size(); end > 0;) {
    char letter = layout[--end];
    bool isOuter = letter >= 'A' && letter <= 'Z';
    size_t source = letters.find(isOuter ? letter + 32 : letter);
    if (source == StringRef::npos)
      return makeError("layout '", layout, "' has '", StringRef(&letter, 1),
                       "', and the weights have the dimensions '", letters,
                       "'");
    size_t digits = end;
    while (digits > 0 && llvm::isDigit(layout[digits - 1]))
      --digits;
    int64_t block = 1;
    if (digits != end) {
      (void)layout.slice(digits, end).getAsInteger(10, block);
      end = digits;
      blocks[source] = block;
      dims.push_back({source, 1, block});
      continue;
    }
    int64_t step = isOuter ? blocks.lookup(source) : 1;
    dims.push_back({source, step, (constant.shape[source] + step - 1) / step});
  }
  std::reverse(dims.begin(), dims.end());
  for (auto [index, letter] : llvm::enumerate(letters))
    if (llvm::none_of(dims,
                      [&](const Dim &dim) { return dim.source == index; }))
      return makeError("layout '", layout, "' lacks '", StringRef(&letter, 1),
                       "': the weights have the dimensions '", letters, "'");
  auto shape =
      llvm::map_to_vector(dims, [](const Dim &dim) { return dim.size; });
  Constant result = makeConstant(
      shape, constant.elementType, [&](ArrayRef<int64_t> position) {
        SmallVector<int64_t> at(constant.shape.size(), 0);
        for (auto [dim, index] : llvm::zip_equal(dims, position))
          at[dim.source] += dim.step * index;
        for (auto [index, size] : llvm::zip_equal(at, constant.shape))
          if (index >= size)
            return 0.0;
        return getElement(constant, at);
      });
  return result;
}

llvm::Expected<Constant> snn::getTable(const KernelArgument &argument,
                                       StringRef layout) {
  if (auto neuron = dyn_cast<NeuronOpInterface>(argument.op)) {
    Value coefficient = neuron.getCoefficient(argument.name);
    std::optional<Constant> known =
        coefficient ? getConstant(coefficient) : std::nullopt;
    return makeConstant(neuron.getVoltage().getType().getShape(),
                        known ? known->elementType
                              : getLevelType(neuron, argument.name),
                        [&](ArrayRef<int64_t> position) {
                          return known ? getElement(*known, position) : 0.0;
                        });
  }
  auto synapse = cast<SynapseOpInterface>(argument.op);
  auto result = cast<RankedTensorType>(synapse->getResult(0).getType());
  if (argument.name == "bias") {
    int64_t channels = result.getDimSize(synapse.getResultChannelDim());
    Type element = result.getElementType();
    if (auto quantized = dyn_cast<quant::QuantizedType>(element))
      element = IntegerType::get(element.getContext(), 32);
    std::optional<Constant> known =
        synapse.getBias() ? getConstant(synapse.getBias()) : std::nullopt;
    return makeConstant({channels}, element, [&](ArrayRef<int64_t> position) {
      return known ? known->at(known->isUniform() ? 0 : position[0]) : 0.0;
    });
  }
  std::optional<Constant> weight = getConstant(synapse.getWeight());
  if (!weight)
    return makeError("the weight is no constant");
  weight->quantizedType = nullptr;
  if (weight->isScalar || weight->shape.empty())
    weight->shape = llvm::to_vector(synapse.getWeight().getType().getShape());
  if (layout.empty())
    return std::move(*weight);
  return changeLayout(*weight, getWeightLetters(synapse), layout);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Checks one list of arguments; notes which states and results it has.
static void checkArguments(ArrayAttr arguments, StringRef layout,
                           ArrayRef<Operation *> group, const LayerFacts &facts,
                           llvm::StringSet<> &covered,
                           std::vector<std::string> &reasons) {
  using Kind = KernelArgument::Kind;
  for (auto text : arguments.getAsRange<StringAttr>()) {
    llvm::Expected<KernelArgument> argument =
        resolveArgument(text, group, facts);
    llvm::Error error =
        argument ? llvm::Error::success() : argument.takeError();
    if (!error && argument->kind == Kind::Table)
      error = getTable(*argument, layout).takeError();
    if (error) {
      reasons.push_back(text.str() + ": " + llvm::toString(std::move(error)));
      continue;
    }
    covered.insert(text.getValue());
  }
}

std::vector<std::string> snn::checkKernel(KernelOp kernel,
                                          ArrayRef<Operation *> group,
                                          const LayerFacts &facts) {
  std::vector<std::string> reasons;
  if (DictionaryAttr where = kernel.getWhereAttr())
    for (NamedAttribute condition : where) {
      StringRef name = condition.getName();
      std::string reason =
          checkCondition(facts.get(name), condition.getValue());
      if (!reason.empty())
        reasons.push_back(name.str() + " " + reason);
    }
  llvm::StringSet<> covered;
  StringRef layout = kernel.getLayout().value_or("");
  checkArguments(kernel.getArguments(), layout, group, facts, covered, reasons);
  if (ArrayAttr setup = kernel.getSetupArgumentsAttr())
    checkArguments(setup, layout, group, facts, covered, reasons);
  if (std::optional<StringRef> scratch = kernel.getScratch()) {
    // Of the layer alone, as it is asked for when memory is given.
    llvm::Expected<double> bytes = evaluate(*scratch, LayerFacts(group));
    if (!bytes)
      reasons.push_back("scratch: " + llvm::toString(bytes.takeError()));
    else if (!(*bytes >= 0 && *bytes <= 2147483647.0))
      reasons.push_back("scratch is " + formatFloat64(*bytes) +
                        ", expected 0 to 2147483647 bytes");
  }
  // A state that the kernel keeps itself can neither be seen nor started.
  SmallVector<std::string> roles = getRoles(group);
  for (auto [op, role] : llvm::zip_equal(group, roles)) {
    auto neuron = dyn_cast<NeuronOpInterface>(op);
    if (!neuron)
      continue;
    if (neuron.hasSpikes() &&
        neuron.isCarried(cast<OpResult>(neuron.getOutput("spikes"))))
      reasons.push_back(role + ": spikes are those of the voltage before the "
                               "step, expected spike_timing post");
    for (const StateVariable &state : neuron.getStateVariables()) {
      std::string name = role + "." + state.name.str();
      Value output =
          neuron.getOutput(state.name == "v" ? "voltage" : "current");
      if (covered.contains(name))
        continue;
      if (!output.use_empty())
        reasons.push_back(name + " is read by others, and the kernel keeps it");
      auto starts =
          dyn_cast_or_null<BoolAttr>(facts.get(name + ".starts_at_zero"));
      if (!starts || !starts.getValue())
        reasons.push_back(name +
                          " does not start at 0, and the kernel keeps it");
    }
  }
  // What comes out of neurons without spikes is a state.
  Operation *last = group.back();
  auto neuron = dyn_cast<NeuronOpInterface>(last);
  std::string result = roles.back() + (neuron ? ".spikes" : ".result");
  if ((!neuron || neuron.hasSpikes()) && !last->getResult(0).use_empty() &&
      !covered.contains(result))
    reasons.push_back(result +
                      " is read by others, and the kernel is not given it");
  return reasons;
}
