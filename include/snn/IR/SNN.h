//===- SNN.h - The snn dialect ----------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_IR_SNN_H
#define SNN_IR_SNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace snn {

/// The largest number of spikes in one step: what `ui8` holds.
inline constexpr int64_t kMostSpikes = 255;

/// Whether a signal can have this shape: it is static, with at least one
/// element and fewer than 2^32 [T1].
bool isSignalShape(llvm::ArrayRef<int64_t> shape);

/// Checks that an operation with state stands in a network [N9].
llvm::LogicalResult verifyInNetwork(mlir::Operation *op);

/// A value that an operation carries from one step to the next.
struct StateVariable {
  /// Short name, unique within the operation: "v", "i".
  llvm::StringRef name;
  /// What is stored.
  mlir::RankedTensorType type;
  /// The value before the first step, or null for zero.
  mlir::Value init;
};

/// One spatial dimension of a window that slides over a feature map.
struct WindowDim {
  /// Number of positions in the window.
  int64_t size;
  /// Distance of two windows.
  int64_t stride;
  /// Zeros before the map, and after it.
  int64_t low, high;
  /// Distance of two positions in the window.
  int64_t dilation;

  /// Input positions from the window's first to its last.
  int64_t getExtent() const { return (size - 1) * dilation + 1; }
  /// How many windows fit on a map of `input` positions.
  int64_t getOutputSize(int64_t input) const {
    int64_t room = input + low + high - getExtent();
    return room < 0 ? 0 : room / stride + 1;
  }
};

} // namespace snn

#include "dialect/SNNDialect.h.inc"
#include "dialect/SNNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialect/SNNAttributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialect/SNNTypes.h.inc"

#include "dialect/SNNInterfaces.h.inc"

namespace snn {
/// Adds the canonicalization of a neuron of this name.
void addNeuronPatterns(mlir::RewritePatternSet &patterns,
                       llvm::StringRef opName);
/// Checks a neuron: shapes, types, coefficients, and choices that go together.
llvm::LogicalResult verifyNeuron(NeuronOpInterface neuron);
/// The states of a neuron: the current, where there is one, then the voltage.
llvm::SmallVector<StateVariable> getNeuronStates(NeuronOpInterface neuron);
/// Whether `result` are spikes of the carried voltage.
bool isCarriedSpikes(NeuronOpInterface neuron, mlir::OpResult result);
} // namespace snn

#define GET_OP_CLASSES
#include "dialect/SNNOps.h.inc"

namespace snn {

/// Whether a rule gives numbers of spikes, which are `ui8`.
inline bool isCount(SpikeRule rule) {
  return rule == SpikeRule::CountTrunc || rule == SpikeRule::CountFloor;
}

/// Whether elements of `type` are spikes, or several of them.
inline bool isSpikeType(mlir::Type type) {
  return type.isInteger(1) || type.isUnsignedInteger(8);
}

/// The arithmetic that an operation names for a state, or the default.
inline ArithmeticAttr getArithmetic(mlir::Operation *op,
                                    llvm::StringRef name = "arithmetic") {
  if (auto named = op->getAttrOfType<ArithmeticAttr>(name))
    return named;
  return ArithmeticAttr::get(op->getContext(), DecayRule::HalfUp,
                             SumRule::Once);
}

/// The signal whose elements `signal` has, perhaps in another order: what is
/// behind transposes and reshapes.
mlir::Value getEventSource(mlir::Value signal);

} // namespace snn

#endif // SNN_IR_SNN_H
