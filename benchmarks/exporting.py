"""What four documents of a county's report cost beside running its notebook, and how large they are.

    python benchmarks/exporting.py [--root FOLDER] [--county 昭觉] [--repeat 3]

Reads data/results of the project folder (run `yiduiyi demo` and `yiduiyi run` before). The notebook is run
once, in a kernel of its own as for a report, then exported and checked `--repeat` times; the quickest counts.
Processor time is that of all processes together. Exit status 1 if a promise is not kept: exporting, with the
checks, costs less than executing, on the wall and in processor time; the four documents stay under 3 MB.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.publish import check, export, jobs, manifest, render
from yiduiyi_analysis.publish.surroundings import environment

REPORT = "county_evaluation"
LARGEST = 3_000_000  # bytes


class Cost(NamedTuple):
    """Seconds on the wall, and of all processors."""

    wall: float
    cpu: float


def cost(work: Callable) -> tuple[Cost, object]:
    """Return what a piece of work cost, and what it returned."""
    wall, cpu = time.perf_counter(), _processor()
    made = work()
    return Cost(time.perf_counter() - wall, _processor() - cpu), made


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measured(
    ws: workspace.Workspace, job: jobs.Job, folder: Path, repeat: int
) -> tuple[Cost, Cost, Cost, dict]:
    """Return the cost of executing, of exporting and of checking, and the size of each document in bytes."""
    meta = manifest.evidence_meta(ws)
    page = export.Page(job.title, job.county, job.wave, meta["as_of"], meta["synthetic"], job.key)
    executed = folder / "executed.ipynb"
    run, notebook = cost(lambda: render.run(job.notebook, executed, job.parameters, 600))
    exported, checked = [], []
    for _ in range(repeat):
        taken, made = cost(lambda: export.documents(notebook, folder, page, ws=ws, job=job))
        exported.append(taken)
        taken, faults = cost(partial(check.documents, made, page, notebook))
        checked.append(taken)
        if faults:
            raise SystemExit("；".join(faults))
    return run, min(exported), min(checked), {form: path.stat().st_size for form, path in made.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--county", default="昭觉")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    ws = workspace.find(options.root)
    (job,) = jobs.plan(ws, codebook.load(ws.codebook), counties=[options.county], only=[REPORT])
    with tempfile.TemporaryDirectory(prefix="yd-") as scratch:
        os.environ.update(environment(ws, scratch))
        run, exported, checked, sizes = measured(ws, job, Path(scratch), options.repeat)
    both = Cost(exported.wall + checked.wall, exported.cpu + checked.cpu)
    print(f"{job.key}, {options.repeat} times{'wall':>14}{'processor':>12}")
    for name, taken in {"executing": run, "exporting": exported, "checking": checked}.items():
        print(f"{name:<30}{taken.wall:>10.2f} s{taken.cpu:>10.2f} s")
    ratios = f"{both.wall / run.wall:>10.2f} ×{both.cpu / run.cpu:>10.2f} ×"
    print(f"{'both, beside executing':<30}{ratios}")
    print("  ".join(f"{form} {size / 1000:.0f} KB" for form, size in sizes.items()), end="  ")
    print(f"together {sum(sizes.values()) / 1e6:.2f} MB of {LARGEST / 1e6:.0f}")
    return int(both.wall >= run.wall or both.cpu >= run.cpu or sum(sizes.values()) >= LARGEST)


if __name__ == "__main__":
    sys.exit(main())
