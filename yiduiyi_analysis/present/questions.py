"""What the codebook says of an indicator's questions: whose they are, their words, options and scale."""

from yiduiyi_analysis.analyse import catalogue
from yiduiyi_analysis.codebook import Codebook

RESPONDENTS = {
    "teacher": "专任教师",
    "school": "学校",
    "student": "学生",
    "deliverable": "任务",
    "head": "学校负责人",
    "test": "专任教师",
    "record": "",
}
ENDS = {"top2": "前两档", "low2": "后两档"}
RATED = "被评教师"  # of lessons and cases: each counts once, with the mean of all that was rated of her
OVER = {"teachers": "专任教师", "roster": "专任教师", "schools": "学校"}
TELLING = ("self", "expert", "gap", "response", "top2", "low2")  # measures that a subject alone leaves open


def instrument_of(book: Codebook, indicator: str) -> str | None:
    """Return the instrument behind an indicator: I02 for R1.top2, R.mean and I02.response."""
    subject = indicator.rpartition(".")[0]
    head = subject.partition(".")[0]
    return book.instrument_of.get(subject) or (head if head in book.instruments else None)


def name(book: Codebook, indicator: str) -> str:
    """Return what an indicator measures; with its measure, where the subject alone would not tell."""
    named = book.indicators.get(indicator)
    if named and named.label:
        return named.label
    telling = indicator.rpartition(".")[2].startswith(TELLING)
    return book.label(indicator) if telling else book.subject(indicator)


def highest(book: Codebook, indicator: str, tasks: list[str]) -> int:
    """Return the top of the scale behind a mean in points, of `tasks` where no item is its own."""
    subject = indicator.rpartition(".")[0]
    own = [i for i in book.item.values() if i.scale and subject in (i.id, i.dimension)]
    items = own or [book.item[item] for item in tasks]
    return max(book.scales[items[0].scale].values)


def stem(book: Codebook, item: str) -> str:
    """Return the words of an item; a reversed one says so, and which way is better."""
    entry = book.item[item]
    return f"{entry.stem}（反向题，越低越好）" if entry.reverse else entry.stem


def end_options(book: Codebook, item: str, end: str) -> str:
    """Return the options at one end of an item's scale, top2 or low2: “经常”或“总是”."""
    asked = book.item[item]
    values, scale = catalogue.ends(asked, book)[end], book.scales[asked.scale]
    return "或".join(f"“{option.label}”" for option in scale.options if option.value in values)


def end_means(book: Codebook, items: list[str], end: str) -> str:
    """Return what 前两档 (top2) or 后两档 (low2) means for these items, one by one where they differ."""
    called, means = ENDS[end], {item: end_options(book, item, end) for item in items}
    if len(set(means.values())) == 1:
        return f"{called}指{means[items[0]]}。"
    said = "；".join(f"{book.item[item].stem}，{options}" for item, options in means.items())
    return f"{called}依各题选项：{said}。"


def respondents(book: Codebook, indicator: str) -> str:
    """Return who answers, or whom records are held against, in Chinese: 专任教师, 学校, 学生."""
    entry, tool = book.indicators.get(indicator), instrument_of(book, indicator)
    if entry and entry.kind == "mean":
        return RATED
    if entry and entry.over in OVER:
        return OVER[entry.over]
    return RESPONDENTS[book.instruments[tool].unit] if tool else ""
