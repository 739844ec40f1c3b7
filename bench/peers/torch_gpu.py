#!/usr/bin/env python3
"""The training step of the reference network in PyTorch on a GPU: eager, and compiled as one CUDA graph. Prints a JSON
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


def one_graph(step, adam):
    """All that a step launches as one CUDA graph: PyTorch's own recipe for capturing a whole network's training."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    adam.zero_grad(set_to_none=True)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


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
        loss = torch.compile(loss, mode="max-autotune-no-cudagraphs")

    def step():
        adam.zero_grad(set_to_none=True)
        loss().backward()
        adam.step()

    if compiled:
        step = one_graph(step, adam)
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


# What is quickly measured goes first: compiling takes long.
for compiled in (False, True):
    for batch in [int(word) for word in sys.argv[1:]] or [64, 256]:
        for precision in ("bf16", "tf32", "fp32"):
            name = f"PyTorch {torch.__version__} {'compiled, the step one CUDA graph' if compiled else 'eager'}"
            try:
                ms = step_ms(precision, batch, compiled)
            except Exception as error:  # a version without Triton cannot compile; the others still count
                print(f"{name}, {precision}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
                if not compiled:
                    raise
                continue
            print(json.dumps({"kind": "step", "program": name, "precision": precision, "batch": batch, "ms": ms}), flush=True)
            torch.compiler.reset() if hasattr(torch, "compiler") else None
