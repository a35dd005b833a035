"""A later year's roster as a table, one row a school: CSV or Excel, checked row by row."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import python_calamine as calamine

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.roster import annex
from yiduiyi_analysis.errors import Fault

HEADINGS = {
    "school_id": ("school_id", "学校编号", "学校代码", "学校编码"),
    "county": ("county", "县名", "县", "county_code", "县代码"),
    "school": ("school", "学校", "学校名称", "校名"),
    "is_key": ("is_key", "是否重点", "是否重点帮扶", "重点", "类别"),
    "teachers": ("teachers", "专任教师数", "专任教师总数(人)", "专任教师总数", "专任教师"),
    "area": ("area", "片区", "片区名称"),
    "institution": ("institution", "承训单位", "承训单位(个)", "承训机构"),
    "helpers": ("helpers", "帮扶单位", "帮扶单位(个)", "帮扶学校"),
}
OPTIONAL = {"school_id", "helpers"}
KEY_WORDS = {
    **dict.fromkeys(("是", "1", "true", "重点"), True),
    **dict.fromkeys(("否", "0", "false", "其余"), False),
}
DECLARED = ("schools_declared", "teachers_declared", "key_declared", "other_declared")


@dataclass(frozen=True)
class _Sheet:
    """A sheet's cells as tidied text, NA when blank, with the rows and headings a person sees."""

    file: Path
    name: str | None
    headings: dict[str, str]
    cells: pd.DataFrame

    def refuse(self, field: str, bad: pd.Series, message: str, do: str) -> None:
        """Raise a Fault that names the first bad row, what it holds and the other rows, if any is bad."""
        rows = self.cells["source_line"][bad].tolist()
        if not rows:
            return
        written = self.cells[field][bad].iloc[0]
        others = f"（同样的还有第 {'、'.join(map(str, rows[1:]))} 行）" if rows[1:] else ""
        what = message if pd.isna(written) else f"“{written}”{message}"
        raise Fault(
            what + others,
            file=self.file,
            sheet=self.name,
            row=rows[0],
            column=self.headings.get(field),
            do=do,
        )


