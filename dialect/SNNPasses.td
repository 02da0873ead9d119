//===- SNNPasses.td - Passes of the snn dialect ------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_PASSES
#define SNN_PASSES

include "mlir/Pass/PassBase.td"

def ConvertSNNToLinalg : Pass<"convert-snn-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower networks to step and init functions on tensors";
  let description = [{
    Each `snn.network @net` becomes

    - a private function per node, which does the node's work of one step,
    - `@net_step(inputs..., outputs..., state..., scratch...)`, which calls them
      in the order of the data,
    - `@net_init(state...)`, which sets the state before the first step.

    Values that outlive a function are memref arguments: the bodies read them
    with `bufferization.to_tensor restrict`, compute on tensors, and write with
    `bufferization.materialize_in_destination`, so that one-shot bufferization
    updates state in place, without a copy. Argument attributes tell what they
    are: `snn.kind` is `input`, `output`, `state` or `scratch`, `snn.name` the
    name.

    Spikes and counts become `i1` and `i8` (unsigned). Weights become constant
    globals, laid out input-major: the row of weights that one input touches is
    contiguous. A synapse whose input is binary adds the rows of the active
    inputs and skips the others.

    Weights and coefficients must be constants. Quantized networks are not
    lowered yet.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // SNN_PASSES
