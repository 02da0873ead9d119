//===- Translations.cpp - Networks to C11 from the command line -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/SNN.h"
#include "snn/Pipelines/Pipelines.h"
#include "snn/Target/C11/C11.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/CommandLine.h"

using namespace mlir;

static llvm::cl::opt<std::string>
    prefixOption("c11-prefix",
                 llvm::cl::desc("Prefix of all names in the C code (default: "
                                "the network's name)"));

static llvm::cl::list<std::string>
    tapsOption("c11-tap", llvm::cl::desc("Signals to show to <PREFIX>_TAP"));

static llvm::cl::opt<bool>
    profileOption("c11-profile", llvm::cl::desc("Calls in <PREFIX>_PROFILE"));

/// C for no processor in particular: what snnmlir/common/targets.py says of
/// "generic".
static void setGeneric(snn::PipelineOptions &options) {
  options.pairs = true;
  options.vectorSums = 64;
  options.vectorFloats = false;
  options.vectorRows = true;
  options.vectorNeurons = 16;
  options.optionalVectors = true;
  options.quietCounts = true;
  options.rowLanes = 16;
}

LogicalResult snn::translateToC11(ModuleOp module, const C11Options &options,
                                  llvm::raw_ostream &source,
                                  llvm::raw_ostream &header) {
  OwningOpRef<ModuleOp> lowered = module.clone();
  if (!lowered->getOps<snn::NetworkOp>().empty()) {
    PassManager manager(module.getContext());
    snn::PipelineOptions generic;
    setGeneric(generic);
    snn::buildLoopsPipeline(manager, generic);
    if (failed(manager.run(*lowered)))
      return failure();
  }
  return snn::emitC11(*lowered, options, source, header);
}

static llvm::cl::opt<bool>
    weightsOption("c11-weights-apart",
                  llvm::cl::desc("Constants in a blob, not in the C code"));

static llvm::cl::opt<std::string>
    helpersOption("c11-helpers",
                  llvm::cl::desc("Helpers in files of this name, not in the C "
                                 "code"));

static LogicalResult translate(ModuleOp module, llvm::raw_ostream &source,
                               llvm::raw_ostream &header) {
  snn::C11Options options;
  options.prefix = prefixOption;
  options.taps = tapsOption;
  options.profile = profileOption;
  options.weightsApart = weightsOption;
  options.helpers = helpersOption;
  // Into memory first: a module that is refused leaves nothing behind.
  std::string sourceText, headerText;
  llvm::raw_string_ostream sourceStream(sourceText), headerStream(headerText);
  if (failed(snn::translateToC11(module, options, sourceStream, headerStream)))
    return failure();
  source << sourceText;
  header << headerText;
  return success();
}

void snn::registerTranslations() {
  static TranslateFromMLIRRegistration toSource(
      "snn-to-c11", "networks, or loops made from one, to a C11 source file",
      [](ModuleOp module, llvm::raw_ostream &os) {
        return translate(module, os, llvm::nulls());
      },
      registerDialects);
  static TranslateFromMLIRRegistration toHeader(
      "snn-to-c11-header",
      "networks, or loops made from one, to the header of the C11 source file",
      [](ModuleOp module, llvm::raw_ostream &os) {
        return translate(module, llvm::nulls(), os);
      },
      registerDialects);
}
