//===- LiteralsTest.cpp - Types and numbers in C --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Literals.h"

#include "mlir/IR/Builders.h"
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

using namespace mlir;
using namespace snn::c11;

namespace {
struct Literals : testing::Test {
  MLIRContext context{MLIRContext::Threading::DISABLED};
  Builder builder{&context};

  std::string integer(int64_t value, unsigned bits, bool isUnsigned = false) {
    Type type = builder.getIntegerType(bits);
    return *getLiteral(IntegerAttr::get(type, APInt(bits, value, true, true)),
                       isUnsigned);
  }
};
} // namespace

TEST_F(Literals, Integers) {
  EXPECT_EQ(integer(-7, 8), "-7");
  EXPECT_EQ(integer(-7, 8, true), "249");
  EXPECT_EQ(integer(1, 1), "true");
  EXPECT_EQ(integer(0, 1), "false");
}

/// -2147483648 is a minus before a number that int does not have.
TEST_F(Literals, TheLeastIntegersHaveNames) {
  EXPECT_EQ(integer(std::numeric_limits<int32_t>::min(), 32), "INT32_MIN");
  EXPECT_EQ(integer(std::numeric_limits<int64_t>::min(), 64), "INT64_MIN");
  EXPECT_EQ(integer(-1, 64, true), "18446744073709551615u");
  EXPECT_EQ(integer(std::numeric_limits<int64_t>::max(), 64, true),
            "9223372036854775807");
}

TEST_F(Literals, Indices) {
  EXPECT_EQ(*getLiteral(builder.getIndexAttr(3), false), "3");
  EXPECT_EQ(*getLiteral(builder.getIndexAttr(-1), false), "(size_t)-1");
}

TEST_F(Literals, NumbersWithoutALiteral) {
  double infinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(getLiteral(builder.getF32FloatAttr(infinity), false));
  EXPECT_FALSE(getLiteral(builder.getF64FloatAttr(-infinity), false));
  EXPECT_FALSE(getLiteral(builder.getF32FloatAttr(std::nanf("")), false));
  EXPECT_FALSE(
      getLiteral(builder.getFloatAttr(builder.getF16Type(), 1.0), false));
  EXPECT_FALSE(
      getLiteral(builder.getIntegerAttr(builder.getIntegerType(5), 1), false));
  EXPECT_FALSE(getLiteral(builder.getStringAttr("1"), false));
}

TEST_F(Literals, WholeNumbersAreNoIntegers) {
  EXPECT_EQ(*getLiteral(builder.getF32FloatAttr(1.0f), false), "1.0f");
  EXPECT_EQ(*getLiteral(builder.getF64FloatAttr(-2.0), false), "-2.0");
  EXPECT_EQ(*getLiteral(builder.getF32FloatAttr(0.1f), false), "0.1f");
}

TEST_F(Literals, AFloatReadsBackAsItWas) {
  std::mt19937 random(1);
  int tried = 0;
  while (tried < 20000) {
    uint32_t bits = random();
    float value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value))
      continue;
    ++tried;
    std::string text = *getLiteral(builder.getF32FloatAttr(value), false);
    ASSERT_EQ(text.back(), 'f');
    ASSERT_NE(text.find_first_of(".e"), std::string::npos) << text;
    float back = std::strtof(text.c_str(), nullptr);
    ASSERT_EQ(std::memcmp(&back, &value, sizeof value), 0) << text;
  }
}

TEST_F(Literals, ADoubleReadsBackAsItWas) {
  std::mt19937_64 random(1);
  int tried = 0;
  while (tried < 5000) {
    uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value))
      continue;
    ++tried;
    std::string text = *getLiteral(builder.getF64FloatAttr(value), false);
    ASSERT_NE(text.find_first_of(".e"), std::string::npos) << text;
    double back = std::strtod(text.c_str(), nullptr);
    ASSERT_EQ(std::memcmp(&back, &value, sizeof value), 0) << text;
  }
}

TEST_F(Literals, Types) {
  EXPECT_EQ(getScalarType(builder.getI1Type(), false), "bool");
  EXPECT_EQ(getStorageType(builder.getI1Type(), false), "uint8_t");
  EXPECT_EQ(getScalarType(builder.getIntegerType(16), true), "uint16_t");
  EXPECT_EQ(getScalarType(builder.getIndexType(), false), "size_t");
  EXPECT_TRUE(isStorable(builder.getF64Type()));
  for (Type type :
       {Type(builder.getF16Type()), Type(builder.getIntegerType(4)),
        Type(builder.getIntegerType(128)),
        Type(builder.getIntegerType(8, false)), Type(builder.getNoneType())})
    EXPECT_FALSE(isStorable(type));
}
