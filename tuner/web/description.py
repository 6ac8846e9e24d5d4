"""The description of the API (OpenAPI), completed: titles of operations, examples of answers, the schema of problems.

Owns: what FastAPI does not put into it by itself.
Leaves to others: operations and their words (api), what the examples show (examples).
"""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from tuner.web import problems
from tuner.web.examples import EXAMPLES

_SENTENCE = re.compile(r"[.;](?:\s|\Z)")


def describe(app: FastAPI) -> None:
    """Its description is then made so, once."""
    made = app.openapi

    def completed() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            # Endpoints refer to it, and none of them gives it as its own answer.
            schemas["Problem"] = problems.Problem.model_json_schema()
            for example in EXAMPLES:
                for name in _names(example.__class__):
                    if name in schemas:
                        schemas[name]["examples"] = [example.model_dump(mode="json")]
            for operation in _operations(schema):
                operation["summary"] = _SENTENCE.split(operation.get("description", ""), maxsplit=1)[0]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = completed  # type: ignore[method-assign]  # as FastAPI's documentation does it


def _names(kind: type) -> tuple[str, str]:
    """By which the schema of a model goes: with its module, where another one has the same name."""
    return kind.__name__, f"{kind.__module__}.{kind.__name__}".replace(".", "__")


def _operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in schema["paths"].values():
        yield from methods.values()
