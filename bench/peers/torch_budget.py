#!/usr/bin/env python3
"""The training step of bench/budget_step.cpp in PyTorch: prints the same `name value` lines.

usage: torch_budget.py all|checkpoint     checkpoint: every block of layers runs again in backward
"""
import sys
import time

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint
from torchvision.models import resnet18


def status(name):
    """A line of /proc/self/status, in MB."""
    for line in open("/proc/self/status"):
        if line.startswith(name + ":"):
            return float(line.split()[1]) * 1024e-6


class Again(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return checkpoint(self.body, x, use_reentrant=False)


torch.set_num_threads(1)
torch.manual_seed(1)
loss_of = nn.CrossEntropyLoss()
# What libraries take when they are first used is the program's own.
small = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
adam = torch.optim.Adam(small.parameters())
loss_of(small(torch.randn(2, 1, 3, 3)), torch.zeros(2, dtype=torch.long)).backward()
adam.step()
own = status("VmRSS")

net = resnet18()
if sys.argv[1] == "checkpoint":
    net.maxpool = nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool)
    net.conv1 = net.bn1 = net.relu = nn.Identity()
    net.maxpool = Again(net.maxpool)
    for name in ("layer1", "layer2", "layer3", "layer4"):
        setattr(net, name, nn.Sequential(*(Again(block) for block in getattr(net, name))))
adam = torch.optim.Adam(net.parameters(), lr=1e-4)
x, labels = torch.randn(16, 3, 224, 224), torch.randint(1000, (16,))
for step in range(4):
    start = time.process_time()
    adam.zero_grad(set_to_none=True)
    loss_of(net(x), labels).backward()
    adam.step()
    if step:
        print(f"step_ms {1e3 * (time.process_time() - start):.1f}")
print(f"own_mb {own:.1f}\npeak_mb {status('VmHWM'):.1f}")
