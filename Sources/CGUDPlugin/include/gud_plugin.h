/*
 * gud_plugin.h: the C interface between GUD and its plugins, version 1.0. C11, C++17 and Swift read it alike.
 *
 * A plugin is a shared library that exports one function, gud_plugin_entry. It returns a table of components: bases,
 * noise schedules, denoisers and conditioners. Each component has a function table of its kind.
 *
 * How it can grow. Within a major version nothing is ever moved, removed or given another meaning; fields and functions
 * are only appended. Structures that may grow begin with struct_size, which whoever fills the structure in sets to
 * sizeof. The reader takes min(struct_size, its own sizeof) bytes, treats what is missing as zero, and ignores what it
 * does not know. A structure that is passed in to be filled in has its struct_size set already: write no more than so
 * many bytes. Structures without a struct_size are frozen. Kinds and flags that a host does not know are skipped.
 *
 * Memory. Nothing is freed across the interface. What is passed into a function is borrowed for the call, unless its
 * comment says more. Results go into memory that the caller provides. Inputs and outputs never overlap. Arrays are
 * row-major, and aligned to their scalars' size, no more.
 *
 * Threads. [main] once, from one thread. [object] on one object as the component's threads field declares. [any] from
 * any thread at any time. Objects are made and ended by any thread, several at once; with GUD_THREADS_PLUGIN, create
 * and destroy count as calls into the plugin.
 *
 * Errors. A function returns GUD_OK, or another status after describing it in *error (which may be NULL); a status that
 * the reader does not know counts as GUD_ERROR_INTERNAL. No C++ exception, no longjmp and no signal may leave a
 * plugin's function. After an error, the contents of outputs do not matter, and there is no object to destroy.
 *
 * Numbers. z are whitened components, c = s z coefficients in an orthonormal basis U of K rows and D columns, x samples
 * of D scalars; gamma is the negative log signal-to-noise ratio, alpha^2 = sigmoid(-gamma), sigma^2 = sigmoid(gamma).
 */
#ifndef GUD_PLUGIN_H
#define GUD_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define GUD_ABI_MAJOR 1
#define GUD_ABI_MINOR 0

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Tags carry the version: the Swift runtime knows imported structures by their tags, across all libraries of a process,
 * so that two versions of this header must not share any. Write the typedef names, which carry none.
 */
#define GUD_TAG_(name, major, minor) name##_##major##_##minor
#define GUD_TAG(name, major, minor) GUD_TAG_(name, major, minor)
#define GUD_STRUCT(name) struct GUD_TAG(name, GUD_ABI_MAJOR, GUD_ABI_MINOR)

/* For gud_plugin_entry; compile everything else with -fvisibility=hidden. */
#define GUD_EXPORT __attribute__((visibility("default")))

/* ---- Status and errors ------------------------------------------------------------------------------------------ */

/* What a function came to. A plugin's own codes begin at 1000. */
typedef int32_t gud_status;
#define GUD_OK 0
#define GUD_ERROR_ARGUMENT 1    /* a parameter or request that cannot be met: the user's to change */
#define GUD_ERROR_SHAPE 2       /* samples of this shape cannot be handled: the user's to change */
#define GUD_ERROR_UNSUPPORTED 3 /* this object has not got the ability */
#define GUD_ERROR_NEEDS_DATA 4  /* the object is fitted, and there are neither data nor state */
#define GUD_ERROR_MEMORY 5
#define GUD_ERROR_CANCELLED 6
#define GUD_ERROR_IO 7
#define GUD_ERROR_ABI 8         /* the two sides cannot work together */
#define GUD_ERROR_INTERNAL 100  /* anything else */

/* Frozen. The caller owns it and sets struct_size; message is UTF-8, ends with a zero, and is cut to fit. */
typedef struct gud_error_1 {
    uint32_t struct_size;
    gud_status code;
    char message[504];
} gud_error;

/* ---- Values that cross ------------------------------------------------------------------------------------------ */

/* The parameters of one object, checked against the schema, defaults filled in. The host's; valid during create. */
typedef struct gud_parameters gud_parameters;

#define GUD_ARRAY_FLOAT 1u  /* float */
#define GUD_ARRAY_DOUBLE 2u /* double */
#define GUD_ARRAY_INT64 3u  /* int64_t */

