/* Built with -ffast-math, which sets flush-to-zero when the library is opened. */
void fast_copy(const float *x, float *y, unsigned long n) {
  for (unsigned long i = 0; i < n; i++) y[i] = x[i];
}
