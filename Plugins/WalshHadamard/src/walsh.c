#include "walsh.h"

#include <math.h>
#include <stdlib.h>

int walsh_is_power_of_two(uint64_t length) { return length != 0 && (length & (length - 1)) == 0; }

/* The row of Hadamard's matrix of `length` whose sequency is s: the bits of s ^ (s >> 1), a Gray code, reversed. */
static uint32_t row_of_sequency(uint32_t sequency, size_t length) {
    uint32_t gray = sequency ^ (sequency >> 1), row = 0;
    for (size_t half = 1; half < length; half *= 2) {
        row = row << 1 | (gray & 1);
        gray >>= 1;
    }
    return row;
}

/* Undoes row_of_sequency. */
static uint32_t sequency_of_row(uint32_t row, size_t length) {
    uint32_t sequency = 0, parity = 0;
    for (size_t half = 1; half < length; half *= 2) {
        parity ^= row & 1;
        sequency = sequency << 1 | parity;
        row >>= 1;
    }
    return sequency;
}

static uint32_t *places(size_t length, int is_sequency) {
    uint32_t *places = malloc(length * sizeof *places);
    for (size_t place = 0; places && place < length; place++) {
        places[place] = is_sequency ? row_of_sequency((uint32_t)place, length) : (uint32_t)place;
    }
    return places;
}

walsh_result walsh_make(walsh *self, uint64_t height, uint64_t width, uint64_t channels, int is_sequency) {
    *self = (walsh){0};
    /* Places are 32 bits wide, and an array of the sample's scalars, 8 bytes each, must be possible. */
    const uint64_t most = PTRDIFF_MAX / sizeof(double);
    if (height > (uint64_t)1 << 31 || width > (uint64_t)1 << 31) return WALSH_TOO_LARGE;
    if (width > most / height || channels > most / (height * width)) return WALSH_TOO_LARGE;
    self->height = (size_t)height;
    self->width = (size_t)width;
    self->channels = (size_t)channels;
    self->count = (size_t)(height * width * channels);
    self->scale = (float)(1 / sqrt((double)(height * width)));
    self->rows = places(self->height, is_sequency);
    self->columns = places(self->width, is_sequency);
    if (self->rows && self->columns) return WALSH_OK;
    walsh_clear(self);
    return WALSH_NO_MEMORY;
}

void walsh_clear(walsh *self) {
    free(self->rows);
    free(self->columns);
    self->rows = self->columns = NULL;
}

/* One step on pairs of `run` scalars side by side: (a, b) becomes (a + b, a - b). Vectorises. */
static void step_2(float *values, size_t count, size_t run) {
    for (size_t start = 0; start < count; start += 2 * run) {
        float *restrict a = values + start, *restrict b = a + run;
        for (size_t i = 0; i < run; i++) {
            const float sum = a[i] + b[i], difference = a[i] - b[i];
            a[i] = sum;
            b[i] = difference;
        }
    }
}

/* Two steps at once, on four runs: half the traffic with memory. */
static inline void step_4(float *values, size_t count, size_t run) {
    for (size_t start = 0; start < count; start += 4 * run) {
        float *restrict a = values + start, *restrict b = a + run, *restrict c = b + run, *restrict d = c + run;
        for (size_t i = 0; i < run; i++) {
            const float ab = a[i] + b[i], a_b = a[i] - b[i], cd = c[i] + d[i], c_d = c[i] - d[i];
            a[i] = ab + cd;
            b[i] = a_b + c_d;
            c[i] = ab - cd;
            d[i] = a_b - c_d;
        }
    }
}

/* Hadamard's transform of `length` runs of `run` scalars, for every such group in `count` scalars; not scaled. */
static void hadamard(float *values, size_t count, size_t length, size_t run) {
    const size_t end = length * run;
    for (; 4 * run <= end; run *= 4) {
        /* A length that the compiler knows keeps short runs in registers. */
        if (run == 1) step_4(values, count, 1);
        else if (run == 4) step_4(values, count, 4);
        else step_4(values, count, run);
    }
    if (2 * run <= end) step_2(values, count, run);
}

void walsh_transform(const walsh *self, const float *sample, float *result) {
    const size_t width = self->width, channels = self->channels, line = width * channels;
    const float scale = self->scale;
    /* As U = U^T, the order is applied to what comes in: no scratch, and the steps then work in place. */
    for (size_t row = 0; row < self->height; row++) {
        float *target = result + self->rows[row] * line;
        for (size_t column = 0; column < width; column++) {
            float *pixel = target + self->columns[column] * channels;
            for (size_t channel = 0; channel < channels; channel++) pixel[channel] = *sample++ * scale;
        }
    }
    hadamard(result, self->count, width, channels);
    hadamard(result, self->count, self->height, line);
}

void walsh_sequencies(const walsh *self, size_t component, uint32_t *row, uint32_t *column) {
    const size_t line = self->width * self->channels;
    *row = sequency_of_row(self->rows[component / line], self->height);
    *column = sequency_of_row(self->columns[component % line / self->channels], self->width);
}
