# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Train the gestures example with snnTorch, export it to NIR and record what snnTorch computes.

`python train.py` writes gestures.nir and recorded.npz beside this file. Everything is seeded and
runs on one CPU thread: the same versions give the same files.
"""

from __future__ import annotations

import argparse
import time
from collections import OrderedDict
from pathlib import Path

import nir
import numpy as np
import snntorch as snn
import torch
from check import chain, digest, held_out, report, run
from gestures import NAMES, SIZE, gestures
from snntorch.export_nir import export_to_nir
from torch import nn

CHANNELS = (12, 24)
HIDDEN = 64
MODEL_SEED = 1  # initial parameters and order of the batches
TRAINING_SEED = 1000  # of the first epoch's events; each epoch has its own
SAMPLES = 4800  # per epoch
BATCH = 96
BETA_RANGE = (0.05, 0.99)  # the exporter divides by 1 - beta and does not clamp
RECORDED = 16  # test gestures whose spikes go into recorded.npz
# Only gestures in which every voltage keeps this distance to its threshold are recorded, so that
# the order of a float32 sum cannot change a recorded spike.
RECORDED_MARGIN = 2e-5


def leaky(*shape: int, beta: tuple[float, float]) -> snn.Leaky:
    """Neurons with learned betas, which begin in a range; the rest is snnTorch's default.

    So a spike subtracts the threshold from the voltage one step later.
    """
    return snn.Leaky(
        beta=torch.empty(shape).uniform_(*beta),
        # Not a scalar: NIR wants all parameters of a LIF node in one shape.
        threshold=torch.ones(shape),
        learn_beta=True,
        init_hidden=True,
    )


def build() -> nn.Sequential:
    """Two convolutions with one beta per channel, two layers with one per neuron."""
    a, b = CHANNELS
    net = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(2, a, 5, stride=2, padding=2),
            lif1=leaky(a, 1, 1, beta=(0.2, 0.95)),
            conv2=nn.Conv2d(a, b, 3, stride=2, padding=1),
            lif2=leaky(b, 1, 1, beta=(0.5, 0.95)),
            flatten=nn.Flatten(),
            fc3=nn.Linear(b * (SIZE // 4) ** 2, HIDDEN),
            lif3=leaky(HIDDEN, beta=(0.5, 0.97)),
            fc4=nn.Linear(HIDDEN, len(NAMES)),
            lif4=leaky(len(NAMES), beta=(0.8, 0.97)),
        )
    )
    # Events are few; with PyTorch's initial weights no neuron would spike.
    with torch.no_grad():
        for layer, gain in ((net.conv1, 9), (net.conv2, 5.5), (net.fc3, 4), (net.fc4, 4)):
            layer.weight *= gain
            layer.bias.zero_()
    return net


def forward(net: nn.Sequential, events: torch.Tensor) -> dict[str, tuple[torch.Tensor, ...]]:
    """Run [N, T, 2, SIZE, SIZE] from rest; spikes and voltages of each layer, [N, T, *shape].

    The voltage is the one that the threshold is compared with.
    """
    traces = {}
    x = events
    for name, layer in net.named_children():
        if isinstance(layer, snn.Leaky):
            layer.reset_mem()
            steps = [(layer(step), layer.mem) for step in x.unbind(1)]
            traces[name] = tuple(torch.stack(values, 1) for values in zip(*steps, strict=True))
            x = traces[name][0]
        else:
            x = layer(x.flatten(0, 1)).unflatten(0, x.shape[:2])
    return traces


def train(net: nn.Sequential, epochs: int) -> None:
    """Cross entropy on output spike counts, new gestures in every epoch."""
    generator = torch.Generator().manual_seed(MODEL_SEED)
    betas = [layer.beta for layer in net if isinstance(layer, snn.Leaky)]
    weights = [p for p in net.parameters() if all(p is not beta for beta in betas)]
    optimizer = torch.optim.AdamW(
        [{"params": weights, "weight_decay": 1e-2}, {"params": betas, "weight_decay": 0.0}]
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [5e-3, 3e-3], total_steps=epochs * SAMPLES // BATCH
    )
    for epoch in range(epochs):
        start = time.perf_counter()
        arrays = gestures(SAMPLES, TRAINING_SEED + epoch)
        events, labels = (torch.from_numpy(array) for array in arrays)
        loss_sum, right = 0.0, 0
        for index in torch.randperm(SAMPLES, generator=generator).split(BATCH):
            *hidden, output = forward(net, events[index].float()).values()
            counts = output[0].sum(1)
            loss = nn.functional.cross_entropy(counts / 3, labels[index])
            # Few spikes: events are what costs time.
            loss = loss + 0.1 * sum(spikes.mean() for spikes, _ in hidden)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                for beta in betas:
                    beta.clamp_(*BETA_RANGE)
            loss_sum += float(loss.detach()) * len(index)
            right += int((counts.argmax(1) == labels[index]).sum())
        seconds = time.perf_counter() - start
        print(
            f"epoch {epoch + 1:3d}  loss {loss_sum / SAMPLES:.4f}  "
            f"right {right / SAMPLES:.2%}  {seconds:.0f} s",
            flush=True,
        )


def export(net: nn.Sequential, path: Path) -> None:
    """Write the network with snnTorch's own exporter, as its documentation shows."""
    for layer in net:
        if isinstance(layer, snn.Leaky):
            layer.reset_mem()
    graph = export_to_nir(net, torch.zeros(1, 2, SIZE, SIZE), ignore_dims=[0])
    graph.edges.sort()  # nirtorch passes them through a set: their order differs from run to run
    nir.write(path, graph)


def spread_betas(net: nn.Sequential, traces: dict[str, tuple[torch.Tensor, ...]]) -> None:
    """One beta and threshold for each neuron of a channel, as NIR wants them."""
    for name, (spikes, _) in traces.items():
        layer = getattr(net, name)
        layer.beta = nn.Parameter(layer.beta.detach().expand(spikes.shape[2:]).clone())
        layer.threshold = layer.threshold.expand(spikes.shape[2:]).clone()


def main() -> None:
    """Train, export, record and check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent)
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(MODEL_SEED)

    net = build()
    train(net, args.epochs)

    events, labels = held_out()
    with torch.no_grad():
        traces = forward(net, torch.from_numpy(events).float())
    args.output.mkdir(parents=True, exist_ok=True)
    spread_betas(net, traces)
    export(net, args.output / "gestures.nir")

    counts = traces["lif4"][0].sum(1).numpy().astype(np.uint8)
    nodes = chain(args.output / "gestures.nir")
    exact = [run(nodes, part, np.float64) for part in np.array_split(events, 16)]
    margin = np.concatenate([np.min([t.margin for t in part.values()], axis=0) for part in exact])
    sharp = margin > RECORDED_MARGIN
    index = np.flatnonzero(sharp)[:RECORDED]
    np.savez_compressed(
        args.output / "recorded.npz",
        digest=digest(events),
        counts=counts,
        index=index,
        **{
            name: np.packbits(spikes[index].numpy().astype(np.uint8))
            for name, (spikes, _) in traces.items()
        },
        **{"lif4.v": traces["lif4"][1][index].numpy()},
    )
    print(f"{sharp.sum()} of {len(sharp)} test gestures keep a margin of {RECORDED_MARGIN}")
    print(f"snnTorch's test accuracy {(counts.argmax(1) == labels).mean():.2%}")
    report(args.output)


if __name__ == "__main__":
    main()
