"""How far the data of each county will carry: the lights of the codebook, each with its figure and colour."""

import json
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import workspace
from yiduiyi_analysis.codebook import Codebook, Light

WHOLE = "all"
SET_ASIDE = {"quarantine", "review"}
COLUMNS = ["indicator", "county_code", "group", "wave", "value", "n", "status"]


def read(results: Path, book: Codebook) -> pd.DataFrame:
    """Return the lights of the latest wave that has answers; no row where there is no evidence of it."""
    needed = [results / name for name in ("evidence.parquet", "quality.parquet", "meta.json")]
    if not all(path.exists() for path in needed):
        return shine(pd.DataFrame(columns=COLUMNS), pd.DataFrame(), book)
    answered = set(json.loads(needed[2].read_text("utf-8")).get("waves", []))
    wave = next((wave for wave in reversed(book.waves) if wave in answered), None)
    mine = [("wave", "==", wave)]
    evidence = workspace.read_table(needed[0], columns=COLUMNS, filters=[*mine, ("group", "==", WHOLE)])
    return shine(evidence, workspace.read_table(needed[1], filters=mine), book)


def shine(evidence: pd.DataFrame, quality: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return the figure and colour of each light, a row a light × county, and the programme as `all`.

    In:     evidence, quality: of one wave, evidence of whole counties only
    Out:    county_code, light, wave, value, state (green, amber, red, none: no figure)
    Rule:   rows are held against the replies that the response rates count; what no county is known of
            counts in the programme only
    """
    places = pd.Index([*book.counties["county_code"], WHOLE], name="county_code")
    if evidence.empty:
        return pd.DataFrame(columns=["county_code", "light", "wave", "value", "state"])
    lit = [
        pd.DataFrame({"light": light.id, "value": _values(light, evidence, quality, book).reindex(places)})
        for light in book.lights.values()
    ]
    table = pd.concat(lit).reset_index().astype({"value": "float64"})
    whole = table["light"].map({light.id: light.whole for light in book.lights.values()})
    table = table[~whole | table["county_code"].eq(WHOLE)]
    states = [_state(book.lights[row.light], row.value) for row in table.itertuples()]
    return table.assign(wave=evidence["wave"].iloc[0], state=states).reset_index(drop=True)


def _values(light: Light, evidence: pd.DataFrame, quality: pd.DataFrame, book: Codebook) -> pd.Series:
    """Return a light's figure by county."""
    if light.kind == "figure":
        return evidence[evidence["indicator"].eq(light.indicator)].set_index("county_code")["value"]
    if light.kind == "rows":
        return _rows(light.rules or _setting_aside(book), evidence, quality)
    sought = ["no_data"] if light.kind == "absent" else ["suppressed", "suppressed_secondary"]
    return evidence["status"].isin(sought).groupby(evidence["county_code"]).mean()


def _rows(rules: list[str], evidence: pd.DataFrame, quality: pd.DataFrame) -> pd.Series:
    counted = evidence[evidence["indicator"].str.endswith(".response")]
    replies = counted.groupby("county_code")["n"].sum()
    hit = quality[quality["rule"].isin(rules)]
    rows = hit.groupby("county_code")["rows"].sum().reindex(replies.index, fill_value=0)
    rows[WHOLE] = hit["rows"].sum()
    return rows / replies.where(replies > 0)


def _setting_aside(book: Codebook) -> list[str]:
    return [rule.id for rule in book.rules.values() if rule.action in SET_ASIDE and rule.severity != "note"]


def _state(light: Light, value: float) -> str:
    return "none" if pd.isna(value) else light.state(value)
