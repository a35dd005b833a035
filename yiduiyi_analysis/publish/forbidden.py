"""What no document may hold, as numbers to be looked for and not read back: quotations, codes, names."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

QUOTE = 10  # characters in a row that make a quotation
NOT_WORDS = re.compile(r"[\W_]+")
FIGURE = r"[:：是为]?[-−+]?\d"
BETWEEN = "\0"  # no letter or figure, so that no text holds it
FACTOR, SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
NOTHING = np.array([], np.uint64)


@dataclass(frozen=True)
class Names:
    """Names of hidden figures, to be found where a figure follows one.

    lengths: how long they are; after: the places where one may end
    """

    names: frozenset[str]
    lengths: tuple[int, ...]
    after: re.Pattern

    @classmethod
    def of(cls, names: Iterable[str]) -> "Names":
        """Return names ready to be looked for; blank ones are none."""
        known = frozenset(names) - {""}
        ends = "".join(map(re.escape, sorted({name[-1] for name in known})))
        after = re.compile(rf"(?<=[{ends}])(?={FIGURE})" if known else r"(?!)")
        return cls(known, tuple({len(name) for name in known}), after)

    def told(self, close: str) -> bool:
        """Tell whether a figure follows one of the names in a text without spaces."""
        ends = (found.start() for found in self.after.finditer(close))
        return any(close[max(end - length, 0) : end] in self.names for end in ends for length in self.lengths)


@dataclass(frozen=True, eq=False)
class Secrets:
    """What no document may hold. Kept in memory only, 64 bits a secret: so many that no two are alike.

    quotes: every `QUOTE` characters of free answers that no public text and no consented quote holds
    codes:  ids of responses and records, experts' numbers, persons' codes
    hidden: names of hidden figures as reports print them, by county ("" in every report)
    """

    quotes: np.ndarray = field(default_factory=lambda: NOTHING)
    codes: np.ndarray = field(default_factory=lambda: NOTHING)
    hidden: dict[str, Names] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        quotes: Iterable[str] = (),
        codes: Iterable[str] = (),
        hidden: Iterable[tuple[str, str]] = (),
    ) -> "Secrets":
        """Return the secrets of some texts, codes and (county or "", name) pairs."""
        names: dict[str, set[str]] = {}
        for place, name in hidden:
            names.setdefault(place, set()).add(name)
        return cls(quotations(quotes), numbers(codes), {place: Names.of(own) for place, own in names.items()})

    def quoted(self, text: str) -> bool:
        """Tell whether a text holds a quotation."""
        return len(self.quotes) > 0 and _any(self.quotes, quotations([text]))

    def named(self, words: Iterable[str]) -> bool:
        """Tell whether one of some words is a code."""
        return len(self.codes) > 0 and _any(self.codes, numbers(words))

    def figure(self, close: str, county_code: str | None) -> bool:
        """Tell whether a text without spaces gives a figure that is hidden everywhere or from this county."""
        return any(self.hidden[place].told(close) for place in {"", county_code} if place in self.hidden)


def quotations(texts: Iterable[str]) -> np.ndarray:
    """Return a number for every `QUOTE` letters and figures in a row of some texts, sorted, each once."""
    words = (NOT_WORDS.sub("", unicodedata.normalize("NFKC", text)) for text in texts)
    joined = BETWEEN.join(word for word in words if len(word) >= QUOTE)
    if not joined:
        return NOTHING
    letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    mixed = (letters + np.uint64(1)) * FACTOR
    mixed ^= mixed >> SHIFT
    size = len(letters) - QUOTE + 1
    number, apart = np.zeros(size, np.uint64), np.zeros(size, bool)
    for at in range(QUOTE):
        number = number * FACTOR + mixed[at : at + size]
        apart |= letters[at : at + size] == 0
    return np.unique(number[~apart])


def numbers(words: Iterable[str]) -> np.ndarray:
    """Return a number for every word, sorted, each once."""
    known = np.array(list(words), object)
    return np.unique(pd.util.hash_array(known, categorize=False)) if len(known) else NOTHING


def _any(known: np.ndarray, asked: np.ndarray) -> bool:
    """Tell whether two sorted arrays share a number, without going through all of the longer one."""
    at = np.minimum(known.searchsorted(asked), len(known) - 1)
    return bool((known[at] == asked).any())
