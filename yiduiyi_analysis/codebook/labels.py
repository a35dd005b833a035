"""The Chinese words for what an indicator measures, what was done to a row, how grave it is, and for the
evidence's own codes."""

MEASURES = {
    "mean": "均值",
    "top2": "前两档比例",
    "low2": "后两档比例",
    "rate": "达标比例",
    "done": "完成比例",
    "stage": "所处阶段",
    "score": "得分",
    "total": "合计",
    "response": "应答率",
    "self_mean": "自评均值",
    "expert_mean": "专家评定均值",
    "self_ok": "自评达标比例",
    "expert_ok": "专家评定达标比例",
    "gap": "专家评定减自评",
}
KINDS = {
    "change": "的变化",
    "change_sd": "的变化，以基线标准差计",
    "change_process": "的变化，放到同类学校看",
}
CHANGES = {f"{name}_{kind}": label + said for name, label in MEASURES.items() for kind, said in KINDS.items()}
MEASURES |= CHANGES
ROSTER_FACTS = {
    "roster.schools": "学校数",
    "roster.teachers": "专任教师数",
    "roster.key_schools": "重点帮扶学校数",
    "roster.key_teachers": "重点帮扶学校专任教师数",
}
ACTIONS = {"review": "待人工核定", "quarantined": "已搁置", "kept": "保留并标记", "repaired": "已修复"}
SEVERITIES = {"error": "必须处理", "warning": "应当核对", "note": "备查"}

# The evidence's own words: columns, then what their codes mean.
COLUMNS = {
    "county_code": "地区",
    "indicator": "指标",
    "group": "组别",
    "wave": "轮次",
    "value": "数值",
    "lo": "下限",
    "hi": "上限",
    "n": "n",
    "N": "N",
    "unit": "单位",
    "status": "状态",
    "method": "方法",
}
WHOLE = "全部"
GROUPS = {"all": WHOLE, "key": "重点帮扶学校", "other": "其余学校", "given": "各项条件都有的学生"}
UNITS = {
    "rate": "比例",
    "points": "分",
    "count": "个数",
    "gap": "分差",
    "rate_points": "百分点",
    "sd": "标准差",
    "score": "百分制得分",
    "score_points": "得分之差",
    "r": "系数",
    "stage": "阶段",
    "hours": "学时",
    "yuan": "元",
    "minutes": "分钟",
}
STATUSES = {
    "ok": "有区间",
    "full": "全员作答",
    "count": "计数",
    "no_interval": "没有区间",
    "no_data": "没有数据",
    "suppressed": "不公布（人数不足）",
    "suppressed_secondary": "不公布（可由相减推出）",
}
DESIGNS = {
    "finite": "教师，有限总体",
    "school": "以学校为单元",
    "class": "以班级为抽样单元",
    "lesson": "以被评教师为单元",
    "process": "以学校为抽样单元的过程区间",
    "records": "台账",
    "classical": "测验",
}
WAYS = {
    "taylor": "泰勒线性化区间",
    "logit": "比例的 logit 区间",
    "korn-graubard": "比例的 Korn–Graubard 区间",
    "change": "两轮之差的区间",
    "full": "全员作答，没有抽样误差",
    "one-psu": "只有一个单元，没有区间",
    "all-equal": "答案都相同，没有区间",
    "item-skipped": "都交了答卷但有人漏答此题，没有区间",
    "count": "记录数",
    "total": "填报数的合计",
    "ratio": "两列之和相除",
    "reach": "到达的人数或校数占名册",
    "per": "合计按名册平均",
    "share": "占记录数之比",
    "mean": "均值",
    "icc": "评分者一致性（ICC）",
    "kr20": "信度（KR-20）",
    "linked": "锚题等值",
}
METHODS = {"none": "没有", "count": "计数", "roster": "名册"}
PARTIAL = "只含有数的县"
