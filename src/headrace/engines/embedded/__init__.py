"""The embedded engine: Sail in this process."""

from headrace.engines.embedded.analyzer import EmbeddedAnalyzer
from headrace.engines.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedAnalyzer", "EmbeddedEngine"]
