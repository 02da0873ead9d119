//===- ScalesTest.cpp - What quantized integers stand for -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Scales.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace mlir;
using namespace snn;

/// What spec.md says of product(q, m): M * 2^-F for a factor m.
static double valueOf(FixedFactor factor) {
  return std::ldexp(static_cast<double>(factor.multiplier), -factor.shift);
}

TEST(FixedFactor, OfPowersOfTwo) {
  for (int exponent = -32; exponent < 40; ++exponent) {
    FixedFactor factor = FixedFactor::of(std::ldexp(1.0, exponent));
    EXPECT_EQ(factor.multiplier, 1 << 14) << exponent;
    EXPECT_EQ(factor.shift, 14 - exponent);
    EXPECT_EQ(factor.reduced().multiplier, 1);
    EXPECT_EQ(factor.reduced().shift, -exponent);
  }
}

TEST(FixedFactor, OfZero) {
  EXPECT_EQ(FixedFactor::of(0).multiplier, 0);
  EXPECT_EQ(FixedFactor::of(0).reduced().multiplier, 0);
}

TEST(FixedFactor, HalvesAreRoundedUp) {
  // 1 + 2^-15 is 16384.5 * 2^-14.
  EXPECT_EQ(FixedFactor::of(1 + 0x1p-15).multiplier, 16385);
  EXPECT_EQ(FixedFactor::of(-1 - 0x1p-15).multiplier, -16384);
}

TEST(FixedFactor, NearlyAPowerOfTwoIsAShift) {
  FixedFactor factor = FixedFactor::of(1 - 0x1p-17);
  EXPECT_EQ(factor.multiplier, 1 << 15);
  EXPECT_EQ(factor.shift, 15);
  EXPECT_EQ(factor.reduced().multiplier, 1);
  EXPECT_EQ(factor.reduced().shift, 0);
  EXPECT_EQ(FixedFactor::of(1 - 0x1p-15).multiplier, 32767);
}

TEST(FixedFactor, SmallFactorsKeepFewerBits) {
  EXPECT_EQ(FixedFactor::of(0x1p-46).shift, 46);
  EXPECT_EQ(FixedFactor::of(0x1p-46).multiplier, 1);
  EXPECT_EQ(FixedFactor::of(3 * 0x1p-40).multiplier, 192);
  EXPECT_EQ(FixedFactor::of(0x1p-48).multiplier, 0);
}

TEST(FixedFactor, HasFifteenBits) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> mantissa(0.5, 1.0);
  for (int round = 0; round < 10000; ++round) {
    int exponent = static_cast<int>(random() % 100) - 31;
    double wanted = std::ldexp(mantissa(random), exponent);
    if (random() % 2)
      wanted = -wanted;
    FixedFactor factor = FixedFactor::of(wanted);
    EXPECT_LE(std::abs(valueOf(factor) - wanted),
              std::ldexp(std::abs(wanted), -15));
    EXPECT_LE(std::abs(factor.multiplier), 1 << 15);
    EXPECT_GE(std::abs(factor.multiplier), 1 << 14);
    EXPECT_EQ(factor.multiplier < 0, wanted < 0);
    FixedFactor reduced = factor.reduced();
    EXPECT_EQ(valueOf(reduced), valueOf(factor));
    EXPECT_NE(reduced.multiplier % 2, 0);
  }
}

TEST(Rounding, HalvesGoUp) {
  EXPECT_EQ(roundHalfUp(0.5), 1);
  EXPECT_EQ(roundHalfUp(-0.5), 0);
  EXPECT_EQ(roundHalfUp(-1.5), -1);
  EXPECT_EQ(roundHalfUp(2.49), 2);
}

TEST(Scales, AreTheSameToThirtyBits) {
  EXPECT_TRUE(isSameScale(1.0, 1.0 + 0x1p-31));
  EXPECT_FALSE(isSameScale(1.0, 1.0 + 0x1p-29));
  EXPECT_TRUE(isSameScale(Scales(0.5), Scales({0.5, 0.5}, 0)));
  EXPECT_FALSE(isSameScale(Scales(0.5), Scales({0.5, 0.25}, 0)));
  EXPECT_TRUE(isSameScale(Scales({0.5, 0.25}, 0), Scales({0.5, 0.25}, 2)));
  EXPECT_FALSE(isSameScale(Scales({0.5, 0.5}, 0), Scales({0.5, 0.5, 0.5}, 0)));
}

namespace {
struct QuantizedTypes : testing::Test {
  MLIRContext context{MLIRContext::Threading::DISABLED};
  QuantizedTypes() { context.loadDialect<quant::QuantDialect>(); }
};
} // namespace

TEST_F(QuantizedTypes, HoldAllNumbersOfTheirBits) {
  quant::QuantizedType type = getQuantizedType(&context, 8, Scales(0.5));
  EXPECT_EQ(type.getStorageTypeMin(), -128);
  EXPECT_EQ(type.getStorageTypeMax(), 127);
  EXPECT_EQ(Scales::of(type).values, (SmallVector<double>{0.5}));
  EXPECT_FALSE(Scales::of(type).isPerAxis());
  Scales perAxis =
      Scales::of(getQuantizedType(&context, 16, Scales({0.5, 0.25}, 1)));
  EXPECT_EQ(perAxis.values, (SmallVector<double>{0.5, 0.25}));
  EXPECT_EQ(perAxis.axis, 1);
}

TEST_F(QuantizedTypes, OfOneNumberHoldTwo) {
  quant::QuantizedType zero = getQuantizedType(&context, 8, 0, 0, Scales(1));
  EXPECT_EQ(zero.getStorageTypeMin(), 0);
  EXPECT_EQ(zero.getStorageTypeMax(), 1);
  quant::QuantizedType top = getQuantizedType(&context, 8, 127, 127, Scales(1));
  EXPECT_EQ(top.getStorageTypeMin(), 126);
  EXPECT_EQ(top.getStorageTypeMax(), 127);
}

TEST_F(QuantizedTypes, ScalesThatFloatsDoNotHave) {
  EXPECT_TRUE(
      hasScaleOutOfRange(getQuantizedType(&context, 8, Scales(0x1p-140))));
  EXPECT_TRUE(hasScaleOutOfRange(
      getQuantizedType(&context, 8, Scales({1.0, 0x1p200}, 0))));
  EXPECT_FALSE(
      hasScaleOutOfRange(getQuantizedType(&context, 8, Scales(0x1p-120))));
  EXPECT_FALSE(hasScaleOutOfRange(Float32Type::get(&context)));
}

/// The least h with floor((m + floor(2^(h-1))) / 2^h) <= 32767, of spec.md.
TEST_F(QuantizedTypes, ShortShift) {
  auto shiftOf = [&](int64_t min, int64_t max) {
    return getShortShift(getQuantizedType(&context, 32, min, max, Scales(1)));
  };
  EXPECT_EQ(shiftOf(-32767, 32767), 0);
  EXPECT_EQ(shiftOf(-32768, 32767), 1);
  EXPECT_EQ(shiftOf(0, 65534), 1);
  EXPECT_EQ(shiftOf(0, 65535), 2); // half of it, rounded, is 32768
  EXPECT_EQ(shiftOf(-(int64_t(1) << 31), (int64_t(1) << 31) - 1), 17);
  EXPECT_EQ(shiftOf(-5, (int64_t(1) << 30)), 16);
}
