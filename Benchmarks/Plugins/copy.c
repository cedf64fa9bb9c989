/* The cheapest basis there is: samples as they are. As a plugin, and as a plain function for a manifest. */
#include <gud_plugin.h>
#include <string.h>

GUD_EXPORT void copy_scalars(const float *from, float *to, size_t count) { memcpy(to, from, count * sizeof *from); }

static gud_status create(
    void *factory, const gud_basis_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    (void)factory, (void)parameters, (void)error;
    static size_t dimensions[64];
    static int used;
    size_t dimension = 1;
    for (uint32_t axis = 0; axis < context->rank; axis++) dimension *= context->axes[axis];
    /* A few objects are all that the benchmark makes. */
    int place = used++ % 64;
    dimensions[place] = dimension;
    *object = &dimensions[place];
    return GUD_OK;
}

static void destroy(void *object) { (void)object; }

static gud_status info(void *object, gud_basis_info *info, gud_error *error) {
    (void)error;
    info->flags = 0;
    info->dimension = info->components = *(size_t *)object;
    return GUD_OK;
}

static gud_status copy(void *object, size_t batch, const float *from, float *to, gud_error *error) {
    (void)error;
    memcpy(to, from, batch * *(size_t *)object * sizeof *from);
    return GUD_OK;
}

static const gud_basis_table table = {
    .struct_size = sizeof table, .create = create, .destroy = destroy, .info = info, .forward = copy, .inverse = copy};

static const gud_component component = {
    .struct_size = sizeof component, .kind = GUD_KIND_BASIS, .name = "copy", .summary = "Samples as they are.", .table = &table};

static const gud_component *const components[] = {&component};

static const gud_plugin plugin = {
    .struct_size = sizeof plugin, .abi_major = GUD_ABI_MAJOR, .abi_minor = GUD_ABI_MINOR, .id = "org.gud.benchmark.copy",
    .version = "1.0.0", .components = components, .component_count = 1};

gud_status gud_plugin_entry(const gud_host *host, const gud_plugin **result, gud_error *error) {
    (void)host, (void)error;
    *result = &plugin;
    return GUD_OK;
}

/* The same with an argument more, so that it is called through libffi. */
GUD_EXPORT void copy_scalars_and_number(const float *from, float *to, size_t count, double number) {
    (void)number;
    copy_scalars(from, to, count);
}
