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


_THINGS = ("film", "plot", "music", "acting", "ending", "dialogue", "camera", "humour", "story", "cast")
_PRAISE = ("good", "great", "moving", "clever", "funny", "superb", "gripping", "honest", "fresh", "charming")
_BLAME = ("bad", "dull", "awful", "clumsy", "boring", "weak", "tired", "hollow", "loud", "messy")
_MUCH = ("", "very ", "rather ", "simply ", "truly ")
_NOT = ("not ", "never ", "hardly ")
_NEGATED = 0.35
_SENTENCES = 5_000


def negations(name: str) -> Found:
    """Sentences of praise and blame, of which a third is negated, and after "but" the second half is what counts.

    Whoever counts words alone is often wrong: the order of them matters.
    """
    random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(11)))

    def choose(words: tuple[str, ...]) -> str:
        return words[random.randint(len(words))]

    def clause(praise: bool) -> str:
        negated = random.random_sample() < _NEGATED
        word = choose(_PRAISE if praise != negated else _BLAME)
        return f"the {choose(_THINGS)} was {choose(_NOT) if negated else ''}{choose(_MUCH)}{word}"

    praised = random.random_sample(_SENTENCES) < 0.5
    texts = []
    for praise in praised:
        turned = random.random_sample() < 0.5
        texts.append(f"{clause(bool(praise) != turned)} {'but' if turned else 'and'} {clause(bool(praise))}")

    def reading() -> Reading:
        return Reading("arrays", notes=("a row is a sentence",))

    return Found(Rows(np.array(texts), praised.astype(np.int32)), None, ("blame", "praise"), reading=reading)
