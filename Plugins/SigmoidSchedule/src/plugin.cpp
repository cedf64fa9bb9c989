// The noise schedule `sigmoid` for GUD: parameters, components and errors; the curve is in sigmoid_curve.hpp.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gud_plugin.h"
#include "sigmoid_curve.hpp"

namespace {

const gud_host *host;

/// Runs the body of a function of the interface; no exception leaves it.
template <typename Body>
gud_status guard(gud_error *error, Body body) noexcept {
    try {
        body();
        return GUD_OK;
    } catch (const std::invalid_argument &reason) {
        return gud_fail(error, GUD_ERROR_ARGUMENT, reason.what());
    } catch (const std::bad_alloc &) {
        return gud_fail(error, GUD_ERROR_MEMORY, "there is no memory for the schedule");
    } catch (const std::exception &reason) {
        return gud_fail(error, GUD_ERROR_INTERNAL, reason.what());
    } catch (...) {
        return gud_fail(error, GUD_ERROR_INTERNAL, "something was thrown that is no std::exception");
    }
}

/// A curve that all components share, each moved by an offset of its own.
class SigmoidSchedule {
public:
    SigmoidSchedule(const SigmoidCurve &curve, std::vector<double> offsets)
        : curve_(curve), offsets_(std::move(offsets)) {}

    std::size_t components() const { return offsets_.size(); }

    /// Writes [count][K]; either may be null.
    void evaluate(const double *times, std::size_t count, double *gamma, double *rate) const {
        for (std::size_t row = 0; row < count; row++) {
            if (!(times[row] >= 0 && times[row] <= 1)) {
                throw std::invalid_argument("time " + shown(times[row]) + " is outside [0, 1]");
            }
        }
        for (std::size_t row = 0; row < count; row++) {
            if (gamma) {
                const double shared = curve_.gamma(times[row]);
                for (const double offset : offsets_) *gamma++ = shared + offset;
            }
            if (rate) {
                const double shared = curve_.rate(times[row]);
                for (std::size_t i = 0; i < components(); i++) *rate++ = shared;
            }
        }
    }

private:
    SigmoidCurve curve_;
    std::vector<double> offsets_;
};

double number(const gud_parameters *parameters, const char *name) {
    double value = 0;
    if (host->parameter_number(parameters, name, &value) != 1) {
        throw std::invalid_argument(std::string("parameter '") + name + "' is missing; give a number");
    }
    return value;
}

std::string_view text(const gud_parameters *parameters, const char *name) {
    const char *value = nullptr;
    std::size_t length = 0;
    if (host->parameter_text(parameters, name, &value, &length) != 1) {
        throw std::invalid_argument(std::string("parameter '") + name + "' is missing; give a text");
    }
    return {value, length};
}

/// log v_i, so that the SNR of the data, v_i e^-gamma_i, is the same for every component; or nothing.
std::vector<double> offsets(const gud_schedule_context &context, std::string_view follow) {
    if (context.components > PTRDIFF_MAX / sizeof(double)) throw std::bad_alloc();
    std::vector<double> offsets(context.components, 0.0);
    if (follow == "none") return offsets;
    if (follow != "variance") {
        throw std::invalid_argument("follow '" + std::string(follow.substr(0, 64)) + "' is neither none nor variance");
    }
    for (std::size_t i = 0; i < offsets.size(); i++) {
        const double variance = context.variances[i];
        if (!(variance > 0) || !std::isfinite(variance)) {
            throw std::invalid_argument(
                "the variance of component " + std::to_string(i) + " is " + shown(variance)
                + ", which has no logarithm to follow");
        }
        offsets[i] = std::log(variance);
    }
    return offsets;
}

gud_status create(
    void *, const gud_schedule_context *context, const gud_parameters *parameters, void **object, gud_error *error) {
    return guard(error, [&] {
        const SigmoidCurve curve(
            number(parameters, "start"), number(parameters, "end"), number(parameters, "tau"),
            number(parameters, "gammaMin"), number(parameters, "gammaMax"));
        auto made = std::make_unique<SigmoidSchedule>(curve, offsets(*context, text(parameters, "follow")));
        *object = made.release();
    });
}

void destroy(void *object) { delete static_cast<SigmoidSchedule *>(object); }

gud_status info(void *object, gud_schedule_info *info, gud_error *) {
    info->struct_size = sizeof *info;
    info->flags = 0;
    info->components = static_cast<const SigmoidSchedule *>(object)->components();
    return GUD_OK;
}

gud_status gamma(
    void *object, const double *times, std::size_t count, double *gamma, double *rate, gud_error *error) {
    return guard(error, [&] { static_cast<const SigmoidSchedule *>(object)->evaluate(times, count, gamma, rate); });
}

constexpr char parameters[] = R"([
    {"name": "start", "type": "number", "default": -3, "range": [-20, 20],
     "documentation": "Where the piece of the sigmoid begins; further left, the data keep their signal for longer."},
    {"name": "end", "type": "number", "default": 3, "range": [-20, 20],
     "documentation": "Where it ends; above start."},
    {"name": "tau", "type": "number", "default": 1, "range": [0.05, 100],
     "documentation": "The temperature; small ones change from data to noise all at once."},
    {"name": "gammaMin", "type": "number", "default": -13.3, "range": [-100, 0],
     "documentation": "γ at t = 0, where the paper has -∞."},
    {"name": "gammaMax", "type": "number", "default": 13.3, "range": [0, 100],
     "documentation": "γ at t = 1, where the paper has ∞."},
    {"name": "follow", "type": "text", "default": "none", "choices": ["none", "variance"],
     "documentation": "Whether γ is offset by log v: the SNR of the data is then the same for all components."}
])";

