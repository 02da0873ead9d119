# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What goes to the target beside the C code: its self-test, and packages for build tools."""
