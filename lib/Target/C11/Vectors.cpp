//===- Vectors.cpp - Vectors of the C compiler ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Vectors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace snn::c11;
using llvm::StringRef;
using llvm::Twine;

/// Bytes of the shortest vectors that processors have, and of the longest that
/// the C knows.
static constexpr int64_t kShort = 16, kLong = 128;
/// Registers of Arm's FPU.
static constexpr int64_t kRegisters = 32;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

std::string Lanes::getName() const {
  return (Twine(isFloat      ? "f"
                : isUnsigned ? "u"
                             : "i") +
          Twine(bits) + "x" + Twine(count))
      .str();
}

std::string Lanes::getElement() const {
  if (isFloat)
    return bits == 32 ? "float" : "double";
  return (Twine(isUnsigned ? "uint" : "int") + Twine(bits) + "_t").str();
}

int64_t Lanes::getLowCount() const {
  return static_cast<int64_t>(llvm::PowerOf2Ceil(count)) / 2;
}

std::optional<Lanes> snn::c11::getLanes(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  if (!vector || vector.getRank() != 1 || vector.isScalable())
    return std::nullopt;
  Type element = vector.getElementType();
  bool isFloat = element.isF32() || element.isF64();
  unsigned bits = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 0;
  if (!isFloat && !(element.isSignlessInteger() && bits >= 8 && bits <= 64 &&
                    llvm::isPowerOf2_32(bits)))
    return std::nullopt;
  return Lanes{isFloat, false, bits, vector.getNumElements()};
}

/// Whether one vector of a processor can hold these elements.
static bool canBeWhole(Lanes type) {
  return llvm::isPowerOf2_64(type.count) && type.getBytes() <= kLong;
}

/// Whether there are processors whose vectors hold only halves of `bytes`.
static bool hasHalves(Lanes type, int64_t bytes) {
  return !canBeWhole(type) || bytes > kShort;
}

