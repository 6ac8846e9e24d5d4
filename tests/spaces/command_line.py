"""A script for the command line that has a network in it, too: arguments, flags, its own folder, and what it prints."""

import argparse
import os
import sys
from pathlib import Path

import keras
from absl import flags

parser = argparse.ArgumentParser()
parser.add_argument("--classes", type=int, default=10)
arguments = parser.parse_args()
FLAGS = flags.FLAGS
flags.DEFINE_integer("width_of_the_example", 16, "neurons")
FLAGS(sys.argv)
HERE = Path(sys.argv[0]).resolve().parent
os.write(1, b"not a line of JSON")
print("read", (HERE / "command_line.py").stat().st_size, "bytes")


def build_model(hp):
    width = hp.Int("width", 8, FLAGS.width_of_the_example)
    layers = [keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(width, activation="relu")]
    model = keras.Sequential([*layers, keras.layers.Dense(arguments.classes, activation="softmax")])
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    build_model(None).fit(input("rows? "))
