# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fuzzers: random and damaged IR, NIR files and lists of events. `./dev fuzz` runs them."""
