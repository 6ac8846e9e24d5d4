"""A search space by its name or its file.

Owns: where a name is looked for.
Leaves to others: what a file may say (study_spec).
"""

from pathlib import Path

from tuner.errors import NotFound
from tuner.formatting import nearest
from tuner.settings import shipped_spaces
from tuner.spec.study_spec import StudySpec, read_spec


def find_space(name: str) -> StudySpec:
    """A file, if it is there or looks like one; else a shipped space. Raises NotFound, SpecError."""
    path = Path(name).expanduser()
    if path.suffix in (".yaml", ".yml") or "/" in name:
        if not path.is_file():
            raise NotFound(f"there is no search-space file {name}. Shipped spaces: {', '.join(shipped_names())}.")
        return read_spec(path)
    for folder in (Path("search_spaces"), shipped_spaces()):
        if (folder / f"{name}.yaml").is_file():
            return read_spec(folder / f"{name}.yaml")
    raise NotFound(
        f"there is no search space {name!r}{nearest(name, shipped_names())} Or give a file: --space FILE.yaml"
    )


def shipped_names() -> list[str]:
    """Of the spaces that come with the package."""
    return sorted(path.stem for path in shipped_spaces().glob("*.yaml"))
