// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "vectors.c"
// --- emitted
/* The same of all numbers, where those of floating point are as IEEE 754 says: those of 32-bit Arm
 * take small numbers for 0. */
#ifndef NET_VECTORS
#if defined(__SSE2__) || defined(__aarch64__) || defined(__wasm_simd128__) \
    || (defined(__riscv_v_elen_fp) && __riscv_v_elen_fp >= 64)
#define NET_VECTORS NET_INTEGER_VECTORS
#else
#define NET_VECTORS 0
#endif
#endif
/* Whether floats have 32 registers of their own, several of which one instruction loads. */
#if defined(__GNUC__) && defined(__arm__) && (!defined(__thumb__) || defined(__thumb2__)) \
    && defined(__ARM_FP) && (__ARM_FP & 4) != 0
#define NET_FLOAT_REGISTERS 1
#else
#define NET_FLOAT_REGISTERS 0
#endif

