//===- SNNOps.td - Operations of the snn dialect -----------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_OPS
#define SNN_OPS

include "SNNAttributes.td"
include "SNNDialect.td"
include "SNNInterfaces.td"
include "mlir/Dialect/Quant/IR/QuantBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def SNN_Count : UI<8>;

/// Tensors with a static shape, of 1 to 2^32 - 1 elements [T1].
class SNN_TensorOf<list<Type> types> : Type<
    And<[StaticShapeTensorOf<types>.predicate,
         CPred<"::snn::isSignalShape("
               "::llvm::cast<::mlir::ShapedType>($_self).getShape())">]>,
    "non-empty " # StaticShapeTensorOf<types>.summary #
    ", with fewer than 2^32 elements", "::mlir::RankedTensorType">;

/// What may travel along an edge: values, spikes or spike counts [T1].
def SNN_Signal : SNN_TensorOf<[F32, F64, quant_QuantizedType, I1, SNN_Count]>;
/// Values: everything with a scale.
def SNN_Analog : SNN_TensorOf<[F32, F64, quant_QuantizedType]>;
/// Spikes, or several of them.
def SNN_Spikes : SNN_TensorOf<[I1, SNN_Count]>;
/// A number per neuron, or one number for all of them, or for all along some
/// dimensions [T2].
def SNN_Coefficient : AnyTypeOf<
    [F32, F64, quant_QuantizedType, SNN_Analog],
    "a coefficient: a value for all neurons, or a tensor with one for each">;

