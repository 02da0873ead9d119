# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What every room may use: options in messages, files that appear whole, tables of text."""
