"""Which training rows validate a network: a share of them, those of some groups, the latest, or each in turn.

Owns: the keys of `validation:` where it is a mapping, and which of them go together.
Leaves to others: which rows these are (data), how a mean over folds is compared (studies).
"""

from pydantic import Field, ValidationError

from tuner.errors import SpecError
from tuner.spec.strict_model import StrictModel, complaint

VALIDATION_SHARE = 0.2
"""Of the training rows, where neither the space nor the data says otherwise."""

MOST_FOLDS = 100
"""And times that they are repeated."""


class Validation(StrictModel):
    """Where test rows are held back too, they follow the same rule: no group is on both sides, and they are the latest.

    folds: None holds rows back once.
    """

    share: int | float = Field(
        default=VALIDATION_SHARE, description="training rows kept for validation: a share below 1, or a number of rows"
    )
    group: str | None = Field(
        default=None,
        description="a column of a table, or an array beside the rows: those of one value are on one side together",
    )
    time: str | None = Field(
        default=None,
        description="a column or an array of numbers or dates: the latest rows are for validation; with folds, each is "
        "validated by a network that learnt from what came before it",
    )
    folds: int | None = Field(
        default=None,
        ge=2,
        le=MOST_FOLDS,
        description="cross-validation: so many parts, each validated once by a network that learnt from the others; "
        "the objective is their mean",
    )
    repeats: int = Field(default=1, ge=1, le=MOST_FOLDS, description="how often the rows are parted into folds anew")
    folds_below: int | None = Field(
        default=None,
        ge=1,
        description="fold only where there are fewer training rows than this, and a row is numbers side by side; "
        "otherwise the share is held back",
    )
    as_input: bool = Field(
        default=False, description="whether the column of group or time is also learnt from; otherwise it is left out"
    )

    @property
    def key(self) -> str | None:
        """The column or array by which rows are parted."""
        return self.group or self.time


SMALL_TABLES = Validation(folds=5, folds_below=500)
"""Where a space says nothing and its family is of tables: of a few hundred rows, a fifth of them tells little."""

_ROWS_A_FOLD = 2


def for_rows(rule: Validation, rows: int, numbers: bool) -> Validation:
    """The rule as it is for so many training rows. numbers: a row is numbers side by side."""
    if rule.folds is None or rule.folds_below is None:
        return rule
    few = rule.folds * _ROWS_A_FOLD <= rows < rule.folds_below
    return rule if few and numbers else rule.model_copy(update={"folds": None, "repeats": 1})


def read_mapping(raw: dict[str, object], where: str) -> Validation:
    """`validation:` as a mapping. Raises SpecError."""
    try:
        found = Validation.model_validate(raw)
    except ValidationError as error:
        raise SpecError(f"{where}: validation.{complaint(error, Validation)}") from error
    if found.group is not None and found.time is not None:
        raise SpecError(f"{where}: validation: group and time: rows are parted by one of them. Leave one out.")
    for key in ("repeats", "folds_below"):
        if found.folds is None and key in raw:
            raise SpecError(f"{where}: validation.{key}: is of folds. Add folds: 5, or leave it out.")
    if found.folds is not None and "share" in raw and found.folds_below is None:
        raise SpecError(f"{where}: validation.share: {found.folds} folds validate every row. Leave it out.")
    if found.time is not None and found.repeats > 1:
        raise SpecError(f"{where}: validation.repeats: rows have one order in time. Leave it out.")
    if found.as_input and found.key is None:
        raise SpecError(f"{where}: validation.as_input: is of a column of group or time. Name one, or leave it out.")
    if found.key == "":
        raise SpecError(f"{where}: validation.{'group' if found.group == '' else 'time'}: names nothing.")
    return found


def as_validation(written: int | float | Validation) -> Validation:
    """A number alone is a share, or so many rows."""
    return written if isinstance(written, Validation) else Validation(share=written)


def check_share(validation: int | float | Validation, where: str) -> None:
    """Raises SpecError."""
    share = as_validation(validation).share
    key = "validation.share" if isinstance(validation, Validation) else "validation"
    if isinstance(share, float) and not 0 < share < 1:
        raise SpecError(f"{where}: {key}: {share} is no share. Give one between 0 and 1, or whole rows.")
    if isinstance(share, int) and share < 1:
        raise SpecError(f"{where}: {key}: {share} rows are too few. A study needs validation rows.")
