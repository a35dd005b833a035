"""How well items of one scale hang together: α, ω, what each item adds.

A coefficient that cannot be computed is `status.Unknown`, with its reason.
"""

import numpy as np
import pandas as pd
from scipy.special import fdtri

from yiduiyi_analysis.analyse import numbers, status

LEAST_UNIQUE = 0.005
SAME = 1e-9
KINDS = ("covariance", "correlation")


def alpha(items: pd.DataFrame, pairwise: bool = False) -> float:
    """Return Cronbach's α, k/(k − 1) (1 − Σ item variances / variance of the sum).

    In:     one row per person, a column an item, reverse items turned; NaN where unanswered
    Rule:   persons who answered all items, or all pairs of answers if `pairwise`; too_few below two items or
            persons, no_variation where the sum does not vary
    Source: Cronbach 1951
    """
    return _alpha(_covariance(items, pairwise))


def alpha_standardised(items: pd.DataFrame, pairwise: bool = False) -> float:
    """Return α of the items brought to one variance, from their correlations; as `alpha`."""
    return _alpha(_correlation(_covariance(items, pairwise)))


def alpha_if_dropped(items: pd.DataFrame, pairwise: bool = False) -> pd.DataFrame:
    """Return α of the other items for each item left out, a row an item: value, status as `alpha`."""
    matrix, every = _covariance(items, pairwise), np.arange(items.shape[1])
    values = [_alpha(matrix[np.ix_(every != k, every != k)]) for k in every]
    words = [status.reason(value) for value in values]
    return pd.DataFrame({"value": values, "status": words}, items.columns).astype({"value": float})


def item_rest(items: pd.DataFrame, pairwise: bool = False) -> pd.DataFrame:
    """Return the correlation of each item with the sum of the others, a row an item.

    Out:    value, status (ok, too_few: below two items or persons, no_variation: of the item or the others)
    """
    matrix = _covariance(items, pairwise)
    own, with_all = np.diag(matrix), matrix.sum(axis=0)
    spread = own * (matrix.sum() - 2 * with_all + own)
    values = (with_all - own) / np.sqrt(np.where(spread > 0, spread, np.nan))
    few = np.isnan(spread) | (len(matrix) < 2)
    return status.table(pd.Series(values, items.columns, dtype=float), (few, status.TOO_FEW))


def feldt(value: float, persons: int, items: int) -> tuple[float, float]:
    """Return the 95 % interval of α (lo, hi), both `Unknown` where α is or below two persons or items.

    Source: Feldt, Woodruff & Salih 1987
    """
    why = status.TOO_FEW if persons < 2 or items < 2 else status.reason(value)
    if why != status.OK:
        return status.Unknown(why), status.Unknown(why)
    df = persons - 1, (persons - 1) * (items - 1)
    return 1 - (1 - value) * float(fdtri(*df, 0.975)), 1 - (1 - value) * float(fdtri(*df, 0.025))


def omega(items: pd.DataFrame, kind: str = "covariance") -> float:
    """Return McDonald's ω of one factor, (Σλ)² / ((Σλ)² + Σθ).

    In:     as `alpha`; kind: covariance (of the sum of raw items), or correlation (of standardised items)
    Rule:   maximum likelihood on persons who answered all items; too_few below three items or two persons,
            no_variation where an item has none of its own: it does not vary, or follows from the others
    Source: McDonald 1999; Hayes & Coutts 2020
    """
    loading, unique = factor(items, kind)
    if len(loading) < 3 or len(items.dropna()) < 2:
        return status.Unknown(status.TOO_FEW)
    common = loading.sum() ** 2
    return status.number(common / (common + unique.sum()), status.NO_VARIATION)


def factor(items: pd.DataFrame, kind: str = "covariance") -> tuple[np.ndarray, np.ndarray]:
    """Return the loadings and unique variances of one factor, a value an item.

    Out:    all NaN where `omega` is not known
    Rule:   the unique part of an item is at least 0.5 % of its variance; the sum of loadings is positive
    Source: Lawley & Maxwell 1971
    Raises: ValueError if `kind` is neither covariance nor correlation
    """
    from scipy.optimize import minimize

    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    matrix = _covariance(items, False)
    sd, table = np.sqrt(np.diag(matrix)), _correlation(matrix)
    if len(table) < 3 or np.isnan(table).any() or np.linalg.eigvalsh(table)[0] < SAME:
        return np.full(len(sd), np.nan), np.full(len(sd), np.nan)
    start = np.clip(1 / np.maximum(np.diag(np.linalg.pinv(table)), 1) * 0.8, 0.05, 1)
    settings = {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-10}
    fit = minimize(
        _misfit, start, table, "L-BFGS-B", jac=True, bounds=[(LEAST_UNIQUE, 1)] * len(sd), options=settings
    )
    unit = sd if kind == "covariance" else np.ones(len(sd))
    loading = _loading(fit.x, table)
    return loading * unit * (1 if loading.sum() >= 0 else -1), fit.x * unit**2


def _misfit(unique, table):
    """Return minus the log-likelihood (less a constant) of unique variances, and its slope."""
    scale = np.sqrt(unique)
    values = np.maximum(np.linalg.eigvalsh(table / np.outer(scale, scale))[:-1], 1e-12)
    loading = _loading(unique, table)
    slope = np.diag(np.outer(loading, loading) + np.diag(unique) - table) / unique**2
    return (values - np.log(values)).sum() - len(values), slope


def _loading(unique, table):
    scale = np.sqrt(unique)
    values, vectors = np.linalg.eigh(table / np.outer(scale, scale))
    return scale * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0))


def _alpha(matrix: np.ndarray) -> float:
    count, whole = len(matrix), matrix.sum()
    if count < 2 or np.isnan(whole):
        return status.Unknown(status.TOO_FEW)
    if not whole > 0:
        return status.Unknown(status.NO_VARIATION)
    return float(count / (count - 1) * (1 - np.trace(matrix) / whole))


def _covariance(items: pd.DataFrame, pairwise: bool) -> np.ndarray:
    """Return the covariance matrix of the items, all NaN where it has too few persons."""
    known = items if pairwise else items.dropna()
    x = pd.DataFrame(numbers.of(known))
    sd = numbers.spread(x.std().to_numpy(), x.fillna(0).to_numpy())
    return (
        x.cov(min_periods=2).to_numpy() * np.where(sd == 0, 0.0, 1.0) * np.where(sd == 0, 0.0, 1.0)[:, None]
    )


def _correlation(matrix: np.ndarray) -> np.ndarray:
    own = np.diag(matrix)
    sd = np.sqrt(np.where(own > 0, own, np.nan))
    return matrix / np.outer(sd, sd)
