#!/usr/bin/env python3
"""The training step of the reference network in PyTorch on a GPU: eager, and compiled with CUDA graphs. Prints a JSON
object a line as bench/gpu_kernels.cu does; ends with status 3 where PyTorch or its GPU is not there.

usage: torch_gpu.py [BATCH...]
"""
import json
import statistics
import sys

try:
    import torch
    from torch import nn
except ImportError as error:
    print(f"PyTorch is not installed: {error}")
    sys.exit(3)
if not torch.cuda.is_available():
    print("PyTorch sees no GPU")
    sys.exit(3)


def network():
    layers, channels = [], 1
    for filters in (16, 32, 64, 128):
        layers += [nn.Conv2d(channels, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(inplace=True),
                   nn.MaxPool2d(2)]
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * 64, 128), nn.ReLU(inplace=True),
                         nn.Linear(128, 3)).cuda()


def step_ms(precision, batch, compiled):
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.benchmark = True
    net = network().to(memory_format=torch.channels_last)
    x = torch.randn(batch, 1, 128, 128, device="cuda").contiguous(memory_format=torch.channels_last)
    labels = torch.randint(3, (batch,), device="cuda")
    adam = torch.optim.Adam(net.parameters(), lr=3e-4, fused=True, capturable=compiled)
    loss_of = nn.CrossEntropyLoss()

    def loss():
        with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bf16"):
            return loss_of(net(x), labels)

    if compiled:
        loss = torch.compile(loss, mode="max-autotune")

    def step():
        adam.zero_grad(set_to_none=True)
        loss().backward()
        adam.step()

    for _ in range(15):
        step()
    times = []
    for _ in range(9):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        for _ in range(20):
            step()
        end.record()
        torch.cuda.synchronize()
        times.append(begin.elapsed_time(end) / 20)
    return statistics.median(times)


for batch in [int(word) for word in sys.argv[1:]] or [64, 256]:
    for precision in ("fp32", "tf32", "bf16"):
        for compiled in (False, True):
            name = f"PyTorch {torch.__version__} {'compiled, CUDA graphs' if compiled else 'eager'}"
            try:
                ms = step_ms(precision, batch, compiled)
            except Exception as error:  # a version without Triton cannot compile; the others still count
                print(f"{name}, {precision}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
                if not compiled:
                    raise
                continue
            print(json.dumps({"kind": "step", "program": name, "precision": precision, "batch": batch, "ms": ms}), flush=True)
            torch.compiler.reset() if hasattr(torch, "compiler") else None
