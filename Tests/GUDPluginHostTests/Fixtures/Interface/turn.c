/*
 * One source for every version of the interface: a basis that turns pairs of scalars, a denoiser that halves, and from 1.1 on a sampler.
 * It uses what later versions added where the other side has it, and says in its toolkit what it saw.
 *
 * -DSHORT=FIELD makes the basis' table end before a field. -DSTALE makes the entry refuse hosts that it was not built for.
 */
#include <gud_plugin.h>
#include <stdio.h>
#include <stdlib.h>

/* Whether a structure of the other side reaches as far as the end of a field. */
#define REACHES(structure, field) \
    ((structure)->struct_size >= (size_t)((const char *)(&(structure)->field + 1) - (const char *)(structure)))

typedef struct { size_t count; } turn;

static gud_status make(size_t count, void **object, gud_error *error) {
    turn *it = malloc(sizeof *it);
    if (!it) return gud_fail(error, GUD_ERROR_MEMORY, "there is no memory");
    it->count = count;
    *object = it;
    return GUD_OK;
}

static void destroy(void *object) { free(object); }

static gud_status create_basis(
    void *factory, const gud_basis_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    (void)factory, (void)parameters;
    size_t count = 1;
    for (uint32_t axis = 0; axis < context->rank; axis++) count *= context->axes[axis];
    if (count % 2) return gud_fail(error, GUD_ERROR_SHAPE, "the number of scalars is odd");
    return make(count, object, error);
}

static gud_status describe_basis(void *object, gud_basis_info *info, gud_error *error) {
    (void)error;
    const turn *it = object;
    info->flags = 0;
    info->dimension = info->components = it->count;
#if GUD_ABI_MINOR >= 1
    if (REACHES(info, workspace)) info->workspace = 4711;
#endif
    return GUD_OK;
}

static void rotate(const turn *it, size_t batch, const float *from, float *to, float sine) {
    for (size_t pair = 0; pair < batch * it->count; pair += 2) {
        to[pair] = 0.8f * from[pair] - sine * from[pair + 1];
        to[pair + 1] = sine * from[pair] + 0.8f * from[pair + 1];
    }
}

static gud_status forward(void *object, size_t batch, const float *samples, float *coefficients, gud_error *error) {
    (void)error;
    rotate(object, batch, samples, coefficients, 0.6f);
    return GUD_OK;
}

static gud_status inverse(void *object, size_t batch, const float *coefficients, float *samples, gud_error *error) {
    (void)error;
    rotate(object, batch, coefficients, samples, -0.6f);
    return GUD_OK;
}

static gud_status labels(void *object, uint32_t order, double *labels, gud_error *error) {
    const turn *it = object;
    if (order != GUD_LABEL_FREQUENCY) return gud_fail(error, GUD_ERROR_UNSUPPORTED, "there are frequencies alone");
    for (size_t index = 0; index < it->count; index++) labels[index] = (double)(index / 2);
    return GUD_OK;
}

static gud_status create_denoiser(
    void *factory, const gud_denoiser_context *context, const gud_parameters *parameters, void **object,
    gud_error *error) {
    (void)factory, (void)parameters;
    return make(context->space->components, object, error);
}

static gud_status describe_denoiser(void *object, gud_denoiser_info *info, gud_error *error) {
    (void)error;
    info->flags = 0;
    info->components = ((const turn *)object)->count;
    info->embedding_width = 0;
    return GUD_OK;
}

static gud_status halve(void *object, const gud_denoiser_call *call, gud_error *error) {
    (void)error;
    const turn *it = object;
    for (size_t sample = 0; sample < call->batch; sample++) {
        const gud_noising_state *state = call->states[call->state_count == 1 ? 0 : sample];
        float strength = 0.5f;
#if GUD_ABI_MINOR >= 1
        if (REACHES(call, strengths) && call->strengths) strength = call->strengths[sample];
#endif
        for (size_t index = 0; index < it->count; index++)
            call->noise[sample * it->count + index] =
                strength * call->noised[sample * it->count + index] * (float)state->sigma[index];
    }
    return GUD_OK;
}

#if GUD_ABI_MINOR >= 1
static gud_status cost(void *object, double *operations, gud_error *error) {
    (void)error;
    *operations = 2.0 * (double)((const turn *)object)->count;
    return GUD_OK;
}

static gud_status step(void *object, double time, gud_error *error) {
    (void)object, (void)time;
    return gud_fail(error, GUD_ERROR_INTERNAL, "nobody knows samplers yet");
}

static const gud_sampler_table sampler_table = {.struct_size = sizeof sampler_table, .step = step};
#endif

static const gud_basis_table basis_table = {
#ifdef SHORT
    .struct_size = offsetof(gud_basis_table, SHORT),
#else
    .struct_size = sizeof basis_table,
#endif
    .create = create_basis, .destroy = destroy, .info = describe_basis, .forward = forward, .inverse = inverse,
    .labels = labels,
#if GUD_ABI_MINOR >= 1
    .cost = cost,
#endif
};

static const gud_denoiser_table denoiser_table = {
    .struct_size = sizeof denoiser_table, .create = create_denoiser, .destroy = destroy, .info = describe_denoiser,
    .predict_noise = halve};

static const gud_component basis = {
    .struct_size = sizeof basis, .kind = GUD_KIND_BASIS, .name = "turn", .summary = "Turns pairs of scalars.",
    .table = &basis_table,
#if GUD_ABI_MINOR >= 1
    .homepage = "https://example.org",
#endif
};

static const gud_component denoiser = {
    .struct_size = sizeof denoiser, .kind = GUD_KIND_DENOISER, .name = "halve", .summary = "Takes half for noise.",
    .table = &denoiser_table};

#if GUD_ABI_MINOR >= 1
static const gud_component sampler = {
    .struct_size = sizeof sampler, .kind = GUD_KIND_SAMPLER, .name = "leap", .summary = "Samples.",
    .table = &sampler_table};
#endif

static const gud_component *const components[] = {
    &basis,
#if GUD_ABI_MINOR >= 1
    &sampler,
#endif
    &denoiser,
};

static char toolkit[96];

static gud_plugin plugin_table = {
    .struct_size = sizeof plugin_table, .abi_major = GUD_ABI_MAJOR, .abi_minor = GUD_ABI_MINOR, .id = "org.example.turn",
    .version = "1.0.0", .toolkit = toolkit, .components = components,
    .component_count = sizeof components / sizeof *components};

GUD_EXPORT gud_status gud_plugin_entry(const gud_host *host, const gud_plugin **plugin, gud_error *error) {
    (void)error;
#ifdef STALE
    if (host->abi_major != GUD_ABI_MAJOR) return gud_fail(error, GUD_ERROR_ABI, "expected a host of version 2, got 1");
#endif
    int answer = 0;
#if GUD_ABI_MINOR >= 1
    if (REACHES(host, answer) && host->answer) answer = host->answer(host->context);
#endif
    snprintf(
        toolkit, sizeof toolkit, "c, interface %d.%d, host %d.%d, answer %d", GUD_ABI_MAJOR, GUD_ABI_MINOR, host->abi_major,
        host->abi_minor, answer);
    *plugin = &plugin_table;
    return GUD_OK;
}
