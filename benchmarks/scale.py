"""How cleaning, analysis, audit and the search for secrets grow with the number of counties.

    python benchmarks/scale.py [--counties 7 70 700] [--seed 1] [--keep FOLDER]

For each number a fictitious country is written, and each step runs over it in a process of its own. Printed
are processor seconds a county, and the memory a county at its peak beyond what an empty process with the
same imports takes; beside each the ratio to the number of counties before. Exit status 1 where the last step
up (70 to 700) costs a county more than `MOST` times as much. Seven hundred counties take about an hour; with
--keep the countries stay, and are not written again.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from yiduiyi_analysis import codebook
from yiduiyi_analysis.analyse import audit
from yiduiyi_analysis.analyse import pipeline as analyse
from yiduiyi_analysis.clean import pipeline as clean
from yiduiyi_analysis.demo import nation
from yiduiyi_analysis.publish import scan
from yiduiyi_analysis.workspace import Workspace

ROOT = Path(__file__).parents[1]
COUNTIES, MOST = [7, 70, 700], 1.1
STEPS = {
    "clean": clean.run,
    "analyse": analyse.run,
    "audit": audit.run,
    "scan": lambda ws: scan.secrets(ws, codebook.load(ws.codebook)),
}


def measure(step: str, root: Path) -> None:
    """Print the processor seconds of one step, and MiB before it and at its peak."""
    before, start = _peak(), time.process_time()
    STEPS[step](Workspace(root))
    print(json.dumps([time.process_time() - start, before, _peak()]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def apart(step: str, root: Path, counties: int) -> dict[str, float]:
    """Return what one step takes in a process of its own: seconds and MiB a county, MiB in all."""
    command = [sys.executable, __file__, "--measure", step, str(root)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, before, peak = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": seconds / counties, "memory": (peak - before) / counties, "peak": peak}


def country(counties: int, seed: int, folder: Path) -> Path:
    """Return a country of so many counties below `folder`, written where it is not there yet."""
    root = folder / str(counties)
    if not (root / "data" / "demo").exists():
        nation.write(Workspace(ROOT), counties, root, seed)
    return root


def shown(counties: int, step: str, now: dict[str, float], last: dict[str, float] | None) -> str:
    """Return one line: what a county costs, and how much more than among fewer."""
    more = {
        name: f" ×{now[name] / last[name]:.2f}" if last and last[name] else ""
        for name in ("seconds", "memory")
    }
    return (
        f"{counties:>5} counties  {step:<8} {now['seconds']:7.3f} s a county{more['seconds']:<7}"
        f" {now['memory']:7.2f} MiB a county{more['memory']:<7} {now['peak']:7.0f} MiB in all"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--counties", type=int, nargs="+", default=COUNTIES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--measure", nargs=2, metavar=("STEP", "ROOT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure(options.measure[0], Path(options.measure[1]))
    last, kept = {}, True
    with tempfile.TemporaryDirectory() as made:
        for counties in options.counties:
            root = country(counties, options.seed, options.keep or Path(made))
            for step in STEPS:
                now = apart(step, root, counties)
                print(shown(counties, step, now, last.get(step)), flush=True)
                if step in last and counties == options.counties[-1]:
                    kept &= all(now[name] <= MOST * last[step][name] for name in ("seconds", "memory"))
                last[step] = now
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
