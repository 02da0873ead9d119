# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The machines that C can be made for, and what of the lowering depends on them.

The C compiles and computes the same everywhere, whatever was named: a target says which forms of a
layer are worth their code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class TargetDescription:
    """What the passes are told of a machine.

    Attributes:
        block_outputs: How many sums of a synapse are in registers while all events are visited; 0
            where rows are added to sums in memory instead, as vectors and caches want it.
        rows: Whether the C has both forms, and its compiler takes one.
        flipped_signs: Whether weights of blocks are stored with their sign bit flipped: where no
            instruction extends the signs of two bytes.
        list_with_neurons: Whether neurons are updated in a loop that also lists their spikes.
        byte_lists: Whether lists of fewer than 256 positions have bytes.
        frugal_lists: Whether the loop over neurons lists spikes only in bytes and in their place.
        by_coefficients: Whether neurons with the same coefficients are updated one after the other.
        neurons_per_turn: How many neurons whose spikes are listed one by one are in a turn of their
            loop: with many registers, but no instruction that loads and goes on.
        multiply_add: Whether a product of neurons and what is added to it are one instruction.
        divides: Whether an instruction divides; where neurons are in vectors none does.
        row_lanes: What is left of a row of weights, if it is no multiple of these, has a loop of
            its own: gcc -O2 has vectors for a loop only if nothing is left.
        part_lists: Whether long lists hold a part of the events at a time, and what is added so
            goes to the neurons' states: less memory for some more instructions. Not a part of
            `pipeline_options`, as it depends on what is to be saved.
        short_products: Whether numbers of 16 bits are multiplied where that is enough.
        upper_products: Whether numbers of 32 bits are multiplied by one instruction that has the
            upper half of 64.
        words: Whether convolutions and pools add to several sums in memory at a time.
        patches: Whether convolutions add patches of one size to a map with a border.
        pairs: Whether two neurons whose numbers fit 16 bits are updated at a time.
        vector_sums: Bytes of sums of a synapse that are in vectors while all events are visited; 0
            where there are none.
        vector_blocks: Whether these are also some of a layer's sums, not only all.
        vector_floats: Whether these are also of floating-point numbers, as IEEE 754 has them.
        vector_rows: Whether convolutions and counts add rows of weights in such vectors.
        float_outputs: How many sums of 32-bit floats are in registers so, instead of vector_sums.
        pair_products: Whether convolutions in such vectors add the products of two input channels
            at a time, for which the processor has an instruction.
        vector_neurons: How many neurons whose numbers fit 16 bits are updated at a time in vectors;
            0 where none are. Of a layer with fewer it is a half, or a quarter.
        optional_vectors: Whether the C has other forms, too, of what is in vectors, and its
            compiler takes one.
        quiet_counts: Whether neurons that count spikes are updated as if there were none, with a
            branch for those that may have some.
    """

    block_outputs: int = 16
    rows: bool = True
    flipped_signs: bool = False
    list_with_neurons: bool = False
    words: bool = False
    patches: bool = False
    pairs: bool = False
    vector_sums: int = 0
    vector_blocks: bool = True
    vector_floats: bool = True
    vector_rows: bool = False
    float_outputs: int = 0
    pair_products: bool = False
    vector_neurons: int = 0
    optional_vectors: bool = False
    quiet_counts: bool = False
    short_products: bool = False
    upper_products: bool = False
    byte_lists: bool = False
    frugal_lists: bool = False
    by_coefficients: bool = False
    neurons_per_turn: int = 1
    multiply_add: bool = False
    divides: bool = False
    row_lanes: int = 1
    part_lists: bool = False

    @property
    def sharing(self) -> TargetDescription:
        """The same where networks share helpers: one function lists the spikes of all of them.

        Not where memory is so short that bytes take the place of spikes.
        """
        return self if self.frugal_lists else replace(self, byte_lists=False)

    @property
    def pipeline_options(self) -> str:
        """As the pipelines snn-to-linalg and snn-to-loops take them."""
        return (
            f"block-outputs={self.block_outputs} rows={int(self.rows)} "
            f"flipped-signs={int(self.flipped_signs)} "
            f"list-with-neurons={int(self.list_with_neurons)} words={int(self.words)} "
            f"patches={int(self.patches)} pairs={int(self.pairs)} vector-sums={self.vector_sums} "
            f"vector-blocks={int(self.vector_blocks)} vector-floats={int(self.vector_floats)} "
            f"vector-rows={int(self.vector_rows)} float-outputs={self.float_outputs} "
            f"pair-products={int(self.pair_products)} vector-neurons={self.vector_neurons} "
            f"optional-vectors={int(self.optional_vectors)} "
            f"quiet-counts={int(self.quiet_counts)} short-products={int(self.short_products)} "
            f"upper-products={int(self.upper_products)} "
            f"byte-lists={int(self.byte_lists)} frugal-lists={int(self.frugal_lists)} "
            f"by-coefficients={int(self.by_coefficients)} "
            f"neurons-per-turn={self.neurons_per_turn} multiply-add={int(self.multiply_add)} "
            f"divides={int(self.divides)} row-lanes={self.row_lanes}"
        )


_DSP = TargetDescription(
    rows=False,
    list_with_neurons=True,
    quiet_counts=True,
    words=True,
    pairs=True,
    float_outputs=16,
    upper_products=True,
    byte_lists=True,
    multiply_add=True,
    divides=True,
)
_M3 = TargetDescription(
    rows=False,
    flipped_signs=True,
    list_with_neurons=True,
    quiet_counts=True,
    words=True,
    byte_lists=True,
    multiply_add=True,
    divides=True,
)
# As many sums as there are registers for.
_M0 = replace(_M3, block_outputs=8, multiply_add=False, divides=False)
_RV32 = replace(_M0, block_outputs=32, neurons_per_turn=2, divides=True)
# Helium takes small floats for 0, and zve32x has none.
_M55 = TargetDescription(
    block_outputs=0,
    vector_sums=64,
    vector_floats=False,
    vector_rows=True,
    vector_neurons=8,
    byte_lists=True,
)
_ZVE32X = replace(_M55, vector_sums=128, vector_neurons=16)
_HOST = TargetDescription(
    block_outputs=0,
    vector_sums=192,
    vector_blocks=False,
    vector_rows=True,
    vector_neurons=32,
    row_lanes=16,
    patches=True,
)
_AVR = TargetDescription(
    block_outputs=8,
    rows=False,
    flipped_signs=True,
    list_with_neurons=True,
    quiet_counts=True,
    short_products=True,
    byte_lists=True,
    frugal_lists=True,
    by_coefficients=True,
)

TARGETS = MappingProxyType(
    {
        "generic": TargetDescription(
            pairs=True,
            vector_sums=64,
            vector_floats=False,
            vector_rows=True,
            vector_neurons=16,
            optional_vectors=True,
            quiet_counts=True,
            row_lanes=16,
            part_lists=True,
        ),
        "cortex-m0": _M0,
        "cortex-m3": _M3,
        "cortex-m4": _DSP,
        "cortex-m7": _DSP,
        "cortex-m33": _DSP,
        "cortex-m55": _M55,
        "rv32imac": _RV32,
        "rv32imc-zve32x": _ZVE32X,
        "avr": _AVR,
        "x86-64": replace(_HOST, pair_products=True),
        "aarch64": _HOST,
    }
)
"""By name; "generic" is what is compiled for unless another is named."""
