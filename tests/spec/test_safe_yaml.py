"""YAML is read with limits: what is taken stays what is written, and everything else is one line with its place."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tuner.errors import SpecError
from tuner.spec.safe_yaml import LARGEST_BYTES, dump, load, read_text

_keys = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
_values = st.recursive(
    st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
    | st.text(max_size=30)
    | st.text(
        st.sampled_from("\n\r\t \x7f\x85\x9f\xa0\u2028\u2029\ufeff'\"\\#:-,[{&*!|>%@~.0_eExoynNULtr"), max_size=30
    ),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(_keys, each, max_size=4),
    max_leaves=15,
)


@given(_values)
@example(["yes", "no", "1e-5", 1e-5, "010", "0o7", "0b1", "1:30", "2024-01-01", "=", "<<", "+.5", "._1", "~", ""])
@example(
    ["\x85", "a\x85b", "\u2028", " \u2029\n", "\ufeff", "\x80", "\x9f", "\x7f", "\0", "\r", "\t", "\uffff", "\xa0"]
)
@example({"a": {"b": "\x85 \x85 " * 40}, "c" * 200: "d " * 200})
def test_what_is_written_is_read_as_it_was_here_and_by_a_reader_of_yaml_1_1(value: object) -> None:
    text = dump(value)
    assert load(text, "x") == value
    assert yaml.safe_load(text) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 010", "line 2: 010: YAML reads it as another number"),
        ("a: 1:30", "1:30: YAML reads it as another number"),
        ("a: 1:30.5", "1:30.5: YAML reads it as another number"),
        ("a: .inf", ".inf is no finite number"),
        ("a: .nan", ".nan is no finite number"),
        ("a: 1e400", "1e400 is no finite number"),
        ("a: " + "9" * 4000, "a number of 4,000 characters is too long"),
        ("a: " + "9" * 6000, "a word of 6,000 characters is too long"),
        ("a: 99999999999999999999", "is too large"),
        ("a: 1\n[b]: 2", "line 2: a key is not a word"),
        ("{a: b}: 2", "a key is not a word"),
        ("1: 2", "the key 1 is not a word"),
        ("true: 2", "the key true is not a word"),
        ("a: 1\na: 2", "line 2: 'a' is given twice"),
        ("a: {b: 1, b: 2}", "'b' is given twice"),
        ('"a\\x1b": 1', r"'a\x1b' is no key"),
        ("a: 1\n<<: {[1, 2]: 3}", "line 2: a key is not a word"),
        ("<<: {? {a: b} : 3}", "a key is not a word"),
        ("<<: {1: 2}", "the key 1 is not a word"),
        ("<<: [{b: 1}, {<<: {true: 2}}]", "the key true is not a word"),
        ('<<: {"\\a": 1}', r"'\x07' is no key"),
        ("<<: {a: 1, a: 2}", "'a' is given twice"),
        ("<<: {a: 1}\na: 2\na: 3", "line 3: 'a' is given twice"),
        ("<<: [{a: 1}, 2]", "is merged with '<<' and is no mapping"),
        ("<<: 2", "is merged with '<<' and is no mapping"),
        ("<<: {a: 1}\n<<: {b: 1}", "line 2: '<<' is given twice"),
        ('a: "\\ud800"', "half a character"),
        ('a: "\\U00110000"', "not YAML"),
        ("a: &x [*x]", "refers to itself"),
        ("a: " + "[" * 3000, "nested in more than 50 levels"),
        ("- " * 3000, "nested in more than 50 levels"),
        ("a: " + "x" * 5000, "a word of 5,000 characters"),
        ("a: [" + "1, " * 20_000 + "]", "more than 10,000 values"),
        ("a: !!python/object/apply:os.getcwd []", "python/object/apply:os.getcwd is not read here"),
        ("a: !!binary aGk=", "is not read here"),
        ("a: !!int x", "x: YAML reads it as another number"),
        ("a: !!bool maybe", "neither true nor false"),
        ("a: !!map x", "is tagged as a mapping and is none"),
        ("--- a\n--- b", "another document"),
        ("%YAML " + "1" * 6000 + ".1\n--- a", "not YAML"),
        ("a:\t- b\n\tc", "line 1: not YAML"),
        ("#" * (LARGEST_BYTES + 1), "is larger than 256 KiB"),
    ],
)
def test_what_is_not_taken_is_one_line_that_says_where(text: str, words: str) -> None:
    with pytest.raises(SpecError) as raised:
        load(text, "my.yaml")
    assert words in str(raised.value)
    assert str(raised.value).startswith("my.yaml: ")
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300


def test_a_date_stays_a_word_and_a_number_with_an_exponent_is_one() -> None:
    assert load("[2024-13-45, 2024-01-01, 1e-4, .5, 1_000]", "x") == ["2024-13-45", "2024-01-01", 1e-4, 0.5, 1000]


def test_only_true_and_false_are_booleans_and_text_of_an_old_release_has_its_own() -> None:
    text = "[yes, No, ON, off, true, False, 'yes', y, =]"
    assert load(text, "x") == ["yes", "No", "ON", "off", True, False, "yes", "y", "="]
    assert load(text, "x", old_booleans=True) == [True, False, True, False, True, False, "yes", "y", "="]
    assert load("%YAML 1.1\n--- [yes, 010.5]", "x") == ["yes", 10.5]


def test_what_yaml_has_not_is_said_and_not_written() -> None:
    with pytest.raises(SpecError, match="not a value that YAML has"):
        dump({"a": object()})


def test_aliases_and_merges_are_taken_and_count_as_often_as_they_are_used() -> None:
    assert load("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a", "x")["b"] == {"x": 1, "y": 3}
    for key in ("x", "a longer key"):
        text = (
            f"a: &a {{{key}: 1}}\nb: &b {{<<: *a, {key}: 2}}\nc: {{<<: [*b, *a]}}\nd: {{<<: *b}}\ne: {{<<: [*a, *b]}}"
        )
        nested = load(text, "x")
        assert nested["c"] == nested["d"] == {key: 2}
        assert nested["e"] == {key: 1}
    laughs = "a0: &a0 [1, 1]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
    with pytest.raises(SpecError, match="aliases counted in full"):
        load(laughs, "x")


def test_only_a_file_of_text_is_read_and_nothing_is_waited_for(tmp_path: Path) -> None:
    pipe, large, other = tmp_path / "pipe.yaml", tmp_path / "large.yaml", tmp_path / "utf16.yaml"
    os.mkfifo(pipe)
    large.write_bytes(b"# x\n" * LARGEST_BYTES)
    other.write_bytes("dataset: digits".encode("utf-16"))
    for path, words in (
        (pipe, "is not a file"), (tmp_path, "is not a file"), (Path("/dev/zero"), "is not a file"),
        (large, "is larger than"), (other, "line 1: is not text in UTF-8"),
            (tmp_path / "none", "cannot be read (No such"),
        (tmp_path / "a\0b", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(SpecError) as raised:
            read_text(path, "my.yaml")
        assert words in str(raised.value)
    (tmp_path / "bom.yaml").write_bytes("\ufeffdataset: ä".encode())
    assert load(read_text(tmp_path / "bom.yaml"), "x") == {"dataset": "ä"}
