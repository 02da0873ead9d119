//===- Resources.cpp - What each layer needs ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Analysis/Resources.h"
#include "snn/Analysis/Memory.h"
#include "snn/Conversion/SNNToLinalg/SNNToLinalg.h"
#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace snn;

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

namespace {

/// Walks through one layer's function as the machine would, but computes
/// positions only. What depends on the layer's inputs goes as if all of them
/// were zero, or none.
class LayerWalk {
public:
  LayerWalk(func::FuncOp function, bool isActive)
      : function(function), isActive(isActive) {}

  FailureOr<Operations> run();

  /// How many inputs cost nothing when they are zero.
  int64_t getSkippable() const { return skippable; }

private:
  bool isNamed(Value array, StringRef name);
  bool isEventList(Value array) { return isNamed(array, "events"); }
  bool isRepeatedList(Value array) { return isNamed(array, "repeated"); }
  LogicalResult visit(Block &block, Operations &total);
  LogicalResult visitFor(scf::ForOp loop, Operations &total);
  LogicalResult visitWhile(scf::WhileOp loop, Operations &total);
  LogicalResult visitIf(scf::IfOp branch, Operations &total);
  LogicalResult visitCall(func::CallOp call, Operations &total);
  Operations countOwn(Block &block);
  void bind(ValueRange values, ValueRange sources);
  std::optional<int64_t> evaluate(Value value);
  std::optional<int64_t> evaluateLoad(memref::LoadOp load);

  func::FuncOp function;
  bool isActive;
  int64_t skippable = 0;
  /// Where loops are, as far as that is known.
  llvm::DenseMap<Value, std::optional<int64_t>> positions;
  llvm::DenseMap<Block *, Operations> ownOperations;
};

} // namespace

/// What a call of a helper for products has in plain C: it is one for what
/// some processors do otherwise.
static Operations countProduct(func::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  auto helper =
      callee ? callee->getAttrOfType<StringAttr>("snn.helper") : StringAttr();
  Operations found;
  if (!helper || !helper.getValue().starts_with("product"))
    return found;
  found.multiplies = 1;
  if (helper.getValue() == "product_shifted") // in halves
    found.multiplies = found.adds = 2;
  else if (helper.getValue() == "product_shifted_short")
    found.adds = 1;
  return found;
}

/// The operations of a block outside of loops and branches.
Operations LayerWalk::countOwn(Block &block) {
  auto [it, isNew] = ownOperations.try_emplace(&block);
  if (isNew)
    for (Operation &op : block) {
      if (op.getNumResults() != 1)
        continue;
      if (auto call = dyn_cast<func::CallOp>(op))
        it->second.add(countProduct(call), 1);
      Type type = op.getResult(0).getType();
      auto vector = dyn_cast<VectorType>(type);
      if (!getElementTypeOrSelf(type).isIntOrFloat())
        continue;
      int64_t numbers = vector ? vector.getNumElements() : 1;
      if (isa<arith::MulFOp, arith::MulIOp>(op))
        it->second.multiplies += numbers;
      if (isa<arith::AddFOp, arith::AddIOp, arith::SubFOp, arith::SubIOp>(op))
        it->second.adds += numbers;
    }
  return it->second;
}

/// Of how many inputs a list of events names the active ones.
static int64_t getListSize(Value list) {
  auto argument = cast<BlockArgument>(list);
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  // Less is stored at a time of a list in parts.
  if (auto size = function.getArgAttrOfType<IntegerAttr>(
          argument.getArgNumber(), "snn.size"))
    return size.getInt();
  return cast<MemRefType>(list.getType()).getNumElements() - kEventsPerVisit;
}

/// Whether `array` is a parameter that is called `name`.
bool LayerWalk::isNamed(Value array, StringRef name) {
  auto argument = dyn_cast<BlockArgument>(array);
  if (!argument || argument.getOwner() != &function.getBody().front())
    return false;
  auto found = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                     "snn.name");
  return found && found.getValue() == name;
}

/// A list of events names all inputs, or none; then come numbers that are none.
/// None are repeated.
std::optional<int64_t> LayerWalk::evaluateLoad(memref::LoadOp load) {
  if (isRepeatedList(load.getMemRef()))
    for (BlockArgument argument : function.getArguments())
      if (isEventList(argument))
        return getListSize(argument);
  if (!isEventList(load.getMemRef()))
    return std::nullopt;
  std::optional<int64_t> index = evaluate(load.getIndices().front());
  int64_t size = getListSize(load.getMemRef());
  return index && isActive && *index < size ? index : size;
}

