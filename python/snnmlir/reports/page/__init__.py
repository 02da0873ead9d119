# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A report one looks at: a single HTML file, with nothing from the network."""
