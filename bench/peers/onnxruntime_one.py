#!/usr/bin/env python3
"""One image through an exported network in onnxruntime, by one thread, on the pixels of one_header.cpp; prints `name value`
pairs, the time that of the thread, and the outputs.

usage: onnxruntime_one.py MODEL CHANNELS,HEIGHT,WIDTH STEPS
"""
import statistics
import sys
import time

import numpy
import onnxruntime

settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = 1
settings.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], settings, providers=["CPUExecutionProvider"])
shape = [int(extent) for extent in sys.argv[2].split(",")]
x = (numpy.arange(numpy.prod(shape)) * 7919 % 1000).astype(numpy.float32) / 500 - 1
x = x.reshape([1, *shape])

print("device onnxruntime", onnxruntime.__version__)
times = []
for _ in range(max(int(sys.argv[3]), 50) + 2):
    start = time.thread_time_ns()
    session.run(None, {"x": x})
    times.append(1e-6 * (time.thread_time_ns() - start))
print(f"infer_one_ms {statistics.median(times[2:]):.4f}")
for value in session.run(None, {"x": x})[0].ravel():
    print(f"output {value:.9g}")
