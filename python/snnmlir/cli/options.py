# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Options of the compiler. The compiler itself is imported when a command runs."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from snnmlir.cli.flags import Flags
from snnmlir.common.kinds import DECISIONS, DTYPES
from snnmlir.common.targets import TARGETS
from snnmlir.common.wording import spelled_by
from snnmlir.conventions import CHOICES, PRESETS, choice_values, option_name
from snnmlir.errors import SnnError, quoted

Function = TypeVar("Function", bound=Callable[..., Any])

_CHOICE_HELP = {
    "parameters": "What is stepped: the file's numbers, or what a platform's tools make of them; "
    "the convention of that name has all that it needs.",
    "time_unit": "What the file counts time constants and delays in.",
    "integrator": "Decay 1 - dt/tau, or exp(-dt/tau).",
    "decay": "Decays as computed, or held inside [0, 1].",
    "input_gain": "Gain of inputs: NIR's, NIR's with r = 1 in LI and LIF, or 1.",
    "current_gain": "Gain of inputs of currents: as --input-gain says, or 1.",
    "if_gain": "Gain of inputs of IF: r dt, or 1.",
    "leak": "What voltages decay to: v_leak, v_reset, or 0.",
    "current_leak": "What currents decay to: 0, or v_leak.",
    "reset": "What a spike does to the voltage.",
    "spike": "When a neuron spikes, and how often in one step.",
    "max_spikes": "Most spikes that a neuron counts in one step.",
    "spike_timing": "Spikes are read from the updated or the carried voltage.",
    "current_decay": "The current decays before or after its input is added.",
    "v_init": "Voltages before the first step.",
    "v_floor": "Lower bound of voltages: -threshold in IF, 0 in LIF and CubaLIF, or a number in "
    "every neuron.",
    "edge_steps": "Edges that take a step: into synapses, from neurons into synapses, or into "
    "neurons with a current.",
    "feedback": "What the edge that closes a cycle carries.",
    "feedback_bias": "Biases of recurrent synapses.",
    "flatten": "Order in which Flatten reads a feature map.",
    "delays": "Delays that are no whole steps are rounded, or refused.",
    "recurrent_input": "What enters a recurrent subgraph through its synapse: as in the file, or "
    "added to the neuron.",
    "ports": "Shapes of Inputs and Outputs: of one step, or time first.",
}


class Command(click.Command):
    """A command with `-h`, whose wrong options, too, give exit status 1."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context_settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Raises errors of usage that end with status 1."""
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            setattr(error, "exit_code", 1)  # noqa: B010
            raise


def compiler_options(command: Function) -> Function:
    """Adds the options that `network_from` understands."""
    options = [
        click.option(
            "--dtype",
            multiple=True,
            metavar="[NODE=]" + "|".join(DTYPES),
            help="Type of weights, voltages and analog signals; intN is C without floating point, "
            "with weights of N bits; fixed the integers of a platform that has its own. With intN "
            "also of the weights of single nodes, such as --dtype int8 --dtype fc1=int4.  "
            "[default: f32, or fixed]",
        ),
        click.option(
            "--convention",
            metavar="NAME|FILE",
            help=f"How NIR's equations are stepped: {', '.join(PRESETS)}; or a file (.toml).  "
            "[default: nir]",
        ),
        click.option(
            "--like",
            type=click.Path(path_type=Path),
            metavar="RECORDING",
            help="Find the convention that reproduces what the framework computed: .npz with "
            "'input' and 'output', and signals between by node name; or NIRData. What other "
            "options say of the convention is taken as known.",
        ),
        click.option(
            "--save-convention",
            type=click.Path(path_type=Path),
            metavar="FILE.toml",
            help="Write the convention to a file for --convention.",
        ),
        click.option("--dt", type=float, metavar="SECONDS", help="Length of a step."),
        *(
            click.option(
                f"--{option_name(choice)}",
                choice,
                metavar=choice_values(choice),
                help=_CHOICE_HELP[choice],
            )
            for choice in CHOICES
        ),
        click.option(
            "--set",
            "node_choices",
            multiple=True,
            metavar="NODE.CHOICE=VALUE",
            help="A choice for a single node, dt among them, such as lif1.reset=zero.",
        ),
        click.option(
            "--edge",
            "edges",
            multiple=True,
            metavar="'A -> B = A -> C'",
            help="Replace an edge of the file; nodes of subgraphs are called SUBGRAPH/NODE.",
        ),
        click.option(
            "--input-type",
            multiple=True,
            metavar="[NAME=]float|spikes|counts|int8",
            help="What the caller passes for an input, or for all; a platform with integers of its "
            "own has one type.  [default: float]",
        ),
        click.option(
            "--calibrate",
            type=click.Path(path_type=Path),
            metavar="DATA",
            help="With intN: example input (.npy, .npz or NIRData) that the scales of analog "
            "signals are taken from.",
        ),
        click.option(
            "--scales",
            type=click.Choice(["real", "pow2"]),
            default="real",
            show_default=True,
            help="With intN: scales of any size, or powers of two.",
        ),
        click.option(
            "--states",
            type=click.Choice(["short", "proved"]),
            default="short",
            show_default=True,
            help="With weights of up to 8 bits: leaky spiking neurons may saturate in 16 bits, 8 "
            "thresholds or more away; or only where no range is proved.",
        ),
        click.option(
            "--optimize",
            type=click.Choice(["speed", "balanced", "ram"]),
            default="balanced",
            show_default=True,
            help="What the C saves. With ram, sums and spikes of integers have no memory of "
            "their own wherever that computes the same, and there may be no step for lists of "
            "events; balanced saves what costs no time worth mentioning.",
        ),
        click.option(
            "--target",
            metavar="NAME|FILE",
            default="generic",
            show_default=True,
            help="What the C is made for. A processor, on all of which it computes the same and "
            f"compiles: {', '.join(TARGETS)}. Or a target with kernels that compute layers: the "
            "name of one that a package has, or a file (.toml).",
        ),
        click.option(
            "--limits",
            is_flag=True,
            help="Refuse a network that the chip of the convention cannot hold: loihi, speck or "
            "xylo.",
        ),
        click.option("--verbose", is_flag=True, help="Say more."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def deciding_options(command: Function) -> Function:
    """Adds the options that say what decides for a class, and how."""
    readout = click.option(
        "--readout",
        metavar="SIGNAL",
        help="What decides: an output, a node, or a neuron with .v for its voltage.  [default: the "
        "output]",
    )
    decision = click.option(
        "--decision",
        type=click.Choice(DECISIONS),
        help="How it decides.  [default: most-spikes of spikes, largest-sum of values]",
    )
    return readout(decision(command))


def reports_errors(command: Function) -> Function:
    """Makes errors one message that names flags, and exit status 1, without a traceback."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            with spelled_by(Flags()):
                return command(*args, **kwargs)
        except SnnError as error:
            click.echo(f"error: {error}", err=True)
        except OSError as error:
            where = f"{quoted(error.filename)}: " if error.filename else ""
            click.echo(f"error: {where}{error.strerror or error}", err=True)
        except MemoryError:
            click.echo("error: there is not enough memory for this network", err=True)
        sys.exit(1)

    return wrapped  # type: ignore[return-value]
