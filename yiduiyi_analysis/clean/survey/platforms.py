"""Exports of other platforms → the wording that the reader knows, by a map that a researcher writes."""

import fnmatch
from dataclasses import replace

import pandas as pd

from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.survey import written
from yiduiyi_analysis.clean.survey.headers import META
from yiduiyi_analysis.codebook import Codebook, Item, Platform

BETWEEN = "┋"


def of(export: Export, book: Codebook) -> Platform | None:
    """Return the map of a file: the first one whose pattern fits its name."""
    name = export.file.rsplit("/", 1)[-1].casefold()
    fits = (
        entry
        for entry in book.platforms.values()
        if any(fnmatch.fnmatchcase(name, pattern.casefold()) for pattern in entry.files)
    )
    return next(fits, None)


def translated(export: Export, book: Codebook) -> Export:
    """Return an export with its headings and options as the codebook words them; without a map, as it is.

    Rule: what the map does not name stays as it is, and is read by its wording
    """
    entry = of(export, book)
    if entry is None:
        return export
    own = {written.key(header): META[kind][0] for kind, header in entry.meta.items()}
    named = {written.key(header): target for header, target in entry.columns.items()}
    headings, frame = [], export.frame.copy()
    for position, header in enumerate(export.headers):
        plain = written.key(header)
        item, option = target_of(named[plain], book) if plain in named else (None, None)
        headings.append(own.get(plain) or (_heading(item, option, book) if item else header))
        if item and item.scale:
            frame[position] = _worded(export.texts(position), item, entry)
    return replace(export, headers=headings, frame=frame)


def target_of(name: str, book: Codebook) -> tuple[Item | None, int | None]:
    """Return the item that a map's right side names, and of FORM.2 the option; None where nothing does."""
    if name in book.item:
        return book.item[name], None
    item, _, option = name.rpartition(".")
    found = book.item.get(item)
    if found is None or found.kind != "multi" or not option.isdecimal():
        return None, None
    return (
        (found, int(option))
        if int(option) in [one.value for one in book.scales[found.scale].options]
        else (None, None)
    )


def _heading(item: Item, option: int | None, book: Codebook) -> str:
    if option is None:
        return f"{item.matrix}—{item.stem}" if item.matrix else item.stem
    label = next(one.label for one in book.scales[item.scale].options if one.value == option)
    return f"{item.stem}({label})"


def _worded(texts: pd.Series, item: Item, entry: Platform) -> pd.Series:
    """Return the cells of a closed question with the platform's options in the codebook's words."""
    words = {**entry.options.get(item.scale, {}), **entry.options.get(item.id, {})}
    labels = {written.key(text): label for text, label in words.items()}
    apart = entry.separator if item.kind == "multi" else None

    def told(text: str) -> str:
        parts = text.split(apart) if apart and apart in text else [text]
        return BETWEEN.join(labels.get(written.key(part), part) for part in parts)

    return texts.map({text: told(text) for text in texts.unique()}).astype("str")
