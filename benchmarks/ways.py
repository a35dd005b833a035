"""Other ways to run the same notebooks, each in a process of its own: `runs.py` starts and measures them.

    python benchmarks/ways.py WAY JOBS OUT [WORKERS]

JOBS is a JSON list of what runs.py calls jobs, OUT a folder for what is made, WAY one of sequence (papermill
and nbconvert in one process), ploomber (ploomber-engine, in WORKERS processes) and floor (the cells and the
conversions of these notebooks in WORKERS warm processes, without notebooks).
"""

import ast
import json
import os
import sys
import time
from pathlib import Path

BLOCKED = "rfc3987_syntax"  # a grammar that takes 1.5 s to build and that no notebook needs


def sequence(jobs: list[dict], out: Path) -> None:
    """papermill and nbconvert, one notebook after the other."""
    import papermill
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(exclude_input=True)
    for job in jobs:
        executed = _place(out, job, ".ipynb")
        papermill.execute_notebook(
            job["notebook"], executed, job["parameters"], kernel_name="python3", progress_bar=False
        )
        executed.with_suffix(".html").write_text(exporter.from_filename(str(executed))[0], "utf-8")


def ploomber(jobs: list[dict], out: Path) -> None:
    """ploomber-engine, which runs a notebook inside its own process, and nbconvert."""
    from nbconvert import HTMLExporter
    from ploomber_engine import execute_notebook

    exporter = HTMLExporter(exclude_input=True)
    for job in jobs:
        executed = _place(out, job, ".ipynb")
        execute_notebook(
            job["notebook"],
            executed,
            parameters=job["parameters"],
            progress_bar=False,
            log_output=False,
            verbose=False,
        )
        executed.with_suffix(".html").write_text(exporter.from_filename(str(executed))[0], "utf-8")


def floor(jobs: list[dict], out: Path) -> None:
    """The cells' own work, a fresh namespace a report, and the conversion of what they show."""
    from IPython.core.formatters import DisplayFormatter

    from yiduiyi_analysis.publish import export

    shown = DisplayFormatter()
    for job in jobs:
        executed = _place(out, job, ".ipynb")
        executed.write_text(json.dumps(_executed(job, shown), ensure_ascii=False), "utf-8")
        page = export.Page(
            job["title"], job["county"], job["wave"], job["as_of"], job["synthetic"], job["key"]
        )
        folder = executed.with_suffix("")
        folder.mkdir()
        export.documents(executed, folder, page, ["html"])


def _executed(job: dict, shown) -> dict:
    """Return a notebook with what its cells show, run as plain code."""
    notebook = json.loads(Path(job["notebook"]).read_text("utf-8"))
    names: dict = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        displayed: list = []
        names["display"] = displayed.append
        value = _run("".join(cell["source"]), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(job["parameters"])
        displayed += [] if value is None else [value]
        cell["outputs"] = [_bundle(shown, one) for one in displayed]
        cell["execution_count"] = 1
    return notebook


def _run(source: str, names: dict):
    """Run a cell and return the value of its last expression, None where it ends otherwise."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None


def _bundle(shown, value) -> dict:
    data, metadata = shown.format(value)
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def _place(out: Path, job: dict, suffix: str) -> Path:
    path = out / f"{job['key']}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _warm(way) -> None:
    """Import what a way needs, before its workers are forked."""
    sys.modules[BLOCKED] = None
    if way is floor:
        import seaborn  # noqa: F401
        from IPython.core import formatters  # noqa: F401

        from yiduiyi_analysis.present import charts, display, results, tables, wording  # noqa: F401
        from yiduiyi_analysis.publish import export  # noqa: F401
    else:
        import nbconvert  # noqa: F401
        import ploomber_engine  # noqa: F401


def shared(way, jobs: list[dict], out: Path, workers: int) -> float:
    """Let forked workers share the jobs, each taking the next; return the seconds from when all is warm."""
    import multiprocessing

    _warm(way)
    begun, context = time.perf_counter(), multiprocessing.get_context("fork")
    waiting = context.SimpleQueue()
    for job in [*jobs, *[None] * workers]:
        waiting.put(job)
    people = [context.Process(target=_work, args=(way, waiting, out)) for _ in range(workers)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    if any(person.exitcode for person in people):
        raise SystemExit("a worker failed")
    return time.perf_counter() - begun


def _work(way, waiting, out: Path) -> None:
    while job := waiting.get():
        way([job], out)


def main(way: str, jobs: str, out: str, workers: str = "1") -> None:
    """Run one way and leave in OUT/warm the seconds that it took once all was imported."""
    todo, folder = json.loads(Path(jobs).read_text("utf-8")), Path(out)
    os.environ["PLOOMBER_STATS_ENABLED"] = "false"
    if way == "sequence":
        sequence(todo, folder)
    else:
        seconds = shared({"ploomber": ploomber, "floor": floor}[way], todo, folder, int(workers))
        (folder / "warm").write_text(f"{seconds}", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
