"""Payments as accountants enter them: budgets often blank, amounts as figures, as text, in 万元."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Instrument
from yiduiyi_analysis.demo.drafts import Desk, Draft
from yiduiyi_analysis.demo.streams import stream

HOW = "one"
ORGS = ["县教体局", "承训单位"]
YEARS = [
    (2020, "2020-11-02", "2020-12-28"),
    (2021, "2021-03-02", "2021-12-27"),
    (2022, "2022-01-05", "2022-03-25"),
]
A_TEACHER = {1: 420.0, 2: 380.0, 3: 90.0, 4: 140.0, 5: 60.0, 6: 40.0}  # yuan a line, by category
EXECUTED = (0.55, 0.97)  # by county
NO_BUDGET, NOTHING_SPENT = 0.12, 0.06


def draw(tool: Instrument, desk: Desk) -> pd.DataFrame:
    """Return the payments, a row a county, unit, source, category and period, before any fault."""
    rng = stream(desk.seed, "funds")
    teachers = desk.schools.groupby("county_code")["teachers"].sum()
    period = pd.DataFrame(YEARS, columns=["year", "from", "to"])
    rows = (
        pd.DataFrame({"county_code": teachers.index})
        .merge(pd.DataFrame({"org": ORGS}), how="cross")
        .merge(pd.DataFrame({"fund": [1, 2]}), how="cross")
        .merge(period, how="cross")
        .merge(pd.DataFrame({"category": list(A_TEACHER)}), how="cross")
    )
    n, start, end = len(rows), pd.to_datetime(rows["from"]), pd.to_datetime(rows["to"])
    scale = rows["category"].map(A_TEACHER) * rows["county_code"].map(teachers) / len(ORGS) / len(YEARS)
    budget = np.round(scale * rng.lognormal(0, 0.25, n), -2)
    county = pd.factorize(rows["county_code"])[0]
    spent = rng.uniform(*EXECUTED, county.max() + 1)[county] * rng.uniform(0.75, 1.03, n)
    rows = rows.assign(
        budget_yuan=np.where(rng.random(n) < NO_BUDGET, np.nan, budget),
        paid_yuan=np.round(budget * np.minimum(spent, 1.0), 2),
        voucher_no=[f"PZ{k:05d}" for k in rng.choice(90_000, n, replace=False) + 10_000],
        date=start + pd.to_timedelta((rng.random(n) * (end - start).dt.days).astype(int), "D"),
        year=rows["year"].astype(float),
    )
    return rows[rng.random(n) >= NOTHING_SPENT]


def spoil(draft: Draft) -> None:
    """Plant amounts as people write them, more paid than planned, totals, payments out of their time."""
    planned = draft.rows["budget_yuan"].notna()
    _sums(draft, planned)
    _days(draft)
    for turn, row in enumerate(draft.take(0.08)):
        name = "budget_yuan" if turn % 3 == 2 and planned[row] else "paid_yuan"
        cell, fault, true = _written(float(draft.rows.loc[row, name]), turn)
        draft.put(row, name, true, cell)
        draft.note(row, name, fault, "repaired", "number_rewritten" if "万" in cell else "", right=true)
    for row in draft.take(2):
        draft.put(row, "paid_yuan", np.nan, "见附件")
        draft.note(row, "paid_yuan", "amount_in_words", "missing:invalid", "value_unknown")
    for row in draft.take(2):
        draft.blank(row, "paid_yuan", 3.2, "paid_in_ten_thousands")
    for row in draft.take(2):
        draft.blank(row, "paid_yuan", -500, "out_of_range", "amount_below_zero")
    for row in draft.rows.index[draft.cells["budget_yuan"].eq("")]:
        draft.note(row, "budget_yuan", "budget_blank", "missing:blank")


def _sums(draft: Draft, planned: pd.Series) -> None:
    """Plant more paid than planned, one budget beside two payments, and a row that adds up its group."""
    for row in draft.take(4, planned):
        paid = round(float(draft.rows.loc[row, "budget_yuan"]) * 1.3, 2)
        draft.put(row, "paid_yuan", paid)
        draft.flag(row, "paid_yuan", "paid_over_budget")
    for row in draft.take(3, planned):
        half = round(float(draft.rows.loc[row, "paid_yuan"]) / 2, 2)
        draft.put(row, "paid_yuan", half)
        again = draft.again(row)
        draft.put(again, "voucher_no", f"{draft.rows.loc[row, 'voucher_no']}-2")
        draft.put(again, "budget_yuan", np.nan, draft.cells.loc[row, "budget_yuan"])
        draft.note(again, "budget_yuan", "budget_repeated", "blank:budget_repeated", "budget_repeated")
    group = draft.rows[["county_code", "org", "fund", "year"]].astype(str).agg("|".join, axis=1)
    sound = group.map(pd.Series(group.index.isin(draft.free), group.index).groupby(group).agg("sum")) >= 6
    whole = sound & group.map(group.value_counts()).eq(6)
    for row in draft.take(2, whole & ~group.duplicated()):
        own = group.index[group == group[row]]
        draft.hold(own)
        total = round(float(draft.rows.loc[own, "paid_yuan"].sum()), 2)
        again = draft.again(row)
        whole_row = [("paid_yuan", total, total), ("budget_yuan", np.nan, ""), ("category", 6, "其他")]
        for name, true, cell in [*whole_row, ("voucher_no", pd.NA, "")]:
            draft.put(again, name, true, cell)
        draft.note(again, "paid_yuan", "total_among_rows", "quarantined", "fund_total_row")


def _days(draft: Draft) -> None:
    """Plant payments after the programme, and in another year than the one beside them."""
    outside = pd.Timestamp(draft.desk.book.programme.ends) + pd.Timedelta(days=47)
    for row in draft.take(3, draft.rows["year"] == 2022):
        draft.put(row, "date", outside, f"{outside:%Y-%m-%d}")
        draft.flag(row, "date", "out_of_programme", "paid_after_programme")
    for row in draft.take(3, draft.rows["year"] == 2021):
        other = draft.rows.loc[row, "date"] - pd.DateOffset(years=1)
        other = max(other, pd.Timestamp(2020, 11, 5))
        draft.put(row, "date", other, f"{other:%Y-%m-%d}")
        draft.flag(row, "date", "paid_other_year")


def _written(yuan: float, turn: int) -> tuple[str, str, float]:
    """Return an amount in one of the ways accountants write it, what that is called, and the amount then."""
    return [
        (f"{yuan:,.2f}", "amount_with_commas", yuan),
        (f"{yuan:.2f}元", "amount_with_unit", yuan),
        (f"¥{yuan:,.2f}", "amount_with_sign", yuan),
        (f"{yuan / 10_000:.4f}万元", "amount_in_ten_thousands", round(round(yuan / 10_000, 4) * 10_000, 2)),
    ][turn % 4]
