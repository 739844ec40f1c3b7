#!/usr/bin/env python3
"""The reference network of bench/reference.cpp in PyTorch; prints the same `name value` pairs.

usage: torch_reference.py [--threads N] [--batch B] [--steps S] [--channels-last] [--side H]
"""
import argparse
import resource

import torch
from torch import nn

from median import median_ms

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--steps", type=int, default=15)
parser.add_argument("--side", type=int, default=128)
parser.add_argument("--channels-last", action="store_true")
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(0)

layers, channels = [], 1
for filters in (16, 32, 64, 128):
    layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    channels = filters
layers += [nn.Flatten(), nn.Linear(channels * (options.side // 16) ** 2, 128), nn.ReLU(inplace=True), nn.Linear(128, 3)]
net = nn.Sequential(*layers)
x = torch.randn(options.batch, 1, options.side, options.side)
labels = torch.randint(3, (options.batch,))
if options.channels_last:
    net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
adam = torch.optim.Adam(net.parameters(), lr=3e-4)
loss_of = nn.CrossEntropyLoss()


def step():
    adam.zero_grad(set_to_none=True)
    loss_of(net(x), labels).backward()
    adam.step()


print("device PyTorch", torch.__version__, "channels-last" if options.channels_last else "channels-first")
print(f"train_step_ms {median_ms(step, options.steps):.3f}")
net.eval()
with torch.inference_mode():
    one = x[:1].clone()
    print(f"infer_batch_ms {median_ms(lambda: net(x), options.steps):.3f}")
    print(f"infer_one_ms {median_ms(lambda: net(one), max(options.steps, 200)):.4f}")
print(f"peak_memory_mb {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f}")
