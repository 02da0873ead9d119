//===- StepEvents.cpp - A step for callers that have events ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
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
             llvm::StringMap<func::FuncOp> &made)
      : step(step), symbols(symbols), made(made) {}

  LogicalResult run();

private:
  /// Whether the inputs of spikes can be replaced.
  LogicalResult check();
  /// Whether `argument` is an input of spikes.
  bool isSpikes(BlockArgument argument);
  /// Replaces an input by the positions of its spikes, and their number.
  void replaceInput(unsigned index);
  /// The calls that list the spikes of `input`, through its views.
  void findLists(Value input, SmallVectorImpl<func::CallOp> &lists);
  /// The function that is called `name` if no other is, made by `build` if it
  /// is not there.
  func::FuncOp
  getFunction(StringRef name, ArrayRef<Type> types, ArrayRef<StringRef> names,
              StringRef comment,
              llvm::function_ref<void(ImplicitLocOpBuilder &, Block *)> build);
  func::FuncOp getCopyFunction(Type position);
  func::FuncOp getSetFunction(Type position);

  func::FuncOp step;
  SymbolTable &symbols;
  /// Functions of this pass, by the name they ask for.
  llvm::StringMap<func::FuncOp> &made;
  func::FuncOp events;
};

} // namespace

static MemRefType lineOf(Type element) {
  return MemRefType::get({ShapedType::kDynamic}, element);
}

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

void StepEvents::findLists(Value input, SmallVectorImpl<func::CallOp> &lists) {
  for (Operation *user : input.getUsers()) {
    if (isa<memref::CollapseShapeOp, memref::ExpandShapeOp, memref::CastOp>(
            user))
      findLists(user->getResult(0), lists);
    else if (auto call = dyn_cast<func::CallOp>(user);
             call && call.getOperand(0) == input &&
             symbols.lookup(call.getCallee())->hasAttr("snn.lists"))
      lists.push_back(call);
  }
}

func::FuncOp StepEvents::getFunction(
    StringRef name, ArrayRef<Type> types, ArrayRef<StringRef> names,
    StringRef comment,
    llvm::function_ref<void(ImplicitLocOpBuilder &, Block *)> build) {
  func::FuncOp &function = made[name];
  if (function)
    return function;
  ImplicitLocOpBuilder builder(step.getLoc(), step.getContext());
  function =
      func::FuncOp::create(builder, name, builder.getFunctionType(types, {}));
  function.setPrivate();
  for (auto [index, argument] : llvm::enumerate(names))
    function.setArgAttr(index, "snn.name", builder.getStringAttr(argument));
  function->setAttr("snn.comment", builder.getStringAttr(comment));
  symbols.insert(function);
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  build(builder, body);
  func::ReturnOp::create(builder);
  return function;
}

/// A loop over `0 <= index < end`.
static void
createLoop(ImplicitLocOpBuilder &builder, Value end,
           llvm::function_ref<void(ImplicitLocOpBuilder &, Value)> body) {
  scf::ForOp::create(
      builder, createIndex(builder, 0), end, createIndex(builder, 1),
      ValueRange(),
      [&](OpBuilder &nested, Location loc, Value index, ValueRange) {
        ImplicitLocOpBuilder inner(loc, nested);
        body(inner, index);
        scf::YieldOp::create(inner);
      });
}

func::FuncOp StepEvents::getCopyFunction(Type position) {
  Type index = IndexType::get(position.getContext());
  return getFunction(
      position.isInteger(16) ? "copy_events" : "copy_events_32",
      {lineOf(position), index, index, lineOf(position)},
      {"x", "count", "size", "events"},
      "The count positions in x, and then, four times, the number of elements.",
      [](ImplicitLocOpBuilder &builder, Block *body) {
        Value x = body->getArgument(0), count = body->getArgument(1);
        Value events = body->getArgument(3);
        createLoop(builder, count, [&](ImplicitLocOpBuilder &loop, Value n) {
          Value element = memref::LoadOp::create(loop, x, n);
          memref::StoreOp::create(loop, element, events, n);
        });
        Type type = cast<MemRefType>(events.getType()).getElementType();
        Value end =
            arith::IndexCastUIOp::create(builder, type, body->getArgument(2));
        for (int64_t k = 0; k < 4; ++k)
          memref::StoreOp::create(
              builder, end, events,
              ValueRange{
                  arith::AddIOp::create(builder, count, createIndex(builder, k))
                      .getResult()});
      });
}

