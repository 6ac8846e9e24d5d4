"""What was written in a notebook's cell is a file that other processes run; what cannot be is said in a line."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.python.notebooks import Notebook, notebook
from tuner.errors import InputError
from tuner.python.cell_source import is_plain, source_of

SETUP = """
import math
import os.path as paths
from collections import OrderedDict as Kept, namedtuple
import numpy as np
from tuner.errors import TunerError
from tuner.python.cell_source import source_of

def told(made, *more):
    try:
        print(source_of(made, *more))
    except TunerError as error:
        print("refused:", error)
"""


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    with notebook(tmp_path_factory.mktemp("cells")) as made:
        assert made.run(SETUP) == ""
        yield made


def test_a_function_brings_its_imports_its_constants_and_its_helpers(cells: Notebook, tmp_path: Path) -> None:
    cells.run("RATE = 0.5\nLAYERS = {'small': [8, 16]}\nunused = 7")
    cells.run("def helper(x):\n    return Kept(x=math.floor(x * RATE))")
    cells.run("alias = helper\ndef twice(f):\n    return f")
    cells.run("@twice\ndef build(hp, size=LAYERS['small'][1]):\n    return alias(hp), paths.sep, size, len('abc')")
    text = cells.run("told(build)")
    assert "unused" not in text
    (tmp_path / "made.py").write_text(f"{text}\nprint(build(9))\n")
    done = subprocess.run([sys.executable, tmp_path / "made.py"], capture_output=True, text=True)
    assert done.stdout == "(OrderedDict({'x': 4}), '/', 16, 3)\n" or "('x', 4)" in done.stdout, done.stderr
    assert "from collections import OrderedDict as Kept" in text


def test_a_cell_that_was_run_again_gives_its_last_text(cells: Notebook) -> None:
    cells.run("def again(hp):\n    return 1")
    cells.run("def again(hp):\n    return 2")
    assert "return 2" in cells.run("told(again)")


def test_a_class_brings_the_class_that_it_comes_from(cells: Notebook, tmp_path: Path) -> None:
    cells.run("class Base:\n    scale = 3\n\n    def whole(self):\n        return self.scale")
    cells.run("class Mine(Base):\n    def build(self, hp):\n        return super().whole() * hp")
    text = cells.run("told(Mine, 'made = Mine()')")
    (tmp_path / "made.py").write_text(f"{text}\nprint(made.build(2))\n")
    done = subprocess.run([sys.executable, tmp_path / "made.py"], capture_output=True, text=True)
    assert done.stdout == "6\n", done.stderr


def test_what_cannot_be_had_elsewhere_is_said_in_a_line(cells: Notebook) -> None:
    cells.run("rows = np.zeros((3, 4))\ndef uses(hp):\n    return rows.shape")
    assert cells.run("told(uses)").startswith("refused: uses: uses rows, a ndarray of this notebook")
    cells.run("def outer():\n    kept = 3\n    def inner(hp):\n        return kept\n    return inner\nmade = outer()")
    assert "inner: was made inside a function" in cells.run("told(made)")
    assert "a lambda has no source" in cells.run("told(lambda hp: hp)")
    cells.run("exec('def typed(hp):\\n    return 1')")
    said = cells.run("told(typed)")
    assert "typed: its source is not known here" in said
    assert said.count("\n") == 1


def test_cells_with_magics_hinder_nothing(cells: Notebook) -> None:
    cells.run("%matplotlib inline\nimport json as texts")
    cells.run("%time None\ndef marked(hp):\n    return texts.dumps(hp)")
    assert "import json as texts" in cells.run("told(marked)")


def test_a_script_that_is_run_gives_its_functions_too(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import math\nfrom tuner.python.cell_source import source_of\n\n\n"
        "def build(hp):\n    return math.pi\n\n\nprint(source_of(build))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.stdout == "import math\n\n\ndef build(hp):\n    return math.pi\n\n", done.stderr


@pytest.mark.parametrize(
    ("value", "plain"),
    [(1, True), ([1, (2.5, "a")], True), ({"a": None}, True), (float("nan"), False), (object(), False)],
)
def test_plain_values_read_back_as_they_are_printed(value: object, plain: bool) -> None:
    assert is_plain(value) is plain


def test_the_source_of_what_is_in_no_main_module_is_not_asked() -> None:
    with pytest.raises(InputError, match="was made inside a function"):
        source_of(_made_inside())


def _made_inside() -> object:
    def inner() -> None: ...

    return inner
