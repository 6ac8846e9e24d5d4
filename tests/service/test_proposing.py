"""Data without a space get one that can be started, edited, and is never written over a person's own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from click.testing import CliRunner
from PIL import Image
from sklearn.datasets import load_diabetes, load_digits, load_iris

from tuner.cli.main import cli
from tuner.data.sources import load
from tuner.errors import DataError, InputError, NotFound
from tuner.service.proposing import Proposal, propose, write
from tuner.spec.sources import DataSpec
from tuner.spec.study_spec import StudySpec, parse_spec
from tuner.studies.rows_check import load_as_workers_will

DIGITS = load_digits()


def proposed(folder: Path, data: str, target: str | None = None, task: Any = None) -> tuple[Proposal, StudySpec]:
    found = propose(str(folder / data), target, task, folder)
    return found, parse_spec(found.text, found.name, folder, "proposed")


def people(folder: Path, rows: int = 200, **columns: Any) -> None:
    generator = np.random.default_rng(0)
    usual = {
        "id": [f"c{i}" for i in range(rows)],
        "age": [None if i % 9 == 0 else i % 70 for i in range(rows)],
        "since": pandas.date_range("2020-01-01", periods=rows).strftime("%d.%m.%Y"),
        "plan": generator.choice(["basic", "plus"], rows),
        "churn": np.where(generator.random(rows) < 0.1, "yes", "no"),
    }
    pandas.DataFrame(usual | columns).to_csv(folder / "people.csv", index=False)


def test_a_table_is_read_as_far_as_it_can_be_and_says_what_that_leaves_out(tmp_path: Path) -> None:
    people(tmp_path)
    found, spec = proposed(tmp_path, "people.csv", "churn")
    assert found.dataset == {"csv": "people.csv", "target": "churn", "drop": ["id"], "missing": "impute"}
    assert any("nothing is learned from them: id" in each for each in found.notes)
    assert [(each.name, each.taken_as) for each in found.reading.columns] == [
        ("age", "number"), ("since", "date"), ("plan", "category"), ("churn", "target")
    ]  # fmt: skip
    # What was read for it is what the study begins with, and need not be read again.
    assert found.loaded.data == spec.data
    assert load_as_workers_will(spec, (), known=found.loaded)[1] is found.loaded.dataset
    assert load(spec.data, 0).digest == found.loaded.dataset.digest
    other = replace(spec.data, validation=0.3)
    assert load_as_workers_will(replace(spec, source=other), (), known=found.loaded)[1] is not found.loaded.dataset
    assert spec.model == "mlp"
    # Nine of ten rows are of one class.
    assert spec.objective.metric == "val_auc"
    assert "class_weight" in spec.space
    assert [each.name for each in spec.baselines] == ["proposed"]


@pytest.mark.parametrize(
    ("target", "task", "expected"),
    [("churn", None, "classification"), ("age", None, "regression"), ("age", "classification", "classification"),
     ("plan", None, "classification"), ("grade", None, "classification"), ("weight", None, "regression"),
     ("age,weight", None, "regression")],
)  # fmt: skip
def test_the_task_is_seen_in_the_target_unless_it_is_said(
    tmp_path: Path, target: str, task: Any, expected: str
) -> None:
    rows = 300
    people(tmp_path, rows, age=np.arange(rows) % 30, grade=np.arange(rows) % 3, weight=np.linspace(50, 90, rows))
    found, spec = proposed(tmp_path, "people.csv", target, task)
    assert spec.task == expected
    # What was seen and not said is told, and how to say the other, where there is another.
    other = "classification" if expected == "regression" else "regression"
    offered = any(f"--task {other}" in each for each in found.notes)
    assert offered == (task is None and target in ("age", "grade", "weight"))


@pytest.mark.parametrize(
    ("x", "model", "images"),
    [(DIGITS.data, "mlp", False), (DIGITS.images.astype(np.float32), "timeseries", False),
     (DIGITS.images.astype(np.uint8), "cnn", True), (DIGITS.images[..., np.newaxis], "cnn", True)],
)  # fmt: skip
def test_arrays_get_a_family_by_the_shape_of_a_row(tmp_path: Path, x: Any, model: str, images: bool) -> None:
    np.savez(tmp_path / "mine.npz", x=x, y=DIGITS.target)
    found, spec = proposed(tmp_path, "mine.npz")
    assert spec.model == model
    assert (found.dataset.get("rows") == "images") == (images and x.ndim == 3)


def test_a_table_of_texts_is_read_as_texts_where_there_is_nothing_else(tmp_path: Path) -> None:
    data = load(DataSpec("negations"), seed=0).train
    frame = pandas.DataFrame({"id": range(300), "review": data.x[:300], "praise": data.y[:300]})
    frame.to_csv(tmp_path / "reviews.csv", index=False)
    found, spec = proposed(tmp_path, "reviews.csv", "praise")
    assert found.dataset == {"csv": "reviews.csv", "target": "praise", "text": "review"}
    assert spec.model == "text"
    frame.assign(stars=[1, 2, 3] * 100).to_csv(tmp_path / "reviews.csv", index=False)
    found, spec = proposed(tmp_path, "reviews.csv", "praise")
    assert (spec.model, found.dataset["words"]) == ("mlp", ["review"])
    assert any(each.startswith("review holds texts") for each in found.notes)


def test_a_regression_of_arrays_and_of_a_parquet_file(tmp_path: Path) -> None:
    bunch = load_diabetes(as_frame=True)
    bunch.frame.to_parquet(tmp_path / "t.parquet")
    np.savez(tmp_path / "t.npz", x=bunch.data, y=bunch.target + 0.5)
    for data, target in (("t.parquet", "target"), ("t.npz", None)):
        _, spec = proposed(tmp_path, data, target)
        assert (spec.task, spec.objective.metric, spec.objective.direction) == ("regression", "val_mae", "minimize")


def test_images_of_several_sizes_are_brought_to_one(tmp_path: Path) -> None:
    for number, (digit, image) in enumerate(zip(DIGITS.target[:60] % 2, DIGITS.images[:60], strict=True)):
        folder = tmp_path / "pictures" / str(digit)
        folder.mkdir(parents=True, exist_ok=True)
        side = (8, 12)[number % 2]
        Image.fromarray((image * 15).astype(np.uint8)).resize((side, side)).save(folder / f"{number}.png")
    found, spec = proposed(tmp_path, "pictures")
    assert found.dataset == {"images": "pictures", "size": [10, 10]}
    assert spec.model == "cnn"
    assert "of 2 sizes" in found.notes[0]


def test_a_file_of_the_same_name_is_never_written_over(tmp_path: Path) -> None:
    people(tmp_path)
    found, _ = proposed(tmp_path, "people.csv", "churn")
    path = write(found, tmp_path)
    assert write(found, tmp_path) == path
    path.write_text(f"{found.text}# mine\n")
    with pytest.raises(InputError, match=r"people\.yaml is there already.*tune start --space people\.yaml"):
        write(found, tmp_path)
    assert path.read_text().endswith("# mine\n")


@pytest.mark.parametrize(
    ("data", "target", "error", "words"),
    [
        ("people.csv", None, InputError, r"which column is to be predicted\? Add --target COLUMN; there are id, age"),
        ("people.csv", "chrun", InputError, r"no column 'chrun' to predict\. Did you mean churn\?"),
        ("away.csv", "y", NotFound, r"there is no .*away\.csv"),
        ("notes.pdf", None, InputError, r"of which kind is it\? Known are a table"),
        ("empty", None, DataError, "empty"),
        ("damaged.npz", None, DataError, r"damaged\.npz: is no \.npz file|damaged\.npz: damaged"),
        ("damaged.parquet", "y", DataError, r"damaged\.parquet: cannot be read"),
        ("half.csv", "y", DataError, r"target y, row 2 is empty"),
    ],
)
def test_what_cannot_be_proposed_for_is_a_line(tmp_path: Path, data: str, target: str, error: Any, words: str) -> None:
    people(tmp_path)
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged.npz").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "half.csv").write_text("a,y\n1,u\n2,\n" + "3,v\n4,u\n" * 20)
    with pytest.raises(error, match=words) as raised:
        proposed(tmp_path, data, target)
    assert "\n" not in str(raised.value)


def test_the_command_writes_the_space_and_stores_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load_iris(as_frame=True).frame.to_csv("flowers.csv", index=False)
    storage = ["--storage", f"sqlite:///{tmp_path}/tuner.db"]
    done = CliRunner().invoke(cli, ["start", "flowers.csv", "--target", "target", "--detach", *storage])
    assert done.exit_code == 0, done.output
    assert "flowers.yaml says how the data are read" in done.output
    assert (tmp_path / "flowers.yaml").read_text().startswith("# Proposed for flowers.csv")
    again = CliRunner().invoke(cli, ["start", "--space", "flowers.yaml", "--detach", *storage])
    assert again.exit_code == 0, again.output
    net = "import keras\n\ndef build_model(hp):\n    raise AssertionError\n"
    (tmp_path / "net.py").write_text(net)
    refused = CliRunner().invoke(cli, ["start", "flowers.csv", "--target", "target", "--space", "flowers.yaml"])
    assert isinstance(refused.exception, InputError)
    assert "says which data" in str(refused.exception)
    for words in (["start"], ["start", "--space", "digits", "--task", "regression"]):
        assert isinstance(CliRunner().invoke(cli, words).exception, InputError)
