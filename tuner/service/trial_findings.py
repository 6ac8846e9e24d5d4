"""What is known of one trial beside its figures: verdicts, what went on in its layers, what its network answered.

Owns: the views, and the line where there is no such thing.
Leaves to others: measuring and keeping it (training, studies.trial_files), its files (trial_files).
"""

from collections.abc import Mapping

from tuner.analysis.answers_shown import names_of
from tuner.data.answers import Answers
from tuner.database.blobs import BlobStore, blob_name
from tuner.database.programs import PROGRAM
from tuner.database.runs import RunView
from tuner.errors import NotFound
from tuner.studies import trial_files
from tuner.studies.viewing import run_news
from tuner.studies.views import Verdict, View
from tuner.training.health.names import PREFIX, layers_of


class TrainedHow(View):
    """Where and how a trial was trained; null is what is not known. parameters: trainable numbers of its network.

    path: of the training. rows: that were trained on. folds: the objective of each, if there are any; fold_half: of the
    95% interval of their mean, to either side. versions: of libraries. averaged_epochs: whose weights its model
    has the mean of. compilations: programs that JAX compiled for it; from_disk: that it had compiled before;
    compile_seconds: of both; compiled: what, where they are more than usual. model: what is wrong with the file of its
    model.
    """

    host: str | None
    device: str | None
    backend: str | None
    precision: str | None
    path: str | None
    seed: int | None
    parameters: int | None
    rows: int | None
    folds: tuple[float, ...] = ()
    fold_half: float | None = None
    averaged_epochs: int | None
    compilations: int | None
    from_disk: int | None
    compile_seconds: float | None
    compiled: str | None
    latency_ms: float | None
    model: str | None
    versions: Mapping[str, str]


class TrialFindings(View):
    """verdicts: what went wrong in its network, the gravest first, each with its remedy; none of a healthy one."""

    study_name: str
    trial_number: int
    state: str
    reason: str
    verdicts: tuple[Verdict, ...]
    trained: TrainedHow


class LayerHealth(View):
    """What was measured in one layer at the ends of some epochs: a list a measure; null where it was not."""

    layer: str
    measures: Mapping[str, tuple[float | None, ...]]


class TrialLayers(View):
    """architecture: the layers in words, a line each; null where it was not kept. layers: from the input to the output,
    those with weights. epochs: after which it was looked at."""

    study_name: str
    trial_number: int
    architecture: tuple[str, ...] | None
    epochs: tuple[int, ...]
    layers: tuple[LayerHealth, ...]


class Confusion(View):
    """counts: of validation rows, a list a true class, in it a number a chosen class."""

    study_name: str
    trial_number: int
    class_names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Mistake(View):
    """true, chosen: classes. probability: that the network gave to the chosen one. picture: there is one."""

    place: int
    true: str
    chosen: str
    probability: float
    picture: bool


class Mistakes(View):
    """Of validation rows, the worst first: those whose true class the network thought least likely."""

    study_name: str
    trial_number: int
    mistakes: tuple[Mistake, ...]


class Predictions(View):
    """Of a regression: validation rows, at most 2,000 of them, of the first target, or of
    another one a row where there are more than ten.
    """

    study_name: str
    trial_number: int
    true: tuple[float, ...]
    predicted: tuple[float, ...]


def findings(trial: RunView) -> TrialFindings:
    facts = trial.facts
    return TrialFindings(
        study_name=trial.study_name,
        trial_number=trial.trial_number or 0,
        state=trial.state,
        reason=trial.reason,
        verdicts=run_news(trial).verdicts,
        trained=TrainedHow(
            host=facts.host or None,
            device=facts.device or None,
            backend=facts.backend or None,
            precision=facts.precision or None,
            path=facts.path or None,
            seed=facts.seed,
            parameters=facts.parameters,
            rows=facts.rows_train,
            folds=() if facts.folds is None else facts.folds.values,
            fold_half=None if facts.folds is None else facts.folds.half,
            averaged_epochs=facts.averaged_epochs,
            compilations=facts.compilations,
            from_disk=facts.from_disk,
            compile_seconds=facts.compile_seconds,
            compiled=facts.compiled or None,
            latency_ms=facts.latency_ms,
            model=facts.model or None,
            versions=facts.versions,
        ),
    )


def layers(store: BlobStore, trial: RunView) -> TrialLayers:
    """Raises NotFound."""
    kept = store.get(blob_name(trial.study_name, trial.ordinal, trial_files.ARCHITECTURE))
    looked = [each for each in trial.epochs if any(name.startswith(PREFIX) for name in each.metrics)]
    if kept is None and not looked:
        raise NotFound(
            f"nothing is known of the layers of {trial.trial_in_words} of {trial.study_name}: {_why_not(trial)}."
        )
    measured = [layers_of(each.metrics) for each in looked]
    names = dict.fromkeys(name for found in measured for name in found)
    return TrialLayers(
        study_name=trial.study_name,
        trial_number=trial.trial_number or 0,
        architecture=None if kept is None else tuple(kept.decode("utf-8", "replace").splitlines()),
        epochs=tuple(each.epoch for each in looked),
        layers=tuple(
            LayerHealth(
                layer=name,
                measures={
                    what: tuple(found.get(name, {}).get(what) for found in measured)
                    for what in dict.fromkeys(what for found in measured for what in found.get(name, {}))
                },
            )
            for name in names
        ),
    )


def confusion(store: BlobStore, trial: RunView) -> Confusion:
    """Raises NotFound."""
    found = _of_classes(store, trial)
    return Confusion(
        study_name=trial.study_name,
        trial_number=trial.trial_number or 0,
        class_names=names_of(found),
        counts=tuple(tuple(int(each) for each in row) for row in found.counts),
    )


def mistakes(store: BlobStore, trial: RunView) -> Mistakes:
    """Raises NotFound."""
    found = _of_classes(store, trial)
    names = names_of(found)
    return Mistakes(
        study_name=trial.study_name,
        trial_number=trial.trial_number or 0,
        mistakes=tuple(
            Mistake(
                place=place,
                true=names[true],
                chosen=names[chosen],
                probability=round(float(found.sure[place]), 4),
                picture=place < len(found.images),
            )
            for place, (true, chosen) in enumerate(found.worst)
        ),
    )


def _of_classes(store: BlobStore, trial: RunView) -> Answers:
    found = answers_of(store, trial)
    if not len(found.counts):
        raise NotFound(f"study {trial.study_name} is a regression: see the predictions of {trial.trial_in_words}.")
    return found


def predictions(store: BlobStore, trial: RunView) -> Predictions:
    """Raises NotFound."""
    found = answers_of(store, trial)
    if not len(found.points):
        raise NotFound(f"study {trial.study_name} has classes: see the confusion of {trial.trial_in_words}.")
    return Predictions(
        study_name=trial.study_name,
        trial_number=trial.trial_number or 0,
        true=tuple(float(each) for each in found.points[:, 0]),
        predicted=tuple(float(each) for each in found.points[:, 1]),
    )


def answers_of(store: BlobStore, trial: RunView) -> Answers:
    """What its network answered on validation rows. Raises NotFound."""
    found = trial_files.answers_of(store, trial)
    if found is None:
        raise NotFound(f"the answers of {trial.trial_in_words} of {trial.study_name} were not kept: {_why_not(trial)}.")
    return found


def _why_not(trial: RunView) -> str:
    if trial.state != "complete":
        return f"it is {trial.state}; only complete trials have them"
    if trial.facts.device == PROGRAM:
        return "a program trained it, which keeps its network itself"
    return "another artifact folder may have them, or it was trained by a loop of its own"
