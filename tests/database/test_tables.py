"""What comes from outside is stored on every database, as far as it can be: words of errors, figures that overflow."""

from tests.database.conftest import add
from tests.database.test_trials import fill
from tuner.database import budget, closings, finalists, leases, runs, skipped_studies, studies, workers
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.facts import ConfigurationOutcome, FinalistsOutcome, FinalRun, Outcome
from tuner.database.finalists import Planned
from tuner.database.trial_facts import StoredVerdict, TrialFacts

ODD = "no file caf\udce9\0.png\nat row 2 \N{PILE OF POO}"
STORED = "no file caf\\udce9\\x00.png\nat row 2 \N{PILE OF POO}"
FIGURES = {"mae": float("nan"), "loss": float("inf"), "low": float("-inf"), "naive": 0.5}


def test_words_that_no_database_holds_are_stored_with_escapes(db: Database) -> None:
    add(db)
    workers.enter(db, "w", "cpu")
    job = budget.take(db, "s", "w")
    assert job is not None
    fill(db, job)
    leases.note_death(db, job.lease, ODD, 1)
    assert runs.view_trial(db, "s", 0).reason == STORED
    job = budget.take(db, "s", "w")
    assert job is not None
    runs.finish(db, job, "failed", ODD, None, 0, TrialFacts(verdicts=(StoredVerdict(remedy=ODD),)))
    view = runs.view_trial(db, "s", 0)
    assert (view.reason, view.facts.as_tags()) == (STORED, {"remedy": STORED})

    skipped_studies.note(db, "s", "w", ValueError(ODD))
    assert [each.reason for each in skipped_studies.view_passed_over(db, "s")] == [STORED]

    assert finalists.plan(db, "s", 0, "compare", [Planned("compare", 0, 0, 0, 1), Planned("compare", 1, 1, 0, 2)])
    taken = finalists.take(db, "s", 0, "w")
    assert taken is not None
    leases.fail(db, taken.lease, ODD)
    finalists.drop(db, "s", 0, 1, ODD)
    assert [(each.reason, each.dropped) for each in runs.view_finalists(db, "s")] == [
        (STORED, ""),
        (STORED, STORED),
    ]


def test_figures_that_are_no_numbers_are_not_stored_and_the_study_ends(db: Database) -> None:
    add(db, trials=1)
    job = budget.take(db, "s", "w")
    assert job is not None
    fill(db, job)
    runs.finish_epoch(db, job, EpochView(1, FIGURES, 0.1, 5.0), 0.5, 1)
    runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts())
    runs.finalize(db, job)
    assert finalists.plan(db, "s", 0, "final", [Planned("final", 0, 0, 0, 1)])
    final = finalists.take(db, "s", 0, "w")
    assert final is not None
    runs.keep_score(db, final, FIGURES)
    runs.finish(db, final, "complete", "", 0.5, 1, TrialFacts(), FIGURES)
    closing = closings.claim(db, "s", "w", 0)
    assert closing is not None
    closings.keep_score(db, closing, 0, FIGURES)
    compared = ConfigurationOutcome(values=(0.5, float("nan")))
    again = FinalistsOutcome(winner=0, final=FinalRun(round=0, ordinal=0), configurations=(compared,))
    closings.close(db, closing, Outcome(test=FIGURES, finalists=again))

    trial = runs.view_trial(db, "s", 0)
    assert [each.metrics for each in trial.epochs] == [{"naive": 0.5}]
    assert trial.test == runs.view_run(db, "s", "final", 0, 0).test == {"naive": 0.5}
    outcome = studies.view_study(db, "s").outcome
    assert outcome is not None
    assert outcome.finalists is not None
    assert outcome.test == {"naive": 0.5}
    assert [each.values for each in outcome.finalists.configurations] == [(0.5,)]
