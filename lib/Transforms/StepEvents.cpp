//===- StepEvents.cpp - A step for callers that have events ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Identity.h"
#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/StringMap.h"

namespace snn {
#define GEN_PASS_DEF_SNNADDSTEPEVENTS
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;

namespace {

/// Makes the second step function of one network.
class StepEvents {
public:
  StepEvents(func::FuncOp step, SymbolTable &symbols,
             llvm::StringMap<func::FuncOp> &made, bool listedOnly)
      : step(step), symbols(symbols), made(made), listedOnly(listedOnly) {}

  LogicalResult run();

private:
  /// Whether the inputs of spikes can be replaced.
  LogicalResult check();
  /// Whether `argument` is an input of spikes.
  bool isSpikes(BlockArgument argument);
  /// Replaces an input by the positions of its spikes, and their number.
  void replaceInput(unsigned index);
  /// Whether nothing reads `input`, through its views, but a call that lists
  /// its spikes: `lists`.
  bool isOnlyListed(Value input, SmallVectorImpl<func::CallOp> &lists);
  /// The list is made of the caller's positions.
  void takeEvents(func::CallOp list, Value x, Value count);
  /// The spikes lie in memory of the network, and are set in every step.
  void setSpikes(BlockArgument input, StringRef name, Value x, Value count);
  /// The declaration of a helper of the C emitter, made if it is not there.
  func::FuncOp getHelper(StringRef name, Type position, Type result,
                         size_t parameters);

  /// Whether the spikes of an input would need memory.
  bool needsSpikes();

