"""Writes the outputs that the manual shows anew: ``python -m tests.docs.outputs [PAGE …]``.

A ``text`` block below one of these comments is replaced by what the script above it prints, on
the whole of the sample data:

========================  =====================================================================
``<!-- output -->``       all of it; for a faulty script its problems
``<!-- output of a -->``  what the statement shows whose step is ``a`` (mostly its result's name)
``<!-- last table -->``   the table that is shown at the end
========================  =====================================================================
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from headrace.app import Workspace
from headrace.cli.progress import Progress
from headrace.errors import HeadraceError
from headrace.graph.span import Source
from headrace.runtime.events import Event, StepShowed, StepStarted
from headrace.runtime.session import PREVIEW
from headrace.samples.credit import write_credit_clients
from tests.docs.pages import Fence, Page, pages

WIDTH = "100"
ROWS, SEED = 30_000, 2005
"""Those of ``headrace sample credit``."""

SCRIPT = "churn.mlsql"
READERS_FOLDER = "/data"


def main(names: list[str]) -> None:
    os.environ["COLUMNS"] = WIDTH
    for page in pages():
        if not names or page.name in names:
            page.path.write_text(refreshed(page), encoding="utf-8")


def refreshed(page: Page) -> str:
    """The page's text with its outputs as they are now."""
    parts, at, script = [], 0, None
    for fence in page.fences:
        if fence.language == "mlsql":
            script = fence
        elif fence.language == "text" and fence.mark and script is not None:
            parts += [page.text[at : fence.start], _output(page, script, fence.mark)]
            at = fence.end
    return "".join([*parts, page.text[at:]])


def _output(page: Page, script: Fence, mark: str) -> str:
    """What a reader sees in a folder of their own, where nothing has run before."""
    with tempfile.TemporaryDirectory() as name, Workspace(folder := Path(name)) as workspace:
        write_credit_clients(folder / "clients.csv", ROWS, SEED)
        if script.use == "faulty":
            problems = workspace.check(Source(SCRIPT, script.text)).problems
            lines = "\n\n".join(str(problem) for problem in problems).splitlines()
        else:
            first_line = page.text[: script.start].count("\n") + 1
            lines = _printed(workspace, page.script(script.end), first_line, mark)
        text = "".join(f"{line.rstrip()}\n" for line in lines)
        return text.replace(str(folder.resolve()), READERS_FOLDER)


def _printed(workspace: Workspace, script: Source, first_line: int, mark: str) -> list[str]:
    """What the steps from ``first_line`` on show, as the terminal does."""
    begun: dict[str, int] = {}
    wanted = PREVIEW if mark == "last table" else mark.removeprefix("output of ")
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()), Progress() as progress:

        def tell(event: Event) -> None:
            if isinstance(event, StepStarted):
                begun[event.step] = event.span.line if event.span else 0
            if not isinstance(event, StepShowed) or wanted not in ("output", event.step):
                return
            if begun[event.step] >= first_line:
                progress(event)

        workspace.run(script, {}, tell).close()
    return out.getvalue().strip("\n").splitlines()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except HeadraceError as error:
        sys.exit(str(error))
