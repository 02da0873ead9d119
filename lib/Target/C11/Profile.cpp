//===- Profile.cpp - What a step's calls and lists are called -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Profile.h"
#include "FunctionEmitter.h"
#include "snn/Analysis/Memory.h"
#include "snn/Conversion/SNNToLinalg/SNNToLinalg.h"
#include "snn/IR/Identity.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace snn;
using namespace snn::c11;

/// The name of the memory that `buffer` is a shape of, or "".
static StringRef getMemoryName(Value buffer) {
  Value memory = getMemory(buffer);
  if (auto argument = dyn_cast<BlockArgument>(memory)) {
    auto step = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    auto name =
        step.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "snn.name");
    return name ? name.getValue() : "";
  }
  Operation *view = memory.getDefiningOp();
  return view ? getText(view, "snn.name") : "";
}

/// Whether a function serves several signals, and is called for each of them.
static bool isShared(func::FuncOp function) {
  return function->hasAttr("snn.lists") || function->hasAttr("snn.helper");
}

/// The operand of a call that is the list of events that it writes.
static std::optional<unsigned> findList(func::FuncOp callee) {
  if (getText(callee, "snn.helper").starts_with("take_"))
    return callee.getNumArguments() - 1;
  if (callee.isDeclaration())
    return std::nullopt;
  for (BlockArgument argument : callee.getArguments()) {
    auto name = callee.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                    "snn.name");
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (type && isa<IntegerType>(type.getElementType()) && name &&
        name.getValue() == "events" && !isReadOnly(argument))
      return argument.getArgNumber();
  }
  return std::nullopt;
}

/// Of how many inputs `call` lists events, in its operand number `list`; that
/// is in `memory`, which may have room for fewer.
static int64_t getListedSize(func::CallOp call, func::FuncOp callee,
                             unsigned list, Value memory) {
  if (auto size = callee.getArgAttrOfType<IntegerAttr>(list, "snn.size"))
    return size.getInt();
  if (isShared(callee)) {
    Value size = call.getOperand(callee->hasAttr("snn.lists") ? 1 : 2);
    if (std::optional<int64_t> known = getConstantIntValue(size))
      return *known;
  }
  return cast<MemRefType>(memory.getType()).getNumElements() - kEventsPerVisit;
}

ProfileNames::ProfileNames(const NetworkFunctions &functions,
                           const SymbolTable &table) {
  addCalls(functions.step, /*takesEvents=*/false, table);
  if (functions.stepEvents)
    addCalls(functions.stepEvents, /*takesEvents=*/true, table);
}

void ProfileNames::addCalls(func::FuncOp step, bool takesEvents,
                            const SymbolTable &table) {
  // The second of the same name is another one than the first.
  llvm::StringMap<unsigned> met;
  auto getKey = [&](StringRef kind, StringRef name) {
    std::string key = (kind + name).str();
    return key + "#" + std::to_string(met[key]++);
  };
  step.walk([&](func::CallOp call) {
    auto callee = table.lookup<func::FuncOp>(call.getCallee());
    if (!callee || call.getNumResults() != 0)
      return;
    std::optional<unsigned> list = findList(callee);
    StringRef written =
        isShared(callee) ? getMemoryName(call.getOperands().back()) : "";
    StringRef wanted = written.empty() ? call.getCallee() : written;
    StringRef node = getText(callee, kNodeAttr), listed = written;
    if (listed.consume_back("_events") || listed.consume_back("_spikes"))
      node = listed;
    auto [known, isNew] = knownCalls.try_emplace(
        getKey(isShared(callee) ? "of " : "", wanted), profile.calls.size());
    if (isNew)
      profile.calls.push_back({callNames.add(wanted), node.str()});
    ProfiledCall &found = profile.calls[known->second];
    (takesEvents ? found.isInStepEvents : found.isInStep) = true;
    calls[call] = known->second;
    if (!list)
      return;
    Value memory = getMemory(call.getOperand(*list));
    auto type = cast<MemRefType>(memory.getType());
    if (!type.hasStaticShape() || type.getNumElements() <= kEventsPerVisit)
      return;
    int64_t size = getListedSize(call, callee, *list, memory);
    StringRef name = getMemoryName(memory);
    auto [knownList, isNewList] =
        knownLists.try_emplace(getKey("list ", name), profile.lists.size());
    if (isNewList)
      profile.lists.push_back({listNames.add(name), node.str(), size});
    lists[call] = {knownList->second, *list};
  });
}

std::optional<std::pair<const ProfiledList *, unsigned>>
ProfileNames::getList(func::CallOp call) const {
  auto found = lists.find(call);
  if (found == lists.end())
    return std::nullopt;
  return std::pair(&profile.lists[found->second.first], found->second.second);
}
