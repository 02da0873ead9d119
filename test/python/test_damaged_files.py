# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Damaged NIR files through `snnmlir.compile`: C, or an error; `./dev fuzz nir` tries more."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

import snnmlir
from fuzzing import nir_files
from snnmlir.nir_import.heap import longest_text


def run(seeds: range) -> None:
    summary = nir_files.run_apart(seeds.start, len(seeds))
    assert not summary.findings, "\n".join(
        f"{how}: {text}" for text, _, how in summary.findings[:3]
    )
    assert summary.files == len(seeds)
    assert summary.counts["compiled"] > 0.1 * len(seeds)
    assert summary.counts["refused with a NirError"] > 0.1 * len(seeds)


def test_damaged_files() -> None:
    run(range(40))


@pytest.mark.slow
def test_more_damaged_files() -> None:
    run(range(100, 700))


@pytest.mark.parametrize("change", nir_files.STRUCTURED, ids=lambda change: change.__name__)
def test_every_damage_changes_a_file(change: nir_files.Damage, tmp_path: Path) -> None:
    content = next(path for path in nir_files.sources()[0]).read_bytes()
    path = tmp_path / "damaged.nir"
    differing = 0
    for seed in range(8):
        path.write_bytes(content)
        change(path, random.Random(seed))
        differing += _contents(path) != _contents_of(content, tmp_path)
    assert differing > 0


def _contents(path: Path) -> dict[str, bytes]:
    with h5py.File(path) as file:
        found: dict[str, bytes] = {}
        file.visititems(
            lambda name, it: found.__setitem__(
                name,
                np.asarray(it[()]).tobytes() + str((it.shape, it.dtype)).encode()
                if isinstance(it, h5py.Dataset) and it.dtype != object
                else b"",
            )
        )
        edges = [str(file[name][()]).encode() for name in found if name.endswith(("edges", "type"))]
        return {**found, "edges and types": b"".join(edges)}


def _contents_of(content: bytes, folder: Path) -> dict[str, bytes]:
    path = folder / "whole.nir"
    path.write_bytes(content)
    return _contents(path)


def test_another_exception_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("weight")

    monkeypatch.setattr(snnmlir, "compile", broken)
    summary = nir_files.Summary()
    nir_files.fuzz_one(1, tmp_path / "damaged.nir", summary)
    assert summary.counts == Counter(failed=1)
    ((said, content, _),) = summary.findings
    assert "KeyError" in said
    assert content == (tmp_path / "damaged.nir").read_bytes()


@pytest.mark.parametrize(("place", "size"), [(0, 2**64 - 1), (2**64 - 2, 16), (40, 2**63)])
def test_texts_that_are_said_to_be_beyond_the_file(tmp_path: Path, place: int, size: int) -> None:
    """Sizes and places that no number of the system holds: `./dev fuzz nir` found one."""
    with h5py.File(tmp_path / "small.h5", "w") as file:
        texts = file.create_dataset("texts", data=["abc"], dtype=h5py.string_dtype())
        file.flush()
        assert longest_text(texts) == 3
        damaged = SimpleNamespace(
            dtype=texts.dtype,
            file=file,
            id=SimpleNamespace(get_offset=lambda: place, get_storage_size=lambda: size),
        )
        assert longest_text(damaged) >= 0  # type: ignore[arg-type]
