"""A network's output and gradients by PyTorch, for weights and inputs that the tests wrote.

    python network_oracle.py CHECKPOINT.safetensors INPUT.npy LEVELS.npy COTANGENT.npy OUTPUT_DIRECTORY CHANNELS MULTIPLIERS|DEPTH

The network is a U-Net of multipliers `1,2`, or a plain convolutional one of `depth=2`. Reads `denoiser.ema.*`; images are channel-last. Writes output.npy, input_gradient.npy, weight_gradient.npy (of the input
convolution), and jacobian.npy, `[sample, output, input]` in the same layout."""

import pathlib
import sys

import numpy as np
import torch
from safetensors import safe_open

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Benchmarks" / "Python"))
from convnet import ConvNet  # noqa: E402
from unet import UNet  # noqa: E402

checkpoint, image, levels, cotangent, out, channels, form = sys.argv[1:8]
with safe_open(checkpoint, "pt") as file:
    weights = {k.removeprefix("denoiser.ema."): file.get_tensor(k) for k in file.keys() if k.startswith("denoiser.ema.")}
x = torch.from_numpy(np.load(image)).permute(0, 3, 1, 2).contiguous().requires_grad_()
if form.startswith("depth="):
    net = ConvNet(x.shape[1], int(channels), int(form.removeprefix("depth=")))
else:
    net = UNet(x.shape[1], int(channels), [int(m) for m in form.split(",")])
print(net.load_state_dict(weights))
y = net(x, torch.from_numpy(np.load(levels)))
g = torch.from_numpy(np.load(cotangent)).permute(0, 3, 1, 2)
y.backward(g)
for name, tensor in [("output", y), ("input_gradient", x.grad)]:
    np.save(f"{out}/{name}.npy", tensor.detach().permute(0, 2, 3, 1).contiguous().numpy())
jacobian = torch.stack(
    [torch.func.jacrev(lambda image: net(image[None], level[None])[0].permute(1, 2, 0).flatten())(image)
     for image, level in zip(x.detach(), torch.from_numpy(np.load(levels)))])
np.save(f"{out}/jacobian.npy", jacobian.detach().permute(0, 1, 3, 4, 2).flatten(2).contiguous().numpy())
np.save(f"{out}/weight_gradient.npy", net.input.weight.grad.numpy())
