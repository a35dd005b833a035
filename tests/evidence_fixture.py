"""A plausible data/results for all seven counties, hidden cells included, without running the pipeline."""

import dataclasses
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import codebook
from yiduiyi_analysis.analyse import catalogue, changes, milestones
from yiduiyi_analysis.present import results
from yiduiyi_analysis.workspace import Workspace, read_table, write_table

ROOT = Path(__file__).parent.parent

SIZES = {
    "513428": [45, 40, 20, 25, 18, 23, 25, 6, 26],
    "513429": [107, 93, 52, 1, 1, 15, 19, 37, 19],
    "513430": [159, 26, 47, 1, 1, 4, 4],
    "513431": [37, 90, 2, 20, 2, 13, 37, 2, 29, 16, 8, 1, 1, 2, 1, 18, 2, 20, 1, 12],
    "513432": [126, 61, 47, 8, 14, 13, 21],
    "513434": [127, 23, 64, 48],
    "513436": [59, 45, 2, 10, 2, 15, 33, 13, 4, 6, 3, 1, 25, 4],
}
KEY = 2
_KEEP: list[tempfile.TemporaryDirectory] = []
NUMBERS = {"value": "Float64", "lo": "Float64", "hi": "Float64", "n": "Int64", "N": "Int64"}


@cache
def shared(synthetic: bool = True) -> Workspace:
    """Return a workspace that all tests may read and none may write."""
    keep = tempfile.TemporaryDirectory(prefix="yiduiyi-evidence-")
    _KEEP.append(keep)
    ws = Workspace(Path(keep.name) / "workspace")
    shutil.copytree(ROOT / "data" / "codebook", ws.codebook)
    write(ws, synthetic)
    return ws


def workspace_at(root: Path) -> Workspace:
    """Return a test's own copy of the shared workspace below `root`."""
    return Workspace(Path(shutil.copytree(shared().root, root / "workspace")))


@cache
def county(code: str = "513431", wave: str = "W3", synthetic: bool = True) -> results.Results:
    """Return the results of one county."""
    return results.read(code, wave, shared(synthetic).root)


@cache
def programme(wave: str = "W3") -> results.Results:
    """Return the results of the programme."""
    return results.read(None, wave, shared().root)


def hidden(held: results.Results, indicator: str) -> results.Results:
    """Return results in which one indicator is protected everywhere."""
    mine = held.evidence["indicator"] == indicator
    gone = dict.fromkeys(("value", "lo", "hi", "n"), pd.NA) | {"status": "suppressed"}
    masked = {name: held.evidence[name].mask(mine, value) for name, value in gone.items()}
    return dataclasses.replace(held, evidence=held.evidence.assign(**masked))


def without(held: results.Results, pattern: str) -> results.Results:
    """Return results without the evidence whose indicator matches `pattern` in full."""
    gone = held.evidence["indicator"].str.fullmatch(pattern)
    return dataclasses.replace(held, evidence=held.evidence[~gone])


def write(ws: Workspace, synthetic: bool = True) -> None:
    """Write every table of data/results below `ws`, the same bytes each time."""
    book, schools = codebook.load(ws.codebook), _schools(codebook.load(ws.codebook))
    chance = np.random.default_rng(375)
    rows = [row for code in [*SIZES, "all"] for row in _place(book, code, schools, chance)]
    evidence = pd.DataFrame(rows).astype({**NUMBERS})
    evidence = pd.concat([evidence, _changes(evidence, book)], ignore_index=True)
    tables = {
        "evidence": evidence.assign(method="finite/taylor"),
        "milestones": milestones.verdicts(evidence, book),
        "sensitivity": _sensitivity(evidence),
        "schools": schools,
        "units": _units(schools),
        "counties": _counties(book, schools),
        "helpers": _helpers(book),
        **_records(book),
        **_lists(book),
    }
    for name, table in tables.items():
        text = table.select_dtypes(["object", "str", "string"]).columns
        write_table(table.astype(dict.fromkeys(text, "string")), ws.results / f"{name}.parquet")
    meta = {"synthetic": synthetic, "as_of": "2022-03-28", "source": "demo", "waves": list(book.waves)}
    (ws.results / "meta.json").write_text(json.dumps(meta), "utf-8")


def edit(ws: Workspace, name: str, change) -> None:
    """Replace a table of data/results by what `change` makes of it."""
    path = Path(ws.results / f"{name}.parquet")
    changed = change(read_table(path))
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    write_table(changed, path)


