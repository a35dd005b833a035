"""A person's code → a pseudonym that joins tables, and that nobody turns back without this place's salt."""

import hashlib
import os
import secrets
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.clean.survey import written
from yiduiyi_analysis.workspace import Workspace

BYTES = 8


def salt(ws: Workspace) -> bytes:
    """Return the salt of a workspace; the first call makes it, readable by its owner only.

    Rule: it is never committed, nor copied to where results go: with it a list of codes could be tried
    """
    path: Path = ws.root / "data" / ".salt"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as new:
            new.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return bytes.fromhex(path.read_text("ascii").strip())


def veil(codes: pd.Series, key: bytes) -> pd.Series:
    """Return a pseudonym of 16 hexadecimal digits a code, NA where there is none.

    Rule: codes that differ only in width, case or spaces are one person's
    """
    plain = {code: written.key(code) for code in codes.dropna().unique()}
    veiled = {code: _keyed(text, key) for code, text in plain.items() if text}
    return codes.map(veiled).astype("string")


def _keyed(text: str, key: bytes) -> str:
    return hashlib.blake2b(text.encode(), key=key, digest_size=BYTES).hexdigest()
