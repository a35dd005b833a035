"""What a notebook shows: a table, a figure or a text, the same in JupyterLab and in a report."""

import base64
import math
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import style

# How exhibits look in a notebook, light or dark; documents have a style of their own and drop this one.
LOOK = f"<style>{Path(__file__).with_name('notebook.css').read_text('utf-8')}</style>"
# a number, then its interval or denominator; or the mark of a cell without one
NUMERIC = re.compile(r"[−+]?[\d,]+(\.\d+)?%?(/\d+)?(（[^）]*）)?(\n.*)*|[*…—]|")
INTERVAL = re.compile(r"（[^）]*）")
DATA = "application/vnd.yiduiyi.table+json"  # what a workbook is made from; JupyterLab passes over it


@dataclass(frozen=True)
class Markdown:
    """A passage of text, written in Markdown."""

    text: str

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/markdown": self.text, "text/plain": self.text}


def nothing(subject: str) -> Markdown:
    """Return the one line that stands where evidence is missing."""
    return Markdown(f"（{subject}：没有可用的数据，本部分从略。）")


@dataclass(frozen=True)
class Table:
    """A three-line table with its title above and its notes below.

    frame: the data, numbers as numbers, for a further use
    shown: the printed grid, all text; left out, it is `frame` as text
    """

    frame: pd.DataFrame
    title: str
    note: str = ""
    shown: pd.DataFrame | None = None

    def __post_init__(self):
        columns = (self.frame if self.shown is None else self.shown).columns
        if columns.empty:
            raise Fault(f"表“{self.title}”没有一列", do="没有数据时请用 display.nothing 写明")

    @property
    def grid(self) -> pd.DataFrame:
        """Return the printed cells as text."""
        return self.frame.map(_text) if self.shown is None else self.shown

    def html(self) -> str:
        """Return the table as HTML; columns of numbers stand to the right."""
        grid = self.grid
        sides = [_side(grid.iloc[:, at]) for at in range(grid.shape[1])]
        head = "".join(
            f'<th scope="col"{side}>{escape(name)}</th>' for name, side in zip(grid, sides, strict=True)
        )
        body = "".join(f"<tr>{_row(cells, sides)}</tr>" for cells in grid.to_numpy(object).tolist())
        return (
            f'<div class="exhibit"><table class="three-line"><caption>{escape(self.title)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{_note(self.note)}</div>"
        )

    def data(self) -> dict:
        """Return the table as JSON can hold it, missing values as null; `of` makes it a table again.

        Out: title, note, columns and rows of the printed grid (null where they are the frame's own as text),
             frame: columns, dtypes, rows with their full values
        """
        grid = None if self.shown is None else self.shown.astype(object)
        return {
            "title": self.title,
            "note": self.note,
            "columns": None if grid is None else list(map(str, grid)),
            "rows": None if grid is None else grid.to_numpy().tolist(),
            "frame": {
                "columns": list(map(str, self.frame)),
                "dtypes": list(map(str, self.frame.dtypes)),
                "rows": [list(map(_plain, row)) for row in self.frame.to_numpy(object).tolist()],
            },
        }

    @classmethod
    def of(cls, data: dict) -> "Table":
        """Return the table that `data` was made from; a category comes back as text."""
        held = data["frame"]
        frame = pd.DataFrame(held["rows"], columns=range(len(held["columns"])), dtype=object)
        kinds = {at: "str" if kind == "category" else kind for at, kind in enumerate(held["dtypes"])}
        frame = frame.astype(kinds).set_axis(held["columns"], axis=1)
        shown = None if data["rows"] is None else pd.DataFrame(data["rows"], columns=data["columns"])
        return cls(frame, data["title"], data["note"], shown)

    def _repr_html_(self) -> str:
        return LOOK + self.html()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        plain = f"{self.title}\n{self.grid.to_string(index=False)}"
        return {"text/html": self._repr_html_(), "text/plain": plain, DATA: self.data()}


@dataclass(frozen=True)
class Chart:
    """A figure with its title and notes below; `alt` says in words what it shows.

    It is drawn on creation: IPython would swallow an error raised while showing it, such as a missing glyph.
    """

    figure: Figure
    title: str
    note: str = ""
    alt: str = ""
    png: bytes = field(init=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "png", style.png(self.figure))

    def html(self) -> str:
        """Return the figure as HTML with its picture inside."""
        data = base64.b64encode(self.png).decode("ascii")
        width = round(self.figure.get_figwidth() * 96)
        return (
            f'<div class="exhibit"><figure><img src="data:image/png;base64,{data}" alt="{escape(self.alt)}" '
            f'width="{width}" style="max-width:100%;height:auto">'
            f"<figcaption>{escape(self.title)}</figcaption></figure>{_note(self.note)}</div>"
        )

    def _repr_html_(self) -> str:
        return LOOK + self.html()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": f"{self.title}\n{self.alt}"}


def _text(value) -> str:
    if pd.isna(value):
        return "…"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _plain(value):
    """Return a value as JSON holds it: a number, a text, true, false, or null for what is missing."""
    if pd.isna(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float) else str(value)


def _side(column: pd.Series) -> str:
    """Return the attributes of a column's cells: numbers and their marks stand to the right."""
    numbers = all(NUMERIC.fullmatch(cell) for cell in column) and any(column)
    return ' class="num" style="text-align:right"' if numbers else ""


def _row(cells: list[str], sides: list[str]) -> str:
    return "".join(
        f"<td{side}>{_unbroken(escape(cell), side).replace(chr(10), '<br>')}</td>"
        for cell, side in zip(cells, sides, strict=True)
    )


def _unbroken(cell: str, side: str) -> str:
    """Return a cell in which an interval stays on one line, where it is one of numbers."""
    return INTERVAL.sub(r'<span style="white-space:nowrap">\g<0></span>', cell) if side else cell


def _note(note: str) -> str:
    return f'<p class="note">注：{escape(note)}</p>' if note else ""
