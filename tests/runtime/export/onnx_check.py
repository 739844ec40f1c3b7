"""usage: onnx_check.py FOLDER

Checks FOLDER/model.onnx with the package onnx and runs it with onnxruntime on the samples "x" of samples.safetensors,
all at once and one by one; prints the largest difference from "y".
"""
import json
import struct
import sys

import numpy
import onnx
import onnxruntime

folder = sys.argv[1]
with open(folder + "/samples.safetensors", "rb") as file:
    content = file.read()
(length,) = struct.unpack("<Q", content[:8])
header = json.loads(content[8 : 8 + length])


def tensor(name):
    begin, end = header[name]["data_offsets"]
    values = numpy.frombuffer(content[8 + length + begin : 8 + length + end], dtype="<f4")
    return values.reshape(header[name]["shape"])


model = onnx.load(folder + "/model.onnx")
onnx.checker.check_model(model, full_check=True)
assert json.loads(dict((p.key, p.value) for p in model.metadata_props)["classes"]) == ["a", "\u00e9"]
session = onnxruntime.InferenceSession(folder + "/model.onnx", providers=["CPUExecutionProvider"])
x, y = tensor("x"), tensor("y")
together = session.run(["y"], {"x": x})[0]
one_by_one = numpy.concatenate([session.run(["y"], {"x": x[i : i + 1]})[0] for i in range(len(x))])
assert together.shape == y.shape == one_by_one.shape, (together.shape, y.shape)
print(max(abs(together - y).max(), abs(one_by_one - y).max()))
