//===- SNNAttributes.td - Choices of the discrete update ---*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_ATTRIBUTES
#define SNN_ATTRIBUTES

include "SNNDialect.td"
include "mlir/IR/EnumAttr.td"

class SNN_Enum<string name, string attrMnemonic, string summary,
               list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::snn";
  let genSpecializedAttr = 0;
  string mnemonic = attrMnemonic;
}

class SNN_EnumAttr<SNN_Enum enum> : EnumAttr<SNN_Dialect, enum, enum.mnemonic> {
  let assemblyFormat = "`<` $value `>`";
}

def SNN_SpikeRule : SNN_Enum<"SpikeRule", "spike",
    "how a voltage becomes spikes", [
      I32EnumAttrCase<"Greater", 0, "gt">,
      I32EnumAttrCase<"GreaterEqual", 1, "ge">,
      I32EnumAttrCase<"CountTrunc", 2, "count_trunc">,
      I32EnumAttrCase<"CountFloor", 3, "count_floor">]>;
def SNN_SpikeRuleAttr : SNN_EnumAttr<SNN_SpikeRule>;

def SNN_SpikeTiming : SNN_Enum<"SpikeTiming", "spike_timing",
    "which voltage is compared with the threshold", [
      I32EnumAttrCase<"Post", 0, "post">,
      I32EnumAttrCase<"Pre", 1, "pre">]>;
def SNN_SpikeTimingAttr : SNN_EnumAttr<SNN_SpikeTiming>;

def SNN_ResetKind : SNN_Enum<"ResetKind", "reset",
    "what a spike does to the voltage", [
      I32EnumAttrCase<"Value", 0, "value">,
      I32EnumAttrCase<"Subtract", 1, "subtract">,
      I32EnumAttrCase<"None", 2, "none">]>;
def SNN_ResetKindAttr : SNN_EnumAttr<SNN_ResetKind>;

def SNN_ResetTiming : SNN_Enum<"ResetTiming", "reset_timing",
    "where in the update a reset acts", [
      I32EnumAttrCase<"Immediate", 0, "immediate">,
      I32EnumAttrCase<"Delayed", 1, "delayed">,
      I32EnumAttrCase<"Carried", 2, "carried">,
      I32EnumAttrCase<"Pending", 3, "pending">]>;
def SNN_ResetTimingAttr : SNN_EnumAttr<SNN_ResetTiming>;

def SNN_CurrentOrder : SNN_Enum<"CurrentOrder", "current_order",
    "which synaptic current the voltage sees", [
      I32EnumAttrCase<"Updated", 0, "updated">,
      I32EnumAttrCase<"Carried", 1, "carried">]>;
def SNN_CurrentOrderAttr : SNN_EnumAttr<SNN_CurrentOrder>;

#endif // SNN_ATTRIBUTES
