/* The basis `walsh-hadamard` for GUD: parameters, shapes and batches; the transform itself is in walsh.c. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gud_plugin.h"
#include "walsh.h"

/* Scalars in a piece of a parallel loop: some 0.1 ms. */
#define PIECE 131072

/* Whether a structure of the host is long enough to hold a field. */
#define HAS(structure, field) \
    ((structure)->struct_size >= offsetof(__typeof__(*(structure)), field) + sizeof (structure)->field)

static const gud_host *host;

__attribute__((format(printf, 3, 4))) static gud_status fail(
    gud_error *error, gud_status code, const char *format, ...) {
    char message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return gud_fail(error, code, message);
}

/* ---- Making one ------------------------------------------------------------------------------------------------- */

static gud_status read_order(const gud_parameters *parameters, int *is_sequency, gud_error *error) {
    const char *order = NULL;
    size_t length = 0;
    if (host->parameter_text(parameters, "order", &order, &length) != 1) {
        return gud_fail(error, GUD_ERROR_ARGUMENT, "parameter 'order' is missing; give sequency or natural");
    }
    *is_sequency = length == 8 && memcmp(order, "sequency", 8) == 0;
    if (*is_sequency || (length == 7 && memcmp(order, "natural", 7) == 0)) return GUD_OK;
    const int shown = length < 64 ? (int)length : 64;
    return fail(error, GUD_ERROR_ARGUMENT, "order '%.*s' is neither sequency nor natural", shown, order);
}

static gud_status create(
    void *factory, const gud_basis_context *context, const gud_parameters *parameters, void **object,
    gud_error *error) {
    (void)factory;
    const uint64_t *axes = context->axes;
    uint64_t height = 1, width, channels = 1;
    switch (context->rank) {
    case 1: width = axes[0]; break;
    case 3: height = axes[0], width = axes[1], channels = axes[2]; break;
    default:
        return fail(error, GUD_ERROR_SHAPE, "samples have %u axes; it takes vectors and images", context->rank);
    }
    if (!walsh_is_power_of_two(width) || !walsh_is_power_of_two(height)) {
        return context->rank == 1
            ? fail(error, GUD_ERROR_SHAPE, "the length %llu is not a power of two; pad it, or take dct",
                  (unsigned long long)width)
            : fail(error, GUD_ERROR_SHAPE, "height %llu and width %llu are not both powers of two; resize, or take dct",
                  (unsigned long long)height, (unsigned long long)width);
    }
    if (channels == 0) return gud_fail(error, GUD_ERROR_SHAPE, "images have no channel");

    int is_sequency = 0;
    const gud_status status = read_order(parameters, &is_sequency, error);
    if (status != GUD_OK) return status;
    walsh *self = malloc(sizeof *self);
    if (!self) return gud_fail(error, GUD_ERROR_MEMORY, "there is no memory for the basis");
    switch (walsh_make(self, height, width, channels, is_sequency)) {
    case WALSH_OK: *object = self; return GUD_OK;
    case WALSH_NO_MEMORY:
        free(self);
        return fail(error, GUD_ERROR_MEMORY, "there is no memory for the order of %llu rows and %llu columns",
            (unsigned long long)height, (unsigned long long)width);
    case WALSH_TOO_LARGE: break;
    }
    free(self);
    return fail(error, GUD_ERROR_SHAPE, "samples of %llu x %llu x %llu scalars are more than an array can hold",
        (unsigned long long)height, (unsigned long long)width, (unsigned long long)channels);
}

static void destroy(void *object) {
    walsh_clear(object);
    free(object);
}

static gud_status info(void *object, gud_basis_info *info, gud_error *error) {
    (void)error;
    const walsh *self = object;
    info->struct_size = sizeof *info;
    info->flags = 0;
    info->dimension = info->components = self->count;
    return GUD_OK;
}

static gud_status labels(void *object, uint32_t order, double *labels, gud_error *error) {
    const walsh *self = object;
    if (order != GUD_LABEL_FREQUENCY) {
        return gud_fail(error, GUD_ERROR_UNSUPPORTED, "Walsh functions have a frequency, and no other order");
    }
    for (size_t component = 0; component < self->count; component++) {
        uint32_t row, column;
        walsh_sequencies(self, component, &row, &column);
        /* Two changes of sign make a cycle, as they do in a cosine. */
        labels[component] = hypot(row, column) / 2;
    }
    return GUD_OK;
}

/* ---- Batches ---------------------------------------------------------------------------------------------------- */

typedef struct {
    const walsh *self;
    const float *from;
    float *to;
} job;

static void transform_piece(void *argument, size_t begin, size_t end) {
    const job *job = argument;
    const size_t count = job->self->count;
    for (size_t i = begin; i < end; i++) walsh_transform(job->self, job->from + i * count, job->to + i * count);
}

/* Both directions: the matrix is symmetric and orthonormal. */
static gud_status transform(void *object, size_t batch, const float *from, float *to, gud_error *error) {
    const walsh *self = object;
    if (batch > PTRDIFF_MAX / sizeof(float) / self->count) {
        return fail(error, GUD_ERROR_ARGUMENT, "%zu samples of %zu scalars are more than an array can hold; take fewer",
            batch, self->count);
    }
    job job = {self, from, to};
    const size_t grain = self->count < PIECE ? PIECE / self->count : 1;
    if (batch <= grain || !HAS(host, parallel_for) || !host->parallel_for) {
        transform_piece(&job, 0, batch);
    } else {
        host->parallel_for(host->context, batch, grain, transform_piece, &job);
    }
    return GUD_OK;
}

/* ---- The tables ------------------------------------------------------------------------------------------------- */

static const gud_basis_table table = {
    .struct_size = sizeof table,
    .create = create,
    .destroy = destroy,
    .info = info,
    .forward = transform,
    .inverse = transform,
    .labels = labels,
};

static const gud_component component = {
    .struct_size = sizeof component,
    .kind = GUD_KIND_BASIS,
    .threads = GUD_THREADS_CONCURRENT,
    .name = "walsh-hadamard",
    .summary = "Orthonormal Walsh-Hadamard functions, along both axes of an image or the one of a vector.",
    .parameters =
        "[{\"name\": \"order\", \"type\": \"text\", \"default\": \"sequency\","
        " \"choices\": [\"sequency\", \"natural\"],"
        " \"documentation\": \"Components by their changes of sign, or as in Hadamard's matrix.\"}]",
    .table = &table,
};

static const gud_component *const components[] = {&component};

static const gud_plugin plugin_table = {
    .struct_size = sizeof plugin_table,
    .abi_major = GUD_ABI_MAJOR,
    .abi_minor = GUD_ABI_MINOR,
    .id = "org.gud.examples.walsh-hadamard",
    .version = "1.0.0",
    .license = "Apache-2.0",
    .toolkit = "c",
    .components = components,
    .component_count = sizeof components / sizeof *components,
};

gud_status gud_plugin_entry(const gud_host *given, const gud_plugin **plugin, gud_error *error) {
    if (given->abi_major != GUD_ABI_MAJOR || !HAS(given, parameter_text)) {
        return fail(error, GUD_ERROR_ABI, "the host speaks interface %u.%u, the plugin %u.%u; build it for the host",
            given->abi_major, given->abi_minor, GUD_ABI_MAJOR, GUD_ABI_MINOR);
    }
    host = given;
    *plugin = &plugin_table;
    return GUD_OK;
}
