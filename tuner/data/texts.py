"""Rows that are texts: how much of one is read, and the words that training rows have.

Owns: where a word begins and ends, as Keras' TextVectorization has it by default; the most common words.
Leaves to others: words as numbers (the model's own first layer), files (arrays, tables).
"""

import itertools
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MOST_WORDS = 20_000
"""Of the training rows, that a model may know; the most common ones."""

MOST_CHARACTERS = 4_000
"""Of a row. What is longer is read so far: arrays of texts take four bytes a character of their longest."""

NO_LETTERS = b"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"


def is_text(x: Array) -> bool:
    """Each row is one text."""
    return x.dtype.kind == "U" and x.ndim == 1


def as_texts(x: Array) -> tuple[Array, int]:
    """(rows,) texts, of (rows,) or (rows, 1), none longer than is read; and how many were longer."""
    flat = x.reshape(-1)
    longer = int((np.char.str_len(flat) > MOST_CHARACTERS).sum())
    return flat.astype(f"U{max(1, min(MOST_CHARACTERS, flat.dtype.itemsize // 4))}"), longer


# The source of the next two is part of exported scripts.


def tokens(text: str) -> list[bytes]:
    """The words of a text: in small ASCII letters, without punctuation, parted by ASCII white space."""
    return text.encode().lower().translate(None, NO_LETTERS).split()


def has_words(texts: Any, words: Any) -> Any:
    """(texts, words) float64: 1 where a text has a word."""
    known = [word.encode() for word in words]
    found = [{*tokens(text)} for text in texts]
    return np.array([[word in own for word in known] for own in found], np.float64).reshape(len(found), len(known))


def common_words(x: Array) -> tuple[str, ...]:
    """The words of these rows, the most common first; of equally common ones, in their order."""
    counts = Counter(itertools.chain.from_iterable(tokens(str(text)) for text in x))
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(word.decode() for word, _ in ordered[:MOST_WORDS])


def for_tensorflow(x: Any) -> Any:
    """NumPy's texts are no type of Keras'; objects are."""
    return x.astype(object) if getattr(x, "dtype", None) is not None and x.dtype.kind == "U" else x
