"""A study as a Python object: looked at, waited for, and its results taken.

Owns: the names under which a person finds these.
Leaves to others: starting one (starting), each answer (best, figures, report_page, view; studies; analysis).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tuner.framework_output import keep_quiet
from tuner.python.best import Best, best_of
from tuner.python.display import LiveDisplay, in_notebook
from tuner.python.opened import Opened
from tuner.python.own_code import named_code
from tuner.python.view import fragment, in_a_line
from tuner.python.waiting import until_it_ends
from tuner.python.work import Work
from tuner.service import starting
from tuner.service.cancelling import cancel
from tuner.service.changing import change
from tuner.service.configurations import ConfigurationRequest, NewConfiguration, add_configuration
from tuner.service.deleting import Deleted, delete
from tuner.service.renaming import note, rename
from tuner.service.requests import (
    CancelRequest,
    ChangeRequest,
    DeleteRequest,
    Devices,
    NoteRequest,
    RenameRequest,
    ResumeRequest,
)
from tuner.service.resuming import stop_study
from tuner.service.words import request_of
from tuner.spec.code import find_code
from tuner.spec.safe_yaml import dump, read_text
from tuner.studies.follower import StudyFollower
from tuner.studies.status import StudyState, StudyStatus, study_status
from tuner.studies.undelivered import undelivered_in_words

if TYPE_CHECKING:
    import pandas as pd

    from tuner.python.figures import Figure
    from tuner.python.report_page import Report

_ENDED = ("finished", "stopped", "interrupted", "cancelled")


class Study:
    """One study. Made by `tuner.start` and `tuner.open`.

    In a notebook it shows itself, and is kept up to date while it runs; elsewhere it is one line. Every answer is read
    from the database when it is asked for. name: the study's. storage: the URL of its database, without a password.
    """

    def __init__(self, opened: Opened, name: str, work: Work | None = None) -> None:
        self._opened = opened
        self._name = name
        self._work = work or Work(opened, name)
        self._follower = StudyFollower(opened.db, name)
        self._display = LiveDisplay(self._picture)

    @property
    def name(self) -> str:
        return self._name

    @property
    def storage(self) -> str:
        return self._opened.db.url

    @property
    def state(self) -> StudyState:
        """``waiting``, ``running``, ``stopping``, ``stopped``, ``interrupted`` (no worker is left) or ``finished``."""
        return self.status().state

    def status(self, epochs: bool = False) -> StudyStatus:
        """All that is known of it at this moment. epochs: with each trial's epochs. Raises NotFound, ServiceDown."""
        return study_status(self._opened.db, self._name, epochs)

    @property
    def best(self) -> Best:
        """The winner; before the study has ended, the best complete trial so far. Raises NotFound where none is."""
        return best_of(self.status(epochs=True))

    def wait(self, timeout_s: float | None = None, *, show: bool = True) -> None:
        """Return when it has ended, or was stopped.

        show: in a notebook its view, elsewhere a line on stderr now and then. Interrupted (Ctrl+C, or the notebook's
        stop button) it ends the waiting alone, and says what goes on. Raises what ended the workers, TunerError where
        nobody works on it or not one trial completed, TimeoutError after `timeout_s` seconds.
        """
        try:
            notebook = in_notebook()
            if show and notebook and not self._display.active and self._may_change(self._follower.look()):
                self._display.show()
            until_it_ends(
                self._follower.look,
                self._work.supervised,
                timeout_s,
                says=show and not notebook,
                undelivered=lambda: undelivered_in_words(self._opened.db, self._name),
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(self._goes_on()) from None
        finally:
            self._display.refresh()

    def stop(self) -> None:
        """Let its workers, wherever they are, finish the trials that run and take no more. Returns at once."""
        stop_study(self._opened.db, self._name)

    def cancel(self, trial: int | None = None) -> None:
        """End a trial that runs, or all of the study, after the epoch that it is in. Returns at once.

        trial: its number; its place of the budget is spent. None cancels everything; it may go on later, with what is
        left of its budget. Raises NotFound, and StudyConflict for what is over already.
        """
        cancel(self._opened.db, CancelRequest(study_name=self._name, trial=trial))

    def change(
        self,
        *,
        trials: int | None = None,
        timeout_s: float | None = None,
        workers: int | None = None,
        priority: int | None = None,
        most_workers: int | None = None,
        epoch_budget: int | None = None,
        target: float | None = None,
        plateau: int | None = None,
        space: str | Path | Mapping[str, Any] | None = None,
    ) -> None:
        """Change it while it runs; None leaves a thing as it is. Its workers look after each epoch.

        trials, timeout_s: the new totals; the time counts from the study's begin. workers: how many of them there are
        to be here. priority: the highest comes first where workers serve several studies. most_workers: that it has,
        wherever they are; 0 is any number. epoch_budget, target, plateau: its limits. space: its file, or what that
        would say, with other ranges, choices or fixed values, which count from the next trial on. Raises InputError,
        StudyConflict; then nothing was changed.
        """
        asked = dict(locals())
        if space is not None:
            asked["space_text"] = dump(dict(space)) if isinstance(space, Mapping) else read_text(Path(space))
            asked["space_name"] = "the space" if isinstance(space, Mapping) else str(space)
        change(self._opened.db, request_of(ChangeRequest, {**asked, "study_name": self._name}))

    def add(
        self,
        params: Mapping[str, Any] | None = None,
        *,
        from_trial: int | None = None,
        name: str | None = None,
        more: bool = False,
    ) -> NewConfiguration:
        """Let it try a configuration next, which is trained to its end, as a baseline is.

        params: values by name, as under `baselines:` of the space; of layers a list. from_trial: the number of a trial
        whose values count where params has none. name: to find it by. more: its place is one more of the budget; else
        it takes the next one. Raises InputError, StudyConflict, NotFound; then nothing was added.
        """
        request = ConfigurationRequest(
            study_name=self._name, params=dict(params or {}), from_trial=from_trial, name=name, more=more
        )
        return add_configuration(self._opened.db, request)

    def rename(self, new_name: str) -> None:
        """Give it another name, with all that is kept of it. Raises StudyConflict while workers run on it."""
        request = RenameRequest(study_name=self._name, new_name=new_name)
        rename(self._opened.db, self._opened.settings, request)
        self._name = new_name
        self._work = Work(self._opened, new_name)
        self._follower = StudyFollower(self._opened.db, new_name)

    def note(self, text: str) -> None:
        """Keep a person's own words on it, at most 2,000 characters; an empty text takes them away."""
        note(self._opened.db, NoteRequest(study_name=self._name, note=text))

    def delete(self, *, mlflow: bool = False, champion: bool = False) -> Deleted:
        """Delete it: its trials, checkpoints, models and logs. Gives what is free again, in bytes.

        mlflow: its runs and model versions there, too; champion: also where the registry's champion is one of them.
        Raises StudyConflict while workers run on it, ServiceDown; then all of it is still there.
        """
        request = DeleteRequest(study_name=self._name, mlflow=mlflow, champion=champion)
        return delete(self._opened.db, self._opened.settings, request)

    def resume(
        self,
        trials: int | None = None,
        *,
        timeout_s: float | None = None,
        workers: int | None = None,
        device: Literal["auto", "cpu", "gpu"] | None = None,
        epoch_budget: int | None = None,
        target: float | None = None,
        plateau: int | None = None,
        code: Sequence[Any] = (),
    ) -> None:
        """Go on with it here: it was stopped, its workers are gone, or it has ended and is to have more trials.

        trials: the new total. timeout_s: seconds from now. workers, device: as in `tuner.start`; by default as it was
        started by this object. epoch_budget, target, plateau: other limits. code: the network's, where another process
        started it: the function, the HyperModel, or ``"FILE.py:NAME"``. Workers of this object that are still at a
        trial hand it back first. Raises CodeNotGiven, StudyConflict, InputError, DataError; then nothing was changed.
        """
        asked = dict(locals())
        self._work.leave()
        given = {name: each for name, each in (("workers", workers), ("device", device)) if each is not None}
        devices = Devices(**{**self._work.devices.model_dump(), **given})
        named = tuple(named_code(each, self._opened.store_folder) for each in code) or self._work.codes
        ours = {
            "study_name": self._name, "code": named, "fit": self._work.fit, **devices.model_dump(),
            **self._work.place.model_dump(exclude_defaults=True),
        }  # fmt: skip
        request = request_of(ResumeRequest, {**asked, **ours})
        self._work.begin(starting.resume(self._opened.settings, request), devices)
        self._display.wake()

    def _goes_on(self) -> str:
        here = self._work.works_here and self._work.place.engine == "local"
        left = "it ends with this process, and can be resumed" if here else "others work on it"
        return f"the waiting has ended, study {self._name} goes on ({left}); .wait() waits again, .stop() ends it"

    def trials(self) -> "pd.DataFrame":
        """One row a trial, in the order of their numbers, also while it runs.

        Columns: trial_number, baseline, state, reason, verdict, value (the objective at its best epoch), best_epoch,
        epochs, seconds, ..., then ``params.NAME`` and ``metrics.NAME`` at the best epoch. Times are UTC.
        """
        from tuner.analysis.results import trials

        return trials(self._opened.db, self._name)

    def epochs(self) -> "pd.DataFrame":
        """One row an epoch of a trial.

        Columns: trial_number, epoch (from 1), seconds, measured_at (UTC), worker, then one a metric, such as loss and
        val_accuracy.
        """
        from tuner.analysis.results import epochs

        return epochs(self._opened.db, self._name)

    def plot(self, name: str = "history") -> "Figure":
        """One of the report's pictures; in a notebook it shows itself.

        name: ``history``, ``curves``, ``importance``, ``parallel``, ``slice-PARAMETER``, ``timeline``, ``pruning``,
        ``baselines``, ``finalists``; ``pareto`` where there are several objectives. Raises InputError, which names
        those that this study has.
        """
        from tuner.python.figures import figure_named

        return figure_named(self.status(epochs=True), name)

    def report(self, path: str | Path | None = None) -> "Report":
        """The whole outcome as one HTML page that needs no network; in a notebook it shows itself, in a frame.

        path: a file to write it to as well. Raises InputError where that cannot be written.
        """
        from tuner.analysis.report import report
        from tuner.python.report_page import Report

        made = Report(self._name, report(self._opened.db, self._name, self._opened.store))
        if path is not None:
            made.save(path)
        return made

    def load_model(self, trial: int | None = None, *, code: Sequence[Any] = ()) -> Any:
        """A trained network as a Keras model, not compiled, as `tune export` writes it.

        It takes raw rows, as the data set has them: its normalization is inside. It gives (rows, outputs), for classes
        their probabilities.

        trial: its number; None takes the winner - of a study that has ended its final network, which learnt from
        training and validation rows. code: as of `resume`; needed where the network has classes of its own and another
        process started the study. Raises NotFound where there is no model.
        """
        keep_quiet()
        from tuner.studies.stored_model import load_stored_model

        named = tuple(named_code(each, self._opened.store_folder) for each in code) or self._work.codes
        return load_stored_model(
            self._opened.db, self._opened.store, self._name, trial, [find_code(each) for each in named]
        )

    def __repr__(self) -> str:
        return in_a_line(self._follower.look())

    def _repr_html_(self) -> str:
        return self._picture()[0]

    def _ipython_display_(self) -> None:
        if in_notebook():
            self._display.show()
        else:
            print(repr(self))

    def _picture(self) -> tuple[str, str, bool]:
        status = self._follower.look()
        return fragment(status, self._work.trouble), in_a_line(status), self._may_change(status)

    def _may_change(self, status: StudyStatus) -> bool:
        return self._work.works_here or status.state not in _ENDED
