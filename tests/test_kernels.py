"""Forked kernels: the notebook that comes out is an ordinary kernel's, and nothing is carried over."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest
import tiny
from jupyter_client.kernelspec import KernelSpecManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from yiduiyi_analysis.publish import forks, kernels

FORKED = pytest.mark.skipif(not forks.is_possible(), reason="this system cannot fork a warm kernel")
RICH = (
    "import sys, os, warnings\nprint('out'); print('err', file=sys.stderr)\nwarnings.warn('once')",
    "import pandas as pd\npd.DataFrame({'甲': [1, 2.5]})",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "import matplotlib\nmatplotlib.rcParams['backend'], matplotlib.rcParams['font.size'], plt.get_backend()",
    f"sorted(k for k in os.environ if k != {forks.ADDRESS!r})",
    "os.getcwd(), sys.argv[0], sys.path, __name__",
    "os.umask(0o22), open('/dev/stdin').read() if os.name == 'posix' else ''",
    "pd.get_option('display.max_rows'), sys.flags, sys.stdout.encoding",
    "import signal\nsignal.getsignal(signal.SIGTERM), signal.pthread_sigmask(signal.SIG_BLOCK, [])",
)
STATE = """import builtins, os, random, sys, threading, matplotlib, numpy, pandas
seen = [getattr(builtins, 'left', 0), os.environ.get('LEFT'), matplotlib.rcParams['font.size'],
        pandas.get_option('display.max_rows'), os.getcwd() == here,
        'left' in globals(), 'left' in sys.modules]
