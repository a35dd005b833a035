"""The cell rule: one grouping of schools that gives weight, variance stratum and disclosure unit."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import status

ENOUGH_REPLIES = 5
ENOUGH_SCHOOLS = 2
HIGHEST_WEIGHT = 4


def attach(responses: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Return the design of one wave of teacher answers, a row a response, in the order and index given.

    In:     responses: response_id, school_id; schools: the roster, school_id, county_code, is_key, teachers
    Out:    cell, sr, N_cell, r_cell, weight, psu, population (in PSUs), person (the part of a person a row
            stands for: below 1 only where a school sent more replies than it has teachers)
    Rule:   weight = N_cell / r_cell, so the weights of a cell add up to its roster; PSUs are teachers in a
            self-representing or lone responding school, else schools
    Source: Little 1986; Särndal, Swensson & Wretman 1992
    Raises: ValueError if a response names a school outside the roster, or a response_id occurs twice
    """
    check_schools(responses["school_id"], schools)
    if responses["response_id"].duplicated().any():
        raise ValueError("a response_id occurs twice: decide first which answer counts")
    table = cells(responses, schools).set_index("school_id")
    row = table.loc[responses["school_id"]].set_index(responses.index)
    by_school = row["psu_is_school"]
    row["psu"] = responses["school_id"].where(by_school, responses["response_id"].astype(str))
    row["weight"] = row["N_cell"] / row["r_cell"] * row["person"]
    row["population"] = row["N_cell"].where(~by_school, row["m_cell"] * row["N_cell"] / row["r_cell"])
    return row[["cell", "sr", "N_cell", "r_cell", "weight", "psu", "population", "person"]]


def cells(responses: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Return the cell of each roster school for one wave, a row a school.

    In:     as `attach`
    Out:    school_id, county_code, teachers, r (respondents, at most the roster), person, cell, sr, N_cell,
            r_cell, m_cell (responding schools), psu_is_school
    Rule:   ≥5 respondents and ≥50 % response make a school self-representing; the others pool by county ×
            key/other where that gives ≥5 respondents in ≥2 schools and no weight above 4, else by county,
            taking in the county's smallest self-representing school
    """
    table = schools[["school_id", "county_code", "is_key", "teachers"]].reset_index(drop=True)
    teachers = table["teachers"].to_numpy(float)
    replies = table["school_id"].map(responses["school_id"].value_counts()).fillna(0).to_numpy(float)
    r = np.minimum(replies, teachers)
    alone = (r >= ENOUGH_REPLIES) & (2 * r >= teachers)
    cell = np.empty(len(table), object)
    for code, rows in table.groupby("county_code").indices.items():
        cell[rows] = _pool(code, table.iloc[rows], teachers[rows], r[rows], alone[rows])
    of, names = pd.factorize(cell)
    whole, heard, answering = (np.bincount(of, x, len(names))[of] for x in (teachers, r, r > 0))
    sr = alone & (cell == table["school_id"].to_numpy(object))
    columns = {"teachers": teachers, "r": r, "person": np.where(replies > 0, r / np.maximum(replies, 1), 1.0)}
    columns |= {
        "cell": pd.Series(cell, dtype=table["school_id"].dtype),
        "sr": sr,
        "N_cell": whole,
        "r_cell": heard,
    }
    columns |= {"m_cell": answering.astype(int), "psu_is_school": ~sr & (answering > 1)}
    return table.drop(columns="is_key").assign(**columns)


def of_schools(frame: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    """Return the design of answers that schools give for themselves, a row a row of `frame`, same index.

    In:     frame: wave, school_id, county_code, one row per reply of a school; roster: county_code
    Out:    weight, stratum, psu, population, person (below 1 where a school replied more than once)
    Rule:   the responding schools of a county stand for all its schools, as a simple random sample; several
            replies of a school share its weight
    Raises: ValueError if a row comes from a county outside the roster
    """
    if unknown := sorted(map(str, set(frame["county_code"]) - set(roster["county_code"]))):
        raise ValueError(f"replies of counties outside the roster: {', '.join(unknown)}")
    population = frame["county_code"].map(roster["county_code"].value_counts()).astype(float)
    answered = frame.groupby(["wave", "county_code"])["school_id"].transform("nunique")
    person = 1 / frame.groupby(["wave", "school_id"])["school_id"].transform("size")
    stratum = frame["wave"] + "|" + frame["county_code"]
    columns = {"weight": population / answered * person, "stratum": stratum, "psu": frame["school_id"]}
    return pd.DataFrame(columns | {"population": population, "person": person}, index=frame.index)


def of_classes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the design of answers given class by class, a row a row of `frame`, same index.

    In:     frame: wave, county_code, school_id, cluster (class key; NA: the whole school is one cluster)
    Out:    weight, stratum, psu, person
    Rule:   intact classes are the PSUs, counties the strata; enrolment is unknown, so there is no population
    """
    psu = frame["school_id"] + "|" + frame["cluster"].astype("string").fillna("")
    stratum = frame["wave"] + "|" + frame["county_code"]
    return pd.DataFrame({"weight": 1.0, "stratum": stratum, "psu": psu, "person": 1.0}, index=frame.index)


def kish(weight: pd.Series) -> float:
    """Return the effective number of equally weighted responses, n / (1 + CV²), no_data where all weigh 0.

    Source: Kish 1965
    """
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else status.Unknown(status.NO_DATA)


def check_schools(found: pd.Series, roster: pd.DataFrame) -> None:
    """Raise ValueError if a school_id of `found` is not in the roster."""
    if unknown := sorted(map(str, set(found) - set(roster["school_id"]))):
        raise ValueError(f"responses of schools outside the roster: {', '.join(unknown)}")


def _pool(code: str, county: pd.DataFrame, teachers, r, alone) -> np.ndarray:
    """Return the cell of each school of one county: its own, county-key-P / county-other-P, or county-P."""
    key = county["is_key"].to_numpy(bool)
    pools = np.where(key, f"{code}-key-P", f"{code}-other-P")
    cell = np.where(alone, county["school_id"].to_numpy(object), pools)
    joined = np.zeros(len(cell), bool)
    for pool in (~alone & key, ~alone & ~key):
        if not (_answered(r[pool]) and _light(teachers[pool], r[pool])):
            joined |= pool
    if not joined.any():
        return cell
    smallest = np.lexsort((county["school_id"].to_numpy(str), teachers))
    _take_in(joined, teachers, r, [school for school in smallest if alone[school]])
    weak = r[joined].sum() < ENOUGH_REPLIES or not _light(teachers[joined], r[joined])
    if weak and not alone[~joined].any():
        joined[:] = True  # no self-representing school is left to lean on: the county is one cell
    return np.where(joined, f"{code}-P", cell)


def _take_in(joined: np.ndarray, teachers, r, spare: list) -> None:
    """Join self-representing schools, the smallest first: one if answers lack, more for the cap."""
    if spare and not _answered(r[joined]):
        joined[spare.pop(0)] = True
    while spare and not _light(teachers[joined], r[joined]):
        joined[spare.pop(0)] = True


def _answered(r: np.ndarray) -> bool:
    return r.sum() >= ENOUGH_REPLIES and (r > 0).sum() >= ENOUGH_SCHOOLS


def _light(teachers: np.ndarray, r: np.ndarray) -> bool:
    return teachers.sum() <= HIGHEST_WEIGHT * r.sum()
