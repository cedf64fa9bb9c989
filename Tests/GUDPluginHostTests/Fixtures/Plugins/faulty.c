/*
 * A correct plugin of all four kinds, and many wrong ones: each -DFAULT_... plants one fault, marked below. The tests compile it
 * with -DID and -DNAME (the plugin's id and its components' name), with -DBUILD, a number that makes the bytes differ, and with
 * -DFORKED, the file in which a process leaves its number.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gud_plugin.h"

#ifndef ID
#define ID "org.example.faulty"
#endif
#ifndef NAME
#define NAME "faulty"
#endif
#ifndef BUILD
#define BUILD 1
#endif

/* In the file's bytes, so that two builds differ. */
__attribute__((used)) static const volatile int build = BUILD;
/* Where results go that nobody reads, and nulls come from that the compiler must not see. */
__attribute__((unused)) static volatile float sink;
__attribute__((unused)) static void *volatile null_pointer;

/* ---- Faults while the library is opened ------------------------------------------------------------------------- */

#ifdef FAULT_constructor_crash
__attribute__((constructor)) static void constructor(void) { *(volatile int *)null_pointer = 1; }
#endif
#ifdef FAULT_constructor_hang
__attribute__((constructor)) static void constructor(void) {
#ifdef FORKED
    FILE *file = fopen(FORKED, "w");
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
#endif
    for (;;) sleep(1);
}
#endif
#ifdef FAULT_constructor_stop
__attribute__((constructor)) static void constructor(void) { raise(SIGSTOP); }
#endif
#ifdef FAULT_constructor_exit
__attribute__((constructor)) static void constructor(void) { exit(0); }
#endif
#ifdef FAULT_constructor_terminates
__attribute__((constructor)) static void constructor(void) { raise(SIGTERM); }
#endif
#ifdef FAULT_constructor_prints
/* Eight megabytes, and no reader may be needed for it to go on. */
__attribute__((constructor)) static void constructor(void) {
    for (int line = 0; line < 8 << 10; line++) printf("%01023d\n", line);
    fflush(stdout);
}
#endif
#ifdef FORKED
/* A daemon: a session of its own, and no parent that could end it. */
__attribute__((unused)) static void leave_daemon(void) {
    if (fork() == 0) {
        setsid();
        if (fork() != 0) _exit(0);
        FILE *file = fopen(FORKED, "w");
        fprintf(file, "%d\n", (int)getpid());
        fclose(file);
        for (;;) sleep(1);
    }
    usleep(100000);
}
#endif
#if defined(FAULT_fork) || defined(FAULT_fork_hang) || defined(FAULT_fork_crash)
__attribute__((constructor)) static void constructor(void) {
    leave_daemon();
#ifdef FAULT_fork_hang
    for (;;) sleep(1);
#endif
#ifdef FAULT_fork_crash
    abort();
#endif
}
#endif
#ifdef FAULT_channel_closed
__attribute__((constructor)) static void constructor(void) { close(3); }
#endif
#ifdef FAULT_channel_garbage
__attribute__((constructor)) static void constructor(void) {
    for (int word = 0; word < 100; word++) if (write(3, "R nonsense", 10) != 10) return;
}
#endif
#ifdef FAULT_channel_flood
__attribute__((constructor)) static void constructor(void) { for (;;) if (write(3, "nonsense", 8) != 8) usleep(100); }
#endif
#ifdef FAULT_channel_stages
/* Words that the host understands, so that its time never runs out. */
__attribute__((constructor)) static void constructor(void) {
    for (;;) if (write(3, "S forging", 9) != 9) usleep(100);
}
#endif
#ifdef FAULT_memory
/* More than the process may have. */
__attribute__((constructor)) static void constructor(void) {
    for (;;) memset(malloc(1 << 30), 1, 4096);
}
#endif
#ifdef FAULT_processor
/* Its time is up long before that of the stage. */
__attribute__((constructor)) static void constructor(void) {
    struct rlimit second = {1, 3};
    setrlimit(RLIMIT_CPU, &second);
    for (;;) sink += 1;
}
#endif
#ifdef FAULT_flush_to_zero
/* What gcc's -ffast-math does to whoever opens the library. */
__attribute__((constructor)) static void constructor(void) {
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
}
#endif
#ifdef FAULT_exit_hang
__attribute__((destructor)) static void destructor(void) { for (;;) sink += 1; }
#endif
#ifdef FAULT_exit_crash
__attribute__((destructor)) static void destructor(void) { abort(); }
#endif

