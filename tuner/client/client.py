"""`tuner.Client`: a server, as a Python program asks it.

Owns: what is asked of a server itself. A method stands for an operation of the API and has its name and arguments.
Leaves to others: one study (study), one trial (trial, asked), sending (connection).
"""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from urllib.parse import quote

from tuner.analysis.comparison import ComparedStudies
from tuner.client.connection import Connection
from tuner.client.notifications import RemoteNotifications
from tuner.client.operations import operation
from tuner.client.study import RemoteStudy
from tuner.errors import InputError
from tuner.service.owners import OwnerLimits
from tuner.service.space_views import CheckedSearchSpace, SearchSpace, SearchSpaces
from tuner.spec.safe_yaml import dump, read_text
from tuner.studies.views import Study
from tuner.web.answers import EditedSpace, Health, Lines, PersonAnswer, StudyPage, Workers

PATIENCE_S = 30.0

Space = str | Path | Mapping[str, Any]
"""A space of the server by its name, a file here, or what a file would say."""


class Client:
    """A server of `tune serve`, for whoever has its address and a token.

    url: such as ``https://tune.example``. token: from `tune token create`; None on the machine of a server that has
    none. patience_s: how long a server that does not answer is asked again, where that is safe. What the server refuses
    is raised as the same errors as of `tuner.start`, with the same line. Use it as a context manager, or close it.
    """

    def __init__(self, url: str, token: str | None = None, *, patience_s: float = PATIENCE_S) -> None:
        self._connection = Connection(url, token, patience_s)

    @property
    def url(self) -> str:
        return self._connection.url

    def close(self) -> None:
        """Let go of its connections."""
        self._connection.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    @operation("POST", "/studies", space_text="space", limits=("epoch_budget", "target", "plateau"),
               here=("workers", "device", "workers_per_gpu", "mixed_precision", "cohort"))  # fmt: skip
    def start(
        self,
        space: Space,
        *,
        study_name: str | None = None,
        trials: int | None = None,
        timeout_s: float | None = None,
        seed: int | None = None,
        epoch_budget: int | None = None,
        target: float | None = None,
        plateau: int | None = None,
        priority: int | None = None,
        most_workers: int | None = None,
        baselines: Mapping[str, Mapping[str, Any]] | None = None,
        from_study: str | None = None,
        from_best: int = 3,
        run: Literal["here", "elsewhere"] | None = None,
        workers: int | None = None,
        device: Literal["auto", "cpu", "gpu"] = "auto",
        workers_per_gpu: int = 1,
        mixed_precision: bool = False,
        cohort: Literal["auto", "off"] | int = "auto",
        space_name: str | None = None,
    ) -> RemoteStudy:
        """Start a study. What cannot be is raised before anything is stored; an answer that is lost starts no second.

        space: the name of one that the server has, a file of this machine, or a mapping of what a file would say.
        space_name: what to call the latter. run: "here" by workers of the server, "elsewhere" by those that
        `tune worker` started; None is as the server was told. workers, device, ...: of the server's own. The rest is as
        of `tuner.start`.
        """
        made = self._connection.ask(
            Study,
            "POST",
            "/studies",
            {
                **_space(space, space_name),
                "study_name": study_name, "trials": trials, "timeout_s": timeout_s, "seed": seed,
                "limits": {"epochs": epoch_budget, "target": target, "plateau": plateau},
                "priority": priority, "most_workers": most_workers, "baselines": baselines, "from_study": from_study,
                "from_best": from_best, "run": run,
                "here": {"workers": workers, "device": device, "workers_per_gpu": workers_per_gpu,
                         "mixed_precision": mixed_precision, "cohort": cohort},
            },
            key=uuid.uuid4().hex,
        )  # fmt: skip
        return RemoteStudy(self._connection, made.study_name)

    def open(self, name: str) -> RemoteStudy:
        """A study that is there, running or not, whoever started it. Raises NotFound."""
        study = RemoteStudy(self._connection, name)
        study.status()
        return study

    @operation("GET", "/studies")
    def studies(
        self,
        *,
        space: str | None = None,
        words: str | None = None,
        owner: str | None = None,
        state: Sequence[str] = (),
        limit: int = 50,
        cursor: str | None = None,
    ) -> StudyPage:
        """Studies, the latest first, a page at a time: hand `next` back as `cursor`."""
        return self._connection.get(
            StudyPage, "/studies", space=space, words=words, owner=owner, state=tuple(state), limit=limit, cursor=cursor
        )

    @operation("GET", "/health")
    def health(self) -> Health:
        """The server lives."""
        return self._connection.get(Health, "/health")

    @operation("GET", "/ready")
    def ready(self) -> Health:
        """The studies' database answers, too. Raises ServiceDown."""
        return self._connection.get(Health, "/ready")

    @operation("GET", "/me")
    def me(self) -> PersonAnswer:
        """Whose token this is."""
        return self._connection.get(PersonAnswer, "/me")

    @operation("GET", "/spaces")
    def spaces(self) -> SearchSpaces:
        """The search spaces that the server has."""
        return self._connection.get(SearchSpaces, "/spaces")

    @operation("GET", "/spaces/{space}")
    def space(self, space: str) -> SearchSpace:
        """One of them, with its text."""
        return self._connection.get(SearchSpace, f"/spaces/{quote(space, safe='')}")

    @operation("POST", "/spaces/check", space_text="space")
    def check_space(self, space: Space, *, space_name: str | None = None) -> CheckedSearchSpace:
        """Read a space and its data; nothing is stored, and nothing is trained. Raises SpecError, DataError."""
        body = _space(space, space_name)
        return self._connection.ask(CheckedSearchSpace, "POST", "/spaces/check", body, again=True)

    @operation("POST", "/spaces/edit", space_text="space")
    def edit_space(self, space: Space, edit: Mapping[str, Any], *, space_name: str | None = None) -> EditedSpace:
        """The space with its parameters changed, as its file would say it; nothing is stored."""
        body = {**_space(space, space_name), "edit": edit}
        return self._connection.ask(EditedSpace, "POST", "/spaces/edit", body, again=True)

    @operation("GET", "/schemas/space")
    def space_schema(self) -> dict[str, Any]:
        """The JSON schema of search-space files."""
        found: dict[str, Any] = self._connection.send("GET", "/schemas/space", again=True).json()
        return found

    @operation("GET", "/workers")
    def workers(self) -> Workers:
        """Those that live, whichever study they work on."""
        return self._connection.get(Workers, "/workers")

    @operation("GET", "/owners")
    def owners(self) -> OwnerLimits:
        """How many studies a person may have running at once, and what waits."""
        return self._connection.get(OwnerLimits, "/owners")

    @operation("PUT", "/owners/{person}/limit")
    def limit_owner(self, person: str, most_studies: int | None) -> OwnerLimits:
        """Say how many of a person's studies may run at once; None is as everybody's. For admins."""
        path = f"/owners/{quote(person, safe='')}/limit"
        return self._connection.ask(OwnerLimits, "PUT", path, {"most_studies": most_studies}, again=True)

    @property
    def notifications(self) -> RemoteNotifications:
        """Who is told of what becomes of studies: ``client.notifications.add(url="https://...")``."""
        return RemoteNotifications(self._connection)

    @operation("GET", "/compare")
    def compare(self, study: Sequence[str]) -> ComparedStudies:
        """Studies side by side, by their names: figures, costs, and which differences are more than noise."""
        return self._connection.get(ComparedStudies, "/compare", study=tuple(study))

    @operation("GET", "/audit")
    def audit(self, *, study: str | None = None, limit: int = 50, before: int | None = None) -> Lines:
        """Who changed what, the latest first: hand `next` back as `before`. For admins."""
        return self._connection.get(Lines, "/audit", study=study, limit=limit, before=before)

    @operation("GET", "/metrics")
    def metrics(self) -> str:
        """Studies, trials, epochs and workers, counted, in Prometheus' text format."""
        return self._connection.bytes_of("/metrics").decode()


def _space(space: Space, space_name: str | None) -> dict[str, Any]:
    """As a request has it: by its name on the server, or as text."""
    if isinstance(space, Mapping):
        return {"space_text": dump(dict(space)), "space_name": space_name or "space"}
    if isinstance(space, str) and not space.endswith((".yaml", ".yml")):
        return {"space": space}
    path = Path(space).expanduser()
    if not path.is_file():
        raise InputError(f"there is no search-space file {path} on this machine.")
    return {"space_text": read_text(path), "space_name": space_name or path.stem}
