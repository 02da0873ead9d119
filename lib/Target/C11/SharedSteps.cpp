//===- SharedSteps.cpp - What both step functions do ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedSteps.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace snn;
using namespace snn::c11;

/// Fewer calls are no shorter in a function of their own.
static constexpr size_t kLeastShared = 3;

/// Whether an operation only says what its operands are.
static bool isView(Operation &op) { return isPure(&op); }

/// The operations that do something, in order.
static SmallVector<Operation *> getEffects(func::FuncOp function) {
  SmallVector<Operation *> effects;
  for (Operation &op : function.getBody().front().without_terminator())
    if (!isView(op))
      effects.push_back(&op);
  return effects;
}

namespace {
/// Compares the operations of two step functions.
class StepComparison {
public:
  StepComparison(const NetworkFunctions &functions,
                 const ModelInterface &interface) {
    // Parameters of the same kind and name hold the same.
    func::FuncOp step = functions.step, stepEvents = functions.stepEvents;
    llvm::StringMap<std::pair<ModelArray::Role, Value>> known;
    for (auto [array, argument] : llvm::zip_equal(
             interface.stepEvents->parameters, stepEvents.getArguments()))
      known[array.name] = {array.role, argument};
    for (auto [array, argument] :
         llvm::zip_equal(interface.step.parameters, step.getArguments()))
      if (auto [role, other] = known.lookup(array.name);
          other && role == array.role)
        same[argument] = other;
  }

  bool areSame(Operation *op, Operation *other) {
    // What is said of operations for readers of the IR counts parameters.
    return OperationEquivalence::isEquivalentTo(
        op, other, [&](Value a, Value b) { return success(areSame(a, b)); },
        [&](Value a, Value b) { same[a] = b; },
        OperationEquivalence::IgnoreLocations |
            OperationEquivalence::IgnoreDiscardableAttrs);
  }

private:
  bool areSame(Value value, Value other) {
    if (Value known = same.lookup(value))
      return known == other;
    Operation *op = value.getDefiningOp(), *otherOp = other.getDefiningOp();
    if (!op || !otherOp || !isView(*op) || !areSame(op, otherOp))
      return false;
    same[value] = other;
    return true;
  }

  llvm::DenseMap<Value, Value> same;
};
} // namespace

SharedSteps c11::findSharedSteps(const NetworkFunctions &functions,
                                 const ModelInterface &interface) {
  if (!functions.stepEvents)
    return {};
  StepComparison comparison(functions, interface);
  SmallVector<Operation *> step = getEffects(functions.step),
                           events = getEffects(functions.stepEvents);
  size_t count = 0, most = std::min(step.size(), events.size());
  while (count < most && comparison.areSame(step[step.size() - count - 1],
                                            events[events.size() - count - 1]))
    ++count;
  if (count < kLeastShared)
    return {};
  return {llvm::to_vector(ArrayRef(step).take_back(count)),
          llvm::to_vector(ArrayRef(events).take_back(count))};
}

Operations c11::getHidden(func::FuncOp function, ArrayRef<Operation *> others) {
  Operations hidden(others.begin(), others.end());
  // Users come behind.
  for (Operation &op : llvm::reverse(function.getBody().front()))
    if (isView(op) && !op.use_empty() &&
        llvm::none_of(op.getResults(),
                      [&](Value result) { return isUsed(result, hidden); }))
      hidden.insert(&op);
  return hidden;
}

SmallVector<Operation *> c11::getOthers(func::FuncOp function,
                                        ArrayRef<Operation *> others) {
  SmallVector<Operation *> effects = getEffects(function);
  Operations known(others.begin(), others.end());
  llvm::erase_if(effects, [&](Operation *op) { return known.contains(op); });
  return effects;
}

bool c11::isUsed(Value value, const Operations &hidden) {
  Block *block = value.getParentBlock();
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return !hidden.contains(block->findAncestorOpInBlock(*user));
  });
}
