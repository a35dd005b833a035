"""The 五个一 record sheets: progress of each county and school on each task, as people keep them in Excel."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Instrument, Item, Scale, Sheet
from yiduiyi_analysis.demo import latent, names, record_mess
from yiduiyi_analysis.demo.exports import MARK, Table
from yiduiyi_analysis.demo.mess import FLAGS
from yiduiyi_analysis.demo.names import Spellings
from yiduiyi_analysis.demo.streams import stream

# How a wave's sheets come: one workbook a county, one workbook with a sheet a county, or one sheet for all.
SENT = {"W0": "county files", "W1": "one sheet", "W2": "county sheets", "W3": "county files"}
COUNTY_AHEAD = 0.06  # counties move before their schools
STEP_SPREAD = 0.16
FALLEN = 4  # units that fall back a step in the last wave
APPROVED = 3  # from this progress on a document has a date
VERIFIERS = ["核验员甲（虚构）", "核验员乙（虚构）", "核验员丙（虚构）"]


@dataclass(frozen=True)
class _Sheets:
    """The record sheets of one instrument."""

    tool: Instrument
    sheet: Sheet
    book: Codebook
    spellings: Spellings
    seed: int

    @property
    def scale(self) -> Scale:
        return self.book.scales[self.tool.items[0].scale]


def tables(book: Codebook, schools: pd.DataFrame, spellings: Spellings, seed: int) -> list[Table]:
    """Return the record sheets of all waves, faults planted."""
    made = []
    for tool, page in _pages(book):
        setting, cells = _Sheets(tool, page, book, spellings, seed), _progress(tool, schools, seed)
        for wave in tool.waves:
            for file, sheet, part in _split(tool, cells[cells["wave"] == wave], book, wave):
                made.append(_table(setting, wave, file, sheet, part.reset_index(drop=True)))
    return made


def _pages(book: Codebook) -> list[tuple[Instrument, Sheet]]:
    """Return the sheets on which progress with tasks is recorded."""
    tools = book.instruments.values()
    return [(t, page) for t in tools for page in t.sheets if any(f.kind == "task" for f in page.columns)]


def _progress(tool: Instrument, schools: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return a row a unit, task and wave: progress never falls; a point may stand under its 中心校."""
    counties = schools.drop_duplicates("county_code")[["county_code", "county"]]
    county_items = [item for item in tool.items if item.dimension == tool.dimensions[0].id]
    school_items = [item for item in tool.items if item not in county_items]
    units = pd.concat([
        counties.merge(pd.DataFrame({"code": [item.id for item in county_items]}), how="cross"),
        schools.assign(centre=_centres(schools), school_index=range(len(schools))).merge(
            pd.DataFrame({"code": [item.id for item in school_items]}), how="cross"),
    ], ignore_index=True)  # fmt: skip
    rng = stream(seed, tool.id, "units")
    ahead = rng.normal(0, STEP_SPREAD, len(units)) + COUNTY_AHEAD * units["school_id"].isna()
    ahead = ahead + 0.08 * units["is_key"].fillna(False).astype(float)
    waves, best = [], np.zeros(len(units))
    for wave in tool.waves:
        place = latent.level("progress", wave) + ahead + rng.normal(0, STEP_SPREAD / 3, len(units))
        best = np.maximum(best, np.clip(np.rint(4 * place), 0, 4))
        waves.append(units.assign(wave=wave, progress=best))
    cells = _covered(pd.concat(waves, ignore_index=True), school_items[0])
    return _fallen(cells, tool, school_items[0], rng)


def _fallen(cells: pd.DataFrame, tool: Instrument, plan: Item, rng) -> pd.DataFrame:
    """Let a few units fall back a step in the last wave; both their rows stay free of other faults."""
    key = ["county_code", "school_id", "code"]
    unit = cells[key].fillna("").agg("|".join, axis=1)
    before, last = tool.waves[-2:]
    able = cells[(cells["wave"] == before) & (cells["progress"] >= 2) & (cells["code"] != plan.id)]
    chosen = unit[rng.permutation(able.index)[:FALLEN]]
    steady = unit.isin(chosen) & cells["wave"].isin([before, last])
    falls = steady & (cells["wave"] == last)
    lower = unit[falls].map(able.set_index(unit[able.index])["progress"]) - 1
    cells.loc[falls, "progress"] = lower
    return cells.assign(steady=steady, falls=falls)


