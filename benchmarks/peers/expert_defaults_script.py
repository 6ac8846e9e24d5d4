"""The same of an expert who knows what usually learns, and lets the first trial be that: the defaults of Keras."""

from benchmarks.peers.expert_script import main

DEFAULTS = {
    "layers": 1,
    "units_0": 128,
    "activation": "relu",
    "initializer": "glorot_uniform",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 128,
    "dropout": 0.0,
}

if __name__ == "__main__":
    main(DEFAULTS)
