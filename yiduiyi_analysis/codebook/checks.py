"""What the entries of a codebook owe each other; a mistake stops with its file and line."""

import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

from yiduiyi_analysis.codebook.book import Codebook
from yiduiyi_analysis.codebook.entries import Instrument, Item, Scale
from yiduiyi_analysis.codebook.judging import Goal, Light
from yiduiyi_analysis.codebook.labels import CHANGES, MEASURES
from yiduiyi_analysis.errors import Fault

MODES = ("text", "score", "code")
SURVEY_ROLES = {"county", "school"}
DEGREES = {"lon": (73, 136), "lat": (3, 54)}  # of China


def check(book: Codebook) -> None:
    """Stop on an id given twice, a name that stands for nothing, or entries that contradict each other."""
    _counties(book)
    _waves(book)
    _scales(book)
    _instruments(book)
    _forms(book)
    _milestones(book)
    _advice(book)
    _lights(book)


def _instruments(book: Codebook) -> None:
    seen: dict[str, str] = {}
    for tool in book.instruments.values():
        file = book.folder / "instruments" / f"{tool.id}.yml"
        if unknown := set(tool.waves) - set(book.waves):
            raise Fault(f"没有轮次 {sorted(unknown)}", file=file, row=line_of(file, "waves"))
        _roles(tool, file)
        for item in tool.items:
            twice = f"编号重复（另见 {seen[item.id]}）" if item.id in seen else None
            if mistake := twice or _dangling(item, tool) or _scale_mistake(item, book.scales):
                raise Fault(f"题目 {item.id}：{mistake}", file=file,
                            row=line_of(file, f"id: {item.id}", 2 if twice else 1))  # fmt: skip
            seen[item.id] = file.name
        _stems(tool, file)
        for rule in tool.composites:
            known = {item.id for item in tool.items} | {other.id for other in tool.composites}
            if unknown := {*rule.items, *rule.all_of} - known:
                row = line_of(file, f"id: {rule.id}")
                raise Fault(f"合成指标 {rule.id} 用了没有的题目 {sorted(unknown)}", file=file, row=row)
        if mistake := _condition_mistake(tool, book):
            raise Fault(f"conditions：{mistake}", file=file, row=line_of(file, "conditions"))


def _condition_mistake(tool: Instrument, book: Codebook) -> str | None:
    """Return what is wrong with the conditions of an instrument, if anything is."""
    own = {item.id: item for item in tool.items}
    if tool.conditions and not (tool.unit == "student" and tool.composites):
        return "只用于有 composites 的学生问卷"
    if unknown := [name for name in tool.conditions if name not in own]:
        return f"本工具没有题目 {unknown[0]}"
    scales = {name: book.scales[own[name].scale] if own[name].scale else None for name in tool.conditions}
    if wrong := [n for n, s in scales.items() if s is None or len(s.values) != 2 or len(s.top) != 1]:
        return f"题目 {wrong[0]} 不是“有”与“没有”两个选项的题"
    return None


def _dangling(item: Item, tool: Instrument) -> str | None:
    """Return which dimension or wave of an item its instrument does not have, if any."""
    if item.dimension and item.dimension not in {dimension.id for dimension in tool.dimensions}:
        return f"维度 {item.dimension} 没有定义"
    unknown = {*(item.waves or []), *item.printed} - set(tool.waves)
    return f"本工具没有轮次 {sorted(unknown)}" if unknown else None


def _scale_mistake(item: Item, scales: dict[str, Scale]) -> str | None:
    """Return what is wrong with an item's scale, if anything is."""
    if item.kind in {"scale", "single", "multi"} and not item.scale:
        return "缺少 scale"
    if item.scale and item.scale not in scales:
        return f"量表 {item.scale} 没有定义"
    values = set(scales[item.scale].values) if item.scale else set()
    if item.expect is not None and item.expect not in values:
        return f"expect 的 {item.expect} 不是量表 {item.scale} 的分值"
    if bool(item.options) != (item.key is not None) or (item.options and item.key not in values):
        return "测试题须写 options，并用 key 写明哪一项正确（从 1 数起）"
    if len(set(item.options)) < len(item.options):
        return "options 里有两项相同"
    wrong = [wave for wave, order in item.printed.items() if set(order) != values]
    return f"{wrong[0]} 的 printed 与量表 {item.scale} 的分值不一致" if wrong else None


