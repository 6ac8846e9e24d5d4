"""The environment, read in one place.

Owns: the names of the variables, their defaults, where the shipped search spaces are, the largest figures of a study.
Without pydantic-settings: every command reads its settings, and importing it after pydantic takes another 0.05 s of CPU
time (2.16, measured beside the 0.7 s of `tune list`), for two whole numbers and six words.
"""

import getpass
import os
import platform
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import platformdirs

from tuner.errors import InputError
from tuner.formatting import one_line
from tuner.redaction import keep_secret, keep_secrets_of

MOST_TRIALS = 1_000_000
LARGEST_SEED = 2**32 - 1
"""Keras takes no larger one."""

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """storage: of studies, as SQLAlchemy's URL (TUNER_STORAGE).

    tracking_uri: MLflow's (MLFLOW_TRACKING_URI); by default a SQLite file in the working folder, where a plain
    `mlflow ui` looks. That of a server has no user and password: they are in MLFLOW_TRACKING_USERNAME and _PASSWORD.
    artifacts: a folder that all workers share, for checkpoints and models (TUNER_ARTIFACTS), or None.
    worker_trials, worker_growth_mib: after so many trials, or so much growth in memory, a worker process is replaced
    by a fresh one (TUNER_WORKER_TRIALS, TUNER_WORKER_GROWTH_MIB).
    """

    storage: str
    tracking_uri: str
    artifacts: Path | None
    worker_trials: int = 200
    worker_growth_mib: int = 2048

    @property
    def public_tracking_uri(self) -> str:
        """As it may be stored and shown: without user and password of a server, without the password of a database."""
        return public_uri(self.tracking_uri)

    def tracking_uri_of(self, stored: str) -> str:
        """Where a study's record is, with the password of this process for it, if it has one."""
        return self.tracking_uri if public_uri(stored) == self.public_tracking_uri else stored


MOST_MEMBERS = 4096
"""Of networks that a worker trains at once."""


@dataclass(frozen=True)
class Share:
    """What this worker process may use of its machine, as whoever started it says in the environment.

    gpu: the UUID of the one that it was given. threads: 0 where nobody has said (TUNER_THREADS).
    notices: a pipe to whoever started it.
    cohort: how many networks it trains at once: a number, "off", or "auto" (TUNER_COHORT).
    cache: a folder for what may be deleted at any time (TUNER_CACHE; by default in the user's cache).
    """

    device: str
    gpu: str
    notices: int | None
    threads: int
    gpu_memory_mib: int
    gpu_room_mib: int
    mixed_precision: bool
    cache: Path
    cohort: str = "auto"


def read_share() -> Share:
    """What the environment says now; without a word, everything."""
    return Share(
        device=os.environ.get("TUNER_DEVICE", "cpu"),
        gpu=os.environ.get("TUNER_GPU", ""),
        notices=_whole("TUNER_NOTICES", 0) or None,
        threads=_whole("TUNER_THREADS", 0),
        gpu_memory_mib=_whole("TUNER_GPU_MEMORY_MIB", 0),
        gpu_room_mib=_whole("TUNER_GPU_ROOM_MIB", 0),
        mixed_precision=os.environ.get("TUNER_MIXED_PRECISION") == "1",
        cache=Path(os.environ.get("TUNER_CACHE") or platformdirs.user_cache_path("tuner")).expanduser(),
        cohort=os.environ.get("TUNER_COHORT") or "auto",
    )


MailSecurity = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class MailSettings:
    """The server by which e-mail is sent: TUNER_SMTP_HOST, _PORT, _USER, _PASSWORD, _SECURITY ("starttls", "tls" from
    the first byte on, "none"), and whom it is from, TUNER_SMTP_FROM."""

    host: str
    port: int
    user: str
    password: str
    security: MailSecurity
    sender: str


def read_mail_settings() -> MailSettings | None:
    """What the environment says now; None where it names no server. Raises InputError."""
    host = os.environ.get("TUNER_SMTP_HOST")
    if not host:
        return None
    security, user = os.environ.get("TUNER_SMTP_SECURITY") or "starttls", os.environ.get("TUNER_SMTP_USER", "")
    if security not in ("starttls", "tls", "none"):
        raise InputError(f"TUNER_SMTP_SECURITY={security}: is starttls, tls or none.")
    sender = os.environ.get("TUNER_SMTP_FROM") or user
    if not MAIL_ADDRESS.fullmatch(sender):
        raise InputError(f"TUNER_SMTP_FROM={sender}: an address is needed, from which e-mail is sent.")
    password = os.environ.get("TUNER_SMTP_PASSWORD", "")
    keep_secret(password)
    usual = {"starttls": 587, "tls": 465, "none": 25}[security]
    port = _whole("TUNER_SMTP_PORT", usual, least=1)
    return MailSettings(host, port, user, password, cast(MailSecurity, security), sender)


MAIL_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
"""One that every server takes; nothing of it ends a header."""


def read_typing() -> Mapping[str, str]:
    """Of the environment, what says how people type commands here: TUNER_COMMAND is what they are told for `tune`, such
    as `docker compose run --rm tune`; else PATH says it, and what `uv run` leaves."""
    names = ("TUNER_COMMAND", "PATH", "UV_RUN_RECURSION_DEPTH")
    return {name: os.environ[name] for name in names if name in os.environ}


