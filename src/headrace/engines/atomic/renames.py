"""Renames that replace a directory, or refuse to replace anything, in one step."""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from pathlib import Path
from typing import Any

_AT_FDCWD = -100
_NO_REPLACE = 1
_EXCHANGE = 2
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


class RenameUnsupported(Exception):  # noqa: N818 - a fact about the system, answered by a fallback
    """The kernel or the file system has no such rename."""


def exchange(one: Path, other: Path) -> None:
    """Swap what two paths mean, in one step (``renameat2`` of Linux 3.15).

    Raises
    ------
    RenameUnsupported : here there is no such call
    OSError : one of the paths is missing, or may not be renamed
    """
    _renameat2(one, other, _EXCHANGE)


def rename_new(source: Path, target: Path) -> None:
    """Rename, unless ``target`` exists. The caller holds the commit lock of ``target``.

    Raises
    ------
    FileExistsError : ``target`` exists
    """
    try:
        _renameat2(source, target, _NO_REPLACE)
    except RenameUnsupported:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        source.rename(target)


def _renameat2(source: Path, target: Path, flags: int) -> None:
    call = _library_call()
    if call is None:
        raise RenameUnsupported
    if call(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), flags) == 0:
        return
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        raise RenameUnsupported
    raise OSError(number, os.strerror(number), str(source), None, str(target))


@cache
def _library_call() -> Any:
    """``renameat2`` of the C library; None where it has none (before glibc 2.28, macOS)."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        call.argtypes = [
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_uint,
        ]
    return call
