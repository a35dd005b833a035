"""The command library in Chinese: headings of the help, and what is wrong with a command as typed."""

import errno
import re

from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

rich_utils.OPTIONS_PANEL_TITLE = "选项"
rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
rich_utils.COMMANDS_PANEL_TITLE = "命令"
rich_utils.DEFAULT_STRING = "[默认：{}]"
rich_utils.REQUIRED_LONG_STRING = "[必填]"

USAGE = {"Usage:": "用法：", "[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]..."}
MISTAKES = {
    r"No such command '(.*)'": r"没有命令 \1",
    r"Got unexpected extra argument(?:\(s\)|s)? \((.*)\)": r"多出参数 \1",
    r"Option '(.*)' requires an argument": r"选项 \1 后面缺少值",
    r"Input should be greater than or equal to (\S+)": r"至少是 \1",
    r"Input should be a valid integer.*": "应是整数",
}
TROUBLES = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "文件夹只读",
}

FULL = {errno.ENOSPC, errno.EDQUOT}


class _Help:
    """The texts of the help that the library does not let be translated."""

    def get_usage(self, ctx):
        return _worded(super().get_usage(ctx), {re.escape(old): new for old, new in USAGE.items()})

    def get_help_option(self, ctx):
        option = super().get_help_option(ctx)
        if option:
            option.help = "显示本帮助"
        return option


class Command(_Help, TyperCommand):
    """A command with Chinese help."""


class Group(_Help, TyperGroup):
    """A group of commands with Chinese help."""


def usage(error: Exception) -> str:
    """Return what is wrong with the command as typed."""
    kind, hint = type(error).__name__, "用 yiduiyi --help 看写法"
    if kind == "NoArgsIsHelpError":
        print(error.format_message())
        return ""
    name = getattr(getattr(error, "param", None), "opts", [""])[0]
    told = {
        "NoSuchOption": f"没有选项 {getattr(error, 'option_name', '')}",
        "MissingParameter": f"缺少 {name}",
        "BadParameter": f"{name} 的值不对：{error.message}" if hasattr(error, "message") else "",
    }
    message = _worded(told.get(kind) or error.format_message(), MISTAKES)
    return f"错误：{message.rstrip('.')}。{hint}"


def trouble(error: Exception) -> str:
    """Return what the system would not do, with the file; nothing for what is no common trouble."""
    kept = [error, error.__cause__, *error.args]  # a library may wrap what the system said
    error = next((one for one in kept if isinstance(one, OSError) and one.errno in TROUBLES), None)
    if error is None:
        return ""
    kind = TROUBLES[error.errno]
    where = f"（{error.filename}）" if error.filename else ""
    again = "请腾出空间" if error.errno in FULL else "请检查权限"
    return f"错误：{kind}{where}。已发布的报告没有变；{again}后再运行，会接着做完"


def _worded(text: str, words: dict[str, str]) -> str:
    for pattern, chinese in words.items():
        text = re.sub(pattern, chinese, text)
    return text