def _roles(tool: Instrument, file: Path) -> None:
    """Stop on a role that no question plays, or that two play."""
    if tool.kind == "records":
        return
    played = Counter(item.role for item in tool.items if item.role)
    if lacking := sorted(SURVEY_ROLES - set(played)):
        raise Fault(f"没有一题的 role 是 {'、'.join(lacking)}", file=file, row=line_of(file, "items"),
                    do="请补上")  # fmt: skip
    if twice := [role for role, count in played.items() if count > 1 and role != "check"]:
        raise Fault(f"role: {twice[0]} 用了两次", file=file, row=line_of(file, f"role: {twice[0]}"))


def _stems(tool: Instrument, file: Path) -> None:
    """Stop on two questions of one matrix that no header could tell apart."""
    seen: dict[tuple, str] = {}
    for item in tool.items:
        for stem in dict.fromkeys([item.stem, *item.also]):
            other = seen.setdefault((item.matrix, stem), item.id)
            if other != item.id:
                raise Fault(f"题目 {item.id} 与 {other} 的题干“{stem}”相同", file=file,
                            row=line_of(file, f"id: {item.id}"), do="请改其中一个")  # fmt: skip


def _counties(book: Codebook) -> None:
    file, names = book.folder / "counties.csv", {}
    for row, entry in enumerate(book.counties.to_dict("records"), 2):
        written = [entry["county_code"], entry["county"], entry["short"], *entry["also"].split(";")]
        for name in filter(None, dict.fromkeys(map(str.strip, written))):
            if names.setdefault(name, row) != row:
                raise Fault(f"“{name}”与第 {names[name]} 行重复", file=file, row=row, do="请改正或删去一行")
        if any(entry[name] for name in DEGREES) and not all(map(_placed, DEGREES, map(entry.get, DEGREES))):
            raise Fault("经纬度应是两个数：lon 在 73–136，lat 在 3–54", file=file, row=row,
                        do="请改正，或两格都空着")  # fmt: skip


def _placed(name: str, written: str) -> bool:
    lowest, highest = DEGREES[name]
    return written.replace(".", "", 1).isdecimal() and lowest <= float(written) <= highest


def _waves(book: Codebook) -> None:
    file, waves = book.folder / "waves.yml", sorted(book.waves.values(), key=lambda wave: wave.opens)
    for wave in waves:
        if wave.closes < wave.opens:
            raise Fault(
                f"轮次 {wave.id} 的 closes 早于 opens", file=file, row=line_of(file, f"id: {wave.id}")
            )
    for one, other in pairwise(waves):
        if other.opens <= one.closes:
            raise Fault(f"轮次 {one.id} 与 {other.id} 的日期重叠", file=file,
                        row=line_of(file, f"id: {other.id}"))  # fmt: skip


def _scales(book: Codebook) -> None:
    """Stop on two options that share a value or a wording, and on a top value that no option has."""
    file = book.folder / "scales.yml"
    for scale in [scale for scale in book.scales.values() if scale.id not in book.item]:
        twice = [value for value, count in Counter(scale.values).items() if count > 1]
        worded = [name for option in scale.options for name in {option.label, *option.also}]
        alike = [name for name, count in Counter(worded).items() if count > 1]
        unknown = sorted(set(scale.top) - set(scale.values))
        for what, wrong in [("分值", twice), ("写法", alike)]:
            if wrong:
                raise Fault(f"量表 {scale.id} 有两个选项的{what}都是 {wrong[0]}", file=file,
                            row=line_of(file, f"id: {scale.id}"), do="请改正其中一个")  # fmt: skip
        if unknown:
            raise Fault(f"量表 {scale.id} 的 top 里有没有的分值 {unknown}", file=file,
                        row=line_of(file, f"id: {scale.id}"))  # fmt: skip


def _forms(book: Codebook) -> None:
    known = {"instrument": list(book.instruments), "wave": list(book.waves), "mode": list(MODES)}
    for row, entry in enumerate(book.forms.to_dict("records"), 2):
        for column, names in known.items():
            if (given := entry[column].strip()) and given not in names:
                raise Fault(f"不认识“{given}”", file=book.folder / "forms.csv", row=row, column=column,
                            do=f"可用：{'、'.join(names)}")  # fmt: skip


