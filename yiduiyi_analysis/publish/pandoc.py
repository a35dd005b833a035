"""The pandoc of this environment: run where a report's pictures lie, closed to other hosts."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pypandoc

from yiduiyi_analysis.errors import Fault

NOWHERE = "http://127.0.0.1:9"  # so that a picture from elsewhere is not fetched, but found out by the checks
LOST = re.compile(r"Could not fetch resource\s+(.+?)(?::\s|\s*$)", re.MULTILINE)
# Room for what it makes, so that it stops less often to clear up; a page costs it a third less.
ROOM = ("+RTS", "-A64m", "-RTS")
ELSEWHERE = re.compile(r"[a-z][a-z+.-]+://|//|data:", re.IGNORECASE)


@cache
def executable() -> Path:
    """Return the pandoc that comes with the environment, not one that this machine may have."""
    return Path(pypandoc.__file__).parent / "files" / ("pandoc.exe" if os.name == "nt" else "pandoc")


def run(source: Path, out: Path, *options: str) -> None:
    """Turn `source` into `out`, in the folder of `out`, where the pictures lie.

    In:     source: a notebook, or pandoc's own tree as .json
    Raises: Fault on a picture that is not there; RuntimeError with pandoc's own words
    """
    form = [] if source.suffix != ".json" else ["--from=json"]
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    done = subprocess.run(
        [executable(), source.resolve(), *form, *options, *ROOM, f"--output={out.name}"],
        cwd=out.parent,
        env={**os.environ, **closed, "no_proxy": "", "NO_PROXY": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise RuntimeError(f"pandoc: {done.stderr.strip()}")
    lost = [name for name in map(unquote, LOST.findall(done.stderr)) if not ELSEWHERE.match(name)]
    if lost:
        raise Fault(f"找不到图片“{'”“'.join(lost)}”", do="请放在笔记本旁边，按笔记本所在的文件夹写路径")