def read_settings() -> Settings:
    """What the environment says now. What it has of passwords is kept secret (`redaction`)."""
    for name in _SECRET:
        keep_secret(os.environ.get(name))
    keep_secrets_of(os.environ.get("TUNER_STORAGE", ""))
    artifacts = os.environ.get("TUNER_ARTIFACTS")
    return Settings(
        storage=os.environ.get("TUNER_STORAGE") or "sqlite:///tuner.db",
        tracking_uri=_tracking_uri() or f"sqlite:///{Path.cwd() / 'mlflow.db'}",
        artifacts=Path(artifacts).expanduser().resolve() if artifacts else None,
        worker_trials=_whole("TUNER_WORKER_TRIALS", 200, least=1),
        worker_growth_mib=_whole("TUNER_WORKER_GROWTH_MIB", 2048, least=1),
    )


_OF_A_MACHINE = (
    "TUNER_DEVICE", "TUNER_GPU", "TUNER_GPU_MEMORY_MIB", "TUNER_GPU_ROOM_MIB", "TUNER_MIXED_PRECISION", "TUNER_COHORT",
    "TUNER_NOTICES", "TUNER_THREADS", "TUNER_CACHE", "TUNER_WORKER_NAME",
)  # fmt: skip
_TRAVEL = ("TUNER_", "MLFLOW_", "PG", "KERAS_BACKEND")


def environment_of(settings: Settings) -> dict[str, str]:
    """What of this process' environment a worker on another machine is told; the rest is that machine's own.

    With the passwords for the database and for MLflow: it is for memory and pipes, and for no command line.
    """
    given = {name: each for name, each in os.environ.items() if name.startswith(_TRAVEL) and name not in _OF_A_MACHINE}
    artifacts = {} if settings.artifacts is None else {"TUNER_ARTIFACTS": str(settings.artifacts)}
    return {
        **given,
        **artifacts,
        "TUNER_STORAGE": settings.storage,
        "MLFLOW_TRACKING_URI": settings.tracking_uri,
        "TUNER_WORKER_TRIALS": str(settings.worker_trials),
        "TUNER_WORKER_GROWTH_MIB": str(settings.worker_growth_mib),
    }


def absolute_storage(url: str) -> str:
    """A SQLite file by its whole path, for a process that works in another folder."""
    path = url.removeprefix(_SQLITE)
    relative = path != url and path and not path.startswith((":memory:", "file:", "?")) and not Path(path).is_absolute()
    return f"{_SQLITE}{Path(path).absolute()}" if relative else url


_SQLITE = "sqlite:///"
_SECRET = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "PGPASSWORD", "TUNER_SMTP_PASSWORD")


def _tracking_uri() -> str | None:
    """MLFLOW_TRACKING_URI; user and password of a server go to where MLflow itself, here and in children, looks."""
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    if not uri:
        return None
    keep_secrets_of(uri)
    user, _, password = _userinfo(uri).partition(":")
    if password and uri.startswith(_SERVERS):
        os.environ["MLFLOW_TRACKING_USERNAME"] = urllib.parse.unquote(user)
        os.environ["MLFLOW_TRACKING_PASSWORD"] = urllib.parse.unquote(password)
        os.environ["MLFLOW_TRACKING_URI"] = public_uri(uri)
    return os.environ["MLFLOW_TRACKING_URI"]


_SERVERS = ("http://", "https://")


def _userinfo(uri: str) -> str:
    """What stands before the host. A password may have been written with a / or an @ in it."""
    rest = uri.partition("://")[2].partition("?")[0]
    if rest.startswith("/") or ("@" not in rest.partition("/")[0] and rest.count(":") < 2):
        return ""
    return rest.rpartition("@")[0]


def public_uri(uri: str) -> str:
    """A tracking URI as it may be stored and shown."""
    userinfo = _userinfo(uri)
    kept = "" if uri.startswith(_SERVERS) or not userinfo else f"{userinfo.partition(':')[0]}@"
    public = uri.replace(f"://{userinfo}@", f"://{kept}", 1) if userinfo else uri
    # psycopg takes a password in the query, too.
    return _PASSWORD_IN_QUERY.sub(lambda found: found[1] if found[2] else "", public)


_PASSWORD_IN_QUERY = re.compile(r"([?&])password=[^&]*(&?)")


def _whole(name: str, default: int, least: int = 0) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or int(text) < least:
        raise InputError(f"{name}={text}: a whole number from {least} is needed.")
    return int(text)


def place_name() -> str:
    """What the workers of this place are called, before what tells them apart: TUNER_WORKER_NAME, else this machine's
    name."""
    return one_line(os.environ.get("TUNER_WORKER_NAME") or platform.node())[:_LONGEST_PLACE]


_LONGEST_PLACE = 100


def user_name() -> str:
    """Of whoever runs this process, as its system has it."""
    try:
        return getpass.getuser()[:100]
    except (OSError, KeyError, ImportError):  # a user without a name, as in a container
        return "local"


def shipped_spaces() -> Path:
    """The folder of the search spaces that come with the package: inside it when installed, beside it in a checkout."""
    inside = _PACKAGE / "search_spaces"
    return inside if inside.is_dir() else _PACKAGE.parent / "search_spaces"
