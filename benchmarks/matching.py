"""How well school names are matched: seeded misspellings of the real roster, and names that must not match.

    python benchmarks/matching.py [--each 2000] [--seed 1]

Prints a row per class: matched right / review / none / WRONG. For a name that stands for a roster school,
WRONG is a match with another school; for a fictitious or foreign name, any match. Exit status 1 if WRONG
is not 0. A review is never wrong, it costs a person a look.
"""

import argparse
import random
import re
import sys
import time
from collections import defaultdict
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import codebook
from yiduiyi_analysis.clean import roster, schools
from yiduiyi_analysis.clean.schools import naming, slips

ROOT = Path(__file__).parents[1]
COMMON = bytes(
    byte for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for byte in (high, low)
).decode("gb2312", errors="ignore")
BY_SOUND = defaultdict(list)
for char in COMMON:
    BY_SOUND[slips.sound(char)].append(char)
NEAR = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h")]
REGIONS = ["四川省", "凉山州", "四川省凉山彝族自治州", "凉山彝族自治州", "四川凉山", "四川省凉山州", "州"]
KINDS = {
    "central": ["中心小学校", "中心小学", "中心校", "中心学校", "中心完小", "中心完全小学", "完小", "中心小"],
    "primary": ["小学校", "小学"],
    "village": ["小学校", "小学", "村小", "村小学", "村小学校", "村校", "教学点", "村教学点", "村"],
    "junior": ["初级中学校", "初级中学", "初中"],
    "middle": ["中学校", "中学", "初级中学"],
    "school": ["学校"],
}
# Villages of the townships concerned that have no school on the roster (statistical list of 2023).
VILLAGES = {
    "昭觉县": "衣里木 梭梭拉达 沟洛 洛且博 洒瓦洛尔 合觉 阿波洛 日呷 "
    "新林 科且 瓦布谷立 甲阿史 普洛 坡格惹 日达 金曲地莫",
    "美姑县": "古拖 毛洪觉 阿尼木 尔马 甘都 拉洛 达拉阿莫 峨觉 依卓 尔觉 吾门",
    "普格县": "红星 联合 建设 河东 高峰 东方 新建 底古 跃进 堡里 "
    "辉隆 地莫 团结 大坪子 西普 大马口 新和 甘拉 赛果洛",
    "布拖县": "红旗 金江 沿江 胜利 团结 洛觉 宪次几乃 四菲戈洛 朵洛 雄块 "
    "博瓜莫 洛莫 坪子 牛角 巴都 毫沟 解放 前进 翻身",
    "喜德县": "新联 马场 阿吼 甘哈觉莫 炭山 源泉 拉克 四合 干拖 幸福 "
    "前进 向明 瓦吉 四甘 塔青 尔吉 跃进 塔普 桌古",
    "金阳县": "黑竹洛 包谷山 营盘 唐家屋基 甲谷 桃坪 尔觉西 红峰 依子洛",
    "越西县": "瓦吉木 呷古 且拖 什木地 沙米 尔各 曲可地 呷拖 阳坡 "
    "德吉 汉扎洛 布吉洛 地各 依史 尼洪洛 寒林 瓦曲",
}
NUMBERED = ["第二小学", "第二中心小学校", "第三小学校", "东街小学", "实验小学", "西小学", "新小学", "一小"]


