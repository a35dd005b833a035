"""Counts as the annex prints them against what its table holds."""

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.roster import annex
from yiduiyi_analysis.clean.roster.annex import FIELDS

COUNTY_COUNTS = {
    "schools_declared": "学校数",
    "teachers_declared": FIELDS["teachers"],
    "key_declared": "重点帮扶学校数",
    "other_declared": "其余学校数",
}
TOTALS = {
    "label": "片区数",
    "school": "学校数",
    "teachers": FIELDS["teachers"],
    "institution": "承训单位数",
    "helpers": "帮扶单位数",
}


def counts(schools: pd.DataFrame, blocks: pd.DataFrame, total: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger of counts that do not add up or are not printed: the counties', the programme's.

    In:     schools: county_code, teachers, is_key; blocks: what is printed of each county, by county_code;
            total: the annex's rows 合计
    Rule:   nothing is changed; `before` is the printed count, `after` what the table holds
    """
    facts = pd.concat([_counties(schools, blocks), _programme(schools, blocks, total)], ignore_index=True)
    facts["action"] = "review"
    differs = (facts["before"] != facts["after"]).fillna(False)
    return ledger.concat([
        ledger.rows(facts[facts["before"].isna()], rule="count_missing", note="印数缺失，无从核对"),
        ledger.rows(facts[differs], rule="count_differs", note="印数与表内不符，未作更改"),
    ])  # fmt: skip


def _counties(schools: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    """Return one row a county and count: row, column, before (printed), after (held), county_code."""
    held = schools.assign(schools=1, other=~schools["is_key"]).groupby("county_code")
    held = held[["schools", "teachers", "is_key", "other"]].sum().reindex(blocks.index, fill_value=0)
    printed = blocks[list(COUNTY_COUNTS)].rename(columns=COUNTY_COUNTS)
    held = held.astype("Int64").set_axis(printed.columns, axis=1)
    facts = printed.melt(var_name="column", value_name="before", ignore_index=False)
    facts = facts.assign(after=held.melt()["value"].array, row=blocks["line"].reindex(facts.index))
    return facts.rename_axis("county_code").reset_index()


def _programme(schools: pd.DataFrame, blocks: pd.DataFrame, total: pd.DataFrame) -> pd.DataFrame:
    """Return one row a count of 合计: row, column, before (printed), after (held)."""
    held = {
        "label": len(blocks),
        "school": len(schools),
        "teachers": schools["teachers"].sum(),
        "institution": blocks["institution"].nunique(),
        "helpers": sum(len(annex.split(cell)) for cell in blocks["helpers"].dropna()),
    }
    printed = total[list(TOTALS)].head(1).reset_index(drop=True).reindex([0]).T[0].astype("string")
    facts = pd.DataFrame({"before": annex.number(printed), "after": pd.Series(held, dtype="Int64")})
    return facts.assign(column=TOTALS, row=total["line"].min() if len(total) else pd.NA).astype(
        {"row": "Int64"}
    )
