import stat

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from yiduiyi_analysis.clean import pseudonyms
from yiduiyi_analysis.workspace import Workspace

KEY = bytes(range(32))


def veil(*codes, key=KEY) -> list:
    return pseudonyms.veil(pd.Series(codes, dtype="string"), key).tolist()


def test_the_salt_is_made_once_and_only_its_owner_reads_it(tmp_path):
    ws = Workspace(tmp_path)
    first = pseudonyms.salt(ws)
    assert pseudonyms.salt(ws) == first and len(first) == 32
    assert stat.S_IMODE((tmp_path / "data" / ".salt").stat().st_mode) == 0o600
    assert pseudonyms.salt(Workspace(tmp_path / "elsewhere")) != first


def test_git_never_sees_the_salt():
    from forms_made import ROOT

    assert "/data/.salt" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


@given(st.text("ABCDEFGH23456789", min_size=4, max_size=8))
def test_width_case_and_spaces_make_no_other_person(code):
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    one = veil(code, code.lower(), wide, f" {code[:2]} {code[2:]} ")
    assert len(set(one)) == 1 and len(one[0]) == 16 and code not in one[0]


def test_another_place_gives_another_pseudonym_and_no_code_gives_none():
    assert veil("T8K2Q") != veil("T8K2Q", key=bytes(32))
    assert veil("T8K2Q") != veil("T8K2R")
    assert all(pd.isna(one) for one in veil(None, " "))
