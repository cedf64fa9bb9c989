/* Plain C transforms, right and wrong ones, for the tests of foreign functions. */
#include <math.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static double cosine(size_t k, size_t i, size_t n) {
  double a = k == 0 ? sqrt(1.0 / n) : sqrt(2.0 / n);
  return a * cos(M_PI * k * (2 * i + 1) / (2.0 * n));
}

/* The orthonormal DCT-II and its inverse, in O(n²). */
void dct_forward(const float *x, float *y, size_t n) {
  for (size_t k = 0; k < n; k++) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += cosine(k, i, n) * x[i];
    y[k] = (float)sum;
  }
}

void dct_inverse(const float *y, float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += cosine(k, i, n) * y[k];
    x[i] = (float)sum;
  }
}

/* The same with an int, and with a status: 0 is success, 7 means that the count is odd. */
int dct_forward_status(const float *x, float *y, int n) { return n % 2 ? 7 : (dct_forward(x, y, (size_t)n), 0); }
int dct_inverse_status(const float *x, float *y, int n) { return n % 2 ? 7 : (dct_inverse(x, y, (size_t)n), 0); }

/* The same in double. */
void dct_forward_double(const double *x, double *y, size_t n) {
  for (size_t k = 0; k < n; k++) {
    y[k] = 0;
    for (size_t i = 0; i < n; i++) y[k] += cosine(k, i, n) * x[i];
  }
}

void dct_inverse_double(const double *y, double *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    x[i] = 0;
    for (size_t k = 0; k < n; k++) x[i] += cosine(k, i, n) * y[k];
  }
}

/* A plan, whose buffers at planning time must lie on boundaries of 64 bytes. */
typedef struct plan {
  size_t count;
  double factor;
} plan;

static atomic_int live;

plan *plan_create(int32_t count, uint32_t flags, float *x, float *y, double factor) {
  if (flags == 99 || ((uintptr_t)x | (uintptr_t)y) % 64 != 0) return NULL;
  plan *made = malloc(sizeof *made);
  *made = (plan){(size_t)count, factor};
  atomic_fetch_add(&live, 1);
  return made;
}

int plan_open(plan **made, int64_t count, uint32_t flags) {
  if (flags == 98) return 5;
  if (flags == 97) return 0;
  *made = malloc(sizeof **made);
  **made = (plan){(size_t)count, 1};
  atomic_fetch_add(&live, 1);
  return 0;
}

void plan_forward(const plan *made, const float *x, float *y) {
  dct_forward(x, y, made->count);
  for (size_t i = 0; i < made->count; i++) y[i] *= (float)made->factor;
}

void plan_inverse(const plan *made, const float *y, float *x) {
  dct_inverse(y, x, made->count);
  for (size_t i = 0; i < made->count; i++) x[i] /= (float)made->factor;
}

void plan_destroy(plan *made) {
  free(made);
  atomic_fetch_sub(&live, 1);
}

int plans_alive(void) { return atomic_load(&live); }

/* The Walsh-Hadamard transform in place, not normalised, of 2^exponent scalars. */
void walsh(float *x, int exponent) {
  size_t n = (size_t)1 << exponent;
  for (size_t half = 1; half < n; half *= 2)
    for (size_t start = 0; start < n; start += 2 * half)
      for (size_t i = start; i < start + half; i++) {
        float a = x[i], b = x[i + half];
        x[i] = a + b;
        x[i + half] = a - b;
      }
}

/* Reflects pairs about a line: its own inverse for every angle, whatever arrives as one. */
void reflect(const float *x, float *y, int n, double angle) {
  float c = (float)cos(angle), s = (float)sin(angle);
  for (int i = 0; i + 1 < n; i += 2) {
    y[i] = c * x[i] + s * x[i + 1];
    y[i + 1] = s * x[i] - c * x[i + 1];
  }
  if (n % 2) y[n - 1] = x[n - 1];
}

/* Faults. */
void one_too_many(const float *x, float *y, size_t n) {
  for (size_t i = 0; i <= n; i++) y[i] = i < n ? x[i] : 1;
}

void one_before(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = x[i];
  y[-1] = 1;
}

void writes_input(float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) {
    y[i] = x[i];
    x[i] = 0;
  }
}

int not_a_function[3] = {1, 2, 3};

/* Copies, and counts how many calls are under way. */
static atomic_int under_way, most_under_way;

void watched_copy(const float *x, float *y, size_t n) {
  int now = atomic_fetch_add(&under_way, 1) + 1;
  int most = atomic_load(&most_under_way);
  while (now > most && !atomic_compare_exchange_weak(&most_under_way, &most, now)) {
  }
  usleep(200);
  for (size_t i = 0; i < n; i++) y[i] = x[i];
  atomic_fetch_sub(&under_way, 1);
}

int most_calls(void) { return atomic_exchange(&most_under_way, 0); }

/* Sixteen arguments of every kind, summed into the output. */
void sixteen(const float *x, float *y, size_t n, int32_t a, uint32_t b, int64_t c, uint64_t d, float e, double f,
             const void *none, int32_t g, double h, float i, double j, uint32_t k, int64_t l) {
  double sum = a + (double)b + (double)c + (double)d + e + f + g + h + i + j + k + (double)l + (none != NULL ? 1e6 : 0);
  for (size_t m = 0; m < n; m++) y[m] = x[m] + (float)sum;
}

/* Goes far past its output. */
void runs_away(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < 64 * n; i++) y[i] = x[i % n];
}
