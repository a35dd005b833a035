"""The evidence in the reader's words, a row a figure, and what each of its codes means."""

from dataclasses import dataclass

import pandas as pd

from yiduiyi_analysis.codebook import Codebook, labels
from yiduiyi_analysis.present import numerals

MONTH, NAMED = "month", ("unit", "school")
CODE = "指标代码"
MEANT = {
    "value": "估计值或计数；* 为保护个人信息而不公布，… 没有数据",
    "lo": "95% 区间的下限，没有区间的空着",
    "hi": "95% 区间的上限，没有区间的空着",
    "n": "作答数；变化是后一轮的；台账数值是记录数或到达的人数、校数",
    "N": "总体数；不知道的空着",
}
SAID_OF_UNITS = {
    "rate": "0–1，写成百分数",
    "rate_points": "两个比例之差，0.06 写成 6%，即 6 个百分点",
    "stage": "0 最低，4 最高",
}


@dataclass(frozen=True)
class Names:
    """Who and what the codes of a set of evidence stand for; `places`: units and schools, by their group."""

    book: Codebook
    places: dict[str, str]

    def indicator(self, code: str) -> str:
        """Return what an indicator measures; of units at a stage, the stage too."""
        subject, at, value = code.rpartition(".progress.")
        item = self.book.item.get(subject)
        if not (at and item and item.scale):
            return self.book.label(code)
        options = {str(option.value): option.label for option in self.book.scales[item.scale].options}
        return f"{self.book.label(subject)}（处在“{options.get(value, value)}”的单位数）"

    def group(self, code: str) -> str:
        """Return 全部, 重点帮扶学校, 2021 年 3 月, or the name of a school or unit."""
        kind, _, value = code.partition(":")
        if kind == MONTH:
            year, _, month = value.partition("-")
            return f"{year} 年 {int(month)} 月"
        return self.places.get(code, value) if kind in NAMED else labels.GROUPS.get(code, code)

    def wave(self, code: str) -> str:
        """Return 终期 for W3; nothing for a fact of the roster, which has no wave."""
        return self.book.waves[code].label if code in self.book.waves else ""

    def place(self, code: str) -> str:
        """Return a county's name, or what all are called together."""
        return self.book.places().get(code, code)


def method(code: str) -> str:
    """Return how a figure was made: the design, the way, and whether some county is not in it."""
    whole, _, partial = code.partition("+")
    design, _, way = whole.partition("/")
    said = (
        [labels.DESIGNS.get(design, design), labels.WAYS.get(way, way)]
        if way
        else [labels.METHODS.get(whole, whole)]
    )
    return "；".join([*said, labels.PARTIAL] if partial else said)


def worded(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Return evidence in Chinese, a row a figure, numbers as numbers, the indicator's code last.

    Rule: place, indicator, group, wave and value stand side by side in this order, as the scan of finished
          documents looks for them; a figure that is not shown has its mark for a value
    """
    said = {
        "county_code": names.place,
        "indicator": names.indicator,
        "group": names.group,
        "wave": names.wave,
        "unit": lambda code: labels.UNITS.get(code, code),
        "status": lambda code: labels.STATUSES.get(code, code),
        "method": method,
    }
    rows = rows.astype({name: object for name in said})
    told = {name: _mapped(rows[name], words) for name, words in said.items()}
    numbers = {
        name: rows[name].astype(object).where(rows[name].notna(), None) for name in ("lo", "hi", "n", "N")
    }
    marks = [numerals.HIDDEN if s.startswith("suppressed") else numerals.ABSENT for s in rows["status"]]
    value = (
        rows["value"].astype(object).where(rows["value"].notna(), pd.Series(marks, rows.index, dtype=object))
    )
    frame = pd.DataFrame(told | numbers | {"value": value})[list(labels.COLUMNS)]
    return frame.set_axis(list(labels.COLUMNS.values()), axis=1).assign(**{CODE: rows["indicator"]})


def codes(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Return what each code in these rows means: a row a code with its kind and what is said of it."""
    book, used = names.book, {name: sorted(rows[name].dropna().unique()) for name in _CODED}
    listed = [("列", name, label, MEANT.get(name, "")) for name, label in labels.COLUMNS.items()]
    listed += [("地区", code, names.place(code), "") for code in used["county_code"]]
    listed += [
        ("轮次", wave.id, wave.label, f"{wave.opens} 至 {wave.closes}")
        for wave in book.waves.values()
        if wave.id in used["wave"]
    ]
    listed += [("组别", code, names.group(code), _grouped(code)) for code in used["group"]]
    listed += [
        ("单位", code, labels.UNITS.get(code, code), SAID_OF_UNITS.get(code, "")) for code in used["unit"]
    ]
    listed += [("状态", code, labels.STATUSES.get(code, code), "") for code in used["status"]]
    listed += [("方法", code, method(code), "") for code in used["method"]]
    listed += [("工具", tool.id, tool.title, "") for tool in book.instruments.values()]
    listed += [("条款", c.id, c.label, f"{c.group}，{c.source}") for c in book.clauses.values()]
    units = rows.drop_duplicates("indicator").set_index("indicator")["unit"]
    listed += [
        ("指标", code, names.indicator(code), _of_indicator(book, code, units[code]))
        for code in used["indicator"]
    ]
    return pd.DataFrame(listed, columns=["类别", "代码", "名称", "说明"])


_CODED = ("indicator", "county_code", "group", "wave", "unit", "status", "method")


def _mapped(values: pd.Series, words) -> pd.Series:
    known = {code: words(code) for code in values.dropna().unique()}
    return values.map(known).astype(object).where(values.notna(), "")


def _of_indicator(book: Codebook, code: str, unit: str) -> str:
    """Return the unit of an indicator and the clauses that it answers to."""
    entry = book.indicators.get(code) or book.indicators.get(code.rpartition(".")[0])
    clauses = f"；条款：{'、'.join(entry.clauses)}" if entry and entry.clauses else ""
    return f"单位：{labels.UNITS.get(unit, unit)}{clauses}"


def _grouped(code: str) -> str:
    kinds = {"unit": "发布单元：公布教师数据的最小单位", "school": "一所学校", MONTH: "一个月的台账"}
    return kinds.get(code.partition(":")[0], "")
