//===- Helpers.cpp - Functions that the generated C brings along ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Helpers.h"

#include "snn/Target/C11/C11.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/SHA256.h"

#include <array>

using namespace llvm;

namespace {
struct Helper {
  StringLiteral name, text;
};
} // namespace

static constexpr Helper kHelpers[] = {
#include "Helpers.inc"
};

StringRef snn::c11::getPositionSuffix(unsigned positionBits) {
  return positionBits == 32 ? "_32" : positionBits == 8 ? "_8" : "";
}

/// What stands in the generated C for an identifier of a helper's file.
static std::string translate(StringRef identifier, StringRef prefix,
                             unsigned positionBits) {
  if (identifier == "position_t")
    return "uint" + utostr(positionBits) + "_t";
  if (identifier == "given_t")
    return "uint" + utostr(std::max(positionBits, 16u)) + "_t";
  if (identifier.consume_front("NET_"))
    return prefix.upper() + "_" + identifier.str();
  if (!identifier.consume_front("net_"))
    return identifier.str();
  bool hasPositions = identifier.consume_back("_position");
  return (prefix + "_" + identifier +
          (hasPositions ? snn::c11::getPositionSuffix(positionBits) : ""))
      .str();
}

/// Splits text into identifiers and what is between them.
static void forEachPart(
    StringRef text,
    llvm::function_ref<void(StringRef identifier, StringRef between)> take) {
  auto isPart = [](char c) { return isAlnum(c) || c == '_'; };
  while (!text.empty()) {
    StringRef identifier = text.take_while(isPart);
    text = text.drop_front(identifier.size());
    StringRef between = text.take_until(isPart);
    text = text.drop_front(between.size());
    take(identifier, between);
  }
}

static StringRef getHelperText(StringRef name) {
  const Helper *helper = find_if(
      kHelpers, [&](const Helper &other) { return other.name == name; });
  assert(helper != std::end(kHelpers) && "there is no helper of this name");
  return helper->text;
}

static void printText(StringRef text, StringRef prefix, unsigned positionBits,
                      raw_ostream &os) {
  forEachPart(text, [&](StringRef identifier, StringRef between) {
    os << translate(identifier, prefix, positionBits) << between;
  });
}

void snn::c11::printHelper(StringRef name, StringRef prefix,
                           unsigned positionBits, raw_ostream &os) {
  printText(getHelperText(name), prefix, positionBits, os);
}

//===----------------------------------------------------------------------===//
// Files that networks share
//===----------------------------------------------------------------------===//

/// What stands in the header, each behind what it needs: types, macros, and
/// functions that have to be a part of their callers to be fast.
static constexpr StringLiteral kInline[] = {"helium",
                                            "small",
                                            "count",
                                            "fence",
                                            "short",
                                            "product",
                                            "product_unsigned",
                                            "product_shifted",
                                            "product_shifted_short",
                                            "product_byte",
                                            "mask",
                                            "pairs",
                                            "sums",
                                            "rows",
                                            "vectors",
                                            "vectors_float"};

/// Functions that are there once. All take positions.
static constexpr StringLiteral kOnce[] = {
    "list_bytes", "list_part", "take_events", "take_part", "set_spikes"};
static constexpr unsigned kPositionBits[] = {8, 16, 32};

/// Takes a function of a helper's file apart: "/* comment */", "void f(int x)"
/// and "{ ... }".
static std::array<StringRef, 3> splitFunction(StringRef text) {
  constexpr StringLiteral specifiers = "static SNN_LAYER ";
  auto [comment, function] = text.split(specifiers);
  size_t body = function.find("\n{");
  assert(body != StringRef::npos && "a shared helper is one function");
  return {comment, function.take_front(body), function.drop_front(body)};
}

