# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks where they will live: on boards, in emulators, in another program."""
