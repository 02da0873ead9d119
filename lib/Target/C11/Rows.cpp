//===- Rows.cpp - Rows added to sums in memory in C -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A vector of sums may be stored where it was loaded, with a row of weights of
// 8 bits added. In C that is a call of a helper for each eight or four of them
// (Helpers/rows.c), which takes them as words where the processor can.
//
//===----------------------------------------------------------------------===//

#include "FunctionEmitter.h"
#include "snn/Analysis/Memory.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace snn::c11 {

/// Sums in the calls of C.
static constexpr int64_t kInCall = 4, kInLongCall = 8;
/// What the helpers shift weights by at most: a byte without a sign within 16
/// bits, or a power of two that is a factor of 16 bits.
static constexpr int64_t kMostShift = 8, kMostWideShift = 14;
/// Rows that are summed.
static constexpr size_t kSummed = 4;

/// Whether each four elements are the first, the third, the second and the
/// fourth of `shuffle`'s operand.
static bool swapsMiddles(vector::ShuffleOp shuffle) {
  if (shuffle.getV1() != shuffle.getV2())
    return false;
  static constexpr int64_t order[kInCall] = {0, 2, 1, 3};
  return llvm::all_of(llvm::enumerate(shuffle.getMask()), [](auto entry) {
    auto lane = static_cast<int64_t>(entry.index());
    return entry.value() == lane - lane % kInCall + order[lane % kInCall];
  });
}

/// Whether `value` is what is in the place that `store` stores to.
static bool isStoredThere(Value value, vector::StoreOp store,
                          const WriteOrder &writes) {
  auto load = value.getDefiningOp<vector::LoadOp>();
  return load && load.getBase() == store.getBase() &&
         llvm::equal(load.getIndices(), store.getIndices()) &&
         load->hasOneUse() && load->getBlock() == store->getBlock() &&
         !writes.mayWriteBetween(load, store, load.getBase());
}

/// Adds the rows of bytes without sign whose sum `value` is to `rows`; false if
/// it is something else.
static bool matchRowSum(Value value, SmallVectorImpl<vector::LoadOp> &rows) {
  if (auto add = value.getDefiningOp<arith::AddIOp>())
    return matchRowSum(add.getLhs(), rows) && matchRowSum(add.getRhs(), rows);
  auto extend = value.getDefiningOp<arith::ExtUIOp>();
  auto row = extend ? extend.getIn().getDefiningOp<vector::LoadOp>() : nullptr;
  if (!row || row.getAlignment().value_or(1) % kInCall != 0)
    return false;
  rows.push_back(row);
  return true;
}

std::optional<RowUpdate> matchRowUpdate(vector::StoreOp store,
                                        const WriteOrder &writes) {
  VectorType type = store.getVectorType();
  bool isShort = type.getElementType().isInteger(16);
  if (type.getRank() != 1 || type.isScalable() ||
      type.getNumElements() % kInCall != 0 ||
      !(isShort || type.getElementType().isInteger(32)) ||
      store.getAlignment().value_or(1) % kInCall != 0)
    return std::nullopt;
  RowUpdate found;
  Value stored = store.getValueToStore();
  if (std::optional<int64_t> number = getSplat(stored)) {
    found.helper = "fill";
    found.number = *number;
    return isShort ? std::optional(found) : std::nullopt;
  }
  if (auto flip = stored.getDefiningOp<arith::XOrIOp>()) {
    found.helper = "flip";
    bool isBias = isShort && getSplat(flip.getRhs()) == INT16_MIN &&
                  isStoredThere(flip.getLhs(), store, writes);
    return isBias ? std::optional(found) : std::nullopt;
  }
  if (isShort && matchRowSum(stored, found.summed)) {
    found.helper = "sum_rows";
    return found.summed.size() == kSummed ? std::optional(found) : std::nullopt;
  }
  found.summed.clear();
  auto add = stored.getDefiningOp<arith::AddIOp>();
  if (!add || !isStoredThere(add.getLhs(), store, writes))
    return std::nullopt;
  Value terms = add.getRhs();
  if (auto product = terms.getDefiningOp<arith::MulIOp>()) {
    auto factor = product.getRhs().getDefiningOp<vector::BroadcastOp>();
    if (!factor || !factor.getSource().getType().isIntOrFloat())
      return std::nullopt;
    found.factor = factor.getSource();
    terms = product.getLhs();
  } else if (auto shift = terms.getDefiningOp<arith::ShLIOp>()) {
    found.shift = getSplat(shift.getRhs()).value_or(0);
    terms = shift.getLhs();
    if (found.shift < 1 ||
        found.shift > (isShort ? kMostShift : kMostWideShift))
      return std::nullopt;
  }
  auto extend = terms.getDefiningOp<arith::ExtSIOp>();
  if (!extend)
    return std::nullopt;
  Value bytes = extend.getIn();
  found.helper = "add_wide";
  if (isShort) {
    auto shuffle = bytes.getDefiningOp<vector::ShuffleOp>();
    if (!shuffle || !swapsMiddles(shuffle))
      return std::nullopt;
    bytes = shuffle.getV1();
    found.helper = "add_row";
    if (auto flip = bytes.getDefiningOp<arith::XOrIOp>()) {
      if (getSplat(flip.getRhs()) != INT8_MIN)
        return std::nullopt;
      found.helper = "add_biased_row";
      bytes = flip.getLhs();
    }
  }
  found.row = bytes.getDefiningOp<vector::LoadOp>();
  if (!found.row || !found.row.getVectorType().getElementType().isInteger(8) ||
      !getMemory(found.row.getBase()).getDefiningOp<memref::GetGlobalOp>())
    return std::nullopt;
  found.isAligned = found.row.getAlignment().value_or(1) % kInCall == 0;
  if (found.isAligned)
    return found;
  if (found.helper != "add_row" || found.factor)
    return std::nullopt;
  found.helper = "add_unaligned_row";
  return found;
}

