"""usage: torch_sequences.py FOLDER

Loads FOLDER/weights.safetensors into the network of torch_sequences_test.cpp, written in PyTorch, by load_state_dict, and
prints the largest difference of its outputs from "y" of expected.safetensors for the inputs "x".
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import torch
from torch import nn

from torch_weights import tools


def tokens(x):  # [batch][D][1][N] -> [batch][N][D]
    return x.flatten(2).transpose(1, 2)


def signal(x):
    return x.transpose(1, 2).unsqueeze(2)


class Embedding(nn.Embedding):
    def forward(self, x):
        return signal(super().forward(x.long()))


class PositionEmbedding(nn.Module):
    def __init__(self, channels, positions):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels, positions))

    def forward(self, x):
        return x + self.weight.unsqueeze(1)


class ClassToken(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return torch.cat([self.weight.reshape(1, -1, 1, 1).expand(len(x), -1, -1, -1), x], 3)


class LayerNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x) if x.dim() == 2 else signal(super().forward(tokens(x)))


class Attention(nn.MultiheadAttention):
    def forward(self, x):
        t = tokens(x)
        return signal(super().forward(t, t, t, need_weights=False)[0])


class GRU(nn.GRU):
    def forward(self, x):
        return signal(super().forward(tokens(x))[0])


class LSTM(nn.LSTM):
    def forward(self, x):
        return signal(super().forward(tokens(x))[0])


class LastOfGRU(nn.GRU):
    def forward(self, x):
        return super().forward(tokens(x))[1][0]


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


model = nn.Sequential(
    Embedding(6, 8),
    PositionEmbedding(8, 9),
    Residual(LayerNorm(8), Attention(8, 2, batch_first=True)),
    nn.GroupNorm(4, 8, eps=0.01),
    GRU(8, 7, batch_first=True),
    LSTM(7, 6, batch_first=True),
    ClassToken(6),
    nn.Softmax(dim=1),
    LastOfGRU(6, 5, batch_first=True),
    LayerNorm(5),
    nn.Linear(5, 3),
).eval()

folder = sys.argv[1]
load_file, _ = tools()
weights = load_file(folder + "/weights.safetensors")
assert list(sorted(weights)) == list(sorted(model.state_dict())), sorted(weights)
model.load_state_dict(weights)
expected = load_file(folder + "/expected.safetensors")
with torch.no_grad():
    print((model(expected["x"]) - expected["y"]).abs().max().item())
