"""Finished documents → a complete set, which takes the place of reports/current in one step."""

import contextlib
import os
import shutil
from pathlib import Path

from yiduiyi_analysis import fingerprint
from yiduiyi_analysis.folders import new_folder_beside, swap_dir
from yiduiyi_analysis.publish.entries import Document, Entry


def place(entry: Entry, made: dict[str, Path] | None, published: Path, staged: Path) -> Entry:
    """Put an entry's documents into a new set, and return it with their sizes and checksums.

    In:   made: its documents by form if it was run now, else those published already are taken
    Rule: a hard link where the system has them, so that each set is complete in itself and costs no space
    """
    documents = {}
    for form, document in entry.documents.items():
        target = staged / document.path
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(made[form] if made else published / document.path, target)
        documents[form] = _weighed(document.path, target) if made else document
    return entry.model_copy(update={"documents": documents})


def switch(target: Path, staged: Path) -> None:
    """Let `target` be the new set in one step: a link where links exist, else a folder renamed into place."""
    link = target.with_name(f".{target.name}-{os.getpid()}")
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(os.path.relpath(staged, target.parent), target_is_directory=True)
        if target.is_dir() and not target.is_symlink():
            raise IsADirectoryError  # left by a system without links: stay with folders
        link.replace(target)
    except OSError:
        link.unlink(missing_ok=True)
        copy = new_folder_beside(target)
        shutil.copytree(staged, copy, dirs_exist_ok=True)
        swap_dir(copy, target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _weighed(path: str, document: Path) -> Document:
    """Return size and checksum of a document made now, once it lies on the disk."""
    with document.open("rb") as file, contextlib.suppress(OSError):  # a file system that cannot be asked
        os.fsync(file.fileno())
    return Document(path=path, sha256=fingerprint.of(document), bytes=document.stat().st_size)