def _centres(schools: pd.DataFrame) -> pd.Series:
    """Return for each teaching point the 中心校 of its township in its county, NA for others."""
    town = schools["county_code"] + schools["school"].map(names.township)
    central = schools["school"].str.contains("中心") & (schools["school"].map(names.township) != "")
    centre = schools[central].set_index(town[central])["school"]
    point = (schools["teachers"] <= latent.POINT_TEACHERS) & ~central
    return town.map(centre[~centre.index.duplicated()]).where(point)


def _covered(cells: pd.DataFrame, plan: Item) -> pd.DataFrame:
    """Give a covered unit the progress of the plan that covers it."""
    covered = cells["centre"].notna() & (cells["code"] == plan.id)
    own = cells[cells["code"] == plan.id].set_index(["county_code", "school", "wave"])["progress"]
    theirs = own.reindex(pd.MultiIndex.from_frame(cells.loc[covered, ["county_code", "centre", "wave"]]))
    cells.loc[covered, "progress"] = theirs.to_numpy()
    return cells.assign(covered_by=cells["centre"].where(covered))


def _split(tool: Instrument, cells: pd.DataFrame, book: Codebook, wave: str):
    """Yield (file, sheet, rows) as a wave's sheets come."""
    title, label = f"{MARK}_{tool.title}", book.waves[wave].label
    if SENT.get(wave) == "one sheet":
        yield f"{title}（{label}）.xlsx", MARK, cells
        return
    for county, part in cells.groupby("county", sort=False):
        if SENT.get(wave) == "county sheets":
            yield f"{title}（{label}）各县.xlsx", f"{MARK}_{county}", part
        else:
            yield f"{title}_{county}（{label}）.xlsx", MARK, part


def _table(setting: _Sheets, wave: str, file: str, sheet: str, rows: pd.DataFrame) -> Table:
    tool, rng = setting.tool, stream(setting.seed, setting.tool.id, file, sheet)
    content = _content(setting, wave, rows, rng) | {"mark": pd.Series(MARK, rows.index)}
    heads = [(field.id, field.stem) for field in setting.sheet.columns] + [("mark", MARK)]
    table = Table(
        file=file,
        sheet=sheet,
        instrument=tool.id,
        wave=wave,
        mode="records",
        batch=None,
        keys=[name for name, _ in heads],
        headers=[stem for _, stem in heads],
        cells=np.column_stack([content[name].to_numpy(object) for name, _ in heads]),
        people=_people(rows),
        given=rows[["progress"]].copy(),
        missing=pd.DataFrame("", rows.index, ["progress"], dtype=object),
    )
    closes = pd.Timestamp(setting.book.waves[wave].closes)
    record_mess.spoil(table, setting.sheet, setting.scale, setting.spellings, closes, rng)
    return table


def _content(setting: _Sheets, wave: str, rows: pd.DataFrame, rng) -> dict[str, pd.Series]:
    """Return the cells of each column by its field."""
    label, stems = setting.book.waves[wave].label, {item.id: item.stem for item in setting.tool.items}
    names_of = {
        float(option.value): option.label for option in setting.scale.options if option.value is not None
    }
    done = rows["progress"] >= APPROVED
    days = pd.Timestamp(setting.book.waves[wave].opens) - pd.to_timedelta(
        rng.integers(5, 60, len(rows)), unit="D"
    )
    verifiers = pd.Series(rng.choice(VERIFIERS, len(rows)), rows.index)
    titles = "《" + rows["school"].fillna(rows["county"]) + rows["code"].map(stems) + "》"
    return {
        "county": rows["county"],
        "school": rows["school"].fillna(""),
        "wave": pd.Series(label, rows.index),
        "code": rows["code"],
        "progress": rows["progress"].map(names_of),
        "doc_title": titles.where(done, ""),
        "date": pd.Series(days.strftime("%Y-%m-%d"), rows.index).where(done, ""),
        "verifier": verifiers.where(done, ""),
        "covered_by": rows["covered_by"].fillna(""),
    }


def _people(rows: pd.DataFrame) -> pd.DataFrame:
    keep = rows[
        [
            "county_code",
            "school_id",
            "county",
            "school",
            "school_index",
            "code",
            "covered_by",
            "steady",
            "falls",
        ]
    ].astype(object)
    blank = {
        "rater_name": "",
        "number": pd.NA,
        "submitted_at": pd.NaT,
        "duration_s": np.nan,
        "action": "kept",
        "marks": "",
    }
    keep = keep.astype({"steady": bool, "falls": bool})
    return keep.assign(**blank, **{flag: False for flag in FLAGS})
