"""What the commands of bench/ share: where things are, the photos program, and the name of the processor."""
import os
import pathlib
import platform
import shutil
import subprocess

root = pathlib.Path(__file__).resolve().parent.parent
build = root / "build" / "bench"


def build_photos():
    """The program, built as released."""
    quiet = dict(check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "-S", root, "-B", build, "-DCMAKE_BUILD_TYPE=Release", "-DTYPENET_TESTS=OFF",
                    "-DTYPENET_EXAMPLES=ON", "-DTYPENET_CUDA=OFF"] +
                   (["-G", "Ninja"] if shutil.which("ninja") else []), **quiet)
    subprocess.run(["cmake", "--build", build, "--target", "photos", "-j", str(os.cpu_count())], **quiet)
    return build / "examples" / "photos"


def processor():
    return next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                platform.machine())
