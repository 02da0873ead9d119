# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Building and running generated C on this machine."""
