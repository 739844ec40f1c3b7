"""A trained model and what it says of pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Union

import numpy as np
from numpy.typing import NDArray

from . import _photos

Path = Union[str, "os.PathLike[str]"]
#: A file, an array, or several of either.
Pictures = Union[Path, NDArray[np.uint8], Sequence[Path], Sequence[NDArray[np.uint8]]]


class Model:
    """A model that `photos train` or `typenet.train` saved. Any thread may use it; calls on one model take turns, and each
    uses as many threads as the model was opened with, 0 being every core."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        self._model = _photos.Model(os.fspath(path), threads)
        #: Their names, in the order of the probabilities.
        self.classes: list[str] = self._model.classes()

    def predict(self, pictures: Pictures) -> NDArray[np.float32]:
        """The probability of every class: [classes] for one picture, [pictures][classes] for several.

        A picture is a file, or an array of bytes: [height, width] in grey, [height, width, 1] or [height, width, 3] as
        red, green, blue; an array [pictures, height, width, 1 or 3] is several. They may have any size, and are not
        copied where the pixels of a row lie together. Raises OSError for a file that is no picture, TypeError for other
        numbers than bytes, ValueError for other extents.
        """
        if isinstance(pictures, (str, os.PathLike)):
            return self._first(self._of_files([pictures]))
        if isinstance(pictures, np.ndarray):
            found = self._of_pixels(pictures)
            return found if pictures.ndim == 4 else self._first(found)
        paths: list[Path] = []
        arrays: list[NDArray[np.uint8]] = []
        for picture in pictures:
            if isinstance(picture, (str, os.PathLike)):
                paths.append(picture)
            else:
                arrays.append(np.asarray(picture))
        if not arrays:
            return self._of_files(paths)
        if paths or any(array.ndim == 4 for array in arrays):
            raise ValueError("a list is of files, or of arrays that are one picture each")
        return np.concatenate([self._of_pixels(array) for array in arrays])

    def top(self, picture: Union[Path, NDArray[np.uint8]], k: int = 5) -> list[tuple[str, float]]:
        """The k most probable classes of one picture with their probabilities, the most probable first."""
        p = self.predict(picture)
        if p.ndim != 1:
            raise ValueError("top() is of one picture")
        return [(self.classes[i], float(p[i])) for i in np.argsort(-p, kind="stable")[:k]]

    def __repr__(self) -> str:
        return f"typenet.Model({len(self.classes)} classes)"

    @staticmethod
    def _first(found: NDArray[np.float32]) -> NDArray[np.float32]:
        first: NDArray[np.float32] = found[0]
        return first

    def _room(self, count: int) -> NDArray[np.float32]:
        return np.empty((count, len(self.classes)), np.float32)

    def _of_files(self, paths: Sequence[Path]) -> NDArray[np.float32]:
        found = self._room(len(paths))
        if paths:
            self._model.classify_files([os.fspath(path) for path in paths], found)
        return found

    def _of_pixels(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        if pixels.dtype != np.uint8:
            raise TypeError(f"pixels are bytes, 0 black to 255 white, not {pixels.dtype}")
        extents = pixels.shape
        if pixels.ndim == 2:
            pixels = pixels[None, :, :, None]
        elif pixels.ndim == 3 and pixels.shape[2] in (1, 3):
            pixels = pixels[None]
        elif pixels.ndim != 4 or pixels.shape[3] not in (1, 3):
            raise ValueError(
                "a picture is [height, width], [height, width, 1] or [height, width, 3], and several are "
                f"[pictures, height, width, 1 or 3], not {list(extents)}"
            )
        found = self._room(len(pixels))
        if len(pixels):
            try:
                self._model.classify(pixels, found)
            except ValueError:
                # Bytes of a row that do not lie together; what is wrong otherwise is said again.
                self._model.classify(np.ascontiguousarray(pixels), found)
        return found


def load(path: Path, threads: int = 0) -> Model:
    """Opens a model file. Raises OSError where it is none."""
    return Model(path, threads)
