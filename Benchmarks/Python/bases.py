"""Serves transforms by SciPy and NumPy, one request a line, answered in seconds per call.

    python bases.py THREADS
    > dct 28 1 50        50 orthonormal DCTs of [128, 28, 28, 1] float32
    > fourier 28 1 50    real-input FFTs
    > haar 28 1 50       Haar wavelets, as many levels as the size admits up to 3
    > gemm 3072 20       [128, 3072] times [3072, 3072]
"""

import sys
import time

import numpy as np
import scipy.fft

threads = int(sys.argv[1])
rng = np.random.default_rng(0)


def haar(x, levels):
    out = x.copy()
    height, width = x.shape[1:3]
    half = np.float32(0.5)
    for _ in range(levels):
        part = out[:, :height, :width]
        a, b = part[:, 0::2, 0::2], part[:, 0::2, 1::2]
        c, d = part[:, 1::2, 0::2], part[:, 1::2, 1::2]
        ll, lh = (a + b + c + d) * half, (a - b + c - d) * half
        hl, hh = (a + b - c - d) * half, (a - b - c + d) * half
        h, w = height // 2, width // 2
        part[:, :h, :w], part[:, :h, w:], part[:, h:, :w], part[:, h:, w:] = ll, lh, hl, hh
        height, width = h, w
    return out


def job(words):
    if words[0] == "gemm":
        n = int(words[1])
        x = rng.standard_normal((128, n), dtype=np.float32)
        u = rng.standard_normal((n, n), dtype=np.float32)
        return lambda: x @ u
    n, channels = int(words[1]), int(words[2])
    x = rng.standard_normal((128, n, n, channels), dtype=np.float32)
    if words[0] == "dct":
        return lambda: scipy.fft.dctn(x, axes=(1, 2), norm="ortho", workers=threads)
    if words[0] == "fourier":
        return lambda: scipy.fft.rfftn(x, axes=(1, 2), norm="ortho", workers=threads)
    levels = 0
    while levels < 3 and n % 2 ** (levels + 1) == 0:
        levels += 1
    return lambda: haar(x, levels)


print("ready", flush=True)
for line in sys.stdin:
    words = line.split()
    run, count = job(words), int(words[-1])
    run()
    start = time.perf_counter()
    for _ in range(count):
        run()
    print((time.perf_counter() - start) / count, flush=True)
