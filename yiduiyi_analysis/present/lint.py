"""What a finished report may not say: causes beside figures, 没有变化, percentages without a denominator.

Source: the levels of claim in docs/methods.md; a cause is never among them, since there is no control group
"""

import re

from yiduiyi_analysis.present import document

NO_CONTROL = "本评估无对照组，变化不能归因于项目。"

CAUSES = re.compile(
    r"归因|归功|归结于|得益于|(?<![来资])源于|带来|促使|导致|致使|造成|(?<!即)使得(?!分)"
    r"|(?:提升|提高|促进|推动|推进|带动|拉动|改善|增强|降低|激发)了"
    r"|(?:有效|显著|明显|大幅|切实|极大|全面|持续|稳步)地?(?:提升|提高|促进|推动|改善|增强|带动|改变)"
    r"|(?:成效|效果)(?:显著|明显|突出)|(?:项目|帮扶|培训|工程|干预)的?(?:净?效应|影响是|作用是|功劳)"
)
PROJECT = "(?:帮扶|培训|研修|项目|工程|国培|计划)"
THROUGH = re.compile(
    rf"(?:通过|经过|由于|因为|依托|借助|随着)[^，。；]{{0,15}}{PROJECT}[^。；]{{0,30}}"
    r"(?:提高|提升|上升|升高|改善|增长|增加|增强|下降|降低|减少)"
    rf"|在[^，。；]{{0,15}}{PROJECT}的?(?:作用|推动|带动|支持|影响)?下|{PROJECT}(?:使|让|令)(?!用)"
)
TITLES = re.compile(r"“[^”]*”|帮扶提升工程")
DENIED = re.compile(
    r"(?:不能|不可|不应|不得|不宜|无法|不说明|不表示|不代表|不意味着)(?!不|否|忽视|低估|排除)"
)
SAME = re.compile(
    r"(?:(?<!有)没有|无|未见|未发生|毫无)(?:任何|显著|明显|统计学上的|实质|大)*性?的?(?:变化|改变|升降)"
    r"|(?:没有|无)显著性?(?:差异|差别)|(?:保持|维持)不变|持平|变化不(?:大|显著|明显)|差异不(?:显著|明显)"
)
NOT_THE_SAME = re.compile(
    r"(?:不等于|不是|并非|不说明|不表示|不意味着|不代表|不能说成?)“?$|(?:线是|线为|包含|碰到)“$"
)
# codes, years and the plan's own numerals are no figures
NUMBERED = re.compile(
    r"[A-Z]\d+(?:\.\d+)?|[表图]\d+|附件\d|\d{4} ?年(?: ?\d+ ?月)?"
    r"|\d{4}-\d\d-\d\d|〔\d+〕\d+号|1\+1\+N|95% ?区间(?! ?[−\d])"
)
FIGURE = re.compile(
    r"\d|百分之[一二三四五六七八九十百]|[一二两三四五六七八九]成(?![效就为立长员])|[一二两三四五六七八九十]倍|翻[一两]?番"
)
# a confidence level and a target have no denominator
BARE = re.compile(r"\d\d% ?的?(?:置信)?区间|(?:目标值?[为是：]?|[≥≤]) ?[\d.]+ ?%")
PERCENT = re.compile(r"[\d.]+ ?(?:[%％]|个百分点)|百分之[一二三四五六七八九十]")
COUNTED = re.compile(
    r"\d[\d,]* ?/ ?\d|(?<![A-Za-z])[nN](?: ?[=＝]? ?|：\S{0,6} )\d|[占在] ?\d[\d,]* ?[名所人份个位]"
    r"|\d[\d,]* ?[名所人份个位](?:[^，。；]{0,8}中|[^。；]{0,12}其中)"
)
NAMED = re.compile(r"(?<![A-Za-z+])[nN](?![A-Za-z])|分母")
INNERMOST = re.compile(r"[（(][^（）()]*[）)]")
INTERVAL = re.compile(
    r"95% ?区间 ?[−\d]|[\d.]+%?（−?[\d.]+(?:–| 至 )−?[\d.]+）|（(?:全员|无区间|两轮都是全员作答)[）；，]"
)
FINDINGS = "主要发现"
LONGEST = 40


