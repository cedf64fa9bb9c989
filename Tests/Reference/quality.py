"""Known answers for GUDEvaluationTests, by numpy and scipy: prints the literals of SampleQualityTests.swift.

    python Tests/Reference/quality.py
"""
import numpy as np
from scipy.linalg import sqrtm
from scipy.spatial import cKDTree
from scipy.stats import wasserstein_distance

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
