"""Synthetic exports for the real roster, as institutes receive them, with planted faults and their truth."""

import shutil
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.clean import roster
from yiduiyi_analysis.demo import (
    answers,
    exports,
    files,
    mess,
    misfits,
    names,
    records,
    registers,
    sheets,
    truth,
)
from yiduiyi_analysis.demo.exports import Table
from yiduiyi_analysis.demo.truth import Truth
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

SEED = 20200714
ROSTER_TABLES = {".csv", ".xlsx", ".xls"}


def write(ws: Workspace, seed: int = SEED, out: Path | None = None) -> Truth:
    """Write the synthetic exports and their truth to data/demo (or `out`) in one step, and return the truth.

    Out:    truth.json and truth_*.parquet beside the exports; same for one seed
    Raises: Fault if `out` is where real exports lie, or if there is no roster
    """
    target = Path(out or ws.demo).resolve()
    if target == ws.incoming.resolve() or ws.incoming.resolve() in target.parents:
        raise Fault("合成数据不能写进 data/incoming（那里只放真实导出）", file=target, do="请换一个文件夹")
    book = codebook.load(ws.codebook)
    folder = workspace.new_folder_beside(target)
    try:
        told = fill(book, _roster(ws, book), seed, folder)
    except BaseException:
        shutil.rmtree(folder)
        raise
    workspace.swap_dir(folder, target)
    return told


def fill(book: codebook.Codebook, schools: pd.DataFrame, seed: int, folder: Path) -> Truth:
    """Write the exports of some schools and their truth into a folder, and return the truth."""
    made = tables(book, schools, seed)
    told = truth.tell(made, seed)
    _save(made, folder)
    told.write(folder)
    return told


def tables(book: codebook.Codebook, schools: pd.DataFrame, seed: int) -> list[Table]:
    """Return every sheet of the demo, faults planted, in the order of their files."""
    made, spellings = [], names.spellings(schools, book)
    forms = answers.forms(book, schools, seed)
    for form in forms:
        mess.people(form, spellings)
    misfits.copied(forms)
    made += [table for form in forms for table in exports.tables(form)]
    for table in made:
        sheets.spoil(table, book, seed)
    made += records.tables(book, schools, spellings, seed)
    return made + registers.tables(book, schools, spellings, seed)


def _roster(ws: Workspace, book: codebook.Codebook) -> pd.DataFrame:
    """Return the schools of a later year's table if there is one, else of the printed annex."""
    there = [
        path
        for path in sorted(ws.source.glob("*"))
        if not path.name.upper().startswith(("README", ".", "~$"))
    ]
    tables = [path for path in there if path.suffix.lower() in ROSTER_TABLES]
    found = tables or [path for path in there if path.suffix.lower() == ".txt"]
    if not found:
        raise Fault("没有学校名册", file=ws.source, do="请把附件2放入 data/source")
    schools = roster.read(found[0], book.counties).schools
    return schools.astype(dict.fromkeys(["school_id", "county_code", "county", "school"], object))


def _save(made: list[Table], folder: Path) -> None:
    for name in dict.fromkeys(table.file for table in made):
        own = [table for table in made if table.file == name]
        if name.endswith(".csv"):
            files.save_csv(folder / name, own[0].headers, own[0].cells, own[0].batch.encoding)
        else:
            files.save_xlsx(folder / name, {table.sheet: (table.headers, table.cells) for table in own})
