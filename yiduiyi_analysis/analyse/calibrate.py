"""Weights fitted to known totals: poststratification and raking."""

from dataclasses import replace

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse.sampling import Calibration, Plan

ROUNDS, CLOSE = 200, 1e-10


def poststratify(plan: Plan, stratum: pd.Series, population: dict) -> Plan:
    """Return the design with weights that add up to `population` in every poststratum.

    In:     stratum: the poststratum of each row; population: poststratum → total
    Out:    Plan whose variances are those of residuals from the poststrata's means
    Source: Holt & Smith 1979; Särndal, Swensson & Wretman 1992, § 7.6
    Raises: ValueError if a row's poststratum has no total, or a total no row with a weight to carry it
    """
    code, whole = _margin(stratum, population)
    weight = plan.weight * (whole / _carried(plan.weight, code, len(whole)))[code]
    step = Calibration((code,), plan.weight, weight)
    return replace(plan, weight=weight, calibrations=(*plan.calibrations, step))


def rake(plan: Plan, margins: list[tuple[pd.Series, dict]]) -> Plan:
    """Return the design with weights that add up to the totals of every margin, as near as 1e-10 of them.

    In:     margins: (the category of each row, category → total), as many as there are margins
    Source: Deming & Stephan 1940; Deville, Särndal & Sautory 1993
    Raises: ValueError as `poststratify`, or where the margins do not meet in 200 rounds
    """
    parts = [_margin(column, totals) for column, totals in margins]
    weight = plan.weight
    for code, whole in parts:
        _carried(weight, code, len(whole))
    for _ in range(ROUNDS):
        for code, whole in parts:
            weight = weight * (whole / _weigh(weight, code, len(whole)))[code]
        gaps = [np.abs(_weigh(weight, code, len(whole)) / whole - 1).max() for code, whole in parts]
        if max(gaps) <= CLOSE:
            step = Calibration(tuple(code for code, _ in parts), plan.weight, weight)
            return replace(plan, weight=weight, calibrations=(*plan.calibrations, step))
    raise ValueError(f"the margins do not meet in {ROUNDS} rounds: do their totals agree?")


def _margin(column: pd.Series, totals: dict) -> tuple[np.ndarray, np.ndarray]:
    code, labels = pd.factorize(np.asarray(column))
    lacking = sorted(map(str, {*labels} ^ {k for k, v in totals.items() if v > 0}))
    if lacking or (code < 0).any():
        raise ValueError(f"rows and totals do not agree on the categories: {', '.join(lacking) or 'missing'}")
    return code, np.array([totals[label] for label in labels], float)


def _carried(weight, code, count):
    made = _weigh(weight, code, count)
    if not (made > 0).all():
        raise ValueError("the rows of a category have no weight to carry its total")
    return made


def _weigh(weight, code, count):
    return np.bincount(code, weight, minlength=count)
