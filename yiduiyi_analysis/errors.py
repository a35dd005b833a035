"""The one exception family: what was wrong, where, and what to do, on one line."""

from pathlib import Path


class Fault(Exception):
    """A user's mistake or a broken input, told on one line.

    `row` is the number a person sees: in a sheet the header is row 1, in a text file the first line is 1.
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        do: str | None = None,
    ):
        self.message, self.do = message, do
        self.file, self.sheet, self.row, self.column = file, sheet, row, column
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [
            Path(self.file).name if self.file else None,
            f"工作表“{self.sheet}”" if self.sheet else None,
            f"第 {self.row} 行" if self.row is not None else None,
            f"“{self.column}”列" if self.column else None,
        ]
        where = "，".join(part for part in parts if part)
        line = f"{where}：{self.message}" if where else self.message
        line = f"{line}。{self.do}" if self.do else line
        return " ".join(line.split())

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows instead of a traceback: what was wrong and what to do."""
        return [f"错误：{self}"]

    def __reduce__(self):
        """Let a fault travel between processes with its parts."""
        return (_rebuild, (self.message, self.file, self.sheet, self.row, self.column, self.do))


def _rebuild(message, file, sheet, row, column, do) -> Fault:
    return Fault(message, file=file, sheet=sheet, row=row, column=column, do=do)
