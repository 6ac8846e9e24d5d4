"""The examples of trainings that are not Keras: each is run against a server."""

import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from tuner.client.client import Client

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.slow
def test_a_network_in_numpy_is_tuned(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    example = runpy.run_path(str(DOCS / "numpy_network.py"))
    example["main"](client.url, trials=8)
    study = client.open("numpy-digits")
    status = study.status()
    assert (status.state, sum(status.counts.values())) == ("finished", 8)
    # Which one wins is chance: the study draws its seed.
    ended = study.trials().set_index("trial_number")
    assert study.best.value == ended.value[ended.state == "complete"].max()
    assert study.best.value >= ended.value[0]
    assert (study.best.value or 0.0) > 0.9
    assert status.counts["pruned"] >= 1
    assert "trial 7: " in capsys.readouterr().out
    curves = study.epochs()
    assert list(curves[curves.trial_number == 0].epoch) == list(range(1, 16))
    assert set(curves.columns) >= {"accuracy", "loss"}


@pytest.mark.skipif(not shutil.which("jq") or not shutil.which("curl"), reason="the page's commands are curl and jq")
def test_a_program_that_is_not_python_is_tuned(client: Client) -> None:
    text = (DOCS / "service.md").read_text()
    (script,) = [each for each in re.findall(r"```bash\n(.*?)```", text, re.DOTALL) if "trials:ask" in each]
    there = script.replace("http://127.0.0.1:8765", client.url)
    assert there != script
    there = there.replace('"trials": 6', '"trials": 3')
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", there], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    study = client.open("curve")
    status = study.status()
    assert (status.state, sum(status.counts.values())) == ("finished", 3)
    assert study.best.value == pytest.approx((float(study.best.params["x"]) - 1) ** 2 + 1 / study.best.best_epoch)
