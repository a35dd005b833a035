"""In one word, why a figure or its interval is missing; the evidence uses the same words."""

import numpy as np

OK = "ok"
FULL = "full"
NO_DATA = "no_data"
NO_INTERVAL = "no_interval"
TOO_FEW = "too_few"
NO_VARIATION = "no_variation"


def of(value, error, full=False) -> np.ndarray:
    """Return the status of estimates, an array of their shape.

    In:     value, error (standard error, or an end of the interval), full: whether nobody was left out
    Out:    full; no_data: there is nothing to compute it from (no answers, a wave or group lacking, nought to
            divide by); no_interval: there is a value, but one unit alone tells nothing of its spread; ok
    """
    value, error, full = np.broadcast_arrays(value, error, full)
    missing, open_ = np.isnan(value.astype(float)), np.isnan(error.astype(float))
    return np.select([missing, full, open_], [NO_DATA, FULL, NO_INTERVAL], OK)


def word(value: float, error: float) -> str:
    """Return `of` for one estimate."""
    return str(of(value, error))
