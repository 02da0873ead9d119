//===- SelectKernels.cpp - Who computes which layer -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Analysis/Kernels.h"
#include "snn/IR/Identity.h"
#include "snn/IR/SNN.h"
#include "snn/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"

namespace snn {
#define GEN_PASS_DEF_SNNSELECTKERNELS
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;
using namespace snn;

namespace {
/// A call of a function that the C itself declares.
struct Call {
  StringRef function;
  ArrayAttr arguments;
  /// What C passes for each of the arguments.
  std::vector<std::string> types;
};

/// A group of operations that a kernel could compute.
struct Candidate {
  KernelOp kernel;
  SmallVector<Operation *> group;
  /// What it saves.
  double saving;
  SmallVector<Call> calls;
};

struct SelectKernels : snn::impl::SNNSelectKernelsBase<SelectKernels> {
  using SNNSelectKernelsBase::SNNSelectKernelsBase;
  void runOnOperation() override;

private:
  LogicalResult checkKernels(ArrayRef<KernelOp> kernels);
  /// Why C cannot make `call`, or "": a function has one list of types.
  std::string checkTypes(const Call &call) const;
  /// Has the functions declared with the types of `calls`, if they are not yet.
  void declare(ArrayRef<Call> calls);
  void select(NetworkOp network, ArrayRef<KernelOp> kernels);
  /// Adds what `kernel` could compute from `op` on to `candidates`, or why it
  /// cannot to `stays`.
  void consider(KernelOp kernel, Operation *op,
                std::vector<Candidate> &candidates,
                SmallVectorImpl<Attribute> &stays);

