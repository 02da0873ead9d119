//===- NameLocals.cpp - Names of variables, for readable C ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a number is called travels from the lowering as its operation's
// location: an attribute would keep equal operations apart and is lost where an
// operation is rewritten. Here, at the end, it becomes an attribute.
//
//===----------------------------------------------------------------------===//

#include "snn/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace snn {
#define GEN_PASS_DEF_SNNNAMELOCALS
#include "dialect/SNNPasses.h.inc"
} // namespace snn

using namespace mlir;

namespace {
struct NameLocals : snn::impl::SNNNameLocalsBase<NameLocals> {
  using SNNNameLocalsBase::SNNNameLocalsBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    function.walk([&](Operation *op) {
      auto named = dyn_cast<NameLoc>(op->getLoc());
      // The function's own is the node's name.
      if (op != function && named && op->getLoc() != function.getLoc())
        op->setDiscardableAttr("snn.name", named.getName());
    });
  }
};
} // namespace
