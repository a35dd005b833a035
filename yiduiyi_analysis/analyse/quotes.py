"""What institutions wrote and agreed to be quoted, so that nobody can tell which of them it was."""

import unicodedata

import pandas as pd

from yiduiyi_analysis.analyse import records
from yiduiyi_analysis.analyse.inputs import Clean
from yiduiyi_analysis.codebook import Codebook

COLUMNS = {"sheet": "string", "side": "Int64", "wave": "string", "text": "string"}
ASKED = {"side", "consent"}


def table(clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return the texts of institutions with their consent, a row a text, sorted by what it says.

    Out:    sheet, side (who wrote: the value of its scale), wave, text; no county
    Rule:   sheets that tell side and consent, their columns of free text; a text that names a county, an
            area, a school or an institution of the roster would tell who wrote it, and is left out
    """
    parts = [pd.DataFrame(columns=list(COLUMNS))]
    for tool in book.instruments.values():
        for sheet in tool.sheets:
            if not set(sheet.field) >= ASKED:
                continue
            rows = records.of_waves(tool, sheet, clean, book)
            rows = rows[records.matching(rows, {"consent": [1]})]
            texts = [field.id for field in sheet.columns if field.kind == "text"]
            parts += [rows.assign(sheet=sheet.id, text=rows[name])[list(COLUMNS)] for name in texts]
    told = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    told = told[told["text"].fillna("").astype("str").str.strip().ne("").to_numpy(bool)]
    names = _names(clean, book)
    telling = [any(name in unicodedata.normalize("NFKC", text) for name in names) for text in told["text"]]
    return told[~pd.array(telling, dtype=bool)].astype(COLUMNS).sort_values(list(COLUMNS), ignore_index=True)


def _names(clean: Clean, book: Codebook) -> set[str]:
    """Return what a place or institution is called."""
    columns = [
        clean.schools[name] for name in ("county", "area", "school", "institution") if name in clean.schools
    ]
    columns += [book.counties[name] for name in ("county", "short", "area")]
    names = {unicodedata.normalize("NFKC", str(name)) for column in columns for name in column.dropna()}
    return {name for name in names if len(name) > 1}
