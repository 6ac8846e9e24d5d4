"""Every front gives the same request for the same words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tuner.cli.request_options import start_request as of_command
from tuner.cli.running import start as command
from tuner.python.asked import start_request as of_call
from tuner.python.starting import start as call
from tuner.service.requests import Request, StartRequest
from tuner.service.words import words_of
from tuner.settings import read_settings


@dataclass(frozen=True)
class Said:
    """One word of a request, as a shell and as a Python program say it. flags: beside `space`, which is always said.

    engine: without which it says nothing.
    """

    flags: tuple[str, ...]
    argument: Any
    engine: str = "local"


WORDS: Mapping[str, Said] = {
    "space": Said((), "digits"),
    "code": Said(("--code", "net.py", "--code", "package.module"), ["net.py", "package.module"]),
    "dataset": Said(("--dataset", "digits"), "digits"),
    "objective": Said(("--objective", "val_loss:minimize"), "val_loss:minimize"),
    "trial_epochs": Said(("--trial-epochs", "3"), 3),
    "batch_size": Said(("--batch-size", "16"), 16),
    "normalization": Said(("--normalization", "minmax"), "minmax"),
    "study_name": Said(("--study", "s"), "s"),
    "trials": Said(("--trials", "7"), 7),
    "timeout_s": Said(("--timeout", "60.5"), 60.5),
    "seed": Said(("--seed", "5"), 5),
    "epoch_budget": Said(("--epoch-budget", "100"), 100),
    "target": Said(("--target", "0.9"), 0.9),
    "plateau": Said(("--plateau", "12"), 12),
    "device": Said(("--device", "cpu"), "cpu"),
    "workers": Said(("--workers", "3"), 3),
    "gpus": Said(("--gpus", "0,1"), "0,1"),
    "workers_per_gpu": Said(("--workers-per-gpu", "2"), 2),
    "mixed_precision": Said(("--mixed-precision",), True),
    "cohort": Said(("--cohort", "16"), 16),
    "engine": Said(("--engine", "ray"), "ray", "ray"),
    "address": Said(("--address", "ray://head:10001"), "ray://head:10001", "ray"),
    "cpus_per_worker": Said(("--cpus-per-worker", "2"), 2.0, "ray"),
    "gpus_per_worker": Said(("--gpus-per-worker", "0.25"), 0.25, "ray"),
    "memory_per_worker": Said(("--memory-per-worker", "2048"), 2048, "ray"),
    "resources": Said(("--resource", "a100=1", "--resource", "fast"), {"a100": 1.0, "fast": 1.0}, "ray"),
    "priority": Said(("--priority", "5"), 5),
    "most_workers": Said(("--most-workers", "2"), 2),
    "baselines": Said(("--baseline", "mine.yaml"), Path("mine.yaml")),
    "from_study": Said(("--from", "old"), "old"),
    "from_best": Said(("--from-best", "4"), 4),
    "tensorboard": Said(("--tensorboard", "logs"), Path("logs")),
    "system_metrics": Said(("--system-metrics",), True),
    "fit": Said(("--fit",), True),
}
ONE_FRONTS = {"detach": "a shell's: Python returns at once", "space_name": "Python's, for what has no file"}


def typed(*flags: str) -> StartRequest:
    options = dict(command.make_context("start", ["--space", "digits", *flags]).params)
    return of_command(options)


def called(**arguments: Any) -> StartRequest:
    defaults = call.__kwdefaults__ or {}
    assert set(arguments) <= {"space", *defaults}, "an argument of tuner.start"
    return of_call(read_settings(), {"space": "digits", **defaults, **arguments})


def told(request: Request, word: str) -> Any:
    """What a request has under a word, in itself or in a request within it."""
    for name, value in request:
        if isinstance(value, Request):
            if word in words_of(type(value)):
                return told(value, word)
        elif name == word or (name, word) == ("epochs", "epoch_budget"):
            return value
    raise AssertionError(f"no field for {word}")


def test_every_word_of_a_request_is_said_on_both_fronts() -> None:
    assert sorted(words_of(StartRequest)) == sorted([*WORDS, *ONE_FRONTS])


@pytest.mark.parametrize("word", WORDS)
def test_the_same_word_makes_the_same_request_on_both_fronts(word: str) -> None:
    said = WORDS[word]
    of_shell = typed("--engine", said.engine, *said.flags)
    of_python = called(**{"engine": said.engine, word: said.argument})
    assert of_shell == of_python
    if word != "space":
        assert told(of_shell, word) != told(typed(), word)


def test_all_words_together_make_the_same_request_too() -> None:
    flags = [flag for said in WORDS.values() for flag in said.flags]
    assert typed(*flags) == called(**{word: said.argument for word, said in WORDS.items()})
    assert typed() == called() == StartRequest(space="digits")
