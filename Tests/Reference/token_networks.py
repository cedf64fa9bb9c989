"""The networks of Sources/GUDNeural that are told γ by tokens, written again in PyTorch, with the same parameter names."""

import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Benchmarks" / "Python"))
from unet import UNet, divisor, sinusoids  # noqa: E402

WIDTH = 64
FEATURES = 32


class NoiseTokens(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.add_module("0", nn.Linear(FEATURES + 2, WIDTH))
        self.add_module("1", nn.Linear(WIDTH, WIDTH))
        self.place = nn.Parameter(torch.zeros(count, WIDTH))

    def forward(self, groups):
        level, rest = groups[..., 0], groups[..., 1:]
        first, second = self.get_submodule("0"), self.get_submodule("1")
        return second(F.silu(first(torch.cat([sinusoids(level, FEATURES), rest], dim=-1)) + self.place))


def attend(query, tokens, kv, heads):
    """Multi-head attention of [batch, queries, width] to tokens, head by head."""
    b, n, c = query.shape
    key, value = kv(tokens).chunk(2, dim=-1)
    split = lambda x: x.reshape(b, -1, heads, c // heads).transpose(1, 2)  # noqa: E731
    weights = torch.softmax(split(query) @ split(key).transpose(2, 3) / (c // heads) ** 0.5, dim=-1)
    return (weights @ split(value)).transpose(1, 2).reshape(b, n, c)


class CrossAttention(nn.Module):
    def __init__(self, channels, heads=4, groups=8):
        super().__init__()
        self.norm = nn.GroupNorm(divisor(channels, groups), channels)
        self.query = nn.Conv2d(channels, channels, 1)
        self.kv = nn.Linear(WIDTH, 2 * channels)
        self.output = nn.Conv2d(channels, channels, 1)
        self.heads = divisor(channels, heads)

    def forward(self, x, tokens):
        query = self.query(self.norm(x)).flatten(2).transpose(1, 2)
        found = attend(query, tokens, self.kv, self.heads).transpose(1, 2).reshape(x.shape)
        return x + self.output(found)


class Pooling(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query = nn.Linear(width, WIDTH)
        self.kv = nn.Linear(WIDTH, 2 * WIDTH)
        self.output = nn.Linear(WIDTH, width)

    def forward(self, e, tokens):
        return e + self.output(attend(self.query(e)[:, None], tokens, self.kv, 4)[:, 0])


class TokenUNet(UNet):
    def __init__(self, image_channels, channels, multipliers, count):
        super().__init__(image_channels, channels, multipliers)
        self.tokens = NoiseTokens(count)
        self.pooling = Pooling(4 * channels)
        blocks = [module for _, module in self.named_modules() if hasattr(module, "attention") and module is not self]
        for module in blocks:
            if isinstance(module.attention, nn.Module):
                module.tokens = CrossAttention(module.attention.qkv.in_channels)

    def attend(self, module, h):
        h = super().attend(module, h)
        return module.tokens(h, self.seen) if hasattr(module, "tokens") else h

    def embed(self, level):
        return self.pooling(super().embed(level), self.seen)

    def forward(self, x, level, groups):
        self.seen = self.tokens(groups)
        return super().forward(x, level)


class TokenMLP(nn.Module):
    def __init__(self, dimension, width, depth, count):
        super().__init__()
        self.time = nn.ModuleList([nn.Linear(64, width), nn.Linear(width, width)])
        self.tokens = NoiseTokens(count)
        self.pooling = Pooling(width)
        self.input = nn.Linear(dimension, width)
        self.block = nn.ModuleList(
            nn.ModuleDict({name: nn.Linear(width, width) for name in ["0", "embedding", "1"]}) for _ in range(depth)
        )
        self.output = nn.Linear(width, dimension)

    def forward(self, x, level, groups):
        e = self.time[1](F.silu(self.time[0](sinusoids(level, 64))))
        e = F.silu(self.pooling(e, self.tokens(groups)))
        h = self.input(x)
        for block in self.block:
            h = h + block["1"](F.silu(block["0"](F.silu(h)) + block["embedding"](e)))
        return self.output(F.silu(h))
