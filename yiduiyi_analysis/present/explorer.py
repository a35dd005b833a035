"""Any indicator, anywhere, broken down: controls in JupyterLab, and below them what the library draws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from yiduiyi_analysis import workspace
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import charts, records, results, tables
from yiduiyi_analysis.present.display import Chart, Markdown, Table
from yiduiyi_analysis.present.results import Results

MEASURES = ("mean", "top2", "rate", "self_mean", "expert_mean", "gap", "self_ok", "expert_ok", "done")
BREAKDOWNS = ("各轮", "各县", "重点与其余学校", "分题（分项）", "原始作答的分布（不发布）")
WAVES, COUNTIES, TIERS, ITEMS, RAW = BREAKDOWNS
MISSING = {
    "blank": "空着",
    "skipped": "跳过",
    "not_applicable": "不适用",
    "not_asked": "没有问",
    "invalid": "无法识别",
}
WIDE = {"description_width": "4.5em"}


@dataclass(frozen=True)
class Call:
    """One call of the library, to be made and to be shown: function, what it is given under what name."""

    function: Callable
    given: dict[str, object]
    names: Sequence[str]

    def made(self) -> Chart | Table | Markdown:
        """Return what the call returns."""
        return self.function(*self.given.values(), *self.names)

    def __str__(self) -> str:
        room = self.function.__module__.split(".")[2]
        names = [f'"{name}"' for name in self.names]
        return f"{room}.{self.function.__name__}({', '.join([*self.given, *names])})"


def microdata(report: Results, name: str, root: Path | str | None = None) -> pd.DataFrame:
    """Return a clean table (`responses`, `answers`, …) of the place that `report` is about, all waves.

    Raises: Fault where there are no clean data
    """
    folder = workspace.find(root).clean / f"{name}.parquet"
    path = folder / f"{report.county_code}.parquet" if report.county_code else folder
    if not path.exists():
        raise Fault(f"没有清洗后的数据（缺少 data/clean/{name}.parquet）", do="请先运行 yiduiyi run")
    return workspace.read_table(path)


def topics(report: Results) -> dict[str, dict[str, str]]:
    """Return the indicators that there is evidence of: topic → what an indicator is called → its id."""
    known, book, found = set(report.evidence["indicator"]), report.codebook, {}
    for tool in book.instruments.values():
        for dimension in tool.dimensions:
            subjects = [dimension.id, *report.items(dimension.id)]
            found[f"{tool.title}：{dimension.label}"] = [f"{s}.{m}" for s in subjects for m in MEASURES]
        rates = [name for name in report.rates if name.startswith(f"{tool.id}.")]
        rules = [f"{rule.id}.rate" for rule in tool.composites]
        own = [entry.id for entry in book.indicators.values() if entry.instrument == tool.id]
        found[tool.title] = [*rates, *rules, *(name for name in own if name not in rates)]
    told = {topic: {book.label(i): i for i in names if i in known} for topic, names in found.items()}
    return {topic: names for topic, names in told.items() if names}


def calls(report: Results, indicator: str, breakdown: str, root: Path | str | None = None) -> list[Call]:
    """Return the calls that show one indicator broken down; none where it cannot be.

    Rule: what is read from data/clean is for one's own eyes; the rest is evidence, protected
    """
    here = {"report": report}
    if breakdown == COUNTIES:
        everywhere = {"programme": results.read(None, report.wave, root)}
        return [Call(f, everywhere, (indicator,)) for f in (charts.county_levels, tables.county_waves)]
    if breakdown == TIERS:
        return [Call(function, here, (indicator,)) for function in (charts.tier_waves, tables.tiers)]
    if breakdown == WAVES:
        table = Call(tables.indicators, here, ("各轮的水平", indicator))
        return [Call(charts.indicator_waves, here, (indicator,)), table]
    dimension = _dimension(report, indicator)
    if breakdown == ITEMS:
        return [Call(function, here, names) for function, *names in _parts(report, indicator, dimension)]
    if not dimension or report.told([f"{item}.top2" for item in report.items(dimension)]).empty:
        return []
    answers = microdata(report, "answers", root)
    given = here | {"answers": answers[answers["wave"] == report.wave]}
    return [Call(charts.distribution, given, (dimension,))]


def _dimension(report: Results, indicator: str) -> str:
    """Return the dimension that an indicator belongs to: B for B.mean and B1.top2; nothing for none."""
    subject, items = indicator.rpartition(".")[0], report.codebook.item
    rules = {rule.id: rule for tool in report.codebook.instruments.values() for rule in tool.composites}
    if subject in rules:
        subject = next(iter(rules[subject].items), subject)
    dimension = items[subject].dimension if subject in items else subject
    return dimension if dimension and report.items(dimension) else ""


def _parts(report: Results, indicator: str, dimension: str) -> list[tuple]:
    """Return (function, its names) for what shows the items or parts of an indicator, if it has any."""
    if records.parts(report, indicator):
        return [(charts.breakdown, indicator), (tables.breakdown, indicator)]
    unit = report.codebook.instruments[report.instrument_of(indicator)].unit if dimension else ""
    if unit == "school":
        return [(charts.self_expert,), (tables.diagnosis,)]
    if unit == "deliverable":
        return [(charts.deliverables, dimension), (tables.deliverables, dimension)]
    return [(charts.item_shares, dimension), (tables.items, dimension)] if dimension else []


def look(
    county_code: str | None,
    wave: str,
    indicator: str,
    breakdown: str = WAVES,
    root: Path | str | None = None,
) -> list[Chart | Table | Markdown]:
    """Return a figure and a table of one indicator broken down, then the code that makes them.

    In:     county_code: a code or a name, None for the programme; breakdown: one of BREAKDOWNS
    Raises: Fault on an unknown county or wave, and where results or clean data are lacking
    """
    report = results.read(county_code, wave, root)
    made = calls(report, indicator, breakdown, root)
    if not made:
        return [Markdown(f"“{report.codebook.label(indicator)}”不能按“{breakdown}”展开，请换一种分组。")]
    shown = [call.made() for call in made]
    if isinstance(shown[0], Markdown):  # nothing to draw, and so nothing for the table
        return shown[:1]
    return [*shown, Markdown(_code(report, made))]


def _code(report: Results, made: list[Call]) -> str:
    place = f'"{report.county_code}", ' if report.county_code else "wave="
    read = {
        "report": f'results.read({place}"{report.wave}")',
        "programme": f'results.read(wave="{report.wave}")',
        "answers": f'explorer.microdata(report, "answers").query("wave == \'{report.wave}\'")',
    }
    lines = [f"{name} = {read[name]}" for name in made[0].given]
    told = ["同样的图表，在自己的笔记本里这样写：", "", "```python", *lines, *map(str, made), "```"]
    return "\n".join(told)


class Explorer:
    """The controls and what they ask for; shown as the last line of a cell.

    Rule: what cannot be shown is said in one sentence in the place of the figure
    """

    def __init__(
        self,
        county_code: str = "all",
        wave: str = "W3",
        indicator: str = "B.mean",
        breakdown: str = WAVES,
        root: Path | str | None = None,
    ):
        self.root, self.shown, self.output = root, [], widgets.Output()
        try:
            report = results.read(None, wave, root)
            code = "all" if county_code == "all" else report.codebook.county(county_code)[0]
        except Fault as fault:
            self.box = widgets.VBox([self.output])
            self._show([Markdown(f"{fault}。")])
            return
        self.topics = topics(report)
        topic = next((t for t, names in self.topics.items() if indicator in names.values()), None)
        self.county = _choice("县", _turned(report.codebook.places()), code)
        self.wave = _choice("轮次", {report.wave_label(w): w for w in report.codebook.waves}, wave)
        self.topic = _choice("主题", {name: name for name in self.topics}, topic or next(iter(self.topics)))
        names = self.topics[self.topic.value]
        self.indicator = _choice("指标", names, indicator if topic else next(iter(names.values())))
        self.breakdown = _choice("分组", {name: name for name in BREAKDOWNS}, breakdown)
        self.box = widgets.VBox([*_rows(self), self.output])
        self.topic.observe(lambda change: setattr(self.indicator, "options", self._options()), "value")
        for control in (self.county, self.wave, self.indicator, self.breakdown):
            control.observe(lambda change: self.draw(), "value")
        self.draw()

    def draw(self) -> list[Chart | Table | Markdown]:
        """Show what the controls ask for now, and return it."""
        county = None if self.county.value == "all" else self.county.value
        try:
            asked = county, self.wave.value, self.indicator.value, self.breakdown.value
            self._show(look(*asked, self.root))
        except Fault as fault:
            self._show([Markdown(f"{fault}。")])
        return self.shown

    def _options(self) -> list[tuple[str, str]]:
        return list(self.topics[self.topic.value].items())

    def _show(self, shown: list[Chart | Table | Markdown]) -> None:
        """Put things into the output at once, so that an earlier figure never stays beside a later one."""
        self.shown = shown
        self.output.outputs = tuple(
            {"output_type": "display_data", "data": one._repr_mimebundle_(), "metadata": {}} for one in shown
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.box._repr_mimebundle_(include=include, exclude=exclude)


def _rows(explorer: Explorer) -> list[widgets.HBox]:
    where = [explorer.county, explorer.wave, explorer.breakdown]
    return [widgets.HBox(where), widgets.HBox([explorer.topic, explorer.indicator])]


def _choice(name: str, options: dict[str, str], value: str) -> widgets.Dropdown:
    layout = widgets.Layout(width="auto", min_width="14em", max_width="28em")
    return widgets.Dropdown(
        options=list(options.items()), value=value, description=name, style=WIDE, layout=layout
    )


def _turned(places: dict[str, str]) -> dict[str, str]:
    return {name: code for code, name in places.items()}
