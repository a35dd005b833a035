"""Sentences computed from evidence: what may be said, with its denominator, interval and response rate.

Rule:   percents are whole, points have two decimals, each rounded once from the evidence, halves to even
        (see numerals); levels of two waves stand side by side and are never subtracted here, since
        a difference needs its own interval; no sentence speaks of a cause
Source: GB/T 8170 for rounding
"""

import pandas as pd

from yiduiyi_analysis.present import numerals, progress
from yiduiyi_analysis.present.display import Markdown, nothing
from yiduiyi_analysis.present.results import Results

NO_CONTROL = "本评估无对照组，变化不能归因于项目。"
OTHER_CAUSES = (
    "同一时期还有脱贫攻坚、其他“国培计划”项目、学校撤并、疫情和教师流动；春秋两季调查的季节不同；"
    "重点帮扶学校是挑选出来的，会向均值回归；教师在学习中标准会变，自评可能因此下降；答卷者知道自己是被帮扶对象。"
)


def heading(results: Results) -> Markdown:
    """Return the line under the title: place, wave, date of the data, and whether they are synthetic."""
    parts = [results.place, results.wave_label(results.wave), f"数据截至 {results.meta['as_of']}"]
    if results.synthetic:
        parts.append("合成数据，只用于演示")
    return Markdown(f"**{' · '.join(parts)}**")


def summary(results: Results, *indicators: str) -> Markdown:
    """Return the main findings as a list: response, the levels asked, the gap, the two 五个一."""
    lines = [
        _response(results, results.rates[0]),
        *(_level(results, name) for name in indicators),
        _gap(results),
        *(_finished(results, level.id) for level in results.tool("deliverable").dimensions),
    ]
    said = [f"- {line}" for line in lines if line]
    return Markdown("\n".join([*said, f"- {NO_CONTROL}"])) if said else nothing("主要发现")


def overview(results: Results) -> Markdown:
    """Return 1+1+N of a county, or of the programme, in one paragraph."""
    schools, key = results.schools, results.schools["is_key"].astype(bool)
    if schools.empty:
        return nothing("概况")
    facts = results.counties
    named, teachers = int(facts["helpers_named"].sum()), int(schools["teachers"].sum())
    size = (
        f"{len(schools)} 所学校（含教学点）、{teachers} 名专任教师，其中重点帮扶学校 {int(key.sum())} 所、"
        f"专任教师 {int(schools['teachers'][key].sum())} 名"
    )
    if results.county_code:
        place = facts.iloc[0]
        helpers = f"列名的帮扶单位 {named} 个" if named else "帮扶单位原文缺失（不等于没有）"
        return Markdown(
            f"{results.place}{place['area']}有 {size}；承训单位为{place['institution']}，{helpers}。"
        )
    unnamed = "、".join(facts.loc[facts["helpers_named"].eq(0), "county"])
    return Markdown(
        f"{len(facts)} 个县的片区共有 {size}；承训单位 {facts['institution'].nunique()} 个，"
        f"列名的帮扶单位 {named} 个{f'（{unnamed}的原文缺失）' if unnamed else ''}。"
    )


def response(results: Results) -> Markdown:
    """Return how many of the roster's teachers answered, wave by wave."""
    sentence = _response(results, results.rates[0], results.waves)
    return Markdown(sentence) if sentence else nothing(results.codebook.label(results.rates[0]))


def level(results: Results, *indicators: str) -> Markdown:
    """Return one sentence an indicator: its level at this wave with interval, n/N and response rate."""
    said = [sentence for name in indicators if (sentence := _level(results, name))]
    return Markdown("".join(said)) if said else nothing(_subjects(results, indicators))


def levels(results: Results, *indicators: str) -> Markdown:
    """Return the levels of each indicator over the waves side by side, without subtracting them."""
    said = [sentence for name in indicators if (sentence := _over_waves(results, name))]
    if not said:
        return nothing(_subjects(results, indicators))
    return Markdown("".join(said) + f"各轮是独立的截面，数值并列，只作描述；{NO_CONTROL}")


def gap(results: Results) -> Markdown:
    """Return self-rated against expert-rated means over all tasks, and the paired gap."""
    sentence = _gap(results)
    return (
        Markdown(f"{sentence}专家评定前看过学校的自评，差值说明修正的幅度。")
        if sentence
        else nothing("自评与专家评定")
    )


def completion(results: Results, level: str) -> Markdown:
    """Return the state of each task of a level: “9 所中 5 所”, or its stage where one unit reports."""
    sentence = _finished(results, level)
    return Markdown(sentence) if sentence else nothing(results.codebook.label(level))


