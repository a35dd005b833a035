"""Text files → records of text cells: which encoding, which separator, and is it a table at all."""

import csv
import io
import re
from pathlib import Path

from yiduiyi_analysis.clean.read.workbook import REFETCH, RESAVE
from yiduiyi_analysis.errors import Fault

SAMPLE = 1 << 20
FAMILIAR_SHARE = 0.8
RECODE = "请另存为 UTF-8 编码的 CSV 或 .xlsx"


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """Return the encoding and the text of a text file.

    Rule:   a byte-order mark decides; else UTF-8 strictly; else GB18030 strictly, and only where the
            characters it gives are everyday ones: nearly any bytes can be read as GB18030
    Raises: Fault naming the line that cannot be read
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", _strict(data, "utf-16", path)
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", _strict(data, "utf-8-sig", path)
    text, faults = None, []
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError as fault:
            faults.append(fault)
    if text is None:
        raise _unreadable(data, max(faults, key=lambda fault: fault.start), path)
    if encoding == "gb18030" and not _is_everyday(text):
        raise Fault("文字编码认不出来（读出来是乱码）", file=path, row=1, do=RECODE)
    return encoding, _readable(text, path)


def _strict(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as fault:
        raise _unreadable(data, fault, path) from None


def _unreadable(data: bytes, fault: UnicodeDecodeError, path: Path) -> Fault:
    row = data.count(b"\n", 0, fault.start) + 1
    return Fault("文字编码认不出来", file=path, row=row, do=RECODE)


def _is_everyday(text: str) -> bool:
    foreign = [character for character in text[:SAMPLE] if ord(character) > 127]
    return sum(map(_is_gb2312, foreign)) >= FAMILIAR_SHARE * len(foreign)


def _is_gb2312(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _readable(text: str, path: Path) -> str:
    """Return `text` unless it is no table of text: binary, or a web page or XML under another name."""
    if "\0" in text:
        raise Fault("不是文本，也不是 Excel 文件", file=path, do=REFETCH)
    if re.match(r"\s*<(?:!doctype|html|table|head|meta|\?xml|mso|div)", text, re.IGNORECASE):
        raise Fault("其实是网页或 XML，不是 Excel 文件", file=path, do=RESAVE)
    return text


def records(text: str, path: Path) -> list[list[str]]:
    """Return the records of a CSV; a quoted cell may hold line breaks, as Excel shows it."""
    head = text[:SAMPLE]
    delimiter = max(",\t;", key=head.count)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise Fault(
            "引号不成对或文件被截断，从这一行起读不了", file=path, row=len(rows) + 1, do=REFETCH
        ) from None
    return rows
