//===- Helpers.cpp - Functions that the generated C brings along ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Helpers.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace {
struct Helper {
  StringLiteral name, text;
};
} // namespace

static constexpr Helper kHelpers[] = {
#include "Helpers.inc"
};

/// What stands in the generated C for an identifier of a helper's file.
static std::string translate(StringRef identifier, StringRef prefix,
                             unsigned positionBits) {
  if (identifier == "position_t")
    return "uint" + utostr(positionBits) + "_t";
  if (identifier.consume_front("NET_"))
    return prefix.upper() + "_" + identifier.str();
  if (!identifier.consume_front("net_"))
    return identifier.str();
  bool hasPositions = identifier.consume_back("_position");
  return (prefix + "_" + identifier +
          (hasPositions && positionBits == 32 ? "_32" : ""))
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

void snn::c11::printHelper(StringRef name, StringRef prefix,
                           unsigned positionBits, raw_ostream &os) {
  const Helper *helper = find_if(
      kHelpers, [&](const Helper &other) { return other.name == name; });
  assert(helper != std::end(kHelpers) && "there is no helper of this name");
  forEachPart(helper->text, [&](StringRef identifier, StringRef between) {
    os << translate(identifier, prefix, positionBits) << between;
  });
}

void snn::c11::forEachHelperName(StringRef prefix,
                                 llvm::function_ref<void(StringRef)> take) {
  llvm::StringSet<> taken;
  for (const Helper &helper : kHelpers)
    forEachPart(helper.text, [&](StringRef identifier, StringRef) {
      if (!identifier.starts_with("net_") && !identifier.starts_with("NET_"))
        return;
      for (unsigned positionBits : {16, 32})
        if (auto [name, isNew] =
                taken.insert(translate(identifier, prefix, positionBits));
            isNew)
          take(name->getKey());
    });
}
