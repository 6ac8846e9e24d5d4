"""The figures of a report as its page shows them: tiles, the winner, a row a trial, what each state cost.

Owns: which figures these are, and how they are written.
Leaves to others: what they mean (summary), where they stand (report, the page).
"""

from collections.abc import Callable
from dataclasses import dataclass

from tuner.analysis import summary
from tuner.database.runs import RunView
from tuner.formatting import duration, plural, value_in_words
from tuner.spec.space import Params
from tuner.studies.status import StudyStatus
from tuner.studies.views import View

Named = tuple[tuple[str, str], ...]
"""Names and values, in words."""


class Tile(View):
    """One of the figures at the top."""

    name: str
    value: str
    note: str


class Winner(View):
    """chosen: by the search; fixed: the same for all. metrics: of its best epoch. size: parameters, or empty."""

    number: int | None
    baseline: str
    chosen: Named
    fixed: Named
    metrics: Named
    size: str
    verdict: str


@dataclass(frozen=True)
class TrialRow:
    """params: those that the search chose. No `View`, whose checks would take longer than all else of a row."""

    number: int | None
    baseline: str
    state: str
    reason: str
    verdict: str
    value: str
    epochs: int
    best_epoch: int
    seconds: str
    params: Named


class CostRow(View):
    """share: of all that was spent, 0 to 1."""

    state: str
    trials: int
    epochs: int
    seconds: float
    share: float


def tiles(status: StudyStatus) -> list[Tile]:
    best, test = status.best, summary.test_of(status)
    found = []
    if test is not None:
        interval = "" if test.low is None else f"95%: {test.low:.4f} to {test.high:.4f}"
        seeds = f"{test.seeds} seeds" if test.seeds > 1 else "one network"
        found.append(Tile(name=test.metric, value=f"{test.value:.4f}", note=interval or seeds))
    if best is not None and best.value is not None:
        note = f"{best.trial_in_words}, epoch {best.best_epoch} of {len(best.epochs)}"
        note += f"; {best.facts.folds.words}" if best.facts.folds is not None else ""
        found.append(Tile(name=summary.metric(status), value=f"{best.value:.4f}", note=note))
        others = [t for t in summary.baselines(status) if t.state == "complete" and t.ordinal != best.ordinal]
        if others and others[0].value is not None:
            gain = summary.sign(status) * (best.value - others[0].value)
            noise = summary.validation_noise(status, best.value, others[0].value)
            within = "" if noise is None else (" (within noise)" if abs(gain) <= noise else " (beyond noise)")
            found.append(Tile(name=f"over {others[0].baseline}", value=f"{gain:+.4f}", note=f"validation{within}"))
    ended = sum(trial.finished_at is not None for trial in status.trials)
    found.append(Tile(name="trials", value=f"{ended}", note=summary.counts(status)))
    epochs = sum(len(trial.epochs) for trial in status.trials)
    found.append(Tile(name="time", value=duration(status.elapsed_s), note=plural(epochs, "epoch")))
    return found


def winner(status: StudyStatus, best: RunView) -> Winner:
    chosen = summary.searched(status, best.params)
    metrics = next((epoch.metrics for epoch in best.epochs if epoch.epoch == best.best_epoch), {})
    return Winner(
        number=best.trial_number,
        baseline=best.baseline,
        chosen=_in_words(chosen),
        fixed=_in_words({name: value for name, value in best.params.items() if name not in chosen}),
        metrics=tuple((name, f"{value:.4f}") for name, value in metrics.items()),
        size=best.facts.as_tags().get("parameters", ""),
        verdict=best.facts.verdict,
    )


def trial_row(trial: RunView, chosen: Callable[[RunView], Params]) -> TrialRow:
    """chosen: gives the part of a configuration that the search chose."""
    return TrialRow(
        number=trial.trial_number,
        baseline=trial.baseline,
        state=trial.state,
        reason=trial.reason,
        verdict=trial.facts.verdict,
        value="" if trial.value is None else f"{trial.value:.4f}",
        epochs=len(trial.epochs),
        best_epoch=trial.best_epoch,
        seconds=f"{trial.seconds:.1f}",
        params=_in_words(chosen(trial)),
    )


def cost_rows(status: StudyStatus) -> list[CostRow]:
    found = summary.costs(status)
    total = sum(cost.seconds for cost in found) or 1.0
    return [CostRow(**vars(cost), share=cost.seconds / total) for cost in found]


def _in_words(params: Params) -> Named:
    return tuple((name, value_in_words(value)) for name, value in params.items())
