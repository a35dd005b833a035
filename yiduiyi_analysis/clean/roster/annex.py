"""附件2 as printed → its rows, every cell under the heading it belongs to."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from itertools import combinations, pairwise
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.errors import Fault

FIELDS = {
    "county": "县名",
    "label": "片区及类别",
    "school": "学校",
    "teachers": "专任教师总数",
    "institution": "承训单位",
    "helpers": "帮扶单位",
}
SCHOOL, TEACHERS = 2, 3
LABELS = ("片区内重点帮扶的学校N所", "片区内其余学校(含教学点)N所")
LABEL_START = "片区"
LIST_MARKS = re.compile("[、,;]")
WHOLE_ROW = "整行"

Note = dict[str, object]
Fits = Callable[[str], bool]


def read(text: str, file: str, names: Collection[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table's rows in printed order without its headings, and the ledger of what was put right.

    In:     text: a document that holds the table, cells divided by tabs; file: its name, for messages;
            names: every way to write a county
    Out:    rows: line (1 = first line of the file), page (1..), kind (total | county | school) and FIELDS,
            tidied text or NA; in a county's row `label` is its area and `school` its count of schools
    Rule:   a cell is placed by what it holds; where its place is not certain it stays where it was printed,
            and what cannot stand there is left out of the rows and kept in the ledger
    Raises: Fault when the text has no such table
    """
    headings, table = _table(text, file)
    page, rows, notes = 0, [], []
    for line, printed in table:
        cells = [tidy(cell) for cell in printed]
        if _is_heading(cells, headings):
            said = _repeated(printed) if page or rows else []
            page += 1
        else:
            row, said = _row(cells, names)
            said = _spacing(printed, cells) + said
            rows += [{"line": line, "page": page, **row}] if row else []
        notes += [{"row": line, **note} for note in said]
    frame = pd.DataFrame(rows, columns=["line", "page", "kind", *FIELDS])
    said = ledger.rows(pd.DataFrame(notes, columns=list(ledger.COLUMNS)))
    return frame.astype(dict.fromkeys(["kind", *FIELDS], "string")), said


def text(path: Path) -> str:
    """Return the text of a file in UTF-8 (with or without a mark) or GB18030; Fault when it is neither."""
    if not path.is_file():
        raise Fault("找不到文件", file=path, do="请核对文件名和所在文件夹")
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Fault("文字编码无法识别", file=path, do="请另存为 UTF-8 编码后重试")


def tidy(cell: object) -> str:
    """Return the text of a cell in half width, without white space or invisible characters."""
    text = unicodedata.normalize("NFKC", str(cell))
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


def split(names: str) -> list[str]:
    """Return the names listed in one cell."""
    return [name for name in LIST_MARKS.split(names) if name]


def number(cells: pd.Series) -> pd.Series:
    """Return the first whole number in each cell, NA where there is none."""
    return cells.str.replace(",", "").str.extract(r"(\d+)", expand=False).astype("Int64")


def _table(text: str, file: str) -> tuple[set[str], list[tuple[int, list[str]]]]:
    """Return the words of the headings, and (line, cells) from the first to the last line with tabs."""
    lines = [(n, line.split("\t")) for n, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1)]
    tabbed = [(n, cells) for n, cells in lines if len(cells) > 1]
    heads = [set(map(tidy, cells)) for _, cells in tabbed if FIELDS["county"] in map(tidy, cells)]
    if not heads:
        raise Fault(
            "没有找到附件2的表头（含“县名”、以制表符分隔的一行）",
            file=file,
            do="请放入附件2原文，并保留制表符",
        )
    first, last = tabbed[0][0], tabbed[-1][0]
    return heads[0] - {""}, [(n, cells) for n, cells in lines if first <= n <= last and any(map(tidy, cells))]


