// The contract between GUD's networks and a tensor engine: one table of C functions, opened at run time.
//
// No C++ and no LibTorch type crosses it. LibTorch/engine.cpp implements it; `make setup` compiles that file against the
// LibTorch that is present, and gud_engine_open loads the result.
//
// Conventions
// - A gud_tensor is owned by whoever received it and released with `release`, exactly once, on any thread.
// - Functions that return a gud_tensor return NULL on failure; functions that return int return 0, or -1 on failure.
//   The reason is then in `last_error`, on the same thread, until the next call on it.
// - Inputs are borrowed for the call. All tensors are 32-bit floating point.
// - Modes set by `set_gradients` and `begin_inference` belong to the calling thread.
#ifndef GUD_TENSOR_ENGINE_H
#define GUD_TENSOR_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gud_tensor_impl *gud_tensor;
// A network that was scripted or traced elsewhere. Owned by whoever loaded it, released with `module_release`.
typedef struct gud_module_impl *gud_module;

// Where tensors live: a kind of device, and its number.
typedef enum gud_device_kind { GUD_DEVICE_CPU = 0, GUD_DEVICE_CUDA = 1 } gud_device_kind;
typedef struct gud_device {
  int32_t kind;
  int32_t index;
} gud_device;

typedef enum gud_unary_op {
  GUD_UNARY_NEGATE = 0,
  GUD_UNARY_SIN = 1,
  GUD_UNARY_COS = 2,
  GUD_UNARY_SILU = 3,
  GUD_UNARY_SQUARE = 4,
  GUD_UNARY_TANH = 5,
} gud_unary_op;

typedef enum gud_binary_op {
  GUD_BINARY_ADD = 0,
  GUD_BINARY_SUBTRACT = 1,
  GUD_BINARY_MULTIPLY = 2,
} gud_binary_op;

// What AdamW needs beyond tensors.
typedef struct gud_adamw {
  double learning_rate;
  double beta1;
  double beta2;
  double epsilon;
  double weight_decay;
} gud_adamw;

#define GUD_ENGINE_ABI_VERSION 4u

typedef struct gud_tensor_engine {
  uint32_t abi_version;
  uint32_t struct_size;

  // The engine itself.
  const char *(*last_error)(void);
  const char *(*version)(void);
  int (*device_count)(int32_t kind);
  int (*set_threads)(int count);
  int (*thread_count)(void);
  int (*set_seed)(uint64_t seed);
  int (*set_deterministic)(bool on);
  int (*synchronize)(gud_device device);
  bool (*set_gradients)(bool on);  // returns the mode before
  void *(*begin_inference)(void);  // end with end_inference, on the same thread
  void (*end_inference)(void *scope);

  // Life and data.
  void (*release)(gud_tensor tensor);
  gud_tensor (*from_host)(const float *values, const int64_t *axes, int rank, gud_device device);  // copies
  gud_tensor (*full)(const int64_t *axes, int rank, double value, gud_device device);
  gud_tensor (*zeros_like)(gud_tensor tensor);  // same axes, memory layout and device
  int (*copy_to_host)(gud_tensor tensor, float *values, size_t count);  // row-major, whatever the layout
  int (*copy_from_host)(gud_tensor tensor, const float *values, size_t count);  // in place, keeps the layout
  int (*rank)(gud_tensor tensor);
  int64_t (*axis)(gud_tensor tensor, int axis);
  double (*item)(gud_tensor tensor);  // NaN on failure

  // Shape and layout.
  gud_tensor (*reshape)(gud_tensor tensor, const int64_t *axes, int rank);
  gud_tensor (*permute)(gud_tensor tensor, const int64_t *order, int rank);
  int (*unbind)(gud_tensor tensor, int axis, gud_tensor *slices, int count);  // count is the axis' extent
  gud_tensor (*concatenate)(const gud_tensor *tensors, int count, int axis);
  gud_tensor (*contiguous)(gud_tensor tensor, bool channels_last);

  // Arithmetic, with broadcasting.
  gud_tensor (*unary)(int32_t op, gud_tensor tensor);
  gud_tensor (*binary)(int32_t op, gud_tensor left, gud_tensor right);
  gud_tensor (*scale)(gud_tensor tensor, double factor);
  gud_tensor (*sum)(gud_tensor tensor);
  gud_tensor (*mean)(gud_tensor tensor);

  // Layers. A bias or affine parameter may be NULL.
  gud_tensor (*linear)(gud_tensor input, gud_tensor weight, gud_tensor bias);
  gud_tensor (*conv2d)(gud_tensor input, gud_tensor weight, gud_tensor bias, int stride, int padding);
  gud_tensor (*group_norm)(gud_tensor input, int groups, gud_tensor weight, gud_tensor bias, double epsilon, bool silu);
  gud_tensor (*attention)(gud_tensor query, gud_tensor key, gud_tensor value);
  gud_tensor (*upsample_nearest)(gud_tensor input, int64_t height, int64_t width);
  gud_tensor (*dropout)(gud_tensor input, double probability);

  // Automatic differentiation.
  int (*set_requires_gradient)(gud_tensor tensor, bool on);
  gud_tensor (*detach)(gud_tensor tensor);
  int (*backward)(gud_tensor output, gud_tensor output_gradient);  // accumulates into the leaves
  gud_tensor (*gradient_with_respect_to)(gud_tensor output, gud_tensor output_gradient, gud_tensor input);
  gud_tensor (*gradient)(gud_tensor leaf);

  // Optimisation over lists of parameters.
  int (*clear_gradients)(const gud_tensor *parameters, int count);
  double (*clip_gradients)(const gud_tensor *parameters, int count, double max_norm);  // the norm before; NaN on failure
  int (*adamw)(const gud_tensor *parameters, const gud_tensor *first_moments, const gud_tensor *second_moments,
               const gud_tensor *steps, int count, gud_adamw options);
  int (*interpolate)(const gud_tensor *targets, const gud_tensor *sources, int count, double weight);  // t += w (s − t)

  // Since version 3: networks from elsewhere, in evaluation mode, and images of other sizes.
  // Loads a TorchScript file. `extra_name` names a text kept inside it, handed to `receive` where the file has it; both may be
  // NULL. NULL on failure. [any-thread]
  gud_module (*module_load)(const char *path, gud_device device, const char *extra_name,
                            void (*receive)(void *context, const char *text, size_t size), void *context);
  void (*module_release)(gud_module module);
  // Runs `forward` on one tensor. Its result is a tensor, or a tuple or list of tensors: at most `capacity` of them are
  // written to `outputs`. The number of results, or -1. [any-thread]
  int (*module_forward)(gud_module module, gud_tensor input, gud_tensor *outputs, int capacity);
  // [batch, channels, height, width] at another size: bilinear, and averaging where it becomes smaller.
  gud_tensor (*resize)(gud_tensor input, int64_t height, int64_t width);

  // Since version 4: several gradients with respect to a leaf through one graph, which is released afterwards.
  // `output_gradients` has one more axis in front of the output's; so has the result in front of the input's.
  gud_tensor (*gradients_with_respect_to)(gud_tensor output, gud_tensor output_gradients, gud_tensor input);
} gud_tensor_engine;

// The one symbol of an engine's library.
#define GUD_ENGINE_ENTRY "gud_tensor_engine_entry"
typedef const gud_tensor_engine *(*gud_engine_entry)(void);

// Opens an engine's library and returns its table, or NULL with the reason in `reason` (always terminated).
// The library is never closed. [any-thread]
const gud_tensor_engine *gud_engine_open(const char *path, char *reason, size_t reason_size);

#ifdef __cplusplus
}
#endif
#endif
