"""A questionnaire export as text → its responses and answers, decoded through the codebook."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.survey import decode, forms, respondents, written
from yiduiyi_analysis.clean.survey.forms import Form
from yiduiyi_analysis.clean.survey.headers import Column
from yiduiyi_analysis.codebook import Codebook, Item

STRAIGHT_ITEMS = 10
ROWS = {
    **dict.fromkeys(["file", "sheet", "instrument", "wave", "mode", "platform", "number"], "string"),
    "row": "Int64",
    "submitted_at": "datetime64[s]",
    "duration_s": "float64",
    **dict.fromkeys(["county", "school", "rater", "rater_no", "class_key", "person"], "string"),
    **dict.fromkeys(["items", "graded"], "int64"),
    **dict.fromkeys(["same", "failed"], "bool"),
    **dict.fromkeys(["digest", "sender", "net"], "uint64"),
}


@dataclass(frozen=True)
class Batch:
    """The decoded submissions of one export.

    rows:  one row a submission, columns ROWS; county, school and person as typed; person, sender and net tell
           people apart and are never written
    value, missing, raw: a row a submission, a column an answer, in the codebook's order
    said:  ledger rows
    """

    form: Form
    rows: pd.DataFrame
    value: pd.DataFrame
    missing: pd.DataFrame
    raw: pd.DataFrame
    said: list[pd.DataFrame]


@dataclass
class _Answers:
    """The answers of one export as they are decoded, by answer id."""

    export: Export
    form: Form
    book: Codebook
    value: dict = field(default_factory=dict)
    missing: dict = field(default_factory=dict)
    raw: dict = field(default_factory=dict)
    said: list = field(default_factory=list)

    def put(self, answer: str, codes: np.ndarray, raw, value, missing) -> None:
        """Keep an answer, of which `codes` tells for each row which of `raw`, `value` and `missing` it is."""
        self.value[answer] = np.asarray(value, float)[codes]
        self.raw[answer] = codes, np.asarray(raw, object)
        self.missing[answer] = codes, np.asarray(missing, object)

    def not_asked(self, answer: str) -> None:
        self.put(answer, np.zeros(len(self.export.frame), int), [pd.NA], [np.nan], ["not_asked"])

    def texts(self, column: Column) -> pd.Series:
        return self.export.texts(column.position)

    def distinct(self, column: Column) -> tuple[np.ndarray, pd.Series]:
        """Return the distinct texts of a column, and which of them each row holds."""
        codes, texts = written.distinguish(self.export.frame[column.position])
        return codes, pd.Series(texts, dtype=object)

    def safe(self, codes: np.ndarray, raw: pd.Series, strange: np.ndarray, column: Column) -> pd.Series:
        """Return `raw` with the texts that no option explains made safe; their rows go into the ledger."""
        if not strange.any():
            return raw
        rows = np.flatnonzero(strange[codes])
        at = self.export.frame.index[rows]
        safe = written.shown(pd.Series(raw.to_numpy()[codes[rows]], at, dtype="str"))
        rows_said = pd.DataFrame({"row": at, "before": safe.to_numpy()})
        said = {
            "rule": "value_unknown",
            "action": "quarantined",
            "note": "不是该题的选项，记为 invalid，答卷保留",
        }
        source = {"file": self.export.file, "sheet": self.export.sheet, "column": column.header}
        self.said.append(ledger.rows(rows_said, **source, **said))
        raw = raw.to_numpy(object, copy=True)
        raw[codes[rows]] = safe.to_numpy(object)
        return pd.Series(raw, dtype=object)


def decode_export(export: Export, book: Codebook) -> Batch:
    """Return the submissions of one questionnaire export.

    Rule:   an item that the wave asked and the export lacks is `not_asked`; a value outside its scale
            or a label the codebook does not know is `invalid`; each is a ledger row
    Raises: Fault when instrument, wave or mode cannot be told, or the school column is missing
    """
    form = forms.identify(export, book)
    rows, unread = respondents.read(export, form, book)
    answers = _Answers(export, form, book)
    for item in _asked(form):
        _answer(item, answers)
    index = export.frame.index
    value = pd.DataFrame(np.column_stack([*answers.value.values()]), index, [*answers.value])
    missing, raw = _categories(answers.missing, index), _categories(answers.raw, index)
    read_as = {"instrument": form.tool.id, "wave": form.wave, "mode": form.mode, "platform": form.platform}
    rows = rows.assign(file=export.file, sheet=export.sheet, row=index, **read_as)
    rows = rows.assign(**_marks(form, value), digest=_digest(value, missing, raw))
    rows = rows.reset_index(drop=True)[list(ROWS)].astype(ROWS)
    return Batch(form, rows, value, missing, raw, [*form.said, *unread, *answers.said])


def answer_ids(item: Item, book: Codebook) -> list[str]:
    """Return the ids of an item's answers: its own, or one an option where several may be ticked."""
    if item.kind != "multi":
        return [item.id]
    return [f"{item.id}.{option.value}" for option in book.scales[item.scale].options]


