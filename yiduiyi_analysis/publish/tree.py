"""What stands in a report's tree, as pandoc writes it to report.json."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

PARAGRAPHS = {"Para", "Plain", "Header", "CodeBlock"}
SPACES = {"Space", "SoftBreak", "LineBreak"}
NOT_TEXT = {"Math", "RawInline", "RawBlock"}
NUMBERED = re.compile(r"表(\d+)\u3000(.*)", re.DOTALL)


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


def parts(tree: list | dict, kind: str) -> Iterator[list]:
    """Yield what each element of a kind holds, in the order of reading; elements within one are passed by."""
    if isinstance(tree, list):
        for part in tree:
            yield from parts(part, kind)
    elif isinstance(tree, dict):
        if tree.get("t") == kind:
            yield tree["c"]
        else:
            yield from parts(tree.get("c", []), kind)


def tables(file: Path) -> list[tuple[int | None, str]]:
    """Return (number, title) of every table of a report in order; (None, "") for one without a caption."""
    blocks = json.loads(file.read_text("utf-8"))["blocks"]
    captions = [text(held[1][1]).strip() for held in parts(blocks, "Table")]
    found = [NUMBERED.fullmatch(caption) for caption in captions]
    return [(int(one[1]), one[2]) if one else (None, "") for one in found]
