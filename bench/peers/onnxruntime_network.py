#!/usr/bin/env python3
"""An exported network in onnxruntime; prints `name value` pairs.

usage: onnxruntime_network.py MODEL [--threads N] [--batch B] [--steps S]
"""
import argparse
import resource

import numpy
import onnxruntime

from median import median_ms

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--steps", type=int, default=15)
options = parser.parse_args()
settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = options.threads
settings.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(options.model, settings, providers=["CPUExecutionProvider"])
sample = session.get_inputs()[0].shape[1:]
x = numpy.random.default_rng(0).standard_normal((options.batch, *sample), dtype=numpy.float32)
one = x[:1].copy()

print("device onnxruntime", onnxruntime.__version__)
print(f"infer_batch_ms {median_ms(lambda: session.run(None, {'x': x}), options.steps):.3f}")
print(f"infer_one_ms {median_ms(lambda: session.run(None, {'x': one}), max(2 * options.steps, 20)):.4f}")
print(f"peak_memory_mb {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f}")
