"""Column names from a header: nameless ones, equal ones."""

from __future__ import annotations

from collections.abc import Sequence

from headrace.errors import DataError


def positional(count: int) -> list[str]:
    """``_c0``, ``_c1`` … as Spark names the columns of a file without a header."""
    return [f"_c{index}" for index in range(count)]


def header_names(cells: Sequence[str | None], label: str, *, rename: bool) -> list[str]:
    """The names of a header; a cell without text is named by its position, as in Spark.

    Raises
    ------
    DataError : two names are equal but for case, and ``rename`` does not allow a suffix
    """
    names = [cell if cell and cell.strip() else f"_c{i}" for i, cell in enumerate(cells)]
    folded = [name.casefold() for name in names]
    doubled = {name for name in folded if folded.count(name) > 1} if _any_equal(folded) else set()
    if not doubled:
        return names
    if not rename:
        first = next(name for name in names if name.casefold() in doubled)
        raise DataError(
            f"'{label}' has two columns named '{first}'",
            hint="rename one, or set renameDuplicates=true to add the position to each",
            code="duplicate-column",
        )
    return _with_positions(names, doubled)


def _any_equal(folded: Sequence[str]) -> bool:
    return len(set(folded)) < len(folded)


def _with_positions(names: Sequence[str], doubled: set[str]) -> list[str]:
    taken = {name.casefold() for name in names}
    renamed = []
    for index, name in enumerate(names):
        new = name
        if name.casefold() in doubled:
            new = f"{name}{index}"
            while new.casefold() in taken:
                new += "_"
            taken.add(new.casefold())
        renamed.append(new)
    return renamed


def nameless(cells: Sequence[str | None]) -> list[str]:
    """The names that cells without text were given."""
    return [f"_c{index}" for index, cell in enumerate(cells) if not (cell and cell.strip())]
