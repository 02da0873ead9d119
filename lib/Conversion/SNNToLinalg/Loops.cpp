//===- Loops.cpp - Loops over rows of tensors -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace snn;

Location snn::nameLocal(ImplicitLocOpBuilder &builder, const Twine &name) {
  return NameLoc::get(builder.getStringAttr(name), builder.getLoc());
}

SmallVector<Value, 1> snn::asRange(Value sums) {
  return sums ? SmallVector<Value, 1>{sums} : SmallVector<Value, 1>();
}

Value snn::createLoop(ImplicitLocOpBuilder &builder, StringRef name,
                      Value begin, Value end, Value sums, LoopBody body) {
  Location loc = builder.getLoc();
  Value one = arith::ConstantIndexOp::create(builder, 1);
  auto loop = scf::ForOp::create(
      builder, nameLocal(builder, name), begin, end, one, asRange(sums),
      [&](OpBuilder &nested, Location, Value index, ValueRange carried) {
        ImplicitLocOpBuilder bodyBuilder(loc, nested);
        Value current = sums ? carried.front() : Value();
        Value next = body(bodyBuilder, index, current);
        scf::YieldOp::create(bodyBuilder, asRange(next));
      });
  return sums ? loop.getResult(0) : Value();
}

Value snn::createLoop(ImplicitLocOpBuilder &builder, StringRef name,
                      int64_t end, Value sums, LoopBody body) {
  return createLoop(builder, name, arith::ConstantIndexOp::create(builder, 0),
                    arith::ConstantIndexOp::create(builder, end), sums, body);
}

Value snn::createBranch(
    ImplicitLocOpBuilder &builder, Value condition, Value count,
    llvm::function_ref<Value(ImplicitLocOpBuilder &)> then) {
  Location name = nameLocal(builder, "count");
  auto branch = scf::IfOp::create(
      builder, name, condition,
      [&](OpBuilder &nested, Location) {
        ImplicitLocOpBuilder inner(builder.getLoc(), nested);
        scf::YieldOp::create(inner, then(inner));
      },
      [&](OpBuilder &nested, Location) {
        scf::YieldOp::create(nested, builder.getLoc(), count);
      });
  return branch.getResult(0);
}

namespace {
/// Where a row lies in a tensor.
struct RowSlice {
  RowSlice(ImplicitLocOpBuilder &builder, Value tensor, ValueRange position) {
    auto tensorType = cast<RankedTensorType>(tensor.getType());
    int64_t length = tensorType.getShape().back();
    type = RankedTensorType::get(length, tensorType.getElementType());
    offsets = getAsOpFoldResult(position);
    offsets.push_back(builder.getIndexAttr(0));
    sizes.assign(position.size(), builder.getIndexAttr(1));
    sizes.push_back(builder.getIndexAttr(length));
    strides.assign(offsets.size(), builder.getIndexAttr(1));
  }

  RankedTensorType type;
  SmallVector<OpFoldResult> offsets, sizes, strides;
};
} // namespace

Value snn::getRow(ImplicitLocOpBuilder &builder, Value tensor,
                  ValueRange position) {
  if (position.empty())
    return tensor;
  RowSlice row(builder, tensor, position);
  return tensor::ExtractSliceOp::create(builder, row.type, tensor, row.offsets,
                                        row.sizes, row.strides);
}

Value snn::setRow(ImplicitLocOpBuilder &builder, Value row, Value tensor,
                  ValueRange position) {
  if (position.empty())
    return row;
  RowSlice slice(builder, tensor, position);
  return tensor::InsertSliceOp::create(builder, row, tensor, slice.offsets,
                                       slice.sizes, slice.strides);
}

Value snn::createRowsAdd(ImplicitLocOpBuilder &builder, ValueRange rows,
                         ReadElement read, ValueRange factors, Type factorType,
                         Value sum) {
  SmallVector<AffineMap> maps(rows.size() + 1,
                              builder.getMultiDimIdentityMap(1));
  Type storage = cast<RankedTensorType>(sum.getType()).getElementType();
  Type compute = isa<FloatType>(storage) ? storage : builder.getI32Type();
  auto add = linalg::GenericOp::create(
      builder, sum.getType(), rows, sum, maps, utils::IteratorType::parallel,
      [&](OpBuilder &nested, Location loc, ValueRange elements) {
        ImplicitLocOpBuilder body(loc, nested);
        Value total = elements.back();
        if (total.getType() != compute)
          total = arith::ExtSIOp::create(body, compute, total);
        for (auto [index, element] : llvm::enumerate(elements.drop_back())) {
          Value term = read(body, element, compute);
          if (!factors.empty())
            term = createMul(
                body, term,
                castToNumber(body, factors[index], factorType, compute));
          total = createAdd(body, total, term);
        }
        linalg::YieldOp::create(body, castToStorage(body, total, storage));
      });
  return add.getResult(0);
}

Value snn::createRowsAdd(ImplicitLocOpBuilder &builder, ValueRange rows,
                         Type type, ValueRange factors, Type factorType,
                         Value sum) {
  auto read = [&](ImplicitLocOpBuilder &body, Value element, Type compute) {
    return castToNumber(body, element, type, compute);
  };
  return createRowsAdd(builder, rows, read, factors, factorType, sum);
}
