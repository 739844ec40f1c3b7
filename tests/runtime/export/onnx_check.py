"""usage: onnx_check.py FOLDER

Checks FOLDER/model.onnx with the package onnx and runs it with onnxruntime on the samples "x" of samples.safetensors,
all at once and one by one; prints the largest difference from "y". A model with several inputs takes parts of a
sample, one after another, and what several outputs give is put together.
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


def run(samples):
    feed, first = {}, 0
    for wanted in session.get_inputs():
        extents = list(samples.shape[1:]) if len(session.get_inputs()) == 1 else wanted.shape[1:]
        values = int(numpy.prod(extents))
        flat = samples.reshape(len(samples), -1)[:, first : first + values]
        feed[wanted.name] = numpy.ascontiguousarray(flat).reshape([len(samples)] + extents)
        first += values
    return numpy.concatenate(session.run(None, feed), axis=1)


together = run(x)
one_by_one = numpy.concatenate([run(x[i : i + 1]) for i in range(len(x))])
assert together.shape == y.shape == one_by_one.shape, (together.shape, y.shape)
print(max(abs(together - y).max(), abs(one_by_one - y).max()))