/// What `get` gives for both halves, of the low one first: it may define it.
static std::pair<std::string, std::string>
forHalves(Lanes type, llvm::function_ref<std::string(Lanes)> get) {
  std::string low = get(type.getLow());
  return {low, get(type.getHigh())};
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

Vectors::Vectors(StringRef prefix, bool hasFloats)
    : prefix(prefix),
      macro(prefix.upper() + (hasFloats ? "_VECTORS" : "_INTEGER_VECTORS")) {}

std::pair<std::string, bool> Vectors::begin(const Twine &name) {
  std::string full = (prefix + "_" + name).str();
  return {full, names.insert(full).second};
}

/// Each line with four spaces in front, but those of the preprocessor.
static std::string indentLines(StringRef body) {
  std::string result;
  for (StringRef line : llvm::split(body, '\n'))
    result += ((line.starts_with("#") ? "" : "    ") + line + "\n").str();
  return result;
}

void Vectors::define(const Twine &declaration, Lanes type, int64_t bytes,
                     const Forms &forms) {
  text +=
      (StringRef(prefix).upper() + "_HELPER " + declaration + "\n{\n").str();
  StringRef otherwise = "#if ";
  if (canBeWhole(type) && bytes <= kLong) {
    text += "#if " + macro +
            (bytes > kShort ? " >= " + std::to_string(bytes) : "") + "\n" +
            indentLines(forms.whole);
    otherwise = "#elif ";
  }
  if (hasHalves(type, bytes))
    text += otherwise.str() + macro + "\n" + indentLines(forms.halves);
  if (!forms.registers.empty())
    text += "#elif " + StringRef(prefix).upper() + "_FLOAT_REGISTERS\n" +
            indentLines(forms.registers);
  text += "#else\n" + indentLines(forms.array) + "#endif\n}\n\n";
}

/// A function's body that fills an array.
static std::string forEach(const Twine &type, int64_t count,
                           const Twine &statement) {
  return (type + " r;\nfor (size_t k = 0; k < " + Twine(count) +
          "; ++k)\n    " + statement + "\nreturn r;")
      .str();
}

/// Whether half of all registers hold the elements. Then functions for arrays
/// have no loop: what a loop is over compilers keep in memory.
static bool fitRegisters(Lanes type) {
  return type.isFloat && type.bits == 32 && type.count <= kRegisters / 2;
}

/// A function's body that makes an array of what `get` says of each element.
static std::string listElements(const Twine &type, int64_t count,
                                llvm::function_ref<std::string(int64_t)> get) {
  auto elements = llvm::map_range(llvm::seq<int64_t>(0, count), get);
  return ("const " + type + " r = {{\n    " + llvm::join(elements, ",\n    ") +
          ",\n}};\nreturn r;")
      .str();
}

/// A variable for each element, in registers from `first` on, which are
/// elements of a if `areSet`.
static std::string declareRegisters(int64_t count, int64_t first, bool areSet) {
  std::string text;
  for (int64_t k = 0; k < count; ++k) {
    text += ("register float x" + Twine(k) + " __asm__(\"s" + Twine(first + k) +
             "\")")
                .str();
    text += areSet ? " = a.x[" + std::to_string(k) + "];\n" : ";\n";
  }
  return text;
}

/// The instruction that moves these, at the address that is the operand of this
/// number.
static std::string nameMove(StringRef name, int64_t count, int64_t first,
                            int64_t address) {
  return ("__asm__(\"" + name + " %" + Twine(address) + ", {s" + Twine(first) +
          "-s" + Twine(first + count - 1) + "}\"")
      .str();
}

/// These variables as operands.
static std::string listOperands(int64_t count, StringRef constraint) {
  std::string text;
  for (int64_t k = 0; k < count; ++k)
    text +=
        ((k == 0 ? "\"" : ", \"") + constraint + "\"(x" + Twine(k) + ")").str();
  return text;
}

std::string Vectors::onHalves(Lanes type, Lanes result,
                              ArrayRef<StringRef> arguments,
                              llvm::function_ref<std::string(Lanes)> get) {
  if (!hasHalves(type, type.getBytes()))
    return "";
  auto [low, high] = forHalves(type, get);
  std::string lows, highs;
  for (StringRef argument : arguments) {
    StringRef separator = lows.empty() ? "" : ", ";
    lows += (separator + argument + ".low").str();
    highs += (separator + argument + ".high").str();
  }
  return "const " + getType(result) + " r = {" + low + "(" + lows + "), " +
         high + "(" + highs + ")};\nreturn r;";
}

/// What is in a number of 64 bits, or in all narrower ones, as it wraps around.
static StringRef getWrapping(Lanes type) {
  return type.bits == 64 ? "uint64_t" : "uint32_t";
}

std::string Vectors::getType(Lanes type) {
  // Without a sign they are only needed within functions.
  auto [name, isNew] = begin(type.asSigned().getName());
  if (!isNew)
    return name;
  std::string low, high;
  if (hasHalves(type, type.getBytes()))
    std::tie(low, high) =
        forHalves(type, [&](Lanes half) { return getType(half); });
  std::string define;
  llvm::raw_string_ostream os(define);
  StringRef otherwise = "#if ";
  auto addWhole = [&](Lanes whole) {
    os << "typedef " << whole.getElement() << " " << prefix << "_"
       << whole.getName() << " __attribute__((vector_size(" << type.getBytes()
       << ")));\n";
  };
  if (canBeWhole(type)) {
    os << "#if " << macro
       << (type.getBytes() > kShort ? " >= " + std::to_string(type.getBytes())
                                    : "")
       << "\n";
    addWhole(type.asSigned());
    if (!type.isFloat)
      addWhole(type.asUnsigned());
    otherwise = "#elif ";
  }
  if (!low.empty())
    os << otherwise << macro << "\ntypedef struct {\n    " << low
       << " low;\n    " << high << " high;\n} " << name << ";\n";
  os << "#else\ntypedef struct {\n    " << type.asSigned().getElement() << " x["
     << type.count << "];\n} " << name << ";\n#endif\n\n";
  text += define;
  return name;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

std::string Vectors::getBinary(StringRef name, StringRef symbol, Lanes type) {
  auto [function, isNew] = begin(name + "_" + type.getName());
  if (!isNew)
    return function;
  std::string own = getType(type), element = type.asSigned().getElement();
  Forms forms;
  forms.halves = onHalves(type, type, {"a", "b"}, [&](Lanes half) {
    return getBinary(name, symbol, half);
  });
  std::string operation = (" " + symbol + " ").str();
  if (type.isFloat) {
    forms.whole = "return a" + operation + "b;";
    forms.array =
        forEach(own, type.count, "r.x[k] = a.x[k]" + operation + "b.x[k];");
    if (fitRegisters(type))
      forms.array = listElements(own, type.count, [&](int64_t k) {
        std::string element = ".x[" + std::to_string(k) + "]";
        return "a" + element + operation + "b" + element;
      });
  } else {
    // Shifts say how their operands are read; sums and products wrap around.
    bool isSignedShift = symbol == ">>" && !type.isUnsigned;
    std::string cast =
        isSignedShift ? ""
                      : "(" + prefix + "_" + type.asUnsigned().getName() + ")";
    forms.whole =
        "return (" + own + ")(" + cast + "a" + operation + cast + "b);";
    std::string left =
        isSignedShift ? ""
                      : "(" +
                            (symbol == ">>" ? type.asUnsigned().getElement()
                                            : getWrapping(type).str()) +
                            ")";
    std::string right = symbol == ">>" || symbol == "<<"
                            ? ""
                            : "(" + getWrapping(type).str() + ")";
    forms.array = forEach(own, type.count,
                          "r.x[k] = (" + element + ")(" + left + "a.x[k]" +
                              operation + right + "b.x[k]);");
  }
  define(own + " " + function + "(" + own + " a, " + own + " b)", type,
         type.getBytes(), forms);
  return function;
}

std::string Vectors::getCompare(StringRef symbol, Lanes type) {
  StringRef name = llvm::StringSwitch<StringRef>(symbol)
                       .Case("==", "eq")
                       .Case("!=", "ne")
                       .Case("<", "lt")
                       .Case("<=", "le")
                       .Case(">", "gt")
                       .Case(">=", "ge");
  auto [function, isNew] = begin(name + "_" + type.getName());
  if (!isNew)
    return function;
  std::string own = getType(type), mask = getType(type.asMask());
  Forms forms;
  forms.halves = onHalves(type, type.asMask(), {"a", "b"},
                          [&](Lanes half) { return getCompare(symbol, half); });
  std::string cast, number;
  if (type.isUnsigned) {
    cast = "(" + prefix + "_" + type.getName() + ")";
    number = "(" + type.getElement() + ")";
  }
  std::string operation = (" " + symbol + " ").str();
  forms.whole =
      "return (" + mask + ")(" + cast + "a" + operation + cast + "b);";
  forms.array =
      forEach(mask, type.count,
              "r.x[k] = (" + type.asMask().getElement() + ")-(" + number +
                  "a.x[k]" + operation + number + "b.x[k]);");
  define(mask + " " + function + "(" + own + " a, " + own + " b)", type,
         type.getBytes(), forms);
  return function;
}

std::string Vectors::getSelect(Lanes type) {
  auto [function, isNew] = begin("select_" + type.getName());
  if (!isNew)
    return function;
  std::string own = getType(type), mask = getType(type.asMask());
  Forms forms;
  forms.halves = onHalves(type, type, {"holds", "a", "b"},
                          [&](Lanes half) { return getSelect(half); });
  forms.whole = "return (" + own + ")((holds & (" + mask + ")a) | (~holds & (" +
                mask + ")b));";
  forms.array =
      forEach(own, type.count, "r.x[k] = holds.x[k] != 0 ? a.x[k] : b.x[k];");
  define(own + " " + function + "(" + mask + " holds, " + own + " a, " + own +
             " b)",
         type, type.getBytes(), forms);
  return function;
}

/// The body of a function of two vectors of integers of 16 bits: what they are
/// called `p` and `q` in for Helium, an instruction of SSE, if there is one,
/// and `otherwise` elsewhere.
static std::string nameInstruction(const std::string &prefix,
                                   const std::string &own, int64_t bytes,
                                   StringRef helium, StringRef sse,
                                   const std::string &otherwise) {
  std::string text;
  auto addForm = [&](StringRef condition, const std::string &form) {
    text +=
        ((text.empty() ? "#if " : "#elif ") + condition + "\n" + form + "\n")
            .str();
  };
  if (bytes == kShort)
    addForm("defined(__ARM_FEATURE_MVE)",
            "const int16x8_t p = (int16x8_t)a, q = (int16x8_t)b;\nreturn (" +
                own + ")" + helium.str() + ";");
  std::string cast = "(" + prefix + "_shorts" + std::to_string(bytes / 2) + ")";
  if (!sse.empty())
    addForm("defined(__SSE2__) && !defined(__clang__)",
            "return (" + own + ")" + sse.str() + std::to_string(bytes * 8) +
                "(" + cast + "a, " + cast + "b);");
  return text.empty() ? otherwise : text + "#else\n" + otherwise + "\n#endif";
}

std::string Vectors::getExtremum(bool isGreater, Lanes type) {
  auto [function, isNew] =
      begin((isGreater ? "max_" : "min_") + type.getName());
  if (!isNew)
    return function;
  std::string own = getType(type);
  Forms forms;
  forms.halves = onHalves(type, type, {"a", "b"}, [&](Lanes half) {
    return getExtremum(isGreater, half);
  });
  std::string compare = getCompare(isGreater ? ">" : "<", type);
  std::string otherwise =
      "return " + getSelect(type) + "(" + compare + "(a, b), a, b);";
  forms.whole = otherwise;
  if (type.getBytes() == kShort || type.getBytes() == 2 * kShort)
    forms.whole = nameInstruction(
        prefix, own, type.getBytes(),
        isGreater ? "vmaxq_s16(p, q)" : "vminq_s16(p, q)",
        isGreater ? "__builtin_ia32_pmaxsw" : "__builtin_ia32_pminsw",
        otherwise);
  forms.array = forEach(own, type.count,
                        Twine("r.x[k] = a.x[k] ") + (isGreater ? ">" : "<") +
                            " b.x[k] ? a.x[k] : b.x[k];");
  define(own + " " + function + "(" + own + " a, " + own + " b)", type,
         type.getBytes(), forms);
  return function;
}

/// Products of 16 bits, (a * b + rounding) / 2^by rounded down, that Helium has
/// an instruction for: of p and q there. That rounds halves up, so where they
/// are rounded down the negative product is.
static constexpr struct {
  StringLiteral name;
  int64_t rounding, by;
  StringLiteral helium, sse;
} kHighProducts[] = {
    {"upper_half", 0, 16, "vmulhq_s16(p, q)", "__builtin_ia32_pmulhw"},
    {"rounded_half", (1 << 15) - 1, 16,
     "vnegq_s16(vrmulhq_s16(p, vnegq_s16(q)))", ""},
    {"rounded_fraction", 1 << 14, 15, "vqrdmulhq_s16(p, q)", ""},
};

std::optional<std::string> Vectors::getHighProduct(Lanes type, int64_t rounding,
                                                   int64_t by) {
  const auto *known = llvm::find_if(kHighProducts, [&](const auto &product) {
    return product.rounding == rounding && product.by == by;
  });
  if (known == std::end(kHighProducts))
    return std::nullopt;
  auto [function, isNew] = begin(known->name + "_" + type.getName());
  if (!isNew)
    return function;
  std::string own = getType(type);
  Forms forms;
  forms.halves = onHalves(type, type, {"a", "b"}, [&](Lanes half) {
    return *getHighProduct(half, rounding, by);
  });
  Lanes wide{false, false, 32, type.count};
  std::string widen = getConvert(type, wide), cut = getConvert(wide, type);
  std::string multiply = getBinary("mul", "*", wide);
  std::string shift = getBinary("shr", ">>", wide), splat = getSplat(wide);
  std::string product = multiply + "(" + widen + "(a), " + widen + "(b))";
  std::string added;
  if (rounding != 0) {
    added = " + " + std::to_string(rounding);
    product = getBinary("add", "+", wide) + "(" + product + ", " + splat + "(" +
              std::to_string(rounding) + "))";
  }
  std::string otherwise = "return " + cut + "(" + shift + "(" + product + ", " +
                          splat + "(" + std::to_string(by) + ")));";
  forms.whole = otherwise;
  if (type.getBytes() == kShort || type.getBytes() == 2 * kShort)
    forms.whole = nameInstruction(prefix, own, type.getBytes(), known->helium,
                                  known->sse, otherwise);
  forms.array = forEach(own, type.count,
                        "r.x[k] = (int16_t)(((int32_t)a.x[k] * b.x[k]" + added +
                            ") >> " + std::to_string(by) + ");");
  define(own + " " + function + "(" + own + " a, " + own + " b)", type,
         type.getBytes(), forms);
  return function;
}

std::string Vectors::getShortProduct(Lanes type) {
  auto [function, isNew] = begin("short_product_" + type.getName());
  if (!isNew)
    return function;
  std::string own = getType(type), multiply = getBinary("mul", "*", type);
  Forms forms;
  forms.halves = onHalves(type, type, {"a", "b"},
                          [&](Lanes half) { return getShortProduct(half); });
  forms.whole = "return " + multiply + "(a, b);";
  // Of the halves of each number; the upper ones are signs of a, and 0 of b.
  if (type.getBytes() == kShort || type.getBytes() == 2 * kShort)
    forms.whole = ("#if defined(__SSE2__)\ntypedef short shorts "
                   "__attribute__((vector_size(" +
                   Twine(type.getBytes()) + ")));\nreturn (" + own +
                   ")__builtin_ia32_pmaddwd" + Twine(type.getBytes() * 8) +
                   "((shorts)a, (shorts)(b & 0xffff));\n#else\n" + forms.whole +
                   "\n#endif")
                      .str();
  forms.array = "return " + multiply + "(a, b);";
  define(own + " " + function + "(" + own + " a, " + own + " b)", type,
         type.getBytes(), forms);
  return function;
}

std::string Vectors::getDot2(Lanes type, Lanes result) {
  auto [function, isNew] = begin("dot2_" + type.getName());
  if (!isNew)
    return function;
  std::string own = getType(type), sum = getType(result);
  bool areBytes = type.bits == 8;
  Forms forms;
  forms.halves = onHalves(type, result, {"a", "b"}, [&](Lanes half) {
    return getDot2(half, result.withCount(half.count / 2));
  });
  // Elsewhere as numbers of twice the bits, of which each has two in it.
  std::string unsignedSum =
                  "(" + prefix + "_" + result.asUnsigned().getName() + ")",
              bits = std::to_string(type.bits);
  auto even = [&](StringRef x) {
    return "((" + sum + ")(" + unsignedSum + x.str() + " << " + bits + ") >> " +
           bits + ")";
  };
  std::string otherwise =
      "const " + sum + " p = (" + sum + ")a, q = (" + sum + ")b;\nreturn " +
      even("p") + " * " + (areBytes ? "(q & 255)" : even("q")) + " + (p >> " +
      bits + ") * " +
      (areBytes ? "(" + sum + ")(" + unsignedSum + "q >> 8)" : "(q >> 16)") +
      ";";
  forms.whole = otherwise;
  if (type.getBytes() == kShort || type.getBytes() == 2 * kShort) {
    std::string instruction = std::string("__builtin_ia32_") +
                              (areBytes ? "pmaddubsw" : "pmaddwd") +
                              std::to_string(8 * type.getBytes());
    // The bytes without signs come first.
    forms.whole = std::string("#if defined(") +
                  (areBytes ? "__SSSE3__" : "__SSE2__") + ")\n" + "typedef " +
                  (areBytes ? "char" : "short") +
                  " numbers __attribute__((vector_size(" +
                  std::to_string(type.getBytes()) + ")));\nreturn (" + sum +
                  ")" + instruction + "((numbers)b, (numbers)a);\n#else\n" +
                  otherwise + "\n#endif";
  }
  auto product = [&](StringRef index) {
    return "a.x[" + index.str() + "] * " + (areBytes ? "(uint8_t)" : "") +
           "b.x[" + index.str() + "]";
  };
  forms.array =
      forEach(sum, result.count,
              "r.x[k] = (" + result.getElement() + ")(" + product("2 * k") +
                  " + " + product("2 * k + 1") + ");");
  define(sum + " " + function + "(" + own + " a, " + own + " b)", type,
         type.getBytes(), forms);
  return function;
}

std::string Vectors::getSplat(Lanes type) {
  auto [function, isNew] = begin("splat_" + type.getName());
  if (!isNew)
    return function;
  std::string own = getType(type);
  Forms forms;
  if (hasHalves(type, type.getBytes())) {
    auto [low, high] =
        forHalves(type, [&](Lanes half) { return getSplat(half); });
    forms.halves =
        "const " + own + " r = {" + low + "(x), " + high + "(x)};\nreturn r;";
  }
  SmallVector<StringRef> copies(type.count, "x");
  forms.whole =
      "const " + own + " r = {" + llvm::join(copies, ", ") + "};\nreturn r;";
  forms.array = fitRegisters(type)
                    ? "const " + own + " r = {{" + llvm::join(copies, ", ") +
                          "}};\nreturn r;"
                    : forEach(own, type.count, "r.x[k] = x;");
  define(own + " " + function + "(" + type.asSigned().getElement() + " x)",
         type, type.getBytes(), forms);
  return function;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// The name of a conversion between two types.
static std::string nameBoth(Lanes from, Lanes to) {
  return from == to ? to.getName() : from.getName() + "_" + to.getName();
}

/// What GCC makes of some bytes in a register of SSE or AVX2: it extends
/// elements one by one unless the instruction is named.
static std::string extendOnX86(const std::string &prefix, Lanes memory,
                               Lanes type, const std::string &own) {
  std::string letters = memory.bits == 16 ? "wd"
                        : type.bits == 16 ? "bw"
                                          : "bd";
  int64_t bytes = memory.getBytes();
  std::string whole = prefix + "_bytes" + std::to_string(bytes) + "_at(p)";
  std::string named = "return (" + own + ")__builtin_ia32_pmov" +
                      (memory.isUnsigned ? "zx" : "sx") + letters +
                      std::to_string(type.getBytes() * 8) + "(" +
                      (memory.bits == 16 ? "(" + prefix + "_shorts8)" : "") +
                      whole + ");";
  if (type.getBytes() > kShort)
    return named;
  // Each element twice, or with 0, and then the sign from the upper half.
  std::string result = "const " + prefix + "_bytes16 x = " + whole + ";\n";
  std::string value = "x";
  auto interleave = [&](StringRef instruction, StringRef cast) {
    std::string other = memory.isUnsigned ? prefix + "_bytes0()" : value;
    value = ("__builtin_ia32_" + instruction + "128(" + cast + value + ", " +
             cast + other + ")")
                .str();
  };
  if (memory.bits == 8)
    interleave("punpcklbw", "");
  if (type.bits == 32) {
    if (memory.bits == 8 && !memory.isUnsigned) {
      result += "const " + prefix + "_bytes16 y = " + value + ";\n";
      value = "y";
    }
    interleave("punpcklwd", "(" + prefix + "_shorts8)");
  }
  result += "return (" + own + ")" + value;
  if (!memory.isUnsigned)
    result += " >> " + std::to_string(type.bits - memory.bits);
  return "#if defined(__SSE4_1__)\n" + named + "\n#else\n" + result +
         ";\n#endif";
}

std::string Vectors::getLoad(Lanes type, Lanes memory, bool isTable) {
  std::string kind = isTable ? "table" : "load";
  auto [function, isNew] = begin(kind + "_" + nameBoth(memory, type));
  if (!isNew)
    return function;
  std::string own = getType(type), held = getType(memory);
  std::string element = memory.asSigned().getElement();
  int64_t bytes = std::max(type.getBytes(), memory.getBytes());
  Forms forms;
  if (hasHalves(type, bytes)) {
    auto [low, high] = forHalves(type, [&](Lanes half) {
      return getLoad(half, memory.withCount(half.count), isTable);
    });
    forms.halves = "const " + own + " r = {" + low + "(p), " + high + "(p + " +
                   std::to_string(type.getLowCount()) + ")};\nreturn r;";
  }
  std::string read = held + " r;\nmemcpy(&r, p, sizeof r);\nreturn ";
  if (type == memory)
    forms.whole = read + "r;";
  else
    forms.whole = read + getConvert(memory, type) + "(r);";
  std::string onGcc = "defined(__SSE2__) && !defined(__clang__)";
  // Helium extends what it loads.
  bool isExtended = !type.isFloat && memory.bits < type.bits;
  if (isExtended && type.getBytes() == kShort && memory.bits <= 16) {
    std::string load = std::string("vldr") + (memory.bits == 8 ? "b" : "h") +
                       "q_" + (memory.isUnsigned ? "u" : "s") +
                       std::to_string(type.bits);
    std::string cast =
        memory.isUnsigned ? "(const " + memory.getElement() + " *)" : "";
    if (type.bits <= 32)
      forms.whole = "#if defined(__ARM_FEATURE_MVE)\nreturn (" + own + ")" +
                    load + "(" + cast + "p);\n#elif " + onGcc + "\n" +
                    extendOnX86(prefix, memory, type, own) + "\n#else\n" +
                    forms.whole + "\n#endif";
  } else if (isExtended && type.getBytes() == 2 * kShort && type.bits <= 32) {
    forms.whole = "#if " + onGcc + "\n" +
                  extendOnX86(prefix, memory, type, own) + "\n#else\n" +
                  forms.whole + "\n#endif";
  }
  std::string number =
      memory.isUnsigned ? "(" + memory.getElement() + ")" : std::string();
  forms.array = forEach(
      own, type.count,
      "r.x[k] = " +
          (type == memory ? "" : "(" + type.asSigned().getElement() + ")") +
          number + "p[k];");
  if (type == memory && fitRegisters(type)) {
    // In those behind as many sums.
    int64_t count = type.count;
    if (count > 1)
      forms.registers =
          declareRegisters(count, count, /*areSet=*/false) +
          nameMove("vldmia", count, count, count) + " : " +
          listOperands(count, "=t") + " : \"r\"(p), \"m\"(*(const " + own +
          " *)(const void *)p));\n" + listElements(own, count, [](int64_t k) {
            return "x" + std::to_string(k);
          });
    forms.array = listElements(
        own, count, [](int64_t k) { return "p[" + std::to_string(k) + "]"; });
  }
  std::string space =
      isTable ? StringRef(prefix).upper() + "_SPACE " : std::string();
  define(own + " " + function + "(const " + space + element + " *p)", type,
         bytes, forms);
  return function;
}

std::string Vectors::getStore(Lanes type, Lanes memory) {
  auto [function, isNew] = begin("store_" + nameBoth(type, memory));
  if (!isNew)
    return function;
  std::string own = getType(type), element = memory.asSigned().getElement();
  int64_t bytes = std::max(type.getBytes(), memory.getBytes());
  Forms forms;
  if (hasHalves(type, bytes)) {
    auto [low, high] = forHalves(type, [&](Lanes half) {
      return getStore(half, memory.withCount(half.count));
    });
    std::string first = getPart(type, /*isHigh=*/false),
                second = getPart(type, /*isHigh=*/true);
    forms.halves = low + "(p, " + first + "(a));\n" + high + "(p + " +
                   std::to_string(type.getLowCount()) + ", " + second + "(a));";
  }
  if (type == memory)
    forms.whole = "memcpy(p, &a, sizeof a);";
  else
    forms.whole = "const " + getType(memory) +
                  " r = " + getConvert(type, memory) +
                  "(a);\nmemcpy(p, &r, sizeof r);";
  bool isCut = !type.isFloat && !memory.isFloat && memory.bits < type.bits;
  if (isCut && type.getBytes() == kShort && type.bits <= 32)
    forms.whole = std::string("#if defined(__ARM_FEATURE_MVE)\nvstr") +
                  (memory.bits == 8 ? "b" : "h") + "q_s" +
                  std::to_string(type.bits) + "(p, (int" +
                  std::to_string(type.bits) + "x" + std::to_string(type.count) +
                  "_t)a);\n#else\n" + forms.whole + "\n#endif";
  std::string cast = type == memory ? "" : "(" + element + ")";
  forms.array = "for (size_t k = 0; k < " + std::to_string(type.count) +
                "; ++k)\n    p[k] = " + cast + "a.x[k];";
  if (type == memory && fitRegisters(type)) {
    if (type.count > 1)
      forms.registers = declareRegisters(type.count, 0, /*areSet=*/true) +
                        nameMove("vstmia", type.count, 0, 1) + " : \"=m\"(*(" +
                        own + " *)(void *)p) : \"r\"(p), " +
                        listOperands(type.count, "t") + ");";
    auto lines =
        llvm::map_range(llvm::seq<int64_t>(0, type.count), [](int64_t k) {
          std::string number = std::to_string(k);
          return "p[" + number + "] = a.x[" + number + "];";
        });
    forms.array = llvm::join(lines, "\n");
  }
  define("void " + function + "(" + element + " *p, " + own + " a)", type,
         bytes, forms);
  return function;
}

std::string Vectors::getLoadMask(Lanes mask) {
  auto [function, isNew] = begin("load_mask_" + mask.getName());
  if (!isNew)
    return function;
  std::string own = getType(mask);
  Lanes bytes = Lanes{false, false, 8, mask.count};
  std::string load = getLoad(mask, bytes, /*isTable=*/false);
  std::string compare = getCompare("!=", mask), zero = getSplat(mask);
  text += StringRef(prefix).upper() + "_HELPER " + own + " " + function +
          "(const uint8_t *p)\n{\n    return " + compare + "(" + load +
          "((const int8_t *)p), " + zero + "(0));\n}\n\n";
  return function;
}

std::string Vectors::getStoreMask(Lanes mask) {
  auto [function, isNew] = begin("store_mask_" + mask.getName());
  if (!isNew)
    return function;
  std::string own = getType(mask);
  Lanes bytes = Lanes{false, false, 8, mask.count};
  std::string store = getStore(mask, bytes);
  std::string both = getBinary("and", "&", mask), one = getSplat(mask);
  Forms forms;
  forms.whole = store + "((int8_t *)p, " + both + "(holds, " + one + "(1)));";
  forms.array = forms.whole;
  if (hasHalves(mask, mask.getBytes())) {
    auto [low, high] =
        forHalves(mask, [&](Lanes half) { return getStoreMask(half); });
    forms.halves = low + "(p, holds.low);\n" + high + "(p + " +
                   std::to_string(mask.getLowCount()) + ", holds.high);";
  }
  // What reads them by vectors waits for bytes that were stored in parts.
  if (mask.bits == 16 && mask.getBytes() == 2 * kShort)
    forms.halves =
        "#if defined(__SSE2__)\n"
        "typedef char bytes __attribute__((vector_size(16)));\n"
        "typedef short shorts __attribute__((vector_size(16)));\n"
        "const bytes ones = (bytes)__builtin_ia32_packsswb128((shorts)holds.low"
        ", (shorts)holds.high) & 1;\nmemcpy(p, &ones, sizeof ones);\n#else\n" +
        forms.halves + "\n#endif";
  define("void " + function + "(uint8_t *p, " + own + " holds)", mask,
         mask.getBytes(), forms);
  return function;
}

//===----------------------------------------------------------------------===//
// Parts and other numbers
//===----------------------------------------------------------------------===//

/// The first lines of a function's body that gives `count` elements of
/// `vectors` from `first` on, where compilers can say so; "#else" follows.
static std::string shuffle(StringRef prefix, StringRef vectors, int64_t first,
                           int64_t count) {
  std::string text = "#if " + prefix.upper() +
                     "_SHUFFLES\nreturn __builtin_shufflevector(" +
                     vectors.str();
  for (int64_t k = first; k < first + count; ++k)
    text += ", " + std::to_string(k);
  return text + ");\n#else\n";
}

std::string Vectors::getPart(Lanes type, bool isHigh) {
  StringRef part = isHigh ? "high" : "low";
  auto [function, isNew] = begin(part + "_" + type.asSigned().getName());
  if (!isNew)
    return function;
  int64_t first = isHigh ? type.getLowCount() : 0;
  Lanes half = isHigh ? type.getHigh() : type.getLow();
  std::string own = getType(type), result = getType(half);
  Forms forms;
  forms.halves = ("return a." + part + ";").str();
  forms.whole = result + " r;\nmemcpy(&r, (const char *)&a + " +
                std::to_string(first * type.bits / 8) +
                ", sizeof r);\nreturn r;";
  // In registers: through memory, processors wait for what is loaded in other
  // parts than it was stored in.
  if (type.getBytes() == kShort)
    forms.whole = "typedef long long longs "
                  "__attribute__((vector_size(16)));\nreturn (" +
                  result + ")((longs)a)[" + (isHigh ? "1" : "0") + "];";
  else
    forms.whole =
        shuffle(prefix, "a, a", first, half.count) + forms.whole + "\n#endif";
  forms.array =
      forEach(result, half.count, "r.x[k] = a.x[k + " + Twine(first) + "];");
  define(result + " " + function + "(" + own + " a)", type, type.getBytes(),
         forms);
  return function;
}

std::string Vectors::getJoin(Lanes type) {
  auto [function, isNew] = begin("join_" + type.asSigned().getName());
  if (!isNew)
    return function;
  std::string own = getType(type), first = getType(type.getLow()),
              second = getType(type.getHigh());
  Forms forms;
  forms.halves = "const " + own + " r = {low, high};\nreturn r;";
  forms.whole = own + " r;\nmemcpy(&r, &low, sizeof low);\nmemcpy((char *)&r + "
                      "sizeof low, &high, sizeof high);\nreturn r;";
  if (type.getBytes() == kShort)
    forms.whole = "typedef long long longs "
                  "__attribute__((vector_size(16)));\nconst longs r = "
                  "{(long long)low, (long long)high};\nreturn (" +
                  own + ")r;";
  else
    forms.whole =
        shuffle(prefix, "low, high", 0, type.count) + forms.whole + "\n#endif";
  forms.array = own + " r;\nmemcpy(r.x, low.x, sizeof low.x);\nmemcpy(r.x + " +
                std::to_string(type.getLowCount()) +
                ", high.x, sizeof high.x);\nreturn r;";
  define(own + " " + function + "(" + first + " low, " + second + " high)",
         type, type.getBytes(), forms);
  return function;
}

std::string Vectors::getConvert(Lanes from, Lanes to) {
  auto [function, isNew] = begin(from.getName() + "_to_" + to.getName());
  if (!isNew)
    return function;
  std::string own = getType(from), result = getType(to);
  int64_t bytes = std::max(from.getBytes(), to.getBytes());
  Forms forms;
  if (hasHalves(from, bytes)) {
    auto [low, high] = forHalves(from, [&](Lanes half) {
      return getConvert(half, to.withCount(half.count));
    });
    std::string first = getPart(from, /*isHigh=*/false),
                second = getPart(from, /*isHigh=*/true);
    forms.halves = "return " + getJoin(to) + "(" + low + "(" + first +
                   "(a)), " + high + "(" + second + "(a)));";
  }
  auto cast = [&](Lanes type) {
    return type.isUnsigned ? "(" + prefix + "_" + type.getName() + ")"
                           : std::string();
  };
  forms.whole = "return " +
                std::string(to.isUnsigned ? "(" + result + ")" : "") +
                "__builtin_convertvector(" + cast(from) + "a, " + prefix + "_" +
                to.getName() + ");";
  std::string number =
      from.isUnsigned ? "(" + from.getElement() + ")" : std::string();
  std::string outer =
      to.isUnsigned ? "(" + to.asSigned().getElement() + ")" : std::string();
  forms.array = forEach(result, from.count,
                        "r.x[k] = " + outer + "(" + to.getElement() + ")" +
                            number + "a.x[k];");
  define(result + " " + function + "(" + own + " a)", from, bytes, forms);
  return function;
}

std::string Vectors::getBitcast(Lanes from, Lanes to) {
  auto [function, isNew] =
      begin("bits_" + from.getName() + "_to_" + to.getName());
  if (!isNew)
    return function;
  std::string own = getType(from), result = getType(to);
  Forms forms;
  if (hasHalves(from, from.getBytes())) {
    auto [low, high] = forHalves(from, [&](Lanes half) {
      return getBitcast(half, to.withCount(half.count * from.bits / to.bits));
    });
    forms.halves = "const " + result + " r = {" + low + "(a.low), " + high +
                   "(a.high)};\nreturn r;";
  }
  forms.whole = "return (" + result + ")a;";
  forms.array = result + " r;\nmemcpy(&r, &a, sizeof r);\nreturn r;";
  define(result + " " + function + "(" + own + " a)", from, from.getBytes(),
         forms);
  return function;
}

std::string Vectors::getAny(Lanes mask) {
  auto [function, isNew] = begin("any_" + mask.getName());
  if (!isNew)
    return function;
  std::string own = getType(mask);
  int64_t bytes = mask.getBytes();
  Forms forms;
  if (hasHalves(mask, bytes)) {
    auto [low, high] =
        forHalves(mask, [&](Lanes half) { return getAny(half); });
    forms.halves = "return " + low + "(holds.low) || " + high + "(holds.high);";
    if (low == high)
      forms.halves = "return " + low + "(" +
                     getBinary("or", "|", mask.getLow()) +
                     "(holds.low, holds.high));";
  }
  // As a few words.
  unsigned word = static_cast<unsigned>(std::min<int64_t>(bytes, 8));
  std::string any = "words[0]";
  for (int64_t index = 1; index * word < bytes; ++index)
    any += " | words[" + std::to_string(index) + "]";
  forms.whole = "uint" + std::to_string(8 * word) + "_t words[" +
                std::to_string(bytes / word) +
                "];\nmemcpy(words, &holds, sizeof words);\nreturn (" + any +
                ") != 0;";
  if (bytes == kShort)
    forms.whole = "#if defined(__ARM_FEATURE_MVE)\nreturn "
                  "vcmpneq_n_s8((int8x16_t)holds, 0) != 0;\n#else\n" +
                  forms.whole + "\n#endif";
  forms.array = "bool any = false;\nfor (size_t k = 0; k < " +
                std::to_string(mask.count) +
                "; ++k)\n    any |= holds.x[k] != 0;\nreturn any;";
  define("bool " + function + "(" + own + " holds)", mask, bytes, forms);
  return function;
}

std::string Vectors::getLane(Lanes type) {
  auto [function, isNew] = begin("lane_" + type.asSigned().getName());
  if (!isNew)
    return function;
  std::string own = getType(type);
  Forms forms;
  if (hasHalves(type, type.getBytes())) {
    auto [low, high] =
        forHalves(type, [&](Lanes half) { return getLane(half); });
    std::string count = std::to_string(type.getLowCount());
    forms.halves = "return k < " + count + " ? " + low +
                   "(a.low, k) : " + high + "(a.high, k - " + count + ");";
  }
  forms.whole = "return a[k];";
  forms.array = "return a.x[k];";
  define(type.asSigned().getElement() + " " + function + "(" + own +
             " a, size_t k)",
         type, type.getBytes(), forms);
  return function;
}
