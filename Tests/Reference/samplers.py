"""Known answers for GUDSamplingTests, by other means: textbook formulas in float64, and scipy's DOP853.

    python Tests/Reference/samplers.py

prints the literals of GaussianConvergenceTests.swift and OrderOfConvergenceTests.swift. Needs numpy and scipy.
"""
import numpy as np
from scipy.integrate import solve_ivp


def alpha(g):
    return np.exp(-0.5 * np.logaddexp(0, g))


def sigma(g):
    return np.exp(-0.5 * np.logaddexp(0, -g))


# --- 64-dimensional Gaussian, exact denoiser, start N(0, 1): KL of the result to the exact marginal, in nats. -----------
V = np.arange(1, 65) ** -2.0


def epsilon(z, g):
    return sigma(g) * z / (alpha(g) ** 2 * V + sigma(g) ** 2)


def ddim(z, path):
    for t, s in zip(path, path[1:]):
        e = epsilon(z, t)
        z = alpha(s) * (z - sigma(t) * e) / alpha(t) + sigma(s) * e
    return z


def dpm2m(z, path):
    before = None
    for k in range(len(path) - 1):
        t, s = path[k], path[k + 1]
        x0 = (z - sigma(t) * epsilon(z, t)) / alpha(t)
        d = x0 if before is None else x0 + (x0 - before) / (2 * (path[k - 1] - t) / (t - s))
        z = sigma(s) / sigma(t) * z - alpha(s) * np.expm1((s - t) / 2) * d
        before = x0
    return z


def anchored(z, path, v, order):
    before = None
    for k in range(len(path) - 1):
        t, s = path[k], path[k + 1]
        tau = lambda g: np.hypot(alpha(g) * np.sqrt(v), sigma(g))
        phi = lambda g: np.arctan2(sigma(g), alpha(g) * np.sqrt(v))
        f = (epsilon(z, t) - sigma(t) * z / tau(t) ** 2) * tau(t) / (alpha(t) * np.sqrt(v))
        d = f
        if order == 2 and before is not None:
            d = f + (f - before) * (phi(s) - phi(t)) / (2 * (phi(t) - phi(path[k - 1])))
        z = tau(s) * (z / tau(t) + (phi(s) - phi(t)) * d)
        before = f
    return z


def kl(z, g):
    exact = alpha(g) ** 2 * V + sigma(g) ** 2
    ratio = z ** 2 / exact
    return 0.5 * np.sum(ratio - 1 - np.log(ratio))


labels = -np.log(V)
slope = 14 + 5 * (labels.max() - labels.min())  # softness 0.2
low = -9 + np.log(V) + 5 * (labels - labels.max())
schedules = {
    "scalar": lambda t: (-9 + 14 * t) * np.ones(64),
    "soft": lambda t: low + slope * t,
}
for name, gamma in schedules.items():
    for n in (10, 20, 50):
        path = [gamma(1 - k / n) for k in range(n + 1)]
        one = np.ones(64)
        print(name, n, "ddim %.6f dpm++2m %.6f; anchored exact v %.6f %.6f; anchored v = 1 %.6f %.6f" % tuple(
            kl(z, path[-1]) for z in (
                ddim(one, path), dpm2m(one, path), anchored(one, path, V, 1), anchored(one, path, V, 2),
                anchored(one, path, 1, 1), anchored(one, path, 1, 2))))

# --- Two-dimensional mixture: the probability flow from given points at t = 1 to t = 0. ---------------------------------
W = np.array([0.5, 0.3, 0.2])
M = np.array([[1.2, -0.4], [-0.8, 0.9], [0.1, -1.3]])
S2 = 0.35 ** 2
print("component variances", repr(W @ M ** 2 - (W @ M) ** 2 + S2))


def mixture_epsilon(z, g):
    a, s = alpha(g), sigma(g)
    var = a ** 2 * S2 + s ** 2
    d = z - a * M
    logr = np.log(W) - 0.5 * np.sum(d ** 2 / var + np.log(var), axis=1)
    r = np.exp(logr - logr.max())
    return (r / r.sum()) @ (s * d / var)


paths = {
    "scalar": (lambda t: np.array([-6 + 12 * t] * 2), lambda t: np.array([12.0, 12.0])),
    "offset": (lambda t: np.array([-8 + 12 * t, -4 + 12 * t]), lambda t: np.array([12.0, 12.0])),
    "curved": (lambda t: np.array([-6 + 12 * t * t, -6 + 12 * (2 * t - t * t)]),
               lambda t: np.array([24 * t, 24 * (1 - t)])),
    # The second component first, then the first: each moves in two thirds of the time.
    "clipped": (lambda t: np.clip(np.array([-6 + 18 * t, -12 + 18 * t]), -6, 6),
                lambda t: np.where((np.array([-6 + 18 * t, -12 + 18 * t]) >= -6)
                                   & (np.array([-6 + 18 * t, -12 + 18 * t]) <= 6), 18.0, 0.0)),
}
start = np.array([[0.7, -0.3], [-1.1, 0.4], [0.2, 1.5]])
for name, (gamma, rate) in paths.items():
    def velocity(t, z):
        g = gamma(t)
        return -0.5 * sigma(g) ** 2 * rate(t) * (z - mixture_epsilon(z, g) / sigma(g))
    ends = []
    for z in start:
        for a, b in ((1.0, 2 / 3), (2 / 3, 1 / 3), (1 / 3, 0.0)):  # kinks of the clipped path are at thirds
            e = 1e-13
            z = solve_ivp(velocity, (a - e, b + e), z, method="DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
        ends.append(z)
    print(name, np.array2string(np.array(ends).ravel(), precision=9, separator=", ", max_line_width=200))
