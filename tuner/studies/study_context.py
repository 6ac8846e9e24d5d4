"""What a worker keeps at hand to train the networks of one study.

Owns: the data, the store and the worker's tags in one place; preprocessing fitted once a worker.
Leaves to others: making it (workers), what is trained on it (trial, retraining).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.database.blobs import BlobStore
from tuner.database.connection import Database
from tuner.database.studies import StudyView
from tuner.spec.code import Code
from tuner.spec.study_spec import StudySpec
from tuner.studies.watchdog import Watch
from tuner.training.plan import Path


@dataclass(eq=False)
class StudyContext:
    """What a worker needs to train the networks of one study.

    tags: of the worker, for the record (host, device, versions). hand_back: asked at each epoch's end whether the
    worker has to leave. path: which training path to take. code: what makes the network, if a person's code does.
    whole: the same with the validation rows among the training rows, once it was needed (retraining). watch: is told
    what goes on (hanging).
    """

    db: Database
    study: StudyView
    spec: StudySpec
    dataset: Dataset
    store: BlobStore
    tags: Mapping[str, str]
    hand_back: Callable[[], bool]
    path: Path = "auto"
    code: Code | None = None
    fitted: dict[str, Preprocessing] = field(default_factory=dict)
    whole: "StudyContext | None" = None
    watch: Watch = field(default_factory=Watch)

    def preprocessing(self, kind: str) -> Preprocessing:
        """Fitted on the training rows, once a worker."""
        if kind not in self.fitted:
            self.fitted[kind] = fit(kind, self.dataset.train.x)
        return self.fitted[kind]
