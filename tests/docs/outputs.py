"""Writes the outputs that the manual shows anew: ``python -m tests.docs.outputs [PAGE …]``.

What stands in a ``text`` block below ``<!-- output -->`` is replaced by what the script above it
prints. It takes the time of the scripts, on the whole of the sample data.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from headrace.app import Workspace
from headrace.cli.progress import Progress
from headrace.errors import HeadraceError
from headrace.graph.span import Source
from headrace.runtime.events import Event, StepShowed, StepStarted
from headrace.samples.credit import write_credit_clients
from tests.docs.pages import Fence, Page, pages

WIDTH = "100"
ROWS, SEED = 30_000, 2005
"""Those of ``headrace sample credit``."""


def main(names: list[str]) -> None:
    os.environ["COLUMNS"] = WIDTH
    for page in pages():
        if not names or page.name in names:
            page.path.write_text(refreshed(page), encoding="utf-8")


def refreshed(page: Page) -> str:
    """The page's text with its outputs as they are now."""
    parts, at, script = [], 0, None
    with tempfile.TemporaryDirectory() as folder:
        for fence in page.fences:
            if fence.language == "mlsql":
                script = fence
            elif fence.mark == "output" and script is not None:
                parts += [page.text[at : fence.start], _output(page, script, Path(folder))]
                at = fence.end
    return "".join([*parts, page.text[at:]])


def _output(page: Page, script: Fence, folder: Path) -> str:
    clients = folder / "clients.csv"
    if not clients.exists():
        write_credit_clients(clients, ROWS, SEED)
    with Workspace(folder) as workspace:
        if script.use == "faulty":
            lines = list(_problems(workspace, script))
        else:
            first_line = page.text[: script.start].count("\n") + 1
            lines = _printed(workspace, page.script(script.end), first_line)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _problems(workspace: Workspace, script: Fence) -> Iterator[str]:
    source = Source("churn.mlsql", script.text)
    problems = workspace.check(source).problems
    yield from "\n\n".join(str(problem) for problem in problems).splitlines()


def _printed(workspace: Workspace, script: Source, first_line: int) -> list[str]:
    """What the steps from ``first_line`` on show, as the terminal does."""
    begun: dict[str, int] = {}
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()), Progress() as progress:

        def tell(event: Event) -> None:
            if isinstance(event, StepStarted):
                begun[event.step] = event.span.line if event.span else 0
            if isinstance(event, StepShowed) and begun[event.step] >= first_line:
                progress(event)

        workspace.run(script, {}, tell).close()
    return out.getvalue().strip("\n").splitlines()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except HeadraceError as error:
        sys.exit(str(error))
