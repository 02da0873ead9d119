// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
/* Scratch memory holds one type after another: accesses to it stay on their side of this. */
static inline void net_fence(void)
{
#if defined(__GNUC__)
    __asm__ volatile("" : : : "memory");
#endif
}

