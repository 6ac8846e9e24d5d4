"""What a worker keeps at hand to train the networks of one study.

Owns: the data, the store and the worker's tags in one place; what is made of the data once a worker.
Leaves to others: making it (workers), what is trained on it (run).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.database.blobs import BlobStore
from tuner.database.connection import Database
from tuner.database.studies import StudyView
from tuner.database.trial_facts import TrialFacts
from tuner.runs.watchdog import Watch
from tuner.spec.code import Code
from tuner.spec.space import Params
from tuner.spec.study_spec import StudySpec
from tuner.studies.feasibility import keeps_to
from tuner.studies.stored_study import spec_of
from tuner.training.plan import Path

_WATCHED_ROWS = 256


@dataclass(eq=False)
class StudyContext:
    """What a worker needs to train the networks of one study.

    facts: of the worker, for the record (host, device, versions). hand_back: asked at each epoch's end whether the
    worker has to leave. path: which training path to take. code: what makes the network, if a person's code does.
    whole: the same with the validation rows among the training rows, once it was needed. folds: the same with the rows
    of each, once they were needed. watch: is told what goes on.
    """

    db: Database
    study: StudyView
    spec: StudySpec
    dataset: Dataset
    store: BlobStore
    facts: TrialFacts
    hand_back: Callable[[], bool]
    path: Path = "auto"
    code: Code | None = None
    fitted: dict[str, Preprocessing] = field(default_factory=dict)
    whole: "StudyContext | None" = None
    folds: "tuple[StudyContext, ...]" = ()
    watch: Watch = field(default_factory=Watch)

    def over_another_space(self, view: StudyView) -> "StudyContext":
        """The same data and code, where a person changed the space of the study."""
        return replace(self, study=view, spec=spec_of(view), whole=None, folds=())

    @cached_property
    def keeps_to(self) -> Callable[[Params], bool] | None:
        """Whether what a search proposes keeps to the constraints, as far as that is known before training."""
        return keeps_to(self.spec, self.dataset.info)

    def preprocessing(self, kind: str) -> Preprocessing:
        """Fitted on the training rows, once a worker."""
        if kind not in self.fitted:
            self.fitted[kind] = fit(kind, self.dataset.train.x)
        return self.fitted[kind]

    def all_rows(self) -> "StudyContext":
        """The same context with the validation rows among the training rows, made once a worker.

        The few rows that are left to watch the training are trained on: what is measured on them says nothing.
        """
        if self.whole is None:
            data, info = self.dataset, self.dataset.info
            train, watched = data.train.and_then(data.validation), data.validation.take(slice(_WATCHED_ROWS))
            rows = replace(info, train_rows=len(train), validation_rows=len(watched))
            # Rows are kept ready on the device by their digest, so these have one of their own.
            whole = Dataset(rows, train, watched, data.test, f"{data.digest}-all")
            self.whole = replace(self, dataset=whole, fitted={}, folds=())
        return self.whole

    def of_folds(self) -> "tuple[StudyContext, ...]":
        """One a fold of a cross-validation, made once a worker; none where rows are held back once."""
        if not self.folds:
            self.folds = tuple(replace(self, dataset=each, fitted={}) for each in self.dataset.folds)
        return self.folds