def _is_heading(cells: list[str], headings: set[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return 2 * sum(cell in headings for cell in filled) > len(filled)


def _repeated(printed: list[str]) -> list[Note]:
    return [_note(WHOLE_ROW, "heading_repeated", _show(printed), None, note="换页重印的表头，略去")]


def _spacing(printed: list[str], cells: list[str]) -> list[Note]:
    names = [*FIELDS.values(), *[WHOLE_ROW] * len(cells)]
    changed = [
        (name, raw, cell) for name, raw, cell in zip(names, printed, cells, strict=False) if raw != cell
    ]
    return [_note(name, "spacing", raw, cell, note="去空白，全角转半角") for name, raw, cell in changed]


def _row(cells: list[str], names: Collection[str]) -> tuple[Note | None, list[Note]]:
    """Return one row under its headings, or None when it has no room there, and what was done to it."""
    kind = _kind(cells, names)
    filled = [(place, cell) for place, cell in enumerate(cells) if cell]
    slots = _place(filled, SHAPES[kind])
    if slots is None:
        return None, [
            _note(WHOLE_ROW, "row_unreadable", _show(cells), None, "quarantined", "格数多于表头，请人工核对")
        ]
    placed = dict(zip(slots, (cell for _, cell in filled), strict=True))
    said = [] if list(slots) == [place for place, _ in filled] else [_shifted(cells, placed)]
    row: Note = {"kind": kind}
    for slot, (field, name) in enumerate(FIELDS.items()):
        row[field], notes = _accept(placed.get(slot), name, SHAPES[kind][slot])
        said += notes
    return row, said


def _accept(cell: str | None, name: str, fits: Fits) -> tuple[str | None, list[Note]]:
    """Return what is taken from a placed cell, None when it does not look like its column."""
    if cell and not fits(cell):
        return None, [_note(name, "cell_unreadable", cell, None, "review", "内容与本列不符，未采用")]
    if cell and fits is _is_number and not cell.isdigit():
        digits = re.sub(r"\D", "", cell)
        return digits, [_note(name, "number_format", cell, digits)]
    return cell, []


def _kind(cells: list[str], names: Collection[str]) -> str:
    if "合计" in cells:
        return "total"
    return "county" if any(cell in names or _is_area(cell) for cell in cells) else "school"


def _place(filled: list[tuple[int, str]], shape: tuple[Fits, ...]) -> tuple[int, ...] | None:
    """Return the heading of each filled cell, left to right; None when there is no room for them.

    Rule: the cheapest order-keeping placement wins: 2 for a name in another column than a name's, 3 for
          what cannot be a name (a number, a label) in another than its own, 1 for each change of shift
          along the row, 1 for no school, 1 for a school and its teachers apart; a tie that does not
          include the printed place is no certainty, and the printed place stands
    """
    printed = tuple(place for place, _ in filled)
    fits = len(FIELDS) > printed[-1]
    if fits and _cost(filled, printed, shape) == (0, 0):
        return printed
    ranked = sorted(
        (*_cost(filled, slots, shape), slots) for slots in combinations(range(len(FIELDS)), len(filled))
    )
    if not ranked:
        return None
    (cost, way, best), *others = ranked
    if way == 0 or not others or others[0][0] > cost:
        return best
    return printed if fits else None


def _cost(filled: list[tuple[int, str]], slots: tuple[int, ...], shape: tuple[Fits, ...]) -> tuple[int, int]:
    """Return the cost of a placement, and how far it moves cells, to settle ties."""
    shifts = [slot - place for slot, (place, _) in zip(slots, filled, strict=True)]
    misfits = [cell for slot, (_, cell) in zip(slots, filled, strict=True) if not shape[slot](cell)]
    wrong = sum(2 if _is_list(cell) else 3 for cell in misfits)
    moves = sum(a != b for a, b in pairwise([0, *shifts]))
    alone = (SCHOOL not in slots) + ((SCHOOL in slots) != (TEACHERS in slots))
    return wrong + moves + alone, sum(map(abs, shifts))


def _shifted(cells: list[str], placed: dict[int, str]) -> Note:
    after = _show(placed.get(slot, "") for slot in range(len(FIELDS)))
    return _note(WHOLE_ROW, "row_shifted", _show(cells), after, note="按内容移回本列")


def _note(
    column: str, rule: str, before: str, after: str | None, action: str = "repaired", note: str = ""
) -> Note:
    return {"column": column, "rule": rule, "before": before, "after": after, "action": action, "note": note}


def _show(cells: Iterable[str]) -> str:
    return "|".join(cells)


def _is_nothing(cell: str) -> bool:
    return False


def _is_total(cell: str) -> bool:
    return cell == "合计"


def _is_area(cell: str) -> bool:
    return re.fullmatch(".+片区", cell) is not None


def _is_label(cell: str) -> bool:
    """A label or any piece of one, since a page break may cut it anywhere."""
    return cell.startswith("片区内") or any(re.sub(r"\d+", "N", cell) in label for label in LABELS)


def _is_count(cell: str) -> bool:
    return re.match(r"\d+[所个]", cell) is not None


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"\d+|\d{1,3}(,\d{3})+", cell.removesuffix("人")) is not None


def _is_list(cell: str) -> bool:
    """Names, or a piece of one: it may be cut down to 学校, which is also a piece of a label."""
    label = len(cell) > 2 and _is_label(cell)
    return not (label or any(is_other(cell) for is_other in (_is_total, _is_area, _is_count, _is_number)))


def _is_name(cell: str) -> bool:
    return _is_list(cell) and not LIST_MARKS.search(cell)


SHAPES = {
    "total": (_is_total, _is_area, _is_count, _is_number, _is_number, _is_number),
    "county": (_is_name, _is_area, _is_count, _is_number, _is_name, _is_list),
    "school": (_is_nothing, _is_label, _is_name, _is_number, _is_name, _is_list),
}
