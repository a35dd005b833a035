"""Whether a finished document gives a person away: addresses, numbers, codes, a person's own words."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Sheet, labels
from yiduiyi_analysis.publish import extract
from yiduiyi_analysis.workspace import Workspace

QUOTE = 10  # characters in a row that make a quotation
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
NOT_WORDS = re.compile(r"[\W_]+")
FIGURE = r"[:：是为]?[-−+]?\d"
BARE = ("mean", "rate", "done")  # measures that reports leave unsaid


@dataclass(frozen=True)
class Secrets:
    """What no document may hold. Kept in memory only.

    quotes: every `QUOTE` characters of free answers that no public text and no consented quote holds;
    codes: ids of responses and records, experts' numbers, persons' codes;
    hidden: names of hidden figures as reports print them, by county ("" in every report)
    """

    quotes: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    hidden: tuple[tuple[str, str], ...] = ()


def secrets(ws: Workspace, book: Codebook) -> Secrets:
    """Return what the documents of a workspace must not hold; without clean data only what is hidden."""
    quotes, codes = set(), set()
    for part in sorted((ws.clean / "answers.parquet").glob("*.parquet")):
        quotes |= _quotes(_free_text(part, book))
    for part in sorted((ws.clean / "responses.parquet").glob("*.parquet")):
        known = pd.read_parquet(part)
        codes |= set(known["response_id"].dropna())
        codes |= {code for code in known["rater_no"].dropna().unique() if _is_code(code)}
        codes |= set(known["person"].dropna()) if "person" in known else set()
    for sheet in book.sheet.values():
        written, named = _of_records(ws, sheet)
        quotes, codes = quotes | _quotes(written), codes | named
    if quotes:
        quotes -= _quotes(_public(ws)) | _quotes(_consented(ws))
    return Secrets(frozenset(quotes), frozenset(map(str, codes)), tuple(sorted(_hidden(ws, book))))


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
    if not kept.codes.isdisjoint(re.findall(r"[0-9A-Za-z][0-9A-Za-z-]+", plain)):
        found.append("个人编号")
    if not kept.quotes.isdisjoint(_quotes([plain])):
        found.append(f"作答者的原话（连续 {QUOTE} 字以上）")
    close = re.sub(r"\s+", "", plain)
    if _tells(close, {name for place, name in kept.hidden if place in ("", county_code)}):
        found.append("不公布的数值（图表标签或单元格）")
    return found


def _tells(close: str, names: set[str]) -> bool:
    """Tell whether a figure follows one of the names."""
    lengths, ends = {len(name) for name in names}, {name[-1] for name in names}
    after = rf"(?<=[{''.join(map(re.escape, sorted(ends)))}])(?={FIGURE})"
    at = (found.start() for found in re.finditer(after, close)) if names else ()
    return any(close[max(end - length, 0) : end] in names for end in at for length in lengths)


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


def _quotes(texts: Iterable[str]) -> set[str]:
    words = [NOT_WORDS.sub("", unicodedata.normalize("NFKC", text)) for text in texts]
    return {word[at : at + QUOTE] for word in words for at in range(len(word) - QUOTE + 1)}


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


def _of_records(ws: Workspace, sheet: Sheet) -> tuple[list[str], set[str]]:
    """Return the texts of a sheet that asks for consent, and the codes of its records and persons."""
    texts = [field.id for field in sheet.columns if field.kind == "text" and "consent" in sheet.field]
    persons = [field.id for field in sheet.columns if field.kind == "person"]
    written, codes = [], set()
    for part in sorted((ws.clean / f"{sheet.id}.parquet").glob("*.parquet")):
        known = pd.read_parquet(part)
        written += [text for name in texts if name in known for text in known[name].dropna().astype("str")]
        held = [name for name in ("record_id", *persons) if name in known]
        codes |= {code for name in held for code in known[name].dropna().astype("str")}
    return written, codes


def _consented(ws: Workspace) -> list[str]:
    """Return the texts whose authors agreed to be quoted."""
    path = ws.results / "quotes.parquet"
    return pd.read_parquet(path)["text"].dropna().to_list() if path.exists() else []


def _public(ws: Workspace) -> list[str]:
    """Return the texts that anyone may read: codebook, roster, notebooks."""
    folders = (ws.codebook, ws.source, ws.notebooks)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path.read_text("utf-8", "ignore") for path in files]


def _hidden(ws: Workspace, book: Codebook) -> set[tuple[str, str]]:
    """Return (county or "", name) of each hidden figure of a whole county or the programme, by wave."""
    path = ws.results / "evidence.parquet"
    if not path.exists():
        return set()
    rows = pd.read_parquet(path, columns=["indicator", "county_code", "group", "wave", "status"])
    rows = rows[rows["group"].eq("all") & rows["status"].str.startswith("suppressed")]
    counties = dict(book.counties[["county_code", "county"]].itertuples(index=False, name=None))
    found = set()
    for row in rows.drop_duplicates(["indicator", "county_code", "wave"]).itertuples():
        names = {book.label(row.indicator)}
        if row.indicator.rpartition(".")[2] in BARE:
            names.add(book.subject(row.indicator))
        for name in (re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)) for name in names):
            wave = book.waves[row.wave].label
            for said in (name + wave, name + labels.WHOLE + wave):  # the second as workbooks list evidence
                found.add((row.county_code, said))
                found.add(("", f"{counties.get(row.county_code, book.together)}{said}"))
    return found