constexpr gud_schedule_table table = [] {
    gud_schedule_table table{};
    table.struct_size = sizeof table;
    table.create = create;
    table.destroy = destroy;
    table.info = info;
    table.gamma = gamma;
    return table;
}();

constexpr gud_component component = [] {
    gud_component component{};
    component.struct_size = sizeof component;
    component.kind = GUD_KIND_SCHEDULE;
    component.threads = GUD_THREADS_CONCURRENT;
    component.name = "sigmoid";
    component.summary = "The signal's power falls along a piece of a sigmoid, the same for every component.";
    component.parameters = parameters;
    component.table = &table;
    return component;
}();

constexpr const gud_component *components[] = {&component};

constexpr gud_plugin plugin_table = [] {
    gud_plugin plugin{};
    plugin.struct_size = sizeof plugin;
    plugin.abi_major = GUD_ABI_MAJOR;
    plugin.abi_minor = GUD_ABI_MINOR;
    plugin.id = "org.gud.examples.sigmoid-schedule";
    plugin.version = "1.0.0";
    plugin.license = "Apache-2.0";
    plugin.toolkit = "c++";
    plugin.components = components;
    plugin.component_count = 1;
    return plugin;
}();

} // namespace

gud_status gud_plugin_entry(const gud_host *given, const gud_plugin **plugin, gud_error *error) {
    const std::size_t needed = offsetof(gud_host, parameter_text) + sizeof given->parameter_text;
    if (given->abi_major != GUD_ABI_MAJOR || given->struct_size < needed) {
        return guard(error, [&] {
            const auto version = [](unsigned major, unsigned minor) {
                return std::to_string(major) + "." + std::to_string(minor);
            };
            const std::string message = "the host speaks interface " + version(given->abi_major, given->abi_minor)
                + ", the plugin " + version(GUD_ABI_MAJOR, GUD_ABI_MINOR) + "; build it for the host";
            gud_fail(error, GUD_ERROR_ABI, message.c_str());
        }) == GUD_OK ? GUD_ERROR_ABI : GUD_ERROR_MEMORY;
    }
    host = given;
    *plugin = &plugin_table;
    return GUD_OK;
}