def intake(results: Results) -> Markdown:
    """Return rows read = rows kept + rows set aside over all files."""
    files = results.intake
    if files.empty:
        return nothing("收到的文件")
    read, kept, aside = (int(files[name].sum()) for name in ("rows_read", "rows_kept", "rows_set_aside"))
    whole = int(files["status"].eq("set_aside").sum())
    return Markdown(
        f"共读入 {files['file'].nunique()} 个文件、{read} 行，保留 {kept} 行，搁置 {aside} 行"
        f"（{read}＝{kept}＋{aside}）；"
        f"整份搁置的文件 {whole} 个。"
    )


def roster(results: Results) -> Markdown:
    """Return what the annex declares beside what was read from it."""
    facts, schools = results.counties, results.schools
    if facts.empty:
        return nothing("学校名册")
    declared = (int(facts["schools_declared"].sum()), int(facts["teachers_declared"].sum()))
    parsed = (len(schools), int(schools["teachers"].sum()))
    verdict = "两者一致" if declared == parsed else "**两者不一致**"
    return Markdown(
        f"附件2 各县所列合计 {declared[0]} 所学校、{declared[1]} 名专任教师；"
        f"逐行读出 {parsed[0]} 所、{parsed[1]} 名，{verdict}。"
        f"帮扶单位逐个列名的有 {int(facts['helpers_named'].sum())} 个。{_differing(results)}"
    )


def suppressed(results: Results) -> Markdown:
    """Return how many cells are hidden, and by which thresholds."""
    status, limits = results.evidence["status"], results.codebook.thresholds
    hidden, indirect = (int(status.eq(name).sum()) for name in ("suppressed", "suppressed_secondary"))
    return Markdown(
        f"均值和比例至少要有 {limits.mean_min} 名作答者、计数至少 {limits.count_min} 人、"
        f"以学校为单位的指标至少 {limits.school_min} 所学校才公布。"
        f"证据表（含重点与其余的分组）中据此不公布 {hidden} 个单元；"
        f"为防止由合计相减还原，另有 {indirect} 个一并不公布。图表中以 \\{numerals.HIDDEN} 表示。"
    )


def limits(results: Results) -> Markdown:
    """Return what the figures mean and what may not be concluded from them."""
    lines = [
        "教师和学校的区间是有限总体的 95% 区间，回答“若名册上的都作答，结果会在什么范围”；"
        "只反映有人未作答这一种不确定，不含题目理解和如实作答的误差。",
        "学生以班级为抽样单元，学生总数不详；区间反映抽到不同班级时结果的变动。",
        f"都作答时没有区间，注明“{numerals.CENSUS}”；只有一个抽样单元时注明“{numerals.UNSURE}”；"
        "计数（如“五个一”）没有区间。",
        "百分数取整，均值取两位小数，都由原始估计一次修约（四舍六入五成双）；"
        "一组比例之和可能是 99% 至 101%。",
        "名册人数是 2020 年的；以后各轮人数有变动，应答率以此为分母时须注意。",
        "教师和学生的回答是自陈，不等于课堂观察或测验。",
        f"{NO_CONTROL}{OTHER_CAUSES}",
        "一县只有一家承训单位，县与承训单位无法区分，不评比承训单位；不给学校排名。",
    ]
    return Markdown("\n".join(f"{k}. {line}" for k, line in enumerate(lines, 1)))


def no_control(results: Results) -> Markdown:
    """Return the sentence that every report carries."""
    return Markdown(f"**{NO_CONTROL}**")


def _differing(results: Results) -> str:
    """Return every printed count that differs from what was read."""
    ledger = results.roster_ledger
    rows = ledger[ledger["rule"] == "count_differs"]
    said = [f"{row.column}原文印 {row.before}，读出 {row.after}" for row in rows.itertuples()]
    return f"与印数不符的有：{'；'.join(said)}。" if said else ""


def _response(results: Results, indicator: str, waves=None) -> str:
    rows = results.rows([indicator], waves=waves)
    said = [f"{results.wave_label(row.wave)}{_rate(row)}" for row in rows.itertuples()]
    return (
        f"{results.place}{results.codebook.subject(indicator)}的应答率：{'，'.join(said)}。" if said else ""
    )


def _rate(row) -> str:
    return (
        f" {numerals.cell(row)}（{numerals.denominator(row)}）"
        if row.unit == "rate"
        else f"收回 {numerals.denominator(row)} 份"
    )


def _level(results: Results, indicator: str) -> str:
    row = results.one(indicator)
    if row is None:
        return ""
    what = f"{results.place}{_what(results, indicator)}"
    return f"{results.wave_label(row.wave)}，{what}为{_value(results, row)}。"


