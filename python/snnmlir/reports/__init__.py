# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What can be said of a network: what a file holds, what it needs, how close it comes to others."""
