// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
/* Functions of a few instructions, of which a network and a core need some. */
#if defined(__GNUC__)
#define NET_HELPER static inline __attribute__((unused, always_inline))
#else
#define NET_HELPER static inline
#endif

/* Functions that are seldom called. */
#if defined(__GNUC__)
#define NET_SELDOM __attribute__((unused, noinline, cold))
#else
#define NET_SELDOM
#endif

/* The address space of tables. */
#if defined(__FLASH) && !defined(__STRICT_ANSI__)
#define NET_SPACE SNN_TABLE
#else
#define NET_SPACE
#endif

