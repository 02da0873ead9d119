// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
/* Whether sums of float are kept in registers while all events are visited: on small cores that have
 * such registers and no vectors. */
#ifndef NET_FLOAT_BLOCKS
#if (defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && defined(__ARM_FP) \
     && !defined(__ARM_FEATURE_MVE)) \
    || (defined(__riscv_flen) && __riscv_xlen == 32 && !defined(__riscv_vector))
#define NET_FLOAT_BLOCKS 1
#else
#define NET_FLOAT_BLOCKS 0
#endif
#endif

