"""From exports to clean tables, in order: roster, exports, link, flags, records, rules, account, write."""

import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.clean import (
    answers,
    filled,
    intake,
    ledger,
    link,
    meta,
    pseudonyms,
    records,
    roster,
    rules,
    survey,
    worklist,
)
from yiduiyi_analysis.clean.came import Each, here
from yiduiyi_analysis.clean.records import ratings
from yiduiyi_analysis.clean.survey import duplicates, flags
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

RESPONSES = {
    "response_id": "string",
    "instrument": "string",
    "wave": "string",
    "county_code": "string",
    "school_id": "string",
    "platform": "string",
    "mode": "string",
    "submitted_at": "datetime64[s]",
    "duration_s": "float64",
    "flags": "string",
    "cluster": "string",
    "rater": "string",
    "rater_no": "string",
    "person": "string",
    "file": "string",
    "row": "Int64",
}
ROSTER_TABLES = {".csv", ".xlsx", ".xls"}


@dataclass(frozen=True)
class Summary:
    """What a run read: intake (a row a table, or a file refused), faults, exit status 0 or 1.

    unused: a line for each correction that was not applied, as its file did not come
    """

    intake: pd.DataFrame
    exit_status: int
    faults: list[Fault]
    unused: list[str]


def run(ws: Workspace, each: Each = here) -> Summary:
    """Write data/clean from the exports of a workspace in one step, and return what was read.

    In:     each: reads and decodes the files, one after the other here by default; all else is done here
    Rule:   a file that cannot be read is set aside whole and stops nothing else; a table's rows read are
            its rows kept plus its rows set aside; real and synthetic files never share a run
    Raises: Fault when nothing could be read, a correction no longer matches its cell, or corrections that
            somebody filled in would be lost; then nothing is written
    """
    book = codebook.load(ws.codebook)
    filled.none_waiting(ws, book.corrections)
    units = roster.read(roster_file(ws), book.counties)
    came = intake.take(ws, book, each)
    salt = pseudonyms.salt(ws)
    responses, set_aside = _submissions(came.batches, units.schools, book)
    responses = responses.assign(person=pseudonyms.veil(responses["person"], salt))
    recorded, unrecorded = records.tables(came.records, units.schools, book, salt)
    recorded, struck = rules.records(recorded, units.schools, book)
    given = answers.table(came.batches, responses)
    responses, given, doubted = rules.replies(responses, given, units.schools, book)
    book_kept = ledger.concat([units.ledger, *came.said, set_aside, unrecorded, struck, doubted])
    table = intake.reconcile(came.rows, responses, _rows_of(recorded), book_kept, book)
    tables = {
        "schools": units.schools,
        "helpers": units.helpers,
        "counties": units.counties,
        "ledger": _placed(book_kept, responses),
        "intake": table,
    }
    parts = {
        "responses": responses.reindex(columns=list(RESPONSES)).astype(RESPONSES),
        "answers": given,
        "ratings": ratings.table(given, responses, book),
        **{name: records.typed(part, book.sheet[name]) for name, part in recorded.items()},
    }
    _write(ws, tables, parts, meta.told(ws, responses, recorded, table, book), book)
    return Summary(table, int(bool(came.faults)), came.faults, _unused(book_kept))


def _unused(said: pd.DataFrame) -> list[str]:
    idle = said[said["rule"] == "correction_unused"]
    return [
        f"{file} 第 {row} 行没有用上：{note}"
        for file, row, note in idle[["file", "row", "note"]].itertuples(index=False, name=None)
    ]


def roster_file(ws: Workspace) -> Path:
    """Return the roster: a later year's table if there is one, else the printed annex.

    Raises: Fault when there is none, or more than one of a kind
    """
    there = [p for p in sorted(ws.source.glob("*")) if not p.name.upper().startswith(("README", ".", "~$"))]
    tables = [path for path in there if path.suffix.lower() in ROSTER_TABLES]
    found = tables or [path for path in there if path.suffix.lower() == ".txt"]
    if len(found) == 1:
        return found[0]
    what = f"有 {len(found)} 份学校名册，不知用哪一份" if found else "没有学校名册"
    raise Fault(what, file=ws.source, do="请在 data/source 里放一份名册（附件2原文 .txt，或 .csv/.xlsx 表）")


