"""Where a command works."""


def workspace():
    """Return the workspace of this command; what finds it is loaded here, so that help comes at once."""
    from yiduiyi_analysis import folders

    return folders.find()
