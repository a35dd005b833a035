"""The page from which every published report is reached, and which says what failed."""

from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.publish.jobs import Job


def page(manifest, planned: list[Job], book: Codebook) -> str:
    """Return index.html: reports of the programme, counties × reports, units, what failed, what went in.

    In: manifest: of what is published; planned: every job of reports.yml
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from yiduiyi_analysis.publish.export import ASSETS, MARK

    of_counties = [job for job in planned if job.county_code and not job.unit_id]
    environment = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("index.html.j2").render(
        manifest=manifest,
        mark=MARK if manifest.synthetic else None,
        entries={entry.key: entry for entry in manifest.reports},
        programme=[job for job in planned if not job.county_code],
        counties={job.county_code: job.county for job in planned if job.county_code},
        by_county={job.key: job for job in of_counties},
        units=_by_county([job for job in planned if job.unit_id]),
        tools={tool.id: tool.title for tool in book.instruments.values()},
        waves={wave.id: wave.label for wave in book.waves.values()},
        columns=list(dict.fromkeys(job.name for job in of_counties)),
        style=(ASSETS / "page.css").read_text("utf-8"),
    )


def _by_county(jobs: list[Job]) -> dict[str, list[Job]]:
    """Return jobs by the name of their county, in their order."""
    names = dict.fromkeys(job.county for job in jobs)
    return {name: [job for job in jobs if job.county == name] for name in names}
