"""Times and durations as platforms and Excel write them → datetimes and seconds."""

import pandas as pd

EXCEL_EPOCH = pd.Timestamp("1899-12-30")
LONGEST = 366 * 86400
USUAL = "%Y/%m/%d %H:%M:%S"
YEARS = (2000, 2099)
SERIALS = (36526, 73050)  # 2000-01-01 to 2099-12-31
_DATE = (
    r"^\s*(?P<year>20\d\d)\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s]*(?P<noon>上午|下午|AM|PM)?\s*(?P<hour>\d{1,2})\s*[::时]\s*(?P<minute>\d{1,2})分?"
    r"(?:\s*[::]?\s*(?P<second>\d{1,2})(?:\.\d+)?秒?)?)?\s*(?P<late>AM|PM)?\s*$"
)
_WORDED = (
    r"^\s*(?:(?P<day>\d+)天)?(?:(?P<hour>\d+)(?:小时|时))?"
    r"(?:(?P<minute>\d+)分钟?)?(?:(?P<second>\d+(?:\.\d+)?)秒)?\s*$"
)
_CLOCK = r"^\s*(?:(?P<hour>\d+):)?(?P<minute>\d{1,2}):(?P<second>\d{1,2}(?:\.\d+)?)\s*$"
_SECONDS = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}


def moments(texts: pd.Series) -> pd.Series:
    """Return datetimes to the second, NaT where a cell is none.

    In: 2021/4/26 19:55:09, 2021/4/26 19:50, 2026-06-16 08:00:00, 2021年4月26日 下午7:50, 44312.83
    """
    usual = pd.to_datetime(texts, format=USUAL, errors="coerce").astype("datetime64[s]")
    read = usual.dt.year.between(*YEARS)
    return usual if read.all() else usual.where(read, _unusual(texts[~read]))


def _unusual(texts: pd.Series) -> pd.Series:
    """Return datetimes of texts written in any way: slow, as each is taken apart."""
    parts = texts.str.extract(_DATE)
    afternoon = parts["noon"].isin(["下午", "PM"]) | parts["late"].eq("PM")
    morning = parts["noon"].isin(["上午", "AM"]) | parts["late"].eq("AM")
    clock = parts[["year", "month", "day", "hour", "minute", "second"]].astype(float)
    clock["hour"] += 12 * (afternoon & clock["hour"].lt(12)) - 12 * (morning & clock["hour"].eq(12))
    clock[["hour", "minute", "second"]] = clock[["hour", "minute", "second"]].fillna(0)
    written = pd.to_datetime(clock, errors="coerce")
    serial = pd.to_numeric(texts, errors="coerce")
    serial = serial.where(serial.between(*SERIALS))
    counted = (EXCEL_EPOCH + pd.to_timedelta(serial, unit="D")).dt.round("s")
    return written.fillna(counted).astype("datetime64[s]")


def seconds(texts: pd.Series) -> pd.Series:
    """Return durations in seconds, NaN where a cell is none: 49秒, 1分8秒, 1小时2分, 0:01:08, 68."""
    codes, distinct = pd.factorize(texts, use_na_sentinel=False)
    return pd.Series(_seconds(pd.Series(distinct)).to_numpy()[codes], texts.index)


def _seconds(texts: pd.Series) -> pd.Series:
    plain = pd.to_numeric(texts, errors="coerce")
    worded = _sum(texts.where(texts.str.strip() != "").str.extract(_WORDED))
    clock = _sum(texts.str.extract(_CLOCK))
    total = plain.fillna(worded).fillna(clock).astype(float)
    return total.where(total.between(0, LONGEST))


def _sum(parts: pd.DataFrame) -> pd.Series:
    factors = pd.Series(_SECONDS).reindex(parts.columns)
    return parts.astype(float).mul(factors, axis=1).sum(axis=1, min_count=1)
