"""Who answers, and when: teachers, classes and schools of the roster that take part in a wave."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Wave
from yiduiyi_analysis.demo import staff
from yiduiyi_analysis.demo.latent import POINT_TEACHERS
from yiduiyi_analysis.demo.streams import stream

COUNTY_RATE = (0.80, 0.91)
SILENT, LOW, LOW_RATE = 2, 4, (0.30, 0.45)
CROWDED, TOO_MANY = 3, 3  # one-teacher schools that send so many replies
SCHOOLS_REPLY = {"self": 0.96, "expert": 0.90, "": 0.91}
TAKERS_RATE = (0.66, 0.83)  # of a county's teachers sit the test
ATTENDANCE = 0.93
SLOT = 120  # seconds between two submissions of a form, at least half of it: no two persons look like one
PUPIL_AFTER_PUPIL = 75  # a class of thirty in one lesson of twenty slots
LARGE_SCHOOL, MIXED_UP = 60, 98  # there, one class number stands for several classes
DAY = range(8, 20)
SECONDS_AN_ITEM = 6.0
SLOWEST_SPEEDER = 3.2  # an honest answer takes at least so many seconds an item


def index(schools: pd.DataFrame) -> pd.DataFrame:
    """Return the roster with the positions that effects are drawn for: school_index, county_index."""
    return schools.assign(
        school_index=np.arange(len(schools)),
        county_index=pd.factorize(schools["county_code"], sort=True)[0],
        teachers=schools["teachers"].fillna(0).astype(int),
        is_key=schools["is_key"].astype(float),
    )


def teachers(schools: pd.DataFrame, wave: Wave, seed: int) -> pd.DataFrame:
    """Return the teachers who answer, a row each: by county 75–90 %, a few schools silent or low."""
    rng = stream(seed, "teachers", wave.id)
    by_county = rng.uniform(*COUNTY_RATE, schools["county_index"].max() + 1)
    rate = np.clip(by_county[schools["county_index"]] + rng.normal(0, 0.05, len(schools)), 0.5, 0.95)
    odd = rng.permutation(np.flatnonzero(schools["teachers"].between(2, 60)))[: SILENT + LOW]
    rate[odd] = np.r_[np.zeros(SILENT), rng.uniform(*LOW_RATE, LOW)]
    school = np.repeat(np.arange(len(schools)), schools["teachers"])
    person = np.flatnonzero(rng.random(len(school)) < rate[school])
    single = rng.permutation(np.flatnonzero(schools["teachers"] == 1))[:CROWDED]
    extra = np.repeat(single, TOO_MANY)
    alone = np.isin(school[person], single)
    person, extra_person = person[~alone], len(school) + np.arange(len(extra))
    return _people(schools, np.r_[school[person], extra], np.r_[person, extra_person])


def students(schools: pd.DataFrame, wave: Wave, seed: int) -> pd.DataFrame:
    """Return the pupils who answer, in whole classes: one or two classes a school, grades 7–9 in 中学."""
    rng = stream(seed, "students", wave.id)
    size = np.where(
        schools["teachers"] <= POINT_TEACHERS,
        rng.integers(8, 15, len(schools)),
        rng.integers(20, 31, len(schools)),
    )
    classes = schools.loc[schools.index.repeat(np.where(schools["teachers"] >= 20, 2, 1)), ["school_index"]]
    middle = schools["school"].str.contains("中学|初级")[classes.index]
    classes["grade"] = np.where(middle, rng.integers(7, 10, len(classes)), rng.integers(3, 7, len(classes)))
    number = classes.groupby(["school_index", "grade"]).cumcount() + 1
    classes["klass"] = number.astype(str) + "班"
    present = rng.binomial(size[classes["school_index"]], ATTENDANCE)
    large = np.flatnonzero(schools["teachers"].to_numpy()[classes["school_index"]] >= LARGE_SCHOOL)
    if len(large):
        present[rng.choice(large)] = MIXED_UP
    pupils = classes.reset_index(drop=True).loc[np.repeat(np.arange(len(classes)), present)].reset_index()
    people = _people(schools, pupils["school_index"].to_numpy(), np.arange(len(pupils)))
    return people.assign(grade=pupils["grade"], klass=pupils["klass"], group=pupils["index"])


def heads(schools: pd.DataFrame, wave: Wave, seed: int, rater: str) -> pd.DataFrame:
    """Return the schools that answer by themselves, by an expert, or ("") by their head, a row each."""
    rng = stream(seed, "heads", rater, wave.id)
    there = np.flatnonzero(rng.random(len(schools)) < SCHOOLS_REPLY[rater])
    people = _people(schools, there, there)
    return people.assign(rater_name=rater, rater=1.0 if rater == "self" else 2.0)


def takers(schools: pd.DataFrame, wave: Wave, seed: int) -> pd.DataFrame:
    """Return the teachers who sit the test, a row each, with their code; about three in four a wave."""
    rng, everyone = stream(seed, "takers", wave.id), staff.roll(schools, seed)
    rate = rng.uniform(*TAKERS_RATE, schools["county_index"].max() + 1)[everyone["county_index"]]
    there = everyone[rng.random(len(everyone)) < rate]
    people = _people(schools, there["school_index"].to_numpy(), there.index.to_numpy())
    return people.assign(person_code=there["code"].to_numpy())


def _people(schools: pd.DataFrame, school, person) -> pd.DataFrame:
    kept = [
        "school_id",
        "county_code",
        "county",
        "school",
        "teachers",
        "is_key",
        "school_index",
        "county_index",
    ]
    people = schools.iloc[school][kept].reset_index(drop=True)
    return people.assign(person=person, rater_name="", group=np.arange(len(people)), klass="")


def timed(people: pd.DataFrame, wave: Wave, items: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the people with submitted_at, duration_s and number (with gaps), in the order of submission."""
    days = (wave.closes - wave.opens).days
    group = people["group"].to_numpy()
    within = people.groupby("group").cumcount().to_numpy()
    a_group = SLOT * 20 if within.any() else SLOT
    slots = rng.permutation(days * len(DAY) * 3600 // a_group)
    seconds = (
        slots[group % len(slots)] * a_group + within * PUPIL_AFTER_PUPIL + rng.integers(0, 10, len(people))
    )
    day, second = np.divmod(seconds, len(DAY) * 3600)
    opens = pd.Timestamp(wave.opens) + pd.Timedelta(hours=DAY.start)
    taken = items * np.maximum(SLOWEST_SPEEDER, SECONDS_AN_ITEM * rng.lognormal(0, 0.35, len(people)))
    people = people.assign(
        submitted_at=opens + pd.to_timedelta(day, unit="D") + pd.to_timedelta(second, unit="s"),
        duration_s=np.ceil(taken),
    )
    people = people.sort_values("submitted_at", kind="stable", ignore_index=True)
    return people.assign(number=np.arange(1, len(people) + 1) + np.cumsum(rng.random(len(people)) < 0.02))
