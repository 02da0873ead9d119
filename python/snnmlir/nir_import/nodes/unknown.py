# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What to do about types of nodes that NIR does not have, and that exporters write anyhow."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

# Words in the name of a type, in small letters, and what helps. The first that is found counts.
_ADVICE = {
    r"max_?pool": "NIR has no maximum: train with AvgPool2d or SumPool2d, which compute something "
    "else; of spikes, and only of these, a maximum is a SumPool2d and then a Threshold of 0.5",
    r"pool": "NIR has SumPool2d and AvgPool2d with kernel_size, stride and padding in numbers; in "
    "one dimension, a Conv1d with constant weights does the same",
    r"batch_?norm": "fold it into the Affine or convolution before it, whose weight becomes "
    "weight * gamma / sqrt(var + eps), and its bias (bias - mean) * gamma / sqrt(var + eps) + beta",
    r"norm": "NIR has nothing that normalizes by the values of a step: train without it",
    r"drop": "remove it: in inference, a module in eval mode, it does nothing",
    r"^identity$|no_?op": "remove it, and join the edges before and behind it",
    r"^(add|sum|plus|residual)": "remove it: edges that lead to the same node add",
    r"concat|^cat$|^stack|^split|^chunk|^slice|^mul|^pad|upsample|interpolate": "NIR can add edges "
    "and multiply by constants in a Scale; it has nothing like this",
    r"reshape|^view|squeeze|unflatten|permute|transpose$": "NIR has Flatten, and shapes of one "
    "step, channels first: remove it if it only moves batch or time",
    r"conv": "NIR has Conv1d and Conv2d, with groups: write it as these",
    r"^dense|fully_?connected|^fc$|^matmul|^gemm": "write it as a Linear, or with a bias an Affine",
    r"relu|sigmoid|tanh|softmax|gelu|silu|swish": "NIR has no activations but neurons and "
    "Threshold: put a neuron in its place, or leave it out",
    r"rnn|lstm|gru": "write a recurrence as edges: from a neuron to a Linear, and back",
    r"leaky|synaptic|alpha|neuron|if|cell|node": "NIR has the neurons I, IF, LI, LIF, CubaLI and "
    "CubaLIF: write it as one of these if it computes nothing else",
}


def advice(type: str, known: Collection[str]) -> str:
    """What to do about a node of a type that is not among the `known`."""
    name = type[:64]
    by_letters = {other.lower(): other for other in known}
    near = difflib.get_close_matches(name.lower(), by_letters, n=1, cutoff=0.88)
    if near:
        return f"did you mean {by_letters[near[0]]}?"
    for words, help in _ADVICE.items():
        if re.search(words, name.lower()):
            return help
    return "express the node with NIR's own primitives"
