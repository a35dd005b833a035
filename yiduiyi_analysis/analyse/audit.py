"""The attacker at the evidence: what the published figures together let an outsider work out."""

import numpy as np
import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.analyse import catalogue, conditions, units
from yiduiyi_analysis.analyse.disclosure import GROUPS
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE
from yiduiyi_analysis.analyse.margins import COLUMNS, KEYS, Tables
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

CHANGE = r"_change(?:_\w+)?$"
MEASURES = ["self", "expert", "gap"]  # of one item, but not of the same schools


def run(ws: Workspace) -> pd.DataFrame:
    """Return what an outsider can work out from data/results, a row a finding; none: nothing.

    Out:    indicator, county_code, group, wave, what (in Chinese), lo, hi
    Raises: Fault without evidence
    """
    path = ws.results / "evidence.parquet"
    if not path.exists():
        raise Fault("没有评估结果", file=path, do="请先运行 yiduiyi analyse")
    evidence = workspace.read_table(path)
    book = codebook.load(ws.codebook)
    gains = catalogue.gains(book)
    rules = _with_changes(catalogue.table(book), evidence["indicator"])
    others = {p.stem: workspace.read_table(p) for p in sorted(ws.results.glob("*.parquet")) if p != path}
    places = None
    if {"units", "schools"} <= set(others):
        places = units.places(others["units"], others["schools"], book.thresholds.mean_min)
    found = [findings(evidence, rules, places, dict(zip(gains["indicator"], gains["level"], strict=True)))]
    found += [_elsewhere(evidence, name, table) for name, table in others.items()]
    return pd.concat([part for part in found if len(part)] or [_blank()], ignore_index=True)


