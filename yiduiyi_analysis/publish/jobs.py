"""Which notebook runs with which parameters: notebooks/reports.yml and the counties → a list of jobs."""

import ast
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

LATEST = "latest"  # in reports.yml: the latest wave that has answers


class Place(NamedTuple):
    """What a report is about: the programme (nothing given), a county, or a published unit of one."""

    county_code: str | None = None
    county: str | None = None
    unit_id: str | None = None
    unit: str | None = None


class Report(BaseModel):
    """One entry of reports.yml; the plan gives each: county its county_code, each: unit its unit_id too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^\w[\w-]*$")  # becomes a file name
    notebook: str
    title: str
    each: Literal["county", "programme", "unit"]
    parameters: dict[str, Any] = {}


@dataclass(frozen=True)
class Job:
    """One notebook run that becomes one report; `wave` is the wave's label, not its code."""

    name: str
    notebook: Path
    title: str
    parameters: dict[str, Any]
    county_code: str | None = None
    county: str | None = None
    wave: str | None = None
    unit_id: str | None = None

    @property
    def key(self) -> str:
        """Return the report's place below reports/current, without a suffix."""
        if self.unit_id:
            return f"{self.county_code}/schools/{self.unit_id}"
        return f"{self.county_code}/{self.name}" if self.county_code else self.name


def plan(
    ws: Workspace,
    codebook: Codebook,
    counties: Iterable[str] | None = None,
    only: Iterable[str] | None = None,
    wave: str | None = None,
) -> list[Job]:
    """Return the jobs asked for, in the order of reports.yml and of the counties, each fit to run.

    In:     counties by code or name (then reports of these and their units only); only: names of reports;
            wave: a wave's code
    Raises: Fault on an unknown county, report or wave, on a parameter that the notebook does not declare,
            and when nothing is left to run
    """
    _known_wave(wave, codebook)
    codes = {codebook.county(written)[0] for written in counties or ()}
    names = _known(set(only or ()), catalogue(ws))
    todo = [
        job
        for job in every(ws, codebook, wave)
        if (not codes or job.county_code in codes) and (not names or job.name in names)
    ]
    if not todo:
        raise Fault("按这些条件没有要生成的报告", do="总报告不分县：用 --only 选它时请去掉 --county")
    declared = {path: parameters(path) for path in {job.notebook for job in todo}}
    for job in todo:
        _agree(job, declared[job.notebook])
        _known_wave(job.parameters.get("wave"), codebook)
    return todo


def every(ws: Workspace, codebook: Codebook, wave: str | None = None) -> list[Job]:
    """Return every job that reports.yml asks for, notebooks not yet looked at."""
    names = dict(codebook.counties[["county_code", "county"]].itertuples(index=False, name=None))
    places = {
        "county": [Place(*known) for known in names.items()],
        "programme": [Place()],
        "unit": units(ws, names, codebook.thresholds.mean_min),
    }
    return [
        _job(ws, codebook, report, place, wave) for report in catalogue(ws) for place in places[report.each]
    ]


def units(ws: Workspace, counties: dict[str, str], least: int) -> list[Place]:
    """Return the published units of at least `least` teachers, county by county; none without results."""
    import pandas as pd

    try:
        known = pd.read_parquet(ws.results / "units.parquet")
        size = pd.read_parquet(ws.results / "schools.parquet", columns=["school_id", "teachers"])
    except FileNotFoundError:
        return []
    known = known.merge(size, on="school_id").groupby(["county_code", "unit_id", "unit_label"])["teachers"]
    rows = known.sum().reset_index()
    rows = rows[rows["teachers"].ge(least) & rows["county_code"].isin(counties)]
    order = rows["county_code"].map(list(counties).index)
    rows = rows.assign(order=order).sort_values(["order", "unit_id"])
    return [Place(r.county_code, counties[r.county_code], r.unit_id, r.unit_label) for r in rows.itertuples()]


def latest(ws: Workspace, codebook: Codebook) -> str:
    """Return the latest wave that has answers, in the codebook's order; with no answers, its last wave."""
    try:
        answered = json.loads((ws.results / "meta.json").read_text("utf-8"))["waves"]
    except (OSError, ValueError, KeyError):
        answered = []
    return ([wave for wave in codebook.waves if wave in answered] or list(codebook.waves))[-1]


