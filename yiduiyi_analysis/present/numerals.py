"""How a number is written: rounding, percents, intervals, denominators, the marks of a cell without one."""

from decimal import ROUND_HALF_EVEN, Decimal

import pandas as pd

from yiduiyi_analysis.present.lookup import tuples

HIDDEN, ABSENT, NOT_ASKED, CENSUS, UNSURE = "*", "…", "—", "全员", "无区间"
LEGEND = f"{HIDDEN} 为保护个人信息而不公布；{ABSENT} 没有数据；{NOT_ASKED} 本轮没有这一项。"
PLACES = {"rate": 0, "points": 2, "gap": 2, "count": 0, "rate_points": 0, "sd": 2, "stage": 0}
PLACES |= {"hours": 1, "yuan": 0, "minutes": 0, "score": 1, "score_points": 1, "r": 2}
SIGNED = ("gap", "rate_points", "sd", "score_points")
UNITS = {
    "hours": "学时",
    "yuan": "元",
    "minutes": "分钟",
    "points": "分",
    "score": "分",
    "score_points": "分",
}
SHOWN = ("ok", "full", "no_interval", "count")
WITHOUT = {"full": CENSUS, "no_interval": UNSURE}
PER = "records/per"  # a sum over the roster: nobody of the roster is counted in it
RATIO = "records/ratio"  # a sum over a sum, n and N


def rounded(value: float, places: int = 0) -> str:
    """Return `value` with `places` decimals and a true minus sign.

    Rule:   round once, last, halves to even, on the decimal digits that the number prints as (GB/T 8170)
    """
    exact = Decimal(str(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return f"{exact + 0:f}".replace("-", "−")


def percent(share: float, sign: str = "%") -> str:
    """Return a share (0–1) as a whole percent.

    Rule:   whole percents everywhere, whatever the group's size: the groups are small, and a decimal would
            claim more than the interval grants; the shares of a distribution may sum to 99–101
    """
    return rounded(Decimal(str(float(share))) * 100) + sign


def number(value: float, unit: str) -> str:
    """Return a value of evidence as its unit asks: 72%, 3.62, +0.36, 5; +6 for 6 个百分点; 1,234,500 元."""
    if unit == "rate":
        return percent(value)
    if unit == "yuan":
        return f"{Decimal(rounded(value).replace('−', '-')):,}".replace("-", "−")
    text = percent(value, "") if unit == "rate_points" else rounded(value, PLACES[unit])
    return f"+{text}" if unit in SIGNED and value > 0 and text.strip("0.") else text


def interval(lo: float, hi: float, unit: str) -> str:
    """Return the two ends of an interval: 68–76 (percent), 3.41–3.80 (points), −0.51 至 −0.20 (gap)."""
    if unit == "rate":
        return f"{percent(lo, '')}–{percent(hi, '')}"
    return (" 至 " if unit in SIGNED or lo < 0 else "–").join((number(lo, unit), number(hi, unit)))


def cell(row) -> str:
    """Return what a table shows for one row of evidence: 72%（68–76）, 72%（全员）, 5, * or …

    In: a row with value, lo, hi, unit and status
    """
    if row.status.startswith("suppressed"):
        return HIDDEN
    if row.status not in SHOWN or pd.isna(row.value):
        return ABSENT
    text = number(row.value, row.unit)
    if row.status in WITHOUT:
        return f"{text}（{WITHOUT[row.status]}）"
    return f"{text}（{interval(row.lo, row.hi, row.unit)}）" if pd.notna(row.lo) else text


def target(value: float, unit: str, better: str) -> str:
    """Return what must be reached: ≥85%, ≤25%; 100% and 0% alone, where nothing lies beyond them."""
    end = unit == "rate" and value == (1 if better == "up" else 0)
    return f"{'' if end else '≥' if better == 'up' else '≤'}{number(value, unit)}"


def denominator(row) -> str:
    """Return who stands behind one row of evidence: 258/314, or 258 where the whole is not known.

    Rule: of a sum over the roster the roster alone: N=314; of a sum over a sum both: 123,456/200,000
    """
    if row.status.startswith("suppressed"):
        return HIDDEN
    if row.status not in SHOWN or pd.isna(row.n):
        return ABSENT
    if made(row, PER):
        return f"N={rounded(row.N)}"
    if made(row, RATIO) and pd.notna(row.N):
        return f"{number(row.n, 'yuan')}/{number(row.N, 'yuan')}"
    return f"{rounded(row.n)}/{rounded(row.N)}" if pd.notna(row.N) else rounded(row.n)


def made(row, method: str) -> bool:
    """Tell whether a row of evidence was made by a method, of all counties or of some."""
    return str(getattr(row, "method", "")).removesuffix("+partial") == method


def legend(rows: pd.DataFrame) -> str:
    """Return what the marks mean that these rows of evidence need; nothing where all are shown."""
    hidden, absent = rows["status"].str.startswith("suppressed").any(), rows["status"].eq("no_data").any()
    said = [f"{HIDDEN} 为保护个人信息而不公布" if hidden else "", f"{ABSENT} 没有数据" if absent else ""]
    text = "；".join(part for part in said if part)
    return f"{text}。" if text else ""


def finished(row) -> str:
    """Return how many units have finished, of those with a record: 5/9; below it N, where some have none."""
    if row.status not in SHOWN or pd.isna(row.value):
        return cell(row)
    text = f"{rounded(row.value * row.n)}/{rounded(row.n)}"
    return text if pd.isna(row.N) or row.n == row.N else f"{text}\nN={rounded(row.N)}"


def cells(rows: pd.DataFrame) -> list[str]:
    """Return `cell` of every row."""
    return [cell(row) for row in tuples(rows)]


def denominators(rows: pd.DataFrame) -> list[str]:
    """Return `denominator` of every row."""
    return [denominator(row) for row in tuples(rows)]