def SNN_Events : TypeDef<SNN_Dialect, "Events"> {
  let mnemonic = "events";
  let summary = "Where a signal is not zero";
  let description = [{
    The positions of the elements of a signal of `size` elements that are not
    zero in one step, in ascending order, counted in row-major order of the
    signal's shape. The values are those of the signal.

    ```mlir
    !snn.events<784>
    ```
  }];
  let parameters = (ins "int64_t":$size);
  let assemblyFormat = "`<` $size `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Network
//===----------------------------------------------------------------------===//

def SNN_NetworkOp : SNN_Op<"network", [
    DeclareOpInterfaceMethods<RegionKindInterface>,
    FunctionOpInterface, IsolatedFromAbove, OpAsmOpInterface,
    SingleBlock]> {
  let summary = "A spiking network";
  let description = [{
    The region is a graph: operations may stand in any order and use each
    other's results. A cycle is allowed if it passes through a result that only
    depends on carried state, so that one step of the network is well defined
    [N3]: the result of an `snn.delay` of at least one step, or the spikes of a
    neuron with spike timing `pre`.

    Arguments are the inputs of one time step, results its outputs, in the order
    of the caller's parameters; `snn.name` on them keeps their names. `dt` is
    the length of a step in seconds. `discretization` records the choices that
    were applied when the update coefficients were computed; nothing reads it
    but people and the headers of generated code.

    ```mlir
    snn.network @relay(%in: tensor<4xi1> {snn.name = "in"})
        -> (tensor<4xi1> {snn.name = "out"}) attributes {dt = 1.0e-3 : f64} {
      %decay = arith.constant 0.9 : f32
      %threshold = arith.constant 1.5 : f32
      %spikes, %voltage = snn.lif %in decay(%decay) threshold(%threshold)
        : (tensor<4xi1>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
      snn.output %spikes : tensor<4xi1>
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    TypeAttrOf<FunctionType>:$function_type,
    F64Attr:$dt,
    OptionalAttr<DictionaryAttr>:$discretization,
    OptionalAttr<StrAttr>:$sym_visibility,
    OptionalAttr<DictArrayAttr>:$arg_attrs,
    OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// Attribute that names an argument or a result of a network.
    static constexpr ::llvm::StringLiteral kNameAttr = "snn.name";

    ::mlir::Block *getBodyBlock() { return &getBody().front(); }

    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() {
      return getFunctionType().getInputs();
    }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() {
      return getFunctionType().getResults();
    }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
  }];
}

def SNN_OutputOp : SNN_Op<"output", [
    HasParent<"NetworkOp">, Pure, ReturnLike, Terminator]> {
  let summary = "The outputs of a network in one step";
  let description = [{
    Terminates an `snn.network`; the operands are its results [N1, N2].

    ```mlir
    snn.output %spikes, %voltage : tensor<10xi1>, tensor<10xf32>
    ```
  }];
  let arguments = (ins Variadic<SNN_Signal>:$outputs);
  let assemblyFormat = "($outputs^ `:` type($outputs))? attr-dict";
}

//===----------------------------------------------------------------------===//
// Synapses and other stateless nodes
//===----------------------------------------------------------------------===//

def SNN_LinearOp : SNN_Op<"linear", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SNN_SynapseOpInterface,
      ["getWeightOutputDim", "getWeightInputDim", "getInputChannelDim",
       "getResultChannelDim"]>, Pure]> {
  let summary = "All-to-all synapses";
  let description = [{
    `y[o] = sum_i weight[o, i] * x[i] + bias[o]`

    `weight` is `[batch..., out, in]`, the input `[batch..., in]`, the result and
    the bias `[batch..., out]`; without bias, the sum alone. Spikes and spike
    counts count as the numbers they are.

    `events`, where given, are those of the input [E2]: the synapse may visit
    them alone. They change nothing about the result.

    On quantized values, `saturate` clamps the sum to what the result's type can
    hold after each presynaptic neuron, in ascending order; the bias is what it
    starts from. Without it, the sum is known to fit.

    ```mlir
    %y = snn.linear %spikes, %weight bias %bias
      : (tensor<784xi1>, tensor<256x784xf32>, tensor<256xf32>) -> tensor<256xf32>
    ```
  }];
  let arguments = (ins SNN_Signal:$input, SNN_Analog:$weight,
                       Optional<SNN_Analog>:$bias,
                       Optional<SNN_Events>:$events, UnitAttr:$saturate);
  let results = (outs SNN_Analog:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? (`events` $events^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

class SNN_ConvOp<string mnemonic, int rank> : SNN_Op<mnemonic, [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SNN_SynapseOpInterface,
      ["getWeightOutputDim", "getWeightInputDim", "getInputChannelDim",
       "getResultChannelDim"]>,
    DeclareOpInterfaceMethods<SNN_WindowOpInterface, ["getWindow"]>, Pure]> {
  let arguments = (ins
    SNN_Signal:$input, SNN_Analog:$weight, Optional<SNN_Analog>:$bias,
    Optional<SNN_Events>:$events,
    DefaultValuedAttr<DenseI64ArrayAttr,
      !if(!eq(rank, 1), "{1}", "{1, 1}")>:$stride,
    DefaultValuedAttr<DenseI64ArrayAttr,
      !if(!eq(rank, 1), "{0, 0}", "{0, 0, 0, 0}")>:$padding,
    DefaultValuedAttr<DenseI64ArrayAttr,
      !if(!eq(rank, 1), "{1}", "{1, 1}")>:$dilation,
    DefaultValuedAttr<I64Attr, "1">:$groups,
    UnitAttr:$channels_last);
  let results = (outs SNN_Analog:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? (`events` $events^)?
    (`stride` $stride^)?
    (`padding` $padding^)? (`dilation` $dilation^)? (`groups` $groups^)?
    (`channels_last` $channels_last^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def SNN_Conv1dOp : SNN_ConvOp<"conv1d", 1> {
  let summary = "Synapses that share their weights along one dimension";
  let description = [{
    `snn.conv2d` with one spatial dimension: the input is `[channels, length]`,
    the weight `[out channels, channels / groups, kernel]`.

    ```mlir
    %y = snn.conv1d %x, %weight stride [2] padding [1, 1]
      : (tensor<4x32xi1>, tensor<8x4x3xf32>) -> tensor<8x16xf32>
    ```
  }];
}

def SNN_Conv2dOp : SNN_ConvOp<"conv2d", 2> {
  let summary = "Synapses that share their weights over a feature map";
  let description = [{
    `y[o, p, q] = bias[o] + sum_c,k,l weight[o, c, k, l] *
        x[g(o) + c, p * stride[0] + k * dilation[0] - padding[0],
                    q * stride[1] + l * dilation[1] - padding[2]]`

    a cross-correlation, as in machine learning. Outside of the map `x` is 0.
    `weight` is `[out channels, channels / groups, height, width]`; group number
    `j` of the output channels sees group `j` of the input channels, whose first
    is `g(o)`. `padding` is low and high of the first spatial dimension, then of
    the second: what the map is extended by.

    Maps are `[channels, height, width]`, with `channels_last`
    `[height, width, channels]`; the weight is the same in both cases.

    ```mlir
    %y = snn.conv2d %x, %weight bias %b stride [2, 2] padding [1, 1, 1, 1]
      : (tensor<2x34x34xi1>, tensor<16x2x3x3xf32>, tensor<16xf32>)
     -> tensor<16x17x17xf32>
    ```
  }];
}

class SNN_Pool2dOp<string mnemonic> : SNN_Op<mnemonic, [
    DeclareOpInterfaceMethods<SNN_WindowOpInterface, ["getWindow"]>, Pure]> {
  let arguments = (ins
    SNN_Signal:$input, DenseI64ArrayAttr:$kernel,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$stride,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
    UnitAttr:$channels_last);
  let results = (outs SNN_Analog:$result);
  let assemblyFormat = [{
    $input `kernel` $kernel (`stride` $stride^)? (`padding` $padding^)?
    (`channels_last` $channels_last^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def SNN_SumPool2dOp : SNN_Pool2dOp<"sum_pool2d"> {
  let summary = "Sums over windows of a feature map";
  let description = [{
    `y[c, p, q] = sum_k,l x[c, p * stride[0] + k - padding[0],
                               q * stride[1] + l - padding[2]]`

    Outside of the map `x` is 0. Maps are as in `snn.conv2d`.

    ```mlir
    %y = snn.sum_pool2d %x kernel [2, 2] stride [2, 2]
      : (tensor<16x32x32xi1>) -> tensor<16x16x16xf32>
    ```
  }];
}

def SNN_AvgPool2dOp : SNN_Pool2dOp<"avg_pool2d"> {
  let summary = "Averages over windows of a feature map";
  let description = [{
    The sum of `snn.sum_pool2d` divided by the number of positions in the window.
    Padding counts: a window that reaches out of the map is divided by the same.

    ```mlir
    %y = snn.avg_pool2d %x kernel [2, 2] stride [2, 2]
      : (tensor<16x32x32xi1>) -> tensor<16x16x16xf32>
    ```
  }];
}

def SNN_TransposeOp : SNN_Op<"transpose", [Pure]> {
  let summary = "Dimensions in another order";
  let description = [{
    Dimension `d` of the result is dimension `permutation[d]` of the input.

    ```mlir
    %y = snn.transpose %x [1, 2, 0] : tensor<16x4x4xi1> -> tensor<4x4x16xi1>
    ```
  }];
  let arguments = (ins SNN_Signal:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $input $permutation attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def SNN_EventsOp : SNN_Op<"events", [Pure]> {
  let summary = "Where a signal is not zero";
  let description = [{
    Lists the positions of the elements that are not zero. Synapses that get the
    list visit these inputs alone. Elements that are -0.0 may be listed or not.

    ```mlir
    %e = snn.events %spikes : tensor<784xi1> -> !snn.events<784>
    ```
  }];
  let arguments = (ins SNN_Signal:$input);
  let results = (outs SNN_Events:$events);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($events)";
  let hasVerifier = 1;
}

def SNN_ScaleOp : SNN_Op<"scale", [Pure]> {
  let summary = "One-to-one synapses";
  let description = [{
    `y[n] = factor[n] * x[n]`

    On quantized values, `saturate` clamps the result to what its type can hold;
    without it, it is known to fit.

    ```mlir
    %y = snn.scale %x, %factor : (tensor<16xf32>, f32) -> tensor<16xf32>
    ```
  }];
  let arguments = (ins SNN_Signal:$input, SNN_Coefficient:$factor,
                       UnitAttr:$saturate);
  let results = (outs SNN_Analog:$result);
  let assemblyFormat = [{
    $input `,` $factor attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def SNN_AddOp : SNN_Op<"add", [Pure]> {
  let summary = "Fan-in: the sum of signals";
  let description = [{
    `y[n] = sum_k inputs_k[n]`, summed from left to right. Spikes count as 1.

    ```mlir
    %y = snn.add %a, %b : (tensor<8xf32>, tensor<8xi1>) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins Variadic<SNN_Signal>:$inputs);
  let results = (outs SNN_Analog:$result);
  let assemblyFormat = [{
    $inputs attr-dict `:` functional-type($inputs, $result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def SNN_ThresholdOp : SNN_Op<"threshold", [Pure]> {
  let summary = "Heaviside step";
  let description = [{
    `z[n] = 1 if x[n] > threshold[n], else 0`

    ```mlir
    %z = snn.threshold %x, %theta : (tensor<8xf32>, f32) -> tensor<8xi1>
    ```
  }];
  let arguments = (ins SNN_Signal:$input, SNN_Coefficient:$threshold);
  let results = (outs SNN_TensorOf<[I1]>:$result);
  let assemblyFormat = [{
    $input `,` $threshold attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def SNN_DecayOp : SNN_Op<"decay", [
    Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "What a decay leaves of a signal";
  let description = [{
    `y[n] = decay[n] * x[n]`, of a quantized signal, rounded as `arithmetic`
    says. The decay is at least 0 and at most 1, so that the result fits.

    ```mlir
    %y = snn.decay %x by(%d) {arithmetic = #snn.arithmetic<decay = shift>}
      : tensor<8x!quant.uniform<i16:f32, 1.0>>, !quant.uniform<i32:f32, 0.25>
    ```
  }];
  let arguments = (ins SNN_TensorOf<[quant_QuantizedType]>:$input,
                       SNN_Coefficient:$decay,
                       OptionalAttr<SNN_ArithmeticAttr>:$arithmetic);
  let results = (outs SNN_TensorOf<[quant_QuantizedType]>:$result);
  let assemblyFormat = [{
    $input `by` `(` $decay `)` attr-dict `:` type($input) `,` type($decay)
  }];
  let hasVerifier = 1;
}

def SNN_TruncateOp : SNN_Op<"truncate", [Pure]> {
  let summary = "From floating-point numbers to integers, toward zero";
  let description = [{
    `y[n] = x[n] / s` without its fraction, with s the scale of the result's
    type, a power of two; then clamped to what both types can hold. NaN is the
    greatest of these.

    ```mlir
    %y = snn.truncate %x
      : tensor<8xf32> -> tensor<8x!quant.uniform<i32:f32, 2.44140625e-4>>
    ```
  }];
  let arguments = (ins SNN_TensorOf<[F32, F64]>:$input);
  let results = (outs SNN_TensorOf<[quant_QuantizedType]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def SNN_RescaleOp : SNN_Op<"rescale", [Pure]> {
  let summary = "The same values at another scale";
  let description = [{
    Converts between two quantized types; the real values stay, up to rounding.
    The factor is the ratio of the two scales. With `saturate`, what the result's
    type cannot hold becomes its least or greatest number; without, there is no
    such input.

    ```mlir
    %y = snn.rescale %x : tensor<4x!quant.uniform<i32:f32, 2.5e-4>>
                       -> tensor<4x!quant.uniform<i8:f32, 1.0e-2>>
    ```
  }];
  let arguments = (ins SNN_TensorOf<[quant_QuantizedType]>:$input,
                       UnitAttr:$saturate);
  let results = (outs SNN_TensorOf<[quant_QuantizedType]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Delay
//===----------------------------------------------------------------------===//

def SNN_DelayOp : SNN_Op<"delay", [
    DeclareOpInterfaceMethods<SNN_StatefulOpInterface>, Pure,
    AllTypesMatch<["input", "result"]>]> {
  let summary = "A signal of some steps ago";
  let description = [{
    `y[n](t) = x[n](t - steps[n])`, and `init[n]`, by default 0, for
    `t < steps[n]`

    `steps` is one number for all elements (rank 0) or one for each. A delay of
    at least one step everywhere breaks a cycle [N3].

    ```mlir
    %y = snn.delay %x by dense<3> : tensor<i64> : tensor<8xi1>
    ```
  }];
  let arguments = (ins SNN_Signal:$input, Optional<SNN_Coefficient>:$init,
                       I64ElementsAttr:$steps);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $input `by` $steps (`init` `(` $init^ `:` type($init) `)`)? attr-dict
    `:` type($input)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// The longest delay of any element.
    int64_t getMaxSteps();
    /// The shortest delay of any element.
    int64_t getMinSteps();
  }];
}

//===----------------------------------------------------------------------===//
// Neurons
//===----------------------------------------------------------------------===//

/// A neuron whose operands are the input and, in this order, `coefficients`,
/// and which gives `outputs`.
class SNN_NeuronOp<string mnemonic, list<string> coefficients,
                   list<string> outputs>
    : SNN_Op<mnemonic, [
        AttrSizedOperandSegments,
        DeclareOpInterfaceMethods<SNN_StatefulOpInterface>,
        DeclareOpInterfaceMethods<SNN_NeuronOpInterface,
          ["getCoefficientMutable", "getCoefficientNames", "getOutputNames"]>,
        Pure]> {
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDefinition = [{
    ::llvm::ArrayRef<::llvm::StringLiteral> $cppClass::getCoefficientNames() {
      static constexpr ::llvm::StringLiteral names[] = {"}]
      # !interleave(coefficients, "\", \"") # [{"};
      return names;
    }
    ::llvm::ArrayRef<::llvm::StringLiteral> $cppClass::getOutputNames() {
      static constexpr ::llvm::StringLiteral names[] = {"}]
      # !interleave(outputs, "\", \"") # [{"};
      return names;
    }
    ::mlir::MutableOperandRange
    $cppClass::getCoefficientMutable(::llvm::StringRef name) {
      auto *it = ::llvm::find(getCoefficientNames(), name);
      // The input comes first.
      auto index = static_cast<unsigned>(it - getCoefficientNames().begin()) + 1;
      if (it == getCoefficientNames().end())
        return ::mlir::MutableOperandRange(*this, 0, 0);
      auto [start, size] = getODSOperandIndexAndLength(index);
      return ::mlir::MutableOperandRange(
          *this, start, size,
          ::mlir::MutableOperandRange::OperandSegment(
              index, {getOperandSegmentSizesAttrName(),
                      ::mlir::DenseI32ArrayAttr::get(
                          getContext(), getProperties().operandSegmentSizes)}));
    }
    ::llvm::LogicalResult $cppClass::verify() {
      return ::snn::verifyNeuron(*this);
    }
    void $cppClass::getCanonicalizationPatterns(
        ::mlir::RewritePatternSet &results, ::mlir::MLIRContext *) {
      ::snn::addNeuronPatterns(results, getOperationName());
    }
    ::llvm::SmallVector<::snn::StateVariable> $cppClass::getStateVariables() {
      return ::snn::getNeuronStates(*this);
    }
    bool $cppClass::isCarried(::mlir::OpResult result) {
      return ::snn::isCarriedSpikes(*this, result);
    }
  }];
}

def SNN_LIFOp : SNN_NeuronOp<"lif",
    ["decay", "gain", "leak", "threshold", "reset_value", "floor", "init"],
    ["spikes", "voltage"]> {
  let summary = "Leaky integrate-and-fire neurons";
  let description = [{
    With the carried voltage `v` and the input `x`:

        u = decay * v + gain * x + leak

    | reset_timing | reset    | update                                                  |
    |--------------|----------|---------------------------------------------------------|
    | immediate    | value    | `s = fire(u)`, `v' = reset if s else u`                 |
    | immediate    | subtract | `s = fire(u)`, `v' = u - s * reset`                     |
    | immediate    | none     | `s = fire(u)`, `v' = u`                                 |
    | delayed      | value    | `p = fire(v)`, `v' = reset if p else u`                 |
    | delayed      | subtract | `p = fire(v)`, `v' = u - p * reset`                     |
    | delayed      | none     | `p = fire(v)`, `v' = u`                                 |
    | carried      | value    | `p = fire(v)`, `v' = decay * (reset if p else v) + gain * x + leak` |
    | carried      | subtract | `p = fire(v)`, `v' = decay * (v - p * reset) + gain * x + leak` |
    | pending      | subtract | `p = fire(v)`, `w = u - p * reset`, `s = fire(w)`, `v' = w - (s - p) * reset` |

    With reset timing `delayed` and `carried`, the spikes are `s = fire(v')` for
    spike timing `post` and `s = p` for `pre`; the others are `post` [U5].

    and at last `v' = max(v', floor)` where there is a floor. `fire` compares
    with the threshold (`gt`, `ge`) or counts how often it fits, at most
    `max_spikes` times [U7]: `count_trunc` is
    `trunc(u / threshold) if u > 0 else 0`, `count_floor` is
    `floor(u / threshold) if u >= threshold else 0`.

    Counts are `immediate` and `post` [U4]. Several spikes subtract as often as
    there are, and what is beyond `max_spikes` of them stays in the voltage; with
    `value` they reset it once. With `none` spikes leave the voltage alone: then
    the reset timing is `immediate` for `post` and `delayed` for `pre`, and there
    is no reset value [U8].

    An absent coefficient is neutral: decay 1, gain 1, leak 0, reset 0 (or the
    threshold, for `subtract`), init 0. So an integrate-and-fire neuron is a
    `lif` without decay.

    On quantized values, `saturate` clamps the new voltage to what its type can
    hold; without it, it is known to fit. With `short_decay`, the decay
    multiplies the leading 16 bits of the voltage only. `arithmetic` names
    another fixed-point arithmetic for the voltage [U9].

    ```mlir
    %s, %v = snn.lif %x decay(%d) threshold(%th) {reset = #snn.reset<subtract>}
      : (tensor<8xf32>, tensor<8xf32>, f32) -> (tensor<8xi1>, tensor<8xf32>)
    ```
  }];
  let arguments = (ins
    SNN_Signal:$input,
    Optional<SNN_Coefficient>:$decay,
    Optional<SNN_Coefficient>:$gain,
    Optional<SNN_Coefficient>:$leak,
    SNN_Coefficient:$threshold,
    Optional<SNN_Coefficient>:$reset_value,
    Optional<SNN_Coefficient>:$floor,
    Optional<SNN_Coefficient>:$init,
    DefaultValuedAttr<SNN_SpikeRuleAttr, "::snn::SpikeRule::Greater">:$spike,
    DefaultValuedAttr<I64Attr, "::snn::kMostSpikes">:$max_spikes,
    DefaultValuedAttr<SNN_SpikeTimingAttr, "::snn::SpikeTiming::Post">:$spike_timing,
    DefaultValuedAttr<SNN_ResetKindAttr, "::snn::ResetKind::Value">:$reset,
    DefaultValuedAttr<SNN_ResetTimingAttr, "::snn::ResetTiming::Immediate">:$reset_timing,
    OptionalAttr<SNN_ArithmeticAttr>:$arithmetic,
    UnitAttr:$short_decay,
    UnitAttr:$saturate);
  let results = (outs SNN_Spikes:$spikes, SNN_Analog:$voltage);
  let assemblyFormat = [{
    $input (`decay` `(` $decay^ `)`)? (`gain` `(` $gain^ `)`)?
    (`leak` `(` $leak^ `)`)? `threshold` `(` $threshold `)`
    (`reset` `(` $reset_value^ `)`)? (`floor` `(` $floor^ `)`)?
    (`init` `(` $init^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def SNN_LIOp : SNN_NeuronOp<"li",
    ["decay", "gain", "leak", "floor", "init"],
    ["voltage"]> {
  let summary = "Leaky integrators";
  let description = [{
    `v' = decay * max(v, floor) + gain * x + leak`; the result is `v'`. Absent
    coefficients are neutral, so an `li` without decay is an integrator, and one
    without floor has no lower bound. The floor bounds the voltage where it is
    carried: what the neuron sends in a step may be below it, what it goes on
    from in the next is not. `short_decay`, `saturate` and `arithmetic` are as in
    `snn.lif`.

    ```mlir
    %v = snn.li %x decay(%d) : (tensor<8xf32>, f32) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins
    SNN_Signal:$input,
    Optional<SNN_Coefficient>:$decay,
    Optional<SNN_Coefficient>:$gain,
    Optional<SNN_Coefficient>:$leak,
    Optional<SNN_Coefficient>:$floor,
    Optional<SNN_Coefficient>:$init,
    OptionalAttr<SNN_ArithmeticAttr>:$arithmetic,
    UnitAttr:$short_decay,
    UnitAttr:$saturate);
  let results = (outs SNN_Analog:$voltage);
  let assemblyFormat = [{
    $input (`decay` `(` $decay^ `)`)? (`gain` `(` $gain^ `)`)?
    (`leak` `(` $leak^ `)`)? (`floor` `(` $floor^ `)`)?
    (`init` `(` $init^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def SNN_CubaLIFOp : SNN_NeuronOp<"cuba_lif",
    ["current_decay", "current_gain", "current_leak", "decay", "gain", "leak",
     "threshold", "reset_value", "floor", "init", "current_init"],
    ["spikes", "voltage", "current"]> {
  let summary = "Current-based leaky integrate-and-fire neurons";
  let description = [{
    The synaptic current is a state of its own:

        i' = current_decay * i + current_gain * x + current_leak

    and the voltage is that of `snn.lif` with `i'` (current order `updated`) or
    `i` (`carried`) in place of `x`. `short_decay` and `saturate` are as in
    `snn.lif`; `saturate` is about the current too, which is clamped before the
    voltage sees it, and `short_current_decay` and `current_arithmetic` are to
    the current what `short_decay` and `arithmetic` are to the voltage.

    ```mlir
    %s, %v, %i = snn.cuba_lif %x current_decay(%a) decay(%d) threshold(%th)
      : (tensor<8xf32>, f32, f32, f32)
     -> (tensor<8xi1>, tensor<8xf32>, tensor<8xf32>)
    ```
  }];
  let arguments = (ins
    SNN_Signal:$input,
    Optional<SNN_Coefficient>:$current_decay,
    Optional<SNN_Coefficient>:$current_gain,
    Optional<SNN_Coefficient>:$current_leak,
    Optional<SNN_Coefficient>:$decay,
    Optional<SNN_Coefficient>:$gain,
    Optional<SNN_Coefficient>:$leak,
    SNN_Coefficient:$threshold,
    Optional<SNN_Coefficient>:$reset_value,
    Optional<SNN_Coefficient>:$floor,
    Optional<SNN_Coefficient>:$init,
    Optional<SNN_Coefficient>:$current_init,
    DefaultValuedAttr<SNN_CurrentOrderAttr, "::snn::CurrentOrder::Updated">:$current_order,
    DefaultValuedAttr<SNN_SpikeRuleAttr, "::snn::SpikeRule::Greater">:$spike,
    DefaultValuedAttr<I64Attr, "::snn::kMostSpikes">:$max_spikes,
    DefaultValuedAttr<SNN_SpikeTimingAttr, "::snn::SpikeTiming::Post">:$spike_timing,
    DefaultValuedAttr<SNN_ResetKindAttr, "::snn::ResetKind::Value">:$reset,
    DefaultValuedAttr<SNN_ResetTimingAttr, "::snn::ResetTiming::Immediate">:$reset_timing,
    OptionalAttr<SNN_ArithmeticAttr>:$arithmetic,
    OptionalAttr<SNN_ArithmeticAttr>:$current_arithmetic,
    UnitAttr:$short_decay,
    UnitAttr:$short_current_decay,
    UnitAttr:$saturate);
  let results = (outs SNN_Spikes:$spikes, SNN_Analog:$voltage,
                      SNN_Analog:$current);
  let assemblyFormat = [{
    $input (`current_decay` `(` $current_decay^ `)`)?
    (`current_gain` `(` $current_gain^ `)`)?
    (`current_leak` `(` $current_leak^ `)`)? (`decay` `(` $decay^ `)`)?
    (`gain` `(` $gain^ `)`)? (`leak` `(` $leak^ `)`)?
    `threshold` `(` $threshold `)` (`reset` `(` $reset_value^ `)`)?
    (`floor` `(` $floor^ `)`)? (`init` `(` $init^ `)`)?
    (`current_init` `(` $current_init^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def SNN_CubaLIOp : SNN_NeuronOp<"cuba_li",
    ["current_decay", "current_gain", "current_leak", "decay", "gain", "leak",
     "floor", "init", "current_init"],
    ["voltage", "current"]> {
  let summary = "Current-based leaky integrators";
  let description = [{
    The current of `snn.cuba_lif` and the voltage of `snn.li` with its floor,
    without spikes.
    `short_decay`, `short_current_decay` and `saturate` are as in `snn.cuba_lif`.

    ```mlir
    %v, %i = snn.cuba_li %x current_decay(%a) decay(%d)
      : (tensor<8xf32>, f32, f32) -> (tensor<8xf32>, tensor<8xf32>)
    ```
  }];
  let arguments = (ins
    SNN_Signal:$input,
    Optional<SNN_Coefficient>:$current_decay,
    Optional<SNN_Coefficient>:$current_gain,
    Optional<SNN_Coefficient>:$current_leak,
    Optional<SNN_Coefficient>:$decay,
    Optional<SNN_Coefficient>:$gain,
    Optional<SNN_Coefficient>:$leak,
    Optional<SNN_Coefficient>:$floor,
    Optional<SNN_Coefficient>:$init,
    Optional<SNN_Coefficient>:$current_init,
    DefaultValuedAttr<SNN_CurrentOrderAttr, "::snn::CurrentOrder::Updated">:$current_order,
    OptionalAttr<SNN_ArithmeticAttr>:$arithmetic,
    OptionalAttr<SNN_ArithmeticAttr>:$current_arithmetic,
    UnitAttr:$short_decay,
    UnitAttr:$short_current_decay,
    UnitAttr:$saturate);
  let results = (outs SNN_Analog:$voltage, SNN_Analog:$current);
  let assemblyFormat = [{
    $input (`current_decay` `(` $current_decay^ `)`)?
    (`current_gain` `(` $current_gain^ `)`)?
    (`current_leak` `(` $current_leak^ `)`)? (`decay` `(` $decay^ `)`)?
    (`gain` `(` $gain^ `)`)? (`leak` `(` $leak^ `)`)?
    (`floor` `(` $floor^ `)`)? (`init` `(` $init^ `)`)?
    (`current_init` `(` $current_init^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

def SNN_KernelOp : SNN_Op<"kernel", [HasParent<"::mlir::ModuleOp">, Symbol]> {
  let summary = "A C function that can compute a layer";
  let description = [{
    Describes a function that somebody else has written, in C, for a processor or
    an accelerator: which operations it computes, under which conditions, and
    how it is called. `snn-select-kernels` puts an `snn.offload` around the
    operations that it takes over; the lowering calls it [K1].

    | attribute  | meaning                                                       |
    |------------|---------------------------------------------------------------|
    | `function` | its name in C; it returns nothing                             |
    | `headers`  | what declares it; without any, the generated C declares it    |
    | `pattern`  | the operations, each of which takes the result of the one before |
    | `where`    | what must hold of them: facts, and what they have to be       |
    | `arguments`| what it is called with, in order                              |
    | `setup`    | a function that is called once, before the first step         |
    | `setup_arguments` | what that is called with                               |
    | `layout`   | the order of the weights in memory                            |
    | `memory`   | the memory that its constants lie in: a part of a macro's name |
    | `section`  | the linker's section that the macro stands for by default     |
    | `alignment`| of its constants, in bytes                                    |
    | `scratch`  | bytes that it needs while it runs: a number, or an expression of facts |
    | `cost`     | of one step: an expression of facts, in what the processor's is in |

    Facts, arguments, conditions and layouts are those of docs/kernels.md.

    ```mlir
    snn.kernel @dense {
      function = "engine_dense", headers = ["engine.h"],
      pattern = ["snn.linear", "snn.lif"],
      where = {"neuron.v.type" = "i16", "synapse.weight.o" = {multiple = 8 : i64}},
      arguments = ["input", "synapse.weight", "neuron.threshold", "neuron.v",
                   "neuron.spikes", "synapse.weight.i", "synapse.weight.o"],
      layout = "Oi8o"
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name, StrAttr:$function, StrArrayAttr:$pattern,
    StrArrayAttr:$arguments, OptionalAttr<StrArrayAttr>:$headers,
    OptionalAttr<DictionaryAttr>:$where, OptionalAttr<StrAttr>:$setup,
    OptionalAttr<StrArrayAttr>:$setup_arguments, OptionalAttr<StrAttr>:$layout,
    OptionalAttr<StrAttr>:$memory, OptionalAttr<StrAttr>:$section,
    OptionalAttr<I64Attr>:$alignment,
    OptionalAttr<StrAttr>:$scratch, OptionalAttr<StrAttr>:$cost);
  let assemblyFormat = "$sym_name attr-dict";
  let hasVerifier = 1;
}

def SNN_OffloadOp : SNN_Op<"offload", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>, HasParent<"NetworkOp">,
    IsolatedFromAbove, Pure, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "Operations that a kernel computes";
  let description = [{
    The body says what is computed, the kernel who does: the operations of its
    pattern, one after the other, and their constants [K2]. Arguments of the body
    are the inputs: first the signal that enters the first operation, and where
    the kernel wants them the events of that signal.

    ```mlir
    %s = snn.offload @dense(%x) : (tensor<784xi1>) -> tensor<16xi1> {
    ^bb0(%arg0: tensor<784xi1>):
      ...
      %sum = snn.linear %arg0, %weight : ...
      %spikes, %voltage = snn.lif %sum threshold(%threshold) : ...
      snn.yield %spikes : tensor<16xi1>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel,
                       Variadic<AnyTypeOf<[SNN_Signal, SNN_Events]>>:$inputs);
  let results = (outs Variadic<SNN_Signal>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $kernel `(` $inputs `)` attr-dict `:` functional-type($inputs, $results)
    $body
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block *getBodyBlock() { return &getBody().front(); }
    /// The operations of the pattern, without their constants.
    ::llvm::SmallVector<::mlir::Operation *> getGroup();
    /// The value in the body that is result `index`.
    ::mlir::Value getYielded(unsigned index) {
      return getBodyBlock()->getTerminator()->getOperand(index);
    }
  }];
}

def SNN_YieldOp : SNN_Op<"yield", [
    HasParent<"OffloadOp">, Pure, ReturnLike, Terminator]> {
  let summary = "What the operations of a kernel give";
  let description = [{
    Terminates the body of an `snn.offload`; the operands are its results.

    ```mlir
    snn.yield %spikes : tensor<16xi1>
    ```
  }];
  let arguments = (ins Variadic<SNN_Signal>:$results);
  let builders = [OpBuilder<(ins), [{ (void)$_state; }]>];
  let assemblyFormat = "($results^ `:` type($results))? attr-dict";
}

#endif // SNN_OPS
