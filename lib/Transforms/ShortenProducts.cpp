//===- ShortenProducts.cpp - Products of 16 bits --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Transforms/Passes.h"

#include "mlir/Analysis/DataFlow/IntegerRangeAnalysis.h"
#include "mlir/Analysis/DataFlow/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"

namespace snn {
#define GEN_PASS_DEF_SNNSHORTENPRODUCTS
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;

namespace {
struct ShortenProducts : snn::impl::SNNShortenProductsBase<ShortenProducts> {
  using SNNShortenProductsBase::SNNShortenProductsBase;

  void runOnOperation() override;
};
} // namespace

/// What `value` is known to be, as signed numbers.
static ConstantIntRanges getRange(Value value, const DataFlowSolver &solver) {
  auto *state = solver.lookupState<dataflow::IntegerValueRangeLattice>(value);
  if (!state || state->getValue().isUninitialized())
    return ConstantIntRanges::maxRange(value.getType().getIntOrFloatBitWidth());
  return state->getValue().getValue();
}

static bool isWithin(const ConstantIntRanges &range, int64_t least,
                     int64_t most) {
  return range.smin().sge(least) && range.smax().sle(most);
}

/// Whether C compilers see that `value` fits 16 bits.
static bool isShortInC(Value value) {
  if (matchPattern(value, m_Constant()))
    return true;
  auto extended = value.getDefiningOp<arith::ExtSIOp>();
  return extended && extended.getIn().getType().getIntOrFloatBitWidth() <= 16;
}

/// Whether C compilers make of `product` what they can.
static bool isShortInC(arith::MulIOp product) {
  if (!isShortInC(product.getLhs()) || !isShortInC(product.getRhs()))
    return false;
  // A power of two they take for a shift of 32 bits, one bit after the other,
  // unless what is shifted is shifted back.
  constexpr int64_t kLargestShifted = 16;
  APInt number;
  return !matchPattern(product.getRhs(), m_ConstantInt(&number)) ||
         !number.isPowerOf2() || number.sle(kLargestShifted) ||
         llvm::all_of(product->getUsers(), llvm::IsaPred<arith::ShRSIOp>);
}

/// The declaration of a helper of the emitter.
static func::FuncOp declareHelper(SymbolTable &symbols, StringRef name,
                                  Location loc) {
  Builder builder(loc.getContext());
  Type word = builder.getI32Type();
  auto function = func::FuncOp::create(
      loc, name, builder.getFunctionType({word, word}, {word}));
  function.setPrivate();
  function->setAttr("snn.helper", builder.getStringAttr(name));
  symbols.insert(function);
  return function;
}

void ShortenProducts::runOnOperation() {
  DataFlowSolver solver;
  dataflow::loadBaselineAnalyses(solver);
  solver.load<dataflow::IntegerRangeAnalysis>();
  if (failed(solver.initializeAndRun(getOperation())))
    return signalPassFailure();
  constexpr int64_t kLeast = std::numeric_limits<int16_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int16_t>::max();
  constexpr int64_t kMostUnsigned = std::numeric_limits<uint16_t>::max();
  SymbolTable symbols(getOperation());
  llvm::StringMap<func::FuncOp> helpers;
  getOperation().walk([&](arith::MulIOp product) {
    Value lhs = product.getLhs(), rhs = product.getRhs();
    if (!product.getType().isInteger(32) || isShortInC(product))
      return;
    ConstantIntRanges left = getRange(lhs, solver),
                      right = getRange(rhs, solver);
    if (!isWithin(right, kLeast, kMost)) {
      std::swap(lhs, rhs);
      std::swap(left, right);
    }
    StringRef name = isWithin(left, kLeast, kMost)      ? "product"
                     : isWithin(left, 0, kMostUnsigned) ? "product_unsigned"
                                                        : "";
    if (name.empty() || !isWithin(right, kLeast, kMost))
      return;
    func::FuncOp &helper = helpers[name];
    if (!helper)
      helper = declareHelper(symbols, name, getOperation().getLoc());
    OpBuilder builder(product);
    auto shorter = func::CallOp::create(builder, product.getLoc(), helper,
                                        ValueRange{lhs, rhs});
    product.replaceAllUsesWith(shorter);
    product.erase();
  });
}
