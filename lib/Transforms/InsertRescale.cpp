//===- InsertRescale.cpp - Where scales differ ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Identity.h"
#include "snn/IR/SNN.h"
#include "snn/IR/Scales.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/TypeUtilities.h"

namespace snn {
#define GEN_PASS_DEF_SNNINSERTRESCALE
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;
using namespace snn;

/// Whether an operation takes the same integers in any storage.
static bool takesAnyStorage(OpOperand &use) {
  return isa<SynapseOpInterface, WindowOpInterface, NeuronOpInterface, AddOp,
             ScaleOp, ThresholdOp>(use.getOwner());
}

namespace {
struct InsertRescale : snn::impl::SNNInsertRescaleBase<InsertRescale> {
  using SNNInsertRescaleBase::SNNInsertRescaleBase;

  void runOnOperation() override {
    SmallVector<quant::QuantizeCastOp> conversions(
        getOperation().getBodyBlock()->getOps<quant::QuantizeCastOp>());
    // Only of this network: the pass object goes on to others.
    Rescales known;
    for (quant::QuantizeCastOp conversion : conversions)
      replace(conversion, known);
  }

private:
  /// The rescales that are there, by what they rescale and to which type.
  using Rescales = llvm::DenseMap<std::pair<Value, Type>, Value>;

  void replace(quant::QuantizeCastOp conversion, Rescales &known) {
    auto real = conversion.getInput().getDefiningOp<quant::DequantizeCastOp>();
    if (!real)
      return;
    Value source = real.getInput();
    Scales from = Scales::of(source.getType());
    Scales to = Scales::of(conversion.getType());
    auto fromType =
        cast<quant::QuantizedType>(getElementTypeOrSelf(source.getType()));
    auto toType =
        cast<quant::QuantizedType>(getElementTypeOrSelf(conversion.getType()));
    bool isSame = from.axis == to.axis && isSameScale(from, to) &&
                  toType.getStorageTypeMin() <= fromType.getStorageTypeMin() &&
                  toType.getStorageTypeMax() >= fromType.getStorageTypeMax();
    if (isSame && (source.getType() == conversion.getType() ||
                   llvm::all_of(conversion->getUses(), takesAnyStorage))) {
      conversion.replaceAllUsesWith(source);
    } else {
      Value &rescaled = known[{source, conversion.getType()}];
      if (!rescaled) {
        OpBuilder builder(conversion);
        auto rescale =
            RescaleOp::create(builder, source.getLoc(), conversion.getType(),
                              source, /*saturate=*/true);
        setNode(rescale, getNode(source));
        rescaled = rescale;
        ++numRescales;
      }
      conversion.replaceAllUsesWith(rescaled);
    }
    conversion.erase();
    if (real->use_empty())
      real.erase();
  }
};
} // namespace
