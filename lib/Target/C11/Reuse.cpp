//===- Reuse.cpp - Where memory of a step changes its type ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reuse.h"
#include "snn/Analysis/Memory.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace {
/// Bytes of the arena, and the type that they hold.
struct Part {
  int64_t begin, end;
  Type type;

  bool operator==(const Part &other) const {
    return begin == other.begin && end == other.end && type == other.type;
  }

  /// Whether both are the same bytes with other types. Characters may alias
  /// everything.
  bool clashesWith(const Part &other) const {
    return type != other.type && begin < other.end && other.begin < end;
  }
};
} // namespace

/// The parts of the arena that `op` uses.
static SmallVector<Part> getParts(Operation *op) {
  SmallVector<Part> parts;
  if (isa<memref::ViewOp>(op))
    return parts;
  for (Value operand : op->getOperands()) {
    if (!isa<MemRefType>(operand.getType()))
      continue;
    auto view = snn::getMemory(operand).getDefiningOp<memref::ViewOp>();
    IntegerAttr offset;
    if (!view || !matchPattern(view.getByteShift(), m_Constant(&offset)))
      continue;
    Type type = view.getType().getElementType();
    int64_t bytes = llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
    if (bytes > 1)
      parts.push_back(
          {offset.getInt(),
           offset.getInt() + bytes * view.getType().getNumElements(), type});
  }
  return parts;
}

llvm::SmallPtrSet<Operation *, 8> snn::c11::findReuses(func::FuncOp step) {
  llvm::SmallPtrSet<Operation *, 8> reuses;
  Operation *first = nullptr;
  // Layers behind each other mostly use the same parts.
  SmallVector<Part> used;
  for (Operation &op : step.getBody().front()) {
    SmallVector<Part> parts;
    // What is in a loop does not change its type there.
    op.walk([&](Operation *inner) {
      if (isa<func::CallOp, memref::CopyOp>(inner))
        llvm::append_range(parts, getParts(inner));
    });
    if (!first && !parts.empty())
      first = &op;
    bool isReuse = llvm::any_of(parts, [&](const Part &part) {
      return llvm::any_of(
          used, [&](const Part &other) { return part.clashesWith(other); });
    });
    if (isReuse) {
      reuses.insert(&op);
      used.clear();
    }
    for (const Part &part : parts)
      if (!llvm::is_contained(used, part))
        used.push_back(part);
  }
  if (!reuses.empty())
    reuses.insert(first);
  return reuses;
}
