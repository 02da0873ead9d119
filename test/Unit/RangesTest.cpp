//===- RangesTest.cpp - What the numbers of a network can be --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ranges.h"
#include "snn/Pipelines/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using namespace snn;

static const double kInfinity = std::numeric_limits<double>::infinity();

namespace snn {
static bool operator==(Interval a, Interval b) {
  return a.lo == b.lo && a.hi == b.hi;
}

static std::ostream &operator<<(std::ostream &os, Interval a) {
  return os << '[' << a.lo << ", " << a.hi << ']';
}
} // namespace snn

TEST(Interval, SumsAndProductsAreThoseOfAllNumbers) {
  // All intervals with whole ends from -3 to 3.
  for (int a = -3; a <= 3; ++a)
    for (int b = a; b <= 3; ++b)
      for (int c = -3; c <= 3; ++c)
        for (int d = c; d <= 3; ++d) {
          Interval sum{kInfinity, -kInfinity}, product = sum;
          for (int x = a; x <= b; ++x)
            for (int y = c; y <= d; ++y) {
              sum = getHull(sum, {double(x + y), double(x + y)});
              product = getHull(product, {double(x * y), double(x * y)});
            }
          Interval left{double(a), double(b)}, right{double(c), double(d)};
          EXPECT_EQ(left + right, sum);
          EXPECT_EQ(left * right, product);
        }
}

TEST(Interval, ZeroTimesAnythingIsZero) {
  Interval all;
  EXPECT_EQ((all * Interval{0, 0}), (Interval{0, 0}));
  EXPECT_EQ((Interval{0, 1} * all), all);
  EXPECT_EQ((Interval{0, kInfinity} * Interval{-2, 0}),
            (Interval{-kInfinity, 0}));
  EXPECT_FALSE(all.isBounded());
  EXPECT_FALSE((Interval{0, kInfinity}).isBounded());
  EXPECT_TRUE((Interval{0, 1}).isBounded());
}

TEST(Interval, Containment) {
  EXPECT_TRUE((Interval{-1, 1}).contains({-1, 1}));
  EXPECT_FALSE((Interval{-1, 1}).contains({-1, 1.5}));
  EXPECT_FALSE((Interval{-1, 1}).contains({-1.5, 1}));
  EXPECT_EQ((Interval{-3, 2}).getMagnitude(), 3);
  EXPECT_EQ((Interval{-1, 2}).getMagnitude(), 2);
}

TEST(Bounds, Hull) {
  Bounds bounds(-1, 1);
  bounds.values = {{-1, 1}, {0, 4}, {-3, -2}};
  EXPECT_EQ(bounds.getHull(), (Interval{-3, 4}));
  EXPECT_EQ(bounds.at(1), (Interval{0, 4}));
  EXPECT_EQ(Bounds(2, 3).at(7), (Interval{2, 3}));
}

namespace {
/// The ranges of the network that `text` is the body of, by `snn.name`.
struct Analysis : testing::Test {
  Analysis() : context(registry(), MLIRContext::Threading::DISABLED) {}

  static DialectRegistry registry() {
    DialectRegistry result;
    registerDialects(result);
    return result;
  }

  void analyze(StringRef inputs, StringRef body) {
    std::string text =
        ("snn.network @n(" + inputs + ") attributes {dt = 1.0 : f64} {" + body +
         "snn.output }")
            .str();
    module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module);
    NetworkOp network = *module->getOps<NetworkOp>().begin();
    sortNetwork(network);
    analysis.emplace(network);
  }

  Operation *find(StringRef name) {
    Operation *found = nullptr;
    module->walk([&](Operation *op) {
      if (auto attr = op->getAttrOfType<StringAttr>("snn.name"))
        found = attr.getValue() == name ? op : found;
    });
    return found;
  }
  Bounds get(StringRef name) { return analysis->get(find(name)->getResult(0)); }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::optional<RangeAnalysis> analysis;
};
} // namespace

TEST_F(Analysis, SynapsesOfSpikes) {
  analyze("%x: tensor<3xi1>", R"(
    %w = arith.constant dense<[[1.0, -2.0, 4.0], [0.5, 0.25, 0.0]]> : tensor<2x3xf32>
    %b = arith.constant dense<[10.0, -1.0]> : tensor<2xf32>
    %y = snn.linear %x, %w bias %b {snn.name = "y"}
      : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>)");
  ASSERT_EQ(get("y").size(), 2);
  EXPECT_EQ(get("y").axis, 0);
  EXPECT_EQ(get("y").at(0), (Interval{8, 15}));
  EXPECT_EQ(get("y").at(1), (Interval{-1, -0.25}));
}

TEST_F(Analysis, CountsAreUpTo255) {
  analyze("%x: tensor<2x2x2xui8>", R"(
    %y = snn.sum_pool2d %x kernel [2, 1] {snn.name = "y"} : (tensor<2x2x2xui8>) -> tensor<2x1x2xf32>
    %z = snn.avg_pool2d %x kernel [2, 1] {snn.name = "z"} : (tensor<2x2x2xui8>) -> tensor<2x1x2xf32>)");
  EXPECT_EQ(get("y").getHull(), (Interval{0, 510}));
  EXPECT_EQ(get("z").getHull(), (Interval{0, 255}));
}

