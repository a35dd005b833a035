"""How far the main figures move without the answers that look careless: with and without, side by side."""

from dataclasses import replace

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import careless, catalogue, estimate, samples, scales
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE, Clean
from yiduiyi_analysis.codebook import Codebook, Instrument

FLAGS = {"speeder", "straight_line", "failed_check", "maybe_duplicate"}
ENOUGH_ITEMS = 10
KEYS = ["indicator", "county_code", "wave"]
NUMBERS = {"value_all": "Float64", "value_without": "Float64", "n_all": "Int64", "n_without": "Int64"}
WORDS = dict.fromkeys([*KEYS, "unit", "status"], "string")
COLUMNS = [*KEYS, *NUMBERS, "unit", "status"]


def table(clean: Clean, book: Codebook, evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the scale means and composites of teachers and students with and without flagged answers.

    In:     evidence: protected and rounded
    Out:    one row an indicator × county ("all": the programme) × wave: value_all, value_without, n_all,
            n_without, unit, status (ok | suppressed | no_data), sorted
    Rule:   left out are answers with a flag of cleaning (`FLAGS`) or two signs of `careless.signals`; weights
            are made anew without them. See `protect` for what is shown
    """
    tools = [tool for tool in book.instruments.values() if tool.unit in ("teacher", "student")]
    flagged = pd.concat([pd.Series(dtype="str"), *(suspects(tool, clean, book) for tool in tools)])
    fewer = replace(clean, responses=clean.responses[~clean.responses["response_id"].isin(flagged)])
    names = {
        f"{entry.id}.{measure}"
        for tool in tools
        for entries, measure in ((tool.dimensions, "mean"), (tool.composites, "rate"))
        for entry in entries
    }
    parts = [part for tool in tools for part in _estimated(tool, fewer, book, names)]
    without = pd.concat(parts) if parts else pd.DataFrame(columns=[*KEYS, "value_without", "n_without"])
    own = evidence[evidence["indicator"].isin(names) & evidence["group"].eq(WHOLE)]
    own = own.rename(columns={"value": "value_all", "n": "n_all"}).astype(dict.fromkeys(KEYS, object))
    wide = own.merge(without.astype(dict.fromkeys(KEYS, object)), on=KEYS, how="left")
    made = protect(wide, catalogue.table(book).drop_duplicates("indicator").set_index("indicator"))
    return made[COLUMNS].astype(NUMBERS | WORDS).sort_values(KEYS, ignore_index=True)


def suspects(tool: Instrument, clean: Clean, book: Codebook) -> pd.Series:
    """Return the response_id of every answer to `tool` that a flag or two signs call careless.

    Rule:   signs are looked for wave by wave, over the scale items that wave asked, in the order asked and
            not turned; fewer than ten are too few to tell a sign from an opinion. Time is read
            where it is known
    """
    ours = clean.responses[clean.responses["instrument"] == tool.id]
    struck = ours["flags"].fillna("").str.split(";").map(lambda flags: bool(FLAGS & set(flags)))
    found = [ours.loc[struck.astype(bool), "response_id"]]
    items = catalogue.scored_items(tool, book)
    for wave, part in ours.groupby("wave"):
        asked = [item.id for item in items if wave in tool.waves_of(item)]
        if len(asked) < ENOUGH_ITEMS:
            continue
        values, _ = scales.wide(clean.answers, pd.Index(part["response_id"]), asked)
        seconds = part["duration_s"] if "duration_s" in part else pd.Series(np.nan, part.index)
        signs = careless.signals(values, seconds.astype(float).set_axis(values.index))
        found.append(pd.Series(values.index[signs["flagged"]]))
    return pd.concat(found).drop_duplicates()


def protect(wide: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Return rows of which only those are shown that tell no small group by subtraction.

    In:     wide: indicator, county_code, wave, value_all, value_without, n_all, n_without, unit, status (of
            the level); rules: by indicator, least and sensitive_n
    Rule:   from the two means a reader can work out that of the answers left out: shown only where these are
            at least as many as a mean needs, and where the level itself is shown; of the counties that are
            not shown, those left out must together be as many too, else the county with the fewest is hidden
            as well. A share of 0 % or 100 % is not shown beside fewer left out than a sensitive item needs
    """
    least = wide["indicator"].map(rules["least"]).astype(float)
    sensitive = wide["indicator"].map(rules["sensitive_n"]).astype(float)
    n_all, n_without = (
        wide[name].astype("Float64").to_numpy(float, na_value=np.nan) for name in ("n_all", "n_without")
    )
    left = pd.Series(np.nan_to_num(n_all - np.nan_to_num(n_without)), wide.index)
    level = wide["status"].isin(["ok", "full", "no_interval"]) & ~np.isnan(n_all)
    extreme = wide["unit"].eq("rate") & wide[["value_all", "value_without"]].isin([0, 1]).any(axis=1)
    shown = level & (left >= least) & (n_without >= least) & ~(extreme & (left < sensitive))
    shown &= ~_thin(wide.assign(left=left.where(level, 0.0), shown=shown, least=least))
    hidden = ~shown & wide["status"].ne("no_data")
    status = np.select([shown, hidden], ["ok", "suppressed"], "no_data")
    cut = {name: wide[name].where(shown) for name in NUMBERS}
    return wide.assign(**cut, status=pd.array(status, dtype="string"))


def _estimated(tool: Instrument, clean: Clean, book: Codebook, names: set[str]) -> list[pd.DataFrame]:
    """Return the named figures of every county and of the programme, rounded as evidence is."""
    tables = []
    for sample in samples.of(tool, clean, book):
        frame, scores = sample.frame, sample.scores[[name for name in sample.scores if name in names]]
        plan = estimate.design(frame, "population" if "population" in frame else None, "person")
        for county in (frame["county_code"], PROGRAMME):
            place = (frame["wave"] + "|" + county).astype(object)
            table = estimate.means(scores, plan, place)
            where = table["group"].str.partition("|")
            value, n = np.rint((table["value"] * 100).round(9)) / 100, table["n"]
            columns = {"wave": where[0], "county_code": where[2], "value_without": value, "n_without": n}
            tables.append(table[["item"]].rename(columns={"item": "indicator"}).assign(**columns))
    return tables


def _thin(wide: pd.DataFrame) -> pd.Series:
    """Return the shown counties with the fewest left out where the hidden ones have too few together."""
    line, inside = [wide["indicator"], wide["wave"]], wide["county_code"].ne(PROGRAMME)
    rest = wide["left"].where(inside & ~wide["shown"], 0.0).groupby(line).transform("sum")
    open_ = wide["left"].where(inside & wide["shown"])
    fewest = open_.groupby(line).transform("min")
    return (rest > 0) & (rest < wide["least"]) & open_.eq(fewest)
