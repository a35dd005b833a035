"""The bytes of a file → its sheets of text cells, whatever the file's name claims to be."""

from pathlib import Path

from yiduiyi_analysis.clean.read import columns, plaintext, workbook
from yiduiyi_analysis.clean.read.workbook import Sheet
from yiduiyi_analysis.errors import Fault

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_FOREIGN = {
    b"%PDF": "PDF 文件",
    b"$FL2": "SPSS 数据文件",
    b"{\\rtf": "RTF 文档",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包",
}


def content(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises: Fault for a file that cannot be opened
    """
    try:
        return path.read_bytes()
    except OSError as error:
        why = "没有读取权限" if isinstance(error, PermissionError) else error.strerror
        raise Fault(f"打不开：{why}", file=path, do="请检查文件是否还在、是否被其他程序占用") from None


def sheets(path: Path, data: bytes | None = None) -> tuple[str, list[Sheet]]:
    """Return how the file is encoded (xlsx, xls, utf-8-sig, utf-8, utf-16, gb18030) and its sheets.

    In:     data: its bytes where they are known already
    Raises: Fault for a file that is empty, cut off, locked, too large or no table at all
    """
    data = content(path) if data is None else data
    if not data.strip(b"\0 \t\r\n"):
        raise Fault("文件是空的", file=path, do=workbook.REFETCH)
    if data.startswith(_ZIP):
        return "xlsx", workbook.read(data, path, workbook.guard(data, path))
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Fault("文件有密码", file=path, do="请取消密码后另存")
        return "xls", workbook.read_apart(data, path)
    if kind := next((name for start, name in _FOREIGN.items() if data.startswith(start)), None):
        raise Fault(f"这是{kind}，不是表格", file=path, do="请放入 .xlsx、.xls 或 .csv 导出文件")
    encoding, text = plaintext.decode(data, path)
    return encoding, [Sheet(None, *columns.of(plaintext.records(text, path)))]
