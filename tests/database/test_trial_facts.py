"""What is known of a run is typed, and what earlier schemas stored of it is read without loss."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tuner.database.trial_facts import StoredVerdict, TrialFacts, of_tags

NAMES = [*TrialFacts.model_fields, "illness", "verdict", "remedy", "version_keras", "version_", "val_auc"]
DIVIDED = st.sampled_from(["; ", ", ", "a, b", "\n"])
TEXTS = st.one_of(st.text(max_size=8), st.integers().map(str), st.floats().map(str), DIVIDED)
WORDS = st.text(max_size=8)
NUMBERS = st.integers(min_value=0, max_value=2**53)
FACTS = st.builds(
    TrialFacts,
    host=WORDS,
    threads=st.none() | NUMBERS,
    seed=st.none() | NUMBERS,
    parameters=st.none() | NUMBERS,
    training_seconds=st.none() | st.floats(min_value=0, max_value=1e6).map(lambda each: round(each, 2)),
    versions=st.dictionaries(WORDS, WORDS, max_size=2),
    verdicts=st.lists(st.builds(StoredVerdict, kind=WORDS, words=WORDS, remedy=WORDS), max_size=3).map(tuple),
    figures=st.dictionaries(WORDS, st.floats(allow_nan=False, allow_infinity=False), max_size=2),
    other_tags=st.dictionaries(WORDS, WORDS, max_size=2),
)


@given(tags=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), TEXTS, max_size=8))
def test_texts_of_an_earlier_schema_are_told_as_they_were(tags: dict[str, str]) -> None:
    facts = TrialFacts.read(tags)
    assert facts.as_tags() == tags
    assert TrialFacts.read(facts.as_json()) == facts
    assert TrialFacts.read(facts.as_json()).as_tags() == tags


@given(facts=FACTS)
def test_what_is_stored_is_read_back(facts: TrialFacts) -> None:
    assert TrialFacts.read(facts.as_json()) == facts


def test_verdicts_are_values_and_old_texts_of_them_are_read() -> None:
    old = {"illness": "vanishing gradients, dead units", "verdict": "faint; dead", "remedy": "relu\nHe", "seed": "7"}
    facts = of_tags(old)
    assert facts.seed == 7
    assert facts.verdicts == (
        StoredVerdict(kind="vanishing gradients", words="faint", remedy="relu"),
        StoredVerdict(kind="dead units", words="dead", remedy="He"),
    )
    # A word with a semicolon in it cannot be told from two: it is told whole.
    (whole,) = of_tags({"illness": "unstable", "verdict": "jumps; then falls", "remedy": "smaller"}).verdicts
    assert whole.words == "jumps; then falls"


def test_what_is_said_later_counts_and_nothing_else_is_lost() -> None:
    known = TrialFacts(host="here", rows_train=100, versions={"keras": "3"})
    more = known.with_more(TrialFacts(rows_train=120, versions={"optuna": "5"}))
    assert (more.host, more.rows_train, more.versions) == ("here", 120, {"keras": "3", "optuna": "5"})


def test_what_a_later_version_stored_is_written_back() -> None:
    later: dict[str, Any] = {"host": "here", "versions": {"keras": "9"}, "colour": {"of": "it"}}
    assert TrialFacts.read(later).host == "here"
    assert TrialFacts.read(later).as_json() == later
    assert TrialFacts.read(later).with_more(TrialFacts(seed=1)).as_json() == {**later, "seed": 1}


def test_a_figure_is_found_wherever_it_is_kept() -> None:
    facts = TrialFacts(parameters=10, figures={"val_auc": 0.5}, other_tags={"val_old": "0.25", "val_odd": "nan"})
    names = ("parameters", "val_auc", "val_old", "val_odd", "latency_ms", "none")
    assert [facts.figure(name) for name in names] == [10.0, 0.5, 0.25, None, None, None]
