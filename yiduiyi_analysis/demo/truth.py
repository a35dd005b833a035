"""What cleaning must find: every planted fault, every submission's fate, every answer's value."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import workspace
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
    "number",
    "submitted_at",
    "duration_s",
]
ANSWER = ["file", "sheet", "row", "wave", "county_code", "school_id", "item_id", "value", "missing"]


@dataclass(frozen=True)
class Truth:
    """The demo's answer book.

    faults:    file, sheet, row, column, fault, action, detail; row as in Excel, header 1, NA the whole file
    responses: one row a submission or record: file, row, RESPONSE, flags (;-joined), action
    answers:   one row an answer: file, row, item_id, value, missing, school_id, wave, county_code
    files:     one row a file: file, instrument, wave, mode, encoding, rows
    """

    seed: int
    faults: pd.DataFrame
    responses: pd.DataFrame
    answers: pd.DataFrame
    files: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        return self.faults["fault"].value_counts().sort_index().to_dict()

    @property
    def private(self) -> list[str]:
        """Return what must not appear in anything that cleaning writes, whole or in part."""
        secrets = self.faults["detail"].map(lambda detail: detail.get("must_not_appear"))
        return sorted({*secrets.dropna(), *FAKE_NETS, USER, NICKNAME, PLACE, *VERIFIERS})

    def write(self, folder: Path) -> None:
        """Write truth.json and the two tables into `folder`."""
        faults = self.faults.astype(object).where(self.faults.notna(), None)
        said = {
            "synthetic": True, "seed": self.seed, "counts": self.counts, "private": self.private,
            "files": self.files.to_dict("records"), "faults": faults.to_dict("records"),
        }  # fmt: skip
        text = json.dumps(said, ensure_ascii=False, indent=None, separators=(",", ":"), default=str)
        (folder / "truth.json").write_text(text.replace('},{"file"', '},\n{"file"'), "utf-8")
        workspace.write_parquet(self.responses, folder / "truth_responses.parquet")
        workspace.write_parquet(self.answers, folder / "truth_answers.parquet")


def tell(tables: list[Table], seed: int) -> Truth:
    """Return the truth of the tables as they stand."""
    places = [_place(table) for table in tables]
    return Truth(
        seed=seed,
        faults=pd.concat([_faults(table) for table in tables], ignore_index=True),
        responses=pd.concat([_responses(place) for place in places], ignore_index=True),
        answers=_answers(tables, places),
        files=_files(tables),
    )


def _faults(table: Table) -> pd.DataFrame:
    rows = [
        {
            "file": table.file,
            "sheet": table.sheet,
            "row": row + 2 if row is not None else 1 if key else None,
            "column": table.headers[table.column(key)] if key else None,
            "fault": fault,
            "action": action,
            "detail": detail,
        }
        for row, key, fault, action, detail in table.notes
    ]
    columns = ["file", "sheet", "row", "column", "fault", "action", "detail"]
    return pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})


def _place(table: Table) -> pd.DataFrame:
    where = {"file": table.file, "sheet": table.sheet, "instrument": table.instrument, "wave": table.wave}
    place = table.people.assign(**where, mode=table.mode, row=range(2, len(table.people) + 2))
    return place.astype(dict.fromkeys([*where, "mode", "county_code", "school_id"], "string"))


def _responses(place: pd.DataFrame) -> pd.DataFrame:
    flags = [
        ";".join(flag for flag, up in zip(FLAGS, ups, strict=True) if up) for ups in place[FLAGS].to_numpy()
    ]
    place = place.assign(flags=flags, rater=place["rater_name"].replace("", None).astype("string"))
    return place[["file", "sheet", "row", *RESPONSE, "flags", "action"]].astype({"number": "Int64"})


def _answers(tables: list[Table], places: list[pd.DataFrame]) -> pd.DataFrame:
    """Return one row an answer, file by file and column by column."""
    parts = [_long(table, place) for table, place in zip(tables, places, strict=True)]
    reasons = pd.Series(np.concatenate([reason for *_, reason in parts]), dtype="string")
    answers = pd.concat([place for place, *_ in parts], ignore_index=True).assign(
        value=pd.array(np.concatenate([values for _, values, _ in parts]), dtype="Float64"),
        missing=reasons.mask(reasons == ""),
    )
    return answers[ANSWER]


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
