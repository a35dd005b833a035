"""Whether a finished report may be published: what is wrong with it, a line a fault."""

import re
from html.parser import HTMLParser

from yiduiyi_analysis.present import lint
from yiduiyi_analysis.publish.export import MARK, Page, is_hidden

FETCHING = {"src", "srcset", "poster", "data", "background", "action", "formaction", "xlink:href"}
ELSEWHERE = re.compile(r"^\s*(https?:|ftp:|//)", re.IGNORECASE)
STYLE_FETCH = re.compile(r"@import|url\(\s*['\"]?\s*(https?:|//)", re.IGNORECASE)
MISSING_GLYPH = re.compile(r"Glyph .*missing from")


def notebook(executed: dict) -> list[str]:
    """Return what is wrong with an executed notebook: a cell not reached, an error kept, a missing glyph."""
    cells = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    code = [cell for cell in cells if "".join(cell["source"]).strip()]
    outputs = [output for cell in code for output in cell["outputs"]]
    warned = "".join("".join(output["text"]) for output in outputs if output.get("name") == "stderr")
    faults = {
        "最后一个单元没有运行": not code or code[-1]["execution_count"] is None,
        "有单元出错": any(output["output_type"] == "error" for output in outputs),
        "图中有缺字": MISSING_GLYPH.search(warned),
    }
    return [fault for fault, found in faults.items() if found]


def html(text: str, page: Page, executed: dict) -> list[str]:
    """Return what is wrong with a finished HTML document.

    Rule: it names its county and title, carries the synthetic mark if and only if the data are synthetic,
          shows every table and figure of its notebook, no trace of an error, asks no other host, and claims
          no more than its figures allow (see lint)
    """
    seen = _Seen()
    seen.feed(text)
    tables, figures = _shown(executed)
    faults = {
        "缺少标题": page.title not in seen.text,
        f"没有出现本县名称“{page.county}”": page.county and page.county not in seen.text,
        "缺少合成数据标记": page.synthetic and MARK not in seen.marked,
        "真实数据却带有合成数据标记": not page.synthetic and seen.marked,
        f"表格只有 {seen.tables} 张，应有 {tables} 张": seen.tables < tables,
        f"图只有 {seen.figures} 幅，应有 {figures} 幅": seen.figures < figures,
        "有出错信息": "Traceback (most recent call last)" in seen.text,
        f"向外部请求：{'、'.join(sorted(seen.requests))}": seen.requests,
    }
    return [fault for fault, found in faults.items() if found] + lint.text(text)


def _shown(executed: dict) -> tuple[int, int]:
    """Return how many tables and figures the notebook's cells show."""
    bundles = [
        output["data"]
        for cell in executed["cells"]
        if cell["cell_type"] == "code" and not is_hidden(cell)
        for output in cell["outputs"]
        if "data" in output
    ]
    htmls = ["".join(bundle.get("text/html", "")) for bundle in bundles]
    bare = sum("image/png" in bundle and "text/html" not in bundle for bundle in bundles)
    return sum(h.count("<table") for h in htmls), bare + sum(h.count("<img") for h in htmls)


class _Seen(HTMLParser):
    """Gather what a reader sees and what a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.marked, self.requests = "", set()
        self.tables = self.figures = 0
        self._pieces, self._in = [], []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        self.tables += tag == "table"
        self.figures += tag == "img"
        fetched = FETCHING if tag == "a" else FETCHING | {"href"}
        self.requests |= {attrs[name][:80] for name in fetched & attrs.keys() if ELSEWHERE.match(attrs[name])}
        self._style(attrs.get("style", ""))
        if tag == "script":
            self.requests.add("script")
        if "data-mark" in attrs:
            self.marked += attrs["data-mark"]
        self._in.append(tag)

    def handle_endtag(self, tag):
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data):
        if self._in and self._in[-1] == "style":
            self._style(data)
        else:
            self._pieces.append(data)

    def _style(self, css):
        if found := STYLE_FETCH.search(css):
            self.requests.add(found.group())
