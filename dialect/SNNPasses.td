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

def SNNQuantize : Pass<"snn-quantize", "::snn::NetworkOp"> {
  let summary = "Turn floating-point numbers into integers with scales";
  let description = [{
    Gives all values a quantized type and all constants their integers; the
    operations stay what they are. Weights have `weight-bits` bits, or those that
    `snn.weight_bits` says on the synapse, symmetric, with one scale for each
    output channel: the largest magnitude is the largest integer. Those of 2 bits
    are -1, 0 and 1, with the scale that is nearest in the mean square. Synapses
    of spikes that meet in a sum share their scales if they have as many bits.

    If all weights to each output channel of 64 or more weights are integer
    multiples of one number, of up to 8 bits and no more than are asked for, they
    were trained so: that number is the scale, and nothing is rounded. Without
    `snn.weight_bits` they have as few bits as these integers need.

    A spike has no scale, so what spikes bring to a neuron comes in units of the
    weights, and its voltage is stored in fractions of that unit, with as many
    bits as the voltage's range leaves: in 16 bits where that is enough for the
    decay, else in 32. With `short-states`, voltages of leaky spiking neurons may
    saturate in 16 bits, and do so at 8 thresholds or further away; their currents
    where these alone move the voltage by 2 thresholds or more in one step. Then no
    sum of a step leaves 16 bits. Where that leaves too few fractional bits - the
    decay rounds to nothing what is more than a 16th of a threshold and more than
    the smallest weight - they have 32. Biases become a part of the neuron's leak. Thresholds are
    rounded such that comparisons decide as those of real numbers.

    Other values get one scale: from the range that was recorded as `snn.range`
    on the operation or input, else from the range that follows from constants
    and types, else for numbers below 128. Inputs with `snn.bits` have that many
    bits, others 16; results of the network 16 (32 for weights of 16 bits), but
    those with `snn.record` as many as they are computed with.

    Where an operand is wanted with other scales than it has, it goes through
    `quant.dcast` and `quant.qcast`, which `snn-insert-rescale` replaces.
    Neurons and scales saturate until `snn-infer-ranges` proves that they need
    not.

    Networks that have quantized numbers already are refused, and so are NaN and
    infinity among the constants, but for thresholds that are never reached and
    floors that are none.
  }];
  let options = [
    Option<"weightBits", "weight-bits", "unsigned", "8",
           "Bits of weights: 2, 4, 8 or 16">,
    Option<"powersOfTwo", "powers-of-two", "bool", "false",
           "Round scales up to powers of two">,
    Option<"shortStates", "short-states", "bool", "true",
           "Let states of leaky spiking neurons saturate in 16 bits">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::quant::QuantDialect"];
}

def SNNInsertRescale : Pass<"snn-insert-rescale", "::snn::NetworkOp"> {
  let summary = "Put snn.rescale where scales differ";
  let description = [{
    Replaces every pair of `quant.dcast` and `quant.qcast` by an `snn.rescale`,
    or by nothing where the scales are the same and the user takes integers of
    any width.
  }];
  let statistics = [
    Statistic<"numRescales", "rescales", "Rescales that were needed">,
  ];
}

def SNNInferRanges : Pass<"snn-infer-ranges", "::snn::NetworkOp"> {
  let summary = "Prove what integers can be, and store them accordingly";
  let description = [{
    Computes an interval for every sum, current and voltage, from the integers
    of the weights, the decays and the resets, for all inputs that the types
    allow and any number of steps: a state stays in an interval that contains
    the initial state and that no step leaves. The interval becomes the range of
    the type, `!quant.uniform<i16<-300:500>:...>`, and the storage the narrowest
    that holds it; neurons and rescales that need not saturate lose `saturate`.
    Of a neuron with a current, each of the two states has its own interval.

    A sum that could leave 32 bits is an error.
  }];
  let statistics = [
    Statistic<"numNarrowed", "narrowed", "Values with a range that was proved">,
    Statistic<"numSaturating", "saturating", "Neurons that may saturate">,
  ];
}

def SNNSelectKernels : Pass<"snn-select-kernels", "::mlir::ModuleOp"> {
  let summary = "Give layers to the kernels of a target";
  let description = [{
    Puts an `snn.offload` around operations that an `snn.kernel` of the module
    computes, where that costs less than the processor. Operations belong
    together that the kernel's pattern names, one after the other: each takes
    the only use of what the one before gives. Where several kernels fit, that
    counts which saves most, then the longer pattern, then the one that comes first.

    A function in C has one list of types. Where no header declares a kernel's
    function, the C does, with the types of the layer that saves most, or of an
    `snn.offload` that is there already. Layers that would call it with other
    types stay with the processor.

    What stays is told why, in `snn.stays`: for each kernel with a pattern that
    could begin there, what does not hold.

    ```mlir
    %sum = snn.linear %x, %w {snn.stays = [
      "dense: synapse.weight.o is 10, expected a multiple of 8"]} : ...
    ```

    In `snn-to-linalg` the pass comes after `snn-channels-last`: feature maps
    have their channels last, and weights the dimensions of the operation.
  }];
  let options = [
    Option<"processorCost", "processor-cost", "std::string",
           "\"synapse.macs * density + 4 * neuron.size\"",
           "What a layer costs without a kernel: an expression of facts, those "
           "that a layer does not have are 0">,
    Option<"density", "density", "double", "1.0",
           "Share of inputs that are not zero in a step">];
  let statistics = [
    Statistic<"offloaded", "offloaded", "Groups of operations given to kernels">];
  let dependentDialects = ["::snn::SNNDialect"];
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

def SNNFuseSums : Pass<"snn-fuse-sums", "::snn::NetworkOp"> {
  let summary = "Let synapses add to the sum that they are a part of";
  let description = [{
    Makes the other inputs of a quantized `snn.add` the bias of an `snn.linear`
    among them, so that its rows are added where the sum is:

    ```mlir
    %r = snn.linear %past, %w_rec : (...) -> tensor<38x!quant.uniform<i16...>>
    %y = snn.add %x, %r : (...) -> tensor<38x!quant.uniform<i16...>>
    ```

    becomes

    ```mlir
    %y = snn.linear %past, %w_rec bias %x : (...) -> tensor<38x!quant.uniform<i16...>>
    ```

    Sums that something else sees, and those with another width than the whole,
    stay what they are. Sums of floating-point numbers do, too: they would be
    rounded in another order. No sum on the way leaves the type of the whole if that
    is from `snn-infer-ranges`: it holds the sum of any of the terms.
  }];
  let statistics = [Statistic<"numFused", "fused", "Sums that were fused">];
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

    Quantized values become integers of the width of their type, without a sign
    of their own; weights of up to 4 bits share a byte by two, those of up to 2
    by four. What is computed
    is what spec.md says in "Quantized arithmetic", in 32 bits, or in 16 where
    these hold all numbers of a neuron's update.

    Where the sums of an `snn.linear` with events are whole numbers that fit 16
    bits and its weights have 8, blocks of `block-outputs` sums are also kept in
    registers, as vectors, while all events are visited:

    ```mlir
    %row = vector.load %weight[%i, %n] : memref<784x256xi8>, vector<16xi8>
    %terms = arith.extsi %row : vector<16xi8> to vector<16xi16>
    %next = arith.addi %sums, %terms overflow<nsw> : vector<16xi16>
    ```

    Which of both forms runs is up to a declaration (`snn.helper`), `@blocks`,
    which the C compiler knows for its processor: `rows` says that both are
    wanted. For rows that are not whole words, both are there in any case, and
    the declaration is `@unaligned_blocks`. With `flipped-signs` and without
    rows, weights of blocks have their sign bit flipped: where nothing extends
    the signs of several bytes at a time that saves an operation for each word.

    With `list-with-neurons`, the loop over neurons also stores the positions of
    those that spike, where they are listed, and with `pairs` it takes two at a
    time where 16 bits hold all of an update, as vectors:

    ```mlir
    %v = vector.load %state[%n] : memref<256xi16>, vector<2xi16>
    ```

    With `words`, convolutions with events add rows of 4, 8, 12, ... weights of 8
    bits to sums of 16 or 32 bits in memory, and pools of 2 x 2 spikes or counts,
    as vectors that the C has in words.

    With `vector-sums` the sums of an `snn.linear` whose events are spikes are in
    the C compiler's vectors while all events are visited, as many bytes of them
    at a time, whatever the types are, but for weights that share a byte. Without
    `vector-blocks` only where all sums of a layer are that few: caches read whole
    rows faster than parts of them, again and again. Without `vector-floats` only
    integers: some processors have vectors of these alone, or of floats that round
    otherwise. What they begin with and where the rows come from is as it is
    without, and so is the order of the sums:

    ```mlir
    %row = vector.load %weight[%i, %n] : memref<784x256xi8>, vector<64xi8>
    %terms = arith.extsi %row : vector<64xi8> to vector<64xi16>
    %next = arith.addi %sums, %terms : vector<64xi16>
    ```

    With `float-outputs` sums of 32-bit floats are that, too, one vector of at
    most so many at a time: for processors that have no such vectors, but
    registers for these sums and as many weights.

    With `vector-rows` convolutions with events and all-to-all synapses of counts
    add rows of weights in such vectors, to sums in memory.

    With `vector-neurons` as many neurons are updated at a time where 16 bits hold
    all of an update, with their counts of spikes. Where a layer has fewer it is a
    half as many, a quarter and so on; four to seven are in the two halves of one
    vector. Functions with such vectors have `snn.vectors`.

    With `optional-vectors` the same function has a form without them, too:

    ```mlir
    %has = func.call @integer_vectors() : () -> i1
    scf.if %has {
      vector.store %new, %v[%n] : memref<256xi16>, vector<16xi16>
    } else {
      memref.store %next, %v[%n] : memref<256xi16>
    } {snn.vectors}
    ```

    `integer_vectors` is a helper that says whether the C compiler's processor has
    any, `vector_blocks` whether sums of all-to-all synapses are in them, and `dsp`
    whether pairs of neurons are updated at a time.

    With `quiet-counts` neurons that count spikes are updated as if there were
    none, with a branch for those that may have some.

    With `patches`, what an input of a convolution with events adds to the
    outputs around it is a patch of a fixed size, for sums in a map with a border:

    ```mlir
    %row = tensor.extract_slice %map[%r, %c] [1, 48] [1, 1] : tensor<18x288xf32> to tensor<48xf32>
    ```

    Kernels are stored as patches, one for each position that an input can have
    between two windows, filled up with zeros, with integers in 16 bits. Groups
    and dilation have none, nor have floats where the input is not spikes, counts
    or pools of them, as zeros times infinity are none. Where it has 4, 8, ... 64
    channels, such a function visits all inputs when there are many events, with
    the sums of some neighbouring outputs in registers. With `pair-products` it
    visits two input channels at a time where no sum of two products overflows,
    and there is an even number of them:

    ```mlir
    %factors = arith.muli %weights, %inputs : vector<32xi16>
    %even, %odd = vector.deinterleave %factors : vector<32xi16> -> vector<16xi16>
    %both = arith.addi %even, %odd overflow<nsw> : vector<16xi16>
    ```

    The factors are extended from half as many bits, so processors may have an
    instruction for it.

    A decay to the nearest integer multiplies a sum. With `multiply-add` a sum
    follows the product instead where 16 bits hold the first one: `(v + 10) *
    3277` is `v * 3277 + 32770`.

    With `byte-lists` lists of fewer than 256 positions have bytes. With
    `frugal-lists` only lists of bytes that take the place of spikes are made by
    the loop over neurons.

    With `part-lists` a list of 256 or more positions that only one all-to-all
    synapse reads has room for the spikes or counts of a quarter of them, and
    64, if no list of another kind is as long:

    ```mlir
    func.call @fc_begin(%y) : (memref<10xi16>) -> ()
    scf.while (%from = %c0) : (index) -> index {
      func.call @list_spikes_part(%x, %c784, %from, %c256, %events) : (memref<?xi1>, index, index, index, memref<?xi16>) -> ()
      func.call @fc(%events, %y) : (memref<261xi16>, memref<10xi16>) -> ()
      %behind = memref.load %events[%c260] : memref<261xi16>
      ...
    ```

    The last number of the list is the position behind the part.

    With it, convolutions of 64 and more outputs add to the states of neurons, as
    with `direct-sums`, for events of a list, which may be in parts, too. With
    `spike-parts` such neurons spike some rows at a time where all that reads
    their spikes adds to sums that are there already. Their list has room for one
    part, of up to 128 neurons or a row:

    ```mlir
    scf.for %part = %c0 to %c8 step %c1 {
      func.call @lif1(%v, %events, %part) : (memref<64x12xi16>, memref<100xi16>, index) -> ()
      func.call @conv2(%events, %y) : (memref<100xi16>, memref<4x4x24xi32>) -> ()
    }
    ```

    The function has `snn.parts`, how many there are.

    With `direct-sums` synapses add to the states of quantized neurons where they
    are, wherever that is exact: the state is in whole numbers, a weight is a
    whole number of its units, and its memory holds the update before a reset.
    Then a neuron's step has two functions: `@<node>_decay`, called when the step
    begins, and `@<node>`, called when all has been added. Neither sums nor
    events are stored; synapses look at all their inputs. Spikes that only such
    synapses read are not stored, either: these compare the voltage with the
    threshold themselves.

    With `bit-delays` the spikes that a delay remembers are bits in a ring of
    words, one or several for a step. Where delays differ all are read from this
    ring, each delay through a mask of its spikes. Delays of one step stay where
    they are read in place.

    Weights and coefficients must be constants, and feature maps have their
    channels last: run `snn-channels-last` before. Networks in nested modules are
    an error: run the pass on each of them.
  }];
  let options = [
    Option<"blockOutputs", "block-outputs", "int64_t", "16",
           "Sums that are in registers at a time, a multiple of 4; 0: none">,
    Option<"rows", "rows", "bool", "true",
           "Whether to lower what is lowered to blocks to rows, too">,
    Option<"flippedSigns", "flipped-signs", "bool", "false",
           "Whether weights that only blocks use have their sign bit flipped">,
    Option<"listWithNeurons", "list-with-neurons", "bool", "false",
           "Whether neurons are updated in a loop that also lists their spikes">,
    Option<"words", "words", "bool", "false",
           "Whether convolutions and pools add to several sums in memory at a "
           "time">,
    Option<"patches", "patches", "bool", "false",
           "Whether convolutions add patches of one size to a map with a "
           "border">,
    Option<"pairs", "pairs", "bool", "false",
           "Whether two neurons whose numbers fit 16 bits are updated at a time">,
    Option<"vectorSums", "vector-sums", "int64_t", "0",
           "Bytes of sums that are in vectors at a time, a multiple of 16; 0: "
           "none">,
    Option<"vectorBlocks", "vector-blocks", "bool", "true",
           "Whether these are also some of a layer's sums, not only all">,
    Option<"vectorFloats", "vector-floats", "bool", "true",
           "Whether these are also of floating-point numbers">,
    Option<"vectorRows", "vector-rows", "bool", "false",
           "Whether convolutions and counts add rows of weights in such vectors">,
    Option<"floatOutputs", "float-outputs", "int64_t", "0",
           "Sums of 32-bit floats that are in registers at a time, in place of "
           "vector-sums; 0: none">,
    Option<"pairProducts", "pair-products", "bool", "false",
           "Whether convolutions in such vectors add the products of two input "
           "channels at a time">,
    Option<"vectorNeurons", "vector-neurons", "int64_t", "0",
           "Neurons whose numbers fit 16 bits that are updated at a time, in "
           "vectors, a multiple of 8; 0: none">,
    Option<"optionalVectors", "optional-vectors", "bool", "false",
           "Whether what is in vectors has another form, too, for processors "
           "without these">,
    Option<"quietCounts", "quiet-counts", "bool", "false",
           "Whether neurons that count spikes are updated as if there were "
           "none, with a branch for those that may have some">,
    Option<"directSums", "direct-sums", "bool", "false",
           "Whether sums are added to the states that they drive, without "
           "memory of their own">,
    Option<"bitDelays", "bit-delays", "int64_t", "0",
           "Delayed spikes that are stored as bits; 0: none, 1: those whose "
           "delays differ, 2: all">,
    Option<"byteLists", "byte-lists", "bool", "false",
           "Whether lists of fewer than 256 positions have bytes">,
    Option<"frugalLists", "frugal-lists", "bool", "false",
           "Whether the loop over neurons lists spikes only in bytes and in "
           "their place">,
    Option<"partLists", "part-lists", "bool", "false",
           "Whether long lists hold the events of a part of the inputs at a "
           "time">,
    Option<"spikeParts", "spike-parts", "bool", "false",
           "Whether neurons of feature maps spike some at a time">,
    Option<"byCoefficients", "by-coefficients", "bool", "false",
           "Whether neurons with the same coefficients are updated one after "
           "the other">,
    Option<"neuronsPerTurn", "neurons-per-turn", "int64_t", "1",
           "How many neurons whose spikes are listed one by one are in a turn "
           "of their loop">,
    Option<"multiplyAdd", "multiply-add", "bool", "false",
           "Whether a product of neurons and what is added to it are one "
           "instruction">,
    Option<"divides", "divides", "bool", "false",
           "Whether an instruction divides">,
    Option<"rowLanes", "row-lanes", "int64_t", "1",
           "What is left of a row of weights, if it is no multiple of these, "
           "has a loop of its own">
  ];
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
    and their number for each such input. The caller may give positions in any
    order, more than once, and positions that the input does not have:
    `@take_events` lists those that are there, each once and in ascending order;
    `@take_part` does so for a list that holds a part of them at a time; where
    something else than a list reads the spikes, `@set_spikes` sets them in
    scratch memory. All are declarations (`snn.helper`) of functions that
    the C emitter brings along. Inputs of spikes need a static shape and
    `snn.name`; declarations stay what they are.

    With `listed-only` networks that would need `@set_spikes` get no such step.
  }];
  let options = [
    Option<"listedOnly", "listed-only", "bool", "false",
           "Only where nothing but lists reads spikes of inputs">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect"];
}

