"""`tuner.start` with real workers, from a script's point of view."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

import tuner

SPACE: dict[str, Any] = {
    "dataset": "digits",
    "parameters": {
        "hidden_layers": 1, "units": [16, 32], "optimizer": ["adam", "momentum"], "epochs": 3, "batch_size": 64,
        "normalization": ["minmax", "standard"],
    },
    "search": {"trials": 3, "sampler": "random", "pruner": "none", "finalists": 0},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("start")


@pytest.fixture(scope="module")
def ran(folder: Path) -> tuner.Study:
    """A study that ran to its end, started from a dict."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("TUNER_STORAGE", "TUNER_ARTIFACTS", "MLFLOW_TRACKING_URI"):
            patch.delenv(name, raising=False)
        study = tuner.start(SPACE, study_name="ran", seed=1, workers=1)
        assert study.state in ("waiting", "running")
        study.wait(show=False)
    return study


@pytest.mark.slow
def test_a_study_runs_to_its_end(ran: tuner.Study) -> None:
    assert ran.state == "finished"
    assert list(ran.trials().state) == ["complete"] * 3
    assert len(ran.epochs()) == 9
    assert ran.best.test is not None
    assert "running" not in ran._repr_html_()


@pytest.mark.slow
def test_the_model_predicts_what_the_exported_one_does(ran: tuner.Study, folder: Path, tmp_path: Path) -> None:
    storage = f"sqlite:///{folder / 'tuner.db'}"
    command = [sys.executable, "-m", "tuner.cli.main", "export", "ran", "--output", "out", "--storage", storage]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run([sys.executable, tmp_path / "out" / "predict.py"], check=True, capture_output=True, text=True)
    rows = np.load(tmp_path / "out" / "sample.npy")
    outputs = ran.load_model().predict(rows, verbose=0)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == [str(each) for each in outputs.argmax(axis=1)]
    assert [line.split("\t")[1] for line in done.stdout.splitlines()] == [f"{each:.4f}" for each in outputs.max(axis=1)]
    first = ran.load_model(trial=0)
    assert first.predict(load_digits().images[:5, ..., None], verbose=0).shape == (5, 10)
    with pytest.raises(tuner.NotFound, match="no trial 7"):
        ran.load_model(trial=7)


@pytest.mark.slow
def test_a_study_goes_on_to_a_larger_budget(ran: tuner.Study, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(tuner.StudyConflict, match="has ended; to go on, ask for more than 3"):
        ran.resume()
    again = tuner.open("ran", storage=ran.storage)
    again.resume(trials=4, workers=1)
    again.wait()
    assert len(ran.trials()) == 4
    said = capsys.readouterr().err
    assert "ran: finished, 4 of 4 trials" in said
    assert "\x1b" not in said
    assert "tensorflow" not in said.lower()


SCRIPT = """
import sys, time
import tuner

study = tuner.start({space!r}, study_name="left", trials=30, workers=1, seed=1)
while len(study.trials()) < 2:
    time.sleep(0.2)
print("begun", flush=True)
{then}
"""


def begin(folder: Path, then: str) -> "subprocess.Popen[str]":
    slow = {**SPACE, "parameters": {**SPACE["parameters"], "epochs": 40}}
    (folder / "script.py").write_text(SCRIPT.format(space=slow, then=then))
    return subprocess.Popen(
        [sys.executable, "script.py"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def workers_of(folder: Path) -> list[str]:
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            text = place.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in text and "TUNER_NOTICES" in text:
            found.append(place.parent.name)
    return found


@pytest.mark.slow
def test_a_script_that_ends_leaves_no_worker_and_a_study_that_goes_on(here: Path) -> None:
    script = begin(here, "")
    assert script.communicate(timeout=120)[0] == "begun\n"
    assert script.returncode == 0
    assert workers_of(here) == []
    study = tuner.open("left")
    assert study.state == "interrupted"
    with pytest.raises(tuner.TunerError, match="nobody works on study 'left'; it is interrupted"):
        study.wait()
    study.resume(target=0.5, workers=1)
    study.wait(show=False)
    assert study.state == "finished"


@pytest.mark.slow
def test_interrupting_the_waiting_says_what_goes_on(here: Path) -> None:
    script = begin(here, "try:\n    study.wait()\nfinally:\n    print(study.state)")
    assert script.stdout is not None
    assert script.stderr is not None
    assert script.stdout.readline() == "begun\n"
    # The first word of the waiting.
    assert any(line.startswith("left: running") for line in iter(script.stderr.readline, ""))
    script.send_signal(signal.SIGINT)
    out, err = script.communicate(timeout=60)
    assert out == "running\n"
    last = err.strip().splitlines()[-1]
    assert last.startswith("KeyboardInterrupt: the waiting has ended, study left goes on")
    assert ".stop() ends it" in last


def test_what_cannot_be_started_is_said_and_nothing_is_stored(here: Path) -> None:
    def build(hp: Any) -> Any: ...

    for given, more, words in (
        ("fashion_mnits", {}, "Did you mean fashion_mnist"),
        ({**SPACE, "dataset": "digit"}, {}, "Did you mean digits"),
        ({**SPACE, "model": "mpl"}, {}, "Did you mean mlp"),
        (SPACE, {"trials": 0}, "at least one trial"),
        (SPACE, {"trials": "many"}, "trials"),
        (SPACE, {"dataset": "digits", "data": ([], [])}, "one of them"),
        (3, {}, "a int is no search space"),
        (build, {"dataset": "digits"}, "not to be had from its module"),
    ):
        with pytest.raises(tuner.InputError if "Did you mean fashion" not in words else tuner.NotFound) as raised:
            tuner.start(given, **more)
        assert words in str(raised.value)
        assert "\n" not in str(raised.value)
    if (here / "tuner.db").exists():
        from tuner.analysis.results import studies

        assert studies("sqlite:///tuner.db").empty


def test_a_file_that_starts_a_study_where_it_is_loaded_is_refused(here: Path) -> None:
    (here / "again.py").write_text(
        "import keras, tuner\n\n\ndef build_model(hp):\n    return keras.Sequential()\n\n\n"
        "tuner.start('again.py:build_model', dataset='digits', trials=1, workers=1)\n"
    )
    done = subprocess.run([sys.executable, "again.py"], cwd=here, capture_output=True, text=True, timeout=120)
    assert "Put the call under if __name__" in done.stderr.strip().splitlines()[-1]