def _submissions(
    batches: list[survey.Batch], schools: pd.DataFrame, book: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the responses that count, and the ledger of those set aside."""
    rows = _stack(batches)
    rows, copies = duplicates.exported_twice(rows)
    rows, unlinked = link.to_schools(rows, schools, book)
    rows, unrated = _with_rater(rows, book)
    rows, resent = duplicates.sent_twice(rows)
    rows = rows.assign(
        response_id=_ids(rows),
        cluster=(rows["school_id"] + "|" + rows["wave"] + "|" + rows["class_key"]).map(
            _short_hash, na_action="ignore"
        ),
        flags=flags.mark(rows, schools, book),
    )
    rows = rows.sort_values(["county_code", "instrument", "wave", "school_id", "submitted_at", "response_id"])
    return rows, ledger.concat([copies, unlinked, unrated, resent])


def _stack(batches: list[survey.Batch]) -> pd.DataFrame:
    """Return the submissions of all exports; batch and place say where their answers are."""
    none = pd.DataFrame(columns=list(survey.ROWS)).astype(survey.ROWS).assign(batch=0, place=0)
    parts = [b.rows.assign(batch=k, place=np.arange(len(b.rows))) for k, b in enumerate(batches)]
    return pd.concat(parts or [none], ignore_index=True)


def _with_rater(rows: pd.DataFrame, book: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows without diagnoses of which nobody knows whether school or expert made them."""
    rated = [
        tool.id for tool in book.instruments.values() if any(item.role == "rater" for item in tool.items)
    ]
    lost = rows["instrument"].isin(rated) & rows["rater"].isna()
    said = ledger.rows(
        rows[lost], rule="rater_unknown", action="review", note="看不出是自评还是专家评定，未计入"
    )
    return rows[~lost], said


def _ids(rows: pd.DataFrame) -> pd.Series:
    """Return an id a response that depends on nothing but the response.

    Rule: what the platform knows it by (序号, minute), with its school; where two share that, or there is
          no 序号, its place in its file
    """
    when = rows["submitted_at"].dt
    minute = (
        ((when.year.astype("Int64") * 100 + when.month) * 100 + when.day) * 100 + when.hour
    ) * 100 + when.minute
    parts = [
        rows["instrument"],
        rows["wave"],
        rows["rater"].fillna(""),
        rows["school_id"],
        rows["number"],
        minute.astype("string").fillna(""),
    ]
    known = reduce(_joined, parts)
    unsure = known[rows["number"].eq("") | known.duplicated(keep=False)]
    at = rows.loc[unsure.index]
    place = [at["file"], at["sheet"].fillna(""), at["row"].astype("string")]
    known[unsure.index] = reduce(_joined, [unsure, *place])
    return known.map(_short_hash).astype("string")


def _joined(left: pd.Series, right: pd.Series) -> pd.Series:
    return left + "|" + right


def _short_hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _rows_of(recorded: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return file, sheet and row of every record kept."""
    return pd.concat([table[["file", "sheet", "row"]] for table in recorded.values()], ignore_index=True)


def _placed(said: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger with the county of every row whose response is known."""
    county = responses.set_index(["file", "sheet", "row"])["county_code"]
    found = county.reindex(pd.MultiIndex.from_frame(said[["file", "sheet", "row"]])).to_numpy()
    filled = said["county_code"].fillna(pd.Series(found, said.index, dtype="string"))
    return said.assign(county_code=filled)


def _write(ws: Workspace, tables: dict, parts: dict, told: dict, book: Codebook) -> None:
    """Write all tables and the worklist into a new folder and put it in the place of data/clean."""
    new = workspace.new_folder_beside(ws.clean)
    try:
        with ThreadPoolExecutor(1) as other:
            written = other.submit(_write_tables, tables, parts, new)
            files = set(tables["intake"]["file"])
            worklist.write(tables["ledger"], parts["responses"], files, book, new / worklist.NAME)
        written.result()
        (new / "meta.json").write_text(
            json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True), "utf-8"
        )
        workspace.swap_dir(new, ws.clean)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _write_tables(tables: dict, parts: dict, folder: Path) -> None:
    for name, table in tables.items():
        workspace.write_parquet(table, folder / f"{name}.parquet")
    for name, table in parts.items():
        workspace.write_partitioned(table, folder / f"{name}.parquet")
