"""usage: event_check.py FOLDER

Reads the event file in FOLDER as TensorBoard does and prints every scalar as "name step value", sorted.
"""
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
for name in sorted(events.Tags()["scalars"]):
    for scalar in events.Scalars(name):
        print(name, scalar.step, f"{scalar.value:.6f}")
