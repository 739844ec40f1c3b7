#!/usr/bin/env python3
"""A network of bench/networks.hpp in PyTorch; prints the same `name value` pairs as bench/network.cpp.

usage: torch_networks.py NETWORK [--threads N] [--batch B] [--steps S] [--channels-last]
EfficientNet-Lite0 comes from timm, the other known ones from torchvision.
"""
import argparse
import resource

import torch
from torch import nn

from median import median_ms


def dense(*layers):
    return nn.Sequential(nn.Flatten(), *layers)


def lenet5():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


def mlp():
    return dense(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def mlp_norm():
    return dense(nn.Linear(784, 512), nn.BatchNorm1d(512), nn.Sigmoid(), nn.Linear(512, 512), nn.BatchNorm1d(512),
                 nn.Sigmoid(), nn.Linear(512, 10))


def vgg11(norm=False):
    layers, channels = [], 3
    for filters in (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0):
        if not filters:
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(channels, filters, 3, padding=1)] + ([nn.BatchNorm2d(filters)] if norm else []) + [nn.ReLU(inplace=True)]
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


class Residual(nn.Module):
    def __init__(self, body, shortcut=None, after=None):
        super().__init__()
        self.body, self.shortcut, self.after = body, shortcut or nn.Identity(), after or nn.Identity()

    def forward(self, x):
        return self.after(self.body(x) + self.shortcut(x))


def conv(inputs, filters, kernel=3, stride=1):
    return nn.Conv2d(inputs, filters, kernel, stride, kernel // 2, bias=False)


def resnet18_cifar():
    def block(inputs, filters, stride):
        body = nn.Sequential(conv(inputs, filters, 3, stride), nn.BatchNorm2d(filters), nn.ReLU(inplace=True),
                             conv(filters, filters), nn.BatchNorm2d(filters))
        change = inputs != filters or stride != 1
        shortcut = nn.Sequential(conv(inputs, filters, 1, stride), nn.BatchNorm2d(filters)) if change else None
        return Residual(body, shortcut, nn.ReLU(inplace=True))

    layers, channels = [conv(3, 64), nn.BatchNorm2d(64), nn.ReLU(inplace=True)], 64
    for filters, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [block(channels, filters, stride), block(filters, filters, 1)]
        channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def pre_activation():
    def block(c):
        return Residual(nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), conv(c, c), nn.BatchNorm2d(c), nn.ReLU(inplace=True),
                                      conv(c, c)))

    return nn.Sequential(conv(3, 32), block(32), block(32), conv(32, 64, 3, 2), block(64), block(64),
                         nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(64, 10))


class UNet(nn.Module):
    """A level: two convolutions, and beside what they give the levels below at half of the resolution."""

    def __init__(self, inputs, filters, levels):
        super().__init__()
        self.before = self.pair(inputs, filters)
        self.below = nn.Sequential(nn.MaxPool2d(2), UNet(filters, 2 * filters, levels - 1),
                                   nn.ConvTranspose2d(2 * filters, filters, 2, 2)) if levels else None
        self.after = self.pair(2 * filters, filters) if levels else None

    @staticmethod
    def pair(inputs, filters):
        return nn.Sequential(conv(inputs, filters), nn.BatchNorm2d(filters), nn.ReLU(inplace=True),
                             conv(filters, filters), nn.BatchNorm2d(filters), nn.ReLU(inplace=True))

    def forward(self, x):
        x = self.before(x)
        return self.after(torch.cat([x, self.below(x)], 1)) if self.below else x


def unet():
    return nn.Sequential(UNet(3, 16, 4), nn.Conv2d(16, 2, 1))


def of_torchvision(name):
    import torchvision
    return getattr(torchvision.models, name)()


def of_timm(name):
    import timm
    return timm.create_model(name)


# By name: how it is made, channels and side of its images, classes, batch.
networks = {
    "lenet5": (lenet5, 1, 28, 10, 64),
    "mlp": (mlp, 1, 28, 10, 64),
    "mlp_norm": (mlp_norm, 1, 28, 10, 64),
    "vgg11": (vgg11, 3, 32, 10, 64),
    "vgg11_norm": (lambda: vgg11(True), 3, 32, 10, 64),
    "resnet18_cifar": (resnet18_cifar, 3, 32, 10, 64),
    "resnet18": (lambda: of_torchvision("resnet18"), 3, 224, 1000, 16),
    "pre_activation": (pre_activation, 3, 32, 10, 64),
    "mobilenet_v2": (lambda: of_torchvision("mobilenet_v2"), 3, 224, 1000, 16),
    "efficientnet_lite0": (lambda: of_timm("tf_efficientnet_lite0"), 3, 224, 1000, 16),
    "squeezenet": (lambda: of_torchvision("squeezenet1_1"), 3, 224, 1000, 16),
    "unet": (unet, 3, 128, 2, 8),
    "vit_tiny": (lambda: of_timm("vit_tiny_patch16_224"), 3, 224, 1000, 8),
}

parser = argparse.ArgumentParser()
parser.add_argument("network", choices=networks)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--batch", type=int)
parser.add_argument("--steps", type=int, default=5)
parser.add_argument("--channels-last", action="store_true")
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(0)

make, channels, side, classes, batch = networks[options.network]
net = make()
batch = options.batch or batch
x = torch.randn(batch, channels, side, side)
labels = torch.randint(classes, (batch, side, side) if options.network == "unet" else (batch,))
if options.channels_last:
    net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
adam = torch.optim.Adam(net.parameters(), lr=3e-4)
loss_of = nn.CrossEntropyLoss()


def step():
    adam.zero_grad(set_to_none=True)
    loss_of(net(x), labels).backward()
    adam.step()


print("device PyTorch", torch.__version__, "channels-last" if options.channels_last else "channels-first")
net.train()
print(f"train_step_ms {median_ms(step, options.steps):.3f}")
net.eval()
with torch.inference_mode():
    one = x[:1].clone()
    print(f"infer_batch_ms {median_ms(lambda: net(x), options.steps):.3f}")
    print(f"infer_one_ms {median_ms(lambda: net(one), max(2 * options.steps, 20)):.4f}")
print(f"peak_memory_mb {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f}")
