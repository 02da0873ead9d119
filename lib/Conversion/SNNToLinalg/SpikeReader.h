//===- SpikeReader.h - All elements of a signal, one by one -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_SPIKEREADER_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_SPIKEREADER_H

#include "NeuronArithmetic.h"

#include <memory>

namespace snn {

/// Reads a signal of integers where it is stored, or spikes that are not stored
/// from the voltage of their neurons.
class SpikeReader {
public:
  /// Builds what is done for an element that is not 0: `position` is where it
  /// is in one dimension.
  using Body = llvm::function_ref<mlir::Value(
      mlir::ImplicitLocOpBuilder &, mlir::Value position, mlir::Value carried)>;

  /// Adds the parameters of `layer` that hold `signal`.
  SpikeReader(LayerBuilder &layer, mlir::Value signal, StepContext &context);

  /// A loop over all elements that carries `carried`.
  mlir::Value scan(mlir::ImplicitLocOpBuilder &builder, mlir::Value carried,
                   Body body) const;

  /// The element that `scan` visits, in 32 bits.
  mlir::Value getNumber(mlir::ImplicitLocOpBuilder &builder) const;

private:
  void readVoltage(LayerBuilder &layer, NeuronOpInterface op,
                   StepContext &context);
  mlir::Value getElement(mlir::ImplicitLocOpBuilder &builder,
                         mlir::ValueRange position) const;

  mlir::Type type;
  /// The signal or the voltage, and the dimensions in which it is visited.
  mlir::Value x;
  llvm::SmallVector<int64_t> shape;
  /// The neurons whose voltage is read, what they need, and how they compute.
  std::optional<NeuronModel> model;
  std::unique_ptr<Coefficients> coefficients;
  Update update;
  mutable mlir::Value visited;
};

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_SPIKEREADER_H
