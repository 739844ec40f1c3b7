"""Networks of bench/networks.hpp beside PyTorch: what bench/compare --network measures."""
import os
import re
import statistics

from common import build, root

metrics = {"train_step_ms": "train step", "infer_batch_ms": "infer batch", "infer_one_ms": "infer one",
           "peak_memory_mb": "peak memory"}


def names():
    """All networks of bench/networks.hpp that a program is built of."""
    text = (root / "bench" / "CMakeLists.txt").read_text()
    return re.search(r"foreach\(network ([^)]*)\)", text).group(1).split()


def commands(network, options, pythons, run):
    """Builds typenet's program: name -> command."""
    run(["cmake", "--build", build, "--target", f"network_{network}", "-j", str(os.cpu_count())])
    found = {"typenet": [build / "bench" / f"network_{network}", options.threads, options.steps]}
    script = root / "bench" / "peers" / "torch_networks.py"
    for version, python in pythons.items():
        for layout in ([], ["--channels-last"]):
            name = f"PyTorch {version}" + (" channels-last" if layout else "")
            found[name] = [python, script, network, "--threads", options.threads, "--steps", options.steps] + layout
    return found


def rows(network, found):
    """One row a network: typenet's medians, and how many times as much the best peer takes."""
    medians = {name: {m: statistics.median(f[m] for f in turns if m in f) for m in metrics} for name, turns in found.items()}
    own, peers = medians["typenet"], [m for name, m in medians.items() if name != "typenet"]
    row = [network]
    for m in metrics:
        best = min((p[m] for p in peers), default=None)
        ratio = f" ({best / own[m]:.2f} x)" if best else ""
        row.append(f"{own[m]:.{0 if m == 'peak_memory_mb' else 2}f}{ratio}")
    return row, medians
