"""方法与局限: what the figures of this run mean, who stands behind them, and what they cannot show."""

import pandas as pd

from yiduiyi_analysis.analyse import weights
from yiduiyi_analysis.present import numerals, rules
from yiduiyi_analysis.present.display import Markdown
from yiduiyi_analysis.present.lint import NO_CONTROL
from yiduiyi_analysis.present.results import Results
from yiduiyi_analysis.present.wording import facts, phrases

DOUBTS = ("late", "speeder", "straight_line", "failed_check", "over_roster", "maybe_duplicate")
INTERVALS = (
    "教师和学校的区间是有限总体的 95%区间，回答“若名册上的人和学校都作答，结果会在什么范围”，"
    "只反映有人未作答这一种不确定，不含题目理解和如实作答的误差，也不推及其他地区和项目。"
    "学生以班级为抽样单元，区间反映抽到不同班级时结果的变动。"
    f"都作答时没有区间，注明“{numerals.CENSUS}”；只有一个抽样单元或各单元答案相同时注明“{numerals.UNSURE}”；"
    "“五个一”是计数，没有区间。区间包含 0 的升降，现有数据不能判断，不等于没有变化。"
)
WEIGHTS = (
    f"作答够多的学校（至少 {weights.ENOUGH_REPLIES} 人且达到半数），由本校作答者代表本校教师；"
    "其余学校按县、按重点与其余合并，由合并后的作答者代表；"
    f"合并后作答的不足 {weights.ENOUGH_REPLIES} 人、不足 {weights.ENOUGH_SCHOOLS} 所，"
    f"或一人要代表 {weights.HIGHEST_WEIGHT} 人以上的，全县合并，必要时并入作答够多的学校中最小的一所。"
    "每名作答者代表的人数，等于这一组的名册人数除以作答人数，"
    "各组相加正好是名册总人数。加权只修正学校之间应答多少的差别。"
    "名册人数是 2020 年的，此后的调动和撤并不在其中，以后各轮的应答率须谨慎看待。"
)
ROUNDING = (
    "百分数取整，均值取两位小数，都由估计值一次修约（四舍六入五成双）；"
    "一组比例修约后相加，不一定正好等于百分之百。"
)
THREATS = (
    "同一时期还有脱贫攻坚和其他“国培计划”项目、学校撤并、新冠肺炎疫情；秋季与春季调查的季节不同；"
    "教师流动，各轮作答者不一定相同；重点帮扶学校是按条件挑选的，数值会向均值回归；"
    "答卷者知道自己是帮扶对象，可能按期望作答；教师在学习中标准会变，自评可能因此下降。"
    "这些因素本评估都不能排除。"
)
CONFOUNDED = (
    "一县只有一家承训单位，县与承训单位完全重合，无法区分；各县数值并列，不评比承训单位，不给学校排名。"
)
EXPERTS = "专家评定前看过学校的自评，两者不独立，一致程度是上限；应当看的是修正的幅度（专家评定减自评）。"
TEST = (
    "知识测试两卷靠共同的锚题等值，增量不加权，区间只说明参加测试的人；两轮卷面分不相减。"
    "信度、难度和区分度只按全项目计算。"
)
RATED = (
    "被观察的课和交上来的课例不是抽出来的，每名被评教师只算一次；区间说明换一批这样的学校会怎样变动，"
    "不代表全体教师平日的课。"
)
LOGGED = (
    "活动、课例、经费、平台月报和机构自评是记录，没有区间；没有登记的不在其中，往哪一边偏也不知道。"
    "没有交记录的县是没有数据，不是零；项目期限之外的不计。"
)
SELF_REPORT = "教师和学生的回答是自陈，不等于课堂观察或测验。与培训时数等的关系只称相关。"


def limits(results: Results) -> Markdown:
    """Return the section on method and limits: facts of this run, then what may not be concluded."""
    parts = {
        "对照": f"{NO_CONTROL}{THREATS}",
        "应答": _answered(results),
        "截面": "各轮是独立的截面，不逐人对应；升降是两轮水平之差，各轮的应答率都须一并考虑。",
        "区间": INTERVALS,
        "权数": WEIGHTS,
        "存疑答卷": _doubted(results),
        "不公布的数值": str(facts.suppressed(results)),
        "修约": ROUNDING,
        "承训单位": CONFOUNDED,
        "自评与专家评定": EXPERTS,
        "知识测试": TEST,
        "课堂观察与课例评分": RATED,
        "台账与日志": LOGGED,
        "自陈": SELF_REPORT,
    }
    return Markdown("\n".join(f"{k}. **{name}。** {text}" for k, (name, text) in enumerate(parts.items(), 1)))


def _answered(results: Results) -> str:
    """Return the response of every instrument in every wave, and what the students' is counted against."""
    student = f"{results.tool('student').id}.response"
    said = [phrases.response(results, name, results.waves) for name in [*results.rates, student]]
    if not any(said):
        return "没有应答率可用。"
    return f"{''.join(said)}学生按班级抽样，学生总数不详，没有应答率。"


def _doubted(results: Results) -> str:
    """Return how many replies each flag struck, by instrument, and what became of them."""
    flags = results.quality
    flags = flags[flags["rule"].isin(DOUBTS) & flags["action"].eq("kept")]
    tools = results.codebook.instruments
    said = [
        f"{tools[tool].title}：{_struck(rows, results)}"
        for tool, rows in flags.groupby("instrument", sort=True)
        if tool in tools
    ]
    told = f"{results.place}各轮合计，{'；'.join(said)}" if said else f"{results.place}没有可列出的标记"
    least = results.codebook.thresholds
    few = f"一县一轮不足 {least.count_min} 人（学校 {least.school_min} 所）的标记不在县报告中列出。"
    few = few if results.county_code else ""
    return f"{told}。一份答卷可有几种标记。{few}标记只表示存疑，这些答卷保留并参加估计。"


def _struck(rows: pd.DataFrame, results: Results) -> str:
    counts = rows.groupby("rule")["rows"].sum().reindex(DOUBTS).dropna()
    names = rules.names(counts.index.to_series(), results.codebook)
    return "、".join(f"{names[rule]} {int(count)} 份" for rule, count in counts.items())
