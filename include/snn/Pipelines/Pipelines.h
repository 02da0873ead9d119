//===- Pipelines.h - From networks to loops ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_PIPELINES_PIPELINES_H
#define SNN_PIPELINES_PIPELINES_H

#include "snn/Target/C11/C11.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace snn {

/// Registers the snn dialect, all upstream dialects that networks meet on
/// their way to C, and the interface implementations that the passes need.
void registerDialects(mlir::DialectRegistry &registry);

/// What the pipelines can be told.
struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<int64_t> minEventInputs{
      *this, "min-event-inputs",
      llvm::cl::desc("Least number of elements of an input that is listed"),
      llvm::cl::init(8)};
  Option<int64_t> blockOutputs{
      *this, "block-outputs",
      llvm::cl::desc(
          "Sums that are in registers at a time, a multiple of 4; 0: none"),
      llvm::cl::init(16)};
  Option<bool> rows{
      *this, "rows",
      llvm::cl::desc("Whether to lower what is lowered to blocks to rows, too"),
      llvm::cl::init(true)};
  Option<bool> flippedSigns{
      *this, "flipped-signs",
      llvm::cl::desc(
          "Whether weights that only blocks use have their sign bit flipped"),
      llvm::cl::init(false)};
  Option<bool> listWithNeurons{
      *this, "list-with-neurons",
      llvm::cl::desc(
          "Whether neurons are updated in a loop that also lists their spikes"),
      llvm::cl::init(false)};
  Option<bool> words{
      *this, "words",
      llvm::cl::desc("Whether convolutions and pools add to several sums in "
                     "memory at a time"),
      llvm::cl::init(false)};
  Option<bool> patches{
      *this, "patches",
      llvm::cl::desc("Whether convolutions add patches of one size to a map "
                     "with a border"),
      llvm::cl::init(false)};
  Option<bool> pairs{
      *this, "pairs",
      llvm::cl::desc("Whether two neurons whose numbers fit 16 bits are "
                     "updated at a time"),
      llvm::cl::init(false)};
  Option<bool> shortProducts{
      *this, "short-products",
      llvm::cl::desc("Whether to multiply 16 bits where that is enough"),
      llvm::cl::init(false)};
  Option<bool> upperProducts{
      *this, "upper-products",
      llvm::cl::desc("Whether to multiply 32 bits as cores do that have the "
                     "upper half of 64"),
      llvm::cl::init(false)};
  Option<int64_t> vectorSums{
      *this, "vector-sums",
      llvm::cl::desc("Bytes of sums that are in vectors at a time, a multiple "
                     "of 16; 0: none"),
      llvm::cl::init(0)};
  Option<bool> vectorBlocks{
      *this, "vector-blocks",
      llvm::cl::desc("Whether these are also some of a layer's sums, not only "
                     "all"),
      llvm::cl::init(true)};
  Option<bool> vectorFloats{
      *this, "vector-floats",
      llvm::cl::desc("Whether these are also of floating-point numbers"),
      llvm::cl::init(true)};
  Option<bool> vectorRows{
      *this, "vector-rows",
      llvm::cl::desc(
          "Whether convolutions and counts add rows of weights in such "
          "vectors"),
      llvm::cl::init(false)};
  Option<int64_t> floatOutputs{
      *this, "float-outputs",
      llvm::cl::desc("Sums of 32-bit floats that are in registers at a time, "
                     "in place of vector-sums; 0: none"),
      llvm::cl::init(0)};
  Option<bool> pairProducts{
      *this, "pair-products",
      llvm::cl::desc("Whether convolutions in such vectors add the products of "
                     "two input channels at a time"),
      llvm::cl::init(false)};
  Option<int64_t> vectorNeurons{
      *this, "vector-neurons",
      llvm::cl::desc("Neurons whose numbers fit 16 bits that are updated at a "
                     "time, in vectors, a multiple of 8; 0: none"),
      llvm::cl::init(0)};
  Option<bool> optionalVectors{
      *this, "optional-vectors",
      llvm::cl::desc("Whether what is in vectors has another form, too, for "
                     "processors without these"),
      llvm::cl::init(false)};
  Option<bool> quietCounts{
      *this, "quiet-counts",
      llvm::cl::desc("Whether neurons that count spikes are updated as if "
                     "there were none, with a branch for those that may have "
                     "some"),
      llvm::cl::init(false)};
  Option<bool> directSums{
      *this, "direct-sums",
      llvm::cl::desc("Whether sums are added to the states that they drive, "
                     "without memory of their own"),
      llvm::cl::init(false)};
  Option<int64_t> bitDelays{
      *this, "bit-delays",
      llvm::cl::desc("Delayed spikes that are stored as bits; 0: none, 1: "
                     "those whose delays differ, 2: all"),
      llvm::cl::init(0)};
  Option<bool> byteLists{
      *this, "byte-lists",
      llvm::cl::desc("Whether lists of fewer than 256 positions have bytes"),
      llvm::cl::init(false)};
  Option<bool> frugalLists{
      *this, "frugal-lists",
      llvm::cl::desc("Whether the loop over neurons lists spikes only in bytes "
                     "and in their place"),
      llvm::cl::init(false)};
  Option<bool> partLists{
      *this, "part-lists",
      llvm::cl::desc("Whether long lists hold the events of a part of the "
                     "inputs at a time"),
      llvm::cl::init(false)};
  Option<bool> spikeParts{
      *this, "spike-parts",
      llvm::cl::desc("Whether neurons of feature maps spike some at a time"),
      llvm::cl::init(false)};
  Option<bool> byCoefficients{
      *this, "by-coefficients",
      llvm::cl::desc("Whether neurons with the same coefficients are updated "
                     "one after the other"),
      llvm::cl::init(false)};
  Option<int64_t> neuronsPerTurn{
      *this, "neurons-per-turn",
      llvm::cl::desc("How many neurons whose spikes are listed one by one are "
                     "in a turn of their loop"),
      llvm::cl::init(1)};
  Option<bool> multiplyAdd{
      *this, "multiply-add",
      llvm::cl::desc("Whether a product of neurons and what is added to it are "
                     "one instruction"),
      llvm::cl::init(false)};
  Option<bool> divides{*this, "divides",
                       llvm::cl::desc("Whether an instruction divides"),
                       llvm::cl::init(false)};
  Option<int64_t> rowLanes{
      *this, "row-lanes",
      llvm::cl::desc("What is left of a row of weights, if it is no multiple "
                     "of these, has a loop of its own"),
      llvm::cl::init(1)};
  Option<std::string> processorCost{
      *this, "processor-cost",
      llvm::cl::desc("What a layer costs without a kernel, of the module's "
                     "snn.kernel"),
      llvm::cl::init("synapse.macs * density + 4 * neuron.size")};
  Option<double> density{
      *this, "density",
      llvm::cl::desc("Share of inputs that are not zero, for the costs of "
                     "kernels"),
      llvm::cl::init(1.0)};
};

