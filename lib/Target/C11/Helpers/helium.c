// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
/* The compiler's names of Helium's instructions. */
#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#define NET_HELIUM 1
#endif

