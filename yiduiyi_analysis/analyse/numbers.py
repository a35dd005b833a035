"""Answers of any type as plain numbers: missing ones as NaN, infinite ones refused."""

import numpy as np

SAME = 1e-9


def of(values) -> np.ndarray:
    """Return a list, array, column or table as floats, NaN where missing.

    Raises: ValueError if a value is infinite: it would turn sums and means into nonsense
    """
    nullable = hasattr(values, "to_numpy")
    made = values.to_numpy(float, na_value=np.nan) if nullable else np.asarray(values, float)
    if np.isinf(made).any():
        raise ValueError("a value is infinite: mend it or mark it as missing")
    return made


def check_weights(weight: np.ndarray) -> np.ndarray:
    """Return weights as they are.

    Raises: ValueError if one is missing, infinite or negative
    """
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("a weight is missing, infinite or negative")
    return weight


def spread(sd, values):
    """Return `sd`, 0 where it is but the rounding of `values`: below 1e-9 of the largest of them."""
    largest = np.abs(values).max(initial=0.0)
    return np.where(sd > SAME * largest, sd, 0.0)[()]
