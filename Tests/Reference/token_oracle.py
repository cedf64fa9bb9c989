"""Networks with tokens by PyTorch, for weights and inputs that the tests wrote.

    python token_oracle.py DIRECTORY unet CHANNELS MULTIPLIERS
    python token_oracle.py DIRECTORY mlp WIDTH DEPTH

DIRECTORY holds weights.safetensors (`denoiser.ema.*`), x.npy (channel-last images or vectors), t.npy, groups.npy
[batch, groups, 3], g.npy (a cotangent), noise.npy, anchor.npy and scale.npy ([batch, 1]: ε̂ = anchor x + scale F(x)) and
counted.npy (1 where an error counts). Written to it: output.npy and input_gradient.npy of F, and loss.npy: the mean
of (ε̂ − ε)² where it counts, and the norm of its gradient with respect to all weights."""

import sys

import numpy as np
import torch
from safetensors import safe_open

from token_networks import TokenMLP, TokenUNet

directory, kind, first, second = sys.argv[1:5]


def load(name):
    return torch.from_numpy(np.load(f"{directory}/{name}.npy"))


with safe_open(f"{directory}/weights.safetensors", "pt") as file:
    weights = {k.removeprefix("denoiser.ema."): file.get_tensor(k) for k in file.keys() if k.startswith("denoiser.ema.")}
x, level, groups = load("x").requires_grad_(), load("t"), load("groups")
if kind == "unet":
    inner = TokenUNet(x.shape[-1], int(first), [int(m) for m in second.split(",")], groups.shape[1])
    net = lambda *inputs: inner(inputs[0].permute(0, 3, 1, 2), *inputs[1:]).permute(0, 2, 3, 1)  # noqa: E731
else:
    inner = net = TokenMLP(x.shape[-1], int(first), int(second), groups.shape[1])
print(inner.load_state_dict(weights))

y = net(x, level, groups)
np.save(f"{directory}/output.npy", y.detach().contiguous().numpy())
(gradient,) = torch.autograd.grad(y, x, load("g"), retain_graph=True)
np.save(f"{directory}/input_gradient.npy", gradient.contiguous().numpy())

rows = x.shape[0]
estimate = load("anchor") * x.reshape(rows, -1) + load("scale") * y.reshape(rows, -1)
counted = load("counted").reshape(rows, -1)
loss = (counted * (estimate - load("noise").reshape(rows, -1)) ** 2).sum() / counted.sum()
norm = torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(inner.parameters()))]).norm()
np.save(f"{directory}/loss.npy", np.array([loss.item(), norm.item()], np.float32))
