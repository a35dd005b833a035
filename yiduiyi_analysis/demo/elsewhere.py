"""The same answers as other platforms export them: 腾讯问卷, and one that only a column map can read."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Instrument, Item, Option, Platform
from yiduiyi_analysis.demo.answers import Form

TENCENT, MAPPED = "t", "map"
OTHERS = {TENCENT, MAPPED}
TENCENT_META = {
    "number": "编号",
    "started": "开始答题时间",
    "submitted": "结束答题时间",
    "duration": "答题时长",
}


def platform(meta: str, tool: Instrument, wave: str, book: Codebook) -> Platform | None:
    """Return the column map that an export of this header block needs, None where there is none."""
    fits = [p for p in book.platforms.values() if p.instrument == tool.id and p.wave in (None, wave)]
    return fits[0] if meta == MAPPED and fits else None


def meta(people: pd.DataFrame, columns: dict, entry: Platform | None) -> list[tuple]:
    """Return (key, header, cells) of the platform's own columns, in its order."""
    times = [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in people["submitted_at"]]
    if entry is not None:
        own = {"number": columns["number"], "submitted": times, "duration": columns["duration"],
               "ip": columns["ip"]}  # fmt: skip
        named = {"number": "number", "submitted": "submitted_at", "duration": "duration", "ip": "net"}
        return [(key, entry.meta[named[key]], own[key]) for key in own if named[key] in entry.meta]
    started = people["submitted_at"] - pd.to_timedelta(people["duration_s"], unit="s")
    own = columns | {"submitted": times, "started": [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in started]}
    return [(key, header, own[key]) for key, header in TENCENT_META.items()]


def header(item: Item, number: int, entry: Platform | None, option: Option | None = None) -> str:
    """Return the heading of a question, or of one of its options."""
    worded = f"{item.matrix}—{item.stem}" if item.matrix else item.stem
    if entry is None:
        return f"{number}.{worded}" + (f":{option.label}" if option else "")
    named = {target: heading for heading, target in entry.columns.items()}
    if option is None:
        return named.get(item.id, worded)
    return named.get(f"{item.id}.{option.value}", f"{item.stem}({option.label})")


def wording(at: int, label: str, item: Item, entry: Platform | None) -> str:
    """Return an option as the platform words it: lettered, or as its map says."""
    if entry is None:
        return f"{chr(ord('A') + at)}.{label}"
    if item.id not in entry.columns.values():
        return label
    words = entry.options.get(item.scale, {}) | entry.options.get(item.id, {})
    return {theirs: ours for ours, theirs in words.items()}.get(label, label)


def several(form: Form, rows: pd.Index, item: Item, number: int, entry: Platform | None) -> list[tuple]:
    """Return the column or columns of a question with several answers.

    Rule: one cell where the platform's map names the question whole, else a column an option
    """
    options = form.setting.book.scales[item.scale].options
    ticked = form.given.loc[rows, [f"{item.id}.{option.value}" for option in options]].to_numpy() == 1
    other = form.texts[f"{item.id}.other"].loc[rows].to_numpy() if item.other else [""] * len(rows)
    if entry is not None and item.id in entry.columns.values():
        cells = [
            entry.separator.join(
                f"{option.label}〖{beside}〗" if option.label == item.other else option.label
                for option, tick in zip(options, line, strict=True)
                if tick
            )
            for line, beside in zip(ticked, other, strict=True)
        ]
        return [(item.id, header(item, number, entry), np.array(cells, object))]
    columns = []
    for at, option in enumerate(options):
        cell = np.full(len(rows), wording(at, option.label, item, entry) if entry is None else "1", object)
        if entry is None and option.label == item.other:
            cell = cell + np.array([f"____{text}" for text in other], object)
        cells = np.where(ticked[:, at], cell, "" if entry is None else "0")
        columns.append((f"{item.id}.{option.value}", header(item, number, entry, option), cells))
    return columns
