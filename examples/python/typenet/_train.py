"""Training: the program `photos train`, with a bar."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Union

from ._model import Model, load

_epoch = re.compile(
    r"epoch +(\d+) +train loss +([\d.]+) accuracy +([\d.]+) %(?: +test loss +([\d.]+) accuracy +([\d.]+) %)?"
)


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to. Accuracies are shares of 1; those of the test are None where none was made."""

    number: int
    train_loss: float
    train_accuracy: float
    test_loss: Optional[float]
    test_accuracy: Optional[float]


def _program() -> str:
    own = Path(__file__).parent / "bin" / "photos"
    found = str(own) if own.exists() else shutil.which("photos")
    if found is None:
        raise FileNotFoundError("the program photos is neither in this package nor in PATH")
    return found


def _words(options: dict[str, object]) -> Iterator[str]:
    for name, value in options.items():
        if value is None or value is False:
            continue
        yield "--" + name.replace("_", "-")
        if value is not True:
            yield os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def _parsed(line: str) -> Optional[Epoch]:
    found = _epoch.search(line)
    if not found:
        return None
    number, train_loss, train, test_loss, test = found.groups()
    return Epoch(
        int(number),
        float(train_loss),
        round(float(train) / 100, 4),
        float(test_loss) if test_loss else None,
        round(float(test) / 100, 4) if test else None,
    )


class _Bar:
    """A bar of tqdm, which a notebook draws as such; a line an epoch where tqdm is not there."""

    def __init__(self, total: Optional[int]) -> None:
        try:
            from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
        except ImportError:
            self._bar = None
        else:
            self._bar = tqdm(total=total, unit="epoch")

    def __call__(self, epoch: Epoch) -> None:
        facts = {"loss": f"{epoch.train_loss:.4f}", "accuracy": f"{epoch.train_accuracy:.1%}"}
        if epoch.test_accuracy is not None:
            facts["test"] = f"{epoch.test_accuracy:.1%}"
        if self._bar is None:
            print(f"epoch {epoch.number}", *(f"{name} {value}" for name, value in facts.items()), flush=True)
        else:
            self._bar.set_postfix(facts, refresh=False)
            self._bar.update(epoch.number - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def train(
    folder: Union[str, "os.PathLike[str]", None] = None,
    out: Union[str, "os.PathLike[str]"] = "run",
    *,
    epochs: Optional[int] = None,
    progress: Union[bool, Callable[[Epoch], None]] = True,
    threads: int = 0,
    **options: object,
) -> Model:
    """Trains on a folder with a sub-folder per class, or on generated characters without one, and returns the model.

    `out` gets what `photos train` leaves: model.safetensors, report.html and others. `progress` is True for a bar, False
    for silence, or what is called after every epoch. Further options are those of `photos train --help` with _ for -:
    ``network="resnet18", test_share=0.1, resume=True``. Raises RuntimeError with the program's words where it fails; an
    interruption ends the run as Ctrl-C does, so that ``resume=True`` goes on from there.
    """
    command = [_program(), "train", *([os.fspath(folder)] if folder is not None else []), "--out", os.fspath(out)]
    # Into a pipe the live view is a line after every epoch; without it only epochs that were tested are sure to have one.
    command += _words({"epochs": epochs, "threads": threads or None, "live": True, **options})
    bar = _Bar(epochs) if progress is True else None
    tell = bar if bar is not None else progress if callable(progress) else None
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as run:
        error = ""
        try:
            assert run.stdout is not None
            for line in run.stdout:
                epoch = _parsed(line)
                if epoch is not None and tell is not None:
                    tell(epoch)
                if line.startswith("error: "):
                    error = line.strip()
        except BaseException:
            run.send_signal(signal.SIGINT)
            raise
        finally:
            if bar is not None:
                bar.close()
    if run.returncode != 0:
        raise RuntimeError(error or f"photos train ended with {run.returncode}")
    return load(Path(out) / "model.safetensors", threads)