def _over_waves(results: Results, indicator: str) -> str:
    rows = results.rows([indicator], waves=results.waves)
    said = [f"{results.wave_label(row.wave)}{_value(results, row)}" for row in rows.itertuples()]
    return f"{results.place}{_what(results, indicator)}：{'；'.join(said)}。" if said else ""


def _what(results: Results, indicator: str) -> str:
    """Return who is measured on what: 专任教师“R…”选择前两档的比例."""
    measure = indicator.rpartition(".")[2]
    kind = {"mean": "的平均得分", "rate": "的学生比例"}.get(measure, "")
    if measure == "top2":
        item = indicator.rpartition(".")[0]
        low = "（反向题，越低越好）" if results.codebook.item[item].reverse else ""
        kind = f"{low}选择{results.top_options(item)}的比例"
    who = "" if measure == "rate" else f"{results.respondents(indicator)}在"
    return f"{who}“{results.codebook.subject(indicator)}”{kind}"


def _value(results: Results, row) -> str:
    """Return 72%（95%区间 68–76，n/N 258/314，应答率 82%）, or why it is not shown."""
    if row.status.startswith("suppressed"):
        return "不公布（作答者太少）"
    if row.status not in numerals.SHOWN or pd.isna(row.value):
        return "没有数据"
    sure = numerals.WITHOUT.get(row.status) or _interval(row)
    inside = [
        sure,
        f"n/N {numerals.denominator(row)}" if pd.notna(row.N) else f"n {numerals.denominator(row)}",
        _answered(results, row),
    ]
    return f" {numerals.number(row.value, row.unit)}（{'，'.join(part for part in inside if part)}）"


def _interval(row) -> str:
    return f"95%区间 {numerals.interval(row.lo, row.hi, row.unit)}" if pd.notna(row.lo) else ""


def _answered(results: Results, row) -> str:
    """Return the response rate behind a row of evidence, where the roster gives one."""
    rate = results.one(
        f"{results.instrument_of(row.indicator)}.response", waves=[row.wave], groups=[row.group]
    )
    if rate is None or rate.unit != "rate" or rate.status not in numerals.SHOWN:
        return ""
    return f"应答率 {numerals.percent(rate.value)}"


def _gap(results: Results) -> str:
    own, expert, both = (
        results.one(f"{results.tool('school').id}.{name}") for name in ("self_mean", "expert_mean", "gap")
    )
    if both is None or own is None or expert is None:
        return ""
    head = f"{results.wave_label(results.wave)}，{results.place}学校诊断"
    if both.status not in numerals.SHOWN:
        return f"{head}自评与专家评定的差值不公布或没有数据。"
    return (
        f"{head}全部任务的平均等级，自评{_of_schools(own)}，专家评定{_of_schools(expert)}；"
        f"只用两者都有的学校，专家评定减自评为{_of_schools(both)}。"
    )


def _of_schools(row) -> str:
    """Return −0.19（95%区间 −0.28 至 −0.10，n/N 11/20 所）, or why it is not shown."""
    if row.status not in numerals.SHOWN or pd.isna(row.value):
        return " 不公布或没有数据"
    sure = numerals.WITHOUT.get(row.status) or _interval(row)
    inside = "，".join(part for part in (sure, f"n/N {numerals.denominator(row)} 所") if part)
    return f" {numerals.number(row.value, row.unit)}（{inside}）"


def _finished(results: Results, level: str) -> str:
    texts = progress.over_waves(results, level).texts
    if texts.empty:
        return ""
    now = texts[results.wave_label(results.wave)].fillna("没有记录")
    said = "；".join(f"{name}，{_of(text, level)}" for name, text in now.items())
    counted = f"（完成指{progress.finished_means(results, level)}）" if now.str.contains("/").any() else ""
    what = f"{results.place}{results.codebook.label(level)}"
    return f"{results.wave_label(results.wave)}，{what}的完成情况{counted}：{said}。"


def _of(text: str, level: str) -> str:
    """Return “9 所中 5 所完成” for 5/9, any other text as it is."""
    counted, _, population = text.partition("\n")
    done, slash, whole = counted.partition("/")
    if not slash:
        return "不公布" if text == numerals.HIDDEN else text
    word = "个县" if level == "C" else "所"
    return f"{whole} {word}中 {done} {word}完成" + (f"（{population}）" if population else "")


def _subjects(results: Results, indicators) -> str:
    return "、".join(dict.fromkeys(results.codebook.subject(name) for name in indicators))
