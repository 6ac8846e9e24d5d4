"""Names and reasons from anywhere are shown as what they are: no markup, no escape, no formula, no shell is obeyed."""

import contextlib
import csv
import io
import json
import math
import re
import shlex
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from tests.analysis.written import OUTCOME, Told, write_study
from tuner.analysis.as_csv import csv_of
from tuner.cli import live, outcome, show
from tuner.cli.console import Console
from tuner.cli.main import main
from tuner.database.connection import open_database
from tuner.formatting import one_line, path_part, visible
from tuner.hints import command
from tuner.studies.status import study_status

EVIL = "layer[/0] [red]x[/] [link=http://x]y[/] \x1b[2J\x1b]0;t\x07 \x9b31m \u202egnp.exe\u2066 a\rb :smile: =1+1"
SPACE = """
dataset: digits
model: {python: net.py:space}
baselines:
  "b[/0] =x": {a: 1}
search: {trials: 4}
"""
_PARAMS = {EVIL: 0.5, "[/]": EVIL, "-2+3": "=cmd|' /C calc'!A0", "plain": -5, "word": "-5", "at": "@SUM(1)"}
_REASON = f"ValueError: {EVIL}\nsecond line"
NAME = "x [/0] $(touch owned); 'q\" =1"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUNER_STORAGE", raising=False)
    db = open_database("sqlite:///tuner.db")
    told = (
        Told(_PARAMS, (0.8, 0.9), tags={"verdict": EVIL, "remedy": EVIL}),
        Told(_PARAMS, (0.7,), "failed", _REASON),
        Told(_PARAMS, (0.6,), "pruned", EVIL),
        Told(_PARAMS, (0.5, 0.6)),
    )
    final = {"round": 0, "ordinal": 0}
    finalists = {"winner": 0, "final": final, "words": [EVIL], "epochs": 2, "configurations": []}
    outcome = {**OUTCOME, "best_ordinal": 0, "finalists": finalists, "champion": {"words": EVIL, "stands": True}}
    write_study(db, NAME, told, space=SPACE, outcome=outcome)
    write_study(db, "other", told[:1], space=SPACE, outcome={**outcome, "finalists": None})
    db.engine.dispose()
    return NAME


def obeyed(text: str) -> list[str]:
    """What a terminal would do something with."""
    kinds = ("Cc", "Cf", "Zl", "Zp")
    return [each for each in text if unicodedata.category(each) in kinds and each not in "\n\t\u200c\u200d\u00ad"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", NAME), ("status", NAME, "--json"), ("list",), ("list", "--json"), ("trials", NAME),
        ("trials", NAME, "--json"), ("trials", NAME, "--csv"), ("best", NAME), ("best", NAME, "--json"),
        ("importance", NAME), ("importance", NAME, "--json"), ("compare", NAME, "other"),
        ("compare", NAME, "other", "--json"), ("report", NAME), ("report", NAME, "--png", "p"), ("stop", NAME),
        ("export", NAME), ("status", f"{EVIL}"), ("reproduce", NAME, "7"), ("resume", NAME), ("doctor",),
        ("spaces", "check", "evil\x1b[2J.yaml"), ("spaces", "show", EVIL), ("start", "--space", EVIL),
        ("worker", "--gpus", EVIL), ("compare", NAME, EVIL), ("start", "--space", "digits", "--baseline", EVIL),
    ],
    ids=lambda arguments: " ".join(arguments)[:30].encode("ascii", "replace").decode(),
)  # fmt: skip
def test_every_command_shows_hostile_names_as_they_are(
    study: str, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("evil\x1b[2J.yaml").write_text('dataset: "\\x1b[2J"\nparameters: {epochs: 1}\n')
    monkeypatch.setattr(sys, "argv", ["tune", *arguments])
    monkeypatch.setenv("COLUMNS", "200")
    with contextlib.suppress(SystemExit):
        main()
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    assert not obeyed(out + err)
    if "--json" in arguments and out:
        assert isinstance(json.loads(out), dict)


def test_what_a_person_wrote_in_brackets_is_there(study: str, capfd: pytest.CaptureFixture[str]) -> None:
    db = open_database("sqlite:///tuner.db")
    status = study_status(db, study, epochs=True)
    db.engine.dispose()
    outcome.print_best(status)
    shown = capfd.readouterr().out
    assert "layer[/0] [red]x[/] [link=http://x]y[/]" in shown
    assert r"\x1b[2J\x1b]0;t\x07\x9b31m\u202egnp.exe\u2066a\rb:smile:" in "".join(shown.split())
    # The same on a terminal: what is obeyed there is rich's own.
    out = io.StringIO()
    running = replace(status.trials[0], state="running", finished_at=None, worker_id="w")
    console = Console(file=out, force_terminal=True, width=300, color_system="truecolor")
    console.print(live.picture(replace(status, trials=(running, *status.trials[1:]))))
    written = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert "layer[/0] [red]x[/]" in written
    assert not obeyed(written)


@given(st.text(max_size=30))
def test_no_text_makes_the_console_do_anything(text: str) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=400, color_system=None)
    table = Table(text, box=None)
    table.add_row(text)
    table.add_row(Text(text, style="bold"))
    console.print(table, text, Text(text))
    assert not obeyed(re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()))
    assert not obeyed(visible(text))
    assert "\n" not in one_line(text)


