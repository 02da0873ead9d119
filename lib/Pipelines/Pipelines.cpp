//===- Pipelines.cpp - From networks to loops -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Pipelines/Pipelines.h"
#include "snn/Conversion/SNNToLinalg/SNNToLinalg.h"
#include "snn/IR/SNN.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/BufferViewFlowOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Transforms/SubsetInsertionOpInterfaceImpl.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/Transforms/BufferViewFlowOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/IR/TensorInferTypeOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/SubsetInsertionOpInterfaceImpl.h"
#include "mlir/Dialect/Vector/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Vector/Transforms/SubsetOpInterfaceImpl.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/Threading.h"

using namespace mlir;

void snn::registerDialects(DialectRegistry &registry) {
  registry.insert<SNNDialect, affine::AffineDialect, arith::ArithDialect,
                  bufferization::BufferizationDialect, func::FuncDialect,
                  linalg::LinalgDialect, math::MathDialect,
                  memref::MemRefDialect, quant::QuantDialect, scf::SCFDialect,
                  tensor::TensorDialect, vector::VectorDialect>();
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerInferTypeOpInterfaceExternalModels(registry);
  vector::registerBufferizableOpInterfaceExternalModels(registry);
  // What these dialects promise beside it, and bufferization asks for.
  affine::registerValueBoundsOpInterfaceExternalModels(registry);
  arith::registerValueBoundsOpInterfaceExternalModels(registry);
  arith::registerBufferViewFlowOpInterfaceExternalModels(registry);
  linalg::registerValueBoundsOpInterfaceExternalModels(registry);
  linalg::registerSubsetOpInterfaceExternalModels(registry);
  memref::registerValueBoundsOpInterfaceExternalModels(registry);
  memref::registerBufferViewFlowOpInterfaceExternalModels(registry);
  scf::registerValueBoundsOpInterfaceExternalModels(registry);
  tensor::registerValueBoundsOpInterfaceExternalModels(registry);
  tensor::registerSubsetOpInterfaceExternalModels(registry);
  vector::registerValueBoundsOpInterfaceExternalModels(registry);
  vector::registerSubsetOpInterfaceExternalModels(registry);
}

void snn::buildKernelsPipeline(OpPassManager &manager,
                               const PipelineOptions &options) {
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addNestedPass<NetworkOp>(createSNNChannelsLast());
  manager.addPass(createCanonicalizerPass());
  SNNSelectKernelsOptions select;
  select.processorCost = options.processorCost;
  select.density = options.density;
  manager.addPass(createSNNSelectKernels(select));
}

void snn::buildLinalgPipeline(OpPassManager &manager,
                              const PipelineOptions &options) {
  buildKernelsPipeline(manager, options);
  SNNUseEventsOptions useEvents;
  useEvents.minInputs = options.minEventInputs;
  manager.addNestedPass<NetworkOp>(createSNNUseEvents(useEvents));
  manager.addNestedPass<NetworkOp>(createSNNFuseSums());
  ConvertSNNToLinalgOptions convert;
  convert.blockOutputs = options.blockOutputs;
  convert.rows = options.rows;
  convert.flippedSigns = options.flippedSigns;
  convert.listWithNeurons = options.listWithNeurons;
  convert.words = options.words;
  convert.patches = options.patches;
  convert.pairs = options.pairs;
  convert.vectorSums = options.vectorSums;
  convert.vectorBlocks = options.vectorBlocks;
  convert.vectorFloats = options.vectorFloats;
  convert.vectorRows = options.vectorRows;
  convert.floatOutputs = options.floatOutputs;
  convert.pairProducts = options.pairProducts;
  convert.vectorNeurons = options.vectorNeurons;
  convert.optionalVectors = options.optionalVectors;
  convert.quietCounts = options.quietCounts;
  convert.directSums = options.directSums;
  convert.bitDelays = options.bitDelays;
  convert.byteLists = options.byteLists;
  convert.frugalLists = options.frugalLists;
  convert.partLists = options.partLists;
  convert.spikeParts = options.spikeParts;
  convert.byCoefficients = options.byCoefficients;
  convert.neuronsPerTurn = options.neuronsPerTurn;
  convert.multiplyAdd = options.multiplyAdd;
  convert.divides = options.divides;
  convert.rowLanes = options.rowLanes;
  manager.addPass(createConvertSNNToLinalg(convert));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void snn::buildLoopsPipeline(OpPassManager &manager,
                             const PipelineOptions &options) {
  buildLinalgPipeline(manager, options);
  SNNAddStepEventsOptions stepEvents;
  stepEvents.listedOnly = options.directSums;
  manager.addPass(createSNNAddStepEvents(stepEvents));
  manager.addPass(createSNNPlanScratch());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  bufferize.bufferAlignment = 0;
  manager.addPass(bufferization::createOneShotBufferizePass(bufferize));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createConvertLinalgToLoopsPass());
  manager.addPass(memref::createFoldMemRefAliasOpsPass());
  // Positions in slices of slices.
  manager.addPass(createLowerAffinePass());
  manager.addNestedPass<func::FuncOp>(createSNNFlattenFills());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  SNNShortenProductsOptions products;
  products.halvesOnly = !options.shortProducts;
  if (options.shortProducts || options.upperProducts)
    manager.addPass(createSNNShortenProducts(products));
  manager.addNestedPass<func::FuncOp>(createSNNNameLocals());
}

void snn::buildIntegerPipeline(OpPassManager &manager,
                               const IntegerPipelineOptions &options) {
  SNNQuantizeOptions quantize;
  quantize.weightBits = options.weightBits;
  quantize.powersOfTwo = options.powersOfTwo;
  quantize.shortStates = options.shortStates;
  OpPassManager &networks = manager.nest<NetworkOp>();
  networks.addPass(createSNNQuantize(quantize));
  networks.addPass(createSNNInsertRescale());
  networks.addPass(createSNNInferRanges());
}

namespace snn {
#define GEN_PASS_REGISTRATION
#include "dialect/SNNPasses.h.inc"
} // namespace snn

static void registerAll() {
  snn::registerSNNPasses();
  registerTransformsPasses();
  registerLinalgPasses();
  registerConvertLinalgToLoopsPass();
  bufferization::registerBufferizationPasses();
  memref::registerMemRefPasses();
  arith::registerArithPasses();
  PassPipelineRegistration<snn::IntegerPipelineOptions>(
      "snn-to-int",
      "Turn floating-point networks into networks of integers with scales",
      snn::buildIntegerPipeline);
  PassPipelineRegistration<snn::PipelineOptions>(
      "snn-to-kernels",
      "Simplify networks and give layers to the kernels of the module",
      snn::buildKernelsPipeline);
  PassPipelineRegistration<snn::PipelineOptions>(
      "snn-to-linalg",
      "Simplify networks and lower them to functions on tensors",
      snn::buildLinalgPipeline);
  PassPipelineRegistration<snn::PipelineOptions>(
      "snn-to-loops",
      "Lower networks to loops over memrefs, state updated in place",
      snn::buildLoopsPipeline);
}

void snn::registerPassesAndPipelines() {
  // A pipeline can be registered once in a process.
  static llvm::once_flag once;
  llvm::call_once(once, registerAll);
}
