"""A folder of images that is trained on without being held in memory.

    python -m benchmarks.image_folder [--images 20000 60000] [--side 64]

Draws folders of so many colour images, half of them with a bright square, and trains a small `cnn` on each for two
epochs in a process of its own: with its pixels in memory, and read from disk. Prints the most memory that the process
had (`ru_maxrss`) above what one takes that trains on 500 such images, beside the bytes of the pixels; and the figures.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

_FEW = 500


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--images", type=int, nargs="+", default=[20_000, 60_000])
    arguments.add_argument("--side", type=int, default=64)
    arguments.add_argument("--train", nargs=2, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.train:
        print(json.dumps(_trained(Path(options.train[0]), options.train[1] == "stream")))
        return
    with tempfile.TemporaryDirectory(prefix="images-") as folder:
        few = _asked(_drawn(Path(folder) / "few", _FEW, options.side), "memory")["peak_mib"]
        print(f"{_FEW} images: {few:.0f} MiB, of which most is the framework")
        for count in options.images:
            images = _drawn(Path(folder) / str(count), count, options.side)
            print(f"{count} images, {count * options.side**2 * 3 / 2**20:.0f} MiB of pixels:")
            for how in ("memory", "stream"):
                found = _asked(images, how)
                figures = {name: found[name] for name in ("val_accuracy", "loss")}
                print(f"  {how:7} {found['peak_mib'] - few:7.0f} MiB more, {found['seconds']:.0f} s, {figures}")


def _drawn(folder: Path, count: int, side: int) -> Path:
    random = np.random.default_rng(0)
    for i in range(count):
        pixels = random.integers(0, 128, (side, side, 3), np.uint8)
        if i % 2:
            pixels[side // 4 : side // 2, side // 4 : side // 2] += 60
        kind = folder / ("bright" if i % 2 else "dark")
        kind.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(kind / f"{i:06d}.bmp")
    return folder


def _asked(folder: Path, how: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.image_folder", "--train", str(folder), how]
    environment = {**os.environ, "TUNER_CACHE": str(folder.parent / "cache")}
    answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float] = json.loads(answer.splitlines()[-1])
    return found


def _trained(folder: Path, stream: bool) -> dict[str, float]:
    from tuner.data.preprocessing import fit
    from tuner.data.sources import load
    from tuner.runs.scoring import score
    from tuner.spec.families import cnn
    from tuner.spec.sources import read_data
    from tuner.spec.space import fixed
    from tuner.training.network import FamilyNetwork
    from tuner.training.plan import TrainPlan
    from tuner.training.trainer import go_on

    began = time.monotonic()
    spec = read_data({"images": str(folder), "stream": stream}, 0.2, Path(), "images")
    data = load(spec, 0)
    params = {"blocks": 2, "filters": 4, "units": 8, "epochs": 2, "batch_size": 128, "normalization": "standard"}
    network = FamilyNetwork(cnn(fixed(params)), ())
    plan = TrainPlan(128, 2, "val_accuracy", "maximize", None, 1)
    result = network.train(data, lambda kind: fit(kind, data.train.x), plan, None, go_on)
    network.answers(data)
    score(network.for_use(), data)
    last = result.epochs[-1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**last, "peak_mib": peak, "seconds": time.monotonic() - began}


if __name__ == "__main__":
    main()
