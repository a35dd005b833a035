"""One notebook in a process of its own: run, exported, checked; its verdict left in a file."""

import json
import os
import sys
import threading
import traceback
from pathlib import Path

from yiduiyi_analysis import workspace
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import check, execute, export, jobs, memory
from yiduiyi_analysis.workspace import ROOT_VARIABLE

MACHINERY = ("DeadKernelError", "NoSuchKernel", "ZMQError")


class Unfit(Exception):
    """The notebook ran, but what came of it may not be published."""


def main(folder: Path, orphaned: int | None = 0) -> None:
    """Render the task in `folder` and leave verdict.json: documents, or the error and whether to retry.

    In: orphaned: the file whose end tells that nobody waits any more, None if something else sees to that
    """
    if orphaned is not None:
        threading.Thread(target=_follow_parent, args=[orphaned], daemon=True).start()
    # nbformat pulls in a grammar that takes 1.5 s to build and that no notebook needs.
    sys.modules["rfc3987_syntax"] = None
    try:
        verdict = render(folder, json.loads((folder / "task.json").read_text("utf-8")))
    except Exception as error:
        traceback.print_exc()
        verdict = {"error": _line(error, folder), "retry": _is_machinery(error)}
    verdict["peak_mb"] = _peak()
    unfinished = folder / "verdict.tmp"
    unfinished.write_text(json.dumps(verdict, ensure_ascii=False), "utf-8")
    unfinished.replace(folder / "verdict.json")


def render(folder: Path, task: dict) -> dict:
    """Return the finished documents by format, and all that the audit reads, as file names in `folder`.

    Rule:   what a report may not say is read from its HTML, published or not
    Raises: Unfit if a document fails its checks; whatever running the notebook raises
    """
    job, meta, ws = jobs.Job(**task["job"]), task["meta"], workspace.find()
    page = export.Page(job.title, job.county, job.wave, meta["as_of"], meta["synthetic"], key=job.key)
    executed = folder / "executed.ipynb"
    notebook = run(Path(job.notebook), executed, job.parameters, task["cell_seconds"])
    try:
        made = _made(notebook, folder, page, {*task["formats"], "html"}, ws, job)
    except Exception:
        executed.write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")  # for whoever looks into it
        raise
    documents = {form: made[form].name for form in task["formats"]}
    read = [path.name for path in made.values()]
    return {"documents": documents, "read": read, "warnings": check.warnings(notebook)}


def _made(notebook: dict, folder: Path, page: export.Page, formats: set[str], ws, job) -> dict[str, Path]:
    """Return the finished documents of a notebook that ran.

    Raises: Unfit if it, or one of them, fails its checks
    """
    if faults := check.notebook(notebook):
        raise Unfit("；".join(faults))
    made = export.documents(notebook, folder, page, formats, ws, job)
    if faults := check.documents(made, page, notebook):
        raise Unfit("；".join(faults))
    return made


def run(source: Path, executed: Path, parameters: dict, cell_seconds: int) -> dict:
    """Run a notebook in a kernel of its own and return it with its outputs.

    Rule:   what papermill.execute_notebook does, but for writing the result, which takes a third of the time
            that all this takes: only a notebook with an error is left in `executed`
    Raises: papermill's error of the first cell that failed; what the machinery raises
    """
    from papermill.engines import papermill_engines
    from papermill.execute import raise_for_execution_errors, remove_error_markers
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from yiduiyi_analysis.publish.kernels import Kernel

    notebook = parameterize_notebook(load_notebook_node(str(source)), parameters, kernel_name="python3")
    done = papermill_engines.execute_notebook_with_engine(
        None,
        remove_error_markers(notebook),
        kernel_name="python3",
        kernel_manager_class=Kernel,
        shutdown_kernel="immediate",
        execution_timeout=cell_seconds,
        start_timeout=60,
        progress_bar=False,
        autosave_cell_every=0,
    )
    raise_for_execution_errors(done, str(executed))
    return done


def _peak() -> float | None:
    """Return how many MB the job held, None where the system does not tell.

    Rule: the more of two moments: with its kernel, as that ended; at the end, with what wrote its documents
    """
    if sys.platform != "linux":
        return None
    import resource

    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    kernels = sys.modules.get("yiduiyi_analysis.publish.kernels")
    held = [*(kernels.HELD if kernels else ()), memory.held(os.getpid()) + others]
    return round(max(held) / 1024, 1)


def _line(error: Exception, folder: Path) -> str:
    """Return the error on one line, without this machine's paths."""
    if name := getattr(error, "ename", None):
        text = f"第 {error.cell_index + 1} 个单元：{name}: {error.evalue}"
    elif type(error).__name__ == "CellTimeoutError":
        text = "有一个单元超过了时限"
    elif isinstance(error, Unfit):
        text = f"未通过检查：{error}"
    elif isinstance(error, Fault):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {error}"
    for path in (folder, os.environ.get(ROOT_VARIABLE, ""), Path.home()):
        if len(str(path)) > 1:
            text = text.replace(str(path), "…")
    text = " ".join(text.split())
    return text if len(text) <= 300 else f"{text[:299]}…"


def _is_machinery(error: Exception) -> bool:
    """Tell what the machinery broke from what the notebook did."""
    names = {kind.__name__ for kind in type(error).__mro__}
    silent = type(error) is RuntimeError and "Kernel" in str(error)
    return silent or not names.isdisjoint(MACHINERY)


def _follow_parent(orphaned: int) -> None:
    """End when the process that started this one is gone, since nobody would take the result."""
    os.read(orphaned, 1)
    execute.end_family(os.getpid())
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
