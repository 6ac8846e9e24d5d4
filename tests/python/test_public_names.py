"""`tuner` for people: which names it has, and that each is there."""

import tuner
from tuner import errors

NAMES = [
    "Best",
    "Client",
    "DataError",
    "InputError",
    "NotFound",
    "OptunaOracle",
    "ServiceDown",
    "SpecError",
    "Study",
    "StudyConflict",
    "Training",
    "TunerError",
    "errors",
    "open",
    "start",
]


def test_the_public_names_are_these() -> None:
    assert tuner.__all__ == NAMES
    for name in NAMES:
        assert getattr(tuner, name) is not None
        assert name in dir(tuner)


def test_the_errors_are_one_tree() -> None:
    kinds = {name: each for name, each in vars(errors).items() if isinstance(each, type)}
    assert all(issubclass(each, errors.TunerError) for each in kinds.values())
    assert {name for name in NAMES if name in kinds} < kinds.keys()
    assert all(getattr(tuner, name) is each for name, each in kinds.items() if name in NAMES)


def test_what_is_public_says_what_it_is() -> None:
    for name in NAMES:
        assert getattr(tuner, name).__doc__, name
    for name, each in vars(tuner.Study).items():
        assert name.startswith("_") or name in ("name", "storage") or each.__doc__, name
