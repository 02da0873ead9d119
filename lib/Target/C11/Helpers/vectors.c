// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "helium.c"
#include "small.c"
// --- emitted
/* Bytes of the processor's vectors of integers, 0 where there are none. On RISC-V eight registers can
 * be one. */
#ifndef NET_INTEGER_VECTORS
#if !defined(__clang__) && !(defined(__GNUC__) && __GNUC__ >= 9)
#define NET_INTEGER_VECTORS 0
#elif defined(__riscv_v_min_vlen) && defined(__clang__) && __riscv_v_min_vlen >= 128
#define NET_INTEGER_VECTORS 128
#elif defined(__AVX2__)
#define NET_INTEGER_VECTORS 32
#elif defined(__SSE2__) || defined(__ARM_NEON) || defined(__ARM_FEATURE_MVE) || defined(__riscv_vector) \
    || defined(__wasm_simd128__)
#define NET_INTEGER_VECTORS 16
#else
#define NET_INTEGER_VECTORS 0
#endif
#endif
/* Whether sums are kept in vectors while rows are added to them, as small cores do it faster. */
#ifndef NET_VECTOR_BLOCKS
#if defined(__ARM_FEATURE_MVE) || defined(__riscv_vector)
#define NET_VECTOR_BLOCKS (NET_INTEGER_VECTORS > 0)
#else
#define NET_VECTOR_BLOCKS 0
#endif
#endif
/* Whether the compiler makes vectors of parts of others in registers. */
#if defined(__has_builtin) && !defined(NET_SHUFFLES)
#if __has_builtin(__builtin_shufflevector)
#define NET_SHUFFLES 1
#endif
#endif
#ifndef NET_SHUFFLES
#define NET_SHUFFLES 0
#endif
#if defined(__SSE2__) && defined(__GNUC__) && !defined(__clang__)
/* Bytes in a register, behind them zeros. */
typedef char net_bytes16 __attribute__((vector_size(16)));
typedef short net_shorts8 __attribute__((vector_size(16)));
typedef short net_shorts16 __attribute__((vector_size(32)));

NET_HELPER net_bytes16 net_bytes16_at(const void *p)
{
    net_bytes16 x;
    memcpy(&x, p, sizeof x);
    return x;
}

NET_HELPER net_bytes16 net_bytes8_at(const void *p)
{
    typedef long long longs2 __attribute__((vector_size(16)));
    long long low;
    memcpy(&low, p, sizeof low);
    const longs2 x = {low, 0};
    return (net_bytes16)x;
}

NET_HELPER net_bytes16 net_bytes4_at(const void *p)
{
    typedef int ints4 __attribute__((vector_size(16)));
    int low;
    memcpy(&low, p, sizeof low);
    const ints4 x = {low, 0, 0, 0};
    return (net_bytes16)x;
}

NET_HELPER net_bytes16 net_bytes0(void)
{
    const net_bytes16 x = {0};
    return x;
}
#endif

