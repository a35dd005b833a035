"""What a job's process starts from: its environment, and the template that it is forked from."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from yiduiyi_analysis.folders import ROOT_VARIABLE, Workspace
from yiduiyi_analysis.publish import forks
from yiduiyi_analysis.publish.formats import FORMATS


def environment(ws: Workspace, scratch: str, fonts: Path | None = None) -> dict[str, str]:
    """Return the environment of one job: this workspace, one thread, nobody's own Jupyter settings.

    In: fonts: where the list of fonts is kept, in the workspace if not given
    """
    # Without bytecode every process compiles everything it imports: twice the time.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    fonts = fonts or ws.root / ".yiduiyi" / "matplotlib"  # shared, so that the font list is built once
    fonts.mkdir(parents=True, exist_ok=True)
    return {
        "MPLCONFIGDIR": str(fonts),
        **inherited,
        **forks.ONE_THREAD,
        ROOT_VARIABLE: str(ws.root),
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",  # else a python3 kernel of the user's own comes first
        "JUPYTER_RUNTIME_DIR": scratch,
        "IPYTHONDIR": scratch,
    }


@contextlib.contextmanager
def warmed(ws: Workspace, formats: Iterable[str] = FORMATS) -> Iterator[forks.Own | None]:
    """Yield a template for the jobs of a workspace while it still imports, and end it afterwards.

    Rule: begun before all else, it imports on one core while this process plans and audits on another
    """
    template = warm(environment(ws, str(ws.root / ".yiduiyi")), formats)
    try:
        yield template
    finally:
        if template:
            template.close()


def warm(given: dict[str, str], formats: Iterable[str] = FORMATS) -> forks.Own | None:
    """Return the template that jobs are forked from, its imports begun; None where there can be none."""
    if not forks.is_possible() or os.environ.get(forks.ADDRESS) == forks.OFF:
        return None
    template = forks.Own(given, formats)
    with contextlib.suppress(forks.Unavailable):
        template.begin()
    return template
