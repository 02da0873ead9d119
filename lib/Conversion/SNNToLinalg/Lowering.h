//===- Lowering.h - The bodies of the layer functions -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function lowers one operation: it builds the operation's function and
// calls it at the builder's position in the step function.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_LOWERING_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_LOWERING_H

#include "DirectSums.h"
#include "KeptLists.h"
#include "LayerBuilder.h"
#include "Numbers.h"
#include "SeldomFunctions.h"
#include "SpikeParts.h"
#include "snn/Conversion/SNNToLinalg/SNNToLinalg.h"
#include "snn/IR/SNN.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/StringMap.h"

namespace snn {

/// Where things are while the step function is being built.
struct StepContext {
  StepContext(mlir::SymbolTable &symbols, mlir::OpBuilder &step,
              mlir::OpBuilder &init, const ConvertSNNToLinalgOptions &options)
      : symbols(symbols), step(step), init(init), options(options) {}

  mlir::SymbolTable &symbols;
  /// Builds the step function's body.
  mlir::OpBuilder &step;
  /// Builds the init function's body.
  mlir::OpBuilder &init;
  /// What the pass was told.
  const ConvertSNNToLinalgOptions &options;
  /// Sums that are added to states.
  DirectSums direct;
  /// Neurons that spike some at a time.
  SpikeParts parts;
  /// Lists that are kept for the next step.
  KeptLists kept;
  /// Memrefs of the step function that hold signals.
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  /// Memrefs of the step function that hold an operation's state, in the order
  /// of `getStateVariables`, then the lowering's own.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> states;
  /// Functions that list events, by name.
  llvm::StringMap<mlir::func::FuncOp> listFunctions;
  SeldomFunctions seldom;
  /// Scratch memory of kernels, by operation.
  llvm::DenseMap<mlir::Operation *, mlir::Value> scratch;
  /// Memory of convolutions with patches: the map of sums, and if all inputs
  /// may be visited the map of these, and where spikes are set for it.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value, 3>> maps;
  /// Lists of events that are there as often as they count, by synapse.
  llvm::DenseMap<mlir::Operation *, mlir::Value> repeated;
  /// The memory of signals and of states, which no caller gives, and those of
  /// it that are read and written in words.
  llvm::DenseSet<mlir::Value> ownMemory;
  llvm::SmallVector<mlir::BlockArgument> words;
  /// The longest of the lists that have to hold all events at once.
  int64_t longestWholeList = 0;
  /// Functions that do not leave a signal in its memory yet, but what its sums
  /// begin with.
  llvm::DenseSet<mlir::Operation *> beginnings;
  /// How many layers each kernel has got.
  llvm::DenseMap<mlir::Operation *, int64_t> kernelLayers;

