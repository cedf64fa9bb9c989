/* The conditioner `coarse` for GUD: parameters and requests; the mathematics is in coarse.c. */
#include <stdlib.h>
#include <string.h>

#include "coarse.h"

/* Whether a structure of the host is long enough to hold a field. */
#define HAS(structure, field) \
    ((structure)->struct_size >= offsetof(__typeof__(*(structure)), field) + sizeof (structure)->field)

static const gud_host *host;

static gud_status create(
    void *factory, const gud_conditioner_context *context, const gud_parameters *parameters, void **object,
    gud_error *error) {
    (void)factory, (void)context;
    const char *order = NULL;
    size_t length = 0;
    coarse made = {.order = GUD_LABEL_COUNT};
    if (host->parameter_text(parameters, "order", &order, &length) != 1) {
        return gud_fail(error, GUD_ERROR_ARGUMENT, "parameter 'order' is missing; give frequency, level, row, column");
    }
    for (uint32_t known = 0; known < GUD_LABEL_COUNT; known++) {
        if (length == strlen(coarse_orders[known]) && memcmp(order, coarse_orders[known], length) == 0) {
            made.order = known;
        }
    }
    if (made.order == GUD_LABEL_COUNT) {
        return coarse_fail(error, GUD_ERROR_ARGUMENT, "order '%.*s' is none of frequency, level, row, column",
            length < 64 ? (int)length : 64, order);
    }
    if (host->parameter_number(parameters, "upTo", &made.up_to) != 1 || made.up_to != made.up_to) {
        return gud_fail(error, GUD_ERROR_ARGUMENT, "parameter 'upTo' is missing; give the highest label that is known");
    }
    coarse *self = malloc(sizeof *self);
    if (!self) return gud_fail(error, GUD_ERROR_MEMORY, "there is no memory for the conditioner");
    *self = made;
    *object = self;
    return GUD_OK;
}

static void destroy(void *object) { free(object); }

static gud_status info(void *object, gud_conditioner_info *info, gud_error *error) {
    (void)object, (void)error;
    info->struct_size = sizeof *info;
    info->flags = 0;
    info->embedding_width = 0;
    info->drop_probability = 0;
    return GUD_OK;
}

static gud_status condition(
    void *object, const gud_condition_request *request, gud_condition *condition, gud_error *error) {
    condition->flags = 0;
    if (request->class_index >= 0) {
        return coarse_fail(error, GUD_ERROR_ARGUMENT,
            "class %lld was asked for, but the conditioner is 'coarse', which knows no classes",
            (long long)request->class_index);
    }
    if (!request->observed) return GUD_OK;
    const gud_status status = coarse_components(object, request, condition->given, condition->given_values, error);
    if (status == GUD_OK) condition->flags = GUD_CONDITION_GIVEN;
    return status;
}

/* ---- The tables ------------------------------------------------------------------------------------------------- */

static const gud_conditioner_table table = {
    .struct_size = sizeof table,
    .create = create,
    .destroy = destroy,
    .info = info,
    .condition = condition,
};

static const gud_component component = {
    .struct_size = sizeof component,
    .kind = GUD_KIND_CONDITIONER,
    .threads = GUD_THREADS_CONCURRENT,
    .name = "coarse",
    .summary = "The coarse components of a whole sample are given; the fine ones are drawn: variations of a picture.",
    .parameters =
        "[{\"name\": \"order\", \"type\": \"text\", \"default\": \"frequency\","
        " \"choices\": [\"frequency\", \"level\", \"row\", \"column\"],"
        " \"documentation\": \"The natural label of the components that decides what is coarse.\"},"
        " {\"name\": \"upTo\", \"type\": \"number\", \"default\": 1, \"range\": [0, 1000000],"
        " \"documentation\": \"The highest label that is given, itself included; the rest is drawn.\"}]",
    .table = &table,
};

static const gud_component *const components[] = {&component};

static const gud_plugin plugin_table = {
    .struct_size = sizeof plugin_table,
    .abi_major = GUD_ABI_MAJOR,
    .abi_minor = GUD_ABI_MINOR,
    .id = "org.gud.examples.coarse-guide",
    .version = "1.0.0",
    .license = "Apache-2.0",
    .toolkit = "c",
    .components = components,
    .component_count = sizeof components / sizeof *components,
};

gud_status gud_plugin_entry(const gud_host *given, const gud_plugin **plugin, gud_error *error) {
    if (given->abi_major != GUD_ABI_MAJOR || !HAS(given, parameter_text)) {
        return coarse_fail(error, GUD_ERROR_ABI,
            "the host speaks interface %u.%u, the plugin %u.%u; build it for the host", given->abi_major,
            given->abi_minor, GUD_ABI_MAJOR, GUD_ABI_MINOR);
    }
    host = given;
    *plugin = &plugin_table;
    return GUD_OK;
}
