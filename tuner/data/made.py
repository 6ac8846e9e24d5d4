"""Data that are computed: the same numbers on every machine, and nothing to download.

Owns: how they come about, and which of them are for validation and test.
Leaves to others: checks and digest (raw_dataset).
"""

import numpy as np

from tuner.data.dataset import Rows
from tuner.data.raw_dataset import Found
from tuner.data.reading import Reading

_STEPS = 24
_ROWS = (4_000, 1_000, 1_000)
# The system forgets how it began within some tens of steps.
_SETTLING = 200


def narma10(name: str) -> Found:
    """NARMA-10: the last 24 inputs of a nonlinear system of memory 10, and what it then gives out, a regression.

    y(t+1) = 0.3 y(t) + 0.05 y(t) (y(t) + ... + y(t-9)) + 1.5 u(t-9) u(t) + 0.1, with u drawn evenly from 0 to 0.5.
    Training, validation and test rows follow one another in time, and no input is in two of them.
    Source: Atiya & Parlos, "New results on recurrent network training", 2000.
    """
    length = _SETTLING + sum(_ROWS) + len(_ROWS) * _STEPS
    # Sums and products alone, of a stream that never changes (NEP 19): the same digits on every machine.
    drawn = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(10))).random_sample(length)
    u = [0.5 * float(each) for each in drawn]
    y = [0.0] * 10
    for t in range(9, length - 1):
        y.append(0.3 * y[t] + 0.05 * y[t] * sum(y[t - 9 : t + 1]) + 1.5 * u[t - 9] * u[t] + 0.1)
    inputs, outputs = np.array(u, np.float32), np.array(y, np.float32)
    parts, at = [], _SETTLING
    for rows in _ROWS:
        ends = at + _STEPS + np.arange(rows)
        windows = np.stack([inputs[end - _STEPS : end] for end in ends])
        parts.append(Rows(windows[:, :, np.newaxis], outputs[ends][:, np.newaxis]))
        at += _STEPS + rows
    train, validation, test = parts

    def reading() -> Reading:
        return Reading("arrays", notes=(f"a row is {_STEPS} inputs one after another, its target what comes next",))

    return Found(train, test, (), validation=validation, reading=reading)
