"""Where a command works."""


def workspace():
    """Return the workspace of this command; its libraries are loaded here, so that help comes at once."""
    from yiduiyi_analysis import workspace

    return workspace.find()
