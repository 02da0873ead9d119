//===- UseEvents.cpp - Synapses that visit active inputs alone ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"
#include "snn/IR/SNN.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace snn {
#define GEN_PASS_DEF_SNNUSEEVENTS
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;
using namespace snn;

/// Whether most elements of `signal` are zero in most steps.
static bool isSparse(Value signal) {
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (true) {
    if (isSpikeType(getElementTypeOrSelf(signal.getType())))
      return true;
    Operation *op = signal.getDefiningOp();
    if (!op)
      return true;
    // What these give is zero where their input is.
    if (!isa<SumPool2dOp, AvgPool2dOp, ScaleOp, DelayOp, TransposeOp,
             tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op) ||
        !seen.insert(op).second)
      return false;
    signal = op->getOperand(0);
  }
}

/// The signal to list for a synapse with this input: reshapes keep the order of
/// elements; a convolution can also take a map before its channels are last.
static Value getListedSignal(SynapseOpInterface synapse) {
  Value signal = synapse.getInput();
  if (auto transpose = signal.getDefiningOp<TransposeOp>()) {
    auto order = llvm::to_vector(transpose.getPermutation());
    std::rotate(order.begin(), std::prev(order.end()), order.end());
    if (isa<WindowOpInterface>(synapse.getOperation()) &&
        isIdentityPermutation(order))
      signal = transpose.getInput();
  }
  while (Operation *op = signal.getDefiningOp()) {
    if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      break;
    signal = op->getOperand(0);
  }
  return signal;
}

namespace {
struct UseEvents : snn::impl::SNNUseEventsBase<UseEvents> {
  using SNNUseEventsBase::SNNUseEventsBase;

  void runOnOperation() override {
    llvm::DenseMap<Value, Value> lists;
    for (Operation &op :
         llvm::make_early_inc_range(*getOperation().getBodyBlock())) {
      auto synapse = dyn_cast<SynapseOpInterface>(op);
      if (!synapse || synapse.getEvents())
        continue;
      int64_t size = synapse.getInput().getType().getNumElements();
      if (size < minInputs || !isSparse(synapse.getInput()))
        continue;
      Value signal = getListedSignal(synapse);
      // A list is made from a pointer, which may not reach constant memory.
      if (getConstant(signal))
        continue;
      Value &events = lists[signal];
      if (!events)
        events = createEvents(signal, size);
      synapse.getEventsMutable().assign(events);
    }
  }

  Value createEvents(Value signal, int64_t size) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(signal);
    auto events = EventsOp::create(
        builder, signal.getLoc(), EventsType::get(&getContext(), size), signal);
    if (StringRef node = getNode(signal); !node.empty())
      setNode(events, node + "_events");
    return events;
  }
};
} // namespace