static void printSharedHeader(StringRef name, uint32_t version,
                              raw_ostream &os) {
  std::string upper = name.upper();
  os << "/* " << name
     << ".h - helpers that networks of a program share; made by "
     << "snn-mlir-compile. */\n#ifndef " << upper << "_H\n#define " << upper
     << "_H\n\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
     << "#include <string.h>\n\n"
     << "/* The same in all files that were made by one version of the "
        "compiler. "
        "*/\n#define "
     << upper << "_VERSION " << format_hex(version, 10) << "u\n\n"
     << "#ifndef RESTRICT\n#ifdef __cplusplus\n#define RESTRICT /* C++ has "
        "none */"
        "\n#else\n#define RESTRICT restrict\n#endif\n#endif\n\n"
     << "#ifndef SNN_TABLE\n#if defined(__FLASH) && !defined(__STRICT_ANSI__)\n"
        "#define SNN_TABLE __flash\n#else\n#define "
        "SNN_TABLE\n#endif\n#endif\n\n"
     << "#if (-1 >> 1) != -1\n#error \"right shifts of negative numbers must "
        "keep "
        "the sign\"\n#endif\n\n";
  for (StringRef helper : kInline)
    printText(getHelperText(helper), name, 16, os);
  for (unsigned bits : kPositionBits)
    printText(getHelperText("list"), name, bits, os);
  os << "/* What follows is in " << name << ".c. */\n#ifdef __cplusplus\n"
     << "extern \"C\" {\n#endif\n\n";
  for (StringRef helper : kOnce)
    for (unsigned bits : kPositionBits) {
      auto [comment, declaration, body] = splitFunction(getHelperText(helper));
      std::string function =
          translate(("net_" + helper + "_position").str(), name, bits);
      os << "#define " << function << " " << function << "_"
         << utohexstr(version, /*LowerCase=*/true) << "\n";
      printText(comment, name, bits, os);
      printText(declaration, name, bits, os);
      os << ";\n\n";
    }
  os << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << upper << "_H */\n";
}

static void printSharedSource(StringRef name, uint32_t version,
                              raw_ostream &os) {
  std::string upper = name.upper();
  os << "/* " << name
     << ".c - helpers that networks of a program share; made by "
     << "snn-mlir-compile. */\n#include \"" << name << ".h\"\n\n#if " << upper
     << "_VERSION != " << format_hex(version, 10) << "u\n#error \"" << name
     << ".h is of another version of snn-mlir-compile\"\n#endif\n\n"
     << "#ifndef " << upper << "_CHECK\n#define " << upper
     << "_CHECK(condition) ((void)0)\n#endif\n\n"
     << "/* Libraries of several networks may each have this file: one is "
        "linked. */\n#if defined(__GNUC__) && !defined(_WIN32)\n#define "
     << upper << "_ONCE __attribute__((weak))\n#else\n#define " << upper
     << "_ONCE\n#endif\n";
  for (StringRef helper : kOnce)
    for (unsigned bits : kPositionBits) {
      auto [comment, declaration, body] = splitFunction(getHelperText(helper));
      os << "\n" << upper << "_ONCE ";
      printText(declaration, name, bits, os);
      printText(body.rtrim(), name, bits, os);
      os << "\n";
    }
}

uint32_t snn::c11::getHelpersVersion() {
  std::string text;
  llvm::raw_string_ostream os(text);
  printSharedHeader("net", 0, os);
  printSharedSource("net", 0, os);
  std::array<uint8_t, 32> digest = SHA256::hash(
      ArrayRef(reinterpret_cast<const uint8_t *>(text.data()), text.size()));
  return support::endian::read32be(digest.data());
}

void snn::emitHelpers(StringRef name, raw_ostream &source,
                      raw_ostream &header) {
  uint32_t version = c11::getHelpersVersion();
  printSharedHeader(name, version, header);
  printSharedSource(name, version, source);
}

void snn::c11::forEachHelperName(StringRef prefix,
                                 llvm::function_ref<void(StringRef)> take) {
  llvm::StringSet<> taken;
  for (const Helper &helper : kHelpers)
    forEachPart(helper.text, [&](StringRef identifier, StringRef) {
      if (!identifier.starts_with("net_") && !identifier.starts_with("NET_"))
        return;
      for (unsigned positionBits : kPositionBits)
        if (auto [name, isNew] =
                taken.insert(translate(identifier, prefix, positionBits));
            isNew)
          take(name->getKey());
    });
}
