"""A column of answers as exported → values and reasons for missing, each writing looked up once."""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean.survey import written
from yiduiyi_analysis.codebook import Codebook, Item

TEXT, SCORE, CODE = "text", "score", "code"
BLANKS = {
    "": "blank",
    "(空)": "blank",
    "-2": "blank",
    "(跳过)": "skipped",
    "-3": "skipped",
    "(未显示)": "skipped",
}
SKIPPED_CODE = "-3"
# An ideograph that no blank holds: whatever else is written beside it, the text is none.
_WORDED = re.compile(f"(?![{re.escape(''.join(BLANKS))}])[一-龥]")
INVALID = "invalid"
UNKNOWN = (np.nan, INVALID)
FIGURE = re.compile(r"(-?\d+)(?:\.0+)?")
_SCORE = re.compile(r"(-?\d+)(?:\.0+)?分")
_BETWEEN = re.compile(r"[┋┇](?![^〖]*〗)")

Cell = tuple[float, str | None]


@dataclass(frozen=True)
class Key:
    """How one item's cells are read in one wave: by wording, by score, by place among the printed options."""

    labels: dict[str, Cell] = field(default_factory=dict)
    scores: dict[int, Cell] = field(default_factory=dict)
    codes: dict[int, Cell] = field(default_factory=dict)

    def figure(self, number: int, mode: str) -> Cell:
        """Return what a bare figure means.

        Rule: a place in 序号 exports, a score in score exports; in text exports only where both agree
        """
        place, score = self.codes.get(number, UNKNOWN), self.scores.get(number, UNKNOWN)
        if mode == CODE:
            return place
        return score if mode == SCORE or place == score else UNKNOWN

    def cell(self, text: str, mode: str) -> Cell:
        """Return (value, reason it is missing) of one cell."""
        plain = written.key(text)
        if plain in BLANKS:
            return np.nan, BLANKS[plain]
        if mode != TEXT and (hit := FIGURE.fullmatch(plain)):
            return self.figure(int(hit[1]), mode)
        for wording in written.wordings(text):
            if wording in self.labels:
                return self.labels[wording]
        if hit := _SCORE.fullmatch(plain):
            return self.scores.get(int(hit[1]), UNKNOWN)
        hit = FIGURE.fullmatch(plain)
        return self.figure(int(hit[1]), mode) if hit else UNKNOWN


def key(item: Item, wave: str, book: Codebook) -> Key:
    """Return how `item`'s cells are read in `wave`, whose form may print the options in its own order."""
    options = [(option, _cell(option)) for option in book.option_order(item, wave)]
    return Key(
        labels={written.key(name): cell for option, cell in options for name in [option.label, *option.also]},
        scores={option.value: cell for option, cell in options if option.value is not None},
        codes={place: cell for place, (_, cell) in enumerate(options, 1)},
    )


def _cell(option) -> Cell:
    return (np.nan if option.value is None else float(option.value)), option.missing


def wording(texts: pd.Series, item: Item, book: Codebook) -> pd.Series:
    """Return the cells of a closed question without what someone wrote beside an option."""
    labels = key(item, "", book).labels

    def bare(text: str) -> str:
        parts = _BETWEEN.split(text) if item.kind == "multi" else [text]
        return "┋".join(p if written.key(p) in {*labels, *BLANKS} else written.spoken(p) for p in parts)

    return written.each(texts, bare)


def choice(
    texts: pd.Series, item: Item, wave: str, mode: str, book: Codebook
) -> tuple[np.ndarray, np.ndarray]:
    """Return values (NaN where missing) and reasons (None where answered), a cell a row of `texts`."""
    meaning = key(item, wave, book)
    return _once(texts, lambda text: meaning.cell(text, mode))


def number(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return figures as typed, with or without a unit; anything else is invalid."""
    return _once(texts, _number)


def _number(text: str) -> Cell:
    plain = written.key(text)
    if plain in BLANKS:
        return np.nan, BLANKS[plain]
    hit = re.fullmatch(r"(\d+(?:\.\d+)?)[^\d.]{0,4}", plain)
    return (float(hit[1]), None) if hit else UNKNOWN


def words(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return no value, and why a text is missing where it is."""
    return _once(texts, lambda text: (np.nan, blank(text)))


def blank(text: str) -> str | None:
    """Return why nothing was written, None where something was."""
    return None if _WORDED.search(text) else BLANKS.get(written.key(text))


def tick(texts: pd.Series, option: int, item: Item, book: Codebook) -> tuple[np.ndarray, np.ndarray]:
    """Return 1 or 0 of one option's own column: 0/1, or the option's wording where it was ticked."""
    meaning = key(item, "", book)

    def cell(text: str) -> Cell:
        plain = written.key(text)
        if plain in BLANKS or plain in {"0", "1"}:
            return (np.nan, BLANKS[plain]) if plain in BLANKS else (float(plain), None)
        return (1.0, None) if meaning.cell(text, TEXT)[0] == option else UNKNOWN

    return _once(texts, cell)


def ranked(texts: pd.Series) -> bool:
    """Say whether an option's column holds places in an order and no ticks."""
    return bool(texts.str.fullmatch(r"\s*(?:[2-9]|[1-9]\d)(?:\.0+)?\s*").any())


def ticks(
    texts: pd.Series, item: Item, wave: str, mode: str, book: Codebook
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return 1/0 and reasons, a column an option, and which cells hold an unknown option.

    In:   cells that hold all ticked options
    Rule: ┋ separates options, except inside 〖what someone wrote〗
    """
    meaning, order = key(item, wave, book), [option.value for option in book.scales[item.scale].options]
    codes, distinct = written.distinguish(texts)
    values = np.zeros((len(distinct), len(order)))
    reasons, strange = np.full((len(distinct), len(order)), None, dtype=object), np.zeros(len(distinct), bool)
    for k, text in enumerate(distinct):
        chosen = [meaning.cell(part, mode) for part in _BETWEEN.split(text)]
        known = {value for value, reason in chosen if reason is None}
        strange[k] = any(reason == "invalid" for _, reason in chosen)
        values[k] = np.isin(order, list(known))
        if not known:
            values[k], reasons[k] = np.nan, chosen[0][1]
    return values[codes], reasons[codes], strange[codes]


def _once(texts: pd.Series, cell) -> tuple[np.ndarray, np.ndarray]:
    """Return `cell` of every text, computed once a distinct text."""
    codes, distinct = written.distinguish(texts)
    pairs = [cell(text) for text in distinct]
    values = np.array([value for value, _ in pairs], float)
    reasons = np.array([reason for _, reason in pairs], object)
    return values[codes], reasons[codes]
