"""Serves training steps and predictions of the U-Net in PyTorch eager, one request a line, answered in seconds.

    python training.py SIZE CHANNELS 1,2 BATCH THREADS
    > train 5        five steps of ε-matching with AdamW, an average of the weights and clipped gradients
    > infer 5        five predictions
    > memory         peak resident memory in MiB
"""

import resource
import sys
import time

import torch

from unet import UNet

size, channels, multipliers, batch, threads = sys.argv[1:6]
size, batch = int(size), int(batch)
torch.set_num_threads(int(threads))
torch.manual_seed(0)
net = UNet(1, int(channels), [int(m) for m in multipliers.split(",")])
average = [p.detach().clone() for p in net.parameters()]
optimiser = torch.optim.AdamW(net.parameters(), lr=3e-4, betas=(0.9, 0.99), weight_decay=0.01)
data = torch.randn(1500, 1, size, size)


def noised():
    clean = data[torch.randint(0, len(data), (batch,))]
    t = (torch.arange(batch) + torch.rand(batch)) / batch
    gamma = (-7 + 14 * t)[:, None, None, None]
    alpha, sigma = torch.sigmoid(-gamma).sqrt(), torch.sigmoid(gamma).sqrt()
    noise = torch.randn_like(clean)
    return alpha * clean + sigma * noise, noise, 1000 * t, alpha, sigma


def predict(z, level, alpha, sigma):
    return sigma * z + alpha * net(z, level)


def train():
    z, noise, level, alpha, sigma = noised()
    loss = torch.nn.functional.mse_loss(predict(z, level, alpha, sigma), noise)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    with torch.no_grad():
        torch._foreach_lerp_(average, list(net.parameters()), 0.001)
    return loss.item()


def infer():
    with torch.inference_mode():
        z, _, level, alpha, sigma = noised()
        return predict(z, level, alpha, sigma).sum().item()


print("ready", sum(p.numel() for p in net.parameters()), flush=True)
for line in sys.stdin:
    what, *count = line.split()
    if what == "memory":
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
        continue
    job = train if what == "train" else infer
    start = time.perf_counter()
    for _ in range(int(count[0])):
        job()
    print((time.perf_counter() - start) / int(count[0]), flush=True)
