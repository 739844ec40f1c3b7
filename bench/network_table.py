"""Networks of bench/networks.hpp beside PyTorch, onnxruntime and dlib: what bench/compare --network measures."""
import os
import pathlib
import re
import statistics

from common import build, root

metrics = {"train_step_ms": "train step", "infer_batch_ms": "infer batch", "infer_one_ms": "infer one",
           "peak_memory_mb": "peak memory"}


def names():
    """All networks of bench/networks.hpp that a program is built of."""
    text = (root / "bench" / "CMakeLists.txt").read_text()
    return re.search(r"set\(networks ([^)]*)\)", text).group(1).split()


def has_dlib():
    return any(pathlib.Path(p, "dlib/dnn.h").exists() for p in ("/usr/include", "/usr/local/include"))


def dlib_commands(network, options, run):
    """dlib's program of a network that bench/peers/dlib_networks.cpp has, where dlib is installed."""
    source, program = root / "bench" / "peers" / "dlib_networks.cpp", build / f"dlib_{network}"
    if not has_dlib() or not re.search(rf"using {network} =", source.read_text()):
        return {}
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        run(["c++", "-std=c++17", "-O3", "-march=native", "-w", f"-DTN_NETWORK={network}", source, "-o", program, "-ldlib",
             "-lopenblas"])
    return {"dlib": [program, batch_of(network), options.steps]}


def commands(network, options, pythons, run):
    """Builds typenet's programs and exports the network: name -> command."""
    run(["cmake", "--build", build, "--target", f"network_{network}", f"export_{network}", "-j", str(os.cpu_count())])
    found = {"typenet": [build / "bench" / f"network_{network}", options.threads, options.steps]}
    peers, settings = root / "bench" / "peers", ["--threads", options.threads, "--steps", options.steps]
    for version, python in pythons["torch"].items():
        for layout in ([], ["--channels-last"]):
            name = f"PyTorch {version}" + (" channels-last" if layout else "")
            found[name] = [python, peers / "torch_networks.py", network, *settings, *layout]
    run([build / "bench" / f"export_{network}", build, "onnx"])
    for version, python in pythons["onnxruntime"].items():
        found[f"onnxruntime {version}"] = [python, peers / "onnxruntime_network.py", build / f"{network}.onnx", "--batch",
                                           batch_of(network), *settings]
    return found | dlib_commands(network, options, run)


def batch_of(network):
    """The batch that the network of bench/networks.hpp is built for."""
    text = (root / "bench" / "networks.hpp").read_text()
    return int(re.search(rf"using {network} =\s*\w+<Image<[^>]*>, (?:Batch<)?(\d+)", text).group(1))


def rows(network, found):
    """One row a network: typenet's medians, and how many times as much the best peer of each kind takes."""
    medians = {name: {m: statistics.median(f[m] for f in turns) for m in metrics if all(m in f for f in turns)}
               for name, turns in found.items()}
    own, row = medians["typenet"], [network]
    for m in metrics:
        ratios = []
        for kind in ("PyTorch", "onnxruntime", "dlib"):
            of_kind = [p[m] for name, p in medians.items() if name.startswith(kind) and m in p]
            ratios += [f"{min(of_kind) / own[m]:.2f} x"] if of_kind else []
        row.append(f"{own[m]:.{0 if m == 'peak_memory_mb' else 2}f}" + (f" ({', '.join(ratios)})" if ratios else ""))
    return row, medians