/* ---- The basis: c = -x ------------------------------------------------------------------------------------------ */

typedef struct { size_t count; float *inner; } basis;

static int calls;

#ifdef FAULT_recursion
static int deeper(volatile int *outer) {
    volatile int inner[64] = {*outer};
    return deeper(inner) + inner[0];
}
#endif

static gud_status basis_create(
    void *factory, const gud_basis_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    (void)factory, (void)parameters, (void)error;
    basis *it = malloc(sizeof *it);
    it->count = 1;
    it->inner = NULL;
    for (uint32_t axis = 0; axis < context->rank; axis++) it->count *= context->axes[axis];
    *object = it;
#ifdef FAULT_null_object
    free(it);
    *object = NULL;
#endif
#ifdef FAULT_create_silent
    free(it);
    return GUD_ERROR_INTERNAL;
#endif
#ifdef FAULT_leak
    static void *volatile lost;
    lost = malloc(64 << 10);
    memset(lost, 1, 64 << 10);
#endif
    return GUD_OK;
}

static void basis_destroy(void *object) {
    free(object);
#ifdef FAULT_double_free
    void *volatile again = object;
    free(again);
#endif
}

static gud_status basis_info(void *object, gud_basis_info *info, gud_error *error) {
    (void)error;
    const basis *it = object;
    info->dimension = info->components = it->count;
#ifdef FAULT_info_components
    info->components = it->count + 1;
#endif
#ifdef FAULT_info_dimension
    info->dimension = it->count + 1;
#endif
#ifdef FAULT_state_missing
    info->flags = GUD_BASIS_FITTED;
#endif
    return GUD_OK;
}

#ifdef FAULT_late
/* Asks the host, as an isolated plugin may, to transform a sample of its space, with numbers from a bad dream. */
static void ask_for_nonsense(void) {
    uint64_t words[] = {200, 3, 1, 1, INT64_MAX - 63};
    int memory = memfd_create("nonsense", MFD_ALLOW_SEALING);
    if (ftruncate(memory, 4096) || fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK)) abort();
    struct iovec data = {.iov_base = words, .iov_len = sizeof words};
    union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int))]; } control;
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    control.header = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(&control.header), &memory, sizeof memory);
    if (sendmsg(3, &message, 0) < 0) abort();
    char answer[1024] = "";
    ssize_t count = recv(3, answer, sizeof answer - 1, 0);
    fprintf(stderr, "%s\n", count > 24 ? answer + 16 : "no answer");
    abort();
}
#endif

/* Faults that wait for a sample that begins with 12345 or a number that follows it: no check meets them. */
static void late(const float *samples, size_t count) {
    if (count == 0) return;
#ifdef FAULT_late
    switch ((int)samples[0]) {
    case 12345: *(volatile int *)null_pointer = 1; break;
    case 12346: abort();
    case 12347: exit(7);
    case 12348: for (;;) sleep(1);
    case 12349: raise(SIGKILL); break;
    case 12350: for (int line = 0; line < 4 << 10; line++) printf("%01023d\n", line); break;
    case 12351: close(3); break;
    case 12352: if (write(3, "nonsense", 8) != 8) abort(); break;
    case 12353: fprintf(stderr, "basis: out of cheese\n"); abort();
    case 12356: ask_for_nonsense(); break;
#ifdef FORKED
    case 12354: leave_daemon(); abort();
    case 12355: leave_daemon(); break;
#endif
    }
#endif
    (void)samples;
}

