// The tensor engine on LibTorch: every function of gud_tensor_engine in a few lines each.
//
// Goals, in order: no C++ exception leaves this file; no reference count is touched that need not be; brevity.
// A gud_tensor is the TensorImpl* of an at::Tensor that holds one reference.

#include "gud_tensor_engine.h"

#include "group_norm.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using at::Tensor;
static_assert(sizeof(Tensor) == sizeof(void *), "an at::Tensor must be one pointer");

thread_local std::string error_text;

// LibTorch appends tables of back ends to some messages; the first paragraph says what is wrong.
void remember(std::string text) {
  auto end = text.find("\n\n");
  if (end != std::string::npos) text.resize(end);
  if (text.size() > 600) text.resize(600);
  error_text = std::move(text);
}

// Runs `body`; on any exception remembers its text and returns `failure`.
template <typename Result, typename Body>
Result guarded(Result failure, Body body) {
  try {
    return body();
  } catch (const c10::Error &error) {
    remember(error.what_without_backtrace());
  } catch (const std::exception &error) {
    remember(error.what());
  } catch (...) {
    remember("unknown C++ exception");
  }
  return failure;
}

gud_tensor own(Tensor tensor) {
  return reinterpret_cast<gud_tensor>(tensor.unsafeReleaseIntrusivePtr().release());
}

// A borrowed handle seen as an at::Tensor. NULL is the undefined tensor.
class Borrowed {
 public:
  explicit Borrowed(gud_tensor handle) : handle_(handle) {
    if (handle_ == nullptr) {
      handle_ = reinterpret_cast<gud_tensor>(static_cast<c10::TensorImpl *>(c10::UndefinedTensorImpl::singleton()));
    }
  }
  const Tensor &operator*() const { return *reinterpret_cast<const Tensor *>(&handle_); }
  const Tensor *operator->() const { return &**this; }

 private:
  gud_tensor handle_;
};

// An array of handles has the layout of an array of tensors.
at::TensorList borrowed_list(const gud_tensor *handles, int count) {
  return at::TensorList(reinterpret_cast<const Tensor *>(handles), static_cast<size_t>(count));
}

std::optional<Tensor> optional(gud_tensor handle) {
  return handle ? std::optional<Tensor>(*Borrowed(handle)) : std::nullopt;
}

at::IntArrayRef ints(const int64_t *values, int count) { return {values, static_cast<size_t>(count)}; }

c10::Device device_of(gud_device device) {
  return device.kind == GUD_DEVICE_CUDA ? c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(device.index))
                                        : c10::Device(c10::DeviceType::CPU);
}

// The engine itself.

const char *last_error() { return error_text.c_str(); }
const char *version() { return TORCH_VERSION; }

int device_count(int32_t kind) {
  if (kind == GUD_DEVICE_CPU) return 1;
  return guarded(0, [] {
    return at::globalContext().hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
  });
}

int set_threads(int count) {
  return guarded(-1, [=] { return at::set_num_threads(count), 0; });
}
int thread_count() { return at::get_num_threads(); }

int set_seed(uint64_t seed) {
  return guarded(-1, [=] { return at::manual_seed(seed), 0; });
}

int set_deterministic(bool on) {
  return guarded(-1, [=] {
    at::globalContext().setDeterministicAlgorithms(on, /*warn_only=*/true);
    at::globalContext().setDeterministicCuDNN(on);
    return 0;
  });
}

int synchronize(gud_device device) {
  if (device.kind == GUD_DEVICE_CPU) return 0;
  return guarded(-1, [=] {
    c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).synchronizeDevice(static_cast<c10::DeviceIndex>(device.index));
    return 0;
  });
}

bool set_gradients(bool on) {
  bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(on);
  return before;
}
void *begin_inference() { return new (std::nothrow) c10::InferenceMode(true); }
void end_inference(void *scope) { delete static_cast<c10::InferenceMode *>(scope); }

// Life and data.

void release(gud_tensor handle) {
  if (handle == nullptr) return;
  c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(reinterpret_cast<c10::TensorImpl *>(handle));
}

gud_tensor from_host(const float *values, const int64_t *axes, int rank, gud_device device) {
  return guarded<gud_tensor>(nullptr, [=] {
    Tensor view = at::from_blob(const_cast<float *>(values), ints(axes, rank), at::kFloat);
    return own(device.kind == GUD_DEVICE_CPU ? view.clone() : view.to(device_of(device)));
  });
}

gud_tensor full(const int64_t *axes, int rank, double value, gud_device device) {
  return guarded<gud_tensor>(nullptr, [=] {
    return own(at::full(ints(axes, rank), value, at::TensorOptions().dtype(at::kFloat).device(device_of(device))));
  });
}

