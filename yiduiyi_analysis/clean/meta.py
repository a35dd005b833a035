"""What is told of clean data as a whole: whether synthetic, their waves, and to which day they go."""

import pandas as pd

from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.workspace import Workspace


def told(ws: Workspace, responses: pd.DataFrame, recorded: dict, table: pd.DataFrame, book: Codebook) -> dict:
    """Return what is told of the data: synthetic, where from, the waves, and to which day they go.

    Rule: the day of the last answer, of the last record where nobody answered; `latest` is each county's
          own, so that one county's new answers leave the others' reports as they are
    """
    counted = [part[part["wave"].notna()] for part in recorded.values()]
    answered, noted = _days([responses[["county_code", "submitted_at"]]]), _days(counted)
    latest = answered.combine_first(noted).reindex(book.counties["county_code"])
    days = answered if len(answered) else noted
    return {
        "synthetic": bool(table["synthetic"].any()),
        "as_of": _day(days.max()),
        "latest": {code: _day(day) for code, day in latest.items()},
        "source": "incoming" if ws.exports() == ws.incoming else "demo",
        "waves": sorted({*responses["wave"], *(wave for part in counted for wave in part["wave"])}),
    }


def _days(tables: list[pd.DataFrame]) -> pd.Series:
    """Return the last time of any kind in some tables, by county."""
    times = [
        pd.Series(part[name].to_numpy("datetime64[s]"), part["county_code"].astype(str).to_numpy())
        for part in tables
        for name in part.select_dtypes("datetime")
    ]
    return pd.concat([pd.Series(dtype="datetime64[s]"), *times]).groupby(level=0).max().dropna()


def _day(time: pd.Timestamp) -> str | None:
    return None if pd.isna(time) else f"{time:%Y-%m-%d}"
