//===- Legality.cpp - What the emitter can print --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Legality.h"
#include "Inlining.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// Whether the emitter knows `op`; vectors are checked where a list is printed.
static bool isInSubset(Operation *op) {
  if (snn::c11::isVector(op))
    return true;
  return isa<
      // Numbers.
      arith::ConstantOp, arith::AddFOp, arith::AddIOp, arith::SubFOp,
      arith::SubIOp, arith::MulFOp, arith::MulIOp, arith::DivFOp,
      arith::DivUIOp, arith::DivSIOp, arith::RemUIOp, arith::MaxUIOp,
      arith::MinUIOp, arith::CmpFOp, arith::CmpIOp, arith::SelectOp,
      arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::ShRSIOp,
      arith::ShRUIOp, arith::ShLIOp, arith::UIToFPOp, arith::FPToUIOp,
      arith::FPToSIOp, arith::ExtUIOp, arith::ExtSIOp, arith::TruncIOp,
      arith::IndexCastUIOp, math::CtPopOp, vector::ExtractOp,
      vector::ReductionOp,
      // Memory.
      memref::LoadOp, memref::StoreOp, memref::CopyOp, memref::GetGlobalOp,
      memref::CollapseShapeOp, memref::ExpandShapeOp, memref::CastOp,
      memref::ViewOp, vector::CompressStoreOp, vector::StoreOp,
      // Control.
      func::FuncOp, func::CallOp, func::ReturnOp, scf::ForOp, scf::WhileOp,
      scf::IfOp, scf::YieldOp, scf::ConditionOp>(op);
}

/// C has no number for true as MLIR's integers of one bit with a sign have it,
/// -1, and takes other numbers than 0 for true.
static LogicalResult checkSign(Operation *op) {
  auto isBit = [](Type type) { return type.isInteger(1); };
  bool isSigned = isa<arith::ExtSIOp, arith::DivSIOp, arith::ShRSIOp>(op);
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    using P = arith::CmpIPredicate;
    P predicate = compare.getPredicate();
    isSigned = predicate == P::slt || predicate == P::sle ||
               predicate == P::sgt || predicate == P::sge;
  }
  bool cutsToBit = isa<arith::TruncIOp, arith::FPToUIOp, arith::FPToSIOp>(op) &&
                   isBit(op->getResult(0).getType());
  if ((isSigned && isBit(op->getOperand(0).getType())) || cutsToBit)
    return op->emitOpError("C11: on i1 is not in the emitter's subset: C's "
                           "bool has no sign, and is true for all but 0");
  return success();
}

/// The emitter counts in size_t, upward.
static LogicalResult checkLoop(scf::ForOp loop) {
  if (!loop.getInductionVar().getType().isIndex())
    return loop.emitOpError("C11: over ")
           << loop.getInductionVar().getType()
           << " is not in the emitter's subset, expected index";
  APInt step;
  if (matchPattern(loop.getStep(), m_ConstantInt(&step)) &&
      !step.isStrictlyPositive())
    return loop.emitOpError("C11: has step ")
           << step.getSExtValue() << ", expected at least 1";
  return success();
}

bool snn::c11::isExternal(func::FuncOp function) {
  return function && function->hasAttr("snn.external");
}

bool snn::c11::hasHelperResult(func::CallOp call, const SymbolTable &table) {
  auto callee = table.lookup<func::FuncOp>(call.getCallee());
  return callee && callee->hasAttr("snn.helper") && call.getNumResults() == 1;
}

static LogicalResult checkCall(func::CallOp call, const SymbolTable &table) {
  auto callee = table.lookup<func::FuncOp>(call.getCallee());
  if (callee && callee.isPrivate() &&
      (call.getNumResults() == 0 || snn::c11::hasHelperResult(call, table)))
    return success();
  return call.emitOpError("C11: is not in the emitter's subset: only private "
                          "functions without results can be called");
}

LogicalResult snn::c11::checkFunction(func::FuncOp function,
                                      const SymbolTable &table) {
  // What others have written needs no body.
  if (isExternal(function) && function.isDeclaration() &&
      function.isPrivate() && function.getNumResults() == 0)
    return success();
  if (function.isDeclaration() || function.getNumResults() != 0)
    return function.emitOpError("C11: is not in the emitter's subset: expected "
                                "a body and no results");
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("C11: with several blocks is not in the "
                                "emitter's subset");
  auto check = [&](Operation *op) -> WalkResult {
    if (!isInSubset(op))
      return op->emitOpError("C11: is not in the emitter's subset");
    if (failed(checkSign(op)))
      return WalkResult::interrupt();
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return checkLoop(loop);
    if (auto call = dyn_cast<func::CallOp>(op))
      return checkCall(call, table);
    return WalkResult::advance();
  };
  return failure(function.walk<WalkOrder::PreOrder>(check).wasInterrupted());
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

namespace {
/// A function whose callees are being visited.
struct Visit {
  func::FuncOp function;
  SmallVector<func::CallOp> calls;
  size_t next = 0;
};
} // namespace

static Visit beginVisit(func::FuncOp function) {
  Visit visit{function, {}};
  function.walk([&](func::CallOp call) { visit.calls.push_back(call); });
  return visit;
}

FailureOr<SmallVector<func::FuncOp>>
snn::c11::orderCallees(ModuleOp module, const SymbolTable &table) {
  SmallVector<func::FuncOp> ordered;
  enum class State { Open, Done };
  llvm::DenseMap<Operation *, State> states;
  for (auto root : module.getOps<func::FuncOp>()) {
    if (!root.isPrivate() || states.count(root))
      continue;
    // Not by recursion: chains of calls can be long.
    SmallVector<Visit> path = {beginVisit(root)};
    states[root] = State::Open;
    while (!path.empty()) {
      Visit &visit = path.back();
      if (visit.next == visit.calls.size()) {
        states[visit.function] = State::Done;
        ordered.push_back(visit.function);
        path.pop_back();
        continue;
      }
      func::CallOp call = visit.calls[visit.next++];
      auto callee = table.lookup<func::FuncOp>(call.getCallee());
      auto [state, isNew] = states.try_emplace(callee, State::Open);
      if (isNew)
        path.push_back(beginVisit(callee));
      else if (state->second == State::Open)
        return call.emitOpError("C11: is recursive: ")
               << call.getCalleeAttr() << " is not over when it is called";
    }
  }
  return ordered;
}
