# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whole data sets: what a network recognizes of them, and how well."""
