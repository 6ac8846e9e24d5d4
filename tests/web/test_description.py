"""The description of the API says what each operation does and shows how it is asked; what it shows is right."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

Operation = dict[str, Any]


@pytest.fixture(scope="module")
def description(plain: httpx.Client) -> dict[str, Any]:
    return dict(plain.get("/openapi.json").json())


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_each_operation_says_what_it_does(description: dict[str, Any]) -> None:
    summaries = []
    for name, operation in _operations(description):
        assert 5 < len(operation["summary"]) < 120, name
        assert operation["description"].startswith(operation["summary"]), name
        summaries.append((operation["tags"][0], operation["summary"]))
    assert len(summaries) == len(set(summaries))


def test_each_parameter_is_described_and_has_an_example_where_it_is_not_plain(description: dict[str, Any]) -> None:
    for name, operation in _operations(description):
        for parameter in operation.get("parameters", []):
            what, schema = f"{name}: {parameter['name']}", parameter["schema"]
            assert parameter.get("description"), what
            kinds = {each.get("type") for each in schema.get("anyOf", [schema])} | {schema.get("type")}
            choices = "enum" in str(schema)
            # A number, yes or no, one of some words, and what another answer gave speak for themselves.
            plain = kinds <= {"integer", "boolean", "number", "null", None} or choices
            given = parameter["name"] in ("cursor", "idempotency-key", "last-event-id")
            assert plain or given or schema.get("examples"), what


def test_each_body_has_an_example(description: dict[str, Any]) -> None:
    bodies = 0
    for name, operation in _operations(description):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schema = _resolved(media["schema"], description)
            shown = {field for field, each in schema.get("properties", {}).items() if each.get("examples")}
            assert schema.get("examples") or (shown and shown >= set(schema.get("required", []))), name
            bodies += 1
    assert bodies > 8


def test_most_answers_have_an_example(description: dict[str, Any]) -> None:
    answers = {
        media["schema"]["$ref"].rpartition("/")[2]
        for _, operation in _operations(description)
        for status, answer in operation["responses"].items()
        for media in answer.get("content", {}).values()
        if status < "300" and "$ref" in media.get("schema", {})
    }
    shown = [each for each in answers if description["components"]["schemas"][each].get("examples")]
    assert len(shown) > 0.5 * len(answers), sorted(answers - set(shown))


def test_every_example_is_valid(description: dict[str, Any]) -> None:
    components, tried = description["components"], 0
    for name, schema in components["schemas"].items():
        whole = {"$ref": f"#/components/schemas/{name}", "components": components}
        for example in schema.get("examples", []):
            Draft202012Validator(whole).validate(example)
            tried += 1
        for of_field in schema.get("properties", {}).values():
            for example in of_field.get("examples", []):
                Draft202012Validator({**of_field, "components": components}).validate(example)
                tried += 1

    for _, operation in _operations(description):
        for parameter in operation.get("parameters", []):
            for example in parameter["schema"].get("examples", []):
                Draft202012Validator({**parameter["schema"], "components": components}).validate(example)
                tried += 1
    assert tried > 80


def _resolved(schema: dict[str, Any], description: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    return dict(description["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
