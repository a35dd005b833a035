"""Clean data → data/results: weigh, score, estimate, protect, write."""

import json
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.analyse import (
    catalogue,
    changes,
    closing,
    conditions,
    coverage,
    disclosure,
    exam,
    indicators,
    milestones,
    quotes,
    rated,
    sensitivity,
)
from yiduiyi_analysis.analyse import units as published
from yiduiyi_analysis.analyse.inputs import Clean
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

FACTS = ["schools", "helpers", "counties", "intake"]
PARTS = ["responses", "answers", "ratings", "deliverables"]
QUALITY = ["instrument", "wave", "county_code", "rule", "action", "file"]
FLAG = ["instrument", "wave", "rule", "action", "file"]


def run(ws: Workspace) -> pd.DataFrame:
    """Write all of data/results in one step and return the protected evidence.

    Out:    one row an indicator × county_code × group × wave: value, lo, hi, n, N, unit, method, status
    Raises: Fault if there are no clean data
    """
    book = codebook.load(ws.codebook)
    tables = _read(ws.clean, book)
    units = disclosure.units(tables["schools"], book.thresholds.mean_min)
    clean = _clean(tables)
    open_evidence, rules, pairs = indicators.evidence(clean, book, units)
    places = published.places(units, tables["schools"], book.thresholds.mean_min)
    also = published.sole(open_evidence, places)
    evidence = closing.protect(open_evidence, rules, catalogue.table(book), also)
    evidence = conditions.protect(published.protect(evidence, rules, places), rules)
    evidence = changes.protect(evidence, pairs)
    evidence = changes.rounded(evidence)
    results = {name: tables[name] for name in FACTS} | {"evidence": evidence, "units": units}
    results |= {
        "quality": quality(tables, catalogue.persons(book)),
        "roster_ledger": roster_ledger(tables["ledger"], tables["intake"]),
        "milestones": milestones.verdicts(evidence, book),
        "sensitivity": sensitivity.table(clean, book, evidence),
        "clauses": coverage.clauses(evidence, book),
        "candidates": rated.candidates(clean, book),
        "quotes": quotes.table(clean, book),
        "testitems": exam.items(clean, book),
    }
    new = workspace.new_folder_beside(ws.results)
    for name, table in results.items():
        workspace.write_table(table, new / f"{name}.parquet")
    (new / "meta.json").write_text(
        json.dumps(tables["meta"], ensure_ascii=False, indent=2, sort_keys=True), "utf-8"
    )
    workspace.swap_dir(new, ws.results)
    return evidence


def clean_tables(ws: Workspace) -> Clean:
    """Return the clean tables as analysis reads them, for a researcher's own steps.

    Raises: Fault if there are no clean data
    """
    return _clean(_read(ws.clean, codebook.load(ws.codebook)))


def quality(tables: dict, least: dict[str, int]) -> pd.DataFrame:
    """Return how often each rule and flag struck: instrument, wave, county_code, rule, action, file, rows.

    In:     least: persons that a flag must have struck before it is told of one county, by instrument
    Rule:   a flag judges how a person answered, so few of them are pooled under no county, and none is told
            of one file; what a rule did to the rows of a file is told as it is, since rows read = kept + set
            aside is public; flags of records stand in the ledger, and are counted there. A row counts once
            for each rule and action, however many of its cells they are about; what is about no one row
            (a column, a whole file) counts each time
    """
    ledger, intake = tables["ledger"], tables["intake"]
    source = intake[["file", "sheet", "instrument", "wave"]].drop_duplicates(["file", "sheet"])
    cells = ledger["row"].notna() & ledger.duplicated(["file", "sheet", "row", "rule", "action"])
    rules = ledger[~cells].merge(source, on=["file", "sheet"], how="inner")
    flags = (
        tables["responses"]
        .assign(rule=tables["responses"]["flags"].str.split(";"), action="kept", file=pd.NA)
        .explode("rule")
    )
    flags = flags[flags["rule"].fillna("") != ""]
    rules, flags = _struck(rules), disclosure.counts(_struck(flags), FLAG, least)
    return pd.concat([rules, flags]).sort_values(QUALITY, ignore_index=True)


def roster_ledger(ledger: pd.DataFrame, intake: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger rows of the roster: those of no export, and of no correction of one."""
    own = ~ledger["file"].isin(intake["file"]) & ledger["rule"].ne("correction_unused")
    return ledger[own].reset_index(drop=True)


def _struck(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the number of rows of each combination of `QUALITY`."""
    counted = rows[QUALITY].astype("string").groupby(QUALITY, dropna=False).size()
    return counted.rename("rows").reset_index().astype({"rows": "Int64"})


def _clean(tables: dict) -> Clean:
    return Clean(**{name: tables[name] for name in ["schools", *PARTS, "records"]})


def _read(folder: Path, book: Codebook) -> dict:
    """Return the clean tables by name, those of record sheets as `records`, and `meta`.

    Rule: a sheet without a folder has no records, so that data cleaned before it existed still work
    """
    try:
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in [*FACTS, "ledger"]}
        tables |= {name: workspace.read_table(folder / f"{name}.parquet") for name in PARTS}
        sheets = {name: folder / f"{name}.parquet" for name in book.sheet if name not in PARTS}
        records = {name: workspace.read_table(path) for name, path in sheets.items() if path.is_dir()}
        return tables | {"records": records, "meta": json.loads((folder / "meta.json").read_text("utf-8"))}
    except FileNotFoundError as error:
        raise Fault("没有清洗结果", file=error.filename, do="请先运行 yiduiyi clean") from None
