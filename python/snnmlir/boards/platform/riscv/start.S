/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Entry of a RISC-V core in machine mode. */
        .section .start, "ax"
        .globl start
start:
        .option push
        .option norelax
        la      gp, __global_pointer$
        .option pop
        .option arch, +zicsr
        la      sp, stack_top
        la      t0, fault
        csrw    mtvec, t0
#ifdef __riscv_flen
        li      t0, 0x2000      /* mstatus.FS = initial: the FPU is on */
        csrs    mstatus, t0
        csrw    fcsr, zero
#endif
        li      t0, 0x200       /* mstatus.VS = initial: vectors are on, where there are any */
        csrs    mstatus, t0
        call    boot

        .balign 4
fault:
        li      a0, 1
        call    leave