TEST_F(Analysis, FloatsHaveNoRange) {
  analyze(
      "%x: tensor<2xf32>",
      R"(%y = snn.add %x, %x {snn.name = "y"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>)");
  EXPECT_FALSE(get("y").getHull().isBounded());
}

TEST_F(Analysis, WhatWasRecordedIsARange) {
  analyze("%x: tensor<2xf32> {snn.range = [-1.0, 2.0]}", R"(
    %c = arith.constant 3.0 : f32
    %y = snn.scale %x, %c {snn.name = "y"} : (tensor<2xf32>, f32) -> tensor<2xf32>)");
  EXPECT_EQ(get("y").getHull(), (Interval{-3, 6}));
}

/// v' = v / 2 + x is never above 2, and comes as near as one likes.
TEST_F(Analysis, ALeakyVoltageHasABound) {
  analyze("%x: tensor<2xi1>", R"(
    %d = arith.constant 0.5 : f32
    %v = snn.li %x decay(%d) {snn.name = "v"} : (tensor<2xi1>, f32) -> tensor<2xf32>)");
  Interval voltage = get("v").getHull();
  EXPECT_EQ(voltage.lo, 0);
  EXPECT_GE(voltage.hi, 2);
  EXPECT_LE(voltage.hi, 2 + 1e-6);
  Bounds drive = analysis->getNeuron(find("v")).voltage.drive;
  EXPECT_EQ(drive.getHull(), (Interval{0, 1}));
}

TEST_F(Analysis, AnIntegratorHasNone) {
  analyze("%x: tensor<2xi1>", R"(
    %v = snn.li %x {snn.name = "v"} : (tensor<2xi1>) -> tensor<2xf32>)");
  EXPECT_EQ(get("v").getHull().hi, kInfinity);
}

/// What is carried begins with `init`, however the steps go on.
TEST_F(Analysis, TheInitialVoltageIsContained) {
  analyze("%x: tensor<2xi1>", R"(
    %d = arith.constant 0.5 : f32
    %i = arith.constant dense<[-7.0, 1.0]> : tensor<2xf32>
    %v = snn.li %x decay(%d) init(%i) {snn.name = "v"}
      : (tensor<2xi1>, f32, tensor<2xf32>) -> tensor<2xf32>)");
  EXPECT_LE(analysis->getNeuron(find("v")).voltage.carried.getHull().lo, -7);
}

TEST_F(Analysis, ADelayBeginsWithItsInit) {
  analyze("%x: tensor<2xi1>", R"(
    %w = arith.constant dense<3.0> : tensor<2x2xf32>
    %c = arith.constant -9.0 : f32
    %y = snn.linear %x, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
    %d = snn.delay %y by dense<2> : tensor<i64> init(%c : f32) {snn.name = "d"} : tensor<2xf32>)");
  EXPECT_TRUE(get("d").getHull().contains({-9, 6}));
}

/// Rounding is a part of what a quantized product can be.
TEST_F(Analysis, ProductsAreRounded) {
  analyze("%x: tensor<2x!quant.uniform<i8<-4:4>:f32, 1.0>>", R"(
    %y = snn.rescale %x {snn.name = "y"} : tensor<2x!quant.uniform<i8<-4:4>:f32, 1.0>>
      -> tensor<2x!quant.uniform<i8:f32, 3.0>>)");
  // 4 / 3 is 1.33, in units of 3: nearest is 1, which is 3; half a unit more.
  Interval range = get("y").getHull();
  EXPECT_GE(range.hi, 4);
  EXPECT_LE(range.hi, 4 + 1.5 + 0.001);
  EXPECT_LE(range.lo, -4);
}

TEST_F(Analysis, OfAModuleWithSeveralNetworksEachIsByItself) {
  module = parseSourceString<ModuleOp>(R"(
    snn.network @a(%x: tensor<1xi1>) attributes {dt = 1.0 : f64} {
      %w = arith.constant dense<2.0> : tensor<1x1xf32>
      %y = snn.linear %x, %w {snn.name = "a"} : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
      snn.output
    }
    snn.network @b(%x: tensor<1xi1>) attributes {dt = 1.0 : f64} {
      %w = arith.constant dense<5.0> : tensor<1x1xf32>
      %y = snn.linear %x, %w {snn.name = "b"} : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
      snn.output
    })",
                                       &context);
  ASSERT_TRUE(module);
  double expected = 2;
  StringRef name = "a";
  for (NetworkOp network : module->getOps<NetworkOp>()) {
    analysis.emplace(network);
    EXPECT_EQ(get(name).getHull(), (Interval{0, expected}));
    expected = 5;
    name = "b";
  }
}
