/* Leaves a mark when it is opened. MARK is a path, given at compile time. */
#include <stdio.h>

__attribute__((constructor)) static void leave_mark(void) {
  FILE *file = fopen(MARK, "w");
  if (file) fclose(file);
}

void copy(const float *x, float *y, unsigned long n) {
  for (unsigned long i = 0; i < n; i++) y[i] = x[i];
}
