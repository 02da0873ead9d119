# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a network needs on its target, layer by layer: constants, memory, arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from snnmlir._mlir import MLIRError, Module
from snnmlir._mlir import Operations as ModuleOperations
from snnmlir.common.tables import printable, table
from snnmlir.compiler.interface import scratch_bytes, struct_bytes
from snnmlir.errors import CompileError


@dataclass(frozen=True)
class Operations:
    """Operations on weights, sums and states; those that compute positions do not count.

    Attributes:
        multiplies: Multiplications.
        adds: Additions and subtractions.
    """

    multiplies: int
    adds: int


@dataclass(frozen=True)
class Layer:
    """What the generated C needs for one node.

    Attributes:
        node: The node's name; "node_in" of the sum in front of it, where several edges reach
            it and none adds to that sum itself; "source_to_target" of an edge that carries its
            signal to the next step.
        constant_bytes: Its tables: weights, biases, coefficients that differ between neurons.
        state_bytes: What it carries from step to step.
        scratch_bytes: What it reads or writes at the same time of the memory of one step, which
            layers share.
        skippable: How many of its inputs cost nothing when they are zero.
        least: Operations of one step with all of these zero.
        most: Operations of one step with none of them zero.
    """

    node: str
    constant_bytes: int
    state_bytes: int
    scratch_bytes: int
    skippable: int
    least: Operations
    most: Operations


@dataclass(frozen=True)
class MemoryUse:
    """What a part of the C struct of one network is for.

    Attributes:
        name: What the C calls it, if that can have the name.
        node: The node that it belongs to.
        use: "voltage", "current", "delay ring", "position in the ring", "signal of the step
            before", "list of events", "sums", "spikes", "all inputs", "signal" or "memory of a
            kernel".
        bytes: Its size.
        offset: Where it begins in the scratch memory; None of what is carried from step to step.
        function: "step_events" where only that function needs it, else "step".
        nodes: Who reads or writes it, in their order.
    """

    name: str
    node: str
    use: str
    bytes: int
    offset: int | None
    function: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Resources:
    """All layers, in the order in which they are computed, and their sums.

    Sizes are those on a 64-bit machine, and at most those on a smaller one.

    Attributes:
        constant_bytes: All tables.
        memory_bytes: The C struct of one network: state, scratch memory, and padding.
        state_bytes: What it carries from step to step.
        scratch_bytes: What the layers share within a step.
        least: Operations of one step if all that can be skipped is zero.
        most: Operations of one step if none of it is.
        layers: What has any of these.
        memory: What the memory is for: first what is carried from step to step, then the parts of
            the scratch memory by their first use.
    """

    constant_bytes: int
    memory_bytes: int
    state_bytes: int
    scratch_bytes: int
    least: Operations
    most: Operations
    layers: tuple[Layer, ...]
    memory: tuple[MemoryUse, ...] = ()

    @property
    def padding_bytes(self) -> int:
        """What is neither state nor scratch memory in the struct."""
        return self.memory_bytes - self.state_bytes - self.scratch_bytes

    def memory_table(self) -> str:
        """What each byte of the struct is for, as text."""
        rows = [
            [
                printable(use.name),
                printable(use.node),
                use.use + (" (step_events)" if use.function != "step" else ""),
                _bytes(use.bytes),
                "" if use.offset is None else f"{use.offset}..{use.offset + use.bytes - 1}",
                ", ".join(map(printable, use.nodes)),
            ]
            for use in self.memory
        ]
        for name, size in (
            ("(scratch)", self.scratch_bytes),
            ("(padding)", self.padding_bytes),
            ("(all)", self.memory_bytes),
        ):
            if size:
                rows.append([name, "", "", _bytes(size), "", ""])
        titles = ("memory", "node", "what it holds", "size", "scratch bytes", "used by")
        return "\n".join(table(titles, rows)) + "\n"

    def __str__(self) -> str:
        titles = (
            "node", "constants", "state", "scratch",
            "multiplies", "adds", "inputs", "multiplies/input", "adds/input",
        )  # fmt: skip
        total = [
            "(all)",
            *map(_bytes, (self.constant_bytes, self.state_bytes, self.scratch_bytes)),
            *map(_count, (self.most.multiplies, self.most.adds)),
            *("", "", ""),
        ]
        lines = table(titles, [*map(_row, self.layers), total])
        return "\n".join(lines) + "\n"


def resources_of(loops: Module, interface: Mapping[str, Any]) -> Resources:
    """What the compiler finds for each layer, and the sums over them.

    Args:
        loops: The network's loops.
        interface: That of their C.

    Raises:
        CompileError: The loops are not of a network.
    """
    try:
        layers = loops.resources()
    except MLIRError as error:
        raise CompileError(str(error)) from error
    found = tuple(
        Layer(
            layer.node,
            layer.constant_bytes,
            layer.state_bytes,
            layer.scratch_bytes,
            layer.skippable,
            _operations([layer.least]),
            _operations([layer.most]),
        )
        for layer in layers
    )
    return Resources(
        constant_bytes=sum(layer.constant_bytes for layer in found),
        memory_bytes=struct_bytes(interface),
        state_bytes=sum(layer.state_bytes for layer in found),
        scratch_bytes=scratch_bytes(interface),
        least=_operations(layer.least for layer in found),
        most=_operations(layer.most for layer in found),
        layers=found,
        memory=_memory_of(loops),
    )


def _memory_of(loops: Module) -> tuple[MemoryUse, ...]:
    uses = [
        MemoryUse(
            use.name, use.node, use.use, use.bytes, use.offset, use.function, tuple(use.nodes)
        )
        for use in loops.memory()
    ]
    # Mostly both functions need the same.
    known = {(use.name, use.offset, use.bytes) for use in uses if use.function == "step"}
    return tuple(
        use
        for use in uses
        if use.function == "step" or (use.name, use.offset, use.bytes) not in known
    )


def _operations(parts: Iterable[Operations | ModuleOperations]) -> Operations:
    counts = [(part.multiplies, part.adds) for part in parts]
    return Operations(sum(m for m, _ in counts), sum(a for _, a in counts))


def _row(layer: Layer) -> list[str]:
    each = ["", "", ""]
    if layer.skippable:
        each = [
            _count(layer.skippable),
            *(
                _mean((most - least) / layer.skippable)
                for most, least in (
                    (layer.most.multiplies, layer.least.multiplies),
                    (layer.most.adds, layer.least.adds),
                )
            ),
        ]
    return [
        printable(layer.node),
        *map(_bytes, (layer.constant_bytes, layer.state_bytes, layer.scratch_bytes)),
        *map(_count, (layer.most.multiplies, layer.most.adds)),
        *each,
    ]


def _bytes(number: int) -> str:
    return f"{number} B" if number else ""


def _count(number: int) -> str:
    return str(number) if number else ""


def _mean(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if number else ""
