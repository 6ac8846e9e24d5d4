"""Make a file of a study, in a process of its own: `python -m tuner.service.file_making`.

Reads one JSON object on stdin - a request of `made_files`, where to write - and writes one on stdout. The database is
that of the environment.

Leaves to others: what is in a file (analysis, studies.export), who asks for it (made_files).
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tuner.database.blobs import blob_store
from tuner.database.connection import Database
from tuner.errors import NotFound
from tuner.service.opening import open_studies
from tuner.settings import Settings, read_settings
from tuner.spec.code import find_code
from tuner.studies.child_process import Answer, serve

_PACKED = (".keras", ".h5", ".npz")
"""Files that would not become smaller."""


def answer(request: Mapping[str, Any]) -> Answer:
    settings = read_settings()
    db = open_studies(settings, create=False)
    study_name, path = str(request["study_name"]), Path(str(request["path"]))
    try:
        if request["kind"] == "report":
            from tuner.analysis.report import report

            path.write_text(report(db, study_name, blob_store(db, settings.artifacts)), encoding="utf-8")
        elif request["kind"] == "parquet":
            from tuner.analysis.results import trials
            from tuner.analysis.with_one_kind import with_one_kind

            with_one_kind(trials(db, study_name)).to_parquet(path, index=False)
        else:
            _export(db, settings, study_name, request, path)
    except NotFound as error:
        return {"missing": str(error)}
    finally:
        db.engine.dispose()
    return {}


def _export(db: Database, settings: Settings, study_name: str, request: Mapping[str, Any], path: Path) -> None:
    from tuner.studies.export import export_trial

    store, codes = blob_store(db, settings.artifacts), [find_code(each) for each in request["codes"]]
    with TemporaryDirectory(prefix="tune-") as folder:
        files = export_trial(db, store, study_name, request["trial"], Path(folder), codes)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                how = zipfile.ZIP_STORED if file.suffix in _PACKED else zipfile.ZIP_DEFLATED
                packed.write(file, f"{request['called']}/{file.name}", how)


if __name__ == "__main__":
    serve(answer)
