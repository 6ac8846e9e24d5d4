"""A person's code before a study: it takes the way of a trial, and what would fail there is one line here."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import TunerError
from tuner.spec.code import find_code, name_in
from tuner.spec.sources import read_data
from tuner.spec.study_spec import parse_spec
from tuner.studies import child_process
from tuner.studies.code_check import check
from tuner.studies.row_sample import as_in_an_epoch, read_sample, write_sample
from tuner.studies.sent_spec import sent

SPACES = Path(__file__).parents[1] / "spaces"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

Request = Callable[..., dict[str, Any]]

HEAD = "import keras, keras_tuner, optuna, sys\nfrom keras import layers\n"
ENDS = """
    model.compile('adam', loss={loss}, metrics=['accuracy'])
    return model
"""
SPARSE = "'sparse_categorical_crossentropy'"


def net(body: str, loss: str = SPARSE) -> str:
    return f"{HEAD}def build_model(hp):\n    width = hp.Int('width', 4, 8)\n    model = {body}{ENDS.format(loss=loss)}"


def plain(more: str = "", of: str = "layers.Flatten()", last: str = "layers.Dense(10, activation='softmax')") -> str:
    return more + net(f"keras.Sequential([{of}, layers.Dense(width), {last}])")


@pytest.fixture
def request_of(tmp_path: Path, digits: Dataset) -> Request:
    def of(text: str, more: str = "", name: str = "") -> dict[str, Any]:
        file = tmp_path / "net.py"
        file.write_text(text)
        found = name_in(find_code(f"{file}:{name}" if name else str(file)))
        write_sample(digits, tmp_path / "rows.npz")
        spec = f"dataset: digits\nmodel: {{{found.style}: 'net.py:{found.name}'}}\n{more}"
        where = {"folder": str(tmp_path), "code": str(file), "codes": []}
        rows = {"info": asdict(digits.info), "rows": str(tmp_path / "rows.npz"), "fit": False}
        return {"spec": sent(parse_spec(spec, "net", tmp_path, "net")), **where, **rows}

    return of


def test_code_is_called_as_a_program_of_its_own_and_no_file_in_a_home_changes_keras(
    request_of: Request, tmp_path: Path
) -> None:
    (tmp_path / "keras.json").write_text('{"floatx": "float16", "image_data_format": "channels_first"}')
    request = request_of((SPACES / "command_line.py").read_text())
    Path(request["folder"], "command_line.py").write_text("")
    answer = child_process.ask("tuner.studies.code_check", request, "net.py", {"KERAS_HOME": str(tmp_path)})
    assert answer["parameters"] == {"width": {"values": "8 to 16", "default": 8}}
    assert answer["notes"] == []


TWO_INPUTS = net(
    "keras.Model([a := keras.Input((8, 8, 1)), b := keras.Input((8, 8, 1))], "
    "layers.Dense(10, activation='softmax')(layers.Flatten()(layers.Add()([a, b]))))"
)
TWO_OUTPUTS = net(
    "keras.Model(a := keras.Input((8, 8, 1)), "
    "[layers.Dense(10)(layers.Flatten()(a)), layers.Dense(1)(layers.Flatten()(a))])"
)
CALLBACK = """
class Late(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None): self.missing

