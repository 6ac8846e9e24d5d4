"""Bad input gets one clear line, the right exit code, no traceback, and nothing is lost."""

import gzip
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tuner.cli.main import main

Tune = Callable[..., "Done"]


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def tune(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Tune:
    """Run the command in an empty folder, in this process: only the libraries' import is saved."""
    monkeypatch.chdir(tmp_path)
    for name in ("TUNER_STORAGE", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, **environment: str) -> Done:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["tune", *arguments])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capfd.readouterr()
        # Where this machine is slow, it says what it is doing.
        said = "".join(each for each in err.splitlines(keepends=True) if not each.endswith(" ...\n"))
        return Done(code, out, said)

    return run


def test_the_process_ends_with_the_error_and_its_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tuner.cli.main", "start", "--space", "fashon_mnist"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("tune: there is no search space 'fashon_mnist'. Did you mean fashion_mnist")


def one_line(done: Done, code: int) -> str:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == ""
    return done.stderr


def test_an_unknown_space_is_named_with_its_nearest(tune: Tune, tmp_path: Path) -> None:
    assert "Did you mean fashion_mnist" in one_line(tune("start", "--space", "fashon_mnist"), 3)
    assert not list(tmp_path.iterdir())


def test_a_space_file_that_is_not_there_is_named(tune: Tune) -> None:
    assert "there is no search-space file my.yaml" in one_line(tune("start", "--space", "my.yaml"), 3)


