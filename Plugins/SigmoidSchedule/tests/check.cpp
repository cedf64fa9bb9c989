// The curve against its definition in extended precision, away from where that cancels, and its own laws.
#include <cstdio>
#include <limits>

#include "../src/sigmoid_curve.hpp"

namespace {

int failures;

void check(bool holds, const char *what, double time, double value, double expected) {
    if (holds) return;
    failures++;
    std::printf("%s at t = %.17g: %.17g instead of %.17g\n", what, time, value, expected);
}

struct Parameters {
    double start, end, tau, gamma_min, gamma_max;
};

/// gamma as the definition has it.
long double defined(const Parameters &p, long double time) {
    const auto sigmoid = [](long double x) { return 1 / (1 + std::exp(-x)); };
    const long double first = sigmoid(p.start / (long double)p.tau), last = sigmoid(p.end / (long double)p.tau);
    const long double here = sigmoid((p.start + (p.end - (long double)p.start) * time) / p.tau);
    const long double most = sigmoid(-p.gamma_min), least = sigmoid(-p.gamma_max);
    const long double signal = least + (most - least) * ((last - here) / (last - first));
    return std::log((1 - signal) / signal);
}

void check(const Parameters &p) {
    const SigmoidCurve curve(p.start, p.end, p.tau, p.gamma_min, p.gamma_max);
    const auto near = [](double a, double b, double tolerance) {
        return std::fabs(a - b) <= tolerance * std::fmax(1, std::fabs(b));
    };
    check(near(curve.gamma(0), p.gamma_min, 1e-15), "gamma", 0, curve.gamma(0), p.gamma_min);
    check(near(curve.gamma(1), p.gamma_max, 1e-15), "gamma", 1, curve.gamma(1), p.gamma_max);
    for (int i = 1; i < 64; i++) {
        const double time = i / 64.0;
        const double expected = (double)defined(p, time);
        check(near(curve.gamma(time), expected, 1e-12), "gamma", time, curve.gamma(time), expected);
        const long double step = 1e-5L;
        const double slope = (double)((defined(p, time + step) - defined(p, time - step)) / (2 * step));
        check(near(curve.rate(time), slope, 1e-5), "the rate", time, curve.rate(time), slope);
    }
    double before = -std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 1 << 16; i++) {
        const double time = i / 65536.0, gamma = curve.gamma(time), rate = curve.rate(time);
        check(gamma >= before && std::isfinite(gamma), "gamma, which falls", time, gamma, before);
        check(rate >= 0 && std::isfinite(rate), "the rate", time, rate, 0);
        before = gamma;
    }
}

void refuses(const Parameters &p, const char *message) {
    try {
        SigmoidCurve(p.start, p.end, p.tau, p.gamma_min, p.gamma_max);
    } catch (const std::invalid_argument &error) {
        if (std::string(error.what()) == message) return;
        std::printf("it says \"%s\"\n", error.what());
    }
    failures++;
    std::printf("it should say \"%s\"\n", message);
}

} // namespace

int main() {
    check({-3, 3, 1, -13.3, 13.3});
    check({0, 3, 0.3, -13.3, 13.3});
    check({-3, 0, 0.7, -9, 5});
    check({-3, 3, 100, -13.3, 13.3});
    check({-1, 2, 0.5, -0.5, 20});
    refuses({3, 3, 1, -13.3, 13.3}, "start 3 is not below end 3");
    refuses({-3, 3, 0, -13.3, 13.3}, "tau 0 is not above 0");
    refuses({-3, 3, 1, 5, 1}, "gammaMin 5 is not below gammaMax 1");
    refuses({-3, 3, 1, -13.3, 1e4}, "gammaMin -13.3 or gammaMax 10000 is beyond 700, where double precision ends");
    refuses({-3, 3, 1e-3, -13.3, 13.3},
        "tau 0.001 does not suit start -3 and end 3: the sigmoid is a step or a point in double precision");
    std::printf(failures ? "%d failures\n" : "ok\n", failures);
    return failures != 0;
}
