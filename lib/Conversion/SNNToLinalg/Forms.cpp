//===- Forms.cpp - Several forms of a layer -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Forms.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace snn;

/// Whether `condition` holds: the call of a helper.
static Value createCondition(ImplicitLocOpBuilder &builder,
                             SymbolTable &symbols, StringRef condition) {
  auto function = symbols.lookup<func::FuncOp>(condition);
  if (!function || !function->hasAttr("snn.helper")) {
    OpBuilder::InsertionGuard guard(builder);
    builder.clearInsertionPoint();
    function = func::FuncOp::create(
        builder, condition, builder.getFunctionType({}, {builder.getI1Type()}));
    function.setPrivate();
    function->setAttr("snn.helper", builder.getStringAttr(condition));
    symbols.insert(function);
  }
  return func::CallOp::create(builder, function).getResult(0);
}

/// The branch, or none if a form failed.
static FailureOr<scf::IfOp> createBranches(LayerBuilder &layer,
                                           StepContext &context,
                                           StringRef condition, Form taken,
                                           Form other) {
  ImplicitLocOpBuilder &builder = layer.body();
  Value holds = createCondition(builder, context.symbols, condition);
  auto branch = scf::IfOp::create(builder, holds, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  if (failed(taken()))
    return failure();
  builder.setInsertionPointToStart(branch.elseBlock());
  if (failed(other()))
    return failure();
  return branch;
}

LogicalResult snn::createForms(LayerBuilder &layer, StepContext &context,
                               StringRef condition, Form taken, Form other) {
  return createBranches(layer, context, condition, taken, other);
}

LogicalResult snn::createVectorForms(LayerBuilder &layer, StepContext &context,
                                     StringRef condition, Form inVectors,
                                     Form other) {
  if (!context.options.optionalVectors) {
    layer.markVectors(layer.getFunction());
    return inVectors();
  }
  FailureOr<scf::IfOp> branch =
      createBranches(layer, context, condition, inVectors, other);
  if (failed(branch))
    return failure();
  layer.markVectors(*branch);
  return success();
}
