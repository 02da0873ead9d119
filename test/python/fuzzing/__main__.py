# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`./dev fuzz ir|nir|events|boards --minutes N`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__)
parser.add_argument("what", choices=["ir", "nir", "events", "boards"], help="what to try")
parser.add_argument("--minutes", type=float, default=10, help="how long")
parser.add_argument("--seed", type=int, default=1_000_000, help="where to begin")
parser.add_argument("--folder", type=Path, default=Path(), help="where what fails is written")

if __name__ == "__main__":
    arguments = parser.parse_args()
    if arguments.what == "ir":
        from .ir import main
    elif arguments.what == "nir":
        from .nir_files import main
    elif arguments.what == "events":
        from .events import main
    else:
        from .boards import main
    sys.exit(main(arguments.minutes, arguments.seed, arguments.folder))
