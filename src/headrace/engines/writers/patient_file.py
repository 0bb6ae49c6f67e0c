"""A file for libraries that cannot bear a failing one."""

from __future__ import annotations

from pathlib import Path


class PatientFile:
    """Takes every write, and says only when it is asked that one failed.

    The ORC library ends the whole process when a write fails, and ``zipfile`` writes again
    while it is being thrown away.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._position = 0
        self._failure: OSError | None = None

    def write(self, data: bytes) -> int:
        self._position += len(data)
        if self._failure is None:
            try:
                self._write_all(memoryview(data))
            except OSError as error:
                self._failure = error
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Nothing is held back."""

    @property
    def closed(self) -> bool:
        return self._file.closed

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            self._failure = self._failure or error

    def raise_failure(self) -> None:
        """Raise the first error, where there was one."""
        if self._failure is not None:
            raise self._failure

    def _write_all(self, data: memoryview) -> None:
        while data:
            data = data[self._file.write(data) :]
