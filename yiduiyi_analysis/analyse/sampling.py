"""General sampling designs: strata, stages, finite populations, lonely units, and the variance they give."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import numbers

LONELY = ("adjust", "average", "certainty", "remove", "fail")
WHOLE = 1e-7


@dataclass(frozen=True)
class Stage:
    """One stage of sampling, as arrays.

    unit:       code of the unit of each row
    stratum_of: stratum of each unit
    parent_of:  unit of the stage above in which each stratum lies (0 at the first stage)
    size:       units in the sample, a value a stratum
    sampled:    1 − sampling fraction, a value a stratum (1 without a known population)
    share:      product of the sampling fractions of the stages above, a value a stratum
    """

    unit: np.ndarray
    stratum_of: np.ndarray
    parent_of: np.ndarray
    size: np.ndarray
    sampled: np.ndarray
    share: np.ndarray


@dataclass(frozen=True)
class Calibration:
    """What fitted the weights to known totals: codes of each margin, the weights before and after."""

    margins: tuple[np.ndarray, ...]
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class Plan:
    """A sampling design: weight of each row, stages, rule for lone units, calibrations."""

    weight: np.ndarray
    stages: tuple[Stage, ...]
    lonely: str = "adjust"
    calibrations: tuple[Calibration, ...] = ()


def plan(frame: pd.DataFrame, weight=None, strata=(), units=(), populations=(), lonely="adjust") -> Plan:
    """Return the design of a sample from the columns that describe it.

    In:     frame: one row per response; `weight` names its column (None: population over sample, or 1);
            `strata`, `units`, `populations` name one column, or a list with one a stage. No units: each row
            is one. Populations are numbers of units in the stratum (NaN: unknown; its first row counts), or
            fractions if none exceeds 1
    Out:    Plan; units are nested in their stratum and in the unit of the stage above
    Rule:   `lonely` says what a single unit in a stratum that is not wholly in the sample adds: adjust (its
            score itself, that is centred at the whole sample's), average (the mean of the other strata),
            certainty or remove (nothing), fail (an error). No population: no finite population correction,
            and no variance from the stages below; more units than the population count as all of it
    Source: Lumley, Complex Surveys, 2010, ch. 2–3; Lohr, Sampling, ch. 5–6
    Raises: ValueError for an unknown `lonely`, missing weights, strata or units, weights or populations below
            0, a population of 0, or a lone unit if `fail`
    """
    strata, units, populations = (
        [x] if isinstance(x, str) else list(x) for x in (strata, units, populations)
    )
    if lonely not in LONELY:
        raise ValueError(f"lonely is one of {', '.join(LONELY)}, not {lonely!r}")
    if empty := [c for c in [*strata, *units, *([weight] if weight else [])] if frame[c].isna().any()]:
        raise ValueError(f"missing values in {', '.join(map(str, empty))}: a design needs them in every row")
    whole = frame[populations].to_numpy(float, na_value=np.nan)
    if (whole <= 0).any():
        raise ValueError("a population is 0 or negative")
    whole = np.where(np.isnan(whole), np.inf, whole)
    fractions = bool(whole.size) and whole.max() <= 1
    above, share, stages = np.zeros(len(frame), np.int64), np.ones(len(frame)), []
    for level in range(max(len(units), 1)):
        stratum = codes(above, frame[strata[level]]) if level < len(strata) else codes(above)
        unit = codes(stratum, frame[units[level]]) if units else np.arange(len(frame))
        known = whole[:, level] if level < len(populations) else np.full(len(frame), np.inf)
        stages.append(_stage(unit, stratum, above, known, fractions, share))
        share = share * (1 - stages[-1].sampled[stratum])
        above = unit
    if lonely == "fail" and any((_alone(stage) & (stage.share > 0)).any() for stage in stages):
        raise ValueError("a stratum has only one unit: pool it, or choose how lone units count")
    weights = 1 / np.where(share > 0, share, 1) if weight is None else frame[weight].to_numpy(float)
    return Plan(numbers.check_weights(weights), tuple(stages), lonely)


def variance(scores: np.ndarray, plan: Plan, group=None, count: int = 1, asked=None) -> np.ndarray:
    """Return the variance of the sum of scores, groups × columns.

    In:     scores: rows × columns, 0 where a row says nothing; group: code of each row below `count`;
            asked: rows × columns, whether the row counts (only `average` asks)
    Rule:   units without a row in a group score 0: a group is a domain, never a smaller sample
    Source: Särndal, Swensson & Wretman 1992, ch. 4–5
    """
    group = np.zeros(len(scores), np.int64) if group is None else group
    asked = scores != 0 if asked is None else asked
    table = np.zeros((count, scores.shape[1]))
    if not plan.calibrations:
        used = [stage for stage in plan.stages if (stage.share > 0).any()]
        return sum((_stage_variance(scores, s, plan.lonely, group, count, asked) for s in used), table)
    free = Plan(plan.weight, plan.stages, plan.lonely)
    for code in range(count):
        inside = (group == code)[:, None]
        table[code] = variance(_residuals(scores * inside, plan), free, asked=asked & inside)[0]
    return table


def covariance(scores: np.ndarray, plan: Plan) -> np.ndarray:
    """Return the covariance matrix of the sums of the columns of `scores` (rows × columns, few columns).

    Rule:   from variances of sums and differences of pairs of columns, so that it obeys the same rules
    """
    width = scores.shape[1]
    left, right = (index.ravel() for index in np.indices((width, width)))
    asked = np.ones((len(scores), width**2), bool)
    plus = variance(scores[:, left] + scores[:, right], plan, asked=asked)[0]
    minus = variance(scores[:, left] - scores[:, right], plan, asked=asked)[0]
    return ((plus - minus) / 4).reshape(width, width)


def freedom(asked: np.ndarray, plan: Plan, group=None, count: int = 1) -> tuple[np.ndarray, ...]:
    """Return first-stage units, strata with units, and whether any stage left some out (groups × columns)."""
    group = np.zeros(len(asked), np.int64) if group is None else group
    short = np.zeros((count, asked.shape[1]), bool)
    for stage in reversed(plan.stages):
        pair, block, head = _pairs(stage, group, count)
        units = sums(asked.astype(float), pair, len(head["group_of"])) > 0
        blocks = sums(units.astype(float), block, len(head["stratum"])) > 0
        open_ = blocks & ((stage.sampled > 0) & (stage.share > 0))[head["stratum"]][:, None]
        short |= sums(open_.astype(float), head["group_of_block"], count) > 0
    psus = sums(units.astype(float), head["group_of"], count)
    return psus, sums(blocks.astype(float), head["group_of_block"], count), short


def sums(values: np.ndarray, code: np.ndarray, count: int) -> np.ndarray:
    """Return the column sums of `values` by code (count × columns)."""
    width = values.shape[1]
    flat = (code[:, None] * width + np.arange(width)).ravel()
    return np.bincount(flat, values.ravel(), minlength=count * width).astype(float).reshape(count, width)


def codes(*columns) -> np.ndarray:
    """Return one code a row for the combinations of columns, 0, 1, … in order of appearance."""
    made = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        code, labels = pd.factorize(np.asarray(column), use_na_sentinel=False)
        made, _ = pd.factorize(made * max(len(labels), 1) + code)
    return made


def _stage(unit, stratum, above, known, fractions, share) -> Stage:
    first = np.unique(unit, return_index=True)[1]
    size = np.bincount(stratum[first]).astype(float)
    head = np.unique(stratum, return_index=True)[1]
    whole = size / known[head] if fractions else known[head]
    sampled = np.clip(1 - size / whole, 0, 1)
    return Stage(unit, stratum[first], above[head], size, sampled, share[head])


def _alone(stage: Stage) -> np.ndarray:
    return (stage.size == 1) & (stage.sampled > WHOLE)


def _pairs(stage: Stage, group: np.ndarray, count: int):
    """Return rows → unit × group pairs, pairs → stratum × group blocks, and what these stand for."""
    pair, pairs = pd.factorize(stage.unit * count + group)
    stratum_of = stage.stratum_of[pairs // count]
    block, blocks = pd.factorize(stratum_of * count + pairs % count)
    head = {"group_of": pairs % count, "stratum": blocks // count, "group_of_block": blocks % count}
    return pair, block, head


def _stage_variance(scores, stage, lonely, group, count, asked):
    pair, block, head = _pairs(stage, group, count)
    stratum, blocks = head["stratum"], len(head["stratum"])
    totals = sums(scores, pair, len(head["group_of"]))
    size = stage.size[stratum]
    centred = (size > 1) | (lonely != "adjust")
    centre = sums(totals, block, blocks) / size[:, None] * centred[:, None]
    squares = sums((totals - centre[block]) ** 2, block, blocks)
    squares += (size - np.bincount(block, minlength=blocks))[:, None] * centre**2
    factor = stage.sampled * stage.share * stage.size / np.maximum(stage.size - 1, 1)
    parts = factor[stratum][:, None] * squares
    if lonely == "average":
        parts = parts * _stretch(
            stage, stratum, head["group_of_block"], count, sums(asked, pair, len(totals)), block
        )
    return sums(parts, head["group_of_block"], count)


def _stretch(stage, stratum, group_of_block, count, asked, block):
    """Return the factor by which strata stand for lone ones beside them (NaN: all are lone)."""
    seen = (sums((asked > 0).astype(float), block, len(stratum)) > 0).astype(float)
    parent, parents = pd.factorize(stage.parent_of[stratum] * count + group_of_block)
    strata = sums(seen, parent, len(parents))
    usable = sums(seen * ~_alone(stage)[stratum][:, None], parent, len(parents))
    ratio = np.where(usable > 0, strata / np.maximum(usable, 1), np.where(strata > 0, np.nan, 1.0))
    return ratio[parent]


def _residuals(scores: np.ndarray, plan: Plan) -> np.ndarray:
    """Return scores less what the calibrated margins explain (Deville & Särndal 1992)."""
    for step in plan.calibrations:
        raked, after = len(step.margins) > 1, step.after[:, None]
        base = np.ones_like(after) if raked else step.before[:, None]
        for _ in range(10 if raked else 1):
            for margin in step.margins:
                count = margin.max() + 1
                mean = sums(scores * base / after, margin, count) / sums(base, margin, count)
                scores = scores - mean[margin] * after
    return scores
