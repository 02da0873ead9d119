//===- Helpers.cpp - Functions that the generated C brings along ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Helpers.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

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

void snn::c11::printHelper(StringRef name, StringRef prefix,
                           unsigned positionBits, raw_ostream &os) {
  const Helper *helper = find_if(
      kHelpers, [&](const Helper &other) { return other.name == name; });
  assert(helper != std::end(kHelpers) && "there is no helper of this name");
  auto isPart = [](char c) { return isAlnum(c) || c == '_'; };
  for (StringRef rest = helper->text; !rest.empty();) {
    StringRef identifier = rest.take_while(isPart);
    os << translate(identifier, prefix, positionBits);
    rest = rest.drop_front(identifier.size());
    StringRef other = rest.take_until(isPart);
    os << other;
    rest = rest.drop_front(other.size());
  }
}
