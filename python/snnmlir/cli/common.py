# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the commands share: options of the compiler, and messages."""

from __future__ import annotations

import functools
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import click
from rich.console import Console
from rich.progress import Progress

from snnmlir.cli.data import read_runs, read_samples
from snnmlir.cli.flags import Flags
from snnmlir.cli.inference import advice, describe
from snnmlir.common.files import write_files
from snnmlir.common.wording import spelled_by
from snnmlir.compiler import DTYPES, Network
from snnmlir.compiler import compile as compile_network
from snnmlir.conventions import (
    CHOICES,
    PRESETS,
    choice_values,
    convention,
    convention_text,
    option_name,
)
from snnmlir.errors import ConventionWarning, OptionError, SnnError, quoted
from snnmlir.inference import Inference, infer
from snnmlir.inference.infer import read_recorded

Function = TypeVar("Function", bound=Callable[..., Any])

_PATIENCE = 1.0
"""Seconds before a progress bar appears."""

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
            metavar="|".join(DTYPES),
            help="Type of weights, voltages and analog signals; intN is C without floating point, "
            "with weights of N bits; fixed the integers of a platform that has its own.  "
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
            help="With int8 and int4: leaky spiking neurons may saturate in 16 bits, 8 thresholds "
            "or more away; or only where no range is proved.",
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


def options_of(options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `snnmlir.compile` that the command line gives."""
    return {
        "dtype": options["dtype"],
        "convention": options["convention"] or "nir",
        "dt": options["dt"],
        "nodes": _node_choices(options["node_choices"]),
        "edges": _edges(options["edges"]),
        "input_type": options["input_type"],
        "scales": options["scales"],
        "states": options["states"],
        "limits": options["limits"],
        **{key: value for key, value in options.items() if key in CHOICES},
    }


def _node_choices(texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """What --set says: {"lif1": {"reset": "zero"}}. Names of nodes may hold dots."""
    nodes: dict[str, dict[str, str]] = {}
    for text in texts:
        found = re.fullmatch(r"(?s)(.+)\.([A-Za-z_-]+)=([^=]*)", text)
        if not found:
            raise OptionError(
                f"--set {quoted(text)} is not NODE.CHOICE=VALUE",
                help="write it as in --set lif1.reset=zero",
            )
        node, choice, value = found.groups()
        nodes.setdefault(node, {})[choice] = value
    return nodes


def _edges(texts: Iterable[str]) -> dict[str, str]:
    """What --edge says: {"a -> b": "a -> c"}."""
    edges = {}
    for text in texts:
        old, separator, new = text.partition(" = ")
        if not separator:
            raise OptionError(
                f"--edge {quoted(text)} is not 'A -> B = A -> C'",
                help="name the edge of the file, and after ' = ' the one in its place",
            )
        edges[old] = new
    return edges


def network_from(model: Path, options: dict[str, Any], **more: Any) -> Network:
    """Compiles `model` as the options say, and prints what was assumed.

    Raises:
        OptionError: --like found no convention.
    """
    arguments = options_of(options) | more
    if options.get("like") is not None:
        inference = inference_from(model, options)
        for line in describe(inference):
            click.echo(line, err=True)
        if not inference.exact:
            raise OptionError(
                f"no convention reproduces {quoted(options['like'])}", help=advice(inference)
            )
        arguments |= found_convention(inference)
    data = options.get("calibrate")
    if data is not None:
        arguments["calibrate"] = functools.partial(read_samples, data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConventionWarning)  # printed as notes
        network = compile_network(model, **arguments)
    for text in network.notes:
        click.echo(f"note: {text}", err=True)
    return network


def found_convention(inference: Inference) -> dict[str, Any]:
    """The arguments of `snnmlir.compile` in place of what options say of the convention."""
    known = dict.fromkeys(("dt", "nodes", "edges", *CHOICES))
    return known | {"convention": inference.convention}


def inference_from(model: Path, options: dict[str, Any]) -> Inference:
    """What --like finds, with a progress bar where it takes longer.

    Raises:
        OptionError: An option says what --like is to find, or the recording does not fit.
    """
    for option in ("convention", "node_choices", "edges"):
        if options[option]:
            name = {"node_choices": "set", "edges": "edge"}.get(option, option)
            raise OptionError(
                f"--like finds the convention, and --{name} gives it",
                help="leave one of them out; --verify RECORDING compares a convention with what "
                "was recorded",
            )
    runs = read_runs(options["like"], read_recorded(model), options["dt"])
    known = {key: options[key] for key in CHOICES}
    with _Bar() as bar:
        return infer(model, runs, dt=options["dt"], progress=bar.show, **known)


def save_convention(path: Path, arguments: Mapping[str, Any], inputs: Sequence[Path]) -> None:
    """Writes the convention that `arguments` of `snnmlir.compile` give to a file.

    Raises:
        OptionError: The file is no .toml, or one of `inputs`.
    """
    if path.suffix != ".toml":
        raise OptionError(
            f"a convention file cannot be called {quoted(path.name)}", help="end its name in .toml"
        )
    keys = ("dt", "nodes", "edges", *CHOICES)
    chosen = convention(arguments["convention"], **{key: arguments.get(key) for key in keys})
    write_files({path: convention_text(chosen).encode()}, inputs)


class _Bar:
    """A progress bar on a terminal, once something takes longer."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=1.0)
        self._shown = False

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self._shown:
            self._bar.stop()

    def show(self, what: str, share: float) -> None:
        """Shows what is tried."""
        if not sys.stderr.isatty() or time.monotonic() - self._started < _PATIENCE:
            return
        if not self._shown:
            self._bar.start()
            self._shown = True
        self._bar.update(self._task, description=what, completed=share)


def recorded(text: str | None) -> tuple[str, ...] | Literal["all"]:
    """The signals that --record names."""
    if text == "all":
        return "all"
    return () if text is None else tuple(text.split(","))


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


def parse_size(text: str, option: str) -> int:
    """The bytes that "65536", "64K" or "64KiB" says.

    Raises:
        OptionError: It says none.
    """
    found = re.fullmatch(r"([0-9]{1,12})(?:(K|M)(?:iB)?)?", text)
    if found is None:
        raise OptionError(
            f"{option} is {quoted(text)}, which is no number of bytes",
            help="give bytes, such as 65536, or units of 1024 bytes, such as 64K",
        )
    return int(found[1]) * {None: 1, "K": 1024, "M": 1024**2}[found[2]]
