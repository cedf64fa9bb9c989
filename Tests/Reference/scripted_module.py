"""A TorchScript module for the tests: features are the pixels it was given, and their mean; logits their negatives.

    python scripted_module.py OUTPUT.pt [STATEMENT.json]

The statement is kept inside the file, as an extractor's. Prints what torch makes of an image of 4×4×3 when it is resized to 2×2,
and to 8×8, one row each, channels first."""

import sys

import torch
from torch import nn
from torch.nn import functional


class Pixels(nn.Module):
    def forward(self, images):
        flat = images.flatten(1)
        return torch.cat([flat, flat.mean(1, keepdim=True)], 1), -flat


extra = {"gud.json": open(sys.argv[2]).read()} if len(sys.argv) > 2 else {}
torch.jit.save(torch.jit.script(Pixels()), sys.argv[1], _extra_files=extra)
image = (torch.arange(48.0).reshape(1, 4, 4, 3) / 47 * 2 - 1).permute(0, 3, 1, 2)
for size in (2, 8):
    small = functional.interpolate(image, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
    print(" ".join(f"{value:.8f}" for value in small.flatten().tolist()))
