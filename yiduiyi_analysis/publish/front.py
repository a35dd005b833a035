"""The page from which every published report is reached, and which says what failed."""

from datetime import date
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.present import origin
from yiduiyi_analysis.publish.jobs import Job

MANY = 100  # counties, from which on a school page's other forms are reached from that page only
LONG = 20  # rows, from which on a list that few will read is folded
FORMS = {"html": "网页", "docx": "Word", "pdf": "PDF", "xlsx": "Excel"}
COLOURS = {"red": "须处理", "amber": "留意", "green": "良好", "none": "没有数据"}  # the gravest first


class Shown(NamedTuple):
    """A light as a reader sees it: a colour and its word, what was measured, and the figure."""

    label: str
    colour: str
    word: str
    figure: str
    whole: bool


def page(manifest, planned: list[Job], book: Codebook) -> str:
    """Return index.html: what failed, reports of the programme and of counties, lights, units, what went in.

    In:   manifest: of what is published; planned: every job of reports.yml
    Rule: complete without a script; the page's only one, its own, filters rows and tells their age
    """
    from yiduiyi_analysis.publish.export import ASSETS

    of_counties = [job for job in planned if job.county_code and not job.unit_id]
    counties = {job.county_code: job.county for job in planned if job.county_code}
    return _template(ASSETS).render(
        manifest=manifest,
        mark=origin.MARK if manifest.synthetic else None,
        notice=origin.notice("以下报告"),
        days=_days(manifest),
        failures=_alike(manifest.failures),
        entries={entry.key: entry for entry in manifest.reports},
        programme=[job for job in planned if not job.county_code],
        counties=counties,
        by_county={job.key: job for job in of_counties},
        columns=list(dict.fromkeys(job.name for job in of_counties)),
        units=_by_county([job for job in planned if job.unit_id]),
        brief=len(counties) >= MANY,
        lights=_lights(manifest, book),
        explained=[light for light in book.lights.values() if not light.whole],
        forms=FORMS,
        long=LONG,
        tools={tool.id: tool.title for tool in book.instruments.values()},
        waves={wave.id: wave.label for wave in book.waves.values()},
        style=(ASSETS / "page.css").read_text("utf-8"),
        script=(ASSETS / "index.js").read_text("utf-8"),
    )


def _template(folder: Path):
    """Return the page's template; what it names and is not given is a mistake, what it is given is text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"size": _size, "moment": _moment, "worst": worst, "until": origin.until}
    environment.tests["older"] = _is_older
    return environment.get_template("index.html.j2")


def worst(shown: list[Shown]) -> Shown:
    """Return the light that most needs a reader's eye, the first of those alike."""
    return min(shown, key=lambda light: list(COLOURS).index(light.colour))


def _lights(manifest, book: Codebook) -> dict[str, list[Shown]]:
    """Return the lights of each county, and of the programme as `all`, in the order of the codebook."""
    found: dict[str, list[Shown]] = {}
    for lamp in manifest.lights:
        light = book.lights[lamp.light]
        shown = Shown(light.label, lamp.state, COLOURS[lamp.state], _figure(lamp.value), light.whole)
        found.setdefault(lamp.county_code, []).append(shown)
    return found


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:.{0 if value >= 0.1 else 1}%}"


def _alike(failures: list) -> list[tuple[str, list]]:
    """Return failed reports by what went wrong, so that one cause is told once."""
    by_error = sorted(failures, key=lambda entry: entry.error)
    return [(error, list(entries)) for error, entries in groupby(by_error, key=lambda entry: entry.error)]


def _is_older(entry, manifest) -> bool:
    """Tell a report on older data than its place has today; where one has no day, on others."""
    today = manifest.latest.get(entry.county_code, manifest.as_of)
    if entry.as_of and today:
        return entry.as_of < today
    return entry.as_of != today


def _days(manifest) -> int | None:
    """Return how old the data were when the page was made, in days; None where they have no day."""
    if manifest.as_of is None:
        return None
    return (date.fromisoformat(manifest.finished_at[:10]) - date.fromisoformat(manifest.as_of[:10])).days


def _size(count: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{count / 1e6:.1f} MB" if count >= 999_500 else f"{max(round(count / 1e3), 1)} KB"


def _moment(written: str) -> str:
    """Return 2026-01-01T10:00:00+08:00 to the minute, as people write it."""
    return written[:16].replace("T", " ")


def _by_county(jobs: list[Job]) -> dict[str, list[Job]]:
    """Return jobs by the name of their county, in their order."""
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(job.county, []).append(job)
    return found
