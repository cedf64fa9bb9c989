#!/usr/bin/env python3
"""Makes a feature extractor for CIFAR-10 of Y. Idelbayev's ResNet-20: a TorchScript file for `gud evaluate --extractor`.

    .venv/bin/python Scripts/convert-resnet20.py resnet20-12fca82f.th resnet20.pt

The weights are those of github.com/akamaster/pytorch_resnet_cifar10 (BSD-2-Clause). The module takes images [N, 3, 32, 32] in
[0, 1], normalises them itself, and returns the 64 features before the last layer, and the ten logits. Fréchet distances on
these features are CIFAR-FD, which is not FID.

Source: He, Zhang, Ren & Sun, "Deep residual learning for image recognition", arXiv:1512.03385, section 4.2.
"""

import argparse
import hashlib
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    """Two convolutions around a shortcut without parameters (option A: every second pixel, channels padded with zeros)."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride = stride
        self.padding = (outputs - inputs) // 2

    def forward(self, x):
        hidden = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        shortcut = x[:, :, :: self.stride, :: self.stride]
        return functional.relu(hidden + functional.pad(shortcut, (0, 0, 0, 0, self.padding, self.padding)))


class ResNet20(nn.Module):
    """Three stages of three blocks; the names of the parameters are those of the published weights."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1), persistent=False)
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(*[Block(16, 16, 1) for _ in range(3)])
        self.layer2 = nn.Sequential(*[Block(16 if i == 0 else 32, 32, 2 if i == 0 else 1) for i in range(3)])
        self.layer3 = nn.Sequential(*[Block(32 if i == 0 else 64, 64, 2 if i == 0 else 1) for i in range(3)])
        self.linear = nn.Linear(64, 10)

    def forward(self, images):
        hidden = functional.relu(self.bn1(self.conv1((images - self.mean) / self.deviation)))
        features = self.layer3(self.layer2(self.layer1(hidden))).mean([2, 3])
        return features, self.linear(features)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=pathlib.Path, help="the published resnet20-12fca82f.th")
    parser.add_argument("output", type=pathlib.Path, help="the TorchScript file to write, .pt")
    arguments = parser.parse_args()
    if arguments.output.suffix != ".pt":
        parser.error(f"{arguments.output}: the file must end in .pt")
    if not arguments.weights.is_file():
        parser.error(f"{arguments.weights}: there is no such file")

    # The published file is a pickle of a dictionary; nothing but tensors and plain values is let through.
    state = torch.load(arguments.weights, map_location="cpu", weights_only=True)["state_dict"]
    network = ResNet20()
    network.load_state_dict({name.removeprefix("module."): tensor for name, tensor in state.items()})
    statement = {
        "name": "resnet20-cifar10",
        "input": [32, 32, 3],
        "range": [0, 1],
        "order": "RGB",
        "source": "ResNet-20 of CIFAR-10 (Y. Idelbayev, weights sha256 "
        + hashlib.sha256(arguments.weights.read_bytes()).hexdigest()[:12]
        + ")",
    }
    module = torch.jit.script(network.eval())
    part = arguments.output.with_name(arguments.output.name + ".part")
    torch.jit.save(module, str(part), _extra_files={"gud.json": json.dumps(statement)})
    part.replace(arguments.output)
    print(arguments.output)


if __name__ == "__main__":
    main()
