/* The coarse components of an observed sample: which they are, and what they are. */
#ifndef COARSE_H
#define COARSE_H

#include "gud_plugin.h"

/* An order, and the highest label that counts as coarse. */
typedef struct {
    uint32_t order; /* GUD_LABEL_... */
    double up_to;
} coarse;

/* The names of the orders, at the place of their number. */
extern const char *const coarse_orders[GUD_LABEL_COUNT];

/*
 * Writes, for every component of the request's space, whether its label is at most up_to and, where it is, its
 * z = U (x - mean) / scale. The observation must be there, and must determine all of them.
 */
gud_status coarse_components(
    const coarse *self, const gud_condition_request *request, uint8_t *given, float *values, gud_error *error);

/* Describes an error by a format, and returns its code. */
__attribute__((format(printf, 3, 4))) gud_status coarse_fail(
    gud_error *error, gud_status code, const char *format, ...);

#endif
