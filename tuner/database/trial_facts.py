"""What is known of a run beside its figures and its configuration, as typed values: where and how it was trained, what
was found wrong with it.

Owns: the fields, what schemas 1 to 3 stored of them (texts by name), and the texts that they are shown as in MLflow.
Leaves to others: measuring them (runs, training), where they are shown.
"""

import math
from collections.abc import Mapping
from typing import Any

from tuner.database.facts import Stored


class StoredVerdict(Stored):
    """One thing that went wrong in a network. words: what was seen. remedy: what the textbook advises."""

    kind: str = ""
    words: str = ""
    remedy: str = ""


class StoredFolds(Stored):
    """What a cross-validated configuration came to at its best epoch.

    values: the objective of each fold. ratio: rows that a fold validates over rows that it learns from. error: the
    standard error of the mean; half: of its 95% interval, to either side.
    """

    values: tuple[float, ...] = ()
    ratio: float = 0.0
    error: float = 0.0
    half: float = 0.0

    @property
    def words(self) -> str:
        """How sure the mean is: ``+- 0.0312 (95%, 5 folds)``."""
        return f"+- {self.half:.4f} (95%, {len(self.values)} folds)"


class TrialFacts(Stored):
    """None or an empty text is what is not known.

    threads: of TensorFlow. path: the training path that was taken. seed: of weights, row order and dropout;
    seed_number, kind, learnt_from: of a finalist. came_out: of a reproduction: "the same" (to the digit), "within
    noise" or "differently". test_digest: of the test rows. averaged_epochs: whose weights are
    averaged. compilations: programs that JAX compiled for it; from_disk: that it had compiled before; compile_seconds:
    of both; compiled: what, where they are more than usual. model: what is wrong with the file of its model.
    folds: of a cross-validation. not_scored: why there are no figures on the test rows. versions: of libraries, by
    name. figures: further objectives that the network has no field for. other_tags: texts by name that this version has
    no field for, as an earlier one stored them.
    """

    host: str = ""
    device: str = ""
    backend: str = ""
    precision: str = ""
    threads: int | None = None
    versions: Mapping[str, str] = {}
    dataset: str = ""
    dataset_digest: str = ""
    test_digest: str = ""
    rows_train: int | None = None
    rows_validation: int | None = None
    rows_test: int | None = None
    seed: int | None = None
    seed_number: int | None = None
    kind: str = ""
    learnt_from: str = ""
    came_out: str = ""
    path: str = ""
    parameters: int | None = None
    training_seconds: float | None = None
    latency_ms: float | None = None
    averaged_epochs: int | None = None
    compilations: int | None = None
    from_disk: int | None = None
    compile_seconds: float | None = None
    compiled: str = ""
    model: str = ""
    not_scored: str = ""
    folds: StoredFolds | None = None
    verdicts: tuple[StoredVerdict, ...] = ()
    figures: Mapping[str, float] = {}
    other_tags: Mapping[str, str] = {}

    @property
    def verdict(self) -> str:
        """What was found wrong, in one line; empty for a healthy network."""
        return "; ".join(each.words for each in self.verdicts if each.words)

    @property
    def remedy(self) -> str:
        """What the textbook advises, a line a verdict."""
        return "\n".join(each.remedy for each in self.verdicts if each.remedy)

    def figure(self, name: str) -> float | None:
        """A further objective by its name; None where it was not measured, or is no number."""
        known = getattr(self, name) if name in _NUMBERS else self.figures.get(name, self.other_tags.get(name))
        try:
            number = math.nan if known is None else float(known)
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def with_more(self, other: "TrialFacts") -> "TrialFacts":
        """These, with what the other ones say instead or beside."""
        said: dict[str, Any] = {name: getattr(other, name) for name in other.model_fields_set}
        for name in ("versions", "figures", "other_tags"):
            if name in said:
                said[name] = {**getattr(self, name), **said[name]}
        return self.model_copy(update=said)

    def as_tags(self) -> dict[str, str]:
        """As texts by name, those that are known."""
        found = {name: repr(value) for name, value in self.figures.items()}
        found |= {f"version_{name}": version for name, version in self.versions.items()}
        found |= {name: text for name in _TEXTS if (text := getattr(self, name))}
        for name, shape in _NUMBERS.items():
            if (number := getattr(self, name)) is not None:
                found[name] = format(number, shape)
        if self.folds is not None:
            found |= {"folds": str(len(self.folds.values)), "fold_error": f"{self.folds.error:.6g}"}
        ills = ", ".join(each.kind for each in self.verdicts if each.kind)
        words = {"illness": ills, "verdict": self.verdict, "remedy": self.remedy}
        return {**found, **{name: text for name, text in words.items() if text}, **self.other_tags}

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "TrialFacts":
        """Of the JSON in a column; up to schema 3 they are texts by name. Raises TunerError where it cannot be read."""
        texts = {name: each for name, each in (stored or {}).items() if each is not None}
        if texts and all(isinstance(each, str) for each in texts.values()):
            return of_tags(texts)
        return super().read(stored)


_TEXTS = tuple(name for name, field in TrialFacts.model_fields.items() if field.annotation is str)
_NUMBERS: Mapping[str, str] = {
    "threads": "d", "rows_train": "d", "rows_validation": "d", "rows_test": "d", "seed": "d", "seed_number": "d",
    "parameters": "d", "training_seconds": ".2f", "latency_ms": ".4f", "averaged_epochs": "d",
    "compilations": "d", "from_disk": "d", "compile_seconds": ".2f",
}  # fmt: skip
"""And how each is written."""


def of_tags(tags: Mapping[str, str]) -> TrialFacts:
    """Facts whose texts by name are these: what is not understood is kept as it stands."""
    found: dict[str, Any] = {name: tags[name] for name in _TEXTS if name in tags}
    for name, shape in _NUMBERS.items():
        if (number := _number(tags.get(name), shape)) is not None:
            found[name] = number
    versions = {name.removeprefix("version_"): text for name, text in tags.items() if name.startswith("version_")}
    if versions:
        found["versions"] = versions
    if verdicts := _verdicts(tags):
        found["verdicts"] = verdicts
    facts = TrialFacts(**found)
    told = facts.as_tags()
    rest = {name: text for name, text in tags.items() if told.get(name) != text}
    return facts.model_copy(update={"other_tags": rest}) if rest else facts


def _number(text: str | None, shape: str) -> int | float | None:
    if text is None:
        return None
    try:
        number: int | float = int(text) if shape == "d" else float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _verdicts(tags: Mapping[str, str]) -> tuple[StoredVerdict, ...]:
    """From three lists side by side in texts; where a word has what divides them in it, it is one, told whole."""
    whole = [tags.get(name, "") for name in ("illness", "verdict", "remedy")]
    if not any(whole):
        return ()
    parts = [text.split(between) for text, between in zip(whole, (", ", "; ", "\n"), strict=True)]
    if whole[0] and len({len(each) for each in parts}) == 1:
        return tuple(
            StoredVerdict(kind=kind, words=words, remedy=remedy) for kind, words, remedy in zip(*parts, strict=True)
        )
    return (StoredVerdict(kind=whole[0], words=whole[1], remedy=whole[2]),)