/* Frozen. A named array of what an object must keep in a checkpoint; rank at most 4, 0 for a single number. */
typedef struct gud_array_1 {
    const char *name; /* UTF-8; letters, digits, dots and underscores */
    uint32_t type;    /* GUD_ARRAY_... */
    uint32_t rank;
    uint64_t axes[4]; /* outermost first */
    const void *data;
} gud_array;

/* Natural ordering variables of components; lower labels are generated first. */
#define GUD_LABEL_FREQUENCY 0u
#define GUD_LABEL_LEVEL 1u
#define GUD_LABEL_ROW 2u
#define GUD_LABEL_COLUMN 3u
#define GUD_LABEL_COUNT 4u

/*
 * The space in which a diffusion lives: z = U (x - mean) / scale. The host's; while it calls the plugin, the space's
 * functions may be called from that thread and from those of parallel_for, any number at once. A batch may be 0.
 */
typedef GUD_STRUCT(gud_space) {
    uint32_t struct_size;
    uint32_t rank;            /* 1: vectors of axes[0] scalars; 3: images of axes height, width, channels */
    uint64_t axes[4];
    uint64_t dimension;       /* D */
    uint64_t components;      /* K, 1 to D */
    const float *mean;        /* [D], in data units */
    const float *scale;       /* [K], positive */
    const double *variances;  /* [K], of z over the training data; 0 where the data never go */
    void *context;            /* pass it to the functions below */
    /* c = U x of a batch: from [batch][D] to [batch][K]. No mean is removed, nothing is whitened. */
    gud_status (*forward)(void *context, size_t batch, const float *samples, float *coefficients, gud_error *error);
    /* x = U^T c of a batch: from [batch][K] to [batch][D]. */
    gud_status (*inverse)(void *context, size_t batch, const float *coefficients, float *samples, gud_error *error);
    /* Writes K labels of an order; GUD_ERROR_UNSUPPORTED where the basis has none. */
    gud_status (*labels)(void *context, uint32_t order, double *labels, gud_error *error);
} gud_space;

/* ---- What the host offers --------------------------------------------------------------------------------------- */

#define GUD_LOG_DEBUG 0
#define GUD_LOG_INFO 1
#define GUD_LOG_WARNING 2
#define GUD_LOG_ERROR 3

/* Lives as long as the process. All functions are [any]. Check struct_size before you use what was appended later. */
typedef GUD_STRUCT(gud_host) {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    const char *name;    /* of the program, for messages: "gud 0.1.0" */
    void *context;       /* pass it to the functions below */

    /* Shows a line of UTF-8 text to the user, under the plugin's id. */
    void (*log)(void *context, int32_t level, const char *plugin, const char *text);

    /* Whether the user asked to stop. Poll it in loops of more than 10 ms, and return GUD_ERROR_CANCELLED. */
    int32_t (*is_cancelled)(void *context);

    /*
     * Runs body(argument, begin, end) over [0, count) in pieces of at most `grain`, on the host's threads, and returns
     * when all are done. Pieces may run at the same time; results must not depend on how they are spread. In a call
     * into a component of GUD_THREADS_PLUGIN they run one after the other, on the thread that called.
     */
    void (*parallel_for)(
        void *context, size_t count, size_t grain, void (*body)(void *argument, size_t begin, size_t end),
        void *argument);

    /*
     * Writes standard normals that depend on (seed, sample, step) and the position in `out` alone: the same whatever
     * was drawn before, and on any number of threads. Philox 4x32-10, Box-Muller in double precision.
     */
    void (*fill_normals)(void *context, uint64_t seed, uint64_t sample, uint32_t step, float *out, size_t count);

    /*
     * A parameter's value. 1: found and written; 0: there is no such parameter, or it is null; -1: of another type.
     * Texts and lists are the host's, valid as long as the parameters; length leaves out the zero that ends a text.
     */
    int32_t (*parameter_boolean)(const gud_parameters *parameters, const char *name, int32_t *value);
    int32_t (*parameter_integer)(const gud_parameters *parameters, const char *name, int64_t *value);
    int32_t (*parameter_number)(const gud_parameters *parameters, const char *name, double *value);
    int32_t (*parameter_text)(const gud_parameters *parameters, const char *name, const char **value, size_t *length);
    int32_t (*parameter_numbers)(
        const gud_parameters *parameters, const char *name, const double **values, size_t *count);
} gud_host;

/* ---- Bases ------------------------------------------------------------------------------------------------------ */

