"""Latent levels → answer values: how high, how far apart, how often missing, from tables of parameters."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Item, Scale
from yiduiyi_analysis.demo import exam
from yiduiyi_analysis.demo.streams import Setting, columns, stream

# Where the average answer lies on the scale (0 lowest – 1 highest), by dimension, else by kind of scale.
# Reaction > learning > support > application ≈ efficacy; some fall (a response shift), some stand still.
LEVELS = {
    "R": {"W1": 0.86, "W2": 0.83, "W3": 0.835},
    "L": {"W2": 0.71, "W3": 0.72},
    "O": {"W2": 0.65, "W3": 0.635},
    "B": {"W0": 0.54, "W2": 0.575, "W3": 0.58},
    "E": {"W0": 0.60, "W2": 0.565, "W3": 0.605},
    "PM": {"W0": 0.66, "W2": 0.70, "W3": 0.72},
    "PC": {"W0": 0.60, "W2": 0.62, "W3": 0.615},
    "PH": {"W2": 0.69, "W3": 0.66},
    "X": {"W0": 0.53, "W2": 0.555, "W3": 0.57},
    "H": {"W0": 0.49, "W2": 0.50, "W3": 0.495},
    "likert": {"W0": 0.62, "W1": 0.63, "W2": 0.64, "W3": 0.64},
    "frequency": {"W0": 0.50, "W1": 0.51, "W2": 0.53, "W3": 0.53},
    "habit": {"W0": 0.52, "W1": 0.53, "W2": 0.56, "W3": 0.58},
    "level": {"W0": 0.36, "W1": 0.38, "W2": 0.44, "W3": 0.50},
    "progress": {"W0": 0.08, "W1": 0.27, "W2": 0.55, "W3": 0.76},
}
KEY_SCHOOLS = {"R": -0.01, "L": 0.01, "O": 0.03, "B": 0.035, "E": 0.02, "level": 0.06, "X": 0.02, "H": 0.01}
RATERS = {"self": 0.07, "expert": 0.0}
SPREAD = 0.25  # SD of one answer, as a share of the scale's length
SHARES_OF_VARIANCE = {"county": 0.008, "school": 0.035, "person": 0.38, "answer": 0.577}
DRIFT = {"item": 0.03, "item_wave": 0.012, "county_wave": 0.012, "school_wave": 0.015}
# What a missing opportunity costs: dimension → (matrix of yes/no conditions, loss for each that is absent).
OPPORTUNITY = {"X": ("家里或学校里有没有", 0.06)}
# How often each option is chosen, by scale, in printed order.
CHOSEN = {
    "TENURE": [0.34, 0.31, 0.22, 0.13],
    "DEGREE": [0.04, 0.38, 0.56, 0.02],
    "POST": [0.66, 0.22, 0.05, 0.07],
    "YESNO": [0.60, 0.40],
    "SEX": [0.49, 0.48, 0.03],
    "SUBJECT": [0.42, 0.40, 0.10, 0.24, 0.12, 0.22, 0.08, 0.07],
    "FORMS": [0.55, 0.22, 0.38, 0.30, 0.26, 0.07],
}
UNLISTED = 0.1
EXCLUSIVE = {
    "FORMS": 6
}  # an option that excludes the others, and after which the experience items are skipped
SKIPPED_AFTER = {"FORMS": {"R", "L"}}
NUMBERS = (0, 41)  # where nothing else is known of a number
# A school's own figures: mean a teacher (None: a mean for the school), or a share of another figure.
FIGURES = {
    "PUPILS": (14.0, "teachers"),
    "BOARDERS": (0.35, "PUPILS"),
    "RETURNED": (1.6, None),
    "ONLINE": (3.0, None),
}
BLANK = 0.008
NOT_APPLICABLE = 0.10  # at a teaching point, for scales that offer it
POINT_TEACHERS = 4  # up to so many teachers a school counts as a teaching point


def level(theme: str, wave: str) -> float:
    """Return where the average answer lies; a wave that the table lacks stands where its last one stood."""
    return LEVELS[theme].get(wave, [*LEVELS[theme].values()][-1])


def answer(setting: Setting, people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (values, missing), a row a person and a column an answer; text answers have no value.

    In: people: school_index, county_index, person, is_key, teachers, rater_name, and answers known by role
    """
    asked = setting.asked
    values = pd.DataFrame(
        np.nan, people.index, [name for item in asked for name in columns(setting.book, item)]
    )
    missing = pd.DataFrame("", people.index, values.columns, dtype=object)
    for item in asked:
        rng = setting.stream(item.id)
        if item.kind == "number":
            values[item.id] = _figure(item, people, values, rng)
        if item.scale:
            scale = setting.book.scales[item.scale]
            _fill(item, scale, setting, people, values, rng)
            _miss(item, scale, people, missing, rng)
    _skip(asked, values, missing)
    return values.mask(missing != ""), missing


