//===- SNNInterfaces.td - What kinds of nodes have in common -*- tablegen -*-=//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_INTERFACES
#define SNN_INTERFACES

include "mlir/IR/OpBase.td"

def SNN_StatefulOpInterface : OpInterface<"StatefulOpInterface"> {
  let cppNamespace = "::snn";
  let description = [{
    An operation that carries values from one time step to the next. The state
    is the operation's own: it has no SSA name and starts at the given values.
    It stands in an `snn.network`, which says what a step is [N9].
  }];
  let verify = [{ return ::snn::verifyInNetwork($_op); }];
  let methods = [
    InterfaceMethod<
      "The state variables, in the order in which they are stored.",
      "::llvm::SmallVector<::snn::StateVariable>", "getStateVariables">,
    InterfaceMethod<[{
        Whether `result` is a function of the carried state alone: it is known
        before this step's input is, so a cycle through it is well defined.
      }], "bool", "isCarried", (ins "::mlir::OpResult":$result)>,
  ];
}

def SNN_SynapseOpInterface : OpInterface<"SynapseOpInterface"> {
  let cppNamespace = "::snn";
  let description = [{
    A linear map `y = W x + b` with constant weights and without state.
  }];
  let methods = [
    InterfaceMethod<"The presynaptic signal.",
      "::mlir::TypedValue<::mlir::RankedTensorType>", "getInput">,
    InterfaceMethod<"The presynaptic signal's operand, to be replaced.",
      "::mlir::OpOperand &", "getInputMutable">,
    InterfaceMethod<"The weights.",
      "::mlir::TypedValue<::mlir::RankedTensorType>", "getWeight">,
    InterfaceMethod<"The weights' operand, to be replaced.",
      "::mlir::OpOperand &", "getWeightMutable">,
    InterfaceMethod<"The bias, or null.",
      "::mlir::TypedValue<::mlir::RankedTensorType>", "getBias">,
    InterfaceMethod<"The bias's operand, to be set, replaced or cleared.",
      "::mlir::MutableOperandRange", "getBiasMutable">,
    InterfaceMethod<"The events of the input, or null.",
      "::mlir::TypedValue<::snn::EventsType>", "getEvents">,
    InterfaceMethod<"The events' operand, to be set or cleared.",
      "::mlir::MutableOperandRange", "getEventsMutable">,
    InterfaceMethod<[{
        The dimension of the weights that counts output channels, such that the
        result's channel `c` only depends on slice `c` of the weights.
      }], "int64_t", "getWeightOutputDim">,
    InterfaceMethod<[{
        The dimension of the weights that counts input channels, or none if a
        factor per input channel cannot be expressed in the weights.
      }], "::std::optional<int64_t>", "getWeightInputDim">,
    InterfaceMethod<"The dimension of the input that counts channels.",
      "int64_t", "getInputChannelDim">,
    InterfaceMethod<[{
        The dimension of the result that counts channels. The last dimension of
        the bias counts the same.
      }], "int64_t", "getResultChannelDim">,
  ];
}

def SNN_WindowOpInterface : OpInterface<"WindowOpInterface"> {
  let cppNamespace = "::snn";
  let description = [{
    An operation that slides a window over a feature map `[channels, spatial...]`
    or, where channels are last, `[spatial..., channels]`. The window at output
    position `p` covers the input positions `p * stride + k * dilation - low`;
    outside of the map is zero.
  }];
  let methods = [
    InterfaceMethod<"The feature map that the window slides over.",
      "::mlir::TypedValue<::mlir::RankedTensorType>", "getInput">,
    InterfaceMethod<"The feature map that comes out.",
      "::mlir::TypedValue<::mlir::RankedTensorType>", "getResult">,
    InterfaceMethod<"Size, stride, padding and dilation per spatial dimension.",
      "::llvm::SmallVector<::snn::WindowDim>", "getWindow">,
    InterfaceMethod<"Whether the channels are the last dimension of the maps.",
      "bool", "getChannelsLast">,
    InterfaceMethod<"Says that the channels are the last dimension.",
      "void", "setChannelsLast", (ins "bool":$channelsLast)>,
  ];
}

def SNN_NeuronOpInterface : OpInterface<"NeuronOpInterface",
                                        [SNN_StatefulOpInterface]> {
  let cppNamespace = "::snn";
  let description = [{
    A neuron: an operation with a membrane voltage that its input drives.
  }];
  let methods = [
    InterfaceMethod<"The drive: the sum over the incoming edges in this step.",
      "::mlir::TypedValue<::mlir::RankedTensorType>", "getInput">,
    InterfaceMethod<"The voltage after the step.",
      "::mlir::TypedValue<::mlir::RankedTensorType>", "getVoltage">,
    InterfaceMethod<[{
        The coefficient of a name, to be set, replaced or cleared; empty where
        it is absent, or where the neuron has none of that name.
      }], "::mlir::MutableOperandRange", "getCoefficientMutable",
      (ins "::llvm::StringRef":$name)>,
    StaticInterfaceMethod<[{
        The names of the coefficients, in the order of the operands; those that
        are absent too.
      }], "::llvm::ArrayRef<::llvm::StringLiteral>", "getCoefficientNames">,
    StaticInterfaceMethod<[{
        The names of the results: "spikes" of a neuron that fires, "voltage",
        and "current" of one that has a synaptic current.
      }], "::llvm::ArrayRef<::llvm::StringLiteral>", "getOutputNames">,
  ];
  let extraSharedClassDeclaration = [{
    /// The coefficient of a name, or null.
    ::mlir::Value getCoefficient(::llvm::StringRef name) {
      ::mlir::MutableOperandRange range = $_op.getCoefficientMutable(name);
      return range.empty() ? ::mlir::Value() : range[0].get();
    }
    /// The result of a name, or null.
    ::mlir::Value getOutput(::llvm::StringRef name) {
      for (auto [result, known] :
           ::llvm::zip_equal($_op->getResults(), $_op.getOutputNames()))
        if (known == name)
          return result;
      return ::mlir::Value();
    }
    bool hasSpikes() { return $_op.getOutputNames().front() == "spikes"; }
    bool hasCurrent() { return $_op.getOutputNames().back() == "current"; }
    /// The factor that the update applies to the input, absent where it is 1.
    ::mlir::MutableOperandRange getInputGainMutable() {
      return $_op.getCoefficientMutable(hasCurrent() ? "current_gain" : "gain");
    }
    /// What is added in each step to the state that the input drives.
    ::mlir::MutableOperandRange getInputLeakMutable() {
      return $_op.getCoefficientMutable(hasCurrent() ? "current_leak" : "leak");
    }
    /// The coefficients that are there: all operands but the input.
    ::llvm::MutableArrayRef<::mlir::OpOperand> getCoefficients() {
      return $_op->getOpOperands().drop_front();
    }
  }];
}

#endif // SNN_INTERFACES
