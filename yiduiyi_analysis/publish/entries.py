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
    # What follows a manifest of an older run has not.
    notebook: str = ""
    fingerprint: str = ""  # of all that the documents were made from
    parts: dict[str, str] = {}  # the same by part: data, notebook, parameters, code, codebook, environment
    peak_mb: float | None = None
    warnings: list[str] = []
    protected: int | None = None  # figures of its place that are hidden to protect persons


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
    inputs: list[dict[str, Any]]  # a row a table read: file, rows, sha256
    reports: list[Entry]
    # What follows a manifest of an older run has not.
    lights: list[Lamp] = []
    started_at: str = ""
    latest: dict[str, str | None] = {}  # to which day each county's own data go
    lock_sha256: str | None = None  # of requirements.lock; None where installed without it
    plan: str = ""  # fingerprint of what decides which reports there are
    planned: int = 0  # how many there should be

    @property
    def failures(self) -> list[Entry]:
        return [entry for entry in self.reports if entry.status != "ok"]
