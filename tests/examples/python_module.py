"""usage: python_module.py PHOTOS FOLDER    what the module typenet says is what the program PHOTOS says"""
import pathlib
import subprocess
import sys
import threading

import numpy as np
import typenet

photos, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def raises(kind, call):
    try:
        call()
    except kind as error:
        return str(error)
    sys.exit(f"{call} raises no {kind}")


epochs = []
model = typenet.train(out=folder / "run", epochs=5, generated=10, batch=6, seed=3, threads=1, progress=epochs.append)
# Also those that were too short for a test.
assert [e.number for e in epochs] == [1, 2, 3, 4, 5] and all(0 <= e.train_accuracy <= 1 for e in epochs), epochs
assert 0 <= epochs[0].test_accuracy <= 1 and 0 <= epochs[-1].test_accuracy <= 1, epochs
assert len(model.classes) == 3, model.classes
path = folder / "run" / "model.safetensors"
assert "must be" in raises(RuntimeError, lambda: typenet.train(folder / "nothing", out=folder / "other", progress=False)), ""

pixels = np.random.default_rng(1).integers(0, 256, (5, 90, 70, 3), np.uint8)
pictures = []
for i, picture in enumerate(pixels):
    pictures.append(folder / f"{i}.ppm")
    pictures[-1].write_bytes(b"P6 70 90 255\n" + picture.tobytes())
said = subprocess.run([photos, "predict", "--model", path, *pictures], check=True, capture_output=True, text=True).stdout
for line, picture, array in zip(said.splitlines(), pictures, pixels):
    name, value = line.split("\t")[1:]
    (best, p), *others = model.top(picture, 2)
    assert (best, f"{p:.4f}") == (name, value) and len(others) == 1, (line, best, p)
    assert np.array_equal(model.predict(picture), model.predict(str(picture)))
    assert np.array_equal(model.predict(picture), model.predict(array))

one_by_one = np.stack([model.predict(array) for array in pixels])
assert one_by_one.dtype == np.float32 and one_by_one.shape == (5, 3) and np.allclose(one_by_one.sum(1), 1, atol=1e-5)
for several in (pixels, pictures, list(pixels)):
    assert np.allclose(model.predict(several), one_by_one, atol=1e-5)
assert model.predict(pixels[:0]).shape == (0, 3) and model.predict([]).shape == (0, 3)

# In int8.
(folder / "seen").mkdir()
for picture in pictures:
    (folder / "seen" / picture.name).write_bytes(picture.read_bytes())
int8 = folder / "int8.safetensors"
export = [photos, "export", "--model", path, "--int8", int8, "--calibrate", folder / "seen"]
subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
bytes_alone = typenet.load(int8)
assert bytes_alone.classes == model.classes and int8.stat().st_size < path.stat().st_size / 3
assert np.allclose(bytes_alone.predict(pixels), one_by_one, atol=0.03), bytes_alone.predict(pixels) - one_by_one
assert np.array_equal(bytes_alone.predict(pixels)[2], bytes_alone.predict(pixels[2]))

# Where they lie: other strides, read-only, and what has to be copied.
wide = np.zeros((9, 100, 80, 3), np.uint8)
wide[::2, 3:93, 5:75] = pixels
wide.flags.writeable = False
assert np.array_equal(model.predict(wide[0, 3:93, 5:75]), one_by_one[0])
assert np.allclose(model.predict(wide[::2, 3:93, 5:75]), one_by_one, atol=1e-5)
assert np.array_equal(model.predict(np.ascontiguousarray(pixels[0, :, ::-1])), model.predict(pixels[0, :, ::-1]))
grey = pixels[0, :, :, 0]
assert np.array_equal(model.predict(grey), model.predict(np.ascontiguousarray(grey)[:, :, None]))

assert "must be a regular file" in raises(OSError, lambda: typenet.load(folder)), ""
assert "nowhere" in raises(OSError, lambda: model.predict("/nowhere/picture.png"))
assert "not float64" in raises(TypeError, lambda: model.predict(np.zeros((4, 4))))
assert "not [4, 4, 2]" in raises(ValueError, lambda: model.predict(np.zeros((4, 4, 2), np.uint8)))
raises(ValueError, lambda: typenet.load(path, threads=-1))

# Threads share a model.
wrong = []
def ask():
    for array, wanted in zip(pixels, one_by_one):
        if not np.array_equal(model.predict(array), wanted):
            wrong.append(array)
threads = [threading.Thread(target=ask) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert not wrong

place = pathlib.Path(typenet.__file__).parent
assert (place / "py.typed").exists() and (place / "_photos.pyi").exists()
print("agrees")
