# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The reference interpreter: a NIR graph under a convention, in NumPy and nothing else.

It is the oracle the generated C is compared with. It computes the neuron equations of
docs/conventions.md directly from the parameters in the NIR file, one step at a time, and shares no
code with the compiler behind the reader.

    from snnmlir import reference

    y = reference.run("model.nir", x, convention="snntorch", dt=1e-4)
    r = reference.record("model.nir", x, convention="snntorch", dt=1e-4)
    r["lif1"], r["lif1.v"], r["lif1.i"]
"""

from snnmlir.reference.interpreter import Interpreter, margins, record, run

__all__ = ["Interpreter", "margins", "record", "run"]