def SNNPlanScratch : Pass<"snn-plan-scratch", "::mlir::ModuleOp"> {
  let summary = "Put the scratch buffers of a step into one arena";
  let description = [{
    Buffers that only live within a step, arguments of kind `scratch` of the
    step function, become `memref.view`s of one argument of kind `arena`.
    Buffers that are not needed at the same time share memory: a buffer is needed
    from the first to the last operation of the body that uses it, also in its
    regions or under another name. Declarations stay what they are.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def SNNFlattenFills : Pass<"snn-flatten-fills", "::mlir::func::FuncOp"> {
  let summary = "Fill memory in one loop";
  let description = [{
    Loops that only store a number in all elements of a memref, in their order,
    become one loop over the same memory in one dimension, for which C compilers
    have a single call:

    ```mlir
    %flat = memref.collapse_shape %y [[0, 1, 2]]
        : memref<8x8x16xi16> into memref<1024xi16>
    scf.for %n = %c0 to %c1024 step %c1 {
      memref.store %zero, %flat[%n] : memref<1024xi16>
    }
    ```

    It comes behind `fold-memref-alias-ops`, which would take the elements for
    those of several dimensions again.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def SNNShortenProducts : Pass<"snn-shorten-products", "::mlir::ModuleOp"> {
  let summary = "Multiply integers of 16 bits where that is enough";
  let description = [{
    Replaces each `arith.muli` of 32 bits, two factors of which are known to fit
    16 bits from constants and tables of them, shifts, masks and types, by a call
    of a declaration (`snn.helper`): `@product`, or `@product_unsigned` if the
    first factor fits 16 bits only without a sign.

    ```mlir
    %high = arith.shrsi %v, %c16 : i32
    %product = func.call @product(%high, %decay) : (i32, i32) -> i32
    ```

    What is rounded and shifted right becomes a call of `@product_shifted_short`,
    or of `@product_shifted` for a number of 32 bits that is multiplied in halves:
    floor((x * y + rounding) / 2^by), where the factor y is never negative and
    below 2^by, by at most 16. A product of 16 bits and a constant multiple of 256
    below 2^16 becomes `@product_byte`, with the number of these.

    It is for processors that multiply fewer than 32 bits at a time and whose
    compilers do not see that the upper halves say nothing. Where both factors are
    extended from 16 bits or constants, they do, and the product stays; but for
    powers of two above 16, for which they would shift 32 bits one by one, unless
    the product is shifted back.

    With `halves-only` nothing else is replaced than numbers of 32 bits that are
    multiplied in halves: for processors that have the upper half of a product of
    64 bits in one instruction.
  }];
  let options = [
    Option<"halvesOnly", "halves-only", "bool", "false",
           "Whether to replace products of 32 bits in halves alone">,
  ];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def SNNNameLocals : Pass<"snn-name-locals", "::mlir::func::FuncOp"> {
  let summary = "Name variables for readable C";
  let description = [{
    Gives each operation whose location carries a name that name as `snn.name`:
    the C emitter calls the operation's variable so. It is the last pass of
    `snn-to-loops`, as attributes keep equal operations apart and locations do
    not. From here on nothing reads locations but messages.
  }];
}

#endif // SNN_PASSES
