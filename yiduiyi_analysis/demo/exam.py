"""A test as teachers answer it: ability grows unevenly by county, questions differ in how hard they are."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Item
from yiduiyi_analysis.demo.streams import Setting, stream

GUESS = 0.2
ABILITY = {"county": 0.25, "school": 0.35, "person": 0.85}
GROWTH = {"W2": (0.14, 0.22), "W3": (0.16, 0.26)}  # mean and spread over counties, in ability units
DIFFICULTY, SHARPNESS = (-0.15, 0.85), (0.0, 0.3)
LATER_FORM = 0.2  # questions that the first wave did not ask are a little harder
FAULTY, FLAT = 0.04, 0.08  # so many questions hardly tell the able from the others


def choose(item: Item, options: int, setting: Setting, people: pd.DataFrame, rng) -> np.ndarray:
    """Return the number of the option that each person chose; wrong options differ in their pull."""
    right = rng.random(len(people)) < _chance(item, setting, ability(setting, people))
    wrong = [option for option in range(1, options + 1) if option != item.key]
    pull = stream(setting.seed, "pull", item.id).dirichlet(np.full(len(wrong), 3.0))
    return np.where(right, item.key, rng.choice(wrong, len(people), p=pull)).astype(float)


def ability(setting: Setting, people: pd.DataFrame) -> np.ndarray:
    """Return where each person stands; one person keeps the place, and the county's growth is added."""
    total = np.zeros(len(people))
    for name, sd in ABILITY.items():
        index = people["person" if name == "person" else f"{name}_index"].to_numpy()
        total += stream(setting.seed, "ability", name).normal(0, sd, index.max() + 1)[index]
    mean, spread = GROWTH.get(setting.wave, (0.0, 0.0))
    county = people["county_index"].to_numpy()
    pace = stream(setting.seed, "pace").normal(0, 1, county.max() + 1)[county]
    return total + mean + spread * pace


def _chance(item: Item, setting: Setting, place: np.ndarray) -> np.ndarray:
    """Return the chance of the right answer: three-parameter logistic, one guess rate."""
    rng = stream(setting.seed, "question", item.id)
    difficulty, sharp = rng.normal(*DIFFICULTY), rng.lognormal(*SHARPNESS)
    sharp = FLAT if rng.random() < FAULTY else sharp
    first = setting.tool.waves[0]
    difficulty += LATER_FORM * (first not in setting.tool.waves_of(item))
    return GUESS + (1 - GUESS) / (1 + np.exp(-1.2 * sharp * (place - difficulty)))
