"""Whether a finished document gives a person away: addresses, numbers, codes, a person's own words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Sheet, labels
from yiduiyi_analysis.publish import extract
from yiduiyi_analysis.publish.forbidden import NOTHING, QUOTE, Secrets, numbers, quotations
from yiduiyi_analysis.workspace import Workspace, read_table

APART = r"(?<![0-9A-Za-z.]){}(?![0-9A-Za-z])"
PATTERNS = {
    "IP 地址": APART.format(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"),
    "手机号码": APART.format(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"),
    "固定电话号码": APART.format(r"0\d{2,3}[- ]?[2-9]\d{6,7}"),
    "电子邮箱": r"[\w.+-]+@\w[\w-]*(?:\.\w[\w-]*)+",
}
IDENTITY = APART.format(r"[1-9]\d{5}(?:\d{11}[\dXx]|\d{9})")
CHECK = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
BESIDE = r"(?:〖|_{2,}|：)([^〗_┋]+)"  # 其他〖…〗, 其他____…, 其他：…
BARE = ("mean", "rate", "done")  # measures that reports leave unsaid


def secrets(ws: Workspace, book: Codebook) -> Secrets:
    """Return what the documents of a workspace must not hold; without clean data only what is hidden."""
    quotes, codes = [], []
    for part in sorted((ws.clean / "answers.parquet").glob("*.parquet")):
        quotes.append(quotations(_free_text(part, book)))
    for part in sorted((ws.clean / "responses.parquet").glob("*.parquet")):
        codes.append(numbers(_of_responses(part)))
    for sheet in book.sheet.values():
        for part in sorted((ws.clean / f"{sheet.id}.parquet").glob("*.parquet")):
            written, named = _of_records(part, sheet)
            quotes.append(quotations(written))
            codes.append(numbers(named))
    said = np.unique(np.concatenate([NOTHING, *quotes]))
    if len(said):
        said = np.setdiff1d(said, quotations([*_public(ws), *_consented(ws)]), assume_unique=True)
    hidden = Secrets.of(hidden=_hidden(ws, book)).hidden
    return Secrets(said, np.unique(np.concatenate([NOTHING, *codes])), hidden)


def document(path: Path, kept: Secrets, county_code: str | None = None) -> list[str]:
    """Return what a finished document gives away, a line a kind; never the thing itself.

    In:     path: .html, .docx, .pdf, .xlsx or .svg; county_code: whose report it is
    """
    pieces = extract.pieces(path)
    if pieces is None:
        return [f"不会检查 {path.suffix} 文件"]
    return text(pieces, kept, county_code)


def faults(path: Path, kept: Secrets, county_code: str | None = None) -> list[str]:
    """Return what `document` finds; a document that cannot be read is not let pass."""
    try:
        return document(path, kept, county_code)
    except Exception as error:
        return [f"无法检查（{type(error).__name__}）"]


def text(pieces: Iterable[str], kept: Secrets, county_code: str | None = None) -> list[str]:
    """Return what texts give away, a line a kind; a table's row is one piece, as is a label."""
    plain = unicodedata.normalize("NFKC", "\n".join(pieces))
    found = [kind for kind, pattern in PATTERNS.items() if re.search(pattern, plain)]
    if any(_is_identity(number) for number in re.findall(IDENTITY, plain)):
        found.append("身份证号码")
    if kept.named(re.findall(r"[0-9A-Za-z][0-9A-Za-z-]+", plain)):
        found.append("个人编号")
    if kept.quoted(plain):
        found.append(f"作答者的原话（连续 {QUOTE} 字以上）")
    if kept.figure(re.sub(r"\s+", "", plain), county_code):
        found.append("不公布的数值（图表标签或单元格）")
    return found


def _is_identity(number: str) -> bool:
    """Tell whether 18 or 15 digits are a person's: a day of birth, and the right check digit."""
    born = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    if len(number) == 15:
        return True
    total = sum(weight * int(digit) for weight, digit in zip(CHECK, number, strict=False))
    return "10X98765432"[total % 11] == number[-1].upper()


def _is_code(code: str) -> bool:
    """Tell a code that can be looked for from a bare running number."""
    return len(code) >= 3 and any(c.isalpha() for c in code) and any(c.isdigit() for c in code)


def _free_text(part: Path, book: Codebook) -> list[str]:
    """Return what was written, not chosen: free answers, and the words beside an option; each once."""
    asked = {
        i.id for tool in book.instruments.values() for i in tool.items if i.kind == "text" and not i.role
    }
    answers = pd.read_parquet(part, columns=["item_id", "raw"]).dropna()
    answers["raw"] = answers["raw"].astype("str")
    free = answers["item_id"].isin(asked)
    beside = answers.loc[~free, "raw"].drop_duplicates().str.findall(BESIDE).explode().dropna()
    return [*answers.loc[free, "raw"].unique(), *beside.unique()]


def _of_responses(part: Path) -> set[str]:
    """Return the ids of responses, and the experts' numbers and persons' codes in them."""
    known = pd.read_parquet(part)
    codes = {*known["response_id"].dropna(), *filter(_is_code, known["rater_no"].dropna().unique())}
    return codes | set(known["person"].dropna()) if "person" in known else codes


def _of_records(part: Path, sheet: Sheet) -> tuple[list[str], set[str]]:
    """Return the texts of a sheet that asks for consent, and the codes of its records and persons."""
    texts = [field.id for field in sheet.columns if field.kind == "text" and "consent" in sheet.field]
    persons = [field.id for field in sheet.columns if field.kind == "person"]
    known = pd.read_parquet(part)
    written = [text for name in texts if name in known for text in known[name].dropna().astype("str")]
    held = [name for name in ("record_id", *persons) if name in known]
    return written, {code for name in held for code in known[name].dropna().astype("str")}


def _consented(ws: Workspace) -> list[str]:
    """Return the texts whose authors agreed to be quoted."""
    path = ws.results / "quotes.parquet"
    return pd.read_parquet(path)["text"].dropna().to_list() if path.exists() else []


def _public(ws: Workspace) -> list[str]:
    """Return the texts that anyone may read: codebook, roster, notebooks."""
    folders = (ws.codebook, ws.source, ws.notebooks)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path.read_text("utf-8", "ignore") for path in files]


def _hidden(ws: Workspace, book: Codebook) -> Iterator[tuple[str, str]]:
    """Yield (county or "", name) of each hidden figure of a whole county or the programme, by wave."""
    path = ws.results / "evidence.parquet"
    if not path.exists():
        return
    hidden = [("group", "==", "all"), ("status", "in", ["suppressed", "suppressed_secondary"])]
    rows = read_table(path, columns=["indicator", "county_code", "wave"], filters=hidden).drop_duplicates()
    names = {name: _printed(name, book) for name in rows["indicator"].unique()}
    places = book.places()
    for row in rows.itertuples():
        wave = book.waves[row.wave].label
        for name in names[row.indicator]:
            for said in (name + wave, name + labels.WHOLE + wave):  # the second as workbooks list evidence
                yield row.county_code, said
                yield "", f"{places.get(row.county_code, book.together)}{said}"


def _printed(indicator: str, book: Codebook) -> set[str]:
    """Return what reports call an indicator, without spaces."""
    bare = indicator.rpartition(".")[2] in BARE
    names = {book.label(indicator), *([book.subject(indicator)] if bare else [])}
    return {re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)) for name in names}
