"""Diagnoses → ratings, a row a response and task."""

import pandas as pd

from yiduiyi_analysis.codebook import Codebook

RATINGS = {
    "county_code": "string",
    "school_id": "string",
    "wave": "string",
    "rater": "string",
    "rater_no": "string",
    "task_id": "string",
    "level": "Int64",
    "missing": "string",
    "response_id": "string",
}


def table(answers: pd.DataFrame, responses: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return the levels that schools and experts gave, a row a response and task, columns RATINGS."""
    rated = [tool for tool in book.instruments.values() if any(item.role == "rater" for item in tool.items)]
    tasks = [item.id for tool in rated for item in tool.items if item.kind == "scale"]
    given = answers[answers["item_id"].isin(tasks)].drop(columns=["county_code", "school_id", "wave"])
    who = responses[["response_id", "county_code", "school_id", "wave", "rater", "rater_no"]]
    table = given.merge(who, on="response_id", how="inner").rename(
        columns={"item_id": "task_id", "value": "level"}
    )
    return table.reindex(columns=list(RATINGS)).astype(RATINGS)
