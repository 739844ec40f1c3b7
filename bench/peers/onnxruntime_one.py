#!/usr/bin/env python3
"""One image through an exported network in onnxruntime, by one thread, on the pixels of one_header.cpp; prints `name value`
pairs and the outputs.

usage: onnxruntime_one.py MODEL CHANNELS,HEIGHT,WIDTH STEPS
"""
import sys

import numpy
import onnxruntime

from median import median_ms

settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = 1
settings.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], settings, providers=["CPUExecutionProvider"])
shape = [int(extent) for extent in sys.argv[2].split(",")]
x = (numpy.arange(numpy.prod(shape)) * 7919 % 1000).astype(numpy.float32) / 500 - 1
x = x.reshape([1, *shape])

print("device onnxruntime", onnxruntime.__version__)
print(f"infer_one_ms {median_ms(lambda: session.run(None, {'x': x}), max(int(sys.argv[3]), 50)):.4f}")
for value in session.run(None, {"x": x})[0].ravel():
    print(f"output {value:.9g}")
