//===- ArenaTest.cpp - Buffers that share memory --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arena.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <gtest/gtest.h>

#include <random>

using namespace snn;

static int64_t assign(llvm::MutableArrayRef<ArenaBuffer> buffers,
                      int64_t alignment) {
  return assignOffsets(
      llvm::map_to_vector(buffers, [](ArenaBuffer &buffer) { return &buffer; }),
      alignment);
}

TEST(Arena, ANeedForTheSameOperationIsAtTheSameTime) {
  EXPECT_TRUE((ArenaBuffer{1, 0, 3}.overlaps({1, 3, 5})));
  EXPECT_TRUE((ArenaBuffer{1, 3, 5}.overlaps({1, 0, 3})));
  EXPECT_TRUE((ArenaBuffer{1, 0, 9}.overlaps({1, 3, 5})));
  EXPECT_FALSE((ArenaBuffer{1, 0, 2}.overlaps({1, 3, 5})));
}

TEST(Arena, NothingNeedsNothing) { EXPECT_EQ(assignOffsets({}, 4), 0); }

TEST(Arena, BuffersOneAfterTheOtherShareTheSamePlace) {
  ArenaBuffer buffers[] = {{8, 0, 1}, {5, 2, 3}, {8, 4, 5}};
  EXPECT_EQ(assign(buffers, 4), 8);
  for (const ArenaBuffer &buffer : buffers)
    EXPECT_EQ(buffer.offset, 0);
}

TEST(Arena, AGapIsFilledByWhatFits) {
  // The largest come first; when 12 and 8 are placed, 4 fits below neither, but
  // 8 is over when 4 begins.
  ArenaBuffer buffers[] = {{12, 0, 9}, {8, 0, 3}, {4, 4, 9}, {6, 4, 9}};
  EXPECT_EQ(assign(buffers, 4), 24);
  EXPECT_EQ(buffers[0].offset, 0);
  EXPECT_EQ(buffers[1].offset, 12);
  EXPECT_EQ(buffers[3].offset, 12);
  EXPECT_EQ(buffers[2].offset, 20);
}

TEST(Arena, OfEqualSizesTheFirstIsLowest) {
  ArenaBuffer buffers[] = {{4, 0, 1}, {4, 0, 1}, {4, 0, 1}};
  EXPECT_EQ(assign(buffers, 2), 12);
  EXPECT_EQ(buffers[0].offset, 0);
  EXPECT_EQ(buffers[1].offset, 4);
  EXPECT_EQ(buffers[2].offset, 8);
}

TEST(Arena, WhatIsNeededTogetherIsApart) {
  std::mt19937 random(1);
  auto upTo = [&](int64_t most) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(most + 1));
  };
  for (int round = 0; round < 300; ++round) {
    int64_t alignment = int64_t(1) << upTo(3);
    llvm::SmallVector<ArenaBuffer> buffers(1 + upTo(20));
    int64_t largest = 0, all = 0;
    for (ArenaBuffer &buffer : buffers) {
      int64_t begin = upTo(20);
      buffer = {1 + upTo(40), begin, begin + upTo(6)};
      largest = std::max(largest, buffer.bytes);
      all += buffer.bytes + alignment - 1;
    }
    int64_t size = assign(buffers, alignment);
    EXPECT_EQ(size % alignment, 0);
    EXPECT_GE(size, largest);
    EXPECT_LE(size, all + alignment - 1);
    for (auto [index, a] : llvm::enumerate(buffers)) {
      EXPECT_EQ(a.offset % alignment, 0);
      EXPECT_LE(a.offset + a.bytes, size);
      for (const ArenaBuffer &b : llvm::ArrayRef(buffers).take_front(index))
        EXPECT_TRUE(!a.overlaps(b) || a.offset + a.bytes <= b.offset ||
                    b.offset + b.bytes <= a.offset)
            << "buffers " << &b - buffers.begin() << " and " << index;
    }
  }
}
