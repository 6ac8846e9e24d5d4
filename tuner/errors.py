"""Every error this project raises on purpose, and the exit code each becomes.

TunerError                 1  the work failed
├── InputError             2  what was typed or written cannot be used
│   ├── SpecError             a search-space file
│   │   └── ParameterError        one value of a configuration
│   ├── DataError             a data set
│   ├── CodeNotGiven          code that this process was not given
│   └── StudyConflict         a study of that name that is not this one
├── TrialLost              1  a trial that another program holds by now
├── NotSignedIn            5  nobody knows who asks
├── NotAllowed             5  this is not that person's to do
├── NotFound               3  a study, a trial or a space that is not there
├── DiskFull               1  no space is left
├── ServiceDown            4  a database or a tracking server that does not answer
│   └── Postponed             a tracking server that answers, but not to this record
├── NotDelivered           1  a message that a webhook or a mail server did not take
├── Refused                1  a record that MLflow does not take; no other waits for it
└── TrialFailed               one configuration cannot be trained; the study goes on

A message is one line: what happened, where, what to do. A bug is none of these and keeps its traceback.
"""


class TunerError(Exception):
    """The root; its message is shown to a person as it is."""

    exit_code = 1


class InputError(TunerError):
    """Something typed or written by a person cannot be used."""

    exit_code = 2


class SpecError(InputError):
    """A search-space file cannot be used."""


class ParameterError(SpecError):
    """A value of a configuration that a space does not hold.

    parameter: as a person writes it; empty where the configuration as a whole is meant. words: without where it is.
    """

    def __init__(self, where: str, parameter: str, words: str) -> None:
        super().__init__(f"{where}: {words}")
        self.parameter = parameter
        self.words = words


class DataError(InputError):
    """A data set cannot be used.

    lines: of several problems at once, each a line.
    """

    def __init__(self, words: str, lines: tuple[str, ...] = ()) -> None:
        super().__init__(" ".join([words, *(f"({number}) {each}" for number, each in enumerate(lines, start=1))]))
        self.lines = (words, *(f"  {each}" for each in lines))


class CodeNotGiven(InputError):
    """A study's code is not among what this process may run."""


class StudyConflict(InputError):
    """A study of that name exists and is not the one asked for."""


class TrialLost(TunerError):
    """A program reports on a trial that is not its own any more."""


class NotSignedIn(TunerError):
    """Who asks shows no token, or one that does not count."""

    exit_code = 5


class NotAllowed(TunerError):
    """Who asks may not do that."""

    exit_code = 5


class NotFound(TunerError):
    """A study, a trial or a space is not there."""

    exit_code = 3


class DiskFull(TunerError):
    """No space is left where something has to be written."""


class ServiceDown(TunerError):
    """A database or a tracking server does not answer."""

    exit_code = 4


class Postponed(ServiceDown):
    """A tracking server fails at one record, and answers otherwise."""


class NotDelivered(TunerError):
    """A webhook, or a server of e-mail, did not take a message."""


class Refused(TunerError):
    """MLflow does not take a record, or a part of it, as it is. Asked again unchanged, it would not either.

    run_id: of its run, where it has one: what was not refused is there.
    """

    def __init__(self, reason: str, run_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.run_id = run_id


class TrialFailed(TunerError):
    """A configuration cannot be trained. The study goes on.

    state: the word the record uses, such as ``out_of_memory``.
    """

    def __init__(self, reason: str, state: str = "failed") -> None:
        super().__init__(reason)
        self.reason = reason
        self.state = state