  func::FuncOp step;
  SymbolTable &symbols;
  /// Functions of this pass, by the name they ask for.
  llvm::StringMap<func::FuncOp> &made;
  bool listedOnly;
  func::FuncOp events;
};

} // namespace

static MemRefType lineOf(Type element) {
  return MemRefType::get({ShapedType::kDynamic}, element);
}

/// Whether a call has the operands of a function that lists events.
static bool listsEvents(func::CallOp list) {
  TypeRange types = list.getOperandTypes();
  return (types.size() == 3 || types.size() == 5) &&
         list.getNumResults() == 0 && isa<MemRefType>(types.back()) &&
         llvm::all_of(types.drop_front().drop_back(), llvm::IsaPred<IndexType>);
}

/// Whether a call lists the events of a part of the inputs.
static bool isPart(func::CallOp list) { return list.getNumOperands() == 5; }

static Value createIndex(ImplicitLocOpBuilder &builder, int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

bool StepEvents::isSpikes(BlockArgument argument) {
  auto kind =
      step.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "snn.kind");
  auto type = dyn_cast<MemRefType>(argument.getType());
  return kind && kind.getValue() == "input" && type &&
         type.getElementType().isInteger(1);
}

bool StepEvents::isOnlyListed(Value input,
                              SmallVectorImpl<func::CallOp> &lists) {
  return llvm::all_of(input.getUsers(), [&](Operation *user) {
    if (isa<memref::CollapseShapeOp, memref::ExpandShapeOp, memref::CastOp>(
            user))
      return isOnlyListed(user->getResult(0), lists);
    auto call = dyn_cast<func::CallOp>(user);
    Operation *callee = call ? symbols.lookup(call.getCallee()) : nullptr;
    if (!callee || !callee->hasAttr("snn.lists") || call.getOperand(0) != input)
      return false;
    lists.push_back(call);
    return lists.size() == 1;
  });
}

void StepEvents::takeEvents(func::CallOp list, Value x, Value count) {
  ImplicitLocOpBuilder builder(list.getLoc(), list);
  auto typeOf = [](Value buffer) {
    return cast<MemRefType>(buffer.getType()).getElementType();
  };
  // What it got behind the spikes: their number, the list and what else says
  // which of them to list.
  SmallVector<Value> operands = {x, count};
  llvm::append_range(operands, list.getOperands().drop_front());
  func::CallOp::create(builder,
                       getHelper(isPart(list) ? "take_part" : "take_events",
                                 typeOf(x), typeOf(operands.back()),
                                 operands.size()),
                       operands);
  list.erase();
  // Views that only the list needed.
  SmallVector<Operation *> views;
  events.walk([&](Operation *op) {
    if (isa<ViewLikeOpInterface, memref::CastOp>(op))
      views.push_back(op);
  });
  for (Operation *view : llvm::reverse(views))
    if (view->use_empty())
      view->erase();
}

void StepEvents::setSpikes(BlockArgument input, StringRef name, Value x,
                           Value count) {
  auto type = cast<MemRefType>(input.getType());
  Builder attributes(events.getContext());
  unsigned last = events.getNumArguments();
  DictionaryAttr scratch = attributes.getDictionaryAttr(
      {attributes.getNamedAttr("snn.kind", attributes.getStringAttr("scratch")),
       attributes.getNamedAttr("snn.name",
                               attributes.getStringAttr(name + "_spikes")),
       attributes.getNamedAttr("snn.use", attributes.getStringAttr("spikes")),
       attributes.getNamedAttr(snn::kNodeAttr,
                               attributes.getStringAttr(name))});
  (void)events.insertArgument(last, type, scratch, input.getLoc());
  Value spikes = events.getArgument(last);
  input.replaceAllUsesWith(spikes);
  ImplicitLocOpBuilder builder(input.getLoc(), events.getContext());
  builder.setInsertionPointToStart(&events.getBody().front());
  Value flat = spikes;
  if (type.getRank() == 0) {
    flat = memref::ExpandShapeOp::create(builder, ArrayRef<int64_t>{1}, spikes,
                                         ArrayRef<ReassociationIndices>());
  } else if (type.getRank() > 1) {
    ReassociationIndices all =
        llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
    flat = memref::CollapseShapeOp::create(builder, spikes,
                                           ArrayRef<ReassociationIndices>{all});
  }
  Type element = type.getElementType();
  Value line = memref::CastOp::create(builder, lineOf(element), flat);
  Value size = createIndex(builder, type.getNumElements());
  Type position = cast<MemRefType>(x.getType()).getElementType();
  func::CallOp::create(builder, getHelper("set_spikes", position, element, 4),
                       ValueRange{x, count, size, line});
}

func::FuncOp StepEvents::getHelper(StringRef name, Type position, Type result,
                                   size_t parameters) {
  std::string symbol = name.str() + (position.isInteger(32) ? "_32"
                                     : result.isInteger(8)  ? "_8"
                                                            : "");
  func::FuncOp &function = made[symbol];
  if (function)
    return function;
  Builder attributes(step.getContext());
  SmallVector<Type> types(parameters, attributes.getIndexType());
  types.front() = lineOf(position);
  types.back() = lineOf(result);
  function = func::FuncOp::create(step.getLoc(), symbol,
                                  attributes.getFunctionType(types, {}));
  function.setPrivate();
  function->setAttr("snn.helper", attributes.getStringAttr(name));
  symbols.insert(function);
  return function;
}

void StepEvents::replaceInput(unsigned index) {
  BlockArgument input = events.getArgument(index);
  auto type = cast<MemRefType>(input.getType());
  int64_t size = type.getNumElements();
  Builder attributes(events.getContext());
  Type position = attributes.getIntegerType(size < (1 << 16) ? 16 : 32);
  auto name = events.getArgAttrOfType<StringAttr>(index, "snn.name");
  Location loc = input.getLoc();
  auto describe = [&](StringRef kind) {
    return attributes.getDictionaryAttr(
        {attributes.getNamedAttr("snn.kind", attributes.getStringAttr(kind)),
         attributes.getNamedAttr("snn.name", name),
         attributes.getNamedAttr("snn.size", attributes.getIndexAttr(size))});
  };
  (void)events.insertArgument(index + 1, lineOf(position), describe("events"),
                              loc);
  (void)events.insertArgument(index + 2, attributes.getIndexType(),
                              describe("count"), loc);
  Value x = events.getArgument(index + 1),
        count = events.getArgument(index + 2);

  // Where the spikes themselves are read, they are set, and listed as others
  // are: what the caller hands over is looked through once.
  SmallVector<func::CallOp, 1> lists;
  if (!isOnlyListed(input, lists))
    setSpikes(input, name.getValue(), x, count);
  else if (!lists.empty())
    takeEvents(lists.front(), x, count);
  (void)events.eraseArgument(index);
}

LogicalResult StepEvents::check() {
  if (!step.getBody().hasOneBlock())
    return step.emitOpError("has several blocks, expected one");
  for (BlockArgument argument : step.getArguments()) {
    if (!isSpikes(argument))
      continue;
    unsigned index = argument.getArgNumber();
    if (!step.getArgAttr(index, "snn.name"))
      return emitError(argument.getLoc())
             << "argument " << index << " of " << step.getSymNameAttr()
             << " is an input of spikes without snn.name, expected one: its "
                "events are named after it";
    if (!cast<MemRefType>(argument.getType()).hasStaticShape())
      return emitError(argument.getLoc())
             << "argument " << index << " of " << step.getSymNameAttr()
             << " is an input of spikes of type " << argument.getType()
             << ", expected a static shape";
    SmallVector<func::CallOp> lists;
    (void)isOnlyListed(argument, lists);
    for (func::CallOp list : lists)
      if (!listsEvents(list))
        return list.emitOpError("lists events as ")
               << list.getCalleeType()
               << ", expected the spikes, their number and the list; or, "
                  "before "
                  "the list, also where a part of it begins, and how many it "
                  "has room for";
  }
  return success();
}

bool StepEvents::needsSpikes() {
  return llvm::any_of(step.getArguments(), [&](BlockArgument argument) {
    SmallVector<func::CallOp, 1> lists;
    return isSpikes(argument) && !isOnlyListed(argument, lists);
  });
}

LogicalResult StepEvents::run() {
  if (step.isDeclaration() ||
      llvm::none_of(step.getArguments(),
                    [&](BlockArgument argument) { return isSpikes(argument); }))
    return success();
  if (failed(check()))
    return failure();
  if (listedOnly && needsSpikes())
    return success();
  events = step.clone();
  events.setName((step.getName() + "_events").str());
  events->setAttr("snn.role",
                  StringAttr::get(step.getContext(), "step_events"));
  symbols.insert(events, std::next(Block::iterator(step)));
  // From the last on: indices of those before stay.
  for (unsigned index = step.getNumArguments(); index-- > 0;)
    if (isSpikes(step.getArgument(index)))
      replaceInput(index);
  return success();
}

namespace {
struct AddStepEvents : snn::impl::SNNAddStepEventsBase<AddStepEvents> {
  using SNNAddStepEventsBase::SNNAddStepEventsBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    llvm::StringMap<func::FuncOp> made;
    for (auto function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      auto role = function->getAttrOfType<StringAttr>("snn.role");
      bool isStep = role && role.getValue() == "step";
      if (isStep &&
          failed(StepEvents(function, symbols, made, listedOnly).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
