"""How fast reports are run: this project beside a shell loop, other runners, and the figures alone.

    make bench                                  seven counties and the summary, every way
    python benchmarks/runs.py --counties 70     a fictitious data set of 70 counties
    python benchmarks/runs.py --counties 70 --ways ours-2,floor-2

The same notebooks (county_evaluation of each county, programme_summary) to HTML, in a workspace of its own:

    shell        papermill, then nbconvert --to html, one after the other, as a shell script would
    sequence     papermill and nbconvert in one Python process
    ploomber-2   ploomber-engine and nbconvert in two processes
    ours-N       yiduiyi report on N workers: with audit, checks, scan and publishing
    dask-N       the same on a dask cluster of N workers on this machine
    floor-N      the cells' work and the conversions of ours in N plain processes, no notebooks
    unchanged    yiduiyi run when nothing has changed, beside the import of pandas

Wall and processor seconds, peak memory (PSS of all processes, twice a second) and the ratio to `ours-2`.
With --sample K the ways that go one by one run K county reports and the summary; the rest is counted up from
these and marked *. Exit status 1 if a promise is not kept (PROMISES).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from costs import Cost, cost, environment

HERE = Path(__file__).parent
REPORTS = ("county_evaluation", "programme_summary")
WAYS = (
    "shell",
    "sequence",
    "ploomber-2",
    "ours-1",
    "ours-2",
    "dask-1",
    "dask-2",
    "floor-1",
    "floor-2",
    "unchanged",
)
ONE_BY_ONE = ("shell", "sequence")
PROMISES = {
    "shell": (5.0, 6.0),
    "floor": 1.25,
    "unchanged": 2.0,
}  # times slower at 7 and at 70; at most; seconds


class Bench:
    """The ways, on one workspace with evidence."""

    def __init__(self, root: Path, scratch: Path, sample: int | None):
        self.root, self.scratch, self.sample = root, scratch, sample
        self.jobs = _jobs(root)

    def cost(self, way: str) -> Cost:
        """Return what a way costs, from nothing published."""
        name, _, workers = way.partition("-")
        if name == "unchanged":
            return self._unchanged()
        shutil.rmtree(self.root / "reports", ignore_errors=True)
        out = Path(tempfile.mkdtemp(dir=self.scratch))
        jobs, factor = self._share(way)
        return getattr(self, f"_{name}")(jobs, out, workers).times(factor)

    def _share(self, way: str) -> tuple[list[dict], float]:
        """Return the jobs that a way runs, and by how much its cost is to be multiplied."""
        if way not in ONE_BY_ONE or not self.sample or self.sample + 1 >= len(self.jobs):
            return self.jobs, 1
        step = len(self.jobs) // self.sample
        chosen = [*self.jobs[1::step][: self.sample], self.jobs[0]]
        return chosen, len(self.jobs) / len(chosen)

    def _shell(self, jobs: list[dict], out: Path, _) -> Cost:
        lines = [line for job in jobs for line in _loop(job, out)]
        script = out / "loop.sh"
        script.write_text("set -e\n" + "\n".join(lines), "utf-8")
        return cost(["bash", str(script)], self.root)

    def _sequence(self, jobs: list[dict], out: Path, _) -> Cost:
        return self._way("sequence", jobs, out)

    def _ploomber(self, jobs: list[dict], out: Path, workers: str) -> Cost:
        return self._way("ploomber", jobs, out, workers)

    def _floor(self, jobs: list[dict], out: Path, workers: str) -> Cost:
        taken = self._way("floor", jobs, out, workers)
        return Cost(taken.wall, taken.cpu, taken.peak_mb, float((out / "warm").read_text("utf-8")))

    def _way(self, way: str, jobs: list[dict], out: Path, *more: str) -> Cost:
        todo = out / "jobs.json"
        todo.write_text(json.dumps(jobs, ensure_ascii=False), "utf-8")
        return cost([sys.executable, str(HERE / "ways.py"), way, str(todo), str(out), *more], self.root)

    def _ours(self, jobs: list[dict], out: Path, workers: str) -> Cost:
        return cost([*_report(), "--jobs", workers], self.root)

    def _dask(self, jobs: list[dict], out: Path, workers: str) -> Cost:
        return cost([*_report(), "--on", f"local:{workers}"], self.root)

    def _unchanged(self) -> Cost:
        """Run everything once, then measure the run that finds nothing to do."""
        command = ["yiduiyi", "run", "--formats", "html"]
        cost(command, self.root)
        return min((cost(command, self.root) for _ in range(3)), key=lambda taken: taken.wall)


def _report() -> list[str]:
    return ["yiduiyi", "report", "--formats", "html"]


def _loop(job: dict, out: Path) -> list[str]:
    """Return the two commands of a shell loop for one report."""
    executed = out / f"{job['key'].replace('/', '-')}.ipynb"
    given = " ".join(f"-r {name} {value}" for name, value in job["parameters"].items())
    return [
        f"papermill --no-progress-bar -k python3 {given} '{job['notebook']}' '{executed}'",
        f"jupyter nbconvert --to html --no-input --log-level ERROR '{executed}'",
    ]


def _jobs(root: Path) -> list[dict]:
    """Return what every way runs: the summary first, then a report a county."""
    from yiduiyi_analysis import codebook, workspace
    from yiduiyi_analysis.publish import jobs, manifest

    ws = workspace.find(root)
    meta = manifest.evidence_meta(ws)
    return [
        {
            "notebook": str(job.notebook),
            "parameters": job.parameters,
            "key": job.key,
            "title": job.title,
            "county": job.county,
            "wave": job.wave,
            "as_of": meta.get("latest", {}).get(job.county_code, meta["as_of"]),
            "synthetic": meta["synthetic"],
        }
        for job in jobs.plan(ws, codebook.load(ws.codebook), only=REPORTS)
    ]


def prepared(counties: int, scratch: Path) -> Path:
    """Return a workspace of so many counties with evidence: the real roster's seven, or fictitious ones."""
    root = scratch / f"counties-{counties}"
    if counties == 7:
        source = Path(__file__).parent.parent
        for part in ("data/codebook", "data/source", "notebooks"):
            shutil.copytree(source / part, root / part)
        shutil.copy(source / "requirements.lock", root)
        _yiduiyi(root, "demo")
    else:
        _yiduiyi(HERE.parent, "demo", "--counties", str(counties), "--out", str(root))
    _keep_compared(root / "notebooks" / "reports.yml")
    _yiduiyi(root, "run", "--formats", "html", "--only", REPORTS[-1])
    return root


