"""Files and directories that are seen whole or not at all, whenever the process dies."""

from headrace.engines.atomic.append import ReplacedMeanwhile, appended_files
from headrace.engines.atomic.crash_points import crash_point, on_crash_point
from headrace.engines.atomic.directory import new_directory
from headrace.engines.atomic.file import lengthened_file, new_file
from headrace.engines.atomic.recovery import recover, settled

__all__ = [
    "ReplacedMeanwhile", "appended_files", "crash_point", "lengthened_file", "new_directory",
    "new_file", "on_crash_point", "recover", "settled",
]  # fmt: skip
