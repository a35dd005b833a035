"""An executed notebook → the part of it that a report is made of, in the form that pandoc reads fastest."""

import base64
import json
import re
from hashlib import sha1
from pathlib import Path

NAME = "lean.ipynb"
PICTURES = "pictures"  # beside it; pandoc takes from here what the report shows
SHOWN = {"text/html", "text/markdown", "text/latex", "image/png", "image/svg+xml", "image/jpeg", "image/gif"}
PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


def content(executed: Path | dict) -> dict:
    """Return the content of a notebook, which may lie in a file."""
    return executed if isinstance(executed, dict) else json.loads(executed.read_text("utf-8"))


def notebook(executed: Path | dict, folder: Path) -> Path:
    """Write folder/lean.ipynb, and its pictures as files named by their content, and return it.

    Rule: only what no report shows is left out: the plain form and the data of what is there in a richer
          one; a third of the time that pandoc needs for the whole notebook
    """
    whole, pictures = content(executed), folder / PICTURES
    pictures.mkdir(exist_ok=True)
    cells = [_cell(cell, pictures) for cell in whole["cells"]]
    lean = folder / NAME
    lean.write_text(json.dumps({**whole, "cells": cells}, ensure_ascii=False), "utf-8")
    return lean


def _cell(cell: dict, pictures: Path) -> dict:
    if "outputs" not in cell:
        return cell
    return {**cell, "outputs": [_output(output, pictures) for output in cell["outputs"]]}


def _output(output: dict, pictures: Path) -> dict:
    return {**output, "data": _rich(output["data"], pictures)} if "data" in output else output


def _rich(bundle: dict, pictures: Path) -> dict:
    kept = {form: said for form, said in bundle.items() if form in SHOWN} or bundle
    if "text/html" in kept:
        html = "".join(kept["text/html"])
        kept["text/html"] = PNG.sub(lambda found: _filed(found, pictures), html)
    return kept


def _filed(found: re.Match, pictures: Path) -> str:
    """Write a picture to a file and return its name; what is no picture stays as it is."""
    try:
        content = base64.b64decode(found[1], validate=True)
    except ValueError:
        return found[0]
    name = f"{sha1(content).hexdigest()}.png"  # as the filter names what it meets as data
    (pictures / name).write_bytes(content)
    return name
