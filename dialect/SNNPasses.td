//===- SNNPasses.td - Passes of the snn dialect ------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_PASSES
#define SNN_PASSES

include "mlir/Pass/PassBase.td"

def SNNChannelsLast : Pass<"snn-channels-last", "::snn::NetworkOp"> {
  let summary = "Store feature maps with the channels innermost";
  let description = [{
    Sets `channels_last` on convolutions and pools, and with them on every
    operation without a layout of its own that shares a feature map with them:
    neurons, thresholds, scales, sums and delays, whose coefficients per neuron
    are put in the new order. What one input contributes to all channels of one
    output position is then contiguous.

    Where such a map meets something that fixes the order - inputs and outputs
    of the network, reshapes, other synapses - an `snn.transpose` is put in.
    Canonicalization folds those into the weights of an `snn.linear` that
    follows a flattened map, and removes those that move no element.
  }];
}

def SNNUseEvents : Pass<"snn-use-events", "::snn::NetworkOp"> {
  let summary = "Let synapses visit the inputs that are not zero";
  let description = [{
    Gives synapses the events of their inputs where these are mostly zero: for
    spikes, for spike counts, for pools of them, and for inputs of the network.
    Synapses that share an input share its list. Values that are rarely zero,
    such as voltages, and inputs of fewer than `min-inputs` elements are not
    worth a list: their synapses visit all of them.
  }];
  let options = [
    Option<"minInputs", "min-inputs", "int64_t", "8",
           "Least number of elements of an input that is listed">,
  ];
}

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
    globals, laid out input-major: what one input contributes is contiguous. A
    synapse with events adds the rows of these inputs alone, in the same order
    as one without adds those of all.

    Weights and coefficients must be constants, and feature maps have their
    channels last: run `snn-channels-last` before. Quantized networks are not
    lowered yet.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
    "::mlir::vector::VectorDialect"
  ];
}

def SNNAddStepEvents : Pass<"snn-add-step-events", "::mlir::ModuleOp"> {
  let summary = "Add a step function that takes events";
  let description = [{
    Beside `@net_step` of a network with inputs of spikes puts
    `@net_step_events`, which does the same, but gets the positions of the spikes
    and their number for each such input. Lists of the input's events become
    copies of what the caller gives; where something else needs the spikes, they
    are set in scratch memory first.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"
  ];
}

def SNNPlanScratch : Pass<"snn-plan-scratch", "::mlir::ModuleOp"> {
  let summary = "Put the scratch buffers of a step into one arena";
  let description = [{
    Buffers that only live within a step, arguments of kind `scratch` of the
    step function, become `memref.view`s of one argument of kind `arena`.
    Buffers that are not needed at the same time share memory.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

#endif // SNN_PASSES
