import pandas as pd
import pytest

from yiduiyi_analysis.clean import ledger


def test_a_single_row_from_keywords_has_every_column_and_type():
    row = ledger.rows(file="a.csv", row=3, rule="late", action="kept", before=7)
    assert list(row.columns) == list(ledger.COLUMNS)
    assert row.dtypes.astype(str).to_dict() == ledger.COLUMNS
    assert row.loc[0, "row"] == 3
    assert row.loc[0, "before"] == "7"
    assert row.loc[0, "note"] is pd.NA


def test_one_row_per_row_of_a_frame_and_nothing_personal_comes_along():
    answers = pd.DataFrame({"row": [5, 9], "before": ["x", None], "手机": ["139", "138"]}, index=[40, 41])
    made = ledger.rows(answers, rule="invalid", action="quarantined", after=["u", "v"])
    assert made["row"].tolist() == [5, 9]
    assert made["after"].tolist() == ["u", "v"]
    assert made.index.tolist() == [0, 1]
    assert "手机" not in made


def test_a_frame_of_no_rows_gives_no_rows():
    none = pd.DataFrame({"row": [], "before": []})
    assert ledger.rows(none, rule="late", action="kept").empty


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"rule": "late", "action": "deleted"}, "deleted"),
        ({"rule": "late"}, "actions"),
        ({"action": "kept"}, "without a rule"),
        ({"rule": "late", "action": "kept", "ip": "1.2.3.4"}, "ip"),
    ],
)
def test_a_row_that_breaks_the_vocabulary_is_refused(cells, told):
    with pytest.raises(ValueError, match=told):
        ledger.rows(**cells)


def test_concat_keeps_order_types_and_takes_none_or_empty():
    first, second = (ledger.rows(rule=rule, action="kept", row=1) for rule in ("b", "a"))
    joined = ledger.concat([first, ledger.empty(), second])
    assert joined["rule"].tolist() == ["b", "a"]
    assert joined.index.tolist() == [0, 1]
    assert joined.dtypes.astype(str).to_dict() == ledger.COLUMNS
    assert ledger.concat([]).equals(ledger.empty())
