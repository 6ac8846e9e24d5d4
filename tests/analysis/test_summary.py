"""Sentences and counts are those of the trials."""

from dataclasses import replace

from tests.analysis.written import TRIALS, Told, write_study
from tuner.analysis import sentences, summary
from tuner.analysis.report_rows import tiles
from tuner.database.connection import Database
from tuner.database.trial_facts import StoredFolds, TrialFacts
from tuner.studies.status import StudyStatus, study_status

VANISHING = {"illness": "vanishing gradients", "verdict": "gradients vanish: layer 1", "remedy": "relu"}
BOTH = {
    "illness": "vanishing gradients, dead units",
    "verdict": "gradients vanish: layer 2; half the units are dead",
    "remedy": "relu\nleaky_relu",
}
ODD = {"illness": "unstable", "verdict": "loss jumps; then falls", "remedy": "smaller"}


def study(db: Database, *told: Told) -> StudyStatus:
    write_study(db, "s", told, outcome=None)
    return study_status(db, "s", epochs=True)


def ill(tags: dict[str, str]) -> Told:
    return Told(TRIALS[0].params, (0.5, 0.6), tags=tags)


def test_verdicts_are_counted_each_with_its_remedy(db: Database) -> None:
    status = study(db, ill({}), ill(VANISHING), ill(BOTH), ill(ODD))
    found = {each.words: (each.count, each.example, each.remedy) for each in summary.verdicts(status)}
    assert found == {
        "vanishing gradients": (2, "trial 1: gradients vanish: layer 1", "relu"),
        "dead units": (1, "trial 2: half the units are dead", "leaky_relu"),
        "unstable": (1, "trial 3: loss jumps; then falls", "smaller"),
    }
    assert next(iter(found)) == "vanishing gradients"


def test_costs_add_up_by_state(db: Database) -> None:
    costs = {cost.state: (cost.trials, cost.epochs, cost.seconds) for cost in summary.costs(study(db, *TRIALS))}
    assert costs == {"complete": (3, 18, 9.0), "pruned": (1, 2, 1.0), "diverged": (1, 1, 0.5)}


def test_pruning_says_what_it_saved(db: Database) -> None:
    first, second = sentences.of_pruning(study(db, *TRIALS))
    assert first.startswith("1 of 5 trials were pruned: by then their val_accuracy was behind")
    # Two of its six epochs were trained.
    assert second == "That saved 4 epochs; 21 were trained."


def test_noise_is_that_of_the_validation_rows(db: Database) -> None:
    status = study(db, *TRIALS)
    # 1.96 times the square root of (0.95 * 0.05 + 0.93 * 0.07) / 288.
    assert abs((summary.validation_noise(status, 0.95, 0.93) or 0) - 0.03877) < 1e-4
    assert summary.validation_noise(status, 1.95, 0.93) is None


def test_a_mean_over_folds_is_told_with_its_error_and_with_each_of_them(db: Database) -> None:
    status = study(db, *TRIALS)
    folds = StoredFolds(values=(0.94, 0.96, 0.965), ratio=0.5, error=0.012, half=0.0516)
    trials = tuple(
        replace(each, facts=each.facts.with_more(TrialFacts(folds=folds))) if each.state == "complete" else each
        for each in status.trials
    )
    told = replace(status, trials=trials, best=next(each for each in trials if each.trial_number == 1))
    assert "val_accuracy 0.9550 +- 0.0516 (95%, 3 folds) at epoch 5 of 6." in " ".join(sentences.of_outcome(told))
    assert sentences.of_noise(told)[0].startswith(
        "Its val_accuracy is the mean over 3 folds, 0.9400, 0.9600, 0.9650: the rows of each were validated by"
    )
    assert "uncertain by \u00b10.0516 (95%)" in sentences.of_noise(told)[0]
    assert tiles(told)[0].note.endswith("; +- 0.0516 (95%, 3 folds)")
