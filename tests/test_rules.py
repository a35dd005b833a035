"""Every rule that cleaning names has a Chinese name in the reports."""

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.survey import flags
from yiduiyi_analysis.present import rules


def test_flags_have_a_chinese_name():
    assert set(flags.NAMES) <= set(rules.RULES)
    assert set(rules.ACTIONS) == ledger.ACTIONS


def test_rules_of_the_demo_have_a_chinese_name(demo_ws):
    known = pd.concat(
        [pd.read_parquet(demo_ws.results / f"{name}.parquet") for name in ("quality", "roster_ledger")]
    )
    assert set(known["rule"]) <= set(rules.RULES)


def test_an_unknown_rule_stays_as_it_is():
    assert rules.names(pd.Series(["late", "brand_new"])).tolist() == ["在窗口之外提交", "brand_new"]
    assert rules.actions(pd.Series(["kept", "brand_new"])).tolist() == ["保留并标记", "brand_new"]
