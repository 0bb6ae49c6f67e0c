"""Numbers as people read them."""

from __future__ import annotations


def human_bytes(size: float) -> str:
    """A size with the unit that keeps it short.

    >>> human_bytes(999), human_bytes(12_345_678), human_bytes(4.8e9)
    ('999 B', '12 MB', '4.8 GB')
    """
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.1f} {unit}" if size < 10 and unit != "B" else f"{size:.0f} {unit}"


def human_seconds(seconds: float) -> str:
    """A duration, roughly.

    >>> human_seconds(0.004), human_seconds(2.345), human_seconds(90)
    ('4 ms', '2.3 s', '1.5 min')
    """
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
