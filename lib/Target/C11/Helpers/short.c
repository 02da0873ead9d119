// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
/* Integers that fit 16 bits: processors with vectors compute more of them at a time. */
#if defined(__SSE2__) || defined(__ARM_NEON) || defined(__ARM_FEATURE_MVE) || defined(__riscv_vector)
typedef int16_t net_short;
#else
typedef int net_short;
#endif

