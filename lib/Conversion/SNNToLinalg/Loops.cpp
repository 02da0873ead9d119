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

Value snn::indexConstant(ImplicitLocOpBuilder &builder, int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

Value snn::advance(ImplicitLocOpBuilder &builder, Value index,
                   int64_t distance) {
  if (distance == 0)
    return index;
  return arith::AddIOp::create(builder, index,
                               indexConstant(builder, distance));
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
/// Where `length` elements of a row lie in a tensor.
struct RowSlice {
  RowSlice(ImplicitLocOpBuilder &builder, Value tensor,
           SmallVector<OpFoldResult> begin, int64_t length)
      : type(RankedTensorType::get(
            length, cast<RankedTensorType>(tensor.getType()).getElementType())),
        offsets(std::move(begin)) {
    sizes.assign(offsets.size() - 1, builder.getIndexAttr(1));
    sizes.push_back(builder.getIndexAttr(length));
    strides.assign(offsets.size(), builder.getIndexAttr(1));
  }

  static RowSlice ofRow(ImplicitLocOpBuilder &builder, Value tensor,
                        ValueRange position) {
    SmallVector<OpFoldResult> begin = getAsOpFoldResult(position);
    begin.push_back(builder.getIndexAttr(0));
    auto type = cast<RankedTensorType>(tensor.getType());
    return RowSlice(builder, tensor, begin, type.getShape().back());
  }

  Value get(ImplicitLocOpBuilder &builder, Value tensor) const {
    return tensor::ExtractSliceOp::create(builder, type, tensor, offsets, sizes,
                                          strides);
  }
  Value set(ImplicitLocOpBuilder &builder, Value row, Value tensor) const {
    return tensor::InsertSliceOp::create(builder, row, tensor, offsets, sizes,
                                         strides);
  }

  RankedTensorType type;
  SmallVector<OpFoldResult> offsets, sizes, strides;
};
} // namespace

Value snn::getRow(ImplicitLocOpBuilder &builder, Value tensor,
                  ValueRange position) {
  if (position.empty())
    return tensor;
  return RowSlice::ofRow(builder, tensor, position).get(builder, tensor);
}

Value snn::setRow(ImplicitLocOpBuilder &builder, Value row, Value tensor,
                  ValueRange position) {
  if (position.empty())
    return row;
  return RowSlice::ofRow(builder, tensor, position).set(builder, row, tensor);
}

Value snn::getPart(ImplicitLocOpBuilder &builder, Value tensor,
                   ValueRange begin, int64_t length) {
  return RowSlice(builder, tensor, getAsOpFoldResult(begin), length)
      .get(builder, tensor);
}

Value snn::setPart(ImplicitLocOpBuilder &builder, Value part, Value tensor,
                   ValueRange begin) {
  int64_t length = cast<RankedTensorType>(part.getType()).getDimSize(0);
  return RowSlice(builder, tensor, getAsOpFoldResult(begin), length)
      .set(builder, part, tensor);
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
