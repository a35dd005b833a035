"""A report's tree → PDF: set by typst with the environment's own fonts, the same bytes every time."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pylopdf_fonts_zh_cn as fonts

from yiduiyi_analysis.publish import export, glyphs, packing

STANDARD = "a-2u"
NOTICE = "本报告由程序生成的模拟数据得出，只用于演示，不反映任何学校的真实情况。"
UNDATED = date(1970, 1, 1)  # the standard asks for a date, and today's would make each file another
LONG = 9  # headings: from here on the text begins on the page after the table of contents
PARAGRAPHS = {"Para", "Plain", "Header", "CodeBlock"}
SPACES = {"Space", "SoftBreak", "LineBreak"}
NOT_TEXT = {"Math", "RawInline", "RawBlock"}
MARK_SIZE, MARK_ANGLE, MARK_GREY = 150, 35, 236


def write(ast: Path, out: Path, page: export.Page) -> None:
    """Write the report as PDF/A-2u: fonts inside, text to select, headings as bookmarks.

    In:     ast: pandoc's tree of the report as JSON, its pictures beside it
    Rule:   bold is set in the sans face, since no bold one is at hand; the watermark is a drawing, so that it
            is neither selected nor extracted; the date is that of the data
    Raises: Fault on a character that the fonts do not draw; RuntimeError with pandoc's or typst's own words
    """
    tree = json.loads(ast.read_text("utf-8"))
    about = _about(page)
    glyphs.require("\n".join([*about.values(), text(tree["blocks"])]))
    about["long"] = "yes" if sum(block["t"] == "Header" for block in tree["blocks"]) >= LONG else ""
    folder = ast.parent / "pdf"
    folder.mkdir(exist_ok=True)
    pictures = _apart(tree["blocks"], folder)
    if page.synthetic:
        about |= _mark(folder, pictures)
    plain = _compile(_source(tree, folder), about, _day(page))
    out.write_bytes(packing.pack(plain, pictures))


def text(tree: list | dict) -> str:
    """Return the words of a tree, a paragraph, cell, caption or heading a line; formulas are left out."""
    if isinstance(tree, list):
        return "".join(map(text, tree))
    if not isinstance(tree, dict) or tree.get("t") in NOT_TEXT:
        return ""
    kind, held = tree.get("t"), tree.get("c", [])
    if kind in SPACES:
        return " "
    words = held if kind == "Str" else held[1] if kind in ("Code", "CodeBlock") else text(held)
    return f"{words}\n" if kind in PARAGRAPHS else words


def _about(page: export.Page) -> dict[str, str]:
    """Return what the report says of itself, by the names under which report.typ asks for it."""
    facts = {"县": page.county, "调查轮次": page.wave, "数据截至": page.as_of}
    known = {name: value for name, value in facts.items() if value}
    mark = export.MARK if page.synthetic else ""
    words = [page.county, page.wave, mark]
    return {
        "title": page.title,
        "facts": "\n".join(f"{name}\t{value}" for name, value in known.items()),
        "keywords": "；".join(word for word in words if word),
        "description": "；".join(f"{name} {value}" for name, value in known.items()),
        "mark-text": mark,
        "notice": NOTICE if page.synthetic else "",
    }


def _day(page: export.Page) -> date:
    try:
        return date.fromisoformat(page.as_of)
    except (TypeError, ValueError):
        return UNDATED


def _apart(tree: list | dict, folder: Path) -> list[packing.Png]:
    """Put a point in the place of each picture of a tree that can be set in later, and return these.

    Rule:   a picture shown twice is held once; what cannot be set in later is left to typst
    """
    numbers, pictures = {}, []
    for image in _images(tree):
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


def _images(tree: list | dict) -> Iterator[list]:
    """Yield [attributes, words, [address, title]] of each picture of a tree."""
    if isinstance(tree, dict):
        if tree.get("t") == "Image":
            yield tree["c"]
        else:
            yield from _images(tree.get("c", []))
    elif isinstance(tree, list):
        for part in tree:
            yield from _images(part)


def _point(folder: Path, number: int) -> str:
    (folder / f"{number}.png").write_bytes(packing.placeholder(number))
    return f"{number}.png"


def _mark(folder: Path, pictures: list[packing.Png]) -> dict[str, str]:
    """Draw the watermark, add it to the pictures, and return how report.typ finds it.

    Rule:   a picture that all pages share: it is neither selected nor extracted with their text
    """
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(fonts.sans_path()), MARK_SIZE)
    left, top, right, bottom = font.getbbox(export.MARK)
    drawn = Image.new("L", (right - left, bottom - top), 255)
    ImageDraw.Draw(drawn).text((-left, -top), export.MARK, fill=MARK_GREY, font=font)
    drawn = drawn.rotate(MARK_ANGLE, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    path = folder / "mark.png"
    drawn.quantize(8, dither=Image.Dither.NONE).save(path, "PNG")
    pictures.append(packing.read_png(path))
    return {"mark": _point(folder, len(pictures)), "mark-ratio": f"{drawn.height / drawn.width:.4f}"}


def _source(tree: dict, folder: Path) -> Path:
    """Write the report in typst's language."""
    out = folder / "report.typ"
    command = [
        export.pandoc(),
        "--from=json",
        "--to=typst",
        "--wrap=none",
        f"--lua-filter={export.ASSETS / 'typst.lua'}",
        f"--template={export.ASSETS / 'report.typ'}",
        f"--output={out}",
    ]
    done = subprocess.run(command, input=json.dumps(tree), capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"pandoc: {done.stderr.strip()}")
    return out


def _compile(source: Path, about: dict[str, str], day: date) -> bytes:
    import typst

    return typst.compile(
        source,
        root=source.parent.parent,
        font_paths=[Path(fonts.sans_path()).parent],
        ignore_system_fonts=True,
        sys_inputs=about | {"date": day.isoformat()},
        timestamp=int(datetime.combine(day, time(), UTC).timestamp()),
        pdf_standards=[STANDARD],
    )