def catalogue(ws: Workspace) -> list[Report]:
    """Return the entries of notebooks/reports.yml; a mistake in it is a Fault that names the entry."""
    file = ws.notebooks / "reports.yml"
    try:
        reports = TypeAdapter(list[Report]).validate_python(yaml.safe_load(file.read_text("utf-8")))
    except FileNotFoundError:
        raise Fault("没有这个文件", file=file, do="请从版本库恢复 notebooks/reports.yml") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Fault(f"YAML 写法有误：{error}", file=file) from None
    except ValidationError as error:
        first = error.errors()[0]
        at, *path = first["loc"] or ("",)
        place = f"第 {at + 1} 份报告的 {'.'.join(map(str, path))} " if isinstance(at, int) else ""
        raise Fault(f"{place}写法不对（{first['msg']}）", file=file, do="写法见该文件开头的说明") from None
    names = [report.name for report in reports]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Fault(f"报告名重复：{'、'.join(sorted(twice))}", file=file)
    if sum(report.each == "unit" for report in reports) > 1:
        raise Fault("each: unit 的报告只能有一份", file=file, do="各单元的页以单元编号为文件名")
    return reports


def parameters(notebook: Path) -> dict[str, Any]:
    """Return the parameters that a notebook declares, with their defaults.

    Rule: they stand in the first code cell, which alone is tagged `parameters`, as `name = literal` lines
    Raises: Fault naming the notebook and the parameter, since papermill would run on regardless
    """
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
    except FileNotFoundError:
        raise Fault("没有这个笔记本", file=notebook, do="请检查 reports.yml 里的 notebook") from None
    except (ValueError, KeyError, TypeError):
        raise Fault("不是完整的笔记本文件", file=notebook, do="请从版本库恢复") from None
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    tagged = [cell for cell in code if "parameters" in cell["metadata"].get("tags", [])]
    if tagged != code[:1] or not tagged:
        raise Fault("第一个代码单元（且只有它）须带 parameters 标签", file=notebook, do="请补上或去掉标签")
    return dict(_literal(line, notebook) for line in _statements("".join(tagged[0]["source"]), notebook))


def _statements(source: str, notebook: Path) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError as error:
        raise Fault(f"参数单元第 {error.lineno} 行有语法错误", file=notebook) from None


def _literal(statement: ast.stmt, notebook: Path) -> tuple[str, Any]:
    """Return name and value of one `name = literal` line."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    name = targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ast.unparse(statement)
    try:
        return name, ast.literal_eval(statement.value)
    except (ValueError, AttributeError):
        raise Fault(f"参数 {name} 的默认值不是字面量", file=notebook, do="请写成字符串、数字或列表") from None


def _job(ws: Workspace, codebook: Codebook, report: Report, place: Place, wave: str | None) -> Job:
    given = {"county_code": place.county_code, "unit_id": place.unit_id}
    values = dict(report.parameters) | {name: value for name, value in given.items() if value}
    if "wave" in values and (wave or values["wave"] == LATEST):
        values["wave"] = wave or latest(ws, codebook)
    label = codebook.waves[values["wave"]].label if values.get("wave") in codebook.waves else None
    title = report.title.replace("{county}", place.county or "").replace("{unit}", place.unit or "")
    notebook = ws.notebooks / report.notebook
    return Job(report.name, notebook, title, values, place.county_code, place.county, label, place.unit_id)


def _agree(job: Job, declared: dict[str, Any]) -> None:
    """Stop on a parameter that the notebook does not declare, or of another type than its default."""
    for name, value in job.parameters.items():
        if name not in declared:
            raise Fault(
                f"报告 {job.name} 给了参数 {name}，笔记本没有声明它",
                file=job.notebook,
                do=f"已声明：{'、'.join(declared) or '无'}",
            )
        default = declared[name]
        if default is not None and type(value) is not type(default):
            raise Fault(
                f"报告 {job.name} 的参数 {name} = {value!r} 与默认值 {default!r} 类型不同",
                file=job.notebook,
                do="代码一律是文本，请加引号",
            )


def _known_wave(wave: str | None, codebook: Codebook) -> None:
    if wave is not None and wave not in codebook.waves:
        known = "、".join(f"{w.id} {w.label}" for w in codebook.waves.values())
        raise Fault(f"没有“{wave}”这个轮次", do=f"可用：{known}")


def _known(names: set[str], reports: list[Report]) -> set[str]:
    """Return `names` if every one is a report."""
    known = [report.name for report in reports]
    if unknown := sorted(names - set(known)):
        raise Fault(f"没有报告“{'、'.join(unknown)}”", do=f"可用：{'、'.join(known)}")
    return names
