"""A study of a server as a Python object, of the shape of `tuner.Study`.

Owns: what is asked of one study. A method stands for an operation of the API and has its name and arguments.
Leaves to others: one trial (trial, asked), frames (frames), following it (watching).
"""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from tuner.analysis.importance_views import StudyImportance
from tuner.client import asked, watching
from tuner.client.configurations import RemoteConfigurations
from tuner.client.connection import Connection
from tuner.client.files import RemoteFiles
from tuner.client.operations import operation
from tuner.client.trial import RemoteTrial
from tuner.errors import NotFound
from tuner.service.changes import StudyChanges
from tuner.service.curves import Curves
from tuner.service.deleting import Deleted
from tuner.service.timeline import Timeline
from tuner.service.trial_groups import TrialGroups
from tuner.service.trial_table import TrialTable
from tuner.studies.views import ChampionAnswer, Outcome, StoredSpec, Study, StudyDetail, Trial
from tuner.web.answers import Finalists, TrialPage, Workers

if TYPE_CHECKING:
    import pandas as pd

_LOOK_S = 1.0
_SAY_S = 5.0
_MOST = 200


class RemoteStudy:
    """One study of a server. Made by `Client.start` and `Client.open`; every answer is asked for anew.

    name: the study's.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def _place(self) -> str:
        return f"/studies/{quote(self._name, safe='')}"

    def __repr__(self) -> str:
        return f"RemoteStudy({self._name!r}, {self._connection.url!r})"

    @property
    def state(self) -> str:
        """``waiting``, ``running``, ``stopping``, ``stopped``, ``interrupted``, ``cancelled`` or ``finished``."""
        return self.status().state

    @operation("GET", "/studies/{study}")
    def status(self) -> StudyDetail:
        """How it stands: its best trial, those that run, its workers. Raises NotFound."""
        return self._connection.get(StudyDetail, self._place)

    @property
    def best(self) -> Trial:
        """The winner; before the study has ended, the best complete trial so far. Raises NotFound where none is."""
        status = self.status()
        if status.best is None:
            raise NotFound(f"study {self._name!r} has no complete trial yet; it is {status.state}.")
        return status.best

    def wait(self, timeout_s: float | None = None, *, show: bool = True) -> StudyDetail:
        """Return when it has ended, or was stopped. show: a line on stderr now and then.

        Raises TimeoutError after `timeout_s` seconds; the study goes on.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        shown, at = "", 0.0
        while True:
            status = self.status()
            over = status.state in ("finished", "stopped", "cancelled")
            words = _in_a_line(status)
            if show and words != shown and (over or time.monotonic() - at >= _SAY_S):
                shown, at = words, time.monotonic()
                print(words, file=sys.stderr)
            if over:
                return status
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"{words} after {timeout_s:g} s; it goes on.")
            time.sleep(_LOOK_S)

    @operation("GET", "/studies/{study}/outcome")
    def outcome(self) -> Outcome:
        """What came of it: figures on the test rows, how the winner compares, the champion."""
        return self._connection.get(Outcome, f"{self._place}/outcome")

    @operation("GET", "/studies/{study}/spec")
    def spec(self) -> StoredSpec:
        """What it searches: the text as it was written, and with every default written out."""
        return self._connection.get(StoredSpec, f"{self._place}/spec")

    @operation("GET", "/studies/{study}/finalists")
    def finalists(self) -> Finalists:
        """The best configurations, trained again, and the model for use."""
        return self._connection.get(Finalists, f"{self._place}/finalists")

    @operation("GET", "/studies/{study}/workers")
    def workers(self) -> Workers:
        """Those that work on it just now."""
        return self._connection.get(Workers, f"{self._place}/workers")

    @operation("GET", "/studies/{study}/importance")
    def importance(self) -> StudyImportance:
        """Which parameters mattered, the most important first."""
        return self._connection.get(StudyImportance, f"{self._place}/importance")

    @operation("POST", "/studies/{study}/stop")
    def stop(self) -> Study:
        """Let its workers finish the trials that run and take no more. Returns at once."""
        return self._change("POST", "/stop", again=True)

    @operation("POST", "/studies/{study}/cancel")
    @operation("POST", "/studies/{study}/trials/{number}/cancel", number="trial")
    def cancel(self, trial: int | None = None) -> Study:
        """End a trial that runs, or all of the study, after the epoch that it is in. Returns at once."""
        return self._change("POST", "/cancel" if trial is None else f"/trials/{trial}/cancel")

    @operation("PATCH", "/studies/{study}", limits=("epoch_budget", "target", "plateau"))
    def change(
        self,
        *,
        trials: int | None = None,
        timeout_s: float | None = None,
        workers: int | None = None,
        epoch_budget: int | None = None,
        target: float | None = None,
        plateau: int | None = None,
        priority: int | None = None,
        most_workers: int | None = None,
        space_text: str | None = None,
    ) -> Study:
        """Change it while it runs; None leaves a thing as it is. Raises InputError, StudyConflict.

        space_text: its space, as a file has it, with other ranges, choices or fixed values.
        """
        return self._change(
            "PATCH",
            "",
            {
                "trials": trials, "timeout_s": timeout_s, "workers": workers, "priority": priority,
                "most_workers": most_workers, "space_text": space_text,
                "limits": {"epochs": epoch_budget, "target": target, "plateau": plateau},
            },
            again=True,
        )  # fmt: skip

    @operation("POST", "/studies/{study}/resume", limits=("epoch_budget", "target", "plateau"),
               here=("workers", "device", "workers_per_gpu", "mixed_precision", "cohort"))  # fmt: skip
    def resume(
        self,
        trials: int | None = None,
        *,
        timeout_s: float | None = None,
        epoch_budget: int | None = None,
        target: float | None = None,
        plateau: int | None = None,
        run: Literal["here", "elsewhere"] | None = None,
        workers: int | None = None,
        device: Literal["auto", "cpu", "gpu"] = "auto",
        workers_per_gpu: int = 1,
        mixed_precision: bool = False,
        cohort: Literal["auto", "off"] | int = "auto",
    ) -> Study:
        """Go on with it: it was stopped, its workers are gone, or it has ended and is to have more trials.

        trials: the new total. timeout_s: from now. run, workers, ...: as of `Client.start`.
        """
        here = {"workers": workers, "device": device, "workers_per_gpu": workers_per_gpu,
                "mixed_precision": mixed_precision, "cohort": cohort}  # fmt: skip
        limits = {"epochs": epoch_budget, "target": target, "plateau": plateau}
        body = {"trials": trials, "timeout_s": timeout_s, "limits": limits, "run": run, "here": here}
        return self._change("POST", "/resume", body)

    @operation("PUT", "/studies/{study}/note", note="text")
    def note(self, text: str) -> Study:
        """Keep a person's own words on it; an empty text takes them away."""
        return self._change("PUT", "/note", {"note": text}, again=True)

    @operation("POST", "/studies/{study}/rename")
    def rename(self, new_name: str) -> Study:
        """Give it another name, with all that is kept of it. Raises StudyConflict while workers run on it."""
        renamed = self._change("POST", "/rename", {"new_name": new_name})
        self._name = new_name
        return renamed

    @operation("DELETE", "/studies/{study}")
    def delete(self, *, mlflow: bool = False, champion: bool = False) -> Deleted:
        """Delete it: its trials, checkpoints, models and logs. mlflow: its runs and model versions there, too."""
        query = {"mlflow": mlflow, "champion": champion}
        return self._connection.ask(Deleted, "DELETE", self._place, query=query)

    @operation("POST", "/studies/{study}/champion")
    def champion(self, trial: int | None = None, *, force: bool = False) -> ChampionAnswer:
        """Make a model its space's champion, where it is better than the standing one. trial: None is the winner."""
        body = {"trial": trial, "force": force}
        return self._connection.ask(ChampionAnswer, "POST", f"{self._place}/champion", body)

    @operation("GET", "/studies/{study}/model")
    def model(self, path: str | Path, trial: int | None = None) -> Path:
        """Write a `.keras` file that takes raw rows: the winner's, or a trial's. Gives where it is."""
        written = Path(path)
        written.write_bytes(self._connection.bytes_of(f"{self._place}/model", trial=trial))
        return written

    def load_model(self, trial: int | None = None) -> Any:
        """The same as a Keras model, not compiled; needs TensorFlow here."""
        from tuner.training.networks.models import load_bytes

        return load_bytes(self._connection.bytes_of(f"{self._place}/model", trial=trial))

    @property
    def files(self) -> RemoteFiles:
        """Its trials, its report, its model with what belongs to it, to be written here."""
        return RemoteFiles(self._connection, self._place)

    @property
    def configurations(self) -> RemoteConfigurations:
        """Configurations that are added to it: ``study.configurations.add({"learning_rate": 0.01})``."""
        return RemoteConfigurations(self._connection, self._place)

    def trial(self, number: int) -> RemoteTrial:
        """One trial, by its number."""
        return RemoteTrial(self._connection, self._name, number)

    def trials(self) -> "pd.DataFrame":
        """One row a trial, in the order of their numbers: columns as of `tuner.Study.trials`."""
        from tuner.client.frames import trial_frame

        found: list[Trial] = []
        page = self.list_trials(limit=_MOST)
        found += page.trials
        while page.next is not None:
            page = self.list_trials(limit=_MOST, cursor=page.next)
            found += page.trials
        return trial_frame(found)

    def epochs(self) -> "pd.DataFrame":
        """One row an epoch of a trial: columns as of `tuner.Study.epochs`."""
        from tuner.client.frames import epoch_frame

        return epoch_frame(self.changes())

    @operation("GET", "/studies/{study}/trials")
    def list_trials(
        self,
        *,
        state: Sequence[str] = (),
        verdict: Sequence[str] = (),
        where: Sequence[str] = (),
        words: str | None = None,
        order: str = "number",
        limit: int = 50,
        cursor: str | None = None,
    ) -> TrialPage:
        """Trials, filtered and in an order, a page at a time: hand `next` back as `cursor`."""
        return self._connection.get(
            TrialPage, f"{self._place}/trials", state=tuple(state), verdict=tuple(verdict), where=tuple(where),
            words=words, order=order, limit=limit, cursor=cursor,
        )  # fmt: skip

    @operation("GET", "/studies/{study}/groups")
    def groups(
        self,
        by: str,
        *,
        state: Sequence[str] = (),
        verdict: Sequence[str] = (),
        where: Sequence[str] = (),
        words: str | None = None,
    ) -> TrialGroups:
        """Trials by what they have in a column: how many, the best, the median."""
        return self._connection.get(
            TrialGroups, f"{self._place}/groups", by=by, state=tuple(state), verdict=tuple(verdict),
            where=tuple(where), words=words,
        )  # fmt: skip

    @operation("GET", "/studies/{study}/columns")
    def columns(self, metric: Sequence[str] = ()) -> TrialTable:
        """All trials at once, a list a column. metric: of these, also the figures at the best epoch."""
        return self._connection.get(TrialTable, f"{self._place}/columns", metric=tuple(metric))

    @operation("GET", "/studies/{study}/epochs")
    def curves(self, trial: Sequence[int] = (), *, running: bool = False, metric: Sequence[str] = ()) -> Curves:
        """Curves of some trials, and of those that run."""
        path = f"{self._place}/epochs"
        return self._connection.get(Curves, path, trial=tuple(trial), running=running, metric=tuple(metric))

    @operation("GET", "/studies/{study}/timeline")
    def timeline(self) -> Timeline:
        """What each worker trained, and when."""
        return self._connection.get(Timeline, f"{self._place}/timeline")

    @operation("GET", "/studies/{study}/changes")
    def changes(self, since: int = 0) -> StudyChanges:
        """What is new since a number, which the last answer gave; 0 is all of it."""
        return self._connection.get(StudyChanges, f"{self._place}/changes", since=since)

    @operation("GET", "/studies/{study}/events", last_event_id="since")
    def watch(self, since: int | None = None) -> Iterator[StudyChanges]:
        """The same as it comes, until the study is deleted. None begins now.

        A connection that ends is made anew, and goes on where it was: nothing is missed.
        """
        return watching.changes(self._connection, f"{self._place}/events", since)

    @operation("POST", "/studies/{study}/trials:ask")
    def ask(self, worker: str | None = None, *, host: str | None = None, wait: bool = True) -> asked.AskedTrial | None:
        """Take a trial of a study whose space says ``model: external``, to train it here; None where there is no more.

        worker: what this program is called; None is a name for this trial alone. wait: where others are at the last
        trials, one of them may be given back: ask again until it is known.
        """
        return asked.ask(self._connection, self._name, worker, host, wait)

    def _change(self, method: str, path: str, body: dict[str, Any] | None = None, again: bool = False) -> Study:
        return self._connection.ask(Study, method, f"{self._place}{path}", body, again=again)


def _in_a_line(status: StudyDetail) -> str:
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in status.counts.items() if count)
    best = "" if status.best is None else f"; best {status.metric} {status.value:.4g} (trial {status.best_trial})"
    return f"{status.study_name}: {status.state}; {counts}{best}"
