/* The orthonormal discrete Hartley transform of one sample, in O(n²):

     y_k = 1/sqrt(n) * sum_i x_i cas(2 pi k i / n),   cas t = cos t + sin t.

   It is a real Fourier transform that is its own inverse. Nothing here knows of GUD: the manifest beside it is all there is.
   Source: Bracewell, "Discrete Hartley transform", J. Opt. Soc. Am. 73, 1983. */
#include <math.h>
#include <stdint.h>

/* Writes the transform of n floats. Returns 0, or 1 where n is 0. x and y must not overlap. */
int plainc_hartley(const float *x, float *y, uint64_t n) {
  if (n == 0) return 1;
  const double turn = 2 * acos(-1.0) / (double)n, scale = sqrt(1.0 / (double)n);
  for (uint64_t k = 0; k < n; k++) {
    double sum = 0;
    for (uint64_t i = 0; i < n; i++) {
      const double angle = turn * (double)(k * i % n);
      sum += x[i] * (cos(angle) + sin(angle));
    }
    y[k] = (float)(scale * sum);
  }
  return 0;
}
