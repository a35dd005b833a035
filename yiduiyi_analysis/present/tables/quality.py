"""What cleaning did: counts by rule, by county and by file."""

import pandas as pd

from yiduiyi_analysis.codebook.labels import SEVERITIES
from yiduiyi_analysis.present import rules
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.results import Results

MOST_NAMED = 3
NOWHERE = "县不明"


def rules_by_county(results: Results) -> Table | Markdown:
    """Return the rows that each rule touched, a row a rule and action, gravest first, a column a county."""
    rows = _worded(results)
    if rows.empty:
        return nothing("各条规则")
    short = results.codebook.counties.set_index("county_code")["short"]
    place = rows["county_code"].map(short).fillna(NOWHERE)
    order = [name for name in [*short, NOWHERE] if name in set(place)]
    wide = rows.assign(place=place).pivot_table(
        index=["轻重", "规则", "处理"], columns="place", values="rows",
        aggfunc="sum", fill_value=0, observed=True,
    )[order]  # fmt: skip
    wide["合计"] = wide.sum(axis=1)
    frame = wide.astype(int).reset_index().sort_values(["轻重", "合计"], ascending=[True, False])
    frame.columns.name = None
    return Table(
        frame.astype({"轻重": "str"}).reset_index(drop=True),
        f"{results.place}各条规则涉及的行数，按县",
        f"单位：行；一行里几格犯同一条只计一次，关系整列或整份文件的一处计一次。“{NOWHERE}”含全表的问题、名册，以及为保护作答者而不分县列出的标记。",
    )


def rules_by_file(results: Results) -> Table | Markdown:
    """Return what the rules found in each file, a row a file: rows by gravity, and the commonest findings."""
    rows = _worded(results).dropna(subset="file")
    if rows.empty:
        return nothing("各个文件")
    counts = rows.pivot_table(
        index="file", columns="轻重", values="rows", aggfunc="sum", fill_value=0, observed=False
    )[list(SEVERITIES.values())]
    by_rule = rows.groupby(["file", "轻重", "规则"], observed=True)["rows"].sum().reset_index()
    by_rule = by_rule.sort_values(["file", "轻重", "rows"], ascending=[True, True, False])
    named = by_rule["规则"] + " " + by_rule["rows"].astype(str)
    most = named.groupby(by_rule["file"]).agg(lambda texts: "；".join(texts.head(MOST_NAMED)))
    frame = counts.astype(int).assign(最要紧的几条=most).reset_index().rename(columns={"file": "文件"})
    frame.columns.name = None
    order = [*SEVERITIES.values()]
    return Table(
        frame.sort_values([*order, "文件"], ascending=[False] * len(order) + [True], ignore_index=True),
        "各个文件里规则涉及的行数",
        f"单位：行（一行里几格犯同一条只计一次）；要紧的文件在前，每个文件写出最要紧的至多 {MOST_NAMED} 条。"
        "没有列出的文件没有一处被规则涉及；对作答者的标记不分文件列出。",
    )


def _worded(results: Results) -> pd.DataFrame:
    """Return the counts with rule, action and gravity in the reader's words."""
    rows, book = results.quality, results.codebook
    return rows.assign(
        规则=rules.names(rows["rule"], book),
        处理=rules.actions(rows["action"]),
        轻重=rules.severities(rows["rule"], book),
    )