print(seen)"""
SOIL = """builtins.left = left = sys.modules['left'] = 1
os.environ['LEFT'] = '1'; os.chdir('/'); matplotlib.rcParams['font.size'] = 40
pandas.set_option('display.max_rows', 3); random.seed(1); numpy.random.seed(1)
threading.Thread(target=__import__('time').sleep, args=[30], daemon=True).start()
__import__('warnings').simplefilter('ignore')  # newer Pythons warn of what is done here on purpose
if os.fork() == 0: os._exit(3)"""
CHANCE = "import random, numpy, uuid\nprint(random.random(), numpy.random.rand(), uuid.uuid4())"


@pytest.fixture(scope="module")
def own():
    """Return a template of these tests, as a run has one."""
    template = forks.Own(dict(os.environ))
    yield template
    template.close()


@pytest.fixture
def warm(own, monkeypatch, tmp_path):
    """Let notebooks of this test run in forked kernels, and none be left when it is over."""
    monkeypatch.setenv(forks.ADDRESS, own.address())
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(kernels.WarmProvisioner, "said", False)
    yield own
    assert until(lambda: not psutil.Process(own.process.pid).children())
    assert [path.name for path in tmp_path.glob("k*")] == []


def until(condition, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def run(tmp_path, *cells: str, **options):
    source = tmp_path / "in.ipynb"
    source.write_text(json.dumps(tiny.notebook(*cells)), "utf-8")
    given = {"kernel_manager_class": kernels.Kernel, "shutdown_kernel": "immediate", "progress_bar": False}
    return papermill.execute_notebook(source, tmp_path / "out.ipynb", cwd=tmp_path, **given | options)


def said(notebook) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


def timeless(notebook) -> dict:
    """Return a notebook without times, and without the number of its process in names of files."""
    text = nbformat.writes(notebook)
    held = json.loads(re.sub(r"ipykernel_\d+", "ipykernel_", text))
    for part in (held, *held["cells"]):
        for times in ("papermill", "execution"):
            part["metadata"].pop(times, None)
    return held


@FORKED
def test_the_notebook_is_the_same_as_from_an_ordinary_kernel(warm, tmp_path, monkeypatch):
    forked = run(tmp_path, *RICH)
    monkeypatch.setenv(forks.ADDRESS, forks.OFF)
    ordinary = run(tmp_path, *RICH)
    assert timeless(forked) == timeless(ordinary)
    assert forked.metadata.kernelspec.name == "python3"


@FORKED
def test_nothing_that_a_notebook_does_is_seen_by_the_next(warm, tmp_path):
    here = f"here = {str(tmp_path)!r}"
    first = run(tmp_path, here, STATE, SOIL)
    second = run(tmp_path, here, STATE)
    assert said(first) == said(second) and "[0, None, 10.0, 60, True, False, False]" in said(second)


@FORKED
def test_no_two_kernels_draw_the_same_random_numbers(warm, tmp_path):
    first, second = (said(run(tmp_path, CHANCE)).split() for _ in range(2))
    assert all(a != b for a, b in zip(first, second, strict=True))


@FORKED
@pytest.mark.parametrize("cell", ["os._exit(7)", "os.kill(os.getpid(), 9)"])
def test_a_kernel_that_dies_stops_no_other(warm, tmp_path, cell):
    with pytest.raises((DeadKernelError, RuntimeError)):
        run(tmp_path, f"import os\n{cell}")
    assert said(run(tmp_path, "print('well')")) == "well\n"


@FORKED
def test_a_cell_past_its_time_is_ended(warm, tmp_path):
    with pytest.raises(CellTimeoutError):
        run(tmp_path, "import time\ntime.sleep(60)", execution_timeout=1)


@FORKED
def test_a_kernel_is_interrupted(warm, tmp_path):
    options = {"interrupt_on_timeout": True, "execution_timeout": 1}
    with pytest.raises(Exception, match="KeyboardInterrupt"):
        run(tmp_path, "import time\ntime.sleep(60)", **options)


@FORKED
def test_how_a_kernel_ended_and_what_it_held_is_known(warm, tmp_path):
    kernels.HELD.clear()
    run(tmp_path, "held = b'x' * 200_000_000")
    assert len(kernels.HELD) == 1 and kernels.HELD[0] > 190_000


@FORKED
def test_what_a_crash_says_is_kept(warm, tmp_path):
    log, place = tmp_path / "log.txt", tmp_path / "place.json"
    place.write_text(json.dumps({"transport": "ipc", "ip": "/no/such/folder/k", "key": ""}), "utf-8")
    with log.open("w") as out:
        request = forks.Request("kernel", ["-f", str(place)], dict(os.environ), str(tmp_path), 0o22)
        assert forks.fork(warm.address(), request, out.fileno(), out.fileno()).wait(60) == 1
    assert "Traceback" in log.read_text("utf-8")


@FORKED
@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHASHSEED", "MPLCONFIGDIR"])
def test_what_is_fixed_when_python_starts_needs_an_ordinary_kernel(warm, tmp_path, monkeypatch, caplog, name):
    monkeypatch.setenv(name, {"PYTHONHASHSEED": "7"}.get(name, str(tmp_path)))
    assert said(run(tmp_path, f"import os\nprint(os.environ[{name!r}] != '')")) == "True\n"
    assert kernels.WarmProvisioner.said and not psutil.Process(warm.process.pid).children()


def test_without_a_template_an_ordinary_kernel_runs_and_it_is_said_once(tmp_path, monkeypatch):
    heard = []
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv(forks.ADDRESS, str(tmp_path / "nothing"))
    monkeypatch.setattr(kernels.WarmProvisioner, "said", False)
    monkeypatch.setattr(forks, "is_possible", lambda: False)
    say = kernels.WarmProvisioner._say_once
    monkeypatch.setattr(
        kernels.WarmProvisioner,
        "_say_once",
        lambda self, why: (heard.append(kernels.WarmProvisioner.said), say(self, why)),
    )
    assert [said(run(tmp_path, "print(6 * 7)")) for _ in range(2)] == ["42\n", "42\n"]
    assert heard == [False, True]


@FORKED
def test_anybody_may_run_a_notebook_in_a_warm_kernel(tmp_path, near, monkeypatch):
    if "yiduiyi-warm" not in KernelSpecManager().find_kernel_specs():
        pytest.skip("the package is not installed with its kernel")
    monkeypatch.setenv("XDG_RUNTIME_DIR", near)
    monkeypatch.delenv(forks.ADDRESS, raising=False)
    (tmp_path / "in.ipynb").write_text(
        json.dumps(tiny.notebook("import sys\nprint('seaborn' in sys.modules)"))
    )
    command = [sys.executable, "-m", "papermill", "--kernel", "yiduiyi-warm", "in.ipynb", "out.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert said(nbformat.read(tmp_path / "out.ipynb", as_version=4)) == "True\n"
    (folder,) = Path(near).glob("yiduiyi-warm-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    for process in psutil.process_iter(["cmdline", "cwd"]):
        if "--anybody" in (process.info["cmdline"] or []) and process.info["cwd"] == str(folder):
            process.kill()
