#ifndef GUD_FENV_GUARD_H
#define GUD_FENV_GUARD_H

#include <fenv.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A saved floating-point environment: rounding, exception flags and masks, and flush-to-zero where the machine has it.
   Libraries built with -ffast-math change it when they are opened. */
typedef struct gud_fenv {
    fenv_t environment;
} gud_fenv;

/* Saves the calling thread's floating-point environment. Returns 0, or another number where it cannot. [any thread] */
int gud_fenv_save(gud_fenv *saved);

/* Puts a saved environment back on the calling thread. Returns 0, or non-zero where it cannot be set. [any thread] */
int gud_fenv_restore(const gud_fenv *saved);

/* Whether the calling thread's environment behaves otherwise than the saved one. [any thread] */
int gud_fenv_differs(const gud_fenv *saved);

#ifdef __cplusplus
}
#endif
#endif
