"""Submissions that were received twice: in two exports of one form, twice in one file, or sent twice."""

import pandas as pd

from yiduiyi_analysis.clean import ledger

SAME_FORM_SHARE = 0.5
RESENT_WITHIN = pd.Timedelta(seconds=60)
LONG = 10  # scale answers; colleagues who agree on a shorter form are no rarity
MODE_RANK = {"text": 0, "score": 1, "code": 2}


def exported_twice(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the submissions counted once, and the ledger of the copies set aside.

    In:     rows: a row a submission: file, sheet, row, instrument, wave, mode, number, submitted_at, digest,
            county and school as typed
    Rule:   two exports are of one form when half of the smaller share 序号, minute and school; then
            a 序号 counts once, from the text export if there is one (序号 exports lose what was written);
            within one export, a row that repeats 序号, minute and every answer counts once
    """
    rows = rows.assign(_minute=rows["submitted_at"].dt.floor("min"), _table=_tables(rows))
    numbered = rows[rows["number"] != ""]
    again = numbered.duplicated(["_table", "number", "_minute", "digest"])
    repeated = numbered[again]
    numbered = numbered[~again]
    groups = numbered["_table"].map(_forms(numbered)).dropna()
    shared = numbered.loc[groups.index].assign(_form=groups)
    first = shared.groupby(["_form", "number"])["_table"].transform("min")
    copies = shared[shared["_table"] > first]
    aside = {"action": "quarantined", "column": "序号"}
    said = ledger.concat([
        ledger.rows(copies, rule="duplicate_export", note="同一份答卷已从另一个导出文件读入", **aside),
        ledger.rows(repeated, rule="duplicate_id", note="同一文件内同一份答卷重复", **aside),
    ])  # fmt: skip
    kept = rows.drop(index=copies.index.union(repeated.index)).drop(columns=["_minute", "_table"])
    return kept, said


def _tables(rows: pd.DataFrame) -> pd.Series:
    """Return a number for each table, the one to keep first: by mode, then by name."""
    rank = rows["mode"].map(MODE_RANK).fillna(len(MODE_RANK)).astype(int).astype(str)
    return pd.Series(
        pd.factorize(rank + "\0" + rows["file"] + "\0" + rows["sheet"].fillna(""), sort=True)[0], rows.index
    )


def _forms(rows: pd.DataFrame) -> dict[int, int]:
    """Return for each table that shares its form with another the first table of that form."""
    columns = ["instrument", "wave", "number", "_minute", "county", "school"]
    keys = rows.dropna(subset="_minute")[[*columns, "_table"]].drop_duplicates()
    pairs = keys.merge(keys, on=columns, suffixes=("", "_other"))
    shared = pairs[pairs["_table"] < pairs["_table_other"]].groupby(["_table", "_table_other"]).size()
    sizes = keys["_table"].value_counts()
    form: dict[int, int] = {}
    for (one, other), count in shared.items():
        if count >= SAME_FORM_SHARE * min(sizes[one], sizes[other]):
            first = form.setdefault(one, one)
            form[other] = min(form.get(other, first), first)
    return form


def sent_twice(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the submissions without those sent again, with `twin`, and the ledger of the former.

    In:     rows: as above, with school_id, rater, class_key, sender, net (0 = unknown), graded, same
    Out:    twin: answers like the submission before it, from nobody knows whom: kept, and doubtful
    Rule:   the same answers to everything, from one school (and class), less than 60 s after the last such:
            by the same sender it was sent again; by another it was not; by an unknown one it was if chance
            does not explain it: LONG scale answers that vary, and no second network address
    """
    same = ["instrument", "wave", "school_id", "rater", "class_key", "digest"]
    timed = rows.dropna(subset="submitted_at").sort_values(["submitted_at", "file", "row"], kind="stable")
    known = timed[timed["sender"] != 0]
    by_sender = known.groupby([*same, "sender"], dropna=False)["submitted_at"].diff() < RESENT_WITHIN
    last = timed.groupby(same, dropna=False)[["submitted_at", "sender", "net"]].shift()
    soon = timed["submitted_at"] - last["submitted_at"] < RESENT_WITHIN
    unknown = soon & ~((timed["sender"] != 0) & (last["sender"].fillna(0) != 0))
    elsewhere = (timed["net"] != 0) & (last["net"].fillna(0) != 0) & (timed["net"] != last["net"])
    telling = (timed["graded"] >= LONG) & ~timed["same"] & ~elsewhere
    resent = by_sender.reindex(timed.index, fill_value=False) | (unknown & telling)
    again = timed[resent].sort_index()
    note = "同校一分钟内答案完全相同，且为同一人所发或长卷不会偶合，后一份不计"
    said = ledger.rows(again, rule="duplicate_submit", action="quarantined", note=note)
    twin = (unknown & ~resent).reindex(rows.index, fill_value=False)
    return rows.assign(twin=twin).drop(index=again.index), said
