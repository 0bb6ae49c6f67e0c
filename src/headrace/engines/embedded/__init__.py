"""The embedded engine: Sail in this process."""

from headrace.engines.embedded.analyzer import EmbeddedAnalyzer
from headrace.engines.embedded.capabilities import capabilities
from headrace.engines.embedded.engine import EmbeddedEngine
from headrace.engines.embedded.rewrites import Refusal, UnsupportedError, lower

__all__ = [
    "EmbeddedAnalyzer",
    "EmbeddedEngine",
    "Refusal",
    "UnsupportedError",
    "capabilities",
    "lower",
]