class Maker:
    """Makes written names out of roster schools; `s` is a roster row, the answer (county column, name)."""

    def __init__(self, table: pd.DataFrame, helpers: pd.DataFrame, book, seed: int):
        self.rng = random.Random(seed)
        self.book, self.helpers = book, sorted(set(helpers["helper"]))
        self.table = list(table.itertuples(index=False))
        self.counties = sorted(set(table["county"]))
        shapes = book.lookalikes
        self.alike, self.variant = defaultdict(list), {}
        for a, b, kind in shapes[["a", "b", "kind"]].itertuples(index=False):
            if kind == "variant":
                self.variant[a] = b
            else:
                self.alike[a].append(b)
                self.alike[b].append(a)
        towns = book.townships[book.townships["county"].ne("")]
        self.towns = {
            county: sorted({*part["old"], *part["new"]} - {""}) for county, part in towns.groupby("county")
        }
        self.printed = {(s.county, self.stem(s)) for s in self.table if self.stem(s)}

    def rest(self, s) -> str:
        return s.school.removeprefix(s.county)

    def split(self, s) -> tuple[str, str]:
        """Return the name before its kind and the kind's class in KINDS."""
        body, level = naming.split_kind(self.rest(s))
        own = re.sub(r"^.*?[乡镇]", "", body) if re.search(r"[乡镇]", body) else ""
        return body, "village" if own and level != "central" else level

    def stem(self, s) -> str:
        found = re.match(r"(.{2,6}?)[乡镇]", self.rest(s))
        return found[1] if found else ""

    def swap(self, text: str, at: int, char: str) -> str:
        return text[:at] + char + text[at + 1 :]

    def spot(self, s) -> tuple[str, int]:
        """Return the name without county and a place in it before the kind."""
        rest = self.rest(s)
        return rest, self.rng.randrange(max(1, len(self.split(s)[0])))

    # names that stand for s

    def printed_name(self, s):
        return self.rng.choice([s.county, "", s.county_code, s.county[:-1]]), s.school

    def space(self, s):
        at = sorted(self.rng.choices(range(len(s.school) + 1), k=3))
        gaps = [self.rng.choice(" 　\u00a0\u200b\u200c\ufeff\t\n") for _ in at]
        parts = [s.school[a:b] for a, b in zip([0, *at], [*at, None], strict=True)]
        return s.county, "".join(a + b for a, b in zip(parts, [*gaps, ""], strict=True))

    def width(self, s):
        form = self.rng.choice(
            ["（{}）{}", "({}){}", "【{}】{}", "{}{}（盖章）", "{}{}。", "《{}{}》", "{}-{}(2年级)"]
        )
        return s.county, form.format(s.county, self.rest(s))

    def prefix(self, s):
        county = self.rng.choice([s.county, s.county[:-1], s.county * 2])
        return self.rng.choice([s.county, ""]), self.rng.choice(REGIONS) + county + self.rest(s)

    def suffix(self, s):
        body, kind = self.split(s)
        if kind not in KINDS:
            return s.county, self.rest(s)
        body = body.rstrip("村") if kind == "village" else body
        return s.county, body + self.rng.choice(KINDS[kind])

    def township(self, s):
        swaps = [("乡", "镇"), ("镇", "乡"), ("乡", ""), ("镇", "")]
        found = [(a, b) for a, b in swaps if a in self.rest(s)]
        return s.county, self.rest(s).replace(*self.rng.choice(found), 1) if found else self.rest(s)

    def traditional(self, s):
        return s.county, "".join(self.variant.get(char, char) for char in s.school)

    def homophone(self, s):
        rest, at = self.spot(s)
        same = [char for char in BY_SOUND[slips.sound(rest[at])] if char != rest[at]]
        return s.county, self.swap(rest, at, self.rng.choice(same)) if same else rest

    def near_sound(self, s):
        rest = self.rest(s)
        spots = [(at, self.near(rest[at])) for at in range(len(self.split(s)[0]))]
        spots = [(at, chars) for at, chars in spots if chars]
        if not spots:
            return self.homophone(s)
        at, chars = self.rng.choice(spots)
        return s.county, self.swap(rest, at, self.rng.choice(chars))

    def near(self, char: str) -> list[str]:
        """Return the characters that a speaker of the local dialect may take for `char`."""
        sound = slips.sound(char)
        other = [b + sound[len(a) :] for x, y in NEAR for a, b in ((x, y), (y, x)) if sound.startswith(a)]
        other += [sound + "g"] if sound.endswith(("in", "en", "an")) else []
        other += [sound[:-1]] if sound.endswith(("ing", "eng", "ang")) else []
        return [char for near in other for char in BY_SOUND.get(near, [])]

    def lookalike(self, s):
        rest = self.rest(s)
        spots = [at for at in range(len(self.split(s)[0])) if self.alike[rest[at]]]
        at = self.rng.choice(spots or [0])
        return s.county, self.swap(rest, at, self.rng.choice(self.alike[rest[at]] or [rest[at]]))

    def drop(self, s):
        rest, at = self.spot(s)
        return s.county, rest[:at] + rest[at + 1 :]

    def drop_anywhere(self, s):
        at = self.rng.randrange(len(s.school))
        return s.county, s.school[:at] + s.school[at + 1 :]

    def double(self, s):
        rest, at = self.spot(s)
        return s.county, rest[: at + 1] + rest[at:]

    def transpose(self, s):
        rest, at = self.spot(s)
        return s.county, rest[:at] + rest[at : at + 2][::-1] + rest[at + 2 :]

    def two_slips(self, s):
        first, second = self.rng.choices([self.homophone, self.drop, self.transpose, self.lookalike], k=2)
        return s.county, second(s._replace(school=s.county + first(s)[1]))[1]

    # names that stand for no school of the roster

    def other_village(self, s):
        town = self.stem(s) or self.rest(s)[:2]
        village = self.rng.choice(VILLAGES[s.county].split())
        kind = self.rng.choice(KINDS["village"])
        return s.county, town + self.rng.choice("乡镇") + village + kind

    def invented_village(self, s):
        town = self.stem(s) or self.rest(s)[:2]
        village = "".join(
            self.rng.choices("依洛觉拉达莫尔尼阿木瓦古乌果红新光明团结幸福", k=self.rng.choice([2, 2, 3, 4]))
        )
        listed = {self.split(o)[0] for o in self.table if o.county == s.county}
        if any(body.endswith((village, village + "村")) for body in listed):
            village += "岩"
        return s.county, town + "乡" + village + self.rng.choice(KINDS["village"])

    def changed_character(self, s):
        """Another character, of another sound and look, in the place of one that tells schools apart."""
        rest = self.rest(s)
        spots = [at for at in range(len(self.split(s)[0])) if rest[at] not in "乡镇村社"]
        if not spots:
            return s.county, "新" + rest
        at = self.rng.choice(spots)
        taken = {self.rest(o) for o in self.table} | {
            self.swap(rest, at, char) for char in "乡镇村社县州省校"
        }
        while True:
            char = self.rng.choice(COMMON)
            other = slips.sound(char) != slips.sound(rest[at]) and char not in self.alike[rest[at]]
            if other and self.swap(rest, at, char) not in taken:
                return s.county, self.swap(rest, at, char)

    def added_character(self, s):
        rest, at = self.spot(s)
        char = self.rng.choice([c for c in "东西南北上下新老大小一二三河沟岩坡" if c not in rest])
        return s.county, rest[:at] + char + rest[at:]

    def other_township(self, s):
        free = [t for t in self.towns[s.county] if (s.county, naming.stem(t)) not in self.printed]
        town = self.rng.choice([t for t in free if not any(naming.stem(t) in o.school for o in self.table)])
        return s.county, town + self.rng.choice(["中心校", "中心小学校", "小学", "希望小学", "初级中学"])

    def village_elsewhere(self, s):
        """A roster village of one township, written under another."""
        apart = [re.match(r"(.{2,6}?[乡镇])(.+)", self.rest(o)) for o in self.table if o.county == s.county]
        towns = sorted({found[1] for found in apart if found})
        villages = [f for f in apart if f and f[2][0] not in "中村小" and len(towns) > 1]
        if not villages:
            return self.wrong_county(s)
        found = self.rng.choice(villages)
        return s.county, self.rng.choice([town for town in towns if town != found[1]]) + found[2]

    def other_level(self, s):
        body, kind = self.split(s)
        if sum(self.split(o)[0].rstrip("乡镇") == body.rstrip("乡镇") for o in self.table) > 1:
            return s.county, body + "高级中学"
        if kind in {"junior", "middle"}:
            return s.county, body + self.rng.choice(
                ["小学", "中心校", "高级中学", "幼儿园", "教学点", "完全中学"]
            )
        if kind == "central":
            return s.county, body + self.rng.choice(
                ["中学", "初级中学", "幼儿园", "教学点", "九年一贯制学校"]
            )
        return s.county, body + self.rng.choice(
            ["中学", "初级中学", "中心幼儿园", "高中", "职业中学", "中心校分校"]
        )

    def wrong_county(self, s):
        wrong = self.rng.choice([county for county in self.counties if county != s.county])
        return self.rng.choice([(wrong, s.school), (wrong, self.rest(s)), (s.county, wrong + self.rest(s))])

    def foreign_county(self, s):
        away = self.rng.choice(["冕宁县", "西昌市", "雷波县", "甘洛县", "盐源县", "成都市", "木里藏族自治县"])
        return self.rng.choice(
            [(away, self.rest(s)), ("", away + self.rest(s)), (s.county, away + self.rest(s))]
        )

    def numbered(self, s):
        return s.county, (self.stem(s) or self.rest(s)[:2]) + self.rng.choice(
            ["", "乡", "镇"]
        ) + self.rng.choice(NUMBERED)

    def helper_school(self, s):
        return self.rng.choice(["", "", s.county]), self.rng.choice(self.helpers)


