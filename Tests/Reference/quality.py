"""Known answers for GUDEvaluationTests, by numpy and scipy: prints the literals of SampleQualityTests.swift.

    python Tests/Reference/quality.py
"""
import numpy as np
from scipy.linalg import sqrtm
from scipy.spatial import cKDTree
from scipy.stats import mannwhitneyu, wasserstein_distance

# Two small sets by formula, of different sizes and with non-trivial covariances.
i, j = np.mgrid[0:40, 0:3]
a = np.float32(np.sin(1.7 * i + 0.9 * j * j) + 0.3 * j).astype(float)
i, j = np.mgrid[0:60, 0:3]
b = np.float32(1.3 * np.cos(2.3 * i + 1.1 * j) + 0.1 * i / 60).astype(float)

ca, cb = np.cov(a.T), np.cov(b.T)
print("frechet", ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb - 2 * sqrtm(ca @ cb).real))


def w2_squared(x, y):
    """Repeats every value to a common count: exact, and nothing like the merge of the quantile functions."""
    n = np.lcm(len(x), len(y))
    return np.mean((np.sort(np.repeat(x, n // len(x))) - np.sort(np.repeat(y, n // len(y)))) ** 2)


print("w2 squared per column", [w2_squared(a[:, k], b[:, k]) for k in range(3)])
print("w1 per column (scipy, for orientation)", [wasserstein_distance(a[:, k], b[:, k]) for k in range(3)])

union = np.concatenate([a, b[:40]])
nearest = cKDTree(union).query(union, k=2)[1][:, 1]
print("1-NN accuracy of a and the first 40 of b", np.mean((nearest < 40) == (np.arange(80) < 40)))


def kernel(x, y):
    """The cubic polynomial kernel of one pair: sums over pairs below are plain loops."""
    return (sum(p * q for p, q in zip(x, y)) / len(x) + 1) ** 3


def kid(x, y):
    n, m = len(x), len(y)
    xx = sum(kernel(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    yy = sum(kernel(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return xx + yy - 2 * sum(kernel(p, q) for p in x for q in y) / (n * m)


def jackknife(statistic, x, y, groups=10):
    values = [statistic(x[np.arange(len(x)) % groups != g], y[np.arange(len(y)) % groups != g]) for g in range(groups)]
    return np.sqrt((groups - 1) * np.var(values))


print("kernel distance", kid(a, b), "jackknife", jackknife(kid, a, b))

# Fewer samples than scalars: 12 and 20 rows of the same formulas, in 16 dimensions.
i, j = np.mgrid[0:12, 0:16]
c = np.float32(np.sin(1.7 * i + 0.9 * j * j) + 0.3 * j).astype(float)
i, j = np.mgrid[0:20, 0:16]
d = np.float32(1.3 * np.cos(2.3 * i + 1.1 * j) + 0.1 * i / 60).astype(float)
cc, cd = np.cov(c.T), np.cov(d.T)
# Singular matrices: the trace of the root of the product from its eigenvalues.
overlap = np.sqrt(np.maximum(np.linalg.eigvals(cc @ cd).real, 0)).sum()
print("frechet, singular", ((c.mean(0) - d.mean(0)) ** 2).sum() + np.trace(cc + cd) - 2 * overlap)

# Memorisation: noisy copies of b as samples, its even rows as training data, the odd ones as held out.
e = np.float32(np.float32(b[:40]) + np.float32(0.1) * np.float32(a)).astype(float)
tree = cKDTree(b[::2])
own, held = tree.query(e)[0], tree.query(b[1::2])[0]
print("P(nearer)", mannwhitneyu(held, own).statistic / (len(own) * len(held)))
v10 = np.array([(np.sum(held > x) + 0.5 * np.sum(held == x)) / len(held) for x in own])
v01 = np.array([(np.sum(own < x) + 0.5 * np.sum(own == x)) / len(own) for x in held])
print("its error (DeLong)", np.sqrt(np.var(v10, ddof=1) / len(own) + np.var(v01, ddof=1) / len(held)))
print("median ratio", np.median(own) / np.median(held), "below 5 %", np.mean(own < np.quantile(held, 0.05)))
print("nearest", np.argsort(own)[:3], np.array(tree.query(e)[1])[np.argsort(own)[:3]], np.sort(own)[:3])

# Spectrum: bands {0, 2} and {1} of a against b, about the mean of b.
for band in ([0, 2], [1]):
    powers = [((s - b.mean(0)) ** 2)[:, band].mean(1) for s in (a, b)]
    means, errors = [p.mean() for p in powers], [p.std(ddof=1) / np.sqrt(len(p)) for p in powers]
    decibels = 10 * np.log10(means[0] / means[1])
    print("band", band, means, decibels, 10 / np.log(10) * np.hypot(errors[0] / means[0], errors[1] / means[1]))
