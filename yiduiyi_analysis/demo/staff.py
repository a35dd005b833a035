"""The programme's teachers and observers under the random codes that the institute gave them."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.demo import plan
from yiduiyi_analysis.demo.streams import stream

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 4
SUBJECTS = [0.30, 0.28, 0.10, 0.08, 0.06, 0.12, 0.03, 0.03]


def roll(schools: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return a row a teacher of the roster, the same persons and codes in every instrument.

    In:  the roster with positions, as people.index returns it
    Out: index: the person; code, school_index, school_id, county_code, county, county_index, head (leads the
         school), subject (1–8), grade
    """
    rng = stream(seed, "staff")
    kept = ["school_id", "county_code", "county", "county_index", "school_index"]
    staff = schools.loc[schools.index.repeat(schools["teachers"]), kept].reset_index(drop=True)
    middle = schools["school"].str.contains("中学|初级").to_numpy()[staff["school_index"]]
    return staff.assign(
        code=codes(f"T{plan.mark(schools)}", len(staff), rng),
        head=~staff["school_index"].duplicated(),
        subject=rng.choice(np.arange(1, 9), len(staff), p=SUBJECTS),
        grade=np.where(middle, rng.integers(7, 10, len(staff)), rng.integers(1, 7, len(staff))),
    )


def codes(first: str, n: int, rng: np.random.Generator) -> list[str]:
    """Return `n` different codes that begin with `first`."""
    base = len(LETTERS)
    drawn = rng.choice(base**LENGTH, n, replace=False)
    places = drawn[:, None] // base ** np.arange(LENGTH) % base
    return [first + "".join(LETTERS[at] for at in row) for row in places]
