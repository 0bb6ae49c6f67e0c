"""What the system's errors mean to the person who saves a table."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from headrace.engines.atomic import ReplacedMeanwhile
from headrace.errors import DataError

_REASONS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", "free some space, or save to another disk"),
    errno.EDQUOT: ("the disk quota is used up", "free some space, or save to another disk"),
    errno.EFBIG: ("the file is too large", "save to a directory, with fileNum for smaller files"),
    errno.EACCES: ("permission denied", "save to a directory that you may write to"),
    errno.EPERM: ("permission denied", "save to a directory that you may write to"),
    errno.EROFS: ("the file system is read-only", "save to another place"),
    errno.ENAMETOOLONG: ("a name in the path is too long", "at most 255 bytes a name"),
    errno.ENOTDIR: ("a file stands where a directory is needed", "save to another path"),
    errno.EISDIR: ("a directory stands where a file is needed", "save to another path"),
    errno.ENOENT: ("a directory disappeared while it was written to", "save again"),
    errno.EBUSY: ("it is in use, or a mount point", "save to a path below it"),
    errno.EXDEV: ("it lies on another file system than its directory", "save to a path below it"),
    errno.EMFILE: ("too many files are open", "raise the limit (ulimit -n)"),
    errno.ELOOP: ("its symbolic links go in a circle", "save to another path"),
}


@contextmanager
def explained(written: str) -> Iterator[None]:
    """Errors of the system and of the format libraries become ``DataError``."""
    try:
        yield
    except FileExistsError as error:
        raise already_exists(written) from error
    except ReplacedMeanwhile as error:
        raise DataError(
            f"cannot append to '{written}': another save replaced it meanwhile",
            hint="run the save again",
        ) from error
    except OSError as error:
        raise DataError(_sentence(written, error), hint=_remedy(error), code="save") from error
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise DataError(f"cannot save to '{written}': {error}", code="save") from error


def already_exists(written: str) -> DataError:
    return DataError(
        f"'{written}' exists already",
        hint="write 'save overwrite', 'save append' or 'save ignore', or choose another path",
        code="exists",
    )


def _sentence(written: str, error: OSError) -> str:
    number = error.errno or 0
    reason = _REASONS[number][0] if number in _REASONS else _plain_reason(error)
    return f"cannot save to '{written}': {reason}"


def _plain_reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)


def _remedy(error: OSError) -> str | None:
    return _REASONS[error.errno][1] if error.errno in _REASONS else None
