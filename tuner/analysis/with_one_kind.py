"""A frame whose columns have values of one kind each, as a Parquet file needs them.

Leaves to others: the frame (results).
"""

import pandas as pd


def with_one_kind(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers stay numbers; a column of numbers and words, such as batch sizes with "full", is one of words."""
    made = frame.copy()
    for name in made.columns:
        if pd.api.types.is_object_dtype(made[name]):
            kinds = {type(each) for each in made[name] if not pd.isna(each)}
            if kinds == {bool}:
                made[name] = made[name].astype("boolean")
            elif kinds and not kinds <= {int, float}:
                made[name] = made[name].map(str, na_action="ignore").astype("string")
            else:
                made[name] = pd.to_numeric(made[name])
    return made
