// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the generated C has before its helpers, for a file that is compiled alone.
#ifndef ALONE_H
#define ALONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RESTRICT restrict
#define SNN_LAYER

#ifndef NET_CHECK
#define NET_CHECK(condition) ((void)0)
#endif

#if defined(POSITIONS_OF_32_BITS)
typedef uint32_t position_t, given_t;
#elif defined(POSITIONS_OF_8_BITS)
typedef uint8_t position_t;
typedef uint16_t given_t;
#else
typedef uint16_t position_t, given_t;
#endif

#endif
