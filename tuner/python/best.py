"""A study's best trial as a value: `Study.best`.

Leaves to others: which trial that is (studies), the figures on test rows (summary).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from tuner.analysis.summary import Test, metric, searched, test_of
from tuner.errors import NotFound
from tuner.formatting import number, params_in_words, value_in_words
from tuner.spec.space import Params
from tuner.studies.status import StudyStatus


@dataclass(frozen=True)
class Best:
    """The winner of a study that has ended; before that, the best complete trial so far.

    number: the trial's. value: of `metric`, on the validation rows, at its best epoch. epoch: that epoch, from 1;
    epochs: how many it was trained. params: its whole configuration; searched: the part that the search chose.
    metrics: every metric of the best epoch, by the names that Keras gives them. test: its figures on rows that no
    trial had seen; None until the study has ended, and where the network's outputs are not what the targets are.
    baseline: the name of the configuration, if a person proposed it; else empty. seconds: of its epochs.
    """

    number: int
    value: float
    metric: str
    epoch: int
    epochs: int
    params: Params
    searched: Params
    metrics: Mapping[str, float]
    test: Test | None
    baseline: str
    seconds: float

    def __str__(self) -> str:
        """``trial 3: val_accuracy 0.9722 at epoch 12 of 15, test accuracy 0.9610; units=64, ...``."""
        test = "" if self.test is None else f", {self.test.metric} {self.test.value:.4f}"
        figures = f"{self.metric} {number(self.value)} at epoch {self.epoch} of {self.epochs}{test}"
        return f"trial {self.number}{self._named}: {figures}; {params_in_words(self.searched)}"

    def _repr_html_(self) -> str:
        """A small table, as the notebook styles tables."""
        rows = [(self.metric, number(self.value), f"epoch {self.epoch} of {self.epochs}")]
        if self.test is not None:
            low, high = self.test.low, self.test.high
            interval = "" if low is None or high is None else f"95%: {low:.4f} to {high:.4f}"
            rows.append((self.test.metric, number(self.test.value), interval))
        rows += [(name, value_in_words(value), "") for name, value in self.searched.items()]
        cells = "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td><td>{escape(c)}</td></tr>" for a, b, c in rows)
        return f"<table><tr><th></th><th>trial {self.number}{escape(self._named)}</th><th></th></tr>{cells}</table>"

    @property
    def _named(self) -> str:
        return f" ({self.baseline})" if self.baseline else ""


def best_of(status: StudyStatus) -> Best:
    """status: read with epochs. Raises NotFound where no trial is complete."""
    trial = status.best
    if trial is None or trial.value is None or trial.trial_number is None:
        raise NotFound(f"study {status.study.study_name!r} has no complete trial yet; it is {status.state}.")
    return Best(
        number=trial.trial_number,
        value=trial.value,
        metric=metric(status),
        epoch=trial.best_epoch,
        epochs=len(trial.epochs),
        params=dict(trial.params),
        searched=dict(searched(status, trial.params)),
        metrics=dict(next((each.metrics for each in trial.epochs if each.epoch == trial.best_epoch), {})),
        test=test_of(status),
        baseline=trial.baseline,
        seconds=trial.seconds,
    )