/* What a basis may draw on while it is made. */
typedef GUD_STRUCT(gud_basis_context) {
    uint32_t struct_size;
    uint32_t rank;           /* as in gud_space */
    uint64_t axes[4];
    const float *fitting;    /* NULL, or [fitting_count][D]: data, mean removed, for bases that are fitted */
    size_t fitting_count;
    const gud_array *state;  /* NULL, or what state() once gave; it takes precedence over fitting */
    size_t state_count;
} gud_basis_context;

#define GUD_BASIS_FITTED 1u /* state() gives what a checkpoint must keep */

typedef GUD_STRUCT(gud_basis_info) {
    uint32_t struct_size;
    uint32_t flags;          /* GUD_BASIS_... */
    uint64_t dimension;      /* D, the product of the axes */
    uint64_t components;     /* K, 1 to D */
} gud_basis_info;

/*
 * A basis is linear and orthonormal: U U^T = I. It never whitens and never removes a mean. Each sample's result
 * depends, in every bit, on that sample alone. Non-finite scalars stay in their own sample.
 */
typedef GUD_STRUCT(gud_basis_table) {
    uint32_t struct_size;
    uint32_t reserved;
    /* Makes an object; `factory` is the component's. GUD_ERROR_SHAPE where it cannot take samples of the shape. */
    gud_status (*create)(
        void *factory, const gud_basis_context *context, const gud_parameters *parameters, void **object,
        gud_error *error);
    /* Ends an object; no call on it is running or follows. */
    void (*destroy)(void *object);
    /* Fills in the counts; the same ones throughout an object's life. [object] */
    gud_status (*info)(void *object, gud_basis_info *info, gud_error *error);
    /* c = U x: from [batch][D] to [batch][K]. batch may be 0. [object] */
    gud_status (*forward)(void *object, size_t batch, const float *samples, float *coefficients, gud_error *error);
    /* x = U^T c: from [batch][K] to [batch][D]. [object] */
    gud_status (*inverse)(void *object, size_t batch, const float *coefficients, float *samples, gud_error *error);

    /* Optional, may be NULL: writes K labels of an order; GUD_ERROR_UNSUPPORTED where it has none. [object] */
    gud_status (*labels)(void *object, uint32_t order, double *labels, gud_error *error);
    /* Optional, required with GUD_BASIS_FITTED: points to arrays that the object keeps until destroy. [object] */
    gud_status (*state)(void *object, const gud_array **arrays, size_t *count, gud_error *error);
} gud_basis_table;

/* ---- Noise schedules -------------------------------------------------------------------------------------------- */

typedef GUD_STRUCT(gud_schedule_context) {
    uint32_t struct_size;
    uint32_t label_count;              /* entries of labels */
    uint64_t components;               /* K */
    const double *variances;           /* [K], of the whitened components, positive */
    const double *data_variances;      /* [K], before whitening, positive */
    const double *const *labels;       /* by GUD_LABEL_...: [K] each, or NULL where the basis has none */
} gud_schedule_context;

#define GUD_SCHEDULE_FAMILY 1u /* member() gives the schedules that it stands for */

typedef GUD_STRUCT(gud_schedule_info) {
    uint32_t struct_size;
    uint32_t flags;                    /* GUD_SCHEDULE_... */
    uint64_t components;               /* K */
} gud_schedule_info;

/* gamma_i(t) is finite for every t in [0, 1], ends included, and never decreases; gamma_rate is its derivative. */
typedef GUD_STRUCT(gud_schedule_table) {
    uint32_t struct_size;
    uint32_t reserved;
    /* As those of a basis: they make an object, end it, and say what it is. */
    gud_status (*create)(
        void *factory, const gud_schedule_context *context, const gud_parameters *parameters, void **object,
        gud_error *error);
    void (*destroy)(void *object);
    gud_status (*info)(void *object, gud_schedule_info *info, gud_error *error);
    /* gamma and its rate at `count` times in [0, 1], each [count][K]; either may be NULL. [object] */
    gud_status (*gamma)(
        void *object, const double *times, size_t count, double *gamma, double *gamma_rate, gud_error *error);

    /*
     * Optional, required with GUD_SCHEDULE_FAMILY: makes an object of its own, for a position in [0, 1). destroy ends
     * it, before or after the object that made it. [object]
     */
    gud_status (*member)(void *object, double position, void **member, gud_error *error);
} gud_schedule_table;

/* ---- Denoisers -------------------------------------------------------------------------------------------------- */

