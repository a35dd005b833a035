"""A CSV of school names as people typed them → the same CSV, each name with the school it means."""

import contextlib
import csv
import io
import os
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.clean import pipeline, roster
from yiduiyi_analysis.clean import schools as matching
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

ENCODINGS = ("utf-8-sig", "gb18030")
ASKED = ("county", "name")
ADDED = ("status", "school_id", "school", "candidates")


def match(source: Path, out: Path, register: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Write `out`: every row and column of `source` in order, with the school that each name means.

    Out:    the written table, all text, with status, school_id, school and candidates added;
            a list matched before is matched anew
    Raises: Fault on a file that is no CSV with the columns county and name; `out` is then left as it was
    """
    names = read(source)
    found = matching.match(names[list(ASKED)], register, codebook)[list(ADDED)].astype("object")
    table = names.drop(columns=[c for c in ADDED if c in names]).join(found.where(found.notna(), ""))
    _write(table, out)
    return table


def schools(ws: Workspace, codebook: Codebook) -> pd.DataFrame:
    """Return the schools of the roster in data/source, which need no cleaning run to have gone before."""
    return roster.read(pipeline.roster_file(ws), codebook.counties).schools


def read(path: Path) -> pd.DataFrame:
    """Return a list of names as text, a row a line of the file, empty cells as empty strings."""
    header, *rows = _lines(path)
    header = [name.strip() for name in header]
    if missing := [name for name in ASKED if name not in header]:
        raise Fault(
            f"缺少列 {'、'.join(missing)}",
            file=path,
            row=1,
            do="第一行须有 county,name 两列（county 可以为空）",
        )
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise Fault(f"列名重复：{'、'.join(twice)}", file=path, row=1, do="请改名")
    if 0 < len(taken := [name for name in ADDED if name in header]) < len(ADDED):
        raise Fault(f"已有列 {'、'.join(taken)}，会被匹配结果盖掉", file=path, row=1, do="请先改名")
    for number, row in enumerate(rows, 2):
        if len(row) > len(header):
            raise Fault(
                f"有 {len(row)} 个单元格，表头只有 {len(header)} 个",
                file=path,
                row=number,
                do="请检查逗号和引号",
            )
    return pd.DataFrame([row + [""] * (len(header) - len(row)) for row in rows], columns=header, dtype=object)


def _lines(path: Path) -> list[list[str]]:
    """Return the cells of a CSV; a blank line is a row of no cells only if it is not the last."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Fault(f"打不开：{error.strerror}", file=path) from None
    reader = csv.reader(io.StringIO(_decoded(raw, path), newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        raise Fault(
            "引号不成对，或单元格太长", file=path, row=reader.line_num, do="请检查这一行附近的引号"
        ) from None
    if not any(rows):
        raise Fault("文件是空的", file=path, do="第一行须有 county,name 两列")
    return rows


def _decoded(raw: bytes, path: Path) -> str:
    if b"\0" in raw:
        raise Fault("不是 CSV 文本文件", file=path, do="请在 Excel 里另存为“CSV UTF-8”")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Fault("编码认不出来（试过 UTF-8 和 GB18030）", file=path, do="请在 Excel 里另存为“CSV UTF-8”")


def _write(table: pd.DataFrame, out: Path) -> None:
    """Write in one step; a byte order mark lets Excel show the Chinese."""
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(unfinished, index=False, encoding="utf-8-sig")
        unfinished.replace(out)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise Fault(f"写不进去：{error.strerror}", file=out, do="请关掉打开它的程序，或换个位置") from None
