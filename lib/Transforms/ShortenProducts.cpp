//===- ShortenProducts.cpp - Products of 16 bits --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Analysis/Memory.h"
#include "snn/IR/Constants.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Analysis/DataFlow/IntegerRangeAnalysis.h"
#include "mlir/Analysis/DataFlow/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace snn {
#define GEN_PASS_DEF_SNNSHORTENPRODUCTS
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;

//===----------------------------------------------------------------------===//
// KnownRanges
//===----------------------------------------------------------------------===//

namespace {
/// Upstream's analysis, which also knows what tables of constants hold.
class TableRangeAnalysis : public dataflow::IntegerRangeAnalysis {
public:
  using IntegerRangeAnalysis::IntegerRangeAnalysis;

  LogicalResult visitOperation(
      Operation *op,
      ArrayRef<const dataflow::IntegerValueRangeLattice *> operands,
      ArrayRef<dataflow::IntegerValueRangeLattice *> results) override;

private:
  std::optional<ConstantIntRanges> getTableRange(memref::LoadOp load);

  DenseMap<Operation *, ConstantIntRanges> tables;
};

/// What is known of the integers of a module.
class KnownRanges {
public:
  LogicalResult analyze(ModuleOp module) {
    dataflow::loadBaselineAnalyses(solver);
    solver.load<TableRangeAnalysis>();
    return solver.initializeAndRun(module);
  }

  ConstantIntRanges get(Value value) const {
    auto *state = solver.lookupState<dataflow::IntegerValueRangeLattice>(value);
    if (!state || state->getValue().isUninitialized())
      return ConstantIntRanges::maxRange(
          value.getType().getIntOrFloatBitWidth());
    return state->getValue().getValue();
  }

  bool isWithin(Value value, int64_t least, int64_t most) const {
    ConstantIntRanges range = get(value);
    return range.smin().sge(least) && range.smax().sle(most);
  }

private:
  DataFlowSolver solver;
};
} // namespace

std::optional<ConstantIntRanges>
TableRangeAnalysis::getTableRange(memref::LoadOp load) {
  auto use = getMemory(load.getMemRef()).getDefiningOp<memref::GetGlobalOp>();
  if (!use || !load.getType().isSignlessInteger())
    return std::nullopt;
  auto table = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
      use, use.getNameAttr());
  if (auto known = tables.find(table); known != tables.end())
    return known->second;
  if (!table || !table.getConstant() || !table.getInitialValue())
    return std::nullopt;
  auto elements = dyn_cast<ElementsAttr>(*table.getInitialValue());
  double least = 0, most = 0;
  bool isFirst = true;
  auto visit = [&](double value) {
    least = isFirst ? value : std::min(least, value);
    most = isFirst ? value : std::max(most, value);
    isFirst = false;
  };
  if (!elements || elements.getElementType() != load.getType() ||
      failed(visitElements(elements, visit)) || isFirst)
    return std::nullopt;
  unsigned width = load.getType().getIntOrFloatBitWidth();
  auto toInteger = [&](double value) {
    return APInt(width, static_cast<uint64_t>(static_cast<int64_t>(value)),
                 /*isSigned=*/true);
  };
  auto range = ConstantIntRanges::fromSigned(toInteger(least), toInteger(most));
  tables.try_emplace(table, range);
  return range;
}

LogicalResult TableRangeAnalysis::visitOperation(
    Operation *op,
    ArrayRef<const dataflow::IntegerValueRangeLattice *> operands,
    ArrayRef<dataflow::IntegerValueRangeLattice *> results) {
  auto load = dyn_cast<memref::LoadOp>(op);
  std::optional<ConstantIntRanges> range;
  if (load)
    range = getTableRange(load);
  if (!range)
    return IntegerRangeAnalysis::visitOperation(op, operands, results);
  propagateIfChanged(results.front(),
                     results.front()->join(IntegerValueRange(*range)));
  return success();
}

//===----------------------------------------------------------------------===//
// Helpers of the emitter
//===----------------------------------------------------------------------===//

namespace {
/// Calls helpers of the emitter, and declares those that are called.
class HelperCalls {
public:
  explicit HelperCalls(ModuleOp module) : module(module), symbols(module) {}

  Value create(OpBuilder &builder, Location loc, StringRef name,
               ValueRange factors) {
    func::FuncOp &helper = helpers[name];
    if (!helper)
      helper = declare(name, factors.size());
    return func::CallOp::create(builder, loc, helper, factors).getResult(0);
  }

private:
  func::FuncOp declare(StringRef name, unsigned numInputs) {
    Builder builder(module.getContext());
    SmallVector<Type> words(numInputs, builder.getI32Type());
    auto function = func::FuncOp::create(
        module.getLoc(), name,
        builder.getFunctionType(words, {builder.getI32Type()}));
    function.setPrivate();
    function->setAttr("snn.helper", builder.getStringAttr(name));
    symbols.insert(function);
    return function;
  }

