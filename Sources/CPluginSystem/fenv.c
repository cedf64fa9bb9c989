#include "fenv_guard.h"

#include <string.h>

/* On x86-64 fenv_t includes MXCSR, where flush-to-zero and denormals-are-zero live; on AArch64 it includes FPCR. */
int gud_fenv_save(gud_fenv *saved) { return fegetenv(&saved->environment); }

int gud_fenv_restore(const gud_fenv *saved) { return fesetenv(&saved->environment); }

int gud_fenv_differs(const gud_fenv *saved) {
    fenv_t now;
    fegetenv(&now);
    /* Flags of past exceptions are no change of behaviour. */
#if defined(__x86_64__)
    return (now.__mxcsr & 0xFFC0) != (saved->environment.__mxcsr & 0xFFC0)
        || now.__control_word != saved->environment.__control_word;
#else
    return memcmp(&now, &saved->environment, sizeof now) != 0;
#endif
}
