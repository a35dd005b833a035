"""The example row of a template: set aside wherever it comes back, and told."""

from dataclasses import replace

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import Export

MARK = "示例"
_NOTE = "模板里的示例行，未计入；若已改成真实数据，请删去该行“示例”一列的字"


def aside(export: Export) -> Export:
    """Return a table without its example rows, each of them counted as set aside and told in its ledger.

    Rule: the first column headed 示例 marks them; it is no column of the table itself
    """
    if MARK not in export.headers:
        return export
    at = export.headers.index(MARK)
    headers = [*export.headers]
    headers[at] = ""
    marked = export.texts(at).str.strip().eq(MARK)
    rows = pd.DataFrame({"row": export.frame.index[marked]})
    said = ledger.rows(rows, file=export.file, sheet=export.sheet, rule="example_row", action="quarantined",
                       note=_NOTE)  # fmt: skip
    return replace(
        export,
        headers=headers,
        frame=export.frame[~marked],
        aside=sorted([*export.aside, *rows["row"]]),
        said=[*export.said, said] if len(said) else export.said,
    )
