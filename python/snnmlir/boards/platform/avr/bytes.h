/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Registers that simulator.c watches: those for general purposes, which have none. Addresses in the
 * data space of an ATmega1284P. */
#define BYTE_FROM_HOST 0x3e /* GPIOR0; reading it waits */
#define BYTE_TO_HOST 0x4a   /* GPIOR1 */
#define NO_MORE 0x4b        /* GPIOR2: not 0 if the last one that was read was none */