typedef GUD_STRUCT(gud_denoiser_context) {
    uint32_t struct_size;
    uint32_t reserved;
    const gud_space *space;       /* valid until the object is destroyed */
    const float *fitting;         /* NULL, or [fitting_count][K]: z of the training data, to be fitted to */
    size_t fitting_count;
    const gud_array *state;       /* NULL, or what state() once gave; it takes precedence */
    size_t state_count;
    uint64_t embedding_width;     /* of the conditions that it will be given; 0 for none */
    uint64_t seed;                /* of the run, for initial guesses */
    const char *device;           /* "cpu" or "cuda:0"; may be ignored */
} gud_denoiser_context;

#define GUD_DENOISER_FITTED 1u         /* state() gives what a checkpoint must keep */
#define GUD_DENOISER_DIFFERENTIABLE 2u /* pull_back() is there */
#define GUD_DENOISER_GAUSSIAN 4u       /* a claim: exact for independent normal components of the space's variances */

typedef GUD_STRUCT(gud_denoiser_info) {
    uint32_t struct_size;
    uint32_t flags;               /* GUD_DENOISER_... */
    uint64_t components;          /* K */
    uint64_t embedding_width;     /* of the conditions that it takes; 0 for none */
} gud_denoiser_info;

/* Where the noising of one sample has got to. */
typedef GUD_STRUCT(gud_noising_state) {
    uint32_t struct_size;
    uint32_t reserved;
    double time;                  /* in [0, 1] */
    const double *gamma, *gamma_rate, *alpha, *sigma; /* [K] each */
} gud_noising_state;

typedef GUD_STRUCT(gud_denoiser_call) {
    uint32_t struct_size;
    uint32_t reserved;
    size_t batch;
    const float *noised;                         /* [batch][K], z(t) */
    const gud_noising_state *const *states;      /* [state_count] */
    size_t state_count;                          /* 1: all samples share it; otherwise batch */
    const float *embeddings;                     /* NULL, or [batch][embedding_width] */
    float *noise;                                /* [batch][K]: the result, E[epsilon | z] */
    const float *cotangents;                     /* pull_back: [batch][K], w; else NULL */
    float *products;                             /* pull_back: [batch][K], result (d noise / d noised)^T w; else NULL */
} gud_denoiser_call;

typedef GUD_STRUCT(gud_denoiser_table) {
    uint32_t struct_size;
    uint32_t reserved;
    /* As those of a basis: they make an object, end it, and say what it is. */
    gud_status (*create)(
        void *factory, const gud_denoiser_context *context, const gud_parameters *parameters, void **object,
        gud_error *error);
    void (*destroy)(void *object);
    gud_status (*info)(void *object, gud_denoiser_info *info, gud_error *error);
    /* Writes call->noise. [object] */
    gud_status (*predict_noise)(void *object, const gud_denoiser_call *call, gud_error *error);

    /* Optional, required with GUD_DENOISER_DIFFERENTIABLE: writes call->noise and call->products. [object] */
    gud_status (*pull_back)(void *object, const gud_denoiser_call *call, gud_error *error);
    /* Optional, required with GUD_DENOISER_FITTED: points to arrays that the object keeps until destroy. [object] */
    gud_status (*state)(void *object, const gud_array **arrays, size_t *count, gud_error *error);
} gud_denoiser_table;

/* ---- Conditioners ----------------------------------------------------------------------------------------------- */

typedef GUD_STRUCT(gud_conditioner_context) {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t class_count;         /* of the data; 0 without labels */
} gud_conditioner_context;

typedef GUD_STRUCT(gud_conditioner_info) {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t embedding_width;     /* of the embeddings that it makes; 0 for none */
    double drop_probability;      /* how often training leaves the condition out, in [0, 1] */
} gud_conditioner_info;

/* What somebody asks of a sampler. */
typedef GUD_STRUCT(gud_condition_request) {
    uint32_t struct_size;
    uint32_t reserved;
    int64_t class_index;          /* counted from 0; -1 for none */
    double guidance;              /* the scale; 1: the plain conditional model. When and where it acts is the host's */
    const float *observed;        /* NULL, or [D] in data units */
    const uint8_t *observed_mask; /* with observed, [D]: 1 where a value is known, else 0 (it may be anything) */
    const gud_space *space;       /* valid during the call */
} gud_condition_request;

#define GUD_CONDITION_EMBEDDING 1u /* embedding was written */
#define GUD_CONDITION_GIVEN 2u     /* given and given_values were written */

