"""Trials chosen, ordered, paged and grouped: on studies that were written into SQL, and as laws over any values."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.written import TRIALS, Told, write_study
from tests.database.conftest import opening
from tuner.database.runs import RunView
from tuner.errors import InputError
from tuner.service.trial_columns import columns_of
from tuner.service.trial_filters import read_condition
from tuner.service.trial_groups import GroupsRequest, group_trials
from tuner.service.trial_lists import TrialsRequest, list_trials
from tuner.spec.space import Value
from tuner.studies.status import StudyStatus, study_status
from tuner.studies.stored_study import spec_of


@pytest.fixture(scope="module")
def status(tmp_path_factory: pytest.TempPathFactory) -> StudyStatus:
    return _written(tmp_path_factory.mktemp("listed"), [*TRIALS, Told({}, (), "failed", "no memory")])


def _written(folder: Path, told: Sequence[Told]) -> StudyStatus:
    with opening(f"sqlite:///{folder / 'tuner.db'}") as db:
        write_study(db, "s", told)
        return study_status(db, "s", epochs=True)


def _numbers(status: StudyStatus, *where: str) -> list[int | None]:
    return [each.trial_number for each in list_trials(status, TrialsRequest(where=where)).trials]


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ("optimizer:adam", [0, 4]),
        ("optimizer:adam,momentum", [0, 1, 4]),
        ("optimizer:!adam", [1, 2, 3, 5]),
        ("optimizer:Adam", []),
        ("learning_rate:<0.001", [2]),
        ("learning_rate:<=1e-3", [0, 2]),
        ("learning_rate:>0.03", [3]),
        ("learning_rate:0.001", [0]),
        ("units_1:32..48", [0, 4]),
        ("units_1:48..", [1, 3, 4]),
        ("units_1:..16", [2]),
        ("units_2:", [0, 2, 5]),
        ("units_2:!", [1, 3, 4]),
        ("units_2:=48", [1]),
        ("units_2:!48", [0, 2, 3, 4, 5]),
        ("state:failed", [5]),
        ("verdict:diverged", [3]),
        ("verdict:", [0, 1, 2, 4, 5]),
        ("value:>0.94", [1, 4]),
        ("value:", [3, 5]),
        # Epochs are those that were trained; a parameter of that name is told by its prefix.
        ("epochs:1", [3]),
        ("params.epochs:6", [0, 1, 2, 3, 4]),
        ("val_loss:<0.2", [0]),
        ("metrics.val_loss:!", [0, 1, 2, 3, 4]),
        ("baseline:plain", [0]),
        ("number:2..3", [2, 3]),
        ("worker:h-1-s", [1, 3, 5]),
    ],
)
def test_a_condition_chooses(where: str, numbers: list[int], status: StudyStatus) -> None:
    assert _numbers(status, where) == numbers


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("optimizer", "where: 'optimizer' has no colon. Write NAME:VALUE"),
        ("optimiser:adam", "no column 'optimiser'. Did you mean optimizer"),
        ("learning_rate:<small", "'small' is no number"),
        ("params.value:1", "no column 'params.value'"),
    ],
)
def test_what_is_no_condition_is_said_in_a_line(where: str, words: str, status: StudyStatus) -> None:
    with pytest.raises(InputError) as said:
        _numbers(status, where)
    assert words in str(said.value)
    assert "\n" not in str(said.value)


def test_a_study_without_trials_has_the_columns_of_its_space(tmp_path: Path) -> None:
    empty = replace(_written(tmp_path, TRIALS[:1]), trials=())
    assert list_trials(empty, TrialsRequest(where=("units_3:>1", "val_accuracy:>0.5"), order="units_2")).total == 0


def test_groups_of_a_choice_and_of_none(status: StudyStatus) -> None:
    groups = group_trials(status, GroupsRequest(by="optimizer")).groups
    assert [(each.value, each.trials, each.complete, each.best, each.best_trial) for each in groups] == [
        ("adam", 2, 2, 0.95, 4),
        ("momentum", 1, 1, 0.955, 1),
        ("sgd", 2, 0, None, None),
        (None, 1, 0, None, None),
    ]
    assert groups[0].median == pytest.approx(0.94)
    assert groups[3].where == ("params.optimizer:",)


# No database keeps a NUL, and no request has one.
_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", "!x", "<3", "=a", "a,b", "1..2", "none", "true", "1", "1.0"]
)
_values = st.booleans() | st.integers(-50, 50) | st.floats(-1e6, 1e6) | _texts
_columns = st.lists(st.none() | _values, min_size=1, max_size=30) | st.lists(
    st.none() | st.integers(-200, 200), min_size=20, max_size=30
) | st.lists(st.none() | st.floats(1e-6, 1e6), min_size=20, max_size=30)  # fmt: skip


@cache
def _one_trial() -> tuple[StudyStatus, RunView]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        status = _written(Path(folder), TRIALS[:1])
    return status, status.trials[0]


def _of(values: Sequence[Value | None]) -> StudyStatus:
    """A study whose trials have these values of one parameter."""
    status, first = _one_trial()
    trials = [
        replace(first, ordinal=place, trial_number=place, params={} if value is None else {"x": value})
        for place, value in enumerate(values)
    ]
    return replace(status, trials=tuple(trials))


@given(_columns)
def test_every_trial_is_in_one_group_and_its_conditions_choose_the_group(values: list[Value | None]) -> None:
    status = _of(values)
    groups = group_trials(status, GroupsRequest(by="params.x")).groups if any(v is not None for v in values) else ()
    if groups:
        assert sum(each.trials for each in groups) == len(values)
    for each in groups:
        assert list_trials(status, TrialsRequest(where=each.where)).total == each.trials, each


@given(_columns, st.integers(1, 7), st.booleans())
def test_pages_of_any_column_are_the_whole_list(values: list[Value | None], limit: int, downwards: bool) -> None:
    status = _of([*values, 1])
    order = "-params.x" if downwards else "params.x"
    whole = list_trials(status, TrialsRequest(order=order, limit=200)).trials
    paged: list[RunView] = []
    after = None
    while True:
        page = list_trials(status, TrialsRequest(order=order, limit=limit, after=after))
        paged += page.trials
        after = page.next
        if after is None:
            break
    assert [each.ordinal for each in paged] == [each.ordinal for each in whole]
    with_value = [each.params["x"] for each in whole if "x" in each.params]
    assert all("x" not in each.params for each in whole[len(with_value) :])
    numbers = [each for each in with_value if not isinstance(each, str)]
    assert numbers == sorted(numbers, reverse=downwards)


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_an_error_of_one_line(text: str) -> None:
    status, _ = _one_trial()
    columns = columns_of(spec_of(status.study), status.trials)
    for each in (text, f"value:{text}", f"optimizer:{text}"):
        try:
            condition = read_condition(each, columns)
        except InputError:
            continue
        condition.holds(status.trials[0])
