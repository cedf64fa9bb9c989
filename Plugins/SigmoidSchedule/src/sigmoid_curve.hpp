// The sigmoid schedule as a curve: gamma and its derivative in closed form. It knows nothing of GUD's interface.
#pragma once

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

/// A number for a message, as short as six digits allow.
inline std::string shown(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

/// Signal and noise on a piece of a sigmoid.
///
/// Jabri, Fleet & Chen (arXiv:2212.11972) let the signal's power fall from 1 to 0 along a piece of a sigmoid,
///
///     p(t) = (s(u_1) - s(u(t))) / (s(u_1) - s(u_0)),   u(t) = (start + (end - start) t) / tau,
///
/// with s(x) = 1/(1 + e^-x). At its ends the log-SNR is infinite, so they clip the power at 1e-9, which leaves a kink.
/// Here the power runs between two bounds instead,
///
///     A(t) = A_1 + (A_0 - A_1) p(t),   A_0 = s(-gammaMin),  A_1 = s(-gammaMax),
///
/// so that gamma = log((1 - A) / A) is gammaMin at t = 0 and gammaMax at t = 1, strictly increasing, as smooth as s;
/// away from the ends it is theirs. With q = 1 - p,
///
///     gamma' = (A_0 - A_1) q' (1 / (1 - A) + 1 / A).
///
/// Next to an end, 1 - A or A is tiny, and must not come out of a subtraction. With w = (end - start) / tau,
/// E = e^(-w t), F = e^(-w (1 - t)), both e^(-w) at the other end,
///
///     q = (1 - E) (1 + e^(-u_0) e^-w) / ((1 + e^(-u_0) E) (1 - e^-w)),
///     p = (1 - F) (1 + e^(u_1) e^-w)  / ((1 + e^(u_1) F) (1 - e^-w)).
///
/// Every factor is monotone in t by itself, and rounding keeps order: as far as exp, expm1 and log do, gamma does not
/// decrease in floating point either.
class SigmoidCurve {
public:
    /// A curve; throws std::invalid_argument unless start < end, gammaMin < gammaMax (neither beyond 700), tau > 0, and
    /// |start|, |end| <= 600 tau.
    SigmoidCurve(double start, double end, double tau, double gamma_min, double gamma_max)
        : steepness_((end - start) / tau), far_(std::exp(-steepness_)), rise_(-std::expm1(-steepness_)),
          first_(std::exp(-start / tau)), last_(std::exp(end / tau)), signal_least_(sigmoid(-gamma_max)),
          noise_least_(sigmoid(gamma_min)), span_(sigmoid(-gamma_min) - signal_least_) {
        if (!(tau > 0)) throw std::invalid_argument("tau " + shown(tau) + " is not above 0");
        if (!(start < end)) {
            throw std::invalid_argument(
                "start " + shown(start) + " is not below end " + shown(end));
        }
        if (!(gamma_min < gamma_max) || !(span_ > 0)) {
            throw std::invalid_argument(
                "gammaMin " + shown(gamma_min) + " is not below gammaMax " + shown(gamma_max));
        }
        if (!(signal_least_ > 0) || !(noise_least_ > 0)) {
            throw std::invalid_argument(
                "gammaMin " + shown(gamma_min) + " or gammaMax " + shown(gamma_max)
                + " is beyond 700, where double precision ends");
        }
        if (!(std::fmax(std::fabs(start), std::fabs(end)) <= 600 * tau) || !(rise_ > 0)) {
            throw std::invalid_argument(
                "tau " + shown(tau) + " does not suit start " + shown(start) + " and end "
                + shown(end) + ": the sigmoid is a step or a point in double precision");
        }
    }

    /// gamma at a time in [0, 1].
    double gamma(double time) const { return std::log(noise(time) / signal(time)); }

    /// The derivative of gamma by time.
    double rate(double time) const {
        const double early = 1 + first_ * std::exp(-steepness_ * time);
        const double late = 1 + last_ * std::exp(-steepness_ * (1 - time));
        // q' = w (1 + e^-u_0 e^-w) (1 + e^u_0) / ((1 - e^-w) early late)
        const double fall = steepness_ * ((1 + first_ * far_) / early) * ((1 + 1 / first_) / late) / rise_;
        return span_ * fall * (1 / noise(time) + 1 / signal(time));
    }

private:
    static double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

    /// sigma^2 = 1 - A; never decreases.
    double noise(double time) const {
        const double away = -steepness_ * time;
        const double q = -std::expm1(away) / (1 + first_ * std::exp(away)) * ((1 + first_ * far_) / rise_);
        return noise_least_ + span_ * q;
    }

    /// alpha^2 = A; never increases.
    double signal(double time) const {
        const double away = -steepness_ * (1 - time);
        const double p = -std::expm1(away) / (1 + last_ * std::exp(away)) * ((1 + last_ * far_) / rise_);
        return signal_least_ + span_ * p;
    }

    double steepness_;               // w
    double far_, rise_;              // e^-w, and 1 - e^-w
    double first_, last_;            // e^-u_0 and e^u_1
    double signal_least_, noise_least_; // A_1 and 1 - A_0
    double span_;                    // A_0 - A_1
};
