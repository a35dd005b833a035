"""A fictitious country of any number of counties: roster, county table, townships, codebook and exports."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.clean import roster
from yiduiyi_analysis.demo import plan
from yiduiyi_analysis.demo.streams import stream
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

FIRST_CODE = int(f"{plan.INVENTED}0000")
LEAST, MOST = 2, 9999  # a reply must be able to name a wrong county; four digits number them
TOGETHER = len(plan.NAMED)  # counties whose exports come together, as those of the seven do
ROSTER = "虚拟名册.csv"
COUNTIES = ["county_code", "county", "short", "area", "also", "lon", "lat"]
TOWNSHIPS = ["county", "old", "new", "note"]
# Syllables of invented townships; no two pairs of them sound or look alike.
FIRST = list("青白红绿金银铜松柏桐枫柳桃梅竹泉溪湖沙石")
SECOND = list("塘岭坪湾堡桥寨坝沟林")
# What stands in each township, most of it of few teachers, as in the printed annex.
SCHOOLS = (
    ("乡中心小学校", (22, 40), True),
    ("乡民主村小学校", (1, 8), False),
    ("镇初级中学校", (24, 66), True),
    ("镇建设村小学校", (1, 6), False),
    ("乡中心小学", (8, 24), False),
    ("乡团结村小学校", (1, 2), False),
    ("镇中心小学校", (8, 30), False),
    ("镇新民村小学校", (1, 3), False),
)
RENAMED = 4  # townships become 镇 this often: one in so many


def write(ws: Workspace, counties: int, out: Path, seed: int) -> Workspace:
    """Write a workspace of `counties` fictitious counties to `out` in one step, and return it.

    In:     ws: whose codebook (without its counties) and notebooks it has
    Out:    codebook, roster, notebooks, and in data/demo a folder of exports for each few counties
    Rule:   the same seed, the same files; nothing of `ws` is changed, and no folder is replaced that this
            function did not write
    Raises: Fault where `out` is something else, or for fewer than two counties or too many
    """
    target = Path(out).resolve()
    if not LEAST <= counties <= MOST:
        raise Fault(f"虚拟县数应为 {LEAST}–{MOST}", do="请改 --counties")
    if target.exists() and not (target / "data" / "source" / ROSTER).exists() and any(target.iterdir()):
        raise Fault("这个文件夹里有别的东西", file=target, do="请用 --out 另指一个空文件夹")
    folder = workspace.new_folder_beside(target)
    try:
        _fill(Workspace(folder), ws, counties, seed)
    except BaseException:
        shutil.rmtree(folder)
        raise
    workspace.swap_dir(folder, target)
    return Workspace(target)


def _fill(new: Workspace, ws: Workspace, counties: int, seed: int) -> None:
    from yiduiyi_analysis import demo

    places = _counties(counties)
    schools = pd.concat([_schools(place, seed) for place in places.itertuples()], ignore_index=True)
    _codebook(new, ws, places, schools)
    new.source.mkdir(parents=True)
    listed = schools.rename(columns=dict(zip(HEADINGS, HEADINGS.values(), strict=True)))
    listed[list(HEADINGS.values())].to_csv(new.source / ROSTER, index=False, encoding="utf-8")
    shutil.copytree(ws.notebooks, new.notebooks, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    book = codebook.load(new.codebook)
    read = roster.read(new.source / ROSTER, book.counties).schools
    read = read.astype(dict.fromkeys(["school_id", "county_code", "county", "school"], object))
    for number, places in enumerate(np.array_split(np.arange(counties), -(-counties // TOGETHER)), 1):
        few = book.counties.iloc[places].reset_index(drop=True)
        own = read[read["county_code"].isin(few["county_code"])].reset_index(drop=True)
        folder = new.demo / f"{few['short'].iloc[0]}–{few['short'].iloc[-1]}"
        folder.mkdir(parents=True)
        demo.fill(dataclasses.replace(book, counties=few), own, seed + number, folder)


HEADINGS = {
    "county": "县名",
    "school": "学校名称",
    "is_key": "是否重点帮扶",
    "teachers": "专任教师数",
    "area": "片区",
    "institution": "承训单位",
    "helpers": "帮扶单位",
}


def _counties(count: int) -> pd.DataFrame:
    """Return the county table: 虚拟0001县 and so on, with codes of no province and no place on a map."""
    names = [f"虚拟{number:04d}" for number in range(1, count + 1)]
    table = pd.DataFrame({"short": names}).assign(
        county_code=[str(FIRST_CODE + number) for number in range(1, count + 1)],
        county=[f"{name}县" for name in names],
        area=[f"{name}片区" for name in names],
        **dict.fromkeys(["also", "lon", "lat"], ""),
    )
    return table[COUNTIES]


def _schools(place, seed: int) -> pd.DataFrame:
    """Return one county's schools as its roster lists them, each in a township of its own."""
    rng = stream(seed, "nation", place.county_code)
    pairs = rng.permutation(len(FIRST) * len(SECOND))[: len(SCHOOLS)]
    towns = [FIRST[pair // len(SECOND)] + SECOND[pair % len(SECOND)] for pair in pairs]
    rows = [
        (
            town + ending[0],
            f"{place.county}{town}{ending}",
            "是" if key else "否",
            rng.integers(low, high + 1),
        )
        for town, (ending, (low, high), key) in zip(towns, SCHOOLS, strict=True)
    ]
    listed = pd.DataFrame(rows, columns=["town", "school", "is_key", "teachers"])
    helpers = "、".join(f"虚拟帮扶学校{place.county_code}{mark}" for mark in "甲乙")
    return listed.assign(
        county=place.county,
        area=place.area,
        institution=f"虚拟大学{place.county_code}",
        helpers=np.where(listed.index == 0, helpers, ""),
    )


def _codebook(new: Workspace, ws: Workspace, places: pd.DataFrame, schools: pd.DataFrame) -> None:
    """Copy the codebook with these counties, their townships, and no decision about the real ones."""
    shutil.copytree(ws.codebook, new.codebook)
    places.to_csv(new.codebook / "counties.csv", index=False, encoding="utf-8")
    for name in ("school_aliases.csv", "corrections.csv"):
        head = (new.codebook / name).read_text("utf-8-sig").splitlines()[0]
        (new.codebook / name).write_text(f"{head}\n", "utf-8")
    known = pd.read_csv(new.codebook / "townships.csv", dtype=str, keep_default_na=False)
    names = schools["town"]
    moved = names.str.endswith("乡") & (names.index % RENAMED == 0)
    towns = pd.DataFrame({"county": schools["county"], "old": names}).assign(
        new=names.mask(moved, names.str[:-1] + "镇"), note=moved.map({True: "更名", False: "未变"})
    )
    pd.concat([known[known["county"] == ""], towns])[TOWNSHIPS].to_csv(
        new.codebook / "townships.csv", index=False, encoding="utf-8"
    )
