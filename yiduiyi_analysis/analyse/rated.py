"""Records that observers rate: means that stand for teachers, the raters' agreement, and good cases."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import raters, records, status, weights
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE, Clean
from yiduiyi_analysis.analyse.samples import Sample
from yiduiyi_analysis.codebook import Codebook, Indicator, Instrument, Sheet

DESIGN = "lesson"
GOOD = 4.0
CASE = ["type", "subject", "grade", "consent"]
PRIMARY = 6  # grades 1 to 6 are one stage of schooling, 7 to 9 the next
CASES = {"county_code": "string", "wave": "string", "kind": "Int64", "subject": "Int64", "stage": "Int64"}
CASES |= {"score": "Float64", "raters": "Int64", "consent": "boolean"}


def samples(tool: Instrument, clean: Clean, book: Codebook) -> list[Sample]:
    """Return the rated records of one instrument as means of the teachers rated, one sample an indicator.

    Rule:   a teacher counts once a wave, with the mean of what was rated; schools are the units, counties the
            strata; which teachers were rated is nobody's draw, so there is no population
    """
    made = [_sample(entry, tool, clean, book) for entry in records.indicators(tool, book, ("mean",))]
    return [sample for sample in made if len(sample.frame)]


def agreement(tool: Instrument, clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return how far two raters of one lesson agree, ICC(A,1), a row an indicator × wave, programme only.

    Out:    as `records.figures`, with lo and hi; n: lessons rated twice
    Rule:   what is compared is each rater's mean over the columns
    Source: McGraw & Wong 1996
    """
    rows = []
    for entry in records.indicators(tool, book, ("agreement",)):
        sheet = book.sheet[entry.sheet]
        kept = records.of_waves(tool, sheet, clean, book)
        pairs = _pairs(kept[records.matching(kept, entry.where)], entry, sheet)
        for wave, part in pairs.groupby("wave"):
            found = raters.icc(part[["first", "second"]]).set_index("name").loc["ICC(A,1)"]
            known = found["status"] == status.OK
            ends = {
                "value": found["value"],
                "lo": found["lo"] if known else np.nan,
                "hi": found["hi"] if known else np.nan,
            }
            rows.append({"indicator": entry.id, "wave": wave, "n": found["n"], **ends})
    if not rows:
        return records.NONE
    table = pd.DataFrame(rows).assign(county_code=PROGRAMME, group=WHOLE, N=np.nan, method="records/icc")
    table = table[table["value"].notna()]
    return table.assign(status=np.where(table["lo"].notna(), "ok", "no_interval"))


def candidates(clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return the cases that both raters found good: candidates for a typical case, named by nobody.

    Out:    county_code, wave, kind, subject, stage (1: grades 1–6, 2: grades 7–9), score (mean of both
            raters), raters, consent; subject and stage only with the author's consent, and where the valid
            cases of each stage came from as many schools of the county as a figure about schools needs: where
            one school alone has grades 7 to 9 they would name it, and so would a gap beside the other stage
    Rule:   the last version of a case; the rows of a mean over both raters' columns, each rater's mean at
            least 4.0; sheets that tell kind, subject, grade and consent
    """
    parts = [pd.DataFrame(columns=list(CASES))]
    for entry in book.indicators.values():
        sheet = book.sheet.get(entry.sheet or "")
        if entry.kind == "mean" and sheet is not None and set(CASE) <= set(sheet.field):
            parts.append(_good(entry, sheet, clean, book))
    table = pd.concat([part.astype(object) for part in parts], ignore_index=True).astype(CASES)
    return table.sort_values(list(CASES), ignore_index=True)


def _sample(entry: Indicator, tool: Instrument, clean: Clean, book: Codebook) -> Sample:
    sheet = book.sheet[entry.sheet]
    rows = records.of_waves(tool, sheet, clean, book)
    rows = rows[records.matching(rows, entry.where)]
    given = rows[entry.columns].astype("Float64").astype(float)
    scores = pd.DataFrame({entry.id: given.mean(axis=1)})
    if entry.each:
        scores = scores.assign(**{f"{tool.id}.{name}": given[name] for name in entry.columns})
    who = next(field.id for field in sheet.columns if field.kind == "person")
    at = ["wave", "school_id", who]
    means = rows[at].join(scores).dropna(subset=[entry.id]).groupby(at, as_index=False).mean()
    roster = clean.schools[["school_id", "county_code", "is_key"]]
    frame = means[["wave", "school_id"]].merge(roster, on="school_id", how="left", validate="many_to_one")
    ours = frame["county_code"].notna()
    frame, scores = frame[ours].reset_index(drop=True), means.loc[ours.to_numpy(), scores.columns]
    frame = frame.join(weights.of_classes(frame.assign(cluster=pd.NA)))
    scale = book.scales[sheet.field[entry.columns[0]].scale]
    ranges = dict.fromkeys(scores, (min(scale.values), max(scale.values)))
    return Sample(DESIGN, frame, scores.reset_index(drop=True), frozenset(), ranges)


def _halves(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return each rater's mean where a row holds both: the first half of the columns, and the second."""
    middle, given = len(columns) // 2, rows[columns].astype("Float64").astype(float)
    both = {"first": given[columns[:middle]], "second": given[columns[middle:]]}
    return pd.DataFrame({name: part.mean(axis=1) for name, part in both.items()}, index=rows.index)


def _pairs(rows: pd.DataFrame, entry: Indicator, sheet: Sheet) -> pd.DataFrame:
    """Return two raters' means of each lesson: of one row, or of two where the key names the rater."""
    by = [name for name in sheet.key if sheet.field[name].kind == "person"]
    if not by:
        return rows[["wave"]].join(_halves(rows, entry.columns)).dropna()
    lesson = ["county_code", *(name for name in sheet.key if name not in by)]
    score = rows[entry.columns].astype("Float64").astype(float).mean(axis=1)
    told = rows[["wave", *lesson, *by]].assign(score=score).dropna(subset=["score"]).sort_values(by)
    told = told.assign(place=told.groupby(lesson).cumcount())
    two = [told[told["place"] == k].set_index(lesson) for k in (0, 1)]
    return two[0][["wave"]].assign(first=two[0]["score"]).join(two[1]["score"].rename("second"), how="inner")


def _good(entry: Indicator, sheet: Sheet, clean: Clean, book: Codebook) -> pd.DataFrame:
    rows = records.of_waves(book.instruments[entry.instrument], sheet, clean, book)
    rows = rows[records.matching(rows, entry.where)]
    rows = rows.assign(stage=rows["grade"].gt(PRIMARY).astype("Int64") + 1)
    schools = rows.groupby(["county_code", "stage"])["school_id"].transform("nunique")
    rows = rows.assign(schools=schools.groupby(rows["county_code"]).transform("min").fillna(0))
    version = [name for name in sheet.key if sheet.field[name].kind == "number"]
    case = ["county_code", *(name for name in sheet.key if name not in version)]
    rows = rows.sort_values(version, kind="stable").drop_duplicates(case, keep="last") if version else rows
    both = _halves(rows, entry.columns)
    rows, both = rows[(both >= GOOD).all(axis=1)], both[(both >= GOOD).all(axis=1)]
    agreed = rows["consent"].eq(1).fillna(False).astype(bool)
    table = rows.assign(kind=rows["type"], score=both.mean(axis=1).round(2), raters=2, consent=agreed)
    told = agreed & (rows["schools"] >= book.thresholds.school_min)
    return table.assign(**{name: rows[name].where(told) for name in ("subject", "stage")})[list(CASES)]
