//===- Signs.cpp - Which integers have a sign -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Signs.h"
#include "Inlining.h"
#include "Legality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringMap.h"

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

void Signs::visitReaders(Value number, Value holder) {
  for (Operation *user : number.getUsers()) {
    if (auto select = dyn_cast<arith::SelectOp>(user)) {
      unite(holder, select.getResult().getAsOpaquePointer());
      loaded.insert(select);
    } else if (auto store = dyn_cast<memref::StoreOp>(user)) {
      unite(holder, store.getMemRef().getAsOpaquePointer());
    } else if (isa<arith::ExtSIOp>(user)) {
      learn(holder, true);
    } else if (!number.getType().isInteger(8) &&
               !isa<arith::IndexCastUIOp>(user)) {
      learn(holder, true);
    }
  }
}

bool Signs::isComputedSigned(Value value) const {
  Operation *definition = value.getDefiningOp();
  if (isa_and_present<arith::SelectOp>(definition))
    return signedSelects.contains(definition);
  bool isNeutral =
      !definition || isa<memref::LoadOp, arith::ConstantOp>(definition);
  return !isNeutral && isSignedNumber(value);
}

void Signs::visit(Operation *op) {
  if (isa<memref::CollapseShapeOp, memref::ExpandShapeOp, memref::CastOp>(op))
    return unite(op->getResult(0), op->getOperand(0).getAsOpaquePointer());
  if (auto copy = dyn_cast<memref::CopyOp>(op))
    return unite(copy.getSource(), copy.getTarget().getAsOpaquePointer());
  if (auto global = dyn_cast<memref::GetGlobalOp>(op))
    return unite(global, global.getNameAttr().getAttr().getAsOpaquePointer());
  // Rows of weights, and sums.
  if (auto row = dyn_cast<vector::LoadOp>(op)) {
    if (row.use_empty() ||
        !isa<arith::ExtUIOp, arith::UIToFPOp>(*row->user_begin()))
      learn(row.getBase(), true);
    return;
  }
  if (auto store = dyn_cast<vector::StoreOp>(op)) {
    bool areBits = store.getVectorType().getElementType().isInteger(1);
    if (!areBits && isSignedNumber(store.getValueToStore()))
      learn(store.getBase(), true);
    return;
  }
  if (auto load = dyn_cast<memref::LoadOp>(op)) {
    if (isNumber(load.getType()))
      visitReaders(load, load.getMemRef());
  } else if (auto select = dyn_cast<arith::SelectOp>(op)) {
    if (isComputedSigned(select.getTrueValue()) ||
        isComputedSigned(select.getFalseValue()))
      signedSelects.insert(select);
    // Operands come first, so it is known by now.
    if (loaded.contains(select) && isNumber(select.getType()))
      visitReaders(select, select);
  } else if (auto store = dyn_cast<memref::StoreOp>(op)) {
    if (isNumber(store.getValueToStore().getType()) &&
        isComputedSigned(store.getValueToStore()))
      learn(store.getMemRef(), true);
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

void Signs::visitFunction(func::FuncOp function, const SymbolTable &table) {
  // Members of the network's struct are the same in all of its functions, the
  // second of a name as the first.
  llvm::StringMap<unsigned> met;
  if (!function.isPrivate())
    for (BlockArgument argument : function.getArguments()) {
      auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                        "snn.name");
      auto kind = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                        "snn.kind");
      // Integers that stand for other numbers, used or not.
      if (function.getArgAttr(argument.getArgNumber(), "snn.scales"))
        learn(argument, true);
      if (!name || !kind || !isa<MemRefType>(argument.getType()) ||
          kind.getValue() == "arena")
        continue;
      std::string member = (kind.getValue() + " " + name.getValue()).str();
      unsigned count = met[member]++;
      unite(argument,
            StringAttr::get(function.getContext(), member + " " + Twine(count))
                .getAsOpaquePointer());
    }
  function.walk([&](Operation *op) {
    visit(op);
    auto call = dyn_cast<func::CallOp>(op);
    auto callee = call ? table.lookup<func::FuncOp>(call.getCallee()) : nullptr;
    if (isExternal(callee))
      for (OpOperand &operand : call->getOpOperands())
        if (isa<MemRefType>(operand.get().getType()) &&
            !callee.getArgAttr(operand.getOperandNumber(), "snn.unsigned"))
          learn(operand.get(), true);
    if (!callee || callee.isDeclaration())
      return;
    for (auto [operand, argument] :
         llvm::zip(call.getOperands(), callee.getArguments()))
      // One after the other may use all of the shared memory.
      if (isa<MemRefType>(operand.getType()) && !isArena(operand))
        unite(operand, argument.getAsOpaquePointer());
  });
}

Signs::Signs(ModuleOp module, const SymbolTable &table) {
  for (auto function : module.getOps<func::FuncOp>())
    visitFunction(function, table);
  for (auto [array, isSigned] : evidence) {
    arrays.insert(array);
    if (isSigned)
      signedArrays.insert(arrays.getLeaderValue(array));
  }
  module.walk([&](arith::SelectOp select) {
    selected[select] = std::max(getSelected(select.getTrueValue()),
                                getSelected(select.getFalseValue()));
  });
}

Signs::Selected Signs::getSelected(Value value) const {
  if (value.getDefiningOp<arith::SelectOp>())
    return selected.lookup(value);
  if (value.getDefiningOp<arith::ConstantOp>())
    return Selected::Constants;
  return isUnsigned(value) ? Selected::Unsigned : Selected::Signed;
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
  if (value.getDefiningOp<arith::SelectOp>())
    return selected.lookup(value) == Selected::Unsigned;
  if (value.getType().isInteger(32))
    return value.getDefiningOp<arith::IndexCastUIOp>() != nullptr;
  return !isSignedNumber(value);
}
