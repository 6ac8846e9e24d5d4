"""A notebook: that of `docs/` runs, a study that is shown refreshes itself, a kernel that ends leaves no worker."""

import json
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import tuner
from tests.python.notebooks import notebook
from tests.python.test_start import SPACE, workers_of

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_notebook_runs(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    book: Any = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(here)}}).execute()
    shown = {cell.source.partition("\n")[0]: cell.outputs for cell in book.cells if cell.cell_type == "code"}
    chatter = [each.text for outputs in shown.values() for each in outputs if each.output_type == "stream"]
    assert chatter == []
    (view,) = shown["import tuner"]
    assert view.data["text/plain"].startswith("digits-1: finished, 4 of 4 trials")
    assert view.data["text/html"].count("digits-1") == 1
    (found,) = shown["study.wait()"]
    assert "text/html" in found.data
    (accuracy,) = shown["from sklearn.datasets import load_digits"]
    assert float(accuracy.data["text/plain"].removeprefix("np.float64(").rstrip(")")) > 0.8
    (*_, last) = shown["mine.resume(trials=5)"]
    assert last.data["text/plain"].startswith("build_model-1: finished, 5 of 5 trials")


@pytest.mark.slow
def test_a_study_that_is_shown_refreshes_in_place_and_ends_with_its_kernel(here: Path) -> None:
    slow = {**SPACE, "parameters": {**SPACE["parameters"], "epochs": 60}}
    with notebook(here) as cells:
        cells.client.execute(
            f"import tuner\nstudy = tuner.start({slow!r}, study_name='shown', trials=50, workers=1)\nstudy"
        )
        kinds = ("display_data", "update_display_data", "stream", "error")
        texts, places = [], set()
        for message in cells.messages(kinds, 90):
            content = message["content"]
            assert message["msg_type"] in ("display_data", "update_display_data"), content
            assert (message["msg_type"] == "update_display_data") == bool(places), (
                "one place, and then only updates of it"
            )
            places.add(content["transient"]["display_id"])
            texts.append(content["data"]["text/plain"])
            if len(texts) > 2 and " 1 of 50" in texts[-1]:
                break
        assert len(places) == 1
        assert len(set(texts)) > 1
        assert workers_of(here)
        cells.manager.shutdown_kernel(restart=True)
    until = time.monotonic() + 60
    while workers_of(here):
        assert time.monotonic() < until, "a worker was left behind"
        time.sleep(0.2)
    assert tuner.open("shown").state == "interrupted"