def test_a_model_is_written_to_a_folder_of_its_studys_own_and_used_from_there_as_it_is_typed(
    study: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def export_trial(
        db: object, store: object, name: str, trial: int | None, folder: Path, codes: object
    ) -> list[Path]:
        return [folder / "predict.py"]

    monkeypatch.setattr("tuner.studies.export.export_trial", export_trial)
    folders = []
    for name in (study, "a/b", "a_b", "-x"):
        for output in ([], ["--output", "it's; $(touch owned)"]):
            monkeypatch.setattr(sys, "argv", ["tune", "export", *output, "--", name])
            main()
            out, err = capfd.readouterr()
            typed = shlex.split(err.strip().partition("predict with: ")[2])
            assert typed == ["python", out.strip(), "ROWS.npy"]
            folders += [] if output else [out.strip().removesuffix("/predict.py")]

    def export_table(*given: Any) -> list[Path]:
        return [given[4] / name for name in ("predict.py", "table.json", "sample.npy")]

    # With a sample the line can be typed as it stands.
    monkeypatch.setattr("tuner.studies.export.export_trial", export_table)
    monkeypatch.setattr(sys, "argv", ["tune", "export", "--output", "out", "--", study])
    main()
    _, err = capfd.readouterr()
    assert [shlex.split(line.partition(": ")[2])[1:] for line in err.splitlines()[-2:]] == [
        ["out/predict.py", "out/sample.npy"], ["out/predict.py", "TABLE.csv"]
    ]  # fmt: skip
    assert folders == [f"{path_part(name)}-best" for name in (study, "a/b", "a_b", "-x")]
    assert len(set(folders)) == 4


def test_a_spreadsheet_finds_no_formula_and_pandas_finds_the_numbers(
    study: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import pandas as pd

    monkeypatch.setattr(sys, "argv", ["tune", "trials", study, "--csv"])
    main()
    text = capfd.readouterr().out
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            assert not re.match(r"\s*[=+@]|[\t\r]", cell), cell
            assert not cell.startswith("-") or float(cell) < 0
    frame = pd.read_csv(io.StringIO(text))
    assert list(frame["params.plain"]) == [-5] * 4
    assert list(frame["params.word"]) == [-5] * 4
    assert list(frame["params.at"]) == ["'@SUM(1)"] * 4
    assert frame["value"].max() == 0.9


_signs = st.text(st.sampled_from("=+-@ \t\r\n1.e_Ix\uff0d"), max_size=5)


@given(st.lists(st.one_of(st.text(), _signs, st.floats(), st.integers(), st.none())))
@example(["=1", "\t=1", " @x", "-3", " -3", "-INFINITY", "-inf", "-1_000", "-1+2", "-\u0663", -math.inf, math.inf])
def test_no_cell_is_a_formula(values: list[object]) -> None:
    import pandas as pd

    frame = pd.DataFrame({"=x": pd.Series(values, dtype=object)})
    head, *rows = csv.reader(io.StringIO(csv_of(frame)))
    assert head == ["'=x"]
    for row in rows:
        for cell in row:
            number = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", cell) or cell == "-inf"
            assert cell != "-inf" or -math.inf in values
            assert number or not re.match(r"\s*[=+\-@]|[\t\r\n]", cell), cell


_names = st.one_of(
    st.text(min_size=1, max_size=300),
    st.text(st.sampled_from("./\\-%~:aA\0 \u00e9\u202e"), min_size=1, max_size=6),
    st.sampled_from(["..", ".", "-rf", "a/../../b", "CON", "nul.txt", "x" * 255, "a.", "~", "%2E", "%2E%2E", "%-"]),
)


@given(st.lists(_names, unique=True, max_size=20))
def test_two_names_never_share_a_path_and_none_leads_out_of_its_folder(names: list[str]) -> None:
    parts = [path_part(name) for name in names]
    assert len(set(parts)) == len(names)
    folder = Path("/some/where")
    for part in parts:
        assert (folder / part).parent == folder
        assert part not in ("", ".", "..")
        assert "/" not in part
        assert "\\" not in part
        assert not part.startswith("-")
        assert len(part.encode()) <= 200
        assert part.isascii()


def test_ordinary_names_keep_their_paths() -> None:
    for name in ("fashion_mnist-1", "Lab8.1", "a~b", "x" * 200, ".hidden"):
        assert path_part(name) == name
    assert path_part("my study") == "my%20study"


@pytest.mark.parametrize(
    "name", [NAME, "-x", "--help", "a b", "$(touch owned)", "`x`", "a'b\"c", "~", "*", "a;b", "!x", ""]
)
def test_a_printed_command_reaches_the_command_as_it_was(name: str, tmp_path: Path) -> None:
    show_words = f"{shlex.quote(sys.executable)} -c 'import sys, json; print(json.dumps(sys.argv[1:]))' "
    typed = command("tune resume", name, options=["--trials", 5])
    done = subprocess.run(["sh", "-c", show_words + typed], cwd=tmp_path, capture_output=True, text=True, check=True)
    words = json.loads(done.stdout)
    assert words[:2] == ["tune", "resume"]
    assert name in words
    assert not list(tmp_path.iterdir())
    if name.startswith("-"):
        assert words[-2:] == ["--", name]


def test_no_command_writes_past_the_safe_ways() -> None:
    folder = Path(show.__file__).parent
    past: Callable[[str], object] = re.compile(
        r"rich\.console import (?:[^(\n]*\b)?Console\b|rich\.markup|from_markup|markup=True|click\.echo\("
    ).search
    for path in sorted(folder.glob("*.py")):
        if path.name not in ("common.py", "console.py"):
            assert not past(path.read_text()), f"{path.name}: print with common.echo or console.Console"
