"""Clean data → data/results: weigh, score, estimate, protect, write."""

import json
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.analyse import catalogue, changes, disclosure, indicators, milestones, sensitivity
from yiduiyi_analysis.analyse.inputs import Clean
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

FACTS = ["schools", "helpers", "counties", "intake"]
PARTS = ["responses", "answers", "ratings", "deliverables"]
QUALITY = ["instrument", "wave", "county_code", "rule", "action"]
FLAG = ["instrument", "wave", "rule", "action"]


def run(ws: Workspace) -> pd.DataFrame:
    """Write all of data/results in one step and return the protected evidence.

    Out:    one row an indicator × county_code × group × wave: value, lo, hi, n, N, unit, method, status
    Raises: Fault if there are no clean data
    """
    book = codebook.load(ws.codebook)
    tables = _read(ws.clean)
    units = disclosure.units(tables["schools"], book.thresholds.mean_min)
    clean = _clean(tables)
    open_evidence, rules, pairs = indicators.evidence(clean, book, units)
    evidence = changes.protect(disclosure.protect(open_evidence, rules), pairs)
    evidence = changes.rounded(evidence)
    results = {name: tables[name] for name in FACTS} | {"evidence": evidence, "units": units}
    results |= {
        "quality": quality(tables, catalogue.persons(book)),
        "roster_ledger": roster_ledger(tables["ledger"], tables["intake"]),
        "milestones": milestones.verdicts(evidence, book),
        "sensitivity": sensitivity.table(clean, book, evidence),
    }
    new = workspace.new_folder_beside(ws.results)
    for name, table in results.items():
        workspace.write_parquet(table, new / f"{name}.parquet")
    (new / "meta.json").write_text(
        json.dumps(tables["meta"], ensure_ascii=False, indent=2, sort_keys=True), "utf-8"
    )
    workspace.swap_dir(new, ws.results)
    return evidence


def quality(tables: dict, least: dict[str, int]) -> pd.DataFrame:
    """Return how often each rule and flag struck: instrument, wave, county_code, rule, action, rows.

    In:     least: persons that a flag must have struck before it is told of one county, by instrument
    Rule:   a flag judges how a person answered, so few of them are pooled under no county; what a rule did
            to the rows of a file is told as it is, since rows read = kept + set aside is public
    """
    ledger, intake = tables["ledger"], tables["intake"]
    source = intake[["file", "sheet", "instrument", "wave"]].drop_duplicates(["file", "sheet"])
    rules = ledger.merge(source, on=["file", "sheet"], how="inner")
    flags = (
        tables["responses"]
        .assign(rule=tables["responses"]["flags"].str.split(";"), action="kept")
        .explode("rule")
    )
    flags = flags[flags["rule"].fillna("") != ""]
    rules, flags = _struck(rules), disclosure.counts(_struck(flags), FLAG, least)
    return pd.concat([rules, flags]).sort_values(QUALITY, ignore_index=True)


def roster_ledger(ledger: pd.DataFrame, intake: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger rows of the roster: those of no export."""
    return ledger[~ledger["file"].isin(intake["file"])].reset_index(drop=True)


def _struck(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the number of rows of each combination of `QUALITY`."""
    counted = rows[QUALITY].astype("string").groupby(QUALITY, dropna=False).size()
    return counted.rename("rows").reset_index().astype({"rows": "Int64"})


def _clean(tables: dict) -> Clean:
    return Clean(**{name: tables[name] for name in ["schools", *PARTS]})


def _read(folder: Path) -> dict:
    """Return the clean tables by name, and `meta`."""
    try:
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in [*FACTS, "ledger"]}
        tables |= {name: _partitioned(folder / f"{name}.parquet") for name in PARTS}
        return tables | {"meta": json.loads((folder / "meta.json").read_text("utf-8"))}
    except FileNotFoundError as error:
        raise Fault("没有清洗结果", file=error.filename, do="请先运行 yiduiyi clean") from None


def _partitioned(folder: Path) -> pd.DataFrame:
    """Return all counties' rows in the order of their codes."""
    return pd.concat([pd.read_parquet(part) for part in sorted(folder.glob("*.parquet"))], ignore_index=True)
