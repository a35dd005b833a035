"""Who sent a submission, when and from where: the platform's own columns and the questions that say so."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.survey import decode, times, written
from yiduiyi_analysis.clean.survey.forms import Form
from yiduiyi_analysis.clean.survey.headers import Column
from yiduiyi_analysis.codebook import Codebook, Item

# Questions that become columns of the response, never answers.
ROLES = {"county", "school", "rater", "rater_no", "visit_date", "class", "person"}
RATERS = {1: "self", 2: "expert"}
RATER_WORDS = {"self": "自评", "expert": "专家"}
# What the platform writes where it does not know the sender; a wording that more rows share is a channel.
NOBODY = {"", "n/a", "无", "-", "--", "未知", "直接访问", "微信", "手机提交", "链接", "二维码", "(空)"}
SENT_BY_ONE = 3
_RATER_NO = r"(?:专家)?[A-Za-z]{0,2}-?\d{1,4}"


def read(export: Export, form: Form, book: Codebook) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return who sent each row, when and from where, and the ledger of times that could not be read.

    Out:    number, submitted_at, duration_s, county, school (as typed), rater, rater_no, class_key, person
            (as typed, to be veiled before anything is written), and sender, net: figures that two rows share
            when they come from one account, one network address; 0 = unknown
    Rule:   a rater who wrote a name instead of a number gets a code; nobody's name is kept
    """
    numbers, durations = _meta(export, form, "number"), _meta(export, form, "duration")
    rater_no = _role(export, form, "rater_no")
    numbered = rater_no.str.fullmatch(_RATER_NO)
    rows = pd.DataFrame({
        "number": numbers.str.strip(),
        "submitted_at": form.submitted_at,
        "duration_s": times.seconds(durations),
        "county": _role(export, form, "county"),
        "school": _role(export, form, "school"),
        "rater": _rater(export, form, book),
        "rater_no": rater_no.where(numbered, _veiled(rater_no)).replace("", pd.NA),
        "class_key": _class_key(export, form, book),
        "person": _given(_role(export, form, "person")),
        "sender": _sender(export, form),
        "net": _figure(_meta(export, form, "net")),
    })  # fmt: skip
    when = _meta(export, form, "submitted_at")
    unread = [
        *_unread(when, rows["submitted_at"], form.meta("submitted_at"), "time_unreadable", export),
        *_unread(durations, rows["duration_s"], form.meta("duration"), "duration_unreadable", export),
    ]
    return rows, unread


def _meta(export: Export, form: Form, kind: str) -> pd.Series:
    return _texts(export, form.meta(kind))


def _role(export: Export, form: Form, role: str) -> pd.Series:
    return _texts(export, form.role(role)).str.strip()


def _given(texts: pd.Series) -> pd.Series:
    blank = {text: written.key(text) in decode.BLANKS for text in texts.unique()}
    return texts.mask(texts.map(blank).astype(bool))


def _sender(export: Export, form: Form) -> pd.Series:
    """Return a figure an account: of its columns the first that names somebody, 0 where none does."""
    sender = pd.Series(0, export.frame.index, dtype="uint64")
    for column in (column for column in form.columns if column.kind == "sender"):
        texts = _texts(export, column)
        codes, _ = pd.factorize(texts)
        rare = np.bincount(codes)[codes] <= SENT_BY_ONE
        sender = sender.mask(sender == 0, _figure(texts.where(rare, "")))
    return sender


def _figure(texts: pd.Series) -> pd.Series:
    somebody = ~texts.str.strip().str.casefold().isin(NOBODY)
    return pd.util.hash_array(texts.to_numpy(object)) * somebody.astype("uint64")


def _texts(export: Export, column: Column | None) -> pd.Series:
    if column is None:
        return pd.Series("", export.frame.index, dtype="str")
    return export.texts(column.position)


def _item(form: Form, role: str) -> Item | None:
    return next((item for item in form.tool.items if item.role == role), None)


def _veiled(names: pd.Series) -> pd.Series:
    """Return a code a name, by order of appearance: a fingerprint could be tried against a list of names."""
    codes, _ = pd.factorize(names.where(names != ""))
    return pd.Series([f"R{k + 1:06d}" if k >= 0 else "" for k in codes], names.index, dtype="str")


def _rater(export: Export, form: Form, book: Codebook) -> pd.Series:
    """Return self or expert where the instrument has a rater; the file's title answers for blank cells."""
    item = _item(form, "rater")
    if item is None:
        return pd.Series(pd.NA, export.frame.index, dtype="string")
    values, _ = decode.choice(_role(export, form, "rater"), item, form.wave, form.mode, book)
    told = pd.Series(values, export.frame.index).map(RATERS).astype("string")
    label = f"{export.file} {export.sheet} {export.title}"
    named = [rater for rater, word in RATER_WORDS.items() if word in label]
    return told.fillna(named[0]) if len(named) == 1 else told


def _class_key(export: Export, form: Form, book: Codebook) -> pd.Series:
    """Return what names a class within its school, NA where the form does not ask."""
    grade, group = _role(export, form, "grade"), _role(export, form, "class")
    if item := _item(form, "grade"):
        values, _ = decode.choice(grade, item, form.wave, form.mode, book)
        grade = pd.Series(values, grade.index).astype("Int64").astype("string").fillna("?")
    plain = group.map({text: written.key(text) for text in group.unique()})
    return (grade + "|" + plain).where(plain.ne("")).astype("string")


def _unread(
    texts: pd.Series, found: pd.Series, column: Column | None, rule: str, export: Export
) -> list[pd.DataFrame]:
    """Return ledger rows for the cells that hold something but no time."""
    bad = texts[found.isna() & texts.str.strip().ne("")]
    if column is None or bad.empty:
        return []
    rows = pd.DataFrame({"row": bad.index, "before": written.shown(bad).to_numpy()})
    said = {"column": column.header, "rule": rule, "action": "kept", "note": "认不出时间，记为缺失"}
    return [ledger.rows(rows, file=export.file, sheet=export.sheet, **said)]
