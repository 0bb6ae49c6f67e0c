from headrace.graph.protocols import SaveResult, SaveTarget
from headrace.engines.writers.rows import Rows
def save(rows: Rows, target: SaveTarget) -> SaveResult:
    raise NotImplementedError
def check(target: SaveTarget) -> None:
    raise NotImplementedError
