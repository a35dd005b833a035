"""What cleaning must find: every planted fault, every submission's fate, every answer's value."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import workspace
from yiduiyi_analysis.demo.drafts import SOMEBODY
from yiduiyi_analysis.demo.exports import FAKE_NETS, NICKNAME, PLACE, USER, Table
from yiduiyi_analysis.demo.mess import FLAGS
from yiduiyi_analysis.demo.records import VERIFIERS

RESPONSE = [
    "instrument",
    "wave",
    "mode",
    "county_code",
    "school_id",
    "rater",
    "person",
    "number",
    "submitted_at",
    "duration_s",
]
TEXTS = ["file", "sheet", "instrument", "wave", "mode", "county_code", "school_id", "rater", "person"]
ANSWER = ["file", "sheet", "row", "wave", "county_code", "school_id", "item_id", "value", "missing"]
# Planted in a questionnaire → what the ledger calls it.
RULES = {
    "ambiguous_name": "school_review", "wrong_county": "school_review", "double_submit": "duplicate_submit",
    "duplicate_export": "duplicate_export", "unknown_label": "value_unknown",
    "code_out_of_range": "value_unknown", "inserted_question": "column_unknown",
    "duplicate_record": "record_repeated",
}  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """The demo's answer book.

    faults:    file, sheet, row, column, field, fault, action, rule, detail; row as in Excel, header 1, NA the
               whole file; field: the item or field, or what else the column is; rule: what the ledger
               calls it, "" where cleaning passes over it in silence; action: repaired, kept, quarantined,
               review, left_out (of a list), missing:reason, flag:rule, blank:rule
    responses: one row a submission or record: file, row, RESPONSE, flags (;-joined), action
    answers:   one row an answer: file, row, item_id, value, missing, school_id, wave, county_code
    files:     one row a file: file, instrument, wave, mode, encoding, rows
    records:   by record sheet, one row a record: file, sheet, row, its fields, flags, action; persons by code
    """

    seed: int
    faults: pd.DataFrame
    responses: pd.DataFrame
    answers: pd.DataFrame
    files: pd.DataFrame
    records: dict[str, pd.DataFrame]

    @property
    def counts(self) -> dict[str, int]:
        return self.faults["fault"].value_counts().sort_index().to_dict()

    @property
    def private(self) -> list[str]:
        """Return what must not appear in anything that cleaning writes, whole or in part."""
        secrets = self.faults["detail"].map(lambda detail: detail.get("must_not_appear"))
        return sorted({*secrets.dropna(), *FAKE_NETS, USER, NICKNAME, PLACE, *VERIFIERS, *SOMEBODY})

    def write(self, folder: Path) -> None:
        """Write truth.json and the tables into `folder`."""
        faults = self.faults.astype(object).where(self.faults.notna(), None)
        said = {
            "synthetic": True, "seed": self.seed, "counts": self.counts, "private": self.private,
            "files": self.files.to_dict("records"), "faults": faults.to_dict("records"),
        }  # fmt: skip
        text = json.dumps(said, ensure_ascii=False, indent=None, separators=(",", ":"), default=str)
        (folder / "truth.json").write_text(text.replace('},{"file"', '},\n{"file"'), "utf-8")
        workspace.write_parquet(self.responses, folder / "truth_responses.parquet")
        workspace.write_parquet(self.answers, folder / "truth_answers.parquet")
        for name, table in self.records.items():
            workspace.write_parquet(table, folder / f"truth_{name}.parquet")


def tell(tables: list[Table], seed: int) -> Truth:
    """Return the truth of the tables as they stand."""
    places = [_place(table) for table in tables]
    return Truth(
        seed=seed,
        faults=_faults(tables),
        responses=_responses(places),
        answers=_answers(tables, places),
        files=_files(tables),
        records=_records(tables),
    )


def _faults(tables: list[Table]) -> pd.DataFrame:
    columns = ["file", "sheet", "row", "column", "field", "fault", "action", "rule", "detail"]
    rows = [fault for table in tables for fault in _noted(table)]
    return pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})


def _noted(table: Table) -> list[tuple]:
    """Return a table's faults, each where a person sees it: the header is row 1."""
    heading = {key: table.headers[table.column(key)] for key in {key for _, key, *_ in table.notes if key}}
    return [
        (
            table.file,
            table.sheet,
            row + 2 if row is not None else 1 if key else None,
            heading.get(key),
            key,
            fault,
            action,
            detail.get("rule", RULES.get(fault, "")),
            {name: told for name, told in detail.items() if name != "rule"},
        )
        for row, key, fault, action, detail in table.notes
    ]


