"""The quality of the data: rows read, kept and set aside, and what each rule touched."""

import pandas as pd

from yiduiyi_analysis.present import rules, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

MOST_RULES = 25
ROWS = ["rows_read", "rows_kept", "rows_set_aside"]


@style.look()
def intake_rows(results: Results) -> Chart | Markdown:
    """Return the rows read of each instrument and wave, kept and set aside, a bar each."""
    if results.intake.empty:
        return nothing("收到的文件")
    rows = _by_form(results)
    figure, ax = style.canvas(results.synthetic, parts.FRAME + 0.3 + parts.ROW * 0.58 * len(rows))
    y, kept, aside = range(len(rows)), rows["rows_kept"], rows["rows_set_aside"]
    parts.boxes(ax, y, kept, label="保留", **style.SOLID)
    parts.boxes(ax, y, aside, kept, label="搁置", **style.OUTLINED)
    parts.ladder(ax, rows.index.tolist())
    texts = [f"{row.rows_read}＝{row.rows_kept}＋{row.rows_set_aside}" for row in rows.itertuples()]
    parts.beside(ax, y, texts)
    ax.set_xlabel("行数（右侧为 读入＝保留＋搁置）")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
    return Chart(
        figure,
        "各工具各轮读入、保留与搁置的行数",
        f"共 {len(results.intake)} 个工作表。每个工作表读入的行数都等于保留与搁置之和。是计数，没有区间。",
        parts.spoken(rows.index, texts),
    )


@style.look()
def rule_counts(results: Results) -> Chart | Markdown:
    """Return the rows that each cleaning rule touched, a bar a rule, the largest on top."""
    quality = results.quality
    if quality.empty:
        return nothing("清洗规则")
    counts = (
        quality.groupby(["rule", "action"], as_index=False)["rows"].sum().sort_values("rows", ascending=False)
    )
    every, counts = len(counts), counts.head(MOST_RULES)
    labels = [
        f"{rule}（{action}）"
        for rule, action in zip(
            rules.names(counts["rule"], results.codebook), rules.actions(counts["action"]), strict=True
        )
    ]
    figure, ax = style.canvas(results.synthetic, parts.FRAME + parts.ROW * 0.95 * len(counts))
    y = range(len(counts))
    parts.boxes(ax, y, counts["rows"].astype(float), color=style.DARK)
    parts.ends(ax, counts["rows"], y, counts["rows"].astype(str))
    parts.ladder(ax, labels)
    ax.margins(x=0.1)
    ax.set_xlabel("涉及的行数")
    return Chart(
        figure,
        f"{results.place}各条清洗规则涉及的行数",
        f"共 {every} 条，画最多的 {len(counts)} 条。一行可被几条规则涉及，故各条之和可大于行数。"
        "是计数，没有区间；没有一行被静默删除。",
        parts.spoken(labels, counts["rows"].astype(str)),
    )


def _by_form(results: Results) -> pd.DataFrame:
    """Return the sums of rows, a row an instrument and wave, in their order; what was not recognised last."""
    intake, book = results.intake, results.codebook
    tool = intake["instrument"].map({tool.id: tool.title for tool in book.instruments.values()})
    wave = intake["wave"].map({wave.id: wave.label for wave in book.waves.values()}).fillna("各轮")
    form = (tool + " " + wave).fillna("没有认出的表")
    order = intake.assign(form=form).sort_values(["instrument", "wave"], na_position="last")["form"].unique()
    return intake[ROWS].astype(int).groupby(form).sum().loc[order]
