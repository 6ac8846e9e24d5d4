"""Searches on a table: they are what their seed says, and who fails or is not there has no rank."""

import io
import logging
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from benchmarks import tables, tabular, tabular_peers
from benchmarks.tables import Problem, _PlainData
from benchmarks.tabular import AT, Study, _read, _table, search

_UP, _DOWN, _WORDS = np.arange(8)[:, None, None], np.arange(6)[None, :, None], np.arange(3)[None, None, :]
ONCE = Problem(
    family="made",
    name="up",
    parameters={"width": 8, "depth": 6, "kind": ("a", "b", "c")},
    values=((_UP - 5) ** 2 + (_DOWN - 1) ** 2 + 3.0 * (_WORDS != 1))[..., None],
)


@pytest.fixture(autouse=True)
def loud_again() -> Iterator[None]:
    """What the benchmark silences is silenced in the whole process: not for the tests that come after these."""
    verbosity = optuna.logging.get_verbosity()
    yield
    logging.disable(logging.NOTSET)
    optuna.logging.set_verbosity(verbosity)


@pytest.mark.parametrize("system", ["tuner tpe", "optuna random", "optuna tpe"])
def test_a_search_is_its_seeds_and_comes_nearer_to_the_best(system: str) -> None:
    tabular_peers.quieten()
    found = search(system, ONCE, 3, trials=40)
    assert not found.failed
    # Each configuration was trained once: what shows the best value is the best so far.
    assert list(found.regrets) == sorted(found.regrets, reverse=True)
    assert 0.0 <= found.regrets[-1] < found.regrets[0]
    assert found.regrets == search(system, ONCE, 3, trials=40).regrets
    assert found.regrets != search(system, ONCE, 4, trials=40).regrets


def test_a_portfolio_is_what_was_good_on_the_others_and_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = Problem("made", "turned", ONCE.parameters, ONCE.values[::-1])
    other = Problem("made", "other", ONCE.parameters, ONCE.values[:, ::-1])
    monkeypatch.setattr(tables, "problems", lambda: (ONCE, turned, other))
    # First what is best on average, then the best of the one and of the other.
    chosen = tables.portfolio(ONCE, 3)
    for each in (turned, other):
        assert min(each.levels[each.place(values)] for values in chosen) == each.best
    assert {values["kind"] for values in chosen} == {"b"}
    asked = tabular_peers.Ours(ONCE, 0, first=chosen)
    tried = []
    for _ in range(4):
        tried.append(asked.ask())
        asked.tell(0.5)
    assert tried[:3] == chosen
    assert tried[3] not in chosen


def test_of_several_trainings_one_is_shown_and_their_mean_counts() -> None:
    values = np.stack([ONCE.values[..., 0] - 0.5, ONCE.values[..., 0] + 0.5, np.full((8, 6, 3), np.nan)], axis=-1)
    noisy = Problem("made", "noisy", ONCE.parameters, values)
    assert {noisy.shown((5, 1, 1), chance) for chance in (0.0, 0.49, 0.51, 0.99)} == {-0.5, 0.5}
    assert noisy.regret(float(noisy.levels[5, 1, 1])) == 0.0
    assert noisy.regret(noisy.middle) == 1.0


def test_a_peer_that_fails_is_an_error_and_one_that_is_missing_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(problem: Problem, seed: int) -> tabular_peers.Searcher:
        raise RuntimeError("it broke")

    def missing(problem: Problem, seed: int) -> tabular_peers.Searcher:
        raise ModuleNotFoundError(name="nowhere")

    monkeypatch.setattr(tabular, "SYSTEMS", {"broken": broken, "missing": missing})
    assert search("broken", ONCE, 0).failed == "RuntimeError: it broke"
    assert search("missing", ONCE, 0).failed == "not installed: nowhere"


def test_what_failed_is_tried_again_and_what_is_there_is_not(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(
        '{"system": "a", "problem": "p", "seed": 1, "regrets": [0.5], "seconds": 1.0, "failed": ""}\n'
        '{"system": "b", "problem": "p", "seed": 1, "regrets": [], "seconds": 0.0, "failed": "RuntimeError: no"}\n'
    )
    assert list(_read(path)) == [("a", "p", 1)]


def test_the_one_with_less_regret_has_the_better_rank(capsys: pytest.CaptureFixture[str]) -> None:
    def regrets(last: float) -> tuple[float, ...]:
        return tuple(np.linspace(1.0, last, max(AT)))

    known = {
        (system, "p", seed): Study(system, "p", seed, regrets(last), 1.0)
        for system, last in (("worse", 0.5), ("better", 0.1), ("as good", 0.1))
        for seed in (0, 1)
    }
    _table(known, ["worse", "better", "as good"], ["p"], [0, 1])
    lines = capsys.readouterr().out.splitlines()
    ranks = {line[:34].strip(): line.split()[-3:] for line in lines if line[:1].isalpha()}
    assert ranks["worse"][0] == "3.00"
    assert ranks["better"][0] == ranks["as good"][0] == "1.50"


def test_a_table_is_read_as_plain_data_only() -> None:
    plain: dict[str, Any] = {"00": {"val_acc": [0.5, 0.75]}}
    assert _PlainData(io.BytesIO(pickle.dumps(plain))).load() == plain
    with pytest.raises(pickle.UnpicklingError, match="only plain data"):
        _PlainData(io.BytesIO(pickle.dumps(Path("x")))).load()
