/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Vectors and counter of any Cortex-M. */
#include "platform.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)
#define ICSR REGISTER(0xe000ed04)
#define CPACR REGISTER(0xe000ed88)

#define PENDSTSET (UINT32_C(1) << 26)
#define SYSTICK_MAX UINT32_C(0xffffff)

extern unsigned char stack_top[];

_Noreturn void boot(void);
_Noreturn void start(void);

_Noreturn void start(void)
{
#ifdef __ARM_FP
    CPACR |= UINT32_C(0xf) << 20; /* full access to coprocessors 10 and 11, the FPU */
    __asm__ volatile("dsb\nisb" ::: "memory");
#endif
    boot();
}

static void fault(void)
{
    leave(1);
}

/* SysTick counts down, in 24 bits, and interrupts at 0. */
static volatile uint32_t rounds;

static void systick(void)
{
    ++rounds;
}

void start_counter(void)
{
    SYST_RVR = SYSTICK_MAX;
    SYST_CVR = 0;
    SYST_CSR = 7; /* the processor's clock, interrupt, enable */
}

uint32_t counter(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
    uint32_t value = SYST_CVR;
    uint32_t complete = rounds;
    if (ICSR & PENDSTSET) { /* it came to 0, perhaps after value was read */
        value = SYST_CVR;
        ++complete;
    }
    __asm__ volatile("cpsie i" ::: "memory");
    return complete * (SYSTICK_MAX + 1) + (SYSTICK_MAX - value);
}

struct vectors {
    void *stack;
    void (*handlers[15])(void);
};

__attribute__((section(".start"), used)) static const struct vectors vectors = {
    stack_top,
    {start, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
     systick},
};
