/* C functions that take a bare function pointer, without context. */

/* Simpson's rule on n (even) intervals. */
double simpson(double (*f)(double), double from, double to, int n) {
  double h = (to - from) / n, sum = f(from) + f(to);
  for (int i = 1; i < n; i++) sum += (i % 2 ? 4 : 2) * f(from + i * h);
  return sum * h / 3;
}

/* The classical Runge-Kutta method for at most 8 equations. */
int runge_kutta(void (*f)(double, const double *, double *), double *y, int n, double from, double to, int steps) {
  if (n > 8) return 1;
  double h = (to - from) / steps, k[4][8], z[8];
  for (int step = 0; step < steps; step++) {
    double t = from + step * h;
    f(t, y, k[0]);
    for (int i = 0; i < n; i++) z[i] = y[i] + h / 2 * k[0][i];
    f(t + h / 2, z, k[1]);
    for (int i = 0; i < n; i++) z[i] = y[i] + h / 2 * k[1][i];
    f(t + h / 2, z, k[2]);
    for (int i = 0; i < n; i++) z[i] = y[i] + h * k[2][i];
    f(t + h, z, k[3]);
    for (int i = 0; i < n; i++) y[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
  }
  return 0;
}
