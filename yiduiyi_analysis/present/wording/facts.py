"""What is known without an estimate: the place, the roster, the files, who answered, what was finished."""

from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, nothing
from yiduiyi_analysis.present.lint import NO_CONTROL
from yiduiyi_analysis.present.results import Results
from yiduiyi_analysis.present.wording import phrases


def heading(results: Results) -> Markdown:
    """Return the line under the title: place, wave, date of the data, and whether they are synthetic."""
    parts = [results.place, results.wave_label(results.wave), f"数据截至 {results.as_of}"]
    if results.synthetic:
        parts.append("合成数据，只用于演示")
    return Markdown(f"**{' · '.join(parts)}**")


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
    """Return how many of the roster's teachers answered, wave by wave, and how many sit in silent units."""
    sentence = phrases.response(results, results.rates[0], results.waves)
    if not sentence:
        return nothing(results.codebook.label(results.rates[0]))
    return Markdown(sentence + _silent(results, results.rates[0]))


def completion(results: Results, level: str) -> Markdown:
    """Return the state of each task of a level: “9 所中 5 所”, or its stage where one unit reports."""
    sentence = phrases.finished(results, level)
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


def no_control(results: Results) -> Markdown:
    """Return the sentence that every report carries."""
    return Markdown(f"**{NO_CONTROL}**")


def _silent(results: Results, rate: str) -> str:
    """Return the units of which nobody answered in this wave: no interval can tell how they differ."""
    rows = results.evidence
    rows = rows[
        rows["indicator"].eq(rate) & rows["wave"].eq(results.wave) & rows["group"].str.startswith("unit:")
    ]
    silent, whole = rows[rows["n"].eq(0)], int(rows["N"].sum())
    if silent.empty:
        return ""
    people = int(silent["N"].sum())
    return (
        f"{results.wave_label(results.wave)}应答率为 0 的学校或发布单元有 {len(silent)} 个，"
        f"共有专任教师 {people}/{whole} 名（{numerals.percent(people / whole)}），"
        "他们与作答者的差别，区间反映不出来。"
    )


def _differing(results: Results) -> str:
    """Return every printed count that differs from what was read."""
    ledger = results.roster_ledger
    rows = ledger[ledger["rule"] == "count_differs"]
    said = [f"{row.column}原文印 {row.before}，读出 {row.after}" for row in rows.itertuples()]
    return f"与印数不符的有：{'；'.join(said)}。" if said else ""
