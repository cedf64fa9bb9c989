#include "coarse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Weights of a basis vector on scalars that are not observed count as rounding up to here. */
#define TOLERANCE 1e-5f

/* Basis vectors looked at in one call. */
#define BLOCK 64

const char *const coarse_orders[GUD_LABEL_COUNT] = {"frequency", "level", "row", "column"};

gud_status coarse_fail(gud_error *error, gud_status code, const char *format, ...) {
    char message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return gud_fail(error, code, message);
}

static int is_finite(float value) { return value - value == 0; }

/* Where a value is not known, or makes no sense. */
static int is_missing(const gud_condition_request *request, size_t index) {
    return (request->observed_mask && !request->observed_mask[index]) || !is_finite(request->observed[index]);
}

/* Names the orders that a basis does have. */
static gud_status no_labels(const coarse *self, const gud_space *space, double *labels, gud_error *error) {
    char known[64] = "";
    size_t length = 0;
    for (uint32_t order = 0; order < GUD_LABEL_COUNT; order++) {
        if (space->labels && space->labels(space->context, order, labels, NULL) == GUD_OK) {
            length += (size_t)snprintf(
                known + length, sizeof known - length, "%s%s", length ? ", " : "", coarse_orders[order]);
        }
    }
    if (!length) {
        return coarse_fail(error, GUD_ERROR_ARGUMENT,
            "the basis has no '%s' labels, nor any others; 'coarse' needs a basis with an order, such as dct or haar",
            coarse_orders[self->order]);
    }
    return coarse_fail(error, GUD_ERROR_ARGUMENT, "the basis has no '%s' labels; its orders are: %s",
        coarse_orders[self->order], known);
}

/* Which components are coarse; an error where none is. `labels` has room for K numbers, and holds the labels after. */
static gud_status choose(
    const coarse *self, const gud_space *space, double *labels, uint8_t *given, gud_error *error) {
    const gud_status status = space->labels ? space->labels(space->context, self->order, labels, error)
                                            : GUD_ERROR_UNSUPPORTED;
    if (status == GUD_ERROR_UNSUPPORTED) return no_labels(self, space, labels, error);
    if (status != GUD_OK) return status;
    size_t count = 0;
    double lowest = labels[0];
    for (size_t k = 0; k < space->components; k++) {
        given[k] = labels[k] <= self->up_to;
        count += given[k];
        if (labels[k] < lowest) lowest = labels[k];
    }
    if (count) return GUD_OK;
    return coarse_fail(error, GUD_ERROR_ARGUMENT, "no component has a %s of at most %g: the lowest is %g; raise 'upTo'",
        coarse_orders[self->order], self->up_to, lowest);
}

/* Checks that no coarse basis vector has weight on a scalar that is missing; a local basis needs only a part. */
static gud_status check_reach(
    const coarse *self, const gud_condition_request *request, const double *labels, const uint8_t *given,
    gud_error *error) {
    const gud_space *space = request->space;
    const size_t dimension = (size_t)space->dimension, components = (size_t)space->components;
    size_t missing = 0;
    for (size_t i = 0; i < dimension; i++) missing += (size_t)is_missing(request, i);
    if (!missing) return GUD_OK;

    float *units = malloc(BLOCK * components * sizeof *units), *vectors = malloc(BLOCK * dimension * sizeof *vectors);
    gud_status status = units && vectors
        ? GUD_OK : gud_fail(error, GUD_ERROR_MEMORY, "there is no memory to look at the basis");
    for (size_t k = 0; k < components && status == GUD_OK;) {
        size_t places[BLOCK], count = 0;
        for (; k < components && count < BLOCK; k++) {
            if (!given[k]) continue;
            for (size_t i = 0; i < components; i++) units[count * components + i] = i == k;
            places[count++] = k;
        }
        status = space->inverse(space->context, count, units, vectors, error);
        for (size_t vector = 0; vector < count && status == GUD_OK; vector++) {
            for (size_t i = 0; i < dimension && status == GUD_OK; i++) {
                const float weight = vectors[vector * dimension + i];
                if ((weight > TOLERANCE || weight < -TOLERANCE) && is_missing(request, i)) {
                    status = coarse_fail(error, GUD_ERROR_ARGUMENT,
                        "%zu of %zu scalars are not observed, or not finite, and component %zu (%s %g) depends on "
                        "scalar %zu, which is one of them; observe the whole sample, or take the conditioner 'given'",
                        missing, dimension, places[vector], coarse_orders[self->order], labels[places[vector]], i);
                }
            }
        }
    }
    free(units);
    free(vectors);
    return status;
}

/* z = U (x - mean) / scale. The mean stands in for what is missing, and no coarse component sees that. */
static gud_status whiten(const gud_condition_request *request, float *values, gud_error *error) {
    const gud_space *space = request->space;
    float *centred = malloc((size_t)space->dimension * sizeof *centred);
    if (!centred) return gud_fail(error, GUD_ERROR_MEMORY, "there is no memory for a sample");
    for (size_t i = 0; i < space->dimension; i++) {
        centred[i] = is_missing(request, i) ? 0 : request->observed[i] - space->mean[i];
    }
    const gud_status status = space->forward(space->context, 1, centred, values, error);
    free(centred);
    for (size_t k = 0; k < space->components && status == GUD_OK; k++) values[k] /= space->scale[k];
    return status;
}

gud_status coarse_components(
    const coarse *self, const gud_condition_request *request, uint8_t *given, float *values, gud_error *error) {
    double *labels = malloc((size_t)request->space->components * sizeof *labels);
    if (!labels) return gud_fail(error, GUD_ERROR_MEMORY, "there is no memory for the labels");
    gud_status status = choose(self, request->space, labels, given, error);
    if (status == GUD_OK) status = check_reach(self, request, labels, given, error);
    free(labels);
    return status == GUD_OK ? whiten(request, values, error) : status;
}