def space(trial):
    from tuner import Training
    model = keras.Sequential([layers.Flatten(), layers.Dense(10, activation='softmax')])
    model.compile('adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    return Training(model, epochs=3, callbacks=[Late()])
"""

REFUSED = {
    "leaves": (plain("import sys\nsys.exit(3)\n"), r"SystemExit: 3 \(net.py, line 2\)\. It is run without arguments"),
    "asks": (plain("rate = input('rate? ')\n"), r"EOFError: .*line 1\)\. Nobody answers input\(\) here"),
    "argument needed": (
        plain("import argparse\np = argparse.ArgumentParser()\np.add_argument('rows')\np.parse_args()\n"),
        r"SystemExit: 2 \(net.py, line 4\)\. It is run without arguments: give each a default",
    ),
    "two inputs": (TWO_INPUTS, "the model has 2 inputs, and a row of digits is one array of shape .8, 8, 1."),
    "two outputs": (TWO_OUTPUTS, "the model has 2 outputs, and a row of digits has the targets of one"),
    "rank": (
        plain(of="layers.Reshape((8, 8, 1)), layers.LSTM(4)"),
        r"expected ndim=3, found ndim=4.*Reshape\(\(8, 8\)\)",
    ),
    "labels": (plain(of="layers.Conv2D(2, 3)", last="layers.Dense(10)"), "net.py: "),
    "loss": (net("keras.Sequential([layers.Flatten(), layers.Dense(10)])", "'no_such_loss'"), "no_such_loss"),
    "metric": (plain().replace("['accuracy']", "None"), "does not measure 'val_accuracy'"),
    "metric of other targets": (
        plain().replace("['accuracy']", "['mae']"),
        r"InvalidArgumentError: Incompatible shapes: \[32\] vs. \[32,10\]",
    ),
    "callback": (HEAD + CALLBACK, r"AttributeError: 'Late' object has no attribute 'missing' \(net.py, line 5\)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_fail_in_every_trial_is_one_line(request_of: Request, name: str) -> None:
    text, words = REFUSED[name]
    with pytest.raises(TunerError, match=words) as refused:
        check(request_of(text))
    assert "\n" not in str(refused.value)


SCOPE = """
    kind = hp.Choice('kind', ['small', 'large'])
    with hp.conditional_scope('kind', ['large']):
        if kind == 'large':
            hp.Int('depth', 1, 3)
            model = keras.Sequential([layers.Flatten(), layers.Dense(7, activation='softmax')])
"""


def test_what_lies_in_a_conditional_scope_is_built_and_its_loss_computed(request_of: Request) -> None:
    text = plain().replace("    model.compile", f"{SCOPE}    model.compile", 1)
    with pytest.raises(TunerError, match="the model has 7 outputs, and there are 10 classes"):
        check(request_of(text))
    wrong = text.replace("Dense(7", "Dense(10").replace("loss=", "loss='binary_crossentropy' if kind == 'large' else ")
    with pytest.raises(TunerError, match=r"net\.py: "):
        check(
            request_of(
                wrong.replace(
                    "Dense(10, activation='softmax')])\n    model", "Dense(10), layers.Reshape((5, 2))])\n    model"
                )
            )
        )
    assert set(check(request_of(text.replace("Dense(7", "Dense(10")))["parameters"]) == {"width", "kind", "depth"}


@pytest.mark.parametrize("refusal", ["optuna.TrialPruned('small')", "keras_tuner.errors.FailedTrialError('small')"])
def test_a_configuration_that_the_code_declines_is_no_error_and_another_is_tried(
    request_of: Request, refusal: str
) -> None:
    text = plain().replace("    model =", f"    if width < 6: raise {refusal}\n    model =", 1)
    assert check(request_of(text))["notes"] == []
    never = text.replace("width < 6", "True")
    assert check(request_of(never))["notes"] == [
        "the code declined each of 31 configurations that were tried, at last: small"
    ]


def test_a_fit_that_wants_more_rows_than_a_sample_is_tried_on_all(request_of: Request) -> None:
    text = plain().replace("def build_model", "def build", 1) + """
class Own(keras_tuner.HyperModel):
    def build(self, hp): return build(hp)
    def fit(self, hp, model, x, y, validation_data, **kwargs):
        assert len(x) >= WANTED
        return model.fit(x, y, validation_data=validation_data, **kwargs)
"""  # fmt: skip
    assert check(request_of(text.replace("WANTED", "1000"), name="Own"))["notes"] == []
    with pytest.raises(TunerError, match=r"AssertionError:  \(net.py, line \d+\)"):
        check(request_of(text.replace("WANTED", "1200"), name="Own"))


def test_a_network_whose_training_is_one_call_has_no_folds(request_of: Request) -> None:
    fit = "\n    def fit(self, hp, model, x, y, **kwargs):\n        return model.fit(x, y, verbose=0, **kwargs)\n"
    build = "    def build(self, hp):\n        return build_model(hp)\n"
    own = f"{plain()}\nclass Own(keras_tuner.HyperModel):\n{build}{fit}"
    with pytest.raises(TunerError, match=r"validation\.folds: its training is one call .* Write validation: 0\.2"):
        check(request_of(own, "validation: {folds: 3}\n", "Own"))
    check(request_of(plain(), "validation: {folds: 3}\n"))


def test_a_further_objective_that_the_model_does_not_measure_is_told(request_of: Request) -> None:
    more = "objectives: [val_accuracy, {metric: val_recall, direction: maximize}]\n"
    with pytest.raises(TunerError, match="does not measure 'val_recall', one of the objectives; it measures loss, "):
        check(request_of(plain(), more=more))


def test_what_there_will_not_be_is_noted(request_of: Request) -> None:
    request = request_of((SPACES / "spaces.py").read_text(), name="subclassed")
    (note,) = check(request)["notes"]
    assert note.startswith("the model cannot be loaded from a .keras file")
    request = request_of((SPACES / "own_fits.py").read_text(), name="Crops")
    assert check(request)["notes"] == [
        "the model takes rows as its fit makes them, not as they are",
        "no figures on the test rows: its fit gives it rows of shape (6, 6, 1), and those of digits have (8, 8, 1)",
    ]


def test_a_sample_has_rows_of_every_class_also_of_a_source_in_order(tmp_path: Path) -> None:
    y = np.repeat(np.arange(3), 900)
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).normal(size=(2700, 4)).astype(np.float32), y=y)
    dataset = load(read_data({"npz": "rows.npz"}, 0.2, tmp_path, "x"), 0)
    write_sample(dataset, tmp_path / "few.npz")
    few = read_sample(tmp_path / "few.npz", dataset.info)
    assert len(few.train) == 512
    assert all(np.bincount(part.y, minlength=3).min() > 20 for part in (few.train, few.validation, few.test))
    assert len(as_in_an_epoch(few, 32).train) == 32 + dataset.info.train_rows % 32
    assert len(as_in_an_epoch(few, None).train) == 512
