/* The transform against its definition: Hadamard's matrix by counting ones, rows sorted by their changes of sign. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../src/walsh.h"

#define LONGEST 64

static int failures;

#define CHECK(condition, ...) \
    do { \
        if (!(condition)) { \
            failures++; \
            printf("%s:%d: %s: ", __FILE__, __LINE__, #condition); \
            printf(__VA_ARGS__); \
            printf("\n"); \
        } \
    } while (0)

static double hadamard(size_t row, size_t column) { return __builtin_popcountll(row & column) % 2 ? -1 : 1; }

static size_t changes(size_t row, size_t length) {
    size_t count = 0;
    for (size_t i = 1; i < length; i++) count += hadamard(row, i) != hadamard(row, i - 1);
    return count;
}

/* The row of the matrix for each place. */
static void order(size_t length, int is_sequency, size_t *rows) {
    for (size_t row = 0; row < length; row++) rows[is_sequency ? changes(row, length) : row] = row;
}

/* Numbers in [-1, 1), the same every time. */
static float number(void) {
    static uint32_t state = 1;
    state = state * 1664525 + 1013904223;
    return (float)(state >> 8) / (1 << 23) - 1;
}

static void check(size_t height, size_t width, size_t channels, int is_sequency) {
    walsh self;
    CHECK(walsh_make(&self, height, width, channels, is_sequency) == WALSH_OK, "%zu x %zu", height, width);
    size_t rows[LONGEST], columns[LONGEST];
    order(height, is_sequency, rows);
    order(width, is_sequency, columns);
    float *sample = malloc(self.count * sizeof *sample), *result = malloc(self.count * sizeof *result);
    float *back = malloc(self.count * sizeof *back);
    for (size_t i = 0; i < self.count; i++) sample[i] = number();
    walsh_transform(&self, sample, result);
    walsh_transform(&self, result, back);
    for (size_t component = 0; component < self.count; component++) {
        const size_t k = component / (width * channels), l = component / channels % width, c = component % channels;
        double sum = 0;
        for (size_t i = 0; i < height; i++) {
            for (size_t j = 0; j < width; j++) {
                sum += hadamard(rows[k], i) * hadamard(columns[l], j) * sample[(i * width + j) * channels + c];
            }
        }
        const double expected = sum / sqrt((double)(height * width));
        CHECK(fabs(result[component] - expected) < 1e-5, "%zu x %zu x %zu, component %zu: %g instead of %g", height,
            width, channels, component, result[component], expected);
        CHECK(fabsf(back[component] - sample[component]) < 2e-6f, "%zu x %zu x %zu, scalar %zu does not come back",
            height, width, channels, component);
        uint32_t row, column;
        walsh_sequencies(&self, component, &row, &column);
        CHECK(row == changes(rows[k], height) && column == changes(columns[l], width), "component %zu", component);
    }
    free(sample), free(result), free(back);
    walsh_clear(&self);
}

int main(void) {
    const size_t lengths[] = {1, 2, 4, 8, 16, 64};
    for (size_t i = 0; i < 6; i++) {
        for (size_t j = 0; j < 6; j++) {
            for (size_t channels = 1; channels <= 4; channels++) {
                check(lengths[i], lengths[j], channels, 1);
                check(lengths[i], lengths[j], channels, 0);
            }
        }
    }
    walsh self;
    CHECK(walsh_make(&self, 1, (uint64_t)1 << 40, 1, 1) == WALSH_TOO_LARGE, "2^40");
    CHECK(walsh_make(&self, (uint64_t)1 << 31, (uint64_t)1 << 31, 4, 1) == WALSH_TOO_LARGE, "2^64");
    CHECK(walsh_is_power_of_two(1) && walsh_is_power_of_two(64), "powers");
    CHECK(!walsh_is_power_of_two(0) && !walsh_is_power_of_two(12), "no powers");
    printf(failures ? "%d failures\n" : "ok\n", failures);
    return failures != 0;
}
