"""How people write a school's name: ways that one school explains, and ways that only a person can decide."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Codebook

ABOVE = ["四川省凉山州", "凉山彝族自治州", "四川省凉山彝族自治州"]
ENDINGS = {
    "中心小学校": ["中心小学", "中心校", "完小"],
    "中心小学": ["中心小学校", "中心校"],
    "中心校": ["中心小学", "中心小学校"],
    "村小学校": ["村小", "村小学"],
    "村小学": ["村小", "村小学校"],
    "村小": ["村小学", "村小学校"],
    "初级中学校": ["初级中学"],
    "小学校": ["小学"],
    "小学": ["小学校"],
}
SAME_SOUND = {"牛角湾": "牛角弯", "花山": "华山", "博洛": "博罗", "普雄": "普熊",
              "光明": "光名", "贡莫": "贡墨", "洒库": "撒库",
              "向荣": "向容", "逸夫": "义夫", "雨水": "语水", "则约": "泽约"}  # fmt: skip
SPACES = [" ", "\u3000", "\u200b", "\u00a0"]
DECIDABLE = ["no_county", "prefix", "space", "bracket", "township", "ending", "same_sound"]


@dataclass(frozen=True)
class Spellings:
    """How the roster's schools get written, in its order.

    ways:   by kind, the spellings from which one school follows
    shared: the spelling that the school shares with others, "" if none
    """

    ways: list[dict[str, list[str]]]
    shared: list[str]


def spellings(schools: pd.DataFrame, book: Codebook) -> Spellings:
    """Return how people write each school of the roster."""
    return Spellings(_ways(schools, book), _shared(schools))


def township(name: str) -> str:
    """Return the 乡 or 镇 in a school's name, "" if it has none."""
    found = re.search(r"(?:县)?([^县]+?[乡镇])", name)
    return found.group(1) if found else ""


def _variants(school: str, county: str, renamed: dict[str, str], others: set[str]) -> dict[str, list[str]]:
    """Return, by kind, ways to write one school; none of them nearly one of `others`."""
    bare = school.removeprefix(county)
    ending = next((end for end in ENDINGS if bare.endswith(end)), None)
    stem = bare[: -len(ending)] if ending else ""
    clear = ending and (ending not in {"小学校", "小学"} or not stem.endswith(("乡", "镇")))
    ways = {
        "no_county": [bare] if bare != school else [],
        "prefix": [above + county + bare for above in ABOVE],
        "space": [school[:at] + gap + school[at:] for gap in SPACES for at in (3, len(school) - 2)],
        "bracket": [f"（{county}）{bare}", f"({county}){bare}", f"{bare}（{county}）", f"{bare}({county})"],
        "township": [school.replace(old, new) for old, new in renamed.items() if old in school],
        "ending": [county + stem + other for other in ENDINGS[ending]] if clear else [],
        "same_sound": [
            school.replace(right, wrong) for right, wrong in SAME_SOUND.items() if right in school
        ],
    }
    return {
        kind: [way for way in found if not any(_near(way.removeprefix(county), other) for other in others)]
        for kind, found in ways.items()
    }


def _near(name: str, other: str) -> bool:
    """Say whether two names differ in one character at most: 华山乡… may be 花山乡… and may be 东山乡…."""
    return len(name) == len(other) and sum(a != b for a, b in zip(name, other, strict=True)) <= 1


def _ways(schools: pd.DataFrame, book: Codebook) -> list[dict[str, list[str]]]:
    """Return the decidable ways to write each school, in the roster's order."""
    renamed = _renamed(book)
    bare = [
        name.removeprefix(county) for name, county in zip(schools["school"], schools["county"], strict=True)
    ]
    there = pd.Series(bare).groupby(schools["county"].to_numpy()).agg(set)
    return [
        _variants(school, county, renamed.get(county, {}), there[county] - {name})
        for school, county, name in zip(schools["school"], schools["county"], bare, strict=True)
    ]


def _renamed(book: Codebook) -> dict[str, dict[str, str]]:
    """Return, by county, the 乡 that only became a 镇; a new name that took in other 乡 too tells nothing."""
    moved = book.townships[book.townships["new"] != ""]
    merged = moved.duplicated(["county", "new"], keep=False)
    same = moved["old"].str.endswith("乡") & (moved["old"].str[:-1] + "镇" == moved["new"])
    sure = moved[same & ~merged].groupby("county")
    return {county: dict(zip(part["old"], part["new"], strict=True)) for county, part in sure}


def _shared(schools: pd.DataFrame) -> list[str]:
    """Return for each school the name 「乡镇 + 小学」 where two or more schools share it, else ""."""
    town = schools["school"].map(township)
    key = schools["county_code"] + town
    several = key.map(key.value_counts()) >= 2
    plain = pd.Series(
        [
            bool(t) and n.endswith((t + "小学", t + "小学校"))
            for t, n in zip(town, schools["school"], strict=True)
        ]
    )
    printed = key.isin(key[plain.to_numpy()])
    middle = schools["school"].str.contains("中学")
    usable = (town != "") & several & ~printed & ~middle
    return np.where(usable, schools["county"] + town + "小学", "").tolist()