def _asked(form: Form) -> list[Item]:
    """Return the items to decode: those the wave asked and those the export holds all the same."""
    there = {column.item.id for column in form.columns if column.item}
    answered = [item for item in form.tool.items if item.role not in respondents.ROLES]
    return [item for item in answered if item.id in there or form.wave in form.tool.waves_of(item)]


def _answer(item: Item, answers: _Answers) -> None:
    """Decode the column or columns of one item."""
    whole, options = answers.form.column_of(item), answers.form.options_of(item)
    if whole is None and not options:
        for answer in answer_ids(item, answers.book):
            answers.not_asked(answer)
    elif item.kind != "multi":
        _one(item, whole, answers)
    elif any(decode.ranked(answers.texts(column)) for column in options):
        _not_ticked(item, options, answers)
    elif whole is not None:
        _several_in_a_cell(item, whole, answers)
    else:
        _several_in_columns(item, options, answers)


def _one(item: Item, column: Column, answers: _Answers) -> None:
    codes, texts = answers.distinct(column)
    form = answers.form
    if item.scale:
        value, missing = decode.choice(texts, item, form.wave, form.mode, answers.book)
    else:
        value, missing = decode.number(texts) if item.kind == "number" else decode.words(texts)
    raw = decode.wording(texts, item, answers.book) if item.scale else written.each(texts, written.masked)
    answers.put(item.id, codes, answers.safe(codes, raw, missing == "invalid", column), value, missing)


def _several_in_a_cell(item: Item, column: Column, answers: _Answers) -> None:
    codes, texts = answers.distinct(column)
    form = answers.form
    value, missing, strange = decode.ticks(texts, item, form.wave, form.mode, answers.book)
    raw = answers.safe(codes, decode.wording(texts, item, answers.book), strange, column)
    for k, answer in enumerate(answer_ids(item, answers.book)):
        answers.put(answer, codes, raw, value[:, k], missing[:, k])


def _not_ticked(item: Item, columns: list[Column], answers: _Answers) -> None:
    """Pass over columns of places in an order: a rank of 1 is no tick."""
    for answer in answer_ids(item, answers.book):
        answers.not_asked(answer)
    names = pd.DataFrame({"column": [column.header for column in columns], "row": answers.export.header_row})
    said = {"rule": "column_unknown", "action": "review", "note": "各列是排序的名次，不是勾选，未读取"}
    answers.said.append(ledger.rows(names, file=answers.export.file, sheet=answers.export.sheet, **said))


def _several_in_columns(item: Item, columns: list[Column], answers: _Answers) -> None:
    """Decode a column an option; a blank beside a tick was not ticked."""
    given = {f"{item.id}.{column.option}": column for column in columns}
    read = {
        answer: decode.tick(answers.texts(c), c.option, item, answers.book) for answer, c in given.items()
    }
    some = np.any([value == 1 for value, _ in read.values()], axis=0)
    rows = np.arange(len(some))
    for answer in answer_ids(item, answers.book):
        if answer not in given:
            answers.not_asked(answer)
            continue
        value, missing = read[answer]
        beside = some & (missing == "blank")
        texts = decode.wording(answers.texts(given[answer]), item, answers.book)
        raw = answers.safe(rows, texts, missing == "invalid", given[answer])
        answers.put(answer, rows, raw, np.where(beside, 0.0, value), np.where(beside, None, missing))


def _categories(answers: dict[str, tuple[np.ndarray, np.ndarray]], index: pd.Index) -> pd.DataFrame:
    """Return texts a column an answer, all of the same categories, from their codes and distinct texts."""
    texts = [texts for _, texts in answers.values()]
    places, categories = pd.factorize(np.concatenate(texts))
    kind = pd.CategoricalDtype(pd.Index(categories, dtype="string"))
    starts = np.cumsum([0, *map(len, texts)])
    columns = {
        answer: pd.Categorical.from_codes(places[start:][codes], dtype=kind)
        for start, (answer, (codes, _)) in zip(starts, answers.items(), strict=False)
    }
    return pd.DataFrame(columns, index)


def _marks(form: Form, value: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what tells flags: questions shown, scale items answered, one answer throughout, failed check.

    Rule: one answer throughout = at least STRAIGHT_ITEMS scale items, all with one value, none turned
    """
    there = [item for item in form.tool.items if item.kind == "scale" and item.id in value]
    checks = {item.id: item.expect for item in there if item.role == "check"}
    graded, checked = value[[item.id for item in there if item.role != "check"]], value[list(checks)]
    shown = len({column.item.id for column in form.columns if column.item})
    return {
        "items": pd.Series(shown, value.index),
        "graded": graded.notna().sum(axis=1),
        "same": graded.max(axis=1).eq(graded.min(axis=1)) & graded.notna().sum(axis=1).ge(STRAIGHT_ITEMS),
        "failed": (checked.notna() & checked.ne(pd.Series(checks, dtype=float))).any(axis=1),
    }


def _digest(value: pd.DataFrame, missing: pd.DataFrame, raw: pd.DataFrame) -> pd.Series:
    """Return a number that two rows share when they answer everything alike, in figures and in words."""
    texts = value.columns[value.isna().all()]
    worded = raw[texts].where(missing[texts].isna()).add_suffix("@")
    return pd.util.hash_pandas_object(pd.concat([value.fillna(-1), worded], axis=1), index=False)
