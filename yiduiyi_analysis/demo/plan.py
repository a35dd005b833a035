"""Which files each form is sent in: counties, export mode, encoding and header style."""

from dataclasses import dataclass, replace

import pandas as pd


@dataclass(frozen=True)
class Batch:
    """One file of a form: which counties ("*": those that no other batch of the form names), how exported.

    copy: these submissions are also in another file of the same form, which is the one that counts
    extra: insert (a question that the codebook does not know), drift (a label printed differently), old
           (序号 headers as before 2021), rows (引导语—1.题干)
    meta:  header block: a, b, c of 问卷星; t is an export of 腾讯问卷, map of a
           platform whose columns only a map in the codebook explains (without one: as 腾讯问卷)
    """

    form: tuple[str, str, str]  # instrument, wave, rater
    counties: str
    mode: str
    suffix: str = "xlsx"
    encoding: str = ""
    meta: str = "a"
    copy: bool = False
    extra: tuple[str, ...] = ()


INVENTED = "99"  # the province of invented counties: there is none
NAMED = [
    "普格",
    "布拖",
    "金阳",
    "昭觉",
    "喜德",
    "越西",
    "美姑",
]  # the counties of PLAN, as the codebook has them
BOM, UTF8, GBK = ("csv", "utf-8-sig"), ("csv", "utf-8"), ("csv", "gb18030")
PLAN = [
    Batch(("I02", "W0", ""), "布拖", "text"),
    Batch(("I02", "W0", ""), "普格", "text", *BOM),
    Batch(("I02", "W0", ""), "昭觉", "text", meta="b"),
    Batch(("I02", "W0", ""), "昭觉", "code", meta="b", copy=True),
    Batch(("I02", "W0", ""), "美姑", "text", *GBK),
    Batch(("I02", "W0", ""), "喜德", "text"),
    Batch(("I02", "W0", ""), "越西", "text"),
    Batch(("I02", "W0", ""), "越西", "code", *BOM, copy=True, extra=("old",)),
    Batch(("I02", "W0", ""), "*", "text", *UTF8, meta="b"),
    Batch(("I02", "W1", ""), "*", "score"),
    Batch(("I02", "W1", ""), "普格 越西", "points", *GBK),
    Batch(("I02", "W2", ""), "布拖 普格", "text"),
    Batch(("I02", "W2", ""), "布拖 普格", "code", *BOM, copy=True),
    Batch(("I02", "W2", ""), "昭觉 喜德", "code", meta="c"),
    Batch(("I02", "W2", ""), "美姑", "text", meta="map"),
    Batch(("I02", "W2", ""), "*", "code", *UTF8),
    Batch(("I02", "W3", ""), "布拖", "text", extra=("insert",)),
    Batch(("I02", "W3", ""), "昭觉", "text", meta="b", extra=("insert", "drift")),
    Batch(("I02", "W3", ""), "普格", "text", *GBK, extra=("drift",)),
    Batch(("I02", "W3", ""), "美姑", "text", meta="t"),
    Batch(("I02", "W3", ""), "*", "code", *UTF8, meta="c", extra=("old",)),
    Batch(("I04", "W0", ""), "布拖 普格 昭觉", "text", *GBK),
    Batch(("I04", "W0", ""), "*", "text", *BOM),
    Batch(("I04", "W2", ""), "*", "code", *GBK, meta="b"),
    Batch(("I04", "W3", ""), "布拖 昭觉", "text", extra=("rows",)),
    Batch(("I04", "W3", ""), "*", "code", *UTF8),
    Batch(("I01", "W0", "self"), "*", "text"),
    Batch(("I01", "W0", "expert"), "*", "code", meta="b"),
    Batch(("I01", "W2", "self"), "*", "text", *BOM),
    Batch(("I01", "W3", "self"), "*", "text", extra=("insert",)),
    Batch(("I01", "W3", "self"), "*", "code", *BOM, copy=True, extra=("insert",)),
    Batch(("I01", "W3", "expert"), "*", "text", meta="b", extra=("rows",)),
    Batch(("I03", "W0", ""), "*", "text", meta="b"),
    Batch(("I03", "W0", ""), "*", "code", *BOM, copy=True),
    Batch(("I03", "W2", ""), "*", "text", meta="t"),
    Batch(("I03", "W3", ""), "*", "code", meta="b"),
    Batch(("I05", "W0", ""), "布拖 普格", "text", *GBK, meta="c"),
    Batch(("I05", "W0", ""), "*", "code", *BOM, meta="c"),
    Batch(("I05", "W2", ""), "*", "code", *GBK, meta="c"),
    Batch(("I05", "W2", ""), "喜德", "text", meta="c"),
    Batch(("I05", "W2", ""), "喜德", "code", *BOM, meta="c", copy=True),
    Batch(("I05", "W3", ""), "昭觉 美姑", "text", *UTF8, meta="c", extra=("insert",)),
    Batch(("I05", "W3", ""), "*", "code", *UTF8, meta="c"),
]


def mark(schools: pd.DataFrame) -> str:
    """Return what tells the codes of these counties' persons and records from those of a nation's others."""
    first = schools["county_code"].min()
    return first[len(INVENTED) :] if first.startswith(INVENTED) else ""


def batches(form: tuple[str, str, str], counties: list[str]) -> list[Batch]:
    """Return the files that a form is sent in; one that PLAN does not name gives one text file.

    In:   counties: their short names; where PLAN names none of them, each has the part of one by place
    """
    planned = [batch for batch in PLAN if batch.form == form] or [Batch(form, "*", "text")]
    if set(counties) & set(NAMED):
        return planned
    instead = dict(zip(NAMED, counties, strict=False))
    there = [[instead[name] for name in batch.counties.split() if name in instead] for batch in planned]
    return [
        batch if batch.counties == "*" else replace(batch, counties=" ".join(names))
        for batch, names in zip(planned, there, strict=True)
    ]
