"""What an import may cost, and who may know whom (the contracts proper are import-linter's)."""

import pathlib
import subprocess
import sys

import pytest

import tuner
from tests.analysis.written import write_study
from tuner.database.connection import open_database


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = {"tensorflow", "keras", "mlflow", "pandas", "sklearn", "optuna", "sqlalchemy", "numpy", "rich"}
    assert not loaded_by("import tuner.cli.main") & heavy


def test_a_study_is_looked_at_without_tensorflow_mlflow_or_pandas() -> None:
    heavy = {"tensorflow", "keras", "mlflow", "pandas", "sklearn"}
    assert not loaded_by("import tuner.service.creating, tuner.studies.status, tuner.cli.show, tuner.cli.live") & heavy


# What no command that reads a finished study needs, and beside it what each does need.
NOT_TO_READ = {
    "tensorflow",
    "keras",
    "jax",
    "mlflow",
    "optuna",
    "alembic",
    "psycopg",
    "scipy",
    "sklearn",
    "pandas",
    "plotly",
}
READING = [
    (["list"], set()),
    (["status", "mine"], set()),
    (["status", "mine", "--spec"], set()),
    (["trials", "mine"], set()),
    (["trials", "mine", "--csv"], {"pandas"}),
    (["best", "mine"], set()),
    (["compare", "mine", "other"], set()),
]


@pytest.fixture(scope="module")
def studies_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('read') / 'tuner.db'}"
    db = open_database(url)
    write_study(db, "mine")
    write_study(db, "other")
    db.engine.dispose()
    return url


@pytest.mark.parametrize(("arguments", "needed"), READING, ids=lambda each: " ".join(each))
def test_a_command_that_reads_loads_only_what_it_shows(
    arguments: list[str], needed: set[str], studies_url: str
) -> None:
    statement = (
        "import sys; from tuner.cli.main import cli; "
        f"cli.main([*{arguments!r}, '--storage', {studies_url!r}], standalone_mode=False); sys.stdout.write('\\n')"
    )
    assert loaded_by(statement) & NOT_TO_READ == needed


def test_local_data_is_loaded_without_keras() -> None:
    assert not loaded_by("import tuner.data.sources") & {"tensorflow", "keras", "sklearn"}


def test_a_search_space_is_checked_with_nothing_but_yaml_and_pydantic() -> None:
    heavy = {"tensorflow", "keras", "mlflow", "pandas", "sklearn", "optuna", "sqlalchemy", "numpy"}
    assert not loaded_by("import tuner.spec.study_spec") & heavy


def test_the_package_itself_is_light() -> None:
    heavy = {
        "tensorflow",
        "keras",
        "keras_tuner",
        "mlflow",
        "optuna",
        "pandas",
        "numpy",
        "sqlalchemy",
        "pydantic",
        "click",
    }
    assert not loaded_by("import tuner; tuner.errors.TunerError") & heavy
    assert not loaded_by("from tuner import Training") & {"tensorflow", "keras", "keras_tuner", "optuna", "sqlalchemy"}


def test_what_keras_keeps_to_itself_is_named_in_one_module() -> None:
    """Private attributes are ruff's to find (SLF001); this is about modules, which ruff does not know to be private."""
    private = ("keras.src", "tensorflow.python", "jax._src", "optuna._", "optuna.storages._", "keras_tuner.src")
    allowed = {"training/keras_internals.py", "optuna_internals.py", "tracking/mlflow_internals.py"}
    root = pathlib.Path(tuner.__file__).parent
    found = {}
    for file in root.rglob("*.py"):
        used = [each for each in private if each in file.read_text(encoding="utf-8")]
        if used and str(file.relative_to(root).as_posix()) not in allowed:
            found[file.name] = used
    assert found == {}


def test_studies_in_python_are_looked_at_without_tensorflow_or_mlflow() -> None:
    heavy = {"tensorflow", "keras", "keras_tuner", "mlflow", "matplotlib", "plotly", "IPython"}
    assert not loaded_by("import tuner; tuner.open, tuner.Study") & heavy


def test_a_client_of_a_server_needs_neither_a_framework_nor_what_serves() -> None:
    heavy = {"tensorflow", "keras", "keras_tuner", "jax", "mlflow", "matplotlib", "plotly", "fastapi", "uvicorn"}
    assert not loaded_by("import tuner; tuner.Client") & heavy
