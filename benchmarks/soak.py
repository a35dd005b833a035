"""Many small notebooks on two workers: does the machinery ever fail? `python benchmarks/soak.py [N]`.

Out: how many runs, faults of the machinery (a second attempt, no outcome, a wrong page), what is left behind;
     exit status 1 if there is any
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import tiny

from yiduiyi_analysis.publish import execute, jobs

META = {"synthetic": True, "as_of": "2022-03-31"}
CELLS = (
    "import numpy, pandas\nfrom IPython.display import Markdown\nassert 'left' not in globals()\nleft = 1",
    "table = pandas.DataFrame({'a': range(40)}).head(9)\ntable",
    "Markdown(f'第{number}号，{len(table)}行')",
)


def main(count: int) -> int:
    """Run `count` notebooks, print what came of them, and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        root = Path(folder, "house")
        ws = tiny.workspace(root, [], soak=tiny.notebook(*CELLS, parameters="number = '0'"))
        notebook, work = ws.notebooks / "soak.ipynb", Path(folder, "work")
        todo = [jobs.Job(f"soak{n}", notebook, "总报告", {"number": str(n)}) for n in range(count)]
        start, before = time.monotonic(), _waiting()
        outcomes = execute.run(todo, ws, work, META, formats=("html",), workers=2)
        seconds = time.monotonic() - start
        faults = Counter(fault for outcome in outcomes if (fault := _fault(outcome)))
        left = _waiting() - before
    print(f"{count} notebook runs on 2 workers in {seconds:.0f} s")
    print(f"{sum(faults.values())} faults, {left} processes left")
    for fault, times in faults.most_common():
        print(f"  {times} × {fault}")
    return int(bool(faults or left))


def _fault(outcome: execute.Outcome) -> str | None:
    """Return what the machinery did wrong to a run, if anything."""
    if not outcome.ok:
        return outcome.error
    if outcome.attempts != 1:
        return f"{outcome.attempts} attempts"
    number = outcome.job.parameters["number"]
    is_own = f"第{number}号" in outcome.documents["html"].read_text("utf-8")
    return None if is_own else "the page of another run"


def _waiting() -> int:
    return len(psutil.Process().children(recursive=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, nargs="?", default=500)
    sys.exit(main(parser.parse_args().count))
