"""What the figures of a county and of the programme cost: bytes as PNG and as SVG, seconds, a line a figure.

    python benchmarks/figures.py [--county 513431] [--wave W3] [--root WORKSPACE] [--keep FOLDER]

Draws every cell of notebooks/county_evaluation.ipynb and notebooks/programme_summary.ipynb that begins with
`charts.` on the evidence of a workspace (after `yiduiyi demo` and `yiduiyi run`). The first figure of a
process pays for loading fonts too. Exit status 1 if the PNGs of the county are more than 0.62 MB in sum.
"""

import argparse
import io
import json
import sys
import time
from pathlib import Path

import matplotlib as mpl

from yiduiyi_analysis.present import charts, results, style

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LIMIT = 0.62e6


def cells(notebook: str) -> list[str]:
    """Return the sources of the cells that draw a figure, in their order."""
    found = json.loads((NOTEBOOKS / notebook).read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]
    return [source for source in sources if source.startswith("charts.")]


def svg(figure) -> tuple[int, float]:
    """Return the bytes and seconds of a figure as SVG, letters as paths."""
    start, held = time.process_time(), io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "figures"}):
        figure.savefig(held, format="svg", metadata={"Date": None})
    return len(held.getvalue()), time.process_time() - start


def measured(notebook: str, report: results.Results, keep: Path | None) -> int:
    """Print a line a figure and their sums; return the bytes of all PNGs."""
    totals = [0, 0, 0.0, 0.0]
    for number, source in enumerate(cells(notebook), 1):
        start = time.process_time()
        chart = eval(source, {"charts": charts, "report": report})
        spent = time.process_time() - start
        if not isinstance(chart, charts.Chart):
            continue
        row = [len(chart.png), svg(chart.figure)[0], spent, svg(chart.figure)[1]]
        totals = [a + b for a, b in zip(totals, row, strict=True)]
        print("{:8,} PNG {:8,} SVG {:6.2f} s {:6.2f} s ".format(*row), chart.title)
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{notebook.removesuffix('.ipynb')}_{number:02}.png").write_bytes(chart.png)
    print("{:8,} PNG {:8,} SVG {:6.2f} s {:6.2f} s ".format(*totals), notebook)
    return totals[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, default in (("county", "513431"), ("wave", "W3"), ("root", None), ("keep", None)):
        parser.add_argument(f"--{name}", default=default)
    given = parser.parse_args()
    style.use()
    keep = Path(given.keep) if given.keep else None
    one = results.read(given.county, given.wave, root=given.root)
    size = measured("county_evaluation.ipynb", one, keep)
    measured("programme_summary.ipynb", results.read(wave=given.wave, root=given.root), keep)
    return int(size > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
