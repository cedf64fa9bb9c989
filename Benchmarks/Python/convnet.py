"""The convolutional network of Sources/GUDNeural/ConvNet.swift, written again in PyTorch: an oracle of the tests. Parameters carry
the same names, so that weights can be exchanged as safetensors."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class PixelNorm(nn.LayerNorm):
    """Normalisation over the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Block(nn.Module):
    def __init__(self, channels, embedding):
        super().__init__()
        self.norm1 = PixelNorm(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.embedding = nn.Linear(embedding, channels)
        self.norm2 = PixelNorm(channels)
        self.conv2 = nn.Conv2d(channels, channels, 1)

    def forward(self, x, e):
        h = self.conv1(F.silu(self.norm1(x))) + self.embedding(e)[:, :, None, None]
        return x + self.conv2(F.silu(self.norm2(h)))


class ConvNet(nn.Module):
    def __init__(self, image_channels=1, channels=32, depth=4):
        super().__init__()
        width, self.features = 4 * channels, channels
        self.time = nn.ModuleList([nn.Linear(channels // 2 * 2, width), nn.Linear(width, width)])
        self.input = nn.Conv2d(image_channels, channels, 3, padding=1)
        self.block = nn.ModuleList([Block(channels, width) for _ in range(depth)])
        self.output = nn.Conv2d(channels, image_channels, 1)
        self.output.norm = PixelNorm(channels)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(self, x, level):
        half = self.features // 2
        frequencies = torch.exp(-math.log(10000) * torch.arange(half) / half)
        angles = level[:, None] * frequencies[None]
        e = F.silu(self.time[1](F.silu(self.time[0](torch.cat([angles.sin(), angles.cos()], dim=1)))))
        h = self.input(x)
        for block in self.block:
            h = block(h, e)
        return self.output(F.silu(self.output.norm(h)))
