"""Rows of cells → columns of text, in which each distinct text is kept once."""

import contextlib
import gc
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice, zip_longest

import numpy as np
import pandas as pd

# So few rows at a time that their cells, scattered in memory, are still at hand when they are turned round.
BLOCK = 200
BLANK = 0


@dataclass(frozen=True)
class Column:
    """One column: the cell of row k + 1 is `texts[codes[k]]`; the code of an empty cell is BLANK."""

    codes: np.ndarray
    texts: list[str]

    def __getitem__(self, row: int) -> str:
        return self.texts[self.codes[row]]

    def ask(self, question: Callable[[str], object]) -> np.ndarray:
        """Return whether `question` says yes (or anything) to the text of each row, asked once a text."""
        return np.fromiter(map(bool, map(question, self.texts)), bool, len(self.texts))[self.codes]

    def take(self, rows: np.ndarray) -> pd.Categorical:
        """Return the text of some rows; categories are all texts of the column."""
        return pd.Categorical.from_codes(self.codes[rows], pd.Index(self.texts, dtype="str"), validate=False)


def of(rows: Iterable[list]) -> tuple[list[Column], np.ndarray]:
    """Return the columns of some rows, short rows filled up with blanks, and the length of each row."""
    numbers, blocks, lengths, rows = defaultdict(_numbers), [], [], iter(rows)
    with _uncollected():
        while block := list(islice(rows, BLOCK)):
            lengths.extend(map(len, block))
            turned = enumerate(zip_longest(*block, fillvalue=""))
            blocks.append([_codes(cells, numbers[place]) for place, cells in turned])
    codes = np.full((len(numbers), len(lengths)), BLANK, np.int32)
    for k, block in enumerate(blocks):
        for place, part in enumerate(block):
            codes[place, k * BLOCK : k * BLOCK + len(part)] = part
    return [Column(codes[place], [*texts]) for place, texts in numbers.items()], np.array(lengths, int)


@contextlib.contextmanager
def _uncollected():
    """Let no garbage be looked for: rows of cells hold none, and every few hundred of them start a search."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _numbers() -> dict[str, int]:
    """Return a dictionary that gives each text it is asked for the next number, from BLANK on."""
    numbers = defaultdict(count(BLANK).__next__)
    numbers[""]
    return numbers


def _codes(cells: tuple, numbers: dict[str, int]) -> np.ndarray:
    texts = cells if {*map(type, cells)} == {str} else map(_text, cells)
    return np.fromiter(map(numbers.__getitem__, texts), np.int32, len(cells))


def _text(cell) -> str:
    """Return a typed cell as a person would have typed it: 1 for 1.0, 2021-04-26 19:55:09 for a date."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)