def test_broken_yaml_is_named_with_its_line(tune: Tune, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("dataset: digits\nparameters: {epochs: [1, 2}\n")
    assert "my.yaml: line 2: not YAML" in one_line(tune("start", "--space", "my.yaml"), 2)


def test_an_unknown_sampler_is_named_with_its_nearest(tune: Tune, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("dataset: digits\nparameters: {epochs: [1, 2]}\nsearch: {sampler: tpee}\n")
    assert "search.sampler: 'tpee' is not known. Did you mean tpe?" in one_line(tune("start", "--space", "my.yaml"), 2)


def test_an_option_that_the_pruner_has_not_is_named(tune: Tune, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(
        "dataset: digits\nparameters: {epochs: [1, 2]}\nsearch: {pruner: {name: asha, reduction: 3}}\n"
    )
    assert "asha has no option 'reduction'" in one_line(tune("spaces", "check", "my.yaml"), 2)


def test_zero_trials_are_too_few(tune: Tune) -> None:
    assert "--trials 0: a study needs at least one trial" in one_line(
        tune("start", "--space", "digits", "--trials", "0", "--detach"), 2
    )


def test_an_unknown_option_is_an_error_of_input(tune: Tune) -> None:
    done = tune("start", "--spce", "digits")
    assert done.returncode == 2
    assert "No such option '--spce'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("storage", "code", "words"),
    [
        ("sqlite:////no/such/folder/t.db", 2, "Does its folder exist"),
        ("nonsense", 2, "is not a database URL"),
        ("postgresql://nobody@127.0.0.1:1/x", 4, "Is the server up"),
    ],
)
def test_a_database_that_cannot_be_used_says_why(tune: Tune, storage: str, code: int, words: str) -> None:
    assert words in one_line(tune("start", "--space", "digits", "--detach", "--storage", storage), code)


def test_a_folder_without_a_database_has_no_study(tune: Tune, tmp_path: Path) -> None:
    for command in (["status"], ["list"], ["trials", "s"], ["best"], ["resume", "s"], ["stop"], ["sync"]):
        assert "there is no study database" in one_line(tune(*command), 3)
    assert not list(tmp_path.iterdir())


def test_a_study_of_that_name_with_another_specification_is_left_alone(tune: Tune, tmp_path: Path) -> None:
    assert tune("start", "--space", "digits", "--study", "mine", "--detach").returncode == 0
    (tmp_path / "my.yaml").write_text("dataset: digits\nparameters: {epochs: [1, 2]}\n")
    line = one_line(tune("start", "--space", "my.yaml", "--study", "mine", "--detach"), 2)
    assert "study 'mine' is there with another specification" in line
    assert tune("list").stdout.count("mine") == 1


def test_a_smaller_budget_than_what_was_begun_is_refused_and_an_unknown_study_named(tune: Tune) -> None:
    assert tune("start", "--space", "digits", "--study", "mine", "--detach").returncode == 0
    assert "no study 'main'" in one_line(tune("resume", "main"), 3)
    assert "there is no study 'x'" in one_line(tune("stop", "x"), 3)


def test_a_gpu_that_is_not_there_is_not_promised(tune: Tune) -> None:
    # As in a container without one, also where this machine has a GPU.
    done = tune("start", "--space", "digits", "--device", "gpu", NVIDIA_VISIBLE_DEVICES="none")
    assert "--device gpu: no NVIDIA GPU was found" in one_line(done, 2)


def test_a_damaged_data_file_is_named_before_anything_is_stored(
    tune: Tune, tmp_path: Path, fashion_mnist_home: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(fashion_mnist_home / "datasets" / "fashion-mnist", home / "datasets" / "fashion-mnist")
    damaged = home / "datasets" / "fashion-mnist" / "train-images-idx3-ubyte.gz"
    content = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(content[: len(content) // 2])
    line = one_line(tune("start", "--space", "fashion_mnist", KERAS_HOME=str(home)), 2)
    assert "train-images-idx3-ubyte.gz" in line
    assert not (tmp_path / "tuner.db").exists()


def test_a_folder_of_idx_files_that_is_empty_says_which_files_belong_there(tune: Tune, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "my.yaml").write_text("dataset: {idx: images}\nparameters: {epochs: [1, 2]}\n")
    assert "train-images-idx3-ubyte" in one_line(tune("start", "--space", "my.yaml"), 2)
    with gzip.open(tmp_path / "images" / "train-images-idx3-ubyte.gz", "wb") as file:
        file.write(b"\x00\x00\x08\x03")
    assert "images" in one_line(tune("start", "--space", "my.yaml"), 2)


@pytest.mark.parametrize("command", ["status", "trials", "best", "list"])
def test_every_reading_command_prints_one_object(tune: Tune, command: str) -> None:
    import json

    tune("start", "--space", "digits", "--study", "mine", "--detach")
    done = tune(command, "--json")
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def test_a_table_that_has_changed_is_refused_when_its_study_goes_on(tune: Tune, tmp_path: Path) -> None:
    from tuner.data.sources import load
    from tuner.database.connection import open_database
    from tuner.database.studies import view_study
    from tuner.studies.stored_study import bind_data, spec_of

    rows = "".join(f"{i % 7},{'red' if i % 3 else 'blue'},{'yes' if i % 2 else 'no'}\n" for i in range(60))
    (tmp_path / "t.csv").write_text("size,colour,bought\n" + rows)
    (tmp_path / "my.yaml").write_text("dataset: {csv: t.csv, target: bought}\nparameters: {epochs: [1, 2]}\n")
    assert tune("start", "--space", "my.yaml", "--study", "mine", "--detach").returncode == 0
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    view = view_study(db, "mine")
    bind_data(db, view, "t", load(spec_of(view).data, view.seed).digest)
    (tmp_path / "t.csv").write_text("size,colour,bought\n" + rows.replace("3,red", "4,red"))
    for command in (["resume", "mine"], ["start", "--space", "my.yaml", "--study", "mine"]):
        assert "study 'mine' began on other data (t: digest" in one_line(tune(*command), 2)
    (tmp_path / "t.csv").write_text("size,colour,bought\n" + rows.replace("3,red", "3,", 1))
    line = one_line(tune("start", "--space", "my.yaml"), 2)
    assert "t.csv: column colour, row 11: the cell is empty" in line


def test_checking_a_space_names_what_is_never_used_and_what_it_is_in_for(tune: Tune, tmp_path: Path) -> None:
    import json

    (tmp_path / "my.yaml").write_text(
        "dataset: digits\nparameters: {units: [8, 64], momentum: [0.5, 0.9]}\nsearch: {trials: 3}\n"
    )
    done = tune("spaces", "check", "my.yaml", "--quick")
    assert done.returncode == 0, done.stderr
    assert "smallest network  610 parameters\n" in done.stdout
    assert "largest network   4,810 parameters\n" in done.stdout
    assert "warning: momentum is given and never used: no choice of the space is the optimizer momentum" in done.stdout
    told = json.loads(tune("spaces", "check", "my.yaml", "--json").stdout)
    assert told["largest"]["parameters"] == 4810
    assert told["largest"]["step_seconds"] > 0
    assert told["study_seconds"] > 0
    assert len(told["warnings"]) == 1


def test_data_made_by_code_runs_only_where_the_code_is_named(tune: Tune, tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text(
        "from sklearn.datasets import load_iris\n\n\ndef load():\n    return load_iris(return_X_y=True)\n"
    )
    (tmp_path / "my.yaml").write_text("dataset: {python: rows.py:load}\nparameters: {units: [8, 16]}\n")
    for command in (["start", "--space", "my.yaml"], ["spaces", "check", "my.yaml"]):
        assert "If you trust that code, add --code" in one_line(tune(*command), 2)
    assert not (tmp_path / "tuner.db").exists()
    done = tune("spaces", "check", "my.yaml", "--quick", "--code", "rows.py")
    assert done.returncode == 0, done.stderr
    done = tune("start", "--space", "my.yaml", "--study", "s", "--detach", "--code", "rows.py")
    assert done.stderr.startswith("study s is stored; run it with: tune worker --study s --code /")
