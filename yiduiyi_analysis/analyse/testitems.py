"""Items with a right answer: how hard they are, how well they part strong from weak, and gain over forms."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from yiduiyi_analysis.analyse import numbers, reliability, status


def difficulty(right: pd.DataFrame, weight=None) -> pd.DataFrame:
    """Return the share of right answers to each item (0 hard – 1 easy): value, status, a row an item.

    In:     right: one row per person, a column an item, 1 right, 0 wrong, NaN not put or not answered;
            weight: of each person (None: equal)
    Out:    status ok, or no_data where nobody with a weight answered
    """
    x = numbers.of(right)
    weight = (np.ones(len(x)) if weight is None else numbers.of(weight))[:, None] * ~np.isnan(x)
    whole = weight.sum(axis=0)
    share = (weight * np.nan_to_num(x)).sum(axis=0) / np.where(whole > 0, whole, np.nan)
    return status.table(pd.Series(share, right.columns, dtype=float), otherwise=status.NO_DATA)


def kr20(right: pd.DataFrame) -> float:
    """Return KR-20, the reliability of the number of right answers; `Unknown` as `reliability.alpha`.

    Rule:   persons who answered all items; k/(k − 1) (1 − Σpq / σ²) with both variances over n
    Source: Kuder & Richardson 1937
    """
    return reliability.alpha(right)


def point_biserial(right: pd.DataFrame, rest: bool = True) -> pd.DataFrame:
    """Return the correlation of each item with the number right, the item itself left out if `rest`.

    Out:    value, status, a row an item, as `reliability.item_rest`
    Rule:   persons who answered all items
    Source: Lord & Novick 1968, ch. 15
    """
    if rest:
        return reliability.item_rest(right)
    matrix = pd.DataFrame(numbers.of(right.dropna())).cov(min_periods=2).to_numpy()
    spread = np.diag(matrix) * matrix.sum()
    values = matrix.sum(axis=0) / np.sqrt(np.where(spread > 0, spread, np.nan))
    return status.table(pd.Series(values, right.columns, dtype=float), (np.isnan(spread), status.TOO_FEW))


def discrimination(right: pd.DataFrame, part: float = 0.27) -> pd.DataFrame:
    """Return the share right among the strongest `part` less that among the weakest, a row an item.

    Out:    value, status (ok, too_few: below two persons)
    Rule:   persons who answered all items, by number right; at least one a side
    Source: Kelley 1939
    """
    x = right.dropna().astype(float)
    size = max(round(part * len(x)), 1)
    order = x.iloc[np.argsort(x.sum(axis=1).to_numpy(), kind="stable")]
    apart = order.iloc[-size:].mean() - order.iloc[:size].mean()
    return status.table(apart if len(x) > 1 else apart * np.nan, otherwise=status.TOO_FEW)


def linked_gain(before: pd.DataFrame, after: pd.DataFrame, anchors: list[str]) -> dict:
    """Return the gain of one group over another on the first form's scale, through items both forms hold.

    In:     right answers of the two waves, columns of the two forms; anchors: items in both
    Out:    gain (points of the first form), sd_gain (in its standard deviations), anchor_gain (share of the
            anchors right), se, lo, hi (of the gain, 95 %), n_before, n_after, status (ok, too_few: below two
            persons a wave, no_variation: of the anchors)
    Rule:   chained linear linking: the second form's scores go to the anchors, and from the anchors to the
            first form; so the gain is the anchors' gain times the ratio of the first form's SD to theirs.
            Persons who answered their form in full; independent samples; the ratio taken as known
    Source: Kolen & Brennan 2014, ch. 4
    Raises: KeyError if an anchor is not in both forms
    """
    first, second = (
        pd.DataFrame(numbers.of(x), columns=x.columns) for x in (before.dropna(), after.dropna())
    )
    total, old, new = first.sum(axis=1), first[anchors].sum(axis=1), second[anchors].sum(axis=1)
    ratio = total.std() / old.std() if len(old) > 1 and old.std() > 0 else np.nan
    step = (new.mean() - old.mean()) if len(old) and len(new) else np.nan
    gain, se = ratio * step, ratio * np.sqrt(old.var() / max(len(old), 1) + new.var() / max(len(new), 1))
    half = ndtri(0.975) * se
    ends = {"gain": gain, "sd_gain": gain / total.std() if total.std() > 0 else np.nan}
    ends |= {"anchor_gain": step / len(anchors) if anchors else np.nan, "se": se, "lo": gain - half}
    few = min(len(first), len(second)) < 2
    why = status.TOO_FEW if few else status.NO_VARIATION if np.isnan(ends["sd_gain"]) else status.OK
    return ends | {"hi": gain + half, "n_before": len(first), "n_after": len(second), "status": why}


def drift(before: pd.DataFrame, after: pd.DataFrame, anchors: list[str]) -> pd.DataFrame:
    """Return how each anchor moved against the others, a row an anchor.

    Out:    item, before, after (shares right), shift (in logits, less the anchors' mean shift), status (ok,
            no_data: nobody answered in a wave, no_variation: a share of 0 or 1 has no logit; shift NaN)
    Rule:   an anchor with |shift| above 0.5 has changed its meaning between the waves; look at it first
    Source: Kolen & Brennan 2014, ch. 8
    """
    shares = pd.DataFrame(
        {when: difficulty(part[anchors])["value"] for when, part in (("before", before), ("after", after))}
    )
    inside = shares.where((shares > 0) & (shares < 1))
    logits = np.log(inside / (1 - inside))
    moved = logits["after"] - logits["before"]
    missing = shares.isna().any(axis=1)
    why = np.select([missing, moved.isna()], [status.NO_DATA, status.NO_VARIATION], status.OK)
    return shares.assign(shift=moved - moved.mean(), status=why).rename_axis("item").reset_index()
