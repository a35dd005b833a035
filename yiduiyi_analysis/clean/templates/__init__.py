"""An Excel template for each instrument, of which the reader accepts what a person fills in."""

from pathlib import Path

import pandas as pd

from yiduiyi_analysis.clean.templates import plan, workbook
from yiduiyi_analysis.codebook import Codebook, Instrument
from yiduiyi_analysis.errors import Fault


def write(name: str, book: Codebook, roster: pd.DataFrame, out: Path | None, wave: str | None = None) -> Path:
    """Write the template of one instrument and return where it is.

    In:     name: the id of an instrument; wave: whose form of a questionnaire, its last where not given;
            out: the file to write, else one named after the instrument, here
    Rule:   a sheet of records is one tab; a questionnaire is one tab with a column an item
    Raises: Fault for an instrument or a wave that does not exist, or a file that cannot be written
    """
    tool = _tool(name, book)
    wave = _wave(tool, wave)
    told = f"_{wave}_{book.waves[wave].label}" if wave else ""
    path = out or Path(f"{tool.id}_{tool.title}_模板{told}.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise Fault("模板是 Excel 工作簿", file=path, do="文件名请以 .xlsx 结尾")
    workbook.save(path, plan.pages(tool, wave, book, roster))
    return path


def _tool(name: str, book: Codebook) -> Instrument:
    known = {tool.id.casefold(): tool for tool in book.instruments.values()}
    if tool := known.get(name.strip().casefold()):
        return tool
    listed = "、".join(f"{tool.id} {tool.title}" for tool in book.instruments.values())
    raise Fault(f"没有“{name}”这个工具", do=f"可用：{listed}")


def _wave(tool: Instrument, wave: str | None) -> str | None:
    """Return the wave whose form to write, None for record sheets: their records tell it."""
    if tool.kind == "records":
        if wave:
            raise Fault(f"{tool.title}不分轮次，一份模板各轮都用", do="请去掉 --wave")
        return None
    if wave and wave not in tool.waves:
        raise Fault(f"{tool.title}没有 {wave} 这一轮", do=f"可用：{'、'.join(tool.waves)}")
    return wave or tool.waves[-1]
