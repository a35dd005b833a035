"""Whether a finished report may be published: what is wrong with it, a line a fault."""

import re
import unicodedata
from html import unescape
from pathlib import Path

from yiduiyi_analysis.present import lint
from yiduiyi_analysis.publish import glyphs, seen
from yiduiyi_analysis.publish.export import Page, is_hidden

MISSING_GLYPH = re.compile(r"Glyph .*missing from")
CAPTION = re.compile(r"<(caption|figcaption)\b[^>]*>(.*?)</\1>", re.DOTALL)
NAMED = 3
PICTURE = re.compile(r"!\[[^\]]*\]\(\s*<?((?:https?:|ftp:|//)[^)\s>]+)", re.IGNORECASE)
TABLES_ONLY = {"xlsx"}
PLACE = re.compile(r"^\S.*?:\d+: (?=\w+: )")  # of a warning: in which file, in which line
QUOTED = re.compile(r"\s")  # below a warning stands the line of code, further in
PATH = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][\w.+-]+){2,}")
LONGEST = 300


def notebook(executed: dict) -> list[str]:
    """Return what is wrong with an executed notebook, before a document is made of it.

    Rule: every cell was reached, no error was kept, no figure lacks a glyph, nothing shown would be fetched
          from elsewhere (in a document it would be lost, or asked for whenever somebody opens it)
    """
    cells = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    code = [cell for cell in cells if "".join(cell["source"]).strip()]
    outputs = [output for cell in code for output in cell["outputs"]]
    warned = "".join("".join(output["text"]) for output in outputs if output.get("name") == "stderr")
    requests = _requests(executed)
    faults = {
        "最后一个单元没有运行": not code or code[-1]["execution_count"] is None,
        "有单元出错": any(output["output_type"] == "error" for output in outputs),
        "图中有缺字": MISSING_GLYPH.search(warned),
        f"向外部请求：{'、'.join(sorted(requests))}": requests,
    }
    return [fault for fault, found in faults.items() if found]


def warnings(executed: dict) -> list[str]:
    """Return what an executed notebook's code warned of, each once, without places in files."""
    outputs = [o for cell in executed["cells"] if cell["cell_type"] == "code" for o in cell["outputs"]]
    lines = [line for o in outputs if o.get("name") == "stderr" for line in "".join(o["text"]).splitlines()]
    said = [PATH.sub("…", PLACE.sub("", line)).strip() for line in lines if not QUOTED.match(line)]
    return list(dict.fromkeys(line[:LONGEST] for line in said if line))


def _requests(executed: dict) -> set[str]:
    """Return what the text and the visible outputs of a notebook would ask another host for."""
    found = set()
    for cell in executed["cells"]:
        for text in _said(cell):
            found |= seen.html(text).fetched | {url[:80] for url in PICTURE.findall(text)}
    return found


def _said(cell: dict) -> list[str]:
    """Return the texts of a cell that come into a document, as HTML or Markdown."""
    if cell["cell_type"] == "markdown":
        return ["".join(cell["source"])]
    if cell["cell_type"] != "code" or is_hidden(cell):
        return []
    shown = [output["data"] for output in cell["outputs"] if "data" in output]
    return ["".join(one.get(form, "")) for one in shown for form in ("text/html", "text/markdown")]


def documents(made: dict[str, Path], page: Page, executed: dict) -> list[str]:
    """Return what is wrong with a report's finished documents, each fault behind the name of its form.

    Rule: as `document`; the HTML also claims no more than its figures allow (see lint), and says the same
          as the others
    """
    faults = [
        f"{form}：{fault}"
        for form, path in made.items()
        for fault in document(form, seen.document(path), page, executed)
    ]
    return faults + (lint.text(made["html"].read_text("utf-8")) if "html" in made else [])


def document(form: str, found: seen.Seen, page: Page, executed: dict) -> list[str]:
    """Return what is wrong with one finished document.

    Rule: it names its county and title, carries the synthetic mark if and only if the data are synthetic,
          shows every table and figure of its notebook under its title (a workbook: every table that was shown
          as data), no character that would be drawn as a box, no trace of an error, asks no other host and
          runs nothing
    """
    tables, figures, titles = shown(executed, form)
    text = _close(found.text)
    lost = [title for title in titles if _close(title) not in text]
    more = f"等 {len(lost)} 个标题" if len(lost) > NAMED else ""
    boxes = {sign for sign in glyphs.missing(found.text) if not _is_of_formula(sign)}
    faults = {
        "缺少标题": _close(page.title) not in text,
        f"没有出现本县名称“{page.county}”": page.county and page.county not in text,
        "缺少合成数据标记": page.synthetic and not found.marked,
        "真实数据却带有合成数据标记": not page.synthetic and found.marked,
        f"表格只有 {found.tables} 张，应有 {tables} 张": found.tables < tables,
        f"图只有 {found.figures} 幅，应有 {figures} 幅": found.figures < figures,
        f"缺少{'、'.join(f'“{title}”' for title in lost[:NAMED])}{more}": lost,
        f"缺字：{''.join(sorted(boxes))}": boxes,
        "有出错信息": "Traceback (most recent call last)" in found.text,
        f"向外部请求：{'、'.join(sorted(found.fetched))}": found.fetched,
        f"打开时会运行：{'、'.join(sorted(found.run))}": found.run,
    }
    return [fault for fault, wrong in faults.items() if wrong]


def shown(executed: dict, form: str) -> tuple[int, int, list[str]]:
    """Return how many tables and figures a document of this form must show, and their titles."""
    cells = [c for c in executed["cells"] if c["cell_type"] == "code" and not is_hidden(c)]
    bundles = [output["data"] for cell in cells for output in cell["outputs"] if "data" in output]
    if form in TABLES_ONLY:
        from yiduiyi_analysis.present.display import DATA  # with it comes matplotlib, which takes a second

        titles = [bundle[DATA]["title"] for bundle in bundles if DATA in bundle]
        return len(titles), 0, titles
    htmls = ["".join(bundle.get("text/html", "")) for bundle in bundles]
    bare = sum("image/png" in bundle and "text/html" not in bundle for bundle in bundles)
    titles = [unescape(re.sub(r"<[^>]+>", "", title)) for html in htmls for _, title in CAPTION.findall(html)]
    return sum(h.count("<table") for h in htmls), bare + sum(h.count("<img") for h in htmls), titles


def _is_of_formula(sign: str) -> bool:
    """Tell letters and accents of formulas, which a font of their own draws."""
    return unicodedata.decomposition(sign).startswith("<font>") or unicodedata.category(sign) == "Mn"


def _close(text: str) -> str:
    """Return a text without spaces and in one width: a form breaks lines where it likes."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