gud_tensor zeros_like(gud_tensor handle) {
  return guarded<gud_tensor>(nullptr, [=] {
    at::NoGradGuard no_gradients;
    return own(at::zeros_like(Borrowed(handle)->detach()));
  });
}

int copy_to_host(gud_tensor handle, float *values, size_t count) {
  return guarded(-1, [=] {
    Tensor source = Borrowed(handle)->detach();
    TORCH_CHECK(static_cast<size_t>(source.numel()) == count, "copy_to_host: the tensor holds ", source.numel(),
                " scalars, the destination ", count);
    at::NoGradGuard no_gradients;
    at::from_blob(values, source.sizes(), at::kFloat).copy_(source);
    return 0;
  });
}

int copy_from_host(gud_tensor handle, const float *values, size_t count) {
  return guarded(-1, [=] {
    Tensor target = Borrowed(handle)->detach();
    TORCH_CHECK(static_cast<size_t>(target.numel()) == count, "copy_from_host: the tensor holds ", target.numel(),
                " scalars, the source ", count);
    at::NoGradGuard no_gradients;
    target.copy_(at::from_blob(const_cast<float *>(values), target.sizes(), at::kFloat));
    return 0;
  });
}

int rank(gud_tensor handle) { return static_cast<int>(Borrowed(handle)->dim()); }
int64_t axis(gud_tensor handle, int axis) {
  return guarded<int64_t>(-1, [=] { return Borrowed(handle)->size(axis); });
}
double item(gud_tensor handle) {
  return guarded(std::nan(""), [=] { return Borrowed(handle)->item().toDouble(); });
}

// Shape and layout.

gud_tensor reshape(gud_tensor handle, const int64_t *axes, int rank) {
  return guarded<gud_tensor>(nullptr, [=] { return own(Borrowed(handle)->reshape(ints(axes, rank))); });
}
gud_tensor permute(gud_tensor handle, const int64_t *order, int rank) {
  return guarded<gud_tensor>(nullptr, [=] { return own(Borrowed(handle)->permute(ints(order, rank))); });
}
int unbind(gud_tensor handle, int axis, gud_tensor *slices, int count) {
  return guarded(-1, [=] {
    auto parts = Borrowed(handle)->unbind(axis);
    TORCH_CHECK(parts.size() == static_cast<size_t>(count), "unbind: axis ", axis, " has ", parts.size(), " slices, not ",
                count);
    for (int i = 0; i < count; ++i) slices[i] = own(std::move(parts[static_cast<size_t>(i)]));
    return 0;
  });
}
gud_tensor concatenate(const gud_tensor *handles, int count, int axis) {
  return guarded<gud_tensor>(nullptr, [=] { return own(at::cat(borrowed_list(handles, count), axis)); });
}
gud_tensor contiguous(gud_tensor handle, bool channels_last) {
  return guarded<gud_tensor>(nullptr, [=] {
    return own(Borrowed(handle)->contiguous(channels_last ? at::MemoryFormat::ChannelsLast
                                                          : at::MemoryFormat::Contiguous));
  });
}

// Arithmetic.

gud_tensor unary(int32_t op, gud_tensor handle) {
  return guarded<gud_tensor>(nullptr, [=] {
    Borrowed x(handle);
    switch (op) {
      case GUD_UNARY_NEGATE: return own(at::neg(*x));
      case GUD_UNARY_SIN: return own(at::sin(*x));
      case GUD_UNARY_COS: return own(at::cos(*x));
      case GUD_UNARY_SILU: return own(at::silu(*x));
      case GUD_UNARY_SQUARE: return own(at::square(*x));
      case GUD_UNARY_TANH: return own(at::tanh(*x));
    }
    TORCH_CHECK(false, "unary: there is no operation ", op);
  });
}

gud_tensor binary(int32_t op, gud_tensor left, gud_tensor right) {
  return guarded<gud_tensor>(nullptr, [=] {
    Borrowed a(left), b(right);
    switch (op) {
      case GUD_BINARY_ADD: return own(at::add(*a, *b));
      case GUD_BINARY_SUBTRACT: return own(at::sub(*a, *b));
      case GUD_BINARY_MULTIPLY: return own(at::mul(*a, *b));
    }
    TORCH_CHECK(false, "binary: there is no operation ", op);
  });
}

gud_tensor scale(gud_tensor handle, double factor) {
  return guarded<gud_tensor>(nullptr, [=] { return own(at::mul(*Borrowed(handle), factor)); });
}
gud_tensor sum(gud_tensor handle) {
  return guarded<gud_tensor>(nullptr, [=] { return own(at::sum(*Borrowed(handle))); });
}
gud_tensor mean(gud_tensor handle) {
  return guarded<gud_tensor>(nullptr, [=] { return own(at::mean(*Borrowed(handle))); });
}

