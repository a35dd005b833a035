"""How a table was exported: as wording, as scores or as 序号, by its name and by its cells."""

import re
from collections import Counter

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.survey import decode, written
from yiduiyi_analysis.clean.survey.decode import CODE, SCORE, TEXT
from yiduiyi_analysis.clean.survey.headers import Column
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault

CLEARLY_MORE = 0.02
NAMES = {TEXT: "按文本", SCORE: "按分数", CODE: "按序号"}
SUFFIXES = {"0": TEXT, "1": SCORE, "2": CODE}
_ASK = "请重新按文本导出，或在文件名里写上“按分数”或“按序号”，或在 data/codebook/forms.csv 的 mode 列登记"
_WON = "文件名与内容不符，按内容读"


def tell(
    export: Export, columns: list[Column], wave: str, book: Codebook, given: str | None
) -> tuple[str, list[pd.DataFrame]]:
    """Return the export mode, and a ledger row where name and cells contradict each other.

    In:     given: the mode that forms.csv gives, or None
    Rule:   forms.csv, else the cells, else the name; a figure counts for 序号 or score where it fits only one
    Raises: Fault when the answers are figures that fit both, and nothing says which
    """
    if given and given not in NAMES:
        raise Fault(f"forms.csv 的 mode“{given}”不认识", file=export.file, do=f"可用：{'、'.join(NAMES)}")
    if given:
        return given, []
    hint = _hint(export)
    mode = _mode_of(hint, _count(export, columns, wave, book))
    if mode is None:
        raise Fault("答案全是数字，看不出是分数还是选项序号", file=export.file, sheet=export.sheet, do=_ASK)
    if hint in (None, mode):
        return mode, []
    said = {"before": NAMES[hint], "after": NAMES[mode], "note": _WON}
    return mode, [
        ledger.rows(file=export.file, sheet=export.sheet, rule="mode_contradicted", action="review", **said)
    ]


def _hint(export: Export) -> str | None:
    """Return the mode a file's name tells: 按文本, or the _0 / _1 / _2 of older exports."""
    name = export.file.rsplit("/", 1)[-1]
    worded = next((mode for mode, word in NAMES.items() if word in f"{name} {export.title}"), None)
    old = re.search(r"_([012])\.\w+$", name) if "问卷星" in name else None
    return worded or (SUFFIXES[old[1]] if old else None)


def _mode_of(hint: str | None, count: Counter) -> str | None:
    """Return the mode that the cells allow, None where only the person who exported can know."""
    if count["worded"] >= count["figures"]:
        return SCORE if hint == SCORE and count["figures"] else TEXT
    lead = (count["code"] - count["score"]) / count["figures"]
    if abs(lead) > CLEARLY_MORE:
        return CODE if lead > 0 else SCORE
    if hint in (CODE, SCORE):
        return hint
    if count["marks"] or lead:
        return CODE if count["marks"] or lead > 0 else SCORE
    return CODE if count["alike"] == count["figures"] else None


def _count(export: Export, columns: list[Column], wave: str, book: Codebook) -> Counter:
    """Return how many cells of closed questions are wordings, and how many figures fit which reading.

    Rule: `marks` counts what only 序号 exports hold: a column an option, and -3
    """
    count = Counter(marks=sum(column.kind == "option" for column in columns))
    for column in columns:
        if column.kind != "item" or column.item.kind not in {"scale", "single"}:
            continue
        key = decode.key(column.item, wave, book)
        codes, texts = written.distinguish(export.frame[column.position])
        for text, times_seen in zip(texts, np.bincount(codes).tolist(), strict=True):
            count.update({name: times_seen * hit for name, hit in _kind_of(text, key).items()})
    return count


def _kind_of(text: str, key: decode.Key) -> dict[str, bool]:
    plain = written.key(text)
    if plain in decode.BLANKS:
        return {"marks": plain == decode.SKIPPED_CODE}
    figure = decode.FIGURE.fullmatch(plain)
    if not figure:
        return {"worded": key.cell(text, TEXT) != decode.UNKNOWN}
    code, score = (key.figure(int(figure[1]), mode) for mode in (CODE, SCORE))
    return {
        "figures": True,
        "code": code != decode.UNKNOWN,
        "score": score != decode.UNKNOWN,
        "alike": code == score,
    }