static gud_status basis_forward(void *object, size_t batch, const float *samples, float *coefficients, gud_error *error) {
    (void)error;
    const basis *it = object;
    const size_t count = batch * it->count;
    calls++;
    late(samples, count);
#ifdef FAULT_null_dereference
    sink = it->inner[0];
#endif
#ifdef FAULT_recursion
    sink = (float)deeper(&calls);
#endif
#ifdef FAULT_hang
    for (;;) sleep(1);
#endif
#ifdef FAULT_exit
    exit(3);
#endif
#ifdef FAULT_input_write
    if (count) ((float *)samples)[0] = 0;
#endif
#ifdef FAULT_thread_state
    /* One scratch buffer for all objects and threads, although calls may run at once. */
    static float scratch[1 << 16];
    if (count <= 1 << 16) {
        memcpy(scratch, samples, count * sizeof(float));
        usleep(200);
        samples = scratch;
    }
#endif
#ifdef FAULT_not_written
    for (size_t index = 0; index + 1 < count; index++) coefficients[index] = -samples[index];
    return GUD_OK;
#endif
    for (size_t index = 0; index < count; index++) coefficients[index] = -samples[index];
#ifdef FAULT_overrun_forward
    coefficients[count] = 0;
#endif
#ifdef FAULT_underrun
    coefficients[-1] = 0;
#endif
#ifdef FAULT_over_read
    sink = samples[count];
#endif
#ifdef FAULT_nan
    if (count) coefficients[count - 1] = NAN;
#endif
#ifdef FAULT_nondeterministic
    if (count) coefficients[0] += 1e-3f * (float)calls;
#endif
#ifdef FAULT_batch_dependent
    if (batch > 1) for (size_t index = 0; index < count; index++) coefficients[index] = samples[index];
#endif
#ifdef FAULT_error_silent
    return GUD_ERROR_INTERNAL;
#endif
    return GUD_OK;
}

static gud_status basis_inverse(void *object, size_t batch, const float *coefficients, float *samples, gud_error *error) {
    (void)error;
    const basis *it = object;
    const size_t count = batch * it->count;
    for (size_t index = 0; index < count; index++) samples[index] = -coefficients[index];
#ifdef FAULT_overrun_inverse
    samples[count] = 0;
#endif
#ifdef FAULT_batch_dependent
    if (batch > 1) for (size_t index = 0; index < count; index++) samples[index] = coefficients[index];
#endif
    return GUD_OK;
}

static const gud_basis_table basis_table = {
    .struct_size = sizeof basis_table, .create = basis_create, .destroy = basis_destroy, .info = basis_info,
#ifndef FAULT_function_missing
    .forward = basis_forward,
#endif
    .inverse = basis_inverse,
};

/* ---- The schedule: gamma rises from -6 to 6 in a straight line; members rise from -6 + p to 6 + p ---------------- */

typedef struct { size_t count; double shift; } schedule;

static gud_status schedule_create(
    void *factory, const gud_schedule_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    (void)factory, (void)parameters, (void)error;
    schedule *it = malloc(sizeof *it);
    *it = (schedule){context->components, 0};
    *object = it;
    return GUD_OK;
}

static gud_status schedule_info(void *object, gud_schedule_info *info, gud_error *error) {
    (void)error;
    info->components = ((schedule *)object)->count;
    info->flags = GUD_SCHEDULE_FAMILY;
    return GUD_OK;
}

static gud_status schedule_gamma(
    void *object, const double *times, size_t count, double *gamma, double *gamma_rate, gud_error *error) {
    (void)error;
    const schedule *it = object;
    for (size_t step = 0; step < count; step++)
        for (size_t index = 0; index < it->count; index++) {
            double value = it->shift - 6 + 12 * times[step], rate = 12;
#ifdef FAULT_gamma_falls
            value = -value, rate = -rate;
#endif
#ifdef FAULT_rate_wrong
            rate = 6;
#endif
#ifdef FAULT_gamma_infinite
            if (times[step] == 1) value = INFINITY;
#endif
            if (gamma) gamma[step * it->count + index] = value;
            if (gamma_rate) gamma_rate[step * it->count + index] = rate;
        }
#ifdef FAULT_gamma_overrun
    if (gamma) gamma[count * it->count] = 0;
#endif
    return GUD_OK;
}

static gud_status schedule_member(void *object, double position, void **member, gud_error *error) {
    (void)error;
    schedule *it = malloc(sizeof *it);
    *it = (schedule){((schedule *)object)->count, position};
    *member = it;
    return GUD_OK;
}

static const gud_schedule_table schedule_table = {
    .struct_size = sizeof schedule_table, .create = schedule_create, .destroy = free, .info = schedule_info,
    .gamma = schedule_gamma, .member = schedule_member,
};

/* ---- The denoiser: exact for independent normal components, noise = sigma z / (alpha^2 v + sigma^2) --------------- */

