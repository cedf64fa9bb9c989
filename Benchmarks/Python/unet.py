"""The U-Net of Sources/GUDNeural/UNet.swift, written again in PyTorch: the baseline of the benchmarks and an oracle of the
tests. Parameters carry the same names, so that weights can be exchanged as safetensors."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def divisor(channels, limit):
    return max(n for n in range(1, min(limit, channels) + 1) if channels % n == 0)


def sinusoids(numbers, features):
    half = features // 2
    angles = numbers[..., None] * torch.exp(-math.log(10000) * torch.arange(half) / half)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, embedding, groups):
        super().__init__()
        self.norm1 = nn.GroupNorm(divisor(inputs, groups), inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.embedding = nn.Linear(embedding, outputs)
        self.norm2 = nn.GroupNorm(divisor(outputs, groups), outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, e):
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.embedding(e)[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        return h + self.shortcut(x)


class SelfAttention(nn.Module):
    def __init__(self, channels, heads, groups):
        super().__init__()
        self.norm = nn.GroupNorm(divisor(channels, groups), channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.output = nn.Conv2d(channels, channels, 1)
        self.heads = divisor(channels, heads)

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = (
            part.reshape(b, self.heads, c // self.heads, h * w).transpose(2, 3)
            for part in self.qkv(self.norm(x)).chunk(3, dim=1)
        )
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(2, 3).reshape(b, c, h, w)
        return x + self.output(mixed)


class Stage(nn.Module):
    pass


class UNet(nn.Module):
    def __init__(self, image_channels=1, channels=16, multipliers=(1, 2), blocks=1, attention=None, heads=4, groups=8):
        super().__init__()
        attention = {len(multipliers) - 1} if attention is None else set(attention)
        width, self.levels, self.blocks, self.attention = 4 * channels, len(multipliers), blocks, attention
        self.features = channels
        self.time = nn.ModuleList([nn.Linear(channels // 2 * 2, width), nn.Linear(width, width)])
        self.input = nn.Conv2d(image_channels, channels, 3, padding=1)
        self.down, self.up = nn.ModuleDict(), nn.ModuleDict()
        c, skips = channels, [channels]

        def block(inputs, outputs, attends):
            module = ResidualBlock(inputs, outputs, width, groups)
            if attends:
                module.attention = SelfAttention(outputs, heads, groups)
            return module

        for level, m in enumerate(multipliers):
            stage = nn.ModuleDict()
            for index in range(blocks):
                stage[str(index)] = block(c, m * channels, level in attention)
                c = m * channels
                skips.append(c)
            if level < self.levels - 1:
                stage["downsample"] = nn.Conv2d(c, c, 3, stride=2, padding=1)
                skips.append(c)
            self.down[str(level)] = stage
        self.middle = nn.ModuleDict(
            {"0": ResidualBlock(c, c, width, groups), "1": ResidualBlock(c, c, width, groups)}
        )
        self.middle.attention = SelfAttention(c, heads, groups)
        for level, m in reversed(list(enumerate(multipliers))):
            stage = nn.ModuleDict()
            for index in range(blocks + 1):
                stage[str(index)] = block(c + skips.pop(), m * channels, level in attention)
                c = m * channels
            if level > 0:
                stage["upsample"] = nn.Conv2d(c, c, 3, padding=1)
            self.up[str(level)] = stage
        self.output = nn.Conv2d(c, image_channels, 3, padding=1)
        self.output.norm = nn.GroupNorm(divisor(c, groups), c)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def attend(self, module, h):
        """What follows a block: attention, where the resolution has it."""
        return module.attention(h) if hasattr(module, "attention") else h

    def run(self, module, h, e):
        return self.attend(module, module(h, e))

    def embed(self, level):
        return self.time[1](F.silu(self.time[0](sinusoids(level, self.features))))

    def forward(self, x, level):
        e = F.silu(self.embed(level))
        h = self.input(x)
        skips = [h]
        for stage in self.down.values():
            for index in range(self.blocks):
                h = self.run(stage[str(index)], h, e)
                skips.append(h)
            if "downsample" in stage:
                h = stage["downsample"](h)
                skips.append(h)
        h = self.middle["1"](self.attend(self.middle, self.middle["0"](h, e)), e)
        for stage in self.up.values():
            for index in range(self.blocks + 1):
                h = self.run(stage[str(index)], torch.cat([h, skips.pop()], dim=1), e)
            if "upsample" in stage:
                h = stage["upsample"](F.interpolate(h, scale_factor=2, mode="nearest"))
        return self.output(F.silu(self.output.norm(h)))
