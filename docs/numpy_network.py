"""A network in plain NumPy, tuned by a study of a server: no Keras here, and what is trained is this file's own affair.

    tune serve
    python docs/numpy_network.py http://127.0.0.1:8765

Several may run at the same time, on as many machines as you like: each takes the next trial.
"""

import os
import sys

import numpy as np
from sklearn.datasets import load_digits

from tuner import Client

SPACE = {
    "model": "external",
    "objective": {"metric": "accuracy", "direction": "maximize"},
    "parameters": {
        "units": {"int": [8, 128], "log": True},
        "learning_rate": {"float": [1e-3, 1.0], "log": True},
        "momentum": {"float": [0.0, 0.95], "step": 0.05},
        "activation": ["relu", "tanh"],
        "epochs": 15,
    },
    "baselines": {"plain": {"units": 32, "learning_rate": 0.1, "momentum": 0.0, "activation": "tanh"}},
    "search": {"trials": 24, "pruner": "percentile"},
}


def rows() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Digits, 1,347 to train on and 450 to look at afterwards."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order] / 16.0, y[order]
    return x[450:], y[450:], x[:450], y[:450]


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def train(trial, x, y, x_seen_never, y_seen_never) -> None:
    """One hidden layer, gradients by hand; after each epoch the study is asked whether to go on."""
    p, rng = trial.params, np.random.default_rng(trial.seed)
    act = np.tanh if p["activation"] == "tanh" else lambda z: np.maximum(z, 0.0)
    slope = (lambda h: 1.0 - h * h) if p["activation"] == "tanh" else (lambda h: (h > 0).astype(float))
    w = [rng.normal(0, 64**-0.5, (64, p["units"])), rng.normal(0, p["units"] ** -0.5, (p["units"], 10))]
    b = [np.zeros(p["units"]), np.zeros(10)]
    speed = [np.zeros_like(each) for each in (*w, *b)]
    for _ in range(p["epochs"]):
        losses = []
        for part in np.array_split(rng.permutation(len(x)), len(x) // 32):
            h = act(x[part] @ w[0] + b[0])
            out = softmax(h @ w[1] + b[1])
            losses.append(-np.log(out[np.arange(len(part)), y[part]] + 1e-12).mean())
            error = out
            error[np.arange(len(part)), y[part]] -= 1.0
            error /= len(part)
            back = (error @ w[1].T) * slope(h)
            steps = (x[part].T @ back, h.T @ error, back.sum(axis=0), error.sum(axis=0))
            for v, weights, step in zip(speed, (*w, *b), steps, strict=True):
                v *= p["momentum"]
                v -= p["learning_rate"] * step
                weights += v
        right = (act(x_seen_never @ w[0] + b[0]) @ w[1] + b[1]).argmax(axis=1) == y_seen_never
        if not trial.report({"accuracy": right.mean(), "loss": np.mean(losses)}):
            return  # pruned, cancelled, or that was the last epoch


def main(url: str, study_name: str = "numpy-digits", trials: int = 24) -> None:
    with Client(url, os.environ.get("TUNER_TOKEN")) as client:
        study = client.start(SPACE, study_name=study_name, space_name="numpy_digits", trials=trials)
        data = rows()
        while (trial := study.ask()) is not None:
            with trial:  # tells its end: complete here, failed where an error leaves it, given back at Ctrl+C
                train(trial, *data)
            print(f"trial {trial.number}: {trial.state} {trial.reason}")
        print("best:", study.best.trial_number, study.best.value, dict(study.best.params))


if __name__ == "__main__":
    main(*sys.argv[1:2])