  ModuleOp module;
  SymbolTable symbols;
  llvm::StringMap<func::FuncOp> helpers;
};
} // namespace

static constexpr int64_t kLeastShort = std::numeric_limits<int16_t>::min();
static constexpr int64_t kMostShort = std::numeric_limits<int16_t>::max();
static constexpr int64_t kMostUnsigned = std::numeric_limits<uint16_t>::max();
static constexpr int64_t kMostWord = std::numeric_limits<int32_t>::max();

//===----------------------------------------------------------------------===//
// Products that are shifted
//===----------------------------------------------------------------------===//

/// By how many bits the helpers for them shift at most.
static constexpr int64_t kMostShift = 16;

namespace {
/// floor((x * factor + rounding) / 2^shift), with a factor that has no sign.
struct ScaledProduct {
  Value x, factor;
  int64_t rounding = 0;
  int64_t shift = 0;
  bool isShort = false;
};
} // namespace

/// Takes an operation with a constant second operand apart.
template <typename Op>
static std::optional<std::pair<Value, int64_t>> matchConstant(Value value) {
  auto op = value.getDefiningOp<Op>();
  APInt number;
  if (!op || !matchPattern(op.getRhs(), m_ConstantInt(&number)))
    return std::nullopt;
  return std::pair(op.getLhs(), number.getSExtValue());
}

/// Takes (x * factor + rounding) >> shift apart, and leaves out what it has
/// not.
static std::optional<ScaledProduct> matchScaled(Value value) {
  ScaledProduct found;
  auto shifted = matchConstant<arith::ShRSIOp>(value);
  // Where nothing reads what the shift brings in, upstream has it without sign.
  bool isPart = llvm::all_of(value.getUsers(), [](Operation *user) {
    auto part = dyn_cast<arith::TruncIOp>(user);
    return part && part.getType().getIntOrFloatBitWidth() <= 16;
  });
  if (!shifted && isPart)
    shifted = matchConstant<arith::ShRUIOp>(value);
  if (shifted && isa<arith::ShRUIOp>(value.getDefiningOp()) &&
      shifted->second > kMostShift)
    return std::nullopt;
  if (!shifted || !value.getType().isInteger(32))
    return std::nullopt;
  found.shift = shifted->second;
  Value sum = shifted->first;
  if (auto rounded = matchConstant<arith::AddIOp>(sum))
    std::tie(sum, found.rounding) = *rounded;
  auto product = sum.getDefiningOp<arith::MulIOp>();
  if (!product || found.rounding < 0)
    return std::nullopt;
  found.x = product.getLhs();
  found.factor = product.getRhs();
  return found;
}

/// Whether the factor fits that of the helper, and nothing leaves 32 bits on
/// the way.
static bool hasRoom(const ScaledProduct &product, int64_t mostNumber,
                    const KnownRanges &ranges) {
  ConstantIntRanges factor = ranges.get(product.factor);
  int64_t most = factor.smax().getSExtValue();
  return factor.smin().isNonNegative() && product.shift > 0 &&
         most < int64_t(1) << std::min(product.shift, kMostShift) &&
         mostNumber * most + product.rounding <= kMostWord;
}

/// Of a number of 16 bits.
static std::optional<ScaledProduct> matchShort(Value value,
                                               const KnownRanges &ranges) {
  std::optional<ScaledProduct> found = matchScaled(value);
  if (!found)
    return std::nullopt;
  found->isShort = true;
  if (!ranges.isWithin(found->x, kLeastShort, kMostShort) ||
      ranges.get(found->factor).smin().isNegative())
    std::swap(found->x, found->factor);
  APInt number;
  // Which C compilers take for a shift, and for none where it is taken back.
  bool isPower = matchPattern(found->factor, m_ConstantInt(&number)) &&
                 number.isPowerOf2();
  if (isPower || !ranges.isWithin(found->x, kLeastShort, kMostShort) ||
      !hasRoom(*found, -kLeastShort, ranges))
    return std::nullopt;
  return found;
}

/// Of a number of 32 bits in halves, as FixedProduct multiplies it:
/// (x >> s) * factor + (((x & (2^s - 1)) * factor + rounding) >> s).
static std::optional<ScaledProduct> matchHalves(arith::AddIOp op,
                                                const KnownRanges &ranges) {
  auto high = op.getLhs().getDefiningOp<arith::MulIOp>();
  std::optional<ScaledProduct> low = matchScaled(op.getRhs());
  if (!high || !low || low->shift > kMostShift)
    return std::nullopt;
  if (high.getRhs() != low->factor)
    std::swap(low->x, low->factor);
  auto upper = matchConstant<arith::ShRSIOp>(high.getLhs());
  auto lower = matchConstant<arith::AndIOp>(low->x);
  int64_t mask = (int64_t(1) << low->shift) - 1;
  if (high.getRhs() != low->factor || !upper || !lower ||
      upper->first != lower->first || upper->second != low->shift ||
      lower->second != mask || !hasRoom(*low, mask, ranges))
    return std::nullopt;
  low->x = upper->first;
  return low;
}

