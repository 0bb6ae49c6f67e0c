"""Apache ORC, stripe by stripe."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.orc as paorc

from headrace.engines.readers.base import InputFile, Reader, Reading
from headrace.engines.types import spark_table
from headrace.errors import DataError


class OrcReader(Reader):
    typed = True
    open_columns = False

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        try:
            source = paorc.ORCFile(file.place)
            yield spark_table(source.schema.empty_table())
            for index in range(source.nstripes):
                yield spark_table(pa.Table.from_batches([source.read_stripe(index)]))
        except (pa.ArrowInvalid, OSError) as error:
            raise DataError(
                f"'{file.label}' is not a whole ORC file: {error}",
                hint="is it of another format, or cut off?",
            ) from error
