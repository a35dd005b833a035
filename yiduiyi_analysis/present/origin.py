"""What every page, table and figure says of the data that it was made from."""

MARK = "合成数据"
UNKNOWN = "不详"


def notice(what: str = "本报告") -> str:
    """Return the sentence that stands beside the mark: what it is about, and what it is not good for."""
    return f"{what}由程序生成的模拟数据得出，只用于演示，不反映任何学校的真实情况。"


def until(as_of: str | None) -> str:
    """Return to which day the data go, as a reader is told; records without times leave it unknown."""
    return as_of or UNKNOWN
