"""The classifier's features, logits and one step of training by PyTorch, for weights and images that the tests wrote.

    python classifier_oracle.py WEIGHTS.safetensors IMAGES.npy LABELS.npy OUTPUT_DIRECTORY

Images are channel-last. Writes features.npy, logits.npy, loss.npy and stepped.npy: the feature layer's weights after one step of
AdamW with a learning rate of 0.01, gradients clipped to norm 1."""

import sys

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional

weights, images, labels, out = sys.argv[1:5]
p = {name: tensor.requires_grad_() for name, tensor in load_file(weights).items()}
x = torch.from_numpy(np.load(images)).permute(0, 3, 1, 2)
y = torch.from_numpy(np.load(labels)).long()
for k in range(3):
    x = functional.conv2d(x, p[f"conv.{k}.weight"], p[f"conv.{k}.bias"], stride=1 if k == 0 else 2, padding=1)
    x = functional.silu(functional.group_norm(x, 8, p[f"norm.{k}.weight"], p[f"norm.{k}.bias"]))
features = functional.silu(functional.linear(x.flatten(1), p["features.weight"], p["features.bias"]))
logits = functional.linear(features, p["output.weight"], p["output.bias"])
loss = functional.cross_entropy(logits, y)
optimizer = torch.optim.AdamW(p.values(), lr=0.01, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.01)
loss.backward()
torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
optimizer.step()
for name, tensor in [("features", features), ("logits", logits), ("loss", loss), ("stepped", p["features.weight"])]:
    np.save(f"{out}/{name}.npy", tensor.detach().reshape(1, -1).numpy())
