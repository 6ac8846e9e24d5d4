"""The language's schema and page are made from the code, and are true of every file there is."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tuner.cli.language_page import page
from tuner.errors import SpecError
from tuner.service.space_schema import descriptions, schema
from tuner.settings import shipped_spaces
from tuner.spec.source_kinds import KINDS
from tuner.spec.space_file import Finalists, Objective, Search, SpaceFile
from tuner.spec.study_spec import parse_spec

DOCS = Path(__file__).parents[2] / "docs"
ROOT = Path(__file__).parents[2]
MAKE = (
    "make it again: tune spaces schema > docs/space.schema.json; tune spaces schema --markdown > docs/space-language.md"
)


def complaints(content: Any) -> list[str]:
    return [each.message for each in jsonschema.Draft202012Validator(schema()).iter_errors(content)]


def numbers(text: str) -> Any:
    """As YAML 1.2 and editors read it: 1e-4 is a number."""
    return yaml.safe_load(re.sub(r"(?<![\w.])(\d+)e(-?\d+)", lambda each: repr(float(each[0])), text))


def test_the_schema_and_the_page_in_docs_are_what_the_code_says() -> None:
    assert json.loads((DOCS / "space.schema.json").read_text()) == schema(), MAKE
    assert (DOCS / "space-language.md").read_text() == page(), MAKE


def test_every_key_has_its_line() -> None:
    for model in (SpaceFile, Objective, Search, Finalists, *KINDS.values()):
        assert all(descriptions(model).values()), model


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", sorted(shipped_spaces().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_space_fits_the_schema(path: Path) -> None:
    assert complaints(numbers(path.read_text())) == []


@pytest.mark.parametrize("page", ["README.md", "docs/spaces.md"])
def test_the_space_that_is_shown_fits_the_schema(page: str) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(), flags=re.DOTALL)
    assert complaints(numbers(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "dataset: digits\nparametres: {epochs: 1}",
        "dataset: digits\nparameters: {epoch: 1}",
        "dataset: digits\nparameters: {epochs: 0}",
        "dataset: digits\nparameters: {epochs: 1, optimizer: [sgd, adm]}",
        "dataset: digits\nparameters: {units: {int: [1, 2], lg: true}}",
        "dataset: digit\nparameters: {epochs: 1}",
        "dataset: digits\nmodel: {keras: a.py:b}",
        "dataset: digits\nparameters: {epochs: 1}\nsearch: {sampler: tpee}",
        "dataset: digits\nparameters: {epochs: 1}\nsearch: {sampler: {name: tpe, candidate: 3}}",
        "parameters: {epochs: 1}",
    ],
)
def test_what_the_check_refuses_the_schema_refuses_too(text: str) -> None:
    from tuner.search.compatibility import check_algorithms

    assert complaints(yaml.safe_load(text))
    with pytest.raises(SpecError):
        check_algorithms(parse_spec(text, "s", Path(), "s.yaml"), "s.yaml")
