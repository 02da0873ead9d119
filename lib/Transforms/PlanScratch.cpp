//===- PlanScratch.cpp - One arena for the memory of one step -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

namespace snn {
#define GEN_PASS_DEF_SNNPLANSCRATCH
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;

namespace {
/// A buffer that only lives within a step.
struct Buffer {
  BlockArgument argument;
  int64_t bytes;
  /// Positions of the first and the last operation that uses it.
  int64_t begin, end;
  int64_t offset = 0;

  bool overlaps(const Buffer &other) const {
    return begin <= other.end && other.begin <= end;
  }
};
} // namespace

/// Bytes of one element in C: spikes are bytes.
static int64_t getElementBytes(Type type) {
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

/// Adds what may be the memory of an operand of `op` to `names`: results such
/// as views, selected memory and what loops and branches hand on, and arguments
/// of its regions.
static void addNames(Operation *op, llvm::SetVector<Value> &names) {
  auto add = [&](Value value) {
    if (isa<BaseMemRefType, TensorType>(value.getType()))
      names.insert(value);
  };
  llvm::for_each(op->getResults(), add);
  for (Region &region : op->getRegions())
    llvm::for_each(region.getArguments(), add);
}

/// From the first to the last operation of `body` that uses `buffer`, under
/// whatever name, itself or in its regions.
static void findLife(Block &body,
                     const llvm::DenseMap<Operation *, int64_t> &positions,
                     Buffer &buffer) {
  llvm::SetVector<Value> names;
  names.insert(buffer.argument);
  for (size_t index = 0; index < names.size(); ++index)
    for (Operation *user : names[index].getUsers()) {
      Operation *inBody = body.findAncestorOpInBlock(*user);
      int64_t position = positions.lookup(inBody);
      buffer.begin = std::min(buffer.begin, position);
      buffer.end = std::max(buffer.end, position);
      // What ends a region may hand it on to the operation around it.
      for (Operation *op = user; op != inBody; op = op->getParentOp())
        addNames(op, names);
      addNames(inBody, names);
    }
}

static SmallVector<Buffer> findBuffers(func::FuncOp step) {
  Block &body = step.getBody().front();
  llvm::DenseMap<Operation *, int64_t> positions;
  int64_t count = 0;
  for (Operation &op : body)
    positions[&op] = count++;
  SmallVector<Buffer> buffers;
  for (BlockArgument argument : body.getArguments()) {
    auto kind =
        step.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "snn.kind");
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (!kind || kind.getValue() != "scratch" || !type ||
        !type.hasStaticShape() || !type.getElementType().isIntOrFloat())
      continue;
    Buffer buffer{argument,
                  type.getNumElements() *
                      getElementBytes(type.getElementType()),
                  count, 0};
    findLife(body, positions, buffer);
    buffers.push_back(buffer);
  }
  return buffers;
}

/// Gives every buffer the lowest offset at which nothing is that lives at the
/// same time, the largest first; returns the size of the arena.
static int64_t assignOffsets(MutableArrayRef<Buffer> buffers,
                             int64_t alignment) {
  SmallVector<Buffer *> bySize =
      llvm::map_to_vector(buffers, [](Buffer &buffer) { return &buffer; });
  llvm::stable_sort(bySize, [](const Buffer *a, const Buffer *b) {
    return a->bytes > b->bytes;
  });
  int64_t size = 0;
  SmallVector<const Buffer *> placed;
  for (Buffer *buffer : bySize) {
    // Where something ends is the lowest place that can be free.
    SmallVector<int64_t> candidates = {0};
    for (const Buffer *other : placed)
      if (buffer->overlaps(*other))
        candidates.push_back(
            llvm::alignTo(other->offset + other->bytes, alignment));
    llvm::sort(candidates);
    buffer->offset = *llvm::find_if(candidates, [&](int64_t offset) {
      return llvm::none_of(placed, [&](const Buffer *other) {
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

static LogicalResult planScratch(func::FuncOp step) {
  if (!step.getBody().hasOneBlock())
    return step.emitOpError("has several blocks, expected one: the order of "
                            "its operations says what is needed when");
  SmallVector<Buffer> buffers = findBuffers(step);
  if (buffers.empty())
    return success();
  int64_t alignment = 1;
  for (const Buffer &buffer : buffers)
    alignment = std::max(
        alignment,
        getElementBytes(
            cast<MemRefType>(buffer.argument.getType()).getElementType()));
  int64_t size = assignOffsets(buffers, alignment);

  OpBuilder builder(step.getContext());
  builder.setInsertionPointToStart(&step.getBody().front());
  auto type = MemRefType::get({size}, builder.getI8Type());
  unsigned index = step.getNumArguments();
  DictionaryAttr attributes = builder.getDictionaryAttr(
      {builder.getNamedAttr("snn.kind", builder.getStringAttr("arena")),
       builder.getNamedAttr("snn.name", builder.getStringAttr("scratch")),
       builder.getNamedAttr("snn.alignment",
                            builder.getI64IntegerAttr(alignment))});
  (void)step.insertArgument(index, type, attributes, step.getLoc());
  Value arena = step.getArgument(index);
  llvm::BitVector unused(step.getNumArguments());
  for (const Buffer &buffer : buffers) {
    auto name = step.getArgAttrOfType<StringAttr>(
        buffer.argument.getArgNumber(), "snn.name");
    Location loc = buffer.argument.getLoc();
    if (name)
      loc = NameLoc::get(name, loc);
    Value offset = arith::ConstantIndexOp::create(builder, loc, buffer.offset);
    auto view = memref::ViewOp::create(
        builder, loc, cast<MemRefType>(buffer.argument.getType()), arena,
        offset, ValueRange());
    BlockArgument argument = buffer.argument;
    // Buffers in the same place are not one: positions and counts have no sign,
    // sums have one, and the C says so of each.
    view->setDiscardableAttr(
        "snn.buffer", builder.getIndexAttr(buffer.argument.getArgNumber()));
    argument.replaceAllUsesWith(view);
    unused.set(argument.getArgNumber());
  }
  return step.eraseArguments(unused);
}

namespace {
struct PlanScratch : snn::impl::SNNPlanScratchBase<PlanScratch> {
  using SNNPlanScratchBase::SNNPlanScratchBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto role = function->getAttrOfType<StringAttr>("snn.role");
      bool isStep = role && role.getValue().starts_with("step");
      if (isStep && !function.isDeclaration() && failed(planScratch(function)))
        return signalPassFailure();
    }
  }
};
} // namespace
