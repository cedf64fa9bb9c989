/* The coarse components in a space of four scalars in Haar's basis, small enough to do by hand. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../src/coarse.h"

static int failures;

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            failures++; \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
        } \
    } while (0)

#define HALF 0.70710678f

/* Mean, coarse difference, and two fine differences, of levels 0, 1, 2, 2. */
static const float basis[4][4] = {
    {0.5f, 0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, -0.5f, -0.5f}, {HALF, -HALF, 0, 0}, {0, 0, HALF, -HALF}};

static gud_status forward(void *context, size_t batch, const float *x, float *c, gud_error *error) {
    (void)context, (void)error;
    for (size_t b = 0; b < batch; b++) {
        for (int k = 0; k < 4; k++) {
            c[4 * b + k] = 0;
            for (int i = 0; i < 4; i++) c[4 * b + k] += basis[k][i] * x[4 * b + i];
        }
    }
    return GUD_OK;
}

static gud_status inverse(void *context, size_t batch, const float *c, float *x, gud_error *error) {
    (void)context, (void)error;
    for (size_t b = 0; b < batch; b++) {
        for (int i = 0; i < 4; i++) {
            x[4 * b + i] = 0;
            for (int k = 0; k < 4; k++) x[4 * b + i] += basis[k][i] * c[4 * b + k];
        }
    }
    return GUD_OK;
}

static gud_status labels(void *context, uint32_t order, double *labels, gud_error *error) {
    (void)context;
    /* Made so that the third function alone, which reaches no further than scalar 1, is at 0. */
    static const double levels[4] = {0, 1, 2, 2}, columns[4] = {5, 5, 0, 2};
    if (order != GUD_LABEL_LEVEL && order != GUD_LABEL_COLUMN) return gud_fail(error, GUD_ERROR_UNSUPPORTED, "none");
    memcpy(labels, order == GUD_LABEL_LEVEL ? levels : columns, sizeof levels);
    return GUD_OK;
}

int main(void) {
    const float mean[4] = {1, 1, 1, 1}, scale[4] = {2, 1, 1, 0.5f};
    const double variances[4] = {1, 1, 1, 1};
    const gud_space space = {.struct_size = sizeof space, .rank = 1, .axes = {4}, .dimension = 4, .components = 4,
        .mean = mean, .scale = scale, .variances = variances, .forward = forward, .inverse = inverse,
        .labels = labels};
    const float observed[4] = {1, 3, 5, 7};
    gud_condition_request request = {.struct_size = sizeof request, .class_index = -1, .guidance = 1,
        .observed = observed, .space = &space};
    gud_error error = {.struct_size = sizeof error};
    uint8_t given[4];
    float z[4];

    /* x - mean = 0, 2, 4, 6: mean 12/2 over 2, difference -8/2 over 1. */
    const coarse levels = {GUD_LABEL_LEVEL, 1};
    CHECK(coarse_components(&levels, &request, given, z, &error) == GUD_OK);
    CHECK(memcmp(given, (uint8_t[]){1, 1, 0, 0}, 4) == 0);
    CHECK(fabsf(z[0] - 3) < 1e-6f && fabsf(z[1] + 4) < 1e-6f);

    /* Both need the whole sample. */
    request.observed_mask = (const uint8_t[]){1, 1, 0, 1};
    CHECK(coarse_components(&levels, &request, given, z, &error) == GUD_ERROR_ARGUMENT);
    CHECK(strcmp(error.message,
        "1 of 4 scalars are not observed, or not finite, and component 0 (level 0) depends on scalar 2, which is one "
        "of them; observe the whole sample, or take the conditioner 'given'") == 0);

    /* The third function needs the first two scalars alone, and what stands in the others does not matter. */
    const coarse columns = {GUD_LABEL_COLUMN, 0};
    const float half[4] = {1, 3, NAN, INFINITY};
    request.observed = half;
    request.observed_mask = (const uint8_t[]){1, 1, 0, 1};
    CHECK(coarse_components(&columns, &request, given, z, &error) == GUD_OK);
    CHECK(memcmp(given, (uint8_t[]){0, 0, 1, 0}, 4) == 0);
    CHECK(fabsf(z[2] + 2 * HALF) < 1e-6f && isfinite(z[0]) && isfinite(z[3]));

    /* Labels that are not there, and none that is low enough. */
    const coarse frequency = {GUD_LABEL_FREQUENCY, 1}, nothing = {GUD_LABEL_LEVEL, -0.5};
    CHECK(coarse_components(&frequency, &request, given, z, &error) == GUD_ERROR_ARGUMENT);
    CHECK(strcmp(error.message, "the basis has no 'frequency' labels; its orders are: level, column") == 0);
    CHECK(coarse_components(&nothing, &request, given, z, &error) == GUD_ERROR_ARGUMENT);
    CHECK(strcmp(error.message, "no component has a level of at most -0.5: the lowest is 0; raise 'upTo'") == 0);

    printf(failures ? "%d failures\n" : "ok\n", failures);
    return failures != 0;
}
