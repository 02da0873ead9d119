//===- Signs.cpp - Which integers have a sign -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Signs.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace snn::c11;

/// Whether a computed number, not one that was loaded, has a sign.
static bool isSignedNumber(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto truncate = dyn_cast_or_null<arith::TruncIOp>(op))
    return !bitEnumContainsAny(truncate.getOverflowFlags(),
                               arith::IntegerOverflowFlags::nuw);
  return !isa_and_present<arith::IndexCastUIOp, arith::FPToUIOp>(op);
}

static bool isNumber(Type type) {
  return type.isSignlessInteger() && !type.isInteger(1);
}

/// What `value` is one of, where it is selected.
static SmallVector<Value> getAlternatives(Value value) {
  SmallVector<Value> found = {value};
  for (size_t i = 0; i < found.size();) {
    auto select = found[i].getDefiningOp<arith::SelectOp>();
    if (!select) {
      ++i;
      continue;
    }
    found[i] = select.getTrueValue();
    found.push_back(select.getFalseValue());
  }
  return found;
}

/// The operations that see `value`, itself or selected.
static SmallVector<Operation *> getReaders(Value value) {
  SmallVector<Operation *> found;
  for (Operation *user : value.getUsers()) {
    if (auto select = dyn_cast<arith::SelectOp>(user))
      llvm::append_range(found, getReaders(select));
    else
      found.push_back(user);
  }
  return found;
}

void Signs::visit(Operation *op) {
  if (isa<memref::CollapseShapeOp, memref::ExpandShapeOp, memref::CastOp>(op))
    return unite(op->getResult(0), op->getOperand(0).getAsOpaquePointer());
  if (auto copy = dyn_cast<memref::CopyOp>(op))
    return unite(copy.getSource(), copy.getTarget().getAsOpaquePointer());
  if (auto global = dyn_cast<memref::GetGlobalOp>(op))
    return unite(global, global.getNameAttr().getAttr().getAsOpaquePointer());
  if (auto load = dyn_cast<memref::LoadOp>(op)) {
    if (!isNumber(load.getType()))
      return;
    for (Operation *user : getReaders(load)) {
      if (auto store = dyn_cast<memref::StoreOp>(user))
        unite(load.getMemRef(), store.getMemRef().getAsOpaquePointer());
      else if (isa<arith::ExtSIOp>(user))
        learn(load.getMemRef(), true);
      else if (!load.getType().isInteger(8) && !isa<arith::IndexCastUIOp>(user))
        learn(load.getMemRef(), true);
    }
  } else if (auto store = dyn_cast<memref::StoreOp>(op)) {
    for (Value value : getAlternatives(store.getValueToStore())) {
      Operation *definition = value.getDefiningOp();
      bool isNeutral =
          !definition || isa<memref::LoadOp, arith::ConstantOp>(definition);
      if (isNumber(value.getType()) && !isNeutral && isSignedNumber(value))
        learn(store.getMemRef(), true);
    }
  }
}

/// Whether a value is the memory that arrays of all types share.
static bool isArena(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto function =
      argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp())
               : nullptr;
  auto kind = function ? function.getArgAttrOfType<StringAttr>(
                             argument.getArgNumber(), "snn.kind")
                       : nullptr;
  return kind && kind.getValue() == "arena";
}

void Signs::visitFunction(func::FuncOp function, ModuleOp module) {
  // Members of the network's struct are the same in all of its functions.
  if (!function.isPrivate())
    for (BlockArgument argument : function.getArguments()) {
      auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                        "snn.name");
      auto kind = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                        "snn.kind");
      // Integers that stand for other numbers, used or not.
      if (function.getArgAttr(argument.getArgNumber(), "snn.scales"))
        learn(argument, true);
      if (name && kind && isa<MemRefType>(argument.getType()) &&
          kind.getValue() != "arena")
        unite(argument, StringAttr::get(function.getContext(),
                                        kind.getValue() + " " + name.getValue())
                            .getAsOpaquePointer());
    }
  function.walk([&](Operation *op) {
    visit(op);
    auto call = dyn_cast<func::CallOp>(op);
    auto callee =
        call ? module.lookupSymbol<func::FuncOp>(call.getCallee()) : nullptr;
    if (!callee || callee.isDeclaration())
      return;
    for (auto [operand, argument] :
         llvm::zip(call.getOperands(), callee.getArguments()))
      // One after the other may use all of the shared memory.
      if (isa<MemRefType>(operand.getType()) && !isArena(operand))
        unite(operand, argument.getAsOpaquePointer());
  });
}

Signs::Signs(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>())
    visitFunction(function, module);
  for (auto [array, isSigned] : evidence) {
    arrays.insert(array);
    if (isSigned)
      signedArrays.insert(arrays.getLeaderValue(array));
  }
}

bool Signs::isUnsignedArray(Key key) const {
  auto leader = arrays.findLeader(key);
  return leader == arrays.member_end() || !signedArrays.contains(*leader);
}

bool Signs::isUnsigned(memref::GlobalOp global) const {
  return isUnsignedArray(global.getSymNameAttr().getAsOpaquePointer());
}

bool Signs::isUnsigned(Value value) const {
  if (isa<MemRefType>(value.getType()))
    return isUnsignedArray(value.getAsOpaquePointer());
  if (auto load = value.getDefiningOp<memref::LoadOp>())
    return isUnsigned(load.getMemRef());
  if (value.getDefiningOp<arith::SelectOp>()) {
    SmallVector<Value> computed = getAlternatives(value);
    llvm::erase_if(computed, [](Value alternative) {
      return alternative.getDefiningOp<arith::ConstantOp>();
    });
    return !computed.empty() && llvm::all_of(computed, [&](Value other) {
      return isUnsigned(other);
    });
  }
  if (value.getType().isInteger(32))
    return value.getDefiningOp<arith::IndexCastUIOp>() != nullptr;
  return !isSignedNumber(value);
}