def _fill(
    item: Item, scale: Scale, setting: Setting, people: pd.DataFrame, values: pd.DataFrame, rng
) -> None:
    if item.role == "check":
        values[item.id] = float(item.expect)
    elif item.key is not None:
        values[item.id] = exam.choose(item, len(scale.options), setting, people, rng)
    elif item.role in people:
        values[item.id] = people[item.role].astype(float)
    elif item.kind == "multi":
        values[[f"{item.id}.{option.value}" for option in scale.options]] = _ticks(scale, len(people), rng)
    elif scale.kind == "choice":
        shares = _chances(scale, len(scale.values))
        values[item.id] = rng.choice(scale.values, len(people), p=shares / shares.sum()).astype(float)
    else:
        values[item.id] = _graded(item, scale, setting, people, values, rng)


def _figure(item: Item, people: pd.DataFrame, values: pd.DataFrame, rng) -> np.ndarray:
    """Return a figure a person reports: a school's own where the table lists it, else any."""
    mean, of = FIGURES.get(item.id, (0.0, ""))
    if of is None:
        return rng.poisson(mean, len(people)).astype(float)
    if of == "teachers":
        return rng.poisson(mean * people["teachers"] + 6).astype(float)
    if of in values:
        return rng.binomial(values[of].astype(int), mean).astype(float)
    return rng.integers(*NUMBERS, len(people)).astype(float)


def _chances(scale: Scale, n: int) -> np.ndarray:
    """Return how often each of `n` options is chosen; one that the table does not list gets UNLISTED."""
    listed = CHOSEN.get(scale.id, [])
    return np.array([*listed, *[UNLISTED] * n][:n])


def _ticks(scale: Scale, n: int, rng) -> np.ndarray:
    shares = _chances(scale, len(scale.options))
    ticked = rng.random((n, len(shares))) < shares
    if only := EXCLUSIVE.get(scale.id):
        alone = ticked[:, only - 1].copy()
        ticked[alone] = np.arange(len(shares)) == only - 1
    ticked[~ticked.any(axis=1), int(shares.argmax())] = True
    return ticked.astype(float)


def _graded(item: Item, scale: Scale, setting: Setting, people: pd.DataFrame, values: pd.DataFrame, rng):
    """Return graded answers: a latent place on the scale, rounded to the nearest option."""
    theme = item.dimension if item.dimension in LEVELS else scale.kind
    place = level(theme, setting.wave) + people["is_key"].to_numpy() * KEY_SCHOOLS.get(theme, 0.0)
    place = place + RATERS.get(people["rater_name"].iloc[0], 0.0) + _shared(item, theme, setting, people)
    matrix, loss = OPPORTUNITY.get(theme, (None, 0.0))
    if conditions := [other.id for other in setting.asked if matrix and other.matrix == matrix]:
        place = place - loss * (len(conditions) - values[conditions].to_numpy().sum(axis=1))
    place = (1 - place) if item.reverse else place
    place = place + rng.normal(0, SPREAD * SHARES_OF_VARIANCE["answer"] ** 0.5, len(people))
    low, high = min(scale.values), max(scale.values)
    return np.clip(np.rint(low + place * (high - low)), low, high)


def _shared(item: Item, theme: str, setting: Setting, people: pd.DataFrame) -> np.ndarray:
    """Return what an answer shares with others of its county, school, person and item."""
    county, school, person = (people[name].to_numpy() for name in ["county_index", "school_index", "person"])
    size = {name: SPREAD * share**0.5 for name, share in SHARES_OF_VARIANCE.items()}

    def effect(sd: float, index: np.ndarray, *names) -> np.ndarray:
        return stream(setting.seed, *names).normal(0, sd, index.max() + 1)[index]

    once = np.zeros(1, int)
    return (
        effect(size["county"], county, "county", theme)
        + effect(size["school"], school, "school", theme)
        + effect(size["person"], person, "person", theme, setting.panel)
        + effect(DRIFT["county_wave"], county, "county", theme, setting.wave)
        + effect(DRIFT["school_wave"], school, "school", theme, setting.wave)
        + effect(DRIFT["item"], once, "item", item.id)
        + effect(DRIFT["item_wave"], once, "item", item.id, setting.wave)
    )


def _miss(item: Item, scale: Scale, people: pd.DataFrame, missing: pd.DataFrame, rng) -> None:
    """Leave single answers out; a teaching point finds some levels not applicable."""
    if item.role or (item.kind != "scale" and item.key is None):
        return
    missing.loc[rng.random(len(people)) < BLANK, item.id] = "blank"
    if any(option.missing == "not_applicable" for option in scale.options):
        point = people["teachers"] <= POINT_TEACHERS
        missing.loc[point & (rng.random(len(people)) < NOT_APPLICABLE), item.id] = "not_applicable"


def _skip(asked: list[Item], values: pd.DataFrame, missing: pd.DataFrame) -> None:
    """Skip whole matrices of those who chose the excluding option."""
    for item in asked:
        themes = SKIPPED_AFTER.get(item.scale or "", set())
        if item.kind == "multi" and themes:
            none = values[f"{item.id}.{EXCLUSIVE[item.scale]}"] == 1
            matrices = {i.matrix for i in asked if i.dimension in themes and i.matrix}
            missing.loc[none, [i.id for i in asked if i.matrix in matrices]] = "skipped"