func::FuncOp StepEvents::getSetFunction(Type position) {
  Type index = IndexType::get(position.getContext());
  Type spike = IntegerType::get(position.getContext(), 1);
  return getFunction(
      position.isInteger(16) ? "set_spikes" : "set_spikes_32",
      {lineOf(position), index, index, lineOf(spike)},
      {"x", "count", "size", "spikes"},
      "Spikes at the count positions in x, and nowhere else.",
      [&](ImplicitLocOpBuilder &builder, Block *body) {
        Value x = body->getArgument(0), spikes = body->getArgument(3);
        Value none =
            arith::ConstantOp::create(builder, builder.getBoolAttr(false));
        Value one =
            arith::ConstantOp::create(builder, builder.getBoolAttr(true));
        createLoop(builder, body->getArgument(2),
                   [&](ImplicitLocOpBuilder &loop, Value n) {
                     memref::StoreOp::create(loop, none, spikes, n);
                   });
        createLoop(builder, body->getArgument(1),
                   [&](ImplicitLocOpBuilder &loop, Value n) {
                     Value element = memref::LoadOp::create(loop, x, n);
                     Value at = arith::IndexCastUIOp::create(
                         loop, loop.getIndexType(), element);
                     memref::StoreOp::create(loop, one, spikes, at);
                   });
      });
}

void StepEvents::replaceInput(unsigned index) {
  Block &body = events.getBody().front();
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

  SmallVector<func::CallOp> lists;
  findLists(input, lists);
  for (func::CallOp list : lists) {
    ImplicitLocOpBuilder builder(list.getLoc(), list);
    func::CallOp::create(
        builder, getCopyFunction(position),
        ValueRange{x, count, list.getOperand(1), list.getOperand(2)});
    list.erase();
  }
  // Views that only the lists needed.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isa<ViewLikeOpInterface, memref::CastOp>(op) && op.use_empty())
      op.erase();

  if (!input.use_empty()) {
    unsigned last = events.getNumArguments();
    DictionaryAttr scratch = attributes.getDictionaryAttr(
        {attributes.getNamedAttr("snn.kind",
                                 attributes.getStringAttr("scratch")),
         attributes.getNamedAttr(
             "snn.name",
             attributes.getStringAttr(name.getValue() + "_spikes"))});
    (void)events.insertArgument(last, type, scratch, loc);
    Value spikes = events.getArgument(last);
    input.replaceAllUsesWith(spikes);
    ImplicitLocOpBuilder builder(loc, events.getContext());
    builder.setInsertionPointToStart(&body);
    Value flat = spikes;
    if (type.getRank() == 0) {
      flat =
          memref::ExpandShapeOp::create(builder, ArrayRef<int64_t>{1}, spikes,
                                        ArrayRef<ReassociationIndices>());
    } else if (type.getRank() > 1) {
      ReassociationIndices all =
          llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
      flat = memref::CollapseShapeOp::create(
          builder, spikes, ArrayRef<ReassociationIndices>{all});
    }
    Value line =
        memref::CastOp::create(builder, lineOf(type.getElementType()), flat);
    func::CallOp::create(
        builder, getSetFunction(position),
        ValueRange{x, count, createIndex(builder, size), line});
  }
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
    findLists(argument, lists);
    for (func::CallOp list : lists)
      if (list.getNumOperands() != 3 || list.getNumResults() != 0)
        return list.emitOpError("lists events with ")
               << list.getNumOperands() << " operands and "
               << list.getNumResults()
               << " results, expected the spikes, their number and the list";
  }
  return success();
}

LogicalResult StepEvents::run() {
  if (step.isDeclaration() ||
      llvm::none_of(step.getArguments(),
                    [&](BlockArgument argument) { return isSpikes(argument); }))
    return success();
  if (failed(check()))
    return failure();
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
      if (isStep && failed(StepEvents(function, symbols, made).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