def read(path: Path, codes: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the schools in a file, a row each in the file's order, and the ledger of what was put right.

    In:     codes: county_code by every way to write a county
    Out:    school_id, county_code, school, is_key (bool), teachers (Int64), area, institution,
            helpers (text or NA), source_line (the row a person sees)
    Rule:   a school_id that is given is kept; the others are numbered on from the county's highest
    Raises: Fault naming the rows, for a missing column and for a cell that is not what its column says
    """
    sheet = _sheet(path)
    cells = sheet.cells
    county = cells["county"].map(codes).astype("string")
    sheet.refuse("county", county.isna(), "不是县名表里的县", "请改正县名，或补入县名表的 also 列")
    key = cells["is_key"].str.lower().map(KEY_WORDS)
    sheet.refuse("is_key", key.isna(), "看不出是否重点", "请写“是”或“否”")
    whole = cells["teachers"].str.fullmatch(r"\d{1,6}(\.0+)?").fillna(False).astype(bool)
    sheet.refuse("teachers", ~whole, "不是人数", "请写 0 或正整数")
    sheet.refuse("school", cells["school"].isna(), "校名空白", "请补上校名")
    table = cells.assign(
        county_code=county, is_key=key.astype(bool), teachers=annex.number(cells["teachers"])
    )
    twins = table.duplicated(["county_code", "school"], keep=False)
    sheet.refuse("school", twins, "在同一县重复出现", "请删去重复的行")
    for field in ("area", "institution"):
        unclear = table.groupby("county_code")[field].transform("nunique") != 1
        sheet.refuse(field, unclear, "不明：同一县须写、且只写同一个名称", "请统一写法")
    return _numbered(table, sheet)


def blocks(schools: pd.DataFrame) -> pd.DataFrame:
    """Return what the table says of each county, by county_code; it declares no counts."""
    counties = schools.groupby("county_code", sort=False)
    facts = counties[["area", "institution"]].first()
    listed = counties["helpers"].agg(
        lambda cells: "、".join(dict.fromkeys(annex.split("、".join(cells.dropna()))))
    )
    line = counties["source_line"].min().astype("Int64")
    blank = pd.Series(pd.NA, facts.index, dtype="Int64")
    return facts.assign(helpers=listed.replace("", pd.NA), line=line, **dict.fromkeys(DECLARED, blank))


def _numbered(table: pd.DataFrame, sheet: _Sheet) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table with a school_id in each row, and the ledger of those given here beside others."""
    code, given = table["county_code"], table["school_id"].notna()
    tail = table["school_id"].str.extract(r"^\d{6}-(\d{3,})$", expand=False)
    wrong = given & (tail.isna() | (table["school_id"].str[:6] != code))
    sheet.refuse("school_id", wrong, "不是本县的学校编号", "应为“县代码-三位序号”；新学校请留空")
    sheet.refuse(
        "school_id",
        given & table["school_id"].duplicated(keep=False),
        "重复",
        "每所学校一个编号；新学校请留空",
    )
    highest = tail.astype("Int64").groupby(code).transform("max").fillna(0)
    number = highest + (~given).groupby(code).cumsum()
    table = table.assign(
        school_id=table["school_id"].fillna(code + "-" + number.astype("string").str.zfill(3))
    )
    new = table[~given & given.any()]
    facts = new.assign(row=new["source_line"], after=new["school_id"], sheet=sheet.name)
    cells = {"column": sheet.headings.get("school_id"), "rule": "id_assigned", "action": "repaired"}
    return table, ledger.rows(facts.drop(columns="school_id"), **cells, note="没有编号的学校接着编号")


def _sheet(path: Path) -> _Sheet:
    """Return the sheet, and in it the row of headings, that names most of the roster's columns."""
    places = [(name, top, grid) for name, grid in _grids(path).items() for top in range(min(len(grid), 20))]
    if not places:
        raise Fault("文件是空的", file=path, do="请放入片区学校名单")
    name, top, grid = max(places, key=lambda place: len(_headings(place[2][place[1]])))
    found = _headings(grid[top])
    if absent := [
        aliases[1] for field, aliases in HEADINGS.items() if field not in found and field not in OPTIONAL
    ]:
        raise Fault(
            f"缺少列：{'、'.join(absent)}", file=path, sheet=name, row=top + 1, do="请在表头补上这些列"
        )
    columns = {
        field: [row[at] if at < len(row) else "" for row in grid[top + 1 :]] for field, at in found.items()
    }
    cells = pd.DataFrame(columns).reindex(columns=list(HEADINGS)).astype("string").replace("", pd.NA)
    cells = cells.assign(source_line=range(top + 2, len(grid) + 1)).dropna(how="all", subset=list(HEADINGS))
    if cells.empty:
        raise Fault("表头之下没有学校", file=path, sheet=name, row=top + 1, do="请放入片区学校名单")
    return _Sheet(
        path, name, {field: grid[top][at] for field, at in found.items()}, cells.reset_index(drop=True)
    )


def _headings(row: list[str]) -> dict[str, int]:
    """Return the place of each column of the roster that this row names, the first alias winning."""
    places = {cell.lower(): at for at, cell in reversed(list(enumerate(row)))}
    known = {
        field: [places[alias] for alias in aliases if alias in places] for field, aliases in HEADINGS.items()
    }
    return {field: found[0] for field, found in known.items() if found}


def _grids(path: Path) -> dict[str | None, list[list[str]]]:
    """Return the tidied cells of every sheet, row by row; a CSV has one sheet without a name."""
    if path.suffix.lower() == ".csv":
        rows = csv.reader(io.StringIO(annex.text(path), newline=""))
        return {None: _tidied(list(rows))}
    if path.suffix.lower() not in (".xlsx", ".xls"):
        raise Fault("不认识这种文件", file=path, do="名单须为 .txt（附件2原文）、.csv、.xlsx 或 .xls")
    if not path.is_file():
        raise Fault("找不到文件", file=path, do="请核对文件名和所在文件夹")
    try:
        book = calamine.load_workbook(path)
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        return {name: _tidied(sheet.to_python(skip_empty_area=False)) for name, sheet in sheets.items()}
    except (calamine.CalamineError, OSError) as error:
        raise Fault(
            "打不开，文件不完整或不是 Excel 文件", file=path, do="请在 Excel 中重新保存后重试"
        ) from error


def _tidied(rows: list[list[object]]) -> list[list[str]]:
    """Return cells as tidied text; Excel keeps whole numbers as fractions."""
    whole = [[int(c) if isinstance(c, float) and c.is_integer() else c for c in row] for row in rows]
    return [[annex.tidy(cell) for cell in row] for row in whole]