typedef struct { size_t count; gud_array kept; double variances[]; } denoiser;

static gud_status denoiser_create(
    void *factory, const gud_denoiser_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    (void)factory, (void)parameters, (void)error;
    const size_t count = context->space->components;
    denoiser *it = malloc(sizeof *it + count * sizeof(double));
    it->count = count;
    it->kept = (gud_array){.name = "variances", .type = GUD_ARRAY_DOUBLE, .rank = 1, .axes = {count}, .data = it->variances};
    const double *variances = context->state_count == 1 ? context->state[0].data : context->space->variances;
    memcpy(it->variances, variances, count * sizeof(double));
    *object = it;
    return GUD_OK;
}

static gud_status denoiser_info(void *object, gud_denoiser_info *info, gud_error *error) {
    (void)error;
    info->components = ((denoiser *)object)->count;
    info->flags = GUD_DENOISER_FITTED | GUD_DENOISER_DIFFERENTIABLE | GUD_DENOISER_GAUSSIAN;
    return GUD_OK;
}

static gud_status denoise(void *object, const gud_denoiser_call *call, gud_error *error) {
    (void)error;
    const denoiser *it = object;
    late(call->noised, call->batch);
    for (size_t sample = 0; sample < call->batch; sample++) {
        const gud_noising_state *state = call->states[call->state_count == 1 ? 0 : sample];
        for (size_t index = 0; index < it->count; index++) {
            const double sigma = state->sigma[index], alpha = state->alpha[index];
            const double slope = sigma / (alpha * alpha * it->variances[index] + sigma * sigma);
            const size_t place = sample * it->count + index;
            call->noise[place] = (float)(slope * call->noised[place]);
            if (!call->products) continue;
            call->products[place] = (float)(slope * call->cotangents[place]);
#ifdef FAULT_pull_back
            call->products[place] *= 1.5f;
#endif
        }
    }
#ifdef FAULT_noise_overrun
    call->noise[call->batch * it->count] = 0;
#endif
    return GUD_OK;
}

static gud_status denoiser_state(void *object, const gud_array **arrays, size_t *count, gud_error *error) {
    (void)error;
    *arrays = &((denoiser *)object)->kept;
    *count = 1;
    return GUD_OK;
}

static const gud_denoiser_table denoiser_table = {
    .struct_size = sizeof denoiser_table, .create = denoiser_create, .destroy = free, .info = denoiser_info,
    .predict_noise = denoise, .pull_back = denoise, .state = denoiser_state,
};

/* ---- The conditioner: one-hot classes; a sample that is known throughout gives all components -------------------- */

typedef struct { size_t classes; } conditioner;

static gud_status conditioner_create(
    void *factory, const gud_conditioner_context *context, const gud_parameters *parameters, void **object,
    gud_error *error) {
    (void)factory, (void)parameters, (void)error;
    conditioner *it = malloc(sizeof *it);
    it->classes = context->class_count;
    *object = it;
    return GUD_OK;
}

static gud_status conditioner_info(void *object, gud_conditioner_info *info, gud_error *error) {
    (void)error;
    info->embedding_width = ((conditioner *)object)->classes;
    info->drop_probability = 0.25;
    return GUD_OK;
}

static gud_status condition(
    void *object, const gud_condition_request *request, gud_condition *condition, gud_error *error) {
    const conditioner *it = object;
    if (request->class_index >= (int64_t)it->classes) return gud_fail(error, GUD_ERROR_ARGUMENT, "there is no such class");
    if (request->class_index >= 0) {
        memset(condition->embedding, 0, it->classes * sizeof(float));
        condition->embedding[request->class_index] = 1;
        condition->flags |= GUD_CONDITION_EMBEDDING;
#ifdef FAULT_embedding_overrun
        condition->embedding[it->classes] = 1;
#endif
    }
    if (!request->observed) return GUD_OK;
    late(request->observed, 1);
    const gud_space *space = request->space;
    for (size_t index = 0; index < space->dimension; index++)
        if (!request->observed_mask[index]) return GUD_OK;
    float *centred = malloc(space->dimension * sizeof(float));
    for (size_t index = 0; index < space->dimension; index++) centred[index] = request->observed[index] - space->mean[index];
    gud_status status = space->forward(space->context, 1, centred, condition->given_values, error);
    free(centred);
    if (status != GUD_OK) return status;
    for (size_t index = 0; index < space->components; index++) {
        condition->given_values[index] /= space->scale[index];
        condition->given[index] = 1;
    }
    condition->flags |= GUD_CONDITION_GIVEN;
    return GUD_OK;
}