// Layers.

gud_tensor linear(gud_tensor input, gud_tensor weight, gud_tensor bias) {
  return guarded<gud_tensor>(nullptr,
                             [=] { return own(at::linear(*Borrowed(input), *Borrowed(weight), optional(bias))); });
}

gud_tensor conv2d(gud_tensor input, gud_tensor weight, gud_tensor bias, int stride, int padding) {
  return guarded<gud_tensor>(nullptr, [=] {
    int64_t strides[2] = {stride, stride}, paddings[2] = {padding, padding};
    return own(at::conv2d(*Borrowed(input), *Borrowed(weight), optional(bias), at::IntArrayRef(strides),
                          at::IntArrayRef(paddings)));
  });
}

gud_tensor group_norm(gud_tensor input, int groups, gud_tensor weight, gud_tensor bias, double epsilon, bool silu) {
  return guarded<gud_tensor>(nullptr, [=] {
    return own(gud::group_norm(*Borrowed(input), groups, *Borrowed(weight), *Borrowed(bias), epsilon, silu));
  });
}

gud_tensor attention(gud_tensor query, gud_tensor key, gud_tensor value) {
  return guarded<gud_tensor>(nullptr, [=] {
    return own(at::scaled_dot_product_attention(*Borrowed(query), *Borrowed(key), *Borrowed(value)));
  });
}

gud_tensor upsample_nearest(gud_tensor input, int64_t height, int64_t width) {
  return guarded<gud_tensor>(nullptr, [=] {
    int64_t size[2] = {height, width};
    return own(at::upsample_nearest2d(*Borrowed(input), at::IntArrayRef(size)));
  });
}

gud_tensor dropout(gud_tensor input, double probability) {
  return guarded<gud_tensor>(nullptr, [=] { return own(at::dropout(*Borrowed(input), probability, /*train=*/true)); });
}

// Automatic differentiation.

int set_requires_gradient(gud_tensor handle, bool on) {
  return guarded(-1, [=] { return Borrowed(handle)->set_requires_grad(on), 0; });
}
gud_tensor detach(gud_tensor handle) {
  return guarded<gud_tensor>(nullptr, [=] { return own(Borrowed(handle)->detach()); });
}
int backward(gud_tensor output, gud_tensor gradient) {
  return guarded(-1, [=] {
    torch::autograd::backward({*Borrowed(output)}, {*Borrowed(gradient)});
    return 0;
  });
}
gud_tensor gradient_with_respect_to(gud_tensor output, gud_tensor gradient, gud_tensor input) {
  return guarded<gud_tensor>(nullptr, [=] {
    auto results = torch::autograd::grad({*Borrowed(output)}, {*Borrowed(input)}, {*Borrowed(gradient)});
    return own(std::move(results[0]));
  });
}
gud_tensor gradients_with_respect_to(gud_tensor output, gud_tensor output_gradients, gud_tensor input) {
  return guarded<gud_tensor>(nullptr, [=] {
    const std::vector<Tensor> incoming = Borrowed(output_gradients)->unbind(0);
    std::vector<Tensor> results;
    results.reserve(incoming.size());
    for (const Tensor &gradient : incoming) {
      const bool is_last = results.size() + 1 == incoming.size();
      results.push_back(
          torch::autograd::grad({*Borrowed(output)}, {*Borrowed(input)}, {gradient}, /*retain_graph=*/!is_last)[0]);
    }
    return own(at::stack(results));
  });
}
gud_tensor gradient(gud_tensor leaf) {
  return guarded<gud_tensor>(nullptr, [=] {
    Tensor found = Borrowed(leaf)->grad();
    TORCH_CHECK(found.defined(), "the tensor has no gradient");
    return own(std::move(found));
  });
}

// Optimisation.

int clear_gradients(const gud_tensor *parameters, int count) {
  return guarded(-1, [=] {
    for (const Tensor &parameter : borrowed_list(parameters, count)) parameter.mutable_grad() = Tensor();
    return 0;
  });
}

std::vector<Tensor> gradients_of(const gud_tensor *parameters, int count) {
  std::vector<Tensor> gradients;
  gradients.reserve(static_cast<size_t>(count));
  for (const Tensor &parameter : borrowed_list(parameters, count)) {
    TORCH_CHECK(parameter.grad().defined(), "a parameter of shape ", parameter.sizes(), " has no gradient");
    gradients.push_back(parameter.grad());
  }
  return gradients;
}

double clip_gradients(const gud_tensor *parameters, int count, double max_norm) {
  return guarded(std::nan(""), [=] {
    at::NoGradGuard no_gradients;
    auto gradients = gradients_of(parameters, count);
    double norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients, 2)), 2).item().toDouble();
    if (norm > max_norm) at::_foreach_mul_(gradients, max_norm / (norm + 1e-6));
    return norm;
  });
}