  /// What C passes to each function that no header declares.
  llvm::StringMap<std::vector<std::string>> declared;
};
} // namespace

/// Whether `value` is a constant, which a body gets a copy of.
static bool isConstant(Value value) { return getConstant(value).has_value(); }

/// Why `op` can be no operation of a kernel, or "".
static std::string checkOperands(Operation *op) {
  if (op->getNumOperands() == 0 || op->getNumResults() == 0 ||
      !isa<RankedTensorType>(op->getOperand(0).getType()) ||
      !isa<RankedTensorType>(op->getResult(0).getType()) ||
      isConstant(op->getOperand(0)))
    return "takes no signal or gives none";
  for (Value operand : op->getOperands().drop_front())
    if (!isConstant(operand))
      return "has an operand beside its input that is no constant";
  return "";
}

/// The operations from `first` on that have the names of `pattern`; else says
/// why there are none.
static FailureOr<SmallVector<Operation *>>
matchPattern(Operation *first, ArrayAttr pattern, std::string &reason) {
  SmallVector<Operation *> group = {first};
  reason = checkOperands(first);
  for (auto name : llvm::drop_begin(pattern.getAsRange<StringAttr>())) {
    if (!reason.empty())
      return failure();
    Operation *last = group.back();
    OpOperand *use = nullptr;
    for (OpOperand &operand : last->getResult(0).getUses())
      if (operand.getOperandNumber() == 0 &&
          operand.getOwner()->getName().getStringRef() == name.getValue())
        use = &operand;
    if (!use) {
      reason = "is not followed by " + name.str();
      return failure();
    }
    if (!llvm::hasSingleElement(last->getUses())) {
      reason = "is read by others than the " + name.str() + " behind it";
      return failure();
    }
    Operation *next = use->getOwner();
    group.push_back(next);
    reason = checkOperands(next);
  }
  if (!reason.empty())
    return failure();
  return group;
}

LogicalResult SelectKernels::checkKernels(ArrayRef<KernelOp> kernels) {
  auto check = [](Operation *op, StringRef what,
                  llvm::Error error) -> LogicalResult {
    if (!error)
      return success();
    return op->emitOpError()
           << what << ": " << llvm::toString(std::move(error)) << " [K1]";
  };
  if (failed(check(getOperation(), "processor-cost",
                   checkExpression(processorCost))))
    return failure();
  for (KernelOp kernel : kernels) {
    if (kernel.getCost() &&
        failed(check(kernel, "cost", checkExpression(*kernel.getCost()))))
      return failure();
    if (kernel.getScratch() &&
        failed(check(kernel, "scratch", checkExpression(*kernel.getScratch()))))
      return failure();
    if (kernel.getLayout() &&
        failed(check(kernel, "layout", checkLayout(*kernel.getLayout()))))
      return failure();
    if (DictionaryAttr where = kernel.getWhereAttr())
      for (NamedAttribute condition : where)
        if (!isCondition(condition.getValue()))
          return kernel.emitOpError("where ")
                 << condition.getName() << " is " << condition.getValue()
                 << ", expected a word, a number, true or false, a list of "
                    "these, or min, max and multiple [K1]";
  }
  return success();
}

/// What is known of `group` before it is known which layer of a network it is.
static LayerFacts getFacts(ArrayRef<Operation *> group, double density) {
  LayerFacts facts(group);
  facts.set("layer", int64_t(0));
  facts.set("density", density);
  return facts;
}

/// The calls of functions without a header that compute `group`.
static SmallVector<Call> getCalls(KernelOp kernel, ArrayRef<Operation *> group,
                                  const LayerFacts &facts) {
  SmallVector<Call> calls;
  if (kernel.getHeadersAttr() && !kernel.getHeadersAttr().empty())
    return calls;
  calls.push_back({kernel.getFunction(), kernel.getArguments(), {}});
  if (ArrayAttr arguments = kernel.getSetupArgumentsAttr())
    calls.push_back({*kernel.getSetup(), arguments, {}});
  for (Call &call : calls)
    for (auto text : call.arguments.getAsRange<StringAttr>()) {
      llvm::Expected<KernelArgument> argument =
          resolveArgument(text, group, facts);
      call.types.push_back(argument ? getTypeInC(*argument, group) : "");
      if (!argument)
        llvm::consumeError(argument.takeError());
    }
  return calls;
}

std::string SelectKernels::checkTypes(const Call &call) const {
  auto known = declared.find(call.function);
  if (known == declared.end())
    return "";
  ArrayRef<std::string> types = known->second;
  auto expected = [&](const Twine &found, const Twine &wanted) {
    return (found + ", expected " + wanted + " as where another layer calls " +
            call.function)
        .str();
  };
  if (call.types.size() != types.size())
    return expected("has " + Twine(call.types.size()) + " arguments",
                    Twine(types.size()));
  for (auto [text, found, wanted] : llvm::zip_equal(
           call.arguments.getAsRange<StringAttr>(), call.types, types))
    if (found != wanted)
      return expected(text.getValue() + " is " + found + " in C", wanted);
  return "";
}

void SelectKernels::declare(ArrayRef<Call> calls) {
  for (const Call &call : calls)
    declared.try_emplace(call.function, call.types);
}

void SelectKernels::consider(KernelOp kernel, Operation *op,
                             std::vector<Candidate> &candidates,
                             SmallVectorImpl<Attribute> &stays) {
  auto pattern = kernel.getPattern();
  if (cast<StringAttr>(pattern[0]).getValue() != op->getName().getStringRef())
    return;
  Builder builder(&getContext());
  auto addReason = [&](const Twine &reason) {
    stays.push_back(builder.getStringAttr(kernel.getSymName() + ": " + reason));
  };
  std::string reason;
  FailureOr<SmallVector<Operation *>> group = matchPattern(op, pattern, reason);
  if (failed(group))
    return addReason(reason);
  LayerFacts facts = getFacts(*group, density);
  std::vector<std::string> reasons = checkKernel(kernel, *group, facts);
  for (const std::string &found : reasons)
    addReason(found);
  if (!reasons.empty())
    return;
  llvm::Expected<double> processor = evaluateWithZeros(processorCost, facts);
  if (!processor)
    return addReason("processor-cost: " +
                     llvm::toString(processor.takeError()));
  llvm::Expected<double> cost = evaluate(kernel.getCost().value_or("0"), facts);
  if (!cost)
    return addReason("cost: " + llvm::toString(cost.takeError()));
  // What is no number saves nothing, either.
  if (!(*cost < *processor))
    return addReason(
        llvm::formatv("costs {0:F1}, the processor {1:F1}", *cost, *processor)
            .str());
  candidates.push_back(
      {kernel, *group, *processor - *cost, getCalls(kernel, *group, facts)});
}

/// Puts the group into an `snn.offload` behind its last operation.
static void offload(const Candidate &candidate) {
  ArrayRef<Operation *> group = candidate.group;
  Operation *last = group.back();
  OpBuilder builder(last);
  Location loc = last->getLoc();
  SmallVector<Value> inputs = {group.front()->getOperand(0)};
  auto wantsEvents = [](ArrayAttr arguments) {
    return arguments && llvm::any_of(arguments.getAsRange<StringAttr>(),
                                     [](StringAttr text) {
                                       return text.getValue() == "input.events";
                                     });
  };
  KernelOp kernel = candidate.kernel;
  if (wantsEvents(kernel.getArguments())) {
    int64_t size = cast<RankedTensorType>(inputs[0].getType()).getNumElements();
    auto events = EventsOp::create(
        builder, loc, EventsType::get(builder.getContext(), size), inputs[0]);
    if (StringRef node = getNode(inputs[0]); !node.empty())
      setNode(events, node + "_events");
    inputs.push_back(events);
  }
  SmallVector<Value> used;
  for (Value result : last->getResults())
    // The kernel writes the first one, whether it is read or not.
    if (result == last->getResult(0) || !result.use_empty())
      used.push_back(result);
  auto op = OffloadOp::create(builder, loc,
                              llvm::to_vector(ValueRange(used).getTypes()),
                              kernel.getSymNameAttr(), inputs);
  copyNode(op, last);
  Block *body = builder.createBlock(&op.getBody());
  IRMapping mapping;
  for (Value input : inputs)
    (void)body->addArgument(input.getType(), input.getLoc());
  mapping.map(inputs[0], body->getArgument(0));
  // Constants are copied, each once.
  llvm::SetVector<Operation *> constants;
  for (Operation *member : group)
    for (Value operand : member->getOperands().drop_front()) {
      Operation *constant = operand.getDefiningOp();
      if (isa<quant::StorageCastOp>(constant))
        constants.insert(constant->getOperand(0).getDefiningOp());
      constants.insert(constant);
    }
  for (Operation *constant : constants)
    builder.clone(*constant, mapping);
  for (Operation *member : group)
    builder.clone(*member, mapping);
  YieldOp::create(builder, loc, llvm::map_to_vector(used, [&](Value value) {
                    return mapping.lookup(value);
                  }));
  for (auto [value, result] : llvm::zip_equal(used, op.getResults()))
    value.replaceAllUsesWith(result);
  for (Operation *member : llvm::reverse(group))
    member->erase();
}

void SelectKernels::select(NetworkOp network, ArrayRef<KernelOp> kernels) {
  std::vector<Candidate> candidates;
  Builder builder(&getContext());
  llvm::MapVector<Operation *, SmallVector<Attribute>> stays;
  for (Operation &op : *network.getBodyBlock()) {
    if (!isa<SynapseOpInterface, NeuronOpInterface>(op) &&
        llvm::none_of(kernels, [&](KernelOp kernel) {
          return cast<StringAttr>(kernel.getPattern()[0]).getValue() ==
                 op.getName().getStringRef();
        }))
      continue;
    SmallVector<Attribute> &reasons = stays[&op];
    size_t before = candidates.size();
    for (KernelOp kernel : kernels)
      consider(kernel, &op, candidates, reasons);
    if (reasons.empty() && candidates.size() == before)
      reasons.push_back(
          builder.getStringAttr("no kernel has a pattern that begins with " +
                                op.getName().getStringRef()));
  }
  llvm::stable_sort(candidates, [](const Candidate &a, const Candidate &b) {
    if (a.saving != b.saving)
      return a.saving > b.saving;
    return a.group.size() > b.group.size();
  });
  llvm::DenseSet<Operation *> taken;
  for (const Candidate &candidate : candidates) {
    std::string reason;
    if (llvm::any_of(candidate.group,
                     [&](Operation *op) { return taken.contains(op); }))
      reason = "another kernel that saves more computes a part of it";
    else
      for (const Call &call : candidate.calls)
        if (reason.empty())
          reason = checkTypes(call);
    if (!reason.empty()) {
      KernelOp kernel = candidate.kernel;
      stays[candidate.group.front()].push_back(
          builder.getStringAttr(kernel.getSymName() + ": " + reason));
      continue;
    }
    declare(candidate.calls);
    taken.insert_range(candidate.group);
    offload(candidate);
    ++offloaded;
  }
  for (auto &[op, reasons] : stays)
    if (!taken.contains(op))
      op->setAttr("snn.stays", builder.getArrayAttr(reasons));
}

void SelectKernels::runOnOperation() {
  auto kernels = llvm::to_vector(getOperation().getOps<KernelOp>());
  if (kernels.empty())
    return;
  if (failed(checkKernels(kernels)))
    return signalPassFailure();
  SymbolTable symbols(getOperation());
  getOperation().walk([&](OffloadOp op) {
    SmallVector<Operation *> group = op.getGroup();
    if (auto kernel = symbols.lookup<KernelOp>(op.getKernel()))
      declare(getCalls(kernel, group, getFacts(group, density)));
  });
  for (auto network : getOperation().getOps<NetworkOp>())
    select(network, kernels);
}