def findings(
    evidence: pd.DataFrame,
    rules: pd.DataFrame,
    places: pd.DataFrame | None = None,
    gains: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Return what can be worked out of the hidden cells of protected evidence, a row a finding.

    In:     evidence: as `disclosure.protect` returns it; rules: as it takes them, and instrument where the
            response to an instrument bounds the answers to its items, population where schools weigh; places:
            the published units (`units.places`; None: there are none); gains: the level behind each gain
    Rule:   found is a cell shown below its threshold; a cell hidden in one figure and shown in another of
            its block, or by a change or gain between waves; a group below the threshold that sums leave over;
            a hidden number of people, or number among them, whose interval holds fewer than two values, or
            for a cell hidden first is narrower than half the threshold; a unit that a tier's total less its
            shown units gives back (`units.left_over`); pupils whom those with the conditions leave over
            (`conditions.left_over`); a total of persons, shown or left over, that counts a few
    Source: Hundepool et al. 2012, ch. 4
    """
    rows = evidence.reset_index(drop=True).astype({"status": object})
    rows = rows.merge(rules, on="indicator", how="left", suffixes=("", "_rule"), validate="many_to_one")
    rows["least"] = rows["least"].fillna(0.0).astype(float)
    rows["hidden"] = rows["status"].astype(str).str.startswith("suppressed")
    guarded = rows[rows["least"] > 0]
    parts = [_exposed(guarded), _uneven(guarded), _moved(rows, gains or {}), conditions.left_over(guarded)]
    if "persons" in guarded:
        parts.append(_few_persons(guarded[guarded["persons"].fillna(0) > 0]))
    if places is not None:
        parts.append(units.left_over(guarded, places))
    # a change is shown where both its levels are (`_moved`): it adds no sum that they do not have
    levels = ~guarded["indicator"].str.contains(CHANGE)
    cells = guarded[guarded["group"].isin(GROUPS) & levels]
    if cells["hidden"].any():
        tables = Tables(cells, rows)
        parts += [tables.left_over(), tables.people(), tables.among_them()]
    return pd.concat([part for part in parts if len(part)] or [_blank()], ignore_index=True)


def _exposed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the cells shown although too few answered, or few or those of one unit and all alike."""
    shown = rows[~rows["hidden"]].astype({"n": float, "value": float})
    few = shown[(shown["n"] > 0) & (shown["n"] < shown["least"])]
    alike = (shown["unit"] == "rate") & shown["value"].isin([0, 1]) & (shown["n"] > 0)
    small = (shown["n"] < shown["sensitive_n"]) | shown["group"].str.startswith(units.UNIT)
    alike = shown[alike & (shown["n"] >= shown["least"]) & small]
    return pd.concat([_named(few, "低于阈值却已公布"), _named(alike, "人数少而全体一致，却已公布")])


def _few_persons(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the totals of persons that are shown although few, or that the shown counties leave over."""
    rows = rows[rows["group"].eq(WHOLE)].astype({"value": float, "persons": float})
    found = [_named(rows[rows["value"].gt(0) & rows["value"].lt(rows["persons"])], "人数少却已公布")]
    for _, part in rows.groupby(["indicator", "wave"]):
        inside = part["county_code"].ne(PROGRAMME)
        rest = part.loc[~inside, "value"].sum() - part.loc[inside, "value"].sum()
        if 0 < rest < part["persons"].max() and part.loc[~inside, "value"].notna().any():
            found.append(_named(part[inside & part["hidden"]], "总数减去已公布的县，余下只有几人"))
    return pd.concat(found)


def _uneven(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the hidden cells that another figure of the same people shows, in its block or the one above."""
    measure = rows["indicator"].str.replace(r".*\.|_.*", "", regex=True)
    who = "/" + measure.where(measure.isin(MEASURES), "")
    own, above = (
        pd.MultiIndex.from_frame(
            rows[["county_code", "group", "wave"]].assign(people=rows[name].astype(str) + who).astype(object)
        )
        for name in ("block", "within")
    )
    shown = own[(~rows["hidden"] & rows["value"].notna()).to_numpy(bool)]
    return _named(
        rows[rows["hidden"].to_numpy(bool) & (own.isin(shown) | above.isin(shown))], "同组的另一指标公布了它"
    )


def _moved(rows: pd.DataFrame, gains: dict[str, str]) -> pd.DataFrame:
    """Return the changes shown although the level of one of their waves is hidden, which they give back."""
    moves = rows["indicator"].str.contains(CHANGE) | rows["indicator"].isin(gains)
    told = rows[moves & rows["value"].notna()]
    told = told.assign(indicator=told["indicator"].replace(gains).str.replace(CHANGE, "", regex=True))
    level = rows[rows["indicator"].isin(told["indicator"])].sort_values("wave")
    first = level.groupby("indicator")["wave"].first()
    hidden = pd.MultiIndex.from_frame(level[level["hidden"]][KEYS].astype(object))
    late = pd.MultiIndex.from_frame(told[KEYS].astype(object)).isin(hidden)
    early = told.assign(wave=told["indicator"].map(first))[KEYS].astype(object)
    return _named(
        told[late | pd.MultiIndex.from_frame(early).isin(hidden)], "变化已公布，可还原一轮不公布的水平"
    )


def _elsewhere(evidence: pd.DataFrame, name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return the cells hidden in the evidence that another published table shows a number for."""
    if not set(KEYS) <= set(table):
        return _blank()
    hidden = evidence[evidence["status"].astype(str).str.startswith("suppressed")]
    numbers = table.drop(columns=["N", *KEYS], errors="ignore").select_dtypes("number")
    shown = table[numbers.notna().any(axis=1).to_numpy(bool)]
    keys = pd.MultiIndex.from_frame(hidden[KEYS].astype(object))
    there = keys.isin(pd.MultiIndex.from_frame(shown[KEYS].astype(object)))
    return _named(hidden[there], f"{name}.parquet 公布了它")


def _with_changes(levels: pd.DataFrame, indicators: pd.Series) -> pd.DataFrame:
    """Return the rules of the catalogue, a row an indicator, and for a change those of what changes."""
    levels = levels.drop_duplicates("indicator")
    moved = pd.DataFrame({"change": indicators[indicators.str.contains(CHANGE)].unique()})
    moved["indicator"] = moved["change"].str.replace(CHANGE, "", regex=True)
    moved = moved.merge(levels, on="indicator")
    moved = moved.assign(indicator=moved["change"], block=moved["change"], within="")
    moved = moved.assign(sensitive_n=0, persons=0)
    return pd.concat([levels, moved[levels.columns]])[
        ["indicator", "instrument", "block", "within", "least", "sensitive_n", "persons", "population"]
    ]


def _named(rows: pd.DataFrame, what: str) -> pd.DataFrame:
    return rows[KEYS].assign(what=what, lo=np.nan, hi=np.nan).astype({"wave": object})


def _blank() -> pd.DataFrame:
    return pd.DataFrame(columns=COLUMNS)
