//===- SNNDialect.td - The snn dialect ---------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_DIALECT
#define SNN_DIALECT

include "mlir/IR/OpBase.td"

def SNN_Dialect : Dialect {
  let name = "snn";
  let cppNamespace = "::snn";
  let summary = "Spiking neural networks in discrete time";
  let description = [{
    One `snn.network` is one spiking network; one operation in it is one node of
    its graph, and an SSA value is what travels along an edge in one time step.
    The operations are the *discrete* update with explicit coefficients: how a
    differential equation became these numbers is decided before the dialect and
    recorded in the network's attributes.

    Every operation is polymorphic in the element type: `f32`, `f64`,
    `!quant.uniform<...>` for values, `i1` for spikes and `ui8` for spike counts.
    All values are tensors, also the state of neurons, which belongs to the
    operation and has no name in the IR. Seen as functions from the history of
    their operands, all operations are pure: equal ones may be merged, unused
    ones removed.

    The numbered constraints in messages and descriptions, such as [N3], are
    those of `dialect/spec.md`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::quant::QuantDialect",
    "::mlir::tensor::TensorDialect"
  ];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasCanonicalizer = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

class SNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<SNN_Dialect, mnemonic, traits>;

#endif // SNN_DIALECT
