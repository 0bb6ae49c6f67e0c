"""``!saveFile``: bytes of a table's cell as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.errors import RunError
from headrace.graph.ports import Port
from headrace.graph.report import Report, TextItem
from headrace.operators.base import WRITTEN, Context, Inputs, Value
from headrace.operators.commands.base import Call, Command, Word, flags
from headrace.operators.commands.files import inside, write_whole
from headrace.operators.options import parameter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class SaveFile(Command):
    """Write the only binary or text cell of a table of one row to a file of the project."""

    operator_name: ClassVar[str] = "saveFile"
    usage: ClassVar[str] = "!saveFile _ -i TABLE -o PATH;"

    path: str = parameter(..., title="The file to write")

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        named = flags(words, cls)
        if set(named) != {"i", "o"}:
            raise cls.misuse("takes -i TABLE and -o PATH")
        return Call((named["o"].option("path"),), {"table": named["i"]})

    def outputs(self) -> tuple[Port, ...]:
        return (WRITTEN,)

    def written_paths(self) -> tuple[str, ...]:
        return (self.path,)

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        rows = context.tables.collect(inputs.frame(), limit=2)
        if rows.num_rows != 1:
            found = "none" if rows.num_rows == 0 else "several"
            raise RunError(f"!saveFile takes a table of one row, and this has {found}")
        cells = {name: rows.column(name)[0].as_py() for name in rows.column_names}
        contents = [cell for cell in cells.values() if isinstance(cell, bytes)]
        contents = contents or [cell.encode() for cell in cells.values() if isinstance(cell, str)]
        if len(contents) != 1:
            hint = f"columns: {', '.join(cells)}; select just the one to save"
            raise RunError("!saveFile takes a table with one binary or text column", hint=hint)
        path = inside(context.root, self.path)
        try:
            write_whole(path, contents[0])
        except OSError as error:
            raise RunError(f"'{self.path}' cannot be written: {error.strerror}") from error
        context.show(Report("", (TextItem(f"saved {len(contents[0]):,} bytes to {path}"),)))
        return {}