/// Calls the helper for `product` before `op`.
static Value callForShifted(Operation *op, const ScaledProduct &product,
                            HelperCalls &helpers) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI32IntegerAttr(value));
  };
  int64_t by = std::min(product.shift, kMostShift);
  int64_t unit = int64_t(1) << by;
  Value result = helpers.create(
      builder, loc,
      product.isShort ? "product_shifted_short" : "product_shifted",
      {product.x, product.factor, number(product.rounding % unit), number(by)});
  if (product.rounding >= unit)
    result = arith::AddIOp::create(builder, loc, result,
                                   number(product.rounding / unit));
  if (product.shift > by)
    result = arith::ShRSIOp::create(builder, loc, result,
                                    number(product.shift - by));
  return result;
}

static LogicalResult shiftProducts(ModuleOp module, HelperCalls &helpers,
                                   bool halvesOnly) {
  KnownRanges ranges;
  if (failed(ranges.analyze(module)))
    return failure();
  SmallVector<std::pair<Operation *, ScaledProduct>> found;
  // The lower halves are products of 16 bits, too.
  DenseSet<Operation *> lowerHalves;
  module.walk([&](arith::AddIOp op) {
    std::optional<ScaledProduct> product = matchHalves(op, ranges);
    if (!product)
      return;
    found.emplace_back(op, *product);
    if (op.getRhs().hasOneUse())
      lowerHalves.insert(op.getRhs().getDefiningOp());
  });
  module.walk([&](Operation *op) {
    if (halvesOnly || !isa<arith::ShRSIOp, arith::ShRUIOp>(op) ||
        lowerHalves.contains(op))
      return;
    if (std::optional<ScaledProduct> product =
            matchShort(op->getResult(0), ranges))
      found.emplace_back(op, *product);
  });
  IRMapping replaced;
  for (auto &[op, product] : found) {
    product.x = replaced.lookupOrDefault(product.x);
    product.factor = replaced.lookupOrDefault(product.factor);
    Value old = op->getResult(0);
    Value result = callForShifted(op, product, helpers);
    old.replaceAllUsesWith(result);
    replaced.map(old, result);
  }
  // Users come behind what they use, and go first.
  module.walk<WalkOrder::PostOrder, ReverseIterator>([&](Operation *op) {
    if (isa<arith::ArithDialect>(op->getDialect()) && isOpTriviallyDead(op))
      op->erase();
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Products of 16 bits
//===----------------------------------------------------------------------===//

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

/// How many units of 256 `factor` is, if it is more than one and they fit a
/// byte.
static std::optional<int64_t> getUnits(Value factor) {
  APInt number;
  if (!matchPattern(factor, m_ConstantInt(&number)) ||
      number.countr_zero() < 8 || number.sle(256) || number.sgt(kMostUnsigned))
    return std::nullopt;
  return number.getSExtValue() / 256;
}

static LogicalResult shortenProducts(ModuleOp module, HelperCalls &helpers) {
  KnownRanges ranges;
  if (failed(ranges.analyze(module)))
    return failure();
  SmallVector<arith::MulIOp> replaced;
  module.walk([&](arith::MulIOp product) {
    Value lhs = product.getLhs(), rhs = product.getRhs();
    if (!product.getType().isInteger(32) || isShortInC(product))
      return;
    auto isShort = [&](Value value) {
      return ranges.isWithin(value, kLeastShort, kMostShort);
    };
    OpBuilder builder(product);
    Location loc = product.getLoc();
    Value shorter;
    if (std::optional<int64_t> units = getUnits(rhs); units && isShort(lhs)) {
      Value number = arith::ConstantOp::create(
          builder, loc, builder.getI32IntegerAttr(*units));
      shorter = helpers.create(builder, loc, "product_byte", {lhs, number});
    } else {
      if (!isShort(rhs))
        std::swap(lhs, rhs);
      StringRef name = isShort(lhs) ? "product"
                       : ranges.isWithin(lhs, 0, kMostUnsigned)
                           ? "product_unsigned"
                           : "";
      if (name.empty() || !isShort(rhs))
        return;
      shorter = helpers.create(builder, loc, name, {lhs, rhs});
    }
    product.replaceAllUsesWith(shorter);
    replaced.push_back(product);
  });
  for (arith::MulIOp product : replaced)
    product.erase();
  return success();
}

namespace {
struct ShortenProducts : snn::impl::SNNShortenProductsBase<ShortenProducts> {
  using SNNShortenProductsBase::SNNShortenProductsBase;

  void runOnOperation() override {
    HelperCalls helpers(getOperation());
    if (failed(shiftProducts(getOperation(), helpers, halvesOnly)) ||
        (!halvesOnly && failed(shortenProducts(getOperation(), helpers))))
      signalPassFailure();
  }
};
} // namespace
