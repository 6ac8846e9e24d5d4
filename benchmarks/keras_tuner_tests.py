"""KerasTuner's own tests, with our hyperparameters and our oracle in the place of its own.

    git clone https://github.com/keras-team/keras-tuner ../keras-tuner
    python -m benchmarks.keras_tuner_tests ../keras-tuner

Owns: what of ours stands where, and how many tests pass. It fetches nothing: the folder has KerasTuner's sources.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

_OURS = '''
from keras_tuner.src.engine import hyperparameters, oracle
from tuner.oracle import OptunaOracle
from tuner.training.custom.hypermodel import AskedHyperParameters

class HyperParameters(AskedHyperParameters):
    """Each is answered with its default, as in a new HyperParameters of KerasTuner."""

    def __init__(self):
        super().__init__(lambda parameter: parameter.default)


class Oracle(OptunaOracle):
    """A study a folder, without an end, as KerasTuner's has none where nobody says it."""

    def __init__(self, *args, max_trials=None, **kwargs):
        super().__init__(*args, max_trials=max_trials, **kwargs)

    def _set_project_dir(self, directory, project_name):
        self._storage_url = f"sqlite:///{directory}/tuner.db"
        super()._set_project_dir(directory, project_name)


hyperparameters.HyperParameters = HyperParameters
oracle.Oracle = Oracle
'''
_SUITES = {
    "hyperparameters": ("engine/hyperparameters", "engine/conditions_test.py"),
    "oracles": ("engine/oracle_test.py",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with KerasTuner's sources")
    package = parser.parse_args().folder / "keras_tuner"
    for name, places in _SUITES.items():
        with tempfile.TemporaryDirectory() as folder:
            results = list(_run(package, places, Path(folder)))
        failed = [each for each in results if each[1]]
        print(f"{name}: {len(results) - len(failed)} of {len(results)}")
        for test, why in failed:
            print(f"    {test}: {why}")


def _run(package: Path, places: tuple[str, ...], folder: Path) -> Iterator[tuple[str, str]]:
    """Each test's name, and why it failed."""
    for place in places:
        found = [package / place] if place.endswith(".py") else sorted((package / place).rglob("*_test.py"))
        for file in found:
            # Where its modules are in the installed version.
            moved = re.sub(r"from keras_tuner(\.| import)", r"from keras_tuner.src\1", file.read_text())
            (folder / file.name).write_text(moved)
    (folder / "conftest.py").write_text(_OURS)
    report = folder / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", "-W", "ignore", "-o", "timeout=60", "-o", "python_files=*_test.py"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        *options,
        f"--junitxml={report}",
        f"--rootdir={folder}",
        "-c",
        "/dev/null",
    ]
    subprocess.run([*command, folder], stdout=subprocess.DEVNULL, check=False)
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [each for each in case if each.tag in ("failure", "error")]
        yield f"{case.get('classname')}.{case.get('name')}", (bad[0].get("message") or "")[:200] if bad else ""


if __name__ == "__main__":
    main()
