//===- Counts.cpp - Spikes that floats count ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Counts.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace snn::c11 {

std::optional<Count> matchCount(arith::FPToUIOp cast) {
  auto bounded = cast.getIn().getDefiningOp<arith::SelectOp>();
  if (!bounded || !bounded->hasOneUse() || !cast.getType().isInteger(8) ||
      !cast.getIn().getType().isF32())
    return std::nullopt;
  auto isMore = bounded.getCondition().getDefiningOp<arith::CmpFOp>();
  auto ratio = bounded.getFalseValue().getDefiningOp<arith::SelectOp>();
  Value most = bounded.getTrueValue();
  if (!isMore || !isMore->hasOneUse() || !ratio ||
      !ratio.getResult().hasNUses(2) ||
      isMore.getPredicate() != arith::CmpFPredicate::OGT ||
      isMore.getLhs() != ratio.getResult() || isMore.getRhs() != most)
    return std::nullopt;
  bool isConstant = matchPattern(most, m_Constant());
  // 0.0, which m_AnyZeroFloat does not tell from -0.0.
  bool isElseZero = matchPattern(ratio.getFalseValue(), m_PosZeroFloat());
  if (!isConstant || !isElseZero)
    return std::nullopt;
  return Count{ratio, most};
}

bool isCounted(arith::SelectOp select) {
  return llvm::any_of(select->getUsers(), [&](Operation *user) {
    if (!isa<arith::SelectOp>(user) || !user->hasOneUse())
      return false;
    auto cast = dyn_cast<arith::FPToUIOp>(*user->getUsers().begin());
    std::optional<Count> count = cast ? matchCount(cast) : std::nullopt;
    return count && count->ratio == select;
  });
}

} // namespace snn::c11
