//===- NeuronLoop.h - Neurons one after the other ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Small cores without vectors update their neurons in a loop that also lists
// the spikes, and cores that add two numbers of 16 bits at a time two of them.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_NEURONLOOP_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_NEURONLOOP_H

#include "NeuronArithmetic.h"

namespace snn {

/// Builds the new states of some neurons and their spikes, where they make any,
/// from inputs and from states: one of each, or vectors.
using NeuronBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::ImplicitLocOpBuilder &, const Update &, mlir::ValueRange inputs,
    mlir::ValueRange states)>;

/// The same where there is mostly no spike: whether there may be one, and the
/// new state if there is none.
using QuietBody = llvm::function_ref<std::pair<mlir::Value, mlir::Value>(
    mlir::ImplicitLocOpBuilder &, const Update &, mlir::ValueRange inputs,
    mlir::ValueRange states)>;

/// What `NeuronBody` gives of several neurons of which none spikes: the new
/// states, and behind them where this does not hold.
using CalmBody = NeuronBody;

/// Builds what counts the spikes of one or two neurons from states that
/// `QuietBody` gave and that are stored: those at `row`, if there are rows,
/// from `n` on.
using LateBody =
    llvm::function_ref<void(mlir::ImplicitLocOpBuilder &, mlir::Value row,
                            mlir::Value n, mlir::ValueRange inputs)>;

/// What a loop over neurons reads and writes. All have the loop's dimensions,
/// or inputs the last of them only.
struct NeuronBuffers {
  /// The input, spikes that are there already, coefficients.
  llvm::SmallVector<mlir::Value> inputs;
  /// Whether the first of these is the input: it may be in the state already.
  bool hasInput = true;
  llvm::SmallVector<mlir::Value> states;
  /// Where spikes are stored, if anything reads them, and listed, if they are.
  mlir::Value spikes, events;
  /// Where those begin and end in the first dimension that are updated, one by
  /// one, if not all are.
  mlir::Value begin, end;
  /// Where there are rows, numbers for the last neurons of one, as many as are
  /// updated at a time: 0 for those that others before them are updated with.
  /// None where the rest of a row is updated one by one.
  mlir::Value rest;
  /// How many neurons are in a turn of the loop if they are listed one by one.
  int64_t perTurn = 1;
};

/// Whether 16 bits hold all of an update: what is added, states, and what comes
/// between.
bool areShort(const Update &update, const NeuronBuffers &buffers);

/// Whether `value` is `loaded`, if only in other bits in between.
bool isUnchanged(mlir::Value value, mlir::Value loaded);

/// Whether two neurons are updated at a time: where these are worth the code,
/// which has one by itself, too, if rows of `shape` are odd.
bool arePairs(llvm::ArrayRef<int64_t> shape, const Update &update,
              const NeuronModel &model, const NeuronBuffers &buffers);

/// What is done for neurons; none where they are not of the kind.
struct NeuronBodies {
  NeuronBody step;
  CalmBody calm = nullptr;
  QuietBody quiet = nullptr;
  LateBody late = nullptr;
};

/// The loop over neurons of `shape`, `lanes` of them at a time. With `calm`,
/// `step` is for those of which one spikes. With `quiet`, `step` or, for those
/// that are not the rest of a row, `late` is for those that may spike. Spikes
/// are 0 before it with `quiet`, or if they are listed.
void createNeuronLoop(mlir::ImplicitLocOpBuilder &builder,
                      llvm::ArrayRef<int64_t> shape, const Update &update,
                      int64_t lanes, const NeuronBuffers &buffers,
                      const NeuronBodies &bodies);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_NEURONLOOP_H
