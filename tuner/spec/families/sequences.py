"""Rows as sequences: (steps, channels).

Owns: which shapes of a row are one, for the families that read rows step by step.
Leaves to others: what they do with it (rnn, timeseries).
"""

SEQUENCE_FAMILIES = ("rnn", "timeseries")
"""Families whose rows are sequences, or become some."""


READS_TEXT = ("text",)
"""Families whose rows are texts, or the numbers of their words."""


def sequence_shape(input_shape: tuple[int, ...]) -> tuple[int, int] | None:
    """(steps, channels) of a row; None where it is no sequence.

    A row of single numbers is a sequence of one channel, an image one of its lines from top to bottom.
    """
    if len(input_shape) == 1:
        return input_shape[0], 1
    if len(input_shape) == 2:
        return input_shape[0], input_shape[1]
    if len(input_shape) == 3:
        return input_shape[0], input_shape[1] * input_shape[2]
    return None
