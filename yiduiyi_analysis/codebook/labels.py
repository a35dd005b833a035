"""The Chinese words for what an indicator measures, what was done to a row, and how grave it is."""

MEASURES = {
    "mean": "均值",
    "top2": "前两档比例",
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
