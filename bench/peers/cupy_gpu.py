#!/usr/bin/env python3
"""The training step of the reference network in CuPy, fp32: columns and matrix products, as one writes it by hand. Prints
a JSON object a line as bench/gpu_kernels.cu does; ends with status 3 where CuPy or its GPU is not there.

usage: cupy_gpu.py [BATCH...]; cupy_gpu.py --check compares its gradients with differences, in NumPy where CuPy is absent
"""
import json
import statistics
import sys

check = "--check" in sys.argv
try:
    import cupy as xp
    xp.cuda.runtime.getDeviceCount()
except Exception as error:  # noqa: BLE001 - whatever keeps it from running is the reason to tell
    if not check:
        print(f"CuPy does not run here: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
        sys.exit(3)
    import numpy as xp


def columns(x):
    """[n][c][h][w] -> [c 9][n h w], of 3 x 3 windows padded by 1."""
    n, c, h, w = x.shape
    padded = xp.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    taps = [padded[:, :, i:i + h, j:j + w] for i in range(3) for j in range(3)]
    return xp.stack(taps, 2).transpose(1, 2, 0, 3, 4).reshape(c * 9, n * h * w)


def from_columns(columns_, shape):
    n, c, h, w = shape
    taps = columns_.reshape(c, 9, n, h, w).transpose(1, 2, 0, 3, 4)
    padded = xp.zeros((n, c, h + 2, w + 2), columns_.dtype)
    for k in range(9):
        padded[:, :, k // 3:k // 3 + h, k % 3:k % 3 + w] += taps[k]
    return padded[:, :, 1:-1, 1:-1]


class Block:
    """Conv 3 x 3, BN, ReLU, Pool<2>."""

    def __init__(self, channels, filters, random, dtype):
        self.w = (random.standard_normal((filters, channels * 9)) * (2 / (9 * channels)) ** 0.5).astype(dtype)
        self.gamma, self.beta = xp.ones((1, filters, 1, 1), dtype), xp.zeros((1, filters, 1, 1), dtype)

    def parameters(self):
        return [self.w, self.gamma, self.beta]

    def forward(self, x):
        n, _, h, w = self.shape = x.shape
        self.columns = columns(x)
        z = (self.w @ self.columns).reshape(-1, n, h, w).transpose(1, 0, 2, 3)
        mean = z.mean((0, 2, 3), keepdims=True)
        self.inverse = 1 / xp.sqrt(z.var((0, 2, 3), keepdims=True) + 1e-5)
        self.unit = (z - mean) * self.inverse
        y = xp.maximum(self.unit * self.gamma + self.beta, 0)
        windows = y.reshape(n, -1, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, -1, h // 2, w // 2, 4)
        self.choice, best = windows.argmax(-1), windows.max(-1)
        self.passed = best > 0
        return best

    def backward(self, dy):
        n, _, h, w = self.shape
        chosen = xp.arange(4) == self.choice[..., None]
        d = (chosen * (dy * self.passed)[..., None]).reshape(n, -1, h // 2, w // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5)
        d = d.reshape(n, -1, h, w)
        dbeta, dgamma = d.sum((0, 2, 3), keepdims=True), (d * self.unit).sum((0, 2, 3), keepdims=True)
        count = n * h * w
        dz = self.gamma * self.inverse * (d - dbeta / count - self.unit * dgamma / count)
        dz = dz.transpose(1, 0, 2, 3).reshape(self.w.shape[0], -1)
        self.gradients = [dz @ self.columns.T, dgamma, dbeta]
        return from_columns(self.w.T @ dz, self.shape)


class Dense:
    def __init__(self, inputs, outputs, relu, random, dtype):
        self.w = (random.standard_normal((outputs, inputs)) * (2 / inputs) ** 0.5).astype(dtype)
        self.b, self.relu = xp.zeros(outputs, dtype), relu

    def parameters(self):
        return [self.w, self.b]

    def forward(self, x):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        self.y = self.x @ self.w.T + self.b
        return xp.maximum(self.y, 0) if self.relu else self.y

    def backward(self, dy):
        if self.relu:
            dy = dy * (self.y > 0)
        self.gradients = [dy.T @ self.x, dy.sum(0)]
        return (dy @ self.w).reshape(self.shape)


class Network:
    def __init__(self, side=128, filters=(16, 32, 64, 128), hidden=128, dtype=xp.float32):
        random = xp.random.RandomState(0)
        self.layers = [Block(c, f, random, dtype) for c, f in zip((1,) + filters, filters)]
        self.layers += [Dense(filters[-1] * (side >> len(filters)) ** 2, hidden, True, random, dtype),
                        Dense(hidden, 3, False, random, dtype)]
        self.parameters = [p for layer in self.layers for p in layer.parameters()]
        self.state = [(xp.zeros_like(p), xp.zeros_like(p)) for p in self.parameters]
        self.steps = 0

    def gradients(self, x, labels):
        for layer in self.layers:
            x = layer.forward(x)
        e = xp.exp(x - x.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        rows = xp.arange(len(labels))
        loss = -xp.log(p[rows, labels]).mean()
        p[rows, labels] -= 1
        d = p / len(labels)
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return loss, [g for layer in self.layers for g in layer.gradients]

    def step(self, x, labels, rate=3e-4):
        _, gradients = self.gradients(x, labels)
        self.steps += 1
        for w, g, (m, v) in zip(self.parameters, gradients, self.state):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            w -= rate * (m / (1 - 0.9 ** self.steps)) / (xp.sqrt(v / (1 - 0.999 ** self.steps)) + 1e-8)


def check_gradients():
    random = xp.random.RandomState(1)
    x, labels = random.standard_normal((5, 1, 8, 8)), xp.arange(5) % 3
    net = Network(8, (2, 3), 4, xp.float64)
    _, gradients = net.gradients(x, labels)
    worst = 0.0
    for w, g in zip(net.parameters, gradients):
        flat = w.reshape(-1)
        for i in range(0, flat.size, max(1, flat.size // 5)):
            old = float(flat[i])
            flat[i] = old + 1e-6
            up = float(net.gradients(x, labels)[0])
            flat[i] = old - 1e-6
            down = float(net.gradients(x, labels)[0])
            flat[i] = old
            worst = max(worst, abs((up - down) / 2e-6 - float(g.reshape(-1)[i])))
    print(f"largest difference {worst:.2e}")
    return 0 if worst < 1e-6 else 1


def measure(batch):
    random = xp.random.RandomState(2)
    x = random.standard_normal((batch, 1, 128, 128)).astype(xp.float32)
    labels = random.randint(0, 3, batch)
    net = Network()
    for _ in range(5):
        net.step(x, labels)
    times = []
    for _ in range(9):
        begin, end = xp.cuda.Event(), xp.cuda.Event()
        begin.record()
        for _ in range(5):
            net.step(x, labels)
        end.record()
        end.synchronize()
        times.append(xp.cuda.get_elapsed_time(begin, end) / 5)
    print(json.dumps({"kind": "step", "program": f"CuPy {xp.__version__}", "precision": "fp32", "batch": batch,
                      "ms": statistics.median(times)}), flush=True)


if check:
    sys.exit(check_gradients())
for size in [int(word) for word in sys.argv[1:]] or [64, 256]:
    measure(size)
