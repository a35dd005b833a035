"""The Chinese names of the cleaning rules, flags and actions that ledgers and counts carry."""

import pandas as pd

ACTIONS = {"repaired": "已修复", "quarantined": "已搁置", "kept": "保留并标记", "review": "待人工核定"}
RULES = {
    "late": "在窗口之外提交",
    "speeder": "作答过快",
    "straight_line": "各题同一答案",
    "failed_check": "注意力检查题答错",
    "over_roster": "作答人数超过名册",
    "maybe_duplicate": "疑似重复提交",
    "duplicate_export": "同一答卷重复导出",
    "duplicate_id": "答卷编号重复",
    "duplicate_submit": "短时间内重复提交",
    "school_review": "校名不能确定",
    "school_none": "校名不在名册",
    "school_blank": "没有填校名",
    "school_repeated": "学校重复",
    "rater_unknown": "分不清自评与专家",
    "county_unknown": "县名不能识别",
    "county_blank": "没有填县名",
    "county_differs": "县名与校名不符",
    "county_repeated": "县名重复",
    "county_code": "县代码不符",
    "record_unreadable": "记录不能读",
    "record_repeated": "记录重复",
    "record_conflict": "同一任务的记录互相矛盾",
    "covered_by_unsure": "覆盖学校不能确定",
    "value_unknown": "答案不在选项之内",
    "time_unreadable": "时间不能读",
    "mode_contradicted": "导出方式与内容不符",
    "wave_doubt": "轮次有疑问",
    "item_missing": "表中缺少应有的题目",
    "item_unplanned": "本轮不应有的题目",
    "column_unknown": "不认识的列",
    "column_repeated": "列重复",
    "sheet_ignored": "不读的工作表",
    "sheet_empty": "空工作表",
    "header_repeated": "表头重复",
    "merged_cell": "合并单元格",
    "row_width": "单元格数与表头不符",
    "row_unreadable": "行不能读",
    "row_shifted": "整行错位",
    "heading_repeated": "换页重印的表头",
    "spacing": "空白与全半角",
    "cell_split": "单元格断行",
    "cell_unreadable": "单元格不能读",
    "label_split": "标签断行",
    "label_position": "类别标签错位",
    "name_without_county": "校名缺县名",
    "name_without_school": "校名缺“学校”字样",
    "helpers_missing": "帮扶单位缺失",
    "helpers_split": "帮扶单位断行",
    "teachers_blank": "缺教师人数",
    "count_missing": "印数缺失",
    "count_differs": "印数与表内不符",
    "id_assigned": "补编学校编号",
}


def names(rules: pd.Series) -> pd.Series:
    """Return the Chinese name of each rule; an unknown one stays as it is."""
    return rules.map(RULES).fillna(rules)


def actions(actions: pd.Series) -> pd.Series:
    """Return the Chinese name of each action; an unknown one stays as it is."""
    return actions.map(ACTIONS).fillna(actions)