std::optional<int64_t> LayerWalk::evaluate(Value value) {
  if (auto it = positions.find(value); it != positions.end())
    return it->second;
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return evaluateLoad(load);
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto number = dyn_cast<IntegerAttr>(constant.getValue());
    return number ? std::optional(number.getInt()) : std::nullopt;
  }
  if (isa<arith::IndexCastUIOp>(op))
    return evaluate(op->getOperand(0));
  if (op->getNumOperands() != 2)
    return std::nullopt;
  std::optional<int64_t> a = evaluate(op->getOperand(0));
  std::optional<int64_t> b = evaluate(op->getOperand(1));
  if (!a || !b)
    return std::nullopt;
  using Result = std::optional<int64_t>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](arith::AddIOp) { return Result(*a + *b); })
      .Case([&](arith::SubIOp) { return Result(*a - *b); })
      .Case([&](arith::MulIOp) { return Result(*a * *b); })
      .Case([&](arith::DivUIOp) { return Result(*a / *b); })
      .Case([&](arith::RemUIOp) { return Result(*a % *b); })
      .Case([&](arith::MinUIOp) { return Result(std::min(*a, *b)); })
      .Case([&](arith::MaxUIOp) { return Result(std::max(*a, *b)); })
      .Case([&](arith::CmpIOp compare) -> Result {
        if (compare.getPredicate() == arith::CmpIPredicate::eq)
          return *a == *b;
        if (compare.getPredicate() == arith::CmpIPredicate::ne)
          return *a != *b;
        if (compare.getPredicate() == arith::CmpIPredicate::uge)
          return *a >= *b;
        return std::nullopt;
      })
      .Default([](Operation *) { return std::nullopt; });
}

void LayerWalk::bind(ValueRange values, ValueRange sources) {
  SmallVector<std::optional<int64_t>> known = llvm::map_to_vector(
      sources, [&](Value source) { return evaluate(source); });
  for (auto [value, number] : llvm::zip_equal(values, known))
    positions[value] = number;
}

LogicalResult LayerWalk::visitFor(scf::ForOp loop, Operations &total) {
  std::optional<int64_t> begin = evaluate(loop.getLowerBound());
  std::optional<int64_t> end = evaluate(loop.getUpperBound());
  std::optional<int64_t> step = evaluate(loop.getStep());
  if (!begin || !end || !step)
    return loop.emitOpError("has a length that is not known");
  Block &body = *loop.getBody();
  bool isInnermost =
      llvm::all_of(body, [](Operation &op) { return op.getNumRegions() == 0; });
  if (isInnermost) {
    int64_t times =
        std::max<int64_t>(0, llvm::divideCeilSigned(*end - *begin, *step));
    total.add(countOwn(body), times);
    return success();
  }
  for (int64_t index = *begin; index < *end; index += *step) {
    positions[loop.getInductionVar()] = index;
    if (failed(visit(body, total)))
      return failure();
  }
  return success();
}

LogicalResult LayerWalk::visitWhile(scf::WhileOp loop, Operations &total) {
  scf::ConditionOp condition = loop.getConditionOp();
  bind(loop.getBeforeArguments(), loop.getInits());
  for (;;) {
    if (failed(visit(*loop.getBeforeBody(), total)))
      return failure();
    std::optional<int64_t> goesOn = evaluate(condition.getCondition());
    if (!goesOn)
      return loop.emitOpError("has a length that is not known");
    bind(loop.getResults(), condition.getArgs());
    if (!*goesOn)
      return success();
    bind(loop.getAfterArguments(), condition.getArgs());
    if (failed(visit(*loop.getAfterBody(), total)))
      return failure();
    bind(loop.getBeforeArguments(), loop.getYieldOp().getOperands());
  }
}

LogicalResult LayerWalk::visitIf(scf::IfOp branch, Operations &total) {
  std::optional<int64_t> isTaken = evaluate(branch.getCondition());
  // Both forms that a C compiler can choose from add the same.
  if (branch.getCondition().getDefiningOp<func::CallOp>())
    isTaken = 0;
  // What is repeated would be added as often as it counts, or is multiplied.
  branch.thenBlock()->walk([&](memref::StoreOp store) {
    if (isRepeatedList(store.getMemRef()))
      isTaken = 0;
  });
  if (!isTaken) {
    isTaken = isActive;
    ++skippable;
  }
  Block *block = *isTaken ? branch.thenBlock() : branch.elseBlock();
  return block ? visit(*block, total) : success();
}

/// A part of the layer; what has no body says something of the processor.
LogicalResult LayerWalk::visitCall(func::CallOp call, Operations &total) {
  auto part = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  if (!part || part.isDeclaration())
    return success();
  bind(part.getArguments(), call.getOperands());
  return visit(part.getBody().front(), total);
}

