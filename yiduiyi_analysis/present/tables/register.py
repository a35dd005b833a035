"""Tables of public facts and of what cleaning did: institutions, schools, roster audit, files, rules."""

import pandas as pd

from yiduiyi_analysis.present import numerals, rules
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.results import Results

BY_ROW = "逐行搁置，原因见“清洗规则”"
TIERS = {True: "重点帮扶", False: "其余"}


def institutions(results: Results) -> Table | Markdown:
    """Return 1+1+N: a row a county with its area, institution and helping units."""
    facts, helpers = results.counties.sort_values("county_code"), results.helpers
    if facts.empty:
        return nothing("承训与帮扶单位")
    named = helpers.groupby("county_code")["helper"].agg("、".join)
    counts = facts["helpers_named"].astype("Int64")
    missing = "原文缺失的单元格不填补，不等于没有帮扶单位。" if counts.eq(0).any() else ""
    frame = pd.DataFrame(
        {
            "县": facts["county"],
            "片区": facts["area"],
            "承训单位": facts["institution"],
            "帮扶单位": facts["county_code"].map(named).astype("str").fillna("原文缺失"),
            "帮扶单位数（个）": counts.mask(counts.eq(0)),
        }
    )
    return Table(
        frame,
        f"{results.place}的片区、承训单位与帮扶单位",
        f"据川教函〔2020〕375号附件2；只计逐个列名的帮扶单位。{missing}",
    )


def schools(results: Results) -> Table | Markdown:
    """Return the schools of a place as printed, a row a school."""
    listed = results.schools.sort_values("school_id")
    if listed.empty:
        return nothing("学校名单")
    labels = results.units.set_index("school_id")["unit_label"]
    frame = pd.DataFrame(
        {
            "序号": range(1, len(listed) + 1),
            "学校": listed["school"].to_numpy(),
            "类别": listed["is_key"].astype(bool).map(TIERS).to_numpy(),
            "专任教师（人）": listed["teachers"].to_numpy(),
            "发布单元": listed["school_id"].map(labels).fillna(numerals.ABSENT).to_numpy(),
        }
    )
    least = results.codebook.thresholds.mean_min
    note = (
        f"学校名称照附件2 原文。发布单元是公布教师数据的最小单位：不足 {least} 名教师的学校合并公布，"
        f"合起来仍不足 {least} 名的，再加上其余学校中教师最少的一所。"
    )
    return Table(frame, f"{results.place}片区学校名单", note)


def reconcile(results: Results) -> Table | Markdown:
    """Return the annex's printed counts against what was read, a row a county and a total."""
    facts = results.counties.sort_values("county_code")
    if facts.empty:
        return nothing("名册核对")
    by = results.schools.assign(key=results.schools["is_key"].astype(bool).astype(int)).groupby("county_code")
    read = pd.DataFrame({"n": by.size(), "teachers": by["teachers"].sum(), "key": by["key"].sum()}).reindex(
        facts["county_code"]
    )
    frame = pd.DataFrame(
        {
            "县": facts["county"].to_numpy(),
            "学校：原文": facts["schools_declared"].to_numpy(),
            "学校：读出": read["n"].to_numpy(),
            "教师：原文": facts["teachers_declared"].to_numpy(),
            "教师：读出": read["teachers"].to_numpy(),
            "重点学校：原文": facts["key_declared"].to_numpy(),
            "重点学校：读出": read["key"].to_numpy(),
            "帮扶单位：列名": facts["helpers_named"].to_numpy(),
        }
    )
    total = frame.drop(columns="县").astype("Int64").sum().to_frame().T.assign(县="合计")
    frame = pd.concat([frame, total], ignore_index=True)[frame.columns]
    frame = frame.astype({name: "Int64" for name in frame.columns[1:]})
    return Table(
        frame,
        "附件2 所列数与读出数的核对",
        "单位：所、人、个。“原文”是附件2 县行和标签上印的数，“读出”是逐行读出后相加的数。",
    )


def repairs(results: Results) -> Table | Markdown:
    """Return the roster's ledger, a row a repair or an open point, with the line of the source."""
    ledger = results.roster_ledger
    if ledger.empty:
        return nothing("名册修复记录")
    frame = pd.DataFrame(
        {
            "原文行": ledger["row"].astype("Int64"),
            "规则": rules.names(ledger["rule"], results.codebook),
            "原文": ledger["before"].fillna(""),
            "改为": ledger["after"].fillna(""),
            "处理": rules.actions(ledger["action"]),
            "说明": ledger["note"].fillna(""),
        }
    )
    return Table(
        frame, "名册的修复与存疑记录", "“原文行”是 data/source 中附件2 文本的行号；没有一处是静默修改的。"
    )


def intake(results: Results) -> Table | Markdown:
    """Return the files received, a row a sheet: read = kept + set aside."""
    files = results.intake
    if files.empty:
        return nothing("收到的文件")
    known = results.codebook
    titles = files["instrument"].map({tool.id: tool.title for tool in known.instruments.values()})
    by_row = files["message"].fillna("").eq("") & files["rows_kept"].eq(0) & files["rows_read"].gt(0)
    frame = pd.DataFrame(
        {
            "文件": files["file"],
            "工具": titles.fillna(numerals.ABSENT),
            "轮次": files["wave"]
            .map({wave.id: wave.label for wave in known.waves.values()})
            .fillna(numerals.ABSENT),
            "读入": files["rows_read"],
            "保留": files["rows_kept"],
            "搁置": files["rows_set_aside"],
            "说明": files["message"].fillna("").mask(by_row, BY_ROW),
        }
    )
    return Table(
        frame, "收到的文件与行数", "单位：行。每个文件读入＝保留＋搁置；整份搁置的文件在“说明”里写明原因。"
    )


def quality(results: Results) -> Table | Markdown:
    """Return what each rule touched, a row a rule and action, a column an instrument."""
    rows = results.quality
    if rows.empty:
        return nothing("清洗规则")
    tool = (
        rows["instrument"].map({t.id: t.title for t in results.codebook.instruments.values()}).fillna("其他")
    )
    named = rows.assign(
        规则=rules.names(rows["rule"], results.codebook),
        处理=rules.actions(rows["action"]),
        tool=tool,
    )
    wide = named.pivot_table(
        index=["规则", "处理"], columns="tool", values="rows", aggfunc="sum", fill_value=0
    )
    frame = wide.assign(合计=wide.sum(axis=1)).astype(int).sort_values("合计", ascending=False).reset_index()
    frame.columns.name = None
    return Table(
        frame,
        f"{results.place}各条清洗规则涉及的行数",
        "单位：行。一行可被几条规则涉及；答案不在选项之内的，只搁置该题的答案。“保留并标记”的答卷仍参加估计。",
    )
