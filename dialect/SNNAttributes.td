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

def SNN_DecayRule : SNN_Enum<"DecayRule", "decay_rule",
    "how what a decay leaves of an integer is rounded", [
      I32EnumAttrCase<"HalfUp", 0, "half_up">,
      I32EnumAttrCase<"TowardZero", 1, "toward_zero">,
      I32EnumAttrCase<"Shift", 2, "shift">]>;

def SNN_SumRule : SNN_Enum<"SumRule", "sum_rule",
    "what becomes of a state's sum that its type cannot hold", [
      I32EnumAttrCase<"Once", 0, "once">,
      I32EnumAttrCase<"Each", 1, "each">,
      I32EnumAttrCase<"Wrap", 2, "wrap">]>;

def SNN_ArithmeticAttr : AttrDef<SNN_Dialect, "Arithmetic"> {
  let mnemonic = "arithmetic";
  let summary = "How the next state is computed in integers";
  let description = [{
    The rules of a processor that has its own fixed-point arithmetic. With q the
    carried integer, d its decay and [lo, hi] what its type holds, the next one
    is what the decay leaves of q, plus the drive, plus the leak.

    | decay         | what is left of q                                          |
    |---------------|------------------------------------------------------------|
    | `half_up`     | q * d, rounded to the nearest, halves up                   |
    | `toward_zero` | q * d without its fraction: abs(q) * d rounded down, with the sign of q |
    | `shift`       | q - f, with d = 1 - 2^-k and f = floor(q / 2^k), or 1 where that is 0 and q is not |

    | sum    | what becomes of it                                                |
    |--------|-------------------------------------------------------------------|
    | `once` | known to fit, or clamped to [lo, hi] at the end of the step where the operation has `saturate` |
    | `each` | clamped to [lo, hi] after each addend: what is left minus q, the drive, the leak, and then q |
    | `wrap` | above hi less 2^n, below lo plus 2^n; the type holds 2^n integers  |

    Without the attribute, `half_up` and `once`.

    ```mlir
    #snn.arithmetic<decay = toward_zero, sum = wrap>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"::snn::DecayRule",
                           "::snn::DecayRule::HalfUp">:$decay,
    DefaultValuedParameter<"::snn::SumRule", "::snn::SumRule::Once">:$sum);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif // SNN_ATTRIBUTES
