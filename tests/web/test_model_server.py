"""A model over real HTTP: an example that works, class names, a line for whatever is wrong."""

import json
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuner.data.json_table import encoded_rows
from tuner.data.sources import load
from tuner.errors import InputError
from tuner.service.served_model import MOST_ROWS, ServedModel
from tuner.spec.sources import read_data
from tuner.web.model_server import MOST_BYTES, listen_on, request_of, serve_model


def brightest(rows: Any) -> Any:
    """A network of ten classes: how bright the first ten pixels of the middle row are. rows: (rows, 8, 8, 1)."""
    told = np.asarray(rows, np.float64).reshape(len(rows), 8, 8)[:, 3:5].reshape(len(rows), 16)[:, :10] + 1
    return told / told.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def model() -> ServedModel:
    return ServedModel("s", 4, load(read_data("digits", 0.2, Path(), "s"), 0), brightest)


@pytest.fixture(scope="module")
def address(model: ServedModel) -> str:
    listening, told = listen_on("127.0.0.1", 0), []
    threading.Thread(target=serve_model, args=(model, listening, told.append), daemon=True).start()
    until = time.monotonic() + 20
    while not told and time.monotonic() < until:
        time.sleep(0.01)
    return told[0]


def ask(address: str, body: bytes | None, path: str = "/predict") -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address + path, body), timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_the_request_that_is_printed_is_answered_with_the_name_of_a_class(model: ServedModel, address: str) -> None:
    line = request_of(model, address)
    assert len(line) < 400, "of an image the request is a picture, not its numbers"
    status, told = ask(address, json.dumps(model.example()).encode())
    assert status == 200
    (found,) = told["predictions"]
    expected = brightest(model.dataset.test.x[:1])[0]
    assert found["class"] == model.dataset.info.class_names[int(expected.argmax())]
    assert found["probability"] == pytest.approx(expected.max(), abs=1e-4)
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    if shutil.which("curl"):
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30)
        assert json.loads(done.stdout) == told


def test_a_row_may_be_numbers_in_a_line_or_as_they_lie(model: ServedModel, address: str) -> None:
    rows = model.dataset.test.x[:3]
    ways = [rows.tolist(), rows.reshape(3, -1).tolist()]
    answers = [ask(address, json.dumps({"rows": each}).encode()) for each in ways]
    assert answers[0] == answers[1]
    assert len(answers[0][1]["predictions"]) == 3


def test_it_says_what_it_is_and_that_it_answers(model: ServedModel, address: str) -> None:
    told = ask(address, None, "/")[1]
    assert (told["study_name"], told["trial_number"], told["classes"]) == ("s", 4, [str(each) for each in range(10)])
    assert told["example"] == request_of(model, address)
    assert ask(address, None, "/health") == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "is no JSON"), (b"[" * 100_000, "is no JSON"), (b"\xff\xfe", "is no JSON"), (b"[]", "has no rows"),
        (b'{"rows": []}', "has no rows"), (b'{"rows": [[1, 2]]}', "has 2 values"), (b'{"rows": ["x"]}', "is a text"),
        (b'{"rows": ["data:image/png;base64,AAAA"]}', "no PNG"), (b'{"rows": [{"a": 1}]}', "no array of numbers"),
        (json.dumps({"rows": [[300] * 64]}).encode(), "0 to 255"),
        (json.dumps({"rows": [[None] * 64]}).encode(), "row 0"),
        (b'{"rows": [[NaN' + b", 1" * 63 + b"]]}", "row 0"), (b'{"rows": [[[1], [2, 3]]]}', "no array of numbers"),
        (json.dumps({"rows": [[0]] * (MOST_ROWS + 1)}).encode(), "at most 1,000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_answered_with_one_line(address: str, body: bytes, said: str) -> None:
    status, told = ask(address, body)
    assert (status, list(told)) == (400, ["error"])
    assert said in told["error"]
    assert "\n" not in told["error"]


def test_other_addresses_and_what_is_too_large_are_refused(address: str) -> None:
    assert ask(address, None, "/nothing")[0] == 404
    assert ask(address, None, "/predict")[0] == 405
    assert "POST /predict" in ask(address, None, "/predict")[1]["error"]
    assert ask(address, b" " * (MOST_BYTES + 1))[0] == 413


def test_a_port_that_is_taken_is_said() -> None:
    with listen_on("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"--port {port}: cannot be listened on"):
            listen_on("127.0.0.1", port)


def test_the_rows_of_a_table_are_objects(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b;y\n" + "1,5;u;yes\n2,5;v;no\n4;u;yes\n" * 20)
    how = {"csv": "t.csv", "target": "y", "separator": ";", "decimal": ","}
    data = load(read_data(how, 0.2, tmp_path, "s"), 0)
    model = ServedModel("s", 0, data, lambda rows: np.full((len(rows), 1), 0.25))
    (row,) = model.example()["rows"]
    np.testing.assert_array_equal(encoded_rows(data.table, [row]), data.test.x[:1])
    (found,) = model.answer(json.dumps({"rows": [{"a": 1.5, "b": "u"}]}).encode())["predictions"]
    assert found == {"class": "no", "probability": 0.75, "probabilities": {"no": 0.75, "yes": 0.25}}
    for wrong, said in (
        ({"a": 1.5}, "no column 'b'"), ({"a": "x", "b": "u"}, "is not a number"), ([1, 2], "is no object"),
        ({"a": [1], "b": "u"}, "is no number, text"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            model.answer(json.dumps({"rows": [wrong]}).encode())


def test_of_a_regression_the_answer_is_a_number() -> None:
    data = load(read_data("diabetes", 0.2, Path(), "s"), 0)
    model = ServedModel("s", 0, data, lambda rows: np.asarray(rows)[:, :1])
    (found,) = model.answer(json.dumps(model.example()).encode())["predictions"]
    assert found == {"value": pytest.approx(float(data.test.x[0, 0]))}


def test_a_cell_of_text_in_a_table_is_read_by_its_words(tmp_path: Path) -> None:
    texts = ("angry about the bill", "happy, called twice", "", "angry")
    lines = [f'{number % 7},"{texts[number % 4]}",{"yes" if number % 2 else "no"}' for number in range(80)]
    (tmp_path / "t.csv").write_text("\n".join(["a,remark,y", *lines]) + "\n")
    data = load(read_data({"csv": "t.csv", "target": "y", "words": ["remark"]}, 0.2, tmp_path, "s"), 0)
    assert any("words" in column for column in data.table)
    model = ServedModel("s", 0, data, lambda rows: np.full((len(rows), 1), 0.25))
    (row,) = model.example()["rows"]
    np.testing.assert_array_equal(encoded_rows(data.table, [row]), data.test.x[:1])
    # Whichever row of the file: as the training rows were encoded, and an empty cell as none of the words.
    known = {tuple(each) for each in np.concatenate([data.train.x, data.validation.x, data.test.x]).tolist()}
    every = [{"a": number % 7, "remark": texts[number % 4] or None} for number in range(80)]
    assert {tuple(each) for each in encoded_rows(data.table, every).tolist()} == known