def _place(table: Table) -> pd.DataFrame:
    """Return what is told of each row of a table, and where it stands."""
    where = {"file": table.file, "sheet": table.sheet, "instrument": table.instrument, "mode": table.mode}
    place = table.people.assign(**where, row=range(2, len(table.people) + 2))
    if "flags" not in place:
        both = zip(place[FLAGS].to_numpy(bool), place["marks"], strict=True)
        place["flags"] = [";".join([*np.array(FLAGS)[up], *filter(None, [more])]) for up, more in both]
    return place if "wave" in place else place.assign(wave=table.wave)


def _responses(places: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the fate of every submission and record."""
    told = ["file", "sheet", "row", *RESPONSE, "flags", "action"]
    known = {"rater_name": "rater", "person_code": "person"}
    parts = [
        place.drop(columns=["person", "rater"], errors="ignore").rename(columns=known) for place in places
    ]
    rows = pd.concat([part.reindex(columns=told) for part in parts], ignore_index=True)
    rows["rater"] = rows["rater"].replace("", None)
    return rows.astype(dict.fromkeys(TEXTS, "string") | {"number": "Int64"})


def _answers(tables: list[Table], places: list[pd.DataFrame]) -> pd.DataFrame:
    """Return one row an answer, file by file and column by column."""
    both = zip(tables, places, strict=True)
    parts = [_long(table, place) for table, place in both if table.record is None]
    reasons = pd.Series(np.concatenate([reason for *_, reason in parts]), dtype="string")
    answers = pd.concat([place for place, *_ in parts], ignore_index=True).assign(
        value=pd.array(np.concatenate([values for _, values, _ in parts]), dtype="Float64"),
        missing=reasons.mask(reasons == ""),
    )
    texts = ["file", "sheet", "wave", "county_code", "school_id"]
    return answers[ANSWER].astype(dict.fromkeys(texts, "string"))


def _long(table: Table, place: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return (where, value, missing) of each answer; a record sheet's answer is named by its task."""
    n, names = len(table.given), table.given.columns
    long = place.reindex(columns=ANSWER[:-3]).iloc[np.tile(np.arange(n), len(names))]
    tasks = place.get("code", names)
    items = pd.Series(tasks, dtype="string").array.take(
        np.repeat(np.arange(len(tasks)), len(long) // len(tasks))
    )
    values, reasons = table.given.to_numpy(float), table.missing.to_numpy(object)
    return long.assign(item_id=items), values.ravel("F"), reasons.ravel("F")


def _files(tables: list[Table]) -> pd.DataFrame:
    rows = [
        {
            "file": table.file,
            "sheet": table.sheet,
            "instrument": table.instrument,
            "wave": table.wave,
            "mode": table.mode,
            "encoding": table.batch.encoding if table.batch else "",
            "rows": len(table.cells),
            "copy": bool(table.batch and table.batch.copy),
        }
        for table in tables
    ]
    return pd.DataFrame(rows)


def _records(tables: list[Table]) -> dict[str, pd.DataFrame]:
    """Return, by record sheet, what data/clean must hold of each record, and where the record stands."""
    found: dict[str, list[pd.DataFrame]] = {}
    for table in (table for table in tables if table.record is not None):
        place = {"file": table.file, "sheet": table.sheet, "row": range(2, len(table.record) + 2)}
        found.setdefault(table.kept_as, []).append(table.record.assign(**place))
    return {name: pd.concat(parts, ignore_index=True) for name, parts in found.items()}
