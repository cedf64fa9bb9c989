"""Known answers for GUDSamplingTests, by other means: textbook formulas in float64, and scipy's DOP853.

    python Tests/Reference/samplers.py

prints the literals of GaussianConvergenceTests.swift and OrderOfConvergenceTests.swift. Needs numpy and scipy.
"""
import numpy as np
from scipy.integrate import quad, solve_ivp


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
            d = f + (f - before) / (2 * (path[k - 1] - t) / (t - s))
        z = tau(s) * (z / tau(t) + (phi(s) - phi(t)) * d)
        before = f
    return z


def dpm3m(z, path):
    """The phi functions of exponential integrators, and a first step that is mended when its end slope is known."""
    slopes, lengths = [], []
    for k in range(len(path) - 1):
        t, s = path[k], path[k + 1]
        h = (t - s) / 2
        phi1, phi2 = -np.expm1(-h), 1 + np.expm1(-h) / h
        phi3 = 1 - 2 * phi2 / h
        slopes.append((z - sigma(t) * epsilon(z, t)) / alpha(t))
        lengths.append(h)
        change = phi1 * slopes[-1]
        if k == 1:
            previous = 1 + np.expm1(-lengths[0]) / lengths[0]
            z = z + alpha(t) * previous * (slopes[1] - slopes[0])
            change = change + phi2 * (slopes[1] - slopes[0]) * h / lengths[0]
        if k > 1:
            r0, r1 = lengths[-2] / h, lengths[-3] / h
            a, b = (slopes[-1] - slopes[-2]) / r0, (slopes[-2] - slopes[-3]) / r1
            bend = (a - b) / (r0 + r1)
            change = change + phi2 * (a + r0 * bend) + phi3 * bend
        z = sigma(s) / sigma(t) * z + alpha(s) * change
    return z


def heun(z, path):
    for t, s in zip(path, path[1:]):
        h = (t - s) / 2
        phi1, phi2 = -np.expm1(-h), 1 + np.expm1(-h) / h
        a = (z - sigma(t) * epsilon(z, t)) / alpha(t)
        guess = sigma(s) / sigma(t) * z + alpha(s) * phi1 * a
        b = (guess - sigma(s) * epsilon(guess, s)) / alpha(s)
        z = sigma(s) / sigma(t) * z + alpha(s) * (phi1 * a + phi2 * (b - a))
    return z


def sde2m(variance, path):
    """The deviation of z: its response to the start and to the noise of every step, by propagation of each."""
    n = len(path) - 1
    total = np.zeros_like(variance)
    for source in range(n + 1):
        z, before = (np.sqrt(variance), None) if source == 0 else (np.zeros_like(variance), np.zeros_like(variance))
        for k in range(n):
            t, s = path[k], path[k + 1]
            h = (t - s) / 2
            x0 = (z - sigma(t) * epsilon(z, t)) / alpha(t)
            d = x0 if before is None or k == 0 else x0 + (x0 - before) * h / (path[k - 1] - t)
            fresh = -np.expm1(-2 * h)
            z = np.exp(-h) * sigma(s) / sigma(t) * z + alpha(s) * fresh * d
            if source == k + 1:
                z = z + sigma(s) * np.sqrt(fresh)
            before = x0
        total += z ** 2
    return np.sqrt(total)


def bent(z, path, v, kind):
    """The anchored form of dpm++3m and heun; the moments of the weight by scipy's adaptive quadrature."""
    slopes, lengths, mended = [], [], 0.0
    tau = lambda g: np.hypot(alpha(g) * np.sqrt(v), sigma(g))
    phi = lambda g: np.arctan2(sigma(g), alpha(g) * np.sqrt(v))
    slope = lambda z, g: (epsilon(z, g) - sigma(g) * z / tau(g) ** 2) * tau(g) / (alpha(g) * np.sqrt(v))
    for k in range(len(path) - 1):
        t, s = path[k], path[k + 1]
        h = (t - s) / 2
        weight = tau(s) * (phi(s) - phi(t))
        # All components share one schedule and one v here.
        density = lambda u: 1 / np.cosh((np.log(v) - t[0]) / 2 + h[0] * u)
        m0, m1, m2 = (quad(lambda u: u ** p * density(u), 0, 1, epsabs=1e-13)[0] for p in (0, 1, 2))
        m1, m2 = m1 / m0, m2 / m0
        slopes.append(slope(z, t))
        lengths.append(h)
        d = slopes[-1]
        if kind == "heun":
            guess = tau(s) / tau(t) * z + weight * d
            d = (1 - m1) * d + m1 * slope(guess, s)
        elif k == 1:
            z = z + mended * (slopes[1] - slopes[0])
            d = d + m1 * (slopes[1] - slopes[0]) * h / lengths[0]
        elif k > 1:
            r0, r1 = lengths[-2] / h, lengths[-3] / h
            a, b = (slopes[-1] - slopes[-2]) / r0, (slopes[-2] - slopes[-3]) / r1
            bend = (a - b) / (r0 + r1)
            d = d + m1 * (a + r0 * bend) + m2 * bend
        mended = weight * m1
        z = tau(s) / tau(t) * z + weight * d
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

for name, gamma in schedules.items():
    for n in (5, 10, 20, 50):
        path = [gamma(1 - k / n) for k in range(n + 1)]
        one = np.ones(64)
        print(name, n, "dpm++2m %.6f dpm++3m %.6f heun %.6f dpm++2m-sde %.6f" % tuple(
            kl(z, path[-1]) for z in (dpm2m(one, path), dpm3m(one, path), heun(one, path), sde2m(one, path))), end=" ")
        print("; anchored v = 1 dpm++3m %.6f heun %.6f" % (
            kl(bent(one, path, 1, "3m"), path[-1]), kl(bent(one, path, 1, "heun"), path[-1]))
            if name == "scalar" else "")

V = np.ones(64)
path = [schedules["scalar"](1 - k / 10) for k in range(11)]
print("whitened 10 ddim %.6f" % kl(ddim(np.ones(64), path), path[-1]))

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
