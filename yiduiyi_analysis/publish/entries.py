"""What is published: its documents, reports and lights, as manifest.json holds them."""

from typing import Any, Literal

from pydantic import BaseModel


class Document(BaseModel):
    """One finished file; `path` is below the manifest's folder."""

    path: str
    sha256: str
    bytes: int


class Entry(BaseModel):
    """One report: ok, kept (its latest run failed, the last good one is shown) or failed (none to show).

    All but `status`, `error` and `failed_at` tells of the run that made the documents, where there are any.
    """

    key: str
    name: str
    title: str
    county_code: str | None
    county: str | None
    wave: str | None
    unit_id: str | None = None
    parameters: dict[str, Any]
    status: Literal["ok", "kept", "failed"]
    error: str | None
    failed_at: str | None
    run_id: str
    as_of: str | None  # None where the data have no times
    seconds: float
    attempts: int
    finished_at: str
    documents: dict[str, Document]


class Lamp(BaseModel):
    """What a light of the codebook shows for a county, or for the programme (`all`)."""

    county_code: str
    light: str
    wave: str
    value: float | None
    state: Literal["green", "amber", "red", "none"]


class Manifest(BaseModel):
    """What reports/current holds."""

    schema_version: Literal[1] = 1
    run_id: str
    finished_at: str
    as_of: str | None  # None where the data have no times
    synthetic: bool
    versions: dict[str, str]
    inputs: list[dict[str, Any]]
    lights: list[Lamp] = []  # a manifest of an older run has none
    reports: list[Entry]

    @property
    def failures(self) -> list[Entry]:
        return [entry for entry in self.reports if entry.status != "ok"]
