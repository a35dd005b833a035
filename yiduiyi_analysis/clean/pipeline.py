"""From the folder of exports to clean tables, in order: roster, exports, link, flags, check, write."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.clean import intake, ledger, link, records, roster, survey
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
    "file": "string",
    "row": "Int64",
}
ANSWERS = {
    "response_id": "string",
    "instrument": "string",
    "wave": "string",
    "county_code": "string",
    "school_id": "string",
    "item_id": "string",
    "raw": "string",
    "value": "Float64",
    "missing": "string",
}
ROSTER_TABLES = {".csv", ".xlsx", ".xls"}


@dataclass(frozen=True)
class Summary:
    """What a run read: intake (a row a table, or a file refused), faults, exit status 0 or 1."""

    intake: pd.DataFrame
    exit_status: int
    faults: list[Fault]


def run(ws: Workspace) -> Summary:
    """Write data/clean from the exports of a workspace in one step, and return what was read.

    Rule:   a file that cannot be read is set aside whole and stops nothing else; a table's rows read are
            its rows kept plus its rows set aside; real and synthetic files never share a run
    Raises: Fault when nothing could be read; then nothing is written
    """
    book = codebook.load(ws.codebook)
    units = roster.read(roster_file(ws), book.counties)
    came = intake.take(ws, book)
    responses, set_aside = _submissions(came.batches, units.schools, book)
    deliverables, unrecorded = _deliverables(came.records, units.schools, book)
    book_kept = ledger.concat([units.ledger, *came.said, set_aside, unrecorded])
    table = intake.reconcile(came.rows, responses, deliverables, book_kept)
    answers = _answers(came.batches, responses)
    tables = {
        "schools": units.schools,
        "helpers": units.helpers,
        "counties": units.counties,
        "ledger": _placed(book_kept, responses),
        "intake": table,
    }
    parts = {
        "responses": responses.reindex(columns=list(RESPONSES)).astype(RESPONSES),
        "answers": answers,
        "ratings": records.ratings(answers, responses, book),
        "deliverables": deliverables.reindex(columns=list(records.DELIVERABLES)).astype(records.DELIVERABLES),
    }
    _write(ws, tables, parts, _meta(ws, responses, deliverables, table))
    return Summary(table, int(bool(came.faults)), came.faults)


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
    minute = rows["submitted_at"].dt.strftime("%Y%m%d%H%M").fillna("")
    parts = [
        rows["instrument"],
        rows["wave"],
        rows["rater"].fillna(""),
        rows["school_id"],
        rows["number"],
        minute,
    ]
    known = parts[0].str.cat(parts[1:], sep="|")
    place = rows["file"].str.cat([rows["sheet"].fillna(""), rows["row"].astype("string")], sep="|")
    unsure = rows["number"].eq("") | known.duplicated(keep=False)
    return known.where(~unsure, known + "|" + place).map(_short_hash).astype("string")


def _short_hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _answers(batches: list[survey.Batch], responses: pd.DataFrame) -> pd.DataFrame:
    """Return one row a response and answer, columns ANSWERS, in the order of the responses."""
    named = ["response_id", "instrument", "wave", "county_code", "school_id"]
    parts, order = [], []
    for k, rows in responses.assign(at=np.arange(len(responses))).groupby("batch"):
        batch, place = batches[k], rows["place"].to_numpy()
        answers = len(batch.value.columns)
        part = rows[named].loc[rows.index.repeat(answers)].reset_index(drop=True)
        part["item_id"] = pd.Series(np.tile(batch.value.columns, len(rows)), dtype="string")
        part["raw"] = pd.Series(batch.raw.to_numpy(object)[place].ravel(), dtype="string")
        part["value"] = pd.array(batch.value.to_numpy(float)[place].ravel(), dtype="Float64")
        part["missing"] = pd.Series(batch.missing.to_numpy(object)[place].ravel(), dtype="string")
        parts.append(part)
        order.append(np.repeat(rows["at"].to_numpy(), answers))
    if not parts:
        return pd.DataFrame(columns=list(ANSWERS)).astype(ANSWERS)
    return (
        pd.concat(parts, ignore_index=True)
        .iloc[np.argsort(np.concatenate(order), kind="stable")]
        .astype(ANSWERS)
    )


def _deliverables(
    parts: list[pd.DataFrame], schools: pd.DataFrame, book: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records that count, and the ledger of the others."""
    if not parts:
        return pd.DataFrame(columns=[*records.DELIVERABLES, "file", "sheet", "row"]), ledger.empty()
    return records.deliverables(pd.concat(parts, ignore_index=True), schools, book)


def _placed(said: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger with the county of every row whose response is known."""
    county = responses.set_index(["file", "sheet", "row"])["county_code"]
    found = county.reindex(pd.MultiIndex.from_frame(said[["file", "sheet", "row"]])).to_numpy()
    filled = said["county_code"].fillna(pd.Series(found, said.index, dtype="string"))
    return said.assign(county_code=filled)


def _meta(ws: Workspace, responses: pd.DataFrame, deliverables: pd.DataFrame, table: pd.DataFrame) -> dict:
    latest = responses["submitted_at"].max() if len(responses) else pd.NaT
    latest = deliverables["approve_date"].max() if pd.isna(latest) else latest
    return {
        "synthetic": bool(table["synthetic"].any()),
        "as_of": None if pd.isna(latest) else f"{latest:%Y-%m-%d}",
        "source": "incoming" if ws.exports() == ws.incoming else "demo",
        "waves": sorted({*responses["wave"], *deliverables["wave"]}),
    }


def _write(ws: Workspace, tables: dict, parts: dict, meta: dict) -> None:
    """Write all tables into a new folder and put it in the place of data/clean."""
    new = workspace.new_folder_beside(ws.clean)
    try:
        for name, table in tables.items():
            workspace.write_parquet(table, new / f"{name}.parquet")
        for name, table in parts.items():
            workspace.write_partitioned(table, new / f"{name}.parquet")
        (new / "meta.json").write_text(
            json.dumps(meta, ensure_ascii=False, indent=2, sort_keys=True), "utf-8"
        )
        workspace.swap_dir(new, ws.clean)
    finally:
        shutil.rmtree(new, ignore_errors=True)
