"""Forms → the tables that the survey platform exports, in text, score and 序号 mode."""

from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Item
from yiduiyi_analysis.demo import elsewhere, plan, streams
from yiduiyi_analysis.demo.answers import Form
from yiduiyi_analysis.demo.plan import Batch

MARK = "合成数据"
MODES = {"text": "按文本", "points": "按文本", "score": "按分数", "code": "按序号"}
META = {
    "a": ["number", "submitted", "duration", "source", "detail", "ip"],
    "b": ["number", "submitted", "duration", "ip", "source", "detail"],
    "c": ["number", "user", "submitted", "duration", "source", "detail", "ip", "total"],
}
META_HEADERS = {
    "number": "序号", "user": "用户ID", "submitted": "提交答卷时间", "duration": "所用时间", "source": "来源",
    "detail": "来源详情", "ip": "来自IP", "total": "总分",
}  # fmt: skip
FAKE_NETS = ["192.0.2.", "198.51.100.", "203.0.113."]
USER, NICKNAME, PLACE = "wx_synthetic_", "昵称测试", "(四川-凉山)"
INSERTED = ("本人已阅读填写说明", "是")


@dataclass
class Table:
    """One file's sheet: text and numbers as a person sees them, and what cleaning must make of them.

    keys: what each column is (a meta key, an item id, `item.option`, "mark" …); cells: rows × keys
    people, given, missing: the expected outcome of the same rows
    kept_as, record: of a record sheet, the table of data/clean and the fields it must hold for each row
    notes: (row or None for header and file, key or None, fault, action, detail)
    """

    file: str
    sheet: str
    instrument: str
    wave: str
    mode: str
    batch: Batch | None
    keys: list[str]
    headers: list[str]
    cells: np.ndarray
    people: pd.DataFrame
    given: pd.DataFrame
    missing: pd.DataFrame
    record: pd.DataFrame | None = None
    kept_as: str = ""
    notes: list[tuple] = field(default_factory=list)

    def column(self, key: str) -> int:
        """Return where `key` stands; of several option columns the first."""
        return next(at for at, name in enumerate(self.keys) if name == key or name.startswith(f"{key}."))


def tables(form: Form) -> list[Table]:
    """Return the form's files as PLAN has them; a form that it does not name gives one text file."""
    wanted = (form.setting.tool.id, form.wave.id, form.rater)
    short = form.setting.book.counties.set_index("county_code")["short"]
    batches = plan.batches(wanted, short.tolist())
    county, named = form.people["county_code"].map(short), {n for b in batches for n in b.counties.split()}
    made = []
    for batch in batches:
        own = county.isin(batch.counties.split())
        rows = form.people.index[~county.isin(named) if batch.counties == "*" else own]
        if len(rows):
            made.append(export(form, batch, rows))
    return made


def export(form: Form, batch: Batch, rows: pd.Index) -> Table:
    """Return these submissions of a form as one file, as `batch` exports them."""
    columns = [
        *_meta(form, batch, rows),
        *_answers(form, batch, rows),
        ("mark", MARK, np.full(len(rows), MARK)),
    ]
    keys, headers, cells = zip(*columns, strict=True)
    name = "" if batch.counties == "*" else "_" + "".join(batch.counties.split())
    title, told = f"{MARK}_{form.title}{name}_{len(rows)}_{len(form.people)}.{batch.suffix}", _told(form)
    table = Table(
        file=_map(form, batch).files[0].replace("*", title)
        if _map(form, batch)
        else (f"{form.id}_{MODES[batch.mode]}_{title}"),
        sheet=MARK,
        instrument=form.setting.tool.id,
        wave=form.wave.id,
        mode="text" if batch.mode == "points" else batch.mode,
        batch=batch,
        keys=list(keys),
        headers=list(headers),
        cells=np.column_stack([np.asarray(column, object) for column in cells]),
        people=form.people.loc[rows].reset_index(drop=True),
        given=form.given.loc[rows, told].reset_index(drop=True),
        missing=form.missing.loc[rows, told].reset_index(drop=True),
    )
    place = pd.Series(range(len(rows)), rows)
    if batch.copy:
        table.people["action"] = "quarantined"
    else:
        table.notes += [(int(place[row]), *rest) for row, *rest in form.faults if row in place.index]
    return table


def _told(form: Form) -> list[str]:
    """Return the answers that cleaning gives as answers: not those that say who answers and where."""
    items = [item for item in form.setting.asked if item.role in (None, "check", "grade")]
    return [name for item in items for name in streams.columns(form.setting.book, item)]


def _slashed(times: pd.Series) -> list[str]:
    """Return date-times as the platform prints them, without leading zeros in the date."""
    return [f"{t.year}/{t.month}/{t.day} {t:%H:%M:%S}" for t in times]