STAND_FOR = [
    *("printed_name", "space", "width", "prefix", "suffix", "township", "traditional", "homophone"),
    *("near_sound", "lookalike", "double", "drop", "drop_anywhere", "transpose", "two_slips"),
]
MUST_NOT = [
    *("other_village", "invented_village", "changed_character", "added_character", "other_township"),
    *("village_elsewhere", "other_level", "wrong_county", "foreign_county", "numbered", "helper_school"),
]


def measure(each: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Return the table of results by class, the wrong matches, and the seconds that matching took."""
    book = codebook.load(ROOT / "data" / "codebook")
    sheet = roster.parse(ROOT / "data" / "source" / "annex2_2020_375.txt", book.counties)
    make = Maker(sheet.schools, sheet.helpers, book, seed)
    rows = [
        (kind, s.school_id, *getattr(make, kind)(s))
        for kind in [*STAND_FOR, *MUST_NOT]
        for s in make.rng.choices(make.table, k=each)
    ]
    names = pd.DataFrame(rows, columns=["class", "truth", "county", "name"])
    start = time.perf_counter()
    answer = schools.match(names[["county", "name"]], sheet.schools, book)
    seconds = time.perf_counter() - start
    # A slip may spell another school's printed name to the letter: nobody can see that.
    known = dict(zip(sheet.schools["school"], sheet.schools["school_id"], strict=True))
    names["truth"] = names["name"].map(known).fillna(names["truth"])
    stands = names["class"].isin(STAND_FOR)
    right = answer["status"].eq("matched") & stands & answer["school_id"].eq(names["truth"]).fillna(False)
    result = answer["status"].where(answer["status"].ne("matched"), "WRONG").where(~right, "right")
    table = pd.crosstab(names["class"], result).reindex([*STAND_FOR, *MUST_NOT], fill_value=0)
    table = table.reindex(columns=["right", "review", "none", "WRONG"], fill_value=0)
    table["right %"] = (100 * table["right"] / each).round(1)
    return table, names.join(answer)[result.eq("WRONG")], seconds


def main() -> int:
    """Print the table; return 1 if any match was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=2000, help="names a class")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    table, wrong, seconds = measure(options.each, options.seed)
    print(table.to_string())
    print(f"{len(table) * options.each} names in {seconds:.1f} s; WRONG: {len(wrong)}")
    if len(wrong):
        print(
            wrong[["class", "county", "name", "school_id", "school"]].drop_duplicates().to_string(index=False)
        )
    return int(len(wrong) > 0)


if __name__ == "__main__":
    sys.exit(main())
