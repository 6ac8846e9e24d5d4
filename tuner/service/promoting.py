"""A study's best model becomes its space's champion in MLflow's registry.

Leaves to others: the rule (studies.champion), the registry (tracking).
"""

from typing import TYPE_CHECKING

from tuner.database.audit import add_line
from tuner.database.blobs import blob_store
from tuner.database.connection import Database
from tuner.database.studies import view_study
from tuner.service.people import HERE, Person, check_may_change, entry
from tuner.service.requests import ChampionRequest
from tuner.settings import Settings

if TYPE_CHECKING:
    from tuner.studies.champion import Decision


def promote(db: Database, settings: Settings, request: ChampionRequest, by: Person = HERE) -> "Decision":
    """Raises NotFound, NotAllowed, ServiceDown."""
    view = view_study(db, request.study_name)
    check_may_change(by, view)
    # MLflow is imported where it is asked for alone: it takes seconds.
    from tuner.studies.projection import promote_trial
    from tuner.tracking.mlflow_recorder import MlflowRecorder

    recorder = MlflowRecorder(settings.tracking_uri_of(view.mlflow_uri))
    decision = promote_trial(db, recorder, blob_store(db, settings.artifacts), view, request.trial, request.force)
    if decision.stands:
        # The change itself is MLflow's: no transaction holds both.
        add_line(db, entry(by, "champion", view.study_name, decision.words))
    return decision
