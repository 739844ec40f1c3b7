#!/usr/bin/env python3
"""The training step of bench/budget_step.cpp in PyTorch: prints the same `name value` lines.

usage: torch_budget.py resnet-18|reference all|checkpoint|SHARE STEPS
checkpoint: every block of layers runs again in backward; SHARE: torch.compile with this share of the activations' memory
as its budget (torch._functorch.config.activation_memory_budget), by the backend that compiles no kernels
"""
import sys
import time

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


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


def resnet(again):
    from torchvision.models import resnet18

    net = resnet18()
    if again:
        net.maxpool = Again(nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool))
        net.conv1 = net.bn1 = net.relu = nn.Identity()
        for name in ("layer1", "layer2", "layer3", "layer4"):
            setattr(net, name, nn.Sequential(*(Again(block) for block in getattr(net, name))))
    return net, torch.randn(64, 3, 224, 224), torch.randint(1000, (64,))


def reference(again):
    blocks, channels = [], 1
    for filters in (16, 32, 64, 128):
        block = nn.Sequential(nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU(), nn.MaxPool2d(2))
        blocks.append(Again(block) if again else block)
        channels = filters
    net = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(128 * 8 * 8, 128), nn.ReLU(), nn.Linear(128, 3))
    return net, torch.randn(64, 1, 128, 128), torch.randint(3, (64,))


network, mode, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(1)
torch.manual_seed(1)
loss_of = nn.CrossEntropyLoss()


def train(net, adam, x, labels):
    adam.zero_grad(set_to_none=True)
    loss_of(net(x), labels).backward()
    adam.step()


def compiled(net):
    if mode in ("all", "checkpoint"):
        return net
    import torch._functorch.config

    torch._functorch.config.activation_memory_budget = float(mode)
    return torch.compile(net, backend="aot_eager")


# What libraries take when they are first used is the program's own.
small = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
small(torch.randn(2, 1, 3, 3))
train(compiled(small), torch.optim.Adam(small.parameters()), torch.randn(2, 1, 3, 3), torch.zeros(2, dtype=torch.long))
own = status("VmRSS")

net, x, labels = {"resnet-18": resnet, "reference": reference}[network](mode == "checkpoint")
adam = torch.optim.Adam(net.parameters(), lr=1e-4)
net = compiled(net)
for step in range(steps + 1):
    start = time.process_time()
    train(net, adam, x, labels)
    if step:
        print(f"step_ms {1e3 * (time.process_time() - start):.1f}", flush=True)
print(f"own_mb {own:.1f}\npeak_mb {status('VmHWM'):.1f}")
