"""The commands about what people fill in: corrections, names of schools, templates."""

from pathlib import Path
from typing import Annotated

import typer

from yiduiyi_analysis.cli import place


def corrections(
    file: Annotated[
        Path | None, typer.Argument(help="填好“更正登记”的工作簿；不给则用 data/clean/ledger.xlsx")
    ] = None,
) -> int:
    """把工作簿里填好的更正记进 data/codebook/corrections.csv，下一次 clean 生效。"""
    from yiduiyi_analysis.clean import filled

    count = filled.take_in(place.workspace(), file)
    print(f"登记了 {count} 处更正；请运行 yiduiyi clean" if count else "没有新填的更正")
    return 0


def match(
    names: Annotated[Path, typer.Argument(help="含 county,name 两列的 CSV（UTF-8 或 GB18030）")],
    out: Annotated[Path, typer.Option("--out", help="写到哪里（CSV，UTF-8）")],
) -> int:
    """把学校名称对到名册：加上 status、school_id、school、candidates 四列，行数和次序不变。

    status：matched 已对上；review 拿不准，由人定（candidates 列出候选）；none 名册里没有。
    """
    from yiduiyi_analysis import codebook
    from yiduiyi_analysis.clean import namelist

    ws = place.workspace()
    book = codebook.load(ws.codebook)
    table = namelist.match(names, out, namelist.schools(ws, book), book)
    counts = table["status"].value_counts()
    told = "，".join(f"{status} {counts.get(status, 0)}" for status in ("matched", "review", "none"))
    print(f"{len(table)} 行：{told} → {out}")
    return 0


def template(
    instrument: Annotated[str, typer.Argument(help="工具编号，如 I07")],
    out: Annotated[Path | None, typer.Option("--out", help="写到哪里（.xlsx）；不给则写在当前文件夹")] = None,
    wave: Annotated[
        str | None, typer.Option("--wave", metavar="轮次", help="问卷用哪一轮的题目，如 W2；不给则用最后一轮")
    ] = None,
) -> int:
    """写出一个工具的 Excel 填报模板：带下拉、单位、说明和一行示例，填好放进 data/incoming 就能读。"""
    from yiduiyi_analysis import codebook
    from yiduiyi_analysis.clean import namelist, templates

    ws = place.workspace()
    book = codebook.load(ws.codebook)
    print(f"模板已写到 {templates.write(instrument, book, namelist.schools(ws, book), out, wave)}")
    return 0
