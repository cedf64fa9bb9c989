/* The least that a plugin can be: one basis that changes nothing, with the required functions alone. */
#include <gud_plugin.h>
#include <stdlib.h>
#include <string.h>

typedef struct { size_t dimension; } same;

static gud_status create(
    void *factory, const gud_basis_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    (void)factory, (void)parameters;
    same *it = malloc(sizeof *it);
    if (!it) return gud_fail(error, GUD_ERROR_MEMORY, "there is no memory");
    it->dimension = 1;
    for (uint32_t axis = 0; axis < context->rank; axis++) it->dimension *= context->axes[axis];
    *object = it;
    return GUD_OK;
}

static void destroy(void *object) { free(object); }

static gud_status info(void *object, gud_basis_info *info, gud_error *error) {
    (void)error;
    const same *it = object;
    info->flags = 0;
    info->dimension = info->components = it->dimension;
    return GUD_OK;
}

static gud_status copy(void *object, size_t batch, const float *from, float *to, gud_error *error) {
    (void)error;
    const same *it = object;
    if (batch) memcpy(to, from, batch * it->dimension * sizeof *to);
    return GUD_OK;
}

static const gud_basis_table table = {
    .struct_size = sizeof table, .create = create, .destroy = destroy, .info = info, .forward = copy, .inverse = copy};

static const gud_component component = {
    .struct_size = sizeof component, .kind = GUD_KIND_BASIS, .threads = GUD_THREADS_CONCURRENT, .name = "same",
    .summary = "The samples themselves.", .table = &table};

static const gud_component *const components[] = {&component};

static const gud_plugin plugin_table = {
    .struct_size = sizeof plugin_table, .abi_major = GUD_ABI_MAJOR, .abi_minor = GUD_ABI_MINOR,
    .id = "org.example.minimal", .version = "1.0.0", .components = components, .component_count = 1};

GUD_EXPORT gud_status gud_plugin_entry(const gud_host *host, const gud_plugin **plugin, gud_error *error) {
    (void)host, (void)error;
    *plugin = &plugin_table;
    return GUD_OK;
}
