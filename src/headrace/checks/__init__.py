"""Everything that can be known to be wrong before a run, all of it at once."""

from headrace.checks.pipeline import Checker, CheckResult, check_pipeline
from headrace.checks.site import CheckServices

__all__ = ["CheckResult", "CheckServices", "Checker", "check_pipeline"]