def _schools(book) -> pd.DataFrame:
    rows = [
        {
            "school_id": f"{code}-{k:03d}",
            "county_code": code,
            "county": book.county(code)[1],
            "area": book.counties.set_index("county_code").loc[code, "area"],
            "school": f"{book.county(code)[1]}样例乡第{k}中心小学校",
            "is_key": k <= KEY,
            "teachers": teachers,
            "institution": f"样例承训单位{code[-1]}",
            "source_line": 10 + k,
            "repair": pd.NA,
        }
        for code, sizes in SIZES.items()
        for k, teachers in enumerate(sizes, 1)
    ]
    return pd.DataFrame(rows).astype({"teachers": "Int64", "source_line": "Int64", "repair": "string"})


def _units(schools: pd.DataFrame) -> pd.DataFrame:
    small = schools["teachers"] < 10
    unit = schools["school_id"].where(~small, schools["county_code"] + "-003")
    label = schools["school"].where(~small, schools["county"] + "小规模学校")
    return schools[["school_id", "county_code"]].assign(unit_id=unit, unit_label=label)


def _counties(book, schools: pd.DataFrame) -> pd.DataFrame:
    size = schools.groupby("county_code")["teachers"]
    named = book.counties["county_code"].map(lambda code: 0 if code == "513432" else 2)
    return book.counties[["county_code", "county", "area"]].assign(
        institution="样例承训单位" + book.counties["county_code"].str[-1],
        schools_declared=book.counties["county_code"].map(size.size()),
        teachers_declared=book.counties["county_code"].map(size.sum()),
        key_declared=KEY,
        other_declared=book.counties["county_code"].map(size.size()) - KEY,
        helpers_named=named,
        helpers_note=named.map({0: "原文缺失", 2: ""}),
    )


def _helpers(book) -> pd.DataFrame:
    rows = [
        {
            "county_code": code,
            "county": name,
            "institution": f"样例承训单位{code[-1]}",
            "helper": f"样例市第{k}小学校",
        }
        for code, name in book.counties[["county_code", "county"]].to_numpy()
        for k in (1, 2)
        if code != "513432"
    ]
    return pd.DataFrame(rows)


def _records(book) -> dict[str, pd.DataFrame]:
    """Return intake, quality and roster_ledger."""
    tools = [(tool.id, wave) for tool in book.instruments.values() for wave in tool.waves]
    intake = pd.DataFrame(
        [
            {
                "file": f"合成数据_{book.instruments[tool].title}_{wave}_按文本.xlsx",
                "sheet": "Sheet1",
                "instrument": tool,
                "wave": wave,
                "mode": "text",
                "encoding": "",
                "synthetic": True,
                "rows_read": 700 + 40 * k,
                "rows_kept": 690 + 38 * k,
                "rows_set_aside": 10 + 2 * k,
                "status": "read",
                "message": "",
            }
            for k, (tool, wave) in enumerate(tools)
        ]
    )
    rules = [
        ("late", "kept"),
        ("speeder", "kept"),
        ("duplicate_submit", "quarantined"),
        ("school_review", "review"),
        ("straight_line", "kept"),
    ]
    quality = pd.DataFrame(
        [
            {
                "instrument": "I02",
                "wave": wave,
                "county_code": code,
                "rule": rule,
                "action": action,
                "file": pd.NA if action == "kept" else f"合成数据_教师问卷_{wave}_按文本.xlsx",
                "rows": 3 + k,
            }
            for wave in ("W0", "W3")
            for code in SIZES
            for k, (rule, action) in enumerate(rules)
        ]
    ).astype({"rows": "Int64", "file": "string"})
    ledger = pd.DataFrame(
        [
            {
                "file": "annex2.txt",
                "sheet": pd.NA,
                "row": 12,
                "column": "学校",
                "rule": "row_shifted",
                "before": "龙潭镇大田坝小学|19",
                "after": "龙潭镇大田坝小学",
                "action": "repaired",
                "county_code": code,
                "note": "左移两格",
            }
            for code in SIZES
        ]
    ).astype({"sheet": "string"})
    return {"intake": intake, "quality": quality, "roster_ledger": ledger}


