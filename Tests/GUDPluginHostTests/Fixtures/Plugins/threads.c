/*
 * A plugin that notices when it is called more often at once than -DTHREADS allows, or entered twice. Its conditioner has the host's
 * threads apply the basis of its space.
 */
#define _DEFAULT_SOURCE
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gud_plugin.h"

static const gud_host *host;

/* ---- The basis: samples as they are ----------------------------------------------------------------------------- */

static gud_status basis_create(
    void *factory, const gud_basis_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    (void)factory, (void)parameters, (void)error;
    size_t *count = malloc(sizeof *count);
    *count = 1;
    for (uint32_t axis = 0; axis < context->rank; axis++) *count *= context->axes[axis];
    *object = count;
    return GUD_OK;
}

static gud_status basis_info(void *object, gud_basis_info *info, gud_error *error) {
    (void)error;
    info->dimension = info->components = *(size_t *)object;
    return GUD_OK;
}

static gud_status copy(void *object, size_t batch, const float *source, float *result, gud_error *error) {
    (void)error;
    if (batch) memcpy(result, source, batch * *(size_t *)object * sizeof(float));
    return GUD_OK;
}

static const gud_basis_table basis_table = {
    .struct_size = sizeof basis_table, .create = basis_create, .destroy = free, .info = basis_info, .forward = copy,
    .inverse = copy,
};

/* ---- The schedule: a straight line, drawn slowly ----------------------------------------------------------------- */

typedef struct { size_t count; atomic_int calls; } schedule;

static atomic_int calls_of_plugin;

static gud_status slowly(schedule *it, gud_error *error) {
    atomic_int *calls = THREADS == GUD_THREADS_PLUGIN ? &calls_of_plugin : &it->calls;
    const int others = atomic_fetch_add(calls, 1);
    usleep(2000);
    atomic_fetch_sub(calls, 1);
    return others == 0 ? GUD_OK : gud_fail(error, GUD_ERROR_INTERNAL, "two calls at once");
}

static gud_status make(size_t count, void **object) {
    schedule *it = calloc(1, sizeof *it);
    it->count = count;
    *object = it;
    return GUD_OK;
}

static gud_status schedule_create(
    void *factory, const gud_schedule_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    (void)factory, (void)parameters, (void)error;
    return make(context->components, object);
}

static gud_status schedule_info(void *object, gud_schedule_info *info, gud_error *error) {
    (void)error;
    info->components = ((schedule *)object)->count;
    info->flags = GUD_SCHEDULE_FAMILY;
    return GUD_OK;
}

static gud_status schedule_gamma(
    void *object, const double *times, size_t count, double *gamma, double *gamma_rate, gud_error *error) {
    schedule *it = object;
    for (size_t index = 0; index < count * it->count; index++) {
        if (gamma) gamma[index] = 12 * times[index / it->count] - 6;
        if (gamma_rate) gamma_rate[index] = 12;
    }
    return slowly(it, error);
}

static gud_status schedule_member(void *object, double position, void **member, gud_error *error) {
    if (position == 0.25) host->log(host->context, GUD_LOG_INFO, "org.example.threads", "a quarter is asked for");
    const gud_status status = slowly(object, error);
    return status == GUD_OK ? make(((schedule *)object)->count, member) : status;
}

static const gud_schedule_table schedule_table = {
    .struct_size = sizeof schedule_table, .create = schedule_create, .destroy = free, .info = schedule_info,
    .gamma = schedule_gamma, .member = schedule_member,
};

/* ---- The conditioner: what is known is given, one piece of work after the other or all at once ------------------- */

static gud_status conditioner_create(
    void *factory, const gud_conditioner_context *context, const gud_parameters *parameters, void **object,
    gud_error *error) {
    (void)factory, (void)context, (void)parameters, (void)error;
    *object = malloc(1);
    return GUD_OK;
}

static gud_status conditioner_info(void *object, gud_conditioner_info *info, gud_error *error) {
    (void)object, (void)info, (void)error;
    return GUD_OK;
}

typedef struct { const gud_condition_request *request; float *rows; atomic_int failures; } work;

static void apply(void *argument, size_t begin, size_t end) {
    work *it = argument;
    const gud_space *space = it->request->space;
    for (size_t row = begin; row < end; row++) {
        float *result = it->rows + row * space->components;
        if (space->forward(space->context, 1, it->request->observed, result, NULL) != GUD_OK) it->failures++;
    }
}

static gud_status condition(
    void *object, const gud_condition_request *request, gud_condition *condition, gud_error *error) {
    (void)object;
    if (request->class_index >= 0) return gud_fail(error, GUD_ERROR_ARGUMENT, "there are no classes");
    if (!request->observed) return GUD_OK;
    const gud_space *space = request->space;
    for (size_t index = 0; index < space->dimension; index++)
        if (!request->observed_mask[index]) return gud_fail(error, GUD_ERROR_ARGUMENT, "something is not known");
    /* A batch beyond all memory is an error, and nothing else. */
    if (space->forward(space->context, SIZE_MAX, request->observed, condition->given_values, error) != GUD_ERROR_ARGUMENT)
        return gud_fail(error, GUD_ERROR_INTERNAL, "the host takes any batch");
    const size_t pieces = 8;
    work it = {.request = request, .rows = calloc(pieces * space->components, sizeof(float))};
    host->parallel_for(host->context, pieces, 1, apply, &it);
    for (size_t index = 0; index < space->components; index++) {
        condition->given[index] = 1;
        condition->given_values[index] =
            (it.rows[(pieces - 1) * space->components + index] - space->mean[index]) / space->scale[index];
    }
    free(it.rows);
    condition->flags |= GUD_CONDITION_GIVEN;
    return it.failures ? gud_fail(error, GUD_ERROR_INTERNAL, "the host does not apply its basis") : GUD_OK;
}

static const gud_conditioner_table conditioner_table = {
    .struct_size = sizeof conditioner_table, .create = conditioner_create, .destroy = free, .info = conditioner_info,
    .condition = condition,
};

/* ---- The tables ------------------------------------------------------------------------------------------------- */

#define COMPONENT(kind_, summary_, table_) \
    {.struct_size = sizeof(gud_component), .kind = kind_, .threads = THREADS, .name = "threads", .summary = summary_, \
     .table = table_}
static const gud_component list[] = {
    COMPONENT(GUD_KIND_BASIS, "Samples as they are.", &basis_table),
    COMPONENT(GUD_KIND_SCHEDULE, "A straight line.", &schedule_table),
    COMPONENT(GUD_KIND_CONDITIONER, "What is known is given.", &conditioner_table),
};
static const gud_component *const components[] = {&list[0], &list[1], &list[2]};
static const gud_plugin plugin = {
    .struct_size = sizeof plugin, .abi_major = GUD_ABI_MAJOR, .abi_minor = GUD_ABI_MINOR, .id = "org.example.threads",
    .version = "1.0.0", .components = components, .component_count = 3,
};

GUD_EXPORT gud_status gud_plugin_entry(const gud_host *offered, const gud_plugin **result, gud_error *error) {
    if (host) return gud_fail(error, GUD_ERROR_INTERNAL, "entered twice");
    host = offered;
    *result = &plugin;
    return GUD_OK;
}
