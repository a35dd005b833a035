"""Text as someone wrote it: made comparable, and made safe to keep or to show."""

import re
import unicodedata
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

HIDDEN = "〔已隐去〕"
RECURS = 3

_NOISE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff“”\"'‘’「」『』]+")
_DASHES = re.compile(r"[-‐‑‒–—―−~]+")
_FREE = re.compile("〖[^〗]*〗|_{2,}.*$")
_LETTER = re.compile(r"^(?:[a-z][.、]|\d{1,2}[.、=](?=\D))")
_REMARK = re.compile(r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|【[^】]*】)$")
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:\d{1,3}\.){3}\d{1,3}"
    r"|(?:QQ|微信|V信|VX|WX|wechat)(?:号码?)?\s*(?:是|为|[:：])?\s*[A-Za-z0-9][\w-]{4,}"
    r"|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}"
    r"|0\d{2,3}[\s-]?\d{7,8}"
    r"|\d{7,}[Xx]?",
    re.IGNORECASE | re.ASCII,
)
# What each of these holds: told sooner than that a text holds none of them.
_PERHAPS = re.compile(r"@|\d\.\d|\d{3}[\s-]?\d{4}|QQ|微信|V信|VX|WX|wechat", re.IGNORECASE | re.ASCII)
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９＠．－", "0123456789@.-")
_WIDE = re.compile(f"[{''.join(map(chr, _WIDE_DIGITS))}]")
_WORD = re.compile(r"[^\W_]")
_PARENTHESES = str.maketrans("（）", "()")
_PLACE = re.compile("校|小学|中学|中心|完小|村小|教学点|幼儿园|^.{2,}[乡镇县村].|^.{2,3}县$")
_PERSON = re.compile("老师|先生|女士|校长|主任|同学|姓名")
# How many there were, in figures or in words; none of it begins as a family name does.
_AMOUNT = re.compile(
    r"[约近共第]{0,2}[-\d〇零一二两三四五六七八九十][\d〇零一二两三四五六七八九十百千万多余来几年月日.,;/、~—–-]*"
    r"(?:年|月|日|号|人次|人|元|次|个|节|天|学时|课时|小时|分钟|分|%)?"
)
_NOTHING = {"没有", "暂无", "不详", "不清楚", "未统计", "未知", "待定", "不适用"}
SHORT = 8
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d+)?分?")


def key(text: str) -> str:
    """Return `text` without what two writings of one label differ in: width, spaces, quotes, dashes."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    return _DASHES.sub("-", plain).rstrip(":。.?!*,;").casefold()


def wordings(label: str) -> tuple[str, ...]:
    """Return the keys an option may be known by: as written, then without its letter, remark, free text."""
    plain = key(_FREE.sub("", label))
    bare = _LETTER.sub("", plain)
    return tuple(dict.fromkeys([plain, bare, _REMARK.sub("", bare)]))


def spoken(text: str) -> str:
    """Return an option's wording without what someone wrote beside it: 其他〖…〗, 其他____…, 其他（…）."""
    plain = _FREE.sub("", text).translate(_PARENTHESES).strip()
    return _REMARK.sub("", plain) or plain


def distinguish(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return which distinct text each cell holds, -1 where it is missing, and the distinct texts."""
    codes, distinct = pd.factorize(texts)
    return codes, np.asarray(distinct, object)


def each(texts: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Return `change` of every text as objects, made once a distinct text; a missing one stays missing."""
    codes, distinct = distinguish(texts)
    changed = np.array([*map(change, distinct), pd.NA], object)
    return pd.Series(changed[codes], texts.index, dtype=object)


def mask(texts: pd.Series) -> pd.Series:
    """Return free text with phone and ID numbers, e-mail, QQ, WeChat and network addresses hidden."""
    return each(texts, masked).astype("string")


def masked(text: str) -> str:
    """Return one text as `mask` does."""
    if not _WORD.search(text):
        return text
    plain = text.translate(_WIDE_DIGITS) if _WIDE.search(text) else text
    return _PERSONAL.sub(HIDDEN, plain) if _PERHAPS.search(plain) else plain


def shown(texts: pd.Series, labels: Iterable[str] = (), amounts: bool = False) -> pd.Series:
    """Return cells that no option explains, hidden unless they cannot be personal.

    In:     labels: the wordings of the options the column has; amounts: whether it asks for a figure
    Rule:   a short number, or a wording that recurs in the column (a label that drifted), is shown, and in
            up to SHORT characters an amount where one is asked for, what says that there is none, and what
            is close to an option; anything else could be a name that slipped into the wrong column
    """
    known = [key(label) for label in labels]

    def short(text: str) -> bool:
        plain = key(text)
        if len(plain) > SHORT or _PERSON.search(plain):
            return False
        amount = amounts and _AMOUNT.fullmatch(plain)
        return bool(amount) or plain in _NOTHING or _close(plain, known)

    safe = each(texts, short).eq(True).fillna(False).astype(bool)
    recurs = texts.map(texts.value_counts()).ge(RECURS) & texts.str.len().le(20)
    number = texts.str.fullmatch(_NUMBER.pattern).fillna(False).astype(bool)
    return mask(texts).where(recurs | number | safe, HIDDEN).astype("string")


def _close(text: str, labels: list[str]) -> bool:
    """Say whether a text is made of the wordings of options but for a character: a name is not.

    Rule: counted are the labels with which it shares two characters in a row; it begins with a character of
          theirs (a person is written family name first) and has one at most that is in none of them
    """
    pairs = [text[k : k + 2] for k in range(len(text) - 1)]
    signs = set().union(*(label for label in labels if any(pair in label for pair in pairs)))
    return bool(signs) and text[0] in signs and sum(sign not in signs for sign in text) <= 1


def place(texts: pd.Series) -> pd.Series:
    """Return school or county names as typed, hidden where they look like a person's name or number."""
    like_place = (
        texts.str.contains(_PLACE.pattern) & ~texts.str.contains(_PERSON.pattern) & texts.str.len().le(40)
    )
    return mask(texts).where(like_place.fillna(False).astype(bool) | texts.eq(""), HIDDEN).astype("string")
