"""The command library in Chinese: headings of the help, and what is wrong with a command as typed."""

from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

rich_utils.OPTIONS_PANEL_TITLE = "选项"
rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
rich_utils.COMMANDS_PANEL_TITLE = "命令"
rich_utils.DEFAULT_STRING = "[默认：{}]"
rich_utils.REQUIRED_LONG_STRING = "[必填]"


class _Help:
    """The one text of the help option that the library does not let be translated."""

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
    message = told.get(kind) or error.format_message().rstrip(".").replace("No such command", "没有命令")
    return f"错误：{message}。{hint}"
