//===- PlanScratch.cpp - One arena for the memory of one step -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arena.h"
#include "snn/IR/Identity.h"
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
/// A buffer that only lives within a step, of an argument of its function.
struct Buffer : snn::ArenaBuffer {
  BlockArgument argument;
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
    Buffer buffer{
        {type.getNumElements() * getElementBytes(type.getElementType()), count,
         0},
        argument};
    findLife(body, positions, buffer);
    buffers.push_back(buffer);
  }
  return buffers;
}

static LogicalResult planScratch(func::FuncOp step) {
  if (!step.getBody().hasOneBlock())
    return step.emitOpError("has several blocks, expected one: the order of "
                            "its operations says what is needed when");
  SmallVector<Buffer> buffers = findBuffers(step);
  if (buffers.empty())
    return success();
  int64_t alignment = 1;
  for (const Buffer &buffer : buffers) {
    auto asked = step.getArgAttrOfType<IntegerAttr>(
        buffer.argument.getArgNumber(), "snn.alignment");
    alignment = std::max(
        {alignment, asked ? asked.getInt() : 1,
         getElementBytes(
             cast<MemRefType>(buffer.argument.getType()).getElementType())});
  }
  int64_t size = snn::assignOffsets(
      llvm::map_to_vector(
          buffers,
          [](Buffer &buffer) -> snn::ArenaBuffer * { return &buffer; }),
      alignment);

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
    unsigned number = buffer.argument.getArgNumber();
    view->setDiscardableAttr("snn.buffer", builder.getIndexAttr(number));
    // For reports.
    for (StringRef known : {StringRef(snn::kNodeAttr), StringRef("snn.use")})
      if (Attribute value = step.getArgAttr(number, known))
        view->setDiscardableAttr(known, value);
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
