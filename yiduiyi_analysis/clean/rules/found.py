"""What a rule found: the cells that it strikes, and what a rule may look at beside its own table."""

from dataclasses import dataclass

import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Sheet

# What the codebook calls a column → what the clean tables call it.
CLEAN = {"county": "county_code", "school": "school_id", "class": "cluster"}


@dataclass(frozen=True)
class Scene:
    """What a rule may look at: the roster, the codebook, all record tables as they came and as they stand.

    sheet: what the table at hand is, None for replies; answers: the columns that are answers on a scale
    """

    roster: pd.DataFrame
    book: Codebook
    sheet: Sheet | None = None
    came: dict[str, pd.DataFrame] | None = None
    tables: dict[str, pd.DataFrame] | None = None
    answers: tuple[str, ...] = ()

    def teachers(self, schools: pd.Series) -> pd.Series:
        """Return how many teachers the roster has for each school id, NA where it does not know."""
        known = self.roster.set_index("school_id")["teachers"].astype("Float64")
        return pd.Series(known.reindex(schools.fillna("")).array, schools.index)


def names(columns: list[str]) -> list[str]:
    """Return the columns of a clean table that a rule calls by their names in the codebook."""
    return [CLEAN.get(name, name) for name in columns]


def true(mask: pd.Series) -> pd.Series:
    """Return a mask that is false where nobody knows."""
    return mask.astype("boolean").fillna(False).astype(bool)


def cells(frame: pd.DataFrame, mask: pd.Series, column: str | None, note=None) -> pd.DataFrame:
    """Return the struck cells, a row each: at (the label of the row in `frame`), column, note.

    In: note: text or a Series of texts aligned with `frame`: what was seen there
    """
    at = frame.index[true(mask)]
    notes = note.reindex(at).to_numpy() if isinstance(note, pd.Series) else note
    return pd.DataFrame({"at": at, "column": column, "note": notes}).astype(
        {"column": "string", "note": "string"}
    )


def together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the cells of several findings."""
    none = pd.DataFrame({"at": [], "column": [], "note": []}).astype({"column": "string", "note": "string"})
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else none


def written(values: pd.Series) -> pd.Series:
    """Return numbers and dates as a person would write them."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d").astype("string")
    if pd.api.types.is_numeric_dtype(values):
        return values.map(lambda number: f"{number:.12g}", na_action="ignore").astype("string")
    return values.astype("string")
