//===- VectorRows.cpp - Rows added to sums in vectors ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace snn;

/// `position`, and one dimension more.
static SmallVector<Value> extend(ImplicitLocOpBuilder &builder,
                                 ValueRange position, Value first,
                                 int64_t offset) {
  SmallVector<Value> extended(position);
  extended.push_back(arith::AddIOp::create(
      builder, first, arith::ConstantIndexOp::create(builder, offset)));
  return extended;
}

void snn::addVectorRow(ImplicitLocOpBuilder &builder, const VectorPlan &plan,
                       Value sums, ValueRange target, Value weights,
                       ValueRange source, Value factor) {
  auto rowType = cast<MemRefType>(weights.getType());
  Type stored = rowType.getElementType();
  Type element = cast<MemRefType>(sums.getType()).getElementType();
  if (factor && isa<IntegerType>(element) && factor.getType() != element)
    factor = arith::TruncIOp::create(builder, element, factor);

  // The sums of a part with those of the row.
  auto add = [&](ImplicitLocOpBuilder &at, Value first,
                 const VectorPart &part) -> Value {
    auto type = VectorType::get(part.lanes, element);
    Value old = vector::LoadOp::create(at, type, sums,
                                       extend(at, target, first, part.offset));
    Value terms =
        vector::LoadOp::create(at, VectorType::get(part.lanes, stored), weights,
                               extend(at, source, first, part.offset));
    if (terms.getType() != type)
      terms = arith::ExtSIOp::create(at, type, terms);
    Value times;
    if (factor)
      times = vector::BroadcastOp::create(at, type, factor);
    if (isa<FloatType>(element)) {
      if (times)
        terms = arith::MulFOp::create(at, terms, times);
      return arith::AddFOp::create(at, old, terms);
    }
    if (times)
      terms = arith::MulIOp::create(at, terms, times);
    return arith::AddIOp::create(at, old, terms);
  };
  forVectorBlocks(
      builder, plan, rowType.getShape().back(), "k",
      [&](ImplicitLocOpBuilder &at, Value first, ArrayRef<VectorPart> parts) {
        // Parts overlap: all are loaded before one is stored.
        SmallVector<Value> next;
        for (const VectorPart &part : parts)
          next.push_back(add(at, first, part));
        for (auto [part, value] : llvm::zip_equal(parts, next))
          vector::StoreOp::create(at, value, sums,
                                  extend(at, target, first, part.offset));
      });
}
