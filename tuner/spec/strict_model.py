"""What is written by people is checked at the edge: models that know their keys, and complaints in one line.

Owns: the rule that unknown keys are errors, and pydantic's errors in our words.
Leaves to others: which keys there are (study_spec, sources).
"""

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from tuner.formatting import nearest


class StrictModel(BaseModel):
    """What is written in a file: unknown keys are errors, and nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def complaint(error: ValidationError, model: type[BaseModel]) -> str:
    """The first of pydantic's errors, as key: what is wrong. model: what was to be read."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = ".".join(path)
    if first["type"] == "extra_forbidden":
        at: Any = model
        for part in path[:-1]:
            # An item of a tuple, by its number, is of the tuple's kind.
            at = get_args(at)[0] if get_args(at) else at.model_fields[part].annotation
        return f"{key}: there is no such key{nearest(path[-1], at.model_fields)}"
    if first["type"] == "missing":
        return f"{key}: is missing."
    if first["type"] == "model_type":
        return f"{key}: should be a mapping of keys to values; it is {first['input']!r}."
    return f"{key}: {first['msg'].removeprefix('Input ')}; it is {first['input']!r}."