/// What `snn-to-int` can be told: the options of `snn-quantize`.
struct IntegerPipelineOptions
    : mlir::PassPipelineOptions<IntegerPipelineOptions> {
  Option<unsigned> weightBits{*this, "weight-bits",
                              llvm::cl::desc("Bits of weights: 4, 8 or 16"),
                              llvm::cl::init(8)};
  Option<bool> powersOfTwo{*this, "powers-of-two",
                           llvm::cl::desc("Round scales up to powers of two"),
                           llvm::cl::init(false)};
  Option<bool> shortStates{
      *this, "short-states",
      llvm::cl::desc("Let states of leaky spiking neurons saturate in 16 bits"),
      llvm::cl::init(true)};
};

/// `snn-to-int`: quantize, put in rescales, and prove what integers can be.
void buildIntegerPipeline(mlir::OpPassManager &manager,
                          const IntegerPipelineOptions &options);

/// `snn-to-kernels`: simplify networks, put channels last, and give layers to
/// the kernels of the module. The other pipelines begin with it.
void buildKernelsPipeline(mlir::OpPassManager &manager,
                          const PipelineOptions &options);

/// `snn-to-linalg`: the same, then lower networks to functions on tensors.
void buildLinalgPipeline(mlir::OpPassManager &manager,
                         const PipelineOptions &options);

/// `snn-to-loops`: the same, then bufferize in place and lower to loops over
/// memrefs: what the C11 emitter takes.
void buildLoopsPipeline(mlir::OpPassManager &manager,
                        const PipelineOptions &options);

/// Makes our passes and pipelines, and those upstream passes that are useful
/// beside them, known to command lines.
void registerPassesAndPipelines();

/// Prints a copy of the module's network as C11, after `snn-to-loops` if it is
/// not lowered yet; see emitC11.
llvm::LogicalResult translateToC11(mlir::ModuleOp module,
                                   const C11Options &options,
                                   llvm::raw_ostream &source,
                                   llvm::raw_ostream &header);

/// Makes `--snn-to-c11` and `--snn-to-c11-header` known to snn-translate.
void registerTranslations();

} // namespace snn

#endif // SNN_PIPELINES_PIPELINES_H