def _milestones(book: Codebook) -> None:
    """Stop on a wave or an indicator that nothing knows, and on a direction that its item contradicts."""
    file = book.folder / "milestones.yml"
    for mark in book.milestones.values():
        row, since = line_of(file, f"id: {mark.id}"), mark.since
        waves = [mark.wave] if since is None else [mark.wave, since]
        if unknown := set(waves) - set(book.waves):
            wrong = sorted(unknown)
            raise Fault(f"里程碑 {mark.id}：没有轮次 {wrong}", file=file, row=line_of(file, wrong[0]))
        order = list(book.waves)
        rules = {mark.rule_of(goal.indicator) for goal in mark.goals}
        if ("held" in rules) != (since is not None and order.index(since) < order.index(mark.wave)):
            raise Fault(f"里程碑 {mark.id}：rule: held 须有更早的 since，别的 rule 不用", file=file, row=row)
        for goal in mark.goals:
            if mistake := _goal_mistake(goal, book):
                raise Fault(f"里程碑 {mark.id} 的 {goal.indicator}：{mistake}", file=file,
                            row=line_of(file, f"indicator: {goal.indicator}"))  # fmt: skip


def _goal_mistake(goal: Goal, book: Codebook) -> str | None:
    subject, _, measure = goal.indicator.rpartition(".")
    own = book.indicators.get(goal.indicator)
    level = measure in MEASURES and measure not in CHANGES and book.label(goal.indicator) != goal.indicator
    if not (own or level):
        return "没有这个指标"
    item = book.item.get(subject)
    right = "down" if item and item.reverse != (measure == "low2") else "up"
    if item and measure in {"mean", "top2", "low2"} and goal.better != right:
        return f"better 应为 {right}（{'反向题，越低越好' if item.reverse else '不是反向题'}）"
    rate = measure in {"top2", "low2", "rate", "done", "self_ok", "expert_ok"} or (own and own.unit == "rate")
    return "比例的 target 应在 0 与 1 之间" if rate and not 0 <= (goal.target or 0) <= 1 else None


def _advice(book: Codebook) -> None:
    """Stop on advice about an indicator that nothing knows, and on a bound too many or too few."""
    file = book.folder / "advice.yml"
    for rule in book.advice.values():
        row = line_of(file, f"id: {rule.id}")
        if rule.indicator not in book.indicators and book.label(rule.indicator) == rule.indicator:
            raise Fault(f"建议 {rule.id}：没有指标 {rule.indicator}", file=file, row=row)
        if (rule.when in {"below", "above"}) != (rule.bound is not None):
            raise Fault(f"建议 {rule.id}：when 是 below 或 above 时须有 bound，别的不用", file=file, row=row)


def _lights(book: Codebook) -> None:
    """Stop on a light of what nothing knows, and on one that could show no colour but one."""
    file = book.folder / "lights.yml"
    for light in book.lights.values():
        if mistake := _light_mistake(light, book):
            row = line_of(file, f"id: {light.id}")
            raise Fault(f"质量灯 {light.id}：{mistake}", file=file, row=row)


def _light_mistake(light: Light, book: Codebook) -> str | None:
    if (light.kind == "figure") != (light.indicator is not None):
        return "kind: figure 须写 indicator，别的不写"
    if light.indicator and book.label(light.indicator) == light.indicator:
        return f"没有指标 {light.indicator}"
    if light.rules and light.kind != "rows":
        return "只有 kind: rows 写 rules"
    if unknown := [rule for rule in light.rules if rule not in book.rules]:
        return f"没有规则 {unknown[0]}"
    return "green 与 red 不应相等" if light.green == light.red else None


def no_date(text: str) -> int | None:
    """Return the first line that holds what looks like a date and is none."""
    for number, line in enumerate(text.splitlines(), 1):
        for year, month, day in re.findall(r"\b(\d{4})-(\d\d?)-(\d\d?)\b", line):
            try:
                date(int(year), int(month), int(day))
            except ValueError:
                return number
    return None


def line_of(file: Path, text: str, nth: int = 1) -> int | None:
    """Return the nth line of `file` that holds `text` as a whole word, the last where there are fewer."""
    last = None
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        at = line.find(text)
        if at >= 0 and not line[at + len(text) : at + len(text) + 1].replace(".", "0").isalnum():
            last, nth = number, nth - 1
            if not nth:
                break
    return last
