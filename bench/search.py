# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long it takes to find a convention: `./dev bench --search`.

Each network of test/data/nir-native is inferred from its input and output. The time is that of this
process's CPU, and beside it stands how many runs of the reference interpreter on the same recording
would have taken as long, measured in the same run.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np

import snnmlir
from snnmlir import reference

FOLDER = Path(__file__).resolve().parents[1] / "test/data/nir-native"


def main() -> None:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser(description="Times the search for conventions.")
    parser.add_argument("-k", metavar="WORD", default="", help="only networks with WORD in it")
    parser.add_argument("--layers", action="store_true", help="also give what was recorded between")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| network | found | tried | CPU s | runs of the interpreter |\n|---|---|---:|---:|---:|")
    seconds = []
    for case in json.loads((FOLDER / "cases.json").read_text()):
        model = FOLDER / case["nir"]
        if arguments.k not in model.stem:
            continue
        with np.load(FOLDER / case["ref"]) as arrays:
            recorded = {
                key: arrays[key]
                for key in arrays.files
                if arguments.layers or key in ("input", "output")
            }
        start = time.process_time()
        found = snnmlir.infer(model, recorded)
        took = time.process_time() - start
        interpreter = reference.Interpreter(model, found.convention)
        start = time.process_time()
        interpreter.run(recorded["input"])
        once = time.process_time() - start
        seconds.append(took)
        verdict = "exact" if found.exact else f"{found.differing} differ"
        print(
            f"| {model.stem} | {verdict} | {found.tried} | {took:.1f} | {took / once:.0f} |",
            flush=True,
        )
    if seconds:
        print(
            f"\n{len(seconds)} networks, median {np.median(seconds):.1f} s, "
            f"longest {max(seconds):.1f} s"
        )


if __name__ == "__main__":
    main()
