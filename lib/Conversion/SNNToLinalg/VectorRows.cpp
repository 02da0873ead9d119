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

std::optional<VectorPlan>
snn::planVectorRows(const ConvertSNNToLinalgOptions &options, int64_t outputs,
                    Type type, Type storage) {
  if (!options.vectorRows)
    return std::nullopt;
  // Rows of any size are in blocks.
  constexpr int64_t kBlockBytes = 64;
  ConvertSNNToLinalgOptions blocks = options;
  blocks.vectorSums = std::min(options.vectorSums, kBlockBytes);
  blocks.vectorBlocks = true;
  return planVectorSums(blocks, outputs, type, storage, /*isInPlace=*/true);
}

/// `factor` as a number of `type`; where 16 bits hold it, in a way that says
/// so.
static Value castFactor(ImplicitLocOpBuilder &builder, Value factor, Type type,
                        int64_t largest) {
  if (isa<FloatType>(type))
    return factor;
  Type narrow = builder.getI16Type();
  bool isShort = largest <= std::numeric_limits<int16_t>::max();
  if (auto extend = factor.getDefiningOp<arith::ExtSIOp>();
      extend && extend.getIn().getType() == narrow)
    factor = extend.getIn();
  else if (isShort && factor.getType() != narrow)
    factor = arith::TruncIOp::create(builder, narrow, factor);
  if (factor.getType() == type)
    return factor;
  return factor.getType().getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth()
             ? Value(arith::ExtSIOp::create(builder, type, factor))
             : Value(arith::TruncIOp::create(builder, type, factor));
}

void snn::addVectorRows(ImplicitLocOpBuilder &builder, const VectorPlan &plan,
                        Value sums, ValueRange target, Value weights,
                        ArrayRef<SmallVector<Value>> sources,
                        ValueRange factors, int64_t largest) {
  auto rowType = cast<MemRefType>(weights.getType());
  Type stored = rowType.getElementType();
  Type element = cast<MemRefType>(sums.getType()).getElementType();
  SmallVector<Value> numbers;
  for (Value factor : factors)
    numbers.push_back(castFactor(builder, factor, element, largest));

  // What a row adds to the sums of a part.
  auto getTerms = [&](ImplicitLocOpBuilder &at, size_t row, Value first,
                      const VectorPart &part) -> Value {
    auto type = VectorType::get(part.lanes, element);
    Value terms =
        vector::LoadOp::create(at, VectorType::get(part.lanes, stored), weights,
                               extend(at, sources[row], first, part.offset));
    if (terms.getType() != type)
      terms = arith::ExtSIOp::create(at, type, terms);
    if (numbers.empty())
      return terms;
    Value times = vector::BroadcastOp::create(at, type, numbers[row]);
    if (isa<FloatType>(element))
      return arith::MulFOp::create(at, terms, times);
    return arith::MulIOp::create(at, terms, times);
  };
  auto add = [&](ImplicitLocOpBuilder &at, Value first,
                 const VectorPart &part) -> Value {
    auto type = VectorType::get(part.lanes, element);
    Value sum = vector::LoadOp::create(at, type, sums,
                                       extend(at, target, first, part.offset));
    for (size_t row = 0; row < sources.size(); ++row) {
      Value terms = getTerms(at, row, first, part);
      sum = isa<FloatType>(element)
                ? Value(arith::AddFOp::create(at, sum, terms))
                : Value(arith::AddIOp::create(at, sum, terms));
    }
    return sum;
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
