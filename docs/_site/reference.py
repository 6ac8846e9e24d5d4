"""Pages of the site that are made when it is built: commands, Python and HTTP from code; the notebook, and two files of
the top folder, as pages.

Owns: their names, and how each is written in Markdown.
Leaves to others: the space language, which `tune spaces schema --markdown` writes to a file of its own; what is said on
these pages, which stands in the code.
"""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import tuner
from tuner import _LAZY
from tuner.cli.main import cli
from tuner.web.api import PREFIX
from tuner.web.app import create_api

DOCS = Path(__file__).parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for name, page in PAGES.items():
        files.append(File.generated(config, name, content=page()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links that lead out of the documents lead to the page made of that file, or are no links here."""
    markdown = markdown.replace("](../CONTRIBUTING.md", "](contributing.md")
    return re.sub(r"\[([^\]]+)\]\(\.\./([^)#]+)[^)]*\)", r"\1 (`\2`)", markdown)


def commands_page() -> str:
    """Every command with its arguments and options, from click."""
    intro = """
        # Commands and their options

        `tune COMMAND --help` says the same at a terminal. Commands that read take `--json`: one object on stdout, with
        [stable keys](results.md#for-scripts). Results go to stdout, progress to stderr. The database is that of
        `--storage`, else of `TUNER_STORAGE`, else `tuner.db` in the folder.
        """
    return "\n".join([textwrap.dedent(intro).strip(), "", *_commands(cli, "tune", 2)])


def _commands(group: click.Group, before: str, level: int) -> Iterator[str]:
    for name in group.list_commands(click.Context(group)):
        command = group.commands[name]
        called = f"{before} {name}"
        yield f"{'#' * level} {called}\n"
        context = click.Context(command, info_name=called)
        yield f"```text\n{' '.join([called, *command.collect_usage_pieces(context)])}\n```\n"
        yield f"{_help(command.help or '')}\n"
        records = [each.get_help_record(context) for each in command.get_params(context)]
        rows = [f"| `{first}` | {_cell(second)} |" for first, second in filter(None, records) if "--help" not in first]
        if rows:
            yield "\n".join(["| option | |", "|---|---|", *rows, ""])
        if isinstance(command, click.Group):
            yield from _commands(command, called, level + 1)


def _help(text: str) -> str:
    """Click's help: paragraphs, and after ``\\b`` lines as they stand; an example is code."""
    done = []
    for part in inspect.cleandoc(text).split("\n\n"):
        lines = part.replace("\b\n", "").replace("\b", "")
        if (found := re.match(r"Example: ", lines)) is not None:
            done.append(f"```text\n{textwrap.dedent(' ' * len(found[0]) + lines[len(found[0]) :])}\n```")
        elif part.startswith("\b"):
            done.append(f"```text\n{lines.strip()}\n```")
        else:
            done.append(_plain(lines))
    return "\n\n".join(done)


_FIRST = ("start", "open", "Study", "Best", "Client", "Training", "OptunaOracle", "errors")


def python_page() -> str:
    """The public names of the package with their docstrings: read, not imported, for they bring Keras along."""
    parts = [f"# Python\n\n{_drawn(tuner.__doc__)}\n"]
    for name in (*_FIRST, *(each for each in tuner.__all__ if each not in _FIRST)):
        if name in _LAZY:
            parts.append(_read(name, *_LAZY[name]))
        elif inspect.ismodule(found := getattr(tuner, name)):
            parts.append(f"## tuner.{name}\n\n{_drawn(found.__doc__)}\n")
        else:
            parts.append(f"## tuner.{name}\n\nExit code {found.exit_code}. {_drawn(found.__doc__)}\n")
    return "\n".join(parts)


def _read(name: str, module: str, called: str) -> str:
    """A function, or a class with its members that have something to say."""
    source = Path(tuner.__file__).parents[1].joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    (node,) = (each for each in ast.parse(source).body if getattr(each, "name", "") == called)
    if isinstance(node, ast.FunctionDef):
        return _described(f"## tuner.{name}", name, node)
    assert isinstance(node, ast.ClassDef)
    members = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    made = members.get("__init__")
    fields = [
        ast.unparse(each)
        for each in node.body
        if isinstance(each, ast.AnnAssign) and made is None and not ast.unparse(each.target).startswith("_")
    ]
    head = _signature(name, made) if made is not None else _code(name, fields)
    parts = [f"## tuner.{name}\n\n{head}\n\n{_drawn(ast.get_docstring(node))}\n"]
    for member, function in members.items():
        if not member.startswith("_") and ast.get_docstring(function):
            parts.append(_described(f"### {name}.{member}", member, function))
    return "\n".join(parts)


def _described(heading: str, name: str, function: ast.FunctionDef) -> str:
    decorators = [ast.unparse(each) for each in function.decorator_list]
    returns = f": {ast.unparse(function.returns)}" if function.returns is not None else ""
    value = "property" in decorators or "cached_property" in decorators
    head = f"```python\n{name}{returns}\n```" if value else _signature(name, function)
    return f"{heading}\n\n{head}\n\n{_drawn(ast.get_docstring(function))}\n"


_TOO_LONG = 80


def _signature(name: str, function: ast.FunctionDef) -> str:
    """As it is called."""
    given = function.args
    first = [*given.posonlyargs, *given.args]
    if first and first[0].arg in ("self", "cls"):
        # Nothing of ours has parameters that go by position alone.
        given = ast.arguments(
            [], first[1:], given.vararg, given.kwonlyargs, given.kw_defaults, given.kwarg, given.defaults
        )
    returns = f" -> {ast.unparse(function.returns)}" if function.returns is not None and name[0].islower() else ""
    return _code(name, re.split(r", (?=\*|\w+:)", ast.unparse(given)), returns)


def _code(name: str, arguments: Sequence[str], returns: str = "") -> str:
    """On a line for each argument where one line would be too long."""
    written = f"{name}({', '.join(arguments)}){returns}"
    if len(written) > _TOO_LONG:
        written = "\n".join([f"{name}(", *(f"    {each}," for each in arguments), f"){returns}"])
    return f"```python\n{written}\n```"


def _drawn(docstring: str | None) -> str:
    """Paragraphs, and lines that are drawn, such as a tree, as they stand."""
    parts = inspect.cleandoc(docstring or "").split("\n\n")
    return "\n\n".join(f"```text\n{each}\n```" if "──" in each else _plain(each) for each in parts)


def http_page() -> str:
    """Operations and what goes in and out, from the description that the service gives of itself."""
    api = create_api().openapi()
    head = (
        f"# HTTP\n\n{api['info']['description']}\n\nPaths are below `{PREFIX}`. A server of `tune serve` gives this "
        f"description at `{PREFIX}/openapi.json`. Who may ask for what, and examples that are run: "
        "[The service](service.md).\n"
    )
    by_tag: dict[str, list[str]] = {}
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    schemas = [_schema(name, schema) for name, schema in sorted(api["components"]["schemas"].items())]
    operations = [part for tag, parts in by_tag.items() for part in (f"## {tag}\n", *parts)]
    return "\n".join([head, *operations, "## Values\n", *schemas])


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [f"### {method.upper()} {path.removeprefix(PREFIX)}\n", f"{_plain(operation['description'])}\n"]
    rows = [
        f"| `{each['name']}` | {each['in']} | {_kind(each['schema'])} | {_cell(each.get('description', ''))} |"
        for each in operation.get("parameters", ())
    ]
    if rows:
        parts += ["| parameter | in | | |", "|---|---|---|---|", *rows, ""]
    if body := operation.get("requestBody"):
        parts.append(f"Takes {_content(body)}.\n")
    answers = [f"{code} {_content(answer)}".strip() for code, answer in operation["responses"].items()]
    parts.append(f"Answers: {', '.join(answers)}.\n")
    return "\n".join(parts)


def _content(part: dict[str, Any]) -> str:
    kinds = (_kind(each.get("schema", {})) or f"`{media}`" for media, each in part.get("content", {}).items())
    return " or ".join(dict.fromkeys(kinds))


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [
        f"| `{field}`{'' if field in needed else ' ?'} | {_kind(each)} | {_cell(each.get('description', ''))} |"
        for field, each in schema.get("properties", {}).items()
    ]
    table = ["| field | | |", "|---|---|---|", *rows, ""] if rows else [f"{_kind(schema)}\n"]
    return "\n".join([f"### {_name(name)}\n", f"{_plain(schema.get('description', ''))}\n", *table])


def _kind(schema: dict[str, Any]) -> str:
    """A type in a word or two; a link where it has a section of its own."""
    if reference := schema.get("$ref"):
        name = _name(reference.rpartition("/")[2])
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_kind(each) for each in choices))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{json.dumps(each)}`" for each in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {})) or 'anything'}"
    values = schema.get("additionalProperties")
    return f"object of {_kind(values)}" if kind == "object" and isinstance(values, dict) and _kind(values) else kind


def _name(schema: str) -> str:
    """Without the module that FastAPI puts before names that two have."""
    return schema.replace("__", "-")


def notebook_page() -> str:
    """The notebook as text and code; it is executed by the tests."""
    notebook = json.loads((DOCS / "notebook.ipynb").read_text(encoding="utf-8"))
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
    return "\n\n".join([parts[0], "The file to run: [notebook.ipynb](notebook.ipynb).", *parts[1:]])


def contributing_page() -> str:
    """The guide of the top folder, whose links begin there."""
    text = (DOCS.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.replace("](docs/", "](").replace("](CHANGELOG.md)", "](changelog.md)")


def changelog_page() -> str:
    return (DOCS.parent / "CHANGELOG.md").read_text(encoding="utf-8")


def _plain(text: str) -> str:
    """Text of the code as Markdown, in which < begins no tag and a bracket no link."""
    outside = re.split(r"(``?[^`]+``?)", text)
    return "".join(part if number % 2 else re.sub(r"([<\[*])", r"\\\1", part) for number, part in enumerate(outside))


def _cell(text: str) -> str:
    return _plain(" ".join(text.split())).replace("|", "\\|")


PAGES = {
    "command-reference.md": commands_page,
    "python-api.md": python_page,
    "http-api.md": http_page,
    "a-notebook.md": notebook_page,
    "contributing.md": contributing_page,
    "changelog.md": changelog_page,
}
