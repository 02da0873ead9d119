//===- IdentifiersTest.cpp - Names from a file become C names -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Identifiers.h"
#include "snn/Target/C11/C11.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include <gtest/gtest.h>

#include <random>

using namespace llvm;
using namespace snn;
using namespace snn::c11;

static bool isIdentifier(StringRef name) {
  return !name.empty() && !isDigit(name.front()) &&
         all_of(name, [](char c) { return isAlnum(c) || c == '_'; });
}

TEST(Sanitize, KeepsLettersAndDigits) {
  EXPECT_EQ(sanitize("lif1"), "lif1");
  EXPECT_EQ(sanitize("a.b"), "a_b");
  EXPECT_EQ(sanitize("a__b-- c"), "a_b_c");
  EXPECT_EQ(sanitize("_a_"), "a");
  EXPECT_EQ(sanitize("naz\xc3\xa9"), "naz");
  EXPECT_EQ(sanitize(StringRef("a\0b", 3)), "a_b");
}

TEST(Sanitize, GivesNothingAName) {
  for (StringRef text : {"", "_", "..", "\xff\xfe"})
    EXPECT_EQ(sanitize(text), "node");
}

TEST(Sanitize, CutsLongNames) {
  EXPECT_EQ(sanitize(std::string(100, 'x')), std::string(48, 'x'));
  // Not with an underscore at the end.
  EXPECT_EQ(sanitize(std::string(47, 'x') + ".y"), std::string(47, 'x'));
}

TEST(EscapeComment, NothingEndsOrOpensAComment) {
  // All texts of 5 of these characters.
  StringRef letters = "*/?\\\na\xff";
  unsigned count = 7 * 7 * 7 * 7 * 7;
  for (unsigned number = 0; number < count; ++number) {
    std::string text;
    for (unsigned rest = number, i = 0; i < 5; ++i, rest /= 7)
      text += letters[rest % 7];
    for (bool multiline : {false, true}) {
      std::string escaped = escapeComment(text, multiline);
      for (StringRef token : {"*/", "/*", "??"})
        ASSERT_FALSE(StringRef(escaped).contains(token)) << escaped;
      for (char c : escaped)
        ASSERT_TRUE(isPrint(c) || (multiline && c == '\n'));
    }
  }
}

TEST(EscapeComment, SaysWhatWasThere) {
  EXPECT_EQ(escapeComment("50 % of v"), "50 % of v");
  EXPECT_EQ(escapeComment("a*/b"), "a* /b");
  EXPECT_EQ(escapeComment("a\nb"), "a\\x0Ab");
  EXPECT_EQ(escapeComment("a\nb", true), "a\nb");
  EXPECT_EQ(escapeComment("\xc3\xa9"), "\\xC3\\xA9");
}

TEST(NameTable, NumbersWhatIsTaken) {
  NameTable names;
  EXPECT_EQ(names.add("v"), "v");
  EXPECT_EQ(names.add("v"), "v_2");
  EXPECT_EQ(names.add("v"), "v_3");
  EXPECT_EQ(names.add("v_2"), "v_2_2");
  EXPECT_EQ(names.add("2v"), "n2v");
}

TEST(NameTable, KeywordsAreTaken) {
  NameTable names;
  EXPECT_EQ(names.add("int"), "int_2");
  EXPECT_EQ(names.add("memcpy"), "memcpy_2");
  EXPECT_EQ(names.add("class"), "class_2");
}

TEST(NameTable, NamesAroundAreTaken) {
  NameTable outer;
  outer.add("v");
  NameTable inner(&outer), other(&outer);
  EXPECT_EQ(inner.add("v"), "v_2");
  EXPECT_EQ(inner.add("i"), "i");
  EXPECT_EQ(other.add("i"), "i");
}

TEST(NameTable, ARemovedNameIsGivenOutAgain) {
  NameTable names;
  names.add("v");
  std::string second = names.add("v");
  names.add("v");
  names.remove(second);
  EXPECT_EQ(names.add("v"), "v_2");
  EXPECT_EQ(names.add("v"), "v_4");
  names.remove("never there");
  names.remove("v");
  EXPECT_EQ(names.add("v"), "v");
}

TEST(NameTable, GivesOutEachNameOnce) {
  std::mt19937 random(1);
  StringRef wanted[] = {"a", "a_2", "a-2", "a_2_2", "for", "2", "n2", ""};
  NameTable names;
  StringSet<> taken;
  SmallVector<std::string> order;
  for (int round = 0; round < 3000; ++round) {
    if (!order.empty() && random() % 3 == 0) {
      size_t at = random() % order.size();
      names.remove(order[at]);
      EXPECT_TRUE(taken.erase(order[at]));
      order.erase(order.begin() + at);
      continue;
    }
    order.push_back(names.add(wanted[random() % std::size(wanted)]));
    EXPECT_TRUE(isIdentifier(order.back()));
    EXPECT_TRUE(taken.insert(order.back()).second) << order.back();
  }
}

TEST(Prefix, IsAnIdentifierThatNothingElseHas) {
  EXPECT_TRUE(isC11Prefix("net"));
  EXPECT_TRUE(isC11Prefix("net_2"));
  EXPECT_FALSE(isC11Prefix(""));
  EXPECT_FALSE(isC11Prefix("_net"));
  EXPECT_FALSE(isC11Prefix("2net"));
  EXPECT_FALSE(isC11Prefix("my-net"));
  EXPECT_FALSE(isC11Prefix("int"));
  EXPECT_FALSE(isC11Prefix("int8")); // int8_t
  EXPECT_TRUE(isC11Prefix(std::string(48, 'n')));
  EXPECT_FALSE(isC11Prefix(std::string(49, 'n')));
}