def _keep_compared(reports: Path) -> None:
    """Let a workspace have no report but those that every way runs."""
    kept = [one for one in yaml.safe_load(reports.read_text("utf-8")) if one["name"] in REPORTS]
    reports.write_text(yaml.safe_dump(kept, allow_unicode=True), "utf-8")


def _yiduiyi(root: Path, *words: str) -> None:
    subprocess.run(["yiduiyi", *words], env=environment(root), check=True, stdout=subprocess.DEVNULL)


def told(costs: dict[str, Cost], jobs: int) -> str:
    """Return the table, each way beside `ours-2`."""
    lines = [
        f"{jobs} reports, 2 cores of {os.cpu_count()}" if os.cpu_count() != 2 else f"{jobs} reports, 2 cores",
        "| way | wall s | s a report | warm s | processor s | peak MB | wall × ours-2 | processor × ours-2 |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    ours = costs.get("ours-2")
    for way, taken in costs.items():
        beside = [f"{taken.wall / ours.wall:.2f}", f"{taken.cpu / ours.cpu:.2f}"] if ours else ["", ""]
        warm = f"{taken.warm:.1f}" if taken.warm else ""
        mark = "*" if taken.estimated else ""
        numbers = [
            f"{taken.wall:.1f}{mark}",
            f"{taken.wall / jobs:.2f}",
            warm,
            f"{taken.cpu:.1f}",
            f"{taken.peak_mb:.0f}",
        ]
        lines.append(f"| {' | '.join([way, *numbers, *beside])} |")
    return "\n".join(lines)


def broken(costs: dict[str, Cost], counties: int) -> list[str]:
    """Return which promises do not hold, a line each."""
    ours, found = costs.get("ours-2"), []
    if ours and "shell" in costs:
        least = PROMISES["shell"][counties >= 70]
        if costs["shell"].wall < least * ours.wall:
            found.append(
                f"the shell loop takes {costs['shell'].wall / ours.wall:.2f} times as long, not {least}"
            )
    for workers in "12":
        one, floor = costs.get(f"ours-{workers}"), costs.get(f"floor-{workers}")
        if one and floor and one.wall > PROMISES["floor"] * floor.wall:
            found.append(
                f"{workers} workers: {one.wall / floor.wall:.2f} times the floor, not {PROMISES['floor']}"
            )
    if (idle := costs.get("unchanged")) and idle.wall > PROMISES["unchanged"]:
        found.append(f"an unchanged run takes {idle.wall:.2f} s")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--counties", type=int, default=7)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--rounds", type=int, default=1, help="the quickest of so many counts")
    parser.add_argument("--sample", type=int)
    options = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory(prefix="yd-") as scratch:
        bench = Bench(prepared(options.counties, Path(scratch)), Path(scratch), options.sample)
        costs: dict[str, Cost] = {}
        for _ in range(options.rounds):
            for way in options.ways.split(","):
                taken = bench.cost(way)
                costs[way] = min(taken, costs.get(way, taken), key=lambda one: one.wall)
                print(f"{way}: {taken.wall:.1f} s", file=sys.stderr, flush=True)
    print(told(costs, len(bench.jobs)))
    for line in (faults := broken(costs, options.counties)):
        print(line, file=sys.stderr)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
