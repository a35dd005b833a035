"""The annex's rows → the counties and schools they print, put together where the page cut them."""

import re
import statistics

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.roster import annex
from yiduiyi_analysis.clean.roster.annex import FIELDS
from yiduiyi_analysis.errors import Fault

SCHOOL_ENDINGS = ("校", "学", "小", "点", "园")


def locate(rows: pd.DataFrame, codes: dict[str, str], file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with their county_code, each printed once, and the ledger.

    In:     rows of annex.read without 合计; codes: county_code by every way to write a county
    Out:    the rows, county_code, and begins: whether the school's name begins with a county
    Rule:   a school is of the county its name begins with, else of the county above; of two rows for one
            county, or one school, the first counts
    Raises: Fault when it cannot be told which county a county's row is about
    """
    head = rows["kind"] == "county"
    named = rows["school"].where(~head).str.extract(_begins_with(codes), expand=False).map(codes)
    own = rows["county"].map(codes).where(head)
    own = own.mask(head & rows["county"].isna(), named.bfill())
    if (unknown := head & own.isna()).any():
        raise _unknown_county(rows[unknown].iloc[0], file)
    code = own.where(head, named).ffill().astype("string")
    rows = rows.assign(county_code=code, begins=named.notna())
    lost = rows["county_code"].isna()
    again = head & own.duplicated()
    twin = rows["school"].notna() & ~head & rows.duplicated(["kind", "county_code", "school"])
    same = rows.duplicated(["kind", "county_code", "school", "teachers"])
    stray = ~head & named.notna() & (named != own.ffill().fillna(""))
    found = [
        (head & rows["county"].isna(), "county", "county_blank", "repaired", "县名空白，取自其下的校名"),
        (again, "county", "county_repeated", "review", "同一县的县行再次出现，取第一次"),
        (stray, "school", "county_differs", "review", "校名所写的县不是上方的县，按校名归县"),
        (lost, "school", "county_unknown", "quarantined", "看不出属于哪个县"),
        (twin & same, "school", "school_repeated", "repaired", "同一学校印了两次，略去第二次"),
        (twin & ~same, "school", "school_repeated", "review", "同一学校两次人数不同，取第一次"),
    ]
    return rows[~(lost | again | twin)], ledger.concat(_said(rows[hit], *rest) for hit, *rest in found)


def counties(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is printed about each county, and the ledger of cells that continued in rows below.

    Out:    by county_code, in printed order: line, area, institution, helpers (text), labels (text),
            second_label (the line where 其余 begins), {schools,teachers,key,other}_declared (Int64)
    """
    lines = rows[rows["kind"] == "school"]
    whole = rows.groupby("county_code", sort=False)[["institution", "helpers"]].agg(_join)
    labels = lines.groupby("county_code")["label"].agg(_join).reindex(whole.index).astype("string")
    begins = lines["label"].str.startswith(annex.LABEL_START).fillna(False).astype(bool)
    second = lines[begins & (begins.groupby(lines["county_code"]).cumsum() == 2)]
    heads = rows[rows["kind"] == "county"].set_index("county_code").reindex(whole.index)
    table = whole.assign(
        line=heads["line"].astype("Int64"),
        area=heads["label"],
        labels=labels,
        second_label=second.set_index("county_code")["line"].reindex(whole.index).astype("Int64"),
        schools_declared=annex.number(heads["school"]),
        teachers_declared=annex.number(heads["teachers"]),
        key_declared=annex.number(labels.str.extract(r"重点[^\d其]*(\d+)所", expand=False)),
        other_declared=annex.number(labels.str.extract(r"其余[^\d重]*(\d+)所", expand=False)),
    )
    pieces = [
        (lines[~begins & lines["label"].notna()], "label", "label_split", labels),
        (lines[lines["institution"].notna()], "institution", "cell_split", whole["institution"]),
        (lines[lines["helpers"].notna()], "helpers", "cell_split", whole["helpers"]),
    ]
    return table, ledger.concat(
        _said(piece, field, rule, "repaired", "换行断开，已接上", piece["county_code"].map(full))
        for piece, field, rule, full in pieces
    )


def schools(rows: pd.DataFrame, blocks: pd.DataFrame, file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row a school: line, county_code, school, teachers (Int64, NA when not printed), is_key.

    In:     rows of locate(), blocks of counties()
    Raises: Fault when there is no school, or nothing tells which are 重点
    """
    lines = rows[rows["kind"] == "school"]
    nameless = lines[lines["school"].isna() & lines["teachers"].notna()]
    if (named := lines[lines["school"].notna()]).empty:
        raise Fault("表中没有一所学校", file=file, do="请核对附件2原文是否完整")
    table, joined = _rejoin(named, blocks)
    table = table.assign(teachers=annex.number(table["teachers"]))
    table, keyed = _mark_key(table, blocks, file)
    unknown = table[table["teachers"].isna()]
    return table, ledger.concat([
        _said(nameless, "teachers", "school_blank", "quarantined", "有人数而无校名"),
        joined,
        keyed,
        _said(unknown, "teachers", "teachers_blank", "kept", "没有可用的人数，不推算"),
    ])  # fmt: skip


def odd_names(schools: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger of names kept as printed though they lack their county, or any word for school."""
    wordless = ~schools["school"].str.endswith(SCHOOL_ENDINGS)
    bare = "校名没有写县，按所在位置归县"
    return ledger.concat([
        _said(schools[~schools["begins"]], "school", "name_without_county", "kept", bare),
        _said(schools[wordless], "school", "name_without_school", "kept", "校名没有“学校”一类的字，照印"),
    ])  # fmt: skip


def _rejoin(named: pd.DataFrame, blocks: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the schools with names that a page break cut in two put together.

    Rule: a name without a number is a piece of its neighbour across the break, when the names with a number
          are already as many as the county declares; the second piece does not begin with a county, and a
          name that could belong to either side stays alone
    """
    county, name, half = named["county_code"], named["school"], named["teachers"].isna()
    complete = (~half).groupby(county).transform("sum")
    loose = half & (complete == county.map(blocks["schools_declared"])).fillna(False).astype(bool)
    breaks = (county == county.shift()) & (named["page"] > named["page"].shift()) & ~named["begins"]
    tail = loose & breaks & ~half.shift(fill_value=True)
    lead = loose & breaks.shift(-1, fill_value=False) & ~half.shift(-1, fill_value=True)
    tail, lead = tail & ~lead, lead & ~tail
    full = name.where(lead, "").shift(fill_value="") + name + name.where(tail, "").shift(-1, fill_value="")
    keep = ~(tail | lead)
    cut = keep & (full != name)
    said = _said(named[cut], "school", "cell_split", "repaired", "校名被换页断开，已接上", full[cut])
    begins = named["begins"] | (lead & named["begins"]).shift(fill_value=False)
    return named.assign(school=full, begins=begins)[keep], said


def _mark_key(table: pd.DataFrame, blocks: pd.DataFrame, file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the schools with is_key, and the ledger of labels that stand beside another number of schools.

    Rule: a county's first N are 重点; N is what most of these give, else the first of them: printed 重点;
          schools less printed 其余; the place of the label
    """
    county = table["county_code"]
    above = (table["line"] < county.map(blocks["second_label"])).fillna(False).groupby(county).sum()
    votes = pd.DataFrame({
        "printed": blocks["key_declared"],
        "rest": county.value_counts().reindex(blocks.index) - blocks["other_declared"],
        "placed": above.reindex(blocks.index).astype("Int64").where(blocks["second_label"].notna()),
    })  # fmt: skip
    if (blind := votes.isna().all(axis=1)).any():
        first = blocks[blind].iloc[0]
        line = None if pd.isna(first["line"]) else int(first["line"])
        do = "请核对“片区内重点帮扶的学校N所”"
        raise Fault(f"看不出{first['county']}有几所重点帮扶学校", file=file, row=line, do=do)
    keys = votes.agg(lambda vote: statistics.mode(vote.dropna()), axis=1).astype("Int64")
    moved = (votes["placed"] != keys).fillna(False)
    facts = votes.assign(row=blocks["second_label"], before=votes["placed"], after=keys)[moved].reset_index()
    note = "标签上方的学校数与印数不符，以印数为准"
    said = ledger.rows(facts, column=FIELDS["label"], rule="label_position", action="repaired", note=note)
    return table.assign(
        is_key=(table.groupby("county_code").cumcount() < county.map(keys)).astype(bool)
    ), said


def _said(rows, field: str, rule: str, action: str, note: str = "", after=None) -> pd.DataFrame:
    """Return a ledger row for each of the annex's rows, about one of its columns."""
    cells = {"row": rows["line"], "column": FIELDS[field], "before": rows[field], "after": after}
    return ledger.rows(rows, **cells, rule=rule, action=action, note=note)


def _unknown_county(row: pd.Series, file: str) -> Fault:
    written = "空白" if pd.isna(row["county"]) else f"“{row['county']}”不在县名表内"
    do = "请改正县名，或补入县名表的 also 列"
    return Fault(f"县名{written}", file=file, row=int(row["line"]), column=FIELDS["county"], do=do)


def _begins_with(codes: dict[str, str]) -> str:
    """Return a pattern for a county's full name at the start of a school's; a short name is no proof."""
    return f"^({'|'.join(re.escape(way) for way in codes if len(way) > 2)})"


def _join(pieces: pd.Series):
    return "".join(pieces.dropna()) or pd.NA
