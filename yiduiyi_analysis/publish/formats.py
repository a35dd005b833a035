"""The forms in which a report is published."""

from yiduiyi_analysis.errors import Fault

FORMATS = ("html", "docx", "pdf", "xlsx")


def chosen(written: str | None) -> tuple[str, ...]:
    """Return the formats that a person asked for, in the order of FORMATS; all if nothing was asked.

    In:     names of formats with commas between them, in any case
    Raises: Fault on a name that is none, with those that are
    """
    if written is None:
        return FORMATS
    names = {name.strip().lower() for name in written.replace("，", ",").replace("、", ",").split(",")}
    if unknown := sorted(names - set(FORMATS)):
        raise Fault(f"没有“{'、'.join(unknown)}”这种格式", do=f"可用：{','.join(FORMATS)}")
    return tuple(form for form in FORMATS if form in names)