def _lists(book) -> dict[str, pd.DataFrame]:
    """Return clauses, candidates, quotes and testitems."""
    states = ["present", "partial", "missing"]
    clauses = [
        {
            "clause": clause,
            "county_code": code,
            "wave": wave,
            "state": states[(k + j) % 3],
            "have": 2 - (k + j) % 3,
            "of": 2,
            "lacking": ";".join(["I05.score", "I09.paid"][: (k + j) % 3]),
        }
        for k, code in enumerate([*SIZES, "all"])
        for wave in book.waves
        for j, clause in enumerate(book.clauses)
    ]
    candidates = [
        {
            "county_code": code,
            "wave": "W3",
            "kind": 1 + k % 3,
            "subject": 1 + k if code != "513429" else pd.NA,
            "stage": 1 + k if code != "513429" else pd.NA,
            "score": 4.125 + k / 8,
            "raters": 2,
            "consent": k % 2 == 0,
        }
        for code in list(SIZES)[:4]
        for k in range(2)
    ]
    quotes = [{"sheet": "institutions", "side": 2, "wave": "W3", "text": "山路远，冬天进校难"}]
    items = [item.id for item in book.item.values() if item.options]
    testitems = [
        {"item_id": item, "wave": "W3", "n": 1500, "difficulty": 0.6, "point_biserial": 0.31}
        for item in items
    ]
    tables = {"clauses": clauses, "candidates": candidates, "quotes": quotes, "testitems": testitems}
    return {name: pd.DataFrame(rows) for name, rows in tables.items()}


def _place(book, code: str, schools: pd.DataFrame, chance) -> list[dict]:
    """Return the evidence of one county or of the programme."""
    mine = schools if code == "all" else schools[schools["county_code"] == code]
    groups = {"all": mine, "key": mine[mine["is_key"]], "other": mine[~mine["is_key"]]}
    rows = [
        _row(f"roster.{name}", code, "all", None, value, value, value, "count")
        for name, value in (("schools", len(mine)), ("teachers", int(mine["teachers"].sum())))
    ]
    for group, part in groups.items():
        for tool in book.instruments.values():
            rows += _MAKERS[tool.unit](book, tool, code, group, part, chance)
    return rows


def _row(indicator, code, group, wave, value, n, N, unit, half=None, least=0) -> dict:
    status = "ok" if half is not None else "count"
    lo, hi = (value - half, value + half) if half is not None else (pd.NA, pd.NA)
    if unit == "rate" and half is not None:
        lo, hi = max(lo, 0.0), min(hi, 1.0)
    if 0 < n < least:
        value = lo = hi = n = pd.NA
        status = "suppressed" if group != "other" else "suppressed_secondary"
    return {
        "indicator": indicator,
        "county_code": code,
        "group": group,
        "wave": wave,
        "value": value,
        "lo": lo,
        "hi": hi,
        "n": n,
        "N": N,
        "unit": unit,
        "status": status,
    }


def _changes(evidence: pd.DataFrame, book) -> pd.DataFrame:
    """Return every change of two levels of `evidence`, hidden where one of them is."""
    pairs = changes.listed(catalogue.table(book), book)
    pairs = pd.concat([pairs, changes.process_listed(pairs)])[["indicator", "unit", "level", "wave", "base"]]
    levels = (
        evidence[evidence["group"] != "given"].drop(columns="unit").rename(columns={"indicator": "level"})
    )
    late = levels.merge(pairs, on=["level", "wave"])
    at = ["level", "base", "county_code", "group"]
    before = late[at].merge(levels.rename(columns={"wave": "base"}), on=at, how="left")
    moved = late["value"] - before["value"].array
    shown = moved.notna()
    few = late["status"].eq("suppressed") | before["status"].eq("suppressed").array
    status = pd.Series(np.where(few, "suppressed", "suppressed_secondary")).where(~shown, "ok")
    late = late.assign(value=moved, lo=moved - 0.06, hi=moved + 0.06, n=late["n"].where(shown), status=status)
    whole = late["county_code"].eq("all") & late["group"].eq("all")
    return late[whole | ~late["indicator"].str.endswith("_process")][list(evidence.columns)]


