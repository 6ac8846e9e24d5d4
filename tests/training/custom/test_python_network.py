"""A person's code makes a network, and it is trained, stopped, exported and blamed as any other."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.conftest import Plan
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.errors import SpecError, TrialFailed
from tuner.spec.code import CodeName, Style, find_code, name_in
from tuner.spec.space import Parameter, Value
from tuner.training.custom.python_network import PythonNetwork, network
from tuner.training.networks.models import evaluate, load_bytes
from tuner.training.plan import WEIGHTS_ONLY, EpochResult, TrainResult, Verdict
from tuner.training.trainer import go_on

SPACES = Path(__file__).parents[2] / "spaces"
# Slices of Model.fit and of Keras' own saving, which are not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


class Made:
    """A network of a file in tests/spaces, what it asked, and how it was trained."""

    def __init__(self, digits: Dataset, where: str, settings: dict[str, Value], callbacks: tuple[Any, ...]) -> None:
        self.digits = digits
        self.asked: dict[str, Parameter] = {}
        self.answers: dict[str, Value] = {}
        code = find_code(str(SPACES / where))
        self.network: PythonNetwork = network(
            code, name_in(code), self._ask, settings, callbacks, digits.info, seed=3
        )  # fmt: skip
        self.epochs: list[dict[str, float]] = []

    def _ask(self, parameter: Parameter) -> Value:
        self.asked[parameter.name] = parameter
        return parameter.default

    def fitted(self, kind: str) -> Preprocessing:
        return fit(kind, self.digits.train.x)

    def train(self, plan: Any, until: int = 100) -> TrainResult:
        def note(result: EpochResult) -> Verdict:
            assert result.epoch == len(self.epochs) + 1
            self.epochs.append(dict(result.metrics))
            return "go_on" if result.epoch < until else "stop"

        return self.network.train(self.digits, self.fitted, replace(plan, path="auto", epochs=0), None, note)


Make = Callable[..., Made]


@pytest.fixture
def make(digits: Dataset) -> Make:
    def of(where: str, *callbacks: Any, **settings: Value) -> Made:
        return Made(digits, where, settings, callbacks)

    return of


@pytest.mark.parametrize(
    ("where", "asked", "path"),
    [
        ("hypermodels.py:build_model", ["num_layers", "units_0", "activation", "dropout", "lr"], "compiled"),
        ("hypermodels.py:build_from_existing", ["units", "activation"], "compiled"),
        ("hypermodels.py:Shapes", ["model_type", "width"], "compiled"),
        ("hypermodels.py:TunedFit", ["units", "activation", "shuffle"], "TunedFit.fit"),
        ("hypermodels.py:TunedData", ["units", "activation", "scale", "batch_size"], "TunedData.fit"),
        ("hypermodels.py:not_tunable", ["shuffle"], "TunedFit.fit"),
        ("spaces.py:sequential", ["layers", "units_0", "lr"], "compiled"),
        ("spaces.py:functional", ["units"], "compiled"),
        ("spaces.py:subclassed", ["units"], "fit: the model is a subclass"),
        ("spaces.py:with_its_own_training", ["layers", "units_0", "lr", "epochs", "batch_size"], "fit: callbacks (Red"),
    ],
)
def test_every_style_is_trained(make: Make, plan: Plan, where: str, asked: list[str], path: str) -> None:
    made = make(where, epochs=2, batch_size=64) if "fit" not in path.lower() else make(where, epochs=2)
    result = made.train(plan())
    assert list(made.asked) == asked
    assert result.path.startswith(path)
    assert len(result.epochs) == len(made.epochs) == 2
    assert result.value == max(each["val_accuracy"] for each in made.epochs) > 0.15
    exported = made.network.export()
    if exported.name == "model.keras":
        scores = evaluate(load_bytes(exported.data), made.digits.validation, made.digits.info)
        assert scores["accuracy"] == pytest.approx(result.value, abs=1e-6) or "TunedData" in where


def test_normalization_is_of_the_rows_and_inside_the_model_for_use(make: Make, plan: Plan) -> None:
    for kind in ("minmax", "whiten"):
        made = make("hypermodels.py:build_from_existing", epochs=3, normalization=kind)
        result = made.train(plan())
        model = load_bytes(made.network.export().data)
        assert model.input_shape == (None, 8, 8, 1)
        scores = evaluate(model, made.digits.validation, made.digits.info)
        assert scores["accuracy"] == pytest.approx(result.value, abs=1e-6)


def test_logits_become_probabilities_in_the_model_for_use(make: Make, plan: Plan) -> None:
    made = make("spaces.py:functional", epochs=1)
    made.train(plan())
    outputs = load_bytes(made.network.export().data).predict(made.digits.test.x, verbose=0)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)


def test_a_model_that_keras_cannot_make_again_leaves_weights_and_a_reason(make: Make, plan: Plan) -> None:
    made = make("spaces.py:subclassed", epochs=1)
    made.train(plan())
    exported = made.network.export()
    assert exported.name == "model.weights.zip"
    assert "cannot be loaded from a .keras file" in exported.problem
    with zipfile.ZipFile(BytesIO(exported.data)) as file:
        assert file.namelist() == ["model.weights.h5", "config.json", "normalization.npz"]


def test_a_model_of_the_codes_own_class_says_what_it_needs(make: Make, plan: Plan) -> None:
    made = make("spaces.py:subclassed_and_named", epochs=1)
    made.train(plan())
    exported = made.network.export()
    assert exported.name == "model.keras"
    assert exported.problem == "has classes of spaces: to load it elsewhere, give custom_objects"


def test_an_objective_that_only_the_result_names_is_the_value(make: Make, plan: Plan) -> None:
    made = make("hypermodels.py:OwnMetric", epochs=2)
    result = made.train(plan(monitor="wrong", direction="minimize"))
    assert [set(each) & {"wrong", "half_wrong"} for each in made.epochs] == [set(), {"wrong", "half_wrong"}]
    assert result.value == made.epochs[-1]["wrong"] == 2 * made.epochs[-1]["half_wrong"]
    assert result.best_epoch == 2


def test_a_single_number_is_the_objective(make: Make, plan: Plan) -> None:
    result = make("hypermodels.py:OneNumber").train(plan(monitor="anything", direction="minimize"))
    assert result.value == result.epochs[0]["anything"]


def test_a_loop_of_its_own_is_watched_and_stopped(make: Make, plan: Plan) -> None:
    own = {"monitor": "my_metric", "direction": "minimize"}
    made = make("hypermodels.py:OwnLoop")
    result = made.train(plan(**own))
    assert len(made.epochs) == 4
    assert result.value == min(each["my_metric"] for each in made.epochs)
    assert set(made.asked) == {"units", "batch_size", "lr"}
    made = make("hypermodels.py:OwnLoop")
    result = made.train(plan(**own), until=2)
    assert (len(made.epochs), result.stopped, result.reason) == (2, "caller", "stopped at epoch 2")
    assert result.value == min(each["my_metric"] for each in made.epochs)


def test_a_custom_fit_stops_when_it_is_told(make: Make, plan: Plan) -> None:
    made = make("hypermodels.py:TunedFit", epochs=5)
    assert made.train(plan(), until=2).stopped == "caller"
    assert len(made.epochs) == 2
    made = make("hypermodels.py:TunedFit", epochs=30)
    # The first epoch is the best, where less is better.
    assert made.train(plan(patience=1, direction="minimize")).stopped == "patience"
    assert len(made.epochs) == 2


def test_afterwards_the_model_has_its_best_epochs_weights(make: Make, plan: Plan) -> None:
    made = make("hypermodels.py:TunedFit", epochs=4)
    # The best is the first: the least accurate.
    result = made.train(plan(direction="minimize"))
    model = made.network.model
    _, accuracy = model.evaluate(made.digits.validation.x.astype(np.float32), made.digits.validation.y, verbose=0)
    assert accuracy == pytest.approx(result.value, abs=1e-6)
    assert result.best_epoch == 1 + int(np.argmin([each["val_accuracy"] for each in made.epochs]))


def test_named_callbacks_are_used(make: Make, plan: Plan) -> None:
    stopping = {"early_stopping": {"monitor": "val_accuracy", "mode": "min", "patience": 1}}
    made = make("hypermodels.py:build_from_existing", stopping, epochs=30)
    result = made.train(plan())
    assert result.path == "fit: callbacks (EarlyStopping)"
    assert len(result.epochs) < 30
    with pytest.raises(TrialFailed, match=r"early_stopping: there is no option 'patient'. Did you mean patience"):
        make("hypermodels.py:build_from_existing", {"early_stopping": {"patient": 1}}).train(plan())


def test_the_same_seed_gives_the_same_network(make: Make, plan: Plan) -> None:
    first, second = (make("hypermodels.py:build_model", epochs=2).train(plan()) for _ in range(2))
    assert first.epochs == second.epochs


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("hypermodels.py:refuses", "too large for this house"),
        ("hypermodels.py:breaks", r"ValueError: .*no_such_activation.* \(hypermodels.py, line \d+\)"),
        ("hypermodels.py:uncompiled", "the model is not compiled"),
        ("hypermodels.py:returns_nothing", "gave a NoneType; a keras.Model is needed"),
        ("hypermodels.py:prints_and_leaves", "SystemExit: 3"),
        ("hypermodels.py:log_with_step", 'units: Optuna has no step together with sampling="log"'),
        ("spaces.py:reports_itself", "each epoch is reported by the training itself"),
    ],
)
def test_code_that_fails_fails_the_configuration_in_a_line(make: Make, where: str, words: str) -> None:
    with pytest.raises(TrialFailed, match=words) as failed:
        make(where)
    assert "\n" not in failed.value.reason


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("hypermodels.py:too_few_outputs", "the model has 4 outputs, and there are 10 classes"),
        ("hypermodels.py:without_accuracy", "does not measure 'val_accuracy'.*it measures .*val_loss"),
    ],
)
def test_a_model_that_does_not_fit_the_study_fails_with_its_reason(
    make: Make, plan: Plan, where: str, words: str
) -> None:
    with pytest.raises(TrialFailed, match=words):
        make(where, epochs=1).train(plan())


def test_a_metric_for_other_labels_is_not_mended_by_another_shape_of_the_rows(
    make: Make, plan: Plan, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import keras\ndef build_model(hp):\n"
        "    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])\n"
        "    model.compile('adam', 'mse', metrics=['sparse_categorical_crossentropy'])\n    return model\n"
    )
    with pytest.raises(TrialFailed, match="takes class indices, and the loss mse beside it one-hot targets") as failed:
        make(str(script)).train(plan())
    assert "Reshape" not in failed.value.reason


def test_an_error_of_ours_passes_through_the_code(make: Make, plan: Plan) -> None:
    class Lost(Exception):
        pass

    made = make("hypermodels.py:TunedFit", epochs=2)

    def lose(_: EpochResult) -> Verdict:
        raise Lost

    with pytest.raises(Lost):
        made.network.train(made.digits, made.fitted, plan(), None, lose)


@pytest.mark.parametrize(("style", "name"), [("python", "nothing"), ("keras_tuner", "Traning")])
def test_a_name_that_is_not_in_the_file_is_named_with_its_nearest(digits: Dataset, style: Style, name: str) -> None:
    code = find_code(str(SPACES / "spaces.py"))
    with pytest.raises(SpecError, match=f"there is no '{name}' in it"):
        network(code, CodeName(style, "spaces.py", name), lambda each: each.default, {}, (), digits.info, seed=0)


@pytest.mark.parametrize(
    "search", ["kt.RandomSearch(build_model, 'val_loss').search()", "o.create_study().optimize(print)"]
)
def test_a_script_that_searches_when_it_is_loaded_is_told_where_to_put_that(
    digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, search: str
) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "script.py"
    script.write_text(
        f"import keras_tuner as kt\nimport optuna as o\ndef build_model(hp): hp.Int('a', 1, 2)\n{search}\n"
    )
    name = CodeName("keras_tuner", "script.py", "build_model")
    with pytest.raises(SpecError, match=r'put that, .* under if __name__ == "__main__": \(script.py, line 4\)'):
        network(find_code(str(script)), name, lambda parameter: parameter.default, {}, (), digits.info, seed=1)


def test_a_keras_tuner_application_is_built_from_what_is_known_of_the_data(digits: Dataset) -> None:
    code = find_code("keras_tuner.applications")
    name = CodeName("keras_tuner", "keras_tuner.applications", "HyperEfficientNet")
    with pytest.raises(TrialFailed, match=r"downloads weights. Those that do not: HyperResNet, HyperXception"):
        network(code, name, lambda each: each.default, {}, (), digits.info, seed=0)


def test_training_again_ends_when_it_is_told(make: Make, plan: Plan) -> None:
    for where, epochs in (("hypermodels.py:TunedFit", 4), ("hypermodels.py:build_from_existing", 4)):
        made = make(where, epochs=epochs)
        result = made.network.train(made.digits, made.fitted, plan(epochs=2, path="auto"), None, go_on)
        assert (len(result.epochs), result.stopped) == (2, "finished")
        assert result.value == max(each["val_accuracy"] for each in result.epochs)
    made = make("hypermodels.py:OwnLoop")
    own = plan(monitor="my_metric", direction="minimize", epochs=2)
    result = made.network.train(made.digits, made.fitted, own, None, go_on)
    assert (len(result.epochs), result.stopped) == (2, "finished")
    assert result.value == min(each["my_metric"] for each in result.epochs)


def test_a_model_that_keras_cannot_make_again_is_there_to_be_scored(make: Make, plan: Plan) -> None:
    made = make("spaces.py:subclassed", epochs=1, normalization="minmax")
    result = made.train(plan())
    scores = evaluate(made.network.for_use(), made.digits.validation, made.digits.info)
    assert scores["accuracy"] == pytest.approx(result.value, abs=1e-6)


def test_a_network_that_runs_eagerly_alone_is_complete_without_a_score(make: Make, plan: Plan) -> None:
    made = make("spaces.py:eager", epochs=1, batch_size=512, normalization="minmax")
    result = made.train(plan())
    assert result.path == "fit: the model was compiled to run eagerly"
    why = made.network.why_not_scored(made.digits, result.epochs[0])
    assert why.startswith("no model for use can be made of the network (")
    assert made.network.export().name == WEIGHTS_ONLY


def test_a_graph_says_what_its_outputs_are_without_another_model(
    make: Make, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make("spaces.py:functional", epochs=1, batch_size=512)
    result = made.train(plan())
    monkeypatch.setattr(PythonNetwork, "_for_use", None)
    assert made.network.why_not_scored(made.digits, result.epochs[0]) == ""


def test_a_fit_that_crops_builds_its_network_on_its_own_rows(make: Make, plan: Plan) -> None:
    made = make("own_fits.py:CropsLater", epochs=2, batch_size=64)
    result = made.train(plan())
    assert made.network.model.input_shape == (None, 6, 6, 1)
    assert len(result.epochs) == 2
    why = made.network.why_not_scored(made.digits, result.epochs[0])
    assert why.startswith("its fit gives it rows of shape (6, 6, 1)")
