"""Forms as filled in: every survey of every wave, a row a submission, before anyone exports it."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Instrument, Wave
from yiduiyi_analysis.demo import latent, people
from yiduiyi_analysis.demo.streams import Setting

RATER_TITLES = {"": "", "self": "自评", "expert": "专家复评"}
FIRST_FORM_ID = 289538440
TEXTS = {
    "BEST": [
        "跟岗一周听课评课",
        "专家进校上示范课",
        "线上同步课堂",
        "同课异构研讨",
        "五洗五会主题班会",
        "无",
    ],
    "WISH": [
        "希望多安排本学科专家",
        "时间最好避开期末",
        "网络经常断，希望改善设备",
        "希望名额分给村小",
        "无",
    ],
    "HEADWISH": [
        "希望长期派驻学科教师",
        "帮助制订可执行的学校规划",
        "少填表，多听课",
        "改善宿舍和热水",
        "",
    ],
    "PROBLEM": [
        "教师不足；网络不稳；住宿紧张",
        "控辍保学任务重；缺少专任音体美教师",
        "校本研修流于形式；图书更新慢",
    ],
}
OTHER_TEXT = ["民族舞蹈", "劳动", "心理健康", "民族舞蹈┋书法", "劳动┋书法┋足球"]
NOT_APPLICABLE_WHY = "本点只有低年级，无此项工作"


@dataclass
class Form:
    """One published questionnaire with its submissions; the four tables share one index, in order of 序号.

    people:  who, where, when; expected flags; school_id is what cleaning must find (NA: a person decides)
    given:   one column an answer, NaN where there is none; missing: the reason, else ""
    texts:   one column a written answer
    faults:  (row, column or None, fault, action, detail) planted in what people wrote
    """

    setting: Setting
    id: str
    title: str
    wave: Wave
    rater: str
    people: pd.DataFrame
    given: pd.DataFrame
    missing: pd.DataFrame
    texts: pd.DataFrame
    faults: list[tuple] = field(default_factory=list)

    def take(self, rows) -> None:
        """Put the submissions in the order of `rows`, which may repeat."""
        for name in ["people", "given", "missing", "texts"]:
            setattr(self, name, getattr(self, name).loc[rows].reset_index(drop=True))


def forms(book: Codebook, schools: pd.DataFrame, seed: int) -> list[Form]:
    """Return the forms of all survey instruments, waves and raters, free of faults."""
    schools, made = people.index(schools), []
    for tool in book.instruments.values():
        for wave in [book.waves[w] for w in tool.waves if tool.kind == "survey"]:
            for rater in _raters(tool, wave, book):
                made.append(_form(book, tool, wave, rater, schools, seed, FIRST_FORM_ID + 7919 * len(made)))
    return made


def _raters(tool: Instrument, wave: Wave, book: Codebook) -> list[str]:
    """Return who fills the instrument in: schools always, experts in the first and last wave."""
    if tool.unit != "school":
        return [""]
    return ["self", "expert"] if wave.id in (tool.waves[0], tool.waves[-1]) else ["self"]


def _form(book, tool, wave, rater, schools, seed, number) -> Form:
    part = f"{tool.id}{rater}"
    panel = f"{part}-{wave.id}" if tool.unit == "student" else tool.id
    setting = Setting(book, tool, wave.id, part, panel, seed)
    present = {
        "teacher": lambda: people.teachers(schools, wave, seed),
        "student": lambda: people.students(schools, wave, seed),
        "school": lambda: people.heads(schools, wave, seed, rater),
        "head": lambda: people.heads(schools, wave, seed, rater),
        "test": lambda: people.takers(schools, wave, seed),
    }[tool.unit]()
    present = people.timed(present, wave, len(setting.asked), setting.stream("times"))
    given, missing = latent.answer(setting, present)
    texts = _texts(setting, present, missing)
    for item in setting.asked:
        if item.id in texts and item.role is None:
            missing[item.id] = np.where(texts[item.id] == "", "blank", "")
    title = f"{tool.title}{RATER_TITLES[rater]}（{wave.label}）"
    return Form(setting, str(number), title, wave, rater, present, given, missing, texts)


def _texts(setting: Setting, present: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
    """Return the written answers: who and where by role, the rest from a few plain sentences."""
    texts = pd.DataFrame(index=present.index)
    for item in setting.asked:
        if item.scale is None and item.kind != "number":
            texts[item.id] = _written(item, setting, present, missing)
        elif item.other:
            texts[f"{item.id}.other"] = setting.stream(item.id, "other").choice(OTHER_TEXT, len(present))
    return texts.astype(object)


def _written(item, setting: Setting, present: pd.DataFrame, missing: pd.DataFrame):
    rng, n = setting.stream(item.id, "text"), len(present)
    if item.role == "rater_no":
        expert = present["rater_name"] == "expert"
        return ("E" + pd.Series(rng.integers(1, 13, n)).astype(str).str.zfill(2)).where(expert, "")
    by_role = {"county": "county", "school": "school", "class": "klass", "person": "person_code"}
    if item.role in by_role:
        return present[by_role[item.role]]
    if item.kind == "date":
        return present["submitted_at"].dt.strftime("%Y-%m-%d")
    if item.id in TEXTS:
        return pd.Series(rng.choice(TEXTS[item.id], n)).mask(rng.random(n) < 0.15, "")
    return pd.Series(NOT_APPLICABLE_WHY, present.index).where((missing == "not_applicable").any(axis=1), "")
