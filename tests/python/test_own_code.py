"""A function, a class, an instance: the code by which other processes make it."""

import importlib
import sys
from pathlib import Path

import pytest

from tests.spaces.own_fits import __name__ as OWN_FITS
from tuner.errors import InputError, TunerError
from tuner.python.own_code import code_of
from tuner.spec.code import name_in

MODULE = """
class Sized:
    def __init__(self, classes, input_shape=(8, 8), name=None):
        self.classes, self.input_shape, self.name = classes, input_shape, name
        self.made = []

    def build(self, hp):
        return hp


class Lost(Sized):
    def __init__(self, size):
        super().__init__(size)


class Drawn(Sized):
    def __init__(self, classes):
        super().__init__(classes)
        self.more = classes


def build_model(hp):
    return hp


def space(trial):
    return trial
"""


@pytest.fixture
def mine(here: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    (here / "mine.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(here))
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    return importlib.import_module("mine")


def test_a_function_of_a_module_is_named_by_its_file(mine: object, here: Path) -> None:
    code, name = code_of(mine.build_model, here / "code")  # type: ignore[attr-defined]
    assert (code.file, code.name, name) == (here / "mine.py", "build_model", "build_model")
    assert name_in(code).style == "keras_tuner"
    code, _ = code_of(mine.space, here / "code")  # type: ignore[attr-defined]
    assert name_in(code).style == "python"
    assert not (here / "code").exists()


def test_one_of_a_package_is_named_by_its_module(here: Path) -> None:
    module = importlib.import_module(OWN_FITS)
    made = next(each for each in vars(module).values() if isinstance(each, type) and each.__module__ == OWN_FITS)
    code, _ = code_of(made, here / "code")
    assert (code.place, code.name) == (OWN_FITS, made.__name__)


def test_an_instance_is_written_down_as_the_call_that_makes_it(mine: object, here: Path) -> None:
    code, name = code_of(mine.Sized(10, input_shape=(4, 4)), here / "code")  # type: ignore[attr-defined]
    assert (name, code.name) == ("Sized", "hypermodel")
    assert "hypermodel = Sized(classes=10, input_shape=(4, 4), name=None)" in code.file.read_text()
    again, _ = code_of(mine.Sized(10, input_shape=(4, 4)), here / "code")  # type: ignore[attr-defined]
    assert (again.file, again.digest) == (code.file, code.digest)
    (here / "mine.py").write_text(MODULE + "\n# changed\n")
    changed, _ = code_of(mine.Sized(10, input_shape=(4, 4)), here / "code")  # type: ignore[attr-defined]
    assert changed.digest != code.digest


def test_an_instance_that_is_more_than_its_arguments_is_refused(mine: object, here: Path) -> None:
    import numpy as np

    with pytest.raises(InputError, match=r"its argument size is not kept in it as self\.size"):
        code_of(mine.Lost(3), here)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="its argument classes is a ndarray, and workers"):
        code_of(mine.Sized(np.zeros(3)), here)  # type: ignore[attr-defined]
    drawn = mine.Drawn(3)  # type: ignore[attr-defined]
    drawn.more = 4
    with pytest.raises(InputError, match="holds more than the arguments"):
        code_of(drawn, here)


def test_what_has_no_source_is_refused(mine: object, here: Path) -> None:
    import functools

    for given in (functools.partial(mine.build_model), mine.Sized(3).build):  # type: ignore[attr-defined]
        with pytest.raises(TunerError) as raised:
            code_of(given, here)
        assert "\n" not in str(raised.value)