FailureOr<Operations> LayerWalk::run() {
  for (BlockArgument argument : function.getArguments())
    if (isEventList(argument))
      skippable += getListSize(argument);
  // It may be called for each part of a layer, with the part's number.
  auto parts = function->getAttrOfType<IntegerAttr>("snn.parts");
  Operations total;
  for (int64_t part = 0, end = parts ? parts.getInt() : 1; part < end; ++part) {
    for (BlockArgument argument : function.getArguments())
      if (parts && argument.getType().isIndex())
        positions[argument] = part;
    if (failed(visit(function.getBody().front(), total)))
      return failure();
  }
  return total;
}

LogicalResult LayerWalk::visit(Block &block, Operations &total) {
  total.add(countOwn(block));
  for (Operation &op : block) {
    LogicalResult result =
        llvm::TypeSwitch<Operation *, LogicalResult>(&op)
            .Case([&](scf::ForOp loop) { return visitFor(loop, total); })
            .Case([&](scf::WhileOp loop) { return visitWhile(loop, total); })
            .Case([&](scf::IfOp branch) { return visitIf(branch, total); })
            .Case([&](func::CallOp call) { return visitCall(call, total); })
            .Default([](Operation *) { return success(); });
    if (failed(result))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// Bytes of an array in C: spikes are bytes, positions have 64 bits.
static int64_t getBytes(Value array) {
  auto type = cast<MemRefType>(array.getType());
  Type element = type.getElementType();
  unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  return type.getNumElements() * llvm::divideCeil(bits, 8);
}

namespace {

/// Adds up what the functions of one module need, by node.
class Analysis {
public:
  explicit Analysis(ModuleOp module) : symbols(module), module(module) {}

  FailureOr<std::vector<LayerResources>> run();

private:
  LayerResources &layerOf(StringRef node) {
    auto [it, isNew] = layers.try_emplace(node);
    if (isNew)
      it->second.node = node.str();
    return it->second;
  }
  LogicalResult addCall(func::CallOp call);
  void addScratch(func::CallOp call, LayerResources &layer);
  void addState(func::FuncOp step);
  void addConstants();

  SymbolTable symbols;
  ModuleOp module;
  llvm::MapVector<StringRef, LayerResources> layers;
};

} // namespace

/// The memory of a step: a part of the arena, or what was not planned.
static bool isScratch(func::FuncOp step, Value memory) {
  if (memory.getDefiningOp<memref::ViewOp>())
    return true;
  auto argument = dyn_cast<BlockArgument>(memory);
  auto kind = argument ? step.getArgAttrOfType<StringAttr>(
                             argument.getArgNumber(), "snn.kind")
                       : StringAttr();
  return kind && (kind.getValue() == "scratch" || kind.getValue() == "arena");
}

void Analysis::addScratch(func::CallOp call, LayerResources &layer) {
  auto step = call->getParentOfType<func::FuncOp>();
  llvm::SmallDenseSet<Value> counted;
  int64_t bytes = 0;
  for (Value operand : call.getOperands()) {
    if (!isa<MemRefType>(operand.getType()))
      continue;
    Value memory = getMemory(operand);
    if (isScratch(step, memory) && counted.insert(memory).second)
      bytes += getBytes(memory);
  }
  layer.scratchBytes = std::max(layer.scratchBytes, bytes);
}

LogicalResult Analysis::addCall(func::CallOp call) {
  auto function = symbols.lookup<func::FuncOp>(call.getCallee());
  // What takes arrays of any size lists events, for all layers.
  bool isShared = llvm::any_of(function.getArgumentTypes(), [](Type type) {
    auto array = dyn_cast<MemRefType>(type);
    return array && !array.hasStaticShape();
  });
  if (isShared)
    return success();
  LayerResources &layer = layerOf(getNode(function));
  addScratch(call, layer);
  LayerWalk rest(function, /*isActive=*/false);
  LayerWalk activity(function, /*isActive=*/true);
  FailureOr<Operations> least = rest.run(), most = activity.run();
  if (failed(least) || failed(most))
    return failure();
  layer.least.add(*least);
  layer.most.add(*most);
  bool skipsWork =
      least->adds < most->adds || least->multiplies < most->multiplies;
  if (skipsWork)
    layer.skippable += activity.getSkippable();
  return success();
}

void Analysis::addState(func::FuncOp step) {
  for (BlockArgument argument : step.getArguments()) {
    auto kind =
        step.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "snn.kind");
    auto node =
        step.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kNodeAttr);
    if (kind && kind.getValue() == "state")
      layerOf(node ? node.getValue() : "").stateBytes += getBytes(argument);
  }
}