def text(html: str) -> list[str]:
    """Return what a finished report says that it may not, or leaves unsaid, a line a fault.

    Rule:   every document: no cause in one sentence or row with a figure, no 没有变化, no percentage without
            its denominator. One with findings: the sentence on the missing control group. One with
            estimates (an interval, or a percentage that is no response rate): a response rate, an interval
    """
    seen = document.read(html)
    rows = [row for exhibit in seen.exhibits for row in (exhibit.caption, *exhibit.rows)]
    said = [*seen.sentences, *seen.notes, *rows]
    faults = [f"因果说法：{_short(one)}" for one in said if _claims_cause(one)]
    faults += [f"把不能判断说成没有变化：{_short(one)}" for one in said if _denies_change(one)]
    faults += [f"百分数没有分母：{_short(one)}" for one in seen.sentences if _lacks_count(one)]
    faults += [f"百分数没有分母：{_short(e.caption or e.said)}" for e in seen.exhibits if _uncounted(e)]
    return list(dict.fromkeys(faults + _unsaid(seen)))


def _claims_cause(said: str) -> bool:
    """Tell whether a cause stands beside a figure, and is not denied in its own clause."""
    if not FIGURE.search(NUMBERED.sub("", said)):
        return False
    plain = TITLES.sub("", said)
    found = [
        *((said, match) for match in CAUSES.finditer(said)),
        *((plain, m) for m in THROUGH.finditer(plain)),
    ]
    return any(not DENIED.search(re.split("[，；：]", whole[: match.start()])[-1]) for whole, match in found)


def _denies_change(said: str) -> bool:
    """Tell whether no evidence of a change is told as evidence of none."""
    return any(not NOT_THE_SAME.search(said[: found.start()]) for found in SAME.finditer(said))


def _lacks_count(said: str) -> bool:
    """Tell whether a sentence has more percentages than denominators to stand on.

    Rule: what stands in brackets with a denominator is counted by it; each percentage outside needs one
    """
    said, left = BARE.sub("区间", said), None
    counted = 0
    while said != left:
        left = said
        for bracket in INNERMOST.findall(said):
            counted += bool(COUNTED.search(bracket))
            said = said.replace(bracket, "" if COUNTED.search(bracket) else bracket[1:-1], 1)
    return len(PERCENT.findall(said)) > counted + len(COUNTED.findall(said))


def _uncounted(exhibit: document.Exhibit) -> bool:
    """Tell whether an exhibit has a percentage whose denominator neither its words nor its row give."""
    named = NAMED.search(BARE.sub("区间", exhibit.said))
    rows = [BARE.sub("区间", row) for row in exhibit.rows]
    return not named and any(PERCENT.search(row) and not COUNTED.search(row) for row in rows)


def _unsaid(seen: document.Document) -> list[str]:
    """Return which of the things that every evaluation says are missing."""
    said = [*seen.sentences, *(row for exhibit in seen.exhibits for row in exhibit.rows)]
    bounded, estimates = any(map(INTERVAL.search, said)), _shows_estimates(seen)
    told = any("应答率" in one and PERCENT.search(one) for one in seen.sentences)
    tabled = any("应答率" in e.said and any(map(PERCENT.search, e.rows)) for e in seen.exhibits)
    findings = bounded or estimates or FINDINGS in seen.sentences
    missing = {
        f"缺少“{NO_CONTROL}”一句": findings and not any(NO_CONTROL in one for one in seen.sentences),
        "缺少应答率": (bounded or estimates) and not (told or tabled),
        "缺少区间": estimates and not bounded,
    }
    return [fault for fault, found in missing.items() if found]


def _shows_estimates(seen: document.Document) -> bool:
    """Tell whether a percentage is shown that is no response rate."""
    rows = [row for exhibit in seen.exhibits if "应答率" not in exhibit.said for row in exhibit.rows]
    said = [BARE.sub("区间", one) for one in [*seen.sentences, *rows] if "应答率" not in one]
    return any(map(PERCENT.search, said))


def _short(said: str) -> str:
    said = " ".join(said.split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