/* What a conditioner makes of a request. The host provides all arrays, and sets guidance to that of the request. */
typedef GUD_STRUCT(gud_condition) {
    uint32_t struct_size;
    uint32_t flags;               /* GUD_CONDITION_..., of what was written */
    double guidance;
    float *embedding;             /* [embedding_width] */
    uint8_t *given;               /* [K]: 1 where the component is held at its known value, else 0 */
    float *given_values;          /* [K]: z where given, else anything */
} gud_condition;

typedef GUD_STRUCT(gud_conditioner_table) {
    uint32_t struct_size;
    uint32_t reserved;
    /* As those of a basis: they make an object, end it, and say what it is. */
    gud_status (*create)(
        void *factory, const gud_conditioner_context *context, const gud_parameters *parameters, void **object,
        gud_error *error);
    void (*destroy)(void *object);
    gud_status (*info)(void *object, gud_conditioner_info *info, gud_error *error);
    /* GUD_ERROR_ARGUMENT where the request asks for what the conditioner has not got. [object] */
    gud_status (*condition)(
        void *object, const gud_condition_request *request, gud_condition *condition, gud_error *error);
} gud_conditioner_table;

/* ---- Components and plugins ------------------------------------------------------------------------------------- */

#define GUD_KIND_BASIS 1u
#define GUD_KIND_SCHEDULE 2u
#define GUD_KIND_DENOISER 3u
#define GUD_KIND_CONDITIONER 4u

#define GUD_THREADS_CONCURRENT 0u /* any number of calls on one object at once */
#define GUD_THREADS_OBJECT 1u     /* one call at a time on each object */
#define GUD_THREADS_PLUGIN 2u     /* one call at a time in the whole plugin */

/* Lives as long as the process, with everything that it points to. */
typedef GUD_STRUCT(gud_component) {
    uint32_t struct_size;
    uint32_t kind;            /* GUD_KIND_... */
    uint32_t threads;         /* GUD_THREADS_...; the host keeps to it */
    uint32_t reserved;
    const char *name;         /* what a configuration writes: letters, digits, -, _, + and . */
    const char *summary;      /* one sentence for people */
    /*
     * NULL, or the parameters as a JSON array of objects:
     *   name, type ("boolean", "integer", "number", "text", "numbers"), documentation; and where they apply
     *   default, range [low, high], choices ["a", "b"] (of a text), unit, required (true: there is no default),
     *   optional (true: null is allowed, and is the default).
     * The names name, isolated, and of a basis whiten and varianceFloor are the host's: it refuses them.
     */
    const char *parameters;
    void *factory;            /* passed to create; the plugin's */
    const void *table;        /* gud_basis_table, gud_schedule_table, gud_denoiser_table or gud_conditioner_table */
} gud_component;

/* Lives as long as the process, with everything that it points to. */
typedef GUD_STRUCT(gud_plugin) {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;              /* GUD_ABI_MAJOR and GUD_ABI_MINOR of the header it was compiled with */
    const char *id;                             /* unique: "org.example.walsh" */
    const char *version;                        /* "1.0.0" */
    const char *license;                        /* NULL, or an SPDX expression */
    const char *toolkit;                        /* NULL, or what made it: "c", "swift 6.3" */
    const gud_component *const *components;     /* pointers, so that a component may grow */
    uint32_t component_count;
    uint32_t reserved;
} gud_plugin;

/*
 * The one function that a plugin exports. Points *plugin to its table. Does no work beyond that: no threads, no files,
 * no output. [main], before anything else, once for each time the library is loaded.
 */
GUD_EXPORT gud_status gud_plugin_entry(const gud_host *host, const gud_plugin **plugin, gud_error *error);
typedef gud_status (*gud_plugin_entry_function)(const gud_host *host, const gud_plugin **plugin, gud_error *error);

/* ---- For authors; no part of the interface ---------------------------------------------------------------------- */

/* Describes an error and returns its code: return gud_fail(error, GUD_ERROR_SHAPE, "the length is odd"); */
static inline gud_status gud_fail(gud_error *error, gud_status code, const char *message) {
    if (error) {
        size_t index = 0;
        for (; message[index] && index + 1 < sizeof error->message; index++) error->message[index] = message[index];
        error->message[index] = 0;
        error->code = code;
    }
    return code;
}

#ifdef __cplusplus
}
#endif
#endif
