//===- Ranges.h - What the numbers of a network can be ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Interval analysis over a network of floating-point or quantized numbers. The
// intervals are of real numbers, one for a signal or one for each index along
// its channel dimension, and hold for every input that the types allow, in
// every step.
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_TRANSFORMS_RANGES_H
#define SNN_LIB_TRANSFORMS_RANGES_H

#include "snn/IR/Constants.h"
#include "snn/IR/Neuron.h"
#include "snn/IR/SNN.h"
#include "snn/IR/Scales.h"

#include "llvm/ADT/DenseMap.h"
#include <limits>

namespace snn {

/// The attribute with the least and greatest number that data showed, on an
/// operation or on an input of a network.
inline constexpr llvm::StringLiteral kRangeAttr = "snn.range";

struct Interval {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();

  bool isBounded() const;
  double getMagnitude() const { return std::max(std::abs(lo), std::abs(hi)); }
  bool contains(Interval other) const {
    return lo <= other.lo && other.hi <= hi;
  }
};

Interval operator+(Interval a, Interval b);
Interval operator*(Interval a, Interval b);
/// The least interval around both.
Interval getHull(Interval a, Interval b);

/// An interval for a signal, or one for each index along `axis`.
struct Bounds {
  Bounds() : values(1) {}
  Bounds(double lo, double hi) : values{Interval{lo, hi}} {}
  explicit Bounds(Interval interval) : values{interval} {}

  Interval at(int64_t index) const {
    return values.size() == 1 ? values.front() : values[index];
  }
  int64_t size() const { return values.size(); }
  Interval getHull() const;

  llvm::SmallVector<Interval> values;
  int64_t axis = -1;
};

/// What the step of a state can meet.
struct StateBounds {
  /// The carried values, where they are bounded.
  Bounds carried;
  /// Everything that appears in the step, in the state's unit; bounded where
  /// the carried values are.
  Bounds extremes;
  /// What one step adds: gain * x + leak.
  Bounds drive;
};
struct NeuronRange {
  StateBounds voltage, current;
};

/// The numbers of one network, whose operations are in topological order.
class RangeAnalysis {
public:
  explicit RangeAnalysis(NetworkOp network);

  /// What a signal can be, whatever it stands for: spikes are 0 and 1.
  const Bounds &get(mlir::Value value) const;
  const NeuronRange &getNeuron(mlir::Operation *neuron) const;

  /// Along which dimension the channels of a signal are, or -1.
  int64_t getChannelAxis(mlir::Value signal);

  /// Looks again at `op`, about which something is known now, and at what gets
  /// bounds from it. Other ranges may be wider than those of a new analysis.
  void update(mlir::Operation *op);

private:
  void visit(mlir::Operation *op);
  void visitNeuron(NeuronOpInterface op);
  void findState(NeuronOpInterface op, const NeuronModel &model,
                 const StateModel &state, const Bounds &x, bool isSpikes,
                 StateBounds &found);
  Bounds getSynapse(SynapseOpInterface op) const;
  Bounds getPool(WindowOpInterface op, bool isAverage) const;
  Bounds getAdd(AddOp op) const;

  llvm::DenseMap<mlir::Value, Bounds> ranges;
  llvm::DenseMap<mlir::Operation *, NeuronRange> neurons;
  /// What `getChannelAxis` has found.
  llvm::DenseMap<mlir::Value, int64_t> axes;
};

/// The real numbers that a constant stands for, as intervals along `axis` of a
/// signal of `shape`; `absent` where there is no operand.
Bounds getCoefficientRange(mlir::Value coefficient, double absent,
                           llvm::ArrayRef<int64_t> shape, int64_t axis);

/// Sorts the operations of a network such that definitions come before uses,
/// but for carried results.
void sortNetwork(NetworkOp network);

} // namespace snn

#endif // SNN_LIB_TRANSFORMS_RANGES_H
