"""Photographs by class.

    model = typenet.train("photographs")            # a sub-folder per class
    model = typenet.load("run/model.safetensors")
    model.predict("photograph.jpg")                 # the probability of every class
    model.top("photograph.jpg", 3)                  # [("ada", 0.93), ("ben", 0.05), ("cleo", 0.02)]
"""

from ._model import Model, load
from ._train import Epoch, train

__all__ = ["Epoch", "Model", "load", "train"]
