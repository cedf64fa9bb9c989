"""Reads a safetensors file with the safetensors package and prints what it holds; writes another one of known contents.

    python safetensors_oracle.py READ.safetensors WRITE.safetensors"""

import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

with safe_open(sys.argv[1], "numpy") as file:
    print(sorted(file.metadata().items()))
    for name in sorted(file.keys()):
        array = file.get_tensor(name)
        print(name, array.dtype, list(array.shape), array.ravel().tolist())
save_file(
    {"a.b": np.arange(6, dtype=np.float32).reshape(2, 3) / 4, "n": np.array([7], dtype=np.int64),
     "d": np.array([[0.1]], dtype=np.float64)},
    sys.argv[2], metadata={"who": "python"},
)
