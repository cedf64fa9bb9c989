/* The orthonormal Walsh-Hadamard transform of a sample of rows, columns and channels. It knows nothing of GUD. */
#ifndef WALSH_H
#define WALSH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Row k of Hadamard's matrix of 2^m is h_k(i) = (-1)^(number of ones in k & i). It changes its sign between neighbours
 * s times, where s is its sequency; the order of sequency has row s at place s. Both orders give a symmetric matrix, so
 * that the orthonormal transform undoes itself.
 *
 * Source: Beauchamp, "Walsh Functions and Their Applications", Academic Press, 1975.
 */
typedef struct {
    size_t height, width, channels; /* of an image, channels last; a vector has height 1 and one channel */
    size_t count;                   /* scalars in a sample: their product */
    float scale;                    /* 1 / sqrt(height width) */
    uint32_t *rows, *columns;       /* where the row of Hadamard's matrix for a place is */
} walsh;

/* What walsh_make came to. */
typedef enum { WALSH_OK, WALSH_TOO_LARGE, WALSH_NO_MEMORY } walsh_result;

/* Whether a length is 1, 2, 4, 8, ... */
int walsh_is_power_of_two(uint64_t length);

/* Fills in a transform; lengths are powers of two, and channels positive. In sequency order, or else in Hadamard's. */
walsh_result walsh_make(walsh *self, uint64_t height, uint64_t width, uint64_t channels, int is_sequency);

/* Frees what walsh_make reserved. */
void walsh_clear(walsh *self);

/* Transforms one sample: O(n log n) additions, in place in `result`, which does not overlap `sample`. */
void walsh_transform(const walsh *self, const float *sample, float *result);

/* The sequencies of the row and the column functions that make a component. */
void walsh_sequencies(const walsh *self, size_t component, uint32_t *row, uint32_t *column);

#endif
