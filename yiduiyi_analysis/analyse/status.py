"""In one word, why a figure or its interval is missing; the evidence uses the same words.

A table has the word in its column `status`; it explains the errors and ends of intervals that are NaN too. A
single number that cannot be computed is `Unknown`: NaN with the word in `reason`. A number an item or a
person comes as a table of `value` and `status` (see `table`). What was missing on the way in, and is handed
back in its place (p values, goalposts), stays NaN: its reason came with it.
"""

import numpy as np
import pandas as pd

OK = "ok"
FULL = "full"
NO_DATA = "no_data"
NO_INTERVAL = "no_interval"
TOO_FEW = "too_few"
NO_VARIATION = "no_variation"


class Unknown(float):
    """A number that is not known: NaN in all arithmetic, with the reason in a word."""

    reason: str

    def __new__(cls, reason: str) -> "Unknown":
        """Return NaN with its `reason`."""
        made = super().__new__(cls, "nan")
        made.reason = reason
        return made

    def __repr__(self) -> str:
        return f"nan ({self.reason})"

    def __getnewargs__(self) -> tuple[str]:
        return (self.reason,)


def number(value: float, reason: str) -> float:
    """Return `value` as a float, `Unknown` for `reason` where it is NaN."""
    return Unknown(reason) if np.isnan(value) else float(value)


def reason(value: float) -> str:
    """Return why a number is not known, ok where it is."""
    return getattr(value, "reason", NO_DATA if np.isnan(value) else OK)


def table(values: pd.Series, *reasons: tuple[np.ndarray, str], otherwise: str = NO_VARIATION) -> pd.DataFrame:
    """Return values with their status, a row each, same index.

    In:     reasons: (where it holds, its word), the first that holds counts; otherwise: where none does
    Out:    value, status (ok where there is a value)
    """
    conditions, words = [values.notna().to_numpy()], [OK]
    for where, word in reasons:
        conditions.append(np.broadcast_to(where, len(values)))
        words.append(word)
    return pd.DataFrame({"value": values, "status": np.select(conditions, words, otherwise)})


def of(value, error, full=False, df=np.inf) -> np.ndarray:
    """Return the status of estimates, an array of their shape.

    In:     value, error (standard error, or an end of the interval), full: whether nobody was left out, df
    Out:    full; no_data: there is nothing to compute it from (no answers, a wave or group lacking, nought to
            divide by); no_interval: there is a value, but one unit alone tells nothing of its spread, or no
            degree of freedom is left; ok
    """
    value, error, full, df = np.broadcast_arrays(value, error, full, df)
    missing, open_ = np.isnan(value.astype(float)), np.isnan(error.astype(float)) | ~(df > 0)
    return np.select([missing, full, open_], [NO_DATA, FULL, NO_INTERVAL], OK)


def word(value: float, error: float) -> str:
    """Return `of` for one estimate."""
    return str(of(value, error))
