"""A report's tree → PDF: set by typst with the environment's own fonts, the same bytes every time."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pylopdf_fonts_zh_cn as fonts

from yiduiyi_analysis.present.origin import MARK, notice
from yiduiyi_analysis.publish import export, glyphs, packing, pandoc, tree

STANDARD = "a-2u"
LONG = 9  # headings: from here on the text begins on the page after the table of contents
MARK_SIZE, MARK_ANGLE, MARK_GREY = 150, 35, 236


def write(ast: Path, out: Path, page: export.Page) -> None:
    """Write the report as PDF/A-2u: fonts inside, text to select, headings as bookmarks.

    In:     ast: pandoc's tree of the report as JSON, its pictures beside it
    Rule:   bold is set in the sans face, since no bold one is at hand; the watermark is a drawing, so that it
            is neither selected nor extracted; the date is that of the data
    Raises: Fault on a character that the fonts do not draw; RuntimeError with pandoc's or typst's own words
    """
    report = json.loads(ast.read_text("utf-8"))
    blocks, about = report["blocks"], _about(page)
    glyphs.require("\n".join([*about.values(), tree.text(blocks)]))
    about["long"] = "yes" if sum(block["t"] == "Header" for block in blocks) >= LONG else ""
    folder = ast.parent / "pdf"
    folder.mkdir(exist_ok=True)
    pictures = _apart(blocks, folder)
    if page.synthetic:
        about |= _mark(folder, pictures)
    plain = _compile(_source(report, folder), about, page.day)
    out.write_bytes(packing.pack(plain, pictures))


def _about(page: export.Page) -> dict[str, str]:
    """Return what the report says of itself, by the names under which report.typ asks for it."""
    facts = {"县": page.county, "调查轮次": page.wave, "数据截至": page.until}
    known = {name: value for name, value in facts.items() if value}
    mark = MARK if page.synthetic else ""
    words = [page.county, page.wave, mark]
    return {
        "title": page.title,
        "facts": "\n".join(f"{name}\t{value}" for name, value in known.items()),
        "keywords": "；".join(word for word in words if word),
        "description": "；".join(f"{name} {value}" for name, value in known.items()),
        "mark-text": mark,
        "notice": notice() if page.synthetic else "",
    }


def _apart(blocks: list, folder: Path) -> list[packing.Png]:
    """Put a point in the place of each picture of a tree that can be set in later, and return these.

    Rule:   a picture shown twice is held once; what cannot be set in later is left to typst
    """
    numbers, pictures = {}, []
    for image in tree.parts(blocks, "Image"):  # [attributes, words, [address, title]]
        path = folder.parent / image[2][0]
        png = packing.read_png(path) if path.suffix == ".png" else None
        if png and path not in numbers:
            pictures.append(png)
            numbers[path] = len(pictures)
        if png:
            image[0][2] += [["across", str(png.width)], ["down", str(png.height)]]
            image[2][0] = _point(folder, numbers[path])
        else:
            image[2][0] = f"../{image[2][0]}"
    return pictures


def _point(folder: Path, number: int) -> str:
    (folder / f"{number}.png").write_bytes(packing.placeholder(number))
    return f"{number}.png"


def _mark(folder: Path, pictures: list[packing.Png]) -> dict[str, str]:
    """Draw the watermark, add it to the pictures, and return how report.typ finds it.

    Rule:   a picture that all pages share: it is neither selected nor extracted with their text
    """
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(fonts.sans_path()), MARK_SIZE)
    left, top, right, bottom = font.getbbox(MARK)
    drawn = Image.new("L", (right - left, bottom - top), 255)
    ImageDraw.Draw(drawn).text((-left, -top), MARK, fill=MARK_GREY, font=font)
    drawn = drawn.rotate(MARK_ANGLE, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    path = folder / "mark.png"
    drawn.quantize(8, dither=Image.Dither.NONE).save(path, "PNG")
    pictures.append(packing.read_png(path))
    return {"mark": _point(folder, len(pictures)), "mark-ratio": f"{drawn.height / drawn.width:.4f}"}


def _source(report: dict, folder: Path) -> Path:
    """Write the report in typst's language."""
    changed, out = folder / "report.json", folder / "report.typ"
    changed.write_text(json.dumps(report), "utf-8")
    pandoc.run(
        changed,
        out,
        "--to=typst",
        "--wrap=none",
        f"--lua-filter={export.ASSETS / 'typst.lua'}",
        f"--template={export.ASSETS / 'report.typ'}",
    )
    return out


def _compile(source: Path, about: dict[str, str], day: datetime) -> bytes:
    import typst

    return typst.compile(
        source,
        root=source.parent.parent,
        font_paths=[Path(fonts.sans_path()).parent],
        ignore_system_fonts=True,
        sys_inputs=about | {"date": f"{day:%Y-%m-%d}"},
        timestamp=int(day.replace(tzinfo=UTC).timestamp()),
        pdf_standards=[STANDARD],
    )
