// A basis whose functions let a C++ exception out, at the place that -DTHROW_AT names: entry, create or forward.
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "gud_plugin.h"

enum class Place { entry, create, forward, late };
static void at(Place place) {
    if (place == Place::THROW_AT) throw std::runtime_error("a bad day");
}

static gud_status create(void *, const gud_basis_context *context, const gud_parameters *, void **object, gud_error *) {
    at(Place::create);
    auto count = new size_t(1);
    for (uint32_t axis = 0; axis < context->rank; axis++) *count *= context->axes[axis];
    *object = count;
    return GUD_OK;
}

static gud_status info(void *object, gud_basis_info *info, gud_error *) {
    info->dimension = info->components = *static_cast<size_t *>(object);
    return GUD_OK;
}

static gud_status copy(void *object, size_t batch, const float *source, float *destination, gud_error *) {
    at(Place::forward);
    const size_t count = batch * *static_cast<size_t *>(object);
    if (count && source[0] == 12345) at(Place::late);
    for (size_t index = 0; index < count; index++) destination[index] = source[index];
    return GUD_OK;
}

static gud_basis_table table;
static gud_component component;
static const gud_component *const components[] = {&component};
static gud_plugin plugin;

extern "C" GUD_EXPORT gud_status gud_plugin_entry(const gud_host *, const gud_plugin **result, gud_error *) {
    at(Place::entry);
    table.struct_size = sizeof table;
    table.create = create;
    table.destroy = [](void *object) { delete static_cast<size_t *>(object); };
    table.info = info;
    table.forward = table.inverse = copy;
    component.struct_size = sizeof component;
    component.kind = GUD_KIND_BASIS;
    component.name = "exceptional";
    component.summary = "Scalars as they are.";
    component.table = &table;
    plugin.struct_size = sizeof plugin;
    plugin.abi_major = GUD_ABI_MAJOR;
    plugin.abi_minor = GUD_ABI_MINOR;
    plugin.id = "org.example.exceptional";
    plugin.version = "1.0.0";
    plugin.components = components;
    plugin.component_count = 1;
    *result = &plugin;
    return GUD_OK;
}
