"""A trial's parameters as a baseline: the same configuration, read back."""

from pathlib import Path

import pytest
import yaml

from tests.analysis.written import SPACE, TRIALS, Told, write_study
from tuner.database.connection import Database, open_database
from tuner.errors import NotFound
from tuner.spec import parse_spec
from tuner.studies.export import export_trial, parameters_yaml
from tuner.studies.service import find_trial, spec_of, study_status


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'tuner.db'}")


@pytest.mark.parametrize("number", range(len(TRIALS)))
def test_parameters_are_a_baseline_of_the_same_configuration(db: Database, number: int) -> None:
    write_study(db)
    trial = find_trial(db, "s", number)
    spec = spec_of(study_status(db, "s").study)
    written = yaml.safe_load(parameters_yaml(trial, spec))
    again = parse_spec(yaml.safe_dump({**yaml.safe_load(SPACE), "baselines": written}), "digits", Path(), "again")
    (baseline,) = again.baselines
    assert baseline.name == f"trial-{number}"
    assert {name: baseline.params[name] for name in trial.params} == dict(trial.params)


def test_what_cannot_be_exported_is_said(db: Database, tmp_path: Path) -> None:
    from tuner.database.blobs import FolderStore

    store = FolderStore(tmp_path / "artifacts")
    write_study(db, "none", [Told(TRIALS[0].params, (), "failed", "bad")], outcome=None)
    with pytest.raises(NotFound, match="has no complete trial yet"):
        export_trial(db, store, "none", None, tmp_path)
    with pytest.raises(NotFound, match="trial 0 of none has no model: it is failed"):
        export_trial(db, store, "none", 0, tmp_path)
    with pytest.raises(NotFound, match="no trial 7"):
        export_trial(db, store, "none", 7, tmp_path)
