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
  llvm::SmallVector<const ArenaBuffer *> placed, inUse;
  for (ArenaBuffer *buffer : bySize) {
    inUse.clear();
    llvm::copy_if(
        placed, std::back_inserter(inUse),
        [&](const ArenaBuffer *other) { return buffer->overlaps(*other); });
    llvm::sort(inUse, [](const ArenaBuffer *a, const ArenaBuffer *b) {
      return a->offset < b->offset;
    });
    // Upward, behind each that leaves no room in front of it.
    for (const ArenaBuffer *other : inUse) {
      if (buffer->offset + buffer->bytes <= other->offset)
        break;
      int64_t end = llvm::alignTo(other->offset + other->bytes, alignment);
      buffer->offset = std::max(buffer->offset, end);
    }
    placed.push_back(buffer);
    size = std::max(size, buffer->offset + buffer->bytes);
  }
  return llvm::alignTo(size, alignment);
}
