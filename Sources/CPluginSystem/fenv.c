#include "fenv_guard.h"

/* On x86-64 fenv_t includes MXCSR, where flush-to-zero and denormals-are-zero live; on AArch64 it includes FPCR. */
int gud_fenv_save(gud_fenv *saved) { return fegetenv(&saved->environment); }

int gud_fenv_restore(const gud_fenv *saved) { return fesetenv(&saved->environment); }
