//===- prune-opt.cpp - snn-opt with a pass of one's own -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Constants.h"
#include "snn/IR/SNN.h"
#include "snn/Pipelines/Pipelines.h"

#include "mlir/Pass/Pass.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

using namespace mlir;

namespace {
/// Sets the weights of each synapse that are below a share of its largest to 0.
struct PruneWeights : PassWrapper<PruneWeights, OperationPass<snn::NetworkOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PruneWeights)

  PruneWeights() = default;
  PruneWeights(const PruneWeights &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "prune-weights"; }
  StringRef getDescription() const override {
    return "Set small weights of synapses to 0";
  }

  void runOnOperation() override {
    getOperation().walk([&](snn::SynapseOpInterface synapse) {
      std::optional<snn::Constant> weight =
          snn::getConstant(synapse.getWeight());
      if (!weight || weight->quantizedType)
        return;
      double largest = 0;
      for (double value : weight->values)
        largest = std::max(largest, std::abs(value));
      for (double &value : weight->values)
        if (std::abs(value) < below * largest)
          value = 0;
      OpBuilder builder(synapse);
      synapse.getWeightMutable().set(snn::createConstant(
          builder, synapse.getWeight().getLoc(), *weight, "weight"));
    });
  }

  Option<double> below{*this, "below",
                       llvm::cl::desc("Share of the largest weight"),
                       llvm::cl::init(0.1)};
};
} // namespace

int main(int argc, char **argv) {
  DialectRegistry registry;
  snn::registerDialects(registry);
  snn::registerPassesAndPipelines();
  PassRegistration<PruneWeights>();
  return asMainReturnCode(
      MlirOptMain(argc, argv, "snn-opt with prune-weights\n", registry));
}