def _meta(form: Form, batch: Batch, rows: pd.Index) -> list[tuple]:
    people, rng, n = form.people.loc[rows], form.setting.stream("meta", batch.counties), len(rows)
    ip = np.char.add(rng.choice(FAKE_NETS, n), rng.integers(1, 255, n).astype(str))
    phone = (rng.random(n) < 0.7) | people["paired"].to_numpy()
    columns = {
        "number": people["number"].astype(int).to_numpy(object),
        "user": [f"{USER}{k:04d}" for k in rng.permutation(n)],
        "submitted": _slashed(people["submitted_at"]),
        "duration": [f"{int(seconds)}秒" for seconds in people["duration_s"]],
        "source": np.where(phone, "微信", "手机提交"),
        "detail": np.where(phone, [f"{NICKNAME}{k:04d}" for k in rng.permutation(n)], "直接访问"),
        "ip": np.char.add(ip, PLACE),
        "total": np.zeros(n, int).astype(object),
    }
    again = np.flatnonzero(people["second"])
    for key in ("user", "detail", "ip"):  # a form sent twice comes from one account
        columns[key] = np.asarray(columns[key], object)
        columns[key][again] = columns[key][again - 1]
    if batch.meta in elsewhere.OTHERS:
        return elsewhere.meta(people, columns, _map(form, batch))
    return [(key, META_HEADERS[key], columns[key]) for key in META[batch.meta]]


def _map(form: Form, batch: Batch):
    return elsewhere.platform(batch.meta, form.setting.tool, form.wave.id, form.setting.book)


def _answers(form: Form, batch: Batch, rows: pd.Index) -> list[tuple]:
    """Return (key, header, cells) a column, questions numbered as printed."""
    out, number = [], 0
    for _, group in groupby(form.setting.asked, key=lambda item: item.matrix or item.id):
        items = list(group)
        if "insert" in batch.extra and number == 2:
            number += 1
            out.append(("inserted", f"{number}、{INSERTED[0]} ", np.full(len(rows), INSERTED[1])))
        number += 1
        for at, item in enumerate(items):
            header = _header(item, number, at, batch)
            if batch.meta in elsewhere.OTHERS:
                header = elsewhere.header(item, number, _map(form, batch))
            out += _item(form, batch, rows, item, header, number)
    return out


def _header(item: Item, number: int, at: int, batch: Batch) -> str:
    if not item.matrix:
        return f"{number}、{item.stem} "
    if "rows" in batch.extra:
        return f"{number}、{item.matrix}—1.{item.stem}" if at == 0 else f"{at + 1}.{item.stem}"
    return f"{number}、{item.matrix}(矩阵单选题 *必答)—{item.stem}" if at == 0 else item.stem


def _item(form: Form, batch: Batch, rows: pd.Index, item: Item, header: str, number: int) -> list[tuple]:
    if item.kind == "number":
        return [(item.id, header, form.given.loc[rows, item.id].astype(int).to_numpy(object))]
    if item.scale is None:
        return [(item.id, header, form.texts.loc[rows, item.id].to_numpy())]
    if item.kind == "multi":
        return _multi(form, batch, rows, item, header, number)
    order = form.setting.book.option_order(item, form.wave.id)
    printed = {
        "text": lambda at, option: _label(at, option, item, form, batch),
        "points": lambda at, option: f"{option.value}分",
        "score": lambda at, option: option.value,
        "code": lambda at, option: at + 1,
    }[batch.mode]
    if batch.mode == "points" and form.setting.book.scales[item.scale].kind == "choice":
        printed = lambda at, option: option.label  # noqa: E731
    by_value = {option.value: printed(at, option) for at, option in enumerate(order)}
    known = sorted(value for value in by_value if value is not None)
    values = form.given.loc[rows, item.id].to_numpy()
    lookup = np.array([by_value[value] for value in known], object)
    cells = lookup[np.searchsorted(known, np.nan_to_num(values, nan=known[0]))]
    cells[form.missing.loc[rows, item.id].to_numpy() == "not_applicable"] = by_value.get(None)
    return [(item.id, header, cells)]


def _label(at: int, option, item: Item, form: Form, batch: Batch) -> str:
    if batch.meta in elsewhere.OTHERS:
        return elsewhere.wording(at, option.label, item, _map(form, batch))
    likert = form.setting.book.scales[item.scale].kind == "likert"
    drifted = "drift" in batch.extra and likert and option.value == 4 and option.also
    return option.also[0] if drifted else option.label


def _multi(form: Form, batch: Batch, rows: pd.Index, item: Item, header: str, number: int) -> list[tuple]:
    """Return one column of ticked labels in text mode, a 0/1 column an option else."""
    if batch.meta in elsewhere.OTHERS:
        return elsewhere.several(form, rows, item, number, _map(form, batch))
    options = form.setting.book.scales[item.scale].options
    names = [f"{item.id}.{option.value}" for option in options]
    ticked = form.given.loc[rows, names].to_numpy()
    if batch.mode in ("code", "score"):
        shape = "第{}题({})" if "old" in batch.extra else "{}、({})"
        headers = [shape.format(number, option.label) for option in options]
        return [
            (name, h, ticked[:, k].astype(int).astype(object))
            for k, (name, h) in enumerate(zip(names, headers, strict=True))
        ]
    labels = [option.label for option in options]
    other = form.texts[f"{item.id}.other"].loc[rows].to_numpy() if item.other else None
    cells = []
    for row, line in enumerate(ticked):
        chosen = [label for label, tick in zip(labels, line, strict=True) if tick]
        cells.append("┋".join(f"{c}〖{other[row]}〗" if c == item.other else c for c in chosen))
    return [(item.id, header, np.array(cells, object))]
