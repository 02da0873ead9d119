//===- Arena.cpp - Buffers that share memory ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arena.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

int64_t snn::assignOffsets(llvm::ArrayRef<ArenaBuffer *> buffers,
                           int64_t alignment) {
  auto bySize = llvm::to_vector(buffers);
  llvm::stable_sort(bySize, [](const ArenaBuffer *a, const ArenaBuffer *b) {
    return a->bytes > b->bytes;
  });
  int64_t size = 0;
  llvm::SmallVector<const ArenaBuffer *> placed;
  for (ArenaBuffer *buffer : bySize) {
    // Where something ends is the lowest place that can be free.
    llvm::SmallVector<int64_t> candidates = {0};
    for (const ArenaBuffer *other : placed)
      if (buffer->overlaps(*other))
        candidates.push_back(
            llvm::alignTo(other->offset + other->bytes, alignment));
    llvm::sort(candidates);
    buffer->offset = *llvm::find_if(candidates, [&](int64_t offset) {
      return llvm::none_of(placed, [&](const ArenaBuffer *other) {
        return buffer->overlaps(*other) &&
               offset < other->offset + other->bytes &&
               other->offset < offset + buffer->bytes;
      });
    });
    placed.push_back(buffer);
    size = std::max(size, buffer->offset + buffer->bytes);
  }
  return llvm::alignTo(size, alignment);
}
