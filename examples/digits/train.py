# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Train the digits example with snnTorch, export it to NIR and record what snnTorch computes.

`python train.py` writes digits.nir, recorded.npz and test_set.npz beside this file. Everything is
seeded and runs on one CPU thread: the same versions give the same files.
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
from check import layers, report, run
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from snntorch.export_nir import export_to_nir
from torch import nn

STEPS = 32  # time steps per image
HIDDEN = 128
CLASSES = 10
SPLIT_SEED = 0  # which images are held out
MODEL_SEED = 1  # initial parameters, order of the batches, training spikes, weight noise
TEST_SPIKE_SEED = 2  # the rate code of the test images
TEST_FRACTION = 0.3
BETA_RANGE = (0.05, 0.99)  # the exporter divides by 1 - beta and does not clamp
RECORDED = 24  # test images whose full traces go into recorded.npz
# Only images where every voltage keeps this distance to its threshold are recorded, so that the
# order of a float32 sum cannot change a recorded spike.
RECORDED_MARGIN = 5e-5


def rate_code(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bernoulli spikes with p = pixel / 16: [N, 64] in 0..16 -> uint8 [N, STEPS, 64]."""
    p = images[:, None, :] / 16.0
    return (rng.random((len(images), STEPS, images.shape[1])) < p).astype(np.uint8)


def leaky(neurons: int, *, output: bool = False) -> snn.Leaky:
    """A layer with one learned beta per neuron that resets to zero in the step of the spike."""
    return snn.Leaky(
        beta=torch.empty(neurons).uniform_(0.6, 0.95),
        # One threshold per neuron, not learned: the exporter leaves a scalar a scalar, and NIR
        # wants all parameters of a LIF node in one shape.
        threshold=torch.ones(neurons),
        learn_beta=True,
        reset_mechanism="zero",
        reset_delay=False,
        init_hidden=True,
        output=output,
    )


def build() -> nn.Sequential:
    """64 -> 128 LIF -> 10 LIF; the layers keep their own state between steps."""
    return nn.Sequential(
        OrderedDict(
            fc1=nn.Linear(64, HIDDEN),
            lif1=leaky(HIDDEN),
            fc2=nn.Linear(HIDDEN, CLASSES),
            lif2=leaky(CLASSES, output=True),
        )
    )


def forward(net: nn.Sequential, spikes: torch.Tensor) -> dict[str, torch.Tensor]:
    """Run [N, T, 64] from rest; spikes and voltages after the reset of both layers, [N, T, n]."""
    fc1, lif1, fc2, lif2 = net
    lif1.reset_mem()
    lif2.reset_mem()
    traces: dict[str, list[torch.Tensor]] = {"spk1": [], "mem1": [], "spk2": [], "mem2": []}
    for x in spikes.unbind(1):
        s1 = lif1(fc1(x))
        s2, v2 = lif2(fc2(s1))
        for key, value in zip(traces, (s1, lif1.mem, s2, v2), strict=True):
            traces[key].append(value)
    return {key: torch.stack(values, 1) for key, values in traces.items()}


def add_weight_noise(net: nn.Sequential, generator: torch.Generator) -> list[torch.Tensor]:
    """Add the error of a 4 bit weight grid (per output channel) and return the clean weights."""
    clean = []
    with torch.no_grad():
        for layer in (net[0], net[2]):
            w = layer.weight
            clean.append(w.clone())
            step = w.abs().amax(1, keepdim=True) / 7
            w += step * (torch.rand(w.shape, generator=generator) - 0.5)
    return clean


def train(net: nn.Sequential, images: np.ndarray, labels: np.ndarray, epochs: int) -> None:
    """Cross entropy on output spike counts, fresh input spikes in every epoch."""
    spike_rng = np.random.default_rng(MODEL_SEED)
    generator = torch.Generator().manual_seed(MODEL_SEED)
    betas = [net[1].beta, net[3].beta]
    others = [*net[0].parameters(), *net[2].parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": others, "lr": 2e-3, "weight_decay": 1e-2},
            {"params": betas, "lr": 3e-4, "weight_decay": 0.0},
        ]
    )
    batch = 64
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    targets = torch.from_numpy(labels)
    for epoch in range(epochs):
        start = time.perf_counter()
        spikes = torch.from_numpy(rate_code(images, spike_rng)).float()
        total = 0.0
        for index in torch.randperm(len(spikes), generator=generator).split(batch):
            clean = add_weight_noise(net, generator)
            traces = forward(net, spikes[index])
            loss = nn.functional.cross_entropy(traces["spk2"].sum(1) / 4, targets[index])
            loss = loss + 0.1 * traces["spk1"].mean()  # few spikes: events are what costs time
            optimizer.zero_grad()
            loss.backward()
            with torch.no_grad():
                for layer, weight in zip((net[0], net[2]), clean, strict=True):
                    layer.weight.copy_(weight)
            optimizer.step()
            with torch.no_grad():
                for beta in betas:
                    beta.clamp_(*BETA_RANGE)
            total += float(loss.detach()) * len(index)
        schedule.step()
        if epoch % 10 == 9 or epoch == epochs - 1:
            seconds = time.perf_counter() - start
            print(f"epoch {epoch + 1:3d}  loss {total / len(spikes):.4f}  {seconds:.2f} s/epoch")


def export(net: nn.Sequential, path: Path) -> None:
    """Write the network with snnTorch's own exporter, as its documentation shows."""
    for layer in (net[1], net[3]):
        layer.reset_mem()
    graph = export_to_nir(net, torch.zeros(1, 64), ignore_dims=[0])
    graph.edges.sort()  # nirtorch passes them through a set: their order differs from run to run
    nir.write(path, graph)


def main() -> None:
    """Train, export, record and check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent)
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(MODEL_SEED)

    digits = load_digits()
    images, test_images, labels, test_labels = train_test_split(
        digits.data,
        digits.target.astype(np.int64),
        test_size=TEST_FRACTION,
        random_state=SPLIT_SEED,
        stratify=digits.target,
    )
    net = build()
    train(net, images, labels, args.epochs)

    args.output.mkdir(parents=True, exist_ok=True)
    export(net, args.output / "digits.nir")

    test_spikes = rate_code(test_images, np.random.default_rng(TEST_SPIKE_SEED))
    with torch.no_grad():
        traces = {
            key: value.numpy()
            for key, value in forward(net, torch.from_numpy(test_spikes).float()).items()
        }
    counts = traces["spk2"].sum(1).astype(np.uint8)
    predictions = counts.argmax(1).astype(np.uint8)  # the lowest class wins a tie
    accuracy = float((predictions == test_labels).mean())
    np.savez_compressed(
        args.output / "test_set.npz",
        spikes=np.packbits(test_spikes),
        shape=np.array(test_spikes.shape, np.int64),
        labels=test_labels.astype(np.uint8),
        counts=counts,
        predictions=predictions,
        accuracy=np.float64(accuracy),
    )
    exact = run(layers(args.output / "digits.nir"), test_spikes, np.float64)
    sharp = np.minimum(exact[0].margin, exact[1].margin) > RECORDED_MARGIN
    index = np.flatnonzero(sharp)[:RECORDED]
    np.savez_compressed(
        args.output / "recorded.npz",
        input=test_spikes[index],
        lif1=traces["spk1"][index].astype(np.uint8),
        lif2=traces["spk2"][index].astype(np.uint8),
        **{
            "lif1.v": traces["mem1"][index[0]].astype(np.float32),
            "lif2.v": traces["mem2"][index[0]].astype(np.float32),
        },
        labels=test_labels[index].astype(np.uint8),
        index=index,
    )
    print(f"{sharp.sum()} of {len(sharp)} test images keep a margin of {RECORDED_MARGIN}")
    print(f"train {len(images)}, test {len(test_images)}, snnTorch's test accuracy {accuracy:.4f}")
    print(f"hidden neurons spike in {traces['spk1'].mean():.3f} of the steps")
    report(args.output)


if __name__ == "__main__":
    main()
