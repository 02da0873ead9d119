//===- SNNDialect.cpp - The snn dialect -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SNNBytecode.h"
#include "snn/IR/SNN.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace snn;

#include "dialect/SNNDialect.cpp.inc"
#include "dialect/SNNEnums.cpp.inc"
#include "dialect/SNNInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialect/SNNAttributes.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialect/SNNTypes.cpp.inc"

LogicalResult
EventsType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                   int64_t size) {
  if (size < 0)
    return emitError() << "events of " << size
                       << " elements, expected 0 or more";
  return success();
}

namespace {
/// Lists of scales are long: they are written once.
struct ScalesAlias : OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Type type, llvm::raw_ostream &os) const override {
    if (!isa<quant::UniformQuantizedPerAxisType>(type))
      return AliasResult::NoAlias;
    os << "quantized";
    return AliasResult::FinalAlias;
  }
};
} // namespace

void SNNDialect::initialize() {
  addInterfaces<ScalesAlias>();
  addBytecode(this);
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialect/SNNTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/SNNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/SNNOps.cpp.inc"
      >();
}

Operation *SNNDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                           Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