  mlir::Value bufferOf(mlir::Value signal) const {
    return buffers.lookup(signal);
  }
  /// Whether `buffer` may be read and written in words; then it will be.
  bool takeWords(mlir::Value buffer) {
    if (!ownMemory.contains(buffer))
      return false;
    words.push_back(mlir::cast<mlir::BlockArgument>(buffer));
    return true;
  }
  /// The memory that a synapse adds to: its result's, or a state.
  mlir::Value sumOf(mlir::Operation *synapse) const {
    std::optional<DirectSynapse> target = direct.get(synapse);
    return target ? states.lookup(target->neuron).front()
                  : bufferOf(synapse->getResult(0));
  }
};

/// A loop over all elements: `inputs` are read, `outputs` updated in place, and
/// `body` gets one element of each, in this order, and gives the new ones.
/// Inputs of fewer dimensions are the same along the first ones; with
/// `byCoefficients` elements for which they are the same come one after the
/// other.
llvm::SmallVector<mlir::Value>
createElementwise(LayerBuilder &layer, mlir::ValueRange inputs,
                  mlir::ValueRange outputs,
                  llvm::function_ref<llvm::SmallVector<mlir::Value>(
                      mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>
                      body,
                  bool byCoefficients = false);

/// How a list of events is stored.
mlir::MemRefType getEventsStorageType(EventsOp op, const StepContext &context);
/// The builder's location, for something that is called `name` in C.
mlir::Location nameLocal(mlir::ImplicitLocOpBuilder &builder,
                         const llvm::Twine &name);

/// An index that is known.
mlir::Value indexConstant(mlir::ImplicitLocOpBuilder &builder, int64_t value);
/// `index` and `distance` more.
mlir::Value advance(mlir::ImplicitLocOpBuilder &builder, mlir::Value index,
                    int64_t distance);

/// What a loop or a branch carries: nothing where sums are in memory, and so
/// none are given.
llvm::SmallVector<mlir::Value, 1> asRange(mlir::Value sums);

/// Builds the body of a loop: from the sums so far to the new ones.
using LoopBody = llvm::function_ref<mlir::Value(
    mlir::ImplicitLocOpBuilder &, mlir::Value index, mlir::Value sums)>;

/// A loop over `begin <= index < end` that carries one tensor or none, and what
/// is in it at the end. `name` is the index's in generated code.
mlir::Value createLoop(mlir::ImplicitLocOpBuilder &builder,
                       llvm::StringRef name, mlir::Value begin, mlir::Value end,
                       mlir::Value sums, LoopBody body);
mlir::Value createLoop(mlir::ImplicitLocOpBuilder &builder,
                       llvm::StringRef name, int64_t end, mlir::Value sums,
                       LoopBody body);

/// `count` after `then`, or as it is where `condition` does not hold.
mlir::Value createBranch(
    mlir::ImplicitLocOpBuilder &builder, mlir::Value condition,
    mlir::Value count,
    llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &)> then);

/// The row of `tensor` at `position`, along its last dimension.
mlir::Value getRow(mlir::ImplicitLocOpBuilder &builder, mlir::Value tensor,
                   mlir::ValueRange position);
/// `tensor` with another row at `position`.
mlir::Value setRow(mlir::ImplicitLocOpBuilder &builder, mlir::Value row,
                   mlir::Value tensor, mlir::ValueRange position);
/// `length` elements of a row of `tensor`, from the position `begin` on.
mlir::Value getPart(mlir::ImplicitLocOpBuilder &builder, mlir::Value tensor,
                    mlir::ValueRange begin, int64_t length);
/// `tensor` with another part of a row from the position `begin` on.
mlir::Value setPart(mlir::ImplicitLocOpBuilder &builder, mlir::Value part,
                    mlir::Value tensor, mlir::ValueRange begin);
/// The number that an element of a row is, in the type of the computation.
using ReadElement = llvm::function_ref<mlir::Value(
    mlir::ImplicitLocOpBuilder &, mlir::Value element, mlir::Type compute)>;

/// sum[n] = ((sum[n] + rows[0][n] * factors[0]) + rows[1][n] * factors[1]) ...;
/// all factors are 1 if there are none. `factorType` is the element type of the
/// signal that the factors are of.
mlir::Value createRowsAdd(mlir::ImplicitLocOpBuilder &builder,
                          mlir::ValueRange rows, ReadElement read,
                          mlir::ValueRange factors, mlir::Type factorType,
                          mlir::Value sum);
/// The same for rows of a signal or of weights with elements of `type`.
mlir::Value createRowsAdd(mlir::ImplicitLocOpBuilder &builder,
                          mlir::ValueRange rows, mlir::Type type,
                          mlir::ValueRange factors, mlir::Type factorType,
                          mlir::Value sum);

mlir::LogicalResult lowerEvents(EventsOp op, StepContext &context);
/// Calls the function that lists the events of `op`: all, or as many as the
/// list has room for, `from` an input on.
void listEvents(EventsOp op, StepContext &context,
                std::optional<int64_t> capacity = std::nullopt,
                mlir::Value from = nullptr);
/// The list that the function of a neuron makes itself, if it does.
EventsOp getOwnList(NeuronOpInterface op, const StepContext &context);

/// Whether anything needs the elements of `signal` where they are: a synapse
/// that visits a list of events does not, nor a delay in whose place a list is
/// kept, nor `ownList`, which neurons make themselves.
bool isRead(mlir::Value signal, const StepContext &context,
            EventsOp ownList = nullptr);
/// Stores a position in a list.
void storeEvent(mlir::ImplicitLocOpBuilder &builder, mlir::Value position,
                mlir::Value events, mlir::Value at);
/// Stores what is behind the positions of a list: the number of elements.
void endEvents(mlir::ImplicitLocOpBuilder &builder, mlir::Value size,
               mlir::Value events, mlir::Value count);
mlir::LogicalResult lowerLinear(LinearOp op, StepContext &context);
/// A linear whose sum saturates after each presynaptic neuron.
mlir::LogicalResult lowerSaturatingLinear(LinearOp op, StepContext &context);
mlir::LogicalResult lowerConv1d(Conv1dOp op, StepContext &context);
mlir::LogicalResult lowerConv2d(Conv2dOp op, StepContext &context);
mlir::LogicalResult lowerSumPool2d(SumPool2dOp op, StepContext &context);
mlir::LogicalResult lowerAvgPool2d(AvgPool2dOp op, StepContext &context);
mlir::LogicalResult lowerScale(ScaleOp op, StepContext &context);
mlir::LogicalResult lowerAdd(AddOp op, StepContext &context);
mlir::LogicalResult lowerDecay(DecayOp op, StepContext &context);
mlir::LogicalResult lowerTruncate(TruncateOp op, StepContext &context);
mlir::LogicalResult lowerThreshold(ThresholdOp op, StepContext &context);
mlir::LogicalResult lowerRescale(RescaleOp op, StepContext &context);
mlir::LogicalResult lowerTranspose(TransposeOp op, StepContext &context);

mlir::LogicalResult lowerNeuron(NeuronOpInterface op, StepContext &context);
/// A step in two parts: what it leaves of the state that synapses drive, and
/// all that follows when they have added to it; of neurons that spike some at a
/// time, of the part with this number.
mlir::LogicalResult lowerNeuronBegin(NeuronOpInterface op,
                                     StepContext &context);
mlir::LogicalResult lowerNeuronEnd(NeuronOpInterface op, StepContext &context,
                                   mlir::Value part = nullptr);
/// Spike timing `pre`: the spikes, before this step's input is known.
mlir::LogicalResult lowerCarriedSpikes(NeuronOpInterface op,
                                       StepContext &context);

/// What a kernel computes: a call of its function.
mlir::LogicalResult lowerOffload(OffloadOp op, StepContext &context);
/// Whether a state of `neuron` is the network's, and not the kernel's own.
bool hasState(OffloadOp op, mlir::Operation *neuron, llvm::StringRef name);
/// Bytes of the memory that a kernel needs while it runs, or none.
std::optional<int64_t> getScratchBytes(OffloadOp op,
                                       mlir::SymbolTable &symbols);

/// Whether the delayed signal can be read where it is stored.
bool isReadInPlace(DelayOp op);
/// Storage of the positions of a delay's rings, or none if it needs no
/// position.
std::optional<mlir::MemRefType> getPositionType(DelayOp op);
/// At the start of a step, or when the input is there if some elements are not
/// delayed: the signal of `steps` ago.
mlir::LogicalResult lowerDelayRead(DelayOp op, StepContext &context);
/// At the end of a step: remember this step's signal.
mlir::LogicalResult lowerDelayWrite(DelayOp op, StepContext &context);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_LOWERING_H
