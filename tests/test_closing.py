"""What several shown totals pin together is hidden with more of them, and nothing where they pin nothing."""

import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import audit, closing, disclosure

LIMITS = pd.DataFrame(
    {"indicator": ["T.expert_ok"], "instrument": "I01", "block": "T", "within": "", "least": 3,
     "sensitive_n": 0, "persons": 0, "population": "schools"}
)  # fmt: skip
RULES = LIMITS[["indicator", "block", "within", "least", "sensitive_n", "persons"]]
ANSWERED = [(2, 5, 7), (1, 6, 7), (2, 5, 7), (5, 16, 21)]  # key, other, all of A, B, C and the programme


def evidence(*shares):
    """Return the share of schools that do one thing, of three counties and the programme, by tier."""
    rows = [
        {"county_code": place, "group": group, "value": share, "n": n, "N": size}
        for place, line, people, sizes in zip(
            [*"ABC", "all"], shares, ANSWERED, [(2, 6, 8)] * 3 + [(6, 18, 24)], strict=True
        )
        for group, share, n, size in zip(disclosure.GROUPS, line, people, sizes, strict=True)
    ]
    frame = pd.DataFrame(rows).assign(indicator="T.expert_ok", wave="W0", unit="rate", lo=0.0, hi=1.0)
    numbers = dict.fromkeys(["value", "lo", "hi"], "Float64") | dict.fromkeys(["n", "N"], "Int64")
    return frame.assign(method="school/korn-graubard", status="ok").astype(numbers | {"status": "string"})


def protected(frame):
    return closing.protect(frame, RULES, LIMITS, np.zeros(len(frame), bool))


def test_the_tiers_of_the_one_county_where_schools_do_it_do_not_follow_from_those_of_the_programme():
    frame = evidence((0, 0, 0), (0, 0, 0), (0.5, 0.4, 3 / 7), (0.2, 0.12, 0.14))
    before = disclosure.rounded(disclosure.protect(frame, RULES))
    assert set(audit.findings(before, LIMITS)["what"]) == {"其中的人数可推出"}
    made = protected(frame)
    assert audit.findings(disclosure.rounded(made), LIMITS).empty
    shown = made[made["value"].notna()]
    assert set(zip(shown["county_code"], shown["group"], strict=True)) == {
        (p, "all") for p in [*"ABC", "all"]
    }


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_nothing_more_is_hidden_where_nothing_can_be_worked_out(share):
    frame = evidence(*[(share,) * 3] * 4)
    pd.testing.assert_frame_equal(protected(frame), disclosure.protect(frame, RULES))
