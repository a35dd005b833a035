"""Finished documents as a reader's own programs show them: a browser, LibreOffice, a PDF page as a picture.

A test that needs a program this machine does not have is skipped and says so. $YIDUIYI_VIEWERS says
otherwise: `required` makes a failure of it, `off` skips these tests everywhere.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest

VARIABLE = "YIDUIYI_VIEWERS"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
HERE = {"file", "data", "blob", "about"}  # schemes that leave no machine
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"

# Faces that Word documents name and no free font has → the kind of shipped face that stands in for them.
FACES = {
    "serif": ["仿宋", "仿宋_GB2312", "FangSong", "FangSong_GB2312", "楷体", "楷体_GB2312", "KaiTi",
              "KaiTi_GB2312", "宋体", "SimSun", "NSimSun", "新宋体", "Times New Roman", "Cambria",
              "Cambria Math"],
    "sans": ["方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "小标宋", "黑体", "SimHei", "等线",
             "DengXian", "微软雅黑", "Microsoft YaHei", "Calibri", "Arial"],
}  # fmt: skip


def need_chromium() -> str:
    """Return the browser to run; without it, or without what `make browser` installs, the test is skipped."""
    _wanted()
    found = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if found and find_spec("playwright") and find_spec("axe_playwright_python"):
        return found
    return _missing("没有 chromium，或没有运行 make browser")


def need_libreoffice() -> str:
    """Return LibreOffice's program; without it the test is skipped."""
    _wanted()
    return shutil.which("soffice") or shutil.which("libreoffice") or _missing("没有 LibreOffice")


def _wanted() -> None:
    if os.environ.get(VARIABLE) == "off":
        pytest.skip(f"{VARIABLE}=off")


def _missing(why: str):
    if os.environ.get(VARIABLE) == "required":
        pytest.fail(f"{why}（{VARIABLE}=required）", pytrace=False)
    pytest.skip(why)


@dataclass
class View:
    """A browser's page and what happened on it.

    elsewhere: addresses on other hosts that it asked for, none of them answered; said: errors and warnings of
    the console and uncaught exceptions
    """

    page: object
    elsewhere: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def open(self, place: Path | str) -> None:
        """Show a file, or an address on this machine, and wait until it has loaded."""
        self.page.goto(place.resolve().as_uri() if isinstance(place, Path) else place, wait_until="load")

    def too_wide(self) -> int:
        """Return by how many points the page can be moved sideways; a page that fits: 0."""
        return self.page.evaluate(
            "(({scrollWidth: whole, clientWidth: seen}) => whole - seen)(document.documentElement)"
        )

    def shot(self, out: Path, whole: bool = False) -> Path:
        """Write what is on the screen, or the whole page, as a PNG."""
        self.page.screenshot(path=out, full_page=whole)
        return out

    def printed(self, out: Path) -> Path:
        """Write what the browser's printer would get."""
        self.page.pdf(path=out, prefer_css_page_size=True, print_background=True)
        return out

    def violations(self) -> list[str]:
        """Return what axe calls serious or critical: rule, then the first element that breaks it."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:120]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]


class Browser:
    """A running browser; each view is a new person with an empty cache."""

    def __init__(self, chromium):
        self.chromium = chromium

    @contextmanager
    def view(self, size: dict = DESK, **options) -> Iterator[View]:
        """Yield an empty page of `size` that reaches nothing but this machine."""
        context = self.chromium.new_context(
            viewport=size, locale="zh-CN", service_workers="block", reduced_motion="reduce", **options
        )
        view = View(context.new_page())
        context.route("**/*", lambda route: _let_through(route, view))
        view.page.on("websocket", lambda socket: _is_here(socket.url) or view.elsewhere.append(socket.url))
        view.page.on("pageerror", lambda error: view.said.append(str(error)))
        view.page.on(
            "console",
            lambda line: line.type in ("error", "warning") and view.said.append(f"{line.type}: {line.text}"),
        )
        try:
            yield view
        finally:
            context.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """Yield a headless browser that draws with the shipped fonts, or skip.

    Rule: while it runs, this thread has an event loop: run notebooks in processes of their own, or before
    """
    program = need_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        fonts = os.environ | {"FONTCONFIG_FILE": str(_home() / "fonts.conf")}
        chromium = playwright.chromium.launch(executable_path=program, args=[NO_NETWORK], env=fonts)
        try:
            yield Browser(chromium)
        finally:
            chromium.close()


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in HERE or parts.hostname in LOOPBACK


def _let_through(route, view: View) -> None:
    if _is_here(route.request.url):
        route.continue_()
    else:
        view.elsewhere.append(route.request.url)
        route.abort()


def as_pdf(*documents: Path, folder: Path) -> list[Path]:
    """Return Word or Excel files as LibreOffice prints them, in their order, written to `folder`; or skip.

    Rule: faces that a Word document only names are drawn with the shipped fonts, on every machine the same;
          files of one call have different names
    """
    program, home = need_libreoffice(), _home()
    subprocess.run(
        [program, f"-env:UserInstallation={(home / 'profile').as_uri()}", "--headless", "--norestore",
         "--convert-to", "pdf", "--outdir", folder, *documents],
        env=os.environ | {"FONTCONFIG_FILE": str(home / "fonts.conf"), "HOME": str(home)},
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return [folder / f"{document.stem}.pdf" for document in documents]


@cache
def _home() -> Path:
    """Return a folder with fonts.conf and LibreOffice's profile that lasts as long as this process."""
    _KEEP.append(TemporaryDirectory(prefix="yiduiyi-viewers-"))
    home = Path(_KEEP[-1].name)
    (home / "fonts.conf").write_text(_fonts(home / "cache"), "utf-8")
    return home


_KEEP: list[TemporaryDirectory] = []


def _fonts(cache_folder: Path) -> str:
    """Return a fonts.conf that knows the shipped faces, DejaVu for the rest, stand-ins for FACES."""
    import matplotlib
    import pylopdf_fonts_zh_cn as shipped

    dejavu = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    folders = [Path(shipped.sans_path()).parent, dejavu]
    drawn = {"serif": "Noto Serif SC", "sans": "Noto Sans SC"}
    matches = [_match(name, drawn[kind]) for kind, names in FACES.items() for name in names]
    known = [f"<dir>{folder}</dir>" for folder in folders]
    lines = [*known, f"<cachedir>{cache_folder}</cachedir>", *matches]
    return '<?xml version="1.0"?>\n<fontconfig>\n' + "\n".join(lines) + "\n</fontconfig>\n"


def _match(name: str, drawn: str) -> str:
    return (
        f'<match target="pattern"><test name="family"><string>{name}</string></test>'
        f'<edit name="family" mode="prepend" binding="strong"><string>{drawn}</string></edit></match>'
    )


def pictures(pdf: Path, dpi: int = 50) -> list:
    """Return the pages of a PDF as Pillow images."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil() for page in document]
    finally:
        document.close()


def empty_pages(pdf: Path) -> list[int]:
    """Return the numbers of a PDF's pages on which next to nothing is drawn: no more than a page number.

    Rule: a pixel counts that is darker than the synthetic mark across the page
    """
    inked = [sum(picture.convert("L").histogram()[:150]) for picture in pictures(pdf)]
    return [number for number, pixels in enumerate(inked, 1) if pixels < 150]