int adamw(const gud_tensor *parameters, const gud_tensor *first_moments, const gud_tensor *second_moments,
          const gud_tensor *steps, int count, gud_adamw options) {
  return guarded(-1, [=] {
    at::NoGradGuard no_gradients;
    at::_foreach_add_(borrowed_list(steps, count), 1);
    at::_fused_adamw_(borrowed_list(parameters, count), gradients_of(parameters, count),
                      borrowed_list(first_moments, count), borrowed_list(second_moments, count), {},
                      borrowed_list(steps, count), options.learning_rate, options.beta1, options.beta2,
                      options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
    return 0;
  });
}

int interpolate(const gud_tensor *targets, const gud_tensor *sources, int count, double weight) {
  return guarded(-1, [=] {
    at::NoGradGuard no_gradients;
    at::_foreach_lerp_(borrowed_list(targets, count), borrowed_list(sources, count), weight);
    return 0;
  });
}

// Networks from elsewhere.

gud_module module_load(const char *path, gud_device device, const char *extra_name,
                       void (*receive)(void *context, const char *text, size_t size), void *context) {
  return guarded<gud_module>(nullptr, [=] {
    torch::jit::ExtraFilesMap extra;
    if (extra_name != nullptr) extra[extra_name] = "";
    auto module = std::make_unique<torch::jit::Module>(torch::jit::load(path, device_of(device), extra));
    module->eval();
    if (extra_name != nullptr && receive != nullptr && !extra[extra_name].empty()) {
      receive(context, extra[extra_name].data(), extra[extra_name].size());
    }
    return reinterpret_cast<gud_module>(module.release());
  });
}

void module_release(gud_module module) { delete reinterpret_cast<torch::jit::Module *>(module); }

int module_forward(gud_module module, gud_tensor input, gud_tensor *outputs, int capacity) {
  return guarded(-1, [=] {
    c10::IValue result = reinterpret_cast<torch::jit::Module *>(module)->forward({*Borrowed(input)});
    std::vector<Tensor> tensors;
    if (result.isTensor()) {
      tensors.push_back(result.toTensor());
    } else if (result.isTensorList()) {
      for (const Tensor &tensor : result.toTensorVector()) tensors.push_back(tensor);
    } else if (result.isTuple()) {
      for (const c10::IValue &element : result.toTupleRef().elements()) {
        TORCH_CHECK(element.isTensor(), "forward returns a tuple with a ", element.tagKind(), "; only tensors are taken");
        tensors.push_back(element.toTensor());
      }
    } else {
      TORCH_CHECK(false, "forward returns a ", result.tagKind(), "; a tensor, or a tuple or list of them is taken");
    }
    // Everything in this table is Float on the device that it came from.
    for (size_t i = 0; i < tensors.size() && i < static_cast<size_t>(capacity); ++i) {
      outputs[i] = own(tensors[i].to(at::kFloat));
    }
    return static_cast<int>(tensors.size());
  });
}

gud_tensor resize(gud_tensor input, int64_t height, int64_t width) {
  return guarded<gud_tensor>(nullptr, [=] {
    int64_t size[2] = {height, width};
    return own(at::_upsample_bilinear2d_aa(*Borrowed(input), at::IntArrayRef(size), /*align_corners=*/false));
  });
}

const gud_tensor_engine table = {
    GUD_ENGINE_ABI_VERSION,
    sizeof(gud_tensor_engine),
    last_error,
    version,
    device_count,
    set_threads,
    thread_count,
    set_seed,
    set_deterministic,
    synchronize,
    set_gradients,
    begin_inference,
    end_inference,
    release,
    from_host,
    full,
    zeros_like,
    copy_to_host,
    copy_from_host,
    rank,
    axis,
    item,
    reshape,
    permute,
    unbind,
    concatenate,
    contiguous,
    unary,
    binary,
    scale,
    sum,
    mean,
    linear,
    conv2d,
    group_norm,
    attention,
    upsample_nearest,
    dropout,
    set_requires_gradient,
    detach,
    backward,
    gradient_with_respect_to,
    gradient,
    clear_gradients,
    clip_gradients,
    adamw,
    interpolate,
    module_load,
    module_release,
    module_forward,
    resize,
    gradients_with_respect_to,
};

}  // namespace

// The engine links neither CUDA nor LibTorch's CUDA half. Where there is a driver, that half is loaded here, before anything
// asks LibTorch about CUDA: the first such question fixes the answer for the whole process.
extern "C" __attribute__((visibility("default"))) const gud_tensor_engine *gud_tensor_engine_entry() {
  static const bool ready = [] {
    if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr) dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_LOCAL);
    return true;
  }();
  (void)ready;
  return &table;
}
