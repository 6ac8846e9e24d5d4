"""The kinds of problems by which errors travel: what a server answers, and what its client raises again."""

from tuner.errors import (
    CodeNotGiven,
    DataError,
    DiskFull,
    InputError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    ServiceDown,
    SpecError,
    StudyConflict,
    TrialLost,
    TunerError,
)

KINDS: tuple[tuple[type[TunerError], int, str], ...] = (
    (StudyConflict, 409, "study-conflict"),
    (TrialLost, 409, "trial-lost"),
    (CodeNotGiven, 422, "code-not-given"),
    (SpecError, 422, "space-not-usable"),
    (DataError, 422, "data-not-usable"),
    (InputError, 422, "input-not-usable"),
    (NotSignedIn, 401, "not-signed-in"),
    (NotAllowed, 403, "not-allowed"),
    (NotFound, 404, "not-found"),
    (DiskFull, 507, "disk-full"),
    (ServiceDown, 503, "service-down"),
    (TunerError, 500, "failed"),
)
"""The first that an error is counts."""
