"""The table of estimates with and without the answers that look careless."""

import pandas as pd

from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.lookup import tuples
from yiduiyi_analysis.present.results import Results

NOTE = (
    "“不含”指去掉作答过快、各题同一答案、检查题答错、疑似重复，以及至少有两种草率迹象（长串相同、几乎不变、组合罕见、"
    "每题不到两秒）的答卷，再重新加权；报告其余各处都含这些答卷。第二行为 n。"
    "去掉的答卷不足公布均值所需的人数，或能由相减推出时，含与不含都写作 *。"
    "两列相差多少只说明结果对这些答卷是否敏感，不说明这些答卷无效。"
)


def sensitivity(results: Results) -> Table | Markdown:
    """Return each scale mean and composite with and without flagged answers, a row a figure × wave."""
    rows = results.sensitivity[results.sensitivity["county_code"].eq(results.here)]
    order = {name: k for k, name in enumerate(_names(results))}
    rows = rows[rows["indicator"].isin(order)]
    if rows.empty:
        return nothing("含与不含可疑答卷的比较")
    rows = rows.assign(at=rows["indicator"].map(order)).sort_values(["at", "wave"], ignore_index=True)
    grid = pd.DataFrame(
        {
            "指标": [results.name(name) for name in rows["indicator"]],
            "轮次": [results.wave_label(wave) for wave in rows["wave"]],
            "全部答卷": [_cell(row, "all") for row in tuples(rows)],
            "不含可疑答卷": [_cell(row, "without") for row in tuples(rows)],
        }
    )
    title = f"{results.place}主要指标含与不含可疑答卷的比较（截至{results.wave_label(results.wave)}）"
    return Table(rows.drop(columns="at"), title, NOTE + numerals.LEGEND, grid)


def _names(results: Results) -> list[str]:
    teacher, student = results.tool("teacher"), results.tool("student")
    means = [f"{d.id}.mean" for tool in (teacher, student) for d in tool.dimensions]
    return means + [f"{c.id}.rate" for tool in (teacher, student) for c in tool.composites]


def _cell(row, which: str) -> str:
    if row.status != "ok":
        return numerals.HIDDEN if row.status == "suppressed" else numerals.ABSENT
    value, n = getattr(row, f"value_{which}"), getattr(row, f"n_{which}")
    return f"{numerals.number(value, row.unit)}\n{numerals.rounded(n)}"