LogicalResult FunctionEmitter::emitRowUpdate(vector::StoreOp op,
                                             RowUpdate update) {
  FailureOr<std::string> element =
      getElement(op, op.getBase(), op.getIndices());
  if (failed(element))
    return failure();
  bool isShort = op.getVectorType().getElementType().isInteger(16);
  int64_t size = op.getVectorType().getNumElements();
  std::string helper = (prefix + "_" + update.helper).str(), more;
  if (update.number)
    more = ", " + std::to_string(*update.number);
  if (update.factor) {
    FailureOr<Expression> factor = getExpression(update.factor);
    if (failed(factor))
      return failure();
    helper += "_times";
    more = ", " + factor->text;
  }
  if (update.shift != 0 && !isShort) {
    // A product with a constant is one instruction.
    helper += "_times";
    more = ", " + std::to_string(int64_t(1) << update.shift);
  } else if (update.shift != 0) {
    helper += "_shifted";
    more = ", " + std::to_string(update.shift);
  }
  bool hasLongCall = update.summed.empty() && update.isAligned;
  // A function for rows of any length.
  bool takesAll = update.factor && isShort;
  bool isOneCall =
      takesAll || size == kInCall || (size == kInLongCall && hasLongCall);
  std::string sums = "&" + *element, row;
  if (!isOneCall) {
    std::string name = addName("out");
    line() << "int" << (isShort ? "16" : "32") << "_t *const " << name << " = "
           << sums << ";\n";
    sums = name;
  }
  if (update.row) {
    FailureOr<std::string> address =
        getElement(update.row, update.row.getBase(), update.row.getIndices());
    if (failed(address))
      return failure();
    row = prefix.str() + "_row(&" + *address + ")";
  }
  if (update.row && !isOneCall) {
    std::string name = addName("row");
    line() << "const " << prefix.upper() << "_SPACE int8_t *const " << name
           << " = " << row << ";\n";
    row = name;
  }
  auto at = [](StringRef place, int64_t offset) {
    return offset == 0 ? place.str() : (place + " + " + Twine(offset)).str();
  };
  if (takesAll) {
    line() << helper << "(" << sums << ", " << row << ", " << size << more
           << ");\n";
    return success();
  }
  SmallVector<std::string> summed;
  for (vector::LoadOp load : update.summed) {
    FailureOr<std::string> place =
        getElement(load, load.getBase(), load.getIndices());
    if (failed(place))
      return failure();
    summed.push_back(addName("row"));
    line() << "const uint8_t *const " << summed.back() << " = &" << *place
           << ";\n";
  }
  for (int64_t lane = 0; lane < size;) {
    bool isLong = size - lane >= kInLongCall && hasLongCall;
    int64_t count = isLong ? kInLongCall : kInCall;
    line() << helper << count << "(" << at(sums, lane);
    if (update.row)
      os << ", " << at(row, lane);
    for (StringRef place : summed)
      os << ", " << at(place, lane);
    os << more << ");\n";
    lane += count;
  }
  return success();
}

} // namespace snn::c11
