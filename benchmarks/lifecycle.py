"""The whole life of a study, as people live it: in a browser, then by `tuner.Client` where there is only a token.

Beside PostgreSQL, MLflow's server, `tune serve` and two `tune worker`s, processes of this machine all of them. Each
step is checked where it counts: in SQL, in the registry, in the file that was downloaded.

    python -m benchmarks.lifecycle [--show DIR]          about 3 minutes; pictures of the pages go to DIR
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.services import MlflowServer, end, tune
from tests.analysis.test_report import CHROMIUM
from tests.postgres import postgres
from tuner.database.connection import Database, open_database
from tuner.database.studies import view_study
from tuner.errors import NotFound
from tuner.service.tokens import TokenRequest, create_token
from tuner.studies.status import StudyStatus, study_status

_WAIT_S = 180.0
SPACE = """\
dataset: digits
parameters:
  units: {int: [16, 64]}
  learning_rate: {float: [0.0005, 0.005], log: true}
  optimizer: [rmsprop, adam]
  normalization: minmax
  epochs: {int: [300, 400]}
search: {trials: 40, sampler: random, pruner: none, finalists: 1}
"""
"""Trials of some seconds, so that there is one to be cancelled."""


@dataclass(frozen=True)
class Site:
    """address: of `tune serve`. mlflow: of MLflow."""

    address: str
    mlflow: str
    db: Database
    token: str

    def status(self, study: str) -> StudyStatus:
        return study_status(self.db, study)

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + _WAIT_S
        while not holds():
            if time.monotonic() > ends:
                sys.exit(f"not within {_WAIT_S:.0f} s: {what}")
            time.sleep(0.2)

    def champion(self, space: str) -> str | None:
        """The study that the registry's champion is of."""
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        client = MlflowClient(self.mlflow)
        try:
            version = client.get_model_version_by_alias(space, "champion")
        except MlflowException:
            return None
        return str(client.get_run(version.run_id or "").info.run_name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", type=Path, metavar="DIR", help="pictures of the pages go here")
    show: Path | None = parser.parse_args().show
    if CHROMIUM is None:
        sys.exit("there is no Chromium on this machine")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as site:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            in_a_browser(site, browser, show)
            browser.close()
        by_the_client(site, Path(folder))
    said("all of it holds")


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """PostgreSQL, MLflow, a server and two workers. They end with it."""
    with ExitStack() as stack:
        storage = stack.enter_context(postgres()).new_database()
        mlflow = MlflowServer(folder)
        mlflow.start()
        stack.callback(mlflow.stop)
        db = open_database(storage)
        stack.callback(db.engine.dispose)
        token = create_token(db, TokenRequest(person="ada", role="member")).text
        environment = {
            "TUNER_STORAGE": storage,
            "MLFLOW_TRACKING_URI": mlflow.address,
            "TUNER_ARTIFACTS": str(folder / "artifacts"),
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = stack.enter_context((folder / "tune.log").open("wb"))
        for arguments in (["serve", "--port", str(port), "--run", "elsewhere"], ["worker"], ["worker"]):
            process = tune(arguments, folder, environment, log)
            stack.callback(end, process)
        site = Site(f"http://127.0.0.1:{port}", mlflow.address, db, token)
        site.until("the server answers", lambda: _answers(port))
        said("PostgreSQL, MLflow, tune serve and two workers run")
        yield site


def in_a_browser(site: Site, browser: Browser, show: Path | None) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{site.address}/new?space=digits")
    page.get_by_label("Token").fill(site.token)
    page.get_by_role("button", name="Sign in").click()
    said("browser: signed in")

    page.get_by_text("The space as a file").click()
    page.get_by_label("YAML").fill(SPACE)
    page.get_by_label("YAML").blur()
    expect(page.locator("[data-parameter=units]")).to_be_visible()
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#checked")).to_contain_text("It can be searched")
    page.get_by_label("Name", exact=True).fill("life")
    page.get_by_label("Trials", exact=True).fill("8")
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(f"{site.address}/studies/life")
    assert view_study(site.db, "life").owner == "ada"
    said("browser: a new study was started from the form")

    expect(page.locator("#standing .badge")).to_have_text("running", timeout=_WAIT_S * 1000)
    site.until("two trials run", lambda: site.status("life").counts.get("running", 0) == 2)
    expect(page.locator("[data-count=running]")).to_contain_text("2")
    number = next(each.trial_number for each in site.status("life").trials if each.state == "running")
    picture(page, show, "study-running")
    page.goto(f"{site.address}/studies/life/trials/{number}")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the trial").click()
    expect(page.locator(".badge").first).to_have_text("cancelled")
    assert site.status("life").counts["cancelled"] == 1
    said(f"browser: watched; trial {number} was cancelled")

    page.goto(f"{site.address}/studies/life")
    act(page, "Budget", "Change", {"Trials in all": "9"})
    assert view_study(site.db, "life").trials == 9
    expect(page.locator("#standing")).to_contain_text("of 9")
    act(page, "Stop", "Stop")
    site.until("it rests", lambda: site.status("life").state == "stopped")
    expect(page.locator("#standing .badge")).to_have_text("stopped", timeout=_WAIT_S * 1000)
    begun = len(site.status("life").trials)
    said(f"browser: the budget was raised to 9, the study stopped after {begun} trials")

    act(page, "Resume", "Resume", {}, {"Workers": "elsewhere"})
    expect(page.locator("#standing .badge")).to_have_text("finished", timeout=_WAIT_S * 1000)
    counts = site.status("life").counts
    assert (counts["complete"], counts["cancelled"], len(site.status("life").trials)) == (8, 1, 9), counts
    picture(page, show, "study")
    said("browser: resumed, and finished: 9 trials, none twice")

    act(page, "Make champion", "Make champion")
    site.until("the registry has it", lambda: site.champion("digits") is not None)
    said(f"browser: the champion is {site.champion('digits')}")
    page.locator("summary", has_text="More").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Model (.keras)").click()
    check_model(Path(coming.value.path()))
    said("browser: the model was downloaded, and predicts")

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("its runs and model versions").check()
    dialog.get_by_label("also where the registry").check()
    dialog.get_by_label("To be sure").fill("life")
    dialog.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(f"{site.address}/")
    gone(site, "life")
    context.close()
    assert errors == [], errors
    said("browser: deleted, from SQL and from MLflow")


def act(
    page: Page, button: str, submit: str, fields: dict[str, str] | None = None, chosen: dict[str, str] | None = None
) -> None:
    """Open a dialog, fill it in, send it."""
    page.get_by_role("group", name="Actions").get_by_role("button", name=button, exact=True).click()
    dialog = page.get_by_role("dialog")
    for label, text in (fields or {}).items():
        dialog.get_by_label(label).fill(text)
    for label, text in (chosen or {}).items():
        dialog.get_by_label(label).select_option(text)
    dialog.get_by_role("button", name=submit).click()
    expect(dialog).to_be_hidden()


_BY_CLIENT = """
import sys, time
from pathlib import Path
import tuner

client = tuner.Client(sys.argv[1], sys.argv[2])
space = Path(sys.argv[3])

def until(holds):
    ends = time.monotonic() + 180
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.2)

study = client.start(space, study_name="again", trials=8, run="elsewhere")
until(lambda: len(study.status().running) == 2)
number = study.status().running[0].trial_number
study.cancel(number)
assert study.trial(number).view().state == "cancelled"
study.change(trials=9)
study.stop()
until(lambda: study.state == "stopped")
study.resume(run="elsewhere")
seen = study.wait(timeout_s=300, show=False)
assert seen.state == "finished", seen.state
assert seen.counts["complete"] == 8 and seen.counts["cancelled"] == 1, seen.counts
assert len(study.trials()) == 9
print(study.champion(force=True).words)
study.model("model.keras")
print(study.best.value)
"""


def by_the_client(site: Site, folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "digits.yaml").write_text(SPACE, encoding="utf-8")
    (elsewhere / "life.py").write_text(textwrap.dedent(_BY_CLIENT), encoding="utf-8")
    done = run_there(elsewhere, "life.py", site.address, site.token, "digits.yaml")
    assert len(site.status("again").trials) == 9
    assert site.champion("digits") is not None
    check_model(elsewhere / "model.keras")
    said(f"client: started, cancelled, raised, stopped, resumed, finished, champion, model: {done}")
    (elsewhere / "end.py").write_text(
        "import sys, tuner\ntuner.Client(*sys.argv[1:]).open('again').delete(mlflow=True, champion=True)\n",
        encoding="utf-8",
    )
    run_there(elsewhere, "end.py", site.address, site.token)
    gone(site, "again")
    said("client: deleted")


def run_there(folder: Path, *arguments: str) -> str:
    """Run a program that knows of no database and no MLflow."""
    hidden = ("TUNER_", "MLFLOW_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    root = Path(__file__).parent.parent
    environment["PYTHONPATH"] = str(root)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        sys.exit(f"{arguments[0]}: {done.stderr[-3000:]}")
    left = {each.name for each in folder.iterdir()} - {"digits.yaml", "life.py", "end.py", "model.keras"}
    assert not left, left
    return " ".join(done.stdout.split())


def check_model(path: Path) -> None:
    """It predicts the digits that it has not seen, in a process with Keras alone."""
    program = (
        "import sys, keras, numpy\nfrom sklearn.datasets import load_digits\n"
        "model = keras.saving.load_model(sys.argv[1])\n"
        "x, y = load_digits(return_X_y=True)\n"
        "chosen = model.predict(x.reshape((-1, *model.input_shape[1:])), verbose=0).argmax(1)\n"
        "print(float((chosen == y).mean()))\n"
    )
    target = path if path.suffix == ".keras" else path.rename(path.with_suffix(".keras"))
    done = subprocess.run(
        [sys.executable, "-c", program, str(target)], capture_output=True, text=True, timeout=300, cwd=path.parent
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(done.stdout.split()[-1]) > 0.8, done.stdout


def gone(site: Site, study: str) -> None:
    try:
        view_study(site.db, study)
    except NotFound:
        assert site.champion("digits") is None
        return
    sys.exit(f"{study} is still there")


def picture(page: Page, show: Path | None, name: str) -> None:
    if show is not None:
        show.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=show / f"{name}.png", full_page=True)


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


_BEGAN = time.monotonic()


def said(words: str) -> None:
    print(f"{time.monotonic() - _BEGAN:5.0f} s  {words}", flush=True)


if __name__ == "__main__":
    main()
