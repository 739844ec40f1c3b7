"""usage: exchange.py names FOLDER | exchange.py torch FOLDER

What weights_test.cpp asks of Python, about files in FOLDER. The network is its `Travels`, written in PyTorch.
names: reads weights.safetensors with the package safetensors and prints every tensor's name, shape and sum.
torch: loads weights.safetensors into PyTorch and compares its outputs with expected.safetensors ("x", "y"); then saves
other weights as PyTorch would, to torch.safetensors, with the inputs and outputs in torch_expected.safetensors.
"""
import json
import struct
import sys
from collections import OrderedDict


def load_plain(path):
    """The tensors of a safetensors file of F32, where the package is not installed."""
    import torch

    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32"
        begin, end = entry["data_offsets"]
        part = bytearray(content[8 + length + begin : 8 + length + end])
        tensors[name] = torch.frombuffer(part, dtype=torch.float32).reshape(entry["shape"])
    return tensors


def save_plain(tensors, path):
    """Writes as the package does: tensors by name, I64 kept."""
    import torch

    kinds = {torch.float32: "F32", torch.int64: "I64"}
    header, data = {}, b""
    for name, tensor in tensors.items():
        part = bytes(tensor.detach().contiguous().reshape(-1).view(torch.uint8).tolist()) if tensor.dim() else struct.pack(
            "<q", int(tensor)
        )
        header[name] = {"dtype": kinds[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def tools():
    try:
        from safetensors.torch import load_file, save_file

        return load_file, save_file
    except ImportError:
        return load_plain, save_plain


def network():
    import torch

    nn = torch.nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.add_module("0", nn.Conv2d(6, 6, 3, padding=1, bias=False))
            self.add_module("1", nn.BatchNorm2d(6))

        def forward(self, x):
            return x + getattr(self, "1")(getattr(self, "0")(x))

    return nn.Sequential(
        nn.Conv2d(2, 6, 3, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        Residual(),
        nn.Conv2d(6, 4, (3, 5), stride=2),
        nn.Sigmoid(),
        nn.Flatten(),
        nn.Linear(4 * 3 * 2, 7, bias=False),
        nn.BatchNorm1d(7),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(7, 5),
    ).eval()


def names(folder):
    from safetensors.numpy import load_file

    for name, values in sorted(load_file(folder + "/weights.safetensors").items()):
        assert values.dtype == "float32"
        print(name, "x".join(map(str, values.shape)), "%.4f" % values.astype("float64").sum())


def exchange(folder):
    import torch

    load_file, save_file = tools()
    model = network()
    weights = load_file(folder + "/weights.safetensors")
    counts = {name for name in model.state_dict() if name.endswith("num_batches_tracked")}
    assert set(weights) == set(model.state_dict()) - counts, sorted(weights)
    model.load_state_dict(OrderedDict(weights))
    expected = load_file(folder + "/expected.safetensors")
    with torch.no_grad():
        difference = (model(expected["x"]) - expected["y"]).abs().max().item()
    print("torch", torch.__version__, "differs by at most", difference)
    assert difference < 1e-4

    torch.manual_seed(3)
    for tensor in model.state_dict().values():
        if tensor.dtype == torch.float32:
            tensor.uniform_(0.1, 0.6)
            tensor.mul_(torch.randint(0, 2, tensor.shape) * 2.0 - 1 if tensor.dim() > 1 else 1)
    model[1].num_batches_tracked.fill_(41)
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, folder + "/torch.safetensors")
    with torch.no_grad():
        save_file({"x": expected["x"], "y": model(expected["x"])}, folder + "/torch_expected.safetensors")


if __name__ == "__main__":
    if sys.argv[1] == "names":
        names(sys.argv[2])
    else:
        exchange(sys.argv[2])