void Analysis::addConstants() {
  llvm::DenseSet<Operation *> found;
  module.walk([&](memref::GetGlobalOp use) {
    auto global = symbols.lookup<memref::GlobalOp>(use.getName());
    if (found.insert(global).second)
      layerOf(getNode(global)).constantBytes += getBytes(use);
  });
}

FailureOr<std::vector<LayerResources>> Analysis::run() {
  for (auto function : module.getOps<func::FuncOp>()) {
    auto role = function->getAttrOfType<StringAttr>("snn.role");
    if (!role || role.getValue() != "step")
      continue;
    // Some are in loops over parts of a list or of neurons.
    WalkResult added = function.walk([&](func::CallOp call) {
      return succeeded(addCall(call)) ? WalkResult::advance()
                                      : WalkResult::interrupt();
    });
    if (added.wasInterrupted())
      return failure();
    addState(function);
  }
  addConstants();
  std::vector<LayerResources> found;
  for (auto &[node, layer] : layers)
    found.push_back(std::move(layer));
  return found;
}

/// The text of an attribute, or none.
static std::string getText(Attribute attribute) {
  auto text = dyn_cast_or_null<StringAttr>(attribute);
  return text ? text.getValue().str() : std::string();
}

/// What `memory`, an argument or a part of the arena of `step`, is for; none if
/// it is neither state nor such a part.
static std::optional<MemoryUse> describeMemory(func::FuncOp step,
                                               Value memory) {
  MemoryUse use;
  use.function = getText(step->getAttr("snn.role"));
  use.bytes = getBytes(memory);
  if (auto view = memory.getDefiningOp<memref::ViewOp>()) {
    use.offset = getConstantIntValue(view.getByteShift());
    auto name = dyn_cast<NameLoc>(view.getLoc());
    use.name = name ? name.getName().str() : "";
    use.node = getText(view->getAttr(kNodeAttr));
    use.use = getText(view->getAttr("snn.use"));
    return use.offset ? std::optional(use) : std::nullopt;
  }
  auto argument = dyn_cast<BlockArgument>(memory);
  unsigned index = argument ? argument.getArgNumber() : 0;
  if (!argument || getText(step.getArgAttr(index, "snn.kind")) != "state")
    return std::nullopt;
  use.name = getText(step.getArgAttr(index, "snn.name"));
  use.node = getText(step.getArgAttr(index, kNodeAttr));
  use.use = getText(step.getArgAttr(index, "snn.use"));
  return use;
}

/// The memory of one step function: states, and by their first use the parts of
/// the arena.
static std::vector<MemoryUse> findMemory(func::FuncOp step,
                                         const SymbolTable &symbols) {
  llvm::MapVector<Value, std::optional<MemoryUse>> found;
  for (BlockArgument argument : step.getArguments())
    if (isa<MemRefType>(argument.getType()) &&
        getText(step.getArgAttr(argument.getArgNumber(), "snn.kind")) ==
            "state")
      found[argument] = describeMemory(step, argument);
  step.walk([&](func::CallOp call) {
    auto function = symbols.lookup<func::FuncOp>(call.getCallee());
    std::string node = function ? getText(function->getAttr(kNodeAttr)) : "";
    for (Value operand : call.getOperands()) {
      auto type = dyn_cast<MemRefType>(operand.getType());
      Value memory = type ? getMemory(operand) : Value();
      if (!memory || !cast<MemRefType>(memory.getType()).hasStaticShape())
        continue;
      auto [it, isNew] = found.try_emplace(memory);
      if (isNew)
        it->second = describeMemory(step, memory);
      if (it->second && !node.empty() &&
          (it->second->nodes.empty() || it->second->nodes.back() != node))
        it->second->nodes.push_back(node);
    }
  });
  std::vector<MemoryUse> uses;
  for (auto &[memory, use] : found)
    if (use)
      uses.push_back(std::move(*use));
  return uses;
}

std::vector<MemoryUse> snn::analyzeMemory(ModuleOp module) {
  SymbolTable symbols(module);
  std::vector<MemoryUse> found;
  for (StringRef role : {"step", "step_events"})
    for (auto function : module.getOps<func::FuncOp>())
      if (getText(function->getAttr("snn.role")) == role)
        llvm::append_range(found, findMemory(function, symbols));
  return found;
}

FailureOr<std::vector<LayerResources>> snn::analyzeResources(ModuleOp module) {
  return Analysis(module).run();
}
