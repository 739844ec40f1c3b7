#!/usr/bin/env python3
"""What PyTorch gives for known networks on seeded weights, kept in reference.json beside this file.

usage: reference.py > reference.json     (needs torch, torchvision and efficientnet-lite-pytorch)

Weights and inputs are a function of the number of their tensor and of their place in it (`uniform`), which
networks_check.hpp computes as well. Of every tensor's gradient two numbers are kept: its length, and its product with
one more such tensor.
"""
import json
import sys

import numpy
import torch
import torchvision.models as models
from efficientnet_lite_pytorch import EfficientNet
from torch import nn


def uniform(tensor: int, count: int) -> numpy.ndarray:
    """`count` numbers from -1 to 1."""
    with numpy.errstate(over="ignore"):
        first = numpy.uint32((tensor * 40503 + 977) % 2**32)
        v = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(2654435761) + first
        v ^= v >> numpy.uint32(16)
        v *= numpy.uint32(0x7FEB352D)
        v ^= v >> numpy.uint32(15)
        v *= numpy.uint32(0x846CA68B)
        v ^= v >> numpy.uint32(16)
    return (v >> numpy.uint32(8)).astype(numpy.float64) / 2**23 - 1


def seeded(tensor: int, name: str, value: torch.Tensor) -> torch.Tensor:
    """Weights of the deviation sqrt(1 / fan_in), and numbers near 1 or 0 for everything that has one extent."""
    u = torch.from_numpy(uniform(tensor, value.numel())).reshape(value.shape)
    if value.dim() > 1:
        return u * (3.0 / (value.numel() / value.shape[0])) ** 0.5
    return 1 + 0.2 * u if name.endswith(("weight", "running_var")) else 0.1 * u


class LeNet5(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))


class LeNet5Today(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def cifar(model: nn.Module) -> nn.Module:
    """The first convolution 3 x 3 without a step, and no pooling behind it."""
    model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    model.maxpool = nn.Identity()
    return model


def small_vgg(model: nn.Module, biased: bool = False) -> nn.Module:
    """torchvision stretches small images to 7 x 7 before the first linear layer; ours has as many inputs as there are."""
    model.avgpool = nn.Identity()
    model.classifier[0] = nn.Linear(512, 4096)
    if biased:
        return model
    for layer, next_layer in zip(model.features, model.features[1:]):
        if isinstance(next_layer, nn.BatchNorm2d):
            layer.bias = None  # normalisation takes it away, and so do we
    return model


def efficientnet_lite0() -> nn.Module:
    """Without the dropping of whole blocks in training."""
    model = EfficientNet.from_name("efficientnet-lite0")
    model._fc = nn.Linear(1280, 10)
    model._global_params = model._global_params._replace(drop_connect_rate=0.0)
    return model


NETWORKS = {
    "LeNet5": (LeNet5, (1, 32, 32)),
    "LeNet5Today": (LeNet5Today, (1, 28, 28)),
    "Vgg11": (lambda: small_vgg(models.vgg11(num_classes=10)), (3, 32, 32)),
    "Vgg11BiasedNorm": (lambda: small_vgg(models.vgg11_bn(num_classes=10), biased=True), (3, 32, 32)),
    "Vgg16": (lambda: small_vgg(models.vgg16(num_classes=10)), (3, 32, 32)),
    "Vgg16Norm": (lambda: small_vgg(models.vgg16_bn(num_classes=10)), (3, 32, 32)),
    "ResNet18": (lambda: models.resnet18(num_classes=10), (3, 64, 64)),
    "ResNet18Cifar": (lambda: cifar(models.resnet18(num_classes=10)), (3, 32, 32)),
    "ResNet50": (lambda: models.resnet50(num_classes=10), (3, 64, 64)),
    "SqueezeNet": (lambda: models.squeezenet1_1(num_classes=10), (3, 63, 63)),
    "DenseNet121": (lambda: models.densenet121(num_classes=10), (3, 64, 64)),
    "EfficientNetLite0": (efficientnet_lite0, (3, 64, 64)),
    "MobileNetV2": (lambda: models.mobilenet_v2(num_classes=10), (3, 64, 64)),
}


def reference(make, shape) -> dict:
    torch.manual_seed(0)
    model = make().double()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    names = [n for n in model.state_dict() if not n.endswith("num_batches_tracked")]
    state = {n: seeded(i, n, model.state_dict()[n]) for i, n in enumerate(names)}
    model.load_state_dict(state, strict=False)
    batch = 2
    x = torch.from_numpy(uniform(100000, batch * shape[0] * shape[1] * shape[2])).reshape(batch, *shape)
    model.eval()
    outputs = model(x)
    model.train()
    loss = nn.functional.cross_entropy(model(x), torch.arange(batch) % 10)
    loss.backward()
    trained = dict(model.named_parameters())
    gradients = []
    for i, n in enumerate(names):
        if n in trained:
            g = trained[n].grad.flatten()
            direction = torch.from_numpy(uniform(200000 + i, g.numel()))
            gradients.append([float(g.norm()), float(g @ direction)])
    return {
        "parameters": sum(p.numel() for p in trained.values()),
        "tensors": [[n, list(state[n].shape)] for n in names],
        "outputs": outputs.flatten().tolist(),
        "loss": loss.item(),
        "gradients": gradients,
    }


if __name__ == "__main__":
    json.dump({name: reference(*how) for name, how in NETWORKS.items()}, sys.stdout, indent=None, separators=(",", ":"))
    print()
