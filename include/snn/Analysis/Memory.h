//===- Memory.h - Where buffers are -----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_ANALYSIS_MEMORY_H
#define SNN_ANALYSIS_MEMORY_H

#include "mlir/IR/Value.h"

namespace snn {

/// Bytes of a line of the cache, and of the widest vectors, on hosts.
inline constexpr int64_t kCacheLine = 64;

/// The memory that `buffer` is a shape of: an argument, a table, or what a
/// `memref.view` takes from the arena.
mlir::Value getMemory(mlir::Value buffer);

} // namespace snn

#endif // SNN_ANALYSIS_MEMORY_H
