//===- Arena.h - Buffers that share memory ----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TRANSFORMS_ARENA_H
#define SNN_LIB_TRANSFORMS_ARENA_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace snn {

/// A buffer that is needed for a part of a step.
struct ArenaBuffer {
  int64_t bytes;
  /// Positions of the first and the last operation that uses it.
  int64_t begin, end;
  /// Where it is in the arena, in bytes.
  int64_t offset = 0;

  /// Whether both are needed at the same time.
  bool overlaps(const ArenaBuffer &other) const {
    return begin <= other.end && other.begin <= end;
  }
};

/// Gives every buffer the lowest offset, a multiple of `alignment`, at which
/// nothing is that lives at the same time, the largest first; returns the size
/// of the arena in bytes, a multiple of `alignment`, too.
int64_t assignOffsets(llvm::ArrayRef<ArenaBuffer *> buffers, int64_t alignment);

} // namespace snn

#endif // SNN_LIB_TRANSFORMS_ARENA_H
