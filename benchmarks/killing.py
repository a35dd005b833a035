"""Kill runs with -9 at random moments; each is followed by a run that must end as an undisturbed one does.

    python benchmarks/killing.py --times 50

A small workspace of the demo's seven counties, whose answers change before every run: one county's exports
come and go. After each kill what is published must be whole, and of before or of after; after the next run
the documents' bytes, the evidence's bytes and the manifest (without times) must be those of a run that
nobody disturbed.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from yiduiyi_analysis.cli import main; main()"]
COMING = "*平台使用月报_喜德县*"  # the exports that come and go
KEPT = ("*按文本*校长问卷（基线）*", "*平台使用月报*", "*经费*", COMING)
TIMES = {"run_id", "started_at", "finished_at", "seconds", "peak_mb", "attempts", "failed_at"}
CELL = "from yiduiyi_analysis.present import results\nprint(len(results.read({place}, wave).evidence))"


def main() -> None:
    """Run the undisturbed runs, then the disturbed ones, and print what came of each kind."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--times", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--formats", default="html,xlsx")
    given = options.parse_args()
    chance, killed, wrong = random.Random(given.seed), 0, []
    with tempfile.TemporaryDirectory(prefix="yiduiyi-killing-") as folder:
        root = Path(folder) / "workspace"
        aside = prepare(root)
        wanted, longest = undisturbed(root, aside, given.formats)
        for number in range(given.times):
            change(root, aside, number % 2 == 0)
            killed += kill(run(root, given.formats), chance.uniform(0, longest))
            found = faults(root, wanted, number % 2 == 0, given.formats)
            wrong += [f"{number}: {what}" for what in found]
            print(number, *(found or ["as undisturbed"]), flush=True)
    print(f"{given.times} runs of {longest:.1f} s undisturbed: {killed} killed, the others had ended before")
    print(
        "\n".join(wrong) or "every next run ended as an undisturbed one; what was published was always whole"
    )
    sys.exit(bool(wrong))


def undisturbed(root: Path, aside: Path, formats: str) -> tuple[dict[bool, dict], float]:
    """Return what stands with and without the exports that come and go, and how long the last run took."""
    wanted = {}
    for there in (True, False, True, False):  # the second of each starts from the other's reports
        change(root, aside, there)
        start = time.monotonic()
        assert run(root, formats).wait() == 0, "an undisturbed run failed"
        wanted[there] = standing(root)
    return wanted, time.monotonic() - start


def faults(root: Path, wanted: dict[bool, dict], there: bool, formats: str) -> list[str]:
    """Return what is wrong after a kill, and after the run that follows it."""
    found = []
    if standing(root, evidence=False) not in [{**one, "evidence": ""} for one in wanted.values()]:
        found.append("what was published after the kill is neither old nor new")
    status = run(root, formats).wait()
    if status or standing(root) != wanted[there]:
        found.append(f"the next run ended with {status}, or otherwise than an undisturbed one")
    if left := leftovers(root):
        found.append(f"left over: {left}")
    return found


def prepare(root: Path) -> Path:
    """Make the workspace with a few of the demo's exports, and return where the others wait."""
    for part in ("data/codebook", "data/source"):
        shutil.copytree(ROOT / part, root / part)
    subprocess.run([*COMMAND, "--root", root, "demo"], check=True, stdout=subprocess.DEVNULL)
    kept = {path for pattern in KEPT for path in (root / "data/demo").glob(pattern)}
    for path in (root / "data/demo").iterdir():
        if path not in kept:
            path.unlink()
    aside = root.parent / "aside"
    aside.mkdir()
    (root / "notebooks").mkdir()
    reports = []
    for each, place in (("programme", "None"), ("county", "county_code")):
        given = ["wave = 'W3'\n", *(["county_code = ''\n"] if each == "county" else [])]
        cells = [code(given, ["parameters"]), code([CELL.format(place=place)], [])]
        meta = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": meta, "cells": cells}
        (root / f"notebooks/{each}.ipynb").write_text(json.dumps(notebook), "utf-8")
        title = "{county}报告" if each == "county" else "总报告"
        wave = {"wave": "latest"}
        reports.append(
            {"name": each, "notebook": f"{each}.ipynb", "title": title, "each": each, "parameters": wave}
        )
    (root / "notebooks/reports.yml").write_text(json.dumps(reports, ensure_ascii=False), "utf-8")
    return aside


def code(source: list[str], tags: list[str]) -> dict:
    """Return a code cell."""
    made = {"cell_type": "code", "id": tags[0] if tags else "cell", "metadata": {"tags": tags}}
    return made | {"source": source, "outputs": [], "execution_count": None}


def change(root: Path, aside: Path, there: bool) -> None:
    """Let the exports that come and go be there, or not."""
    here, away = root / "data/demo", aside
    for path in (away if there else here).glob(COMING):
        path.rename((here if there else away) / path.name)


def run(root: Path, formats: str) -> subprocess.Popen:
    """Start a run of everything."""
    log = (root.parent / "log.txt").open("ab")
    return subprocess.Popen(
        [*COMMAND, "--root", str(root), "run", "--formats", formats], stdout=log, stderr=log
    )


def kill(child: subprocess.Popen, after: float) -> bool:
    """Kill a run after some seconds; tell whether it was still running."""
    try:
        child.wait(after)
        return False
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return True


def standing(root: Path, evidence: bool = True) -> dict:
    """Return what is published and the evidence, as far as it must be the same for the same answers."""
    current = root / "reports/current"
    manifest = json.loads((current / "manifest.json").read_text("utf-8"))
    for entry in (manifest, *manifest["reports"]):
        for name in TIMES:
            entry.pop(name, None)
    documents = {d["path"] for entry in manifest["reports"] for d in entry["documents"].values()}
    there = {path.relative_to(current).as_posix() for path in current.rglob("*") if path.is_file()}
    assert there == documents | {"manifest.json", "index.html"}, (
        "under current something is missing or too much"
    )
    made = {name: sha(current / name) for name in sorted(documents)}
    results = root / "data/results"
    parts = sorted(results.rglob("*.parquet")) if evidence else []
    found = json.dumps({path.relative_to(results).as_posix(): sha(path) for path in parts if path.is_file()})
    return {"manifest": manifest, "documents": made, "evidence": found if evidence else ""}


def sha(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def leftovers(root: Path) -> list[str]:
    """Return what no finished run leaves."""
    hidden = [*(root / "data").glob(".[cr]*-*"), *(root / "reports").glob(".current-*")]
    return [path.name for path in (*hidden, *(root / "reports/runs").glob("*/.running"))]


if __name__ == "__main__":
    main()
