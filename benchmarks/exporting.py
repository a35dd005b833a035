"""What four documents of a county's report cost beside running its notebook, and how large they are.

    python benchmarks/exporting.py [--root FOLDER] [--county 昭觉] [--repeat 3]

Reads data/results of the project folder (run `yiduiyi demo` and `yiduiyi run` before). The notebook is run
`--repeat` times in a kernel forked as for a report, and exported and checked as often; the quickest counts.
Processor time is that of all processes together, the template's forks included, its imports not. Exit status
1 if a promise is not kept: exporting costs less than executing, on the wall and in processor time; the four
documents stay under 3 MB. What the checks add is printed too.
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

import psutil

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.publish import check, export, forks, jobs, manifest, render
from yiduiyi_analysis.publish.surroundings import environment, warmed

REPORT = "county_evaluation"
LARGEST = 3_000_000  # bytes


class Cost(NamedTuple):
    """Seconds on the wall, and of all processors."""

    wall: float
    cpu: float


def cost(work: Callable, template: psutil.Process | None = None) -> tuple[Cost, object]:
    """Return what a piece of work cost, and what it returned; `template`: what its kernel is forked from."""
    wall, cpu = time.perf_counter(), _processor(template)
    made = work()
    wall = time.perf_counter() - wall
    time.sleep(0.3 if template else 0)  # its kernel's time is known once the template has seen it end
    return Cost(wall, _processor(template) - cpu), made


def _processor(template: psutil.Process | None) -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    forked = sum(template.cpu_times()[:4]) if template else 0
    return sum(one.ru_utime + one.ru_stime for one in used) + forked


def measured(
    ws: workspace.Workspace, job: jobs.Job, folder: Path, repeat: int
) -> tuple[Cost, Cost, Cost, dict]:
    """Return the cost of executing, of exporting and of checking, and the size of each document in bytes."""
    meta = manifest.evidence_meta(ws)
    page = export.Page(job.title, job.county, job.wave, meta["as_of"], meta["synthetic"], job.key)
    ran, notebook = _executed(ws, job, folder / "executed.ipynb", repeat)
    exported, checked = [], []
    for _ in range(repeat):
        taken, made = cost(lambda: export.documents(notebook, folder, page, ws=ws, job=job))
        exported.append(taken)
        taken, faults = cost(partial(check.documents, made, page, notebook))
        checked.append(taken)
        if faults:
            raise SystemExit("；".join(faults))
    return min(ran), min(exported), min(checked), {form: path.stat().st_size for form, path in made.items()}


def _executed(ws: workspace.Workspace, job: jobs.Job, out: Path, repeat: int) -> tuple[list[Cost], dict]:
    """Return what each run of the notebook cost, and the executed notebook; the first one, which waits for
    the template's imports, is not counted."""
    with warmed(ws) as template:
        os.environ[forks.ADDRESS] = template.address()
        parent = psutil.Process(template.process.pid)
        run = partial(render.run, job.notebook, out, job.parameters, 600)
        run()
        taken = [cost(run, parent) for _ in range(repeat)]
    os.environ[forks.ADDRESS] = forks.OFF
    return [one for one, _ in taken], taken[-1][1]


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
    for name, taken in {"exporting": exported, "with the checks": both}.items():
        ratios = f"{taken.wall / run.wall:>10.2f} ×{taken.cpu / run.cpu:>10.2f} ×"
        print(f"{f'{name}, beside executing':<30}{ratios}")
    print("  ".join(f"{form} {size / 1000:.0f} KB" for form, size in sizes.items()), end="  ")
    print(f"together {sum(sizes.values()) / 1e6:.2f} MB of {LARGEST / 1e6:.0f}")
    return int(exported.wall >= run.wall or exported.cpu >= run.cpu or sum(sizes.values()) >= LARGEST)


if __name__ == "__main__":
    sys.exit(main())
