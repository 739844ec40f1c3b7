"""usage: torch_models.py FOLDER

Writes FOLDER/NAME.onnx of networks of the language's layers as PyTorch exports them, and FOLDER/NAME.txt: the values of a
sample and of what the network makes of it. Prints their names. vit.onnx and lstm.onnx are besides of layers that cannot be
imported.
"""
import contextlib
import sys
import warnings

import torch
from torch import nn
from torch.nn import functional
from torchvision.models import mobilenet_v2

folder = sys.argv[1]
warnings.simplefilter("ignore")
torch.manual_seed(1)
torch.set_num_threads(1)


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.ways = nn.Sequential(
            nn.Conv2d(channels, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters))
        same = stride == 1 and channels == filters
        self.shortcut = nn.Identity() if same else nn.Sequential(
            nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        return torch.relu(self.ways(x) + self.shortcut(x))


class ResNet(nn.Module):
    """ResNet for small pictures, narrow."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        sizes = [(8, 8, 1), (8, 8, 1), (8, 16, 2), (16, 16, 1), (16, 24, 2), (24, 24, 1), (24, 32, 2), (32, 32, 1)]
        self.blocks = nn.Sequential(*[Block(*size) for size in sizes])
        self.dense = nn.Linear(32, 10)

    def forward(self, x):
        return self.dense(torch.flatten(functional.adaptive_avg_pool2d(self.blocks(self.stem(x)), 1), 1))


class Viewed(nn.Module):
    """Ends in a view of the batch's own size, and normalises without anything before it."""

    def __init__(self):
        super().__init__()
        self.first = nn.BatchNorm2d(2)
        self.conv = nn.Conv2d(2, 6, 3, stride=2)
        self.norm = nn.BatchNorm1d(96)
        self.dense = nn.Linear(96, 4)

    def forward(self, x):
        x = functional.max_pool2d(functional.hardswish(self.conv(self.first(x))), 2)
        return self.dense(self.norm(x.view(x.size(0), -1)))


class Gated(nn.Module):
    """Squeeze-and-excitation, concatenation, and functions."""

    def __init__(self):
        super().__init__()
        self.conv, self.other = nn.Conv2d(2, 6, 3, padding=1), nn.Conv2d(6, 4, 1)
        self.down, self.up = nn.Conv2d(6, 2, 1), nn.Conv2d(2, 6, 1)
        self.grow = nn.ConvTranspose2d(10, 3, 3, stride=2, padding=1, output_padding=1)
        self.dense = nn.Linear(3, 5)

    def forward(self, x):
        x = functional.silu(self.conv(x))
        gate = torch.sigmoid(self.up(functional.silu(self.down(functional.adaptive_avg_pool2d(x, 1)))))
        x = x * gate
        x = torch.cat([x, functional.gelu(self.other(x))], 1)
        x = functional.leaky_relu(self.grow(x), 0.2)
        x = functional.elu(functional.avg_pool2d(x, 2))
        return torch.softmax(self.dense(x.mean((2, 3))), 1)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.dense = nn.LSTM(3, 5, batch_first=True), nn.Linear(5, 2)

    def forward(self, x):
        return self.dense(self.lstm(x)[0][:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.norm = nn.Conv2d(3, 8, 4, 4), nn.LayerNorm(8)
        self.attention, self.dense = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 3)

    def forward(self, x):
        x = self.norm(self.patches(x).flatten(2).transpose(1, 2))
        return self.dense(self.attention(x, x, x, need_weights=False)[0].mean(1))


def unsettled(model):
    """With running statistics and weights of normalisation that nothing has by itself."""
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    return model.eval()


def write(name, model, extents, any_batch, **options):
    x = torch.randn(2 if any_batch else 1, *extents)
    if any_batch:
        options["dynamic_shapes"] = ({0: torch.export.Dim("batch")},)
    with contextlib.redirect_stdout(sys.stderr):
        torch.onnx.export(model, (x,), f"{folder}/{name}.onnx", dynamo=True, verbose=False, **options)
    with torch.no_grad():
        y = model(x)
    with open(f"{folder}/{name}.txt", "w") as file:
        print(*x[0].flatten().tolist(), *y[0].flatten().tolist(), file=file)


resnet, viewed, gated = unsettled(ResNet()), unsettled(Viewed()), unsettled(Gated())
mobile = unsettled(mobilenet_v2(width_mult=0.25, num_classes=7))
written = [
    ("resnet", resnet, (3, 32, 32), True, {}),
    ("resnet_of_one", resnet, (3, 32, 32), False, {"external_data": False}),
    ("resnet_as_it_is", resnet, (3, 32, 32), True, {"optimize": False}),
    ("viewed", viewed, (2, 18, 18), True, {}),
    ("viewed_as_it_is", viewed, (2, 18, 18), True, {"optimize": False, "opset_version": 18}),
    ("gated", gated, (2, 6, 5), True, {}),
    ("mobile", mobile, (3, 64, 64), True, {}),
    ("mobile_of_one", mobile, (3, 64, 64), False, {"opset_version": 18}),
]
for name, model, extents, any_batch, options in written:
    write(name, model, extents, any_batch, **options)
    print(name)
write("vit", Transformer().eval(), (3, 16, 16), True)
write("lstm", Recurrent().eval(), (7, 3), True)
