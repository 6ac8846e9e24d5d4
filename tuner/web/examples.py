"""What answers and requests look like: an example of each, for the description of the API.

Owns: one study, `fashion_mnist-1`, as the API would show it; how a request has its example.
Leaves to others: putting them into the description (description).
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from tuner.analysis.importance_views import AmongTheBest, ChosenValue, ParameterImportance, StudyImportance
from tuner.database.facts import ChampionDecision
from tuner.service.changes import StudyChanges
from tuner.service.curves import Curve, Curves
from tuner.service.deleting import Deleted
from tuner.service.timeline import Timeline, WorkerSpans
from tuner.service.trial_files import TrialFile, TrialFiles
from tuner.service.trial_findings import (
    Confusion,
    LayerHealth,
    Mistake,
    Mistakes,
    Predictions,
    TrainedHow,
    TrialFindings,
    TrialLayers,
)
from tuner.service.trial_groups import TrialGroup, TrialGroups
from tuner.service.trial_table import TrialTable
from tuner.spec.space import Params
from tuner.studies.views import (
    ChampionAnswer,
    Epoch,
    Outcome,
    RunNews,
    StoredSpec,
    Study,
    StudyDetail,
    Trial,
    Verdict,
    Worker,
)
from tuner.web.answers import Epochs, Finalists, StudyPage, TrialPage, WorkerAnywhere, Workers


def shown(example: dict[str, Any]) -> ConfigDict:
    """Of a model, that this is an example of it."""
    return ConfigDict(json_schema_extra={"examples": [example]})


_NAME = "fashion_mnist-1"
_METRICS = {"loss": 0.2714, "accuracy": 0.8997, "val_loss": 0.3306, "val_accuracy": 0.8841}
_PARAMS: Params = {
    "hidden_layers": 2,
    "units_1": 492,
    "units_2": 55,
    "optimizer": "adam",
    "learning_rate": 0.00048,
    "epochs": 15,
}

VERDICT = Verdict(
    illness="over-fits",
    verdict="over-fits from epoch 4 on: val_loss 0.33 to 0.41",
    remedy="Dropout, l2, fewer units or layers, more rows or augmentation. Patience ends such training early.",
)
NEWS = RunNews(
    study_name=_NAME, role="search", round=0, ordinal=49, trial_number=49, seed_number=0, state="complete", reason="",
    verdicts=(VERDICT,), baseline=None, params=_PARAMS, value=0.8841, best_epoch=3, test=None, started_at=1.7957e9,
    finished_at=1795700025.6, final=True, worker="host-1234-a1b2", mlflow_run_id=None,
)  # fmt: skip
TRIAL = Trial(**dict(NEWS), epochs=4, seconds=5.2, metrics=_METRICS, values={"val_accuracy": 0.8841}, figures={},
              infeasible=False)  # fmt: skip
EPOCH = Epoch(
    role="search", round=0, ordinal=49, epoch=3, metrics=_METRICS, seconds=1.3, measured_at=1795700004.1,
    worker="host-1234-a1b2",
)  # fmt: skip
WORKER = Worker(worker="host-1234-a1b2", host="host", device="cpu", stage="training trial 57", seen_seconds_ago=1.2)
STUDY = Study(
    study_name=_NAME, desired_state="running", trials=100, priority=0, most_workers=None, note=None, ended="",
    finished_at=None, owner="ada", space="fashion_mnist", state="running", metric="val_accuracy", direction="maximize",
    constraints={}, counts={"complete": 21, "pruned": 34, "running": 2, "waiting": 43}, stage="", waits=None,
    passed_over=(), ended_by=None, best_trial=49, value=0.8841, test=None, seconds=251.4, seconds_left=190.0, seed=7,
    created_at=1.7957e9, mlflow_uri="sqlite:///mlflow.db", mlflow_run_id=None,
)  # fmt: skip
_BEST = f"trial 49 of {_NAME} is the champion of fashion_mnist"

EXAMPLES: tuple[BaseModel, ...] = (
    VERDICT, NEWS, TRIAL, EPOCH, WORKER, STUDY,
    StudyDetail(**dict(STUDY), refused=(), best=TRIAL, running=(), reproductions=(), workers=(WORKER,)),
    StudyPage(studies=(STUDY,), next=None, unreadable={}),
    TrialPage(trials=(TRIAL,), total=57, next="WzAuODgsIDQ5XQ"),
    Epochs(epochs=(EPOCH,)),
    Finalists(finalists=()),
    Workers(workers=(WorkerAnywhere(**dict(WORKER), study_name=_NAME),)),
    Outcome(
        test={"accuracy": 0.8978, "low": 0.8918, "high": 0.9037, "loss": 0.301, "seeds": 2.0}, not_scored=None,
        finalists=None, pareto=None,
        champion=ChampionDecision(stands=True, version="3", words=_BEST),
    ),
    StoredSpec(study_name=_NAME, written="dataset: fashion_mnist\n", resolved={"version": 2}, changes=()),
    ChampionAnswer(
        study_name=_NAME, champion=True, version="3", words=_BEST
    ),
    Deleted(study_name=_NAME, trials=100, freed_bytes=2_400_000),
    StudyChanges(number=1204, study=None, runs=(NEWS,), epochs=(EPOCH,), workers=(WORKER,)),
    StudyImportance(
        study_name=_NAME,
        parameters=(
            ParameterImportance(
                name="learning_rate", ped_anova=0.71, counted=0.68, chance=0.001,
                best=AmongTheBest(trials=10, low=0.0003, high=0.0011, values=()),
            ),
            ParameterImportance(
                name="optimizer", ped_anova=0.29, counted=0.32, chance=0.004,
                best=AmongTheBest(trials=10, low=None, high=None, values=(ChosenValue(value="adam", trials=9),)),
            ),
        ),
    ),
    TrialGroups(
        study_name=_NAME, by="params.optimizer",
        groups=(
            TrialGroup(
                value="adam", low=None, high=None, where=("params.optimizer:adam",), trials=38, complete=19,
                best=0.8841, best_trial=49, median=0.879,
            ),
        ),
    ),
    TrialTable(
        study_name=_NAME, number=1204, metric="val_accuracy", direction="maximize", ordinal=(0, 1), trial=(0, 1),
        state=("complete", "running"), value=(0.8712, 0.8513), epochs=(15, 2), seconds=(19.4, 2.7),
        started_at=(1.7957e9, 1795700020.1), finished_at=(1795700019.9, None),
        worker=("host-1234-a1b2", "host-1234-a1b2"), baseline=("lab-8-1", None), verdict=(None, None),
        params={"optimizer": ("sgd", "adam"), "units_2": (None, 55)}, metrics={"val_loss": (0.361, 0.402)},
    ),
    Curves(
        study_name=_NAME, number=1204,
        curves=(
            Curve(
                trial=49, ordinal=49, state="complete", epoch=(1, 2), seconds=(1.4, 1.3),
                metrics={"val_accuracy": (0.8513, 0.8702), "val_loss": (0.402, 0.361)},
            ),
        ),
    ),
    Timeline(
        study_name=_NAME, number=1204,
        workers=(
            WorkerSpans(
                worker="host-1234-a1b2", role=("search", "search"), trial=(0, 1), state=("complete", "running"),
                epochs=(15, 2), begin=(1.7957e9, 1795700020.1), end=(1795700019.9, None),
            ),
        ),
    ),
    TrialFindings(
        study_name=_NAME, trial_number=49, state="complete", reason="", verdicts=(VERDICT,),
        trained=TrainedHow(
            host="host", device="cpu", backend="tensorflow", precision="float32", path="compiled", seed=49,
            parameters=414_000, rows=50_000, averaged_epochs=None, compilations=2, from_disk=0,
            compile_seconds=3.41, compiled=None, latency_ms=None, model=None, versions={"keras": "3.15.0"},
        ),
    ),
    TrialLayers(
        study_name=_NAME, trial_number=49, architecture=("Dense 492, relu", "Dense 10, softmax"), epochs=(1, 4),
        layers=(LayerHealth(layer="layer_1", measures={"gradient_norm": (0.41, 0.12), "dead_units": (0.0, 0.02)}),),
    ),
    Confusion(study_name=_NAME, trial_number=49, class_names=("T-shirt", "Trouser"), counts=((871, 4), (3, 961))),
    Mistakes(
        study_name=_NAME, trial_number=49, 
        mistakes=(Mistake(place=0, true="Shirt", chosen="T-shirt", probability=0.99, picture=True),),
    ),
    Predictions(study_name=_NAME, trial_number=49, true=(151.0, 75.0), predicted=(162.3, 81.9)),
    TrialFiles(
        study_name=_NAME, trial_number=49,
        files=(
            TrialFile(name="parameters.yaml", media_type="application/yaml"),
            TrialFile(name="confusion.png", media_type="image/png"),
        ),
    ),
)  # fmt: skip
"""Of each kind of answer one."""
