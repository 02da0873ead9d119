//===- Synapses.h - What linear and convolutional synapses share *- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A synapse visits its inputs in order, with events those that are not zero,
// and adds what each contributes: rows of weights, laid out such that they are
// contiguous. Adding several rows in one loop saves loads and stores of the
// sums and leaves their order as it is.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_SYNAPSES_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_SYNAPSES_H

#include "SpikeReader.h"

namespace snn {

/// The element at `position` of `x`, a signal of `type`, called `name`, as a
/// factor of weights that compute in `target`: integers stay as narrow as they
/// are, which compilers multiply faster.
mlir::Value readFactor(mlir::ImplicitLocOpBuilder &builder,
                       llvm::StringRef name, mlir::Value x,
                       mlir::ValueRange position, mlir::Type type,
                       mlir::Type target);

/// Weights in constant memory, in rows that belong to inputs. Those of 4 or 2
/// bits are stored two or four in a byte: the first half or quarter of a row in
/// the lowest bits, the last in the highest.
class WeightRows {
public:
  /// `rows` has the weights of a row in its last dimension; `type` is their
  /// element type in the network. What is left of a row of more weights than
  /// `lanes`, if it is no multiple of these, has a loop of its own.
  WeightRows() = default;
  WeightRows(LayerBuilder &layer, const Constant &rows, mlir::Type type,
             int64_t lanes = 1);

  /// Adds the rows at `positions`, each times its factor, an element of a
  /// signal of `factorType`, if there are factors.
  mlir::Value add(mlir::ImplicitLocOpBuilder &builder,
                  llvm::ArrayRef<llvm::SmallVector<mlir::Value>> positions,
                  mlir::ValueRange factors, mlir::Type factorType,
                  mlir::Value sum) const;

  /// The same of one row of weights of 8 bits whose sign bits are flipped.
  mlir::Value addFlipped(mlir::ImplicitLocOpBuilder &builder,
                         mlir::Value position, mlir::Value factor,
                         mlir::Type factorType, mlir::Value sum) const;

  /// The table.
  mlir::Value getTable() const;

private:
  mlir::Value tensor;
  mlir::Type type;
  /// How many share a byte.
  unsigned perByte = 1;
  int64_t lanes = 1;
};

/// The weights of a synapse, or an error.
mlir::FailureOr<Constant> getConstantWeights(SynapseOpInterface op);

/// What sums begin with: what is in `memory`, or if there is none, a number.
struct InitialSums {
  mlir::Value memory;
  double number = 0;
};

/// The bias of a synapse to `y`, a tensor or a memref, or 0 if there is none.
/// `shape` are the dimensions of y that a constant bias has; one that is a
/// signal has all.
mlir::FailureOr<InitialSums> getInitialSums(LayerBuilder &layer,
                                            SynapseOpInterface op,
                                            const StepContext &context,
                                            llvm::ArrayRef<int64_t> shape,
                                            mlir::Value y);

/// y = bias along the last dimensions of y, or 0 if there is none.
mlir::FailureOr<mlir::Value> createInitialSum(LayerBuilder &layer,
                                              SynapseOpInterface op,
                                              const StepContext &context,
                                              llvm::ArrayRef<int64_t> shape,
                                              mlir::Value y);

/// The order of what a synapse's events list.
struct EventOrder {
  /// The input's elements, in their order.
  bool isInput = false;
  /// Those of a map whose channels are not last, as they are in the input.
  bool isChannelsFirst = false;
  /// Which element of the input each listed one is.
  std::vector<int64_t> positions;
};

/// The order of a synapse's events, if it has any and can visit its input so.
std::optional<EventOrder> getEventOrder(SynapseOpInterface op);

/// The inputs of a synapse with events, in one dimension. Those of a sum that
/// is added to a state may not be listed: then all are looked at, and visited
/// where they are not 0.
class EventInputs {
public:
  /// Builds what is added for the inputs at `positions`.
  using Body = llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &,
                                              mlir::ValueRange positions,
                                              mlir::Value sums)>;

  /// Adds the parameters of `layer` that hold them.
  EventInputs(LayerBuilder &layer, SynapseOpInterface op, StepContext &context);

  /// A loop over the events that carries `sums`, if there are any. Where there
  /// are at least `perVisit` more, `body` gets the positions of as many; what
  /// is left after the last such visit is up to another loop, from the event
  /// given back.
  std::pair<mlir::Value, mlir::Value> visit(mlir::ImplicitLocOpBuilder &builder,
                                            int64_t perVisit, mlir::Value first,
                                            mlir::Value sums, Body body) const;

  /// The element type of the factors.
  mlir::Type getType() const { return type; }

  /// The list, as a memref.
  mlir::Value getList() const { return list; }

  /// Whether the inputs are listed.
  bool areListed() const { return list != nullptr; }

  /// Whether all values are 1.
  bool areSpikes() const { return isBinary; }

  /// The values of all inputs in the order of events, as a memref; none where
  /// they are 1.
  mlir::Value getValues() const { return x ? getTable(x) : mlir::Value(); }

  /// How many units of the sums are one of the weights: of a state, if it is
  /// added to that.
  int64_t getUnit() const { return unit; }

  /// The largest factor, in units of the sums.
  int64_t getLargest() const;

  /// The value at a position, or none where all are 1.
  mlir::Value getCount(mlir::ImplicitLocOpBuilder &builder,
                       mlir::Value position, mlir::Type type) const;

  /// The same in units of the sums.
  mlir::Value getFactor(mlir::ImplicitLocOpBuilder &builder,
                        mlir::Value position, mlir::Type type) const;

private:
  mlir::Value getPosition(mlir::ImplicitLocOpBuilder &builder,
                          mlir::Value event, int64_t offset) const;

  mlir::Value signal;
  int64_t size;
  /// The element type of the values as they are stored, and of factors.
  mlir::Type stored, type;
  bool isBinary;
  mlir::Value list, positions, x;

  int64_t unit = 1;
  /// What is not listed.
  std::optional<SpikeReader> reader;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_SYNAPSES_H
