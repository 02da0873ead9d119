"""Tries the kernels of {{ name }} with networks at their borders: python -m pytest."""

from pathlib import Path

from snnmlir.delivery.trials import try_kernels
from snnmlir.targets import load_target


def test_kernels_compute_what_the_network_does() -> None:
    """With each kernel and without it, all numbers are the same."""
    target = load_target(Path(__file__).parent / "target.toml")
    for trial in try_kernels(target, networks=10):
        assert trial.passed, (trial.differences, trial.reasons.most_common(5))
