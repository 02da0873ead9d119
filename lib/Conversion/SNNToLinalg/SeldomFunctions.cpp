//===- SeldomFunctions.cpp - What is seldom done --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SeldomFunctions.h"
#include "LayerBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace snn;

/// Erases what was made and not used.
static void eraseUnused(func::FuncOp function) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

/// Puts the constants that `function` uses from outside into it.
static void cloneConstants(func::FuncOp function) {
  Block &body = function.getBody().front();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  llvm::DenseMap<Value, Value> clones;
  body.walk([&](Operation *op) {
    for (OpOperand &operand : op->getOpOperands()) {
      auto constant = operand.get().getDefiningOp<arith::ConstantOp>();
      if (!constant || function->isProperAncestor(constant))
        continue;
      Value &clone = clones[constant];
      if (!clone)
        clone = builder.clone(*constant)->getResult(0);
      operand.set(clone);
    }
  });
}

void SeldomFunctions::call(
    SymbolTable &symbols, ImplicitLocOpBuilder &builder, StringRef name,
    StringRef comment, ValueRange operands, ArrayRef<StringRef> names,
    llvm::function_ref<void(ImplicitLocOpBuilder &)> build) {
  auto function = func::FuncOp::create(builder.getLoc(), name,
                                       builder.getFunctionType({}, {}));
  function.setPrivate();
  function->setAttr("snn.seldom", builder.getUnitAttr());
  function->setAttr(kCommentAttr, builder.getStringAttr(comment));
  ImplicitLocOpBuilder body = ImplicitLocOpBuilder::atBlockBegin(
      builder.getLoc(), function.addEntryBlock());
  build(body);
  func::ReturnOp::create(body);
  eraseUnused(function);
  cloneConstants(function);

  SmallVector<Value> used;
  auto isInside = [&](OpOperand &use) {
    return function->isProperAncestor(use.getOwner());
  };
  for (auto [operand, operandName] : llvm::zip_equal(operands, names)) {
    if (llvm::none_of(operand.getUses(), isInside))
      continue;
    DictionaryAttr attributes = builder.getDictionaryAttr(
        builder.getNamedAttr(kNameAttr, builder.getStringAttr(operandName)));
    unsigned index = function.getNumArguments();
    (void)function.insertArgument(index, operand.getType(), attributes,
                                  builder.getLoc());
    operand.replaceUsesWithIf(function.getArgument(index), isInside);
    used.push_back(operand);
  }

  auto isSame = [&](func::FuncOp other) {
    return other.getFunctionType() == function.getFunctionType() &&
           OperationEquivalence::isRegionEquivalentTo(
               &other.getBody(), &function.getBody(),
               OperationEquivalence::IgnoreLocations);
  };
  auto *known = llvm::find_if(functions, isSame);
  if (known != functions.end()) {
    function.erase();
    function = *known;
  } else {
    symbols.insert(function);
    functions.push_back(function);
  }
  func::CallOp::create(builder, function, used);
}