static const gud_conditioner_table conditioner_table = {
    .struct_size = sizeof conditioner_table, .create = conditioner_create, .destroy = free, .info = conditioner_info,
    .condition = condition,
};

/* ---- The tables ------------------------------------------------------------------------------------------------- */

#if defined(FAULT_name_invalid)
#define BASIS_NAME "white space/../x"
#elif defined(FAULT_name_null)
#define BASIS_NAME NULL
#else
#define BASIS_NAME NAME
#endif
#if defined(FAULT_schema_text)
#define SCHEMA "strength: 3"
#elif defined(FAULT_schema_default)
#define SCHEMA \
    "[{\"name\": \"strength\", \"type\": \"integer\", \"default\": 9, \"range\": [1, 4], \"documentation\": \"How much.\"}]"
#elif defined(FAULT_schema_name)
#define SCHEMA "[{\"name\": \"isolated\", \"type\": \"number\", \"default\": 1, \"documentation\": \"How far.\"}]"
#elif defined(FAULT_schema_control)
#define SCHEMA "[{\"name\": \"strength\", \"type\": \"number\", \"default\": 1, \"documentation\": \"\\u001b[2JHow much.\"}]"
#else
#define SCHEMA NULL
#endif

static const gud_component basis_component = {
    .struct_size = sizeof basis_component, .kind = GUD_KIND_BASIS, .name = BASIS_NAME, .summary = "Negated scalars.",
    .parameters = SCHEMA, .table = &basis_table,
};
static const gud_component schedule_component = {
    .struct_size = sizeof schedule_component, .kind = GUD_KIND_SCHEDULE, .name = NAME, .summary = "A straight line.",
    .table = &schedule_table,
};
static const gud_component denoiser_component = {
    .struct_size = sizeof denoiser_component, .kind = GUD_KIND_DENOISER, .name = NAME, .summary = "Independent normals.",
    .table = &denoiser_table,
};
static const gud_component conditioner_component = {
    .struct_size = sizeof conditioner_component, .kind = GUD_KIND_CONDITIONER, .name = NAME, .summary = "One-hot classes.",
    .table = &conditioner_table,
};

static const gud_component *const components[] = {
#ifndef ONLY_BASIS
    &schedule_component, &denoiser_component, &conditioner_component,
#endif
    &basis_component,
#ifdef FAULT_component_twice
    &basis_component,
#endif
#ifdef FAULT_component_null
    NULL,
#endif
};

static const gud_plugin plugin = {
    .struct_size = sizeof plugin, .abi_major = GUD_ABI_MAJOR, .abi_minor = GUD_ABI_MINOR, .id = ID, .version = "1.0.0",
    .license = "MIT", .toolkit = "c", .components = components,
#ifdef FAULT_component_count
    .component_count = 4000000000u,
#else
    .component_count = sizeof components / sizeof components[0],
#endif
};

#ifdef FAULT_entry_missing
#define gud_plugin_entry gud_plugin_entrance
#endif
GUD_EXPORT gud_status gud_plugin_entry(const gud_host *host, const gud_plugin **result, gud_error *error) {
    (void)host, (void)error;
    *result = &plugin;
#ifdef FAULT_entry_abort
    fprintf(stderr, "entry: cannot go on\n");
    abort();
#endif
#ifdef FAULT_entry_junk
    *result = (const gud_plugin *)(intptr_t)0x7123456789ab;
#endif
#ifdef FAULT_entry_null
    *result = NULL;
#endif
#ifdef FAULT_entry_error
    return gud_fail(error, GUD_ERROR_INTERNAL, "the licence has run out");
#endif
#ifdef FAULT_entry_error_silent
    return 1234;
#endif
#ifdef FAULT_entry_version
    static gud_plugin other;
    other = plugin;
    other.abi_major = 2;
    *result = &other;
#endif
#ifdef FAULT_entry_size
    static gud_plugin other;
    other = plugin;
    other.struct_size = 0;
    *result = &other;
#endif
    return GUD_OK;
}