def _sensitivity(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return scale means and composites with and without twelve answers, hidden where the level is."""
    pattern = r"[RLOBEH]\.mean|five_\w+\.rate"
    own = evidence[evidence["indicator"].str.fullmatch(pattern) & evidence["group"].eq("all")]
    columns = {"value_all": own["value"], "value_without": own["value"] + 0.01, "n_all": own["n"]}
    status = own["status"].where(own["status"].eq("ok"), "suppressed")
    table = own[["indicator", "county_code", "wave"]].assign(**columns, n_without=own["n"] - 12)
    return table.assign(unit=own["unit"], status=status)


def _persons(book, tool, code, group, part, chance) -> list[dict]:
    census, rows = tool.unit == "teacher", []
    for wave in tool.waves:
        N = int(part["teachers"].sum()) if census else pd.NA
        n = round((N if census else 30 * len(part)) * chance.uniform(0.7, 0.95))
        unit, value = ("rate", n / N) if census else ("count", n)
        rows.append(_row(f"{tool.id}.response", code, group, wave, value, n, N, unit))
        if census and group == "all" and code != "all":
            units = _units(part).merge(part[["school_id", "teachers"]]).groupby("unit_id")["teachers"].sum()
            rows += [
                _row(f"{tool.id}.response", code, f"unit:{u}", wave, 0.8, round(0.8 * s), s, "rate")
                for u, s in units.items()
            ]
        for item in tool.items:
            if item.kind == "scale" and item.role is None and wave in tool.waves_of(item):
                share = chance.uniform(0.35, 0.9)
                rows.append(_row(f"{item.id}.top2", code, group, wave, share, n, N, "rate", 0.04, 10))
                low = 0.4 * (1 - share)
                rows.append(_row(f"{item.id}.low2", code, group, wave, low, n, N, "rate", 0.03, 20))
                rows.append(
                    _row(f"{item.id}.mean", code, group, wave, 1 + 4 * share, n, N, "points", 0.1, 10)
                )
        asked = {i.dimension for i in tool.items if i.dimension and wave in tool.waves_of(i)}
        rows += [
            _row(f"{d}.mean", code, group, wave, chance.uniform(3, 4.4), n, N, "points", 0.09, 10)
            for d in sorted(asked)
            if d != "X"
        ]
        if census and group == "all" and code != "all":
            rows += _of_units(part, wave, code, ["R6.top2", *(f"{d}.mean" for d in sorted(asked))], chance)
        rows += [
            _row(f"{c.id}.rate", code, group, wave, chance.uniform(0.3, 0.7), n, N, "rate", 0.06, 10)
            for c in tool.composites
        ]
        if group == "all" and tool.conditions:
            rows += [
                _row(f"{c.id}.rate", code, "given", wave, 0.75, n // 3, N, "rate", 0.09, 10)
                for c in tool.composites
            ]
    return rows


def _diagnosis(book, tool, code, group, part, chance) -> list[dict]:
    rows, N = [], len(part)
    subjects = [i.id for i in tool.items if i.scale == "LVL4"] + [tool.id]
    for wave in tool.waves:
        n = max(1, N - 1)
        rows += [
            _row(f"I01.{rater}.response", code, group, wave, n / N, n, N, "rate")
            for rater in ("self", "expert")
        ]
        for name in subjects:
            own = chance.uniform(2.2, 3.6)
            expert = own - chance.uniform(-0.1, 0.7)
            rows.append(_row(f"{name}.self_mean", code, group, wave, own, n, N, "points", 0.15, 3))
            rows.append(_row(f"{name}.expert_mean", code, group, wave, expert, n, N, "points", 0.15, 3))
            rows.append(_row(f"{name}.gap", code, group, wave, expert - own, n, N, "gap", 0.12, 3))
            if name != tool.id:
                rows += [
                    _row(f"{name}.{r}_ok", code, group, wave, (v - 1) / 3, n, N, "rate", 0.1, 3)
                    for r, v in (("self", own), ("expert", expert))
                ]
    return rows


def _deliverables(book, tool, code, group, part, chance) -> list[dict]:
    rows = []
    for wave in tool.waves:
        rows.append(_row("I08.response", code, group, wave, 1.0, len(part), len(part), "rate"))
        for item in tool.items:
            county = item.dimension == "C"
            if county and group != "all":
                continue
            N = (len(SIZES) if code == "all" else 1) if county else len(part)
            stage = min(4, int(wave[1]) + int(chance.integers(0, 3)))
            done = int(stage == 4) if N == 1 else int(chance.integers(0, N + 1))
            least = 0 if county else 3
            rows.append(_row(f"{item.id}.done", code, group, wave, done / N, N, N, "rate", least=least))
            rows += [
                _row(
                    f"{item.id}.progress.{k}",
                    code,
                    group,
                    wave,
                    float(k == stage) if N == 1 else {4: done, min(stage, 3): N - done}.get(k, 0.0),
                    N,
                    N,
                    "count",
                    least=least,
                )
                for k in range(5)
            ]
    return rows


def _of_units(part, wave, code, names, chance) -> list[dict]:
    """Return the published units' levels, small ones hidden."""
    units = _units(part).merge(part[["school_id", "teachers"]]).groupby("unit_id")["teachers"].sum()
    return [
        _row(name, code, f"unit:{unit}", wave, value, round(0.8 * size), size, kind, half, 10)
        for unit, size in units.items()
        for name in names
        for kind, value, half in [("rate", 0.8, 0.07) if name.endswith("top2") else ("points", 3.6, 0.2)]
        if name[0] != "R" or wave != "W0"
    ]


def _heads(book, tool, code, group, part, chance) -> list[dict]:
    rows, N = [], len(part)
    for wave in tool.waves:
        n = max(1, N - 1)
        rows.append(_row(f"{tool.id}.response", code, group, wave, n / N, n, N, "rate"))
        for item in tool.items:
            if item.kind == "scale" and wave in tool.waves_of(item):
                share = chance.uniform(0.35, 0.9)
                rows.append(_row(f"{item.id}.top2", code, group, wave, share, n, N, "rate", 0.1, 3))
        asked = {i.dimension for i in tool.items if i.dimension and wave in tool.waves_of(i)}
        rows += [_row(f"{d}.mean", code, group, wave, 3.4, n, N, "points", 0.2, 3) for d in sorted(asked)]
        numbers = [item.id for item in tool.items if item.kind == "number" and group == "all"]
        rows += [_row(f"{item}.total", code, group, wave, 37.0 * n, n, N, "count") for item in numbers]
    return rows


def _exam(book, tool, code, group, part, chance) -> list[dict]:
    rows, N = [], int(part["teachers"].sum())
    for wave in tool.waves:
        n, score = round(N * 0.7), 55 + 6 * int(wave[1]) + chance.uniform(0, 4)
        rows += [
            _row(f"{tool.id}.response", code, group, wave, n / N, n, N, "rate"),
            _row(f"{tool.id}.score", code, group, wave, score, n, N, "score", 2.5, 10),
            _row(f"{tool.id}.pass", code, group, wave, 0.6, n, N, "rate", 0.06, 10),
        ]
        rows += [
            _row(f"{d.id}.score", code, group, wave, score, n, N, "score", 3, 10) for d in tool.dimensions
        ]
        if wave != "W0":
            rows.append(_row(f"{tool.id}.gain", code, group, wave, score - 58, n, N, "score_points", 3, 10))
        if code == group == "all":
            rows.append(_row(f"{tool.id}.kr20", code, group, wave, 0.81, n, pd.NA, "r", 0.02, 10))
    return rows


def _logged(book, tool, code, group, part, chance) -> list[dict]:
    mine = [entry for entry in book.indicators.values() if entry.instrument == tool.id]
    return [row for entry in mine for row in _figures(book, tool, entry, code, group, part, chance)]


def _figures(book, tool, entry, code, group, part, chance) -> list[dict]:
    """Return the rows of one indicator of records: its parts, its waves, its months."""
    if entry.kind == "agreement" and not code == group == "all":
        return []
    names = [entry.id]
    if entry.by:
        scale = book.scales[book.sheet[entry.sheet].field[entry.by].scale]
        names = [f"{entry.id}.{value}" for value in sorted(scale.values)]
    names += [f"{tool.id}.{column}" for column in entry.columns if entry.each]
    rows = [_figure(entry, name, code, group, wave, part, chance) for name in names for wave in tool.waves]
    if entry.monthly and group == "all":
        rows += [
            _figure(entry, name, code, f"month:{month}", wave, part, chance)
            for name in names
            for month, wave in (("2020-10", "W0"), ("2020-12", "W1"), ("2021-05", "W2"), ("2022-03", "W3"))
        ]
    return rows


def _figure(entry, name, code, group, wave, part, chance) -> dict:
    people = int(part["teachers"].sum())
    N = {"teachers": people, "roster": people, "schools": len(part)}.get(entry.over, pd.NA)
    if entry.unit == "rate":
        N = 40 if N is pd.NA else N
        n = round(N * chance.uniform(0.5, 0.9))
        return _row(name, code, group, wave, n / N, n, N, "rate")
    if entry.unit in ("points", "r"):
        value = 3.2 if entry.unit == "points" else 0.7
        return _row(name, code, group, wave, value, 40, pd.NA, entry.unit, 0.2, 10)
    value = {"yuan": 123456.0, "hours": 31.5, "minutes": 85.0}.get(entry.unit, float(chance.integers(1, 60)))
    return _row(name, code, group, wave, value, 12, N, entry.unit)


def _stages(book, tool, code, group, part, chance) -> list[dict]:
    """Return the stage of each task of each school, besides how many are done."""
    rows = _deliverables(book, tool, code, group, part, chance)
    if code == "all" or group != "all":
        return rows
    tasks = [item.id for item in tool.items if item.dimension == "S"]
    return rows + [
        _row(f"{task}.stage", code, f"school:{school}", wave, float(chance.integers(0, 5)), 1, 1, "stage")
        for task in tasks
        for wave in tool.waves
        for school in part["school_id"]
    ]


_MAKERS = {
    "teacher": _persons,
    "student": _persons,
    "school": _diagnosis,
    "deliverable": _stages,
    "head": _heads,
    "test": _exam,
    "record": _logged,
}
